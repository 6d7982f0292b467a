package azuredevops

import (
	"math"
	"net/url"
	"strconv"
	"strings"

	wit "github.com/microsoft/azure-devops-go-api/azuredevops/v7/workitemtracking"

	"timetracker/internal/ids"
	"timetracker/internal/plaintext"
	"timetracker/internal/workitem"
)

// The fields that are read or searched by, with Azure DevOps' reference names:
// https://learn.microsoft.com/azure/devops/boards/work-items/guidance/work-item-field
const (
	fieldProject   = "System.TeamProject"
	fieldTitle     = "System.Title"
	fieldType      = "System.WorkItemType"
	fieldState     = "System.State"
	fieldAssignee  = "System.AssignedTo"
	fieldParent    = "System.Parent"
	fieldChangedAt = "System.ChangedDate"
	fieldChangedBy = "System.ChangedBy"
	fieldCompleted = "Microsoft.VSTS.Scheduling.CompletedWork"
	fieldRemaining = "Microsoft.VSTS.Scheduling.RemainingWork"
)

// fields are those that are read.
var fields = []string{
	"System.Id", "System.Rev", fieldProject, fieldTitle, fieldType, fieldState, fieldAssignee, fieldParent, fieldChangedBy,
	fieldCompleted, fieldRemaining,
}

// maxName is the length of the longest title or name, in characters.
const maxName = 255

// number reads a work item's number as Azure DevOps has them.
func number(text string) (int, bool) {
	n, err := strconv.ParseInt(text, 10, 32)
	return int(n), err == nil && n > 0 && strconv.FormatInt(n, 10) == text
}

// factsOf reads a work item. ok is false without a number or a revision, as where null stands for one that can't be seen.
// changedBy is the id that the organization has for whoever changed it.
func factsOf(item wit.WorkItem) (facts workitem.Facts, changedBy string, ok bool) {
	if item.Id == nil || *item.Id <= 0 || item.Rev == nil || *item.Rev <= 0 || item.Fields == nil {
		return workitem.Facts{}, "", false
	}
	given := *item.Fields
	text := func(field string) string {
		value, _ := given[field].(string)
		return cut(plaintext.CleanLine(value), maxName)
	}
	facts = workitem.Facts{
		Number: strconv.Itoa(*item.Id), Revision: int64(*item.Rev),
		Project: workitem.Named{StableID: projectOf(item.Url), Name: text(fieldProject)},
		Title:   text(fieldTitle), Type: text(fieldType), State: text(fieldState),
		Hours: workitem.Hours{Completed: hoursOf(given[fieldCompleted]), Remaining: hoursOf(given[fieldRemaining])},
	}
	facts.Assignee, facts.AssigneeAddress, _ = identityOf(given[fieldAssignee])
	_, _, changedBy = identityOf(given[fieldChangedBy])
	if parent, ok := given[fieldParent].(float64); ok && parent >= 1 && parent <= math.MaxInt32 {
		facts.Parent = strconv.Itoa(int(parent))
	}
	return facts, changedBy, true
}

// hoursOf reads hours, which are any number that isn't infinite.
func hoursOf(value any) *float64 {
	hours, ok := value.(float64)
	if !ok {
		return nil
	}
	return &hours
}

// identityOf reads a person: the name that is shown, the address with which they sign in, and the id within the organization.
// Older versions of the API have the name with the address behind it.
func identityOf(value any) (name, address, id string) {
	switch value := value.(type) {
	case map[string]any:
		name, _ = value["displayName"].(string)
		address, _ = value["uniqueName"].(string)
		id, _ = value["id"].(string)
	case string:
		name, address, _ = strings.Cut(value, " <")
		address = strings.TrimSuffix(address, ">")
	}
	name, address = cut(plaintext.CleanLine(name), maxName), plaintext.CleanLine(address)
	if len(address) > maxName || !strings.Contains(address, "@") {
		address = "" // a group, or somebody of no directory
	}
	parsed, err := ids.Parse[ids.Any](id)
	if err != nil || parsed.IsZero() {
		return name, address, ""
	}
	return name, address, parsed.String()
}

// projectOf is the id of the project in the address of a work item, such as
// https://dev.azure.com/contoso/2f6c91d8-4e07-4ab5-93d2-b85a0f7e1c01/_apis/wit/workItems/104; empty: there is none.
func projectOf(address *string) string {
	if address == nil {
		return ""
	}
	parsed, err := url.Parse(*address)
	if err != nil {
		return ""
	}
	before, _, _ := strings.Cut(parsed.Path, "/_apis/")
	id, err := ids.Parse[ids.Any](before[strings.LastIndexByte(before, '/')+1:])
	if err != nil || id.IsZero() {
		return ""
	}
	return id.String()
}
