package azuredevops_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"timetracker/internal/connector/connectortest"
	"timetracker/internal/errs"
	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/sandboxtest"
	"timetracker/internal/workitem"
)

// What Azure DevOps doesn't let a person do is told apart, and is done by nobody else's rights.
func TestWhatAPersonMayNotDo(t *testing.T) {
	w := start(t)
	contoso := w.Boards.Organizations()[0]
	adaHerself := sandboxtest.Person(t, ada)
	if _, err := w.Boards.Delete(adaHerself, contoso.ID, 106); err != nil {
		t.Fatal(err)
	}
	required := boards.Rule{Types: []string{"Task"}, State: "Active", Field: boards.FieldActivity, Effect: boards.Required}
	if err := w.Boards.AddRule(contoso.Projects[0].ID, required); err != nil {
		t.Fatal(err)
	}
	if err := w.Boards.SetMember(contoso.ID, sandboxtest.Person(t, margaret), false); err != nil {
		t.Fatal(err)
	}
	completed, remaining := workitem.Hours{Completed: pointer(9.0)}, workitem.Hours{Remaining: pointer(2.0)}
	for name, test := range map[string]struct {
		user, site, number string
		hours              workitem.Hours
		code, message      string // of the refusal
		unseen             bool   // reading finds nothing
	}{
		"an item that isn't there":         {user: ada, number: "999", hours: completed, code: notFound, unseen: true},
		"a deleted item":                   {user: ada, number: "106", hours: completed, code: notFound, unseen: true},
		"a hidden item":                    {user: linus, number: "132", hours: completed, code: notFound, unseen: true},
		"of another organization":          {user: ada, number: "204", hours: completed, code: notFound, unseen: true},
		"no number":                        {user: ada, number: "104; DROP", hours: completed, code: notFound, unseen: true},
		"a number that is too great":       {user: ada, number: "2147483648", hours: completed, code: notFound, unseen: true},
		"not a member":                     {user: margaret, number: "104", hours: completed, code: notFound, unseen: true},
		"another directory's organization": {user: ada, site: "fabrikam", number: "204", hours: completed, code: notFound, unseen: true},
		"an item that may be read":         {user: linus, number: "133", hours: completed, code: readOnly},
		"locked by a state":                {user: ada, number: "121", hours: completed, code: refused, message: "TF401320: Rule Error for field Completed Work. Error code: ReadOnly, InvalidNotOldValue."},
		"empty by a state":                 {user: ada, number: "113", hours: remaining, code: refused, message: "TF401320: Rule Error for field Remaining Work. Error code: InvalidNotEmpty."},
		"another field is required":        {user: ada, number: "104", hours: completed, code: refused, message: "TF401320: Rule Error for field Activity. Error code: Required, InvalidEmpty."},
		"a type without hours":             {user: ada, number: "101", hours: completed, code: refused, message: "TF26027: The type of the work item has no field Microsoft.VSTS.Scheduling.CompletedWork."},
		"without consent":                  {user: frances, site: "fabrikam", number: "204", hours: completed, code: consent},
	} {
		t.Run(name, func(t *testing.T) {
			if test.site == "" {
				test.site = connectortest.Site
			}
			as := w.Credential(t, test.user)
			_, err := w.Remote.WriteHours(t.Context(), as, test.site, test.number, 1, test.hours)
			w.check(t, "write", err, test.code)
			if e, ok := errors.AsType[*errs.Error](err); ok && test.message != "" && e.Message != test.message {
				t.Errorf("the message is %q", e.Message)
			}
			found, err := w.Remote.Read(t.Context(), as, test.site, []string{test.number})
			if test.code == consent {
				w.check(t, "read", err, consent)
				return
			}
			if err != nil || (len(found) == 0) != test.unseen {
				t.Errorf("read: %+v, %v", found, err)
			}
			_, err = w.Remote.ReadAt(t.Context(), as, test.site, test.number, 1)
			w.check(t, "read at", err, map[bool]string{true: notFound}[test.unseen])
			for _, found := range found {
				if found.Revision != 1 {
					t.Errorf("it has been changed: %+v", found)
				}
			}
		})
	}
	// The rights are those of the moment.
	if err := w.Boards.SetMember(contoso.ID, sandboxtest.Person(t, margaret), true); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Boards.Restore(adaHerself, contoso.ID, 106); err != nil {
		t.Fatal(err)
	}
	if err := w.Entra.SetConsent(sandbox.FabrikamDirectoryID, true); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ user, site, number string }{{margaret, "contoso", "106"}, {frances, "FABRIKAM", "204"}} {
		if found, err := w.Remote.Read(t.Context(), w.Credential(t, test.user), test.site, []string{test.number}); err != nil || len(found) != 1 {
			t.Errorf("%s: %+v, %v", test.number, found, err)
		}
	}
}

// What the caller does wrong is no fault of Azure DevOps.
func TestMisuse(t *testing.T) {
	w := start(t)
	as := w.Credential(t, ada)
	infinite := 0.0
	infinite = 1 / infinite
	for name, hours := range map[string]workitem.Hours{
		"no hours": {}, "below zero": {Completed: pointer(-0.01)}, "infinite": {Remaining: &infinite},
	} {
		if _, err := w.Remote.WriteHours(t.Context(), as, connectortest.Site, "104", 1, hours); err == nil || errs.CodeOf(err) != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.Remote.Read(t.Context(), as, connectortest.Site, make([]string, workitem.MaxRead+1)); err == nil || errs.CodeOf(err) != "" {
		t.Errorf("too many: %v", err)
	}
	for _, limit := range []int{0, workitem.MaxRead + 1} {
		if _, err := w.Remote.Search(t.Context(), as, connectortest.Site, workitem.Query{Limit: limit}); err == nil || errs.CodeOf(err) != "" {
			t.Errorf("a limit of %d: %v", limit, err)
		}
	}
	for _, revision := range []int64{0, -1, 1 << 31} {
		_, err := w.Remote.ReadAt(t.Context(), as, connectortest.Site, "104", revision)
		w.check(t, "no revision", err, notFound)
	}
	if found, err := w.Remote.Read(t.Context(), as, connectortest.Site, nil); err != nil || found != nil || w.Calls() != 0 {
		t.Errorf("nothing: %v, %v, %d calls", found, err, w.Calls())
	}
}

// As many as a batch may have are read at once.
func TestReadAsManyAsABatchHas(t *testing.T) {
	w := start(t)
	numbers := []string{"104"}
	for n := 1000; len(numbers) < workitem.MaxRead; n++ {
		numbers = append(numbers, strconv.Itoa(n))
	}
	found, err := w.Remote.Read(t.Context(), w.Credential(t, ada), connectortest.Site, numbers)
	if err != nil || len(found) != 1 || w.Calls() != 1 {
		t.Errorf("%d found, %v, %d calls", len(found), err, w.Calls())
	}
}

// A moved item keeps its number, a renamed project its id; a renamed organization is found by its new name alone.
func TestMovesAndNames(t *testing.T) {
	w := start(t)
	contoso := w.Boards.Organizations()[0]
	as := w.Credential(t, ada)
	read := func(site string) (workitem.Facts, error) {
		found, err := w.Remote.Read(t.Context(), as, site, []string{"104"})
		if err != nil || len(found) != 1 {
			return workitem.Facts{}, err
		}
		return found[0], nil
	}
	if err := w.Boards.RenameProject(contoso.Projects[0].ID, "Billing & Söhne"); err != nil {
		t.Fatal(err)
	}
	if got, err := read("contoso"); err != nil || got.Project != (workitem.Named{StableID: contoso.Projects[0].ID, Name: "Billing & Söhne"}) {
		t.Errorf("renamed: %+v, %v", got, err)
	}
	_, err := w.Boards.Update(sandboxtest.Person(t, ada), contoso.ID, 104, func(boards.WorkItem) (boards.Edit, error) {
		return boards.Edit{Fields: map[string]any{
			boards.FieldProject: "Storefront", boards.FieldArea: "Storefront", boards.FieldIteration: "Storefront",
		}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := read("contoso"); err != nil || got.Project != (workitem.Named{StableID: contoso.Projects[1].ID, Name: "Storefront"}) || got.Revision != 2 {
		t.Errorf("moved: %+v, %v", got, err)
	}
	if err := w.Boards.RenameOrganization(contoso.ID, "contoso-ltd"); err != nil {
		t.Fatal(err)
	}
	_, err = read("contoso")
	w.check(t, "the old name", err, unavailable)
	if e, ok := errors.AsType[*errs.Error](err); !ok || e.RetryAfter != 10*time.Minute {
		t.Errorf("try again: %v", err)
	}
	if got, err := read("Contoso-Ltd"); err != nil || got.Number != "104" {
		t.Errorf("the new name: %+v, %v", got, err)
	}
}
