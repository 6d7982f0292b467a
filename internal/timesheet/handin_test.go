package timesheet_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
	"timetracker/internal/workitem"
)

func TestSubmittedTimeIsClosed(t *testing.T) {
	o := newOffice(t)
	entry := o.add(o.bob, berlin(0, 9, 0), berlin(0, 17, 0))
	o.Clock.Set(berlin(4, 17, 0))
	sheet := o.submit(o.bob)
	equal(t, "status", sheet.Status, timesheet.Submitted)
	equal(t, "from", sheet.From, berlin(0, 0, 0))
	equal(t, "recorded", sheet.Recorded(), 8*time.Hour)
	// Another server's clock may be 5 seconds behind: a start there must come later.
	equal(t, "through", sheet.Through, berlin(4, 17, 0).Add(-5*time.Second))

	later := entry.StoppedAt.Add(time.Hour)
	for what, change := range map[string]func() error{
		"an added entry": func() error { _, err := o.tryAdd(o.bob, berlin(1, 9, 0), berlin(1, 10, 0)); return err },
		"a longer entry": func() error {
			_, err := o.Timers.Change(t.Context(), o.bob, entry.ID, entry.Revision, timer.Patch{StoppedAt: &later})
			return err
		},
		"an entry that an admin changes": func() error {
			_, err := o.Timers.Change(t.Context(), o.ada, entry.ID, entry.Revision, timer.Patch{StoppedAt: &later, Reason: "Overtime"})
			return err
		},
		"a void": func() error {
			_, err := o.Timers.Void(t.Context(), o.bob, entry.ID, entry.Revision, "")
			return err
		},
	} {
		err := change()
		if refused(t, err, errs.RuleBroken, "period_locked"); t.Failed() {
			t.Fatal(what)
		}
		failure, _ := errors.AsType[*errs.Error](err)
		closed, _ := failure.Subject.(timer.ClosedPeriod)
		equal(t, what+": closed by", closed.By, timer.BySubmission)
	}
	// The week before and the rest of this one are open.
	o.add(o.bob, berlin(-3, 9, 0), berlin(-3, 10, 0))
	o.Clock.Set(berlin(4, 18, 0))
	o.add(o.bob, berlin(4, 17, 0), berlin(4, 18, 0))
	_, err := o.tryAdd(o.bob, berlin(4, 16, 59), berlin(4, 17, 0))
	refused(t, err, errs.RuleBroken, "period_locked")

	// An entry can't be moved into the closed time either.
	open := o.add(o.bob, berlin(-3, 11, 0), berlin(-3, 12, 0))
	start, stop := berlin(2, 9, 0), berlin(2, 10, 0)
	_, err = o.Timers.Change(t.Context(), o.bob, open.ID, open.Revision, timer.Patch{StartedAt: &start, StoppedAt: &stop})
	refused(t, err, errs.RuleBroken, "period_locked")
	entries, _, _, err := o.Timers.List(t.Context(), o.bob, timer.ListRequest{
		Filter: timer.Filter{Users: []ids.User{o.bob.User.ID}}, Work: workitem.Reference{Tracker: workitem.AzureDevOps},
	}, page.Request{Limit: 10})
	locked := map[bool]int{}
	for _, e := range must(o, entries, err) {
		locked[e.Locked]++
	}
	equal(t, "entries by whether they are locked", locked, map[bool]int{true: 1, false: 3})
	// The others' time is open.
	o.add(o.grace, berlin(1, 9, 0), berlin(1, 10, 0))
}

func TestSubmittedAgainTheWeekIsClosedFurther(t *testing.T) {
	o := newOffice(t)
	first := o.submit(o.bob)
	again := o.submit(o.bob)
	equal(t, "at once again", again.Record, first.Record)
	if _, err := o.decide(o.ada, timesheet.Approve, ""); err != nil {
		t.Fatal(err)
	}
	o.Clock.Set(berlin(6, 12, 0))
	longer := o.submit(o.bob)
	equal(t, "status", longer.Status, timesheet.Submitted)
	equal(t, "approved", longer.ApprovedThrough, first.Through)
	// Sent back, what was approved stays closed.
	if _, err := o.decide(o.ada, timesheet.Return, "Sunday?"); err != nil {
		t.Fatal(err)
	}
	o.add(o.bob, berlin(5, 9, 0), berlin(5, 10, 0))
	_, err := o.tryAdd(o.bob, berlin(2, 9, 0), berlin(2, 10, 0))
	refused(t, err, errs.RuleBroken, "period_locked")
	// Withdrawn, too.
	o.submit(o.bob)
	withdrawn, err := o.Timesheets.Withdraw(t.Context(), o.bob, monday)
	equal(t, "withdrawn", must(o, withdrawn, err).Status, timesheet.Approved)
	equal(t, "through", withdrawn.Through, first.Through)
	// After its end the week is closed to the end, however late it is.
	o.Clock.Set(berlin(9, 12, 0))
	equal(t, "whole week", o.submit(o.bob).Through, berlin(7, 0, 0))
}

func TestRunningTimerKeepsItsTime(t *testing.T) {
	o := newOffice(t)
	started, err := o.Timers.Start(t.Context(), o.bob, timer.StartRequest{WorkItem: domaintest.Item(101)})
	if err != nil {
		t.Fatal(err)
	}
	o.Clock.Add(time.Hour)
	equal(t, "through", o.submit(o.bob).Through, started.Timer.StartedAt)
	// Its start can't be moved into the closed time, but it stops, runs on and starts again.
	earlier := started.Timer.StartedAt.Add(-time.Minute)
	_, err = o.Timers.ChangeRunning(t.Context(), o.bob, started.Timer.ID, started.Timer.Revision, timer.Patch{StartedAt: &earlier})
	refused(t, err, errs.RuleBroken, "period_locked")
	stopped, err := o.Timers.Stop(t.Context(), o.bob, started.Timer.ID)
	if err != nil {
		t.Fatal(err)
	}
	resumed, err := o.Timers.Resume(t.Context(), o.bob, stopped.ID, stopped.Revision)
	if err != nil {
		t.Fatal(err)
	}
	stopped, err = o.Timers.Stop(t.Context(), o.bob, resumed.ID)
	if err != nil {
		t.Fatal(err)
	}
	o.submit(o.bob)
	// Now a stop of closed time can't be taken back.
	_, err = o.Timers.Resume(t.Context(), o.bob, stopped.ID, stopped.Revision)
	refused(t, err, errs.RuleBroken, "period_locked")
	if _, err := o.Timers.Start(t.Context(), o.bob, timer.StartRequest{WorkItem: domaintest.Item(102)}); err != nil {
		t.Fatal(err)
	}
}

func TestTimeUnderReviewIsHandedInByNobody(t *testing.T) {
	o := newOffice(t)
	if _, err := o.Timers.Start(t.Context(), o.bob, timer.StartRequest{WorkItem: domaintest.Item(101)}); err != nil {
		t.Fatal(err)
	}
	o.Clock.Add(11 * time.Hour)
	_, _, _, err := o.Timers.Current(t.Context(), o.bob) // stops it at ten hours
	if err != nil {
		t.Fatal(err)
	}
	_, err = o.Timesheets.Submit(t.Context(), o.bob, monday)
	refused(t, err, errs.RuleBroken, "entries_under_review")
	sheet := o.sheet(o.bob, o.bob)
	equal(t, "recorded", sheet.Recorded(), 0)
	equal(t, "under review", sheet.Review(), 10*time.Hour)
}

func TestDecisions(t *testing.T) {
	o := newOffice(t)
	o.approver()
	// There is nothing to decide on yet, and a week that has not begun can't be handed in.
	_, err := o.decide(o.grace, timesheet.Approve, "")
	refused(t, err, errs.Conflict, "timesheet_not_submitted")
	_, err = o.Timesheets.Submit(t.Context(), o.bob, monday.AddDays(7))
	refused(t, err, errs.RuleBroken, "week_not_begun")
	_, err = o.Timesheets.Withdraw(t.Context(), o.bob, monday)
	refused(t, err, errs.Conflict, "timesheet_not_submitted")

	seen := o.submit(o.bob)
	_, err = o.decide(o.bob, timesheet.Approve, "")
	refused(t, err, errs.Forbidden, "role_required")
	_, err = o.decide(o.grace, timesheet.Return, " ")
	refused(t, err, errs.RuleBroken, "comment_required")
	returned, err := o.decide(o.grace, timesheet.Return, " Tuesday? ")
	equal(t, "returned", must(o, returned, err).Status, timesheet.Returned)
	equal(t, "comment", returned.Comment, "Tuesday?")
	equal(t, "by", returned.DecidedBy.Name, "Grace")
	o.add(o.bob, berlin(1, 9, 0), berlin(1, 10, 0)) // it is open again

	o.submit(o.bob)
	// Who has seen the week before must not approve it.
	_, err = o.Timesheets.Decide(t.Context(), o.ada, timesheet.DecideRequest{
		User: o.bob.User.ID, FirstDay: monday, Decision: timesheet.Approve, Sheet: seen.ID, Revision: seen.Revision,
	})
	refused(t, err, errs.Stale, "stale")
	approved, err := o.decide(o.grace, timesheet.Approve, "")
	equal(t, "approved", must(o, approved, err).ApprovedThrough, approved.Through)
	_, err = o.Timesheets.Withdraw(t.Context(), o.bob, monday)
	refused(t, err, errs.Conflict, "timesheet_not_submitted")
	_, err = o.decide(o.ada, timesheet.Return, "Wait")
	refused(t, err, errs.Conflict, "timesheet_not_submitted")

	// Whoever has approved it takes that back, for ten minutes. The week stays closed.
	_, err = o.decide(o.ada, timesheet.Undo, "")
	refused(t, err, errs.Conflict, "undo_too_late")
	undone, err := o.decide(o.grace, timesheet.Undo, "")
	equal(t, "undone", must(o, undone, err).Status, timesheet.Submitted)
	equal(t, "approved after undo", undone.ApprovedThrough, time.Time{})
	_, err = o.tryAdd(o.bob, berlin(2, 9, 0), berlin(2, 10, 0))
	refused(t, err, errs.RuleBroken, "period_locked")
	approved, err = o.decide(o.grace, timesheet.Approve, "")
	must(o, approved, err)
	o.Clock.Add(10*time.Minute + time.Millisecond)
	_, err = o.decide(o.grace, timesheet.Undo, "")
	refused(t, err, errs.Conflict, "undo_too_late")

	equal(t, "audited", o.Count(t, `SELECT COUNT(*) FROM audit_events WHERE action LIKE 'timesheet_%' OR action = 'approval_undone'`), 6)
}

// TestSendingBackIsTakenBack closes a week again that was sent back by mistake, until its owner has handed it in anew.
func TestSendingBackIsTakenBack(t *testing.T) {
	o := newOffice(t)
	o.approver()
	o.submit(o.bob)
	before := o.sheet(o.bob, o.bob)
	returned, err := o.decide(o.grace, timesheet.Return, "Tuesday?")
	equal(t, "returned", must(o, returned, err).Status, timesheet.Returned)
	_, err = o.decide(o.ada, timesheet.Undo, "")
	refused(t, err, errs.Conflict, "undo_too_late")
	undone, err := o.decide(o.grace, timesheet.Undo, "")
	equal(t, "undone", must(o, undone, err).Status, timesheet.Submitted)
	equal(t, "closed through", undone.Through, before.Through)
	equal(t, "comment", undone.Comment, "")
	_, err = o.tryAdd(o.bob, berlin(2, 9, 0), berlin(2, 10, 0))
	refused(t, err, errs.RuleBroken, "period_locked")
	equal(t, "audited", o.Count(t, `SELECT COUNT(*) FROM audit_events WHERE action = 'return_undone'`), 1)

	returned, err = o.decide(o.grace, timesheet.Return, "Tuesday?")
	must(o, returned, err)
	o.submit(o.bob)
	_, err = o.decide(o.grace, timesheet.Undo, "")
	refused(t, err, errs.Conflict, "undo_too_late")
	returned, err = o.decide(o.grace, timesheet.Return, "Wednesday?")
	must(o, returned, err)
	o.Clock.Add(10*time.Minute + time.Millisecond)
	_, err = o.decide(o.grace, timesheet.Undo, "")
	refused(t, err, errs.Conflict, "undo_too_late")
}

func TestNobodyDecidesOnTheirOwnWeekButTheOnlyAdmin(t *testing.T) {
	o := newOffice(t)
	o.submit(o.ada)
	own := func() error {
		seen := o.sheet(o.ada, o.ada)
		_, err := o.Timesheets.Decide(t.Context(), o.ada, timesheet.DecideRequest{
			User: o.ada.User.ID, FirstDay: monday, Decision: timesheet.Approve, Sheet: seen.ID, Revision: seen.Revision,
		})
		return err
	}
	o.Exec(t, `UPDATE users SET role = 'admin' WHERE name = 'Grace'`)
	equal(t, "may decide", o.sheet(o.ada, o.ada).MayDecide, false)
	refused(t, own(), errs.Forbidden, "not_the_approver")
	o.Exec(t, `UPDATE users SET status = 'deactivated' WHERE name = 'Grace'`)
	equal(t, "the only admin may decide", o.sheet(o.ada, o.ada).MayDecide, true)
	if err := own(); err != nil {
		t.Fatal(err)
	}
}

// Of two approvers at once, one decides; the other one learns that the week has changed.
func TestTwoApproversAtOnce(t *testing.T) {
	o := newOffice(t)
	o.approver()
	seen := o.submit(o.bob)
	failures := make([]error, 8)
	var group sync.WaitGroup
	for i := range failures {
		group.Go(func() {
			m, decision := o.ada, timesheet.Approve
			if i%2 == 1 {
				m, decision = o.grace, timesheet.Return
			}
			_, failures[i] = o.Timesheets.Decide(t.Context(), m, timesheet.DecideRequest{
				User: o.bob.User.ID, FirstDay: monday, Decision: decision, Comment: "!", Sheet: seen.ID, Revision: seen.Revision,
			})
		})
	}
	group.Wait()
	decided := 0
	for _, err := range failures {
		if err == nil {
			decided++
		} else {
			refused(t, err, errs.Stale, "stale")
		}
	}
	equal(t, "decisions", decided, 1)
}

// A week is handed in while its owner goes on recording: whatever was in time is in it, and nothing came into it later.
func TestSubmittingAgainstEditsAndStarts(t *testing.T) {
	o := newOffice(t)
	o.Clock.Set(berlin(4, 20, 0))
	var group sync.WaitGroup
	var mu sync.Mutex
	var kept time.Duration
	for i := range 20 {
		group.Go(func() {
			from := berlin(i%4, 8+i/4, 0)
			_, err := o.tryAdd(o.bob, from, from.Add(time.Hour))
			if err != nil {
				refused(t, err, errs.RuleBroken, "period_locked")
				return
			}
			mu.Lock()
			defer mu.Unlock()
			kept += time.Hour
		})
		group.Go(func() {
			if _, err := o.Timers.Start(t.Context(), o.bob, timer.StartRequest{WorkItem: domaintest.Item(200 + i)}); err != nil {
				t.Error(err)
			}
		})
		if i == 10 {
			group.Go(func() {
				if _, err := o.Timesheets.Submit(t.Context(), o.bob, monday); err != nil {
					t.Error(err)
				}
			})
		}
	}
	group.Wait()
	sheet := o.sheet(o.bob, o.bob)
	equal(t, "recorded", sheet.Recorded(), kept)
	equal(t, "entries that begin before the end of what is closed and end after it", o.Count(t, `SELECT COUNT(*) FROM time_entries
		WHERE started_at < ? AND COALESCE(stopped_at, started_at + 1) > ?`, sheet.Through.UnixMilli(), sheet.Through.UnixMilli()), 0)
}

// The tenant's lock closes time by its own zone's days, whoever it belongs to.
func TestLockAfterDays(t *testing.T) {
	o := newOffice(t)
	o.ada.Tenant.Settings.LockAfterDays, o.bob.Tenant.Settings.LockAfterDays = 7, 7
	o.Exec(t, `UPDATE tenants SET lock_after_days = 7`)
	o.again()
	o.add(o.bob, berlin(-3, 0, 0), berlin(-3, 1, 0)) // Friday, seven days ago
	_, err := o.tryAdd(o.bob, berlin(-4, 23, 59), berlin(-3, 0, 0))
	refused(t, err, errs.RuleBroken, "period_locked")
	failure, _ := errors.AsType[*errs.Error](err)
	closed, _ := failure.Subject.(timer.ClosedPeriod)
	equal(t, "closed by", closed.By, timer.ByLock)
	// At midnight in Berlin another day is closed.
	o.Clock.Set(berlin(5, 0, 0))
	_, err = o.tryAdd(o.bob, berlin(-3, 2, 0), berlin(-3, 3, 0))
	refused(t, err, errs.RuleBroken, "period_locked")
}
