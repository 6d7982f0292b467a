package timer

import (
	"context"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

// Store keeps recorded time. Methods called with a context that Tx gave out belong to that transaction; the others read
// what is committed.
type Store interface {
	tenant.ConcealedStore
	// Tx runs fn in one transaction: everything is kept, or nothing when fn gives an error. fn may run more than once.
	Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error
	// LockTimeline makes other transactions on the same user's entries wait until this one ends. Only within Tx.
	LockTimeline(ctx context.Context, id ids.Tenant, user ids.User) (Timeline, error)
	// Save writes a set of changes, all or none. An updated entry carries its new revision; errs.Stale when the stored
	// one isn't its predecessor. Only within Tx, at whose end the error may come out.
	Save(ctx context.Context, id ids.Tenant, changes Changeset) error

	// SetExistingHours tells a running timer the hours of its item, unless it knows them. The entry keeps its revision,
	// since whoever has seen it has seen all that people can change. Only within Tx.
	SetExistingHours(ctx context.Context, id ids.Tenant, entry ids.Entry, hours float64) error

	// User is the tenant's person with the id; errs.NotFound when the tenant has none.
	User(ctx context.Context, id ids.Tenant, user ids.User) (tenant.User, error)
	// Activity is the tenant's activity with the id, also an archived one; errs.NotFound when the tenant has none.
	Activity(ctx context.Context, id ids.Tenant, activity ids.Activity) (tenant.Activity, error)
	// RunningEntry is the user's running timer; ok is false when none runs.
	RunningEntry(ctx context.Context, id ids.Tenant, user ids.User) (entry Entry, ok bool, err error)
	// LatestEntry is the user's entry that stopped last, voided ones left out.
	LatestEntry(ctx context.Context, id ids.Tenant, user ids.User) (entry Entry, ok bool, err error)
	// Entry is the entry with the id; errs.NotFound when the tenant has none.
	Entry(ctx context.Context, id ids.Tenant, entry ids.Entry) (Entry, error)
	// Overlapping is an entry of the user, none of except and not voided, that shares time with [from, to). A running
	// timer does so up to the instant of Entry.EndsBy.
	Overlapping(ctx context.Context, id ids.Tenant, user ids.User, from, to time.Time, except []ids.Entry) (entry Entry, ok bool, err error)
	// Entries lists by (StartedAt, ID), the latest first, strictly past request.After.
	Entries(ctx context.Context, id ids.Tenant, filter EntryFilter, request page.Request) ([]Entry, error)
	// RunningEntries lists the tenant's running timers by (StartedAt, ID), the earliest first, strictly past request.After,
	// without those of people who are left out.
	RunningEntries(ctx context.Context, id ids.Tenant, leftOut []ids.User, request page.Request) ([]Entry, error)
	// Events lists by (At, ID), the latest first; of everybody when filter.User is empty.
	Events(ctx context.Context, id ids.Tenant, filter audit.Filter, request page.Request) ([]Event, error)
	// Changes lists an entry's changes, the oldest first.
	Changes(ctx context.Context, id ids.Tenant, entry ids.Entry) ([]Change, error)
	// LastChanged is when any of the entries was changed last, as the history says; zero when none was.
	LastChanged(ctx context.Context, id ids.Tenant, entries []ids.Entry) (time.Time, error)
	// OperationEntries are the entries that an operation has changed, in the order of their ids.
	OperationEntries(ctx context.Context, id ids.Tenant, operation ids.EntryOperation) ([]ids.Entry, error)
	// TakesPart says which of the entries are followed by write-backs.
	TakesPart(ctx context.Context, id ids.Tenant, entries []ids.Entry) (map[ids.Entry]bool, error)
	// TimeOn sums the time on an item that is stopped and not voided, without people who are left out; today is [from, to).
	TimeOn(ctx context.Context, id ids.Tenant, user ids.User, item ids.WorkItem, leftOut []ids.User, from, to time.Time) (WorkItemTime, error)
	// RunningOn lists who runs a timer on an item, the earliest first, at most limit, without people who are left out.
	RunningOn(ctx context.Context, id ids.Tenant, item ids.WorkItem, leftOut []ids.User, limit int) ([]Entry, error)

	// ClosedPeriod is the earliest period of the user that was handed in and shares time with [from, to); ok is false when
	// none does.
	ClosedPeriod(ctx context.Context, id ids.Tenant, user ids.User, from, to time.Time) (period ClosedPeriod, ok bool, err error)
	// ClosedPeriods lists such periods of several users, by user and instant.
	ClosedPeriods(ctx context.Context, id ids.Tenant, users []ids.User, from, to time.Time) ([]ClosedPeriod, error)

	// InsertAudit adds an administrative change. Only within Tx, with the change itself.
	InsertAudit(ctx context.Context, id ids.Tenant, e audit.Event) error

	// OverdueTimers lists timers of all tenants that have run for their tenant's AutoStopAfter or longer at now. It is
	// one of the few statements that cross tenants.
	OverdueTimers(ctx context.Context, now time.Time, limit int) ([]OverdueTimer, error)
}

// Timeline is what a write to a user's time needs to know.
type Timeline struct {
	Running   Entry // zero when none runs
	IsRunning bool
	LastStop  time.Time // the latest StoppedAt of entries that are not voided; zero when there is none
}

// Changeset is a set of rows that belong together.
type Changeset struct {
	Stop    []Entry // running entries that stop; only the stop, the need of a review and the revision are written
	Update  []Entry
	Insert  []Entry
	Events  []Event
	History []Change
	// TakesPart says of inserted entries whether they are followed by write-backs, where not the tenant's setting decides.
	TakesPart map[ids.Entry]bool
	// WriteBacks is what they mean for Completed Work.
	WriteBacks []workitem.WriteBackChange
}

// EntryFilter narrows a list of entries. Empty fields do not narrow.
type EntryFilter struct {
	Selection

	From, To      time.Time // entries that share time with [From, To), running timers up to Entry.EndsBy
	Running       *bool
	Settled       *bool
	IncludeVoided bool
}

// WorkItemTime is the time on one work item. Time under review is in none of the first three sums, as in reports.
type WorkItemTime struct {
	WorkItem  workitem.WorkItem
	OwnToday  time.Duration
	Own       time.Duration
	Total     time.Duration
	OwnReview time.Duration
	Review    time.Duration // everybody's
	Running   []Entry
	OnlyOwn   bool // the item isn't shown to the member, so that nothing of others is among this
}

// OverdueTimer is a timer that its owner has forgotten.
type OverdueTimer struct {
	TenantID      ids.Tenant
	User          UserRef
	EntryID       ids.Entry
	AutoStopAfter time.Duration
	WriteBack     bool // the tenant's setting
}
