package boards

import (
	"fmt"
	"strings"
)

// Reason says why work items can't be read or changed as asked.
type Reason int

// The reasons.
const (
	_             Reason = iota
	NotFound             // no such work item, or none that this person may know of
	NoPermission         // it may be read, not written
	BrokenRules          // Refusal.Rules says which
	UnknownField         // no work item has it
	ForeignField         // work items of other types have it
	ReadOnlyField        // the system sets it
	BadValue             // it is not of the field's kind
	BadPath              // no such area or iteration
	UnknownPerson        // nobody of the organization's directory
	UnknownType
	UnknownProject
	PathsMissing   // a move names neither area nor iteration in the other project
	SecondParent   // a work item has one parent at most
	Circle         // a work item would be its own ancestor
	BadLink        // not a link between work items that is there
	NotDeleted     // only a deleted work item is restored or destroyed
	RevisionPassed // a later revision was made meanwhile
)

// Refusal is the error of a work item that can't be read or changed as asked.
type Refusal struct {
	Reason Reason
	ID     int    // of the work item; 0 for a new one
	Field  string // a reference name, or what was taken for one
	Value  string
	Rules  []BrokenRule
}

func (r *Refusal) Error() string {
	switch r.Reason {
	case NotFound:
		return "there is no such work item"
	case NoPermission:
		return "this person may not write here"
	case BrokenRules:
		return r.Rules[0].Message()
	case RevisionPassed:
		return "somebody else has changed the work item since it was opened; refresh it first"
	case UnknownProject:
		return "there is no project " + r.Value
	case UnknownType:
		return "there is no type " + r.Value
	default:
		return fmt.Sprintf("%s can't be %q", r.Field, r.Value)
	}
}

// BrokenRule is a rule that a work item would break.
type BrokenRule struct {
	Field Field
	// Flags are Azure DevOps' words for what is wrong, for instance Required and InvalidEmpty.
	Flags []string
	// Value is one that the field's list doesn't have.
	Value string
}

// Message is Azure DevOps' message.
func (r BrokenRule) Message() string {
	if r.Value != "" {
		return fmt.Sprintf("The field '%s' contains the value '%s' that is not in the list of supported values", r.Field.Name, r.Value)
	}
	return fmt.Sprintf("TF401320: Rule Error for field %s. Error code: %s.", r.Field.Name, strings.Join(r.Flags, ", "))
}
