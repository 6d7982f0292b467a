package timer_test

import (
	"testing"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

func resume(t *testing.T, w *domaintest.World, m tenant.Member, entry timer.Entry) timer.Entry {
	t.Helper()
	resumed, err := w.Timers.Resume(t.Context(), m, entry.ID, entry.Revision)
	if err != nil {
		t.Fatal(err)
	}
	return resumed
}

func undo(t *testing.T, w *domaintest.World, m tenant.Member, entry timer.Entry) timer.Entry {
	t.Helper()
	undone, err := w.Timers.Undo(t.Context(), m, entry.ID, entry.Revision, "")
	if err != nil {
		t.Fatal(err)
	}
	return undone
}

func TestAResumedTimerRunsAsIfItHadNotBeenStopped(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	before := start(t, w, ada, domaintest.Item(101)).Timer
	w.Clock.Add(time.Hour)
	stopped := stop(t, w, ada)
	w.Clock.Add(8 * time.Second)

	resumed := resume(t, w, ada, stopped)
	before.Revision = stopped.Revision + 1
	equal(t, "resumed", resumed, before)
	equal(t, "current", running(t, w, ada), before)
	equal(t, "log", events(t, w, ada), []timer.EventType{timer.Started, timer.Stopped, timer.Resumed})
	changes := history(t, w, ada, before.ID)
	if len(changes) != 1 || changes[0].Field != "stopped_at" || changes[0].New != "" {
		t.Errorf("the history is %+v, want the stop that is gone", changes)
	}

	_, err := w.Timers.Resume(t.Context(), ada, stopped.ID, stopped.Revision)
	refused(t, err, errs.Stale, "stale")
	_, err = w.Timers.Resume(t.Context(), ada, resumed.ID, resumed.Revision)
	refused(t, err, errs.Conflict, "timer_running")
	w.Clock.Add(time.Hour)
	if again := stop(t, w, ada); again.Elapsed(w.Clock.Now()) != 2*time.Hour+8*time.Second {
		t.Errorf("the entry is %s long, with the time between stop and undo it is 2h0m8s", again.Elapsed(w.Clock.Now()))
	}
}

func TestResumeTakesBackASwitch(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	first := start(t, w, ada, domaintest.Item(101)).Timer
	w.Clock.Add(time.Hour)
	switched := start(t, w, ada, domaintest.Item(102))
	w.Clock.Add(5 * time.Second)

	resume(t, w, ada, *switched.Stopped)
	if current := running(t, w, ada); current.ID != first.ID || !current.StartedAt.Equal(first.StartedAt) {
		t.Errorf("running is %+v, want the timer before the switch", current)
	}
	if second := stored(t, w, ada, switched.Timer.ID); !second.Voided() || second.Running() {
		t.Errorf("the timer that the switch has started is %+v, want it discarded", second)
	}
}

func TestResumeTakesBackADiscard(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	entry := start(t, w, ada, domaintest.Item(101)).Timer
	w.Clock.Add(time.Minute)
	discarded, err := w.Timers.Discard(t.Context(), ada, entry.ID, entry.Revision)
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(10 * time.Minute) // the last moment
	resume(t, w, ada, discarded)
	if current := running(t, w, ada); current.ID != entry.ID || current.Voided() {
		t.Errorf("running is %+v, want the discarded timer", current)
	}
}

func TestWhatCannotBeResumed(t *testing.T) {
	setUp := func(t *testing.T) (*domaintest.World, tenant.Member, timer.Entry) {
		t.Helper()
		w := domaintest.New(t)
		ada := w.SignUp(t)
		start(t, w, ada, domaintest.Item(101))
		w.Clock.Add(time.Hour)
		return w, ada, stop(t, w, ada)
	}
	check := func(t *testing.T, w *domaintest.World, m tenant.Member, entry timer.Entry, kind errs.Kind, code string) {
		t.Helper()
		_, err := w.Timers.Resume(t.Context(), m, entry.ID, entry.Revision)
		refused(t, err, kind, code)
		equal(t, "stored", stored(t, w, m, entry.ID), entry)
	}

	t.Run("a stop of more than ten minutes ago", func(t *testing.T) {
		w, ada, stopped := setUp(t)
		w.Clock.Add(10*time.Minute + time.Millisecond)
		check(t, w, ada, stopped, errs.RuleBroken, "resume_too_late")
	})
	t.Run("a timer that the server has stopped", func(t *testing.T) {
		w := domaintest.New(t)
		ada := w.SignUp(t)
		start(t, w, ada, domaintest.Item(101))
		w.Clock.Add(10 * time.Hour)
		notRunning(t, w, ada)
		check(t, w, ada, all(t, w, ada)[0], errs.RuleBroken, "resume_too_late")
	})
	t.Run("while another timer runs", func(t *testing.T) {
		w, ada, stopped := setUp(t)
		w.Clock.Add(time.Second)
		start(t, w, ada, domaintest.Item(102))
		check(t, w, ada, stopped, errs.Conflict, "timer_running")
	})
	t.Run("when something was recorded since", func(t *testing.T) {
		w, ada, stopped := setUp(t)
		w.Clock.Add(time.Second)
		start(t, w, ada, domaintest.Item(102))
		w.Clock.Add(time.Second)
		stop(t, w, ada)
		check(t, w, ada, stopped, errs.RuleBroken, "interval_overlaps")
	})
	t.Run("time recorded by hand", func(t *testing.T) {
		w, ada, stopped := setUp(t)
		byHand := stopped
		byHand.ID, byHand.Source, byHand.Revision = ids.New[ids.Entry](), timer.Manual, 1
		byHand.StartedAt = stopped.StartedAt.Add(-time.Hour)
		byHand.StoppedAt = stopped.StartedAt
		w.Save(t, ada, byHand)
		check(t, w, ada, byHand, errs.RuleBroken, "resume_manual")
	})
	t.Run("after the trial", func(t *testing.T) {
		w, ada, stopped := setUp(t)
		ada.Tenant.Status = tenant.Suspended
		_, err := w.Timers.Resume(t.Context(), ada, stopped.ID, stopped.Revision)
		refused(t, err, errs.PaymentRequired, "tenant_suspended")
	})
}

func TestAdminsTakeTheirStopBack(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	grace := w.Join(t, ada, "grace")
	joan := w.Join(t, ada, "joan")
	timerOf := start(t, w, grace, domaintest.Item(101)).Timer
	w.Clock.Add(time.Minute)
	stopped, err := w.Timers.StopOf(t.Context(), ada, timerOf.ID)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Timers.Resume(t.Context(), joan, stopped.ID, stopped.Revision)
	refused(t, err, errs.NotFound, "time_entry_not_found")

	resume(t, w, ada, stopped)
	if current := running(t, w, grace); current.NeedsReview {
		t.Error("the timer that runs on waits for a review")
	}
	trail, _, err := w.Tenants.Audit(t.Context(), ada, audit.Filter{}, page.Request{Limit: 2})
	if err != nil || trail[0].Type != audit.TimerResumed || trail[0].Target != trail[1].Target {
		t.Errorf("the audit says %+v (%v), want that the same timer was resumed", trail, err)
	}
}

func TestMoveTheStartOfARunningTimer(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	first := worked(t, w, ada) // an hour ago
	entry := start(t, w, ada, domaintest.Item(102)).Timer
	w.Clock.Add(time.Minute)
	move := func(entry timer.Entry, to time.Time) (timer.Entry, error) {
		return w.Timers.ChangeRunning(t.Context(), ada, entry.ID, entry.Revision, timer.Patch{StartedAt: &to})
	}

	moved, err := move(entry, first.StoppedAt)
	if err != nil {
		t.Fatal(err)
	}
	entry.StartedAt, entry.Revision = first.StoppedAt, entry.Revision+1
	equal(t, "moved", moved, entry)
	equal(t, "current", running(t, w, ada), entry)
	equal(t, "log", events(t, w, ada)[2:], []timer.EventType{timer.Started, timer.Corrected})

	_, err = move(entry, first.StoppedAt.Add(-time.Millisecond))
	refused(t, err, errs.RuleBroken, "interval_overlaps")
	_, err = move(entry, w.Clock.Now().Add(time.Millisecond))
	refused(t, err, errs.RuleBroken, "interval_in_future")
	_, err = move(entry, w.Clock.Now().Add(-10*time.Hour))
	refused(t, err, errs.RuleBroken, "interval_too_long")
	stale := entry
	stale.Revision--
	_, err = move(stale, w.Clock.Now())
	refused(t, err, errs.Stale, "stale")
	same, err := move(entry, entry.StartedAt)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "unchanged", same, entry)
	equal(t, "current", running(t, w, ada), entry)

	stop(t, w, ada)
	_, err = move(entry, w.Clock.Now())
	refused(t, err, errs.Conflict, "timer_not_running")
}

func TestUndoPutsBackWhatWasThere(t *testing.T) {
	changes := map[string]func(w *domaintest.World, m tenant.Member, entry timer.Entry) (timer.Entry, error){
		"confirmed": func(w *domaintest.World, m tenant.Member, entry timer.Entry) (timer.Entry, error) {
			return w.Timers.Change(t.Context(), m, entry.ID, entry.Revision, timer.Patch{Confirm: true})
		},
		"corrected": func(w *domaintest.World, m tenant.Member, entry timer.Entry) (timer.Entry, error) {
			stop := entry.StartedAt.Add(2 * time.Hour)
			return w.Timers.Change(t.Context(), m, entry.ID, entry.Revision, timer.Patch{StoppedAt: &stop})
		},
		"moved": func(w *domaintest.World, m tenant.Member, entry timer.Entry) (timer.Entry, error) {
			to := domaintest.Item(102)
			to.Project.Name = "Storefront"
			return w.Timers.Change(t.Context(), m, entry.ID, entry.Revision, timer.Patch{WorkItem: &to})
		},
		"voided": func(w *domaintest.World, m tenant.Member, entry timer.Entry) (timer.Entry, error) {
			return w.Timers.Void(t.Context(), m, entry.ID, entry.Revision, "")
		},
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			w := domaintest.New(t)
			ada := w.SignUp(t)
			before := forgotten(t, w, ada)
			changed, err := change(w, ada, before)
			if err != nil {
				t.Fatal(err)
			}
			w.Clock.Add(9 * time.Second)

			undone := undo(t, w, ada, changed)
			before.Revision = changed.Revision + 1
			equal(t, "undone", undone, before)
			equal(t, "stored", stored(t, w, ada, before.ID), before)
			log := events(t, w, ada)
			if log[len(log)-1] != timer.Undone {
				t.Errorf("the log ends with %s", log[len(log)-1])
			}
			_, err = w.Timers.Undo(t.Context(), ada, changed.ID, changed.Revision, "")
			refused(t, err, errs.Stale, "stale")

			w.Clock.Add(time.Second)
			again := undo(t, w, ada, undone)
			changed.Revision = undone.Revision + 1
			equal(t, "undone twice", again, changed)
		})
	}
}

func TestWhatCannotBeUndone(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	grace := w.Join(t, ada, "grace")
	entry := worked(t, w, grace)
	_, err := w.Timers.Undo(t.Context(), grace, entry.ID, entry.Revision, "")
	refused(t, err, errs.RuleBroken, "nothing_to_undo")

	voided, err := w.Timers.Void(t.Context(), ada, entry.ID, entry.Revision, "Twice")
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Second)
	other := voided
	other.ID, other.Revision, other.VoidedAt = ids.New[ids.Entry](), 1, time.Time{}
	other.StartedAt = voided.StoppedAt.Add(-time.Millisecond)
	other.StoppedAt = other.StartedAt.Add(time.Minute)
	w.Save(t, grace, other)
	_, err = w.Timers.Undo(t.Context(), ada, voided.ID, voided.Revision, "")
	if subject := refused(t, err, errs.RuleBroken, "interval_overlaps"); subject == nil || subject.ID != other.ID {
		t.Errorf("the refusal shows %+v, want the entry in the way", subject)
	}
	if _, err := w.Timers.Void(t.Context(), grace, other.ID, other.Revision, ""); err != nil {
		t.Fatal(err)
	}

	// Ada's own change needs no reason, although the entry is Grace's.
	restored := undo(t, w, ada, voided)
	w.Clock.Add(time.Second)
	corrected, err := w.Timers.Change(t.Context(), grace, restored.ID, restored.Revision, timer.Patch{StoppedAt: ptr(restored.StoppedAt.Add(-time.Minute))})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Timers.Undo(t.Context(), ada, corrected.ID, corrected.Revision, "")
	refused(t, err, errs.RuleBroken, "reason_required")
	if _, err = w.Timers.Undo(t.Context(), ada, corrected.ID, corrected.Revision, "It was right"); err != nil {
		t.Error(err)
	}
}

func TestThatATimerRanOnIsNoChangeToUndo(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	start(t, w, ada, domaintest.Item(101))
	w.Clock.Add(time.Hour)
	resume(t, w, ada, stop(t, w, ada))
	w.Clock.Add(time.Hour)
	entry := stop(t, w, ada)
	_, err := w.Timers.Undo(t.Context(), ada, entry.ID, entry.Revision, "")
	refused(t, err, errs.RuleBroken, "nothing_to_undo")
	equal(t, "stored", stored(t, w, ada, entry.ID), entry)
}

func TestHoursOfAFormNeverStopATimer(t *testing.T) {
	for _, hours := range []float64{-1, -0.01, 1_000_000.5, 1e300} {
		w := domaintest.New(t)
		ada := w.SignUp(t)
		result, err := w.Timers.Start(t.Context(), ada, timer.StartRequest{WorkItem: domaintest.Item(101), ExistingHours: &hours})
		if err != nil {
			t.Fatalf("%v hours: %v", hours, err)
		}
		if result.Timer.ExistingHours != nil {
			t.Errorf("%v hours are kept as %v", hours, *result.Timer.ExistingHours)
		}
	}
}

// The clocks of two servers differ. The history is in the order in which things were done all the same, so that what was done
// last is taken back.
func TestUndoTakesBackTheLastChangeOnAnEarlierClock(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	start(t, w, ada, domaintest.Item(101))
	w.Clock.Add(time.Hour)
	entry := stop(t, w, ada)
	w.Clock.Add(time.Minute)
	change := func(note string) {
		t.Helper()
		changed, err := w.Timers.Change(t.Context(), ada, entry.ID, entry.Revision, timer.Patch{Details: timer.Details{Note: &note}})
		if err != nil {
			t.Fatal(err)
		}
		entry = changed
	}
	change("first")
	w.Clock.Add(-3 * time.Second)
	change("second")
	change("third") // within the same millisecond
	notes := func() (all []string) {
		t.Helper()
		for _, c := range history(t, w, ada, entry.ID) {
			all = append(all, c.New)
		}
		return all
	}
	equal(t, "history", notes(), []string{"first", "second", "third"})
	w.Clock.Add(-time.Second)
	if entry = undo(t, w, ada, entry); entry.Note != "second" {
		t.Errorf("the note is %q", entry.Note)
	}
	if entry = undo(t, w, ada, entry); entry.Note != "third" {
		t.Errorf("taken back twice, the note is %q", entry.Note)
	}
	equal(t, "history at the end", notes(), []string{"first", "second", "third", "second", "third"})
}
