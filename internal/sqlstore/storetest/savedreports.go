package storetest

import (
	"context"
	"testing"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
)

func testSavedReports(t *testing.T, store Store) {
	c, other := newCompany(t, store), newCompany(t, store)
	ctx, id := t.Context(), c.tenant.ID
	saved := func(owner tenant.User, name string, shared bool) report.Saved {
		return report.Saved{
			ID: ids.New[ids.SavedReport](), Owner: tenant.UserRef{ID: owner.ID, Name: owner.Name}, Name: name, Shared: shared,
			Definition: report.Definition{"by": "month,user", "note": "Zoë 🕰 %2C"}, Revision: 1,
		}
	}
	tx := func(fn func(ctx context.Context) error) error { return store.Tx(ctx, id, fn) }
	own, shared, others, empty := saved(c.ada, "Ä month", false), saved(c.bob, "Billing", true), saved(c.bob, "Mine", false), saved(c.ada, "Nothing", false)
	empty.Definition = report.Definition{}
	for _, s := range []report.Saved{shared, own, others, empty} {
		if err := tx(func(ctx context.Context) error { return store.InsertSavedReport(ctx, id, s) }); err != nil {
			t.Fatal(err)
		}
	}
	list := func(of *company, user tenant.User) []ids.SavedReport {
		t.Helper()
		var found []ids.SavedReport
		for _, s := range must[[]report.Saved](t)(store.SavedReports(ctx, of.tenant.ID, user.ID)) {
			found = append(found, s.ID)
		}
		return found
	}
	count := func(user tenant.User) (n int) {
		t.Helper()
		c.tx(func(ctx context.Context) (err error) {
			n, err = store.CountSavedReports(ctx, id, user.ID)
			return err
		})
		return n
	}
	equal(t, "Ada's and the shared one, by name", len(list(c, c.ada)), 3)
	equal(t, "Bob's", list(c, c.bob), []ids.SavedReport{shared.ID, others.ID})
	equal(t, "another tenant's", list(other, other.ada), nil)
	equal(t, "how many Ada has", count(c.ada), 2)
	for _, want := range []report.Saved{own, shared, empty} {
		got, err := store.SavedReport(ctx, id, want.ID)
		equal(t, want.Name, must[report.Saved](t)(got, err), want)
	}
	_, err := store.SavedReport(ctx, other.tenant.ID, shared.ID)
	fails(t, err, errs.NotFound, "saved_report_not_found")

	changed := shared
	changed.Name, changed.Shared, changed.Definition, changed.Revision = "Bills", false, report.Definition{"period": "last_month"}, 2
	update := func(s report.Saved) error {
		return tx(func(ctx context.Context) error { return store.UpdateSavedReport(ctx, id, s) })
	}
	if err := update(changed); err != nil {
		t.Fatal(err)
	}
	got, err := store.SavedReport(ctx, id, shared.ID)
	equal(t, "changed", must[report.Saved](t)(got, err), changed)
	fails(t, update(changed), errs.Stale, "stale")
	equal(t, "what isn't shared any more", len(list(c, c.ada)), 2)

	remove := func(revision int64) error {
		return tx(func(ctx context.Context) error { return store.DeleteSavedReport(ctx, id, shared.ID, revision) })
	}
	fails(t, remove(1), errs.Stale, "stale")
	if err := remove(2); err != nil {
		t.Fatal(err)
	}
	equal(t, "after one was deleted", count(c.bob), 1)
}
