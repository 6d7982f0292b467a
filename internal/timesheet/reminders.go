package timesheet

import (
	"context"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
)

// Reminder tells a person of a week that misses time. It goes when the week is handed in, or when they dismiss it.
type Reminder struct {
	ID       ids.Reminder
	User     ids.User
	FirstDay calendar.Day
	By       tenant.UserRef
	At       time.Time
}

// manyPeople is how many people are looked at together when all are reminded.
const manyPeople = 500

// Remind reminds people of a week that misses time: those named, or all whom the member sees but themselves. It gives the
// number of people who were reminded; somebody whose week misses nothing, or was handed in, isn't. Named people must be
// others whom the member sees.
func (s *Service) Remind(ctx context.Context, m tenant.Member, day calendar.Day, users []ids.User) (reminded int, err error) {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return 0, err
	}
	if err := s.requireApprover(ctx, m); err != nil {
		return 0, err
	}
	for _, user := range users {
		found, err := s.visibleUser(ctx, m, user)
		if err == nil {
			err = found.Remains()
		}
		if err != nil {
			return 0, err
		}
	}
	filter, err := s.peopleOf(ctx, m, tenant.SingleTime)
	if err != nil {
		return 0, err
	}
	filter.IDs = users
	request := page.Request{Limit: manyPeople}
	for {
		found, err := s.store.Users(ctx, m.Tenant.ID, filter, request.WithOneMore())
		if err != nil {
			return reminded, err
		}
		var next page.Position
		found, next = page.Cut(found, request.Limit, func(u tenant.User) page.Position { return page.Position{Name: u.Name, ID: ids.Any(u.ID)} })
		count, err := s.remind(ctx, m, day, found)
		reminded += count
		if err != nil || next == (page.Position{}) {
			return reminded, err
		}
		request.After = next
	}
}

// remind reminds those of some people whose week misses time.
func (s *Service) remind(ctx context.Context, m tenant.Member, day calendar.Day, people []tenant.User) (reminded int, err error) {
	var weeks []askedWeek
	for _, user := range people {
		if user.ID == m.User.ID {
			continue
		}
		asked, err := askFor(m, user, day)
		if err != nil {
			return 0, err
		}
		weeks = append(weeks, asked)
	}
	sheets, err := s.sheets(ctx, m, weeks)
	if err != nil {
		return 0, err
	}
	now := s.now()
	err = s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		reminded = 0
		for _, sheet := range sheets {
			if sheet.ShownMissing == 0 || sheet.Status == Submitted || sheet.Status == Approved {
				continue
			}
			err := s.store.SaveReminder(ctx, m.Tenant.ID, Reminder{
				ID: ids.New[ids.Reminder](), User: sheet.User, FirstDay: sheet.FirstDay,
				By: tenant.UserRef{ID: m.User.ID, Name: m.User.Name}, At: now,
			})
			if err != nil {
				return err
			}
			reminded++
		}
		return nil
	})
	return reminded, err
}

// RemindedDays is how far back reminders are shown.
const RemindedDays = 400

// Reminders gives the member's reminders, each with its week. One whose week misses nothing any more is left out.
func (s *Service) Reminders(ctx context.Context, m tenant.Member) ([]Sheet, error) {
	zone, err := calendar.LoadZone(m.TimeZone())
	if err != nil {
		return nil, err
	}
	today := calendar.DayOf(s.now(), zone)
	all, err := s.store.Reminders(ctx, m.Tenant.ID, []ids.User{m.User.ID}, today.AddDays(-RemindedDays), today)
	if err != nil {
		return nil, err
	}
	var standing []Sheet
	for _, reminder := range all {
		sheet, err := s.sheetOf(ctx, m, askForRecord(m, m.User, reminder.FirstDay))
		if err != nil {
			return nil, err
		}
		if sheet.ShownMissing > 0 && sheet.Status != Submitted && sheet.Status != Approved {
			standing = append(standing, sheet)
		}
	}
	return standing, nil
}

// Dismiss takes one of the member's reminders away.
func (s *Service) Dismiss(ctx context.Context, m tenant.Member, id ids.Reminder) error {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return err
	}
	return s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		found, err := s.store.DeleteReminder(ctx, m.Tenant.ID, m.User.ID, id)
		if err == nil && !found {
			err = errs.New(errs.NotFound, "reminder_not_found", "There is no such reminder.")
		}
		return err
	})
}
