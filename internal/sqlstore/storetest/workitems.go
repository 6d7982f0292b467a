package storetest

import (
	"context"
	"slices"
	"testing"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

func testWorkItems(t *testing.T, store Store) {
	c := newCompany(t, store)
	task := item("Payments", "101")
	known := func(t *testing.T, lookup workitem.Lookup) []workitem.Candidate {
		t.Helper()
		return must[[]workitem.Candidate](t)(store.Candidates(t.Context(), c.tenant.ID, lookup))
	}
	byNames := func(w workitem.WorkItem) workitem.Lookup {
		return workitem.Lookup{
			SiteKey: workitem.NameKey(w.Site.Name), ProjectKey: workitem.NameKey(w.Project.Name), Number: w.Number,
		}
	}
	remember := func(t *testing.T, r workitem.Resolved) {
		t.Helper()
		c.tx(func(ctx context.Context) error { return store.Remember(ctx, c.tenant.ID, r) })
	}

	t.Run("titles", func(t *testing.T) {
		equal(t, "not known yet", nil, known(t, byNames(task)))
		for _, title := range []string{"First", "Second 🕰", "second 🕰", ""} {
			task.Title = title
			c.know(task)
			equal(t, "by id", task, stored(t, c, task.ID))
			r := resolved(task)
			equal(t, "by names", []workitem.Candidate{{
				Site: r.Site, SiteNamed: true, Project: r.Project, ProjectNamed: true, Item: r.Item,
			}}, known(t, byNames(task)))
		}
	})

	t.Run("are told apart by site and number", func(t *testing.T) {
		for _, other := range []workitem.WorkItem{
			itemOf("fabrikam", "Payments", "101"), item("Payments", "1010"), itemOf("board", "Payments", "ABC-12"),
		} {
			c.know(other)
			equal(t, "item", other, stored(t, c, other.ID))
		}
		equal(t, "of nothing", nil,
			must[[]workitem.WorkItem](t)(store.WorkItems(t.Context(), c.tenant.ID, c.ada.ID, []ids.WorkItem{ids.New[ids.WorkItem]()})))
	})

	t.Run("are seen in a project last", func(t *testing.T) {
		moved := item("Zahlungsströme 🕰", "101")
		c.know(moved)
		equal(t, "item", moved, stored(t, c, task.ID))
	})

	t.Run("are found by stable ids and by every name", func(t *testing.T) {
		c := newCompany(t, store)
		task := item("Payments", "101")
		c.know(task)
		remember := func(r workitem.Resolved) {
			t.Helper()
			c.tx(func(ctx context.Context) error { return store.Remember(ctx, c.tenant.ID, r) })
		}
		r := resolved(task)
		r.Site.StableID, r.Project.StableID = "site-1", "project-1"
		r.Claim.Site.Name, r.Claim.Project.Name = "Fabrikam", "Zahlungen"
		r.New = workitem.Novelty{SiteStableID: true, SiteName: true, ProjectStableID: true, ProjectName: true}
		remember(r)
		for name, test := range map[string]struct {
			lookup      workitem.Lookup
			none        bool
			bare        bool // the site without a project
			siteNamed   bool
			projectSeen bool
		}{
			"stable ids":      {lookup: workitem.Lookup{SiteStableID: "site-1", ProjectStableID: "project-1", Number: "101"}},
			"all":             {lookup: workitem.Lookup{SiteStableID: "site-1", SiteKey: workitem.NameKey("contoso"), ProjectStableID: "project-1", ProjectKey: workitem.NameKey("payments"), Number: "101"}, siteNamed: true, projectSeen: true},
			"other names":     {lookup: workitem.Lookup{SiteKey: workitem.NameKey("FABRIKAM"), ProjectKey: workitem.NameKey("zahlungen"), Number: "101"}, siteNamed: true, projectSeen: true},
			"any site":        {lookup: workitem.Lookup{ProjectKey: workitem.NameKey("Payments"), Number: "101"}, projectSeen: true},
			"unknown project": {lookup: workitem.Lookup{SiteKey: workitem.NameKey("contoso"), ProjectKey: "NOBODY", Number: "101"}, bare: true, siteNamed: true},
			"unknown site":    {lookup: workitem.Lookup{SiteKey: "NOBODY", ProjectKey: workitem.NameKey("Payments"), Number: "101"}, none: true},
		} {
			want := workitem.Candidate{
				Site: r.Site, SiteNamed: test.siteNamed, Project: r.Project, ProjectNamed: test.projectSeen, Item: r.Item,
			}
			if test.bare {
				want.Project = workitem.Project{}
			}
			all := []workitem.Candidate{want}
			if test.none {
				all = nil
			}
			equal(t, name, all, must[[]workitem.Candidate](t)(store.Candidates(t.Context(), c.tenant.ID, test.lookup)))
		}
	})

	t.Run("keep one of each identity", func(t *testing.T) {
		other := func(change func(r *workitem.Resolved)) error {
			r := resolved(task)
			change(&r)
			return store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
				return store.Remember(ctx, c.tenant.ID, r)
			})
		}
		for name, change := range map[string]func(r *workitem.Resolved){
			"a number of a site": func(r *workitem.Resolved) { r.Item.ID, r.New.Item = ids.New[ids.WorkItem](), true },
			"a name alone of a site": func(r *workitem.Resolved) {
				r.Site.ID, r.Site.Name, r.New.Site = ids.New[ids.Site](), "CONTOSO", true
			},
			"a name alone of a project": func(r *workitem.Resolved) {
				r.Project.ID, r.Project.Name, r.New.Project = ids.New[ids.Project](), "PAYMENTS", true
			},
			"a name of a site": func(r *workitem.Resolved) { r.New.SiteName = true },
		} {
			if other(change) == nil {
				t.Errorf("%s is kept twice", name)
			}
		}
		stable := func(r *workitem.Resolved) {
			r.Site.ID, r.Site.StableID, r.New.Site = ids.New[ids.Site](), "site-2", true
		}
		if err := other(stable); err != nil {
			t.Error(err)
		}
		if other(stable) == nil {
			t.Error("a stable id is kept twice")
		}
	})
	remember(t, resolved(task)) // with nothing new
}

func testProjects(t *testing.T, store Store) {
	c := newCompany(t, store)
	a, b, far := item("alpha", "1"), item("Beta", "2"), itemOf("fabrikam", "alpha", "3")
	c.know(a, b, far)
	details := func(w workitem.WorkItem) workitem.ProjectDetails {
		return workitem.ProjectDetails{Project: resolved(w).Project, Site: w.Site, Names: []string{w.Project.Name}}
	}
	list := func() []workitem.ProjectDetails {
		t.Helper()
		return must[[]workitem.ProjectDetails](t)(store.Projects(t.Context(), c.tenant.ID, page.Request{Limit: 10}))
	}
	want := []workitem.ProjectDetails{details(a), details(far), details(b)}
	if want[0].ID.Compare(want[1].ID) > 0 {
		want[0], want[1] = want[1], want[0]
	}
	equal(t, "projects by name", want, list())
	var paged []workitem.ProjectDetails
	for request := (page.Request{Limit: 1}); ; {
		part := must[[]workitem.ProjectDetails](t)(store.Projects(t.Context(), c.tenant.ID, request))
		if len(part) == 0 {
			break
		}
		paged = append(paged, part...)
		request.After = page.Position{Name: workitem.NameKey(part[0].Name), ID: ids.Any(part[0].ID)}
	}
	equal(t, "page by page", want, paged)
	equal(t, "one", details(b), must[workitem.ProjectDetails](t)(store.Project(t.Context(), c.tenant.ID, b.Project.ID)))
	_, err := store.Project(t.Context(), c.tenant.ID, ids.New[ids.Project]())
	fails(t, err, errs.NotFound, "project_not_found")

	merged := details(b)
	merged.Name, merged.MergedInto, merged.MergedAt, merged.CountsAs, merged.Revision = "BETA", a.Project.ID, at(9, 0), a.Project, 2
	update := func(p workitem.Project) error {
		return store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
			return store.UpdateProject(ctx, c.tenant.ID, p)
		})
	}
	if err := update(merged.Project); err != nil {
		t.Fatal(err)
	}
	fails(t, update(merged.Project), errs.Stale, "stale")
	equal(t, "merged", merged, must[workitem.ProjectDetails](t)(store.Project(t.Context(), c.tenant.ID, b.Project.ID)))
	equal(t, "merged ones", []workitem.Project{merged.Project},
		must[[]workitem.Project](t)(store.MergedProjects(t.Context(), c.tenant.ID, a.Site.ID)))
	equal(t, "merged ones of another site", nil,
		must[[]workitem.Project](t)(store.MergedProjects(t.Context(), c.tenant.ID, far.Site.ID)))
	b.Project = a.Project
	equal(t, "an item is shown in the other project", b, stored(t, c, b.ID))

	c.tx(func(ctx context.Context) error {
		used := resolved(b)
		used.Project = merged.Project
		used.New = workitem.Novelty{MergeUse: true}
		site := resolved(a).Site
		site.Name = "adventure"
		if err := store.Remember(ctx, c.tenant.ID, used); err != nil {
			return err
		}
		if err := store.RenameSite(ctx, c.tenant.ID, site); err != nil {
			return err
		}
		return store.CountAs(ctx, c.tenant.ID, merged.ID, far.Project.ID)
	})
	merged.MergeUsed, merged.CountsAs, merged.Site.Name = true, far.Project, "adventure"
	equal(t, "used, and shown elsewhere", merged, must[workitem.ProjectDetails](t)(store.Project(t.Context(), c.tenant.ID, merged.ID)))
	for _, name := range []string{"contoso", "Adventure"} {
		found := must[[]workitem.Candidate](t)(store.Candidates(t.Context(), c.tenant.ID, workitem.Lookup{SiteKey: workitem.NameKey(name)}))
		if len(found) != 1 || found[0].Site.ID != a.Site.ID {
			t.Errorf("the renamed site is found by %s as %+v", name, found)
		}
	}
}

// testNewToMany has many people begin on the same new work at the same time, under several names.
func testNewToMany(t *testing.T, store Store) {
	c := newCompany(t, store)
	m := tenant.Member{Tenant: c.tenant, User: c.ada}
	service := workitem.NewService(store, nil, at(9, 0).UTC)
	keep := func(claim workitem.Claim) (kept workitem.Resolved, err error) {
		first, err := service.Resolve(t.Context(), m, claim)
		if err != nil {
			return first, err
		}
		err = store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
			if kept, err = service.Settle(ctx, m, first); err != nil {
				return err
			}
			return service.Keep(ctx, m, kept)
		})
		return kept, err
	}
	const guid = "0193a5b0-1234-4abc-8def-00000000000a"
	kept := make([]workitem.Resolved, 24)
	results := inParallel(len(kept), func(i int) (err error) {
		said := claim(item([]string{"Payments", "PAYMENTS", "payments"}[i%3], "777"))
		if i%2 == 0 {
			said.Site.StableID, said.Project.StableID = guid, guid
		}
		kept[i], err = keep(said)
		return err
	})
	for i, err := range results {
		if err != nil {
			t.Error(err)
		} else if kept[i].Item.ID != kept[0].Item.ID || kept[i].Project.ID != kept[0].Project.ID {
			t.Errorf("one finds %+v, another %+v", kept[0], kept[i])
		}
	}
	projects := must[[]workitem.ProjectDetails](t)(store.Projects(t.Context(), c.tenant.ID, page.Request{Limit: 10}))
	if len(projects) != 1 || projects[0].StableID != guid || len(projects[0].Names) != 1 ||
		!slices.Contains([]string{"Payments", "PAYMENTS", "payments"}, projects[0].Name) {
		t.Errorf("the projects are %+v", projects)
	}
}

// stored is a work item with Ada's view of it.
func stored(t *testing.T, c *company, id ids.WorkItem) workitem.WorkItem {
	t.Helper()
	found := must[[]workitem.WorkItem](t)(c.store.WorkItems(t.Context(), c.tenant.ID, c.ada.ID, []ids.WorkItem{id}))
	if len(found) != 1 {
		t.Fatalf("there are %d work items with the id", len(found))
	}
	return found[0]
}
