package sqlstore_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/sqlstore"
	"timetracker/internal/tenant"
)

// contoso is a tenant with one person on a file, and a connection to it as another process has one.
type contoso struct {
	t       *testing.T
	store   *sqlstore.Store
	now     func() time.Time
	tenants *tenant.Service
	ada     tenant.Person
	member  tenant.Member
	other   *sql.DB
	revised func() int64
}

func newContoso(t *testing.T) *contoso {
	t.Helper()
	path := filepath.Join(t.TempDir(), "timetracker.db")
	store := open(t, "sqlite:"+path)
	now := func() time.Time { return time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC) }
	c := &contoso{
		t: t, store: store, now: now, tenants: tenant.NewService(store, now, calendar.CheckZone),
		ada: tenant.Person{DirectoryID: ids.New[ids.Directory](), ObjectID: ids.New[ids.Object](), Name: "Ada"},
	}
	c.revised = func() int64 {
		t.Helper()
		revision, err := store.MemberRevision(t.Context(), c.ada.DirectoryID)
		if err != nil {
			t.Fatal(err)
		}
		return revision
	}
	var err error
	if c.member, err = c.tenants.SignUp(t.Context(), c.ada, tenant.SignUpRequest{
		Name: "Contoso", Slug: "contoso", AzureDevOpsOrganization: "contoso", AdminEmail: "ada@contoso.example",
	}); err != nil {
		t.Fatal(err)
	}
	if c.other, err = sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.other.Close() })
	return c
}

// exec is a change by another process.
func (c *contoso) exec(text string, args ...any) {
	c.t.Helper()
	if _, err := c.other.ExecContext(c.t.Context(), text, args...); err != nil {
		c.t.Fatalf("%s: %v", text, err)
	}
}

// columns are those of a table.
func (c *contoso) columns(table string) (names []string) {
	c.t.Helper()
	rows, err := c.other.QueryContext(c.t.Context(), `SELECT name FROM pragma_table_info(?)`, table)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			c.t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil || len(names) == 0 {
		c.t.Fatal(names, err)
	}
	return names
}

// TestEveryChangeOfAMemberIsCounted tries each column that Member reads.
func TestEveryChangeOfAMemberIsCounted(t *testing.T) {
	c := newContoso(t)
	counts := func(t *testing.T, want bool, text string, args ...any) {
		t.Helper()
		before := c.revised()
		if before == 0 {
			t.Fatal("nothing is counted")
		}
		c.exec(text, args...)
		if counted := c.revised() > before; counted != want {
			t.Errorf("%s: counted is %v, want %v", text, counted, want)
		}
	}
	for _, column := range c.columns("tenants") {
		counts(t, true, "UPDATE tenants SET "+column+" = "+column)
	}
	for _, column := range c.columns("users") {
		counts(t, column != "last_sign_in_at", "UPDATE users SET "+column+" = "+column)
	}
	bob := ids.New[ids.User]()
	counts(t, true, `INSERT INTO users SELECT tenant_id, ?, NULL, 'b@contoso.example', 'Bob', role, status, auth_provider,
		is_external, claimed_email, time_zone, zone_chosen, week_start, NULL, 0, 0, NULL, invited_by, invited_at, first_sign_in_at, last_sign_in_at, created_at,
		revision FROM users`, bob)
	counts(t, true, "DELETE FROM users WHERE id = ?", bob)

	counts(t, false, `INSERT INTO tenants SELECT ?, ?, name, 'fabrikam', azure_devops_organization, admin_email, billing_name, billing_address, currency,
		plan_name, status, trial_ends_at, paid_seats, rate_minor, time_zone, on_start_while_running, auto_stop_after_ms,
		edit_window_days, allow_overlap, team_objection, write_back, write_back_step, write_back_remaining, join_policy, week_start, lock_after_days, timer_log_days, action_log_days, NULL, cancelled_at, deletion_asked_at, deletion_asked_by,
		deletion_at, removal_at, removed_at, created_at, revision FROM tenants`,
		ids.New[ids.Tenant](), ids.New[ids.Directory]())
	counts(t, false, "UPDATE tenants SET name = 'Fabrikam' WHERE slug = 'fabrikam'")
	counts(t, true, "UPDATE tenants SET directory_id = ? WHERE slug = 'contoso'", ids.New[ids.Directory]())
}

// TestARememberedMemberIsCurrent changes a member from outside of the process that remembers it.
func TestARememberedMemberIsCurrent(t *testing.T) {
	c := newContoso(t)
	signIn := func() (tenant.Member, error) { return c.tenants.SignIn(context.WithoutCancel(t.Context()), c.ada) }
	for range 2 {
		if m, err := signIn(); err != nil || m != c.member {
			t.Fatalf("signed in as %v (%v), want %v", m, err, c.member)
		}
	}
	c.exec("UPDATE users SET role = 'user', name = 'Ada L.'")
	c.exec("UPDATE tenants SET status = 'suspended', auto_stop_after_ms = 1000")
	want := c.member
	want.User.Role, want.User.Name = tenant.RoleUser, "Ada L."
	want.Tenant.Status, want.Tenant.Settings.AutoStopAfter = tenant.Suspended, time.Second
	for range 2 {
		if m, err := signIn(); err != nil || m != want {
			t.Errorf("signed in as %v (%v), want %v", m, err, want)
		}
	}
	c.exec("UPDATE users SET status = 'deactivated'")
	if m, err := signIn(); err == nil {
		t.Errorf("who was deactivated signed in as %v", m)
	}
	c.exec("UPDATE users SET status = 'active'")
	if m, err := signIn(); err != nil || m != want {
		t.Errorf("signed in as %v (%v), want %v", m, err, want)
	}
	c.exec("DELETE FROM users")
	if m, err := signIn(); err == nil && m.User.ID == want.User.ID {
		t.Errorf("who was removed signed in as %v", m)
	}
}
