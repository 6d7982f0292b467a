package azuredevops

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"

	"github.com/microsoft/azure-devops-go-api/azuredevops/v7/location"
	wit "github.com/microsoft/azure-devops-go-api/azuredevops/v7/workitemtracking"

	"timetracker/internal/workitem"
)

// Read implements workitem.Remote.
func (c *Client) Read(ctx context.Context, as workitem.Credential, site string, numbers []string) ([]workitem.Facts, error) {
	if len(numbers) > workitem.MaxRead {
		return nil, fmt.Errorf("azure devops: %d work items are asked for at once", len(numbers))
	}
	var wanted []int
	for _, text := range numbers {
		if n, ok := number(text); ok {
			wanted = append(wanted, n)
		}
	}
	if err := c.mayAsk(as); err != nil {
		return nil, err
	}
	return c.read(ctx, as, site, wanted)
}

// read reads work items in the order of their numbers, without those that the person can't see.
func (c *Client) read(ctx context.Context, as workitem.Credential, site string, numbers []int) ([]workitem.Facts, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	var answer *[]wit.WorkItem
	var from *session
	err := c.ask(ctx, as, site, false, func(ctx context.Context, s *session) (err error) {
		from = s
		answer, err = s.GetWorkItemsBatch(ctx, wit.GetWorkItemsBatchArgs{WorkItemGetRequest: &wit.WorkItemBatchGetRequest{
			Ids: &numbers, Fields: &fields, ErrorPolicy: &wit.WorkItemErrorPolicyValues.Omit,
		}})
		return err
	})
	if barred(err) {
		return nil, nil
	}
	if err != nil {
		return nil, c.noAnswer(err)
	}
	if answer == nil || *answer == nil {
		return nil, c.noAnswer(errUnexpected)
	}
	wanted := map[string]bool{}
	for _, n := range numbers {
		wanted[strconv.Itoa(n)] = true
	}
	var found []workitem.Facts
	for _, item := range *answer {
		facts, changedBy, ok := factsOf(item)
		if !ok || !wanted[facts.Number] { // nobody has asked for another one
			continue
		}
		delete(wanted, facts.Number)
		facts.ChangedBy = c.identities.find(from.site, changedBy)
		found = append(found, facts)
	}
	return found, nil
}

// ReadAt implements workitem.Remote.
func (c *Client) ReadAt(
	ctx context.Context, as workitem.Credential, site, itemNumber string, revision int64,
) (workitem.Facts, error) {
	n, ok := number(itemNumber)
	if !ok || revision < 1 || revision > math.MaxInt32 {
		return workitem.Facts{}, workitem.RemoteHidden()
	}
	if err := c.mayAsk(as); err != nil {
		return workitem.Facts{}, err
	}
	rev := int(revision)
	var item *wit.WorkItem
	var from *session
	err := c.ask(ctx, as, site, false, func(ctx context.Context, s *session) (err error) {
		from = s
		item, err = s.GetRevision(ctx, wit.GetRevisionArgs{Id: &n, RevisionNumber: &rev})
		return err
	})
	if missing(err) {
		return workitem.Facts{}, workitem.RemoteHidden()
	}
	if err != nil {
		return workitem.Facts{}, c.noAnswer(err)
	}
	facts, changedBy, ok := factsOf(*item)
	if !ok || facts.Number != itemNumber || facts.Revision != revision {
		return workitem.Facts{}, c.noAnswer(errUnexpected)
	}
	if facts.ChangedBy = c.identities.find(from.site, changedBy); facts.ChangedBy == "" && changedBy != "" {
		if facts.ChangedBy, err = c.identify(ctx, as, site, changedBy); err != nil {
			return workitem.Facts{}, err
		}
	}
	return facts, nil
}

// barred says that a person may not use an organization, and so sees nothing there.
func barred(err error) bool {
	failed, ok := errors.AsType[*failure](err)
	return ok && failed.barred()
}

// missing says that a work item or its revision is not there, or that the person can't see it.
func missing(err error) bool {
	failed, ok := errors.AsType[*failure](err)
	// An organization that is not there is answered with a page.
	return ok && (failed.barred() || failed.number == numberHidden || (failed.status == http.StatusNotFound && !failed.page))
}

// identify finds whether the one who made a change is the person who asks. Nobody else's id can be asked for here.
func (c *Client) identify(ctx context.Context, as workitem.Credential, site, id string) (objectID string, err error) {
	var data *location.ConnectionData
	var from *session
	err = c.ask(ctx, as, site, false, func(ctx context.Context, s *session) (err error) {
		from = s
		data, err = (&location.ClientImpl{Client: s.Client}).GetConnectionData(ctx, location.GetConnectionDataArgs{})
		return err
	})
	if err != nil {
		return "", c.noAnswer(err)
	}
	if data.AuthenticatedUser == nil || data.AuthenticatedUser.Id == nil {
		return "", c.noAnswer(errUnexpected)
	}
	c.identities.keep(from.site, data.AuthenticatedUser.Id.String(), as.ObjectID())
	return c.identities.find(from.site, id), nil
}
