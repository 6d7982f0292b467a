package devops_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/sandbox/devops"
	"timetracker/internal/sandbox/sandboxtest"
)

func TestWorkItemData(t *testing.T) {
	items := devops.NewWorkItems()
	kinds := map[any]int{}
	for _, organization := range devops.Organizations() {
		projects := map[string]bool{}
		for _, project := range organization.Projects {
			projects[project.Name] = true
		}
		list := items.List(organization.Name)
		for _, item := range list {
			kinds[item.Fields[devops.FieldType]]++
			if !projects[item.Project] {
				t.Errorf("%d is in project %s", item.ID, item.Project)
			}
			if parent, ok := item.Fields[devops.FieldParent].(int); ok {
				if above, found := items.Get(parent); !found || above.Project != item.Project {
					t.Errorf("%d has the parent %d", item.ID, parent)
				}
			}
			if name, ok := item.Fields[devops.FieldAssignedTo].(string); ok {
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

func TestWorkItemEndpoints(t *testing.T) {
	h := sandboxtest.StartEntra(t)
	base := startDevOps(t, h) + "/_host/work-items"
	request := func(method, path, body string) sandboxtest.Answer {
		t.Helper()
		return sandboxtest.Send(t, h.Client, method, base+path, body, map[string]string{"Content-Type": "application/json"})
	}
	var list struct {
		Count int               `json:"count"`
		Value []devops.WorkItem `json:"value"`
	}
	fabrikam := request(http.MethodGet, "?organization=fabrikam", "")
	if err := json.Unmarshal([]byte(fabrikam.Body), &list); err != nil {
		t.Fatal(err)
	}
	if list.Count != 8 || len(list.Value) != 8 || list.Value[0].ID != 201 {
		t.Errorf("Fabrikam has %d items from %v", list.Count, list.Value)
	}

	patch := `{"fields":{"System.State":"Closed","System.AssignedTo":null,
		"Microsoft.VSTS.Scheduling.CompletedWork":12.25}}`
	if got := request(http.MethodPatch, "/104", patch); got.Status != http.StatusOK {
		t.Fatalf("patch: %d %s", got.Status, got.Body)
	}
	item := request(http.MethodGet, "/104", "").Object(t)
	want := map[string]any{
		devops.FieldType: "Task", devops.FieldTitle: "Show the payment reference at checkout",
		devops.FieldState: "Closed", devops.FieldParent: 103.0,
		devops.FieldCompletedWork: 12.25, devops.FieldRemainingWork: 4.0,
	}
	if diff := cmp.Diff(want, item["fields"]); diff != "" || item["rev"] != 2.0 {
		t.Errorf("after the patch, rev %v (-want +got):\n%s", item["rev"], diff)
	}

	created := request(http.MethodPost, "",
		`{"organization":"contoso","project":"Payments",
		"fields":{"System.WorkItemType":"Bug","System.Title":"New one"}}`)
	if created.Status != http.StatusCreated || created.Object(t)["id"] != 209.0 {
		t.Fatalf("create: %d %s", created.Status, created.Body)
	}
	if got := request(http.MethodGet, "/209", ""); got.Status != http.StatusOK {
		t.Errorf("the new item: %d", got.Status)
	}

	const hours = "Microsoft.VSTS.Scheduling.CompletedWork"
	refusals := map[string]struct {
		method, path, body string
		status             int
	}{
		"unknown id":       {http.MethodGet, "/999", "", 404},
		"id not a number":  {http.MethodGet, "/abc", "", 404},
		"patch unknown":    {http.MethodPatch, "/999", `{"fields":{}}`, 404},
		"read-only field":  {http.MethodPatch, "/101", `{"fields":{"System.Id":5}}`, 400},
		"hours as text":    {http.MethodPatch, "/101", `{"fields":{"` + hours + `":"5"}}`, 400},
		"negative hours":   {http.MethodPatch, "/101", `{"fields":{"` + hours + `":-1}}`, 400},
		"no title":         {http.MethodPatch, "/101", `{"fields":{"System.Title":null}}`, 400},
		"unknown member":   {http.MethodPatch, "/101", `{"values":{}}`, 400},
		"not JSON":         {http.MethodPatch, "/101", `{`, 400},
		"created untitled": {http.MethodPost, "", `{"organization":"contoso","project":"Payments"}`, 400},
		"another's project": {
			http.MethodPost, "", `{"organization":"contoso","project":"Robotics",
			"fields":{"System.WorkItemType":"Bug","System.Title":"x"}}`, 400,
		},
		"created by nothing": {http.MethodPost, "", ``, 400},
	}
	for name, test := range refusals {
		t.Run(name, func(t *testing.T) {
			if got := request(test.method, test.path, test.body); got.Status != test.status {
				t.Errorf("%d %s, want %d", got.Status, got.Body, test.status)
			}
		})
	}
}
