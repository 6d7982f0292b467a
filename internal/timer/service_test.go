package timer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"timetracker/internal/audit"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// start starts a timer and fails the test when that is refused.
func start(t *testing.T, w *domaintest.World, m tenant.Member, item workitem.Claim) timer.StartResult {
	t.Helper()
	result, err := w.Timers.Start(t.Context(), m, timer.StartRequest{WorkItem: item})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func stop(t *testing.T, w *domaintest.World, m tenant.Member) timer.Entry {
	t.Helper()
	entry, err := w.Timers.Stop(t.Context(), m, ids.Entry{})
	if err != nil {
		t.Fatal(err)
	}
	return entry
}

// stored is the entry as another request reads it.
func stored(t *testing.T, w *domaintest.World, m tenant.Member, id ids.Entry) timer.Entry {
	t.Helper()
	entry, err := w.Store.Entry(t.Context(), m.Tenant.ID, id)
	if err != nil {
		t.Fatal(err)
	}
	return entry
}

// running is the member's running timer; the test fails when there is none.
func running(t *testing.T, w *domaintest.World, m tenant.Member) timer.Entry {
	t.Helper()
	entry, ok, _, err := w.Timers.Current(t.Context(), m)
	if err != nil || !ok {
		t.Fatalf("no timer is running (%v)", err)
	}
	return entry
}

func notRunning(t *testing.T, w *domaintest.World, m tenant.Member) {
	t.Helper()
	if entry, ok, _, err := w.Timers.Current(t.Context(), m); err != nil || ok {
		t.Fatalf("the timer %+v is running (%v), want none", entry, err)
	}
}

// all lists the member's entries, the earliest first, voided ones included.
func all(t *testing.T, w *domaintest.World, m tenant.Member) []timer.Entry {
	t.Helper()
	wanted := of(m)
	wanted.IncludeVoided = true
	entries, _, _, err := w.Timers.List(t.Context(), m, wanted, page.Request{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(entries)
	return entries
}

// events is the member's log, the earliest first.
func events(t *testing.T, w *domaintest.World, m tenant.Member) []timer.EventType {
	t.Helper()
	log, _, err := w.Timers.Events(t.Context(), m, false, audit.Filter{}, page.Request{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	var types []timer.EventType
	for i := len(log) - 1; i >= 0; i-- {
		types = append(types, log[i].Type)
	}
	return types
}

// refused checks an error and gives the entry that prevents the change; nil when there is none.
func refused(t *testing.T, err error, kind errs.Kind, code string) *timer.Entry {
	t.Helper()
	var refusal *errs.Error
	if !errors.As(err, &refusal) || refusal.Kind != kind || refusal.Code != code {
		t.Fatalf("the error is %v, want %s", err, code)
	}
	if entry, ok := refusal.Subject.(timer.Entry); ok {
		return &entry
	}
	return nil
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, byNames); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// byNames compares work by its names, where a test doesn't know the ids.
var byNames = cmp.Options{
	cmp.Comparer(func(a, b workitem.WorkItem) bool {
		if a.ID.IsZero() || b.ID.IsZero() {
			a, b = domaintest.WithoutIDs(a), domaintest.WithoutIDs(b)
		}
		return a == b
	}),
	cmp.Comparer(func(a, b ids.Project) bool { return a == b || a.IsZero() || b.IsZero() }),
}

func TestStartStop(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	started := w.Clock.Now()

	result := start(t, w, ada, domaintest.Item(101))
	want := timer.Entry{
		ID: result.Timer.ID, User: timer.UserRef{ID: ada.User.ID, Name: "Ada"},
		WorkItem: known(t, w, ada, domaintest.Item(101)), ProjectID: result.Timer.WorkItem.Project.ID,
		Activity: ada.Tenant.Settings.DefaultActivity, Billable: true,
		StartedAt: started, Source: timer.FromTimer, Revision: 1,
	}
	equal(t, "work item", domaintest.WithoutIDs(want.WorkItem), domaintest.Named(domaintest.Item(101)))
	equal(t, "start", result, timer.StartResult{Timer: want, Created: true, Now: started})
	equal(t, "current", running(t, w, ada), want)

	w.Clock.Add(90*time.Minute + 250*time.Millisecond)
	stopped := stop(t, w, ada)
	want.StoppedAt, want.Revision = started.Add(90*time.Minute+250*time.Millisecond), 2
	equal(t, "stop", stopped, want)
	equal(t, "stored", stored(t, w, ada, want.ID), want)
	equal(t, "log", events(t, w, ada), []timer.EventType{timer.Started, timer.Stopped})
	if got := want.Elapsed(w.Clock.Now().Add(time.Hour)).Milliseconds(); got != 5_400_250 {
		t.Errorf("the entry is %d ms long, want 5400250", got)
	}
	notRunning(t, w, ada)
}

func TestInstantsAreCutToMilliseconds(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	w.Clock.Set(time.Date(2026, 11, 20, 10, 0, 0, 1_999_999, time.FixedZone("", 3600)))
	result := start(t, w, ada, domaintest.Item(101))
	equal(t, "start", result.Timer.StartedAt, time.Date(2026, 11, 20, 9, 0, 0, 1_000_000, time.UTC))
	w.Clock.Set(time.Date(2026, 11, 20, 9, 0, 1, 999_999_999, time.UTC))
	stop(t, w, ada)
	if got := stored(t, w, ada, result.Timer.ID).Elapsed(time.Time{}); got != 1998*time.Millisecond {
		t.Errorf("the entry is %v long, want 1.998s", got)
	}
}

func TestExistingHoursAreKept(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	for _, hours := range []*float64{nil, new(float64), ptr(12.75)} {
		result, err := w.Timers.Start(t.Context(), ada, timer.StartRequest{WorkItem: domaintest.Item(101), ExistingHours: hours})
		if err != nil {
			t.Fatal(err)
		}
		stop(t, w, ada)
		equal(t, "existing hours", stored(t, w, ada, result.Timer.ID).ExistingHours, hours)
	}
}

func ptr[T any](value T) *T { return &value }

func TestSwitchIsOneInstant(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	first := start(t, w, ada, domaintest.Item(101)).Timer
	w.Clock.Add(time.Hour)

	result := start(t, w, ada, domaintest.Item(102))
	if !result.Created || result.Stopped == nil || result.Stopped.ID != first.ID {
		t.Fatalf("switching gives %+v", result)
	}
	equal(t, "the stop", result.Stopped.StoppedAt, result.Timer.StartedAt)
	equal(t, "the stop", result.Stopped.StoppedAt, w.Clock.Now())
	equal(t, "the stored stop", stored(t, w, ada, first.ID), *result.Stopped)
	equal(t, "current", running(t, w, ada), result.Timer)
	equal(t, "log", events(t, w, ada), []timer.EventType{timer.Started, timer.Switched, timer.Started})
}

func TestRejectShowsTheRunningTimer(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	ada.Tenant.Settings.OnStartWhileRunning = tenant.Reject
	first := start(t, w, ada, domaintest.Item(101)).Timer
	w.Clock.Add(time.Hour)

	_, err := w.Timers.Start(t.Context(), ada, timer.StartRequest{WorkItem: domaintest.Item(102)})
	subject := refused(t, err, errs.Conflict, "timer_running")
	if subject == nil {
		t.Fatal("the refusal doesn't show the running timer")
	}
	equal(t, "subject", *subject, first)
	equal(t, "current", running(t, w, ada), first)
	equal(t, "entries", len(all(t, w, ada)), 1)
}

func TestSameItemAgainChangesNothing(t *testing.T) {
	for _, policy := range []tenant.StartPolicy{tenant.Switch, tenant.Reject} {
		t.Run(string(policy), func(t *testing.T) {
			w := domaintest.New(t)
			ada := w.SignUp(t)
			ada.Tenant.Settings.OnStartWhileRunning = policy
			first := start(t, w, ada, domaintest.Item(101)).Timer
			w.Clock.Add(time.Hour)
			again := domaintest.Item(101)
			again.Site.Name, again.Project.Name = "CONTOSO", " PAYMENTS "
			equal(t, "again", start(t, w, ada, again), timer.StartResult{Timer: first, Now: w.Clock.Now()})
			equal(t, "log", events(t, w, ada), []timer.EventType{timer.Started})
		})
	}
}

func TestSameNumberInAnotherOrganizationIsAnotherItem(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	start(t, w, ada, domaintest.ItemOf("Payments", 101))
	other := domaintest.ItemOf("Payments", 101)
	other.Site.Name = "fabrikam"
	if result := start(t, w, ada, other); !result.Created || result.Stopped == nil {
		t.Errorf("starting it gives %+v, want a switch", result)
	}
}

func TestAnItemThatMovesIsTheSame(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	first := start(t, w, ada, domaintest.ItemOf("Payments", 101)).Timer
	w.Clock.Add(time.Hour)
	moved := domaintest.ItemOf("Storefront", 101)
	equal(t, "started again", start(t, w, ada, moved), timer.StartResult{Timer: first, Now: w.Clock.Now()})
	stop(t, w, ada)

	// Later entries are recorded under the other project, but time on the item is one sum.
	second := start(t, w, ada, moved).Timer
	if second.WorkItem.ID != first.WorkItem.ID || second.WorkItem.Project.Name != "Storefront" {
		t.Errorf("after the move the timer is on %+v", second.WorkItem)
	}
	w.Clock.Add(time.Hour)
	stop(t, w, ada)
	if got := stored(t, w, ada, first.ID).WorkItem.Project.Name; got != "Payments" {
		t.Errorf("the first entry is shown under %s", got)
	}
	for _, claim := range []workitem.Claim{moved, domaintest.ItemOf("Payments", 101), domaintest.ItemOf("Unheard of", 101)} {
		sums, _, err := w.Timers.TimeOn(t.Context(), ada, known(t, w, ada, claim))
		if err != nil || sums.Own != 2*time.Hour {
			t.Errorf("the time on the item in %s is %v (%v)", claim.Project.Name, sums.Own, err)
		}
	}
}

func TestParallelStarts(t *testing.T) {
	for _, policy := range []tenant.StartPolicy{tenant.Switch, tenant.Reject} {
		t.Run(string(policy), func(t *testing.T) {
			w := domaintest.New(t)
			ada := w.SignUp(t)
			ada.Tenant.Settings.OnStartWhileRunning = policy
			const parallel = 50
			results := make([]timer.StartResult, parallel)
			refusals := make([]error, parallel)
			var group sync.WaitGroup
			for i := range parallel {
				group.Go(func() {
					request := timer.StartRequest{WorkItem: domaintest.Item(101 + i%10)}
					results[i], refusals[i] = w.Timers.Start(t.Context(), ada, request)
					w.Clock.Add(time.Millisecond)
				})
			}
			group.Wait()

			created := map[ids.Entry]bool{}
			for i := range parallel {
				if refusals[i] != nil {
					if policy == tenant.Switch {
						t.Errorf("start %d: %v", i, refusals[i])
					} else {
						refused(t, refusals[i], errs.Conflict, "timer_running")
					}
					continue
				}
				if results[i].Created {
					created[results[i].Timer.ID] = true
				}
			}
			entries := all(t, w, ada)
			runs := 0
			for i, entry := range entries {
				if !created[entry.ID] {
					t.Errorf("nobody was told of the entry %s", entry.ID)
				}
				if entry.Running() {
					runs++
				}
				if i > 0 && !entries[i-1].StoppedAt.Equal(entry.StartedAt) {
					t.Errorf("an entry stopped at %v, the next started at %v", entries[i-1].StoppedAt, entry.StartedAt)
				}
			}
			equal(t, "entries", len(entries), len(created))
			equal(t, "running timers", runs, 1)
			if policy == tenant.Reject {
				equal(t, "entries", len(entries), 1)
			}
		})
	}
}

func TestParallelStopsStopOnce(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	id := start(t, w, ada, domaintest.Item(101)).Timer.ID
	var group sync.WaitGroup
	refusals := make([]error, 20)
	for i := range refusals {
		group.Go(func() { _, refusals[i] = w.Timers.Stop(t.Context(), ada, id) })
	}
	group.Wait()
	stopped := 0
	for _, err := range refusals {
		if err == nil {
			stopped++
			continue
		}
		if subject := refused(t, err, errs.Conflict, "timer_not_running"); subject == nil || subject.ID != id {
			t.Errorf("the refusal shows %+v", subject)
		}
	}
	equal(t, "stops", stopped, 1)
	equal(t, "log", events(t, w, ada), []timer.EventType{timer.Started, timer.Stopped})
}

func TestStopWhatDoesNotRun(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	ben := w.Join(t, ada, "Ben")

	_, err := w.Timers.Stop(t.Context(), ada, ids.Entry{})
	if subject := refused(t, err, errs.Conflict, "timer_not_running"); subject != nil {
		t.Errorf("without any entry the refusal shows %+v", subject)
	}

	old := start(t, w, ada, domaintest.Item(101)).Timer
	w.Clock.Add(time.Hour)
	latest := stop(t, w, ada)
	for _, id := range []ids.Entry{{}, old.ID} {
		w.Clock.Add(time.Hour)
		_, err := w.Timers.Stop(t.Context(), ada, id)
		subject := refused(t, err, errs.Conflict, "timer_not_running")
		if subject == nil {
			t.Fatal("the refusal shows no entry")
		}
		equal(t, "subject", *subject, latest)
	}

	// This is another timer than the one that runs.
	current := start(t, w, ada, domaintest.Item(102)).Timer
	_, err = w.Timers.Stop(t.Context(), ada, old.ID)
	if subject := refused(t, err, errs.Conflict, "timer_not_running"); subject == nil || subject.ID != old.ID {
		t.Errorf("the refusal shows %+v, want the entry that was meant", subject)
	}
	equal(t, "current", running(t, w, ada), current)

	// Another person's timer keeps running, whoever asks. The caller has no timer with this id.
	others := start(t, w, ben, domaintest.Item(103)).Timer
	for _, m := range []tenant.Member{ada, w.Join(t, ada, "Cleo")} {
		_, err = w.Timers.Stop(t.Context(), m, others.ID)
		refused(t, err, errs.NotFound, "time_entry_not_found")
	}
	equal(t, "Ben's timer", running(t, w, ben), others)

	_, err = w.Timers.Stop(t.Context(), ada, ids.New[ids.Entry]())
	refused(t, err, errs.NotFound, "time_entry_not_found")
}

func TestTenantThatIsNotActiveStopsAndReads(t *testing.T) {
	tests := map[string]struct {
		change func(w *domaintest.World, m *tenant.Member)
		code   string
	}{
		"trial expired": {func(w *domaintest.World, m *tenant.Member) {
			m.Tenant.TrialEndsAt = w.Clock.Now()
		}, "trial_expired"},
		"trial expired, as stored": {func(_ *domaintest.World, m *tenant.Member) {
			m.Tenant.Status = tenant.TrialExpired
		}, "trial_expired"},
		"suspended": {func(_ *domaintest.World, m *tenant.Member) {
			m.Tenant.Status = tenant.Suspended
		}, "tenant_suspended"},
		"cancelled": {func(_ *domaintest.World, m *tenant.Member) {
			m.Tenant.Status = tenant.Cancelled
		}, "tenant_cancelled"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := domaintest.New(t)
			ada := w.SignUp(t)
			start(t, w, ada, domaintest.Item(101))
			w.Clock.Add(time.Hour)
			done := stop(t, w, ada)
			entry := start(t, w, ada, domaintest.Item(102)).Timer
			w.Clock.Add(time.Hour)
			test.change(w, &ada)

			_, err := w.Timers.Start(t.Context(), ada, timer.StartRequest{WorkItem: domaintest.Item(103)})
			refused(t, err, errs.PaymentRequired, test.code)
			_, err = w.Timers.Start(t.Context(), ada, timer.StartRequest{WorkItem: domaintest.Item(102)})
			refused(t, err, errs.PaymentRequired, test.code)
			_, err = w.Timers.Discard(t.Context(), ada, entry.ID, entry.Revision)
			refused(t, err, errs.PaymentRequired, test.code)
			_, err = w.Timers.Change(t.Context(), ada, done.ID, done.Revision, timer.Patch{Confirm: true})
			refused(t, err, errs.PaymentRequired, test.code)
			_, err = w.Timers.Void(t.Context(), ada, done.ID, done.Revision, "")
			refused(t, err, errs.PaymentRequired, test.code)

			equal(t, "current", running(t, w, ada), entry)
			equal(t, "stop", stop(t, w, ada).StoppedAt, w.Clock.Now())
			equal(t, "entries", len(all(t, w, ada)), 2)
		})
	}
}

// startsAfter starts a timer now, after the server has stopped the forgotten one.
func startsAfter(
	ctx context.Context, w *domaintest.World, m tenant.Member, item workitem.Claim, forgotten ids.Entry,
) error {
	result, err := w.Timers.Start(ctx, m, timer.StartRequest{WorkItem: item})
	if err != nil {
		return err
	}
	if !result.Created || result.Stopped == nil || result.Stopped.ID != forgotten || !result.Timer.StartedAt.Equal(w.Clock.Now()) {
		return fmt.Errorf("the start gives %+v, want a new timer and the old one stopped", result)
	}
	return nil
}

func TestForgottenTimerStopsAtExactlyTheLimit(t *testing.T) {
	const limit = 10 * time.Hour
	w := domaintest.New(t)
	// These are all ways in which the server can notice. Each must record the same. They give what the caller is shown.
	notice := map[string]func(ctx context.Context, ada tenant.Member, id ids.Entry) error{
		"the job": func(ctx context.Context, _ tenant.Member, _ ids.Entry) error {
			_, err := w.Timers.AutoStop(ctx, 100)
			return err
		},
		"a look": func(ctx context.Context, ada tenant.Member, _ ids.Entry) error {
			entry, ok, _, err := w.Timers.Current(ctx, ada)
			if err == nil && ok {
				err = fmt.Errorf("the timer %+v is running, want none", entry)
			}
			return err
		},
		"a stop": func(ctx context.Context, ada tenant.Member, _ ids.Entry) error {
			_, err := w.Timers.Stop(ctx, ada, ids.Entry{})
			return err
		},
		"a stop by id": func(ctx context.Context, ada tenant.Member, id ids.Entry) error {
			_, err := w.Timers.Stop(ctx, ada, id)
			return err
		},
		"a start of another item": func(ctx context.Context, ada tenant.Member, id ids.Entry) error {
			return startsAfter(ctx, w, ada, domaintest.Item(102), id)
		},
		"a start of the same item": func(ctx context.Context, ada tenant.Member, id ids.Entry) error {
			return startsAfter(ctx, w, ada, domaintest.Item(101), id)
		},
		"a start that must not switch": func(ctx context.Context, ada tenant.Member, id ids.Entry) error {
			ada.Tenant.Settings.OnStartWhileRunning = tenant.Reject
			return startsAfter(ctx, w, ada, domaintest.Item(102), id)
		},
	}
	for name, notice := range notice {
		for _, late := range []time.Duration{0, time.Millisecond, 3 * 24 * time.Hour} {
			t.Run(name+", "+late.String()+" late", func(t *testing.T) {
				ada := w.SignUp(t)
				entry := start(t, w, ada, domaintest.Item(101)).Timer
				w.Clock.Add(limit + late)
				if err := notice(t.Context(), ada, entry.ID); err != nil {
					t.Fatal(err)
				}

				entry.StoppedAt, entry.NeedsReview, entry.Revision = entry.StartedAt.Add(limit), true, 2
				equal(t, "entry", stored(t, w, ada, entry.ID), entry)
				log, _, err := w.Timers.Events(t.Context(), ada, false, audit.Filter{}, page.Request{Limit: 10})
				if err != nil {
					t.Fatal(err)
				}
				for _, event := range log {
					if event.Type == timer.AutoStopped {
						equal(t, "instant of the event", event.At, entry.StoppedAt)
						return
					}
				}
				t.Errorf("the log is %+v, without the stop", log)
			})
		}
	}
}

func TestTimerRunsUntilTheLimit(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	entry := start(t, w, ada, domaintest.Item(101)).Timer
	w.Clock.Add(10*time.Hour - time.Millisecond)
	equal(t, "current", running(t, w, ada), entry)
	if stopped, err := w.Timers.AutoStop(t.Context(), 100); err != nil || stopped != 0 {
		t.Errorf("the job stopped %d timers (%v), want none", stopped, err)
	}
	if stopped := stop(t, w, ada); stopped.NeedsReview || stopped.Elapsed(time.Time{}) != 10*time.Hour-time.Millisecond {
		t.Errorf("stopped as %+v", stopped)
	}
}

func TestElapsedByTheLimit(t *testing.T) {
	const limit, ms = 10 * time.Hour, time.Millisecond
	started := time.Date(2026, time.October, 31, 8, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name      string
		runs, now time.Duration // since the start; runs is zero: it has not stopped
		want      time.Duration
	}{
		{"runs", 0, time.Hour, time.Hour},
		{"runs, by a clock that is behind", 0, -time.Hour, 0},
		{"up to its limit", 0, limit - ms, limit - ms},
		{"beyond its limit", 0, 30 * time.Hour, limit},
		{"stopped", 12 * time.Hour, 30 * time.Hour, 12 * time.Hour},
	} {
		entry := timer.Entry{StartedAt: started}
		if test.runs > 0 {
			entry.StoppedAt = started.Add(test.runs)
		}
		if got := entry.ElapsedBy(started.Add(test.now), limit); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func TestAutoStopServesAllTenantsWithTheirLimits(t *testing.T) {
	w := domaintest.New(t)
	ada, zoe := w.SignUp(t), w.SignUp(t)
	ben := w.Join(t, ada, "Ben")
	w.Exec(t, "UPDATE tenants SET auto_stop_after_ms = 3600000 WHERE id = ?", zoe.Tenant.ID)
	w.Exec(t, "UPDATE tenants SET status = 'suspended' WHERE id = ?", ada.Tenant.ID)
	// A deactivated user can't stop the timer.
	w.Exec(t, "UPDATE users SET status = 'deactivated' WHERE id = ?", ben.User.ID)
	for _, m := range []tenant.Member{ada, ben, zoe} {
		start(t, w, m, domaintest.Item(101))
	}

	w.Clock.Add(time.Hour)
	if stopped, err := w.Timers.AutoStop(t.Context(), 100); err != nil || stopped != 1 {
		t.Fatalf("after an hour the job stopped %d timers (%v), want 1", stopped, err)
	}
	if entry := all(t, w, zoe)[0]; entry.Elapsed(time.Time{}) != time.Hour || !entry.NeedsReview {
		t.Errorf("Zoe's entry is %+v", entry)
	}
	w.Clock.Add(20 * time.Hour)
	for range 2 {
		if stopped, err := w.Timers.AutoStop(t.Context(), 1); err != nil || stopped != 1 {
			t.Fatalf("the job stopped %d timers (%v), want as many as its limit", stopped, err)
		}
	}
	for _, m := range []tenant.Member{ada, ben} {
		if entry := all(t, w, m)[0]; entry.Elapsed(time.Time{}) != 10*time.Hour {
			t.Errorf("%s's entry is %+v", m.User.Name, entry)
		}
	}
	if stopped, err := w.Timers.AutoStop(t.Context(), 100); err != nil || stopped != 0 {
		t.Errorf("the job stopped %d timers more (%v)", stopped, err)
	}
}

// startsBetween starts a timer right after the running one was read for the first time.
type startsBetween struct {
	timer.Store
	then func()
	once sync.Once
}

func (s *startsBetween) RunningEntry(ctx context.Context, id ids.Tenant, user ids.User) (timer.Entry, bool, error) {
	entry, ok, err := s.Store.RunningEntry(ctx, id, user)
	s.once.Do(s.then)
	return entry, ok, err
}

func TestCurrentShowsWhatStartedMeanwhile(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	start(t, w, ada, domaintest.Item(101))
	w.Clock.Add(11 * time.Hour)
	between := &startsBetween{Store: w.Store, then: func() { start(t, w, ada, domaintest.Item(102)) }}
	entry, ok, _, err := timer.NewService(between, w.Work, w.Clock.Now).Current(t.Context(), ada)
	if err != nil || !ok || entry.WorkItem.Number != "102" {
		t.Errorf("current is %+v, %v (%v), want the timer that the other tab has started", entry, ok, err)
	}
}

func TestDiscard(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	_, err := w.Timers.Discard(t.Context(), ada, ids.Entry{}, 1)
	refused(t, err, errs.Conflict, "timer_not_running")

	entry := start(t, w, ada, domaintest.Item(101)).Timer
	w.Clock.Add(time.Minute)
	_, err = w.Timers.Discard(t.Context(), ada, entry.ID, entry.Revision+1)
	refused(t, err, errs.Stale, "stale")
	equal(t, "current", running(t, w, ada), entry)

	discarded, err := w.Timers.Discard(t.Context(), ada, entry.ID, entry.Revision)
	if err != nil {
		t.Fatal(err)
	}
	entry.StoppedAt, entry.VoidedAt, entry.Revision = w.Clock.Now(), w.Clock.Now(), 2
	equal(t, "discarded", discarded, entry)
	equal(t, "stored", stored(t, w, ada, entry.ID), entry)
	notRunning(t, w, ada)
	equal(t, "log", events(t, w, ada), []timer.EventType{timer.Started, timer.Stopped, timer.Discarded})

	_, err = w.Timers.Discard(t.Context(), ada, entry.ID, 1)
	equal(t, "subject", *refused(t, err, errs.Conflict, "timer_not_running"), entry)
	next := start(t, w, ada, domaintest.Item(102)).Timer
	_, err = w.Timers.Discard(t.Context(), ada, entry.ID, next.Revision)
	refused(t, err, errs.Stale, "stale")
	equal(t, "current", running(t, w, ada), next)
}

func TestClocksOfServersDiffer(t *testing.T) {
	const ms = time.Millisecond
	at := func(w *domaintest.World, d time.Duration) time.Time { return w.Clock.Now().Add(d) }

	t.Run("a stop behind its start has no length", func(t *testing.T) {
		w := domaintest.New(t)
		ada := w.SignUp(t)
		entry := start(t, w, ada, domaintest.Item(101)).Timer
		w.Clock.Add(-time.Hour)
		if now := w.Clock.Now(); running(t, w, ada).Elapsed(now) != 0 {
			t.Error("the running timer has a negative length")
		}
		equal(t, "stop", stop(t, w, ada).StoppedAt, entry.StartedAt)
	})
	t.Run("a start just behind the last stop moves to it", func(t *testing.T) {
		for _, behind := range []time.Duration{0, ms, 5 * time.Second} {
			w := domaintest.New(t)
			ada := w.SignUp(t)
			start(t, w, ada, domaintest.Item(101))
			w.Clock.Add(time.Hour)
			last := stop(t, w, ada).StoppedAt
			w.Clock.Add(-behind)
			equal(t, "start", start(t, w, ada, domaintest.Item(102)).Timer.StartedAt, last)
		}
	})
	t.Run("a start far behind the last stop keeps its own clock", func(t *testing.T) {
		w := domaintest.New(t)
		ada := w.SignUp(t)
		start(t, w, ada, domaintest.Item(101))
		w.Clock.Add(time.Hour)
		stop(t, w, ada)
		want := at(w, -5*time.Second-ms)
		w.Clock.Set(want)
		equal(t, "start", start(t, w, ada, domaintest.Item(102)).Timer.StartedAt, want)
	})
	t.Run("a switch behind the start is one instant", func(t *testing.T) {
		w := domaintest.New(t)
		ada := w.SignUp(t)
		first := start(t, w, ada, domaintest.Item(101)).Timer
		w.Clock.Add(-3 * time.Second)
		result := start(t, w, ada, domaintest.Item(102))
		equal(t, "stop", result.Stopped.StoppedAt, first.StartedAt)
		equal(t, "start", result.Timer.StartedAt, first.StartedAt)
	})
	t.Run("servers that take turns never make entries overlap", func(t *testing.T) {
		w := domaintest.New(t)
		ada := w.SignUp(t)
		servers := []time.Duration{0, 2 * time.Second, -2 * time.Second, 999 * ms}
		for i := range 40 {
			skew := servers[i%len(servers)]
			w.Clock.Add(skew)
			start(t, w, ada, domaintest.Item(101+i%3))
			if i%5 == 4 {
				stop(t, w, ada)
			}
			w.Clock.Add(300*ms - skew)
		}
		entries := all(t, w, ada)
		for i, entry := range entries[1:] {
			if before := entries[i]; before.StoppedAt.After(entry.StartedAt) {
				t.Errorf("%v to %v overlaps what starts at %v", before.StartedAt, before.StoppedAt, entry.StartedAt)
			}
		}
	})
}

func TestWorkItemTime(t *testing.T) {
	w := domaintest.New(t) // 10:00 in Berlin
	ada := w.SignUp(t)
	ben := w.Join(t, ada, "Ben")
	item := domaintest.Item(101)
	midnight := time.Date(2026, 11, 19, 23, 0, 0, 0, time.UTC)
	hour := func(h float64) time.Time { return midnight.Add(time.Duration(h * float64(time.Hour))) }
	voided := domaintest.Entry(ada, item, hour(3), hour(4))
	voided.VoidedAt = hour(5)
	forgotten, bens := domaintest.Entry(ada, item, hour(-3), hour(3)), domaintest.Entry(ben, item, hour(3), hour(5))
	forgotten.NeedsReview, bens.NeedsReview = true, true
	w.Save(t, ada,
		forgotten, bens,
		domaintest.Entry(ada, item, hour(-20), hour(-19)),
		domaintest.Entry(ada, item, hour(-1), hour(2)), // two of three hours are today
		domaintest.Entry(ben, item, hour(1), hour(2)),
		domaintest.Entry(ada, domaintest.Item(102), hour(6), hour(7)),
		voided)
	runs := start(t, w, ben, item).Timer

	sums, _, err := w.Timers.TimeOn(t.Context(), ada, known(t, w, ada, workitem.Claim{
		Tracker: workitem.AzureDevOps, Site: workitem.Named{Name: "Contoso"}, Number: "101",
	}))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "sums", sums, timer.WorkItemTime{
		WorkItem: runs.WorkItem, OwnToday: 2 * time.Hour, Own: 4 * time.Hour, Total: 5 * time.Hour, OwnReview: 6 * time.Hour, Review: 8 * time.Hour,
		Running: []timer.Entry{runs},
	})

	ada.User.TimeZone = "America/New_York" // where it is 04:00, and today began at 05:00 UTC
	sums, _, err = w.Timers.TimeOn(t.Context(), ada, runs.WorkItem)
	if err != nil || sums.OwnToday != 0 {
		t.Errorf("in New York the time today is %v (%v), want none", sums.OwnToday, err)
	}
}

func TestWhoSeesWhat(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	ben, cleo := w.Join(t, ada, "Ben"), w.Join(t, ada, "Cleo")
	zoe := w.SignUp(t)
	for _, m := range []tenant.Member{ada, ben, cleo, zoe} {
		w.Clock.Add(time.Second)
		start(t, w, m, domaintest.Item(101))
	}
	bens := running(t, w, ben)
	ctx, request := t.Context(), page.Request{Limit: 500}

	_, _, _, err := w.Timers.List(ctx, ben, timer.ListRequest{}, request)
	refused(t, err, errs.Forbidden, "role_required")
	_, _, _, err = w.Timers.List(ctx, ben, of(cleo), request)
	refused(t, err, errs.Forbidden, "role_required")
	_, _, err = w.Timers.Events(ctx, ben, true, audit.Filter{}, request)
	refused(t, err, errs.Forbidden, "role_required")
	_, _, _, err = w.Timers.RunningTimers(ctx, ben, request)
	refused(t, err, errs.Forbidden, "role_required")
	for _, stranger := range []tenant.Member{cleo, zoe} {
		_, _, err = w.Timers.Get(ctx, stranger, bens.ID)
		refused(t, err, errs.NotFound, "time_entry_not_found")
		_, err = w.Timers.History(ctx, stranger, bens.ID)
		refused(t, err, errs.NotFound, "time_entry_not_found")
		_, err = w.Timers.Void(ctx, stranger, bens.ID, bens.Revision, "why not")
		refused(t, err, errs.NotFound, "time_entry_not_found")
		_, err = w.Timers.Change(ctx, stranger, bens.ID, bens.Revision, timer.Patch{Confirm: true, Reason: "why not"})
		refused(t, err, errs.NotFound, "time_entry_not_found")
	}

	entries, _, _, err := w.Timers.List(ctx, ada, timer.ListRequest{}, request)
	if err != nil || len(entries) != 3 {
		t.Errorf("the admin sees %d entries (%v), want those of the tenant", len(entries), err)
	}
	if entry, _, err := w.Timers.Get(ctx, ada, bens.ID); err != nil || entry.ID != bens.ID {
		t.Errorf("the admin sees %+v (%v)", entry, err)
	}
	log, _, err := w.Timers.Events(ctx, ada, true, audit.Filter{}, request)
	if err != nil || len(log) != 3 {
		t.Errorf("the admin sees %d events (%v), want those of the tenant", len(log), err)
	}

	// Page by page, the longest running first.
	var names []string
	for request := (page.Request{Limit: 2}); ; {
		timers, next, _, err := w.Timers.RunningTimers(ctx, ada, request)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range timers {
			names = append(names, entry.User.Name)
		}
		if next == (page.Position{}) {
			break
		}
		request.After = next
	}
	equal(t, "running timers", names, []string{"Ada", "Ben", "Cleo"})
}

func TestListPages(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	var want []ids.Entry
	for i := range 7 {
		// Several start at the same instant, so that the id decides their order.
		at := w.Clock.Now().Add(time.Duration(i/3) * time.Hour)
		entry := domaintest.Entry(ada, domaintest.Item(101), at, at)
		w.Save(t, ada, entry)
		want = append(want, entry.ID)
	}
	var got []ids.Entry
	for request := (page.Request{Limit: 2}); ; {
		entries, next, _, err := w.Timers.List(t.Context(), ada, of(ada), request)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			got = append(got, entry.ID)
		}
		if next == (page.Position{}) {
			break
		}
		request.After = next
	}
	sorted := cmpopts.SortSlices(func(a, b ids.Entry) bool { return a.Compare(b) < 0 })
	if diff := cmp.Diff(want, got, sorted); diff != "" {
		t.Errorf("over all pages (-want +got):\n%s", diff)
	}

}

func TestListsOfWork(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	at := w.Clock.Now()
	entryOn := func(organization, project string, number int) timer.Entry {
		item := domaintest.ItemOf(project, number)
		item.Site.Name = organization
		at = at.Add(-time.Hour)
		entry := domaintest.Entry(ada, item, at, at)
		w.Save(t, ada, entry)
		return stored(t, w, ada, entry.ID)
	}
	first := entryOn("contoso", "Payments", 101)
	moved := entryOn("contoso", "Storefront", 101)
	second := entryOn("contoso", "Payments", 102)
	other := entryOn("fabrikam", "Payments", 101)
	id := func(s fmt.Stringer) string { return s.String() }
	for name, test := range map[string]struct {
		work workitem.Reference
		want []timer.Entry
	}{
		"everything":                   {want: []timer.Entry{first, moved, second, other}},
		"an organization":              {work: workitem.Reference{Site: "FABRIKAM"}, want: []timer.Entry{other}},
		"an organization's id":         {work: workitem.Reference{Site: id(other.WorkItem.Site.ID)}, want: []timer.Entry{other}},
		"a project":                    {work: workitem.Reference{Project: "payments"}, want: []timer.Entry{first, second, other}}, // as in reports
		"a project of an organization": {work: workitem.Reference{Site: "contoso", Project: "payments"}, want: []timer.Entry{first, second}},
		"a project of another one":     {work: workitem.Reference{Site: "fabrikam", Project: "Payments"}, want: []timer.Entry{other}},
		"a project's id":               {work: workitem.Reference{Project: id(other.ProjectID)}, want: []timer.Entry{other}},
		"a number":                     {work: workitem.Reference{Item: "101"}, want: []timer.Entry{first, moved}},
		"a number in a project":        {work: workitem.Reference{Project: "Payments", Item: "101"}, want: []timer.Entry{first, moved}},
		"a number of another one":      {work: workitem.Reference{Site: "fabrikam", Item: "101"}, want: []timer.Entry{other}},
		"our id":                       {work: workitem.Reference{Item: id(first.WorkItem.ID)}, want: []timer.Entry{first, moved}},
		"an unknown organization":      {work: workitem.Reference{Site: "nobody"}},
		"an unknown project":           {work: workitem.Reference{Project: "nobody"}},
		"an unknown number":            {work: workitem.Reference{Item: "404"}},
		"an unknown project's id":      {work: workitem.Reference{Project: id(ids.New[ids.Project]())}},
		"an unknown item's id":         {work: workitem.Reference{Item: id(ids.New[ids.WorkItem]())}},
		"an unknown organization's id": {work: workitem.Reference{Site: id(ids.New[ids.Site]())}},
		"blanks around names":          {work: workitem.Reference{Site: " FabriKam\u3000", Project: "\tpayments "}, want: []timer.Entry{other}},
		"blanks around a number":       {work: workitem.Reference{Item: " 102 "}, want: []timer.Entry{second}},
		"a blank organization":         {work: workitem.Reference{Site: " "}},
		"a blank project":              {work: workitem.Reference{Project: "\t"}},
		"a blank number":               {work: workitem.Reference{Item: "\u00a0"}},
		"the zero organization":        {work: workitem.Reference{Site: zeroID}},
		"the zero project":             {work: workitem.Reference{Project: zeroID}},
		"the zero item":                {work: workitem.Reference{Item: zeroID}},
	} {
		t.Run(name, func(t *testing.T) {
			test.work.Tracker = workitem.AzureDevOps
			wanted := of(ada)
			wanted.Work = test.work
			got, _, _, err := w.Timers.List(t.Context(), ada, wanted, page.Request{Limit: 9})
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "entries", got, test.want)
		})
	}
}

const zeroID = "00000000-0000-0000-0000-000000000000"

// TestAnUnknownGUIDHidesNoProject asks for an item by a GUID alone: the project is the one that it was last seen in.
func TestAnUnknownGUIDHidesNoProject(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	runs := start(t, w, ada, domaintest.Item(101)).Timer
	claim := domaintest.Item(101)
	claim.Project = workitem.Named{StableID: "0193a5b0-1234-4abc-8def-00000000000a"}
	equal(t, "item", known(t, w, ada, claim), runs.WorkItem)
}

// of asks for a member's entries.
func of(m tenant.Member) timer.ListRequest {
	return timer.ListRequest{Filter: timer.Filter{Users: []ids.User{m.User.ID}}}
}

// known is the work item of a claim.
func known(t *testing.T, w *domaintest.World, m tenant.Member, claim workitem.Claim) workitem.WorkItem {
	t.Helper()
	found, err := w.Work.Find(t.Context(), m, claim)
	if err != nil || found.ID.IsZero() {
		t.Fatalf("%+v means %+v (%v)", claim, found, err)
	}
	return found
}
