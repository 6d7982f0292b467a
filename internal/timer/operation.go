package timer

import (
	"strconv"
	"strings"
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

// OperationKind says what somebody did to entries in one go.
type OperationKind string

// The kinds of operations. Each is one word of the history, whatever fields it has changed.
const (
	Adding    OperationKind = "add"    // recorded by hand
	Changing  OperationKind = "change" // corrected, confirmed, moved or voided
	Resuming  OperationKind = "resume" // a stop was taken back
	Undoing   OperationKind = "undo"   // an operation before it was taken back
	Splitting OperationKind = "split"  // cut in two at an instant
	Merging   OperationKind = "merge"  // neighbours became one
	Copying   OperationKind = "copy"   // recorded again at another time
	InBulk    OperationKind = "bulk"   // one of several that were changed alike
	Importing OperationKind = "import" // read from a file
)

// isWhole says whether what an operation did to its entries is taken back together. Entries that were changed in bulk or
// imported stand by themselves.
func (k OperationKind) isWhole() bool { return k != InBulk && k != Importing }

// Operation is what a change of a field was a part of.
type Operation struct {
	ID   ids.EntryOperation
	Kind OperationKind
}

// operation makes the changes of one thing that somebody does, so that they are found together.
type operation struct {
	Operation
	by     UserRef
	at     time.Time
	reason string
}

func newOperation(kind OperationKind, by tenant.User, at time.Time, reason string) operation {
	return operation{
		Operation: Operation{ID: ids.New[ids.EntryOperation](), Kind: kind}, by: UserRef{ID: by.ID, Name: by.Name}, at: at,
		reason: strings.TrimSpace(reason),
	}
}

// change is one changed field of an entry.
func (o operation) change(entry ids.Entry, field, old, changed string) Change {
	return Change{
		ID: ids.New[ids.Change](), EntryID: entry, Operation: o.Operation, ChangedAt: o.at, ChangedBy: o.by,
		Field: field, Old: old, New: changed, Reason: o.reason,
	}
}

// create inserts an entry, and says in its history where it comes from.
func (o operation) create(changes *Changeset, entry Entry) {
	changes.Insert = append(changes.Insert, entry)
	changes.History = append(changes.History, o.change(entry.ID, fieldSource, "", string(entry.Source)))
}

// note adds a change to the history for every field that differs.
func (o operation) note(changes *Changeset, old, changed Entry) {
	fields := []struct{ name, old, changed string }{
		{fieldStartedAt, instantText(old.StartedAt), instantText(changed.StartedAt)},
		{fieldStoppedAt, instantText(old.StoppedAt), instantText(changed.StoppedAt)},
		{fieldNeedsReview, strconv.FormatBool(old.NeedsReview), strconv.FormatBool(changed.NeedsReview)},
		{fieldVoidedAt, instantText(old.VoidedAt), instantText(changed.VoidedAt)},
		{fieldWorkItem, old.WorkItem.ID.String(), changed.WorkItem.ID.String()},
		{fieldProject, old.ProjectID.String(), changed.ProjectID.String()},
		{fieldActivity, old.Activity.ID.String(), changed.Activity.ID.String()},
		{fieldBillable, strconv.FormatBool(old.Billable), strconv.FormatBool(changed.Billable)},
		{fieldNote, old.Note, changed.Note},
	}
	for _, field := range fields {
		if field.old != field.changed {
			changes.History = append(changes.History, o.change(changed.ID, field.name, field.old, field.changed))
		}
	}
}

// void takes an entry out of all sums.
func (o operation) void(changes *Changeset, entry *Entry) {
	old := *entry
	entry.VoidedAt, entry.NeedsReview = o.at, false
	o.note(changes, old, *entry)
}

// The fields whose changes the history keeps.
const (
	fieldStartedAt   = "started_at"
	fieldStoppedAt   = "stopped_at"
	fieldNeedsReview = "needs_review"
	fieldVoidedAt    = "voided_at"
	fieldWorkItem    = "work_item" // the id of the work item
	fieldProject     = "project"   // the id of the project
	fieldActivity    = "activity"  // the id of the activity
	fieldBillable    = "billable"
	fieldNote        = "note"
	fieldSource      = "source" // of an entry that an operation has made; it says who did so, when and why
)
