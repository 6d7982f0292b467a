package privacy_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/importer"
	"timetracker/internal/privacy"
	"timetracker/internal/tenant"
)

// rowsOf is how many rows of a class have ended.
func rowsOf(all []privacy.Ended, class privacy.RetainedClass) (rows int) {
	for _, ended := range all {
		if ended.Class == class {
			rows += ended.Rows
		}
	}
	return rows
}

// retentions are the world's, and end what is due of all tenants.
func retentions(t *testing.T, w *domaintest.World, dryRun bool) map[privacy.RetainedClass]int {
	t.Helper()
	all, err := privacy.NewRetentions(w.Store, w.Proof, w.Clock.Now).End(t.Context(), dryRun)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[privacy.RetainedClass]int{}
	for _, ended := range all {
		if ended.Rows > 0 {
			rows[ended.Class] += ended.Rows
		}
	}
	return rows
}

// act records what somebody did on the pages, many times at one instant.
func act(t *testing.T, w *domaintest.World, m tenant.Member, at time.Time, times int) {
	t.Helper()
	w.Exec(t, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT INTO actions (tenant_id, occurred_at, id, user_id, action_type, page) SELECT ?, ?, randomblob(16), ?, 'open_page', 'people' FROM n`,
		times, m.Tenant.ID[:], at.UnixMilli(), m.User.ID[:])
}

func set(t *testing.T, w *domaintest.World, m tenant.Member, patch tenant.SettingsPatch) (tenant.Member, error) {
	t.Helper()
	current, err := w.Store.TenantBySlug(t.Context(), m.Tenant.Slug)
	if err != nil {
		t.Fatal(err)
	}
	m.Tenant, err = w.Tenants.ChangeTenant(t.Context(), m, current.Revision, patch, w.Work.RenameOrganization)
	return m, err
}

// Logs are kept as long as the tenant, until a super_admin says for how many days.
func TestLogsEndAsTheTenantSets(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	grace := w.Join(t, ada, "Grace")
	now := w.Clock.Now()
	act(t, w, grace, now.AddDate(0, 0, -200), 2500)
	act(t, w, grace, now.AddDate(0, 0, -100), 3)
	if rows := retentions(t, w, false); len(rows) > 0 {
		t.Errorf("%v have ended before anybody has set anything", rows)
	}
	for _, days := range []int{-1, 1, 91, 3661} {
		_, err := set(t, w, ada, tenant.SettingsPatch{ActionLogDays: &days})
		refused(t, err, errs.RuleBroken, "log_days_invalid")
		_, err = set(t, w, ada, tenant.SettingsPatch{TimerLogDays: &days})
		refused(t, err, errs.RuleBroken, "log_days_invalid")
	}
	_, err := set(t, w, grace, tenant.SettingsPatch{ActionLogDays: new(100)})
	refused(t, err, errs.Forbidden, "role_required")
	ada, err = set(t, w, ada, tenant.SettingsPatch{ActionLogDays: new(101), TimerLogDays: new(92)})
	if err != nil {
		t.Fatal(err)
	}
	changes := w.Texts(t, `SELECT changes FROM audit_events WHERE changes LIKE '%log_days%'`)
	want := []string{`[{"field":"timer_log_days","old":"0","new":"92"},{"field":"action_log_days","old":"0","new":"101"}]`}
	if diff := cmp.Diff(want, changes); diff != "" {
		t.Error(diff)
	}

	due := map[privacy.RetainedClass]int{privacy.LogOfActions: 2500}
	if diff := cmp.Diff(due, retentions(t, w, true)); diff != "" {
		t.Errorf("a dry run:\n%s", diff)
	}
	if n := w.Count(t, `SELECT COUNT(*) FROM actions`); n != 2503 {
		t.Errorf("a dry run leaves %d", n)
	}
	if diff := cmp.Diff(due, retentions(t, w, false)); diff != "" {
		t.Errorf("the job:\n%s", diff)
	}
	if n := w.Count(t, `SELECT COUNT(*) FROM actions`); n != 3 {
		t.Errorf("%d are left", n)
	}
	w.Clock.Add(24 * time.Hour)
	if rows := retentions(t, w, false); len(rows) > 0 {
		t.Errorf("%v have ended again", rows)
	}
	reported := map[privacy.RetainedClass]privacy.Retained{}
	report, err := privacy.NewRetentions(w.Store, w.Proof, w.Clock.Now).Report(t.Context(), ada)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range report {
		reported[one.Class] = one
	}
	wanted := privacy.Retained{
		Class: privacy.LogOfActions, Retention: privacy.AsLogs, Days: 101,
		Last: privacy.RetentionRun{Class: privacy.LogOfActions, RanAt: now.Add(24 * time.Hour), RemovedAt: now, Removed: 2500},
	}
	if diff := cmp.Diff(wanted, reported[privacy.LogOfActions]); diff != "" {
		t.Error(diff)
	}
	_, err = privacy.NewRetentions(w.Store, w.Proof, w.Clock.Now).Report(t.Context(), grace)
	refused(t, err, errs.Forbidden, "role_required")
}

// A batch is small, and what a run has ended before it was stopped stays ended, and told.
func TestRetentionIsStoppedAnywhere(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	ada, err := set(t, w, ada, tenant.SettingsPatch{ActionLogDays: new(92)})
	if err != nil {
		t.Fatal(err)
	}
	act(t, w, ada, w.Clock.Now().AddDate(-1, 0, 0), 2500)
	stopping := &stoppingStore{RetentionStore: w.Store, left: 2}
	_, err = privacy.NewRetentions(stopping, w.Proof, w.Clock.Now).End(t.Context(), false)
	if !errors.Is(err, errStopped) {
		t.Fatal(err)
	}
	if n := w.Count(t, `SELECT COUNT(*) FROM actions`); n != 500 {
		t.Errorf("%d are left", n)
	}
	told := func() []string {
		return w.Texts(t, `SELECT removed || ' at ' || (removed_at - ?) FROM retention_runs WHERE class = 'action_log'`, w.Clock.Now().UnixMilli())
	}
	if diff := cmp.Diff([]string{"2000 at 0"}, told()); diff != "" {
		t.Error(diff)
	}
	w.Clock.Add(time.Minute)
	if diff := cmp.Diff(map[privacy.RetainedClass]int{privacy.LogOfActions: 500}, retentions(t, w, false)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"500 at 0"}, told()); diff != "" {
		t.Error(diff)
	}
}

var errStopped = errors.New("the process stops")

// stoppingStore ends some batches, and no more.
type stoppingStore struct {
	privacy.RetentionStore
	left int
}

func (s *stoppingStore) EndRetained(ctx context.Context, id ids.Tenant, class privacy.RetainedClass, before time.Time, limit int) (int, error) {
	if s.left == 0 {
		return 0, errStopped
	}
	s.left--
	return s.RetentionStore.EndRetained(ctx, id, class, before, limit)
}

// A life leaves something of every class, and each has an end of its own.
func TestEveryClassEnds(t *testing.T) {
	l := newLife(t)
	ctx := t.Context()
	_, err := l.Imports.Begin(ctx, l.ada, importer.Options{FileName: "left.csv"})
	l.must(err)
	if l.Count(t, `SELECT COUNT(*) FROM usage_events`) == 0 {
		l.Exec(t, `INSERT INTO usage_events (tenant_id, subscription_id, dimension, hour_at, effective_at, plan_id, quantity, accepted_quantity,
			state, status, attempts, carries) SELECT tenant_id, subscription_id, 'active_user', period_at - period_at % 3600000,
			period_at - period_at % 3600000, 'active', 1, 1, 'accepted', '', 1, 0 FROM metered_users GROUP BY tenant_id, subscription_id, period_at`)
	}
	l.settings(tenant.SettingsPatch{TimerLogDays: new(3660), ActionLogDays: new(3660)})
	began := l.Clock.Now()
	l.keepContracts(began)
	ends := map[privacy.RetainedClass][]int{}
	for _, days := range []int{0, 6, 8, 400, 480, 7*365 - 100, 7*365 + 100, 3550, 3800} {
		l.Clock.Set(began.AddDate(0, 0, days))
		due := retentions(t, l.World, true)
		if diff := cmp.Diff(due, retentions(t, l.World, false)); diff != "" {
			t.Errorf("after %d days the dry run and the run differ:\n%s", days, diff)
		}
		for class := range due {
			ends[class] = append(ends[class], days)
		}
	}
	want := map[privacy.RetainedClass][]int{
		privacy.UnfinishedImports: {0, 8}, privacy.PastReminders: {400}, privacy.BilledPeople: {2655}, privacy.MeteredPeople: {2655},
		privacy.ReportedUsage: {2655}, privacy.PastTerms: {2655}, privacy.MarketplaceEvents: {2655}, privacy.LogOfTimers: {3800}, privacy.LogOfActions: {3800},
	}
	if diff := cmp.Diff(want, ends); diff != "" {
		t.Errorf("ends in days:\n%s", diff)
	}
	for _, table := range []string{"timer_events", "actions", "metered_users", "usage_events", "reminders"} {
		if n := l.Count(t, `SELECT COUNT(*) FROM `+table); n != 0 {
			t.Errorf("%s has %d rows", table, n)
		}
	}
	for _, table := range []string{"tenant_terms WHERE ends_at IS NULL", "tenant_terms", "marketplace_deliveries WHERE attempts = 7", "marketplace_deliveries"} {
		if n := l.Count(t, `SELECT COUNT(*) FROM `+table); n != 1 {
			t.Errorf("%s has %d rows, want what holds or is still to be told", table, n)
		}
	}
	l.must(l.Imports.Work(ctx))
	if n := l.Count(t, `SELECT COUNT(*) FROM imports WHERE file_name = 'left.csv'`); n != 0 {
		t.Error("the import that nobody has gone on with is still there")
	}
	if l.Count(t, `SELECT COUNT(*) FROM audit_events`) == 0 || l.Count(t, `SELECT COUNT(*) FROM access_records`) == 0 || l.Count(t, `SELECT COUNT(*) FROM billing_records`) == 0 {
		t.Error("sealed rows have ended")
	}
	l.holds()
}

// keepContracts keeps terms that end at an instant, and two events of it, of which Microsoft is still to be told of one.
func (l *life) keepContracts(at time.Time) {
	l.t.Helper()
	l.Exec(l.t, `INSERT INTO tenant_terms (tenant_id, id, effective_at, ends_at, plan_name, status, subscription_id, plan_id, plan_title, model,
			seats, currency, rate_minor, agreed, base_minor, included, free_trial, live)
		SELECT tenant_id, randomblob(16), ? - 1000, ?, plan_name, status, subscription_id, plan_id, plan_title, model,
			seats, currency, rate_minor, agreed, base_minor, included, free_trial, 0 FROM tenant_terms WHERE ends_at IS NULL`,
		at.UnixMilli(), at.UnixMilli())
	for _, told := range []any{nil, at.UnixMilli()} {
		l.Exec(l.t, `INSERT INTO marketplace_deliveries (operation_id, tenant_id, subscription_id, action, outcome, code, message, received_at,
				acknowledge_at, attempts)
			SELECT randomblob(16), tenant_id, id, 'ChangePlan', 'applied', '', '', ?, ?, CASE WHEN ? IS NULL THEN 0 ELSE 7 END FROM subscriptions`,
			at.UnixMilli(), told, told)
	}
}
