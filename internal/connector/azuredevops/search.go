package azuredevops

import (
	"context"
	"fmt"
	"strings"

	wit "github.com/microsoft/azure-devops-go-api/azuredevops/v7/workitemtracking"

	"timetracker/internal/workitem"
)

const (
	// maxWords and maxWord bound what is searched for, since each word makes a query slower.
	maxWords = 10
	maxWord  = 100 // characters
)

// closedStates are the states of Microsoft's own processes that count as completed or removed. A query can't ask for the
// category of a state: https://learn.microsoft.com/azure/devops/boards/work-items/workflow-and-state-categories
var closedStates = []string{"Closed", "Completed", "Cut", "Done", "Inactive", "Removed"}

// Search implements workitem.Remote.
func (c *Client) Search(ctx context.Context, as workitem.Credential, site string, query workitem.Query) ([]workitem.Facts, error) {
	if query.Limit < 1 || query.Limit > workitem.MaxRead {
		return nil, fmt.Errorf("azure devops: a search for %d work items", query.Limit)
	}
	if err := c.mayAsk(as); err != nil {
		return nil, err
	}
	text := wiql(query)
	var answer *wit.WorkItemQueryResult
	err := c.ask(ctx, as, site, false, func(ctx context.Context, s *session) (err error) {
		answer, err = s.QueryByWiql(ctx, wit.QueryByWiqlArgs{Wiql: &wit.Wiql{Query: &text}, Top: &query.Limit})
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
		if found.Id != nil && len(numbers) < query.Limit {
			numbers = append(numbers, *found.Id)
		}
	}
	return c.read(ctx, as, site, numbers)
}

// wiql writes a query: https://learn.microsoft.com/azure/devops/boards/queries/wiql-syntax
func wiql(query workitem.Query) string {
	var conditions []string
	compare := func(field, operator, value string) {
		conditions = append(conditions, "["+field+"] "+operator+" "+value)
	}
	words := strings.Fields(cleaned(query.Words))
	for _, word := range words[:min(len(words), maxWords)] {
		compare(fieldTitle, "CONTAINS", quoted(cut(word, maxWord)))
	}
	if query.Project != "" {
		compare(fieldProject, "=", quoted(cut(cleaned(query.Project), maxName)))
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
