package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// entriesIn reads entries of a report to the end of the page.
func entriesIn(t *testing.T, store Store, id ids.Tenant, query report.EntriesQuery, request page.Request) (found []ids.Entry) {
	t.Helper()
	for entry, err := range store.EntriesIn(t.Context(), id, query, request) {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, entry.Entry.ID)
	}
	return found
}

// testEntriesOfReports finds the entries that a report counts, as one looks for them one by one.
func testEntriesOfReports(t *testing.T, store Store) {
	c := newCompany(t, store)
	random := rand.New(rand.NewPCG(9, 10))
	items := []workitem.WorkItem{item("Payments", "99"), item("Storefront", "201")}
	c.know(items...)
	var entries []timer.Entry
	for range 150 {
		started := day.Add(time.Duration(random.Int64N(40*3_600_000)) * time.Millisecond).Truncate(time.Duration(1+random.IntN(2)*3_599_999) * time.Millisecond)
		length := time.Duration(random.Int64N(4*3_600_000)) * time.Millisecond * time.Duration(random.IntN(4))
		e := entry([]tenant.User{c.ada, c.bob}[random.IntN(2)], items[random.IntN(2)], started, started.Add(min(length, timer.MaxLength)))
		if random.IntN(8) == 0 {
			e.VoidedAt = e.StoppedAt
		}
		entries = append(entries, e)
	}
	if err := c.save(timer.Changeset{Insert: entries}); err != nil {
		t.Fatal(err)
	}
	c.keep(entry(c.ada, items[0], at(20, 0), time.Time{})) // it runs
	slices.SortFunc(entries, func(a, b timer.Entry) int {
		if order := a.StartedAt.Compare(b.StartedAt); order != 0 {
			return order
		}
		return slices.Compare(a.ID[:], b.ID[:])
	})
	for _, query := range []report.EntriesQuery{
		{From: at(0, 0), To: at(48, 0)}, {From: at(9, 0), To: at(15, 0)}, {From: at(9, 0), To: at(15, 0), Selection: timer.Selection{Users: []ids.User{c.bob.ID}}},
		{From: at(3, 30), To: at(30, 0), Selection: timer.Selection{Projects: []ids.Project{items[1].Project.ID}}}, {From: at(400, 0), To: at(500, 0)},
	} {
		var want []ids.Entry
		for _, e := range entries {
			within := e.StartedAt.Before(query.To) && (e.StoppedAt.After(query.From) || !e.StartedAt.Before(query.From))
			if within && !e.Voided() && (len(query.Users) == 0 || e.User.ID == query.Users[0]) &&
				(len(query.Projects) == 0 || e.ProjectID == query.Projects[0]) {
				want = append(want, e.ID)
			}
		}
		name := fmt.Sprintf("from %s to %s", query.From, query.To)
		equal(t, name, want, entriesIn(t, store, c.tenant.ID, query, page.Request{}))

		var paged []ids.Entry
		request := page.Request{Limit: 7}
		for {
			found := entriesIn(t, store, c.tenant.ID, query, request)
			if paged = append(paged, found...); len(found) < request.Limit {
				break
			}
			last := entries[slices.IndexFunc(entries, func(e timer.Entry) bool { return e.ID == found[len(found)-1] })]
			request.After = page.Position{At: last.StartedAt, ID: ids.Any(last.ID)}
		}
		equal(t, name+", in pages", want, paged)
	}
	equal(t, "another tenant's", nil, entriesIn(t, store, newCompany(t, store).tenant.ID, report.EntriesQuery{From: at(0, 0), To: at(48, 0)}, page.Request{}))

	names, err := store.SelectionNames(t.Context(), c.tenant.ID, timer.Selection{
		Users: []ids.User{c.bob.ID, c.ada.ID}, Projects: []ids.Project{items[1].Project.ID}, WorkItems: timer.Items{IDs: []ids.WorkItem{items[0].ID}}, Activities: []ids.Activity{development.ID},
	})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "the names of a selection", []report.Narrowed{{By: "activity_id", Values: []string{"Development"}}, {By: "project", Values: []string{"Storefront"}}, {By: "user", Values: []string{"Ada", "bob"}},
		{By: "work_item", Values: []string{"99"}}}, names)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range store.EntriesIn(ctx, c.tenant.ID, report.EntriesQuery{From: at(0, 0), To: at(48, 0)}, page.Request{}) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("want context.Canceled, got %v", err)
		}
	}
}
