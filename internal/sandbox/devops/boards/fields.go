package boards

import (
	"slices"
	"strings"
)

// The fields of a work item, by Azure DevOps' reference names. Work is in hours.
// https://learn.microsoft.com/azure/devops/boards/work-items/guidance/work-item-field
const (
	FieldID               = "System.Id"
	FieldRev              = "System.Rev"
	FieldProject          = "System.TeamProject" // its name; another one moves the work item
	FieldArea             = "System.AreaPath"
	FieldIteration        = "System.IterationPath"
	FieldType             = "System.WorkItemType"
	FieldTitle            = "System.Title"
	FieldState            = "System.State"
	FieldReason           = "System.Reason"
	FieldAssignedTo       = "System.AssignedTo"
	FieldParent           = "System.Parent"
	FieldCreatedDate      = "System.CreatedDate"
	FieldCreatedBy        = "System.CreatedBy"
	FieldChangedDate      = "System.ChangedDate"
	FieldChangedBy        = "System.ChangedBy"
	FieldDescription      = "System.Description"
	FieldHistory          = "System.History" // a comment, in the revision that it came with
	FieldCommentCount     = "System.CommentCount"
	FieldTags             = "System.Tags"
	FieldStateChangeDate  = "Microsoft.VSTS.Common.StateChangeDate"
	FieldPriority         = "Microsoft.VSTS.Common.Priority"
	FieldActivity         = "Microsoft.VSTS.Common.Activity"
	FieldStoryPoints      = "Microsoft.VSTS.Scheduling.StoryPoints"
	FieldOriginalEstimate = "Microsoft.VSTS.Scheduling.OriginalEstimate"
	FieldRemainingWork    = "Microsoft.VSTS.Scheduling.RemainingWork"
	FieldCompletedWork    = "Microsoft.VSTS.Scheduling.CompletedWork"
	FieldRootCause        = "Custom.RootCause" // Fabrikam's own
)

// Kind is the type of a field's values.
type Kind string

// The kinds, as Azure DevOps spells them.
const (
	String    Kind = "string"
	PlainText Kind = "plainText"
	HTML      Kind = "html"
	History   Kind = "history"
	Integer   Kind = "integer"
	Double    Kind = "double"
	DateTime  Kind = "dateTime"
	TreePath  Kind = "treePath"
	Identity  Kind = "identity" // the value is a user principal name
)

// Field is the definition of a field.
type Field struct {
	ReferenceName, Name string
	Kind                Kind
	// ReadOnly fields are the system's to set.
	ReadOnly bool
}

var fields = []Field{
	{FieldID, "ID", Integer, true},
	{FieldRev, "Rev", Integer, true},
	{FieldProject, "Team Project", String, false},
	{FieldArea, "Area Path", TreePath, false},
	{FieldIteration, "Iteration Path", TreePath, false},
	{FieldType, "Work Item Type", String, true},
	{FieldTitle, "Title", String, false},
	{FieldState, "State", String, false},
	{FieldReason, "Reason", String, false},
	{FieldAssignedTo, "Assigned To", Identity, false},
	{FieldParent, "Parent", Integer, true},
	{FieldCreatedDate, "Created Date", DateTime, true},
	{FieldCreatedBy, "Created By", Identity, true},
	{FieldChangedDate, "Changed Date", DateTime, true},
	{FieldChangedBy, "Changed By", Identity, true},
	{FieldDescription, "Description", HTML, false},
	{FieldHistory, "History", History, false},
	{FieldCommentCount, "Comment Count", Integer, true},
	{FieldTags, "Tags", PlainText, false},
	{FieldStateChangeDate, "State Change Date", DateTime, true},
	{FieldPriority, "Priority", Integer, false},
	{FieldActivity, "Activity", String, false},
	{FieldStoryPoints, "Story Points", Double, false},
	{FieldOriginalEstimate, "Original Estimate", Double, false},
	{FieldRemainingWork, "Remaining Work", Double, false},
	{FieldCompletedWork, "Completed Work", Double, false},
	{FieldRootCause, "Root Cause", String, false},
}

// Fields returns the definitions of all fields.
func Fields() []Field { return slices.Clone(fields) }

// FieldNamed finds a field by its reference name or its name, in any case.
func FieldNamed(name string) (Field, bool) {
	at := slices.IndexFunc(fields, func(f Field) bool {
		return strings.EqualFold(f.ReferenceName, name) || strings.EqualFold(f.Name, name)
	})
	if at < 0 {
		return Field{}, false
	}
	return fields[at], true
}
