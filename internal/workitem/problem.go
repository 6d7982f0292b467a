package workitem

import (
	"errors"

	"timetracker/internal/errs"
)

// Problem is why something could not be written, as people see it. Zero: none.
type Problem struct {
	Code    string // see refusals, and the codes of Remote
	Message string
}

// refusals are the problems that last until somebody changes something in the tracker.
var refusals = map[string]bool{
	codeItemNotFound: true, codeReadOnly: true, codeRefused: true,
}

func (p Problem) refused() bool { return refusals[p.Code] }

// problems are the codes of Remote.
var problems = map[string]bool{
	codeItemNotFound: true, codeReadOnly: true, codeRefused: true, codeItemChanged: true, codeAnswerLost: true,
	codeUnavailable: true, "interaction_required": true, "tracker_consent_required": true,
}

// problemOf is an error as people see it; zero for our own faults.
func problemOf(err error) Problem {
	told, ok := errors.AsType[*errs.Error](err)
	if !ok || told.Kind == errs.Internal || !problems[told.Code] {
		return Problem{}
	}
	return Problem{Code: told.Code, Message: cut(told.Message, problemLength)}
}

// problemLength is the longest message that is kept, in characters.
const problemLength = 400
