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

func testTimelines(t *testing.T, store Store) {
	running := func(e timer.Entry) *timer.Entry { return &e }
	voided := func(e timer.Entry) timer.Entry {
		e.VoidedAt = at(23, 0)
		return e
	}
	task := item("Payments", "101")
	for _, test := range []struct {
		name     string
		stopped  func(u tenant.User) []timer.Entry
		running  func(u tenant.User) *timer.Entry
		lastStop time.Time
	}{
		{name: "nothing yet"},
		{name: "only a running timer", running: func(u tenant.User) *timer.Entry {
			return running(entry(u, task, at(9, 0), time.Time{}))
		}},
		{name: "both", stopped: func(u tenant.User) []timer.Entry {
			return []timer.Entry{entry(u, task, at(8, 0), at(9, 0)), entry(u, task, at(7, 0), at(7, 30))}
		}, running: func(u tenant.User) *timer.Entry {
			return running(entry(u, task, at(9, 0), time.Time{}))
		}, lastStop: at(9, 0)},
		{name: "a void entry counts not", stopped: func(u tenant.User) []timer.Entry {
			return []timer.Entry{entry(u, task, at(8, 0), at(9, 0)), voided(entry(u, task, at(10, 0), at(11, 0)))}
		}, lastStop: at(9, 0)},
		{name: "only void entries", stopped: func(u tenant.User) []timer.Entry {
			return []timer.Entry{voided(entry(u, task, at(10, 0), at(11, 0)))}
		}},
		{name: "the last stop is not of the last start", stopped: func(u tenant.User) []timer.Entry {
			return []timer.Entry{
				entry(u, task, at(1, 0), at(25, 0)), entry(u, task, at(2, 0), at(4, 0)), entry(u, task, at(24, 0), at(24, 1)),
			}
		}, lastStop: at(25, 0)},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCompany(t, store)
			c.keep(entry(c.bob, task, at(12, 0), at(13, 0)), entry(c.bob, task, at(14, 0), time.Time{}))
			want := timer.Timeline{LastStop: test.lastStop}
			if test.stopped != nil {
				c.keep(test.stopped(c.ada)...)
			}
			if test.running != nil {
				want.Running, want.IsRunning = *test.running(c.ada), true
				c.keep(want.Running)
			}
			c.tx(func(ctx context.Context) error {
				got, err := store.LockTimeline(ctx, c.tenant.ID, c.ada.ID)
				equal(t, "timeline", want, got)
				return err
			})
			got, ok, err := store.RunningEntry(t.Context(), c.tenant.ID, c.ada.ID)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "is running", want.IsRunning, ok)
			equal(t, "running entry", want.Running, got)
		})
	}

	t.Run("only within a transaction", func(t *testing.T) {
		c := newCompany(t, store)
		if _, err := store.LockTimeline(t.Context(), c.tenant.ID, c.ada.ID); err == nil {
			t.Error("locked outside of a transaction")
		}
		if store.Save(t.Context(), c.tenant.ID, timer.Changeset{}) == nil {
			t.Error("saved outside of a transaction")
		}
	})
}

func testSaving(t *testing.T, store Store) {
	c := newCompany(t, store)
	hours := 12.25
	first := entry(c.ada, item("Payments", "101"), at(9, 0).Add(7*time.Millisecond), time.Time{})
	first.ExistingHours = &hours
	second := entry(c.ada, item("Payments", "102"), at(10, 0), at(11, 0))
	second.Source, second.NeedsReview = timer.Manual, true

	t.Run("inserts running and stopped entries", func(t *testing.T) {
		c.keep(first, second)
		equal(t, "first", first, must[timer.Entry](t)(store.Entry(t.Context(), c.tenant.ID, first.ID)))
		equal(t, "second", second, must[timer.Entry](t)(store.Entry(t.Context(), c.tenant.ID, second.ID)))
	})

	t.Run("updates what carries the next revision", func(t *testing.T) {
		first.StoppedAt, first.Revision = at(10, 0), 2
		second.StartedAt, second.StoppedAt, second.NeedsReview, second.VoidedAt, second.Revision =
			at(10, 1), at(10, 59), false, at(12, 0), 2
		if err := c.save(timer.Changeset{Update: []timer.Entry{first, second}}); err != nil {
			t.Fatal(err)
		}
		equal(t, "first", first, must[timer.Entry](t)(store.Entry(t.Context(), c.tenant.ID, first.ID)))
		equal(t, "second", second, must[timer.Entry](t)(store.Entry(t.Context(), c.tenant.ID, second.ID)))
	})

	t.Run("refuses what carries another", func(t *testing.T) {
		for _, revision := range []int64{1, 2, 4} {
			stale := first
			stale.StoppedAt, stale.Revision = at(10, 30), revision
			added := entry(c.bob, item("Payments", "101"), at(9, 0), at(9, 30))
			err := c.save(timer.Changeset{Insert: []timer.Entry{added}, Update: []timer.Entry{stale}})
			fails(t, err, errs.Stale, "stale")
			_, err = store.Entry(t.Context(), c.tenant.ID, added.ID)
			fails(t, err, errs.NotFound, "time_entry_not_found")
		}
		unknown := first
		unknown.ID = ids.New[ids.Entry]()
		fails(t, c.save(timer.Changeset{Update: []timer.Entry{unknown}}), errs.Stale, "stale")
		equal(t, "first", first, must[timer.Entry](t)(store.Entry(t.Context(), c.tenant.ID, first.ID)))
	})

	t.Run("stops what runs, and nothing else", func(t *testing.T) {
		running := entry(c.ada, item("Payments", "103"), at(13, 0), time.Time{})
		c.keep(running)
		stopped := running
		stopped.StoppedAt, stopped.NeedsReview, stopped.Revision = at(14, 0), true, 2
		seen := stopped
		seen.StartedAt, seen.ExistingHours = at(13, 30), &hours // a stop writes neither
		if err := c.save(timer.Changeset{Stop: []timer.Entry{seen}}); err != nil {
			t.Fatal(err)
		}
		equal(t, "stopped", stopped, must[timer.Entry](t)(store.Entry(t.Context(), c.tenant.ID, running.ID)))
		again := stopped
		again.StoppedAt, again.Revision = at(15, 0), 3
		fails(t, c.save(timer.Changeset{Stop: []timer.Entry{again}}), errs.Stale, "stale")
		equal(t, "stopped", stopped, must[timer.Entry](t)(store.Entry(t.Context(), c.tenant.ID, running.ID)))
	})

	t.Run("keeps one running timer", func(t *testing.T) {
		task := item("Payments", "101")
		c.keep(entry(c.bob, task, at(9, 0), time.Time{}))
		err := c.save(timer.Changeset{Insert: []timer.Entry{entry(c.bob, task, at(10, 0), time.Time{})}})
		fails(t, err, errs.Conflict, "timer_running")
	})

	t.Run("switches in one go", func(t *testing.T) {
		running, _, err := store.RunningEntry(t.Context(), c.tenant.ID, c.bob.ID)
		if err != nil {
			t.Fatal(err)
		}
		running.StoppedAt, running.Revision = at(10, 0), 2
		next := entry(c.bob, item("Storefront", "201"), at(10, 0), time.Time{})
		c.know(next.WorkItem)
		err = c.save(timer.Changeset{
			Update: []timer.Entry{running}, Insert: []timer.Entry{next},
			Events: []timer.Event{event(timer.Switched, running, at(10, 0)), event(timer.Started, next, at(10, 0))},
		})
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := store.RunningEntry(t.Context(), c.tenant.ID, c.bob.ID)
		equal(t, "running", next, got)
		if err != nil {
			t.Error(err)
		}
	})

	t.Run("refuses impossible rows", func(t *testing.T) {
		task := item("Payments", "101")
		for name, wrong := range map[string]timer.Entry{
			"stop before start": entry(c.ada, task, at(9, 0), at(8, 59)),
			"over 24 hours":     entry(c.ada, task, at(0, 0), at(24, 0).Add(time.Millisecond)),
			"unknown work item": entry(c.ada, item("Payments", "404"), at(9, 0), at(9, 1)),
			"unknown user":      entry(newUser("Nobody"), task, at(9, 0), at(9, 1)),
		} {
			if c.save(timer.Changeset{Insert: []timer.Entry{wrong}}) == nil {
				t.Errorf("%s: kept", name)
			}
		}
		c.keep(entry(c.ada, task, at(0, 0), at(24, 0)))
	})

	t.Run("keeps many rows at once", func(t *testing.T) {
		// This is more than the 2,100 parameters that SQL Server takes in one batch.
		task := item("Payments", "101")
		var changes timer.Changeset
		for i := range 300 {
			e := entry(c.ada, task, at(24+i, 0), at(24+i, 30))
			changes.Insert = append(changes.Insert, e)
			changes.Events = append(changes.Events, event(timer.Started, e, e.StartedAt), event(timer.Stopped, e, e.StoppedAt))
		}
		if err := c.save(changes); err != nil {
			t.Fatal(err)
		}
		got := must[[]timer.Entry](t)(store.Entries(t.Context(), c.tenant.ID,
			timer.EntryFilter{Selection: timer.Selection{Users: []ids.User{c.ada.ID}}, From: at(24, 0)}, page.Request{Limit: 500}))
		equal(t, "entries", 300, len(got))
	})

	t.Run("keeps events and history", func(t *testing.T) {
		c := newCompany(t, store)
		e := entry(c.ada, item("Payments", "101"), at(9, 0), at(10, 0))
		started, stopped := event(timer.Started, e, at(9, 0)), event(timer.Stopped, e, at(10, 0))
		change := timer.Change{
			ID: ids.New[ids.Change](), EntryID: e.ID, Operation: newOperation(timer.Splitting), ChangedAt: at(11, 0),
			ChangedBy: timer.UserRef{ID: c.bob.ID, Name: c.bob.Name},
			Field:     "stopped_at", Old: "", New: "2026-03-02T10:00:00.000Z", Reason: "forgot it 🕰",
		}
		earlier := change
		earlier.ID, earlier.ChangedAt, earlier.Reason = ids.New[ids.Change](), at(10, 30), ""
		earlier.Operation = newOperation(timer.Changing)
		rest := entry(c.ada, e.WorkItem, at(10, 0), at(11, 0))
		made := change
		made.ID, made.EntryID, made.Field, made.New = ids.New[ids.Change](), rest.ID, "source", "timer"
		c.know(e.WorkItem)
		err := c.save(timer.Changeset{
			Insert: []timer.Entry{e, rest},
			Events: []timer.Event{started, stopped}, History: []timer.Change{change, earlier, made},
			WriteBacks: []workitem.WriteBackChange{{
				EntryID: e.ID, UserID: c.ada.ID, WorkItemID: e.WorkItem.ID, Wanted: time.Hour, At: at(10, 0), Join: true,
			}},
		})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "events", []timer.Event{stopped, started},
			must[[]timer.Event](t)(store.Events(t.Context(), c.tenant.ID, audit.Filter{User: c.ada.ID}, page.Request{Limit: 10})))
		equal(t, "changes", []timer.Change{earlier, change},
			must[[]timer.Change](t)(store.Changes(t.Context(), c.tenant.ID, e.ID)))
		equal(t, "the last change", change.ChangedAt,
			must[time.Time](t)(store.LastChanged(t.Context(), c.tenant.ID, []ids.Entry{rest.ID, e.ID})))
		equal(t, "the last change of no entry", time.Time{},
			must[time.Time](t)(store.LastChanged(t.Context(), c.tenant.ID, []ids.Entry{ids.New[ids.Entry]()})))
		equal(t, "the entries of an operation", []ids.Entry{e.ID, rest.ID},
			must[[]ids.Entry](t)(store.OperationEntries(t.Context(), c.tenant.ID, change.Operation.ID)))
		equal(t, "which entries are followed", map[ids.Entry]bool{e.ID: true},
			must[map[ids.Entry]bool](t)(store.TakesPart(t.Context(), c.tenant.ID, []ids.Entry{rest.ID, e.ID})))
	})
}

func testEntries(t *testing.T, store Store) {
	c := newCompany(t, store)
	task, other := item("Payments", "101"), item("Payments", "102")
	early := entry(c.ada, task, at(8, 0), at(9, 0))
	long := entry(c.ada, task, at(9, 30), at(12, 0))
	inner := entry(c.ada, other, at(10, 0), at(11, 0))
	void := entry(c.ada, task, at(13, 0), at(14, 0))
	void.VoidedAt = at(14, 0)
	empty := entry(c.ada, task, at(15, 0), at(15, 0))
	running := entry(c.ada, other, at(16, 0), time.Time{})
	foreign := entry(c.bob, task, at(8, 0), at(20, 0))
	c.keep(early, long, inner, void, empty, running, foreign)
	forgotten := running.EndsBy(c.tenant.Settings.AutoStopAfter)

	t.Run("latest", func(t *testing.T) {
		got, ok, err := store.LatestEntry(t.Context(), c.tenant.ID, c.ada.ID)
		if !ok || err != nil {
			t.Fatal(ok, err)
		}
		equal(t, "latest", empty, got)
		nobody := newCompany(t, store)
		if _, ok, err := store.LatestEntry(t.Context(), nobody.tenant.ID, nobody.ada.ID); ok || err != nil {
			t.Errorf("an entry of nobody: %v, %v", ok, err)
		}
		overlapping := newCompany(t, store)
		want := entry(overlapping.ada, task, at(0, 0), at(23, 59))
		overlapping.keep(want, entry(overlapping.ada, task, at(23, 0), at(23, 30)))
		got, _, err = store.LatestEntry(t.Context(), overlapping.tenant.ID, overlapping.ada.ID)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "latest stop", want, got)
	})

	t.Run("overlapping", func(t *testing.T) {
		for _, test := range []struct {
			name     string
			from, to time.Time
			except   []ids.Entry
			want     ids.Entry
		}{
			{name: "before all", from: at(7, 0), to: at(8, 0)},
			{name: "touching the start", from: at(7, 0), to: at(8, 0).Add(time.Millisecond), want: early.ID},
			{name: "touching the stop", from: at(9, 0), to: at(9, 30)},
			{name: "within", from: at(8, 15), to: at(8, 30), want: early.ID},
			{name: "around", from: at(7, 0), to: at(9, 15), want: early.ID},
			{name: "the same", from: at(8, 0), to: at(9, 0), want: early.ID},
			{name: "itself", from: at(8, 0), to: at(9, 0), except: []ids.Entry{early.ID}},
			{name: "another within", from: at(9, 30), to: at(12, 0), except: []ids.Entry{long.ID}, want: inner.ID},
			{name: "those that change together", from: at(9, 30), to: at(12, 0), except: []ids.Entry{long.ID, inner.ID}},
			{name: "void", from: at(13, 0), to: at(14, 0)},
			{name: "without length", from: at(14, 30), to: at(15, 30)},
			{name: "running", from: at(20, 0), to: at(21, 0), want: running.ID},
			{name: "the running's last millisecond", from: forgotten.Add(-time.Millisecond), to: forgotten.Add(time.Hour), want: running.ID},
			{name: "after the running's limit", from: forgotten, to: forgotten.Add(time.Hour)},
			{name: "before the running", from: at(15, 30), to: at(16, 0)},
		} {
			got, ok, err := store.Overlapping(t.Context(), c.tenant.ID, c.ada.ID, test.from, test.to, test.except)
			if err != nil || ok != (!test.want.IsZero()) || got.ID != test.want {
				t.Errorf("%s: want %q, got %q, %v, %v", test.name, test.want, got.ID, ok, err)
			}
		}
	})

	t.Run("time on an item", func(t *testing.T) {
		got := must[timer.WorkItemTime](t)(store.TimeOn(t.Context(), c.tenant.ID, c.ada.ID, task.ID, nil, at(8, 30), at(11, 0)))
		equal(t, "sums", timer.WorkItemTime{
			OwnToday: 30*time.Minute + 90*time.Minute,
			Own:      60*time.Minute + 150*time.Minute,
			Total:    60*time.Minute + 150*time.Minute + 12*time.Hour,
		}, got)

		waiting, theirs := entry(c.ada, task, at(17, 0), at(17, 20)), entry(c.bob, task, at(21, 0), at(21, 5))
		waiting.NeedsReview, theirs.NeedsReview = true, true
		c.keep(waiting, theirs)
		want := got
		want.OwnReview, want.Review = 20*time.Minute, 25*time.Minute
		got = must[timer.WorkItemTime](t)(store.TimeOn(t.Context(), c.tenant.ID, c.ada.ID, task.ID, nil, at(8, 30), at(11, 0)))
		equal(t, "sums beside time under review", want, got)
	})

	t.Run("running on an item", func(t *testing.T) {
		later := entry(c.bob, other, at(16, 30), time.Time{})
		c.keep(later)
		equal(t, "both", []timer.Entry{running, later},
			must[[]timer.Entry](t)(store.RunningOn(t.Context(), c.tenant.ID, other.ID, nil, 10)))
		equal(t, "the first", []timer.Entry{running},
			must[[]timer.Entry](t)(store.RunningOn(t.Context(), c.tenant.ID, other.ID, nil, 1)))
		equal(t, "none", nil,
			must[[]timer.Entry](t)(store.RunningOn(t.Context(), c.tenant.ID, task.ID, nil, 10)))
	})
}

func testLists(t *testing.T, store Store) {
	c := newCompany(t, store)
	task, bug, remote := item("Payments", "101"), item("Storefront", "201"), itemOf("fabrikam", "Payments", "101")
	// All begin within two hours, some at the same instant.
	first := entry(c.ada, task, at(8, 0), at(9, 0))
	same := entry(c.ada, bug, at(8, 0), at(8, 30))
	same.NeedsReview = true
	void := entry(c.ada, task, at(9, 0), at(10, 0))
	void.VoidedAt = at(11, 0)
	foreign := entry(c.bob, task, at(9, 0), at(10, 0))
	away := entry(c.bob, remote, at(9, 30), at(9, 45))
	empty := entry(c.bob, bug, at(9, 50), at(9, 50))
	running := entry(c.ada, bug, at(10, 0), time.Time{})
	c.keep(first, same, void, foreign, away, empty, running)
	review, noReview := true, false
	all := []timer.Entry{running, empty, away, foreign, void, same, first}

	for _, test := range []struct {
		name   string
		filter timer.EntryFilter
		want   []timer.Entry
	}{
		{"everything", timer.EntryFilter{IncludeVoided: true}, all},
		{"without void", timer.EntryFilter{}, []timer.Entry{running, empty, away, foreign, same, first}},
		{"a user's", timer.EntryFilter{Selection: timer.Selection{Users: []ids.User{c.ada.ID}}}, []timer.Entry{running, same, first}},
		{"from", timer.EntryFilter{From: at(9, 0)}, []timer.Entry{running, empty, away, foreign}},
		{"from within", timer.EntryFilter{From: at(8, 59)}, []timer.Entry{running, empty, away, foreign, first}},
		{"from on an empty one", timer.EntryFilter{From: at(9, 50)}, []timer.Entry{running, empty, foreign}},
		{"from before the running's limit", timer.EntryFilter{From: at(20, 0).Add(-time.Millisecond)}, []timer.Entry{running}},
		{"from after all", timer.EntryFilter{From: at(20, 0)}, nil},
		{"to", timer.EntryFilter{To: at(9, 0)}, []timer.Entry{same, first}},
		{"to on an empty one", timer.EntryFilter{From: at(9, 46), To: at(9, 50)}, []timer.Entry{foreign}},
		{"range", timer.EntryFilter{From: at(8, 30), To: at(9, 30)}, []timer.Entry{foreign, first}},
		{"organization", timer.EntryFilter{Selection: timer.Selection{Sites: []ids.Site{remote.Site.ID}}}, []timer.Entry{away}},
		{"project", timer.EntryFilter{Selection: timer.Selection{Sites: []ids.Site{task.Site.ID}, Projects: []ids.Project{task.Project.ID}}}, []timer.Entry{foreign, first}},
		{"item", timer.EntryFilter{Selection: timer.Selection{WorkItems: timer.Items{IDs: []ids.WorkItem{bug.ID}}}}, []timer.Entry{running, empty, same}},
		{"to review", timer.EntryFilter{Selection: timer.Selection{NeedsReview: &review}}, []timer.Entry{same}},
		{"reviewed", timer.EntryFilter{Selection: timer.Selection{Users: []ids.User{c.ada.ID}, NeedsReview: &noReview}}, []timer.Entry{running, first}},
		{"all at once", timer.EntryFilter{
			From: at(8, 0), To: at(9, 0), IncludeVoided: true,
			Selection: timer.Selection{
				Users: []ids.User{c.ada.ID}, Sites: []ids.Site{bug.Site.ID}, Projects: []ids.Project{bug.Project.ID},
				WorkItems: timer.Items{IDs: []ids.WorkItem{bug.ID}}, NeedsReview: &review,
			},
		}, []timer.Entry{same}},
		{"of two people", timer.EntryFilter{Selection: timer.Selection{Users: []ids.User{c.ada.ID, c.bob.ID}}}, []timer.Entry{running, empty, away, foreign, same, first}},
		{"of two items", timer.EntryFilter{Selection: timer.Selection{WorkItems: timer.Items{IDs: []ids.WorkItem{bug.ID, remote.ID}}}}, []timer.Entry{running, empty, away, same}},
		{"with a work item", timer.EntryFilter{Selection: timer.Selection{WorkItems: timer.Items{None: true}}}, nil},
		{"running", timer.EntryFilter{Running: &review}, []timer.Entry{running}},
		{"stopped", timer.EntryFilter{Running: &noReview}, []timer.Entry{empty, away, foreign, same, first}},
		{"of a type", timer.EntryFilter{Selection: timer.Selection{Types: []string{"Task", "Epic"}}}, []timer.Entry{running, empty, away, foreign, same, first}},
		{"without a state", timer.EntryFilter{Selection: timer.Selection{States: []string{""}}}, []timer.Entry{running, empty, away, foreign, same, first}},
		{"without a parent", timer.EntryFilter{Selection: timer.Selection{Parents: timer.Items{None: true}}}, []timer.Entry{running, empty, away, foreign, same, first}},
		{"of a parent", timer.EntryFilter{Selection: timer.Selection{Parents: timer.Items{IDs: []ids.WorkItem{bug.ID}}}}, nil},
		{"nothing", timer.EntryFilter{Selection: timer.Selection{Users: []ids.User{ids.New[ids.User]()}}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := must[[]timer.Entry](t)(store.Entries(t.Context(), c.tenant.ID, test.filter, page.Request{Limit: 100}))
			equal(t, "entries", test.want, got)
			// The same list is read page by page.
			var paged []timer.Entry
			for request := (page.Request{Limit: 2}); ; {
				part := must[[]timer.Entry](t)(store.Entries(t.Context(), c.tenant.ID, test.filter, request))
				paged = append(paged, part...)
				if len(part) < request.Limit {
					break
				}
				last := part[len(part)-1]
				request.After = page.Position{At: last.StartedAt, ID: ids.Any(last.ID)}
			}
			equal(t, "page by page", entryIDs(test.want), entryIDs(paged))
		})
	}

	t.Run("running timers", func(t *testing.T) {
		later := entry(c.bob, task, at(10, 0), time.Time{}) // at the same instant
		c.keep(later)
		both := []timer.Entry{running, later}
		equal(t, "all", both, must[[]timer.Entry](t)(store.RunningEntries(t.Context(), c.tenant.ID, nil, page.Request{Limit: 10})))
		equal(t, "first page", both[:1], must[[]timer.Entry](t)(store.RunningEntries(t.Context(), c.tenant.ID, nil, page.Request{Limit: 1})))
		after := page.Position{At: running.StartedAt, ID: ids.Any(running.ID)}
		equal(t, "second page", both[1:],
			must[[]timer.Entry](t)(store.RunningEntries(t.Context(), c.tenant.ID, nil, page.Request{Limit: 1, After: after})))
	})

	t.Run("events", func(t *testing.T) {
		events := []timer.Event{
			event(timer.AutoStopped, first, at(12, 0)), event(timer.Stopped, first, at(11, 0)),
			event(timer.Discarded, foreign, at(11, 0)), event(timer.Started, same, at(8, 0)),
		}
		// Of two at the same instant the later id comes first.
		if events[1].ID.Compare(events[2].ID) < 0 {
			events[1].ID, events[2].ID = events[2].ID, events[1].ID
		}
		if err := c.save(timer.Changeset{Events: events}); err != nil {
			t.Fatal(err)
		}
		equal(t, "everybody's", events, must[[]timer.Event](t)(store.Events(t.Context(), c.tenant.ID, audit.Filter{}, page.Request{Limit: 10})))
		equal(t, "bob's", events[2:3], must[[]timer.Event](t)(store.Events(t.Context(), c.tenant.ID, audit.Filter{User: c.bob.ID}, page.Request{Limit: 10})))
		var paged []timer.Event
		request := page.Request{Limit: 1}
		for range events {
			part := must[[]timer.Event](t)(store.Events(t.Context(), c.tenant.ID, audit.Filter{}, request))
			if len(part) != 1 {
				t.Fatalf("a page of %d", len(part))
			}
			paged = append(paged, part...)
			request.After = page.Position{At: part[0].At, ID: ids.Any(part[0].ID)}
		}
		equal(t, "page by page", events, paged)
	})
}

func testOverdue(t *testing.T, store Store) {
	task := item("Payments", "101")
	short := newCompany(t, store) // its limit is 10 hours
	forgotten := entry(short.ada, task, at(0, 0), time.Time{})
	short.keep(forgotten, entry(short.bob, task, at(0, 0).Add(time.Millisecond), time.Time{}))
	long := &company{t: t, store: store, tenant: newTenant(), ada: newUser("Ada")}
	long.tenant.Settings.AutoStopAfter = 12 * time.Hour
	long.tx(func(ctx context.Context) error {
		if err := store.InsertTenant(ctx, long.tenant.ID, long.tenant, []tenant.Activity{development}); err != nil {
			return err
		}
		return store.InsertUser(ctx, long.tenant.ID, long.ada)
	})
	long.keep(entry(long.ada, task, at(0, 0), time.Time{}))

	overdue := func(now time.Time) []timer.OverdueTimer {
		t.Helper()
		// Other tests' tenants may have forgotten timers as well.
		var ours []timer.OverdueTimer
		for _, o := range must[[]timer.OverdueTimer](t)(store.OverdueTimers(t.Context(), now, 10_000)) {
			if o.TenantID == short.tenant.ID || o.TenantID == long.tenant.ID {
				ours = append(ours, o)
			}
		}
		return ours
	}
	equal(t, "just before", nil, overdue(at(10, 0).Add(-time.Millisecond)))
	want := timer.OverdueTimer{
		TenantID: short.tenant.ID, User: forgotten.User, EntryID: forgotten.ID, AutoStopAfter: 10 * time.Hour,
	}
	equal(t, "to the instant", []timer.OverdueTimer{want}, overdue(at(10, 0)))
	if got := overdue(at(12, 0)); len(got) != 3 {
		t.Errorf("want all three running timers, got %v", got)
	}
	if got := must[[]timer.OverdueTimer](t)(store.OverdueTimers(t.Context(), at(12, 0), 2)); len(got) != 2 {
		t.Errorf("want at most two, got %d", len(got))
	}
}
