package timesheet

import (
	"context"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// Part is what of an entry lies in closed time of a week, as one member sees it.
type Part struct {
	timer.Entry
	WorkItem workitem.WorkItem // as the member sees it
	From, To time.Time
}

// Length is the part's.
func (p Part) Length() time.Duration { return p.To.Sub(p.From) }

// Entries are what a person's week that was handed in is made of, the earliest first. Who decides on it has to see that, and
// nothing else. So it is the week's closed time, and of each entry the part in it. Its owner sees it, and whoever sees the
// week. Of a work item they see what they may see of it elsewhere.
//
// first is the week's first day, as its sheet has it. errs.NotFound, timesheet_not_found, for a week that closes nothing:
// one that was never handed in, taken back, or sent back.
func (s *Service) Entries(
	ctx context.Context, m tenant.Member, user ids.User, first calendar.Day, request page.Request,
) (parts []Part, next page.Position, err error) {
	owner, err := s.visibleUser(ctx, m, user)
	if err != nil {
		return nil, page.Position{}, err
	}
	record, _, err := s.store.Timesheet(ctx, m.Tenant.ID, owner.ID, first)
	if err != nil {
		return nil, page.Position{}, err
	}
	if !record.Closes() {
		return nil, page.Position{}, errs.New(errs.NotFound, "timesheet_not_found", "No week was handed in that begins on this day.")
	}
	entries, err := s.store.EntriesSeenBy(ctx, m.Tenant.ID, m.User.ID, owner.ID, record.From, record.Through, request.WithOneMore())
	entries, next = page.Cut(entries, request.Limit, func(e timer.Entry) page.Position {
		return page.Position{At: e.StartedAt, ID: ids.Any(e.ID)}
	})
	for _, e := range entries {
		parts = append(parts, Part{
			Entry: e, WorkItem: e.WorkItem.SeenBy(m),
			From: calendar.Later(e.StartedAt, record.From), To: earlier(e.StoppedAt, record.Through),
		})
	}
	return parts, next, err
}
