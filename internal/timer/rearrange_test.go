package timer_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// kinds is what operations the history of an entry tells of, each once.
func kinds(t *testing.T, w *domaintest.World, m tenant.Member, id ids.Entry) (all []timer.OperationKind) {
	t.Helper()
	changes, err := w.Timers.History(t.Context(), m, id)
	if err != nil {
		t.Fatal(err)
	}
	for i, change := range changes {
		if i == 0 || changes[i-1].Operation != change.Operation {
			all = append(all, change.Operation.Kind)
		}
	}
	return all
}

// live are the entries of the member that are not void, the earliest first.
func live(t *testing.T, w *domaintest.World, m tenant.Member) []timer.Entry {
	t.Helper()
	entries := slices.DeleteFunc(all(t, w, m), timer.Entry.Voided)
	slices.SortFunc(entries, func(a, b timer.Entry) int { return a.StartedAt.Compare(b.StartedAt) })
	return entries
}

func versions(entries ...timer.Entry) []timer.EntryVersion {
	seen := make([]timer.EntryVersion, len(entries))
	for i, entry := range entries {
		seen[i] = timer.EntryVersion{ID: entry.ID, Revision: entry.Revision}
	}
	return seen
}

func split(t *testing.T, w *domaintest.World, m tenant.Member, entry timer.Entry, after time.Duration) (first, rest timer.Entry) {
	t.Helper()
	first, rest, err := w.Timers.Split(t.Context(), m, entry.ID, entry.Revision, timer.SplitRequest{At: entry.StartedAt.Add(after)})
	if err != nil {
		t.Fatal(err)
	}
	return first, rest
}

func TestSplit(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	entry := worked(t, w, ada)
	to := domaintest.Item(102)
	first, rest, err := w.Timers.Split(t.Context(), ada, entry.ID, entry.Revision, timer.SplitRequest{
		At: entry.StartedAt.Add(20*time.Minute + time.Millisecond), Rest: timer.Patch{WorkItem: &to}, Reason: " two things ",
	})
	if err != nil {
		t.Fatal(err)
	}
	if first.ID != entry.ID || !first.StartedAt.Equal(entry.StartedAt) || !first.StoppedAt.Equal(rest.StartedAt) ||
		!rest.StoppedAt.Equal(entry.StoppedAt) || rest.WorkItem.Number != "102" || rest.Source != timer.FromTimer {
		t.Errorf("%+v was split into %+v and %+v", entry, first, rest)
	}
	equal(t, "stored first", stored(t, w, ada, first.ID), first)
	equal(t, "stored rest", stored(t, w, ada, rest.ID), rest)
	equal(t, "log", events(t, w, ada)[2:], []timer.EventType{timer.Split, timer.Split})
	equal(t, "history of the first", kinds(t, w, ada, first.ID), []timer.OperationKind{timer.Splitting})
	equal(t, "history of the rest", kinds(t, w, ada, rest.ID), []timer.OperationKind{timer.Splitting})
	if reason := history(t, w, ada, rest.ID)[0].Reason; reason != "two things" {
		t.Errorf("the reason is %q", reason)
	}

	// The rest alone takes the whole back, and there again.
	w.Clock.Add(time.Second)
	gone := undo(t, w, ada, rest)
	if whole := stored(t, w, ada, entry.ID); !gone.Voided() || !whole.StoppedAt.Equal(entry.StoppedAt) {
		t.Errorf("taken back, there are %+v and %+v", whole, gone)
	}
	w.Clock.Add(time.Second)
	undo(t, w, ada, stored(t, w, ada, entry.ID))
	if again := live(t, w, ada); len(again) != 2 || !again[0].StoppedAt.Equal(first.StoppedAt) || again[1].ID != rest.ID {
		t.Errorf("taken back twice, there are %+v", again)
	}
}

func TestWhatCannotBeSplit(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	entry := worked(t, w, ada)
	at := func(entry timer.Entry, at time.Time) error {
		_, _, err := w.Timers.Split(t.Context(), ada, entry.ID, entry.Revision, timer.SplitRequest{At: at})
		return err
	}
	for _, outside := range []time.Time{
		entry.StartedAt, entry.StoppedAt, entry.StartedAt.Add(-time.Millisecond), entry.StoppedAt.Add(time.Hour),
	} {
		refused(t, at(entry, outside), errs.RuleBroken, "split_outside")
	}
	within := entry.StartedAt.Add(time.Minute)
	stale := entry
	stale.Revision--
	if current := refused(t, at(stale, within), errs.Stale, "stale"); current == nil || current.Revision != entry.Revision {
		t.Errorf("the refusal shows %+v", current)
	}
	running := start(t, w, ada, domaintest.Item(102)).Timer
	w.Clock.Add(time.Hour)
	refused(t, at(running, running.StartedAt.Add(time.Minute)), errs.Conflict, "timer_running")
	voided, err := w.Timers.Void(t.Context(), ada, entry.ID, entry.Revision, "")
	if err != nil {
		t.Fatal(err)
	}
	refused(t, at(voided, within), errs.Conflict, "entry_voided")
	equal(t, "stored", stored(t, w, ada, entry.ID), voided)

	other := w.Join(t, ada, "grace")
	_, _, err = w.Timers.Split(t.Context(), other, entry.ID, voided.Revision, timer.SplitRequest{At: within})
	refused(t, err, errs.NotFound, "time_entry_not_found")
}

func TestPartsOfAnEntryUnderReviewAreUnderReview(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	first, rest := split(t, w, ada, forgotten(t, w, ada), 3*time.Hour)
	if !first.NeedsReview || !rest.NeedsReview {
		t.Errorf("of the parts %v and %v are under review", first.NeedsReview, rest.NeedsReview)
	}
	merged, err := w.Timers.Merge(t.Context(), ada, timer.MergeRequest{Entries: versions(rest, first)})
	if err != nil || !merged.NeedsReview || merged.Elapsed(w.Clock.Now()) != 10*time.Hour {
		t.Errorf("merged: %+v (%v)", merged, err)
	}
}

func TestMerge(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	entry := worked(t, w, ada)
	first, rest := split(t, w, ada, entry, 10*time.Minute)
	second, third := split(t, w, ada, rest, 20*time.Minute)
	w.Clock.Add(time.Second)

	merged, err := w.Timers.Merge(t.Context(), ada, timer.MergeRequest{Entries: versions(third, first, second)})
	if err != nil {
		t.Fatal(err)
	}
	if merged.ID != first.ID || !merged.StoppedAt.Equal(entry.StoppedAt) || len(live(t, w, ada)) != 1 {
		t.Errorf("merged into %+v, of %+v", merged, all(t, w, ada))
	}
	equal(t, "stored", stored(t, w, ada, merged.ID), merged)
	equal(t, "history of the last", kinds(t, w, ada, third.ID), []timer.OperationKind{timer.Splitting, timer.Merging})

	w.Clock.Add(time.Second)
	undo(t, w, ada, stored(t, w, ada, third.ID))
	if back := live(t, w, ada); len(back) != 3 || back[1].ID != second.ID || !back[1].StoppedAt.Equal(second.StoppedAt) {
		t.Errorf("taken back, there are %+v", back)
	}
}

func TestAMergeBridgesWhatWasWorkedToo(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	now := w.Clock.Now()
	early := domaintest.Entry(ada, domaintest.Item(101), now.Add(-3*time.Hour), now.Add(-2*time.Hour))
	late := domaintest.Entry(ada, domaintest.Item(101), now.Add(-time.Hour), now)
	w.Save(t, ada, early, late)
	request := timer.MergeRequest{Entries: versions(early, late)}
	_, err := w.Timers.Merge(t.Context(), ada, request)
	if subject := refused(t, err, errs.RuleBroken, "entries_apart"); subject == nil || subject.ID != late.ID {
		t.Errorf("the refusal shows %+v", subject)
	}
	request.Bridge = true
	between := domaintest.Entry(ada, domaintest.Item(102), now.Add(-90*time.Minute), now.Add(-80*time.Minute))
	w.Save(t, ada, between)
	_, err = w.Timers.Merge(t.Context(), ada, request)
	if subject := refused(t, err, errs.RuleBroken, "interval_overlaps"); subject == nil || subject.ID != between.ID {
		t.Errorf("the refusal shows %+v", subject)
	}
	if _, err := w.Timers.Void(t.Context(), ada, between.ID, between.Revision, ""); err != nil {
		t.Fatal(err)
	}
	merged, err := w.Timers.Merge(t.Context(), ada, request)
	if err != nil || merged.Elapsed(now) != 3*time.Hour {
		t.Errorf("merged: %+v (%v)", merged, err)
	}
}

func TestWhatCannotBeMerged(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	grace := w.Join(t, ada, "grace")
	now := w.Clock.Now()
	at := func(m tenant.Member, number int, from, to float64) timer.Entry {
		of := func(hours float64) time.Time { return now.Add(time.Duration(hours * float64(time.Hour))) }
		entry := domaintest.Entry(m, domaintest.Item(number), of(from), of(to))
		w.Save(t, ada, entry)
		return entry
	}
	first, next, other := at(ada, 101, -9, -8), at(ada, 101, -8, -7), at(ada, 102, -7, -6)
	theirs := at(grace, 101, -7, -6)
	review := domaintest.Entry(ada, domaintest.Item(102), now.Add(-6*time.Hour), now.Add(-5*time.Hour))
	review.NeedsReview = true
	inside := at(ada, 101, -8.5, -8.25)
	long := at(ada, 101, -40, -17)
	w.Save(t, ada, review)
	old := next
	old.Revision = 2
	running := start(t, w, ada, domaintest.Item(101)).Timer
	for _, test := range []struct {
		name    string
		request timer.MergeRequest
		kind    errs.Kind
		code    string
	}{
		{"one", timer.MergeRequest{Entries: versions(first)}, errs.RuleBroken, "entries_count"},
		{"itself", timer.MergeRequest{Entries: versions(first, first)}, errs.RuleBroken, "entry_repeated"},
		{"other work", timer.MergeRequest{Entries: versions(next, other)}, errs.RuleBroken, "entries_differ"},
		{"another person's", timer.MergeRequest{Entries: versions(next, theirs), Reason: "x"}, errs.RuleBroken, "entries_differ"},
		{"under review", timer.MergeRequest{Entries: versions(other, review)}, errs.RuleBroken, "entries_differ"},
		{"shared time", timer.MergeRequest{Entries: versions(first, inside)}, errs.RuleBroken, "entries_overlap"},
		{"too long", timer.MergeRequest{Entries: versions(long, first), Bridge: true}, errs.RuleBroken, "interval_too_long"},
		{"changed meanwhile", timer.MergeRequest{Entries: versions(first, old)}, errs.Stale, "stale"},
		{"running", timer.MergeRequest{Entries: versions(next, running)}, errs.Conflict, "timer_running"},
	} {
		_, err := w.Timers.Merge(t.Context(), ada, test.request)
		if errs.KindOf(err) != test.kind || errs.CodeOf(err) != test.code {
			t.Errorf("%s: %v, want %s", test.name, err, test.code)
		}
	}
	_, err := w.Timers.Merge(t.Context(), grace, timer.MergeRequest{Entries: versions(first, next)})
	refused(t, err, errs.NotFound, "time_entry_not_found")
	equal(t, "stored", stored(t, w, ada, first.ID).Revision, int64(1))
}

func TestWhatWasChangedSinceIsNotTakenBackWithTheRest(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	entry := worked(t, w, ada)
	first, rest := split(t, w, ada, entry, 10*time.Minute)
	w.Clock.Add(time.Second)
	shorter := first.StoppedAt.Add(-time.Minute)
	changed, err := w.Timers.Change(t.Context(), ada, first.ID, first.Revision, timer.Patch{StoppedAt: &shorter})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Timers.Undo(t.Context(), ada, rest.ID, rest.Revision, "")
	if subject := refused(t, err, errs.Conflict, "changed_since"); subject == nil || subject.ID != first.ID {
		t.Errorf("the refusal shows %+v", subject)
	}
	w.Clock.Add(time.Second)
	undo(t, w, ada, changed)
	w.Clock.Add(time.Second)
	// The last operation of the first part is by now an undo, which the other part has no share in.
	_, err = w.Timers.Undo(t.Context(), ada, rest.ID, rest.Revision, "")
	refused(t, err, errs.Conflict, "changed_since")
}

func TestCopy(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	entry := worked(t, w, ada)
	to := func(at time.Time) (timer.Entry, error) {
		return w.Timers.Copy(t.Context(), ada, entry.ID, timer.CopyRequest{StartedAt: at})
	}
	_, err := to(entry.StoppedAt.Add(-time.Millisecond))
	refused(t, err, errs.RuleBroken, "interval_overlaps")
	_, err = to(w.Clock.Now())
	refused(t, err, errs.RuleBroken, "interval_in_future")
	_, err = to(entry.StartedAt.AddDate(0, -2, 0))
	refused(t, err, errs.RuleBroken, "reason_required")

	added, err := to(entry.StoppedAt)
	if err != nil {
		t.Fatal(err)
	}
	want := entry
	want.ID, want.Source, want.Revision = added.ID, timer.Manual, 1
	want.StartedAt, want.StoppedAt = entry.StoppedAt, entry.StoppedAt.Add(time.Hour)
	equal(t, "copy", added, want)
	equal(t, "stored", stored(t, w, ada, added.ID), want)
	equal(t, "history", kinds(t, w, ada, added.ID), []timer.OperationKind{timer.Copying})
	w.Clock.Add(time.Second)
	if gone := undo(t, w, ada, added); !gone.Voided() {
		t.Errorf("taken back, the copy is %+v", gone)
	}
}

func TestRearrangingOtherPeoplesTime(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	grace := w.Join(t, ada, "grace")
	entry := worked(t, w, grace)
	at := entry.StartedAt.Add(time.Minute)
	_, _, err := w.Timers.Split(t.Context(), ada, entry.ID, entry.Revision, timer.SplitRequest{At: at})
	refused(t, err, errs.RuleBroken, "reason_required")
	first, rest, err := w.Timers.Split(t.Context(), ada, entry.ID, entry.Revision, timer.SplitRequest{At: at, Reason: "Standup"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Timers.Merge(t.Context(), ada, timer.MergeRequest{Entries: versions(first, rest)})
	refused(t, err, errs.RuleBroken, "reason_required")
	_, err = w.Timers.Copy(t.Context(), ada, rest.ID, timer.CopyRequest{StartedAt: rest.StoppedAt})
	refused(t, err, errs.RuleBroken, "reason_required")
	results, err := w.Timers.ChangeAll(t.Context(), ada, versions(first), timer.BulkChange{Void: true}, "")
	if err != nil {
		t.Fatal(err)
	}
	refused(t, results[0].Refusal, errs.RuleBroken, "reason_required")

	trail, _, err := w.Tenants.Audit(t.Context(), ada, audit.Filter{Type: string(audit.TimeEntryChanged)}, page.Request{Limit: 9})
	if err != nil || len(trail) != 2 {
		t.Fatalf("the audit says %+v (%v), want both parts", trail, err)
	}
	for _, said := range trail {
		last := said.Changes[len(said.Changes)-1]
		if said.Changes[0] != (audit.FieldChange{Field: "operation", New: "split"}) || last != (audit.FieldChange{Field: "reason", New: "Standup"}) {
			t.Errorf("the audit says %+v", said)
		}
	}
}

// TestWriteBacksKeepTheirSum splits and merges entries that take part, and such that don't.
func TestWriteBacksKeepTheirSum(t *testing.T) {
	l := newLedger(t)
	ctx := t.Context()
	sum := func() int {
		return l.Count(t, "SELECT COALESCE(SUM(wanted_ms), 0) FROM write_backs")
	}
	l.start(101)
	l.Clock.Add(time.Hour)
	entry := must[timer.Entry](t)(l.Timers.Stop(ctx, l.ada, ids.Entry{}))
	l.writeBack(false)
	first, rest := split(t, l.World, l.ada, entry, 20*time.Minute)
	l.expect("first part", first.ID, 20*time.Minute)
	l.expect("rest", rest.ID, 40*time.Minute)
	more, last := split(t, l.World, l.ada, rest, 10*time.Minute)
	equal(t, "sum of three", sum(), 60*60_000)
	l.Clock.Add(time.Second)
	merged := must[timer.Entry](t)(l.Timers.Merge(ctx, l.ada, timer.MergeRequest{Entries: versions(first, more, last)}))
	l.expect("merged", merged.ID, time.Hour)
	equal(t, "sum after the merge", sum(), 60*60_000)

	l.start(101)
	l.Clock.Add(time.Hour)
	without := must[timer.Entry](t)(l.Timers.Stop(ctx, l.ada, ids.Entry{}))
	l.writeBack(true)
	_, err := l.Timers.Merge(ctx, l.ada, timer.MergeRequest{Entries: versions(merged, without), Bridge: true})
	refused(t, err, errs.RuleBroken, "entries_differ")
	_, rest = split(t, l.World, l.ada, without, time.Minute)
	l.expect("rest of what takes no part", rest.ID, -1)
	equal(t, "sum at the end", sum(), 60*60_000)
}

// sums is what must hold of the member's entries, whatever was done: none share time.
func sums(t *testing.T, w *domaintest.World, m tenant.Member) (total time.Duration) {
	t.Helper()
	entries := live(t, w, m)
	for i, entry := range entries {
		total += entry.StoppedAt.Sub(entry.StartedAt)
		if i > 0 && entry.StartedAt.Before(entries[i-1].StoppedAt) {
			t.Fatalf("%v to %v shares time with the entry before, which ends at %v", entry.StartedAt, entry.StoppedAt, entries[i-1].StoppedAt)
		}
	}
	return total
}

// TestRandomOperationsKeepTheSum splits, merges and shifts entries at random. Neither changes the sum of all time, nor what
// is wanted in Completed Work, and none makes entries share time. An undo gives back what was there.
func TestRandomOperationsKeepTheSum(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			l := newLedger(t)
			random := rand.New(rand.NewPCG(seed, 11))
			now := l.Clock.Now()
			for i := range 6 {
				from := now.Add(-time.Duration(8-i) * time.Hour)
				must[timer.Entry](t)(l.Timers.Add(t.Context(), l.ada, timer.AddRequest{
					WorkItem: domaintest.Item(101 + i/3), StartedAt: from, StoppedAt: from.Add(time.Hour),
				}))
			}
			for range 40 {
				l.Clock.Add(time.Millisecond)
				l.step(random)
			}
		})
	}
}

// step does one operation at random, checks it, and sometimes takes it back.
func (l *ledger) step(random *rand.Rand) {
	l.t.Helper()
	ctx, before := l.t.Context(), live(l.t, l.World, l.ada)
	total := sums(l.t, l.World, l.ada)
	i := random.IntN(len(before))
	entry, changed := before[i], timer.Entry{}
	var err error
	switch random.IntN(5) {
	case 0, 1:
		at := entry.StartedAt.Add(time.Duration(1+random.Int64N(entry.StoppedAt.Sub(entry.StartedAt).Milliseconds())) * time.Millisecond)
		changed, _, err = l.Timers.Split(ctx, l.ada, entry.ID, entry.Revision, timer.SplitRequest{At: at})
	case 2, 3:
		next := before[min(i+1+random.IntN(2), len(before)-1)]
		changed, err = l.Timers.Merge(ctx, l.ada, timer.MergeRequest{Entries: versions(entry, next)})
	default:
		shift := time.Duration(random.Int64N(2*time.Hour.Milliseconds())-time.Hour.Milliseconds()) * time.Millisecond
		_, err = l.Timers.ChangeAll(ctx, l.ada, versions(before...), timer.BulkChange{Shift: shift}, "")
	}
	if err != nil && !errs.Is(err, errs.RuleBroken) {
		l.t.Fatal(err)
	}
	if after := sums(l.t, l.World, l.ada); after != total {
		l.t.Fatalf("%v became %v", total, after)
	}
	if wanted := l.Count(l.t, "SELECT SUM(wanted_ms) FROM write_backs"); time.Duration(wanted)*time.Millisecond != total {
		l.t.Fatalf("%d ms are wanted of %v", wanted, total)
	}
	if changed.ID.IsZero() || random.IntN(2) == 0 {
		return
	}
	undo(l.t, l.World, l.ada, changed)
	if back := live(l.t, l.World, l.ada); !slices.EqualFunc(back, before, sameTime) {
		l.t.Fatalf("taken back, there are %+v, before there were %+v", back, before)
	}
}

func sameTime(a, b timer.Entry) bool {
	return a.ID == b.ID && a.StartedAt.Equal(b.StartedAt) && a.StoppedAt.Equal(b.StoppedAt)
}

// TestParallelEdits lets many tabs rearrange the same hours in real transactions of the store.
func TestParallelEdits(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	now := w.Clock.Now()
	var hours []timer.Entry
	for i := range 4 {
		from := now.Add(-time.Duration(9-2*i) * time.Hour)
		hours = append(hours, domaintest.Entry(ada, domaintest.Item(101), from, from.Add(time.Hour)))
	}
	w.Save(t, ada, hours...)
	const tabs = 24
	refusals := make([]error, tabs)
	succeeded := make([]bool, tabs)
	edit := []func(ctx context.Context, tab int) error{
		func(ctx context.Context, tab int) error { // into the gap after it
			entry := hours[tab%4]
			end := entry.StoppedAt.Add(50 * time.Minute)
			_, err := w.Timers.Change(ctx, ada, entry.ID, entry.Revision, timer.Patch{StoppedAt: &end})
			return err
		},
		func(ctx context.Context, tab int) error { // the same gap by hand
			from := hours[tab%4].StoppedAt.Add(10 * time.Minute)
			_, err := w.Timers.Add(ctx, ada, timer.AddRequest{
				WorkItem: domaintest.Item(102), StartedAt: from, StoppedAt: from.Add(30 * time.Minute),
			})
			return err
		},
		func(ctx context.Context, tab int) error {
			entry := hours[tab%4]
			_, _, err := w.Timers.Split(ctx, ada, entry.ID, entry.Revision, timer.SplitRequest{At: entry.StartedAt.Add(time.Minute)})
			return err
		},
		func(ctx context.Context, tab int) error {
			_, err := w.Timers.Copy(ctx, ada, hours[tab%4].ID, timer.CopyRequest{StartedAt: hours[(tab+1)%4].StoppedAt})
			return err
		},
		func(ctx context.Context, _ int) error {
			_, err := w.Timers.Merge(ctx, ada, timer.MergeRequest{Entries: versions(hours...), Bridge: true})
			return err
		},
		func(ctx context.Context, _ int) error {
			_, err := w.Timers.ChangeAll(ctx, ada, versions(hours...), timer.BulkChange{Shift: -30 * time.Minute}, "")
			return err
		},
	}
	var group sync.WaitGroup
	for tab := range tabs {
		group.Go(func() {
			refusals[tab] = edit[tab%len(edit)](t.Context(), tab/len(edit))
			succeeded[tab] = refusals[tab] == nil
		})
	}
	group.Wait()
	for tab, err := range refusals {
		if err == nil {
			continue
		}
		switch errs.CodeOf(err) {
		case "stale", "interval_overlaps", "interval_in_future", "entry_voided":
		default:
			t.Errorf("tab %d: %v", tab, err)
		}
		if errs.Is(err, errs.Stale) {
			if current := refused(t, err, errs.Stale, "stale"); current == nil || current.Revision < 2 {
				t.Errorf("tab %d isn't shown what the entry is now", tab)
			}
		}
	}
	if !slices.Contains(succeeded, true) {
		t.Error("nobody has changed anything")
	}
	sums(t, w, ada)
}

// told gives an entry details, and the next version of it.
func (d *described) told(entry timer.Entry, named timer.Details) timer.Entry {
	d.t.Helper()
	return must[timer.Entry](d.t)(d.Timers.Change(d.t.Context(), d.ada, entry.ID, entry.Revision, timer.Patch{Details: named}))
}

func TestThePartsOfASplitAreToldAlike(t *testing.T) {
	d := newDescribed(t)
	d.rule(d.payments, workitem.ProjectPatch{GeneralAllowed: new(true)})
	whole := d.told(worked(t, d.World, d.ada), timer.Details{Activity: d.review.ID, Note: new("Standup")})
	first, rest := split(t, d.World, d.ada, whole, 20*time.Minute)
	if rest.Activity != whole.Activity || rest.Billable != whole.Billable || rest.Note != "Standup" || first.Note != "Standup" {
		t.Errorf("the parts are %+v and %+v", first, rest)
	}
	_, last, err := d.Timers.Split(t.Context(), d.ada, rest.ID, rest.Revision, timer.SplitRequest{
		At:   rest.StartedAt.Add(time.Minute),
		Rest: timer.Patch{General: d.payments, Details: timer.Details{Activity: d.meeting.ID, Note: new("")}},
	})
	if err != nil || !last.General() || last.Activity.ID != d.meeting.ID || last.Billable || last.Note != "" {
		t.Errorf("the rest is %+v (%v)", last, err)
	}
	equal(t, "stored", stored(t, d.World, d.ada, last.ID), last)
}

func TestWhatIsToldOfMergedEntries(t *testing.T) {
	d := newDescribed(t)
	first, rest := split(t, d.World, d.ada, worked(t, d.World, d.ada), 20*time.Minute)
	rest = d.told(rest, timer.Details{Activity: d.review.ID})
	merge := func() (timer.Entry, error) {
		return d.Timers.Merge(t.Context(), d.ada, timer.MergeRequest{Entries: versions(first, rest)})
	}
	_, err := merge()
	refused(t, err, errs.RuleBroken, "entries_differ")
	rest = d.told(rest, timer.Details{Activity: first.Activity.ID, Billable: new(!first.Billable)})
	_, err = merge()
	refused(t, err, errs.RuleBroken, "entries_differ")

	d.Clock.Add(time.Second)
	first = d.told(first, timer.Details{Note: new("Standup")})
	rest = d.told(rest, timer.Details{Billable: &first.Billable, Note: new("Retry")})
	rest, last := split(t, d.World, d.ada, rest, time.Minute)
	d.Clock.Add(time.Second)
	merged, err := d.Timers.Merge(t.Context(), d.ada, timer.MergeRequest{Entries: versions(first, rest, last)})
	if err != nil || merged.Note != "Standup\nRetry" {
		t.Errorf("merged: %+v (%v)", merged, err)
	}
	d.Clock.Add(time.Second)
	if back := undo(t, d.World, d.ada, merged); back.Note != "Standup" {
		t.Errorf("taken back, the note is %q", back.Note)
	}
}

func TestToldInBulk(t *testing.T) {
	d := newDescribed(t)
	hours := threeHours(t, d.World, d.ada)
	changed, codes := changeAll(t, d.World, d.ada, versions(hours...),
		timer.BulkChange{Patch: timer.Patch{Details: timer.Details{Activity: d.meeting.ID}}})
	equal(t, "refusals", codes, []string{"", "", ""})
	for _, entry := range changed {
		if entry.Activity.Name != "Meeting" || entry.Billable {
			t.Errorf("changed to %+v", entry)
		}
	}
	d.Clock.Add(time.Second)
	changed, _ = changeAll(t, d.World, d.ada, versions(changed...),
		timer.BulkChange{Patch: timer.Patch{Details: timer.Details{Billable: new(true)}}})
	if !changed[0].Billable || changed[0].Activity.Name != "Meeting" {
		t.Errorf("changed to %+v", changed[0])
	}
	// What can't be of any of them is refused at once.
	_, err := d.Timers.ChangeAll(t.Context(), d.ada, versions(changed...), timer.BulkChange{Patch: timer.Patch{General: d.payments}}, "")
	refused(t, err, errs.RuleBroken, "general_not_allowed")
}
