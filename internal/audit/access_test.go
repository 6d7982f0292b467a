package audit_test

import (
	"context"
	"testing"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/ids"
)

// noted is an AccessStore that only takes what is noted.
type noted struct {
	audit.AccessStore
	records []audit.AccessRecord
}

func (n *noted) Tx(ctx context.Context, _ ids.Tenant, fn func(ctx context.Context) error) error {
	return fn(ctx)
}

func (n *noted) NoteReads(_ context.Context, _ ids.Tenant, records []audit.AccessRecord) error {
	n.records = records
	return nil
}

func TestReadsOfAnHourAreCountedTogether(t *testing.T) {
	ada, bob, carl := ids.New[ids.User](), ids.New[ids.User](), ids.New[ids.User]()
	now := time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)
	store := &noted{}
	accesses := audit.NewAccesses(store, func() time.Time { return now })
	note := func(by audit.Reader, kind audit.AccessKind, whose ...ids.User) []audit.AccessRecord {
		t.Helper()
		store.records = nil
		if err := accesses.Note(t.Context(), ids.Tenant{1}, by, kind, whose...); err != nil {
			t.Fatal(err)
		}
		return store.records
	}
	admin := audit.Reader{ID: ada, Role: "admin"}
	first := note(admin, audit.AccessReport, bob)[0]
	now = now.Add(59 * time.Minute)
	if again := note(admin, audit.AccessReport, bob)[0]; again.ID != first.ID || again.Hour != first.Hour || !again.LastAt.Equal(now) {
		t.Errorf("read again within the hour: %+v", again)
	}
	promoted := audit.Reader{ID: ada, Role: "super_admin"}
	for what, other := range map[string]audit.AccessRecord{
		"another kind":   note(admin, audit.AccessExport, bob)[0],
		"another person": note(admin, audit.AccessReport, carl)[0],
		"everybody":      note(admin, audit.AccessReport)[0],
		"another reader": note(audit.Reader{ID: carl, Role: "admin"}, audit.AccessReport, bob)[0],
		"another role":   note(promoted, audit.AccessReport, bob)[0],
	} {
		if other.ID == first.ID {
			t.Errorf("%s is counted together", what)
		}
	}
	now = now.Add(time.Minute)
	if next := note(admin, audit.AccessReport, bob)[0]; next.ID == first.ID || !next.Hour.Equal(now) {
		t.Errorf("in the next hour: %+v", next)
	}
	if got := note(admin, audit.AccessReport, ada); got != nil {
		t.Errorf("one's own data: %+v", got)
	}
	if got := note(admin, audit.AccessList, bob, ada, carl, bob); len(got) != 2 {
		t.Errorf("of several people, one of them twice: %+v", got)
	}
	operator := audit.Reader{Operator: "tenant show"}
	if one, two := note(operator, audit.AccessOperator)[0], note(operator, audit.AccessOperator)[0]; one.ID == two.ID || one.Whose != (ids.User{}) {
		t.Errorf("an operator's: %+v %+v", one, two)
	}
}
