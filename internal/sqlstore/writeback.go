package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/personal"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/workitem"
)

const writeBackColumns = `b.id, b.entry_id, b.user_id, ` + workItemColumns + `,
	b.wanted_ms, b.written_ms, b.written_hundredths, b.taken_hundredths, b.written_at, b.attempts, b.next_at,
	b.problem_code, b.problem_message`

const selectWriteBack = `SELECT ` + writeBackColumns + `
	FROM write_backs b` + writeBackTables + `
	WHERE b.tenant_id = @tenant_id`

// writeBackTables join the work item of a write-back b, with its owner's view.
const writeBackTables = `
	JOIN work_items w ON w.tenant_id = b.tenant_id AND w.id = b.work_item_id
	JOIN projects p ON p.tenant_id = w.tenant_id AND p.id = w.project_id
	JOIN projects r ON r.tenant_id = p.tenant_id AND r.id = p.counts_as
	JOIN sites s ON s.tenant_id = w.tenant_id AND s.id = w.site_id
	LEFT JOIN work_item_views v ON v.tenant_id = b.tenant_id AND v.user_id = b.user_id AND v.work_item_id = b.work_item_id`

func scanWriteBack(row *sql.Rows) (w workitem.WriteBack, err error) {
	return w, row.Scan(writeBackTargets(&w)...)
}

func writeBackTargets(w *workitem.WriteBack) []any {
	targets := append([]any{&w.ID, &w.EntryID, &w.UserID}, workItemTargets(&w.WorkItem)...)
	return append(targets, duration{&w.Wanted}, duration{&w.Written}, &w.Rounded, &w.Taken,
		instant{&w.WrittenAt}, &w.Attempts, instant{&w.NextAt}, &w.Problem.Code, &w.Problem.Message)
}

// OpenWriteBacks implements workitem.WriteBackStore.
func (s *Store) OpenWriteBacks(
	ctx context.Context, id ids.Tenant, user ids.User, item ids.WorkItem, due time.Time, limit int,
) ([]workitem.WriteBack, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	var where engine.Filter
	if !item.IsZero() {
		where.And(`b.work_item_id = @work_item_id`, sql.Named("work_item_id", item))
	}
	if !due.IsZero() {
		where.And(`b.next_at <= @now`, sql.Named("now", milliseconds(due)))
	}
	open, err := engine.QueryAll(ctx, on, scanWriteBack, selectWriteBack+` AND b.user_id = @user_id AND b.next_at IS NOT NULL`+where.Text()+`
		ORDER BY b.next_at, b.entry_id, b.work_item_id`+s.dialect.Page,
		where.Args(sql.Named("user_id", user), sql.Named("limit", limit))...)
	if err != nil {
		return nil, fmt.Errorf("read write-backs: %w", err)
	}
	return open, nil
}

// WriteBack implements workitem.WriteBackStore.
func (s *Store) WriteBack(
	ctx context.Context, id ids.Tenant, entry ids.Entry, item ids.WorkItem,
) (workitem.WriteBack, bool, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return workitem.WriteBack{}, false, err
	}
	w, found, err := engine.QueryOne(ctx, on, scanWriteBack,
		selectWriteBack+` AND b.entry_id = @entry_id AND b.work_item_id = @work_item_id`,
		sql.Named("entry_id", entry), sql.Named("work_item_id", item))
	if err != nil {
		return workitem.WriteBack{}, false, fmt.Errorf("read a write-back: %w", err)
	}
	return w, found, nil
}

// WrittenOf implements workitem.WriteBackStore. An entry has a write-back for each work item that it was ever on. CROSS JOIN makes
// SQLite read those first.
func (s *Store) WrittenOf(ctx context.Context, id ids.Tenant, entry ids.Entry) ([]workitem.Written, error) {
	return readRows(ctx, s, id, "what was written of an entry", func(row *sql.Rows) (w workitem.Written, err error) {
		return w, row.Scan(&w.ID, instant{&w.At}, &w.By.ID, &w.By.Name, &w.Owner, &w.Number, &w.Rounded)
	}, `SELECT c.id, c.sent_at, c.user_id, u.name, b.user_id, w.number, c.hundredths FROM write_backs b CROSS JOIN contributions c
		JOIN users u ON u.tenant_id = c.tenant_id AND u.id = c.user_id
		JOIN work_items w ON w.tenant_id = c.tenant_id AND w.id = c.work_item_id
		WHERE b.tenant_id = @tenant_id AND b.entry_id = @entry_id
			AND c.tenant_id = b.tenant_id AND c.work_item_id = b.work_item_id AND c.entry_id = b.entry_id
			AND c.rev_after IS NOT NULL AND c.hundredths <> 0
		ORDER BY c.sent_at, c.id`, sql.Named("entry_id", entry))
}

// Unwritten implements workitem.WriteBackStore.
func (s *Store) Unwritten(ctx context.Context, id ids.Tenant, item ids.WorkItem, limit int) ([]workitem.WriteBack, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	unwritten, err := engine.QueryAll(ctx, on, scanWriteBack,
		selectWriteBack+` AND b.work_item_id = @work_item_id AND b.wanted_ms <> b.written_ms
			ORDER BY b.entry_id`+s.dialect.Page,
		sql.Named("work_item_id", item), sql.Named("limit", limit))
	if err != nil {
		return nil, fmt.Errorf("read what isn't written: %w", err)
	}
	return unwritten, nil
}

// NextWriteBack implements workitem.WriteBackStore.
func (s *Store) NextWriteBack(ctx context.Context, id ids.Tenant, user ids.User) (time.Time, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return time.Time{}, err
	}
	next, _, err := engine.QueryOne(ctx, on, func(row *sql.Rows) (next time.Time, err error) {
		return next, row.Scan(instant{&next})
	}, `SELECT MIN(next_at) FROM write_backs WHERE tenant_id = @tenant_id AND user_id = @user_id AND next_at IS NOT NULL`,
		sql.Named("user_id", user))
	if err != nil {
		return time.Time{}, fmt.Errorf("find the next write-back: %w", err)
	}
	return next, nil
}

// Hasten implements workitem.WriteBackStore.
func (s *Store) Hasten(ctx context.Context, id ids.Tenant, user ids.User, item ids.WorkItem, at time.Time) error {
	var where engine.Filter
	if !item.IsZero() {
		where.And(`work_item_id = @work_item_id`, sql.Named("work_item_id", item))
	}
	return s.saveWriteBacks(ctx, id, engine.Statement{
		Args: where.Args(sql.Named("user_id", user), sql.Named("now", milliseconds(at))),
		Text: `UPDATE write_backs SET next_at = @now
			WHERE tenant_id = @tenant_id AND user_id = @user_id AND next_at > @now` + where.Text(),
	})
}

// Postpone implements workitem.WriteBackStore.
func (s *Store) Postpone(ctx context.Context, id ids.Tenant, p workitem.Postponement) error {
	var where engine.Filter
	if !p.WorkItem.IsZero() {
		where.And(`work_item_id = @work_item_id`, sql.Named("work_item_id", p.WorkItem))
	}
	args := []any{
		sql.Named("user_id", p.User), sql.Named("now", milliseconds(p.Due)), sql.Named("next_at", milliseconds(p.Next)),
	}
	const due = ` WHERE tenant_id = @tenant_id AND user_id = @user_id AND next_at <= @now`
	if p.Problem == (workitem.Problem{}) {
		return s.saveWriteBacks(ctx, id, engine.Statement{
			Args: where.Args(args...), Text: `UPDATE write_backs SET next_at = @next_at` + due + where.Text(),
		})
	}
	return s.saveWriteBacks(ctx, id, engine.Statement{
		Args: where.Args(append(args,
			sql.Named("problem_code", p.Problem.Code), sql.Named("problem_message", p.Problem.Message))...),
		Text: `UPDATE write_backs SET next_at = @next_at, attempts = attempts + 1, problem_code = @problem_code,
				problem_message = @problem_message` + due + where.Text(),
	})
}

// SettleWriteBack implements workitem.WriteBackStore.
func (s *Store) SettleWriteBack(ctx context.Context, id ids.Tenant, c workitem.Contribution, at time.Time) error {
	return s.saveWriteBacks(ctx, id, engine.Statement{One: true, Args: []any{
		sql.Named("entry_id", c.EntryID), sql.Named("work_item_id", c.WorkItemID),
		sql.Named("written_ms", c.Written.Milliseconds()), sql.Named("written_hundredths", c.Rounded),
		sql.Named("taken_hundredths", c.Taken), sql.Named("written_at", milliseconds(at)),
	}, Text: `UPDATE write_backs SET written_ms = written_ms + @written_ms,
			written_hundredths = written_hundredths + @written_hundredths, taken_hundredths = taken_hundredths + @taken_hundredths,
			written_at = @written_at, attempts = 0, problem_code = '', problem_message = '',
			next_at = CASE WHEN next_at IS NULL OR wanted_ms = written_ms + @written_ms THEN NULL ELSE @written_at END
		WHERE tenant_id = @tenant_id AND entry_id = @entry_id AND work_item_id = @work_item_id`})
}

func (s *Store) saveWriteBacks(ctx context.Context, id ids.Tenant, statement engine.Statement) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	return tx.Save(ctx, []engine.Statement{statement}, nil)
}

// CountOpenWriteBacks counts the write-backs of all tenants that aren't settled. It crosses tenants, since the metric is
// the program's.
func (s *Store) CountOpenWriteBacks(ctx context.Context) (int64, error) {
	open, _, err := engine.QueryOne(ctx, s.crossTenant(ctx), func(row *sql.Rows) (open int64, err error) {
		return open, row.Scan(&open)
	}, `SELECT COUNT(*) FROM write_backs WHERE next_at IS NOT NULL`)
	if err != nil {
		return 0, fmt.Errorf("count write-backs: %w", err)
	}
	return open, nil
}

// OldestWaiting says since when the oldest waits of what others must be told; zero: nothing waits. usage is its hour,
// acknowledgement when Microsoft has announced the change, and writeBack when time was due in a work item. It crosses
// tenants, since the metric is the program's.
func (s *Store) OldestWaiting(ctx context.Context) (usage, acknowledgement, writeBack time.Time, err error) {
	_, _, err = engine.QueryOne(ctx, s.crossTenant(ctx), func(row *sql.Rows) (found struct{}, err error) {
		return found, row.Scan(instant{&usage}, instant{&acknowledgement}, instant{&writeBack})
	}, `SELECT
		(SELECT MIN(hour_at) FROM usage_events WHERE next_at IS NOT NULL),
		(SELECT MIN(received_at) FROM marketplace_deliveries WHERE acknowledge_at IS NOT NULL),
		(SELECT MIN(next_at) FROM write_backs WHERE next_at IS NOT NULL)`)
	if err != nil {
		return usage, acknowledgement, writeBack, fmt.Errorf("read what waits: %w", err)
	}
	return usage, acknowledgement, writeBack, nil
}

// followEntry makes what is to be written follow an entry. What may have been written already stays open until somebody
// has looked it up.
func followEntry(c workitem.WriteBackChange) (statements []engine.Statement) {
	args := []any{
		sql.Named("entry_id", c.EntryID), sql.Named("work_item_id", c.WorkItemID),
		sql.Named("wanted_ms", c.Wanted.Milliseconds()), sql.Named("next_at", milliseconds(c.At)),
	}
	if c.Follow {
		statements = append(statements, engine.Statement{Args: args, Text: `UPDATE write_backs
			SET wanted_ms = CASE WHEN work_item_id = @work_item_id THEN @wanted_ms ELSE 0 END,
				next_at = CASE WHEN written_ms = CASE WHEN work_item_id = @work_item_id THEN @wanted_ms ELSE 0 END
						AND NOT EXISTS (SELECT 1 FROM contributions c WHERE c.tenant_id = @tenant_id
							AND c.work_item_id = write_backs.work_item_id AND c.rev_after IS NULL
							AND c.entry_id = write_backs.entry_id)
					THEN NULL ELSE @next_at END,
				attempts = 0, problem_code = '', problem_message = ''
			WHERE tenant_id = @tenant_id AND entry_id = @entry_id`})
	}
	if c.WorkItemID.IsZero() {
		return statements // general time, of which nothing is written
	}
	takesPart := ""
	if !c.Join {
		if c.Wanted == 0 {
			return statements
		}
		// An entry that was moved takes part with its new work item as it did with the old one. The key finds it: see TakesPart.
		takesPart = `
			AND EXISTS (SELECT 1 FROM write_backs WHERE tenant_id = @tenant_id AND entry_id = @entry_id AND wanted_ms >= 0)`
	}
	if c.Wanted == 0 {
		args[3] = sql.Named("next_at", milliseconds(time.Time{}))
	}
	args = append(slices.Clone(args), sql.Named("id", ids.New[ids.WriteBack]()), sql.Named("user_id", c.UserID))
	return append(statements, engine.Statement{Args: args, Text: `INSERT INTO write_backs (tenant_id, work_item_id, entry_id, id,
			user_id, wanted_ms, written_ms, written_hundredths, taken_hundredths, attempts, next_at, problem_code, problem_message)
		SELECT @tenant_id, @work_item_id, @entry_id, @id, @user_id, @wanted_ms, 0, 0, 0, 0, @next_at, '', ''
		WHERE NOT EXISTS (SELECT 1 FROM write_backs
			WHERE tenant_id = @tenant_id AND work_item_id = @work_item_id AND entry_id = @entry_id)` + takesPart})
}

// OwnHours implements workitem.WriteBackStore.
func (s *Store) OwnHours(ctx context.Context, id ids.Tenant, item ids.WorkItem, user ids.User) (workitem.OwnHours, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return workitem.OwnHours{}, err
	}
	own, _, err := engine.QueryOne(ctx, on, func(row *sql.Rows) (o workitem.OwnHours, err error) {
		return o, row.Scan(duration{&o.Written}, nullable[int64]{&o.Rounded}, nullable[bool]{&o.Wrote}, instant{&o.WrittenAt})
	}, `SELECT SUM(b.written_ms), SUM(b.written_hundredths),
			MAX(CASE WHEN b.user_id = @user_id AND b.written_ms <> 0 THEN 1 ELSE 0 END),
			MAX(CASE WHEN b.user_id = @user_id THEN b.written_at END)
		FROM write_backs b WHERE b.tenant_id = @tenant_id AND b.work_item_id = @work_item_id`,
		sql.Named("work_item_id", item), sql.Named("user_id", user))
	if err != nil {
		return workitem.OwnHours{}, fmt.Errorf("add up what was written: %w", err)
	}
	return own, nil
}

// LeaveOut implements workitem.WriteBackStore.
func (s *Store) LeaveOut(ctx context.Context, id ids.Tenant, user ids.User, writeBack ids.WriteBack) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	inDoubt, found, err := engine.QueryOne(ctx, tx, func(row *sql.Rows) (inDoubt int, err error) {
		return inDoubt, row.Scan(&inDoubt)
	}, `SELECT CASE WHEN EXISTS (SELECT 1 FROM contributions c WHERE c.tenant_id = @tenant_id
				AND c.work_item_id = b.work_item_id AND c.rev_after IS NULL AND c.entry_id = b.entry_id) THEN 1 ELSE 0 END
		FROM write_backs b
		WHERE b.tenant_id = @tenant_id AND b.user_id = @user_id AND b.next_at IS NOT NULL AND b.id = @id`,
		sql.Named("user_id", user), sql.Named("id", writeBack))
	switch {
	case err != nil:
		return fmt.Errorf("read a write-back: %w", err)
	case !found:
		return workitem.WriteBackNotFound()
	case inDoubt > 0:
		return workitem.WriteInDoubt()
	}
	return s.saveWriteBacks(ctx, id, engine.Statement{One: true, Args: []any{
		sql.Named("user_id", user), sql.Named("id", writeBack), sql.Named("next_at", milliseconds(time.Time{})),
		sql.Named("problem_code", ""), sql.Named("problem_message", ""),
	}, Text: `UPDATE write_backs SET next_at = @next_at, problem_code = @problem_code, problem_message = @problem_message
		WHERE tenant_id = @tenant_id AND user_id = @user_id AND next_at IS NOT NULL AND id = @id`})
}

// WrittenTotals implements workitem.WriteBackStore.
func (s *Store) WrittenTotals(
	ctx context.Context, id ids.Tenant, item ids.WorkItem, leftOut []ids.User, request page.Request,
) ([]workitem.WrittenTotal, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	var where engine.Filter
	if !item.IsZero() {
		where.And(`b.work_item_id = @work_item_id`, sql.Named("work_item_id", item))
	}
	s.leaveOut(&where, "b.user_id", leftOut)
	if after := request.After.ID; !after.IsZero() {
		where.And(`b.work_item_id < @before_id`, sql.Named("before_id", after))
	}
	totals, err := engine.QueryAll(ctx, on, func(row *sql.Rows) (t workitem.WrittenTotal, err error) {
		return t, row.Scan(&t.WorkItemID, duration{&t.Recorded}, duration{&t.Written}, duration{&t.LeftOut}, &t.Rounded,
			nullable[string]{&t.Problem.Code}, nullable[string]{&t.Problem.Message})
	}, `SELECT g.work_item_id, g.wanted_ms, g.written_ms, g.left_out_ms, g.written_hundredths, q.problem_code, q.problem_message
		FROM (SELECT b.work_item_id, SUM(b.wanted_ms) AS wanted_ms, SUM(b.written_ms) AS written_ms,
				SUM(CASE WHEN b.next_at IS NULL THEN b.wanted_ms - b.written_ms ELSE 0 END) AS left_out_ms,
				SUM(b.written_hundredths) AS written_hundredths,
				MAX(CASE WHEN b.problem_code <> '' THEN b.entry_id END) AS entry_id
			FROM write_backs b WHERE b.tenant_id = @tenant_id`+where.Text()+`
			GROUP BY b.work_item_id
			HAVING SUM(b.wanted_ms) <> 0 OR SUM(b.written_ms) <> 0
			ORDER BY b.work_item_id DESC`+s.dialect.Page+`) g
		LEFT JOIN write_backs q ON q.tenant_id = @tenant_id AND q.entry_id = g.entry_id AND q.work_item_id = g.work_item_id
		ORDER BY g.work_item_id DESC`,
		where.Args(sql.Named("limit", request.Limit))...)
	if err != nil {
		return nil, fmt.Errorf("add up what was written: %w", err)
	}
	return totals, nil
}

// WriteBacksOf implements workitem.PersonalStore. CROSS JOIN makes SQLite go from entry to entry, since the key begins with it.
func (s *Store) WriteBacksOf(
	ctx context.Context, id ids.Tenant, user ids.User, after personal.Key, limit int,
) ([]workitem.OwnWriteBack, error) {
	return readRows(ctx, s, id, "the write-backs of a person", func(row *sql.Rows) (w workitem.OwnWriteBack, err error) {
		err = row.Scan(append([]any{&w.Key.Number}, writeBackTargets(&w.WriteBack)...)...)
		w.Key.First, w.Key.Second = ids.Any(w.EntryID), ids.Any(w.WorkItem.ID)
		return w, err
	}, `SELECT e.started_at, `+writeBackColumns+`
		FROM time_entries e CROSS JOIN write_backs b`+writeBackTables+`
		WHERE e.tenant_id = @tenant_id AND e.user_id = @user_id AND b.tenant_id = @tenant_id AND b.entry_id = e.id
			AND e.started_at >= @started_at AND (e.started_at > @started_at OR e.id > @entry_id
				OR (e.id = @entry_id AND b.work_item_id > @work_item_id))
		ORDER BY e.started_at, e.id, b.work_item_id`+s.dialect.Page,
		sql.Named("user_id", user), sql.Named("started_at", after.Number), sql.Named("entry_id", after.First.Key()),
		sql.Named("work_item_id", after.Second.Key()), sql.Named("limit", limit))
}

// GiveUpWriteBacks implements workitem.PersonalStore.
func (s *Store) GiveUpWriteBacks(ctx context.Context, id ids.Tenant, user ids.User) error {
	return s.removeOf(ctx, id, sql.Named("user_id", user), `UPDATE write_backs SET next_at = NULL
		WHERE tenant_id = @tenant_id AND user_id = @user_id AND next_at IS NOT NULL`)
}
