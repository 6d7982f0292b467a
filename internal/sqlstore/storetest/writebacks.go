package storetest

import (
	"context"
	"testing"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// follow saves what changes of entries mean for what is written of them.
func (c *company) follow(changes ...workitem.WriteBackChange) {
	c.t.Helper()
	if err := c.save(timer.Changeset{WriteBacks: changes}); err != nil {
		c.t.Fatal(err)
	}
}

// open are Ada's write-backs that aren't settled, without their ids.
func (c *company) open() []workitem.WriteBack {
	c.t.Helper()
	all := must[[]workitem.WriteBack](c.t)(
		c.store.OpenWriteBacks(c.t.Context(), c.tenant.ID, c.ada.ID, ids.WorkItem{}, time.Time{}, 100))
	for i := range all {
		all[i].ID = ids.WriteBack{}
	}
	return all
}

func testWriteBacks(t *testing.T, store Store) {
	c := newCompany(t, store)
	task, other := item("Payments", "101"), item("Payments", "102")
	stopped := entry(c.ada, task, at(8, 0), at(9, 0))
	c.keep(stopped)
	c.know(other)
	change := workitem.WriteBackChange{
		EntryID: stopped.ID, UserID: c.ada.ID, WorkItemID: task.ID, Wanted: time.Hour, At: at(9, 0), Follow: true,
	}
	row := workitem.WriteBack{
		EntryID: stopped.ID, UserID: c.ada.ID, WorkItem: task, Wanted: time.Hour, NextAt: at(9, 0),
	}

	t.Run("an entry that takes no part is not followed", func(t *testing.T) {
		c.follow(change)
		equal(t, "open", nil, c.open())
	})

	t.Run("an entry that takes part is followed", func(t *testing.T) {
		joins := change
		joins.Join = true
		c.follow(joins)
		equal(t, "joined", []workitem.WriteBack{row}, c.open())
		c.follow(joins)
		equal(t, "joined again", []workitem.WriteBack{row}, c.open())
		longer := change
		longer.Wanted, longer.At = 2*time.Hour, at(10, 0)
		c.follow(longer)
		row.Wanted, row.NextAt = 2*time.Hour, at(10, 0)
		equal(t, "longer", []workitem.WriteBack{row}, c.open())
		gone := change
		gone.Wanted = 0
		c.follow(gone)
		equal(t, "void before anything was written", nil, c.open())
		c.follow(longer)
		equal(t, "restored", []workitem.WriteBack{row}, c.open())
	})

	t.Run("one that was moved leaves its item", func(t *testing.T) {
		moved := change
		moved.WorkItemID, moved.Join = other.ID, true
		c.follow(moved)
		there := row
		there.WorkItem, there.Wanted, there.NextAt = other, time.Hour, at(9, 0)
		equal(t, "moved", []workitem.WriteBack{there}, c.open())
		back := change
		c.follow(back)
		row.Wanted, row.NextAt = time.Hour, at(9, 0)
		equal(t, "moved back", []workitem.WriteBack{row}, c.open())
	})

	t.Run("are read by item and by when they are due", func(t *testing.T) {
		for name, test := range map[string]struct {
			item ids.WorkItem
			due  time.Time
			want int
		}{
			"all": {want: 1}, "the item's": {item: task.ID, want: 1}, "another item's": {item: other.ID},
			"due": {due: at(9, 0), want: 1}, "not due yet": {due: at(9, 0).Add(-time.Millisecond)},
		} {
			got := must[[]workitem.WriteBack](t)(store.OpenWriteBacks(t.Context(), c.tenant.ID, c.ada.ID, test.item, test.due, 100))
			if len(got) != test.want {
				t.Errorf("%s: %v", name, got)
			}
		}
		if got := must[[]workitem.WriteBack](t)(store.OpenWriteBacks(t.Context(), c.tenant.ID, c.bob.ID, ids.WorkItem{}, time.Time{}, 100)); len(got) > 0 {
			t.Errorf("Bob's are %v", got)
		}
	})

	t.Run("are left out", func(t *testing.T) {
		id := must[[]workitem.WriteBack](t)(store.OpenWriteBacks(t.Context(), c.tenant.ID, c.ada.ID, task.ID, time.Time{}, 1))[0].ID
		leaveOut := func(user ids.User) error {
			return store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
				return store.LeaveOut(ctx, c.tenant.ID, user, id)
			})
		}
		fails(t, leaveOut(c.bob.ID), errs.NotFound, "write_back_not_found")
		if err := leaveOut(c.ada.ID); err != nil {
			t.Fatal(err)
		}
		equal(t, "left out", nil, c.open())
		fails(t, leaveOut(c.ada.ID), errs.NotFound, "write_back_not_found")
		c.follow(change)
		equal(t, "changed again", []workitem.WriteBack{row}, c.open())
	})
}
