package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/importer"
	"timetracker/internal/marketplace"
	"timetracker/internal/page"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
	"timetracker/internal/report"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
	"timetracker/internal/workitem"
)

// explainer is a database that explains its statements instead of running them. Each gives no rows and changes one.
type explainer struct {
	t     *testing.T
	db    *sql.DB
	plans []string
}

var (
	_ driver.Connector        = (*explainer)(nil)
	_ driver.StmtQueryContext = explained{}
	_ driver.StmtExecContext  = explained{}
)

func (e *explainer) Connect(context.Context) (driver.Conn, error) { return e, nil }
func (e *explainer) Driver() driver.Driver                        { return nil }
func (e *explainer) Close() error                                 { return nil }
func (e *explainer) Begin() (driver.Tx, error)                    { return nil, errors.New("not used") }

func (e *explainer) Prepare(text string) (driver.Stmt, error) { return explained{e, text}, nil }

func (e *explainer) explain(ctx context.Context, text string, args []driver.NamedValue) {
	// The writer looks at its WAL at any time, also between two tests.
	if !statementStart.MatchString(text) {
		return
	}
	e.t.Helper()
	named := make([]any, len(args))
	for i, arg := range args {
		named[i] = sql.Named(arg.Name, arg.Value)
	}
	rows, err := e.db.QueryContext(ctx, "EXPLAIN QUERY PLAN "+text, named...)
	if err != nil {
		e.t.Error(err)
		return
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			e.t.Error(err)
		}
		e.plans = append(e.plans, step)
	}
	if err := rows.Err(); err != nil {
		e.t.Error(err)
	}
}

// explained is a statement of the explainer.
type explained struct {
	explainer *explainer
	text      string
}

func (s explained) Close() error                               { return nil }
func (s explained) NumInput() int                              { return -1 }
func (s explained) Exec([]driver.Value) (driver.Result, error) { return nil, errors.New("not used") }
func (s explained) Query([]driver.Value) (driver.Rows, error)  { return nil, errors.New("not used") }

func (s explained) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.explainer.explain(ctx, s.text, args)
	return nothing{}, nil
}

func (s explained) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.explainer.explain(ctx, s.text, args)
	return driver.RowsAffected(1), nil
}

// nothing is a result without rows.
type nothing struct{}

func (nothing) Columns() []string         { return nil }
func (nothing) Close() error              { return nil }
func (nothing) Next([]driver.Value) error { return io.EOF }

// TestPlans checks that each statement uses its index. Its cost must depend on what it gives, and not on the size of
// the table.
func TestPlans(t *testing.T) {
	path := filepath.Join(t.TempDir(), "timetracker.db")
	made, err := Open(t.Context(), Config{Create: true, URL: "sqlite:" + path})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = made.Close() }()
	if err := made.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=foreign_keys(1)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	e := &explainer{db: db}
	file := engine.SQLiteFile{Writing: sql.OpenDB(e), Reading: sql.OpenDB(e), Checkpointing: sql.OpenDB(e)}
	store := newStore(engine.NewSQLite(file, slog.New(slog.DiscardHandler)))
	defer func() { _ = store.Close() }()
	now, request := time.UnixMilli(1_800_000_000_000), page.Request{Limit: 50, After: page.Position{At: time.UnixMilli(1), ID: ids.Any{'x'}}}
	list := page.Request{Limit: 50, After: page.Position{At: time.UnixMilli(1), ID: ids.Any{'x'}}}
	span, byUser, byType := audit.Filter{From: now, To: now}, audit.Filter{User: ids.User{'u'}}, audit.Filter{Type: "t"}
	item, someDay := ids.WorkItem{'w'}, calendar.DayNumbered(20_000)
	rows := func(ctx context.Context, query report.Query) {
		for _, err := range store.TimeRows(ctx, ids.Tenant{'t'}, query) {
			t.Errorf("a row of nothing, or an error: %v", err)
		}
	}
	entriesOf := func(ctx context.Context, query report.EntriesQuery, request page.Request) {
		for _, err := range store.EntriesIn(ctx, ids.Tenant{'t'}, query, request) {
			t.Errorf("an entry of nothing, or an error: %v", err)
		}
	}
	month := []calendar.Period{{Start: now.Add(-time.Hour), End: now}}
	days := []calendar.Period{{Start: now.Add(-time.Hour), End: now}, {Start: now, End: now.Add(time.Hour)}}

	for _, test := range []struct {
		name   string
		call   func(ctx context.Context)
		want   []string // steps that must appear, by their beginnings
		sorted bool     // may sort
	}{
		{name: "member", call: func(ctx context.Context) { _, _, _ = store.Member(ctx, ids.Directory{'d'}, ids.Object{'o'}) }, want: []string{
			"SEARCH t USING INDEX sqlite_autoindex_tenants_2 (directory_id=?)",
			"SEARCH u USING INDEX ux_users_object (tenant_id=? AND object_id=?)",
		}},
		{name: "work items", call: func(ctx context.Context) {
			_, _ = store.WorkItems(ctx, ids.Tenant{'t'}, ids.User{'u'}, []ids.WorkItem{item})
		}, want: []string{
			"SEARCH w USING PRIMARY KEY (tenant_id=? AND id=?)",
			"SEARCH v USING PRIMARY KEY (tenant_id=? AND user_id=? AND work_item_id=?)",
		}},
		{name: "work items by number", call: func(ctx context.Context) {
			_, _ = store.WorkItemsByNumber(ctx, ids.Tenant{'t'}, ids.User{'u'}, ids.Site{'s'}, []string{"1"})
		}, want: []string{
			"SEARCH a USING INDEX sqlite_autoindex_work_items_2 (tenant_id=? AND site_id=? AND number=?)",
			"SEARCH w USING PRIMARY KEY (tenant_id=? AND id=?)",
		}},
		{name: "unread", sorted: true, call: func(ctx context.Context) { _, _ = store.Unread(ctx, ids.Tenant{'t'}, ids.User{'u'}, 10) }, want: []string{
			"SEARCH e USING INDEX ix_time_entries_user (tenant_id=? AND user_id=?)",
			"SEARCH k USING PRIMARY KEY (tenant_id=? AND user_id=?)",
			"SEARCH v USING PRIMARY KEY (tenant_id=? AND user_id=? AND work_item_id=?)", "SCAN l", "SCAN x",
		}},
		{name: "recent", sorted: true, call: func(ctx context.Context) { _, _ = store.Recent(ctx, ids.Tenant{'t'}, ids.User{'u'}, 50) }, want: []string{
			"SEARCH k USING PRIMARY KEY (tenant_id=? AND user_id=?)",
			"SEARCH a USING COVERING INDEX ix_time_entries_work_item (tenant_id=? AND work_item_id=?)",
			"SEARCH e USING INDEX ix_time_entries_user (tenant_id=? AND user_id=?)",
			"SEARCH w USING PRIMARY KEY (tenant_id=? AND id=?)", "SCAN l", "SCAN u", "SCAN x",
		}},
		{name: "lock timeline", call: func(ctx context.Context) { _, _ = store.LockTimeline(ctx, ids.Tenant{'t'}, ids.User{'u'}) }, want: []string{
			"SEARCH time_entries USING INDEX ix_time_entries_user (tenant_id=? AND user_id=? AND started_at>?)",
			"SEARCH time_entries USING INDEX ix_time_entries_user (tenant_id=? AND user_id=?)",
			"SEARCH e USING INDEX ux_time_entries_running (tenant_id=? AND user_id=?)",
		}},
		{name: "latest entry", call: func(ctx context.Context) { _, _, _ = store.LatestEntry(ctx, ids.Tenant{'t'}, ids.User{'u'}) }, want: []string{
			"SEARCH e USING INDEX ix_time_entries_user (tenant_id=? AND user_id=? AND started_at>?)",
		}, sorted: true},
		{name: "overlapping", call: func(ctx context.Context) {
			_, _, _ = store.Overlapping(ctx, ids.Tenant{'t'}, ids.User{'u'}, now, now, []ids.Entry{{'x'}})
		}, want: []string{
			"SEARCH e USING INDEX ix_time_entries_user (tenant_id=? AND user_id=? AND started_at>? AND started_at<?)",
		}},
		{name: "a closed period", call: func(ctx context.Context) {
			_, _, _ = store.ClosedPeriod(ctx, ids.Tenant{'t'}, ids.User{'u'}, now, now)
		}, want: []string{"SEARCH t USING COVERING INDEX ix_timesheets_closed (tenant_id=? AND user_id=? AND from_at>? AND from_at<?)"}},
		{name: "closed periods", call: func(ctx context.Context) {
			_, _ = store.ClosedPeriods(ctx, ids.Tenant{'t'}, []ids.User{{'u'}}, now, now)
		}, want: []string{"SEARCH t USING COVERING INDEX ix_timesheets_closed (tenant_id=? AND user_id=? AND from_at>? AND from_at<?)"}},
		{name: "weeks of people", call: func(ctx context.Context) {
			_, _ = store.Timesheets(ctx, ids.Tenant{'t'}, []ids.User{{'u'}}, someDay, someDay)
		}, want: []string{"SEARCH t USING PRIMARY KEY (tenant_id=? AND user_id=? AND first_day>? AND first_day<?)"}},
		{name: "pending weeks", call: func(ctx context.Context) {
			_, _ = store.PendingTimesheets(ctx, ids.Tenant{'t'}, timesheet.PendingScope{Approver: ids.User{'u'}, Unassigned: true}, request)
		}, want: []string{"SEARCH t USING INDEX ix_timesheets_pending (tenant_id=? AND submitted_at>?)"}},
		{name: "entries of people", call: func(ctx context.Context) {
			_, _ = store.Intervals(ctx, ids.Tenant{'t'}, []ids.User{{'u'}}, now, now)
		}, want: []string{"SEARCH e USING INDEX ix_time_entries_user (tenant_id=? AND user_id=? AND started_at>? AND started_at<?)"}},
		{name: "running timers of people", call: func(ctx context.Context) {
			_, _ = store.RunningSince(ctx, ids.Tenant{'t'}, []ids.User{{'u'}})
		}, want: []string{"SEARCH e USING INDEX ux_time_entries_running (tenant_id=? AND user_id=?)"}},
		{name: "entries under review", call: func(ctx context.Context) {
			_, _ = store.CountUnderReview(ctx, ids.Tenant{'t'}, ids.User{'u'}, now, now)
		}, want: []string{"SEARCH e USING INDEX ix_time_entries_user (tenant_id=? AND user_id=? AND started_at>? AND started_at<?)",
			"SEARCH j USING COVERING INDEX ix_adjustments_entry (tenant_id=? AND entry_id=? AND reverses_id=?)",
		}},
		{name: "entries of a week as others see them", call: func(ctx context.Context) {
			_, _ = store.EntriesSeenBy(ctx, ids.Tenant{'t'}, ids.User{'a'}, ids.User{'u'}, now, now, request)
		}, want: []string{"SEARCH e USING INDEX ix_time_entries_user (tenant_id=? AND user_id=? AND started_at>? AND started_at<?)"}},
		{name: "targets", sorted: true, call: func(ctx context.Context) { _, _ = store.Targets(ctx, ids.Tenant{'t'}, []ids.User{{'u'}}) }, want: []string{
			"SEARCH t USING PRIMARY KEY (tenant_id=? AND owner_id=?)",
		}},
		{name: "reminders", call: func(ctx context.Context) {
			_, _ = store.Reminders(ctx, ids.Tenant{'t'}, []ids.User{{'u'}}, someDay, someDay)
		}, want: []string{"SEARCH r USING PRIMARY KEY (tenant_id=? AND user_id=? AND first_day>? AND first_day<?)"}},
		{name: "adjusted days", sorted: true, call: func(ctx context.Context) {
			_, _ = store.AdjustedDays(ctx, ids.Tenant{'t'}, []ids.User{{'u'}}, someDay, someDay)
		}, want: []string{"SEARCH a USING COVERING INDEX ix_adjustments_day (tenant_id=? AND day>? AND day<?)"}},
		{name: "adjustments", call: func(ctx context.Context) {
			_, _ = store.Adjustments(ctx, ids.Tenant{'t'}, timesheet.AdjustmentFilter{Approver: ids.User{'u'}}, list)
		}, want: []string{"SEARCH e USING INDEX ix_adjustments_made (tenant_id=? AND made_at<?)"}},
		{name: "somebody's people", call: func(ctx context.Context) {
			_, _ = store.CountPeople(ctx, ids.Tenant{'t'}, ids.User{'a'})
		}, want: []string{"SEARCH users USING COVERING INDEX ix_users_approver (tenant_id=? AND approver_id=? AND status=?)"}},
		{name: "entries of a user", call: func(ctx context.Context) {
			_, _ = store.Entries(ctx, ids.Tenant{'t'}, timer.EntryFilter{Selection: timer.Selection{Users: []ids.User{{'u'}}}, From: now, To: now}, request)
		}, want: []string{"SEARCH e USING INDEX ix_time_entries_user (tenant_id=? AND user_id=? AND started_at>? AND started_at<?)"}},
		{name: "entries of a tenant", call: func(ctx context.Context) {
			_, _ = store.Entries(ctx, ids.Tenant{'t'}, timer.EntryFilter{From: now, To: now}, request)
		}, want: []string{"SEARCH e USING INDEX ix_time_entries_tenant (tenant_id=? AND started_at>? AND started_at<?)"}},
		{name: "entries of an item", call: func(ctx context.Context) {
			_, _ = store.Entries(ctx, ids.Tenant{'t'}, timer.EntryFilter{Selection: timer.Selection{WorkItems: timer.Items{IDs: []ids.WorkItem{item}}}}, request)
		}, want: []string{"SEARCH e USING INDEX ix_time_entries_work_item (tenant_id=? AND work_item_id=? AND started_at<?)"}},
		{name: "entries of projects of a site", call: func(ctx context.Context) {
			_, _ = store.Entries(ctx, ids.Tenant{'t'}, timer.EntryFilter{
				Selection: timer.Selection{Sites: []ids.Site{{'s'}}, Projects: []ids.Project{{'p'}}},
			}, request)
		}, want: []string{"SEARCH e USING INDEX ix_time_entries_tenant (tenant_id=? AND started_at<?)"}},
		{name: "what a claim means", call: func(ctx context.Context) {
			_, _ = store.Candidates(ctx, ids.Tenant{'t'}, workitem.Lookup{SiteKey: "s", ProjectKey: "p", Number: "1"})
		}, want: []string{
			"SEARCH s USING PRIMARY KEY (tenant_id=?)",
			"SEARCH n USING PRIMARY KEY (tenant_id=? AND name_key=? AND site_id=?)",
			"SEARCH a USING PRIMARY KEY (tenant_id=? AND name_key=?)",
			"SEARCH b USING COVERING INDEX ux_projects_stable_id (tenant_id=? AND site_id=? AND stable_id=?)",
			"SEARCH p USING PRIMARY KEY (tenant_id=? AND id=?)",
			"SEARCH w USING INDEX sqlite_autoindex_work_items_2 (tenant_id=? AND site_id=? AND number=?)",
		}},
		{name: "running timers", sorted: true, call: func(ctx context.Context) { _, _ = store.RunningEntries(ctx, ids.Tenant{'t'}, nil, request) }, want: []string{
			"SEARCH e USING INDEX ux_time_entries_running (tenant_id=? AND user_id>?)",
		}},
		{name: "time on an item", call: func(ctx context.Context) {
			_, _ = store.TimeOn(ctx, ids.Tenant{'t'}, ids.User{'u'}, item, nil, now, now)
		}, want: []string{"SEARCH time_entries USING COVERING INDEX ix_time_entries_work_item (tenant_id=? AND work_item_id=?)"}},
		{name: "open write-backs", call: func(ctx context.Context) {
			_, _ = store.OpenWriteBacks(ctx, ids.Tenant{'t'}, ids.User{'u'}, ids.WorkItem{}, now, 10)
		}, sorted: true, want: []string{"SEARCH b USING INDEX ix_write_backs_open (tenant_id=? AND user_id=? AND next_at>? AND next_at<?)"}},
		{name: "open write-backs of an item", call: func(ctx context.Context) {
			_, _ = store.OpenWriteBacks(ctx, ids.Tenant{'t'}, ids.User{'u'}, item, time.Time{}, 10)
		}, sorted: true, want: []string{"SEARCH b USING INDEX ix_write_backs_open (tenant_id=? AND user_id=? AND next_at>?)"}},
		{name: "own hours of an item", call: func(ctx context.Context) {
			_, _ = store.OwnHours(ctx, ids.Tenant{'t'}, item, ids.User{'u'})
		}, want: []string{"SEARCH b USING INDEX ix_write_backs_work_item (tenant_id=? AND work_item_id=?)"}},
		{name: "what isn't written to an item", call: func(ctx context.Context) {
			_, _ = store.Unwritten(ctx, ids.Tenant{'t'}, item, 10)
		}, sorted: true, want: []string{"SEARCH b USING INDEX ix_write_backs_work_item (tenant_id=? AND work_item_id=?)"}},
		{name: "what was written to all items", call: func(ctx context.Context) {
			_, _ = store.WrittenTotals(ctx, ids.Tenant{'t'}, ids.WorkItem{}, nil, page.Request{After: page.Position{ID: ids.Any{'w'}}, Limit: 10})
		}, sorted: true, want: []string{
			"SEARCH b USING INDEX ix_write_backs_work_item (tenant_id=? AND work_item_id<?)",
			"SEARCH q USING PRIMARY KEY (entry_id=? AND work_item_id=? AND tenant_id=?)",
		}},
		{name: "an entry's write-backs", call: func(ctx context.Context) {
			follow := workitem.WriteBackChange{EntryID: ids.Entry{'e'}, WorkItemID: item, Follow: true, Join: true, At: now}
			_ = store.Save(ctx, ids.Tenant{'t'}, timer.Changeset{WriteBacks: []workitem.WriteBackChange{follow}})
		}, want: []string{
			"SEARCH write_backs USING PRIMARY KEY (entry_id=?",
			"SEARCH c USING INDEX ux_contributions_in_doubt (tenant_id=? AND work_item_id=?)", "SCAN CONSTANT ROW",
		}},
		{name: "the contribution in doubt", call: func(ctx context.Context) { _, _, _ = store.InDoubt(ctx, ids.Tenant{'t'}, item) }, want: []string{
			"SEARCH c USING INDEX ux_contributions_in_doubt (tenant_id=? AND work_item_id=?)",
		}},
		{name: "the last revision", call: func(ctx context.Context) { _, _, _ = store.LastRevision(ctx, ids.Tenant{'t'}, item) }, want: []string{
			"SEARCH contributions USING PRIMARY KEY (tenant_id=? AND work_item_id=?)",
		}},
		{name: "the next write-back", call: func(ctx context.Context) { _, _ = store.NextWriteBack(ctx, ids.Tenant{'t'}, ids.User{'u'}) }, want: []string{
			"SEARCH write_backs USING COVERING INDEX ix_write_backs_open (tenant_id=? AND user_id=? AND next_at>?)",
		}},
		{name: "hastened write-backs", call: func(ctx context.Context) {
			_ = store.Hasten(ctx, ids.Tenant{'t'}, ids.User{'u'}, ids.WorkItem{}, now)
		}, want: []string{"SEARCH write_backs USING INDEX ix_write_backs_open (tenant_id=? AND user_id=? AND next_at>?)"}},
		{name: "events of all", call: func(ctx context.Context) { _, _ = store.Events(ctx, ids.Tenant{'t'}, span, request) }, want: []string{
			"SEARCH l USING PRIMARY KEY (tenant_id=? AND occurred_at>? AND occurred_at<?)",
		}},
		{name: "events of a user", call: func(ctx context.Context) { _, _ = store.Events(ctx, ids.Tenant{'t'}, byUser, request) }, want: []string{
			"SEARCH l USING PRIMARY KEY (tenant_id=? AND occurred_at>? AND occurred_at<?)",
		}},
		{name: "events of a type", call: func(ctx context.Context) { _, _ = store.Events(ctx, ids.Tenant{'t'}, byType, request) }, want: []string{
			"SEARCH l USING PRIMARY KEY (tenant_id=? AND occurred_at>? AND occurred_at<?)",
		}},
		{name: "audit", call: func(ctx context.Context) { _, _ = store.AuditEvents(ctx, ids.Tenant{'t'}, span, list) }, want: []string{
			"SEARCH l USING PRIMARY KEY (tenant_id=? AND occurred_at>? AND occurred_at<?)",
		}},
		{name: "audit of a user", call: func(ctx context.Context) { _, _ = store.AuditEvents(ctx, ids.Tenant{'t'}, byUser, list) }, want: []string{
			"SEARCH l USING PRIMARY KEY (tenant_id=? AND occurred_at>? AND occurred_at<?)",
		}},
		{name: "actions", call: func(ctx context.Context) { _, _ = store.Actions(ctx, ids.Tenant{'t'}, span, list) }, want: []string{
			"SEARCH l USING PRIMARY KEY (tenant_id=? AND occurred_at>? AND occurred_at<?)",
		}},
		{name: "actions of a user", call: func(ctx context.Context) { _, _ = store.Actions(ctx, ids.Tenant{'t'}, byUser, list) }, want: []string{
			"SEARCH l USING PRIMARY KEY (tenant_id=? AND occurred_at>? AND occurred_at<?)",
		}},
		{name: "actions of a type", call: func(ctx context.Context) { _, _ = store.Actions(ctx, ids.Tenant{'t'}, byType, list) }, want: []string{
			"SEARCH l USING PRIMARY KEY (tenant_id=? AND occurred_at>? AND occurred_at<?)",
		}},
		{name: "user", call: func(ctx context.Context) { _, _ = store.User(ctx, ids.Tenant{'t'}, ids.User{'u'}) }, want: []string{
			"SEARCH u USING PRIMARY KEY (tenant_id=? AND id=?)",
			"SEARCH i USING PRIMARY KEY (tenant_id=? AND id=?)",
		}},
		{name: "users", call: func(ctx context.Context) {
			_, _ = store.Users(ctx, ids.Tenant{'t'}, tenant.UserFilter{Search: "a"}, page.Request{Limit: 50})
		}, want: []string{"SEARCH u USING INDEX ix_users_name (tenant_id=? AND name>?)"}},
		{name: "users of a status", call: func(ctx context.Context) {
			_, _ = store.Users(ctx, ids.Tenant{'t'}, tenant.UserFilter{Status: tenant.UserActive, Role: tenant.RoleUser}, page.Request{Limit: 50})
		}, want: []string{"SEARCH u USING INDEX ix_users_name (tenant_id=? AND name>?)"}},
		{name: "invitation", call: func(ctx context.Context) { _, _, _ = store.InvitationFor(ctx, ids.Tenant{'t'}, "e") }, want: []string{
			"SEARCH u USING INDEX ux_users_invited (tenant_id=? AND email=?)",
		}},
		{name: "address", call: func(ctx context.Context) { _, _ = store.EmailExists(ctx, ids.Tenant{'t'}, "e") }, want: []string{
			"SEARCH users USING COVERING INDEX ix_users_email (tenant_id=? AND email=?)",
		}},
		{name: "seats", call: func(ctx context.Context) { _, _ = store.CountSeats(ctx, ids.Tenant{'t'}) }, want: []string{
			"SEARCH users USING COVERING INDEX ix_users_status (tenant_id=? AND status=?)",
		}},
		{name: "super_admins", call: func(ctx context.Context) { _, _ = store.CountActive(ctx, ids.Tenant{'t'}, tenant.RoleAdmin) }, want: []string{
			"SEARCH users USING COVERING INDEX ix_users_status (tenant_id=? AND status=? AND role=?)",
		}},
		{name: "removing a user", call: func(ctx context.Context) { _ = store.DeleteUser(ctx, ids.Tenant{'t'}, ids.User{'u'}) }, want: []string{
			"SEARCH users USING PRIMARY KEY (tenant_id=? AND id=?)",
			"SEARCH metered_users USING PRIMARY KEY (tenant_id=? AND user_id=?)",
		}},
		{name: "tenant by slug", call: func(ctx context.Context) { _, _ = store.TenantBySlug(ctx, "s") }, want: []string{
			"SEARCH t USING INDEX sqlite_autoindex_tenants_3 (slug=?)",
		}},
		{name: "changes", call: func(ctx context.Context) { _, _ = store.Changes(ctx, ids.Tenant{'t'}, ids.Entry{'e'}) }, want: []string{
			"SEARCH c USING PRIMARY KEY (tenant_id=? AND entry_id=?)",
		}},
		{name: "rows of an import by outcome", call: func(ctx context.Context) {
			_, _ = store.Rows(ctx, ids.Tenant{'t'}, ids.Import{'i'}, importer.RowFilter{Outcome: importer.New}, 0, 100)
		}, want: []string{
			"SEARCH n USING COVERING INDEX ix_import_rows_outcome (tenant_id=? AND import_id=? AND outcome=? AND row_number>?)",
			"SCAN x", "SEARCH r USING PRIMARY KEY (tenant_id=? AND import_id=? AND row_number=?)",
		}, sorted: true},
		{name: "rows that were imported", call: func(ctx context.Context) {
			_, _ = store.KnownRows(ctx, ids.Tenant{'t'}, []ids.External{{'x'}})
		}, want: []string{"SEARCH r USING COVERING INDEX ux_import_rows_added (tenant_id=? AND external_id=?)"}},
		{name: "adjustments of an entry", call: func(ctx context.Context) {
			_, _ = store.AdjustmentsOfEntry(ctx, ids.Tenant{'t'}, timesheet.EntryOfDays{
				Entry: ids.Entry{'e'}, User: ids.User{'u'}, WorkItem: item, From: someDay, To: someDay,
			})
		}, want: []string{"SEARCH e USING INDEX ix_adjustments_corrected (tenant_id=? AND user_id=? AND for_day>? AND for_day<?)"}, sorted: true},
		{name: "what was written of an entry", call: func(ctx context.Context) {
			_, _ = store.WrittenOf(ctx, ids.Tenant{'t'}, ids.Entry{'e'})
		}, want: []string{
			"SEARCH b USING PRIMARY KEY (entry_id=?)", "SEARCH c USING PRIMARY KEY (tenant_id=? AND work_item_id=?)",
		}, sorted: true},
		{name: "the last change of entries", call: func(ctx context.Context) {
			_, _ = store.LastChanged(ctx, ids.Tenant{'t'}, []ids.Entry{{'e'}})
		}, want: []string{"SEARCH c USING PRIMARY KEY (tenant_id=? AND entry_id=?)"}},
		{name: "projects with general time", call: func(ctx context.Context) {
			_, _ = store.Projects(ctx, ids.Tenant{'t'}, workitem.ProjectFilter{General: true}, list)
		}, want: []string{"SEARCH p USING INDEX ix_projects_general (tenant_id=? AND name_key>?)"}},
		{name: "entries of an operation", call: func(ctx context.Context) {
			_, _ = store.OperationEntries(ctx, ids.Tenant{'t'}, ids.EntryOperation{'o'})
		}, want: []string{
			"SEARCH time_entry_changes USING COVERING INDEX ix_time_entry_changes_operation (tenant_id=? AND operation_id=?)",
		}},
		{name: "which entries are followed", call: func(ctx context.Context) {
			_, _ = store.TakesPart(ctx, ids.Tenant{'t'}, []ids.Entry{{'e'}})
		}, want: []string{"SEARCH b EXISTS USING PRIMARY KEY (entry_id=?)"}},
		{name: "forgotten timers", call: func(ctx context.Context) { _, _ = store.OverdueTimers(ctx, now, 10) }, want: []string{
			"SCAN t USING INDEX sqlite_autoindex_tenants_3", "SEARCH e USING INDEX ux_time_entries_running (tenant_id=? AND user_id>?)",
		}, sorted: true},
		{name: "receipt", call: func(ctx context.Context) { _, _, _ = store.Receipt(ctx, ids.Tenant{'t'}, ids.User{'u'}, "k") }, want: []string{
			"SEARCH idempotency_keys USING PRIMARY KEY (tenant_id=? AND user_id=? AND key_hash=?)",
		}},
		{name: "report of a month", call: func(ctx context.Context) {
			rows(ctx, report.Query{Periods: month, GroupBy: []report.Dimension{report.Project, report.User}})
		}, want: []string{
			"SEARCH e USING COVERING INDEX ix_time_entries_report (tenant_id=? AND counted_month=?)",
			"SEARCH e USING INDEX ix_time_entries_tenant (tenant_id=? AND started_at>? AND started_at<?)",
		}, sorted: true},
		{name: "report of a project", call: func(ctx context.Context) {
			rows(ctx, report.Query{Periods: month, Selection: timer.Selection{Projects: []ids.Project{{'p'}}}, GroupBy: []report.Dimension{report.WorkItem}})
		}, want: []string{
			"SEARCH e USING COVERING INDEX ix_time_entries_report (tenant_id=? AND counted_month=? AND project_id=?)",
			"SEARCH e USING INDEX ix_time_entries_tenant (tenant_id=? AND started_at>? AND started_at<?)",
		}, sorted: true},
		{name: "report of a user", call: func(ctx context.Context) {
			rows(ctx, report.Query{Periods: month, Selection: timer.Selection{Users: []ids.User{{'u'}}}, GroupBy: []report.Dimension{report.Project}})
		}, want: []string{"SEARCH e USING INDEX ix_time_entries_user (tenant_id=? AND user_id=? AND started_at>? AND started_at<?)"}, sorted: true},
		{name: "report of approved time", call: func(ctx context.Context) {
			rows(ctx, report.Query{Periods: month, Selection: timer.Selection{Approved: new(bool)}, GroupBy: []report.Dimension{report.Project}})
		}, want: []string{
			"SEARCH e USING COVERING INDEX ix_time_entries_report (tenant_id=? AND counted_month=?)",
			"SEARCH q USING COVERING INDEX ix_timesheets_closed (tenant_id=? AND user_id=? AND from_at>? AND from_at<?)",
			"SEARCH n USING COVERING INDEX ix_timesheets_closed (tenant_id=? AND user_id=? AND from_at>? AND from_at<?)",
		}, sorted: true},
		{name: "report by types of a parent", call: func(ctx context.Context) {
			rows(ctx, report.Query{
				Periods: month, Selection: timer.Selection{Parents: timer.Items{IDs: []ids.WorkItem{item}}, Types: []string{"Bug"}},
				GroupBy: []report.Dimension{report.Type},
			})
		}, want: []string{
			"SEARCH e USING COVERING INDEX ix_time_entries_report (tenant_id=? AND counted_month=?)",
			"SEARCH w USING PRIMARY KEY (tenant_id=? AND id=?)",
			"SEARCH o USING INDEX sqlite_autoindex_work_items_2 (tenant_id=? AND site_id=? AND number=?)",
		}, sorted: true},
		{name: "report of people", call: func(ctx context.Context) {
			rows(ctx, report.Query{
				Periods: month, Selection: timer.Selection{Users: []ids.User{{'u'}, {'v'}}}, GroupBy: []report.Dimension{report.Site},
			})
		}, want: []string{
			"SEARCH e USING COVERING INDEX ix_time_entries_report (tenant_id=? AND counted_month=?)",
			"SEARCH e USING INDEX ix_time_entries_user (tenant_id=? AND user_id=? AND started_at>? AND started_at<?)",
		}, sorted: true},
		{name: "report of a month beside the one before", call: func(ctx context.Context) {
			rows(ctx, report.Query{Periods: month, Previous: month, GroupBy: []report.Dimension{report.Project}})
		}, want: []string{
			"SEARCH e USING COVERING INDEX ix_time_entries_report (tenant_id=? AND counted_month=?)",
			"SEARCH e USING INDEX ix_time_entries_tenant (tenant_id=? AND started_at>? AND started_at<?)",
		}, sorted: true},
		{name: "report of billable time by activities", call: func(ctx context.Context) {
			billable := true
			rows(ctx, report.Query{
				Periods: month, Selection: timer.Selection{Billable: &billable, Activities: []ids.Activity{{'a'}}},
				GroupBy: []report.Dimension{report.Activity, report.Billable},
			})
		}, want: []string{
			"SEARCH e USING COVERING INDEX ix_time_entries_report (tenant_id=? AND counted_month=?)",
			"SEARCH k USING PRIMARY KEY (tenant_id=? AND id=?)",
		}, sorted: true},
		{name: "report of a user by parents", call: func(ctx context.Context) {
			rows(ctx, report.Query{
				Periods: month, Selection: timer.Selection{Users: []ids.User{{'u'}}, Viewer: ids.User{'u'}, States: []string{"Active"}},
				GroupBy: []report.Dimension{report.Parent},
			})
		}, want: []string{
			"SEARCH e USING INDEX ix_time_entries_user (tenant_id=? AND user_id=? AND started_at>? AND started_at<?)",
			"SEARCH w USING PRIMARY KEY (tenant_id=? AND id=?)",
			"SEARCH v USING PRIMARY KEY (tenant_id=? AND user_id=? AND work_item_id=?)",
			"SEARCH o USING INDEX sqlite_autoindex_work_items_2 (tenant_id=? AND site_id=? AND number=?)",
		}, sorted: true},
		{name: "entries of a parent", call: func(ctx context.Context) {
			_, _ = store.Entries(ctx, ids.Tenant{'t'}, timer.EntryFilter{
				From: now, To: now, Selection: timer.Selection{Parents: timer.Items{IDs: []ids.WorkItem{item}}},
			}, request)
		}, want: []string{
			"SEARCH e USING INDEX ix_time_entries_tenant (tenant_id=? AND started_at>? AND started_at<?)",
			"SEARCH o USING INDEX sqlite_autoindex_work_items_2 (tenant_id=? AND site_id=? AND number=?)",
		}},
		{name: "report of adjusted months", call: func(ctx context.Context) {
			rows(ctx, report.Query{
				Periods: month, Days: []calendar.Part{{From: someDay, To: someDay}}, Selection: timer.Selection{Projects: []ids.Project{{'p'}}},
				GroupBy: []report.Dimension{report.Project},
			})
		}, want: []string{
			"SEARCH e USING COVERING INDEX ix_time_entries_report (tenant_id=? AND counted_month=? AND project_id=?)",
			"SEARCH e USING COVERING INDEX ix_adjustments_day (tenant_id=? AND day>? AND day<?)",
		}, sorted: true},
		{name: "whether time was adjusted", call: func(ctx context.Context) {
			_, _ = store.HasAdjustments(ctx, ids.Tenant{'t'}, someDay, someDay)
		}, want: []string{"SEARCH e USING COVERING INDEX ix_adjustments_day (tenant_id=? AND day>? AND day<?)"}},
		{name: "report by days of a user", call: func(ctx context.Context) {
			rows(ctx, report.Query{Periods: days, ByPeriod: true, Selection: timer.Selection{Users: []ids.User{{'u'}}}, GroupBy: []report.Dimension{report.Day}})
		}, want: []string{"SEARCH e USING INDEX ix_time_entries_user (tenant_id=? AND user_id=? AND started_at>? AND started_at<?)"}, sorted: true},
		{name: "report by days", call: func(ctx context.Context) {
			rows(ctx, report.Query{Periods: days, ByPeriod: true, GroupBy: []report.Dimension{report.Day, report.WorkItem}})
		}, want: []string{"SEARCH e USING INDEX ix_time_entries_tenant (tenant_id=? AND started_at>? AND started_at<?)"}, sorted: true},
		{name: "entries of a report", call: func(ctx context.Context) {
			entriesOf(ctx, report.EntriesQuery{From: now, To: now}, page.Request{})
		}, want: []string{"SEARCH e USING INDEX ix_time_entries_tenant (tenant_id=? AND started_at>? AND started_at<?)"}},
		{name: "a page of a user's entries of a report", call: func(ctx context.Context) {
			entriesOf(ctx, report.EntriesQuery{Selection: timer.Selection{Users: []ids.User{{'u'}}}, From: now, To: now}, request)
		}, want: []string{"SEARCH e USING INDEX ix_time_entries_user (tenant_id=? AND user_id=? AND started_at>? AND started_at<?)"}},
		{name: "a page of entries and adjustments", sorted: true, call: func(ctx context.Context) {
			entriesOf(ctx, report.EntriesQuery{From: now, To: now, Days: []report.DayBegin{{Day: someDay, At: now}}}, request)
		}, want: []string{
			"MERGE (UNION ALL)",
			"SEARCH e USING INDEX ix_time_entries_tenant (tenant_id=? AND started_at>? AND started_at<?)",
			"SEARCH q USING COVERING INDEX ix_timesheets_closed (tenant_id=? AND user_id=? AND from_at>? AND from_at<?)",
			"SCAN json_each VIRTUAL TABLE INDEX 1:",
			"SEARCH e USING INDEX ix_adjustments_day (tenant_id=? AND day>? AND day<?)",
		}},
		{name: "everybody's targets", sorted: true, call: func(ctx context.Context) { _, _ = store.EveryTarget(ctx, ids.Tenant{'t'}) }, want: []string{
			"SEARCH t USING PRIMARY KEY (tenant_id=?)",
		}},
		{name: "saved reports", call: func(ctx context.Context) { _, _ = store.SavedReports(ctx, ids.Tenant{'t'}, ids.User{'u'}) }, want: []string{
			"SEARCH o USING COVERING INDEX ix_saved_reports_owner (tenant_id=? AND owner_id=?)",
			"SEARCH h USING COVERING INDEX ix_saved_reports_shared (tenant_id=?)",
			"SEARCH l USING PRIMARY KEY (tenant_id=? AND id=?)",
		}, sorted: true},
		{name: "privacy requests", call: func(ctx context.Context) {
			_, _ = store.PrivacyRequests(ctx, ids.Tenant{'t'}, privacy.Filter{User: ids.User{'u'}}, page.Request{Limit: 50})
		}, want: []string{
			"SEARCH p USING PRIMARY KEY (tenant_id=? AND asked_at<?)",
		}},
		{name: "confirmation of a reference", call: func(ctx context.Context) { _, _ = store.PrivacyRequestOf(ctx, [32]byte{'r'}) }, want: []string{
			"SEARCH p USING INDEX sqlite_autoindex_privacy_requests_3 (reference_hash=?)",
		}},
		{name: "subscription", call: func(ctx context.Context) { _, _, _ = store.LockSubscription(ctx, ids.Subscription{'s'}) }, want: []string{
			"SEARCH subscriptions USING PRIMARY KEY (id=?)",
		}},
		{name: "changing a subscription", call: func(ctx context.Context) {
			_ = store.UpdateSubscription(ctx, ids.Tenant{'t'}, marketplace.Subscription{ID: ids.Subscription{'s'}, TenantID: ids.Tenant{'t'}})
		}, want: []string{"SEARCH subscriptions USING PRIMARY KEY (id=?)"}},
		{name: "subscription of a tenant", call: func(ctx context.Context) { _, _, _ = store.TenantSubscription(ctx, ids.Tenant{'t'}) }, want: []string{
			"SEARCH subscriptions USING INDEX sqlite_autoindex_subscriptions_2 (tenant_id=?)",
		}, sorted: true},
		{name: "due subscriptions", call: func(ctx context.Context) { _, _ = store.DueSubscriptions(ctx, now, 10) }, want: []string{
			"SEARCH subscriptions USING INDEX ix_subscriptions_check (check_at<?)",
		}},
		{name: "live subscriptions", call: func(ctx context.Context) { _, _ = store.LiveSubscriptions(ctx, ids.Subscription{'s'}, 10) }, want: []string{
			"SEARCH subscriptions USING PRIMARY KEY (id>?)",
		}},
		{name: "subscriptions of plans", call: func(ctx context.Context) {
			_, _ = store.SubscriptionsOf(ctx, []string{"a", "b"}, now, ids.Subscription{'s'}, 10)
		}, want: []string{"SEARCH subscriptions USING PRIMARY KEY (id>?)"}},
		{name: "delivery", call: func(ctx context.Context) { _, _, _ = store.Delivery(ctx, ids.Operation{'o'}) }, want: []string{
			"SEARCH marketplace_deliveries USING PRIMARY KEY (operation_id=?)",
		}},
		{name: "due deliveries", call: func(ctx context.Context) { _, _ = store.DueDeliveries(ctx, now, 10) }, want: []string{
			"SEARCH marketplace_deliveries USING INDEX ix_marketplace_deliveries_acknowledge (acknowledge_at<?)",
		}},
		{name: "current terms", call: func(ctx context.Context) { _, _, _ = store.CurrentTerms(ctx, ids.Tenant{'t'}) }, want: []string{
			"SEARCH tenant_terms USING INDEX ux_tenant_terms_current (tenant_id=?)",
		}},
		{name: "last terms", call: func(ctx context.Context) { _, _, _ = store.LastTerms(ctx, ids.Tenant{'t'}, now, now) }, want: []string{
			"SEARCH tenant_terms USING INDEX ix_tenant_terms_live (tenant_id=? AND effective_at<?)",
		}},
		{name: "paying tenants", call: func(ctx context.Context) {
			_, _ = store.PayingTenants(ctx, now, now, true, ids.Tenant{'t'}, 10)
		}, want: []string{
			"SEARCH tenant_terms USING COVERING INDEX ix_tenant_terms_live (tenant_id>?)",
			"SEARCH b USING COVERING INDEX ux_billing_records_monthly (tenant_id=? AND month=?)",
		}},
		{name: "active people", call: func(ctx context.Context) { _, _ = store.ActivePeople(ctx, ids.Tenant{'t'}, now, now) }, want: []string{
			"SEARCH u USING COVERING INDEX ix_users_email (tenant_id=?)",
			"SEARCH e USING INDEX ix_time_entries_user (tenant_id=? AND user_id=? AND started_at>? AND started_at<?)",
			"SEARCH r USING INDEX ux_time_entries_running (tenant_id=? AND user_id=?)",
		}},
		{name: "names without an address", call: func(ctx context.Context) { _, _ = store.NamesWithoutAddress(ctx, ids.Tenant{'t'}) }, want: []string{
			"SEARCH u USING PRIMARY KEY (tenant_id=?)",
		}},
		{name: "uncounted people", call: func(ctx context.Context) {
			_, _ = store.UncountedPeople(ctx, ids.Tenant{'t'}, billing.Period{SubscriptionID: ids.Subscription{'s'}, From: now}, now)
		}, want: []string{
			"SEARCH u USING PRIMARY KEY (tenant_id=?)",
			"SEARCH e USING INDEX ix_time_entries_user (tenant_id=? AND user_id=? AND started_at>? AND started_at<?)",
			"SEARCH r USING INDEX ux_time_entries_running (tenant_id=? AND user_id=?)",
			"SEARCH m USING COVERING INDEX ix_metered_users_period (tenant_id=? AND subscription_id=? AND period_at=? AND user_id=?)",
		}},
		{name: "counted people", call: func(ctx context.Context) {
			_, _ = store.CountMetered(ctx, ids.Tenant{'t'}, billing.Period{SubscriptionID: ids.Subscription{'s'}, From: now})
		}, want: []string{"SEARCH metered_users USING COVERING INDEX ix_metered_users_period (tenant_id=? AND subscription_id=? AND period_at=?)"}},
		{name: "billing records", call: func(ctx context.Context) {
			_, _ = store.Records(ctx, ids.Tenant{'t'}, billing.RecordFilter{From: now, To: now}, list)
		}, want: []string{"SEARCH l USING INDEX ix_billing_records_tenant (tenant_id=? AND occurred_at>? AND occurred_at<?)"}},
		{name: "a month's billing records", call: func(ctx context.Context) {
			_, _ = store.MonthRecords(ctx, ids.Tenant{'t'}, calendar.MonthOf(now))
		}, want: []string{"SEARCH l USING PRIMARY KEY (tenant_id=?)"}, sorted: true},
		{name: "billing record", call: func(ctx context.Context) { _, _ = store.Record(ctx, ids.Tenant{'t'}, ids.BillingRecord{'r'}) }, want: []string{
			"SEARCH l USING PRIMARY KEY (tenant_id=? AND id=?)",
		}},
		{name: "statement", call: func(ctx context.Context) {
			_, _ = store.StatementRecord(ctx, ids.Tenant{'t'}, billing.StatementNumber{Year: 2026, Seq: 1})
		}, want: []string{"SEARCH l USING INDEX ux_billing_records_statement (statement_year=? AND statement_seq=? AND tenant_id=?)"}},
		{name: "a record's seal", call: func(ctx context.Context) {
			_, _ = store.SealOf(ctx, ids.Tenant{'t'}, billing.Record{ID: ids.BillingRecord{'r'}, At: now})
		}, want: []string{"SEARCH l USING INDEX ux_chain_links_row (tenant_id=? AND kind=? AND row_at=? AND row_id=?)"}},
		{name: "usage", call: func(ctx context.Context) {
			_, _, _ = store.Usage(ctx, ids.Tenant{'t'}, ids.Subscription{'s'}, "d", now)
		}, want: []string{
			"SEARCH usage_events USING PRIMARY KEY (tenant_id=? AND subscription_id=? AND dimension=? AND hour_at=?)",
		}},
		{name: "open usage", call: func(ctx context.Context) { _, _ = store.OpenUsage(ctx, ids.Subscription{}, now, 10) }, want: []string{
			"SEARCH usage_events USING INDEX ix_usage_events_open (next_at<?)",
		}, sorted: true},
		{name: "open usage of a subscription", call: func(ctx context.Context) { _, _ = store.OpenUsage(ctx, ids.Subscription{'s'}, now, 10) }, want: []string{
			"SEARCH usage_events USING INDEX ix_usage_events_open (next_at<?)",
		}, sorted: true},
		{name: "the last link", call: func(ctx context.Context) { _, _, _ = store.LastLink(ctx, ids.Tenant{'t'}) }, want: []string{
			"SEARCH l USING PRIMARY KEY (tenant_id=?)",
		}},
		{name: "links with their rows", call: func(ctx context.Context) { _, _ = store.Links(ctx, ids.Tenant{'t'}, 1, 2, 10) }, want: []string{
			"SEARCH l USING PRIMARY KEY (tenant_id=? AND seq>? AND seq<?)",
			"SEARCH c USING INDEX ux_time_entry_changes_changed (tenant_id=? AND changed_at=? AND id=?) LEFT-JOIN",
			"SEARCH a USING PRIMARY KEY (tenant_id=? AND id=?) LEFT-JOIN",
			"SEARCH e USING PRIMARY KEY (tenant_id=? AND occurred_at=? AND id=?) LEFT-JOIN",
			"SEARCH b USING PRIMARY KEY (tenant_id=? AND id=?) LEFT-JOIN",
			"SEARCH r USING INDEX ux_access_records_hour (tenant_id=? AND hour_at=? AND id=?) LEFT-JOIN",
		}},
		{name: "links with salts", call: func(ctx context.Context) {
			_, _ = store.SaltedLinks(ctx, ids.Tenant{'t'}, []proof.RowName{{Kind: proof.AuditEvent, At: now}})
		}, want: []string{"SEARCH l USING INDEX ux_chain_links_row (tenant_id=? AND kind=? AND row_at=? AND row_id=?)"}},
		{name: "open erasures", call: func(ctx context.Context) { _, _ = store.OpenErasures(ctx, 10) }, want: []string{
			"SCAN e USING INDEX ix_erasures_open",
		}},
		{name: "files of imports", call: func(ctx context.Context) { _, _ = store.Files(ctx, ids.Tenant{'t'}) }, want: []string{
			"SEARCH p USING PRIMARY KEY (tenant_id=?)",
		}},
		{name: "clearing a person", call: func(ctx context.Context) {
			_ = store.EraseUser(ctx, ids.Tenant{'t'}, ids.User{'u'}, "n", []string{"a"})
		}, want: []string{
			"SEARCH users USING PRIMARY KEY (tenant_id=? AND id=?)",
			"SEARCH users USING INDEX ux_users_invited (tenant_id=? AND email=?)",
		}},
		{name: "texts", call: func(ctx context.Context) {
			for _, table := range privacy.TextTables() {
				goThrough(ctx, t, store, ids.Tenant{'t'}, table, "x")
			}
		}, want: []string{
			"SEARCH time_entries USING INDEX ix_time_entries_tenant (tenant_id=? AND started_at>?)",
			"SEARCH time_entry_changes USING PRIMARY KEY (tenant_id=? AND entry_id>?)",
			"SEARCH write_backs USING INDEX ix_write_backs_work_item (tenant_id=? AND work_item_id>?)",
			"SEARCH adjustments USING INDEX ix_adjustments_made (tenant_id=? AND made_at>?)",
			"SEARCH audit_events USING PRIMARY KEY (tenant_id=? AND occurred_at>?)",
			"SEARCH import_rows USING PRIMARY KEY (tenant_id=? AND import_id>?)",
			"SEARCH site_names USING PRIMARY KEY (tenant_id=? AND name_key>?)",
			"SEARCH idempotency_keys USING PRIMARY KEY (tenant_id=? AND user_id>?)",
		}},
		{name: "endings", call: func(ctx context.Context) { _, _ = store.EndingsAfter(ctx, ids.Tenant{'t'}, 1) }, want: []string{
			"SEARCH l USING COVERING INDEX ix_chain_links_endings (tenant_id=? AND kind>?)",
		}},
		{name: "links of old rows", sorted: true, call: func(ctx context.Context) {
			_, _ = store.SealedBetween(ctx, ids.Tenant{'t'}, proof.AuditEvent, time.UnixMilli(0), now)
		}, want: []string{"SEARCH l USING INDEX ux_chain_links_row (tenant_id=? AND kind=? AND row_at>? AND row_at<?)"}},
		{name: "unsealed changes", call: func(ctx context.Context) {
			_, _ = store.UnsealedRows(ctx, ids.Tenant{'t'}, proof.EntryChange, page.Position{At: now}, now, 10)
		}, want: []string{
			"SEARCH r USING INDEX ux_time_entry_changes_changed (tenant_id=? AND changed_at>? AND changed_at<?)",
			"SEARCH l USING COVERING INDEX ux_chain_links_row (tenant_id=? AND kind=? AND row_at=? AND row_id=?)",
		}},
		{name: "unsealed adjustments", call: func(ctx context.Context) {
			_, _ = store.UnsealedRows(ctx, ids.Tenant{'t'}, proof.Adjustment, page.Position{At: now}, now, 10)
		}, want: []string{"SEARCH r USING INDEX ix_adjustments_made (tenant_id=? AND made_at>? AND made_at<?)"}},
		{name: "unsealed audit events", call: func(ctx context.Context) {
			_, _ = store.UnsealedRows(ctx, ids.Tenant{'t'}, proof.AuditEvent, page.Position{At: now}, now, 10)
		}, want: []string{"SEARCH r USING PRIMARY KEY (tenant_id=? AND occurred_at>? AND occurred_at<?)"}},
		{name: "unsealed billing records", call: func(ctx context.Context) {
			_, _ = store.UnsealedRows(ctx, ids.Tenant{'t'}, proof.BillingRecord, page.Position{At: now}, now, 10)
		}, want: []string{"SEARCH r USING INDEX ix_billing_records_tenant (tenant_id=? AND occurred_at>? AND occurred_at<?)"}},
		{name: "unsealed access records", call: func(ctx context.Context) {
			_, _ = store.UnsealedRows(ctx, ids.Tenant{'t'}, proof.AccessRecord, page.Position{At: now}, now, 10)
		}, want: []string{"SEARCH r USING INDEX ux_access_records_hour (tenant_id=? AND hour_at>? AND hour_at<?)"}},
		{name: "a read", call: func(ctx context.Context) {
			_ = store.NoteReads(ctx, ids.Tenant{'t'}, []audit.AccessRecord{{ID: ids.Access{'a'}, Hour: now, Whose: ids.User{'u'}}})
		}, want: []string{
			"SEARCH access_records USING COVERING INDEX ux_access_records_hour (tenant_id=? AND hour_at=? AND id=?)", "SCAN CONSTANT ROW",
			"SEARCH users USING PRIMARY KEY (tenant_id=? AND id=?)",
		}},
		{name: "who read data of a user", call: func(ctx context.Context) {
			_, _ = store.AccessRecordsOf(ctx, ids.Tenant{'t'}, ids.User{'u'}, list)
		}, want: []string{
			"SEARCH l USING PRIMARY KEY (tenant_id=? AND subject_id=? AND hour_at<?)",
			"SEARCH u USING PRIMARY KEY (tenant_id=? AND id=?) LEFT-JOIN",
			"SEARCH users USING PRIMARY KEY (tenant_id=? AND id=?)",
		}},
		{name: "who read data in some hours", call: func(ctx context.Context) {
			_, _ = store.AccessRecords(ctx, ids.Tenant{'t'}, now, now, list)
		}, want: []string{"SEARCH l USING INDEX ux_access_records_hour (tenant_id=? AND hour_at>? AND hour_at<?)"}},
		{name: "all about who read", call: func(ctx context.Context) {
			_, _ = store.AccessesAbout(ctx, ids.Tenant{'t'}, ids.User{'u'}, list)
		}, want: []string{"SEARCH l USING INDEX ux_access_records_hour (tenant_id=? AND hour_at<?)"}},
		{name: "tenants with unsealed changes", call: func(ctx context.Context) {
			_, _, _ = store.TenantsWithUnsealed(ctx, proof.EntryChange, now, time.Hour, ids.Tenant{'t'}, 10)
		}, want: []string{
			"SEARCH t USING PRIMARY KEY (id>?)", "SEARCH y USING COVERING INDEX ux_chain_links_row (tenant_id=? AND kind=?)",
			"SEARCH r USING COVERING INDEX ux_time_entry_changes_changed (tenant_id=? AND changed_at>? AND changed_at<?)",
		}},
		{name: "what ends", sorted: true, call: func(ctx context.Context) {
			for _, class := range privacy.RetainedClasses() {
				_, _ = store.CountRetained(ctx, ids.Tenant{'t'}, class, now)
				_, _ = store.EndRetained(ctx, ids.Tenant{'t'}, class, now, 10)
			}
			_, _ = store.RetentionRuns(ctx, ids.Tenant{'t'})
		}, want: []string{
			"SEARCH timer_events USING PRIMARY KEY (tenant_id=? AND occurred_at<?)",
			"SEARCH actions USING PRIMARY KEY (tenant_id=? AND occurred_at<?)",
			"SEARCH metered_users USING COVERING INDEX ix_metered_users_period (tenant_id=?)",
			"SEARCH usage_events USING",
			"SEARCH reminders USING PRIMARY KEY (tenant_id=?)",
			"SEARCH imports USING INDEX ix_imports_created (tenant_id=? AND created_at<?)",
			"SEARCH retention_runs USING PRIMARY KEY (tenant_id=?)",
		}},
		{name: "usage since a day", call: func(ctx context.Context) { _, _ = store.UsageSince(ctx, now) }, want: []string{
			"SEARCH usage_events USING INDEX ix_usage_events_hour (hour_at>?)",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			e.t, e.plans = t, nil
			if err := store.Tx(t.Context(), ids.Tenant{'t'}, func(ctx context.Context) error {
				test.call(ctx)
				return nil
			}); err != nil {
				t.Error(err)
			}
			for _, want := range test.want {
				if !contains(e.plans, want) {
					t.Errorf("want %q in\n%s", want, strings.Join(e.plans, "\n"))
				}
			}
			for _, step := range e.plans {
				isTable := strings.HasPrefix(step, "SCAN ") && !contains(test.want, step) &&
					!strings.HasPrefix(step, "SCAN (") && !strings.Contains(step, "VIRTUAL TABLE") &&
					step != "SCAN d" && step != "SCAN g"
				if isTable || (!test.sorted && strings.Contains(step, "TEMP B-TREE")) {
					t.Errorf("%q in\n%s", step, strings.Join(e.plans, "\n"))
				}
			}
		})
	}
}

func contains(steps []string, beginning string) bool {
	for _, step := range steps {
		if strings.HasPrefix(step, beginning) {
			return true
		}
	}
	return false
}
