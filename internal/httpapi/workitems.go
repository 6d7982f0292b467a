package httpapi

import (
	"context"
	"errors"
	"time"

	"timetracker/api"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// workItemHandlers serve the time on work items.
type workItemHandlers struct {
	items      *workitem.Service
	timers     *timer.Service
	writeBacks *workitem.WriteBacks
}

// ListRecentWorkItems implements api.StrictServerInterface.
func (h workItemHandlers) ListRecentWorkItems(ctx context.Context, _ api.ListRecentWorkItemsRequestObject) (api.ListRecentWorkItemsResponseObject, error) {
	member := caller(ctx)
	recent, err := h.items.Recent(ctx, member)
	if err != nil {
		return nil, err
	}
	return api.ListRecentWorkItems200JSONResponse{Data: mapSlice(recent, func(r workitem.Recent) api.RecentWorkItem {
		return recentWorkItem(member, r)
	})}, nil
}

// PinWorkItem implements api.StrictServerInterface.
func (h workItemHandlers) PinWorkItem(ctx context.Context, request api.PinWorkItemRequestObject) (api.PinWorkItemResponseObject, error) {
	member := caller(ctx)
	pinned, err := h.items.Pin(ctx, member, workItemClaim(request.Body.WorkItem))
	if err != nil {
		return nil, err
	}
	return api.PinWorkItem201JSONResponse(recentWorkItem(member, pinned)), nil
}

// UnpinWorkItem implements api.StrictServerInterface.
func (h workItemHandlers) UnpinWorkItem(ctx context.Context, request api.UnpinWorkItemRequestObject) (api.UnpinWorkItemResponseObject, error) {
	if err := h.items.Unpin(ctx, caller(ctx), idOf[ids.WorkItem](request.Uid)); err != nil {
		return nil, err
	}
	return api.UnpinWorkItem204Response{}, nil
}

func recentWorkItem(m tenant.Member, r workitem.Recent) api.RecentWorkItem {
	return api.RecentWorkItem{WorkItem: workItem(m, r.WorkItem), Pinned: r.Pinned(), LastUsedAt: timestamp(r.UsedAt)}
}

// ListWorkItems implements api.StrictServerInterface.
func (h workItemHandlers) ListWorkItems(ctx context.Context, request api.ListWorkItemsRequestObject) (api.ListWorkItemsResponseObject, error) {
	wanted := mapSlice(request.Params.Uid, func(id api.Id) ids.WorkItem { return idOf[ids.WorkItem](id) })
	read, err := h.items.Read(ctx, caller(ctx), credential(ctx), wanted)
	if err != nil {
		return nil, err
	}
	list := api.ListWorkItems200JSONResponse{Data: mapSlice(read.Items, func(r workitem.Read) api.WorkItem {
		shown := seenWorkItem(r.WorkItem)
		if r.Stale {
			shown.Stale = &r.Stale
		}
		return shown
	})}
	list.Tracker = trackerProblem(read.Problem)
	return list, nil
}

// trackerProblem says why a tracker could not do what was wanted; nil without an error.
func trackerProblem(err error) *api.TrackerProblem {
	problem, ok := errors.AsType[*errs.Error](err)
	if !ok {
		return nil
	}
	shown := api.TrackerProblem{Code: problem.Code, Message: problem.Message}
	if wait := problem.RetryAfter.Milliseconds(); wait > 0 {
		shown.RetryAfterMs = &wait
	}
	return &shown
}

// SearchWorkItems implements api.StrictServerInterface.
func (h workItemHandlers) SearchWorkItems(ctx context.Context, request api.SearchWorkItemsRequestObject) (api.SearchWorkItemsResponseObject, error) {
	params := request.Params
	wanted := workitem.Query{
		Words: emptyIfNil(params.Q), Project: emptyIfNil(params.Project), Mine: params.Mine != nil && *params.Mine, Limit: defaultFound,
	}
	if params.Limit != nil {
		wanted.Limit = *params.Limit
	}
	found, err := h.items.Search(ctx, caller(ctx), credential(ctx), wanted)
	if err != nil {
		return nil, err
	}
	return api.SearchWorkItems200JSONResponse{Data: mapSlice(found, seenWorkItem)}, nil
}

// defaultFound is how many work items a search finds at most, unless it says otherwise.
const defaultFound = 20

// credential lets a tracker be asked on the caller's behalf.
func credential(ctx context.Context) workitem.Credential {
	c := callOf(ctx)
	return workitem.NewCredential(c.person.DirectoryID.String(), c.person.ObjectID.String(), c.token)
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
	if item, err = h.items.Look(ctx, member, credential(ctx), item); err != nil {
		return nil, err
	}
	sums, now, err := h.timers.TimeOn(ctx, member, item)
	if err != nil {
		return nil, err
	}
	completed, err := h.writeBacks.CompletedWork(ctx, member, item)
	if err != nil {
		return nil, err
	}
	shown := workItemTime(member, sums, now)
	shown.CompletedWork = completedWork(completed)
	return api.GetWorkItemTime200JSONResponse(shown), nil
}

func workItemTime(m tenant.Member, sums timer.WorkItemTime, now time.Time) api.WorkItemTime {
	running := make([]api.RunningTimer, len(sums.Running))
	for i, entry := range sums.Running {
		running[i] = api.RunningTimer{User: userRef(entry.User), StartedAt: api.Timestamp{Time: entry.StartedAt}}
	}
	return api.WorkItemTime{
		WorkItem:         workItem(m, sums.WorkItem),
		OwnTodayMs:       sums.OwnToday.Milliseconds(),
		OwnMs:            sums.Own.Milliseconds(),
		TotalMs:          sums.Total.Milliseconds(),
		OwnNeedsReviewMs: sums.OwnReview.Milliseconds(),
		NeedsReviewMs:    sums.Review.Milliseconds(),
		Running:          running,
		OnlyOwn:          nilIfZero(sums.OnlyOwn),
		ServerTime:       api.Timestamp{Time: now},
	}
}

// workItem is a work item as the member sees it.
func workItem(m tenant.Member, w workitem.WorkItem) api.WorkItem { return seenWorkItem(w.SeenBy(m)) }

// seenWorkItem is what SeenBy has given.
func seenWorkItem(w workitem.WorkItem) api.WorkItem {
	return api.WorkItem{
		Tracker: string(w.Site.Tracker), Organization: w.Site.Name, Project: w.Project.Name, Id: w.Number,
		Title: nilIfEmpty(w.Title), Type: nilIfEmpty(w.Type), State: nilIfEmpty(w.Reading.State),
		AssignedTo: nilIfEmpty(w.Reading.Assignee), ParentId: nilIfEmpty(w.Reading.Parent), ReadAt: timestamp(w.Reading.At),
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
