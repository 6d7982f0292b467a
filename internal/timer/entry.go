package timer

import (
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

// Source says where an entry comes from.
type Source string

// The sources.
const (
	FromTimer Source = "timer"
	Manual    Source = "manual"
)

// UserRef is a user as shown beside an entry.
type UserRef = tenant.UserRef

// Entry is one contiguous interval [StartedAt, StoppedAt) of one user on one work item, or on a project without one. A
// running timer is an entry whose StoppedAt is zero. Instants are UTC with milliseconds.
type Entry struct {
	ID            ids.Entry
	User          UserRef
	WorkItem      workitem.WorkItem // of general time: without an id, with its site and project alone
	ProjectID     ids.Project       // under which it was recorded; WorkItem.Project is shown, into which it may have been merged
	Activity      tenant.ActivityRef
	Billable      bool
	Note          string // at most MaxNote characters; may be empty
	StartedAt     time.Time
	StoppedAt     time.Time // zero: running
	Source        Source
	NeedsReview   bool
	Settled       bool      // under review, in closed time, and an adjustment says what of it counts
	ExistingHours *float64  // the item's Completed Work as read at the start, in hours
	VoidedAt      time.Time // zero: not voided
	Revision      int64     // 1 for a new entry; counts changes
	Locked        bool      // nobody may change it: it is in a closed period, or settled; only lists and single entries say so
}

// General says whether the entry is on a project without a work item.
func (e Entry) General() bool { return e.WorkItem.ID.IsZero() }

// Running says whether the entry is a running timer.
func (e Entry) Running() bool { return e.StoppedAt.IsZero() }

// EndsBy is the instant at which the entry ends, a running timer's at the latest. limit is its tenant's AutoStopAfter. The
// server stops a timer at exactly that length, however late it comes to it, so that the timer shares no later time.
func (e Entry) EndsBy(limit time.Duration) time.Time {
	if e.Running() {
		return e.StartedAt.Add(limit)
	}
	return e.StoppedAt
}

// ElapsedBy is Elapsed, of a running timer up to its tenant's limit at most.
func (e Entry) ElapsedBy(now time.Time, limit time.Duration) time.Duration {
	if ends := e.EndsBy(limit); ends.Before(now) {
		now = ends
	}
	return e.Elapsed(now)
}

// Voided says whether the entry was voided.
func (e Entry) Voided() bool { return !e.VoidedAt.IsZero() }

// Elapsed is the entry's length; a running timer's is measured up to now and is never negative.
func (e Entry) Elapsed(now time.Time) time.Duration {
	end := e.StoppedAt
	if e.Running() {
		end = now
	}
	return max(0, end.Sub(e.StartedAt))
}

// EventType says what happened to a timer or its entry.
type EventType string

// The event types.
const (
	Started     EventType = "started"
	Stopped     EventType = "stopped"
	Switched    EventType = "switched"     // stopped because another one started
	AutoStopped EventType = "auto_stopped" // stopped by the server after the tenant's limit
	Discarded   EventType = "discarded"
	Voided      EventType = "voided"
	Corrected   EventType = "corrected"
	Confirmed   EventType = "confirmed"
	Undone      EventType = "undone"  // the last change of the entry was taken back
	Resumed     EventType = "resumed" // a stop was taken back: the timer runs on
	Added       EventType = "added"   // recorded by hand
	Split       EventType = "split"   // cut in two
	Merged      EventType = "merged"  // with its neighbours
)

// Event is one line of the timer log.
type Event struct {
	ID       ids.Event
	Type     EventType
	At       time.Time
	User     UserRef // whose timer it is
	EntryID  ids.Entry
	WorkItem workitem.WorkItem // as Entry has it
}

// Change is one changed field of an entry.
type Change struct {
	ID        ids.Change
	EntryID   ids.Entry
	Operation Operation // of which it is a part
	ChangedAt time.Time
	ChangedBy UserRef
	Field     string
	Old, New  string // instants as RFC 3339 in UTC with milliseconds; empty: no value
	Reason    string
}
