package httpapi

import (
	"context"

	"timetracker/api"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// ListTimeEntries implements api.StrictServerInterface.
func (s *server) ListTimeEntries(ctx context.Context, request api.ListTimeEntriesRequestObject) (api.ListTimeEntriesResponseObject, error) {
	member, params := caller(ctx), request.Params
	limit, cursor := params.Limit, params.Cursor
	params.Limit, params.Cursor = nil, nil
	shown := listOf(member.Tenant.ID, "time-entries", params)
	page, err := shown.page(cursor, limit)
	if err != nil {
		return nil, err
	}
	wanted := timer.EntryFilter{
		User:          member.User.ID,
		NeedsReview:   params.NeedsReview,
		IncludeVoided: params.IncludeVoided != nil && *params.IncludeVoided,
	}
	switch {
	case params.UserId != nil:
		wanted.User = idOf[ids.User](*params.UserId)
	case params.Scope != nil && *params.Scope == api.ListTimeEntriesParamsScopeTenant:
		wanted.User = ids.User{}
	}
	if params.From != nil {
		wanted.From = params.From.Time
	}
	if params.To != nil {
		wanted.To = params.To.Time
	}
	entries, next, now, err := s.timers.List(ctx, member, wanted, workitem.Reference{
		Tracker: workitem.AzureDevOps,
		Site:    text(params.Organization), Project: text(params.Project), Item: text(params.WorkItemId),
	}, page)
	if err != nil {
		return nil, err
	}
	return api.ListTimeEntries200JSONResponse{
		Data: timeEntries(entries, now), Page: api.Page{NextCursor: shown.next(next)}, ServerTime: api.Timestamp{Time: now},
	}, nil
}

// GetTimeEntry implements api.StrictServerInterface.
func (s *server) GetTimeEntry(ctx context.Context, request api.GetTimeEntryRequestObject) (api.GetTimeEntryResponseObject, error) {
	entry, now, err := s.timers.Get(ctx, caller(ctx), idOf[ids.Entry](request.Id))
	if err != nil {
		return nil, err
	}
	body := timeEntry(entry, now)
	return api.GetTimeEntry200JSONResponse{Body: body, Headers: api.GetTimeEntry200ResponseHeaders{ETag: &body.Etag}}, nil
}

// ChangeTimeEntry implements api.StrictServerInterface.
func (s *server) ChangeTimeEntry(ctx context.Context, request api.ChangeTimeEntryRequestObject) (api.ChangeTimeEntryResponseObject, error) {
	member, id := caller(ctx), idOf[ids.Entry](request.Id)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, s.reading(member, id))
	if err != nil {
		return nil, err
	}
	patch := timer.Patch{Confirm: request.Body.NeedsReview != nil, Reason: text(request.Body.Reason)}
	if request.Body.StartedAt != nil {
		patch.StartedAt = &request.Body.StartedAt.Time
	}
	if request.Body.StoppedAt != nil {
		patch.StoppedAt = &request.Body.StoppedAt.Time
	}
	changed, err := s.timers.Change(ctx, member, id, expected.of(ids.Any(id)), patch)
	if err != nil {
		return nil, err
	}
	body := timeEntry(changed, s.instant())
	return api.ChangeTimeEntry200JSONResponse{
		Body: body, Headers: api.ChangeTimeEntry200ResponseHeaders{ETag: &body.Etag},
	}, nil
}

// VoidTimeEntry implements api.StrictServerInterface.
func (s *server) VoidTimeEntry(ctx context.Context, request api.VoidTimeEntryRequestObject) (api.VoidTimeEntryResponseObject, error) {
	member, id := caller(ctx), idOf[ids.Entry](request.Id)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, s.reading(member, id))
	if err != nil {
		return nil, err
	}
	voided, err := s.timers.Void(ctx, member, id, expected.of(ids.Any(id)), text(request.Params.Reason))
	if err != nil {
		return nil, err
	}
	body := timeEntry(voided, s.instant())
	return api.VoidTimeEntry200JSONResponse{Body: body, Headers: api.VoidTimeEntry200ResponseHeaders{ETag: &body.Etag}}, nil
}

func (s *server) reading(member tenant.Member, id ids.Entry) func(context.Context) (version, error) {
	return func(ctx context.Context) (version, error) {
		entry, _, err := s.timers.Get(ctx, member, id)
		return versionOf(entry), err
	}
}

// GetTimeEntryHistory implements api.StrictServerInterface.
func (s *server) GetTimeEntryHistory(ctx context.Context, request api.GetTimeEntryHistoryRequestObject) (api.GetTimeEntryHistoryResponseObject, error) {
	changes, err := s.timers.History(ctx, caller(ctx), idOf[ids.Entry](request.Id))
	if err != nil {
		return nil, err
	}
	data := make([]api.TimeEntryChange, len(changes))
	for i, change := range changes {
		data[i] = timeEntryChange(change)
	}
	return api.GetTimeEntryHistory200JSONResponse{Data: data}, nil
}

// GetWorkItemTime implements api.StrictServerInterface.
func (s *server) GetWorkItemTime(ctx context.Context, request api.GetWorkItemTimeRequestObject) (api.GetWorkItemTimeResponseObject, error) {
	member, params := caller(ctx), request.Params
	var item workitem.WorkItem
	var err error
	if id, notOurs := ids.Parse[ids.WorkItem](params.Id); notOurs == nil {
		item, err = s.work.Get(ctx, member, id)
	} else {
		item, err = s.work.Find(ctx, member, workitem.Claim{
			Tracker: workitem.AzureDevOps, Number: params.Id,
			Site:    workitem.Named{Name: text(params.Organization), StableID: text(params.OrganizationGuid)},
			Project: workitem.Named{Name: text(params.Project), StableID: text(params.ProjectGuid)},
		})
	}
	if err != nil {
		return nil, err
	}
	sums, now, err := s.timers.TimeOn(ctx, member, item)
	if err != nil {
		return nil, err
	}
	return api.GetWorkItemTime200JSONResponse(workItemTime(sums, now)), nil
}
