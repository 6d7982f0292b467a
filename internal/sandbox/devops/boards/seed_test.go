package boards_test

import (
	"testing"
	"time"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/sandboxtest"
)

func TestWorkItemData(t *testing.T) {
	items := boards.New(time.Now, sandbox.People)
	kinds := map[any]int{}
	for _, organization := range items.Organizations() {
		projects := map[string]bool{}
		for _, project := range organization.Projects {
			projects[project.Name] = true
		}
		list := items.List(organization.Name)
		byID := map[int]boards.WorkItem{}
		for _, item := range list {
			byID[item.ID] = item
		}
		for _, item := range list {
			kinds[item.Fields[boards.FieldType]]++
			if !projects[item.Project] {
				t.Errorf("%d is in project %s", item.ID, item.Project)
			}
			if parent, ok := item.Fields[boards.FieldParent].(int); ok {
				if above := byID[parent]; above.Project != item.Project {
					t.Errorf("%d has the parent %d", item.ID, parent)
				}
			}
			if name, ok := item.Fields[boards.FieldAssignedTo].(string); ok {
				if p := sandboxtest.Person(t, name); p.DirectoryID != organization.DirectoryID {
					t.Errorf("%d is assigned to %s of another directory", item.ID, name)
				}
			}
		}
		if len(list) == 0 {
			t.Errorf("%s is empty", organization.Name)
		}
	}
	for _, kind := range []string{"Epic", "Feature", "User Story", "Bug", "Task", "Issue", "Test Case"} {
		if kinds[kind] == 0 {
			t.Errorf("there is no %s", kind)
		}
	}
	if contoso := items.List("contoso"); contoso[0].ID != 101 || len(contoso) < 30 {
		t.Errorf("%d items from %d", len(contoso), contoso[0].ID)
	}
}
