package storetest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

// line is what a test needs to know of a line of a log.
type line struct {
	at   time.Time
	id   ids.Any
	user ids.User
	kind string
}

// checkLog reads a log with every kind of filter, both whole and page by page. It compares the result with lines that
// it filters and orders itself.
func checkLog(t *testing.T, lines []line, read func(filter audit.Filter, after page.Position, limit int) []line) {
	t.Helper()
	lines = slices.SortedFunc(slices.Values(lines), func(a, b line) int {
		if order := b.at.Compare(a.at); order != 0 {
			return order
		}
		return b.id.Compare(a.id)
	})
	middle, one := lines[len(lines)/2], lines[len(lines)/3]
	filters := map[string]audit.Filter{
		"everything":     {},
		"from":           {From: middle.at},
		"from after":     {From: middle.at.Add(time.Millisecond)},
		"to":             {To: middle.at},
		"to after":       {To: middle.at.Add(time.Millisecond)},
		"range":          {From: lines[len(lines)-2].at, To: lines[1].at},
		"empty range":    {From: middle.at, To: middle.at},
		"user":           {User: one.user},
		"type":           {Type: one.kind},
		"all at once":    {From: one.at, To: one.at.Add(time.Millisecond), User: one.user, Type: one.kind},
		"nobody":         {User: ids.New[ids.User]()},
		"no such type":   {Type: "nothing"},
		"before it all":  {To: lines[len(lines)-1].at},
		"after it all":   {From: lines[0].at.Add(time.Millisecond)},
		"user and range": {From: lines[len(lines)-1].at, To: middle.at, User: middle.user},
	}
	for name, f := range filters {
		t.Run(name, func(t *testing.T) {
			var want []line
			for _, l := range lines {
				if !l.at.Before(f.From) && (f.To.IsZero() || l.at.Before(f.To)) &&
					(f.User.IsZero() || l.user == f.User) && (f.Type == "" || l.kind == f.Type) {
					want = append(want, l)
				}
			}
			for _, limit := range []int{1, 2, 100} {
				var got []line
				for after := (page.Position{}); ; {
					part := read(f, after, limit)
					if len(part) > limit {
						t.Fatalf("a page of %d has %d lines", limit, len(part))
					}
					got = append(got, part...)
					if len(part) < limit {
						break
					}
					after = page.Position{At: part[limit-1].at, ID: part[limit-1].id}
				}
				if !slices.Equal(want, got) {
					t.Errorf("pages of %d: want %v, got %v", limit, want, got)
				}
			}
		})
	}
	t.Run("a place past the range", func(t *testing.T) {
		filter, place := audit.Filter{To: middle.at}, page.Position{At: lines[0].at, ID: lines[0].id}
		if want, got := read(filter, page.Position{}, 100), read(filter, place, 100); !slices.Equal(want, got) {
			t.Errorf("want %v, got %v", want, got)
		}
	})
}

func testTimerLog(t *testing.T, store Store) {
	c := newCompany(t, store)
	entries := []timer.Entry{
		entry(c.ada, item("Payments", "101"), at(8, 0), at(9, 0)), entry(c.bob, item("Payments", "102"), at(8, 0), at(9, 0)),
	}
	c.keep(entries...)
	var events []timer.Event
	var lines []line
	types := []timer.EventType{timer.Started, timer.Stopped, timer.Corrected}
	for i := range 12 {
		// Several happen at one instant.
		e := event(types[i%3], entries[i%2], at(8, i/4))
		events = append(events, e)
		lines = append(lines, line{e.At, ids.Any(e.ID), e.User.ID, string(e.Type)})
	}
	if err := c.save(timer.Changeset{Events: events}); err != nil {
		t.Fatal(err)
	}
	checkLog(t, lines, func(filter audit.Filter, after page.Position, limit int) (got []line) {
		request := page.Request{After: page.Position{At: after.At, ID: after.ID}, Limit: limit}
		for _, e := range must[[]timer.Event](t)(store.Events(t.Context(), c.tenant.ID, filter, request)) {
			got = append(got, line{e.At, ids.Any(e.ID), e.User.ID, string(e.Type)})
		}
		return got
	})
}

func testAudit(t *testing.T, store Store) {
	c := newCompany(t, store)
	id := c.tenant.ID
	insert := func(events ...audit.Event) {
		t.Helper()
		c.tx(func(ctx context.Context) error {
			for _, e := range events {
				if err := store.InsertAudit(ctx, id, e); err != nil {
					return err
				}
			}
			return nil
		})
	}
	target := audit.Target{Kind: audit.TargetTenant, ID: ids.Any(id), Name: "Contoso Ä"}
	changed := audit.NewEvent(c.ada.Actor(), audit.TenantChanged, target, at(9, 0).Add(7*time.Millisecond),
		audit.FieldChange{Field: "name", Old: "\"Ünïcode\" 🕰\u2028", New: strings.Repeat("株", 120)},
		audit.FieldChange{Field: "allow_overlap", Old: "false", New: "true"})
	operated := audit.Event{
		ID: ids.New[ids.AuditEvent](), At: at(9, 0), Actor: audit.Actor{Name: "An operator"}, Type: audit.PlanChanged, Target: target,
	}
	insert(changed, operated)

	t.Run("is read as it was written", func(t *testing.T) {
		equal(t, "events", []audit.Event{changed, operated},
			must[[]audit.Event](t)(store.AuditEvents(t.Context(), id, audit.Filter{}, page.Request{Limit: 10})))
	})

	t.Run("outlives its actor", func(t *testing.T) {
		gone := newInvitation("gone@contoso.example", c.ada)
		c.keepUsers(gone)
		e := audit.NewEvent(gone.Actor(), audit.InvitationWithdrawn,
			audit.Target{Kind: audit.TargetUser, ID: ids.Any(gone.ID), Name: gone.Name}, at(8, 0))
		insert(e)
		if err := c.deleteUser(gone.ID); err != nil {
			t.Fatal(err)
		}
		equal(t, "events", []audit.Event{e},
			must[[]audit.Event](t)(store.AuditEvents(t.Context(), id, audit.Filter{User: gone.ID}, page.Request{Limit: 10})))
	})

	t.Run("is undone with its change", func(t *testing.T) {
		_ = store.Tx(t.Context(), id, func(ctx context.Context) error {
			if err := store.InsertAudit(ctx, id, audit.NewEvent(c.ada.Actor(), audit.TenantChanged, target, at(20, 0))); err != nil {
				t.Error(err)
			}
			return context.Canceled
		})
		equal(t, "events", nil, must[[]audit.Event](t)(
			store.AuditEvents(t.Context(), id, audit.Filter{From: at(20, 0)}, page.Request{Limit: 10})))
	})

	t.Run("only within a transaction", func(t *testing.T) {
		if store.InsertAudit(t.Context(), id, audit.NewEvent(c.ada.Actor(), audit.TenantChanged, target, at(9, 0))) == nil {
			t.Error("inserted outside of a transaction")
		}
	})

	t.Run("filters", func(t *testing.T) {
		c := newCompany(t, store)
		var lines []line
		actions := []audit.EventType{audit.InvitedUser, audit.RoleChanged, audit.DeactivatedUser}
		c.tx(func(ctx context.Context) error {
			lines = nil
			for i := range 12 {
				by := []tenant.User{c.ada, c.bob}[i%2]
				e := audit.NewEvent(by.Actor(), actions[i%3], target, at(8, i/4))
				if err := store.InsertAudit(ctx, c.tenant.ID, e); err != nil {
					return err
				}
				lines = append(lines, line{e.At, ids.Any(e.ID), e.Actor.ID, string(e.Type)})
			}
			return nil
		})
		checkLog(t, lines, func(filter audit.Filter, after page.Position, limit int) (got []line) {
			request := page.Request{After: after, Limit: limit}
			for _, e := range must[[]audit.Event](t)(store.AuditEvents(t.Context(), c.tenant.ID, filter, request)) {
				got = append(got, line{e.At, ids.Any(e.ID), e.Actor.ID, string(e.Type)})
			}
			return got
		})
		filter := audit.Filter{Untold: []audit.EventType{audit.InvitedUser, audit.RoleChanged}}
		told := must[[]audit.Event](t)(store.AuditEvents(t.Context(), c.tenant.ID, filter, page.Request{Limit: 100}))
		if len(told) != 4 || slices.ContainsFunc(told, func(e audit.Event) bool { return e.Type != audit.DeactivatedUser }) {
			t.Errorf("of 4 that are told: %+v", told)
		}
	})
}

func testActions(t *testing.T, store Store) {
	c := newCompany(t, store)
	id := c.tenant.ID
	var actions []audit.Action
	var lines []line
	types := []string{"open_page", "export_report", strings.Repeat("a", 64)}
	for i := range 12 {
		by := []tenant.User{c.ada, c.bob}[i%2]
		a := audit.Action{
			ID: ids.New[ids.Action](), Type: types[i%3], Page: "people", At: at(8, i/4), User: by.Actor(),
		}
		actions = append(actions, a)
		lines = append(lines, line{a.At, ids.Any(a.ID), a.User.ID, a.Type})
	}
	c.tx(func(ctx context.Context) error {
		for _, a := range actions {
			if err := store.InsertAction(ctx, id, a); err != nil {
				return err
			}
		}
		return nil
	})

	t.Run("is read as it was written", func(t *testing.T) {
		filter := audit.Filter{User: c.ada.ID, Type: types[2], To: at(8, 1)}
		equal(t, "action", actions[2:3],
			must[[]audit.Action](t)(store.Actions(t.Context(), id, filter, page.Request{Limit: 10})))
	})

	t.Run("only within a transaction", func(t *testing.T) {
		if store.InsertAction(t.Context(), id, actions[0]) == nil {
			t.Error("inserted outside of a transaction")
		}
	})

	t.Run("filters", func(t *testing.T) {
		checkLog(t, lines, func(filter audit.Filter, after page.Position, limit int) (got []line) {
			request := page.Request{After: after, Limit: limit}
			for _, a := range must[[]audit.Action](t)(store.Actions(t.Context(), id, filter, request)) {
				got = append(got, line{a.At, ids.Any(a.ID), a.User.ID, a.Type})
			}
			return got
		})
	})
}
