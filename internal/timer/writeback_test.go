package timer_test

import (
	"context"
	"testing"
	"time"

	"timetracker/internal/domaintest"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// ledger is a tenant in which what is to be written is looked at after each change.
type ledger struct {
	*domaintest.World
	t   *testing.T
	ada tenant.Member
}

func newLedger(t *testing.T) *ledger {
	t.Helper()
	w := domaintest.New(t)
	l := &ledger{World: w, t: t, ada: w.SignUp(t)}
	l.writeBack(true)
	return l
}

func (l *ledger) writeBack(on bool) {
	l.t.Helper()
	id := l.ada.Tenant.ID
	err := l.Store.Tx(l.t.Context(), id, func(ctx context.Context) error {
		t, err := l.Store.LockTenant(ctx, id)
		if err != nil {
			return err
		}
		t.Settings.WriteBack = on
		t.Revision++
		return l.Store.UpdateTenant(ctx, id, t)
	})
	if err != nil {
		l.t.Fatal(err)
	}
	l.ada = l.Again(l.t, l.ada)
}

// expect compares what is wanted of an entry; negative: the entry takes no part.
func (l *ledger) expect(what string, id ids.Entry, want time.Duration) {
	l.t.Helper()
	rows := l.Count(l.t, "SELECT COUNT(*) FROM write_backs WHERE entry_id = ?", id)
	if want < 0 {
		if rows != 0 {
			l.t.Errorf("%s: %d rows, want none", what, rows)
		}
		return
	}
	got := l.Count(l.t, "SELECT COALESCE(SUM(wanted_ms), -1) FROM write_backs WHERE entry_id = ?", id)
	open := l.Count(l.t, "SELECT COUNT(*) FROM write_backs WHERE entry_id = ? AND next_at IS NOT NULL", id) > 0
	if rows != 1 || time.Duration(got)*time.Millisecond != want || open != (want > 0) {
		l.t.Errorf("%s: %d rows, %d ms, open %v; want %v", what, rows, got, open, want)
	}
}

func (l *ledger) start(number int) timer.StartResult {
	l.t.Helper()
	return must[timer.StartResult](l.t)(l.Timers.Start(l.t.Context(), l.ada, timer.StartRequest{WorkItem: domaintest.Item(number)}))
}

// must gives the value of a call that must succeed.
func must[T any](t *testing.T) func(value T, err error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// TestEveryChangeIsFollowed changes entries in every way that there is.
func TestEveryChangeIsFollowed(t *testing.T) {
	l := newLedger(t)
	ctx, done := t.Context(), must[timer.Entry](t)
	switched := l.start(101).Timer
	l.expect("start", switched.ID, -1)
	l.Clock.Add(time.Hour)
	e := l.start(102).Timer
	l.expect("switch", switched.ID, time.Hour)
	l.Clock.Add(time.Hour)
	later := e.StartedAt.Add(30 * time.Minute)
	e = done(l.Timers.ChangeRunning(ctx, l.ada, e.ID, e.Revision, timer.Patch{StartedAt: &later}))
	l.expect("moved start", e.ID, -1)
	e = done(l.Timers.Stop(ctx, l.ada, e.ID))
	l.expect("stop", e.ID, 30*time.Minute)
	e = done(l.Timers.Resume(ctx, l.ada, e.ID, e.Revision))
	l.expect("resume", e.ID, 0)
	l.Clock.Add(10 * time.Minute)
	e = done(l.Timers.Stop(ctx, l.ada, e.ID))
	l.expect("stop again", e.ID, 40*time.Minute)
	end := e.StoppedAt.Add(-5 * time.Minute)
	e = done(l.Timers.Change(ctx, l.ada, e.ID, e.Revision, timer.Patch{StoppedAt: &end}))
	l.expect("edit", e.ID, 35*time.Minute)
	l.Clock.Add(time.Second)
	e = done(l.Timers.Void(ctx, l.ada, e.ID, e.Revision, ""))
	l.expect("void", e.ID, 0)
	e = done(l.Timers.Undo(ctx, l.ada, e.ID, e.Revision, ""))
	l.expect("restored", e.ID, 35*time.Minute)

	running := l.start(103).Timer
	l.Clock.Add(time.Minute)
	discarded := done(l.Timers.Discard(ctx, l.ada, running.ID, running.Revision))
	l.expect("discard", discarded.ID, 0)

	forgotten := l.start(104).Timer
	l.Clock.Add(11 * time.Hour)
	if n, err := l.Timers.AutoStop(ctx, 10); n != 1 || err != nil {
		t.Fatalf("%d stopped (%v)", n, err)
	}
	l.expect("stopped by the job", forgotten.ID, 0)
	e, _, err := l.Timers.Get(ctx, l.ada, forgotten.ID)
	if err != nil {
		t.Fatal(err)
	}
	e = done(l.Timers.Change(ctx, l.ada, e.ID, e.Revision, timer.Patch{Confirm: true}))
	l.expect("confirmed", e.ID, 10*time.Hour)

	linus := l.Join(t, l.ada, "Linus")
	theirs := must[timer.StartResult](t)(l.Timers.Start(ctx, linus, timer.StartRequest{WorkItem: domaintest.Item(105)})).Timer
	l.Clock.Add(time.Hour)
	done(l.Timers.StopOf(ctx, l.ada, theirs.ID))
	l.expect("stopped by an admin", theirs.ID, 0)

	now := l.Clock.Now()
	byHand := done(l.Timers.Add(ctx, l.ada, timer.AddRequest{
		WorkItem: domaintest.Item(106), StartedAt: now.Add(-50 * time.Minute), StoppedAt: now.Add(-20 * time.Minute),
	}))
	l.expect("by hand", byHand.ID, 30*time.Minute)
	end = now.Add(-10 * time.Minute)
	byHand = done(l.Timers.Change(ctx, l.ada, byHand.ID, byHand.Revision, timer.Patch{StoppedAt: &end}))
	l.expect("by hand, edited", byHand.ID, 40*time.Minute)
	l.Clock.Add(time.Second)
	to := domaintest.Item(107)
	byHand = done(l.Timers.Change(ctx, l.ada, byHand.ID, byHand.Revision, timer.Patch{WorkItem: &to}))
	wanted := func(item ids.WorkItem) int {
		return l.Count(t, "SELECT wanted_ms FROM write_backs WHERE entry_id = ? AND work_item_id = ?", byHand.ID, item)
	}
	if got := wanted(byHand.WorkItem.ID); got != 40*60_000 {
		t.Errorf("where it was moved to: %d ms are wanted", got)
	}
	if all := l.Count(t, "SELECT SUM(wanted_ms) FROM write_backs WHERE entry_id = ?", byHand.ID); all != 40*60_000 {
		t.Errorf("moved: %d ms are wanted in all", all)
	}
}

// TestTakesPartFromAStopOn turns the setting on late, off, and on again.
func TestTakesPartFromAStopOn(t *testing.T) {
	l := newLedger(t)
	ctx, done := t.Context(), must[timer.Entry](t)
	l.writeBack(false)
	record := func(number int) timer.Entry {
		l.start(number)
		l.Clock.Add(time.Hour)
		return done(l.Timers.Stop(ctx, l.ada, ids.Entry{}))
	}
	before := record(101)
	l.expect("while it is off", before.ID, -1)
	l.writeBack(true)
	before = done(l.Timers.Void(ctx, l.ada, before.ID, before.Revision, ""))
	l.expect("changed when it is on", before.ID, -1)
	part := record(102)
	l.expect("while it is on", part.ID, time.Hour)
	l.writeBack(false)
	part = done(l.Timers.Void(ctx, l.ada, part.ID, part.Revision, ""))
	l.expect("changed when it is off", part.ID, 0)
	l.writeBack(true)
	part = done(l.Timers.Undo(ctx, l.ada, part.ID, part.Revision, ""))
	l.expect("on again", part.ID, time.Hour)
}

// TestGeneralTimeIsNotWritten moves an entry to a work item and away from it.
func TestGeneralTimeIsNotWritten(t *testing.T) {
	l := newLedger(t)
	ctx, done := t.Context(), must[timer.Entry](t)
	project := l.start(101).Timer.ProjectID
	l.Clock.Add(time.Minute)
	first := done(l.Timers.Stop(ctx, l.ada, ids.Entry{}))
	allowed := true
	must[workitem.ProjectDetails](t)(l.Work.ChangeProject(ctx, l.ada, project, 1, workitem.ProjectPatch{GeneralAllowed: &allowed}))
	l.Clock.Add(time.Minute)
	e := must[timer.StartResult](t)(l.Timers.Start(ctx, l.ada, timer.StartRequest{General: project})).Timer
	l.Clock.Add(time.Hour)
	e = done(l.Timers.Stop(ctx, l.ada, e.ID))
	l.expect("stopped", e.ID, -1)
	item := domaintest.Item(102)
	e = done(l.Timers.Change(ctx, l.ada, e.ID, e.Revision, timer.Patch{WorkItem: &item}))
	l.expect("moved to an item", e.ID, time.Hour)
	l.Clock.Add(time.Second)
	e = done(l.Timers.Change(ctx, l.ada, e.ID, e.Revision, timer.Patch{General: project}))
	l.expect("moved away again", e.ID, 0)
	l.expect("the other entry", first.ID, time.Minute)
}
