package timer_test

import (
	"testing"
	"time"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

// changeAll changes entries alike, and gives the codes of the refusals.
func changeAll(
	t *testing.T, w *domaintest.World, m tenant.Member, seen []timer.EntryVersion, change timer.BulkChange,
) (changed []timer.Entry, codes []string) {
	t.Helper()
	results, err := w.Timers.ChangeAll(t.Context(), m, seen, change, "")
	if err != nil {
		t.Fatal(err)
	}
	for i, result := range results {
		if result.ID != seen[i].ID || (result.Refusal == nil) == result.Entry.ID.IsZero() {
			t.Errorf("result %d is %+v", i, result)
		}
		changed, codes = append(changed, result.Entry), append(codes, errs.CodeOf(result.Refusal))
	}
	return changed, codes
}

// threeHours are adjacent entries of the member that end an hour ago.
func threeHours(t *testing.T, w *domaintest.World, m tenant.Member) (hours []timer.Entry) {
	t.Helper()
	for i := range 3 {
		from := w.Clock.Now().Add(-time.Duration(4-i) * time.Hour)
		hours = append(hours, domaintest.Entry(m, domaintest.Item(101+i), from, from.Add(time.Hour)))
	}
	w.Save(t, m, hours...)
	return hours
}

func TestShiftedTogether(t *testing.T) {
	for _, shift := range []time.Duration{time.Hour, 30 * time.Minute, -30 * time.Minute, -time.Hour} {
		w := domaintest.New(t)
		ada := w.SignUp(t)
		hours := threeHours(t, w, ada)
		changed, codes := changeAll(t, w, ada, versions(hours...), timer.BulkChange{Shift: shift})
		equal(t, shift.String(), codes, []string{"", "", ""})
		for i, entry := range changed {
			if !entry.StartedAt.Equal(hours[i].StartedAt.Add(shift)) || entry.Elapsed(w.Clock.Now()) != time.Hour {
				t.Errorf("%s: entry %d is now %+v", shift, i, entry)
			}
		}
		w.Clock.Add(time.Second)
		back, codes := changeAll(t, w, ada, versions(changed...), timer.BulkChange{Undo: true})
		equal(t, "taken back", codes, []string{"", "", ""})
		for i, entry := range back {
			if !sameTime(entry, hours[i]) {
				t.Errorf("%s: taken back, entry %d is %+v", shift, i, entry)
			}
		}
		w.Clock.Add(time.Second)
		_, codes = changeAll(t, w, ada, versions(back...), timer.BulkChange{Undo: true})
		equal(t, "taken back twice", codes, []string{"", "", ""})
	}
}

func TestEachOnItsOwnMerits(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	grace := w.Join(t, ada, "grace")
	hours := threeHours(t, w, grace)
	theirs := worked(t, w, ada)
	stale := versions(hours[2])[0]
	stale.Revision = 7
	running := start(t, w, grace, domaintest.Item(101)).Timer
	seen := append(versions(hours[0], theirs, hours[1], running), stale, timer.EntryVersion{ID: ids.New[ids.Entry](), Revision: 1})

	changed, codes := changeAll(t, w, grace, seen, timer.BulkChange{Void: true})
	equal(t, "refusals", codes,
		[]string{"", "time_entry_not_found", "", "timer_running", "stale", "time_entry_not_found"})
	equal(t, "void", []bool{changed[0].Voided(), changed[2].Voided(), stored(t, w, grace, hours[2].ID).Voided()}, []bool{true, true, false})
	equal(t, "history", kinds(t, w, grace, hours[0].ID), []timer.OperationKind{timer.InBulk})

	// One of them alone is put back from its own history.
	w.Clock.Add(time.Second)
	undo(t, w, grace, changed[0])
	equal(t, "still void", stored(t, w, grace, hours[1].ID).Voided(), true)
}

func TestMovedInBulk(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	hours := threeHours(t, w, ada)
	to := domaintest.ItemOf("Storefront", 7)
	changed, codes := changeAll(t, w, ada, versions(hours...), timer.BulkChange{Patch: timer.Patch{WorkItem: &to}})
	equal(t, "refusals", codes, []string{"", "", ""})
	for _, entry := range changed {
		if entry.WorkItem.Number != "7" || entry.WorkItem.Project.Name != "Storefront" {
			t.Errorf("moved to %+v", entry.WorkItem)
		}
	}
	// What is there already is no change.
	again, codes := changeAll(t, w, ada, versions(changed...), timer.BulkChange{Patch: timer.Patch{WorkItem: &to}})
	equal(t, "refusals", codes, []string{"", "", ""})
	equal(t, "unchanged", again, changed)
}

func TestBothPartsOfASplitAreTakenBackOnce(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	entry := worked(t, w, ada)
	first, rest := split(t, w, ada, entry, time.Minute)
	w.Clock.Add(time.Second)
	changed, codes := changeAll(t, w, ada, versions(first, rest), timer.BulkChange{Undo: true})
	equal(t, "refusals", codes, []string{"", ""})
	if !sameTime(changed[0], entry) || !changed[1].Voided() {
		t.Errorf("taken back, there are %+v", changed)
	}
}

func TestWhatIsNoBulk(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	entry := worked(t, w, ada)
	for code, seen := range map[string][]timer.EntryVersion{
		"entries_count":  nil,
		"entry_repeated": versions(entry, entry),
	} {
		_, err := w.Timers.ChangeAll(t.Context(), ada, seen, timer.BulkChange{Void: true}, "")
		refused(t, err, errs.RuleBroken, code)
	}
	_, err := w.Timers.ChangeAll(t.Context(), ada, make([]timer.EntryVersion, timer.MaxBulk+1), timer.BulkChange{Void: true}, "")
	refused(t, err, errs.RuleBroken, "entries_count")
	ada.Tenant.Status = tenant.Suspended
	_, err = w.Timers.ChangeAll(t.Context(), ada, versions(entry), timer.BulkChange{Void: true}, "")
	refused(t, err, errs.PaymentRequired, "tenant_suspended")
}
