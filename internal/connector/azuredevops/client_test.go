package azuredevops_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/connector/connectortest"
	"timetracker/internal/sandbox/sandboxtest"
	"timetracker/internal/workitem"
)

// The people of the tests. Linus may not see the area of 132, and not write in that of 133.
const (
	ada      = "ada@contoso.example"
	grace    = "grace@contoso.example"
	linus    = "linus@contoso.example"
	margaret = "margaret@contoso.example"
	frances  = "frances@fabrikam.example"
)

// world is the sandbox at an instant that the test moves.
type world struct {
	*connectortest.World
	clock *sandboxtest.Clock
}

func start(t testing.TB) *world {
	t.Helper()
	return startBy(t, connectortest.Start)
}

func startOverHTTP2(t testing.TB) *world {
	t.Helper()
	return startBy(t, connectortest.StartOverHTTP2)
}

func startBy(t testing.TB, start func(testing.TB, func() time.Time) *connectortest.World) *world {
	t.Helper()
	clock := sandboxtest.NewClock(time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC))
	return &world{World: start(t, clock.Now), clock: clock}
}

func pointer[T any](value T) *T { return &value }

func TestRead(t *testing.T) {
	w := start(t)
	contoso := w.Boards.Organizations()[0]
	got, err := w.Remote.Read(t.Context(), w.Credential(t, linus), "Contoso", []string{"105", "132", "999", "133", "104", "105", "x", ""})
	if err != nil {
		t.Fatal(err)
	}
	payments := workitem.Named{StableID: contoso.Projects[0].ID, Name: "Payments"}
	want := []workitem.Facts{
		{
			Number: "105", Revision: 1, Project: payments, Title: "Match incoming transfers to open orders", Type: "Task", State: "Active",
			Assignee: "Linus Bergström", AssigneeAddress: "linus@contoso.example", Parent: "103",
			Hours: workitem.Hours{Completed: pointer(7.0), Remaining: pointer(9.0)},
		},
		{
			Number: "133", Revision: 1, Project: payments, Title: "Prove that settled amounts match the ledger", Type: "Task", State: "Active",
			Assignee: "Ada Lovelace", AssigneeAddress: "ada@contoso.example", Parent: "101",
			Hours: workitem.Hours{Completed: pointer(4.0), Remaining: pointer(6.0)},
		},
		{
			Number: "104", Revision: 1, Project: payments, Title: "Show the payment reference at checkout", Type: "Task", State: "Active",
			Assignee: "Grace Hopper", AssigneeAddress: "grace@contoso.example", Parent: "103",
			Hours: workitem.Hours{Completed: pointer(11.5), Remaining: pointer(4.0)},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if w.Calls() != 1 || w.Exchanges() != 1 {
		t.Errorf("%d calls and %d exchanges, want one each", w.Calls(), w.Exchanges())
	}
}

func TestWriteHours(t *testing.T) {
	w := start(t)
	as := w.Credential(t, grace)
	w.clock.Advance(time.Minute)
	got, err := w.Remote.WriteHours(t.Context(), as, connectortest.Site, "104", 1, workitem.Hours{Completed: pointer(12.25), Remaining: pointer(0.0)})
	if err != nil {
		t.Fatal(err)
	}
	if got.Revision != 2 || *got.Hours.Completed != 12.25 || *got.Hours.Remaining != 0 || got.ChangedBy != as.ObjectID() ||
		got.Title == "" {
		t.Errorf("got %+v", got)
	}
	// What isn't given stays.
	got, err = w.Remote.WriteHours(t.Context(), as, connectortest.Site, "104", 2, workitem.Hours{Completed: pointer(12.0)})
	if err != nil || got.Revision != 3 || *got.Hours.Completed != 12 || *got.Hours.Remaining != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
	_, err = w.Remote.WriteHours(t.Context(), as, connectortest.Site, "104", 2, workitem.Hours{Completed: pointer(99.0)})
	w.check(t, "an older revision", err, changed)
	// Hours that it has already make no revision, which then is whoever's it was.
	got, err = w.Remote.WriteHours(t.Context(), as, connectortest.Site, "105", 1, workitem.Hours{Completed: pointer(7.0)})
	if err != nil || got.Revision != 1 || got.ChangedBy != "" {
		t.Errorf("nothing was changed: %+v, %v", got, err)
	}
	at, err := w.Remote.ReadAt(t.Context(), as, connectortest.Site, "104", 2)
	if err != nil || at.Revision != 2 || *at.Hours.Completed != 12.25 || at.ChangedBy != as.ObjectID() {
		t.Errorf("revision 2: %+v, %v", at, err)
	}
}
