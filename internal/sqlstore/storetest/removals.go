package storetest

import (
	"context"
	"testing"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
	"timetracker/internal/tenant"
)

// testRemovals removes one of two tenants, of which the other one must keep everything.
func testRemovals(t *testing.T, store Store) {
	c, other := newCompany(t, store), newCompany(t, store)
	for _, of := range []*company{c, other} {
		task := item("Payments", "101")
		of.keep(entry(of.ada, task, at(8, 0), at(9, 0)), entry(of.bob, task, at(9, 0), at(10, 0)))
		of.bob.Approver, of.bob.Revision = tenant.UserRef{ID: of.ada.ID, Name: of.ada.Name}, of.bob.Revision+1
		of.tx(func(ctx context.Context) error { return store.UpdateUser(ctx, of.tenant.ID, of.bob) })
	}
	testNames(t, c)
	if must[bool](t)(store.KeepsRecords(t.Context(), c.tenant.ID)) {
		t.Error("a tenant without a subscription keeps records")
	}
	removed := map[string]int{}
	for _, step := range store.RemovalSteps(true) {
		for {
			rows := must[[]privacy.RemovableRow](t)(store.NextToRemove(t.Context(), c.tenant.ID, step, 1))
			if len(rows) == 0 {
				break
			}
			c.tx(func(ctx context.Context) error { return store.RemoveRows(ctx, c.tenant.ID, step, rows) })
			removed[step.Table] += len(rows)
		}
	}
	c.tx(func(ctx context.Context) error { return store.RemoveTenant(ctx, c.tenant.ID) })
	if removed["time_entries"] != 2 || removed["users"] != 3 || removed["work_items"] != 1 {
		t.Errorf("removed are %v", removed)
	}
	err := store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
		_, err := store.LockTenant(ctx, c.tenant.ID)
		return err
	})
	if !errs.Is(err, errs.NotFound) {
		t.Errorf("the tenant is left: %v", err)
	}
	equal(t, "the other one's user", other.bob.Approver.ID, must[tenant.User](t)(store.User(t.Context(), other.tenant.ID, other.bob.ID)).Approver.ID)
	equal(t, "the other one's entries", 2, must[int](t)(remaining(t, other, "time_entries")))
	other.subscribe()
	testTables(t, other)
	if !must[bool](t)(store.KeepsRecords(t.Context(), other.tenant.ID)) {
		t.Error("a tenant with a subscription keeps nothing")
	}
	unknown := privacy.RemovalStep{Table: "billing_records", Seals: proof.BillingRecord}
	if _, err := store.NextToRemove(t.Context(), other.tenant.ID, unknown, 1); err == nil {
		t.Error("billing records can be removed")
	}
}

// testTables reads tables row by row, and at once.
func testTables(t *testing.T, c *company) {
	t.Helper()
	for table, columns := range map[string][]string{
		"tenants": {"name", "created_at"}, "users": {"id", "name", "is_external"}, "time_entries": {"started_at", "source"},
		"project_names": {"name", "project_id"}, "subscriptions": {"plan_id"},
	} {
		all := must[[]privacy.TableRow](t)(c.store.TableRows(t.Context(), c.tenant.ID, table, columns, "", 100))
		var single []privacy.TableRow
		for after := ""; ; {
			rows := must[[]privacy.TableRow](t)(c.store.TableRows(t.Context(), c.tenant.ID, table, columns, after, 1))
			single = append(single, rows...)
			if len(rows) == 0 || rows[0].Key == "" {
				break
			}
			after = rows[0].Key
		}
		if equal(t, table, all, single); len(all) == 0 || len(all[0].Values) != len(columns) {
			t.Errorf("of %s there are %v", table, all)
		}
	}
	if _, err := c.store.TableRows(t.Context(), c.tenant.ID, "leases", []string{"name"}, "", 1); err == nil {
		t.Error("leases are read as a tenant's")
	}
}

func remaining(t *testing.T, c *company, table string) (int, error) {
	t.Helper()
	for _, step := range c.store.RemovalSteps(true) {
		if step.Table == table {
			rows, err := c.store.NextToRemove(t.Context(), c.tenant.ID, step, 100)
			return len(rows), err
		}
	}
	return 0, nil
}

// testNames keeps what is asked for and what has begun, and gives the tenant another directory.
func testNames(t *testing.T, c *company) {
	t.Helper()
	id, store := c.tenant.ID, c.store
	directory, slug := ids.New[ids.Directory](), "removed-"+id.String()[:8]+"-1"
	var want, got tenant.Tenant
	c.tx(func(ctx context.Context) (err error) {
		if want, err = store.LockTenant(ctx, id); err != nil {
			return err
		}
		want.Removal = tenant.Removal{AskedAt: at(8, 0), AskedBy: c.ada.ID, At: at(9, 0), BegunAt: at(10, 0), EndedAt: at(11, 0)}
		want.Settings.DefaultActivity = tenant.ActivityRef{}
		want.Settings.DefaultBillable = false
		want.Revision++
		if err := store.UpdateTenant(ctx, id, want); err != nil {
			return err
		}
		if err := store.ReleaseTenant(ctx, id, directory, slug); err != nil {
			return err
		}
		want.DirectoryID, want.Slug = directory, slug
		got, err = store.LockTenant(ctx, id)
		return err
	})
	equal(t, "the tenant", want, got)
}
