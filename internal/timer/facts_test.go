package timer_test

import (
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// TestRefresh reads what a person works on after a start, and tells the timer its item's hours.
func TestRefresh(t *testing.T) {
	hours := func(h float64) *float64 { return &h }
	answer := func(w *domaintest.World, number string, completed *float64) {
		w.Boards.Answer("contoso", workitem.Facts{
			Number: number, Revision: 1, Project: workitem.Named{Name: "Payments"}, Title: "As it is",
			Hours: workitem.Hours{Completed: completed},
		})
	}
	for _, test := range []struct {
		name    string
		start   timer.StartRequest
		prepare func(w *domaintest.World, m tenant.Member)
		after   time.Duration // from the start to the visit
		want    *float64
		reads   []string
		problem bool
	}{
		{name: "from the hub", want: hours(4.5), reads: []string{"1"}},
		{name: "from the form, which knows", start: timer.StartRequest{ExistingHours: hours(3)}, want: hours(3), reads: []string{"1"}},
		{name: "without a value", prepare: func(w *domaintest.World, _ tenant.Member) { answer(w, "1", nil) }, reads: []string{"1"}},
		{name: "with hours that nobody can have worked", prepare: func(w *domaintest.World, _ tenant.Member) { answer(w, "1", hours(-1)) }, reads: []string{"1"}},
		{name: "of an item that isn't shown to the person", prepare: func(w *domaintest.World, m tenant.Member) {
			w.Boards.Hide(m.User.ObjectID.String(), "1")
		}, reads: []string{"1"}},
		{name: "read before the start", prepare: func(w *domaintest.World, m tenant.Member) {
			if _, err := w.Timers.Start(t.Context(), m, timer.StartRequest{WorkItem: domaintest.Item(1)}); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Timers.Stop(t.Context(), m, ids.Entry{}); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Timers.Refresh(t.Context(), m, credential(m)); err != nil {
				t.Fatal(err)
			}
			answer(w, "1", hours(5))
			w.Clock.Add(time.Minute)
		}, want: hours(5), reads: []string{"1", "1"}},
		{name: "long after the start", after: time.Hour, want: hours(4.5), reads: []string{"1"}},
		{name: "while it is down", prepare: func(w *domaintest.World, _ tenant.Member) {
			w.Boards.Fail(workitem.RemoteUnavailable(nil, time.Minute))
		}, reads: []string{"1"}, problem: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := domaintest.New(t)
			ada := w.SignUp(t)
			answer(w, "1", hours(4.5))
			if test.prepare != nil {
				test.prepare(w, ada)
			}
			test.start.WorkItem = domaintest.Item(1)
			started, err := w.Timers.Start(t.Context(), ada, test.start)
			if err != nil {
				t.Fatal(err)
			}
			w.Clock.Add(test.after)
			problem, err := w.Timers.Refresh(t.Context(), ada, credential(ada))
			if err != nil || errs.Is(problem, errs.Unavailable) != test.problem {
				t.Errorf("the problem is %v (%v)", problem, err)
			}
			running, _, _, err := w.Timers.Current(t.Context(), ada)
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(test.want, running.ExistingHours); diff != "" {
				t.Errorf("existing hours (-want +got):\n%s", diff)
			}
			if running.Revision != started.Timer.Revision {
				t.Error("the timer has another revision, so that who has seen it can't change it")
			}
			if diff := gocmp.Diff(test.reads, w.Boards.Taken()); diff != "" {
				t.Errorf("was read (-want +got):\n%s", diff)
			}
			if _, err := w.Timers.Refresh(t.Context(), ada, credential(ada)); err != nil {
				t.Fatal(err)
			}
			if again := w.Boards.Taken(); len(again) > 0 && !test.problem {
				t.Errorf("the next visit reads %v again", again)
			}
		})
	}
}

// TestRefreshOfNothing asks for nothing when nothing runs, but for what was never read.
func TestRefreshOfNothing(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	w.Boards.Answer("contoso", workitem.Facts{Number: "1", Title: "As it is"})
	visit := func(want ...string) {
		t.Helper()
		if problem, err := w.Timers.Refresh(t.Context(), ada, credential(ada)); problem != nil || err != nil {
			t.Fatal(problem, err)
		}
		if diff := gocmp.Diff(want, w.Boards.Taken()); diff != "" {
			t.Errorf("was read (-want +got):\n%s", diff)
		}
	}
	visit()
	if _, err := w.Timers.Start(t.Context(), ada, timer.StartRequest{WorkItem: domaintest.Item(1)}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Timers.Stop(t.Context(), ada, ids.Entry{}); err != nil {
		t.Fatal(err)
	}
	visit("1")
	w.Clock.Add(time.Hour)
	visit()
}

func credential(m tenant.Member) workitem.Credential {
	return workitem.NewCredential(m.Tenant.DirectoryID.String(), m.User.ObjectID.String(), "token")
}
