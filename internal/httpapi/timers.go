package httpapi

import (
	"context"
	"time"

	"timetracker/api"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

// timerHandlers serve running timers.
type timerHandlers struct {
	timers *timer.Service
	now    func() time.Time
}

// StartTimer implements api.StrictServerInterface.
func (h timerHandlers) StartTimer(ctx context.Context, request api.StartTimerRequestObject) (api.StartTimerResponseObject, error) {
	claim, general, err := workOf(request.Body.WorkItem, request.Body.General)
	if err != nil {
		return nil, err
	}
	result, err := h.timers.Start(ctx, caller(ctx), timer.StartRequest{
		WorkItem: claim, General: general, Details: details(request.Body.ActivityId, request.Body.Billable, request.Body.Note),
		ExistingHours: request.Body.ExistingHours,
	})
	if err != nil {
		return nil, err
	}
	started := api.TimerStarted{
		Timer:      timeEntry(caller(ctx), result.Timer, result.Now),
		ServerTime: api.Timestamp{Time: result.Now},
	}
	if result.Stopped != nil {
		stopped := timeEntry(caller(ctx), *result.Stopped, result.Now)
		started.Stopped = &stopped
	}
	if !result.Created {
		return api.StartTimer200JSONResponse{
			Body: started, Headers: api.StartTimer200ResponseHeaders{ETag: &started.Timer.Etag},
		}, nil
	}
	return api.StartTimer201JSONResponse{
		Body: started, Headers: api.StartTimer201ResponseHeaders{ETag: &started.Timer.Etag},
	}, nil
}

// StopTimer implements api.StrictServerInterface.
func (h timerHandlers) StopTimer(ctx context.Context, request api.StopTimerRequestObject) (api.StopTimerResponseObject, error) {
	var id ids.Entry
	if request.Body != nil {
		id = idOf[ids.Entry](emptyIfNil(request.Body.TimerId))
	}
	stopped, err := h.timers.Stop(ctx, caller(ctx), id)
	if err != nil {
		return nil, err
	}
	body := timeEntry(caller(ctx), stopped, h.now())
	return api.StopTimer200JSONResponse{Body: body, Headers: api.StopTimer200ResponseHeaders{ETag: &body.Etag}}, nil
}

// GetCurrentTimer implements api.StrictServerInterface.
func (h timerHandlers) GetCurrentTimer(ctx context.Context, _ api.GetCurrentTimerRequestObject) (api.GetCurrentTimerResponseObject, error) {
	member := caller(ctx)
	entry, running, now, err := h.timers.Current(ctx, member)
	if err != nil {
		return nil, err
	}
	response := api.GetCurrentTimer200JSONResponse{Body: api.CurrentTimer{ServerTime: api.Timestamp{Time: now}}}
	if running {
		shown := timeEntry(caller(ctx), entry, now)
		response.Body.Timer = &shown
		response.Headers.ETag = &shown.Etag
		if limit := member.Tenant.Settings.AutoStopAfter; limit > 0 {
			response.Body.AutoStopAt = timestamp(entry.EndsBy(limit))
		}
	}
	return response, nil
}

// DiscardCurrentTimer implements api.StrictServerInterface.
func (h timerHandlers) DiscardCurrentTimer(ctx context.Context, request api.DiscardCurrentTimerRequestObject) (api.DiscardCurrentTimerResponseObject, error) {
	member := caller(ctx)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, h.readingCurrent(member))
	if err != nil {
		return nil, err
	}
	discarded, err := h.timers.Discard(ctx, member, ids.Entry(expected.id), expected.revision)
	if err != nil {
		return nil, err
	}
	body := timeEntry(caller(ctx), discarded, h.now())
	return api.DiscardCurrentTimer200JSONResponse{
		Body: body, Headers: api.DiscardCurrentTimer200ResponseHeaders{ETag: &body.Etag},
	}, nil
}

// ChangeCurrentTimer implements api.StrictServerInterface.
func (h timerHandlers) ChangeCurrentTimer(ctx context.Context, request api.ChangeCurrentTimerRequestObject) (api.ChangeCurrentTimerResponseObject, error) {
	member := caller(ctx)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, h.readingCurrent(member))
	if err != nil {
		return nil, err
	}
	patch, err := entryPatch(*request.Body)
	if err != nil {
		return nil, err
	}
	changed, err := h.timers.ChangeRunning(ctx, member, ids.Entry(expected.id), expected.revision, patch)
	if err != nil {
		return nil, err
	}
	body := timeEntry(caller(ctx), changed, h.now())
	return api.ChangeCurrentTimer200JSONResponse{
		Body: body, Headers: api.ChangeCurrentTimer200ResponseHeaders{ETag: &body.Etag},
	}, nil
}

// readingCurrent reads the version of the member's running timer.
func (h timerHandlers) readingCurrent(member tenant.Member) func(context.Context) (version, error) {
	return func(ctx context.Context) (version, error) {
		entry, _, _, err := h.timers.Current(ctx, member)
		return versionOf(entry), err
	}
}

// ResumeTimer implements api.StrictServerInterface.
func (h timerHandlers) ResumeTimer(ctx context.Context, request api.ResumeTimerRequestObject) (api.ResumeTimerResponseObject, error) {
	member, id := caller(ctx), idOf[ids.Entry](request.Id)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, readingEntry(h.timers, member, id))
	if err != nil {
		return nil, err
	}
	resumed, err := h.timers.Resume(ctx, member, id, expected.of(ids.Any(id)))
	if err != nil {
		return nil, err
	}
	body := timeEntry(caller(ctx), resumed, h.now())
	return api.ResumeTimer200JSONResponse{Body: body, Headers: api.ResumeTimer200ResponseHeaders{ETag: &body.Etag}}, nil
}

// ListTimers implements api.StrictServerInterface.
func (h timerHandlers) ListTimers(ctx context.Context, request api.ListTimersRequestObject) (api.ListTimersResponseObject, error) {
	member := caller(ctx)
	shown := newListing(member.Tenant.ID, "timers", nil)
	page, err := shown.page(request.Params.Cursor, request.Params.Limit)
	if err != nil {
		return nil, err
	}
	running, next, now, err := h.timers.RunningTimers(ctx, member, page)
	if err != nil {
		return nil, err
	}
	return api.ListTimers200JSONResponse{
		Data: timeEntries(member, running, now), Page: api.Page{NextCursor: shown.next(next)},
		ServerTime: api.Timestamp{Time: now},
	}, nil
}

// StopTimerOf implements api.StrictServerInterface.
func (h timerHandlers) StopTimerOf(ctx context.Context, request api.StopTimerOfRequestObject) (api.StopTimerOfResponseObject, error) {
	stopped, err := h.timers.StopOf(ctx, caller(ctx), idOf[ids.Entry](request.Id))
	if err != nil {
		return nil, err
	}
	body := timeEntry(caller(ctx), stopped, h.now())
	return api.StopTimerOf200JSONResponse{Body: body, Headers: api.StopTimerOf200ResponseHeaders{ETag: &body.Etag}}, nil
}
