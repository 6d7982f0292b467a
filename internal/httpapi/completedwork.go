package httpapi

import (
	"context"

	"timetracker/api"
	"timetracker/internal/ids"
	"timetracker/internal/workitem"
)

// completedWorkHandlers serve what TimeTracker has added to Completed Work beside what Azure DevOps says, for admins.
type completedWorkHandlers struct {
	corrections *workitem.Corrections
}

// ListCompletedWork implements api.StrictServerInterface.
func (h completedWorkHandlers) ListCompletedWork(ctx context.Context, request api.ListCompletedWorkRequestObject) (api.ListCompletedWorkResponseObject, error) {
	member, params := caller(ctx), request.Params
	cursor, limit := params.Cursor, params.Limit
	params.Cursor, params.Limit = nil, nil
	shown := newListing(member.Tenant.ID, "completed-work", params)
	page, err := shown.page(cursor, limit)
	if err != nil {
		return nil, err
	}
	compared, err := h.corrections.Compare(ctx, member, credential(ctx), params.Differs != nil && *params.Differs, page)
	if err != nil {
		return nil, err
	}
	return api.ListCompletedWork200JSONResponse{
		Data: mapSlice(compared.Items, completedWorkItem), Page: api.Page{NextCursor: shown.next(compared.Next)},
		Tracker: trackerProblem(compared.Problem),
	}, nil
}

// CorrectCompletedWork implements api.StrictServerInterface.
func (h completedWorkHandlers) CorrectCompletedWork(ctx context.Context, request api.CorrectCompletedWorkRequestObject) (api.CorrectCompletedWorkResponseObject, error) {
	done, err := h.corrections.Correct(ctx, caller(ctx), credential(ctx), idOf[ids.WorkItem](request.Uid))
	if err != nil {
		return nil, err
	}
	return api.CorrectCompletedWork200JSONResponse{
		AddedHours: done.Added, RestoredHours: done.Restored, Item: completedWorkItem(done.Item),
		Problem: trackerProblem(done.Problem),
	}, nil
}

func completedWorkItem(c workitem.Comparison) api.CompletedWorkItem {
	return api.CompletedWorkItem{
		WorkItem:   seenWorkItem(c.WorkItem),
		RecordedMs: c.Recorded.Milliseconds(), WrittenMs: c.Written.Milliseconds(), WaitingMs: c.Waiting().Milliseconds(),
		LeftOutMs: c.LeftOut.Milliseconds(), WrittenHours: c.Ours(), Hours: c.WorkItem.Reading.Hours.Completed,
		OthersHours: c.Others(), MissingHours: c.Missing(), ReadAt: timestamp(c.WorkItem.Reading.At), Stale: c.Stale,
		Hidden: c.Hidden, Differs: c.Differs(), Problem: writeBackProblem(c.Problem),
	}
}
