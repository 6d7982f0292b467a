package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"

	"timetracker/internal/audit"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/timer"
)

// logQuery asks for a page of a log, the latest line first.
type logQuery struct {
	text   string                                          // selects from the log as l and names the tenant
	user   string                                          // the column of l with the user who did it
	kind   string                                          // the column of l with the type
	code   func(kind string) any                           // converts a type to the column's value; nil: it is stored unchanged
	args   []any                                           // further parameters of the text
	shown  func(ids string) (condition string, args []any) // that a line is of nobody among ids; nil: every line is
	untold []audit.EventType                               // types of lines that aren't shown
	filter audit.Filter
	after  page.Position
	limit  int
}

// readLog reads the page of a logQuery.
func readLog[T any](
	ctx context.Context, s *Store, id ids.Tenant, q logQuery, scan func(row *sql.Rows) (T, error),
) ([]T, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	// The end of the range and the position in the list are one bound. With two, SQLite would find one in the index and
	// read line by line to the other.
	until, untilID := int64(math.MaxInt64), ids.Any{}
	if !q.filter.To.IsZero() {
		until = q.filter.To.UnixMilli()
	}
	if after := q.after.At.UnixMilli(); q.after != (page.Position{}) && after < until {
		until, untilID = after, q.after.ID
	}
	var where engine.Filter
	if !q.filter.User.IsZero() {
		where.And(`l.`+q.user+` = @`+q.user, sql.Named(q.user, q.filter.User))
	}
	if q.filter.Type != "" {
		wanted := any(q.filter.Type)
		if q.code != nil {
			wanted = q.code(q.filter.Type)
		}
		where.And(`l.`+q.kind+` = @`+q.kind, sql.Named(q.kind, wanted))
	}
	if len(q.untold) > 0 {
		where.And(`l.`+q.kind+` NOT IN `+s.dialect.Texts("@untold"), sql.Named("untold", textList(q.untold)))
	}
	if len(q.filter.LeftOut) > 0 && q.shown != nil {
		condition, args := q.shown(s.dialect.IDs("@left_out"))
		where.And(condition, append(args, sql.Named("left_out", idList(q.filter.LeftOut)))...)
	}
	return engine.QueryAll(ctx, on, scan, q.text+` AND l.occurred_at >= @from AND l.occurred_at <= @until
			AND (l.occurred_at < @until OR l.id < @until_id)`+where.Text()+`
		ORDER BY l.occurred_at DESC, l.id DESC`+s.dialect.Page,
		where.Args(append(q.args, sql.Named("from", q.filter.From.UnixMilli()), sql.Named("until", until),
			sql.Named("until_id", untilID.Key()), sql.Named("limit", q.limit))...)...)
}

// byOthers is the condition that somebody else than people has done what a line tells.
func byOthers(people string) (condition string, args []any) {
	return `l.user_id NOT IN ` + people, nil
}

// onTimeOfOthers is the condition that a line tells neither of an entry of people nor of their weeks.
func (s *Store) onTimeOfOthers(people string) (condition string, args []any) {
	return `NOT (l.target_kind = 'time_entry' AND EXISTS (SELECT 1 FROM time_entries x
			WHERE x.tenant_id = @tenant_id AND x.id = l.target_id AND x.user_id IN ` + people + `))
		AND NOT (l.target_kind = 'user' AND l.action IN ` + s.dialect.Texts("@tell_time") + ` AND l.target_id IN ` + people + `)`,
		[]any{sql.Named("tell_time", textList(audit.TellTime))}
}

// Events implements timer.Store.
func (s *Store) Events(
	ctx context.Context, id ids.Tenant, filter audit.Filter, request page.Request,
) ([]timer.Event, error) {
	events, err := readLog(ctx, s, id, logQuery{
		text: `SELECT l.id, l.event_type, l.occurred_at, l.user_id, u.name, l.entry_id,
				` + workItemColumns + `
			FROM timer_events l
			JOIN users u ON u.tenant_id = l.tenant_id AND u.id = l.user_id
			JOIN time_entries e ON e.tenant_id = l.tenant_id AND e.id = l.entry_id
			JOIN projects p ON p.tenant_id = e.tenant_id AND p.id = e.project_id
			JOIN projects r ON r.tenant_id = e.tenant_id AND r.id = p.counts_as
			JOIN sites s ON s.tenant_id = e.tenant_id AND s.id = p.site_id
			LEFT JOIN work_items w ON w.tenant_id = e.tenant_id AND w.id = e.work_item_id` + ownersView + `
			WHERE l.tenant_id = @tenant_id`,
		user: "user_id", kind: "event_type", shown: byOthers,
		code:   func(kind string) any { return eventTypes.of(timer.EventType(kind)) },
		filter: filter, after: request.After, limit: request.Limit,
	}, func(row *sql.Rows) (e timer.Event, err error) {
		return e, row.Scan(append([]any{
			&e.ID, eventTypes.into(&e.Type), instant{&e.At}, &e.User.ID, &e.User.Name, &e.EntryID,
		}, workItemTargets(&e.WorkItem)...)...)
	})
	if err != nil {
		return nil, fmt.Errorf("read timer events: %w", err)
	}
	return events, nil
}

// InsertAudit implements tenant.Store and timer.Store.
func (s *Store) InsertAudit(ctx context.Context, id ids.Tenant, e audit.Event) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	changes, err := json.Marshal(e.Changes)
	if err != nil {
		return fmt.Errorf("insert audit event: %w", err)
	}
	return tx.Save(ctx, []engine.Statement{{Args: []any{
		sql.Named("id", e.ID),
		sql.Named("occurred_at", milliseconds(e.At)),
		sql.Named("actor_id", e.Actor.ID),
		sql.Named("actor_name", e.Actor.Name),
		sql.Named("action", string(e.Type)),
		sql.Named("target_kind", string(e.Target.Kind)),
		sql.Named("target_id", e.Target.ID),
		sql.Named("target_name", e.Target.Name),
		sql.Named("changes", string(changes)),
	}, Text: `INSERT INTO audit_events (tenant_id, id, occurred_at, actor_id, actor_name, action,
			target_kind, target_id, target_name, changes)
		VALUES (@tenant_id, @id, @occurred_at, @actor_id, @actor_name, @action,
			@target_kind, @target_id, @target_name, @changes)`}}, nil)
}

// AuditEvents implements tenant.Store.
func (s *Store) AuditEvents(
	ctx context.Context, id ids.Tenant, filter audit.Filter, request page.Request,
) ([]audit.Event, error) {
	return s.auditEvents(ctx, id, logQuery{
		text: selectAudit, user: "actor_id", kind: "action", shown: s.onTimeOfOthers, untold: filter.Untold,
		filter: filter, after: request.After, limit: request.Limit,
	})
}

// EventsOf implements audit.PersonalStore.
func (s *Store) EventsOf(ctx context.Context, id ids.Tenant, user ids.User, request page.Request) ([]audit.Event, error) {
	return s.auditEvents(ctx, id, logQuery{
		text: selectAudit + ` AND (l.actor_id = @actor_id OR (l.target_kind = 'user' AND l.target_id = @actor_id))`,
		args: []any{sql.Named("actor_id", user)}, after: request.After, limit: request.Limit,
	})
}

const selectAudit = `SELECT l.id, l.occurred_at, l.actor_id, l.actor_name, l.action, l.target_kind, l.target_id, l.target_name, l.changes
	FROM audit_events l WHERE l.tenant_id = @tenant_id`

func (s *Store) auditEvents(ctx context.Context, id ids.Tenant, query logQuery) ([]audit.Event, error) {
	events, err := readLog(ctx, s, id, query, func(row *sql.Rows) (e audit.Event, err error) {
		var changes string
		err = row.Scan(&e.ID, instant{&e.At}, &e.Actor.ID, &e.Actor.Name, &e.Type,
			&e.Target.Kind, &e.Target.ID, &e.Target.Name, &changes)
		if err != nil {
			return e, err
		}
		return e, json.Unmarshal([]byte(changes), &e.Changes)
	})
	if err != nil {
		return nil, fmt.Errorf("read audit events: %w", err)
	}
	return events, nil
}

// InsertAction implements tenant.Store.
func (s *Store) InsertAction(ctx context.Context, id ids.Tenant, a audit.Action) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	return tx.Save(ctx, []engine.Statement{{Args: []any{
		sql.Named("id", a.ID),
		sql.Named("user_id", a.User.ID),
		sql.Named("action_type", a.Type),
		sql.Named("page", a.Page),
		sql.Named("occurred_at", milliseconds(a.At)),
	}, Text: `INSERT INTO actions (tenant_id, id, user_id, action_type, page, occurred_at)
		VALUES (@tenant_id, @id, @user_id, @action_type, @page, @occurred_at)`}}, nil)
}

// Actions implements tenant.Store.
func (s *Store) Actions(
	ctx context.Context, id ids.Tenant, filter audit.Filter, request page.Request,
) ([]audit.Action, error) {
	actions, err := readLog(ctx, s, id, logQuery{
		text: `SELECT l.id, l.action_type, l.page, l.occurred_at, l.user_id, u.name
			FROM actions l JOIN users u ON u.tenant_id = l.tenant_id AND u.id = l.user_id
			WHERE l.tenant_id = @tenant_id`,
		user: "user_id", kind: "action_type", shown: byOthers, filter: filter, after: request.After, limit: request.Limit,
	}, func(row *sql.Rows) (a audit.Action, err error) {
		return a, row.Scan(&a.ID, &a.Type, &a.Page, instant{&a.At}, &a.User.ID, &a.User.Name)
	})
	if err != nil {
		return nil, fmt.Errorf("read actions: %w", err)
	}
	return actions, nil
}

// DeleteActions implements audit.PersonalStore.
func (s *Store) DeleteActions(ctx context.Context, id ids.Tenant, user ids.User) error {
	return s.removeOf(ctx, id, sql.Named("user_id", user), `DELETE FROM actions WHERE tenant_id = @tenant_id AND user_id = @user_id`)
}
