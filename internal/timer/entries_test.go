package timer_test

import (
	"strings"
	"testing"
	"time"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// forgotten is an entry of the member that the server has stopped, an hour ago.
func forgotten(t *testing.T, w *domaintest.World, m tenant.Member) timer.Entry {
	t.Helper()
	id := start(t, w, m, domaintest.Item(101)).Timer.ID
	w.Clock.Add(11 * time.Hour)
	notRunning(t, w, m)
	return stored(t, w, m, id)
}

// worked is an entry of the member on item 101 from 9 to 10 o'clock UTC, an hour ago.
func worked(t *testing.T, w *domaintest.World, m tenant.Member) timer.Entry {
	t.Helper()
	start(t, w, m, domaintest.Item(101))
	w.Clock.Add(time.Hour)
	entry := stop(t, w, m)
	w.Clock.Add(time.Hour)
	return entry
}

// history is the entry's changes without their ids, which must be unique, and those of their operations.
func history(t *testing.T, w *domaintest.World, m tenant.Member, id ids.Entry) []timer.Change {
	t.Helper()
	changes, err := w.Timers.History(t.Context(), m, id)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i := range changes {
		if seen[changes[i].ID.String()] || changes[i].ID.IsZero() {
			t.Errorf("the id %q of a change is not its own", changes[i].ID)
		}
		seen[changes[i].ID.String()] = true
		changes[i].ID, changes[i].Operation.ID = ids.Change{}, ids.EntryOperation{}
	}
	return changes
}

func TestConfirm(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	entry := forgotten(t, w, ada)

	confirmed, err := w.Timers.Change(t.Context(), ada, entry.ID, entry.Revision, timer.Patch{Confirm: true})
	if err != nil {
		t.Fatal(err)
	}
	entry.NeedsReview, entry.Revision = false, entry.Revision+1
	equal(t, "confirmed", confirmed, entry)
	equal(t, "stored", stored(t, w, ada, entry.ID), entry)
	equal(t, "history", history(t, w, ada, entry.ID), []timer.Change{{
		EntryID: entry.ID, Operation: timer.Operation{Kind: timer.Changing}, ChangedAt: w.Clock.Now(), ChangedBy: entry.User,
		Field: "needs_review", Old: "true", New: "false",
	}})
	equal(t, "log", events(t, w, ada), []timer.EventType{timer.Started, timer.AutoStopped, timer.Confirmed})

	// A second confirmation has nothing to change.
	again, err := w.Timers.Change(t.Context(), ada, entry.ID, entry.Revision, timer.Patch{Confirm: true})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "confirmed again", again, entry)
	equal(t, "changes", len(history(t, w, ada, entry.ID)), 1)
	equal(t, "events", len(events(t, w, ada)), 3)
}

func TestCorrectConfirmsAndKeepsEveryField(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	entry := forgotten(t, w, ada) // from 09:00 to 19:00
	earlier, shorter := entry.StartedAt.Add(-30*time.Minute), entry.StartedAt.Add(3*time.Hour+123*time.Millisecond)

	corrected, err := w.Timers.Change(t.Context(), ada, entry.ID, entry.Revision,
		timer.Patch{StartedAt: &earlier, StoppedAt: &shorter, Reason: " forgot to stop "})
	if err != nil {
		t.Fatal(err)
	}
	entry.StartedAt, entry.StoppedAt, entry.NeedsReview, entry.Revision = earlier, shorter, false, entry.Revision+1
	equal(t, "corrected", corrected, entry)
	equal(t, "stored", stored(t, w, ada, entry.ID), entry)
	change := func(field, old, changed string) timer.Change {
		return timer.Change{
			EntryID: entry.ID, Operation: timer.Operation{Kind: timer.Changing}, ChangedAt: w.Clock.Now(), ChangedBy: entry.User,
			Field: field, Old: old, New: changed, Reason: "forgot to stop",
		}
	}
	equal(t, "history", history(t, w, ada, entry.ID), []timer.Change{
		change("started_at", "2026-11-20T09:00:00.000Z", "2026-11-20T08:30:00.000Z"),
		change("stopped_at", "2026-11-20T19:00:00.000Z", "2026-11-20T12:00:00.123Z"),
		change("needs_review", "true", "false"),
	})
	equal(t, "log", events(t, w, ada), []timer.EventType{timer.Started, timer.AutoStopped, timer.Corrected})
}

func TestPatchOfNothingChangesNothing(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	for _, entry := range []timer.Entry{worked(t, w, ada), forgotten(t, w, ada)} {
		logged := len(events(t, w, ada))
		got, err := w.Timers.Change(t.Context(), ada, entry.ID, entry.Revision, timer.Patch{StartedAt: &entry.StartedAt})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "entry", got, entry)
		equal(t, "stored", stored(t, w, ada, entry.ID), entry)
		equal(t, "changes", len(history(t, w, ada, entry.ID)), 0)
		equal(t, "events", len(events(t, w, ada)), logged)
	}
}

func TestVoid(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	entry := forgotten(t, w, ada)

	voided, err := w.Timers.Void(t.Context(), ada, entry.ID, entry.Revision, "wrong item")
	if err != nil {
		t.Fatal(err)
	}
	old := entry
	entry.VoidedAt, entry.NeedsReview, entry.Revision = w.Clock.Now(), false, entry.Revision+1
	equal(t, "voided", voided, entry)
	equal(t, "stored", stored(t, w, ada, entry.ID), entry)
	change := timer.Change{
		EntryID: entry.ID, Operation: timer.Operation{Kind: timer.Changing}, ChangedAt: w.Clock.Now(), ChangedBy: entry.User,
		Reason: "wrong item",
	}
	review, when := change, change
	review.Field, review.Old, review.New = "needs_review", "true", "false"
	when.Field, when.New = "voided_at", "2026-11-20T20:00:00.000Z"
	equal(t, "history", history(t, w, ada, entry.ID), []timer.Change{review, when})
	equal(t, "log", events(t, w, ada), []timer.EventType{timer.Started, timer.AutoStopped, timer.Voided})

	// A retry after a lost answer has the old revision, another attempt the new one.
	_, err = w.Timers.Void(t.Context(), ada, entry.ID, old.Revision, "")
	refused(t, err, errs.Stale, "stale")
	_, err = w.Timers.Void(t.Context(), ada, entry.ID, entry.Revision, "")
	if subject := refused(t, err, errs.Conflict, "entry_voided"); subject == nil || subject.ID != entry.ID {
		t.Errorf("the refusal shows %+v", subject)
	}
	_, err = w.Timers.Change(t.Context(), ada, entry.ID, entry.Revision, timer.Patch{Confirm: true})
	refused(t, err, errs.Conflict, "entry_voided")

	// The list leaves it out unless asked to, and its time is free again.
	entries, _, _, err := w.Timers.List(t.Context(), ada, of(ada), page.Request{Limit: 10})
	if err != nil || len(entries) != 0 {
		t.Errorf("the list has %d entries (%v), want none", len(entries), err)
	}
	equal(t, "entries with voided ones", len(all(t, w, ada)), 1)
	other := domaintest.Entry(ada, domaintest.Item(102), old.StoppedAt, old.StoppedAt.Add(time.Minute))
	w.Save(t, ada, other)
	if _, err := w.Timers.Change(t.Context(), ada, other.ID, 1, timer.Patch{StartedAt: &old.StartedAt}); err != nil {
		t.Errorf("the voided entry stands in the way: %v", err)
	}
}

func TestRunningTimerIsNoEntryToChange(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	entry := start(t, w, ada, domaintest.Item(101)).Timer
	w.Clock.Add(time.Hour)
	earlier := entry.StartedAt.Add(-time.Hour)
	_, err := w.Timers.Void(t.Context(), ada, entry.ID, entry.Revision, "")
	if subject := refused(t, err, errs.Conflict, "timer_running"); subject == nil || subject.ID != entry.ID {
		t.Errorf("the refusal shows %+v", subject)
	}
	_, err = w.Timers.Change(t.Context(), ada, entry.ID, entry.Revision, timer.Patch{StartedAt: &earlier})
	refused(t, err, errs.Conflict, "timer_running")
	equal(t, "current", running(t, w, ada), entry)
}

func TestStaleRevision(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	entry := forgotten(t, w, ada)
	for _, revision := range []int64{entry.Revision - 1, entry.Revision + 1, 0, -1} {
		_, err := w.Timers.Change(t.Context(), ada, entry.ID, revision, timer.Patch{Confirm: true})
		if current := refused(t, err, errs.Stale, "stale"); current == nil || *current != entry {
			t.Errorf("the refusal shows %+v, want what the entry is now", current)
		}
		_, err = w.Timers.Void(t.Context(), ada, entry.ID, revision, "")
		refused(t, err, errs.Stale, "stale")
	}
	equal(t, "stored", stored(t, w, ada, entry.ID), entry)
}

func TestUnknownEntry(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	_, err := w.Timers.Change(t.Context(), ada, ids.New[ids.Entry](), 1, timer.Patch{Confirm: true})
	refused(t, err, errs.NotFound, "time_entry_not_found")
	_, err = w.Timers.History(t.Context(), ada, ids.New[ids.Entry]())
	refused(t, err, errs.NotFound, "time_entry_not_found")
}

func TestReasons(t *testing.T) {
	const window = 14 * 24 * time.Hour
	tests := []struct {
		name      string
		age       time.Duration // of the entry's stop
		byAdmin   bool
		reason    string
		wantAsked bool
	}{
		{"one's own, just stopped", 0, false, "", false},
		{"one's own, at the edge of the window", window, false, "", false},
		{"one's own, past the window", window + time.Millisecond, false, "", true},
		{"one's own, past the window, blank", window + time.Millisecond, false, " \t\n", true},
		{"one's own, past the window, with a reason", window + time.Millisecond, false, "sick leave", false},
		{"another person's", 0, true, "", true},
		{"another person's, blank", 0, true, "  ", true},
		{"another person's, with a reason", 0, true, "agreed with Ben", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := domaintest.New(t)
			ada := w.SignUp(t)
			ben := w.Join(t, ada, "Ben")
			by := ben
			if test.byAdmin {
				by = ada
			}
			stopped := w.Clock.Now()
			entry := domaintest.Entry(ben, domaintest.Item(101), stopped.Add(-time.Hour), stopped)
			w.Save(t, ben, entry)
			w.Clock.Add(test.age)

			earlier := entry.StartedAt.Add(-time.Minute)
			_, changed := w.Timers.Change(t.Context(), by, entry.ID, 1, timer.Patch{StartedAt: &earlier, Reason: test.reason})
			revision := int64(2)
			if test.wantAsked {
				refused(t, changed, errs.RuleBroken, "reason_required")
				revision = 1
			} else if changed != nil {
				t.Fatal(changed)
			}
			_, voided := w.Timers.Void(t.Context(), by, entry.ID, revision, test.reason)
			if test.wantAsked {
				refused(t, voided, errs.RuleBroken, "reason_required")
				equal(t, "stored", stored(t, w, ben, entry.ID), entry)
				return
			}
			if voided != nil {
				t.Fatal(voided)
			}
			for _, change := range history(t, w, ben, entry.ID) {
				if change.ChangedBy.ID != by.User.ID || change.ChangedBy.Name != by.User.Name || change.Reason != test.reason {
					t.Errorf("the history says %+v", change)
				}
			}
		})
	}
}

func TestIntervals(t *testing.T) {
	const ms = time.Millisecond
	w := domaintest.New(t)
	now := w.Clock.Now()
	at := func(hours float64) time.Time { return now.Add(time.Duration(hours * float64(time.Hour))) }
	tests := []struct {
		name       string
		start, end time.Time
		code       string // empty: fine
	}{
		{"an hour", at(-2), at(-1), ""},
		{"a millisecond", at(-2), at(-2).Add(ms), ""},
		{"up to now", at(-2), now, ""},
		{"a millisecond into the future", at(-2), now.Add(ms), "interval_in_future"},
		{"all in the future", at(1), at(2), "interval_in_future"},
		{"without length", at(-2), at(-2), "interval_invalid"},
		{"negative", at(-2), at(-2).Add(-ms), "interval_invalid"},
		{"negative and in the future", at(2), at(1), "interval_invalid"},
		{"24 hours", at(-48), at(-24), ""},
		{"a millisecond more than 24 hours", at(-48), at(-24).Add(ms), "interval_too_long"},
		{"right after another", at(-5), at(-4), ""},
		{"right before another", at(-7), at(-6), ""},
		{"a millisecond into the one before", at(-5).Add(-ms), at(-4), "interval_overlaps"},
		{"a millisecond into the one after", at(-7), at(-6).Add(ms), "interval_overlaps"},
		{"within another", at(-5.75), at(-5.25), "interval_overlaps"},
		{"around another", at(-7), at(-4), "interval_overlaps"},
		{"the same as another", at(-6), at(-5), "interval_overlaps"},
		{"over a voided one and another person's", at(-4), at(-3), ""},
	}
	for _, test := range tests {
		for _, allowed := range []bool{false, true} {
			name := test.name
			if allowed {
				name += ", overlap allowed"
			}
			t.Run(name, func(t *testing.T) {
				ada := w.SignUp(t)
				ben := w.Join(t, ada, "Ben")
				ada.Tenant.Settings.AllowOverlap = allowed
				entry := domaintest.Entry(ada, domaintest.Item(102), at(-9), at(-8))
				neighbour := domaintest.Entry(ada, domaintest.Item(101), at(-6), at(-5))
				voided := domaintest.Entry(ada, domaintest.Item(101), at(-4), at(-3))
				voided.VoidedAt = at(-2)
				w.Save(t, ada, entry, neighbour, voided, domaintest.Entry(ben, domaintest.Item(101), at(-4), at(-3)))

				_, err := w.Timers.Change(t.Context(), ada, entry.ID, 1, timer.Patch{StartedAt: &test.start, StoppedAt: &test.end})
				if test.code == "" || (allowed && test.code == "interval_overlaps") {
					if err != nil {
						t.Errorf("refused: %v", err)
					}
					return
				}
				subject := refused(t, err, errs.RuleBroken, test.code)
				if test.code == "interval_overlaps" && (subject == nil || subject.ID != neighbour.ID) {
					t.Errorf("the refusal shows %+v, want the entry that is in the way", subject)
				}
				if test.code == "interval_overlaps" && !strings.Contains(err.Error(), "#101, 2") {
					t.Errorf("the refusal says %q, want the work item and the time that is in the way", err)
				}
				equal(t, "stored", stored(t, w, ada, entry.ID), entry)
			})
		}
	}
}

// add records an hour of the member's by hand, that ended so long ago.
func add(t *testing.T, w *domaintest.World, m tenant.Member, ago time.Duration, reason string) (timer.Entry, error) {
	t.Helper()
	stopped := w.Clock.Now().Add(-ago)
	return w.Timers.Add(t.Context(), m, timer.AddRequest{
		WorkItem: domaintest.Item(101), StartedAt: stopped.Add(-time.Hour), StoppedAt: stopped, Reason: reason,
	})
}

func TestAdd(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	added, err := add(t, w, ada, 2*time.Hour, " forgot it ")
	if err != nil {
		t.Fatal(err)
	}
	want := domaintest.Entry(ada, domaintest.Item(101), w.Clock.Now().Add(-3*time.Hour), w.Clock.Now().Add(-2*time.Hour))
	want.ID, want.ProjectID, want.Source = added.ID, added.ProjectID, timer.Manual
	equal(t, "added", added, want)
	equal(t, "stored", stored(t, w, ada, added.ID), want)
	equal(t, "history", history(t, w, ada, added.ID), []timer.Change{{
		EntryID: added.ID, Operation: timer.Operation{Kind: timer.Adding}, ChangedAt: w.Clock.Now(), ChangedBy: want.User,
		Field: "source", New: "manual", Reason: "forgot it",
	}})
	equal(t, "log", events(t, w, ada), []timer.EventType{timer.Added})

	// It is taken back by voiding it; before that there is no change to take back.
	_, err = w.Timers.Undo(t.Context(), ada, added.ID, added.Revision, "")
	refused(t, err, errs.RuleBroken, "nothing_to_undo")
	w.Clock.Add(time.Second)
	if _, err := w.Timers.Void(t.Context(), ada, added.ID, added.Revision, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Timers.Undo(t.Context(), ada, added.ID, added.Revision+1, ""); err != nil {
		t.Errorf("the void isn't taken back: %v", err)
	}
}

func TestWhatCannotBeAdded(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	first, err := add(t, w, ada, 0, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = add(t, w, ada, 30*time.Minute, "")
	if subject := refused(t, err, errs.RuleBroken, "interval_overlaps"); subject == nil || subject.ID != first.ID {
		t.Errorf("the refusal shows %+v, want the entry that is in the way", subject)
	}
	_, err = add(t, w, ada, -time.Millisecond, "")
	refused(t, err, errs.RuleBroken, "interval_in_future")
	_, err = add(t, w, ada, 14*24*time.Hour+time.Millisecond, " ")
	refused(t, err, errs.RuleBroken, "reason_required")
	if _, err := add(t, w, ada, 14*24*time.Hour, ""); err != nil {
		t.Errorf("at the edge of the window it is refused: %v", err)
	}
	// A running timer goes on, and shares no time with what is added.
	running := start(t, w, ada, domaintest.Item(102)).Timer
	w.Clock.Add(time.Hour)
	_, err = add(t, w, ada, 59*time.Minute, "")
	refused(t, err, errs.RuleBroken, "interval_overlaps")
	_, err = w.Timers.Add(t.Context(), ada, timer.AddRequest{WorkItem: workitem.Claim{Number: "7"}})
	refused(t, err, errs.RuleBroken, "work_item_invalid")
	equal(t, "entries", len(all(t, w, ada)), 3)
	equal(t, "still running", stored(t, w, ada, running.ID).Running(), true)

	ada.Tenant.Status = tenant.Suspended
	_, err = add(t, w, ada, 5*time.Hour, "")
	refused(t, err, errs.PaymentRequired, "tenant_suspended")
}

func TestRunningTimerIsInTheWay(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	entry := worked(t, w, ada)
	runs := start(t, w, ada, domaintest.Item(102)).Timer
	w.Clock.Add(time.Hour)
	into := runs.StartedAt.Add(time.Millisecond)
	_, err := w.Timers.Change(t.Context(), ada, entry.ID, entry.Revision, timer.Patch{StoppedAt: &into})
	if subject := refused(t, err, errs.RuleBroken, "interval_overlaps"); subject == nil || subject.ID != runs.ID {
		t.Errorf("the refusal shows %+v, want the running timer", subject)
	}
	if _, err := w.Timers.Change(t.Context(), ada, entry.ID, entry.Revision, timer.Patch{StoppedAt: &runs.StartedAt}); err != nil {
		t.Errorf("up to its start it is refused: %v", err)
	}
}

func TestMovingAnEntryBehindTheWindowNeedsAReason(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	entry := worked(t, w, ada)
	start := entry.StartedAt.AddDate(0, 0, -20)
	stop := start.Add(time.Hour)
	patch := timer.Patch{StartedAt: &start, StoppedAt: &stop}
	_, err := w.Timers.Change(t.Context(), ada, entry.ID, entry.Revision, patch)
	refused(t, err, errs.RuleBroken, "reason_required")
	equal(t, "stored", stored(t, w, ada, entry.ID), entry)

	patch.Reason = "forgot to record it"
	if _, err := w.Timers.Change(t.Context(), ada, entry.ID, entry.Revision, patch); err != nil {
		t.Fatal(err)
	}
}

// TestMove moves time to another work item, then to another project of the same one. A review is still waited for.
func TestMove(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	entry := forgotten(t, w, ada)
	move := func(number int, project string) {
		t.Helper()
		w.Clock.Add(time.Second)
		to := domaintest.Item(number)
		to.Project.Name = project
		changed, err := w.Timers.Change(t.Context(), ada, entry.ID, entry.Revision, timer.Patch{WorkItem: &to})
		if err != nil {
			t.Fatal(err)
		}
		entry = changed
		equal(t, "stored", stored(t, w, ada, entry.ID), entry)
	}
	move(102, "Payments")
	move(102, "Storefront")
	equal(t, "number", entry.WorkItem.Number, "102")
	equal(t, "project", entry.WorkItem.Project.Name, "Storefront")
	equal(t, "still to be reviewed", entry.NeedsReview, true)
	revision := entry.Revision
	move(102, "Storefront")
	equal(t, "nothing changed", entry.Revision, revision)

	var told [][3]string
	for _, change := range history(t, w, ada, entry.ID) {
		told = append(told, [3]string{change.Field, change.Old, change.New})
	}
	equal(t, "history", told, [][3]string{{"work_item", "101", "102"}, {"project", "Payments", "Storefront"}})
	log := events(t, w, ada)
	equal(t, "log", log[len(log)-1], timer.Corrected)

	_, err := w.Timers.Change(t.Context(), ada, entry.ID, entry.Revision, timer.Patch{WorkItem: &workitem.Claim{Number: "7"}})
	refused(t, err, errs.RuleBroken, "work_item_invalid")
}
