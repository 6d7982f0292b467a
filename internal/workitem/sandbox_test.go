package workitem_test

import (
	"context"
	"testing"
	"time"

	"timetracker/internal/connector/connectortest"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/standin"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// street is a tenant whose items are those of the sandbox's Azure DevOps, asked over TLS with people's own rights.
type street struct {
	*domaintest.World
	azure *connectortest.World
	work  *workitem.Service
	t     *testing.T

	contoso boards.Organization
	admin   tenant.Member // Ada
}

const (
	ada   = "ada@contoso.example"
	linus = "linus@contoso.example"
)

func newStreet(t *testing.T) *street {
	t.Helper()
	w := domaintest.New(t)
	azure := connectortest.Start(t, w.Clock.Now)
	s := &street{World: w, azure: azure, work: workitem.NewService(w.Store, azure.Remote, w.Clock.Now), t: t, admin: w.SignUp(t)}
	s.Timers = timer.NewService(w.Store, s.work, w.Clock.Now)
	s.contoso, _ = azure.Boards.Organization(connectortest.Site)
	return s
}

func (s *street) start(m tenant.Member, number string) ids.WorkItem {
	s.t.Helper()
	started, err := s.Timers.Start(s.t.Context(), m, timer.StartRequest{WorkItem: workitem.Claim{
		Tracker: workitem.AzureDevOps, Project: workitem.Named{Name: "Payments"}, Number: number,
	}})
	if err != nil {
		s.t.Fatal(err)
	}
	return started.Timer.WorkItem.ID
}

// read reads an item when it is due, as one of the sandbox's people.
func (s *street) read(m tenant.Member, user string, item ids.WorkItem) (workitem.Read, error) {
	s.t.Helper()
	s.Clock.Add(workitem.FreshFor)
	reads, err := s.work.Read(s.t.Context(), m, s.azure.Credential(s.t, user), []ids.WorkItem{item})
	if err != nil || len(reads.Items) != 1 {
		s.t.Fatalf("read %+v (%v)", reads, err)
	}
	return reads.Items[0], reads.Problem
}

func (s *street) person(user string) sandbox.Person {
	s.t.Helper()
	person, ok := s.azure.Entra.Person(user)
	if !ok {
		s.t.Fatalf("nobody is called %s", user)
	}
	return person
}

// expect compares what was read, without a problem.
func (s *street) expect(what string, read workitem.Read, problem error, title, project string) {
	s.t.Helper()
	if read.Title != title || read.Project.Name != project || read.Stale || problem != nil {
		s.t.Errorf("%s: %q in %s, stale %v (%v), want %q in %s", what, read.Title, read.Project.Name, read.Stale, problem, title, project)
	}
}

// TestWithAzureDevOps moves, renames, deletes and restores an item while a timer runs on it.
func TestWithAzureDevOps(t *testing.T) {
	s := newStreet(t)
	const title = "Show the payment reference at checkout"
	item := s.start(s.admin, "104")
	read, problem := s.read(s.admin, ada, item)
	s.expect("at first", read, problem, title, "Payments")
	if read.Reading.State != "Active" || read.Reading.Assignee != "Grace Hopper" || read.Reading.Parent != "103" || *read.Reading.Hours.Completed != 11.5 {
		t.Errorf("read %+v", read.Reading)
	}

	move := func(_ boards.WorkItem) (boards.Edit, error) {
		return boards.Edit{Fields: map[string]any{
			boards.FieldProject: "Storefront", boards.FieldArea: "Storefront", boards.FieldIteration: "Storefront",
		}}, nil
	}
	if _, err := s.azure.Boards.Update(s.person(ada), s.contoso.ID, 104, move); err != nil {
		t.Fatal(err)
	}
	read, problem = s.read(s.admin, ada, item)
	s.expect("moved", read, problem, title, "Storefront")

	for _, p := range s.contoso.Projects {
		if p.Name == "Storefront" {
			if err := s.azure.Boards.RenameProject(p.ID, "Shop & Söhne"); err != nil {
				t.Fatal(err)
			}
		}
	}
	read, problem = s.read(s.admin, ada, item)
	s.expect("in a renamed project", read, problem, title, "Shop & Söhne")

	if _, err := s.azure.Boards.Delete(s.person(ada), s.contoso.ID, 104); err != nil {
		t.Fatal(err)
	}
	if read, problem = s.read(s.admin, ada, item); read.Title != title || read.Stale || problem != nil {
		t.Errorf("deleted: %+v (%v)", read, problem)
	}
	if found, err := s.work.Search(t.Context(), s.admin, s.azure.Credential(t, ada), workitem.Query{Words: "#104"}); err != nil || len(found) > 0 {
		t.Errorf("found %+v after it was deleted (%v)", found, err)
	}
	if _, err := s.azure.Boards.Restore(s.person(ada), s.contoso.ID, 104); err != nil {
		t.Fatal(err)
	}
	read, problem = s.read(s.admin, ada, item)
	s.expect("restored", read, problem, title, "Shop & Söhne")

	// The organization's new name is a setting, since a client's word for it is not enough.
	if err := s.azure.Boards.RenameOrganization(s.contoso.ID, "contoso-ltd"); err != nil {
		t.Fatal(err)
	}
	if read, problem = s.read(s.admin, ada, item); !read.Stale || read.Title != title || !errs.Is(problem, errs.Unavailable) {
		t.Errorf("in a renamed organization: %+v (%v)", read, problem)
	}
	err := s.Store.Tx(t.Context(), s.admin.Tenant.ID, func(ctx context.Context) error {
		return s.work.RenameOrganization(ctx, s.admin.Tenant.ID, "contoso", "contoso-ltd")
	})
	if err != nil {
		t.Fatal(err)
	}
	read, problem = s.read(s.admin, ada, item)
	s.expect("after the setting was changed", read, problem, title, "Shop & Söhne")
	running, ok, _, err := s.Timers.Current(t.Context(), s.admin)
	if err != nil || !ok || running.WorkItem.ID != item {
		t.Errorf("the timer runs on %+v (%v)", running.WorkItem, err)
	}
}

// TestHiddenInAzureDevOps has Linus work on an item of an area that he can't see.
func TestHiddenInAzureDevOps(t *testing.T) {
	s := newStreet(t)
	colleague := s.Join(t, s.admin, "Linus")
	item := s.start(s.admin, "132")
	read, problem := s.read(s.admin, ada, item)
	if read.Title == "" || problem != nil {
		t.Fatalf("Ada reads %+v (%v)", read, problem)
	}
	s.start(colleague, "132")
	if problem, err := s.Timers.Refresh(t.Context(), colleague, s.azure.Credential(t, linus)); problem != nil || err != nil {
		t.Fatal(problem, err)
	}
	read, problem = s.read(colleague, linus, item)
	s.expect("Linus", read, problem, "", "Payments")
	running, _, _, err := s.Timers.Current(t.Context(), colleague)
	if err != nil || running.ExistingHours != nil || running.WorkItem.SeenBy(colleague).Title != "" {
		t.Errorf("his timer is %+v (%v)", running, err)
	}
	for _, words := range []string{"132", "keys", "the"} {
		found, err := s.work.Search(t.Context(), colleague, s.azure.Credential(t, linus), workitem.Query{Words: words, Limit: 50})
		if err != nil {
			t.Fatal(err)
		}
		for _, hit := range found {
			if hit.Number == "132" {
				t.Errorf("%q finds %+v", words, hit)
			}
		}
	}
}

// TestFaultsOfAzureDevOps shows what is known, says why it is old, and records time all the same.
func TestFaultsOfAzureDevOps(t *testing.T) {
	for _, fault := range []standin.Fault{standin.Down, standin.Throttled, standin.WrongJSON, standin.Reset, standin.Truncated} {
		t.Run(string(fault), func(t *testing.T) {
			s := newStreet(t)
			item := s.start(s.admin, "105")
			read, problem := s.read(s.admin, ada, item)
			const title = "Match incoming transfers to open orders"
			s.expect("before", read, problem, title, "Payments")
			s.azure.Fail(t, connectortest.AzureDevOps, fault)
			if read, problem = s.read(s.admin, ada, item); !read.Stale || read.Title != title || !errs.Is(problem, errs.Unavailable) {
				t.Errorf("meanwhile: %+v (%v)", read, problem)
			}
			if _, err := s.Timers.Stop(t.Context(), s.admin, ids.Entry{}); err != nil {
				t.Error(err)
			}
			s.start(s.admin, "106")
			s.azure.Fail(t, connectortest.AzureDevOps, standin.Off)
			s.Clock.Add(time.Hour)
			read, problem = s.read(s.admin, ada, item)
			s.expect("afterwards", read, problem, title, "Payments")
		})
	}
}
