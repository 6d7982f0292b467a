package workitem_test

import (
	"context"
	"testing"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// GUIDs of organizations.
const (
	contosoGUID   = "0193a5b0-1234-4abc-8def-00000000000a"
	adventureGUID = "0193a5b0-1234-4abc-8def-00000000000b"
)

// renaming is a tenant whose organization is renamed.
type renaming struct {
	*domaintest.World
	t   *testing.T
	ada tenant.Member
}

func newRenaming(t *testing.T) *renaming {
	t.Helper()
	w := domaintest.New(t)
	return &renaming{World: w, t: t, ada: w.SignUp(t)}
}

// record works on the item 1 of an organization.
func (r *renaming) record(organization, guid string) workitem.WorkItem {
	r.t.Helper()
	claim := domaintest.Item(1)
	claim.Site = workitem.Named{Name: organization, StableID: guid}
	started, err := r.Timers.Start(r.t.Context(), r.ada, timer.StartRequest{WorkItem: claim})
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.Timers.Stop(r.t.Context(), r.ada, ids.Entry{}); err != nil {
		r.t.Fatal(err)
	}
	return started.Timer.WorkItem
}

func (r *renaming) rename(from, to string) error {
	return r.Store.Tx(r.t.Context(), r.ada.Tenant.ID, func(ctx context.Context) error {
		return r.Work.RenameOrganization(ctx, r.ada.Tenant.ID, from, to)
	})
}

// is says that a claim finds the site, by its new name.
func (r *renaming) is(site ids.Site, name, organization, guid string) {
	r.t.Helper()
	if found := r.record(organization, guid).Site; found.ID != site || found.Name != name {
		r.t.Errorf("%s %s is %+v, want %s as %s", organization, guid, found, site, name)
	}
}

func TestARenamedOrganizationIsTheSame(t *testing.T) {
	r := newRenaming(t)
	site := r.record("contoso", "").Site.ID
	for _, step := range []struct{ from, to string }{{"contoso", " FabriKam "}, {"FABRIKAM", "contoso"}, {"contoso", "Fabrikam"}} {
		if err := r.rename(step.from, step.to); err != nil {
			t.Fatal(err)
		}
	}
	r.is(site, "fabrikam", "contoso", "")
	r.is(site, "fabrikam", "FABRIKAM", "")
	// A page that was opened before says the former name, and the id.
	r.is(site, "fabrikam", "contoso", contosoGUID)
	r.is(site, "fabrikam", "fabrikam", contosoGUID)
	if err := r.rename("nobody", "contoso"); err != nil {
		t.Errorf("an organization that nobody has worked in: %v", err)
	}
	r.is(site, "fabrikam", "contoso", "")
}

func TestAnOrganizationTakesNoOthersName(t *testing.T) {
	r := newRenaming(t)
	site, other := r.record("contoso", contosoGUID).Site.ID, r.record("adventure", adventureGUID).Site.ID
	for _, to := range []string{"adventure", " ADVENTURE\t"} {
		if err := r.rename("contoso", to); !errs.Is(err, errs.Conflict) || errs.CodeOf(err) != "organization_taken" {
			t.Errorf("renamed to %q: %v", to, err)
		}
	}
	r.is(site, "contoso", "contoso", "")
	r.is(other, "adventure", "adventure", "")
}

// TestAFalseNameKeepsNobodyFromIt: what a client says of another organization must not stand in an admin's way.
func TestAFalseNameKeepsNobodyFromIt(t *testing.T) {
	r := newRenaming(t)
	site, other := r.record("contoso", contosoGUID).Site.ID, r.record("adventure", adventureGUID).Site.ID
	r.is(other, "adventure", "fabrikam", adventureGUID)
	if err := r.rename("contoso", "fabrikam"); err != nil {
		t.Fatal(err)
	}
	r.is(site, "fabrikam", "fabrikam", "")
	r.is(other, "adventure", "fabrikam", adventureGUID)
}
