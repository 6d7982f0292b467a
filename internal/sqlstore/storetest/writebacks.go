package storetest

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
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

// newContribution is what is written of Ada's entry to the work item.
func newContribution(c *company, e timer.Entry) workitem.Contribution {
	hours := 1.5
	return workitem.Contribution{
		ID: ids.New[ids.Contribution](), WorkItemID: e.WorkItem.ID, EntryID: e.ID, UserID: c.ada.ID, ObjectID: c.ada.ObjectID,
		Written: time.Hour, Rounded: 100, Taken: 40, RevBefore: 7, Before: &hours, After: 2.5, Remaining: &hours,
		SentAt: at(10, 0), HeldUntil: at(10, 2),
	}
}

func testContributions(t *testing.T, store Store) {
	c := newCompany(t, store)
	task := item("Payments", "101")
	stopped := entry(c.ada, task, at(8, 0), at(10, 0))
	c.keep(stopped)
	id := c.tenant.ID
	c.follow(workitem.WriteBackChange{
		EntryID: stopped.ID, UserID: c.ada.ID, WorkItemID: task.ID, Wanted: 2 * time.Hour, At: at(10, 0), Join: true,
	})
	inDoubt := func() (workitem.Contribution, bool) {
		t.Helper()
		found, ok, err := store.InDoubt(t.Context(), id, task.ID)
		if err != nil {
			t.Fatal(err)
		}
		return found, ok
	}
	begin := func(x workitem.Contribution) error {
		return store.Tx(t.Context(), id, func(ctx context.Context) error {
			if locked := must[tenant.Tenant](t)(store.LockHours(ctx, id, task.ID)); locked != c.tenant {
				t.Errorf("the tenant is %+v", locked)
			}
			return store.BeginContribution(ctx, id, x)
		})
	}
	hold := func(x workitem.Contribution, sent, until time.Time) (held bool) {
		t.Helper()
		c.tx(func(ctx context.Context) (err error) {
			held, err = store.HoldContribution(ctx, id, x, sent, until)
			return err
		})
		return held
	}
	drop := func(x workitem.Contribution) {
		t.Helper()
		c.tx(func(ctx context.Context) error { return store.DropContribution(ctx, id, x) })
	}
	lastRevision := func(want int64, wantSent time.Time) {
		t.Helper()
		revision, sent, err := store.LastRevision(t.Context(), id, task.ID)
		if err != nil || revision != want || !sent.Equal(wantSent) {
			t.Errorf("the last revision is %d, sent at %v (%v), want %d, %v", revision, sent, err, want, wantSent)
		}
	}
	x := newContribution(c, stopped)
	written := func() (hours []float64) {
		t.Helper()
		for _, w := range must[[]workitem.Written](t)(store.WrittenOf(t.Context(), id, stopped.ID)) {
			if w.By != (tenant.UserRef{ID: c.ada.ID, Name: c.ada.Name}) || w.Owner != c.ada.ID || w.Number != task.Number || w.At.IsZero() {
				t.Errorf("written: %+v", w)
			}
			hours = append(hours, w.Hours())
		}
		return hours
	}

	t.Run("one of an item is in doubt", func(t *testing.T) {
		if err := begin(x); err != nil {
			t.Fatal(err)
		}
		found, ok := inDoubt()
		equal(t, "in doubt", x, found)
		second := newContribution(c, stopped)
		if err := begin(second); !ok || err == nil {
			t.Error("a second one is in doubt")
		}
		lastRevision(0, time.Time{})
		equal(t, "written", nil, written())
	})

	t.Run("is taken over by one", func(t *testing.T) {
		if !hold(x, at(10, 3), at(10, 5)) || hold(x, at(10, 4), at(10, 6)) {
			t.Error("two have taken it over, or nobody")
		}
		drop(x) // by whoever had it before
		x.SentAt, x.HeldUntil = at(10, 3), at(10, 5)
		found, _ := inDoubt()
		equal(t, "taken over", x, found)
	})

	t.Run("keeps its entry open", func(t *testing.T) {
		c.follow(workitem.WriteBackChange{EntryID: stopped.ID, WorkItemID: task.ID, At: at(11, 0), Follow: true})
		open := must[[]workitem.WriteBack](t)(store.OpenWriteBacks(t.Context(), id, c.ada.ID, task.ID, time.Time{}, 10))
		if len(open) != 1 || open[0].Wanted != 0 {
			t.Fatalf("open: %+v", open)
		}
		fails(t, store.Tx(t.Context(), id, func(ctx context.Context) error {
			return store.LeaveOut(ctx, id, c.ada.ID, open[0].ID)
		}), errs.Conflict, "write_in_doubt")
	})

	t.Run("is settled once", func(t *testing.T) {
		for i := range 2 {
			c.tx(func(ctx context.Context) error {
				made, err := store.EndContribution(ctx, id, x, 8)
				if made != (i == 0) {
					t.Errorf("%d: made is %v", i, made)
				}
				if err != nil || !made {
					return err
				}
				return store.SettleWriteBack(ctx, id, x, at(12, 0))
			})
		}
		drop(x)
		if _, ok := inDoubt(); ok || hold(x, at(12, 0), at(12, 0)) {
			t.Error("it is still in doubt")
		}
		lastRevision(8, x.SentAt)
		w, found, err := store.WriteBack(t.Context(), id, stopped.ID, task.ID)
		if err != nil || !found || w.Written != time.Hour || w.Rounded != 100 || w.Taken != 40 || !w.WrittenAt.Equal(at(12, 0)) ||
			!w.NextAt.Equal(at(12, 0)) {
			t.Errorf("%+v, %v", w, err)
		}
		equal(t, "own hours", workitem.OwnHours{Written: time.Hour, Rounded: 100, Wrote: true, WrittenAt: at(12, 0)},
			must[workitem.OwnHours](t)(store.OwnHours(t.Context(), id, task.ID, c.ada.ID)))
		equal(t, "of somebody else", workitem.OwnHours{Written: time.Hour, Rounded: 100},
			must[workitem.OwnHours](t)(store.OwnHours(t.Context(), id, task.ID, c.bob.ID)))
	})

	t.Run("the rest is settled", func(t *testing.T) {
		back := newContribution(c, stopped)
		back.Written, back.Rounded, back.Taken, back.RevBefore, back.SentAt = -time.Hour, -100, -40, 8, at(13, 0)
		if err := begin(back); err != nil {
			t.Fatal(err)
		}
		c.tx(func(ctx context.Context) error {
			if _, err := store.EndContribution(ctx, id, back, 9); err != nil {
				return err
			}
			return store.SettleWriteBack(ctx, id, back, at(13, 0))
		})
		equal(t, "open", nil, c.open())
		equal(t, "written", []float64{1, -1}, written())
	})

	t.Run("waits, and is hastened", func(t *testing.T) {
		change := workitem.WriteBackChange{
			EntryID: stopped.ID, WorkItemID: task.ID, Wanted: time.Minute, At: at(14, 0), Follow: true,
		}
		c.follow(change)
		next := func() time.Time {
			t.Helper()
			return must[time.Time](t)(store.NextWriteBack(t.Context(), id, c.ada.ID))
		}
		postpone := func(p workitem.Postponement) {
			t.Helper()
			p.User, p.Due = c.ada.ID, at(14, 0)
			c.tx(func(ctx context.Context) error { return store.Postpone(ctx, id, p) })
		}
		postpone(workitem.Postponement{WorkItem: item("Payments", "102").ID, Next: at(20, 0)})
		equal(t, "another item's", at(14, 0), next())
		if _, _, oldest, err := store.OldestWaiting(t.Context()); err != nil || oldest.IsZero() || oldest.After(at(14, 0)) {
			t.Errorf("the oldest is of %s: %v", oldest, err)
		}
		refused := workitem.Problem{Code: "tracker_refused", Message: strings.Repeat("🕰", 400)} // as long as they get
		postpone(workitem.Postponement{WorkItem: task.ID, Next: at(15, 0), Problem: refused})
		w := c.open()[0]
		if !next().Equal(at(15, 0)) || w.Attempts != 1 || w.Problem != refused {
			t.Errorf("%+v", w)
		}
		postpone(workitem.Postponement{Next: at(20, 0)})
		equal(t, "one that isn't due", at(15, 0), next())
		c.tx(func(ctx context.Context) error { return store.Hasten(ctx, id, c.ada.ID, task.ID, at(14, 0)) })
		postpone(workitem.Postponement{Next: at(16, 0)})
		w = c.open()[0]
		if !next().Equal(at(16, 0)) || w.Attempts != 1 || w.Problem.Code != "tracker_refused" {
			t.Errorf("waiting without an attempt: %+v", w)
		}
		c.follow(change)
		if w = c.open()[0]; w.Attempts != 0 || w.Problem.Code != "" || !next().Equal(at(14, 0)) {
			t.Errorf("changed: %+v", w)
		}
		equal(t, "Bob's", time.Time{}, must[time.Time](t)(store.NextWriteBack(t.Context(), id, c.bob.ID)))
	})
}

func testWrittenTotals(t *testing.T, store Store) {
	c := newCompany(t, store)
	first, second, third := item("Payments", "101"), item("Payments", "102"), item("Payments", "103")
	work := []workitem.WorkItem{first, second, third}
	slices.SortFunc(work, func(a, b workitem.WorkItem) int { return bytes.Compare(b.ID[:], a.ID[:]) })
	totals := func(item ids.WorkItem, request page.Request) []workitem.WrittenTotal {
		t.Helper()
		return must[[]workitem.WrittenTotal](t)(store.WrittenTotals(t.Context(), c.tenant.ID, item, nil, request))
	}
	all := page.Request{Limit: 100}
	equal(t, "none", nil, totals(ids.WorkItem{}, all))

	joins := func(user tenant.User, on workitem.WorkItem, hour int, wanted time.Duration) ids.Entry {
		t.Helper()
		e := entry(user, on, at(hour, 0), at(hour+1, 0))
		c.keep(e)
		c.follow(workitem.WriteBackChange{
			EntryID: e.ID, UserID: user.ID, WorkItemID: on.ID, Wanted: wanted, At: at(hour+1, 0), Join: true,
		})
		return e.ID
	}
	for _, on := range work {
		joins(c.ada, on, 8, time.Hour)
		joins(c.bob, on, 9, 30*time.Minute)
	}
	want := make([]workitem.WrittenTotal, len(work))
	for i, on := range work {
		want[i] = workitem.WrittenTotal{WorkItemID: on.ID, Recorded: 90 * time.Minute}
	}
	equal(t, "everybody's, the greatest id first", want, totals(ids.WorkItem{}, all))
	equal(t, "of one item", want[1:2], totals(work[1].ID, all))
	equal(t, "the first", want[:1], totals(ids.WorkItem{}, page.Request{Limit: 1}))
	after := page.Position{ID: ids.Any(work[0].ID)}
	equal(t, "the next", want[1:2], totals(ids.WorkItem{}, page.Request{After: after, Limit: 1}))

	without := func(people ...ids.User) []workitem.WrittenTotal {
		return must[[]workitem.WrittenTotal](t)(store.WrittenTotals(t.Context(), c.tenant.ID, work[0].ID, people, all))
	}
	equal(t, "without Bob", []workitem.WrittenTotal{{WorkItemID: work[0].ID, Recorded: time.Hour}}, without(c.bob.ID))
	equal(t, "without both", nil, without(c.ada.ID, c.bob.ID))

	t.Run("what was left out is told apart", func(t *testing.T) {
		id := must[[]workitem.WriteBack](t)(store.OpenWriteBacks(t.Context(), c.tenant.ID, c.bob.ID, work[0].ID, time.Time{}, 1))[0].ID
		c.tx(func(ctx context.Context) error { return store.LeaveOut(ctx, c.tenant.ID, c.bob.ID, id) })
		left := want[0]
		left.LeftOut = 30 * time.Minute
		equal(t, "left out", []workitem.WrittenTotal{left}, totals(work[0].ID, all))
	})

	t.Run("everybody's that isn't written is read, also what was left out", func(t *testing.T) {
		unwritten := func(limit int) (owners []ids.User) {
			for _, w := range must[[]workitem.WriteBack](t)(store.Unwritten(t.Context(), c.tenant.ID, work[0].ID, limit)) {
				owners = append(owners, w.UserID)
			}
			return owners
		}
		equal(t, "unwritten", []ids.User{c.ada.ID, c.bob.ID}, unwritten(100))
		equal(t, "the first", []ids.User{c.ada.ID}, unwritten(1))
		equal(t, "of no item", nil, must[[]workitem.WriteBack](t)(store.Unwritten(t.Context(), c.tenant.ID, ids.New[ids.WorkItem](), 100)))
	})

	t.Run("an item whose time has moved away before it was written is not listed", func(t *testing.T) {
		moved := item("Payments", "104")
		id := joins(c.ada, moved, 11, time.Hour)
		c.follow(workitem.WriteBackChange{
			EntryID: id, UserID: c.ada.ID, WorkItemID: first.ID, Wanted: time.Hour, At: at(12, 0), Follow: true, Join: true,
		})
		equal(t, "moved away", nil, totals(moved.ID, all))
	})
}
