package devops_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/microsoft/azure-devops-go-api/azuredevops/v7"
	"github.com/microsoft/azure-devops-go-api/azuredevops/v7/webapi"
	"github.com/microsoft/azure-devops-go-api/azuredevops/v7/workitemtracking"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/sandboxtest"
)

func TestWorkItemEndpoints(t *testing.T) {
	h := sandboxtest.StartEntra(t)
	base := startDevOps(t, h) + "/_host/work-items"
	request := sendJSON(t, h, base)
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

// What is saved in the form is read through the API, and the other way round: there is one work item.
func TestTheFormAndTheAPIShareTheWorkItems(t *testing.T) {
	h := sandboxtest.StartEntra(t)
	base := startDevOps(t, h)
	token, _, err := h.IssueUserToken("linus@contoso.example", sandbox.APIClientID, sandbox.AzureDevOpsResourceID+"/.default")
	if err != nil {
		t.Fatal(err)
	}
	connection := azuredevops.NewAnonymousConnection(base + "/contoso")
	connection.AuthorizationString = "Bearer " + token
	client, err := workitemtracking.NewClient(t.Context(), connection)
	if err != nil {
		t.Fatal(err)
	}
	form := func(method, path, body string) sandboxtest.Answer {
		t.Helper()
		return sandboxtest.Send(t, h.Client, method, base+"/_host/"+path+"?as=linus@contoso.example", body, map[string]string{"Content-Type": "application/json"})
	}
	id, op, path := 105, webapi.OperationValues.Add, "/fields/"+boards.FieldCompletedWork
	written, err := client.UpdateWorkItem(t.Context(), workitemtracking.UpdateWorkItemArgs{
		Id: &id, Document: &[]webapi.JsonPatchOperation{{Op: &op, Path: &path, Value: 8.5}},
	})
	if err != nil || *written.Rev != 2 {
		t.Fatalf("through the API: %v", err)
	}
	shown := form(http.MethodGet, "work-items/105", "").Object(t)
	fields, _ := shown["fields"].(map[string]any)
	if shown["rev"] != 2.0 || fields[boards.FieldCompletedWork] != 8.5 || shown["read_only"] != false {
		t.Errorf("in the form: %v", shown)
	}

	// A form that shows an earlier revision is not saved.
	const save = `{"fields":{"Microsoft.VSTS.Scheduling.RemainingWork":8},"rev":`
	if got := form(http.MethodPatch, "work-items/105", save+"1}"); got.Status != http.StatusConflict {
		t.Errorf("an earlier revision: %d %s", got.Status, got.Body)
	}
	if got := form(http.MethodPatch, "work-items/105", save+"2}"); got.Status != http.StatusOK || got.Object(t)["rev"] != 3.0 {
		t.Errorf("the revision of now: %d %s", got.Status, got.Body)
	}
	read, err := client.GetWorkItem(t.Context(), workitemtracking.GetWorkItemArgs{Id: &id})
	if err != nil || *read.Rev != 3 || (*read.Fields)[boards.FieldRemainingWork] != 8.0 {
		t.Errorf("through the API: %+v %v", read, err)
	}
	by, _ := (*read.Fields)[boards.FieldChangedBy].(map[string]any)
	if by["displayName"] != "Linus Bergström" {
		t.Errorf("changed by %v", by)
	}

	// Deleted in one, and restored in the other.
	if got := form(http.MethodDelete, "work-items/105", ""); got.Status != http.StatusNoContent {
		t.Errorf("deleting: %d %s", got.Status, got.Body)
	}
	if _, err := client.GetWorkItem(t.Context(), workitemtracking.GetWorkItemArgs{Id: &id}); err == nil {
		t.Error("a deleted work item is read")
	}
	bin := sandboxtest.Send(t, h.Client, http.MethodGet, base+"/_host/recycle-bin?organization=contoso", "", nil).Object(t)
	if bin["count"] != 1.0 {
		t.Errorf("the recycle bin: %v", bin)
	}
	if got := form(http.MethodPost, "recycle-bin/105/restore", ""); got.Status != http.StatusOK || got.Object(t)["rev"] != 4.0 {
		t.Errorf("restoring: %d %s", got.Status, got.Body)
	}
	if got := form(http.MethodPost, "recycle-bin/105/restore", ""); got.Status != http.StatusNotFound {
		t.Errorf("restoring what is there: %d", got.Status)
	}
	if got := form(http.MethodDelete, "work-items/133", ""); got.Status != http.StatusBadRequest {
		t.Errorf("deleting what may be read only: %d", got.Status)
	}
	if got := form(http.MethodGet, "work-items/133", "").Object(t); got["read_only"] != true {
		t.Errorf("what may be read only: %v", got)
	}
}

// The API answers below the organization, the page everywhere else; each has its own headers.
func TestTheAPIIsBesideThePage(t *testing.T) {
	h := sandboxtest.StartEntra(t)
	base := startDevOps(t, h)
	for path, wanted := range map[string]int{
		"/contoso/_apis/projects": http.StatusUnauthorized, "/contoso/_workitems": http.StatusOK, "/_apis": http.StatusOK,
	} {
		got := sandboxtest.Send(t, h.Client, http.MethodGet, base+path, "", map[string]string{"X-TFS-FedAuthRedirect": "Suppress"})
		if got.Status != wanted {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
	fault := sandboxtest.Send(t, h.Client, http.MethodPost, base+"/_sandbox/faults", `{"service":"devops","mode":"down"}`, nil)
	if fault.Status != http.StatusNoContent {
		t.Fatalf("%d %s", fault.Status, fault.Body)
	}
	if got := sandboxtest.Send(t, h.Client, http.MethodGet, base+"/contoso/_apis/projects", "", nil); got.Status != http.StatusServiceUnavailable {
		t.Errorf("the API while it is down: %d", got.Status)
	}
	if got := sandboxtest.Send(t, h.Client, http.MethodGet, base+"/contoso/_workitems", "", nil); got.Status != http.StatusOK {
		t.Errorf("the page while the API is down: %d", got.Status)
	}
}
