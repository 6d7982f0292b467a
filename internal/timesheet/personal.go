package timesheet

import (
	"context"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/personal"
	"timetracker/internal/tenant"
)

// PersonalStore keeps weeks, targets, reminders and adjustments. Methods called with a context that Tx gave out belong to that
// transaction. Those for an export are Store's.
type PersonalStore interface {
	Timesheets(ctx context.Context, id ids.Tenant, users []ids.User, from, to calendar.Day) ([]Record, error)
	Targets(ctx context.Context, id ids.Tenant, users []ids.User) ([]Target, error)
	SaveTarget(ctx context.Context, id ids.Tenant, t Target) error
	// MemberByID is tenant.Store's.
	MemberByID(ctx context.Context, id ids.Tenant, user ids.User) (tenant.Member, error)
	Reminders(ctx context.Context, id ids.Tenant, users []ids.User, from, to calendar.Day) ([]Reminder, error)
	Adjustments(ctx context.Context, id ids.Tenant, filter AdjustmentFilter, request page.Request) ([]Adjustment, error)
	// DeleteTargetsOf and DeleteRemindersOf remove a user's. Only within Tx.
	DeleteTargetsOf(ctx context.Context, id ids.Tenant, user ids.User) error
	DeleteRemindersOf(ctx context.Context, id ids.Tenant, user ids.User) error
}

// Personal exports and erases a person's weeks and what belongs to them.
type Personal struct {
	store PersonalStore
	now   func() time.Time
}

// NewPersonal makes a Personal. now is the server's clock.
func NewPersonal(store PersonalStore, now func() time.Time) *Personal {
	return &Personal{store: store, now: calendar.Clock(now)}
}

var recordFields = []personal.Field[Record]{
	personal.Of("first_day", func(r Record) any { return r.FirstDay }),
	personal.Of("status", func(r Record) any { return r.Status }),
	personal.Of("time_zone", func(r Record) any { return r.TimeZone }),
	personal.Of("from_at", func(r Record) any { return r.From }),
	personal.Of("through_at", func(r Record) any { return r.Through }),
	personal.Of("approved_through_at", func(r Record) any { return r.ApprovedThrough }),
	personal.Of("submitted_at", func(r Record) any { return r.SubmittedAt }),
	personal.Of("decided_at", func(r Record) any { return r.DecidedAt }),
	personal.Of("decided_by", func(r Record) any { return r.DecidedBy.Name }),
	personal.Of("comment", func(r Record) any { return r.Comment }),
	personal.Of("id", func(r Record) any { return r.ID }),
}

var targetFields = []personal.Field[Target]{
	personal.Of("from_day", func(t Target) any { return t.From }),
	personal.Of("as_organization", func(t Target) any { return t.Inherits }),
	hoursOf("monday", time.Monday), hoursOf("tuesday", time.Tuesday), hoursOf("wednesday", time.Wednesday),
	hoursOf("thursday", time.Thursday), hoursOf("friday", time.Friday), hoursOf("saturday", time.Saturday),
	hoursOf("sunday", time.Sunday),
}

func hoursOf(name string, day time.Weekday) personal.Field[Target] {
	return personal.LengthOf(name, func(t Target) any {
		if t.Inherits {
			return nil
		}
		return t.Hours[day]
	})
}

var reminderFields = []personal.Field[Reminder]{
	personal.Of("first_day", func(r Reminder) any { return r.FirstDay }),
	personal.Of("reminded_by", func(r Reminder) any { return r.By.Name }),
	personal.Of("reminded_at", func(r Reminder) any { return r.At }),
}

var adjustmentFields = []personal.Field[Adjustment]{
	personal.Of("for_day", func(a Adjustment) any { return a.ForDay }),
	personal.Of("day", func(a Adjustment) any { return a.Day }),
	personal.Of("organization", func(a Adjustment) any { return a.WorkItem.Site.Name }),
	personal.Of("project", func(a Adjustment) any { return a.WorkItem.Project.Name }),
	personal.Of("work_item", func(a Adjustment) any { return a.WorkItem.Number }),
	personal.Of("activity", func(a Adjustment) any { return a.Activity.Name }),
	personal.Of("billable", func(a Adjustment) any { return a.Billable }),
	personal.LengthOf("length", func(a Adjustment) any { return a.Length }),
	personal.Of("reason", func(a Adjustment) any { return a.Reason }),
	personal.Of("made_by", func(a Adjustment) any { return a.By.Name }),
	personal.Of("made_at", func(a Adjustment) any { return a.At }),
	personal.Of("reverses_id", func(a Adjustment) any { return a.Reverses }),
	personal.Of("entry_id", func(a Adjustment) any { return a.Entry }),
	personal.Of("id", func(a Adjustment) any { return a.ID }),
	personal.Of("project_id", func(a Adjustment) any { return a.ProjectID }),
	personal.Of("work_item_id", func(a Adjustment) any { return a.WorkItem.ID }),
	personal.Of("activity_id", func(a Adjustment) any { return a.Activity.ID }),
}

// ever are days between which every week is.
var ever = [2]calendar.Day{calendar.DayNumbered(0), calendar.DayNumbered(1 << 20)}

// ExportPerson implements privacy.Holder.
func (p *Personal) ExportPerson(ctx context.Context, id ids.Tenant, subject personal.Subject, records personal.Records) error {
	own := []ids.User{subject.User}
	weeks, err := p.store.Timesheets(ctx, id, own, ever[0], ever[1])
	if err != nil {
		return err
	}
	if err := personal.Put(records, "timesheets", recordFields, personal.Rows(weeks)); err != nil {
		return err
	}
	targets, err := p.store.Targets(ctx, id, own)
	if err != nil {
		return err
	}
	err = personal.Put(records, "targets", targetFields, func(visit func(Target) error) error {
		return personal.Rows(targets)(func(t Target) error {
			if t.User.IsZero() {
				return nil // everybody's
			}
			return visit(t)
		})
	})
	if err != nil {
		return err
	}
	reminders, err := p.store.Reminders(ctx, id, own, ever[0], ever[1])
	if err != nil {
		return err
	}
	if err := personal.Put(records, "reminders", reminderFields, personal.Rows(reminders)); err != nil {
		return err
	}
	return personal.Put(records, "adjustments", adjustmentFields, func(visit func(Adjustment) error) error {
		return page.Each(func(request page.Request) ([]Adjustment, error) {
			return p.store.Adjustments(ctx, id, AdjustmentFilter{User: subject.User, Viewer: subject.User}, request)
		}, func(a Adjustment) page.Position { return page.Position{At: a.At, ID: ids.Any(a.ID)} }, visit)
	})
}

// ErasePerson implements privacy.Holder. Weeks and adjustments stay, since time was counted by them, and targets of the days
// that are past. It is called before the person's row loses its days and its status.
func (p *Personal) ErasePerson(ctx context.Context, id ids.Tenant, subject personal.Subject) error {
	m, err := p.store.MemberByID(ctx, id, subject.User)
	if err != nil {
		return err
	}
	if m.User.Status != tenant.UserErased {
		if err := p.closeTargets(ctx, m); err != nil {
			return err
		}
	}
	return p.store.DeleteRemindersOf(ctx, id, subject.User)
}

// closeTargets leaves what past reports and weeks are held against.
func (p *Personal) closeTargets(ctx context.Context, m tenant.Member) error {
	id, user := m.Tenant.ID, m.User
	zone, err := calendar.LoadZone(m.TimeZone())
	if err != nil {
		return err
	}
	all, err := p.store.Targets(ctx, id, []ids.User{user.ID})
	if err != nil {
		return err
	}
	if err := p.store.DeleteTargetsOf(ctx, id, user.ID); err != nil {
		return err
	}
	targets := TargetsOf(all, user.ID, calendar.DayOf(user.CreatedAt, zone))
	for _, target := range targets.closed(calendar.DayOf(p.now(), zone), user.Status) {
		target.User, target.Revision = user.ID, 1
		if err := p.store.SaveTarget(ctx, id, target); err != nil {
			return err
		}
	}
	return nil
}
