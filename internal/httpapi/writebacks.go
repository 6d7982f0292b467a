package httpapi

import (
	"context"

	"timetracker/api"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

// writeBackHandlers serve what of the caller's time isn't in Completed Work yet.
type writeBackHandlers struct {
	writeBacks *workitem.WriteBacks
}

// ListWriteBacks implements api.StrictServerInterface.
func (h writeBackHandlers) ListWriteBacks(ctx context.Context, _ api.ListWriteBacksRequestObject) (api.ListWriteBacksResponseObject, error) {
	member := caller(ctx)
	open, err := h.writeBacks.List(ctx, member)
	if err != nil {
		return nil, err
	}
	return api.ListWriteBacks200JSONResponse{Data: writeBacks(member, open)}, nil
}

// AttemptWriteBacks implements api.StrictServerInterface.
func (h writeBackHandlers) AttemptWriteBacks(ctx context.Context, request api.AttemptWriteBacksRequestObject) (api.AttemptWriteBacksResponseObject, error) {
	var item ids.WorkItem
	if request.Body != nil {
		item = idOf[ids.WorkItem](emptyIfNil(request.Body.WorkItemUid))
	}
	member := caller(ctx)
	open, err := h.writeBacks.Attempt(ctx, member, credential(ctx), item)
	if err != nil {
		return nil, err
	}
	return api.AttemptWriteBacks200JSONResponse{Data: writeBacks(member, open)}, nil
}

// LeaveOutWriteBack implements api.StrictServerInterface.
func (h writeBackHandlers) LeaveOutWriteBack(ctx context.Context, request api.LeaveOutWriteBackRequestObject) (api.LeaveOutWriteBackResponseObject, error) {
	if err := h.writeBacks.LeaveOut(ctx, caller(ctx), idOf[ids.WriteBack](request.Id)); err != nil {
		return nil, err
	}
	return api.LeaveOutWriteBack204Response{}, nil
}

func writeBacks(m tenant.Member, open []workitem.WriteBack) []api.WriteBack {
	return mapSlice(open, func(w workitem.WriteBack) api.WriteBack { return writeBack(m, w) })
}

func writeBack(m tenant.Member, w workitem.WriteBack) api.WriteBack {
	return api.WriteBack{
		Id: w.ID.String(), EntryId: w.EntryID.String(), WorkItem: workItem(m, w.WorkItem), WaitingMs: w.Waiting().Milliseconds(),
		Attempts: w.Attempts, NextTryAt: timestamp(w.NextAt), Problem: writeBackProblem(w.Problem),
	}
}

func writeBackProblem(p workitem.Problem) *api.WriteBackProblem {
	if p.Code == "" {
		return nil
	}
	return &api.WriteBackProblem{Code: p.Code, Message: p.Message}
}

func completedWork(c workitem.CompletedWork) api.CompletedWork {
	return api.CompletedWork{
		State: api.CompletedWorkState(c.State), Hours: c.Hours, ReadAt: timestamp(c.ReadAt), WrittenHours: c.Own, Revision: nilIfZero(c.Revision),
		OthersHours: c.Others, WaitingMs: c.Waiting.Milliseconds(), NextTryAt: timestamp(c.NextTryAt),
		WrittenAt: timestamp(c.WrittenAt), Problem: writeBackProblem(c.Problem),
	}
}
