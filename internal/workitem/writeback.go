package workitem

import (
	"context"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
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

// Problem is why something could not be written, as people see it. Zero: none.
type Problem struct {
	Code    string // see refusals, and the codes of Remote
	Message string
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
	// LeaveOut settles a person's write-back as it is; errs.NotFound when they have no open one with the id. While its
	// last change is in doubt it gives errs.Conflict, write_in_doubt. Only within Tx.
	LeaveOut(ctx context.Context, id ids.Tenant, user ids.User, writeBack ids.WriteBack) error
}

// OwnHours are the hours of a work item that are ours.
type OwnHours struct {
	Written time.Duration // of everybody
	Rounded int64         // hundredths of an hour that Completed Work has of it

	// These are of one person.
	Wrote     bool // something of theirs is written
	WrittenAt time.Time
}

// WriteBacks adds recorded time to the hours that trackers keep.
type WriteBacks struct {
	store  WriteBackStore
	remote Remote // nil: there is no connection to a tracker
	now    func() time.Time
}

// NewWriteBacks makes a WriteBacks. remote may be nil; then nothing is ever written.
func NewWriteBacks(store WriteBackStore, remote Remote, now func() time.Time) *WriteBacks {
	return &WriteBacks{store: store, remote: remote, now: now}
}

// List gives what of the member's time isn't written yet, the longest waiting first, at most MaxWriteBacks.
func (s *WriteBacks) List(ctx context.Context, m tenant.Member) ([]WriteBack, error) {
	return s.store.OpenWriteBacks(ctx, m.Tenant.ID, m.User.ID, ids.WorkItem{}, time.Time{}, MaxWriteBacks)
}

// Attempt gives what of the member's time isn't written yet.
func (s *WriteBacks) Attempt(ctx context.Context, m tenant.Member) ([]WriteBack, error) {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
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

// WriteState says what has become of a person's time on a work item.
type WriteState string

// The states.
const (
	WriteOff     WriteState = "off"     // the tenant doesn't write, or nothing connects us to the tracker
	NothingToDo  WriteState = "nothing" // nothing was written, and nothing is to be
	AllWritten   WriteState = "written"
	WriteWaits   WriteState = "waiting"
	WriteRefused WriteState = "refused" // until something changes in the tracker
)

// CompletedWork is what a member is told of a work item's hours.
type CompletedWork struct {
	State     WriteState
	Hours     *float64 // Completed Work as last read; nil: unknown, or no value
	ReadAt    time.Time
	Own       float64       // hours that we have added, for everybody
	Others    *float64      // Hours without Own
	Waiting   time.Duration // what of the member's isn't written yet
	NextTryAt time.Time
	WrittenAt time.Time
	Problem   Problem
}

// CompletedWork tells of a work item's hours. An item without an id has none.
func (s *WriteBacks) CompletedWork(ctx context.Context, m tenant.Member, item ids.WorkItem) (CompletedWork, error) {
	if item.IsZero() {
		return s.completedWork(m.Tenant, OwnHours{}, nil), nil
	}
	own, err := s.store.OwnHours(ctx, m.Tenant.ID, item, m.User.ID)
	if err != nil {
		return CompletedWork{}, err
	}
	open, err := s.store.OpenWriteBacks(ctx, m.Tenant.ID, m.User.ID, item, time.Time{}, MaxWriteBacks)
	if err != nil {
		return CompletedWork{}, err
	}
	return s.completedWork(m.Tenant, own, open), nil
}

// completedWork makes one answer of what is open of a member's on a work item, the first due first.
func (s *WriteBacks) completedWork(t tenant.Tenant, own OwnHours, open []WriteBack) CompletedWork {
	c := CompletedWork{State: NothingToDo, Own: hoursOf(own.Rounded), WrittenAt: own.WrittenAt}
	for i, w := range open {
		c.Waiting += w.Waiting()
		if i == 0 {
			c.NextTryAt = w.NextAt
		}
		if c.Problem.Code == "" || (w.Problem.refused() && !c.Problem.refused()) {
			c.Problem = w.Problem
		}
	}
	switch {
	case s.remote == nil || !t.Settings.WriteBack:
		c.State, c.NextTryAt, c.Problem = WriteOff, time.Time{}, Problem{}
	case c.Problem.refused():
		c.State = WriteRefused
	case len(open) > 0:
		c.State = WriteWaits
	case own.Wrote:
		c.State = AllWritten
	}
	return c
}

// refusals are the problems that last until somebody changes something in the tracker.
var refusals = map[string]bool{
	codeItemNotFound: true, codeReadOnly: true, codeRefused: true,
}

// The codes of Remote that decide what is done next.
const (
	codeItemNotFound = "work_item_not_found"
	codeReadOnly     = "work_item_read_only"
	codeRefused      = "tracker_refused"
)

func (p Problem) refused() bool { return refusals[p.Code] }
