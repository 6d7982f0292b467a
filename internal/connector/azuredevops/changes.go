package azuredevops

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	wit "github.com/microsoft/azure-devops-go-api/azuredevops/v7/workitemtracking"

	"timetracker/internal/workitem"
)

const (
	// updatesAtOnce is the greatest number of updates that one call gives:
	// https://learn.microsoft.com/rest/api/azure/devops/wit/updates/list
	updatesAtOnce = 200
	// maxUpdateCalls is how often an item's updates are asked for in one question.
	maxUpdateCalls = 4
)

// LastChange implements workitem.Remote. Updates come oldest first, so they are read from the end, page by page. What is
// further back than four pages is not found.
func (c *Client) LastChange(
	ctx context.Context, as workitem.Credential, site, itemNumber string, from, to time.Time,
) (time.Time, error) {
	n, ok := number(itemNumber)
	if !ok {
		return time.Time{}, workitem.RemoteHidden()
	}
	if err := c.mayAsk(as); err != nil {
		return time.Time{}, err
	}
	found, err := c.read(ctx, as, site, []int{n})
	if err != nil {
		return time.Time{}, err
	}
	if len(found) == 0 {
		return time.Time{}, workitem.RemoteHidden()
	}
	who := author{client: c, as: as, site: site}
	// There may be more updates than revisions, so the first page may be full although the item has more.
	skip, end := max(0, int(found[0].Revision)-updatesAtOnce), -1
	for range maxUpdateCalls {
		all, err := c.updates(ctx, as, site, n, skip)
		if err != nil {
			return time.Time{}, err
		}
		at, err := who.lastWithin(ctx, all, from, to)
		if err != nil || !at.IsZero() {
			return at, err
		}
		switch {
		case len(all) == updatesAtOnce && end < 0 && changedAt(all[len(all)-1]).Before(to):
			skip += updatesAtOnce // there may be later ones
		case skip > 0 && len(all) > 0 && changedAt(all[0]).After(from):
			end, skip = skip, max(0, skip-updatesAtOnce)
		default:
			return time.Time{}, nil
		}
	}
	return time.Time{}, nil
}

// updates are those of a work item after the first skip ones.
func (c *Client) updates(ctx context.Context, as workitem.Credential, site string, n, skip int) ([]wit.WorkItemUpdate, error) {
	var answer *[]wit.WorkItemUpdate
	top := updatesAtOnce
	err := c.ask(ctx, as, site, false, func(ctx context.Context, s *session) (err error) {
		answer, err = s.GetUpdates(ctx, wit.GetUpdatesArgs{Id: &n, Top: &top, Skip: &skip})
		return err
	})
	switch {
	case missing(err):
		return nil, workitem.RemoteHidden()
	case err != nil:
		return nil, c.noAnswer(err)
	case answer == nil || *answer == nil:
		return nil, c.noAnswer(errUnexpected)
	}
	return *answer, nil
}

// author finds which updates a person has made.
type author struct {
	client *Client
	as     workitem.Credential
	site   string
	asked  bool // whether the organization was asked for the person's id
}

// lastWithin is when the person has changed the item last, after from and before to; zero: never.
func (a *author) lastWithin(ctx context.Context, all []wit.WorkItemUpdate, from, to time.Time) (time.Time, error) {
	var last time.Time
	for _, update := range all {
		at := changedAt(update)
		if !at.After(from) || !at.Before(to) || !at.After(last) || hoursAlone(update) ||
			update.RevisedBy == nil || update.RevisedBy.Id == nil {
			continue
		}
		own, err := a.made(ctx, *update.RevisedBy.Id)
		if err != nil {
			return time.Time{}, err
		}
		if own {
			last = at
		}
	}
	return last, nil
}

// made says whether an id of the organization is the person's.
func (a *author) made(ctx context.Context, by uuid.UUID) (bool, error) {
	site := strings.ToLower(a.site)
	if known := a.client.identities.find(site, by.String()); known != "" || a.asked {
		return known == a.as.ObjectID(), nil
	}
	a.asked = true
	known, err := a.client.identify(ctx, a.as, a.site, by.String())
	return err == nil && known == a.as.ObjectID(), err
}

// changedAt is when an update was made; zero: it doesn't say so.
func changedAt(update wit.WorkItemUpdate) time.Time {
	if update.Fields == nil {
		return time.Time{}
	}
	text, _ := (*update.Fields)[fieldChangedAt].NewValue.(string)
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// bookkeeping are the fields that Azure DevOps changes with every update:
// https://learn.microsoft.com/azure/devops/boards/work-items/guidance/work-item-field
var bookkeeping = map[string]bool{
	"System.Rev": true, "System.Watermark": true, "System.PersonId": true, "System.AuthorizedDate": true,
	"System.RevisedDate": true, "System.AuthorizedAs": true, fieldChangedAt: true, fieldChangedBy: true,
}

// hoursAlone says that an update has changed hours and nothing else, as what is written to Completed Work does.
func hoursAlone(update wit.WorkItemUpdate) bool {
	if update.Relations != nil || update.Fields == nil {
		return false
	}
	hours := false
	for field := range *update.Fields {
		switch {
		case field == fieldCompleted, field == fieldRemaining:
			hours = true
		case !bookkeeping[field]:
			return false
		}
	}
	return hours
}
