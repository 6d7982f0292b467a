package workitem_test

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

// limited is a tracker that takes so many changes, and then asks for a pause.
type limited struct {
	*domaintest.Tracker

	now         func() time.Time
	most, taken int
	pause       time.Duration
	until       time.Time
	refused     int // changes during a pause
}

func (l *limited) WriteHours(
	ctx context.Context, as workitem.Credential, site, number string, revision int64, hours workitem.Hours,
) (workitem.Facts, error) {
	if now := l.now(); now.Before(l.until) {
		l.refused++
		return workitem.Facts{}, workitem.RemoteUnavailable(nil, l.until.Sub(now))
	}
	facts, err := l.Tracker.WriteHours(ctx, as, site, number, revision, hours)
	if l.taken++; l.taken%l.most == 0 {
		l.until = l.now().Add(l.pause)
	}
	return facts, err
}

// writingBack is a member of a tenant that writes back.
func writingBack(t *testing.T, w *domaintest.World) tenant.Member {
	t.Helper()
	ada := w.SignUp(t)
	ada.Tenant.Settings.WriteBack = true
	ada.Tenant.Revision++
	if err := w.Store.Tx(t.Context(), ada.Tenant.ID, func(ctx context.Context) error {
		return w.Store.UpdateTenant(ctx, ada.Tenant.ID, ada.Tenant)
	}); err != nil {
		t.Fatal(err)
	}
	return ada
}

// record records time on work item 101.
func record(t *testing.T, w *domaintest.World, m tenant.Member, length time.Duration) {
	t.Helper()
	if _, err := w.Timers.Start(t.Context(), m, timer.StartRequest{WorkItem: workitem.Claim{
		Tracker: workitem.AzureDevOps, Project: workitem.Named{Name: "Payments"}, Number: "101",
	}}); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(length)
	if _, err := w.Timers.Stop(t.Context(), m, ids.Entry{}); err != nil {
		t.Fatal(err)
	}
}

// TestPausesAreNoFailures: a tracker that asks for pauses gets all as soon as it takes it. The waits don't grow, as they
// would after attempts that have failed.
func TestPausesAreNoFailures(t *testing.T) {
	w := domaintest.New(t)
	ada := writingBack(t, w)
	remote := &limited{
		Tracker: domaintest.NewTracker(map[int]float64{101: 0}), now: w.Clock.Now, most: 3, pause: 2 * time.Minute,
	}
	const entries, runs = 30, 10
	for range entries {
		record(t, w, ada, time.Hour)
	}
	began := w.Clock.Now()
	writeBacks := workitem.NewWriteBacks(w.Store, remote, nil, w.Clock.Now)
	for run := 1; ; run++ {
		next, _, err := writeBacks.Drain(t.Context(), ada, workitem.NewCredential("", "", ""))
		if err != nil {
			t.Fatal(err)
		}
		if next.IsZero() {
			break
		}
		if run > runs {
			t.Fatalf("%s after %d runs, %d of %d changes were made", w.Clock.Now().Sub(began), run, remote.taken, entries)
		}
		w.Clock.Add(next.Sub(w.Clock.Now()))
	}
	took, most := w.Clock.Now().Sub(began), runs*(remote.pause+8*time.Second)
	if hours := *remote.Facts(101).Hours.Completed; hours != entries || took > most || remote.refused > runs {
		t.Errorf("%v hours after %s (want %d within %s), %d changes refused", hours, took, entries, most, remote.refused)
	}
}

// down is a tracker that does not answer.
type down struct {
	*domaintest.Tracker

	now   func() time.Time
	asked int
	ends  time.Time
}

func (d *down) Read(ctx context.Context, as workitem.Credential, site string, numbers []string) ([]workitem.Facts, error) {
	d.asked++
	if d.now().Before(d.ends) {
		return nil, workitem.RemoteUnavailable(nil, 20*time.Second)
	}
	return d.Tracker.Read(ctx, as, site, numbers)
}

// TestOutageIsNotAskedAboutAtEachStop: somebody who records much while a tracker is down makes no question of each stop.
// When it is up again, all is written.
func TestOutageIsNotAskedAboutAtEachStop(t *testing.T) {
	w := domaintest.New(t)
	ada := writingBack(t, w)
	remote := &down{
		Tracker: domaintest.NewTracker(map[int]float64{101: 0}), now: w.Clock.Now, ends: w.Clock.Now().Add(10 * time.Minute),
	}
	writeBacks := workitem.NewWriteBacks(w.Store, remote, nil, w.Clock.Now)
	drain := func() time.Time {
		next, _, err := writeBacks.Drain(t.Context(), ada, workitem.NewCredential("", "", ""))
		if err != nil {
			t.Fatal(err)
		}
		return next
	}
	const stops = 10 * 60 / 2
	for range stops {
		record(t, w, ada, 2*time.Second)
		drain()
	}
	if most := 10 * 60 / 20; remote.asked > most {
		t.Errorf("asked %d times after %d stops, want %d at most", remote.asked, stops, most)
	}
	for next := drain(); !next.IsZero(); next = drain() {
		w.Clock.Add(next.Sub(w.Clock.Now()))
	}
	if hours := *remote.Facts(101).Hours.Completed; hours != .17 { // 600 seconds
		t.Errorf("%v hours", hours)
	}
}

// TestAnAttemptEndsTheWait: once somebody's own attempt was answered, their next stop is written at once.
func TestAnAttemptEndsTheWait(t *testing.T) {
	w := domaintest.New(t)
	ada := writingBack(t, w)
	remote := &down{
		Tracker: domaintest.NewTracker(map[int]float64{101: 0}), now: w.Clock.Now, ends: w.Clock.Now().Add(time.Hour + time.Second),
	}
	writeBacks := workitem.NewWriteBacks(w.Store, remote, nil, w.Clock.Now)
	as := workitem.NewCredential("", "", "")
	record(t, w, ada, time.Hour)
	if _, _, err := writeBacks.Drain(t.Context(), ada, as); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Second)
	if left, err := writeBacks.Attempt(t.Context(), ada, as, ids.WorkItem{}); err != nil || len(left) > 0 {
		t.Fatalf("left %v, %v", left, err)
	}
	record(t, w, ada, 18*time.Second)
	if _, _, err := writeBacks.Drain(t.Context(), ada, as); err != nil {
		t.Fatal(err)
	}
	if hours := *remote.Facts(101).Hours.Completed; hours != 1.01 { // with 18 seconds, rounded
		t.Errorf("%v hours", hours)
	}
}

// TestAnEarlierStateIsWrittenToAgain: an organization that was restored to an earlier state has lower revisions than those
// that we have made. It is written to, once no change of ours can be on its way.
func TestAnEarlierStateIsWrittenToAgain(t *testing.T) {
	w := domaintest.New(t)
	ada := writingBack(t, w)
	as := workitem.NewCredential("", "", "")
	drain := func(remote workitem.Remote) {
		t.Helper()
		writeBacks := workitem.NewWriteBacks(w.Store, remote, nil, w.Clock.Now)
		if _, _, err := writeBacks.Drain(t.Context(), ada, as); err != nil {
			t.Fatal(err)
		}
	}
	before := domaintest.NewTracker(map[int]float64{101: 0})
	for range 3 {
		record(t, w, ada, time.Hour)
		drain(before)
	}
	restored := domaintest.NewTracker(map[int]float64{101: 5})
	record(t, w, ada, time.Minute)
	drain(restored)
	if hours := *restored.Facts(101).Hours.Completed; hours != 5 {
		t.Errorf("a minute after our last change it has %v hours", hours)
	}
	w.Clock.Add(2 * time.Minute)
	drain(restored)
	record(t, w, ada, time.Hour)
	drain(restored)
	if hours := *restored.Facts(101).Hours.Completed; hours != 6.02 {
		t.Errorf("then it has %v hours", hours)
	}
}
