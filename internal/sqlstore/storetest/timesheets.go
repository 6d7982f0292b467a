package storetest

import (
	"context"
	"testing"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
	"timetracker/internal/workitem"
)

// firstDay is a Monday, the tests' first day.
var firstDay = calendar.Day{Year: 2026, Month: time.March, Date: 2}

// newWeek is a person's week that was handed in up to an instant. It is the one that begins weeks after firstDay.
func newWeek(user tenant.User, weeks int, through time.Time) timesheet.Record {
	return timesheet.Record{
		ID: ids.New[ids.Timesheet](), User: user.ID, FirstDay: firstDay.AddDays(7 * weeks), Status: timesheet.Submitted, TimeZone: "UTC",
		From: day.AddDate(0, 0, 7*weeks), Through: through, SubmittedAt: through, Revision: 1,
	}
}

// keepWeek saves a week, which must succeed.
func (c *company) keepWeek(r timesheet.Record) {
	c.t.Helper()
	c.tx(func(ctx context.Context) error { return c.store.SaveTimesheet(ctx, c.tenant.ID, r) })
}

func testTimesheets(t *testing.T, store Store) {
	c := newCompany(t, store)
	ctx, id := t.Context(), c.tenant.ID
	_, ok, err := store.Timesheet(ctx, id, c.ada.ID, firstDay)
	equal(t, "a week that was never handed in", ok || err != nil, false)

	week := newWeek(c.ada, 0, at(17, 0))
	c.keepWeek(week)
	stored, _, err := store.Timesheet(ctx, id, c.ada.ID, firstDay)
	equal(t, "submitted", must[timesheet.Record](t)(stored, err), week)
	// Two can't be the first to hand it in.
	err = store.Tx(ctx, id, func(ctx context.Context) error { return store.SaveTimesheet(ctx, id, week) })
	fails(t, err, errs.Stale, "stale")

	week.Status, week.ApprovedThrough, week.UndoThrough, week.Comment = timesheet.Approved, week.Through, at(3, 0), "Fine"
	week.DecidedAt, week.DecidedBy, week.Revision = at(18, 0), tenant.UserRef{ID: c.bob.ID, Name: c.bob.Name}, 2
	c.keepWeek(week)
	err = store.Tx(ctx, id, func(ctx context.Context) error { return store.SaveTimesheet(ctx, id, week) })
	fails(t, err, errs.Stale, "stale")
	later, others := newWeek(c.ada, 1, at(24*8, 0)), newWeek(c.bob, 0, at(20, 0))
	c.keepWeek(later)
	c.keepWeek(others)

	read := must[[]timesheet.Record](t)
	equal(t, "Ada's weeks", read(store.Timesheets(ctx, id, []ids.User{c.ada.ID}, firstDay, firstDay.AddDays(7))), []timesheet.Record{week, later})
	equal(t, "one week", read(store.Timesheets(ctx, id, []ids.User{c.ada.ID}, firstDay.AddDays(1), firstDay.AddDays(7))), []timesheet.Record{later})
	equal(t, "of both", len(read(store.Timesheets(ctx, id, []ids.User{c.ada.ID, c.bob.ID}, firstDay, firstDay))), 2)
}

func testClosedPeriods(t *testing.T, store Store) {
	c := newCompany(t, store)
	ctx, id := t.Context(), c.tenant.ID
	approved, withdrawn := newWeek(c.ada, 0, at(17, 0)), newWeek(c.ada, 1, at(24*7, 0))
	approved.Status, approved.ApprovedThrough = timesheet.Approved, at(12, 0)
	approved.DecidedAt, approved.DecidedBy = at(18, 0), tenant.UserRef{ID: c.bob.ID, Name: c.bob.Name}
	withdrawn.Status = timesheet.Open // it closes nothing
	last := newWeek(c.ada, 2, at(24*21, 0))
	for _, week := range []timesheet.Record{approved, withdrawn, last} {
		c.keepWeek(week)
	}
	first := timer.ClosedPeriod{User: c.ada.ID, From: at(0, 0), To: at(17, 0), ApprovedUntil: at(12, 0)}
	third := timer.ClosedPeriod{User: c.ada.ID, From: last.From, To: last.Through}
	for _, test := range []struct {
		what     string
		user     tenant.User
		from, to time.Time
		want     timer.ClosedPeriod
	}{
		{"within", c.ada, at(9, 0), at(10, 0), first},
		{"around", c.ada, at(-1, 0), at(20, 0), first},
		{"its last millisecond", c.ada, at(17, 0).Add(-time.Millisecond), at(18, 0), first},
		{"after it", c.ada, at(17, 0), at(18, 0), timer.ClosedPeriod{}},
		{"before it", c.ada, at(-1, 0), at(0, 0), timer.ClosedPeriod{}},
		{"in a week that was withdrawn", c.ada, at(24*8, 0), at(24*8, 1), timer.ClosedPeriod{}},
		{"a week's last day", c.ada, at(24*20+23, 0), at(24*21, 0), third},
		{"somebody else's", c.bob, at(9, 0), at(10, 0), timer.ClosedPeriod{}},
	} {
		got, ok, err := store.ClosedPeriod(ctx, id, test.user.ID, test.from, test.to)
		equal(t, test.what, must[timer.ClosedPeriod](t)(got, err), test.want)
		equal(t, test.what+": found", ok, test.want != timer.ClosedPeriod{})
	}
	all, err := store.ClosedPeriods(ctx, id, []ids.User{c.ada.ID, c.bob.ID}, at(0, 0), at(24*30, 0))
	equal(t, "all", must[[]timer.ClosedPeriod](t)(all, err), []timer.ClosedPeriod{first, third})
}

func testPendingTimesheets(t *testing.T, store Store) {
	c := newCompany(t, store)
	ctx, id := t.Context(), c.tenant.ID
	eve, mia := newUser("Eve"), newUser("Mia")
	eve.Approver = tenant.UserRef{ID: c.bob.ID, Name: c.bob.Name}
	c.keepUsers(eve, mia)
	weeks := []timesheet.Record{newWeek(eve, 0, at(10, 0)), newWeek(mia, 0, at(11, 0)), newWeek(eve, 1, at(24*7+2, 0))}
	for _, week := range weeks {
		c.keepWeek(week)
	}
	done := newWeek(mia, 1, at(24*7, 0))
	done.Status = timesheet.Open
	c.keepWeek(done)
	pending := func(scope timesheet.PendingScope, request page.Request) []ids.Timesheet {
		t.Helper()
		records, err := store.PendingTimesheets(ctx, id, scope, request)
		list := []ids.Timesheet{}
		for _, r := range must[[]timesheet.Record](t)(records, err) {
			list = append(list, r.ID)
		}
		return list
	}
	all, byBob := page.Request{Limit: 10}, timesheet.PendingScope{Approver: c.bob.ID}
	equal(t, "everybody's", pending(timesheet.PendingScope{}, all), []ids.Timesheet{weeks[0].ID, weeks[1].ID, weeks[2].ID})
	equal(t, "of Bob's people", pending(byBob, all), []ids.Timesheet{weeks[0].ID, weeks[2].ID})
	byAda := timesheet.PendingScope{Approver: c.ada.ID, Unassigned: true}
	equal(t, "of nobody's people", pending(byAda, all), []ids.Timesheet{weeks[1].ID})
	first := page.Request{Limit: 2, After: page.Position{At: weeks[0].SubmittedAt, ID: ids.Any(weeks[0].ID)}}
	equal(t, "the next page", pending(timesheet.PendingScope{}, first), []ids.Timesheet{weeks[1].ID, weeks[2].ID})
	people, err := store.CountPeople(ctx, id, c.bob.ID)
	equal(t, "Bob's people in number", must[int](t)(people, err), 1)
	// Once Bob has left, his people have nobody.
	c.tx(func(ctx context.Context) error {
		gone := c.bob
		gone.Status, gone.Revision = tenant.UserDeactivated, gone.Revision+1
		return store.UpdateUser(ctx, id, gone)
	})
	equal(t, "after Bob has left", pending(byAda, all), []ids.Timesheet{weeks[0].ID, weeks[1].ID, weeks[2].ID})

	users, err := store.Users(ctx, id, tenant.UserFilter{Approver: c.bob.ID, OrUser: mia.ID}, page.Request{Limit: 10})
	equal(t, "Bob's people and Mia", must[[]tenant.User](t)(users, err), []tenant.User{eve, mia})
	users, err = store.Users(ctx, id, tenant.UserFilter{Approver: c.bob.ID}, page.Request{Limit: 10})
	equal(t, "Bob's people", must[[]tenant.User](t)(users, err), []tenant.User{eve})
	users, err = store.Users(ctx, id, tenant.UserFilter{IDs: []ids.User{mia.ID}}, page.Request{Limit: 10})
	equal(t, "by id", must[[]tenant.User](t)(users, err), []tenant.User{mia})
}

func testIntervals(t *testing.T, store Store) {
	c := newCompany(t, store)
	ctx, id := t.Context(), c.tenant.ID
	task := item("Payments", "101")
	counted := entry(c.ada, task, at(8, 0), at(10, 0))
	waits := entry(c.bob, task, at(9, 0), at(11, 0))
	waits.NeedsReview = true
	void := entry(c.ada, task, at(9, 0), at(10, 0))
	void.VoidedAt = at(12, 0)
	c.keep(counted, waits, void, entry(c.ada, task, at(10, 0), time.Time{}), entry(c.ada, task, at(7, 0), at(8, 0)))
	both := []ids.User{c.ada.ID, c.bob.ID}
	read := func(from, to time.Time) map[ids.User]timesheet.Interval {
		t.Helper()
		found := map[ids.User]timesheet.Interval{}
		intervals, err := store.Intervals(ctx, id, both, from, to)
		for _, i := range must[[]timesheet.Interval](t)(intervals, err) {
			if _, twice := found[i.User]; twice {
				t.Errorf("two intervals of one person: %v", i)
			}
			found[i.User] = i
		}
		return found
	}
	ada := timesheet.Interval{User: c.ada.ID, StartedAt: at(8, 0), StoppedAt: at(10, 0)}
	bob := timesheet.Interval{User: c.bob.ID, StartedAt: at(9, 0), StoppedAt: at(11, 0), NeedsReview: true}
	equal(t, "of the morning", read(at(8, 0), at(12, 0)), map[ids.User]timesheet.Interval{c.ada.ID: ada, c.bob.ID: bob})
	equal(t, "after ten", read(at(10, 0), at(12, 0)), map[ids.User]timesheet.Interval{c.bob.ID: bob})
	since, err := store.RunningSince(ctx, id, both)
	equal(t, "running", must[map[ids.User]time.Time](t)(since, err), map[ids.User]time.Time{c.ada.ID: at(10, 0)})
	since, err = store.RunningSince(ctx, id, []ids.User{c.bob.ID})
	equal(t, "Bob's running", must[map[ids.User]time.Time](t)(since, err), map[ids.User]time.Time{})
	count := must[int](t)
	equal(t, "under review", count(store.CountUnderReview(ctx, id, c.bob.ID, at(10, 0), at(12, 0))), 1)
	equal(t, "under review before", count(store.CountUnderReview(ctx, id, c.bob.ID, at(8, 0), at(9, 0))), 0)
	equal(t, "Ada's under review", count(store.CountUnderReview(ctx, id, c.ada.ID, at(0, 0), at(12, 0))), 0)
}

// An entry under review is settled while an adjustment for it stands.
func testSettlements(t *testing.T, store Store) {
	c := newCompany(t, store)
	ctx, id := t.Context(), c.tenant.ID
	task := item("Payments", "101")
	waits, other := entry(c.bob, task, at(9, 0), at(11, 0)), entry(c.bob, task, at(12, 0), at(13, 0))
	waits.NeedsReview, other.NeedsReview = true, true
	c.keep(waits, other)
	look := func(what string, want bool) {
		t.Helper()
		read, err := store.Entry(ctx, id, waits.ID)
		equal(t, what, must[timer.Entry](t)(read, err).Settled, want)
		waiting := 2
		if want {
			waiting = 1
		}
		count, err := store.CountUnderReview(ctx, id, c.bob.ID, at(0, 0), at(24, 0))
		equal(t, what+": waiting", must[int](t)(count, err), waiting)
		for settled, wanted := range map[bool]int{true: 2 - waiting, false: waiting} {
			filter := timer.EntryFilter{Selection: timer.Selection{NeedsReview: new(true)}, Settled: &settled}
			listed, err := store.Entries(ctx, id, filter, page.Request{Limit: 10})
			equal(t, what+": listed", len(must[[]timer.Entry](t)(listed, err)), wanted)
		}
	}
	insert := func(a timesheet.Adjustment) {
		t.Helper()
		c.tx(func(ctx context.Context) error { return store.InsertAdjustment(ctx, id, a) })
	}
	look("before", false)
	settlement := timesheet.Adjustment{
		ID: ids.New[ids.Adjustment](), User: tenant.UserRef{ID: c.bob.ID, Name: c.bob.Name}, ForDay: firstDay, Day: firstDay.AddDays(7),
		WorkItem: task, ProjectID: task.Project.ID, Activity: c.tenant.Settings.DefaultActivity, Entry: waits.ID,
		By: tenant.UserRef{ID: c.bob.ID, Name: c.bob.Name}, At: at(15, 0),
	}
	insert(settlement)
	look("settled, though nothing of it counts", true)
	read, err := store.Adjustment(ctx, id, c.bob.ID, settlement.ID)
	equal(t, "the settlement's entry", must[timesheet.Adjustment](t)(read, err).Entry, waits.ID)
	back := settlement
	back.ID, back.Reverses, back.Reason, back.At = ids.New[ids.Adjustment](), settlement.ID, "Not so", at(16, 0)
	insert(back)
	look("taken back", false)
	settlement.ID, settlement.Length = ids.New[ids.Adjustment](), time.Hour
	insert(settlement)
	look("settled again", true)
}

func testEntriesSeenBy(t *testing.T, store Store) {
	c := newCompany(t, store)
	ctx, id := t.Context(), c.tenant.ID
	task := item("Payments", "101")
	before, first := entry(c.bob, task, at(7, 0), at(8, 0)), entry(c.bob, task, at(8, 0), at(10, 0))
	second, after := entry(c.bob, task, at(11, 0), at(12, 0)), entry(c.bob, task, at(14, 0), at(15, 0))
	void := entry(c.bob, task, at(12, 0), at(13, 0))
	void.VoidedAt = at(16, 0)
	c.keep(before, first, second, after, void, entry(c.ada, task, at(9, 0), at(10, 0)), entry(c.bob, task, at(13, 0), time.Time{}))
	read := func(viewer ids.User, request page.Request) []timer.Entry {
		t.Helper()
		list, err := store.EntriesSeenBy(ctx, id, viewer, c.bob.ID, at(8, 0), at(14, 0), request)
		return must[[]timer.Entry](t)(list, err)
	}
	starts := func(list []timer.Entry) (all []time.Time) {
		for _, e := range list {
			all = append(all, e.StartedAt)
		}
		return all
	}
	all := page.Request{Limit: 10}
	equal(t, "stopped entries of the range", starts(read(c.bob.ID, all)), []time.Time{first.StartedAt, second.StartedAt})
	next := page.Request{Limit: 10, After: page.Position{At: first.StartedAt, ID: ids.Any(first.ID)}}
	equal(t, "the next page", starts(read(c.ada.ID, next)), []time.Time{second.StartedAt})
	// Each entry has the viewer's view of its work item, and not its owner's.
	c.know(task)
	c.tx(func(ctx context.Context) error {
		seen := workitem.Item{ID: task.ID, Number: task.Number, ProjectID: task.Project.ID, Title: task.Title, Type: task.Type}
		return store.Observe(ctx, id, c.bob.ID, []workitem.Observation{{Item: seen, Seen: true, At: at(9, 0)}})
	})
	equal(t, "the owner's view", read(c.bob.ID, all)[0].WorkItem.View.ReadAt, at(9, 0))
	equal(t, "the viewer's view", read(c.ada.ID, all)[0].WorkItem.View.ReadAt, time.Time{})
}

func testTargets(t *testing.T, store Store) {
	c := newCompany(t, store)
	ctx, id := t.Context(), c.tenant.ID
	save := func(target timesheet.Target) timesheet.Target {
		t.Helper()
		c.tx(func(ctx context.Context) error { return store.SaveTarget(ctx, id, target) })
		return target
	}
	var hours timesheet.Hours
	for i := range hours {
		hours[i] = time.Duration(i+1) * time.Hour
	}
	general := save(timesheet.Target{From: firstDay, Hours: hours, Revision: 1})
	own := save(timesheet.Target{User: c.ada.ID, From: firstDay.AddDays(3), Hours: hours, Revision: 1})
	bobs := save(timesheet.Target{User: c.bob.ID, From: firstDay.AddDays(4), Hours: hours, Revision: 1})
	later := save(timesheet.Target{User: c.ada.ID, From: firstDay.AddDays(9), Inherits: true, Revision: 2})
	read := must[[]timesheet.Target](t)
	equal(t, "Ada's", read(store.Targets(ctx, id, []ids.User{c.ada.ID})), []timesheet.Target{general, own, later})
	equal(t, "the tenant's", read(store.Targets(ctx, id, nil)), []timesheet.Target{general})
	equal(t, "everybody's", read(store.EveryTarget(ctx, id)), []timesheet.Target{general, own, bobs, later})
	equal(t, "another tenant's", read(store.EveryTarget(ctx, newCompany(t, store).tenant.ID)), nil)
	// A target of the same day is replaced.
	own = save(timesheet.Target{User: c.ada.ID, From: own.From, Hours: timesheet.Hours{time.Monday: time.Hour}, Revision: 3})
	general = save(timesheet.Target{From: firstDay, Hours: timesheet.Hours{time.Friday: time.Hour}, Revision: 2})
	equal(t, "after both were replaced", read(store.Targets(ctx, id, []ids.User{c.ada.ID})), []timesheet.Target{general, own, later})
}

func testReminders(t *testing.T, store Store) {
	c := newCompany(t, store)
	ctx, id := t.Context(), c.tenant.ID
	newReminder := func(weeks int) timesheet.Reminder {
		return timesheet.Reminder{
			ID: ids.New[ids.Reminder](), User: c.ada.ID, FirstDay: firstDay.AddDays(7 * weeks),
			By: tenant.UserRef{ID: c.bob.ID, Name: c.bob.Name}, At: at(9, 0),
		}
	}
	save := func(r timesheet.Reminder) {
		t.Helper()
		c.tx(func(ctx context.Context) error { return store.SaveReminder(ctx, id, r) })
	}
	read := func() []timesheet.Reminder {
		t.Helper()
		reminders, err := store.Reminders(ctx, id, []ids.User{c.ada.ID, c.bob.ID}, firstDay, firstDay.AddDays(14))
		return must[[]timesheet.Reminder](t)(reminders, err)
	}
	remove := func(user ids.User, reminder ids.Reminder) (found bool) {
		t.Helper()
		c.tx(func(ctx context.Context) (err error) {
			found, err = store.DeleteReminder(ctx, id, user, reminder)
			return err
		})
		return found
	}
	first, renewed, second := newReminder(0), newReminder(0), newReminder(1)
	save(first)
	save(second)
	save(renewed)
	equal(t, "one for each week", read(), []timesheet.Reminder{renewed, second})
	equal(t, "removed by somebody else", remove(c.bob.ID, renewed.ID), false)
	equal(t, "removed", remove(c.ada.ID, renewed.ID), true)
	equal(t, "removed again", remove(c.ada.ID, renewed.ID), false)
	c.tx(func(ctx context.Context) error { return store.DeleteReminderOf(ctx, id, c.ada.ID, second.FirstDay) })
	equal(t, "at the end", len(read()), 0)
}

func testAdjustments(t *testing.T, store Store) {
	c := newCompany(t, store)
	ctx, id := t.Context(), c.tenant.ID
	task := item("Payments", "101")
	c.know(task)
	adjust := func(user tenant.User, day calendar.Day, length time.Duration, made time.Time) timesheet.Adjustment {
		return timesheet.Adjustment{
			ID: ids.New[ids.Adjustment](), User: tenant.UserRef{ID: user.ID, Name: user.Name}, ForDay: firstDay, Day: day,
			WorkItem: task, ProjectID: task.Project.ID, Activity: c.tenant.Settings.DefaultActivity, Billable: true, Length: length,
			Reason: "Was a break", By: tenant.UserRef{ID: c.bob.ID, Name: c.bob.Name}, At: made,
		}
	}
	insert := func(a timesheet.Adjustment) error {
		return store.Tx(ctx, id, func(ctx context.Context) error { return store.InsertAdjustment(ctx, id, a) })
	}
	first, general := adjust(c.ada, firstDay.AddDays(7), -time.Hour, at(9, 0)), adjust(c.ada, firstDay.AddDays(7), 2*time.Hour, at(10, 0))
	general.WorkItem = workitem.WorkItem{Site: task.Site, Project: task.Project}
	opposite := adjust(c.ada, firstDay.AddDays(8), time.Hour, at(11, 0))
	opposite.Reverses = first.ID
	others := adjust(c.bob, firstDay.AddDays(9), time.Minute, at(12, 0))
	for _, a := range []timesheet.Adjustment{first, general, opposite, others} {
		if err := insert(a); err != nil {
			t.Fatal(err)
		}
	}
	again := adjust(c.ada, firstDay.AddDays(8), time.Hour, at(13, 0))
	again.Reverses = first.ID
	fails(t, insert(again), errs.Conflict, "adjustment_reversed")
	first.Reversal = opposite.ID

	got, err := store.Adjustment(ctx, id, c.bob.ID, first.ID)
	equal(t, "one", must[timesheet.Adjustment](t)(got, err), first)
	_, err = store.Adjustment(ctx, id, c.bob.ID, again.ID)
	fails(t, err, errs.NotFound, "adjustment_not_found")
	list := func(filter timesheet.AdjustmentFilter, request page.Request) []timesheet.Adjustment {
		t.Helper()
		all, err := store.Adjustments(ctx, id, filter, request)
		return must[[]timesheet.Adjustment](t)(all, err)
	}
	all := page.Request{Limit: 10}
	equal(t, "everybody's", list(timesheet.AdjustmentFilter{}, all), []timesheet.Adjustment{others, opposite, general, first})
	equal(t, "Bob's", list(timesheet.AdjustmentFilter{User: c.bob.ID}, all), []timesheet.Adjustment{others})
	equal(t, "of an approver", list(timesheet.AdjustmentFilter{Approver: c.bob.ID}, all), []timesheet.Adjustment{others})
	days := timesheet.AdjustmentFilter{From: firstDay.AddDays(8), To: firstDay.AddDays(8)}
	equal(t, "of a day", list(days, all), []timesheet.Adjustment{opposite})
	next := page.Request{Limit: 1, After: page.Position{At: opposite.At, ID: ids.Any(opposite.ID)}}
	equal(t, "the next page", list(timesheet.AdjustmentFilter{}, next), []timesheet.Adjustment{general})
	forgotten := entry(c.ada, task, at(8, 0), at(10, 0))
	c.keep(forgotten)
	settling := adjust(c.ada, firstDay.AddDays(10), time.Minute, at(14, 0))
	settling.Entry, settling.ForDay = forgotten.ID, firstDay.AddDays(1) // as in another zone
	elsewhere := settling
	other := entry(c.ada, task, at(10, 0), at(11, 0))
	c.keep(other)
	elsewhere.ID, elsewhere.Entry, elsewhere.ForDay = ids.New[ids.Adjustment](), other.ID, firstDay
	for _, a := range []timesheet.Adjustment{settling, elsewhere} {
		if err := insert(a); err != nil {
			t.Fatal(err)
		}
	}
	of := timesheet.EntryOfDays{
		Viewer: c.ada.ID, Entry: forgotten.ID, User: c.ada.ID, WorkItem: task.ID, From: firstDay, To: firstDay,
	}
	found, err := store.AdjustmentsOfEntry(ctx, id, of)
	equal(t, "of an entry", must[[]timesheet.Adjustment](t)(found, err), []timesheet.Adjustment{first, opposite, settling})
	of.WorkItem, of.Project = ids.WorkItem{}, task.Project.ID
	found, err = store.AdjustmentsOfEntry(ctx, id, of)
	equal(t, "of general time", must[[]timesheet.Adjustment](t)(found, err), []timesheet.Adjustment{general, settling})
	of.From, of.To, of.Entry = firstDay.AddDays(1), firstDay.AddDays(2), ids.New[ids.Entry]()
	found, err = store.AdjustmentsOfEntry(ctx, id, of)
	equal(t, "of other days", must[[]timesheet.Adjustment](t)(found, err), nil)
	sums, err := store.AdjustedDays(ctx, id, []ids.User{c.ada.ID}, firstDay, firstDay.AddDays(7))
	equal(t, "sums", must[[]timesheet.AdjustedDay](t)(sums, err), []timesheet.AdjustedDay{{User: c.ada.ID, Day: firstDay.AddDays(7), Sum: time.Hour}})
}
