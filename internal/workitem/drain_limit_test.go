package workitem_test

import (
	"context"
	"testing"
	"time"

	"timetracker/internal/domaintest"
	"timetracker/internal/ids"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// limited is a tracker that takes so many changes, and then asks for a pause.
type limited struct {
	*domaintest.Tracker

	most, taken int
	pause       time.Duration
	until       time.Time
	refused     int // changes during a pause
}

func (l *limited) WriteHours(
	ctx context.Context, as workitem.Credential, site, number string, revision int64, hours workitem.Hours,
) (workitem.Facts, error) {
	if now := l.Now(); now.Before(l.until) {
		l.refused++
		return workitem.Facts{}, workitem.RemoteUnavailable(nil, l.until.Sub(now))
	}
	facts, err := l.Tracker.WriteHours(ctx, as, site, number, revision, hours)
	if l.taken++; l.taken%l.most == 0 {
		l.until = l.Now().Add(l.pause)
	}
	return facts, err
}

// TestPausesAreNoFailures: a tracker that asks for pauses gets all as soon as it takes it. The waits don't grow, as they
// would after attempts that have failed.
func TestPausesAreNoFailures(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	remote := &limited{
		Tracker: domaintest.NewTracker(w.Clock.Now, map[int]float64{101: 0}), most: 3, pause: 2 * time.Minute,
	}
	const entries, runs = 30, 10
	ada.Tenant.Settings.WriteBack = true
	if err := w.Store.Tx(t.Context(), ada.Tenant.ID, func(ctx context.Context) error {
		ada.Tenant.Revision++
		return w.Store.UpdateTenant(ctx, ada.Tenant.ID, ada.Tenant)
	}); err != nil {
		t.Fatal(err)
	}
	for range entries {
		if _, err := w.Timers.Start(t.Context(), ada, timer.StartRequest{WorkItem: workitem.Claim{
			Tracker: workitem.AzureDevOps, Project: workitem.Named{Name: "Payments"}, Number: "101",
		}}); err != nil {
			t.Fatal(err)
		}
		w.Clock.Add(time.Hour)
		if _, err := w.Timers.Stop(t.Context(), ada, ids.Entry{}); err != nil {
			t.Fatal(err)
		}
	}
	began := w.Clock.Now()
	writeBacks := workitem.NewWriteBacks(w.Store, remote, w.Clock.Now)
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
