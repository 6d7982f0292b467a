package timer

import (
	"strings"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

// AzureDevOps is the one tracker there is today.
const AzureDevOps = "azure_devops"

// WorkItemRef names a work item in its tracker.
type WorkItemRef struct {
	Tracker      string
	Organization string // lower case: Azure DevOps ignores case here
	Project      string
	ID           string // the tracker's own id, as text
}

// WorkItem is a work item with what is remembered of it for showing.
type WorkItem struct {
	WorkItemRef
	Title string
	Type  string
}

// normalize trims and checks a work item as a client gave it. SQL Server ignores trailing blanks in comparisons and
// SQLite does not, so none may reach the store.
func (w WorkItem) normalize(organization string) (WorkItem, error) {
	w.Tracker = AzureDevOps
	w.Organization = strings.ToLower(strings.TrimSpace(w.Organization))
	if w.Organization == "" {
		w.Organization = organization
	}
	w.Project = strings.TrimSpace(w.Project)
	w.ID = strings.TrimSpace(w.ID)
	w.Title = strings.TrimSpace(w.Title)
	w.Type = strings.TrimSpace(w.Type)
	if !isWorkItemNumber(w.ID) {
		return w, errs.New(errs.RuleBroken, "work_item_invalid", "A work item has a number; save a new one first.").
			WithField("/work_item/id", "not_a_number", "must be a whole number above zero")
	}
	if w.Project == "" {
		return w, errs.New(errs.RuleBroken, "work_item_invalid", "A work item belongs to a project.").
			WithField("/work_item/project", "empty", "must not be blank")
	}
	return w, nil
}

// isWorkItemNumber says whether id is a number as Azure DevOps gives it: a positive 32-bit integer without leading zeros.
func isWorkItemNumber(id string) bool {
	if id == "" || id[0] == '0' || len(id) > 10 || (len(id) == 10 && id > "2147483647") {
		return false
	}
	return strings.Trim(id, "0123456789") == ""
}

// Source says where an entry comes from.
type Source string

// The sources.
const (
	FromTimer Source = "timer"
	Manual    Source = "manual"
)

// UserRef is a user as shown beside an entry.
type UserRef = tenant.UserRef

// Entry is one contiguous interval [StartedAt, StoppedAt) of one user on one work item. A running timer is an entry whose
// StoppedAt is zero. Instants are UTC with milliseconds.
type Entry struct {
	ID            ids.Entry
	User          UserRef
	WorkItem      WorkItem
	StartedAt     time.Time
	StoppedAt     time.Time // zero: running
	Source        Source
	NeedsReview   bool
	ExistingHours *float64  // the item's Completed Work as read at the start, in hours
	VoidedAt      time.Time // zero: not voided
	Revision      int64     // 1 for a new entry; counts changes
}

// Running says whether the entry is a running timer.
func (e Entry) Running() bool { return e.StoppedAt.IsZero() }

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
)

// Event is one line of the timer log.
type Event struct {
	ID       ids.Event
	Type     EventType
	At       time.Time
	User     UserRef // whose timer it is
	EntryID  ids.Entry
	WorkItem WorkItem
}

// Change is one changed field of an entry.
type Change struct {
	ID        ids.Change
	EntryID   ids.Entry
	ChangedAt time.Time
	ChangedBy UserRef
	Field     string
	Old, New  string // instants as RFC 3339 in UTC with milliseconds; empty: no value
	Reason    string
}
