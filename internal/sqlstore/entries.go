package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/personal"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/timer"
)

// No entry is longer than timer.MaxLength: the schema ensures it, and auto-stop does so for running timers. So an entry
// that shares time with a range has started less than that before it, and an index by start finds it.

// autoStopMS is the limit of the tenant's running timers, as timer.Entry.EndsBy takes it.
const autoStopMS = `(SELECT a.auto_stop_after_ms FROM tenants a WHERE a.id = @tenant_id)`

const entryColumns = `e.id, e.user_id, u.name, ` + workItemColumns + `, e.project_id, e.activity_id, k.name, e.billable, e.note,
	e.started_at, e.stopped_at, e.source, e.needs_review, CASE WHEN ` + settled + ` THEN 1 ELSE 0 END, e.existing_hours, e.voided_at, e.revision`

// settled is the condition that an adjustment stands which says what of the entry e under review counts.
const settled = `e.needs_review = 1 AND EXISTS (SELECT 1 FROM adjustments j
		WHERE j.tenant_id = @tenant_id AND j.entry_id = e.id AND j.reverses_id IS NULL
			AND NOT EXISTS (SELECT 1 FROM adjustments n WHERE n.tenant_id = @tenant_id AND n.reverses_id = j.id))`

// An entry is shown under the project r, into which its recorded project may have been merged. General time has no work
// item w.
const entryTables = ` FROM time_entries e
	JOIN users u ON u.tenant_id = e.tenant_id AND u.id = e.user_id
	JOIN activities k ON k.tenant_id = e.tenant_id AND k.id = e.activity_id
	JOIN projects p ON p.tenant_id = e.tenant_id AND p.id = e.project_id
	JOIN projects r ON r.tenant_id = e.tenant_id AND r.id = p.counts_as
	JOIN sites s ON s.tenant_id = e.tenant_id AND s.id = p.site_id
	LEFT JOIN work_items w ON w.tenant_id = e.tenant_id AND w.id = e.work_item_id`

// ownersView is what the owner of an entry e has of its work item.
const ownersView = `
	LEFT JOIN work_item_views v ON v.tenant_id = e.tenant_id AND v.user_id = e.user_id AND v.work_item_id = e.work_item_id`

// viewersView is what @viewer_id has of the work item of an entry or an adjustment e. An approver reads both of others.
const viewersView = `
	LEFT JOIN work_item_views v ON v.tenant_id = e.tenant_id AND v.user_id = @viewer_id AND v.work_item_id = e.work_item_id`

const selectEntry = `SELECT ` + entryColumns + entryTables + ownersView + ` WHERE e.tenant_id = @tenant_id`

func scanEntry(row *sql.Rows) (e timer.Entry, err error) {
	return e, row.Scan(entryTargets(&e)...)
}

func entryTargets(e *timer.Entry) []any {
	return append(append([]any{&e.ID, &e.User.ID, &e.User.Name}, workItemTargets(&e.WorkItem)...), &e.ProjectID,
		&e.Activity.ID, nullable[string]{&e.Activity.Name}, nullable[bool]{&e.Billable}, nullable[string]{&e.Note},
		instant{&e.StartedAt}, instant{&e.StoppedAt}, entrySources.into(&e.Source), nullable[bool]{&e.NeedsReview}, &e.Settled,
		&e.ExistingHours, instant{&e.VoidedAt}, nullable[int64]{&e.Revision})
}

// LockTimeline implements timer.Store.
func (s *Store) LockTimeline(ctx context.Context, id ids.Tenant, user ids.User) (timer.Timeline, error) {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return timer.Timeline{}, err
	}
	if err := tx.LockRow(ctx, "users", id.String(), user.String()); err != nil {
		return timer.Timeline{}, err
	}
	timeline, _, err := engine.QueryOne(ctx, tx, scanTimeline, `
		SELECT (SELECT MAX(stopped_at) FROM time_entries
				WHERE tenant_id = @tenant_id AND user_id = @user_id AND voided_at IS NULL
					AND started_at > (SELECT MAX(started_at) FROM time_entries WHERE tenant_id = @tenant_id
						AND user_id = @user_id AND voided_at IS NULL AND stopped_at IS NOT NULL) - @max_length_ms),
			`+entryColumns+`
		FROM users u
		LEFT JOIN time_entries e ON e.tenant_id = u.tenant_id AND e.user_id = u.id AND e.stopped_at IS NULL
		LEFT JOIN activities k ON k.tenant_id = e.tenant_id AND k.id = e.activity_id
		LEFT JOIN work_items w ON w.tenant_id = e.tenant_id AND w.id = e.work_item_id
		LEFT JOIN projects p ON p.tenant_id = e.tenant_id AND p.id = e.project_id
		LEFT JOIN projects r ON r.tenant_id = e.tenant_id AND r.id = p.counts_as
		LEFT JOIN sites s ON s.tenant_id = e.tenant_id AND s.id = p.site_id`+ownersView+`
		WHERE u.tenant_id = @tenant_id AND u.id = @user_id`,
		sql.Named("user_id", user), sql.Named("max_length_ms", timer.MaxLength.Milliseconds()))
	if err != nil {
		return timer.Timeline{}, fmt.Errorf("lock timeline: %w", err)
	}
	return timeline, nil
}

// scanTimeline accepts null for every column of the entry, since the user may have no running timer.
func scanTimeline(row *sql.Rows) (t timer.Timeline, err error) {
	e := &t.Running
	err = row.Scan(append([]any{instant{&t.LastStop}}, entryTargets(e)...)...)
	if t.IsRunning = !e.ID.IsZero(); !t.IsRunning {
		t.Running = timer.Entry{}
	}
	return t, err
}

// Save implements timer.Store.
func (s *Store) Save(ctx context.Context, id ids.Tenant, changes timer.Changeset) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	var statements []engine.Statement
	for _, e := range changes.Stop {
		statements = append(statements, stopEntry(e))
	}
	for _, e := range changes.Update {
		statements = append(statements, updateEntry(e))
	}
	for _, e := range changes.Insert {
		statements = append(statements, insertEntry(e))
	}
	for _, e := range changes.Events {
		statements = append(statements, insertEvent(e))
	}
	for _, c := range changes.History {
		statements = append(statements, insertChange(c))
	}
	for _, c := range changes.WriteBacks {
		statements = append(statements, followEntry(c)...)
	}
	return tx.Save(ctx, statements, engine.On{engine.Duplicate: func(cause error) error {
		return engine.RunAgain(errs.Wrap(cause, errs.Conflict, "timer_running", "Another timer is running; stop it first."))
	}})
}

// countedMonth is the month under which reports find an entry; nil for one that they don't count.
func countedMonth(e timer.Entry) any {
	if e.Running() || e.Voided() {
		return nil
	}
	return monthNumber(e.StartedAt)
}

func insertEntry(e timer.Entry) engine.Statement {
	return engine.Statement{Args: []any{
		sql.Named("id", e.ID),
		sql.Named("user_id", e.User.ID),
		sql.Named("work_item_id", e.WorkItem.ID),
		sql.Named("project_id", e.ProjectID),
		sql.Named("activity_id", e.Activity.ID),
		sql.Named("billable", e.Billable),
		sql.Named("note", e.Note),
		sql.Named("started_at", milliseconds(e.StartedAt)),
		sql.Named("stopped_at", milliseconds(e.StoppedAt)),
		sql.Named("source", entrySources.of(e.Source)),
		sql.Named("needs_review", e.NeedsReview),
		sql.Named("existing_hours", e.ExistingHours),
		sql.Named("voided_at", milliseconds(e.VoidedAt)),
		sql.Named("counted_month", countedMonth(e)),
		sql.Named("revision", e.Revision),
	}, Text: `INSERT INTO time_entries (tenant_id, id, user_id, work_item_id, project_id, activity_id, billable,
			started_at, stopped_at, source, needs_review, existing_hours, voided_at, counted_month, note, revision)
		VALUES (@tenant_id, @id, @user_id, @work_item_id, @project_id, @activity_id, @billable,
			@started_at, @stopped_at, @source, @needs_review, @existing_hours, @voided_at, @counted_month, @note, @revision)`}
}

// updateEntry writes the fields of an entry that can change. What was read of a work item isn't that of another one.
func updateEntry(e timer.Entry) engine.Statement {
	return engine.Statement{One: true, Args: []any{
		sql.Named("id", e.ID),
		sql.Named("work_item_id", e.WorkItem.ID),
		sql.Named("project_id", e.ProjectID),
		sql.Named("activity_id", e.Activity.ID),
		sql.Named("billable", e.Billable),
		sql.Named("note", e.Note),
		sql.Named("started_at", milliseconds(e.StartedAt)),
		sql.Named("stopped_at", milliseconds(e.StoppedAt)),
		sql.Named("needs_review", e.NeedsReview),
		sql.Named("voided_at", milliseconds(e.VoidedAt)),
		sql.Named("counted_month", countedMonth(e)),
		sql.Named("revision", e.Revision),
	}, Text: `UPDATE time_entries SET work_item_id = @work_item_id, project_id = @project_id, activity_id = @activity_id,
			billable = @billable, note = @note, started_at = @started_at,
			existing_hours = CASE WHEN work_item_id = @work_item_id THEN existing_hours ELSE NULL END,
			stopped_at = @stopped_at, needs_review = @needs_review, voided_at = @voided_at, counted_month = @counted_month,
			revision = @revision
		WHERE tenant_id = @tenant_id AND id = @id AND revision = @revision - 1`}
}

// stopEntry leaves out started_at, since naming it would rewrite every index with that column.
func stopEntry(e timer.Entry) engine.Statement {
	return engine.Statement{One: true, Args: []any{
		sql.Named("id", e.ID),
		sql.Named("stopped_at", milliseconds(e.StoppedAt)),
		sql.Named("needs_review", e.NeedsReview),
		sql.Named("counted_month", countedMonth(e)),
		sql.Named("revision", e.Revision),
	}, Text: `UPDATE time_entries SET stopped_at = @stopped_at, needs_review = @needs_review, counted_month = @counted_month,
			revision = @revision
		WHERE tenant_id = @tenant_id AND id = @id AND revision = @revision - 1 AND stopped_at IS NULL`}
}

func insertEvent(e timer.Event) engine.Statement {
	return engine.Statement{Args: []any{
		sql.Named("id", e.ID),
		sql.Named("event_type", eventTypes.of(e.Type)),
		sql.Named("occurred_at", milliseconds(e.At)),
		sql.Named("user_id", e.User.ID),
		sql.Named("entry_id", e.EntryID),
	}, Text: `INSERT INTO timer_events (tenant_id, id, event_type, occurred_at, user_id, entry_id)
		VALUES (@tenant_id, @id, @event_type, @occurred_at, @user_id, @entry_id)`}
}

func insertChange(c timer.Change) engine.Statement {
	return engine.Statement{Args: []any{
		sql.Named("id", c.ID),
		sql.Named("entry_id", c.EntryID),
		sql.Named("operation_id", c.Operation.ID),
		sql.Named("operation", operationKinds.of(c.Operation.Kind)),
		sql.Named("changed_at", milliseconds(c.ChangedAt)),
		sql.Named("changed_by", c.ChangedBy.ID),
		sql.Named("field", c.Field),
		sql.Named("old_value", c.Old),
		sql.Named("new_value", c.New),
		sql.Named("reason", c.Reason),
	}, Text: `INSERT INTO time_entry_changes
			(tenant_id, id, entry_id, operation_id, operation, changed_at, changed_by, field, old_value, new_value, reason)
		VALUES (@tenant_id, @id, @entry_id, @operation_id, @operation, @changed_at, @changed_by, @field, @old_value, @new_value,
			@reason)`}
}

// SetExistingHours implements timer.Store.
func (s *Store) SetExistingHours(ctx context.Context, id ids.Tenant, entry ids.Entry, hours float64) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	return tx.Save(ctx, []engine.Statement{{
		Args: []any{sql.Named("id", entry), sql.Named("existing_hours", hours)},
		Text: `UPDATE time_entries SET existing_hours = @existing_hours
			WHERE tenant_id = @tenant_id AND id = @id AND stopped_at IS NULL AND existing_hours IS NULL`,
	}}, nil)
}

// RunningEntry implements timer.Store.
func (s *Store) RunningEntry(ctx context.Context, id ids.Tenant, user ids.User) (timer.Entry, bool, error) {
	return s.entry(ctx, id, selectEntry+` AND e.user_id = @user_id AND e.stopped_at IS NULL`,
		sql.Named("user_id", user))
}

// LatestEntry implements timer.Store.
func (s *Store) LatestEntry(ctx context.Context, id ids.Tenant, user ids.User) (timer.Entry, bool, error) {
	return s.entry(ctx, id, selectEntry+` AND e.user_id = @user_id AND e.stopped_at IS NOT NULL AND e.voided_at IS NULL
			AND e.started_at > (SELECT MAX(l.started_at) FROM time_entries l WHERE l.tenant_id = @tenant_id
				AND l.user_id = @user_id AND l.voided_at IS NULL AND l.stopped_at IS NOT NULL) - @max_length_ms
		ORDER BY e.stopped_at DESC, e.started_at DESC, e.id DESC`+s.dialect.Page,
		sql.Named("user_id", user), sql.Named("max_length_ms", timer.MaxLength.Milliseconds()),
		sql.Named("limit", 1))
}

// Overlapping implements timer.Store.
func (s *Store) Overlapping(
	ctx context.Context, id ids.Tenant, user ids.User, from, to time.Time, except []ids.Entry,
) (timer.Entry, bool, error) {
	return s.entry(ctx, id, selectEntry+` AND e.user_id = @user_id AND e.voided_at IS NULL
			AND e.id NOT IN `+s.dialect.IDs("@except")+`
			AND e.started_at > @from - @max_length_ms AND e.started_at < @to
			AND ((e.stopped_at IS NULL AND e.started_at > @from - `+autoStopMS+`)
				OR (e.stopped_at > @from AND e.stopped_at > e.started_at))
		ORDER BY e.started_at, e.id`+s.dialect.Page,
		sql.Named("user_id", user), sql.Named("except", idList(except)),
		sql.Named("from", milliseconds(from)), sql.Named("to", milliseconds(to)),
		sql.Named("max_length_ms", timer.MaxLength.Milliseconds()), sql.Named("limit", 1))
}

// Entry implements timer.Store.
func (s *Store) Entry(ctx context.Context, id ids.Tenant, entry ids.Entry) (timer.Entry, error) {
	e, ok, err := s.entry(ctx, id, selectEntry+` AND e.id = @id`, sql.Named("id", entry))
	if err == nil && !ok {
		err = timer.EntryNotFound()
	}
	return e, err
}

// entry reads one entry of a tenant.
func (s *Store) entry(ctx context.Context, id ids.Tenant, text string, args ...any) (timer.Entry, bool, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return timer.Entry{}, false, err
	}
	e, ok, err := engine.QueryOne(ctx, on, scanEntry, text, args...)
	if err != nil {
		return timer.Entry{}, false, fmt.Errorf("read a time entry: %w", err)
	}
	return e, ok, nil
}

// entries reads several entries of a tenant.
func (s *Store) entries(ctx context.Context, id ids.Tenant, text string, args ...any) ([]timer.Entry, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	all, err := engine.QueryAll(ctx, on, scanEntry, text, args...)
	if err != nil {
		return nil, fmt.Errorf("read time entries: %w", err)
	}
	return all, nil
}

// Entries implements timer.Store.
func (s *Store) Entries(ctx context.Context, id ids.Tenant, filter timer.EntryFilter, request page.Request) ([]timer.Entry, error) {
	var where engine.Filter
	joined := s.narrowEntries(&where, filter.Selection)
	if !filter.From.IsZero() {
		where.And(`e.started_at > @from - @max_length_ms
			AND (e.started_at >= @from OR e.stopped_at > @from
				OR (e.stopped_at IS NULL AND e.started_at > @from - `+autoStopMS+`))`,
			sql.Named("from", milliseconds(filter.From)), sql.Named("max_length_ms", timer.MaxLength.Milliseconds()))
	}
	if !filter.To.IsZero() {
		where.And(`e.started_at < @to`, sql.Named("to", milliseconds(filter.To)))
	}
	if filter.Running != nil {
		where.And(`e.stopped_at IS ` + map[bool]string{true: "NULL", false: "NOT NULL"}[*filter.Running])
	}
	if filter.Settled != nil {
		where.And(map[bool]string{true: `(` + settled + `)`, false: `NOT (` + settled + `)`}[*filter.Settled])
	}
	if !filter.IncludeVoided {
		where.And(`e.voided_at IS NULL`)
	}
	if request.After != (page.Position{}) {
		where.And(`e.started_at <= @after_at AND (e.started_at < @after_at OR e.id < @after_id)`,
			sql.Named("after_at", milliseconds(request.After.At)), sql.Named("after_id", request.After.ID.Key()))
	}
	return s.entries(ctx, id, `SELECT `+entryColumns+entryTables+ownersView+joined+` WHERE e.tenant_id = @tenant_id`+where.Text()+` ORDER BY e.started_at DESC, e.id DESC`+s.dialect.Page+s.dialect.Replan,
		where.Args(sql.Named("limit", request.Limit))...)
}

// RunningEntries implements timer.Store.
//
// @nobody comes before all ids, and "+" hides a column from SQLite's choice of an index. Both lead it to the small
// index of running timers.
func (s *Store) RunningEntries(ctx context.Context, id ids.Tenant, leftOut []ids.User, request page.Request) ([]timer.Entry, error) {
	var where engine.Filter
	s.leaveOut(&where, "e.user_id", leftOut)
	return s.entries(ctx, id, selectEntry+` AND e.stopped_at IS NULL
			AND e.user_id > @nobody
			AND +e.started_at >= @after_at AND (+e.started_at > @after_at OR e.id > @after_id)`+where.Text()+`
		ORDER BY +e.started_at, e.id`+s.dialect.Page,
		where.Args(sql.Named("nobody", ids.User{}.Key()), sql.Named("after_at", request.After.At.UnixMilli()),
			sql.Named("after_id", request.After.ID.Key()), sql.Named("limit", request.Limit))...)
}

// RunningOn implements timer.Store.
func (s *Store) RunningOn(ctx context.Context, id ids.Tenant, item ids.WorkItem, leftOut []ids.User, limit int) ([]timer.Entry, error) {
	var where engine.Filter
	s.leaveOut(&where, "e.user_id", leftOut)
	return s.entries(ctx, id, selectEntry+` AND e.stopped_at IS NULL AND e.work_item_id = @work_item_id`+where.Text()+`
		ORDER BY e.started_at, e.id`+s.dialect.Page,
		where.Args(sql.Named("work_item_id", item), sql.Named("limit", limit))...)
}

// selectChange joins the name of who has changed an entry.
const selectChange = `SELECT c.id, c.entry_id, c.operation_id, c.operation, c.changed_at, c.changed_by, u.name, c.field, c.old_value,
		c.new_value, c.reason
	FROM time_entry_changes c
	JOIN users u ON u.tenant_id = c.tenant_id AND u.id = c.changed_by
	WHERE c.tenant_id = @tenant_id`

func scanChange(row *sql.Rows) (c timer.Change, err error) {
	return c, row.Scan(&c.ID, &c.EntryID, &c.Operation.ID, operationKinds.into(&c.Operation.Kind),
		instant{&c.ChangedAt}, &c.ChangedBy.ID, &c.ChangedBy.Name, &c.Field, &c.Old, &c.New, &c.Reason)
}

// Changes implements timer.Store.
func (s *Store) Changes(ctx context.Context, id ids.Tenant, entry ids.Entry) ([]timer.Change, error) {
	return readRows(ctx, s, id, "the changes of an entry", scanChange,
		selectChange+` AND c.entry_id = @entry_id ORDER BY c.changed_at, c.id`, sql.Named("entry_id", entry))
}

// LastChanged implements timer.Store.
func (s *Store) LastChanged(ctx context.Context, id ids.Tenant, entries []ids.Entry) (time.Time, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return time.Time{}, err
	}
	last, _, err := engine.QueryOne(ctx, on, func(row *sql.Rows) (last time.Time, err error) {
		return last, row.Scan(instant{&last})
	}, `SELECT MAX(c.changed_at) FROM time_entry_changes c
		WHERE c.tenant_id = @tenant_id AND c.entry_id IN `+s.dialect.IDs("@entries"), sql.Named("entries", idList(entries)))
	if err != nil {
		return time.Time{}, fmt.Errorf("find the last change of entries: %w", err)
	}
	return last, nil
}

// ChangesOf implements timer.PersonalStore.
func (s *Store) ChangesOf(ctx context.Context, id ids.Tenant, entries []ids.Entry) ([]timer.Change, error) {
	return readRows(ctx, s, id, "the changes of entries", scanChange,
		selectChange+` AND c.entry_id IN `+s.dialect.IDs("@entries")+` ORDER BY c.entry_id, c.changed_at, c.id`,
		sql.Named("entries", idList(entries)))
}

// ChangesElsewhere implements timer.PersonalStore.
func (s *Store) ChangesElsewhere(ctx context.Context, id ids.Tenant, user ids.User, after personal.Key, limit int) ([]timer.Change, error) {
	return readRows(ctx, s, id, "the changes by a person", scanChange, selectChange+` AND c.changed_by = @changed_by
			AND c.entry_id >= @entry_id AND (c.entry_id > @entry_id OR c.changed_at > @changed_at
				OR (c.changed_at = @changed_at AND c.id > @id))
			AND NOT EXISTS (SELECT 1 FROM time_entries e WHERE e.tenant_id = @tenant_id AND e.id = c.entry_id AND e.user_id = @changed_by)
		ORDER BY c.entry_id, c.changed_at, c.id`+s.dialect.Page,
		sql.Named("changed_by", user), sql.Named("entry_id", after.First.Key()), sql.Named("changed_at", after.Number),
		sql.Named("id", after.Second.Key()), sql.Named("limit", limit))
}

// OperationEntries implements timer.Store.
func (s *Store) OperationEntries(ctx context.Context, id ids.Tenant, operation ids.EntryOperation) ([]ids.Entry, error) {
	entries, err := s.entryIDs(ctx, id, `SELECT DISTINCT entry_id FROM time_entry_changes
		WHERE tenant_id = @tenant_id AND operation_id = @operation_id ORDER BY entry_id`, sql.Named("operation_id", operation))
	if err != nil {
		return nil, fmt.Errorf("read the entries of an operation: %w", err)
	}
	return entries, nil
}

// TakesPart implements timer.Store. Every row wants something: naming it leads SQLite to the key, away from the index of a
// tenant's work items, which has all other columns.
func (s *Store) TakesPart(ctx context.Context, id ids.Tenant, entries []ids.Entry) (map[ids.Entry]bool, error) {
	found, err := s.entryIDs(ctx, id, `SELECT l.value FROM `+s.dialect.IDs("@entries")+` l WHERE EXISTS
			(SELECT 1 FROM write_backs b WHERE b.tenant_id = @tenant_id AND b.entry_id = l.value AND b.wanted_ms >= 0)`, sql.Named("entries", idList(entries)))
	if err != nil {
		return nil, fmt.Errorf("read which entries take part in write-backs: %w", err)
	}
	takesPart := map[ids.Entry]bool{}
	for _, entry := range found {
		takesPart[entry] = true
	}
	return takesPart, nil
}

// entryIDs reads the ids of entries.
func (s *Store) entryIDs(ctx context.Context, id ids.Tenant, text string, args ...any) ([]ids.Entry, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	return engine.QueryAll(ctx, on, func(row *sql.Rows) (entry ids.Entry, err error) { return entry, row.Scan(&entry) }, text, args...)
}

// TimeOn implements timer.Store.
func (s *Store) TimeOn(
	ctx context.Context, id ids.Tenant, user ids.User, item ids.WorkItem, leftOut []ids.User, from, to time.Time,
) (timer.WorkItemTime, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return timer.WorkItemTime{}, err
	}
	var where engine.Filter
	s.leaveOut(&where, "user_id", leftOut)
	sums, _, err := engine.QueryOne(ctx, on, func(row *sql.Rows) (w timer.WorkItemTime, err error) {
		return w, row.Scan(duration{&w.OwnToday}, duration{&w.Own}, duration{&w.Total}, duration{&w.OwnReview}, duration{&w.Review})
	}, `SELECT
			SUM(CASE WHEN needs_review = 0 AND user_id = @user_id AND stopped_at > @from AND started_at < @to THEN
				CASE WHEN stopped_at < @to THEN stopped_at ELSE @to END
				- CASE WHEN started_at > @from THEN started_at ELSE @from END ELSE 0 END),
			SUM(CASE WHEN needs_review = 0 AND user_id = @user_id THEN stopped_at - started_at ELSE 0 END),
			SUM(CASE WHEN needs_review = 0 THEN stopped_at - started_at ELSE 0 END),
			SUM(CASE WHEN needs_review = 1 AND user_id = @user_id THEN stopped_at - started_at ELSE 0 END),
			SUM(CASE WHEN needs_review = 1 THEN stopped_at - started_at ELSE 0 END)
		FROM time_entries WHERE tenant_id = @tenant_id AND work_item_id = @work_item_id
			AND stopped_at IS NOT NULL AND voided_at IS NULL`+where.Text(),
		where.Args(sql.Named("work_item_id", item), sql.Named("user_id", user), sql.Named("from", milliseconds(from)),
			sql.Named("to", milliseconds(to)))...)
	if err != nil {
		return timer.WorkItemTime{}, fmt.Errorf("add up a work item's time: %w", err)
	}
	return sums, nil
}

// OverdueTimers implements timer.Store. It crosses tenants, since the job that stops forgotten timers serves all of
// them.
func (s *Store) OverdueTimers(ctx context.Context, now time.Time, limit int) ([]timer.OverdueTimer, error) {
	timers, err := engine.QueryAll(ctx, s.crossTenant(ctx), func(row *sql.Rows) (o timer.OverdueTimer, err error) {
		return o, row.Scan(&o.TenantID, &o.User.ID, &o.User.Name, &o.EntryID, duration{&o.AutoStopAfter}, &o.WriteBack)
	}, `SELECT e.tenant_id, e.user_id, u.name, e.id, t.auto_stop_after_ms, t.write_back
		FROM tenants t
		CROSS JOIN time_entries e
		CROSS JOIN users u
		WHERE e.tenant_id = t.id AND u.tenant_id = e.tenant_id AND u.id = e.user_id AND e.stopped_at IS NULL AND e.user_id > @nobody
			AND +e.started_at <= @now - t.auto_stop_after_ms
		ORDER BY e.started_at, e.id`+s.dialect.Page,
		sql.Named("now", milliseconds(now)), sql.Named("nobody", ids.User{}.Key()), sql.Named("limit", limit))
	if err != nil {
		return nil, fmt.Errorf("find forgotten timers: %w", err)
	}
	return timers, nil
}
