package workitem

import (
	"context"
	"time"

	"timetracker/internal/tenant"
)

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
	Revision  int64         // of the item with Hours; zero: never read
	Own       float64       // hours that we have added, for everybody; zero while the item isn't shown to the member
	Others    *float64      // Hours without Own
	Waiting   time.Duration // what of the member's isn't written yet
	NextTryAt time.Time
	WrittenAt time.Time
	Problem   Problem
}

// CompletedWork tells of a work item's hours, with the member's own view of it. An item without an id has none.
func (s *WriteBacks) CompletedWork(ctx context.Context, m tenant.Member, item WorkItem) (CompletedWork, error) {
	if item.ID.IsZero() {
		return s.completedWork(m.Tenant, Reading{}, OwnHours{}, nil), nil
	}
	own, err := s.store.OwnHours(ctx, m.Tenant.ID, item.ID, m.User.ID)
	if err != nil {
		return CompletedWork{}, err
	}
	if !item.ShownTo(m) {
		own.Rounded = 0
	}
	open, err := s.store.OpenWriteBacks(ctx, m.Tenant.ID, m.User.ID, item.ID, time.Time{}, MaxWriteBacks)
	if err != nil {
		return CompletedWork{}, err
	}
	return s.completedWork(m.Tenant, item.SeenBy(m).Reading, own, open), nil
}

// completedWork makes one answer of what is open of a member's on a work item, the first due first.
func (s *WriteBacks) completedWork(t tenant.Tenant, read Reading, own OwnHours, open []WriteBack) CompletedWork {
	c := CompletedWork{
		State: NothingToDo, Hours: read.Hours.Completed, ReadAt: read.At, Revision: read.Revision, Own: hoursOf(own.Rounded), WrittenAt: own.WrittenAt,
	}
	c.Others = othersOf(c.Hours, own.Rounded)
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
	case len(open) > 0 && t.MayWrite(s.now()) != nil:
		c.State, c.Problem = WriteWaits, Problem{Code: "tenant_inactive", Message: "Nothing is written while your organization has no plan in force."}
	case c.Problem.refused():
		c.State = WriteRefused
	case len(open) > 0:
		c.State = WriteWaits
	case own.Wrote:
		c.State = AllWritten
	}
	return c
}
