package storetest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/billing"
	"timetracker/internal/idempotency"
	"timetracker/internal/ids"
	"timetracker/internal/importer"
	"timetracker/internal/page"
	"timetracker/internal/personal"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// oneByOne reads a list of a person's rows with pages of one row, and gives what shows of each.
func oneByOne[Row any](
	c *company, read func(after personal.Key, limit int) ([]Row, error), key func(Row) personal.Key, show func(Row) string,
) (all []string) {
	c.t.Helper()
	for after := (personal.Key{}); len(all) < 100; {
		rows := must[[]Row](c.t)(read(after, 1))
		if len(rows) == 0 {
			return all
		}
		all, after = append(all, show(rows[0])), key(rows[0])
	}
	c.t.Error("a list has no end")
	return all
}

// sorted sorts what was kept in the order of ids, which differ from run to run.
func sorted(texts []string) []string {
	slices.Sort(texts)
	return texts
}

// testPersonalData reads what is held about one of two people, each with rows that differ in one part of the key alone.
func testPersonalData(t *testing.T, store Store) {
	c := newCompany(t, store)
	id := c.tenant.ID
	tasks := []workitem.WorkItem{item("Payments", "101"), item("Payments", "102"), item("Storefront", "103")}
	var entries []timer.Entry
	for i, task := range tasks {
		entries = append(entries, entry(c.ada, task, at(8+i, 0), at(9+i, 0)), entry(c.bob, task, at(8+i, 0), at(9+i, 0)))
	}
	twin := entry(c.ada, tasks[0], at(8, 0), at(9, 0)) // starts with another one
	entries = append(entries, twin)
	c.keep(entries...)

	t.Run("changes", func(t *testing.T) {
		var changes timer.Changeset
		for i, e := range []timer.Entry{entries[0], entries[1], entries[3], twin} {
			for j, by := range []tenant.User{c.ada, c.ada, c.bob} {
				changes.History = append(changes.History, timer.Change{
					ID: ids.New[ids.Change](), EntryID: e.ID, Operation: timer.Operation{ID: ids.New[ids.EntryOperation](), Kind: timer.Changing},
					ChangedAt: at(12, j%2), ChangedBy: timer.UserRef{ID: by.ID, Name: by.Name}, Field: "note", Old: fmt.Sprint(i), New: fmt.Sprint(j),
				})
			}
		}
		if err := c.save(changes); err != nil {
			t.Fatal(err)
		}
		of := must[[]timer.Change](t)(store.ChangesOf(t.Context(), id, []ids.Entry{entries[0].ID, twin.ID}))
		equal(t, "changes of two entries", 6, len(of))
		elsewhere := oneByOne(c, func(after personal.Key, limit int) ([]timer.Change, error) {
			return store.ChangesElsewhere(t.Context(), id, c.ada.ID, after, limit)
		}, func(x timer.Change) personal.Key {
			return personal.Key{First: ids.Any(x.EntryID), Number: x.ChangedAt.UnixMilli(), Second: ids.Any(x.ID)}
		}, func(x timer.Change) string { return x.Old + "." + x.New })
		equal(t, "changes of others' entries", []string{"1.0", "1.1", "2.0", "2.1"}, sorted(elsewhere))
	})

	t.Run("what was written", func(t *testing.T) {
		for _, e := range entries {
			c.follow(workitem.WriteBackChange{
				EntryID: e.ID, UserID: e.User.ID, WorkItemID: e.WorkItem.ID, Wanted: time.Hour, At: at(9, 0), Follow: true, Join: true,
			})
		}
		moved := workitem.WriteBackChange{EntryID: twin.ID, UserID: c.ada.ID, WorkItemID: tasks[1].ID, Wanted: time.Hour, At: at(9, 0), Follow: true}
		c.follow(moved)
		written := oneByOne(c, func(after personal.Key, limit int) ([]workitem.OwnWriteBack, error) {
			return store.WriteBacksOf(t.Context(), id, c.ada.ID, after, limit)
		}, func(w workitem.OwnWriteBack) personal.Key { return w.Key }, func(w workitem.OwnWriteBack) string {
			return w.WorkItem.Number + " " + w.Wanted.String()
		})
		equal(t, "write-backs", []string{"101 0s", "101 1h0m0s", "102 1h0m0s", "102 1h0m0s", "103 1h0m0s"}, sorted(written))

		for i, task := range []workitem.WorkItem{tasks[0], tasks[0], tasks[1]} {
			contribution := workitem.Contribution{
				ID: ids.New[ids.Contribution](), WorkItemID: task.ID, EntryID: entries[0].ID, UserID: c.ada.ID, RevBefore: int64(i),
				SentAt: at(10, 0), HeldUntil: at(10, 1),
			}
			c.tx(func(ctx context.Context) error { return store.BeginContribution(ctx, id, contribution) })
			c.tx(func(ctx context.Context) error {
				_, err := store.EndContribution(ctx, id, contribution, int64(i+1))
				return err
			})
		}
		contributed := oneByOne(c, func(after personal.Key, limit int) ([]workitem.OwnContribution, error) {
			return store.ContributionsOf(t.Context(), id, c.ada.ID, after, limit)
		}, func(x workitem.OwnContribution) personal.Key {
			return personal.Key{First: ids.Any(x.WorkItemID), Second: ids.Any(x.ID)}
		}, func(x workitem.OwnContribution) string {
			return fmt.Sprint(x.Number, " ", x.RevBefore, " ", *x.RevAfter)
		})
		equal(t, "contributions", []string{"101 0 1", "101 1 2", "102 2 3"}, sorted(contributed))
		equal(t, "contributions of others", nil, must[[]workitem.OwnContribution](t)(store.ContributionsOf(t.Context(), id, c.bob.ID, personal.Key{}, 10)))
	})

	t.Run("work items", func(t *testing.T) {
		number := func(w workitem.WorkItem) string { return w.Number }
		key := func(w workitem.WorkItem) personal.Key { return personal.Key{First: ids.Any(w.ID)} }
		for _, task := range tasks[:2] {
			c.tx(func(ctx context.Context) error {
				seen := workitem.Item{ID: task.ID, Number: task.Number, ProjectID: task.Project.ID, Title: "seen", Type: "Bug",
					Reading: workitem.Reading{Assignee: "Ada", Revision: 2, At: at(9, 0)}}
				if err := store.Observe(ctx, id, c.ada.ID, []workitem.Observation{{Item: seen, Seen: true, At: at(9, 0)}}); err != nil {
					return err
				}
				return store.Pin(ctx, id, c.ada.ID, task.ID, at(9, 0))
			})
		}
		views := oneByOne(c, func(after personal.Key, limit int) ([]workitem.WorkItem, error) {
			return store.Views(t.Context(), id, c.ada.ID, after, limit)
		}, key, number)
		equal(t, "views", []string{"101", "102"}, sorted(views))
		assigned := oneByOne(c, func(after personal.Key, limit int) ([]workitem.WorkItem, error) {
			return store.AssignedItems(t.Context(), id, c.bob.ID, "Ada", after, limit)
		}, key, number)
		equal(t, "assigned", []string{"101", "102"}, sorted(assigned))
		var pins []string
		for _, pin := range must[[]workitem.Recent](t)(store.Pins(t.Context(), id, c.ada.ID)) {
			pins = append(pins, pin.WorkItem.Number)
		}
		equal(t, "pins", []string{"101", "102"}, sorted(pins))
		equal(t, "pins of others", nil, must[[]workitem.Recent](t)(store.Pins(t.Context(), id, c.bob.ID)))
	})

	t.Run("imported rows", func(t *testing.T) { testOwnRows(t, c) })
	t.Run("logs, receipts and metered months", func(t *testing.T) { testOwnTraces(t, c) })
}

func testOwnRows(t *testing.T, c *company) {
	for range 2 {
		one := importer.Import{ID: ids.New[ids.Import](), CreatedBy: tenant.UserRef{ID: c.ada.ID}, CreatedAt: at(8, 0), State: importer.Ready, Revision: 1}
		var rows []importer.CheckedRow
		for i, owner := range []ids.User{c.ada.ID, c.bob.ID, c.ada.ID} {
			rows = append(rows, importer.CheckedRow{
				Row: importer.Row{Number: i + 2, External: ids.New[ids.External](), Note: "note"}, Outcome: importer.New, Owner: owner,
			})
		}
		c.tx(func(ctx context.Context) error {
			if err := c.store.InsertImport(ctx, c.tenant.ID, one); err != nil {
				return err
			}
			return c.store.InsertRows(ctx, c.tenant.ID, one.ID, rows)
		})
	}
	own := oneByOne(c, func(after personal.Key, limit int) ([]importer.OwnRow, error) {
		return c.store.RowsOf(t.Context(), c.tenant.ID, c.ada.ID, after, limit)
	}, func(r importer.OwnRow) personal.Key {
		return personal.Key{First: ids.Any(r.Import), Number: int64(r.Number)}
	}, func(r importer.OwnRow) string { return fmt.Sprint(r.Number, " ", r.Note) })
	equal(t, "rows", []string{"2 note", "2 note", "4 note", "4 note"}, sorted(own))
}

func testOwnTraces(t *testing.T, c *company) {
	id := c.tenant.ID
	period := billing.Period{SubscriptionID: c.subscribe().ID, From: day}
	c.tx(func(ctx context.Context) error {
		for i, event := range []audit.Event{
			audit.NewEvent(c.ada.Actor(), audit.RoleChanged, audit.Target{Kind: audit.TargetUser, ID: ids.Any(c.bob.ID), Name: "bob"}, at(8, 0)),
			audit.NewEvent(c.bob.Actor(), audit.RoleChanged, audit.Target{Kind: audit.TargetUser, ID: ids.Any(c.ada.ID), Name: "Ada"}, at(8, 0)),
			audit.NewEvent(c.bob.Actor(), audit.TenantChanged, audit.Target{Kind: audit.TargetTenant, ID: ids.Any(id), Name: "x"}, at(8, 0)),
		} {
			if err := c.store.InsertAudit(ctx, id, event); err != nil {
				return err
			}
			receipt := idempotency.Receipt{RequestHash: sha256.Sum256(nil), Status: 201 + i, Body: []byte("{}"), CreatedAt: at(8, 0)}
			if err := c.store.KeepReceipt(ctx, id, c.ada.ID, fmt.Sprint("key", i), receipt); err != nil {
				return err
			}
		}
		return c.store.InsertMetered(ctx, id, period, []ids.User{c.ada.ID}, at(9, 0))
	})
	events := must[[]audit.Event](t)(c.store.EventsOf(t.Context(), id, c.ada.ID, page.Request{Limit: 10}))
	var what []string
	for _, e := range events {
		what = append(what, string(e.Type)+" by "+e.Actor.Name)
	}
	equal(t, "events", []string{"role_changed by Ada", "role_changed by bob"}, sorted(what))

	receipts := oneByOne(c, func(after personal.Key, limit int) ([]idempotency.OwnReceipt, error) {
		return c.store.ReceiptsOf(t.Context(), id, c.ada.ID, after, limit)
	}, func(r idempotency.OwnReceipt) personal.Key { return r.Key }, func(r idempotency.OwnReceipt) string { return fmt.Sprint(r.Status) })
	equal(t, "receipts", []string{"201", "202", "203"}, sorted(receipts))
	equal(t, "metered months", []billing.MeteredMonth{{Period: period, CountedAt: at(9, 0)}},
		must[[]billing.MeteredMonth](t)(c.store.MeteredMonths(t.Context(), id, c.ada.ID)))
	equal(t, "metered months of others", nil, must[[]billing.MeteredMonth](t)(c.store.MeteredMonths(t.Context(), id, c.bob.ID)))
}
