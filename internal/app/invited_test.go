package app_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"timetracker/internal/app"
	"timetracker/internal/calendar"
	"timetracker/internal/config"
	"timetracker/internal/domaintest"
	"timetracker/internal/ids"
	"timetracker/internal/sqlstore"
	"timetracker/internal/tenant"
)

// TestTheOperatorFindsInvitations shows what two organizations hold of somebody from elsewhere whom they have invited, and leaves
// a record in both.
func TestTheOperatorFindsInvitations(t *testing.T) {
	path := domaintest.Database(t)
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{URL: "sqlite:" + path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	tenants := tenant.NewService(store, time.Now, calendar.CheckZone)
	c := config.Config{DatabaseURL: config.Secret("sqlite:" + path)}
	show := func(address string) string {
		t.Helper()
		var out bytes.Buffer
		if err := app.ShowInvited(t.Context(), c, address, "Olga", &out, discard); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	var invited []tenant.Member
	for _, slug := range []string{"contoso", "fabrikam", "northwind"} {
		admin, err := tenants.SignUp(t.Context(), domaintest.Person(ids.New[ids.Directory](), "Ada"),
			tenant.SignUpRequest{Name: slug, Slug: slug, AzureDevOpsOrganization: slug, AdminEmail: "ada@contoso.example", TimeZone: "UTC"})
		if err != nil {
			t.Fatal(err)
		}
		invitation := tenant.Invitation{Email: "uma@home.example", Name: "Uma\x1b[2J"}
		if slug == "northwind" {
			invitation.Email = "numa@home.example"
		}
		users, err := tenants.Invite(t.Context(), admin, []tenant.Invitation{invitation})
		if err != nil {
			t.Fatal(err)
		}
		invited = append(invited, tenant.Member{Tenant: admin.Tenant, User: users[0]})
	}
	if out := show("nobody@home.example"); !strings.Contains(out, "No organization has invited") {
		t.Errorf("of nobody: %s", out)
	}
	out := show("UMA@home.example")
	for _, want := range []string{"contoso", "fabrikam", `"uma@home.example"`, `"Uma`, `"Ada"`} {
		if !strings.Contains(out, want) {
			t.Errorf("%s isn't in %s", want, out)
		}
	}
	if strings.Contains(out, "numa@") || strings.Contains(out, "\x1b") {
		t.Errorf("somebody else, or a control character: %q", out)
	}
	for i, m := range invited {
		records := accessesOf(t, store, m)
		read := len(records) == 1 && records[0].By.Operator == "privacy invited, by Olga"
		if read != (i < 2) {
			t.Errorf("the records of %s: %+v", m.Tenant.Slug, records)
		}
	}
}
