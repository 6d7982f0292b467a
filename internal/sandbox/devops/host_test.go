package devops_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/sandboxtest"
)

func TestWorkItemEndpoints(t *testing.T) {
	h := sandboxtest.StartEntra(t)
	base := startDevOps(t, h) + "/_host/work-items"
	request := func(method, path, body string) sandboxtest.Answer {
		t.Helper()
		return sandboxtest.Send(t, h.Client, method, base+path, body, map[string]string{"Content-Type": "application/json"})
	}
	var list struct {
		Count int                `json:"count"`
		Value []struct{ ID int } `json:"value"`
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
		boards.FieldType: "Task", boards.FieldTitle: "Show the payment reference at checkout",
		boards.FieldState: "Closed", boards.FieldParent: 103.0,
		// Closing has cleared Remaining Work.
		boards.FieldOriginalEstimate: 15.5, boards.FieldCompletedWork: 12.25,
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
		"unknown id":           {http.MethodGet, "/999", "", 404},
		"id not a number":      {http.MethodGet, "/abc", "", 404},
		"patch unknown":        {http.MethodPatch, "/999", `{"fields":{}}`, 404},
		"read-only field":      {http.MethodPatch, "/101", `{"fields":{"System.Id":5}}`, 400},
		"hours as text":        {http.MethodPatch, "/104", `{"fields":{"` + hours + `":"5"}}`, 400},
		"negative hours":       {http.MethodPatch, "/104", `{"fields":{"` + hours + `":-1}}`, 400},
		"no title":             {http.MethodPatch, "/101", `{"fields":{"System.Title":null}}`, 400},
		"unknown member":       {http.MethodPatch, "/101", `{"values":{}}`, 400},
		"another type's state": {http.MethodPatch, "/101", `{"fields":{"System.State":"Ready"}}`, 400},
		"another type's field": {http.MethodPatch, "/101", `{"fields":{"` + hours + `":5}}`, 400},
		"not JSON":             {http.MethodPatch, "/101", `{`, 400},
		"created untitled":     {http.MethodPost, "", `{"organization":"contoso","project":"Payments"}`, 400},
		"another's project": {
			http.MethodPost, "", `{"organization":"contoso","project":"Robotics",
			"fields":{"System.WorkItemType":"Bug","System.Title":"x"}}`, 400,
		},
		"created by nothing":  {http.MethodPost, "", ``, 400},
		"hidden":              {http.MethodGet, "/132?as=linus@contoso.example", "", 404},
		"hidden from writers": {http.MethodPatch, "/132?as=linus@contoso.example", `{"fields":{}}`, 404},
		"to be read only":     {http.MethodPatch, "/133?as=linus@contoso.example", `{"fields":{"System.State":"New"}}`, 400},
	}
	for name, test := range refusals {
		t.Run(name, func(t *testing.T) {
			if got := request(test.method, test.path, test.body); got.Status != test.status {
				t.Errorf("%d %s, want %d", got.Status, got.Body, test.status)
			}
		})
	}
}
