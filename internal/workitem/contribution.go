package workitem

import (
	"strings"
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

// Contribution is one change of a work item's hours that we make: a row of the ledger. It is written before the tracker is
// asked, and is in doubt until somebody knows that the change was made. A change that was not made leaves no row.
type Contribution struct {
	ID         ids.Contribution
	WorkItemID ids.WorkItem
	EntryID    ids.Entry // zero: no entry's
	UserID     ids.User  // with whose rights
	ObjectID   ids.Object
	Written    time.Duration // of the entry, signed
	Rounded    int64         // hundredths of an hour, signed
	Taken      int64         // hundredths of an hour that Remaining Work loses for the entry, signed
	RevBefore  int64
	Before     *float64 // Completed Work; nil: it had no value
	After      float64
	Remaining  *float64  // Remaining Work afterwards; nil: it stays
	SentAt     time.Time // when it was sent last
	// HeldUntil is until when somebody may be at it. From then on it can be taken over.
	HeldUntil time.Time
}

const (
	// inDoubtFor is how long a change may reach a tracker after it was put into the ledger. It is much longer than
	// sendWithin and a call together.
	inDoubtFor = 2 * time.Minute
	// sendWithin is how long after it was put into the ledger a change may be sent.
	sendWithin = 20 * time.Second
)

// hours are what the contribution writes.
func (c Contribution) hours() Hours { return Hours{Completed: &c.After, Remaining: c.Remaining} }

// changes says whether the contribution changes anything in the tracker.
func (c Contribution) changes(now Hours) bool {
	return c.After != valueOf(now.Completed) || c.Remaining != nil
}

// contributionOf decides what is written of an entry now. own is what the item has of us, facts what the tracker says.
// The item's hundredths are its whole length, rounded; so the sum is right whatever the entries leave over.
func contributionOf(w WriteBack, own OwnHours, facts Facts, settings tenant.Settings) Contribution {
	difference := w.Wanted - w.Written
	c := Contribution{
		WorkItemID: w.WorkItem.ID, EntryID: w.EntryID, UserID: w.UserID, Written: difference,
		Rounded:   roundedHundredths(own.Written+difference, int64(settings.WriteBackStep)) - own.Rounded,
		RevBefore: facts.Revision, Before: facts.Hours.Completed,
	}
	c.After = max(0, addHours(valueOf(c.Before), c.Rounded))
	if remaining := facts.Hours.Remaining; settings.WriteBackRemaining && remaining != nil {
		c.Taken = takenOf(*remaining, c.Rounded, w.Taken)
		after := addHours(*remaining, -c.Taken)
		if c.Taken < c.Rounded {
			after = 0 // together with what is less than a hundredth
		}
		if after != *remaining {
			c.Remaining = &after
		}
	}
	return c
}

// restoring raises Completed Work to what is ours of it. It writes nothing of an entry.
func restoring(item ids.WorkItem, own OwnHours, facts Facts) Contribution {
	c := Contribution{WorkItemID: item, RevBefore: facts.Revision, Before: facts.Hours.Completed}
	c.After = valueOf(c.Before)
	if missingOf(c.Before, own.Rounded) > 0 {
		c.After = hoursOf(own.Rounded)
	}
	return c
}

// takenOf is by how many hundredths of an hour Remaining Work gets smaller when Completed Work gets so many more: not below
// zero. It gives back at most what was taken for the entry.
func takenOf(remaining float64, rounded, taken int64) int64 {
	if rounded < 0 {
		return -min(-rounded, taken)
	}
	return min(rounded, wholeHundredths(remaining))
}

// standing is what is known of a contribution in doubt.
type standing uint8

const (
	made      standing = iota
	neverMade          // and it never will
	notYet             // it may still be on its way
)

// standingOf decides about a contribution in doubt. now are the item's facts, next those of the revision after the one that
// was to be changed, if there is one. as is the object id of who asks.
func standingOf(c Contribution, now Facts, next *Facts, as string) standing {
	if now.Revision <= c.RevBefore {
		return notYet
	}
	if next == nil || next.Hours.Completed == nil || *next.Hours.Completed != c.After {
		return neverMade
	}
	author := c.ObjectID.String()
	switch {
	case strings.EqualFold(next.ChangedBy, author):
		return made
	case next.ChangedBy != "", strings.EqualFold(as, author): // a person always recognizes their own changes
		return neverMade
	default: // the hours are those that we have asked for
		return made
	}
}

// The waits between attempts.
const (
	firstWait   = 30 * time.Second
	longestWait = time.Hour
	refusedWait = 24 * time.Hour // of what somebody has to change in the tracker
	busyWait    = 10 * time.Second
)

// waitOf is how long to wait after so many attempts that have failed. The tracker's own wish is the least. jitter is from
// 0 to 1, so that not all come back at once.
func waitOf(attempts int, wish time.Duration, refused bool, jitter float64) time.Duration {
	wait := refusedWait
	if !refused {
		wait = longestWait
		if attempts < 8 {
			wait = min(longestWait, firstWait<<max(0, attempts-1))
		}
	}
	return max(wish, wait) + time.Duration(jitter*float64(wait)/4)
}
