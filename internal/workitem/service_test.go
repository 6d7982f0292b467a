package workitem_test

import (
	"context"
	"fmt"
	"testing"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/page"
	"timetracker/internal/workitem"
)

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
	projects, err := w.Store.Projects(t.Context(), ada.Tenant.ID, workitem.ProjectFilter{}, page.Request{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range projects {
		if len(p.Names) > workitem.MaxNames {
			t.Errorf("%s has %d names", p.Name, len(p.Names))
		}
	}
}
