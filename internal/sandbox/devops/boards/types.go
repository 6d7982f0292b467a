package boards

import (
	"slices"
	"strings"
)

// The types of work items, and states that rules name. They are the process Agile's.
const (
	typeEpic      = "Epic"
	typeFeature   = "Feature"
	typeUserStory = "User Story"
	typeTask      = "Task"
	typeBug       = "Bug"
	typeIssue     = "Issue"
	typeTestCase  = "Test Case"

	stateClosed = "Closed"
)

// typesWithHours have Original Estimate, Remaining Work and Completed Work.
var typesWithHours = []string{typeTask, typeBug}

// Type is a type of work items.
// https://learn.microsoft.com/azure/devops/boards/work-items/guidance/agile-process-workflow
type Type struct {
	Name, ReferenceName string
	Color               string // RRGGBB
	States              []State
	// Fields are those that not every type has.
	Fields []string
}

// State is a state of a work item's life. New work items have the first one of their type.
type State struct {
	Name, Category string
	Color          string // RRGGBB
}

var (
	stateNew      = State{"New", "Proposed", "b2b2b2"}
	stateActive   = State{"Active", "InProgress", "007acc"}
	stateResolved = State{"Resolved", "Resolved", "ff9d00"}
	stateDesign   = State{"Design", "Proposed", "b2b2b2"}
	stateReady    = State{"Ready", "InProgress", "007acc"}
	stateDone     = State{stateClosed, "Completed", "339933"}
	stateRemoved  = State{"Removed", "Removed", "ffffff"}

	types = []Type{
		{typeEpic, "Microsoft.VSTS.WorkItemTypes.Epic", "e06c00", storyStates(), nil},
		{typeFeature, "Microsoft.VSTS.WorkItemTypes.Feature", "773b93", storyStates(), nil},
		{typeUserStory, "Microsoft.VSTS.WorkItemTypes.UserStory", "009ccc", storyStates(), []string{FieldStoryPoints}},
		{
			typeTask, "Microsoft.VSTS.WorkItemTypes.Task", "f2cb1d",
			[]State{stateNew, stateActive, stateDone, stateRemoved},
			[]string{FieldActivity, FieldOriginalEstimate, FieldRemainingWork, FieldCompletedWork},
		},
		{
			typeBug, "Microsoft.VSTS.WorkItemTypes.Bug", "cc293d",
			[]State{stateNew, stateActive, stateResolved, stateDone},
			[]string{
				FieldActivity, FieldStoryPoints, FieldOriginalEstimate, FieldRemainingWork, FieldCompletedWork, FieldRootCause,
			},
		},
		{typeIssue, "Microsoft.VSTS.WorkItemTypes.Issue", "339947", []State{stateActive, stateDone}, nil},
		{typeTestCase, "Microsoft.VSTS.WorkItemTypes.TestCase", "004b50", []State{stateDesign, stateReady, stateDone}, nil},
	}
)

func storyStates() []State {
	return []State{stateNew, stateActive, stateResolved, stateDone, stateRemoved}
}

// Types returns the types, which all projects have.
func Types() []Type { return slices.Clone(types) }

// TypeNamed finds a type by its name, in any case.
func TypeNamed(name string) (Type, bool) {
	at := slices.IndexFunc(types, func(t Type) bool { return strings.EqualFold(t.Name, name) })
	if at < 0 {
		return Type{}, false
	}
	return types[at], true
}

// HasField tells whether work items of the type have a field.
func (t Type) HasField(referenceName string) bool {
	if slices.Contains(t.Fields, referenceName) {
		return true
	}
	return !slices.ContainsFunc(types, func(other Type) bool { return slices.Contains(other.Fields, referenceName) })
}

// HasHours tells whether work items of the type have fields for hours.
func (t Type) HasHours() bool { return slices.Contains(t.Fields, FieldCompletedWork) }

// state finds a state by its name, in any case.
func (t Type) state(name string) (State, bool) {
	at := slices.IndexFunc(t.States, func(s State) bool { return strings.EqualFold(s.Name, name) })
	if at < 0 {
		return State{}, false
	}
	return t.States[at], true
}
