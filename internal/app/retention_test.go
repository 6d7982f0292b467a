package app_test

import (
	"bytes"
	"context"
	"regexp"
	"testing"
	"time"

	"timetracker/internal/app"
	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/config"
	"timetracker/internal/domaintest"
	"timetracker/internal/ids"
	"timetracker/internal/sqlstore"
	"timetracker/internal/tenant"
)

// TestOperatorsEndWhatIsDue prints what is due, ends it, and finds nothing more.
func TestOperatorsEndWhatIsDue(t *testing.T) {
	path := domaintest.Database(t)
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{URL: "sqlite:" + path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	tenants := tenant.NewService(store, time.Now, calendar.CheckZone)
	ada, err := tenants.SignUp(t.Context(), domaintest.Person(ids.New[ids.Directory](), "Ada"),
		tenant.SignUpRequest{Name: "Contoso", Slug: "contoso", AzureDevOpsOrganization: "contoso", AdminEmail: "ada@contoso.example", TimeZone: "UTC"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = tenants.ChangeTenant(t.Context(), ada, ada.Tenant.Revision, tenant.SettingsPatch{ActionLogDays: new(92)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = store.Tx(t.Context(), ada.Tenant.ID, func(ctx context.Context) error {
		locked, err := store.LockTenant(ctx, ada.Tenant.ID)
		if err != nil {
			return err
		}
		locked.Removal = tenant.Removal{AskedAt: locked.CreatedAt, AskedBy: ada.User.ID, At: locked.CreatedAt.AddDate(0, 0, 7)}
		locked.Revision++
		if err := store.UpdateTenant(ctx, locked.ID, locked); err != nil {
			return err
		}
		return store.InsertAction(ctx, ada.Tenant.ID, audit.Action{
			ID: ids.New[ids.Action](), Type: "open_page", Page: "people", At: time.UnixMilli(1_500_000_000_000), User: ada.User.Actor(),
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	c := config.Config{DatabaseURL: config.Secret("sqlite:" + path)}
	for _, want := range []struct {
		dryRun bool
		column string
		rows   string

		organization string
	}{
		{true, "DUE", "1", `contoso +organization +2[0-9-]{9}T[0-9:.]+Z\n`}, {true, "DUE", "1", `contoso +organization .*\n`},
		{false, "ENDED", "1", ""}, {false, "ENDED", "0", ""},
	} {
		var out bytes.Buffer
		if err := app.Retain(t.Context(), c, want.dryRun, &out, discard); err != nil {
			t.Fatal(err)
		}
		lines := regexp.MustCompile(`^TENANT +CLASS +` + want.column + `\ncontoso +timer_log +0\ncontoso +action_log +` + want.rows +
			`\n(contoso +[a-z_]+ +0\n)+` + want.organization + `$`)
		if !lines.MatchString(out.String()) {
			t.Errorf("printed %q", out.String())
		}
	}
}
