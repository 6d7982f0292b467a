package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
)

// maxWeek is the longest interval that a week can close, as the schema has it: seven days, and a shift of the clocks.
const maxWeek = 8 * 24 * time.Hour

// closedPeriods selects what of people's time is closed and shares time with [@from, @to).
const closedPeriods = `SELECT t.user_id, t.from_at, t.through_at, t.approved_through_at FROM timesheets t
	WHERE t.tenant_id = @tenant_id AND t.from_at > @from - @max_week_ms AND t.from_at < @to AND t.through_at > @from
		AND t.through_at > t.from_at`

func scanClosedPeriod(row *sql.Rows) (p timer.ClosedPeriod, err error) {
	return p, row.Scan(&p.User, instant{&p.From}, instant{&p.To}, instant{&p.ApprovedUntil})
}

func closedArgs(from, to time.Time, more ...any) []any {
	return append(more, sql.Named("from", milliseconds(from)), sql.Named("to", milliseconds(to)),
		sql.Named("max_week_ms", maxWeek.Milliseconds()))
}

// ClosedPeriod implements timer.Store.
func (s *Store) ClosedPeriod(
	ctx context.Context, id ids.Tenant, user ids.User, from, to time.Time,
) (timer.ClosedPeriod, bool, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return timer.ClosedPeriod{}, false, err
	}
	p, ok, err := engine.QueryOne(ctx, on, scanClosedPeriod,
		closedPeriods+` AND t.user_id = @user_id ORDER BY t.from_at`+s.dialect.Page,
		closedArgs(from, to, sql.Named("user_id", user), sql.Named("limit", 1))...)
	if err != nil {
		return timer.ClosedPeriod{}, false, fmt.Errorf("find a closed period: %w", err)
	}
	return p, ok, nil
}

// ClosedPeriods implements timer.Store.
func (s *Store) ClosedPeriods(
	ctx context.Context, id ids.Tenant, users []ids.User, from, to time.Time,
) ([]timer.ClosedPeriod, error) {
	return readRows(ctx, s, id, "closed periods", scanClosedPeriod,
		closedPeriods+` AND t.user_id IN `+s.dialect.IDs("@users")+` ORDER BY t.user_id, t.from_at`,
		closedArgs(from, to, sql.Named("users", idList(users)))...)
}

// readRows reads rows of a tenant; what they are is for the error.
func readRows[T any](
	ctx context.Context, s *Store, id ids.Tenant, what string, scan func(*sql.Rows) (T, error), text string, args ...any,
) ([]T, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	rows, err := engine.QueryAll(ctx, on, scan, text, args...)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	return rows, nil
}

// selectTimesheet joins the owner u with their approver a, and who has decided.
const selectTimesheet = `SELECT t.user_id, t.first_day, t.id, t.status, t.time_zone, t.from_at, t.through_at, t.approved_through_at,
		t.undo_through_at, t.submitted_at, t.decided_at, t.decided_by, d.name, t.comment, t.revision
	FROM timesheets t
	JOIN users u ON u.tenant_id = t.tenant_id AND u.id = t.user_id
	LEFT JOIN users a ON a.tenant_id = u.tenant_id AND a.id = u.approver_id
	LEFT JOIN users d ON d.tenant_id = t.tenant_id AND d.id = t.decided_by
	WHERE t.tenant_id = @tenant_id`

func scanTimesheet(row *sql.Rows) (r timesheet.Record, err error) {
	return r, row.Scan(&r.User, dayNumber{&r.FirstDay}, &r.ID, &r.Status, &r.TimeZone, instant{&r.From}, instant{&r.Through},
		instant{&r.ApprovedThrough}, instant{&r.UndoThrough}, instant{&r.SubmittedAt}, instant{&r.DecidedAt}, &r.DecidedBy.ID,
		nullable[string]{&r.DecidedBy.Name}, &r.Comment, &r.Revision)
}

// Timesheet implements timesheet.Store.
func (s *Store) Timesheet(ctx context.Context, id ids.Tenant, user ids.User, first calendar.Day) (timesheet.Record, bool, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return timesheet.Record{}, false, err
	}
	r, ok, err := engine.QueryOne(ctx, on, scanTimesheet,
		selectTimesheet+` AND t.user_id = @user_id AND t.first_day = @first_day`,
		sql.Named("user_id", user), sql.Named("first_day", first.Number()))
	if err != nil {
		return timesheet.Record{}, false, fmt.Errorf("read a timesheet: %w", err)
	}
	return r, ok, nil
}

// Timesheets implements timesheet.Store.
func (s *Store) Timesheets(ctx context.Context, id ids.Tenant, users []ids.User, from, to calendar.Day) ([]timesheet.Record, error) {
	return readRows(ctx, s, id, "timesheets", scanTimesheet, selectTimesheet+`
			AND t.user_id IN `+s.dialect.IDs("@users")+` AND t.first_day >= @first_from AND t.first_day <= @first_to
		ORDER BY t.user_id, t.first_day`, withinDays(users, from, to)...)
}

// withinDays are the parameters of what users have on some days.
func withinDays(users []ids.User, from, to calendar.Day) []any {
	return []any{
		sql.Named("users", idList(users)), sql.Named("first_from", from.Number()), sql.Named("first_to", to.Number()),
	}
}

// PendingTimesheets implements timesheet.Store.
func (s *Store) PendingTimesheets(
	ctx context.Context, id ids.Tenant, scope timesheet.PendingScope, request page.Request,
) ([]timesheet.Record, error) {
	var where engine.Filter
	switch approver := sql.Named("approver_id", scope.Approver); {
	case scope.Approver.IsZero():
	case scope.Unassigned:
		where.And(`(u.approver_id = @approver_id OR u.approver_id IS NULL OR a.status <> 'active')`, approver)
	default:
		where.And(`u.approver_id = @approver_id`, approver)
	}
	s.leaveOut(&where, "t.user_id", scope.LeftOut)
	return readRows(ctx, s, id, "pending timesheets", scanTimesheet, selectTimesheet+` AND t.status = 'submitted'
			AND t.submitted_at >= @after_at AND (t.submitted_at > @after_at OR t.id > @after_id)`+where.Text()+`
		ORDER BY t.submitted_at, t.id`+s.dialect.Page, where.Args(sql.Named("after_at", request.After.At.UnixMilli()),
		sql.Named("after_id", request.After.ID.Key()), sql.Named("limit", request.Limit))...)
}

// SaveTimesheet implements timesheet.Store.
func (s *Store) SaveTimesheet(ctx context.Context, id ids.Tenant, r timesheet.Record) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	args := []any{
		sql.Named("user_id", r.User), sql.Named("first_day", r.FirstDay.Number()), sql.Named("status", string(r.Status)),
		sql.Named("time_zone", r.TimeZone), sql.Named("from_at", milliseconds(r.From)), sql.Named("through_at", milliseconds(r.Through)),
		sql.Named("approved_through_at", milliseconds(r.ApprovedThrough)), sql.Named("undo_through_at", milliseconds(r.UndoThrough)),
		sql.Named("submitted_at", milliseconds(r.SubmittedAt)), sql.Named("decided_at", milliseconds(r.DecidedAt)),
		sql.Named("decided_by", r.DecidedBy.ID), sql.Named("comment", r.Comment), sql.Named("revision", r.Revision),
	}
	if r.Revision == 1 {
		_, err := tx.Exec(ctx, `INSERT INTO timesheets (tenant_id, user_id, first_day, id, status, time_zone, from_at, through_at,
				approved_through_at, undo_through_at, submitted_at, decided_at, decided_by, comment, revision)
			VALUES (@tenant_id, @user_id, @first_day, @id, @status, @time_zone, @from_at, @through_at,
				@approved_through_at, @undo_through_at, @submitted_at, @decided_at, @decided_by, @comment, @revision)`,
			append(args, sql.Named("id", r.ID))...)
		if s.dialect.Is(err, engine.Duplicate) {
			return errs.ChangedFirst(err)
		}
		if err != nil {
			return fmt.Errorf("insert a timesheet: %w", err)
		}
		return nil
	}
	changed, err := tx.Exec(ctx, `UPDATE timesheets SET status = @status, time_zone = @time_zone, from_at = @from_at,
			through_at = @through_at, approved_through_at = @approved_through_at, undo_through_at = @undo_through_at,
			submitted_at = @submitted_at, decided_at = @decided_at, decided_by = @decided_by, comment = @comment,
			revision = @revision
		WHERE tenant_id = @tenant_id AND user_id = @user_id AND first_day = @first_day AND revision = @revision - 1`, args...)
	if err != nil {
		return fmt.Errorf("update a timesheet: %w", err)
	}
	if changed != 1 {
		return errs.ChangedFirst(nil)
	}
	return nil
}

// Intervals implements timesheet.Store. CROSS JOIN makes SQLite read person by person.
func (s *Store) Intervals(ctx context.Context, id ids.Tenant, users []ids.User, from, to time.Time) ([]timesheet.Interval, error) {
	return readRows(ctx, s, id, "intervals", func(row *sql.Rows) (i timesheet.Interval, err error) {
		return i, row.Scan(&i.User, instant{&i.StartedAt}, instant{&i.StoppedAt}, &i.NeedsReview)
	}, `SELECT e.user_id, e.started_at, e.stopped_at, e.needs_review
		FROM `+s.dialect.IDs("@users")+` p CROSS JOIN time_entries e
		WHERE e.tenant_id = @tenant_id AND e.user_id = p.value AND e.started_at > @from - @max_length_ms AND e.started_at < @to AND e.stopped_at > @from AND e.voided_at IS NULL`,
		sql.Named("users", idList(users)), sql.Named("from", milliseconds(from)), sql.Named("to", milliseconds(to)),
		sql.Named("max_length_ms", timer.MaxLength.Milliseconds()))
}

// RunningSince implements timesheet.Store.
func (s *Store) RunningSince(ctx context.Context, id ids.Tenant, users []ids.User) (map[ids.User]time.Time, error) {
	if len(users) == 0 {
		return nil, nil
	}
	rows, err := readRows(ctx, s, id, "running timers", func(row *sql.Rows) (i timesheet.Interval, err error) {
		return i, row.Scan(&i.User, instant{&i.StartedAt})
	}, `SELECT e.user_id, e.started_at
		FROM `+s.dialect.IDs("@users")+` p CROSS JOIN time_entries e
		WHERE e.tenant_id = @tenant_id AND e.user_id = p.value AND e.stopped_at IS NULL`, sql.Named("users", idList(users)))
	since := make(map[ids.User]time.Time, len(rows))
	for _, row := range rows {
		since[row.User] = row.StartedAt
	}
	return since, err
}

// CountUnderReview implements timesheet.Store.
func (s *Store) CountUnderReview(ctx context.Context, id ids.Tenant, user ids.User, from, to time.Time) (int, error) {
	return s.countUsers(ctx, id, `SELECT COUNT(*) FROM time_entries e
		WHERE e.tenant_id = @tenant_id AND e.user_id = @user_id AND e.started_at > @from - @max_length_ms AND e.started_at < @to
			AND e.stopped_at > @from AND e.voided_at IS NULL AND e.needs_review = 1 AND NOT (`+settled+`)`,
		sql.Named("user_id", user), sql.Named("from", milliseconds(from)), sql.Named("to", milliseconds(to)),
		sql.Named("max_length_ms", timer.MaxLength.Milliseconds()))
}

// EntriesSeenBy implements timesheet.Store.
func (s *Store) EntriesSeenBy(
	ctx context.Context, id ids.Tenant, viewer, user ids.User, from, to time.Time, request page.Request,
) ([]timer.Entry, error) {
	return s.entries(ctx, id, `SELECT `+entryColumns+entryTables+viewersView+`
		WHERE e.tenant_id = @tenant_id AND e.user_id = @user_id AND e.started_at > @from - @max_length_ms AND e.started_at < @to
			AND e.stopped_at > @from AND e.voided_at IS NULL
			AND e.started_at >= @after_at AND (e.started_at > @after_at OR e.id > @after_id)
		ORDER BY e.started_at, e.id`+s.dialect.Page,
		sql.Named("viewer_id", viewer), sql.Named("user_id", user), sql.Named("from", milliseconds(from)), sql.Named("to", milliseconds(to)),
		sql.Named("max_length_ms", timer.MaxLength.Milliseconds()), sql.Named("after_at", request.After.At.UnixMilli()),
		sql.Named("after_id", request.After.ID.Key()), sql.Named("limit", request.Limit))
}

// CountPeople implements timesheet.Store.
func (s *Store) CountPeople(ctx context.Context, id ids.Tenant, approver ids.User) (int, error) {
	return s.countUsers(ctx, id, `SELECT COUNT(*) FROM users
		WHERE tenant_id = @tenant_id AND approver_id = @approver_id AND status = 'active'`, sql.Named("approver_id", approver))
}

// Targets implements timesheet.Store.
func (s *Store) Targets(ctx context.Context, id ids.Tenant, users []ids.User) ([]timesheet.Target, error) {
	return readRows(ctx, s, id, "targets", scanTarget, `SELECT `+targetColumns+` FROM targets t
		WHERE t.tenant_id = @tenant_id AND t.owner_id = @tenant_id
		UNION ALL
		SELECT `+targetColumns+` FROM `+s.dialect.IDs("@users")+` p CROSS JOIN targets t
		WHERE t.tenant_id = @tenant_id AND t.owner_id = p.value
		ORDER BY from_day`, sql.Named("users", idList(users)))
}

// EveryTarget implements timesheet.Store.
func (s *Store) EveryTarget(ctx context.Context, id ids.Tenant) ([]timesheet.Target, error) {
	return readRows(ctx, s, id, "targets", scanTarget,
		`SELECT `+targetColumns+` FROM targets t WHERE t.tenant_id = @tenant_id ORDER BY t.from_day`)
}

const targetColumns = `t.user_id, t.from_day, t.monday, t.tuesday, t.wednesday, t.thursday, t.friday, t.saturday, t.sunday, t.revision`

func scanTarget(row *sql.Rows) (t timesheet.Target, err error) {
	var minutes [7]sql.Null[int64]
	err = row.Scan(&t.User, dayNumber{&t.From}, &minutes[time.Monday], &minutes[time.Tuesday], &minutes[time.Wednesday],
		&minutes[time.Thursday], &minutes[time.Friday], &minutes[time.Saturday], &minutes[time.Sunday], &t.Revision)
	t.Inherits = !minutes[time.Monday].Valid
	for day, length := range minutes {
		t.Hours[day] = time.Duration(length.V) * time.Minute
	}
	return t, err
}

// SaveTarget implements timesheet.Store.
func (s *Store) SaveTarget(ctx context.Context, id ids.Tenant, t timesheet.Target) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	owner := ids.Any(t.User)
	if t.User.IsZero() {
		owner = ids.Any(id)
	}
	key := []any{sql.Named("owner_id", owner), sql.Named("from_day", t.From.Number())}
	minutes := func(day time.Weekday) any {
		if t.Inherits {
			return nil
		}
		return int64(t.Hours[day] / time.Minute)
	}
	return tx.Save(ctx, []engine.Statement{{
		Args: key, Text: `DELETE FROM targets WHERE tenant_id = @tenant_id AND owner_id = @owner_id AND from_day = @from_day`,
	}, {Args: append(key, sql.Named("user_id", t.User),
		sql.Named("monday", minutes(time.Monday)), sql.Named("tuesday", minutes(time.Tuesday)),
		sql.Named("wednesday", minutes(time.Wednesday)), sql.Named("thursday", minutes(time.Thursday)),
		sql.Named("friday", minutes(time.Friday)), sql.Named("saturday", minutes(time.Saturday)),
		sql.Named("sunday", minutes(time.Sunday)), sql.Named("revision", t.Revision),
	), Text: `INSERT INTO targets (tenant_id, owner_id, from_day, user_id, monday, tuesday, wednesday, thursday, friday, saturday, sunday,
			revision)
		VALUES (@tenant_id, @owner_id, @from_day, @user_id, @monday, @tuesday, @wednesday, @thursday, @friday, @saturday, @sunday,
			@revision)`}}, nil)
}

// Reminders implements timesheet.Store.
func (s *Store) Reminders(ctx context.Context, id ids.Tenant, users []ids.User, from, to calendar.Day) ([]timesheet.Reminder, error) {
	return readRows(ctx, s, id, "reminders", func(row *sql.Rows) (r timesheet.Reminder, err error) {
		return r, row.Scan(&r.User, dayNumber{&r.FirstDay}, &r.ID, &r.By.ID, &r.By.Name, instant{&r.At})
	}, `SELECT r.user_id, r.first_day, r.id, r.reminded_by, u.name, r.reminded_at
		FROM reminders r JOIN users u ON u.tenant_id = r.tenant_id AND u.id = r.reminded_by
		WHERE r.tenant_id = @tenant_id AND r.user_id IN `+s.dialect.IDs("@users")+`
			AND r.first_day >= @first_from AND r.first_day <= @first_to
		ORDER BY r.user_id, r.first_day`, withinDays(users, from, to)...)
}

// SaveReminder implements timesheet.Store.
func (s *Store) SaveReminder(ctx context.Context, id ids.Tenant, r timesheet.Reminder) error {
	if err := s.DeleteReminderOf(ctx, id, r.User, r.FirstDay); err != nil {
		return err
	}
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	return tx.Save(ctx, []engine.Statement{{Args: []any{
		sql.Named("user_id", r.User), sql.Named("first_day", r.FirstDay.Number()), sql.Named("id", r.ID),
		sql.Named("reminded_by", r.By.ID), sql.Named("reminded_at", milliseconds(r.At)),
	}, Text: `INSERT INTO reminders (tenant_id, user_id, first_day, id, reminded_by, reminded_at)
		VALUES (@tenant_id, @user_id, @first_day, @id, @reminded_by, @reminded_at)`}}, nil)
}

// DeleteReminder implements timesheet.Store.
func (s *Store) DeleteReminder(ctx context.Context, id ids.Tenant, user ids.User, reminder ids.Reminder) (found bool, err error) {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return false, err
	}
	removed, err := tx.Exec(ctx, `DELETE FROM reminders WHERE tenant_id = @tenant_id AND user_id = @user_id AND id = @id`,
		sql.Named("user_id", user), sql.Named("id", reminder))
	if err != nil {
		return false, fmt.Errorf("take a reminder away: %w", err)
	}
	return removed > 0, nil
}

// DeleteReminderOf implements timesheet.Store.
func (s *Store) DeleteReminderOf(ctx context.Context, id ids.Tenant, user ids.User, first calendar.Day) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	return tx.Save(ctx, []engine.Statement{{
		Args: []any{sql.Named("user_id", user), sql.Named("first_day", first.Number())},
		Text: `DELETE FROM reminders WHERE tenant_id = @tenant_id AND user_id = @user_id AND first_day = @first_day`,
	}}, nil)
}

const adjustmentColumns = `e.id, e.user_id, u.name, e.for_day, e.day, ` + workItemColumns + `, e.project_id, e.activity_id, k.name,
	e.billable, e.ms, e.reason, e.made_by, b.name, e.made_at, e.reverses_id, x.id, e.entry_id`

// selectAdjustment joins the names of an adjustment e as those of an entry are, and what @viewer_id has of its work item.
// An approver reads it as well as its owner.
const selectAdjustment = `SELECT ` + adjustmentColumns + ` FROM adjustments e` + adjustmentNames + `
	JOIN users b ON b.tenant_id = e.tenant_id AND b.id = e.made_by
	LEFT JOIN adjustments x ON x.tenant_id = e.tenant_id AND x.reverses_id = e.id` + viewersView + `
	WHERE e.tenant_id = @tenant_id`

const adjustmentNames = `
	JOIN users u ON u.tenant_id = e.tenant_id AND u.id = e.user_id
	JOIN activities k ON k.tenant_id = e.tenant_id AND k.id = e.activity_id
	JOIN projects p ON p.tenant_id = e.tenant_id AND p.id = e.project_id
	JOIN projects r ON r.tenant_id = e.tenant_id AND r.id = p.counts_as
	JOIN sites s ON s.tenant_id = e.tenant_id AND s.id = p.site_id
	LEFT JOIN work_items w ON w.tenant_id = e.tenant_id AND w.id = e.work_item_id`

func scanAdjustment(row *sql.Rows) (a timesheet.Adjustment, err error) {
	targets := append([]any{&a.ID, &a.User.ID, &a.User.Name, dayNumber{&a.ForDay}, dayNumber{&a.Day}}, workItemTargets(&a.WorkItem)...)
	return a, row.Scan(append(targets, &a.ProjectID, &a.Activity.ID, &a.Activity.Name, &a.Billable, duration{&a.Length}, &a.Reason,
		&a.By.ID, &a.By.Name, instant{&a.At}, &a.Reverses, &a.Reversal, &a.Entry)...)
}

// Adjustment implements timesheet.Store.
func (s *Store) Adjustment(ctx context.Context, id ids.Tenant, viewer ids.User, adjustment ids.Adjustment) (timesheet.Adjustment, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return timesheet.Adjustment{}, err
	}
	a, ok, err := engine.QueryOne(ctx, on, scanAdjustment, selectAdjustment+` AND e.id = @id`,
		sql.Named("viewer_id", viewer), sql.Named("id", adjustment))
	if err == nil && !ok {
		return timesheet.Adjustment{}, timesheet.AdjustmentNotFound()
	}
	if err != nil {
		return timesheet.Adjustment{}, fmt.Errorf("read an adjustment: %w", err)
	}
	return a, nil
}

// Adjustments implements timesheet.Store.
func (s *Store) Adjustments(
	ctx context.Context, id ids.Tenant, filter timesheet.AdjustmentFilter, request page.Request,
) ([]timesheet.Adjustment, error) {
	var where engine.Filter
	if !filter.User.IsZero() {
		where.And(`e.user_id = @user_id`, sql.Named("user_id", filter.User))
	}
	if !filter.Approver.IsZero() {
		where.And(`(u.approver_id = @approver_id OR u.id = @approver_id)`, sql.Named("approver_id", filter.Approver))
	}
	s.leaveOut(&where, "e.user_id", filter.LeftOut)
	if filter.From != (calendar.Day{}) {
		where.And(`e.day >= @first_from`, sql.Named("first_from", filter.From.Number()))
	}
	if filter.To != (calendar.Day{}) {
		where.And(`e.day <= @first_to`, sql.Named("first_to", filter.To.Number()))
	}
	if request.After != (page.Position{}) {
		where.And(`e.made_at <= @after_at AND (e.made_at < @after_at OR e.id < @after_id)`,
			sql.Named("after_at", milliseconds(request.After.At)), sql.Named("after_id", request.After.ID.Key()))
	}
	return readRows(ctx, s, id, "adjustments", scanAdjustment,
		selectAdjustment+where.Text()+` ORDER BY e.made_at DESC, e.id DESC`+s.dialect.Page+s.dialect.Replan,
		where.Args(sql.Named("viewer_id", filter.Viewer), sql.Named("limit", request.Limit))...)
}

// AdjustmentsOfEntry implements timesheet.Store. Those that name the entry are found by its days, too. These can differ by one
// since its owner has moved to another zone.
func (s *Store) AdjustmentsOfEntry(ctx context.Context, id ids.Tenant, of timesheet.EntryOfDays) ([]timesheet.Adjustment, error) {
	on, key := `e.work_item_id = @work_item_id`, sql.Named("work_item_id", of.WorkItem)
	if of.WorkItem.IsZero() {
		on, key = `e.work_item_id IS NULL AND e.project_id = @project_id`, sql.Named("project_id", of.Project)
	}
	return readRows(ctx, s, id, "the adjustments of an entry", scanAdjustment, selectAdjustment+`
			AND e.user_id = @user_id AND e.for_day >= @first_from - 1 AND e.for_day <= @first_to + 1
			AND (e.entry_id = @entry_id OR (e.entry_id IS NULL AND e.for_day >= @first_from AND e.for_day <= @first_to AND `+on+`))
		ORDER BY e.made_at, e.id`,
		sql.Named("viewer_id", of.Viewer), sql.Named("user_id", of.User), sql.Named("entry_id", of.Entry),
		sql.Named("first_from", of.From.Number()), sql.Named("first_to", of.To.Number()), key)
}

// InsertAdjustment implements timesheet.Store.
func (s *Store) InsertAdjustment(ctx context.Context, id ids.Tenant, a timesheet.Adjustment) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	return tx.Save(ctx, []engine.Statement{{Args: []any{
		sql.Named("id", a.ID), sql.Named("user_id", a.User.ID), sql.Named("for_day", a.ForDay.Number()), sql.Named("day", a.Day.Number()),
		sql.Named("project_id", a.ProjectID), sql.Named("work_item_id", a.WorkItem.ID), sql.Named("activity_id", a.Activity.ID),
		sql.Named("billable", a.Billable), sql.Named("ms", a.Length.Milliseconds()), sql.Named("reason", a.Reason),
		sql.Named("made_by", a.By.ID), sql.Named("made_at", milliseconds(a.At)), sql.Named("reverses_id", a.Reverses), sql.Named("entry_id", a.Entry),
	}, Text: `INSERT INTO adjustments (tenant_id, id, user_id, for_day, day, project_id, work_item_id, activity_id, billable, ms,
			reason, made_by, made_at, reverses_id, entry_id)
		VALUES (@tenant_id, @id, @user_id, @for_day, @day, @project_id, @work_item_id, @activity_id, @billable, @ms,
			@reason, @made_by, @made_at, @reverses_id, @entry_id)`}}, engine.On{engine.Duplicate: timesheet.AdjustmentReversed})
}

// AdjustedDays implements timesheet.Store.
func (s *Store) AdjustedDays(ctx context.Context, id ids.Tenant, users []ids.User, from, to calendar.Day) ([]timesheet.AdjustedDay, error) {
	return readRows(ctx, s, id, "adjusted days", func(row *sql.Rows) (d timesheet.AdjustedDay, err error) {
		return d, row.Scan(&d.User, dayNumber{&d.Day}, duration{&d.Sum})
	}, `SELECT a.user_id, a.day, SUM(a.ms)
		FROM adjustments a
		WHERE a.tenant_id = @tenant_id AND a.day >= @first_from AND a.day <= @first_to AND a.user_id IN `+s.dialect.IDs("@users")+`
		GROUP BY a.user_id, a.day`, withinDays(users, from, to)...)
}

// DeleteTargetsOf implements timesheet.PersonalStore.
func (s *Store) DeleteTargetsOf(ctx context.Context, id ids.Tenant, user ids.User) error {
	return s.removeOf(ctx, id, sql.Named("user_id", user), `DELETE FROM targets WHERE tenant_id = @tenant_id AND owner_id = @user_id`)
}

// DeleteRemindersOf implements timesheet.PersonalStore.
func (s *Store) DeleteRemindersOf(ctx context.Context, id ids.Tenant, user ids.User) error {
	return s.removeOf(ctx, id, sql.Named("user_id", user), `DELETE FROM reminders WHERE tenant_id = @tenant_id AND user_id = @user_id`)
}
