package azuredevops

import (
	"context"
	"fmt"
	"strings"

	wit "github.com/microsoft/azure-devops-go-api/azuredevops/v7/workitemtracking"

	"timetracker/internal/plaintext"
	"timetracker/internal/workitem"
)

const (
	// maxWords and maxWord bound what is searched for, since each word makes a query slower.
	maxWords = 10
	maxWord  = 100 // characters
)

// closedStates are the states of Microsoft's own processes that count as completed or removed, and openStates most others.
// A query can't ask for the category of a state:
// https://learn.microsoft.com/azure/devops/boards/work-items/workflow-and-state-categories
var (
	closedStates = []string{"Closed", "Completed", "Cut", "Done", "Inactive", "Removed"}
	openStates   = []string{
		"Active", "Approved", "Committed", "Design", "Doing", "In Progress", "New", "Open", "Proposed", "Ready", "Resolved", "To Do",
	}
)

// Search implements workitem.Remote.
func (c *Client) Search(ctx context.Context, as workitem.Credential, site string, query workitem.Query) ([]workitem.Facts, error) {
	if query.Limit < 1 || query.Limit > workitem.MaxRead {
		return nil, fmt.Errorf("azure devops: a search for %d work items", query.Limit)
	}
	if err := c.mayAsk(as); err != nil {
		return nil, err
	}
	text := wiql(query)
	// Some may be left out below.
	top := query.Limit
	if query.Open {
		top = min(2*top, workitem.MaxRead)
	}
	var answer *wit.WorkItemQueryResult
	err := c.ask(ctx, as, site, false, func(ctx context.Context, s *session) (err error) {
		answer, err = s.QueryByWiql(ctx, wit.QueryByWiqlArgs{Wiql: &wit.Wiql{Query: &text}, Top: &top})
		return err
	})
	if barred(err) {
		return nil, nil
	}
	if err != nil {
		return nil, c.noAnswer(err)
	}
	if answer.WorkItems == nil {
		return nil, c.noAnswer(errUnexpected)
	}
	var numbers []int
	for _, found := range *answer.WorkItems {
		if found.Id != nil && *found.Id > 0 && len(numbers) < top {
			numbers = append(numbers, *found.Id)
		}
	}
	found, err := c.read(ctx, as, site, numbers)
	if err == nil && query.Open {
		found = c.open(ctx, as, site, found)
	}
	return found[:min(len(found), query.Limit)], err
}

// wiql writes a query: https://learn.microsoft.com/azure/devops/boards/queries/wiql-syntax
func wiql(query workitem.Query) string {
	var conditions []string
	compare := func(field, operator, value string) {
		conditions = append(conditions, "["+field+"] "+operator+" "+value)
	}
	words := strings.Fields(plaintext.CleanLine(query.Words))
	for _, word := range words[:min(len(words), maxWords)] {
		compare(fieldTitle, "CONTAINS", quoted(cut(word, maxWord)))
	}
	if query.Project != "" {
		compare(fieldProject, "=", quoted(cut(plaintext.CleanLine(query.Project), maxName)))
	}
	if query.Mine {
		compare(fieldAssignee, "=", "@Me")
	}
	if query.Open {
		for _, state := range closedStates {
			compare(fieldState, "<>", quoted(state))
		}
	}
	text := "SELECT [System.Id] FROM WorkItems"
	if len(conditions) > 0 {
		text += " WHERE " + strings.Join(conditions, " AND ")
	}
	return text + " ORDER BY [" + fieldChangedAt + "] DESC"
}

// quoted writes a text as a query has it. Only a quotation mark means something in it, and a second one removes that.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
