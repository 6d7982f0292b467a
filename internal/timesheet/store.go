package timesheet

import (
	"context"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

// Store keeps weeks, targets, reminders and adjustments. Methods called with a context that Tx gave out belong to that
// transaction; the others read what is committed.
type Store interface {
	// Tx runs fn in one transaction: everything is kept, or nothing when fn gives an error. fn may run more than once.
	Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error
	// LockTimeline is timer.Store's: no entry of the user changes until the transaction ends. Only within Tx.
	LockTimeline(ctx context.Context, id ids.Tenant, user ids.User) (timer.Timeline, error)
	// ClosedPeriods is timer.Store's.
	ClosedPeriods(ctx context.Context, id ids.Tenant, users []ids.User, from, to time.Time) ([]timer.ClosedPeriod, error)
	tenant.ConcealedStore
	// LockTenant is tenant.Store's. Only within Tx.
	LockTenant(ctx context.Context, id ids.Tenant) (tenant.Tenant, error)
	// User, Users and CountActive are tenant.Store's.
	User(ctx context.Context, id ids.Tenant, user ids.User) (tenant.User, error)
	Users(ctx context.Context, id ids.Tenant, filter tenant.UserFilter, request page.Request) ([]tenant.User, error)
	CountActive(ctx context.Context, id ids.Tenant, role tenant.Role) (int, error)
	// CountPeople counts the active people whose approver the user is.
	CountPeople(ctx context.Context, id ids.Tenant, approver ids.User) (int, error)
	// InsertAudit adds an administrative change. Only within Tx, with the change itself.
	InsertAudit(ctx context.Context, id ids.Tenant, e audit.Event) error

	// Timesheet is the week of a user that begins on a day; ok is false when it was never handed in.
	Timesheet(ctx context.Context, id ids.Tenant, user ids.User, first calendar.Day) (r Record, ok bool, err error)
	// Timesheets lists the weeks of users that begin on one of the days [from, to].
	Timesheets(ctx context.Context, id ids.Tenant, users []ids.User, from, to calendar.Day) ([]Record, error)
	// PendingTimesheets lists submitted weeks by (SubmittedAt, ID), the oldest first, strictly past request.After.
	PendingTimesheets(ctx context.Context, id ids.Tenant, scope PendingScope, request page.Request) ([]Record, error)
	// SaveTimesheet writes a week with its new revision; errs.Stale when the stored one isn't its predecessor. Revision 1
	// is a new week. Only within Tx.
	SaveTimesheet(ctx context.Context, id ids.Tenant, r Record) error
	// Intervals lists the stopped entries of users that aren't void and share time with [from, to).
	Intervals(ctx context.Context, id ids.Tenant, users []ids.User, from, to time.Time) ([]Interval, error)
	// RunningSince says when the running timers of users have started.
	RunningSince(ctx context.Context, id ids.Tenant, users []ids.User) (map[ids.User]time.Time, error)
	// CountUnderReview counts the user's entries under review that share time with [from, to) and aren't settled.
	CountUnderReview(ctx context.Context, id ids.Tenant, user ids.User, from, to time.Time) (int, error)

	// EntriesSeenBy lists a user's stopped entries that share time with [from, to), voided ones left out. They come by
	// (StartedAt, ID), strictly past request.After, with the viewer's views of work items.
	EntriesSeenBy(ctx context.Context, id ids.Tenant, viewer, user ids.User, from, to time.Time, request page.Request) ([]timer.Entry, error)
	// Entry is timer.Store's.
	Entry(ctx context.Context, id ids.Tenant, entry ids.Entry) (timer.Entry, error)

	// Targets lists the tenant's default targets and those of users, by day.
	Targets(ctx context.Context, id ids.Tenant, users []ids.User) ([]Target, error)
	// EveryTarget lists the tenant's default targets and those of everybody, by day.
	EveryTarget(ctx context.Context, id ids.Tenant) ([]Target, error)
	// SaveTarget adds a target, or replaces the one of the same user and day. Only within Tx.
	SaveTarget(ctx context.Context, id ids.Tenant, t Target) error

	// Reminders lists the reminders of users for weeks that begin on one of the days [from, to], by user and day.
	Reminders(ctx context.Context, id ids.Tenant, users []ids.User, from, to calendar.Day) ([]Reminder, error)
	// SaveReminder adds a reminder, or renews the one of the same week. Only within Tx.
	SaveReminder(ctx context.Context, id ids.Tenant, r Reminder) error
	// DeleteReminder takes a user's reminder away; found is false when there is none. Only within Tx.
	DeleteReminder(ctx context.Context, id ids.Tenant, user ids.User, reminder ids.Reminder) (found bool, err error)
	// DeleteReminderOf takes the reminder of a week away, if there is one. Only within Tx.
	DeleteReminderOf(ctx context.Context, id ids.Tenant, user ids.User, first calendar.Day) error

	// Activity is tenant.Store's.
	Activity(ctx context.Context, id ids.Tenant, activity ids.Activity) (tenant.Activity, error)
	// Adjustment is the one with the id, with the viewer's view of its work item; the error is AdjustmentNotFound when the
	// tenant has none.
	Adjustment(ctx context.Context, id ids.Tenant, viewer ids.User, adjustment ids.Adjustment) (Adjustment, error)
	// Adjustments lists by (At, ID), the latest first, strictly past request.After, with the viewer's views of work items.
	Adjustments(ctx context.Context, id ids.Tenant, filter AdjustmentFilter, request page.Request) ([]Adjustment, error)
	// AdjustmentsOfEntry lists by (At, ID), the oldest first. They name the entry, or they name none, and are its
	// user's, for one of its days. Those are on its work item, or on its project where it has none.
	AdjustmentsOfEntry(ctx context.Context, id ids.Tenant, of EntryOfDays) ([]Adjustment, error)
	// InsertAdjustment adds an adjustment; AdjustmentReversed when another one takes the same one back. Only within Tx, at
	// whose end the error may come out.
	InsertAdjustment(ctx context.Context, id ids.Tenant, a Adjustment) error
	// AdjustedDays sums up the adjustments of users that count on one of the days [from, to].
	AdjustedDays(ctx context.Context, id ids.Tenant, users []ids.User, from, to calendar.Day) ([]AdjustedDay, error)
}

// PendingScope says whose weeks are listed.
type PendingScope struct {
	Approver   ids.User // people whose approver this user is; zero: everybody
	Unassigned bool     // and those who have no active approver
	LeftOut    []ids.User
}
