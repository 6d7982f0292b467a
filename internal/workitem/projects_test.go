package workitem_test

import (
	"cmp"
	"context"
	"strconv"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// office is a tenant whose admin decides about projects.
type office struct {
	*domaintest.World
	t *testing.T
	m tenant.Member

	items int // that were worked on
}

func newOffice(t *testing.T) *office {
	t.Helper()
	w := domaintest.New(t)
	return &office{World: w, t: t, m: w.SignUp(t)}
}

// start begins a timer in a project of the tenant's organization, and gives the project that it is recorded under.
func (o *office) start(project string) ids.Project {
	o.t.Helper()
	return o.startIn("contoso", project)
}

func (o *office) startIn(organization, project string) ids.Project {
	o.t.Helper()
	o.items++
	started, err := o.Timers.Start(o.t.Context(), o.m, timer.StartRequest{WorkItem: workitem.Claim{
		Tracker: workitem.AzureDevOps, Site: workitem.Named{Name: organization}, Project: workitem.Named{Name: project},
		Number: strconv.Itoa(o.items),
	}})
	if err != nil {
		o.t.Fatal(err)
	}
	return started.Timer.ProjectID
}

// countsAs is the name of each project with that of the one under which its time is shown.
func (o *office) countsAs() map[string]string {
	o.t.Helper()
	projects, _, err := o.Work.Projects(o.t.Context(), o.m, workitem.ProjectFilter{}, page.Request{Limit: 100})
	if err != nil {
		o.t.Fatal(err)
	}
	shown := make(map[string]string)
	for _, p := range projects {
		shown[p.Name] = p.CountsAs.Name
	}
	return shown
}

func refused(t *testing.T, err error, kind errs.Kind, code string) {
	t.Helper()
	if !errs.Is(err, kind) || errs.CodeOf(err) != code {
		t.Errorf("the error is %v, want %s", err, code)
	}
}

func (o *office) expect(what string, want map[string]string) {
	o.t.Helper()
	if diff := gocmp.Diff(want, o.countsAs()); diff != "" {
		o.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func (o *office) merge(from, into ids.Project) workitem.ProjectDetails {
	o.t.Helper()
	merged, err := o.Work.Merge(o.t.Context(), o.m, from, into)
	if err != nil {
		o.t.Fatal(err)
	}
	return merged
}

// TestMergesInARow merges A into B and then B into C, so that three projects are shown as one.
func TestMergesInARow(t *testing.T) {
	o := newOffice(t)
	a, b, c := o.start("A"), o.start("B"), o.start("C")
	first := o.merge(a, b)
	o.expect("A into B", map[string]string{"A": "B", "B": "B", "C": "C"})
	second := o.merge(b, c)
	o.expect("B into C", map[string]string{"A": "C", "B": "C", "C": "C"})

	undone, err := o.Work.Unmerge(t.Context(), o.m, b, second.Revision)
	if err != nil || undone.Merged() || undone.CountsAs != undone.Ref() {
		t.Errorf("undone: %+v (%v)", undone, err)
	}
	o.expect("B from C", map[string]string{"A": "B", "B": "B", "C": "C"})
	o.merge(b, c)
	if _, err := o.Work.Unmerge(t.Context(), o.m, a, first.Revision); err != nil {
		t.Error(err)
	}
	o.expect("A from B", map[string]string{"A": "A", "B": "C", "C": "C"})
}

// TestOnlyNewTimeKeepsAMerge has somebody work on the target and on another project after a merge.
func TestOnlyNewTimeKeepsAMerge(t *testing.T) {
	o := newOffice(t)
	a, b := o.start("A"), o.start("B")
	merged := o.merge(a, b)
	o.start("B")
	o.start("C")
	undone, err := o.Work.Unmerge(t.Context(), o.m, a, merged.Revision)
	if err != nil {
		t.Fatal(err)
	}
	o.merge(a, b)
	if recorded := o.start("a"); recorded != a {
		t.Errorf("the name A is recorded under %v", recorded)
	}
	_, err = o.Work.Unmerge(t.Context(), o.m, a, undone.Revision+1)
	refused(t, err, errs.Conflict, "project_used")
	o.expect("afterwards", map[string]string{"A": "B", "B": "B", "C": "C"})
}

func TestChangingProjectsRefuses(t *testing.T) {
	o := newOffice(t)
	a, b := o.start("A"), o.start("B")
	linus := o.Join(t, o.m, "Linus")
	calls := map[string]func(m tenant.Member) error{
		"change": func(m tenant.Member) error {
			_, err := o.Work.ChangeProject(t.Context(), m, a, 1, workitem.ProjectPatch{Name: new("a")})
			return err
		},
		"merge":   func(m tenant.Member) error { _, err := o.Work.Merge(t.Context(), m, a, b); return err },
		"unmerge": func(m tenant.Member) error { _, err := o.Work.Unmerge(t.Context(), m, a, 1); return err },
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			refused(t, call(linus), errs.Forbidden, "role_required")
			late := o.m
			late.Tenant.TrialEndsAt = o.Clock.Now()
			refused(t, call(late), errs.PaymentRequired, "trial_expired")
			other := o.SignUp(t)
			refused(t, call(other), errs.NotFound, "project_not_found")
		})
	}
	o.expect("afterwards", map[string]string{"A": "A", "B": "B"})
}

// TestRenameOrganization renames in the caller's transaction, which may still fail.
func TestRenameOrganization(t *testing.T) {
	o := newOffice(t)
	project := o.start("A")
	site := func() string {
		t.Helper()
		found, err := o.Work.Project(t.Context(), o.m, project)
		if err != nil {
			t.Fatal(err)
		}
		return found.Site.Name
	}
	failed := errs.New(errs.Unavailable, "failed", "What comes after it fails.")
	rename := func(from, to string, after error) error {
		return o.Store.Tx(t.Context(), o.m.Tenant.ID, func(ctx context.Context) error {
			return cmp.Or(o.Work.RenameOrganization(ctx, o.m.Tenant.ID, from, to), after)
		})
	}
	refused(t, rename("contoso", "adventure", failed), errs.Unavailable, "failed")
	if name := site(); name != "contoso" {
		t.Errorf("after a failure the site is %s", name)
	}
	for _, step := range []struct{ from, to, want string }{
		{"nobody", "adventure", "contoso"}, {"CONTOSO", "Adventure", "adventure"}, {"contoso", "northwind", "northwind"},
	} {
		if err := rename(step.from, step.to, nil); err != nil || site() != step.want {
			t.Errorf("%s to %s: the site is %s (%v)", step.from, step.to, site(), err)
		}
	}
	o.startIn("fabrikam", "A")
	refused(t, rename("northwind", "FABRIKAM", nil), errs.Conflict, "organization_taken")
}
