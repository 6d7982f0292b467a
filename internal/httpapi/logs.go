package httpapi

import (
	"context"

	"timetracker/api"
	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

// logHandlers serve what happened: timer events, actions and the audit.
type logHandlers struct {
	tenants   *tenant.Service
	timers    *timer.Service
	documents documents
}

// ListTimerEvents implements api.StrictServerInterface.
func (h logHandlers) ListTimerEvents(ctx context.Context, request api.ListTimerEventsRequestObject) (api.ListTimerEventsResponseObject, error) {
	member, params := caller(ctx), request.Params
	cursor, limit := params.Cursor, params.Limit
	params.Cursor, params.Limit, params.Format, params.Separator = nil, nil, nil, nil
	everybody := params.Scope != nil && *params.Scope == api.ListTimerEventsParamsScopeTenant
	filter := logFilter(params.From, params.To, params.UserId, string(emptyIfNil(params.Type)))
	read := func(request page.Request) ([]timer.Event, page.Position, error) {
		return h.timers.Events(ctx, member, everybody, filter, request)
	}
	asCSV, err := wantsCSV(request.Params.Format, callOf(ctx).accept)
	if err != nil {
		return nil, err
	}
	if asCSV {
		return h.documents.produce(ctx, exportCSV("timer-events.csv", csvStyle(request.Params.Separator), timerEventColumns, read,
			func(e timer.Event) [][]string { return timerEventCells(member, e) }))
	}
	events, next, err := readPage(newListing(member.Tenant.ID, "timer-events", params), cursor, limit, read)
	if err != nil {
		return nil, err
	}
	return api.ListTimerEvents200JSONResponse{Data: mapSlice(events, func(e timer.Event) api.TimerEvent { return timerEvent(member, e) }), Page: next}, nil
}

// ListActions implements api.StrictServerInterface.
func (h logHandlers) ListActions(ctx context.Context, request api.ListActionsRequestObject) (api.ListActionsResponseObject, error) {
	member, params := caller(ctx), request.Params
	cursor, limit := params.Cursor, params.Limit
	params.Cursor, params.Limit, params.Format, params.Separator = nil, nil, nil, nil
	filter := logFilter(params.From, params.To, params.UserId, emptyIfNil(params.Type))
	read := func(request page.Request) ([]audit.Action, page.Position, error) {
		return h.tenants.Actions(ctx, member, filter, request)
	}
	asCSV, err := wantsCSV(request.Params.Format, callOf(ctx).accept)
	if err != nil {
		return nil, err
	}
	if asCSV {
		return h.documents.produce(ctx, exportCSV("actions.csv", csvStyle(request.Params.Separator), actionColumns, read, actionCells))
	}
	actions, next, err := readPage(newListing(member.Tenant.ID, "actions", params), cursor, limit, read)
	if err != nil {
		return nil, err
	}
	return api.ListActions200JSONResponse{Data: mapSlice(actions, action), Page: next}, nil
}

// RecordAction implements api.StrictServerInterface.
func (h logHandlers) RecordAction(ctx context.Context, request api.RecordActionRequestObject) (api.RecordActionResponseObject, error) {
	done, recorded, err := h.tenants.RecordAction(ctx, caller(ctx), request.Body.Type, request.Body.Page)
	if err != nil {
		return nil, err
	}
	callOf(ctx).leavesNothing = !recorded
	return api.RecordAction201JSONResponse(action(done)), nil
}

// ListAuditEvents implements api.StrictServerInterface.
func (h logHandlers) ListAuditEvents(ctx context.Context, request api.ListAuditEventsRequestObject) (api.ListAuditEventsResponseObject, error) {
	member, params := caller(ctx), request.Params
	cursor, limit := params.Cursor, params.Limit
	params.Cursor, params.Limit, params.Format, params.Separator = nil, nil, nil, nil
	filter := logFilter(params.From, params.To, params.UserId, "")
	read := func(request page.Request) ([]audit.Event, page.Position, error) {
		return h.tenants.Audit(ctx, member, filter, request)
	}
	asCSV, err := wantsCSV(request.Params.Format, callOf(ctx).accept)
	if err != nil {
		return nil, err
	}
	if asCSV {
		return h.documents.produce(ctx, exportCSV("audit-events.csv", csvStyle(request.Params.Separator), auditColumns, read, auditCells))
	}
	events, next, err := readPage(newListing(member.Tenant.ID, "audit-events", params), cursor, limit, read)
	if err != nil {
		return nil, err
	}
	return api.ListAuditEvents200JSONResponse{Data: mapSlice(events, auditEvent), Page: next}, nil
}

func logFilter(from, to *api.Timestamp, user *string, kind string) audit.Filter {
	filter := audit.Filter{User: idOf[ids.User](emptyIfNil(user)), Type: kind}
	if from != nil {
		filter.From = from.Time
	}
	if to != nil {
		filter.To = to.Time
	}
	return filter
}

var timerEventColumns = []string{
	"at", "type", "user_id", "user", "time_entry_id",
	"work_item_organization", "work_item_project", "work_item_id", "work_item_type", "work_item_title",
}

func timerEventCells(m tenant.Member, e timer.Event) [][]string {
	item := e.WorkItem.SeenBy(m)
	return [][]string{{
		calendar.FormatInstant(e.At), string(e.Type), e.User.ID.String(), e.User.Name, e.EntryID.String(),
		item.Site.Name, item.Project.Name, item.Number, item.Type, item.Title,
	}}
}

var actionColumns = []string{"at", "type", "page", "user_id", "user"}

func actionCells(a audit.Action) [][]string {
	return [][]string{{calendar.FormatInstant(a.At), a.Type, a.Page, a.User.ID.String(), a.User.Name}}
}

var auditColumns = []string{
	"at", "actor_kind", "actor_id", "actor", "action", "target_kind", "target_id", "target", "field", "old", "new",
}

// auditCells gives a record for each changed field, and one for an event without changed fields.
func auditCells(e audit.Event) [][]string {
	changes := e.Changes
	if len(changes) == 0 {
		changes = []audit.FieldChange{{}}
	}
	return mapSlice(changes, func(c audit.FieldChange) []string {
		return []string{
			calendar.FormatInstant(e.At), string(e.ActorKind()), e.Actor.ID.String(), e.Actor.Name, string(e.Type),
			string(e.Target.Kind), e.Target.ID.String(), e.Target.Name, c.Field, c.Old, c.New,
		}
	})
}

func action(a audit.Action) api.Action {
	return api.Action{Id: a.ID.String(), Type: a.Type, Page: a.Page, At: api.Timestamp{Time: a.At}, User: userRef(tenant.UserRef(a.User))}
}

func auditEvent(e audit.Event) api.AuditEvent {
	return api.AuditEvent{
		Id:     e.ID.String(),
		At:     api.Timestamp{Time: e.At},
		Actor:  api.AuditActor{Kind: api.AuditActorKind(e.ActorKind()), Id: nilIfEmpty(e.Actor.ID.String()), Name: e.Actor.Name},
		Action: api.AuditEventAction(e.Type),
		Target: api.AuditTarget{Kind: api.AuditTargetKind(e.Target.Kind), Id: e.Target.ID.String(), Name: e.Target.Name},
		Changes: mapSlice(e.Changes, func(c audit.FieldChange) api.AuditChange {
			return api.AuditChange{Field: api.AuditChangeField(c.Field), Old: c.Old, New: c.New}
		}),
	}
}

func timerEvent(m tenant.Member, e timer.Event) api.TimerEvent {
	return api.TimerEvent{
		Id:          e.ID.String(),
		Type:        api.TimerEventType(e.Type),
		At:          api.Timestamp{Time: e.At},
		User:        userRef(e.User),
		TimeEntryId: e.EntryID.String(),
		WorkItem:    workItemOfEntry(m, e.WorkItem),
		Project:     projectOfEntry(e.WorkItem),
	}
}
