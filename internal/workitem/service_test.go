package workitem_test

import (
	"context"
	"fmt"
	"testing"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/sqlstore"
	"timetracker/internal/workitem"
)

// counting counts how often work is looked up.
type counting struct {
	*sqlstore.Store
	lookups int
}

func (c *counting) Candidates(ctx context.Context, id ids.Tenant, lookup workitem.Lookup) ([]workitem.Candidate, error) {
	c.lookups++
	return c.Store.Candidates(ctx, id, lookup)
}

// TestResolveAhead: what was resolved before a transaction is not looked up in it again, unless it adds something.
func TestResolveAhead(t *testing.T) {
	w := domaintest.New(t)
	ada, fay := w.SignUp(t), w.SignUp(t)
	store := &counting{Store: w.Store}
	work := workitem.NewService(store, nil, w.Clock.Now)
	claim := func(number string) workitem.Claim {
		return workitem.Claim{Tracker: workitem.AzureDevOps, Project: workitem.Named{Name: "Payments"}, Number: number}
	}
	lookups := func(what string, want int, call func() error) {
		t.Helper()
		store.lookups = 0
		if err := call(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if store.lookups != want {
			t.Errorf("%s: looked up %d times, want %d", what, store.lookups, want)
		}
	}
	ctx := work.ResolveAhead(t.Context(), ada, claim("101"))
	var found workitem.Resolved
	lookups("the same claim", 0, func() (err error) {
		found, err = work.Resolve(ctx, ada, claim("101"))
		return err
	})
	if !found.New.Item || found.Item.Number != "101" {
		t.Errorf("found %+v", found)
	}
	lookups("another claim", 1, func() error {
		_, err := work.Resolve(ctx, ada, claim("102"))
		return err
	})
	lookups("another tenant", 1, func() error {
		_, err := work.Resolve(ctx, fay, claim("101"))
		return err
	})
	lookups("something new is settled under the lock", 1, func() error {
		return store.Tx(ctx, ada.Tenant.ID, func(ctx context.Context) error {
			settled, err := work.Settle(ctx, ada, found)
			if err != nil {
				return err
			}
			return work.Keep(ctx, ada, settled)
		})
	})
	ctx = work.ResolveAhead(t.Context(), ada, claim("101"))
	lookups("known work is settled", 0, func() error {
		return store.Tx(ctx, ada.Tenant.ID, func(ctx context.Context) error {
			known, err := work.Resolve(ctx, ada, claim("101"))
			if err != nil {
				return err
			}
			_, err = work.Settle(ctx, ada, known)
			return err
		})
	})
	if _, err := work.Resolve(work.ResolveAhead(t.Context(), ada, claim("0")), ada, claim("0")); err == nil {
		t.Error("a claim that is refused is not refused any more")
	}
}

// TestBounds: nobody can make so many sites, projects or names by claims that others' starts get slow.
func TestBounds(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	guid := func(i int) string { return fmt.Sprintf("0193a5b0-0000-7000-8000-%012d", i) }
	record := func(site, project workitem.Named) error {
		claim := workitem.Claim{Tracker: workitem.AzureDevOps, Site: site, Project: project, Number: "1"}
		return w.Store.Tx(t.Context(), ada.Tenant.ID, func(ctx context.Context) error {
			found, err := w.Work.Resolve(ctx, ada, claim)
			if err != nil {
				return err
			}
			if found, err = w.Work.Settle(ctx, ada, found); err != nil {
				return err
			}
			return w.Work.Keep(ctx, ada, found)
		})
	}
	most := func(code string, most int, one func(i int) error) {
		t.Helper()
		for i := range most {
			if err := one(i); err != nil {
				t.Fatalf("%d of %d: %v", i, most, err)
			}
		}
		if err := one(most); errs.CodeOf(err) != code {
			t.Errorf("after %d: %v, want %s", most, err, code)
		}
		if err := one(0); err != nil {
			t.Errorf("what is known is refused: %v", err)
		}
	}
	most("too_many_projects", workitem.MaxProjectsAlike, func(i int) error {
		return record(workitem.Named{Name: "contoso"}, workitem.Named{Name: "Payments", StableID: guid(i)})
	})
	most("too_many_organizations", workitem.MaxSites-1, func(i int) error {
		return record(workitem.Named{Name: fmt.Sprintf("other-%d", i)}, workitem.Named{Name: "Payments"})
	})
	// Further names of one project are found by its id, and not kept.
	for i := range workitem.MaxNames + 10 {
		project := workitem.Named{Name: fmt.Sprintf("Name %d", i), StableID: guid(0)}
		if err := record(workitem.Named{Name: "contoso"}, project); err != nil {
			t.Fatal(err)
		}
	}
	projects, err := w.Store.Projects(t.Context(), ada.Tenant.ID, page.Request{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range projects {
		if len(p.Names) > workitem.MaxNames {
			t.Errorf("%s has %d names", p.Name, len(p.Names))
		}
	}
}
