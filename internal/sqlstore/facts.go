package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/personal"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/workitem"
)

// workItemTables finds work items w of which x has the ids, with the view of the user @user_id. CROSS JOIN makes SQLite read
// x first.
const workItemTables = ` CROSS JOIN work_items w
	JOIN projects p ON p.tenant_id = w.tenant_id AND p.id = w.project_id
	JOIN projects r ON r.tenant_id = w.tenant_id AND r.id = p.counts_as
	JOIN sites s ON s.tenant_id = w.tenant_id AND s.id = w.site_id
	LEFT JOIN work_item_views v ON v.tenant_id = w.tenant_id AND v.user_id = @user_id AND v.work_item_id = w.id
	WHERE w.tenant_id = @tenant_id AND w.id = x.work_item_id`

// WorkItems implements workitem.Store.
func (s *Store) WorkItems(ctx context.Context, id ids.Tenant, user ids.User, items []ids.WorkItem) ([]workitem.WorkItem, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	found, err := engine.QueryAll(ctx, on, scanWorkItem, `SELECT `+workItemColumns+`
		FROM (SELECT value AS work_item_id FROM `+s.dialect.IDs("@items")+` i) x`+workItemTables,
		sql.Named("user_id", user), sql.Named("items", idList(items)))
	if err != nil {
		return nil, fmt.Errorf("read work items: %w", err)
	}
	return found, nil
}

func scanWorkItem(row *sql.Rows) (w workitem.WorkItem, err error) {
	return w, row.Scan(workItemTargets(&w)...)
}

// WorkItemsByNumber implements workitem.Store.
func (s *Store) WorkItemsByNumber(
	ctx context.Context, id ids.Tenant, user ids.User, site ids.Site, numbers []string,
) ([]workitem.WorkItem, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	list, err := json.Marshal(slices.Compact(slices.Sorted(slices.Values(numbers))))
	if err != nil {
		return nil, fmt.Errorf("read work items by number: %w", err)
	}
	found, err := engine.QueryAll(ctx, on, scanWorkItem, `SELECT `+workItemColumns+`
		FROM (SELECT a.id AS work_item_id FROM `+s.dialect.Texts("@numbers")+` n CROSS JOIN work_items a
			WHERE a.tenant_id = @tenant_id AND a.site_id = @site_id AND a.number = n.value) x`+workItemTables,
		sql.Named("user_id", user), sql.Named("site_id", site), sql.Named("numbers", string(list)))
	if err != nil {
		return nil, fmt.Errorf("read work items by number: %w", err)
	}
	return found, nil
}

// Observe implements workitem.Store.
func (s *Store) Observe(ctx context.Context, id ids.Tenant, user ids.User, seen []workitem.Observation) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	var statements []engine.Statement
	for _, o := range seen {
		if o.Seen {
			statements = append(statements, observeWorkItem(o))
		}
		statements = append(statements, updateView(user, o), insertView(user, o))
	}
	again := func(cause error) error { return engine.RunAgain(engine.Unavailable(cause)) }
	return tx.Save(ctx, statements, engine.On{engine.Duplicate: again})
}

func observeWorkItem(o workitem.Observation) engine.Statement {
	read := o.Item.Reading
	return engine.Statement{Args: []any{
		sql.Named("id", o.Item.ID), sql.Named("project_id", o.Item.ProjectID), sql.Named("title", o.Item.Title),
		sql.Named("type", o.Item.Type), sql.Named("state", read.State), sql.Named("assigned_to", read.Assignee),
		sql.Named("assigned_address", orNull(read.AssigneeAddress)),
		sql.Named("parent_number", orNull(read.Parent)), sql.Named("completed", read.Hours.Completed),
		sql.Named("remaining", read.Hours.Remaining), sql.Named("revision", read.Revision),
		sql.Named("read_at", milliseconds(read.At)),
	}, Text: `UPDATE work_items SET project_id = @project_id, title = @title, type = @type, state = @state,
			assigned_to = @assigned_to, assigned_address = @assigned_address, parent_number = @parent_number, completed = @completed, remaining = @remaining,
			revision = @revision, read_at = @read_at
		WHERE tenant_id = @tenant_id AND id = @id AND (revision IS NULL OR revision <= @revision)`}
}

func viewArgs(user ids.User, o workitem.Observation) []any {
	var readAt any
	if o.Seen {
		readAt = milliseconds(o.At)
	}
	return []any{
		sql.Named("user_id", user), sql.Named("work_item_id", o.Item.ID), sql.Named("read_at", readAt),
		sql.Named("asked_at", milliseconds(o.At)),
	}
}

// updateView drops what the person's client has said. Who can see the item sees what it is, and who can't shall not.
func updateView(user ids.User, o workitem.Observation) engine.Statement {
	return engine.Statement{Args: viewArgs(user, o), Text: `UPDATE work_item_views
		SET title = '', type = '', read_at = @read_at, asked_at = @asked_at
		WHERE tenant_id = @tenant_id AND user_id = @user_id AND work_item_id = @work_item_id`}
}

func insertView(user ids.User, o workitem.Observation) engine.Statement {
	return engine.Statement{Args: viewArgs(user, o), Text: `INSERT INTO work_item_views
			(tenant_id, user_id, work_item_id, title, type, read_at, asked_at)
		SELECT @tenant_id, @user_id, @work_item_id, '', '', @read_at, @asked_at
		WHERE NOT EXISTS (SELECT 1 FROM work_item_views
			WHERE tenant_id = @tenant_id AND user_id = @user_id AND work_item_id = @work_item_id)`}
}

// latestEntries is among how many of a person's latest entries the recent work items are looked for.
const latestEntries = 500

// Recent implements workitem.Store.
func (s *Store) Recent(ctx context.Context, id ids.Tenant, user ids.User, limit int) ([]workitem.Recent, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	latest := strings.Replace(s.dialect.Page, "@limit", "@latest_entries", 1)
	recent, err := engine.QueryAll(ctx, on, func(row *sql.Rows) (r workitem.Recent, err error) {
		return r, row.Scan(append([]any{instant{&r.PinnedAt}, instant{&r.UsedAt}}, workItemTargets(&r.WorkItem)...)...)
	}, `SELECT x.pinned_at, x.used_at, `+workItemColumns+`
		FROM (SELECT u.work_item_id, MAX(u.pinned_at) AS pinned_at, MAX(u.used_at) AS used_at
			FROM (SELECT k.work_item_id, k.pinned_at, (SELECT MAX(a.started_at) FROM time_entries a WHERE a.tenant_id = @tenant_id
						AND a.work_item_id = k.work_item_id AND a.user_id = @user_id AND a.voided_at IS NULL) AS used_at
					FROM work_item_pins k WHERE k.tenant_id = @tenant_id AND k.user_id = @user_id
				UNION ALL
				SELECT l.work_item_id, CAST(NULL AS BIGINT), l.started_at
					FROM (SELECT e.work_item_id, e.started_at FROM time_entries e
						WHERE e.tenant_id = @tenant_id AND e.user_id = @user_id AND e.voided_at IS NULL AND e.work_item_id IS NOT NULL
						ORDER BY e.started_at DESC, e.id DESC`+latest+`) l) u
			GROUP BY u.work_item_id) x`+workItemTables+`
		ORDER BY CASE WHEN x.pinned_at IS NULL THEN 1 ELSE 0 END, x.pinned_at, x.used_at DESC, w.id`+s.dialect.Page,
		sql.Named("user_id", user), sql.Named("latest_entries", latestEntries), sql.Named("limit", limit))
	if err != nil {
		return nil, fmt.Errorf("read recent work items: %w", err)
	}
	return recent, nil
}

// Unread implements workitem.Store.
func (s *Store) Unread(ctx context.Context, id ids.Tenant, user ids.User, limit int) ([]ids.WorkItem, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	unread, err := engine.QueryAll(ctx, on, func(row *sql.Rows) (item ids.WorkItem, err error) { return item, row.Scan(&item) },
		`SELECT x.work_item_id
		FROM (SELECT l.work_item_id FROM (SELECT e.work_item_id FROM time_entries e
					WHERE e.tenant_id = @tenant_id AND e.user_id = @user_id AND e.work_item_id IS NOT NULL
					ORDER BY e.started_at DESC, e.id DESC`+s.dialect.Page+`) l
				UNION
				SELECT k.work_item_id FROM work_item_pins k WHERE k.tenant_id = @tenant_id AND k.user_id = @user_id) x
			LEFT JOIN work_item_views v ON v.tenant_id = @tenant_id AND v.user_id = @user_id AND v.work_item_id = x.work_item_id
		WHERE v.asked_at IS NULL`,
		sql.Named("user_id", user), sql.Named("limit", limit))
	if err != nil {
		return nil, fmt.Errorf("find work items that were never read: %w", err)
	}
	return unread, nil
}

// CountPins implements workitem.Store.
func (s *Store) CountPins(ctx context.Context, id ids.Tenant, user ids.User, without ids.WorkItem) (int, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return 0, err
	}
	count, _, err := engine.QueryOne(ctx, on, func(row *sql.Rows) (n int, err error) { return n, row.Scan(&n) },
		`SELECT COUNT(*) FROM work_item_pins
		WHERE tenant_id = @tenant_id AND user_id = @user_id AND work_item_id <> @work_item_id`,
		sql.Named("user_id", user), sql.Named("work_item_id", without))
	if err != nil {
		return 0, fmt.Errorf("count pins: %w", err)
	}
	return count, nil
}

// Pin implements workitem.Store.
func (s *Store) Pin(ctx context.Context, id ids.Tenant, user ids.User, item ids.WorkItem, at time.Time) error {
	return s.saveWork(ctx, id, engine.Statement{Args: []any{
		sql.Named("user_id", user), sql.Named("work_item_id", item), sql.Named("pinned_at", milliseconds(at)),
	}, Text: `INSERT INTO work_item_pins (tenant_id, user_id, work_item_id, pinned_at)
		SELECT @tenant_id, @user_id, @work_item_id, @pinned_at
		WHERE NOT EXISTS (SELECT 1 FROM work_item_pins
			WHERE tenant_id = @tenant_id AND user_id = @user_id AND work_item_id = @work_item_id)`})
}

// Unpin implements workitem.Store.
func (s *Store) Unpin(ctx context.Context, id ids.Tenant, user ids.User, item ids.WorkItem) (found bool, err error) {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return false, err
	}
	removed, err := tx.Exec(ctx, `DELETE FROM work_item_pins
		WHERE tenant_id = @tenant_id AND user_id = @user_id AND work_item_id = @work_item_id`,
		sql.Named("user_id", user), sql.Named("work_item_id", item))
	if err != nil {
		return false, fmt.Errorf("take a pin away: %w", err)
	}
	return removed > 0, nil
}

// Views implements workitem.PersonalStore.
func (s *Store) Views(ctx context.Context, id ids.Tenant, user ids.User, after personal.Key, limit int) ([]workitem.WorkItem, error) {
	return readRows(ctx, s, id, "the views of a person", scanWorkItem, `SELECT `+workItemColumns+`
		FROM (SELECT g.work_item_id FROM work_item_views g
			WHERE g.tenant_id = @tenant_id AND g.user_id = @user_id AND g.work_item_id > @work_item_id
			ORDER BY g.work_item_id`+s.dialect.Page+`) x`+workItemTables+` ORDER BY w.id`,
		sql.Named("user_id", user), sql.Named("work_item_id", after.First.Key()), sql.Named("limit", limit))
}

// Pins implements workitem.PersonalStore.
func (s *Store) Pins(ctx context.Context, id ids.Tenant, user ids.User) ([]workitem.Recent, error) {
	return readRows(ctx, s, id, "the pins of a person", func(row *sql.Rows) (r workitem.Recent, err error) {
		return r, row.Scan(append([]any{instant{&r.PinnedAt}}, workItemTargets(&r.WorkItem)...)...)
	}, `SELECT x.pinned_at, `+workItemColumns+`
		FROM (SELECT k.work_item_id, k.pinned_at FROM work_item_pins k WHERE k.tenant_id = @tenant_id AND k.user_id = @user_id) x`+
		workItemTables+` ORDER BY x.pinned_at, w.id`, sql.Named("user_id", user))
}

// AssignedItems implements workitem.PersonalStore.
func (s *Store) AssignedItems(
	ctx context.Context, id ids.Tenant, user ids.User, name string, after personal.Key, limit int,
) ([]workitem.WorkItem, error) {
	return readRows(ctx, s, id, "the work items of an assignee", scanWorkItem, `SELECT `+workItemColumns+`
		FROM work_items w
		JOIN projects p ON p.tenant_id = w.tenant_id AND p.id = w.project_id
		JOIN projects r ON r.tenant_id = w.tenant_id AND r.id = p.counts_as
		JOIN sites s ON s.tenant_id = w.tenant_id AND s.id = w.site_id
		LEFT JOIN work_item_views v ON v.tenant_id = w.tenant_id AND v.user_id = @user_id AND v.work_item_id = w.id
		WHERE w.tenant_id = @tenant_id AND w.assigned_to = @assigned_to AND w.id > @work_item_id
			AND NOT EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = @tenant_id AND u.email = w.assigned_address AND u.object_id IS NOT NULL
				AND u.id <> @user_id)
		ORDER BY w.id`+s.dialect.Page,
		sql.Named("user_id", user), sql.Named("assigned_to", name), sql.Named("work_item_id", after.First.Key()), sql.Named("limit", limit))
}
