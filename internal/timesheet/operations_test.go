package timesheet_test

import (
	"testing"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
)

// Every way to change entries meets the same check.
func TestOperationsOnClosedTimeAreRefused(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	before := o.add(o.bob, berlin(-1, 23, 0), berlin(0, 0, 0))
	first, second := o.add(o.bob, berlin(0, 0, 0), berlin(0, 1, 0)), o.add(o.bob, berlin(0, 1, 0), berlin(0, 2, 0))
	moved := o.add(o.bob, berlin(1, 9, 0), berlin(1, 10, 0))
	stop := berlin(-1, 12, 0)
	start := stop.Add(-time.Hour)
	moved, err := o.Timers.Change(ctx, o.bob, moved.ID, moved.Revision, timer.Patch{StartedAt: &start, StoppedAt: &stop})
	if err != nil {
		t.Fatal(err)
	}
	sheet := o.submit(o.bob)
	approved, err := o.Timesheets.Decide(ctx, o.ada, timesheet.DecideRequest{
		User: o.bob.User.ID, FirstDay: monday, Decision: timesheet.Approve, Sheet: sheet.ID, Revision: sheet.Revision,
	})
	must(o, approved, err)
	pair := []timer.EntryVersion{{ID: first.ID, Revision: first.Revision}, {ID: second.ID, Revision: second.Revision}}
	for what, change := range map[string]func() error{
		"split": func() error {
			_, _, err := o.Timers.Split(ctx, o.bob, first.ID, first.Revision, timer.SplitRequest{At: berlin(0, 0, 30)})
			return err
		},
		"merge": func() error {
			_, err := o.Timers.Merge(ctx, o.bob, timer.MergeRequest{Entries: pair})
			return err
		},
		"merge with an open neighbour": func() error {
			_, err := o.Timers.Merge(ctx, o.bob, timer.MergeRequest{
				Entries: []timer.EntryVersion{{ID: before.ID, Revision: before.Revision}, pair[0]},
			})
			return err
		},
		"copy": func() error {
			_, err := o.Timers.Copy(ctx, o.bob, before.ID, timer.CopyRequest{StartedAt: berlin(2, 9, 0)})
			return err
		},
		"undo of a move out of it": func() error {
			_, err := o.Timers.Undo(ctx, o.bob, moved.ID, moved.Revision, "")
			return err
		},
	} {
		t.Run(what, func(t *testing.T) { refused(t, change(), errs.RuleBroken, "period_locked") })
	}
	// In bulk each entry is refused by itself: what is open is changed.
	for what, change := range map[string]timer.BulkChange{
		"void": {Void: true}, "shift out of it": {Shift: -7 * 24 * time.Hour},
	} {
		results, err := o.Timers.ChangeAll(ctx, o.bob, pair, change, "")
		for _, result := range must(o, results, err) {
			if refused(t, result.Refusal, errs.RuleBroken, "period_locked"); t.Failed() {
				t.Fatal(what)
			}
		}
	}
	mixed := []timer.EntryVersion{pair[0], {ID: before.ID, Revision: before.Revision}}
	results, err := o.Timers.ChangeAll(ctx, o.bob, mixed, timer.BulkChange{Void: true}, "")
	must(o, results, err)
	refused(t, results[0].Refusal, errs.RuleBroken, "period_locked")
	equal(t, "the open one", results[1].Refusal, error(nil))
	equal(t, "recorded", o.sheet(o.ada, o.bob).Recorded(), 2*time.Hour)
}
