package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
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
		return workitem.ProjectDetails{
			Place: workitem.Place{Project: resolved(w).Project, Site: w.Site}, Names: []string{w.Project.Name},
		}
	}
	list := func() []workitem.ProjectDetails {
		t.Helper()
		return must[[]workitem.ProjectDetails](t)(store.Projects(t.Context(), c.tenant.ID, workitem.ProjectFilter{}, page.Request{Limit: 10}))
	}
	want := []workitem.ProjectDetails{details(a), details(far), details(b)}
	if want[0].ID.Compare(want[1].ID) > 0 {
		want[0], want[1] = want[1], want[0]
	}
	equal(t, "projects by name", want, list())
	var paged []workitem.ProjectDetails
	for request := (page.Request{Limit: 1}); ; {
		part := must[[]workitem.ProjectDetails](t)(store.Projects(t.Context(), c.tenant.ID, workitem.ProjectFilter{}, request))
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

// testGeneralProjects lists the projects on which time needs no work item.
func testGeneralProjects(t *testing.T, store Store) {
	c := newCompany(t, store)
	c.know(item("alpha", "1"), item("Beta", "2"), item("gamma", "3"))
	list := func(filter workitem.ProjectFilter, request page.Request) []workitem.ProjectDetails {
		t.Helper()
		return must[[]workitem.ProjectDetails](t)(store.Projects(t.Context(), c.tenant.ID, filter, request))
	}
	general, ten := workitem.ProjectFilter{General: true}, page.Request{Limit: 10}
	equal(t, "before one is allowed", nil, list(general, ten))
	all := list(workitem.ProjectFilter{}, ten)
	for _, p := range []*workitem.ProjectDetails{&all[0], &all[2]} {
		p.Rules.GeneralAllowed, p.Holds.GeneralAllowed = true, true
		p.Revision++
		c.tx(func(ctx context.Context) error { return store.UpdateProject(ctx, c.tenant.ID, p.Project) })
	}
	equal(t, "all", all, list(workitem.ProjectFilter{}, ten))
	equal(t, "those that are allowed", []workitem.ProjectDetails{all[0], all[2]}, list(general, ten))
	equal(t, "the next one", all[2:], list(general, page.Request{
		Limit: 10, After: page.Position{Name: workitem.NameKey(all[0].Name), ID: ids.Any(all[0].ID)},
	}))
	equal(t, "of another tenant", nil, must[[]workitem.ProjectDetails](t)(store.Projects(t.Context(), newCompany(t, store).tenant.ID, general, ten)))
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
	projects := must[[]workitem.ProjectDetails](t)(store.Projects(t.Context(), c.tenant.ID, workitem.ProjectFilter{}, page.Request{Limit: 10}))
	if len(projects) != 1 || projects[0].StableID != guid || len(projects[0].Names) != 1 ||
		!slices.Contains([]string{"Payments", "PAYMENTS", "payments"}, projects[0].Name) {
		t.Errorf("the projects are %+v", projects)
	}
}

// testFacts keeps what people have read of work items.
func testFacts(t *testing.T, store Store) {
	c := newCompany(t, store)
	task, other := item("Payments", "101"), item("Payments", "102")
	c.know(task, other)
	moved := item("Storefront", "7") // in another project
	c.know(moved)
	hours := 2.25
	seen := workitem.Item{
		ID: task.ID, Number: "101", ProjectID: moved.Project.ID, Title: "As it is 🕰", Type: "Bug", Reading: workitem.Reading{
			State: "Active", Assignee: "Grace", AssigneeAddress: "grace@contoso.example", Parent: "7", Hours: workitem.Hours{Completed: &hours}, Revision: 5, At: at(10, 0),
		},
	}
	observe := func(user tenant.User, seen ...workitem.Observation) {
		t.Helper()
		c.tx(func(ctx context.Context) error { return store.Observe(ctx, c.tenant.ID, user.ID, seen) })
	}
	of := func(user tenant.User) workitem.WorkItem {
		t.Helper()
		found := must[[]workitem.WorkItem](t)(store.WorkItemsByNumber(t.Context(), c.tenant.ID, user.ID, task.Site.ID, []string{"101", "999"}))
		if len(found) != 1 {
			t.Fatalf("found %+v", found)
		}
		return found[0]
	}
	claim := func(user tenant.User, title string) {
		t.Helper()
		r := resolved(task)
		r.User, r.View = user.ID, workitem.View{Title: title, Type: "Task"}
		r.Item.Title, r.New = title, workitem.Novelty{View: true, ItemFacts: true}
		c.tx(func(ctx context.Context) error { return store.Remember(ctx, c.tenant.ID, r) })
	}
	want := func(user tenant.User, what string, view workitem.View) {
		t.Helper()
		w := workitem.WorkItem{
			ID: task.ID, Site: task.Site, Project: moved.Project, Number: "101", Title: seen.Title, Type: seen.Type,
			Reading: seen.Reading, View: view,
		}
		if user.ID == c.ada.ID {
			equal(t, what+", by id", w, stored(t, c, task.ID))
		}
		equal(t, what, w, of(user))
	}

	for _, title := range []string{"Ada's first", "Ada's", "Ada's"} {
		claim(c.ada, title)
	}
	if got := of(c.ada); got.Title != "Ada's" || got.View != (workitem.View{Title: "Ada's", Type: "Task"}) {
		t.Errorf("what is claimed is %+v", got)
	}
	equal(t, "somebody else's view", workitem.View{}, of(c.bob).View)
	observe(c.ada, workitem.Observation{Item: seen, Seen: true, At: at(10, 0)})
	want(c.ada, "read", workitem.View{ReadAt: at(10, 0), AskedAt: at(10, 0)})
	observe(c.bob, workitem.Observation{Item: workitem.Item{ID: task.ID}, At: at(10, 1)})
	want(c.bob, "hidden", workitem.View{AskedAt: at(10, 1)})

	// The claim of an item that was read changes its project alone, and a view alone while the person can't see it.
	seen.ProjectID, moved.Project = task.Project.ID, task.Project
	claim(c.ada, "Overwritten")
	want(c.ada, "claimed by who can see it", workitem.View{ReadAt: at(10, 0), AskedAt: at(10, 0)})
	claim(c.bob, "Bob's")
	want(c.bob, "claimed by who can't", workitem.View{Title: "Bob's", Type: "Task", AskedAt: at(10, 1)})

	late := seen
	late.Title, late.Reading.Revision, late.Reading.At = "Late", 4, at(10, 2)
	observe(c.bob, workitem.Observation{Item: late, Seen: true, At: at(10, 2)}, workitem.Observation{Item: workitem.Item{ID: other.ID}, At: at(10, 2)})
	want(c.bob, "read, of an older revision", workitem.View{ReadAt: at(10, 2), AskedAt: at(10, 2)})
	seen.Title, seen.Reading = "Nothing left", workitem.Reading{State: "New", Revision: 5, At: at(10, 3)}
	observe(c.ada, workitem.Observation{Item: seen, Seen: true, At: at(10, 3)})
	want(c.ada, "read again", workitem.View{ReadAt: at(10, 3), AskedAt: at(10, 3)})
	observe(c.ada, workitem.Observation{Item: workitem.Item{ID: task.ID}, At: at(10, 4)})
	want(c.ada, "taken away", workitem.View{AskedAt: at(10, 4)})

	e := entry(c.bob, task, at(11, 0), time.Time{})
	e.WorkItem = of(c.bob)
	if err := c.save(timer.Changeset{Insert: []timer.Entry{e}, Events: []timer.Event{event(timer.Started, e, at(11, 0))}}); err != nil {
		t.Fatal(err)
	}
	equal(t, "an entry has its owner's view", e, must[timer.Entry](t)(store.Entry(t.Context(), c.tenant.ID, e.ID)))
	events := must[[]timer.Event](t)(store.Events(t.Context(), c.tenant.ID, audit.Filter{}, page.Request{Limit: 10}))
	equal(t, "an event, too", e.WorkItem, events[0].WorkItem)
}

// testRecent lists what people have pinned and worked on.
func testRecent(t *testing.T, store Store) {
	c := newCompany(t, store)
	tasks := []workitem.WorkItem{item("Payments", "1"), item("Payments", "2"), item("Storefront", "3"), item("Payments", "4")}
	first, again := entry(c.ada, tasks[0], at(9, 0), at(9, 5)), entry(c.ada, tasks[0], at(11, 0), time.Time{})
	voided := entry(c.ada, tasks[3], at(12, 0), at(12, 1))
	voided.VoidedAt = at(12, 2)
	c.keep(first, entry(c.ada, tasks[1], at(10, 0), at(10, 5)), again, voided, entry(c.bob, tasks[3], at(9, 0), at(9, 1)))
	c.know(tasks[2])
	pin := func(user tenant.User, w workitem.WorkItem, when time.Time) {
		t.Helper()
		c.tx(func(ctx context.Context) error { return store.Pin(ctx, c.tenant.ID, user.ID, w.ID, when) })
	}
	pin(c.ada, tasks[2], at(8, 0))
	pin(c.ada, tasks[1], at(8, 1))
	pin(c.ada, tasks[2], at(8, 2)) // again
	pin(c.bob, tasks[0], at(8, 0))
	want := []workitem.Recent{
		{WorkItem: tasks[2], PinnedAt: at(8, 0)}, {WorkItem: tasks[1], PinnedAt: at(8, 1), UsedAt: at(10, 0)},
		{WorkItem: tasks[0], UsedAt: at(11, 0)},
	}
	recent := func(limit int) []workitem.Recent {
		t.Helper()
		return must[[]workitem.Recent](t)(store.Recent(t.Context(), c.tenant.ID, c.ada.ID, limit))
	}
	equal(t, "recent", want, recent(10))
	equal(t, "the first two", want[:2], recent(2))
	unread := func(what string, limit int, want ...ids.WorkItem) {
		t.Helper()
		got := must[[]ids.WorkItem](t)(store.Unread(t.Context(), c.tenant.ID, c.ada.ID, limit))
		inOrder := func(a, b ids.WorkItem) int { return a.Compare(b) }
		slices.SortFunc(got, inOrder)
		slices.SortFunc(want, inOrder)
		equal(t, what, want, got)
	}
	unread("unread, of all entries", 10, tasks[0].ID, tasks[1].ID, tasks[2].ID, tasks[3].ID)
	unread("unread, of the latest two", 2, tasks[0].ID, tasks[1].ID, tasks[2].ID, tasks[3].ID)
	unread("unread, of the latest one", 1, tasks[1].ID, tasks[2].ID, tasks[3].ID)
	c.tx(func(ctx context.Context) error {
		return store.Observe(ctx, c.tenant.ID, c.ada.ID, []workitem.Observation{
			{Item: workitem.Item{ID: tasks[1].ID}, At: at(9, 0)}, {Item: workitem.Item{ID: tasks[0].ID}, At: at(9, 0)},
		})
	})
	unread("unread, after two were asked for", 10, tasks[2].ID, tasks[3].ID)
	want[1].WorkItem.View.AskedAt, want[2].WorkItem.View.AskedAt = at(9, 0), at(9, 0)
	again.WorkItem.View.AskedAt, first.WorkItem.View.AskedAt = at(9, 0), at(9, 0)
	for name, test := range map[string]struct {
		user    tenant.User
		without ids.WorkItem
		want    int
	}{"all": {c.ada, ids.WorkItem{1}, 2}, "without one": {c.ada, tasks[1].ID, 1}, "somebody else's": {c.bob, ids.WorkItem{1}, 1}} {
		equal(t, name, test.want, must[int](t)(store.CountPins(t.Context(), c.tenant.ID, test.user.ID, test.without)))
	}
	for _, found := range []bool{true, false} {
		c.tx(func(ctx context.Context) error {
			equal(t, "unpinned", found, must[bool](t)(store.Unpin(ctx, c.tenant.ID, c.ada.ID, tasks[2].ID)))
			return nil
		})
	}
	equal(t, "without the pin", want[1:], recent(10))

	set := func(of timer.Entry, hours float64) timer.Entry {
		t.Helper()
		c.tx(func(ctx context.Context) error { return store.SetExistingHours(ctx, c.tenant.ID, of.ID, hours) })
		return must[timer.Entry](t)(store.Entry(t.Context(), c.tenant.ID, of.ID))
	}
	hours := 1.5
	again.ExistingHours = &hours
	equal(t, "hours of a running timer", again, set(again, 1.5))
	equal(t, "that knows them", again, set(again, 2))
	equal(t, "that has stopped", first, set(first, 2))
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
