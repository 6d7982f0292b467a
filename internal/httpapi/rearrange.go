package httpapi

import (
	"context"
	"errors"
	"time"

	"timetracker/api"
	"timetracker/internal/errs"
	"timetracker/internal/httpserver"
	"timetracker/internal/ids"
	"timetracker/internal/timer"
)

// SplitTimeEntry implements api.StrictServerInterface.
func (h entryHandlers) SplitTimeEntry(ctx context.Context, request api.SplitTimeEntryRequestObject) (api.SplitTimeEntryResponseObject, error) {
	member, id := caller(ctx), idOf[ids.Entry](request.Id)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, readingEntry(h.timers, member, id))
	if err != nil {
		return nil, err
	}
	split := timer.SplitRequest{At: request.Body.At.Time, Reason: emptyIfNil(request.Body.Reason)}
	if rest := request.Body.Rest; rest != nil {
		split.Rest, err = entryPatch(api.TimerPatch{
			WorkItem: rest.WorkItem, General: rest.General, ActivityId: rest.ActivityId, Billable: rest.Billable, Note: rest.Note,
		})
		if err != nil {
			return nil, err
		}
	}
	first, rest, err := h.timers.Split(ctx, member, id, expected.of(ids.Any(id)), split)
	if err != nil {
		return nil, err
	}
	return api.SplitTimeEntry200JSONResponse{Data: timeEntries(member, []timer.Entry{first, rest}, h.now())}, nil
}

// MergeTimeEntries implements api.StrictServerInterface.
func (h entryHandlers) MergeTimeEntries(ctx context.Context, request api.MergeTimeEntriesRequestObject) (api.MergeTimeEntriesResponseObject, error) {
	merged, err := h.timers.Merge(ctx, caller(ctx), timer.MergeRequest{
		Entries: seenVersions(request.Body.Entries), Bridge: request.Body.Bridge != nil && *request.Body.Bridge,
		Reason: emptyIfNil(request.Body.Reason),
	})
	if err != nil {
		return nil, err
	}
	body := timeEntry(caller(ctx), merged, h.now())
	return api.MergeTimeEntries200JSONResponse{
		Body: body, Headers: api.MergeTimeEntries200ResponseHeaders{ETag: &body.Etag},
	}, nil
}

// CopyTimeEntry implements api.StrictServerInterface.
func (h entryHandlers) CopyTimeEntry(ctx context.Context, request api.CopyTimeEntryRequestObject) (api.CopyTimeEntryResponseObject, error) {
	added, err := h.timers.Copy(ctx, caller(ctx), idOf[ids.Entry](request.Id), timer.CopyRequest{
		StartedAt: request.Body.StartedAt.Time, Reason: emptyIfNil(request.Body.Reason),
	})
	if err != nil {
		return nil, err
	}
	body := timeEntry(caller(ctx), added, h.now())
	return api.CopyTimeEntry201JSONResponse{Body: body, Headers: api.CopyTimeEntry201ResponseHeaders{ETag: &body.Etag}}, nil
}

// ChangeTimeEntries implements api.StrictServerInterface.
func (h entryHandlers) ChangeTimeEntries(ctx context.Context, request api.ChangeTimeEntriesRequestObject) (api.ChangeTimeEntriesResponseObject, error) {
	member, wanted := caller(ctx), request.Body.Change
	change := timer.BulkChange{Void: wanted.Void != nil, Undo: wanted.Undo != nil}
	if wanted.ShiftMs != nil {
		change.Shift = time.Duration(*wanted.ShiftMs) * time.Millisecond
	}
	patch, err := entryPatch(api.TimerPatch{
		WorkItem: wanted.WorkItem, General: wanted.General, ActivityId: wanted.ActivityId, Billable: wanted.Billable,
	})
	if err != nil {
		return nil, err
	}
	change.Patch = patch
	done, err := h.timers.ChangeAll(ctx, member, seenVersions(request.Body.Entries), change, emptyIfNil(request.Body.Reason))
	if err != nil {
		return nil, err
	}
	now := h.now()
	results := make([]api.TimeEntryResult, len(done))
	for i, result := range done {
		results[i].Id = result.ID.String()
		if refusal, ok := errors.AsType[*errs.Error](result.Refusal); ok {
			problem := httpserver.Complete(ctx, problemOf(ctx, refusal, now))
			results[i].Problem = &problem
			continue
		}
		entry := timeEntry(member, result.Entry, now)
		results[i].TimeEntry = &entry
	}
	return api.ChangeTimeEntries200JSONResponse{Results: results}, nil
}
