package app_test

import (
	"bytes"
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"timetracker/internal/app"
	"timetracker/internal/calendar"
	"timetracker/internal/config"
	"timetracker/internal/domaintest"
	"timetracker/internal/ids"
	"timetracker/internal/proof"
	"timetracker/internal/sqlstore"
	"timetracker/internal/tenant"
)

// TestVerify verifies the chains of two customers, one of whom has no row.
func TestVerify(t *testing.T) {
	path := domaintest.Database(t)
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{URL: "sqlite:" + path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	tenants := tenant.NewService(store, time.Now, calendar.CheckZone)
	for _, slug := range []string{"contoso", "fabrikam"} {
		_, err := tenants.SignUp(t.Context(), domaintest.Person(ids.New[ids.Directory](), "Ada"), tenant.SignUpRequest{
			Name: slug, Slug: slug, AzureDevOpsOrganization: slug, AdminEmail: "ada@contoso.example", TimeZone: "UTC",
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := proof.NewService(store, time.Now).SealAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	verify := func(v app.Verification) (string, error) {
		var out bytes.Buffer
		err := app.Verify(context.WithoutCancel(t.Context()), config.Config{DatabaseURL: config.Secret("sqlite:" + path)}, v, &out, discard)
		return out.String(), err
	}
	const whole = `tenant +contoso\nchain +holds\nlinks +1\nwithout texts +0 by erasures, 0 by retention\nnot sealed yet +0\nhead to keep +1:[0-9a-f]{64}\n`
	out, err := verify(app.Verification{})
	if err != nil {
		t.Fatal(err)
	}
	checkBill(t, out, `^`+whole+`tenant +fabrikam\nchain +holds\n`)
	head := out[strings.Index(out, "1:") : strings.Index(out, "1:")+66]
	if out, err = verify(app.Verification{Slug: "contoso", Head: head}); err != nil {
		t.Fatal(err)
	}
	checkBill(t, out, `^`+whole+`$`)
	other := "2" + head[1:]
	if out, err = verify(app.Verification{Slug: "contoso", Head: other}); err == nil || !strings.Contains(out, "DOES NOT HOLD: link 2: The chain was cut") {
		t.Errorf("a chain that was cut: %v\n%s", err, out)
	}
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `UPDATE audit_events SET actor_name = 'Eve'`); err != nil {
		t.Fatal(err)
	}
	if out, err = verify(app.Verification{}); err == nil || err.Error() != "2 of 2 chains don't hold" {
		t.Errorf("a row was altered: %v", err)
	}
	checkBill(t, out, `^tenant +contoso\nchain +DOES NOT HOLD: link 1 \(audit_event [-0-9a-f]{36}\): The row was altered`)
	for _, v := range []app.Verification{{Slug: "initech"}, {Slug: "contoso", Head: "1"}} {
		if _, err := verify(v); err == nil {
			t.Errorf("%+v was verified", v)
		}
	}
}
