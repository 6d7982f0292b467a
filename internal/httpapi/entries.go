package httpapi

import (
	"context"
	"time"

	"timetracker/api"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
	"timetracker/internal/workitem"
)

// entryHandlers serve recorded time.
type entryHandlers struct {
	timers     *timer.Service
	timesheets *timesheet.Service
	writeBacks *workitem.WriteBacks
	now        func() time.Time
}

// ListTimeEntries implements api.StrictServerInterface.
func (h entryHandlers) ListTimeEntries(ctx context.Context, request api.ListTimeEntriesRequestObject) (api.ListTimeEntriesResponseObject, error) {
	member, params := caller(ctx), request.Params
	limit, cursor := params.Limit, params.Cursor
	params.Limit, params.Cursor = nil, nil
	shown := newListing(member.Tenant.ID, "time-entries", params)
	page, err := shown.page(cursor, limit)
	if err != nil {
		return nil, err
	}
	wanted, err := listRequest(ctx, params)
	if err != nil {
		return nil, err
	}
	entries, next, now, err := h.timers.List(ctx, member, wanted, page)
	if err != nil {
		return nil, err
	}
	return api.ListTimeEntries200JSONResponse{
		Data: timeEntries(member, entries, now), Page: api.Page{NextCursor: shown.next(next)}, ServerTime: api.Timestamp{Time: now},
	}, nil
}

// listRequest reads the filters of a list of entries, which are those of reports, and a few more.
func listRequest(ctx context.Context, params api.ListTimeEntriesParams) (timer.ListRequest, error) {
	filter, err := report.ParseFilter(report.Values(callOf(ctx).query))
	if err != nil {
		return timer.ListRequest{}, err
	}
	wanted := timer.ListRequest{
		Filter: filter, Running: params.Running, Settled: params.Settled, IncludeVoided: params.IncludeVoided != nil && *params.IncludeVoided,
	}
	if everybody := params.Scope != nil && *params.Scope == api.ListTimeEntriesParamsScopeTenant; !everybody && len(wanted.Users) == 0 {
		wanted.Users = []ids.User{caller(ctx).User.ID}
	}
	if params.From != nil {
		wanted.From = params.From.Time
	}
	if params.To != nil {
		wanted.To = params.To.Time
	}
	if params.WorkItemId == nil {
		return wanted, nil
	}
	if len(wanted.Organizations) > 1 {
		return timer.ListRequest{}, errs.New(errs.RuleBroken, "filter_invalid", "Time can't be filtered like this.").
			WithField("organization", "too_many", "must be one with work_item_id")
	}
	wanted.Work = workitem.Reference{Tracker: workitem.AzureDevOps, Item: *params.WorkItemId}
	if len(wanted.Organizations) == 1 {
		wanted.Work.Site = wanted.Organizations[0]
	}
	wanted.Organizations, wanted.Projects = nil, nil
	return wanted, nil
}

// AddTimeEntry implements api.StrictServerInterface.
func (h entryHandlers) AddTimeEntry(ctx context.Context, request api.AddTimeEntryRequestObject) (api.AddTimeEntryResponseObject, error) {
	claim, general, err := workOf(request.Body.WorkItem, request.Body.General)
	if err != nil {
		return nil, err
	}
	added, err := h.timers.Add(ctx, caller(ctx), timer.AddRequest{
		WorkItem: claim, General: general, Details: details(request.Body.ActivityId, request.Body.Billable, request.Body.Note),
		StartedAt: request.Body.StartedAt.Time,
		StoppedAt: request.Body.StoppedAt.Time,
		Reason:    emptyIfNil(request.Body.Reason),
	})
	if err != nil {
		return nil, err
	}
	body := timeEntry(caller(ctx), added, h.now())
	return api.AddTimeEntry201JSONResponse{Body: body, Headers: api.AddTimeEntry201ResponseHeaders{ETag: &body.Etag}}, nil
}

// GetTimeEntry implements api.StrictServerInterface.
func (h entryHandlers) GetTimeEntry(ctx context.Context, request api.GetTimeEntryRequestObject) (api.GetTimeEntryResponseObject, error) {
	member := caller(ctx)
	entry, now, err := h.timers.Get(ctx, member, idOf[ids.Entry](request.Id))
	if err != nil {
		return nil, err
	}
	body := runningEntry(member, entry, now)
	return api.GetTimeEntry200JSONResponse{Body: body, Headers: api.GetTimeEntry200ResponseHeaders{ETag: &body.Etag}}, nil
}

// ChangeTimeEntry implements api.StrictServerInterface.
func (h entryHandlers) ChangeTimeEntry(ctx context.Context, request api.ChangeTimeEntryRequestObject) (api.ChangeTimeEntryResponseObject, error) {
	member, id := caller(ctx), idOf[ids.Entry](request.Id)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, readingEntry(h.timers, member, id))
	if err != nil {
		return nil, err
	}
	patch, err := entryPatch(api.TimerPatch{
		StartedAt: request.Body.StartedAt, WorkItem: request.Body.WorkItem, General: request.Body.General,
		ActivityId: request.Body.ActivityId, Billable: request.Body.Billable, Note: request.Body.Note,
	})
	if err != nil {
		return nil, err
	}
	patch.Confirm, patch.Reason = request.Body.NeedsReview != nil, emptyIfNil(request.Body.Reason)
	if request.Body.StoppedAt != nil {
		patch.StoppedAt = &request.Body.StoppedAt.Time
	}
	changed, err := h.timers.Change(ctx, member, id, expected.of(ids.Any(id)), patch)
	if err != nil {
		return nil, err
	}
	body := timeEntry(caller(ctx), changed, h.now())
	return api.ChangeTimeEntry200JSONResponse{
		Body: body, Headers: api.ChangeTimeEntry200ResponseHeaders{ETag: &body.Etag},
	}, nil
}

// VoidTimeEntry implements api.StrictServerInterface.
func (h entryHandlers) VoidTimeEntry(ctx context.Context, request api.VoidTimeEntryRequestObject) (api.VoidTimeEntryResponseObject, error) {
	member, id := caller(ctx), idOf[ids.Entry](request.Id)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, readingEntry(h.timers, member, id))
	if err != nil {
		return nil, err
	}
	voided, err := h.timers.Void(ctx, member, id, expected.of(ids.Any(id)), emptyIfNil(request.Params.Reason))
	if err != nil {
		return nil, err
	}
	body := timeEntry(caller(ctx), voided, h.now())
	return api.VoidTimeEntry200JSONResponse{Body: body, Headers: api.VoidTimeEntry200ResponseHeaders{ETag: &body.Etag}}, nil
}

// UndoTimeEntry implements api.StrictServerInterface.
func (h entryHandlers) UndoTimeEntry(ctx context.Context, request api.UndoTimeEntryRequestObject) (api.UndoTimeEntryResponseObject, error) {
	member, id := caller(ctx), idOf[ids.Entry](request.Id)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, readingEntry(h.timers, member, id))
	if err != nil {
		return nil, err
	}
	var reason string
	if request.Body != nil {
		reason = emptyIfNil(request.Body.Reason)
	}
	undone, err := h.timers.Undo(ctx, member, id, expected.of(ids.Any(id)), reason)
	if err != nil {
		return nil, err
	}
	body := timeEntry(caller(ctx), undone, h.now())
	return api.UndoTimeEntry200JSONResponse{Body: body, Headers: api.UndoTimeEntry200ResponseHeaders{ETag: &body.Etag}}, nil
}

// readingEntry reads the version of an entry.
func readingEntry(timers *timer.Service, member tenant.Member, id ids.Entry) func(context.Context) (version, error) {
	return func(ctx context.Context) (version, error) {
		entry, _, err := timers.Get(ctx, member, id)
		return versionOf(entry), err
	}
}

// GetTimeEntryHistory implements api.StrictServerInterface.
func (h entryHandlers) GetTimeEntryHistory(ctx context.Context, request api.GetTimeEntryHistoryRequestObject) (api.GetTimeEntryHistoryResponseObject, error) {
	member, id := caller(ctx), idOf[ids.Entry](request.Id)
	changes, err := h.timers.History(ctx, member, id)
	if err != nil {
		return nil, err
	}
	adjustments, err := h.timesheets.AdjustmentsOf(ctx, member, id)
	if err != nil {
		return nil, err
	}
	written, err := h.writeBacks.WrittenOf(ctx, member, id)
	if err != nil {
		return nil, err
	}
	if member.User.Role != tenant.RoleUser { // who may see others' entries
		entry, _, err := h.timers.Get(ctx, member, id)
		if err != nil {
			return nil, err
		}
		callOf(ctx).shows = []ids.User{entry.User.ID}
	}
	return api.GetTimeEntryHistory200JSONResponse{
		Data:        mapSlice(changes, timeEntryChange),
		Adjustments: mapSlice(adjustments, func(a timesheet.Adjustment) api.TimeAdjustment { return adjustment(member, a) }),
		Written:     mapSlice(written, writtenHours),
	}, nil
}

// writtenHours are what was added to a work item for an entry.
func writtenHours(w workitem.Written) api.WrittenHours {
	return api.WrittenHours{
		Id: w.ID.String(), WrittenAt: api.Timestamp{Time: w.At}, WrittenBy: userRef(w.By), WorkItem: w.Number, Hours: w.Hours(),
	}
}

// GetTimeEntryLastChange implements api.StrictServerInterface.
func (h entryHandlers) GetTimeEntryLastChange(ctx context.Context, request api.GetTimeEntryLastChangeRequestObject) (api.GetTimeEntryLastChangeResponseObject, error) {
	change, err := h.timers.LastChange(ctx, caller(ctx), credential(ctx), idOf[ids.Entry](request.Id))
	if err != nil {
		return nil, err
	}
	return api.GetTimeEntryLastChange200JSONResponse{ChangedAt: timestamp(change.At), Tracker: trackerProblem(change.Problem)}, nil
}

// entryPatch is a wanted change of an entry; that of a running timer is the part that both have.
func entryPatch(wanted api.TimerPatch) (patch timer.Patch, err error) {
	if wanted.StartedAt != nil {
		patch.StartedAt = &wanted.StartedAt.Time
	}
	patch.Details = details(wanted.ActivityId, wanted.Billable, wanted.Note)
	if wanted.WorkItem == nil && wanted.General == nil {
		return patch, nil
	}
	claim, general, err := workOf(wanted.WorkItem, wanted.General)
	if patch.General = general; general.IsZero() {
		patch.WorkItem = &claim
	}
	return patch, err
}

// workOf is what a client says that time is on: a work item, or a project without one.
func workOf(item *api.WorkItemInput, general *api.GeneralInput) (claim workitem.Claim, project ids.Project, err error) {
	switch {
	case (item == nil) == (general == nil):
		return claim, project, errs.New(errs.Malformed, "work_item_or_general", "Time is on a work item or on a project without one.").
			WithField("/work_item", "one_of", "is needed unless general is there")
	case general != nil:
		return claim, idOf[ids.Project](general.ProjectId), nil
	default:
		return workItemClaim(*item), project, nil
	}
}

func details(activity *api.Id, billable *bool, note *string) timer.Details {
	return timer.Details{Activity: idOf[ids.Activity](emptyIfNil(activity)), Billable: billable, Note: note}
}

// workItemOfEntry is an entry's work item; nil for general time.
func workItemOfEntry(m tenant.Member, w workitem.WorkItem) *api.WorkItem {
	if w.ID.IsZero() {
		return nil
	}
	shown := workItem(m, w)
	return &shown
}

// projectOfEntry is the project under which an entry is shown.
func projectOfEntry(w workitem.WorkItem) api.ProjectOfEntry {
	return api.ProjectOfEntry{Id: w.Project.ID.String(), Name: w.Project.Name, Organization: w.Site.Name}
}

// runningEntry shows an entry that may be running beyond the tenant's limit.
func runningEntry(m tenant.Member, e timer.Entry, now time.Time) api.TimeEntry {
	shown := timeEntry(m, e, now)
	shown.ElapsedMs = e.ElapsedBy(now, m.Tenant.Settings.AutoStopAfter).Milliseconds()
	return shown
}

// timeEntry is an entry as the member sees it.
func timeEntry(m tenant.Member, e timer.Entry, now time.Time) api.TimeEntry {
	return api.TimeEntry{
		Id:            e.ID.String(),
		User:          userRef(e.User),
		WorkItem:      workItemOfEntry(m, e.WorkItem),
		Project:       projectOfEntry(e.WorkItem),
		Activity:      api.ActivityRef{Id: e.Activity.ID.String(), Name: e.Activity.Name},
		Billable:      e.Billable,
		Note:          nilIfEmpty(e.Note),
		StartedAt:     api.Timestamp{Time: e.StartedAt},
		StoppedAt:     timestamp(e.StoppedAt),
		ElapsedMs:     e.Elapsed(now).Milliseconds(),
		Source:        api.TimeEntrySource(e.Source),
		NeedsReview:   e.NeedsReview,
		Settled:       nilIfZero(e.Settled),
		ExistingHours: e.ExistingHours,
		VoidedAt:      timestamp(e.VoidedAt),
		Locked:        nilIfZero(e.Locked),
		Etag:          versionOf(e).entityTag(),
	}
}

func timeEntries(m tenant.Member, entries []timer.Entry, now time.Time) []api.TimeEntry {
	shown := make([]api.TimeEntry, len(entries))
	for i, entry := range entries {
		shown[i] = runningEntry(m, entry, now)
	}
	return shown
}

func timeEntryChange(c timer.Change) api.TimeEntryChange {
	return api.TimeEntryChange{
		Id:        c.ID.String(),
		Operation: api.TimeEntryOperation{Id: c.Operation.ID.String(), Kind: api.TimeEntryOperationKind(c.Operation.Kind)},
		ChangedAt: api.Timestamp{Time: c.ChangedAt},
		ChangedBy: userRef(c.ChangedBy),
		Field:     api.TimeEntryChangeField(c.Field),
		Old:       c.Old,
		New:       c.New,
		Reason:    nilIfEmpty(c.Reason),
	}
}
