package httpapi

import (
	"context"

	"timetracker/api"
	"timetracker/internal/ids"
	"timetracker/internal/workitem"
)

// writeBackHandlers serve what of the caller's time isn't in Completed Work yet.
type writeBackHandlers struct {
	writeBacks *workitem.WriteBacks
}

// ListWriteBacks implements api.StrictServerInterface.
func (h writeBackHandlers) ListWriteBacks(ctx context.Context, _ api.ListWriteBacksRequestObject) (api.ListWriteBacksResponseObject, error) {
	open, err := h.writeBacks.List(ctx, caller(ctx))
	if err != nil {
		return nil, err
	}
	return api.ListWriteBacks200JSONResponse{Data: mapSlice(open, writeBack)}, nil
}

// AttemptWriteBacks implements api.StrictServerInterface.
func (h writeBackHandlers) AttemptWriteBacks(ctx context.Context, _ api.AttemptWriteBacksRequestObject) (api.AttemptWriteBacksResponseObject, error) {
	open, err := h.writeBacks.Attempt(ctx, caller(ctx))
	if err != nil {
		return nil, err
	}
	return api.AttemptWriteBacks200JSONResponse{Data: mapSlice(open, writeBack)}, nil
}

// LeaveOutWriteBack implements api.StrictServerInterface.
func (h writeBackHandlers) LeaveOutWriteBack(ctx context.Context, request api.LeaveOutWriteBackRequestObject) (api.LeaveOutWriteBackResponseObject, error) {
	if err := h.writeBacks.LeaveOut(ctx, caller(ctx), idOf[ids.WriteBack](request.Id)); err != nil {
		return nil, err
	}
	return api.LeaveOutWriteBack204Response{}, nil
}

func writeBack(w workitem.WriteBack) api.WriteBack {
	return api.WriteBack{
		Id: w.ID.String(), EntryId: w.EntryID.String(), WorkItem: workItem(w.WorkItem), WaitingMs: w.Waiting().Milliseconds(),
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
		State: api.CompletedWorkState(c.State), Hours: c.Hours, ReadAt: timestamp(c.ReadAt), OwnHours: c.Own,
		OthersHours: c.Others, WaitingMs: c.Waiting.Milliseconds(), NextTryAt: timestamp(c.NextTryAt),
		WrittenAt: timestamp(c.WrittenAt), Problem: writeBackProblem(c.Problem),
	}
}
