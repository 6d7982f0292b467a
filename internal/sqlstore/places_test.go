package sqlstore_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/ids"
	"timetracker/internal/workitem"
)

// payments looks up a work item of Contoso.
var payments = workitem.Lookup{SiteKey: workitem.NameKey("contoso"), ProjectKey: workitem.NameKey("Payments"), Number: "7"}

func (c *contoso) candidates(ctx context.Context) []workitem.Candidate {
	c.t.Helper()
	found, err := c.store.Candidates(ctx, c.member.Tenant.ID, payments)
	if err != nil {
		c.t.Fatal(err)
	}
	slices.SortFunc(found, func(a, b workitem.Candidate) int { return a.Project.ID.Compare(b.Project.ID) })
	return found
}

// record makes the work of a claim known.
func (c *contoso) record(ctx context.Context, claim workitem.Claim) error {
	work := workitem.NewService(c.store, nil, c.now)
	return c.store.Tx(ctx, c.member.Tenant.ID, func(ctx context.Context) error {
		found, err := work.Resolve(ctx, c.member, claim)
		if err == nil {
			found, err = work.Settle(ctx, c.member, found)
		}
		if err != nil {
			return err
		}
		return work.Keep(ctx, c.member, found)
	})
}

var claimed = workitem.Claim{
	Tracker: workitem.AzureDevOps, Project: workitem.Named{Name: "Payments"}, Number: "7", Title: "Cards", Type: "Bug",
}

// TestRememberedPlacesAreCurrent changes each table of places from outside of the process that remembers them.
func TestRememberedPlacesAreCurrent(t *testing.T) {
	c := newContoso(t)
	if err := c.record(t.Context(), claimed); err != nil {
		t.Fatal(err)
	}
	before := c.candidates(t.Context())
	if len(before) != 1 || before[0].Item.Title != "Cards" {
		t.Fatalf("found %+v", before)
	}
	if diff := cmp.Diff(before, c.candidates(t.Context())); diff != "" {
		t.Errorf("remembered (-want +got):\n%s", diff)
	}
	tenant, site, project := before[0].Project.ID, before[0].Site.ID, ids.New[ids.Project]()
	for _, change := range []struct {
		what, text string
		args       []any
		is         func(c workitem.Candidate) bool
	}{
		{"the item's title", "UPDATE work_items SET title = 'Invoices'", nil,
			func(c workitem.Candidate) bool { return c.Item.Title == "Invoices" }},
		{"the site's name", "UPDATE sites SET name = 'Contoso Ltd'", nil,
			func(c workitem.Candidate) bool { return c.Site.Name == "Contoso Ltd" }},
		{"the project's name", "UPDATE projects SET name = 'Money'", nil,
			func(c workitem.Candidate) bool { return c.Project.Name == "Money" }},
		{"a name of the project is gone", "DELETE FROM project_names", nil,
			func(c workitem.Candidate) bool { return c.Project.ID.IsZero() }},
		{"a name of the project is back", `INSERT INTO project_names SELECT tenant_id, 'PAYMENTS', id, 'Payments' FROM projects`,
			nil, func(c workitem.Candidate) bool { return c.Project.ID == tenant && c.ProjectNamed }},
		{"another project", `INSERT INTO projects SELECT tenant_id, ?, site_id, 'guid', 'Payments', 'PAYMENTS', merged_into, merged_at, 0, ?, billable, general_allowed, 1
			FROM projects`, []any{project, project}, func(c workitem.Candidate) bool { return c.Site.ID == site }},
		{"its name", `INSERT INTO project_names SELECT tenant_id, 'PAYMENTS', id, 'Payments' FROM projects WHERE stable_id = 'guid'`,
			nil, func(c workitem.Candidate) bool { return c.Project.ID == project }},
		{"the name names another one", `UPDATE project_names SET name_key = 'x' WHERE project_id <> (SELECT id FROM projects
			WHERE stable_id = 'guid')`, nil, func(c workitem.Candidate) bool { return c.Project.ID == project }},
	} {
		c.exec(change.text, change.args...)
		found := c.candidates(t.Context())
		if len(found) == 0 || !change.is(found[len(found)-1]) {
			t.Errorf("%s: found %+v", change.what, found)
		}
	}
	c.exec("DELETE FROM site_names")
	if found := c.candidates(t.Context()); len(found) != 0 {
		t.Errorf("a site without a name was found: %+v", found)
	}
}

// TestPlacesThatWereUndoneAreForgotten looks up, within a transaction, what is undone.
func TestPlacesThatWereUndoneAreForgotten(t *testing.T) {
	c := newContoso(t)
	if err := c.record(t.Context(), claimed); err != nil {
		t.Fatal(err)
	}
	want := c.candidates(t.Context())
	undone := errors.New("undone")
	rename := func(name string, end error) error {
		return c.store.Tx(t.Context(), c.member.Tenant.ID, func(ctx context.Context) error {
			site := want[0].Site
			site.Name = name
			if err := c.store.RenameSite(ctx, c.member.Tenant.ID, site); err != nil {
				return err
			}
			if found := c.candidates(ctx); found[0].Site.Name != name {
				t.Errorf("in its transaction the site is %s", found[0].Site.Name)
			}
			return end
		})
	}
	if err := rename("Never", undone); !errors.Is(err, undone) {
		t.Fatal(err)
	}
	// Nothing is looked up between the two, so that the first one's look-up is still remembered.
	if err := rename("Contoso Ltd", nil); err != nil {
		t.Fatal(err)
	}
	if found := c.candidates(t.Context()); found[0].Site.Name != "Contoso Ltd" {
		t.Errorf("after the transaction the site is %s", found[0].Site.Name)
	}
	if err := rename("Never", undone); !errors.Is(err, undone) {
		t.Fatal(err)
	}
	if found := c.candidates(t.Context()); found[0].Site.Name != "Contoso Ltd" {
		t.Errorf("after it was undone the site is %s", found[0].Site.Name)
	}
}
