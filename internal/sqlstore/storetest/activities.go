package storetest

import (
	"context"
	"testing"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

func testActivities(t *testing.T, store Store) {
	c := newCompany(t, store)
	other := newCompany(t, store)
	tx := func(fn func(ctx context.Context) error) error {
		return store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
			if _, err := store.LockTenant(ctx, c.tenant.ID); err != nil {
				return err
			}
			return fn(ctx)
		})
	}
	insert := func(a tenant.Activity) error {
		return tx(func(ctx context.Context) error { return store.InsertActivity(ctx, c.tenant.ID, a) })
	}
	update := func(a tenant.Activity) error {
		return tx(func(ctx context.Context) error { return store.UpdateActivity(ctx, c.tenant.ID, a) })
	}
	review := tenant.Activity{ID: ids.New[ids.Activity](), Name: "Prüfung 🕰", Position: 2, Revision: 1}
	archived := tenant.Activity{ID: ids.New[ids.Activity](), Name: "Prüfung 🕰", Billable: true, Position: 1, ArchivedAt: at(9, 0), Revision: 3}
	for _, a := range []tenant.Activity{review, archived} {
		if err := insert(a); err != nil {
			t.Fatal(err)
		}
	}
	all := func() []tenant.Activity {
		return must[[]tenant.Activity](t)(store.Activities(t.Context(), c.tenant.ID))
	}
	equal(t, "all, in order", []tenant.Activity{development, archived, review}, all())
	equal(t, "one", review, must[tenant.Activity](t)(store.Activity(t.Context(), c.tenant.ID, review.ID)))
	_, err := store.Activity(t.Context(), other.tenant.ID, review.ID)
	fails(t, err, errs.NotFound, "activity_not_found")

	fails(t, insert(tenant.Activity{ID: ids.New[ids.Activity](), Name: "PRÜFUNG 🕰", Revision: 1}), errs.Conflict, "activity_name_taken")
	back := archived
	back.ArchivedAt, back.Revision = review.ArchivedAt, 4
	fails(t, update(back), errs.Conflict, "activity_name_taken")
	renamed := review
	renamed.Name, renamed.Billable, renamed.Revision = "Review", true, 2
	if err := update(renamed); err != nil {
		t.Fatal(err)
	}
	fails(t, update(renamed), errs.Stale, "stale")
	if err := update(back); err != nil {
		t.Fatal(err)
	}
	if err := tx(func(ctx context.Context) error { return store.PlaceActivity(ctx, c.tenant.ID, development.ID, 9) }); err != nil {
		t.Fatal(err)
	}
	moved := development
	moved.Position = 9
	equal(t, "after the changes", []tenant.Activity{back, renamed, moved}, all())
	equal(t, "of the other tenant", []tenant.Activity{development},
		must[[]tenant.Activity](t)(store.Activities(t.Context(), other.tenant.ID)))
}

// testGeneralTime reads entries without a work item wherever entries are read.
func testGeneralTime(t *testing.T, store Store) {
	c := newCompany(t, store)
	w := item("Payments", "1")
	c.keep(entry(c.ada, w, at(7, 0), at(8, 0)))
	general := w
	general.ID, general.Number, general.Title, general.Type = ids.WorkItem{}, "", "", ""
	running := entry(c.ada, general, at(9, 0), time.Time{})
	running.Note, running.Billable = "Ünïcode 🕰\nin lines", false
	if err := c.save(timer.Changeset{Insert: []timer.Entry{running}, Events: []timer.Event{event(timer.Started, running, at(9, 0))}}); err != nil {
		t.Fatal(err)
	}
	equal(t, "entry", running, must[timer.Entry](t)(store.Entry(t.Context(), c.tenant.ID, running.ID)))
	c.tx(func(ctx context.Context) error {
		timeline, err := store.LockTimeline(ctx, c.tenant.ID, c.ada.ID)
		equal(t, "timeline", timer.Timeline{Running: running, IsRunning: true, LastStop: at(8, 0)}, timeline)
		return err
	})
	log := must[[]timer.Event](t)(store.Events(t.Context(), c.tenant.ID, audit.Filter{User: c.ada.ID}, page.Request{Limit: 10}))
	if len(log) != 1 {
		t.Fatalf("the log is %+v", log)
	}
	equal(t, "in the log", general, log[0].WorkItem)

	stopped := running
	stopped.StoppedAt, stopped.Revision = at(10, 0), 2
	if err := c.save(timer.Changeset{Stop: []timer.Entry{stopped}}); err != nil {
		t.Fatal(err)
	}
	moved := stopped
	moved.WorkItem, moved.Revision, moved.Note, moved.Billable = w, 3, "", true
	if err := c.save(timer.Changeset{Update: []timer.Entry{moved}}); err != nil {
		t.Fatal(err)
	}
	equal(t, "moved to an item", moved, must[timer.Entry](t)(store.Entry(t.Context(), c.tenant.ID, moved.ID)))
	stopped.Revision = 4
	if err := c.save(timer.Changeset{Update: []timer.Entry{stopped}}); err != nil {
		t.Fatal(err)
	}
	equal(t, "and back", stopped, must[timer.Entry](t)(store.Entry(t.Context(), c.tenant.ID, stopped.ID)))
	unread := must[[]ids.WorkItem](t)(store.Unread(t.Context(), c.tenant.ID, c.ada.ID, 10))
	equal(t, "never read", []ids.WorkItem{w.ID}, unread)
	recent := must[[]workitem.Recent](t)(store.Recent(t.Context(), c.tenant.ID, c.ada.ID, 10))
	if len(recent) != 1 || recent[0].WorkItem.ID != w.ID {
		t.Errorf("recent: %+v", recent)
	}
}
