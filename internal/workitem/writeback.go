package workitem

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
)

// WriteBack is what Completed Work of a work item is to have of an entry, and what it has. It is state and no event: what
// is to be written is the difference, whatever has happened in between.
type WriteBack struct {
	ID       ids.WriteBack
	EntryID  ids.Entry
	UserID   ids.User // whose entry it is, and with whose rights it is written
	WorkItem WorkItem
	Wanted   time.Duration // the entry's length while it counts on this item, else 0
	Written  time.Duration // what of it is written
	Rounded  int64         // Written as hundredths of an hour, as they were added to Completed Work
	Taken    int64         // hundredths of an hour by which Remaining Work was reduced for it
	// WrittenAt is when Written has changed last; zero: never.
	WrittenAt time.Time
	Attempts  int       // that have failed since the entry has changed
	NextAt    time.Time // when it is tried next; zero: settled, or left out
	Problem   Problem   // of the last attempt
}

// Waiting is what is to be written yet, negative when it is to be taken away. Nothing waits of what is left out.
func (w WriteBack) Waiting() time.Duration {
	if w.NextAt.IsZero() {
		return 0
	}
	return w.Wanted - w.Written
}

// WriteBackChange is what a change of an entry means for what is written of it. It is stored with the entry.
type WriteBackChange struct {
	EntryID ids.Entry
	UserID  ids.User
	// WorkItemID is what the entry is on now. Every other work item that has taken part in it is to have nothing.
	WorkItemID ids.WorkItem
	Wanted     time.Duration
	At         time.Time // when it may be written
	Follow     bool      // the entry may take part already
	Join       bool      // it takes part from now on
}

// MaxWriteBacks is how many write-backs are listed at most.
const MaxWriteBacks = 500

// WriteBackStore keeps what is written to trackers. Methods called with a context that Tx gave out belong to that
// transaction; the others read what is committed.
type WriteBackStore interface {
	// Tx runs fn in one transaction: everything is kept, or nothing when fn gives an error. fn may run more than once.
	Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error
	// OpenWriteBacks are a person's write-backs that aren't settled, those that are due first first. A zero due: all of
	// them; otherwise those that are due by then. A zero item: those of all items.
	OpenWriteBacks(ctx context.Context, id ids.Tenant, user ids.User, item ids.WorkItem, due time.Time, limit int) ([]WriteBack, error)
	// OwnHours adds up what was written to a work item, and a person's part of it.
	OwnHours(ctx context.Context, id ids.Tenant, item ids.WorkItem, user ids.User) (OwnHours, error)
	// NextWriteBack is when the first of a person's open write-backs is due; zero when there is none.
	NextWriteBack(ctx context.Context, id ids.Tenant, user ids.User) (time.Time, error)
	// WriteBack is what is written of an entry to a work item; found is false when the entry takes no part.
	WriteBack(ctx context.Context, id ids.Tenant, entry ids.Entry, item ids.WorkItem) (w WriteBack, found bool, err error)
	// Hasten makes a person's open write-backs due at an instant, those of all work items or of one. Only within Tx.
	Hasten(ctx context.Context, id ids.Tenant, user ids.User, item ids.WorkItem, at time.Time) error
	// Postpone makes due write-backs wait. Only within Tx.
	Postpone(ctx context.Context, id ids.Tenant, p Postponement) error
	// SettleWriteBack notes what a contribution has written of its entry. The write-back stays open while something is to
	// be written yet. Only within Tx.
	SettleWriteBack(ctx context.Context, id ids.Tenant, c Contribution, at time.Time) error

	// LockHours makes others who contribute to the work item wait until this transaction ends, and gives the tenant as it
	// is. Only within Tx.
	LockHours(ctx context.Context, id ids.Tenant, item ids.WorkItem) (tenant.Tenant, error)
	// InDoubt is the contribution to a work item that is in doubt, of which there is at most one.
	InDoubt(ctx context.Context, id ids.Tenant, item ids.WorkItem) (c Contribution, found bool, err error)
	// LastRevision is the revision of a work item that we know to have made last, and when that was sent; zero: none.
	LastRevision(ctx context.Context, id ids.Tenant, item ids.WorkItem) (revision int64, sentAt time.Time, err error)
	// BeginContribution adds a contribution in doubt. Only within Tx and after LockHours.
	BeginContribution(ctx context.Context, id ids.Tenant, c Contribution) error
	// EndContribution notes that a contribution was made; noted is false when that was noted before, or that it was not
	// made. Only within Tx and after LockHours.
	EndContribution(ctx context.Context, id ids.Tenant, c Contribution, revision int64) (noted bool, err error)
	// DropContribution removes a contribution in doubt that was not made, unless somebody has taken it over: then its
	// HeldUntil is another one. Only within Tx and after LockHours.
	DropContribution(ctx context.Context, id ids.Tenant, c Contribution) error
	// HoldContribution sets SentAt and HeldUntil of a contribution in doubt. held is false when somebody else has taken it
	// over, or it is in doubt no longer. Only within Tx.
	HoldContribution(ctx context.Context, id ids.Tenant, c Contribution, sent, until time.Time) (held bool, err error)

	// WrittenOf are the contributions of an entry that have changed its work items' hours, as is known, in the order of time.
	WrittenOf(ctx context.Context, id ids.Tenant, entry ids.Entry) ([]Written, error)
	// WrittenTotals adds up what takes part, for each work item with time, by id, the greatest first, strictly past
	// request.After. Some people are left out. A zero item: those of all items.
	WrittenTotals(ctx context.Context, id ids.Tenant, item ids.WorkItem, leftOut []ids.User, request page.Request) ([]WrittenTotal, error)
	// Unwritten are everybody's write-backs to a work item of which something isn't written, also those that are left
	// out.
	Unwritten(ctx context.Context, id ids.Tenant, item ids.WorkItem, limit int) ([]WriteBack, error)
	// LeaveOut settles a person's write-back as it is; errs.NotFound when they have no open one with the id. While its
	// last change is in doubt it gives errs.Conflict, write_in_doubt. Only within Tx.
	LeaveOut(ctx context.Context, id ids.Tenant, user ids.User, writeBack ids.WriteBack) error
}

// Postponement makes write-backs of a person wait that are due.
type Postponement struct {
	User     ids.User
	WorkItem ids.WorkItem // zero: those of all
	Due      time.Time    // those that are due by then
	Next     time.Time
	Problem  Problem // of an attempt that has failed; zero: none was made
}

// OwnHours are the hours of a work item that are ours.
type OwnHours struct {
	Written time.Duration // of everybody
	Rounded int64         // hundredths of an hour that Completed Work has of it

	// These are of one person.
	Wrote     bool // something of theirs is written
	WrittenAt time.Time
}

// WrittenTotal is the time of everybody whose time is shown that takes part in the Completed Work of one item.
type WrittenTotal struct {
	WorkItemID ids.WorkItem
	Recorded   time.Duration // that Completed Work is to have
	Written    time.Duration // that it was told
	LeftOut    time.Duration // what of Recorded without Written its owners have left out
	Rounded    int64         // Written as hundredths of an hour, as they were added to Completed Work
	Problem    Problem       // of an owner's last attempt; zero: none
}

// Written is what was added to the hours of a work item for an entry.
type Written struct {
	ID      ids.Contribution
	At      time.Time
	By      tenant.UserRef // with whose rights
	Owner   ids.User       // of the entry
	Number  string         // of the work item
	Rounded int64          // hundredths of an hour, signed
}

// Hours are what was added.
func (w Written) Hours() float64 { return hoursOf(w.Rounded) }

// WriteBacks adds recorded time to the hours that trackers keep.
type WriteBacks struct {
	store    WriteBackStore
	remote   Remote   // nil: there is no connection to a tracker
	keepRead KeepRead // nil: nobody
	now      func() time.Time
	jitter   func() float64 // from 0 to 1
	draining turns
	paused   pauses
}

// KeepRead keeps what a tracker has said to a member of work items of a site, which were asked for by number.
type KeepRead func(ctx context.Context, m tenant.Member, site SiteRef, asked []string, facts []Facts) error

// NewWriteBacks makes a WriteBacks. remote may be nil; then nothing is ever written. keep keeps what the tracker says
// meanwhile; nil: nobody does.
func NewWriteBacks(store WriteBackStore, remote Remote, keep KeepRead, now func() time.Time) *WriteBacks {
	return &WriteBacks{store: store, remote: remote, keepRead: keep, now: calendar.Clock(now), jitter: rand.Float64}
}

// List gives what of the member's time isn't written yet, the longest waiting first, at most MaxWriteBacks.
func (s *WriteBacks) List(ctx context.Context, m tenant.Member) ([]WriteBack, error) {
	return s.store.OpenWriteBacks(ctx, m.Tenant.ID, m.User.ID, ids.WorkItem{}, time.Time{}, MaxWriteBacks)
}

// WrittenOf gives what was written of an entry, in the order of time: to its owner and to admins. Nobody else is told of
// anything.
func (s *WriteBacks) WrittenOf(ctx context.Context, m tenant.Member, entry ids.Entry) ([]Written, error) {
	all, err := s.store.WrittenOf(ctx, m.Tenant.ID, entry)
	if m.User.Role.Allows(tenant.RoleAdmin) {
		return all, err
	}
	return slices.DeleteFunc(all, func(w Written) bool { return w.Owner != m.User.ID }), err
}

// attemptTime is how long somebody who wants it written now waits for the tracker.
const attemptTime = 10 * time.Second

// Attempt writes what of the member's time isn't written yet now, on one work item or, with the zero id, on all. It gives
// what is left, as List does. errs.Unauthenticated and errs.Forbidden are the tracker's, errs.Unavailable when there is no
// connection to one.
func (s *WriteBacks) Attempt(ctx context.Context, m tenant.Member, as Credential, item ids.WorkItem) ([]WriteBack, error) {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return nil, err
	}
	if s.remote == nil {
		return nil, noRemote()
	}
	err := s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		return s.store.Hasten(ctx, m.Tenant.ID, m.User.ID, item, s.now())
	})
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	_, problem, err := s.drain(limited, m, as, item)
	s.paused.note(person{m.Tenant.ID, m.User.ID}, problem, s.now())
	if err == nil && (errs.Is(problem, errs.Unauthenticated) || errs.Is(problem, errs.Forbidden)) {
		err = problem
	}
	if err != nil {
		return nil, err
	}
	return s.List(ctx, m)
}

// LeaveOut gives up what couldn't be written, until its entry changes again. errs.NotFound when the member has none with
// the id.
func (s *WriteBacks) LeaveOut(ctx context.Context, m tenant.Member, id ids.WriteBack) error {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return err
	}
	return s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		return s.store.LeaveOut(ctx, m.Tenant.ID, m.User.ID, id)
	})
}

// WriteBackNotFound is the error for a write-back that isn't the person's, or is settled.
func WriteBackNotFound() error {
	return errs.New(errs.NotFound, "write_back_not_found", "Nothing of this waits to be written.")
}

// WriteInDoubt is the error for settling by hand what may have been written.
func WriteInDoubt() error {
	return errs.New(errs.Conflict, "write_in_doubt",
		"Azure DevOps didn't say whether it has made the last change. It is looked up first; try again in a few minutes.")
}
