package httpapi

import (
	"context"
	"time"

	"timetracker/api"
	"timetracker/internal/ids"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// workItemHandlers serve the time on work items.
type workItemHandlers struct {
	items      *workitem.Service
	timers     *timer.Service
	writeBacks *workitem.WriteBacks
}

// GetWorkItemTime implements api.StrictServerInterface.
func (h workItemHandlers) GetWorkItemTime(ctx context.Context, request api.GetWorkItemTimeRequestObject) (api.GetWorkItemTimeResponseObject, error) {
	member, params := caller(ctx), request.Params
	var item workitem.WorkItem
	var err error
	if id, notOurs := ids.Parse[ids.WorkItem](params.Id); notOurs == nil {
		item, err = h.items.Get(ctx, member, id)
	} else {
		item, err = h.items.Find(ctx, member, workitem.Claim{
			Tracker: workitem.AzureDevOps, Number: params.Id,
			Site:    workitem.Named{Name: emptyIfNil(params.Organization), StableID: emptyIfNil(params.OrganizationGuid)},
			Project: workitem.Named{Name: emptyIfNil(params.Project), StableID: emptyIfNil(params.ProjectGuid)},
		})
	}
	if err != nil {
		return nil, err
	}
	sums, now, err := h.timers.TimeOn(ctx, member, item)
	if err != nil {
		return nil, err
	}
	completed, err := h.writeBacks.CompletedWork(ctx, member, item.ID)
	if err != nil {
		return nil, err
	}
	shown := workItemTime(sums, now)
	shown.CompletedWork = completedWork(completed)
	return api.GetWorkItemTime200JSONResponse(shown), nil
}

func workItemTime(sums timer.WorkItemTime, now time.Time) api.WorkItemTime {
	running := make([]api.RunningTimer, len(sums.Running))
	for i, entry := range sums.Running {
		running[i] = api.RunningTimer{User: userRef(entry.User), StartedAt: api.Timestamp{Time: entry.StartedAt}}
	}
	return api.WorkItemTime{
		WorkItem:         workItem(sums.WorkItem),
		OwnTodayMs:       sums.OwnToday.Milliseconds(),
		OwnMs:            sums.Own.Milliseconds(),
		TotalMs:          sums.Total.Milliseconds(),
		OwnNeedsReviewMs: sums.OwnReview.Milliseconds(),
		NeedsReviewMs:    sums.Review.Milliseconds(),
		Running:          running,
		ServerTime:       api.Timestamp{Time: now},
	}
}

func workItem(w workitem.WorkItem) api.WorkItem {
	return api.WorkItem{
		Tracker: string(w.Site.Tracker), Organization: w.Site.Name, Project: w.Project.Name, Id: w.Number,
		Title: nilIfEmpty(w.Title), Type: nilIfEmpty(w.Type),
		Uid: nilIfEmpty(w.ID.String()), SiteId: nilIfEmpty(w.Site.ID.String()), ProjectId: nilIfEmpty(w.Project.ID.String()),
	}
}

// workItemClaim is what a client says of a work item.
func workItemClaim(w api.WorkItemInput) workitem.Claim {
	return workitem.Claim{
		Tracker: workitem.AzureDevOps, // the one that the contract knows
		Site:    workitem.Named{Name: emptyIfNil(w.Organization), StableID: emptyIfNil(w.OrganizationGuid)},
		Project: workitem.Named{Name: w.Project, StableID: emptyIfNil(w.ProjectGuid)},
		Number:  w.Id, Title: emptyIfNil(w.Title), Type: emptyIfNil(w.Type),
	}
}
