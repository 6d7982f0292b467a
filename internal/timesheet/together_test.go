package timesheet_test

import (
	"sync"
	"testing"
	"time"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
)

// rounds is how often each race is run: who comes first differs.
const rounds = 10

// processes are services of two processes on one database.
func (o *office) processes() [2]*domaintest.World {
	return [2]*domaintest.World{o.World, o.Beside(o.t)}
}

// both runs something in both processes at once.
func both(processes [2]*domaintest.World, run func(i int, w *domaintest.World)) {
	var group sync.WaitGroup
	for i, w := range processes {
		group.Go(func() { run(i, w) })
	}
	group.Wait()
}

// A week that is handed in twice at once is handed in once.
func TestAWeekIsHandedInTwiceAtOnce(t *testing.T) {
	o := newOffice(t)
	processes := o.processes()
	for round := range rounds {
		week := monday.AddDays(-7 * round)
		sheets := [2]timesheet.Sheet{}
		both(processes, func(i int, w *domaintest.World) {
			var err error
			if sheets[i], err = w.Timesheets.Submit(t.Context(), o.bob, week); err != nil {
				t.Error(err)
			}
		})
		equal(t, "the same week", sheets[0].Record, sheets[1].Record)
		equal(t, "revision", sheets[0].Revision, 1)
	}
	equal(t, "audited", o.Count(t, `SELECT COUNT(*) FROM audit_events WHERE action = 'timesheet_submitted'`), rounds)
}

// Of an approval and a withdrawal at once, one happens: a week is never approved and open.
func TestAWeekIsApprovedWhileItIsWithdrawn(t *testing.T) {
	o := newOffice(t)
	processes := o.processes()
	for round := range rounds {
		week := monday.AddDays(-7 * round)
		seen, err := o.Timesheets.Submit(t.Context(), o.bob, week)
		must(o, seen, err)
		failures := [2]error{}
		both(processes, func(i int, w *domaintest.World) {
			if (round+i)%2 == 0 {
				_, failures[i] = w.Timesheets.Withdraw(t.Context(), o.bob, week)
				return
			}
			_, failures[i] = w.Timesheets.Decide(t.Context(), o.ada, timesheet.DecideRequest{
				User: o.bob.User.ID, FirstDay: week, Decision: timesheet.Approve, Sheet: seen.ID, Revision: seen.Revision,
			})
		})
		after, err := o.Timesheets.Get(t.Context(), o.bob, o.bob.User.ID, week)
		must(o, after, err)
		withdrawal, approval := failures[round%2], failures[1-round%2]
		switch after.Status {
		case timesheet.Approved:
			equal(t, "closed", after.ApprovedThrough, after.Through)
			equal(t, "approval", approval, error(nil))
			refused(t, withdrawal, errs.Conflict, "timesheet_not_submitted")
		case timesheet.Open:
			equal(t, "closes anything", after.Closes(), false)
			equal(t, "withdrawal", withdrawal, error(nil))
			refused(t, approval, errs.Stale, "stale")
		case timesheet.Submitted, timesheet.Returned:
			t.Errorf("the week is %s", after.Status)
		}
	}
}

// An edit that meets a hand-in is in the week that was handed in, or is refused.
func TestAnEntryIsChangedWhileItsWeekIsHandedIn(t *testing.T) {
	o := newOffice(t)
	processes := o.processes()
	for round := range 4 { // after which the trial ends
		week := monday.AddDays(7 * round)
		from := berlin(7*round, 9, 0)
		o.Clock.Set(berlin(7*round+4, 18, 0))
		entry := o.add(o.bob, from, from.Add(time.Hour))
		longer := from.Add(2 * time.Hour)
		var changed, handedIn error
		both(processes, func(i int, w *domaintest.World) {
			if (round+i)%2 == 0 {
				_, changed = w.Timers.Change(t.Context(), o.bob, entry.ID, entry.Revision, timer.Patch{StoppedAt: &longer, Reason: "Longer"})
				return
			}
			_, handedIn = w.Timesheets.Submit(t.Context(), o.bob, week)
		})
		equal(t, "handed in", handedIn, error(nil))
		want := 2 * time.Hour
		if changed != nil {
			refused(t, changed, errs.RuleBroken, "period_locked")
			want = time.Hour
		}
		sheet, err := o.Timesheets.Get(t.Context(), o.bob, o.bob.User.ID, week)
		equal(t, "recorded", must(o, sheet, err).Recorded(), want)
	}
}

// Time that the lock closes between an edit's check and its write isn't changed: the check is made of the instant of the write.
func TestTheLockFallsWhileAnEntryIsChanged(t *testing.T) {
	o := newOffice(t)
	o.Exec(t, `UPDATE tenants SET lock_after_days = 7`)
	o.again()
	processes := o.processes()
	for round := range rounds {
		midnight := berlin(round+1, 0, 0) // the lock takes the next day then
		from := berlin(round-7, 9, 0)
		o.Clock.Set(midnight.Add(-time.Millisecond))
		entry := o.add(o.bob, from, from.Add(time.Hour))
		var changed, voided error
		var group sync.WaitGroup
		longer := from.Add(2 * time.Hour)
		group.Go(func() { o.Clock.Set(midnight) })
		group.Go(func() {
			_, changed = processes[0].Timers.Change(t.Context(), o.bob, entry.ID, entry.Revision, timer.Patch{StoppedAt: &longer, Reason: "Longer"})
		})
		group.Go(func() {
			_, voided = processes[1].Timers.Void(t.Context(), o.bob, entry.ID, entry.Revision, "Twice")
		})
		group.Wait()
		now, _, err := o.Timers.Get(t.Context(), o.bob, entry.ID)
		must(o, now, err)
		equal(t, "locked", now.Locked, true)
		made := int64(1)
		for _, err := range []error{changed, voided} {
			if err == nil {
				made++
			} else if code := errs.CodeOf(err); code != "period_locked" && code != "stale" {
				t.Errorf("refused with %q: %v", code, err)
			}
		}
		equal(t, "changes that were made", now.Revision, made)
		_, err = processes[1].Timers.Void(t.Context(), o.bob, now.ID, now.Revision, "Twice")
		if now.Voided() {
			refused(t, err, errs.Conflict, "entry_voided")
		} else {
			refused(t, err, errs.RuleBroken, "period_locked")
		}
	}
}

// An entry under review is settled once, whoever does it at the same time.
func TestAnEntryIsSettledTwiceAtOnce(t *testing.T) {
	o := newOffice(t)
	entry := o.forgotten()
	processes := o.processes()
	failures := [2]error{}
	both(processes, func(i int, w *domaintest.World) {
		m := [2]tenant.Member{o.bob, o.ada}[i]
		_, failures[i] = w.Timesheets.Settle(t.Context(), m, timesheet.SettleRequest{Entry: entry.ID, Length: time.Hour, Reason: "Was there"})
	})
	settled := 0
	for _, err := range failures {
		if err == nil {
			settled++
		} else {
			refused(t, err, errs.Conflict, "entry_settled")
		}
	}
	equal(t, "settlements", settled, 1)
	equal(t, "adjustments", o.Count(t, `SELECT COUNT(*) FROM adjustments`), 1)
}
