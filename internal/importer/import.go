package importer

import (
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

// State says how far an import is.
type State string

// The states.
const (
	Uploading State = "uploading" // the file's parts arrive
	Checking  State = "checking"  // each row is looked at; nothing is recorded
	Ready     State = "ready"     // what would happen is known
	Running   State = "running"   // rows become entries
	Stopped   State = "stopped"   // running or undoing was stopped, and can go on
	Done      State = "done"
	Undoing   State = "undoing" // its entries are voided
	Undone    State = "undone"
	Failed    State = "failed"    // the file can't be read; see Import.Problem
	Discarded State = "discarded" // its rows are being removed; nobody is shown it any more
)

// UnfinishedDays is how long an import waits for its file to be looked at.
const UnfinishedDays = 7

// Outcome is what becomes of a row.
type Outcome string

// The outcomes.
const (
	New     Outcome = "new"     // becomes an entry when the import is run
	Known   Outcome = "known"   // was imported before, and its entry is there
	Refused Outcome = "refused" // see the row's Problem
	Added   Outcome = "added"   // is an entry
	Removed Outcome = "removed" // its entry was voided when the import was undone
	Kept    Outcome = "kept"    // undoing has left its entry: it was changed since, is closed, or isn't the member's to see
)

// Outcomes are all outcomes, in the order in which a row can have them.
var Outcomes = []Outcome{New, Known, Refused, Added, Removed, Kept}

// Options say how a file is read.
type Options struct {
	FileName  string
	Format    Format    // empty: as the first line tells
	TimeZone  string    // of days and times without one; empty: each person's own
	DateOrder DateOrder // empty: as the file's days tell
	Project   string    // of rows that name none that is known; empty: those are refused
	Reason    string    // stands in the history of each entry; empty: that they were imported
}

// Import is one file.
type Import struct {
	ID        ids.Import
	CreatedBy tenant.UserRef
	CreatedAt time.Time // UTC
	Options
	State    State
	Problem  Problem // of a file that can't be read, or why it was stopped
	Parts    int     // of the file
	Rows     int     // that were looked at
	Goal     int     // how many rows there are to do in this State; 0: it isn't known yet
	Counts   map[Outcome]int
	Revision int64 // 1 for a new one; counts changes of State
}

// Progress is how many rows of how many are done of what the import does now. total is 0 while it isn't known, and in states
// in which nothing is done.
func (i Import) Progress() (done, total int) {
	switch i.State {
	case Checking:
		return i.Rows, i.Goal
	case Running:
		return i.Goal - i.Counts[New], i.Goal
	case Undoing:
		return i.Goal - i.Counts[Added], i.Goal
	default:
		return 0, 0
	}
}

// CheckedRow is a row with what becomes of it.
type CheckedRow struct {
	Row
	Outcome   Outcome
	Problem   Problem  // of a refused one
	Owner     ids.User // zero: nobody was found
	StartedAt time.Time
	StoppedAt time.Time
	Plan      Plan
	Entry     ids.Entry // zero: none was made
}

// Plan is what a row becomes, by what was found when it was looked at.
type Plan struct {
	Project  string       `json:"project,omitempty"` // by name, of a work item
	General  ids.Project  `json:"general,omitzero"`  // the project of time without a work item
	Activity ids.Activity `json:"activity,omitzero"` // zero: the default
}

// ProblemCount is how many rows have a problem.
type ProblemCount struct {
	Problem
	Rows int
}

// NotFound is the error for an import that the tenant doesn't have.
func NotFound() error { return errs.New(errs.NotFound, "import_not_found", "There is no such import.") }
