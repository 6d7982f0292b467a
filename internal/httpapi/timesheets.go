package httpapi

import (
	"context"
	"time"

	"timetracker/api"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timesheet"
)

// timesheetHandlers serve weeks that are handed in, targets and reminders.
type timesheetHandlers struct {
	timesheets *timesheet.Service
	now        func() time.Time
}

// dayOf reads a day of a request. pointer is its field or parameter.
func dayOf(text, pointer string) (calendar.Day, error) {
	day, err := calendar.ParseDay(text)
	if err != nil {
		return day, errs.Wrap(err, errs.Malformed, "day_invalid", "This is no day of the calendar.").
			WithField(pointer, "invalid", "must be a day such as 2026-11-23")
	}
	return day, nil
}

// ListTimesheets implements api.StrictServerInterface.
func (h timesheetHandlers) ListTimesheets(ctx context.Context, request api.ListTimesheetsRequestObject) (api.ListTimesheetsResponseObject, error) {
	member, params := caller(ctx), request.Params
	day, err := dayOf(params.FirstDay, "first_day")
	if err != nil {
		return nil, err
	}
	if params.UserId != nil {
		sheet, err := h.timesheets.Get(ctx, member, idOf[ids.User](*params.UserId), day)
		if err != nil {
			return nil, err
		}
		return api.ListTimesheets200JSONResponse{Data: []api.Timesheet{timesheetOf(sheet)}}, nil
	}
	cursor, limit := params.Cursor, params.Limit
	params.Cursor, params.Limit = nil, nil
	sheets, shown, err := readPage(newListing(member.Tenant.ID, "timesheets", params), cursor, limit,
		func(request page.Request) ([]timesheet.Sheet, page.Position, error) {
			return h.timesheets.List(ctx, member, day, request)
		})
	if err != nil {
		return nil, err
	}
	return api.ListTimesheets200JSONResponse{Data: mapSlice(sheets, timesheetOf), Page: shown}, nil
}

// ListPendingTimesheets implements api.StrictServerInterface.
func (h timesheetHandlers) ListPendingTimesheets(ctx context.Context, request api.ListPendingTimesheetsRequestObject) (api.ListPendingTimesheetsResponseObject, error) {
	member, params := caller(ctx), request.Params
	cursor, limit := params.Cursor, params.Limit
	params.Cursor, params.Limit = nil, nil
	everybody := params.Scope != nil && *params.Scope == api.ListPendingTimesheetsParamsScopeTenant
	sheets, shown, err := readPage(newListing(member.Tenant.ID, "pending-timesheets", params), cursor, limit,
		func(request page.Request) ([]timesheet.Sheet, page.Position, error) {
			return h.timesheets.Pending(ctx, member, everybody, request)
		})
	if err != nil {
		return nil, err
	}
	return api.ListPendingTimesheets200JSONResponse{Data: mapSlice(sheets, timesheetOf), Page: shown}, nil
}

// ListTimesheetEntries implements api.StrictServerInterface.
func (h timesheetHandlers) ListTimesheetEntries(ctx context.Context, request api.ListTimesheetEntriesRequestObject) (api.ListTimesheetEntriesResponseObject, error) {
	member, params := caller(ctx), request.Params
	first, err := dayOf(params.FirstDay, "first_day")
	if err != nil {
		return nil, err
	}
	cursor, limit := params.Cursor, params.Limit
	params.Cursor, params.Limit = nil, nil
	parts, shown, err := readPage(newListing(member.Tenant.ID, "timesheet-entries", params), cursor, limit,
		func(request page.Request) ([]timesheet.Part, page.Position, error) {
			return h.timesheets.Entries(ctx, member, idOf[ids.User](params.UserId), first, request)
		})
	if err != nil {
		return nil, err
	}
	return api.ListTimesheetEntries200JSONResponse{Data: mapSlice(parts, timesheetEntry), Page: shown}, nil
}

// timesheetEntry is a part of an entry, as whoever decides on its week sees it.
func timesheetEntry(p timesheet.Part) api.TimesheetEntry {
	shown := api.TimesheetEntry{
		Id: p.ID.String(), Project: projectOfEntry(p.WorkItem), Activity: api.ActivityRef{Id: p.Activity.ID.String(), Name: p.Activity.Name},
		Billable: p.Billable, Note: nilIfEmpty(p.Note), StartedAt: api.Timestamp{Time: p.From}, StoppedAt: api.Timestamp{Time: p.To},
		ElapsedMs: p.Length().Milliseconds(), Source: api.TimesheetEntrySource(p.Source), NeedsReview: p.NeedsReview,
	}
	if !p.General() {
		item := seenWorkItem(p.WorkItem)
		shown.WorkItem = &item
	}
	return shown
}

// SettleTimeEntry implements api.StrictServerInterface.
func (h timesheetHandlers) SettleTimeEntry(ctx context.Context, request api.SettleTimeEntryRequestObject) (api.SettleTimeEntryResponseObject, error) {
	member, body := caller(ctx), request.Body
	made, err := h.timesheets.Settle(ctx, member, timesheet.SettleRequest{
		Entry: idOf[ids.Entry](request.Id), Length: time.Duration(body.Ms) * time.Millisecond, Reason: emptyIfNil(body.Reason),
	})
	if err != nil {
		return nil, err
	}
	return api.SettleTimeEntry201JSONResponse(adjustment(member, made)), nil
}

// SubmitTimesheet implements api.StrictServerInterface.
func (h timesheetHandlers) SubmitTimesheet(ctx context.Context, request api.SubmitTimesheetRequestObject) (api.SubmitTimesheetResponseObject, error) {
	day, err := dayOf(request.Body.FirstDay, "/first_day")
	if err != nil {
		return nil, err
	}
	sheet, err := h.timesheets.Submit(ctx, caller(ctx), day)
	if err != nil {
		return nil, err
	}
	return api.SubmitTimesheet200JSONResponse(timesheetOf(sheet)), nil
}

// WithdrawTimesheet implements api.StrictServerInterface.
func (h timesheetHandlers) WithdrawTimesheet(ctx context.Context, request api.WithdrawTimesheetRequestObject) (api.WithdrawTimesheetResponseObject, error) {
	day, err := dayOf(request.Body.FirstDay, "/first_day")
	if err != nil {
		return nil, err
	}
	sheet, err := h.timesheets.Withdraw(ctx, caller(ctx), day)
	if err != nil {
		return nil, err
	}
	return api.WithdrawTimesheet200JSONResponse(timesheetOf(sheet)), nil
}

// DecideTimesheet implements api.StrictServerInterface.
func (h timesheetHandlers) DecideTimesheet(ctx context.Context, request api.DecideTimesheetRequestObject) (api.DecideTimesheetResponseObject, error) {
	body := request.Body
	day, err := dayOf(body.FirstDay, "/first_day")
	if err != nil {
		return nil, err
	}
	member, user := caller(ctx), idOf[ids.User](body.UserId)
	expected, err := expectedVersion(ctx, &body.Etag, func(ctx context.Context) (version, error) {
		current, err := h.timesheets.Get(ctx, member, user, day)
		return versionOfTimesheet(current.Record), err
	})
	if err != nil {
		return nil, err
	}
	sheet, err := h.timesheets.Decide(ctx, member, timesheet.DecideRequest{
		User: user, FirstDay: day, Decision: timesheet.Decision(body.Decision), Comment: emptyIfNil(body.Comment),
		Sheet: ids.Timesheet(expected.id), Revision: expected.revision,
	})
	if err != nil {
		return nil, err
	}
	return api.DecideTimesheet200JSONResponse(timesheetOf(sheet)), nil
}

// GetTargets implements api.StrictServerInterface.
func (h timesheetHandlers) GetTargets(ctx context.Context, request api.GetTargetsRequestObject) (api.GetTargetsResponseObject, error) {
	member, user := caller(ctx), idOf[ids.User](emptyIfNil(request.Params.UserId))
	found, err := h.timesheets.TargetsOf(ctx, member, user)
	if err != nil {
		return nil, err
	}
	body := h.targets(member, user, found)
	return api.GetTargets200JSONResponse{Body: body, Headers: api.GetTargets200ResponseHeaders{ETag: &body.Etag}}, nil
}

// SetTarget implements api.StrictServerInterface.
func (h timesheetHandlers) SetTarget(ctx context.Context, request api.SetTargetRequestObject) (api.SetTargetResponseObject, error) {
	member, user := caller(ctx), idOf[ids.User](emptyIfNil(request.Params.UserId))
	from, err := dayOf(request.Body.From, "/from")
	if err != nil {
		return nil, err
	}
	expected, err := expectedVersion(ctx, request.Params.IfMatch, func(ctx context.Context) (version, error) {
		current, err := h.timesheets.TargetsOf(ctx, member, user)
		return versionOfTargets(member, user, current), err
	})
	if err != nil {
		return nil, err
	}
	set, err := h.timesheets.SetTarget(ctx, member, timesheet.SetTargetRequest{
		User: user, From: from, Hours: hoursOf(request.Body.Minutes), Revision: expected.of(targetsID(member, user)),
	})
	if err != nil {
		return nil, err
	}
	body := h.targets(member, user, set)
	return api.SetTarget200JSONResponse{Body: body, Headers: api.SetTarget200ResponseHeaders{ETag: &body.Etag}}, nil
}

// ListReminders implements api.StrictServerInterface.
func (h timesheetHandlers) ListReminders(ctx context.Context, _ api.ListRemindersRequestObject) (api.ListRemindersResponseObject, error) {
	sheets, err := h.timesheets.Reminders(ctx, caller(ctx))
	if err != nil {
		return nil, err
	}
	return api.ListReminders200JSONResponse{Data: mapSlice(sheets, func(s timesheet.Sheet) api.Reminder {
		return api.Reminder{
			Id: s.Reminder.ID.String(), FirstDay: s.FirstDay.String(), LastDay: s.LastDay().String(),
			MissingMs: s.ShownMissing.Milliseconds(), RemindedBy: userRef(s.Reminder.By), RemindedAt: api.Timestamp{Time: s.Reminder.At},
		}
	})}, nil
}

// Remind implements api.StrictServerInterface.
func (h timesheetHandlers) Remind(ctx context.Context, request api.RemindRequestObject) (api.RemindResponseObject, error) {
	day, err := dayOf(request.Body.FirstDay, "/first_day")
	if err != nil {
		return nil, err
	}
	var users []ids.User
	if request.Body.UserIds != nil {
		users = mapSlice(*request.Body.UserIds, idOf[ids.User, string])
	}
	people, err := h.timesheets.Remind(ctx, caller(ctx), day, users)
	if err != nil {
		return nil, err
	}
	return api.Remind200JSONResponse{People: people}, nil
}

// DismissReminder implements api.StrictServerInterface.
func (h timesheetHandlers) DismissReminder(ctx context.Context, request api.DismissReminderRequestObject) (api.DismissReminderResponseObject, error) {
	if err := h.timesheets.Dismiss(ctx, caller(ctx), idOf[ids.Reminder](request.Id)); err != nil {
		return nil, err
	}
	return api.DismissReminder204Response{}, nil
}

// ListAdjustments implements api.StrictServerInterface.
func (h timesheetHandlers) ListAdjustments(ctx context.Context, request api.ListAdjustmentsRequestObject) (api.ListAdjustmentsResponseObject, error) {
	member, params := caller(ctx), request.Params
	cursor, limit := params.Cursor, params.Limit
	params.Cursor, params.Limit = nil, nil
	filter := timesheet.AdjustmentFilter{User: idOf[ids.User](emptyIfNil(params.UserId))}
	var err error
	if params.From != nil {
		if filter.From, err = dayOf(*params.From, "from"); err != nil {
			return nil, err
		}
	}
	if params.To != nil {
		if filter.To, err = dayOf(*params.To, "to"); err != nil {
			return nil, err
		}
	}
	list, shown, err := readPage(newListing(member.Tenant.ID, "adjustments", params), cursor, limit,
		func(request page.Request) ([]timesheet.Adjustment, page.Position, error) {
			return h.timesheets.Adjustments(ctx, member, filter, request)
		})
	if err != nil {
		return nil, err
	}
	return api.ListAdjustments200JSONResponse{
		Data: mapSlice(list, func(a timesheet.Adjustment) api.TimeAdjustment { return adjustment(member, a) }), Page: shown,
	}, nil
}

// Adjust implements api.StrictServerInterface.
func (h timesheetHandlers) Adjust(ctx context.Context, request api.AdjustRequestObject) (api.AdjustResponseObject, error) {
	member, body := caller(ctx), request.Body
	if (body.WorkItemUid == nil) == (body.ProjectId == nil) {
		return nil, errs.New(errs.Malformed, "work_item_or_project", "An adjustment is on a work item or on a project, one of the two.").
			WithField("/work_item_uid", "one_of_two", "must be given where project_id is not")
	}
	wanted := timesheet.AdjustRequest{
		User: idOf[ids.User](body.UserId), WorkItem: idOf[ids.WorkItem](emptyIfNil(body.WorkItemUid)),
		Project: idOf[ids.Project](emptyIfNil(body.ProjectId)), Activity: idOf[ids.Activity](emptyIfNil(body.ActivityId)),
		Billable: body.Billable, Length: time.Duration(body.Ms) * time.Millisecond, Reason: body.Reason,
	}
	var err error
	if wanted.ForDay, err = dayOf(body.ForDay, "/for_day"); err != nil {
		return nil, err
	}
	if body.Day != nil {
		if wanted.Day, err = dayOf(*body.Day, "/day"); err != nil {
			return nil, err
		}
	}
	made, err := h.timesheets.Adjust(ctx, member, wanted)
	if err != nil {
		return nil, err
	}
	return api.Adjust201JSONResponse(adjustment(member, made)), nil
}

// ReverseAdjustment implements api.StrictServerInterface.
func (h timesheetHandlers) ReverseAdjustment(ctx context.Context, request api.ReverseAdjustmentRequestObject) (api.ReverseAdjustmentResponseObject, error) {
	member := caller(ctx)
	made, err := h.timesheets.Reverse(ctx, member, idOf[ids.Adjustment](request.Id), request.Body.Reason)
	if err != nil {
		return nil, err
	}
	return api.ReverseAdjustment201JSONResponse(adjustment(member, made)), nil
}

// adjustment is an adjustment as the member sees it.
func adjustment(m tenant.Member, a timesheet.Adjustment) api.TimeAdjustment {
	return api.TimeAdjustment{
		Id: a.ID.String(), User: userRef(a.User), ForDay: a.ForDay.String(), Day: a.Day.String(),
		WorkItem: workItemOfEntry(m, a.WorkItem), Project: projectOfEntry(a.WorkItem),
		Activity: api.ActivityRef{Id: a.Activity.ID.String(), Name: a.Activity.Name}, Billable: a.Billable,
		Ms: a.Length.Milliseconds(), Reason: a.Reason, MadeBy: userRef(a.By), MadeAt: api.Timestamp{Time: a.At},
		EntryId: nilIfEmpty(a.Entry.String()), Reverses: nilIfEmpty(a.Reverses.String()), ReversedBy: nilIfEmpty(a.Reversal.String()),
	}
}

func versionOfTimesheet(r timesheet.Record) version { return version{ids.Any(r.ID), r.Revision} }

// targetsID is what the entity tag of targets names: the person, or the tenant.
func targetsID(m tenant.Member, user ids.User) ids.Any {
	if user.IsZero() {
		return ids.Any(m.Tenant.ID)
	}
	return ids.Any(user)
}

func versionOfTargets(m tenant.Member, user ids.User, t timesheet.Targets) version {
	return version{targetsID(m, user), t.Revision(!user.IsZero())}
}

// targets are a person's targets, or the tenant's, as the API shows them.
func (h timesheetHandlers) targets(m tenant.Member, user ids.User, t timesheet.Targets) api.Targets {
	shown := api.Targets{History: []api.Target{}, Etag: versionOfTargets(m, user, t).entityTag()}
	list := t.Default
	if !user.IsZero() {
		id := user.String()
		shown.UserId, list = &id, t.Own
	}
	for _, target := range list {
		one := api.Target{From: target.From.String()}
		if !target.Inherits {
			one.Minutes = minutesOf(target.Hours)
		}
		shown.History = append(shown.History, one)
	}
	if zone, err := calendar.LoadZone(m.TimeZone()); err == nil {
		if hours, ok := t.Hours(calendar.DayOf(h.now(), zone)); ok {
			shown.Current = minutesOf(hours)
		}
	}
	return shown
}

func minutesOf(hours timesheet.Hours) *api.Minutes {
	minutes := func(day time.Weekday) int { return int(hours[day] / time.Minute) }
	return &api.Minutes{
		Monday: minutes(time.Monday), Tuesday: minutes(time.Tuesday), Wednesday: minutes(time.Wednesday),
		Thursday: minutes(time.Thursday), Friday: minutes(time.Friday), Saturday: minutes(time.Saturday), Sunday: minutes(time.Sunday),
	}
}

// hoursOf is nil for null.
func hoursOf(minutes *api.Minutes) *timesheet.Hours {
	if minutes == nil {
		return nil
	}
	hours := timesheet.Hours{}
	for day, length := range map[time.Weekday]int{
		time.Monday: minutes.Monday, time.Tuesday: minutes.Tuesday, time.Wednesday: minutes.Wednesday,
		time.Thursday: minutes.Thursday, time.Friday: minutes.Friday, time.Saturday: minutes.Saturday, time.Sunday: minutes.Sunday,
	} {
		hours[day] = time.Duration(length) * time.Minute
	}
	return &hours
}

// timesheetOf is a week as the API shows it.
func timesheetOf(s timesheet.Sheet) api.Timesheet {
	shown := api.Timesheet{
		User:            userRef(tenant.UserRef{ID: s.Owner.ID, Name: s.Owner.Name}),
		FirstDay:        s.FirstDay.String(),
		LastDay:         s.LastDay().String(),
		TimeZone:        s.TimeZone,
		Status:          api.TimesheetStatus(s.Status),
		ApprovedThrough: timestamp(s.ApprovedThrough),
		TargetMs:        s.Target().Milliseconds(),
		RecordedMs:      s.Recorded().Milliseconds(),
		NeedsReviewMs:   s.Review().Milliseconds(),
		AdjustedMs:      s.Adjusted().Milliseconds(),
		MissingMs:       s.Missing.Milliseconds(),
		ExcessMs:        s.Excess.Milliseconds(),
		MeetsTarget:     s.MeetsTarget(),
		MayDecide:       s.MayDecide,
		SubmittedAt:     timestamp(s.SubmittedAt),
		DecidedAt:       timestamp(s.DecidedAt),
		Comment:         nilIfEmpty(s.Comment),
		RemindedAt:      timestamp(s.Reminder.At),
		RunningSince:    timestamp(s.RunningSince),
		LastStoppedAt:   timestamp(s.LastStop),
		Days: mapSlice(s.Days, func(d timesheet.Day) api.TimesheetDay {
			return api.TimesheetDay{
				Day: d.Day.String(), TargetMs: d.Target.Milliseconds(), RecordedMs: d.Recorded.Milliseconds(),
				NeedsReviewMs: d.Review.Milliseconds(), AdjustedMs: d.Adjusted.Milliseconds(), MissingMs: d.Missing.Milliseconds(),
			}
		}),
	}
	if s.Closes() {
		shown.Through = timestamp(s.Through)
	}
	if !s.Owner.Approver.ID.IsZero() {
		approver := userRef(s.Owner.Approver)
		shown.Approver = &approver
	}
	if !s.DecidedBy.ID.IsZero() {
		decider := userRef(s.DecidedBy)
		shown.DecidedBy = &decider
	}
	if s.Revision > 0 {
		tag := versionOfTimesheet(s.Record).entityTag()
		shown.Etag = &tag
	}
	return shown
}
