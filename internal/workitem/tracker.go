package workitem

import (
	"strings"

	"timetracker/internal/ids"
)

// Tracker is a kind of system that keeps work items.
type Tracker string

// AzureDevOps is Azure DevOps Services.
const AzureDevOps Tracker = "azure_devops"

// rules are what one tracker's ids and names look like.
type rules struct {
	isNumber func(text string) bool // says whether a text is a work item's number
	number   string                 // describes that to people
	// stableID gives the one form of a site's or project's id; ok is false for a text that can't be one.
	stableID func(text string) (id string, ok bool)
	siteName func(name string) string // the name as it is stored and shown
}

// trackers has a row for each tracker. No other rule for ids and names depends on the tracker.
var trackers = map[Tracker]rules{
	// Ids of work items are 32-bit, those of organizations and projects are GUIDs:
	// https://learn.microsoft.com/rest/api/azure/devops/wit/work-items/get-work-item
	//
	// Names of organizations are parts of addresses, which ignore case.
	AzureDevOps: {
		isNumber: isPositiveInt32, number: "must be a whole number above zero",
		stableID: guid, siteName: strings.ToLower,
	},
}

// isPositiveInt32 says whether text is a positive 32-bit integer without leading zeros, so that each number has one
// text.
func isPositiveInt32(text string) bool {
	if text == "" || text[0] == '0' || len(text) > 10 || (len(text) == 10 && text > "2147483647") {
		return false
	}
	return strings.Trim(text, "0123456789") == ""
}

// guid gives a GUID in lower case. The zero GUID is not accepted.
func guid(text string) (string, bool) {
	id, err := ids.Parse[ids.Any](text)
	return id.String(), err == nil && !id.IsZero()
}
