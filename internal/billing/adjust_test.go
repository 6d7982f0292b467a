package billing_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

// TestAdjustments shows that corrections of who was active are kept, though Microsoft charges the same seats.
func TestAdjustments(t *testing.T) {
	f := newFirm(t, "timetracker", "team", 10)
	members := map[string]tenant.Member{}
	entries := map[string]timer.Entry{}
	for _, name := range []string{"alice", "bob", "carol"} {
		members[name] = f.Join(t, f.ada, name)
		entries[name] = f.work(t, members[name], "2026-10-05T08:00:00.000Z", "2026-10-05T09:00:00.000Z")
	}
	f.void(t, entries["carol"])
	f.Clock.Set(at("2026-11-01T00:00:00.000Z"))
	if got := f.billOne(t, october); got.TotalMinor != 9000 {
		t.Fatalf("%d", got.TotalMinor)
	}
	check := func(what, active, inactive string, people int) {
		t.Helper()
		f.Clock.Add(time.Hour)
		got := f.billOne(t, october)
		if got.Kind != billing.Adjustment || names(got.Active) != active || names(got.Inactive) != inactive || got.People != people ||
			got.Billed != 0 || got.TotalMinor != 0 || got.BaseMinor != 0 || got.RateMinor != 900 || !got.At.Equal(f.Clock.Now()) {
			t.Errorf("%s: %+v", what, got)
		}
		checkStatement(t, got)
		if again := f.bill(t, october); len(again) != 0 {
			t.Errorf("%s: and once more %+v", what, again)
		}
	}
	f.unvoid(t, entries["carol"])
	check("added", "carol", "", 1)
	f.void(t, entries["carol"])
	check("removed", "", "carol", -1)
	f.unvoid(t, entries["carol"])
	f.void(t, entries["alice"])
	check("both", "carol", "alice", 0)
	f.unvoid(t, entries["alice"])
	check("back again", "alice", "", 1)
	f.void(t, entries["alice"], entries["bob"], entries["carol"])
	check("all removed", "", "alice bob carol", -3)

	// The terms are those of the month, and the customer has its name of that time, whatever came later.
	if err := f.Marketplace.Receive(t.Context(), f.Microsoft.ChangePlan(f.id, "business")); err != nil {
		t.Fatal(err)
	}
	name := "Fabrikam"
	ada := f.Again(t, f.ada)
	if _, err := f.Tenants.ChangeTenant(t.Context(), ada, ada.Tenant.Revision, tenant.SettingsPatch{Name: &name}, nil); err != nil {
		t.Fatal(err)
	}
	f.unvoid(t, entries["bob"])
	check("by the terms of the month", "bob", "", 1)
	records := f.records(t, october)
	if got := records[len(records)-1]; got.Customer != "Contoso" || got.PlanID != "team" {
		t.Errorf("%s on %s", got.Customer, got.PlanID)
	}
	checkNumbers(t, f, 2026, 7)

	// It is no correction when an entry changes but its owner stays active, or when an entry of another month changes.
	f.Exec(t, "UPDATE time_entries SET stopped_at = stopped_at + 1000 WHERE id = ?", entries["bob"].ID)
	f.work(t, members["alice"], "2026-11-01T00:00:00.000Z", "2026-11-01T00:30:00.000Z")
	if again := f.bill(t, october); len(again) != 0 {
		t.Errorf("%+v", again)
	}
	// A run for unbilled months corrects nothing.
	f.unvoid(t, entries["alice"])
	if err := f.Billing.Bill(t.Context(), october, billing.Options{UnbilledOnly: true}); err != nil {
		t.Fatal(err)
	}
	if got := f.records(t, october); len(got) != len(records) {
		t.Errorf("%d records, not %d", len(got), len(records))
	}
}

// TestAdjustmentsOfAMeteredPlan shows that the included number is taken off the month, and not off each record.
func TestAdjustmentsOfAMeteredPlan(t *testing.T) {
	f := newFirm(t, "timetracker-active", "active", 0)
	var entries []timer.Entry
	for i := range 7 {
		entries = append(entries, f.work(t, f.Join(t, f.ada, fmt.Sprintf("person-%d", i)), "2026-10-05T08:00:00.000Z", "2026-10-05T09:00:00.000Z"))
	}
	f.void(t, entries[3:]...)
	f.Clock.Set(at("2026-11-01T00:00:00.000Z"))
	if got := f.billOne(t, october); got.TotalMinor != 2900 || got.Billed != 0 {
		t.Errorf("%+v", got)
	}
	for i, entry := range entries[3:] {
		f.unvoid(t, entry)
		got := f.billOne(t, october)
		if want := max(0, i+4-5) - max(0, i+3-5); got.Billed != want || got.TotalMinor != int64(want)*900 {
			t.Errorf("person %d: %d billed, %d", i+4, got.Billed, got.TotalMinor)
		}
		checkStatement(t, got)
	}
}

// TestRecordsAddUpToTheTruth records, voids and restores at random while two months are billed again and again. The
// records of a month always add up to its people and its price, as counted by hand.
func TestRecordsAddUpToTheTruth(t *testing.T) {
	t.Parallel()
	const people, rounds = 9, 25
	f := newFirm(t, "timetracker-active", "active", 0)
	random := rand.New(rand.NewPCG(5, 2026))
	var members []tenant.Member
	for i := range people {
		members = append(members, f.Join(t, f.ada, fmt.Sprintf("p%d", i)))
	}
	type noted struct {
		timer.Entry
		voided bool
	}
	var entries []noted
	f.Clock.Set(at("2026-12-01T00:00:00.000Z"))
	first := october.From()
	for round := range rounds {
		for range random.IntN(3) {
			// Many start at the very ends of the months.
			start := first.Add(time.Duration(random.Int64N(int64(60*24*time.Hour))) - 12*time.Hour).Truncate(time.Millisecond)
			if random.IntN(2) == 0 {
				edge := []time.Time{october.From(), november.From(), november.To()}[random.IntN(3)]
				start = edge.Add(time.Duration(random.IntN(3)-1) * time.Millisecond)
			}
			length := time.Duration([]int64{0, 1, 2, int64(time.Hour / time.Millisecond)}[random.IntN(4)]) * time.Millisecond
			m := members[random.IntN(people)]
			entry := f.work(t, m, start.Format("2006-01-02T15:04:05.000Z"), start.Add(length).Format("2006-01-02T15:04:05.000Z"))
			entries = append(entries, noted{Entry: entry})
		}
		if len(entries) > 0 {
			if e := &entries[random.IntN(len(entries))]; e.voided {
				f.unvoid(t, e.Entry)
				e.voided = false
			} else {
				f.void(t, e.Entry)
				e.voided = true
			}
		}
		for _, month := range []calendar.Month{october, november} {
			f.bill(t, month)
			active := map[string]bool{}
			for _, e := range entries {
				intersects := e.StartedAt.Before(month.To()) && e.StoppedAt.After(month.From()) && e.StoppedAt.After(e.StartedAt)
				if intersects && !e.voided {
					active[e.User.Name] = true
				}
			}
			counted, sum, total := map[string]bool{}, 0, int64(0)
			for _, r := range f.records(t, month) {
				for _, person := range r.Active {
					if counted[names([]billing.Person{person})] {
						t.Errorf("round %d, %s: %s is counted twice", round, month, person.Email)
					}
					counted[names([]billing.Person{person})] = true
				}
				for _, person := range r.Inactive {
					delete(counted, names([]billing.Person{person}))
				}
				sum, total = sum+r.People, total+r.TotalMinor
			}
			want := 2900 + int64(max(0, len(active)-5))*900
			if sorted(counted) != sorted(active) || sum != len(active) || total != want {
				t.Errorf("round %d, %s: %q, %d people, %d, not %q, %d", round, month, sorted(counted), sum, total, sorted(active), want)
			}
		}
	}
	n := f.Count(t, "SELECT COUNT(*) FROM billing_records WHERE statement_year = 2026")
	checkNumbers(t, f, 2026, n)
}
