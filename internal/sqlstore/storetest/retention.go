package storetest

import (
	"context"
	"testing"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/importer"
	"timetracker/internal/page"
	"timetracker/internal/privacy"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
)

// keepOld keeps rows of every class for a company. Those of each class are at 8:00, 8:00, 8:01 and 12:00; months and weeks are as far
// apart as days.
func keepOld(t *testing.T, c *company) {
	t.Helper()
	id, m := c.tenant.ID, c.subscribe()
	worked := entry(c.ada, item("Payments", "101"), at(8, 0), at(9, 0))
	c.keep(worked)
	times := []time.Time{at(8, 0), at(8, 0), at(8, 1), at(12, 0)}
	var events []timer.Event
	for _, when := range times {
		events = append(events, event(timer.Started, worked, when))
	}
	if err := c.save(timer.Changeset{Events: events}); err != nil {
		t.Fatal(err)
	}
	c.tx(func(ctx context.Context) error {
		for i, when := range times {
			action := audit.Action{ID: ids.New[ids.Action](), Type: "open_page", Page: "people", At: when, User: c.ada.Actor()}
			err := c.store.InsertAction(ctx, id, action)
			reminder := timesheet.Reminder{
				ID: ids.New[ids.Reminder](), User: c.ada.ID, FirstDay: calendar.DayOf(at(0, 0), time.UTC).AddDays(7 * max(i-1, 0)),
				By: tenant.UserRef{ID: c.bob.ID}, At: at(9, 0),
			}
			if i == 0 {
				reminder.User = c.bob.ID
			}
			if err == nil {
				err = c.store.SaveReminder(ctx, id, reminder)
			}
			if err == nil {
				err = c.store.InsertImport(ctx, id, importer.Import{
					ID: ids.New[ids.Import](), CreatedBy: tenant.UserRef{ID: c.ada.ID}, CreatedAt: when, State: importer.Uploading,
					Options: importer.Options{FileName: "time.csv"}, Revision: 1,
				})
			}
			if err != nil {
				return err
			}
		}
		return c.store.InsertImport(ctx, id, importer.Import{
			ID: ids.New[ids.Import](), CreatedBy: tenant.UserRef{ID: c.ada.ID}, CreatedAt: at(8, 0), State: importer.Ready,
			Options: importer.Options{FileName: "looked at.csv"}, Revision: 1,
		})
	})
	for i, hour := range []int{8, 9, 12} {
		c.keepUsage(newUsage(m, at(hour, 0)))
		c.tx(func(ctx context.Context) error {
			counted := []ids.User{c.ada.ID, c.bob.ID}
			return c.store.InsertMetered(ctx, id, billing.Period{SubscriptionID: m.ID, From: at(8+i, 0)}, counted[:2-i%2], at(9, 0))
		})
	}
}

func testRetention(t *testing.T, store Store) {
	c, other := newCompany(t, store), newCompany(t, store)
	id := c.tenant.ID
	keepOld(t, c)
	keepOld(t, other)
	count := func(of ids.Tenant, class privacy.RetainedClass, before time.Time) int {
		t.Helper()
		return must[int](t)(store.CountRetained(t.Context(), of, class, before))
	}
	end := func(class privacy.RetainedClass, before time.Time, limit int) (ended int) {
		t.Helper()
		c.tx(func(ctx context.Context) (err error) {
			ended, err = store.EndRetained(ctx, id, class, before, limit)
			return err
		})
		return ended
	}
	ever := at(0, 0).AddDate(1, 0, 0)
	for _, class := range []struct {
		name          privacy.RetainedClass
		before        time.Time
		first, second int // how many a batch of two ends, and the next one
		stay          int // after the instant
	}{
		{privacy.LogOfTimers, at(12, 0), 2, 1, 1},
		{privacy.LogOfActions, at(12, 0), 2, 1, 1},
		{privacy.UnfinishedImports, at(12, 0), 2, 1, 1},
		{privacy.PastReminders, at(0, 0).AddDate(0, 0, 14), 2, 1, 1},
		{privacy.ReportedUsage, at(12, 0), 2, 0, 1},
		{privacy.MeteredPeople, at(10, 0), 2, 1, 2}, // a month at a time
	} {
		t.Run(string(class.name), func(t *testing.T) {
			due, all := count(id, class.name, class.before), count(id, class.name, ever)
			equal(t, "due", class.first+class.second, due)
			equal(t, "in all", due+class.stay, all)
			equal(t, "the oldest", class.first, end(class.name, class.before, 2))
			equal(t, "the others", class.second, end(class.name, class.before, 2))
			equal(t, "no more", 0, end(class.name, class.before, 2))
			equal(t, "what stays", class.stay, count(id, class.name, ever))
			equal(t, "of another tenant", all, count(other.tenant.ID, class.name, ever))
		})
	}
	equal(t, "imports that were looked at or are new", 2, len(must[[]importer.Import](t)(store.Imports(t.Context(), id, page.Request{Limit: 10}))))
	_, err := store.CountRetained(t.Context(), id, "rows", ever)
	if err == nil {
		t.Error("rows of no class are counted")
	}
	err = store.Tx(t.Context(), id, func(ctx context.Context) error {
		_, err := store.EndRetained(ctx, other.tenant.ID, privacy.LogOfTimers, ever, 1)
		return err
	})
	if err == nil {
		t.Error("rows of another tenant end")
	}
	testRetentionRuns(t, c, other)
}

func testRetentionRuns(t *testing.T, c, other *company) {
	note := func(run privacy.RetentionRun) {
		t.Helper()
		c.tx(func(ctx context.Context) error { return c.store.NoteRetentionRun(ctx, c.tenant.ID, run) })
	}
	runs := func(of *company) []privacy.RetentionRun {
		t.Helper()
		return must[[]privacy.RetentionRun](t)(c.store.RetentionRuns(t.Context(), of.tenant.ID))
	}
	equal(t, "before any", 0, len(runs(c)))
	note(privacy.RetentionRun{Class: privacy.LogOfTimers, RanAt: at(8, 0)})
	note(privacy.RetentionRun{Class: privacy.LogOfActions, RanAt: at(8, 0), RemovedAt: at(8, 0), Removed: 1000})
	equal(t, "the first ones", []privacy.RetentionRun{
		{Class: privacy.LogOfActions, RanAt: at(8, 0), RemovedAt: at(8, 0), Removed: 1000}, {Class: privacy.LogOfTimers, RanAt: at(8, 0)},
	}, runs(c))
	note(privacy.RetentionRun{Class: privacy.LogOfTimers, RanAt: at(9, 0), RemovedAt: at(9, 0), Removed: 3})
	note(privacy.RetentionRun{Class: privacy.LogOfActions, RanAt: at(9, 0)})
	equal(t, "the next ones", []privacy.RetentionRun{
		{Class: privacy.LogOfActions, RanAt: at(9, 0), RemovedAt: at(8, 0), Removed: 1000},
		{Class: privacy.LogOfTimers, RanAt: at(9, 0), RemovedAt: at(9, 0), Removed: 3},
	}, runs(c))
	equal(t, "of another tenant", 0, len(runs(other)))
	err := c.store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
		return c.store.NoteRetentionRun(ctx, other.tenant.ID, privacy.RetentionRun{Class: privacy.LogOfTimers, RanAt: at(9, 0)})
	})
	if err == nil || errs.Is(err, errs.NotFound) {
		t.Errorf("a run of another tenant: %v", err)
	}
}
