package httpapi

import (
	"context"
	"io"
	"time"

	"timetracker/api"
	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/report"
	"timetracker/internal/timer"
)

const (
	// exportPage is how many rows of a log are read at once, so that memory does not grow with the log.
	exportPage = 500
	// maxExport is how many rows of a log one file has. The latest come first; a shorter range shows the others.
	maxExport = 100_000
)

// ListTimerEvents implements api.StrictServerInterface.
func (s *server) ListTimerEvents(ctx context.Context, request api.ListTimerEventsRequestObject) (api.ListTimerEventsResponseObject, error) {
	member, params := caller(ctx), request.Params
	cursor, limit := params.Cursor, params.Limit
	params.Cursor, params.Limit, params.Format = nil, nil, nil
	everybody := params.Scope != nil && *params.Scope == api.ListTimerEventsParamsScopeTenant
	filter := logFilter(params.From, params.To, params.UserId, string(text(params.Type)))
	read := func(request page.Request) ([]timer.Event, page.Position, error) {
		return s.timers.Events(ctx, member, everybody, filter, request)
	}
	asCSV, err := wantsCSV(request.Params.Format, callOf(ctx).accept)
	if err != nil {
		return nil, err
	}
	if asCSV {
		return logFile("timer-events.csv", timerEventColumns, read, timerEventCells), nil
	}
	events, next, err := logPage(listOf(member.Tenant.ID, "timer-events", params), cursor, limit, read)
	if err != nil {
		return nil, err
	}
	return api.ListTimerEvents200JSONResponse{Data: convert(events, timerEvent), Page: next}, nil
}

// ListActions implements api.StrictServerInterface.
func (s *server) ListActions(ctx context.Context, request api.ListActionsRequestObject) (api.ListActionsResponseObject, error) {
	member, params := caller(ctx), request.Params
	cursor, limit := params.Cursor, params.Limit
	params.Cursor, params.Limit, params.Format = nil, nil, nil
	filter := logFilter(params.From, params.To, params.UserId, text(params.Type))
	read := func(request page.Request) ([]audit.Action, page.Position, error) {
		return s.tenants.Actions(ctx, member, filter, request)
	}
	asCSV, err := wantsCSV(request.Params.Format, callOf(ctx).accept)
	if err != nil {
		return nil, err
	}
	if asCSV {
		return logFile("actions.csv", actionColumns, read, actionCells), nil
	}
	actions, next, err := logPage(listOf(member.Tenant.ID, "actions", params), cursor, limit, read)
	if err != nil {
		return nil, err
	}
	return api.ListActions200JSONResponse{Data: convert(actions, action), Page: next}, nil
}

// RecordAction implements api.StrictServerInterface.
func (s *server) RecordAction(ctx context.Context, request api.RecordActionRequestObject) (api.RecordActionResponseObject, error) {
	recorded, err := s.tenants.RecordAction(ctx, caller(ctx), request.Body.Type, request.Body.Page)
	if err != nil {
		return nil, err
	}
	return api.RecordAction201JSONResponse(action(recorded)), nil
}

// ListAuditEvents implements api.StrictServerInterface.
func (s *server) ListAuditEvents(ctx context.Context, request api.ListAuditEventsRequestObject) (api.ListAuditEventsResponseObject, error) {
	member, params := caller(ctx), request.Params
	cursor, limit := params.Cursor, params.Limit
	params.Cursor, params.Limit, params.Format = nil, nil, nil
	filter := logFilter(params.From, params.To, params.UserId, "")
	read := func(request page.Request) ([]audit.Event, page.Position, error) {
		return s.tenants.Audit(ctx, member, filter, request)
	}
	asCSV, err := wantsCSV(request.Params.Format, callOf(ctx).accept)
	if err != nil {
		return nil, err
	}
	if asCSV {
		return logFile("audit-events.csv", auditColumns, read, auditCells), nil
	}
	events, next, err := logPage(listOf(member.Tenant.ID, "audit-events", params), cursor, limit, read)
	if err != nil {
		return nil, err
	}
	return api.ListAuditEvents200JSONResponse{Data: convert(events, auditEvent), Page: next}, nil
}

// reader reads a part of a log.
type reader[T any] func(page.Request) (rows []T, next page.Position, err error)

// logPage reads the part of a log that a request asks for.
func logPage[T any](log list, cursor *string, limit *int, read reader[T]) ([]T, api.Page, error) {
	page, err := log.page(cursor, limit)
	if err != nil {
		return nil, api.Page{}, err
	}
	rows, next, err := read(page)
	return rows, api.Page{NextCursor: log.next(next)}, err
}

func logFilter(from, to *api.Timestamp, user *string, kind string) audit.Filter {
	filter := audit.Filter{User: idOf[ids.User](text(user)), Type: kind}
	if from != nil {
		filter.From = from.Time
	}
	if to != nil {
		filter.To = to.Time
	}
	return filter
}

// logFile is a log as CSV, read page by page while it is sent. cells gives the records that one row of the log makes.
func logFile[T any](name string, head []string, read reader[T], cells func(T) [][]string) csvFile {
	records := func(yield func([]string, error) bool) {
		request := page.Request{Limit: exportPage}
		for sent := 0; sent < maxExport; {
			rows, next, err := read(request)
			if err != nil {
				yield(nil, err)
				return
			}
			sent += len(rows)
			for _, row := range rows {
				for _, record := range cells(row) {
					if !yield(record, nil) {
						return
					}
				}
			}
			if next == (page.Position{}) {
				return
			}
			request.After = next
		}
	}
	return csvFile{name: name, write: func(out io.Writer) error { return report.WriteTable(out, head, records) }}
}

var timerEventColumns = []string{
	"at", "type", "user_id", "user", "time_entry_id",
	"work_item_organization", "work_item_project", "work_item_id", "work_item_type", "work_item_title",
}

func timerEventCells(e timer.Event) [][]string {
	item := e.WorkItem
	return [][]string{{
		instantText(e.At), string(e.Type), e.User.ID.String(), e.User.Name, e.EntryID.String(),
		item.Site.Name, item.Project.Name, item.Number, item.Type, item.Title,
	}}
}

var actionColumns = []string{"at", "type", "page", "user_id", "user"}

func actionCells(a audit.Action) [][]string {
	return [][]string{{instantText(a.At), a.Type, a.Page, a.User.ID.String(), a.User.Name}}
}

var auditColumns = []string{
	"at", "actor_kind", "actor_id", "actor", "action", "target_kind", "target_id", "target", "field", "old", "new",
}

// auditCells is a record for each changed field, and one for an event that changed none.
func auditCells(e audit.Event) [][]string {
	changes := e.Changes
	if len(changes) == 0 {
		changes = []audit.FieldChange{{}}
	}
	return convert(changes, func(c audit.FieldChange) []string {
		return []string{
			instantText(e.At), string(actorKind(e)), e.Actor.ID.String(), e.Actor.Name, string(e.Type),
			string(e.Target.Kind), e.Target.ID.String(), e.Target.Name, c.Field, c.Old, c.New,
		}
	})
}

// instantText writes an instant as the API does in JSON.
func instantText(at time.Time) string { return calendar.FormatInstant(at) }
