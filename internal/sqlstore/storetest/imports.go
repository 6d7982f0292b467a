package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/importer"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
)

func testImports(t *testing.T, store Store) {
	c := newCompany(t, store)
	other := newCompany(t, store)
	one := importer.Import{
		ID: ids.New[ids.Import](), CreatedBy: tenant.UserRef{ID: c.ada.ID, Name: c.ada.Name}, CreatedAt: at(8, 0),
		Options: importer.Options{FileName: "Zeit ☂.csv", TimeZone: "Europe/Berlin", Project: "Payments", Reason: "moved"},
		State:   importer.Uploading, Revision: 1,
		Counts: map[importer.Outcome]int{
			importer.New: 0, importer.Known: 0, importer.Refused: 0, importer.Added: 0, importer.Removed: 0, importer.Kept: 0,
		},
	}
	tx := func(fn func(ctx context.Context) error) {
		t.Helper()
		if err := store.Tx(t.Context(), c.tenant.ID, fn); err != nil {
			t.Fatal(err)
		}
	}
	read := func() importer.Import {
		t.Helper()
		return must[importer.Import](t)(store.Import(t.Context(), c.tenant.ID, one.ID))
	}
	tx(func(ctx context.Context) error { return store.InsertImport(ctx, c.tenant.ID, one) })

	t.Run("an import is there for its tenant", func(t *testing.T) {
		equal(t, "import", one, read())
		if _, err := store.Import(t.Context(), other.tenant.ID, one.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another tenant finds it: %v", err)
		}
		for _, of := range []struct {
			tenant ids.Tenant
			want   int
		}{{c.tenant.ID, 1}, {other.tenant.ID, 0}} {
			err := store.Tx(t.Context(), of.tenant, func(ctx context.Context) error {
				equal(t, "open", of.want, must[int](t)(store.CountOpenImports(ctx, of.tenant)))
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})

	t.Run("parts come once or again", func(t *testing.T) {
		for _, part := range []struct {
			number int
			text   string
		}{{2, "zweite"}, {1, "erste"}, {2, "second ☂"}} {
			tx(func(ctx context.Context) error {
				return store.PutPart(ctx, c.tenant.ID, one.ID, part.number, part.text)
			})
		}
		count, highest, err := store.CountParts(t.Context(), c.tenant.ID, one.ID)
		if err != nil || count != 2 || highest != 2 {
			t.Errorf("there are %d parts up to %d (%v)", count, highest, err)
		}
		equal(t, "part", "second ☂", must[string](t)(store.Part(t.Context(), c.tenant.ID, one.ID, 2)))
		if _, err := store.Part(t.Context(), other.tenant.ID, one.ID, 2); !errs.Is(err, errs.NotFound) {
			t.Errorf("another tenant reads a part: %v", err)
		}
		for _, of := range []struct{ first, last, left int }{{3, 9, 2}, {2, 2, 1}, {1, 2, 0}} {
			tx(func(ctx context.Context) error { return store.DeleteParts(ctx, c.tenant.ID, one.ID, of.first, of.last) })
			if count, _, err := store.CountParts(t.Context(), c.tenant.ID, one.ID); err != nil || count != of.left {
				t.Errorf("%d parts are left (%v), want %d", count, err, of.left)
			}
		}
	})

	stopped := entry(c.ada, item("Payments", "101"), at(8, 0), at(9, 0))
	c.keep(stopped)
	yes := true
	rows := []importer.CheckedRow{
		{
			Row: importer.Row{
				Number: 2, External: ids.External{1}, Email: "ada@contoso.example", Note: "a\nb", Billable: &yes, WorkItem: "101",
				Start: importer.Wall{Instant: at(8, 0)}, Stop: importer.Wall{Instant: at(9, 0)}, Length: time.Hour,
			},
			Outcome: importer.New, Owner: c.ada.ID, StartedAt: at(8, 0), StoppedAt: at(9, 0), Plan: importer.Plan{Project: "Payments"},
		},
		{
			Row: importer.Row{Number: 3, External: ids.External{2}, Person: "Niemand"}, Outcome: importer.Refused,
			Problem: importer.Problem{Code: "person_unknown", Detail: "Nobody."},
		},
		{Row: importer.Row{Number: 5, External: ids.External{3}, Person: "Ada"}, Outcome: importer.New, Owner: c.ada.ID},
	}
	tx(func(ctx context.Context) error { return store.InsertRows(ctx, c.tenant.ID, one.ID, rows) })
	list := func(outcome importer.Outcome, after, limit int) []importer.CheckedRow {
		t.Helper()
		return must[[]importer.CheckedRow](t)(store.Rows(t.Context(), c.tenant.ID, one.ID, importer.RowFilter{Outcome: outcome}, after, limit))
	}

	t.Run("rows are listed by number", func(t *testing.T) {
		equal(t, "all", rows, list("", 0, 10))
		equal(t, "new", []importer.CheckedRow{rows[0], rows[2]}, list(importer.New, 0, 10))
		equal(t, "after the first", rows[1:2], list("", 2, 1))
		equal(t, "of another tenant", nil, must[[]importer.CheckedRow](t)(store.Rows(t.Context(), other.tenant.ID, one.ID, importer.RowFilter{}, 0, 10)))
		without := func(outcome importer.Outcome) []importer.CheckedRow {
			filter := importer.RowFilter{Outcome: outcome, LeftOut: []ids.User{c.ada.ID}}
			return must[[]importer.CheckedRow](t)(store.Rows(t.Context(), c.tenant.ID, one.ID, filter, 0, 10))
		}
		equal(t, "without a person", rows[1:2], without(""))
		equal(t, "new ones without a person", nil, without(importer.New))
		equal(t, "refused ones without a person", rows[1:2], without(importer.Refused))
		equal(t, "problems", []importer.ProblemCount{{Problem: importer.Problem{Code: rows[1].Problem.Code}, Rows: 1}},
			must[[]importer.ProblemCount](t)(store.Problems(t.Context(), c.tenant.ID, one.ID, 10)))
	})

	t.Run("a row that was added is known, in its tenant", func(t *testing.T) {
		asked := []ids.External{{1}, {2}, {3}}
		equal(t, "before", map[ids.External]bool{}, must[map[ids.External]bool](t)(store.KnownRows(t.Context(), c.tenant.ID, asked)))
		rows[0].Outcome, rows[0].Entry = importer.Added, stopped.ID
		tx(func(ctx context.Context) error { return store.UpdateRows(ctx, c.tenant.ID, one.ID, rows[:1]) })
		equal(t, "rows", rows, list("", 0, 10))
		equal(t, "after", map[ids.External]bool{{1}: true}, must[map[ids.External]bool](t)(store.KnownRows(t.Context(), c.tenant.ID, asked)))
		equal(t, "elsewhere", map[ids.External]bool{}, must[map[ids.External]bool](t)(store.KnownRows(t.Context(), other.tenant.ID, asked)))
		equal(t, "of none", map[ids.External]bool{}, must[map[ids.External]bool](t)(store.KnownRows(t.Context(), c.tenant.ID, nil)))
	})

	t.Run("imports that go on are found", func(t *testing.T) {
		has := func() bool {
			for _, busy := range must[[]importer.Busy](t)(store.BusyImports(t.Context(), 1000)) {
				if busy == (importer.Busy{Tenant: c.tenant.ID, Import: one.ID}) {
					return true
				}
			}
			return false
		}
		if has() {
			t.Error("one that waits for its file goes on")
		}
		one.State, one.Format, one.DateOrder, one.Parts, one.Rows = importer.Running, importer.Toggl, importer.DayFirst, 2, 3
		one.Goal = 7
		one.Problem = importer.Problem{Code: "x", Detail: "y"}
		one.Revision = 4
		for i, outcome := range importer.Outcomes {
			one.Counts[outcome] = i + 1
		}
		tx(func(ctx context.Context) error {
			locked, err := store.LockImport(ctx, c.tenant.ID, one.ID)
			if err == nil && locked.State != importer.Uploading {
				t.Errorf("the state is %s", locked.State)
			}
			if err != nil {
				return err
			}
			return store.UpdateImport(ctx, c.tenant.ID, one)
		})
		equal(t, "import", one, read())
		if !has() {
			t.Error("one that runs does not go on")
		}
	})

	t.Run("imports are listed, the latest first", func(t *testing.T) {
		later := one
		later.ID, later.CreatedAt, later.State = ids.New[ids.Import](), at(9, 0), importer.Ready
		tx(func(ctx context.Context) error { return store.InsertImport(ctx, c.tenant.ID, later) })
		equal(t, "first", []importer.Import{later}, must[[]importer.Import](t)(store.Imports(t.Context(), c.tenant.ID, page.Request{Limit: 1})))
		equal(t, "second", []importer.Import{one}, must[[]importer.Import](t)(store.Imports(t.Context(), c.tenant.ID,
			page.Request{Limit: 2, After: page.Position{At: later.CreatedAt, ID: ids.Any(later.ID)}})))
		later.State = importer.Discarded
		tx(func(ctx context.Context) error { return store.UpdateImport(ctx, c.tenant.ID, later) })
		equal(t, "without a discarded one", []importer.Import{one},
			must[[]importer.Import](t)(store.Imports(t.Context(), c.tenant.ID, page.Request{Limit: 2})))
		equal(t, "it goes on until it is removed", true, slices.Contains(must[[]importer.Busy](t)(store.BusyImports(t.Context(), 1000)),
			importer.Busy{Tenant: c.tenant.ID, Import: later.ID}))
		for _, of := range []struct{ first, last int }{{4, 9}, {2, 2}, {3, 4}} {
			tx(func(ctx context.Context) error { return store.DeleteRows(ctx, c.tenant.ID, one.ID, of.first, of.last) })
			left := slices.DeleteFunc(slices.Clone(rows), func(r importer.CheckedRow) bool { return of.first <= r.Number && r.Number <= of.last })
			rows = left
			equal(t, "rows left", len(left), len(list("", 0, 10)))
		}
		tx(func(ctx context.Context) error { return store.DeleteImport(ctx, c.tenant.ID, one.ID) })
		if _, err := store.Import(t.Context(), c.tenant.ID, one.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("it is still there: %v", err)
		}
	})
}
