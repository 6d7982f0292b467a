package azuredevops

import (
	"context"
	"errors"
	"math"
	"net/http"

	"github.com/microsoft/azure-devops-go-api/azuredevops/v7/webapi"
	wit "github.com/microsoft/azure-devops-go-api/azuredevops/v7/workitemtracking"

	"timetracker/internal/entra"
	"timetracker/internal/workitem"
)

// The numbers of errors that are told apart. Statuses and the types of errors differ between reports of them.
const (
	numberChanged  = "VS403351" // the test of the revision has failed
	numberHidden   = "TF401232" // it does not exist, or the person may not read it
	numberReadOnly = "TF237111" // the person may not write in its area
)

// WriteHours implements workitem.Remote.
func (c *Client) WriteHours(
	ctx context.Context, as workitem.Credential, site, itemNumber string, revision int64, hours workitem.Hours,
) (workitem.Facts, error) {
	n, ok := number(itemNumber)
	if !ok {
		return workitem.Facts{}, workitem.RemoteHidden()
	}
	document, err := patch(revision, hours)
	if err != nil {
		return workitem.Facts{}, err
	}
	if err := c.mayAsk(as); err != nil {
		return workitem.Facts{}, err
	}
	var item *wit.WorkItem
	var from *session
	err = c.ask(ctx, as, site, true, func(ctx context.Context, s *session) (err error) {
		from = s
		item, err = s.UpdateWorkItem(ctx, wit.UpdateWorkItemArgs{Id: &n, Document: &document})
		return err
	})
	if err != nil {
		return workitem.Facts{}, c.notWritten(err)
	}
	facts, changedBy, ok := factsOf(*item)
	if !ok || facts.Number != itemNumber || facts.Revision < revision {
		return workitem.Facts{}, c.notWritten(errUnexpected)
	}
	if changedBy != "" && facts.Revision == revision+1 {
		c.identities.keep(from.site, changedBy, as.ObjectID())
	}
	facts.ChangedBy = c.identities.find(from.site, changedBy)
	return facts, nil
}

// patch makes the document of a change: https://learn.microsoft.com/rest/api/azure/devops/wit/work-items/update
func patch(revision int64, hours workitem.Hours) ([]webapi.JsonPatchOperation, error) {
	step := func(op webapi.Operation, path string, value any) webapi.JsonPatchOperation {
		return webapi.JsonPatchOperation{Op: &op, Path: &path, Value: value}
	}
	document := []webapi.JsonPatchOperation{step(webapi.OperationValues.Test, "/rev", revision)}
	for _, change := range []struct {
		field string
		value *float64
	}{{fieldCompleted, hours.Completed}, {fieldRemaining, hours.Remaining}} {
		if change.value == nil {
			continue
		}
		if math.IsNaN(*change.value) || math.IsInf(*change.value, 0) || *change.value < 0 {
			return nil, errors.New("azure devops: hours must be a number that is not below zero")
		}
		document = append(document, step(webapi.OperationValues.Add, "/fields/"+change.field, *change.value))
	}
	if len(document) == 1 {
		return nil, errors.New("azure devops: no hours are to be written")
	}
	return document, nil
}

// notWritten makes the error of a change that was not made, or of which nobody knows. Only numbers and statuses tell
// errors apart; what is not known among them is final.
func (c *Client) notWritten(err error) error {
	failed, ok := errors.AsType[*failure](err)
	if !ok {
		return err
	}
	switch {
	case failed.number == numberChanged, failed.status == http.StatusPreconditionFailed, failed.status == http.StatusConflict:
		return workitem.RemoteChanged()
	case failed.barred(), failed.number == numberHidden:
		return workitem.RemoteHidden()
	case failed.signInFailed(true):
		return entra.InteractionRequired(failed, failed.challenge)
	case failed.number == numberReadOnly:
		return workitem.RemoteReadOnly(failed)
	case failed.certainlyNot():
		return c.noAnswer(failed)
	case failed.status >= http.StatusBadRequest && failed.status < http.StatusInternalServerError:
		return workitem.RemoteRefused(failed, refusal(failed.message))
	default:
		return workitem.AnswerLost(failed, c.waitAfter(failed))
	}
}

// certainlyNot says that a change was not made for a reason that has nothing to do with the work item.
func (f *failure) certainlyNot() bool {
	switch f.status {
	case 0:
		return !f.sent
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return true
	case http.StatusNotFound:
		return f.page // the organization is not there
	default:
		return false
	}
}

// refusal is what people are told of a change that Azure DevOps refuses.
func refusal(message string) string {
	if message == "" {
		return "Azure DevOps refuses the change, and doesn't say why."
	}
	return message
}
