package devops_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/devops"
	"timetracker/internal/sandbox/sandboxtest"
)

// startDevOps returns the address of an Azure DevOps stand-in, over plain http as `timetracker dev` serves it.
func startDevOps(t *testing.T, h *sandboxtest.Entra) string {
	t.Helper()
	service, err := devops.New(devops.Config{
		ExtensionBaseURL: "http://127.0.0.1:8080/ext/",
		Entra:            h.Server,
		Static: fstest.MapFS{
			"index.html":          {Data: []byte("<!doctype html><title>the page</title>")},
			"assets/index-abc.js": {Data: []byte("export {};")},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(service)
	t.Cleanup(server.Close)
	return server.URL
}

func TestDevOpsServesThePageEverywhere(t *testing.T) {
	h := sandboxtest.StartEntra(t)
	base := startDevOps(t, h)
	tests := map[string]struct {
		path        string
		status      int
		contentType string
	}{
		"root":            {"/", 200, "text/html"},
		"work item":       {"/contoso/Payments/_workitems/edit/101", 200, "text/html"},
		"hub":             {"/contoso/_apps/hub", 200, "text/html"},
		"asset":           {"/assets/index-abc.js", 200, "text/javascript"},
		"missing asset":   {"/assets/index-old.js", 404, "text/plain"},
		"a directory":     {"/assets", 200, "text/html"},
		"unknown control": {"/_host/nothing", 404, "text/plain"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := sandboxtest.Send(t, h.Client, http.MethodGet, base+test.path, "", nil)
			if got.Status != test.status || !strings.HasPrefix(got.Header.Get("Content-Type"), test.contentType) {
				t.Errorf("%d %s, want %d %s", got.Status, got.Header.Get("Content-Type"), test.status, test.contentType)
			}
			policy := got.Header.Get("Content-Security-Policy")
			if !strings.Contains(policy, "frame-src http://127.0.0.1:8080;") {
				t.Errorf("policy %q", policy)
			}
		})
	}
}

func TestDevOpsWithoutBuiltPage(t *testing.T) {
	h := sandboxtest.StartEntra(t)
	service, err := devops.New(devops.Config{
		ExtensionBaseURL: "http://127.0.0.1:8080/ext/", Entra: h.Server, Static: fstest.MapFS{},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(service)
	defer server.Close()
	got := sandboxtest.Send(t, h.Client, http.MethodGet, server.URL+"/", "", nil)
	if got.Status != http.StatusServiceUnavailable {
		t.Errorf("status %d", got.Status)
	}
}

func TestDevOpsConfigAnswer(t *testing.T) {
	h := sandboxtest.StartEntra(t)
	got := sandboxtest.Send(t, h.Client, http.MethodGet, startDevOps(t, h)+"/_host/config", "", nil).Object(t)
	want := map[string]any{
		"signed_in_as": "ada@contoso.example", "extension_base_url": "http://127.0.0.1:8080/ext/",
		"naa_default": true, "spa_client_id": sandbox.SPAClientID, "api_scope": sandbox.APIScope,
		"work_items_url": "/_host/work-items", "naa_token_url": "/_host/naa/token",
	}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %v, want %v", name, got[name], value)
		}
	}
	people, _ := got["people"].([]any)
	if len(people) != len(sandbox.People()) {
		t.Fatalf("%d people", len(people))
	}
	first := map[string]any{
		"upn": "ada@contoso.example", "name": "Ada Lovelace", "email": "ada@contoso.example",
		"oid": sandboxtest.Person(t, "ada@contoso.example").ObjectID, "directory": sandbox.ContosoDirectoryID, "guest": false,
	}
	if diff := cmp.Diff(first, people[0]); diff != "" {
		t.Errorf("first person (-want +got):\n%s", diff)
	}
	organizations, _ := got["organizations"].([]any)
	contoso, _ := organizations[0].(map[string]any)
	projects, _ := contoso["projects"].([]any)
	if contoso["name"] != "contoso" || contoso["directory_id"] != sandbox.ContosoDirectoryID || len(projects) != 2 {
		t.Errorf("first organization %v", contoso)
	}
}

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

func TestNestedAppToken(t *testing.T) {
	h := sandboxtest.StartEntra(t)
	base := startDevOps(t, h)
	fromPage := map[string]string{
		"Content-Type": "application/json", "Origin": base, "Sec-Fetch-Site": "same-origin",
	}
	ask := func(user, clientID, authority string) sandboxtest.Answer {
		t.Helper()
		body, err := json.Marshal(map[string]string{
			"user": user, "client_id": clientID, "scope": sandbox.APIScope, "authority": authority,
		})
		if err != nil {
			t.Fatal(err)
		}
		return sandboxtest.Send(t, h.Client, http.MethodPost, base+"/_host/naa/token", string(body), fromPage)
	}

	ada := sandboxtest.Person(t, "ada@contoso.example")
	got := ask(ada.UserPrincipalName, sandbox.SPAClientID, "")
	if got.Status != http.StatusOK {
		t.Fatalf("status %d: %s", got.Status, got.Body)
	}
	var body struct {
		Token   map[string]any `json:"token"`
		Account map[string]any `json:"account"`
	}
	if err := json.Unmarshal([]byte(got.Body), &body); err != nil {
		t.Fatal(err)
	}
	access := sandboxtest.TokenPart(t, body.Token["access_token"], 1)
	if access["oid"] != ada.ObjectID || access["azp"] != sandbox.SPAClientID ||
		access["aud"] != sandbox.APIClientID {
		t.Errorf("access token %v", access)
	}
	id := sandboxtest.TokenPart(t, body.Token["id_token"], 1)
	wantAccount := map[string]any{
		"homeAccountId": ada.ObjectID + "." + ada.DirectoryID, "environment": strings.TrimPrefix(h.Base, "https://"),
		"tenantId": ada.DirectoryID, "username": "ada@contoso.example", "localAccountId": ada.ObjectID,
		"name": "Ada Lovelace", "idTokenClaims": id,
	}
	if diff := cmp.Diff(wantAccount, body.Account); diff != "" {
		t.Errorf("account (-want +got):\n%s", diff)
	}
	wantToken := map[string]any{
		"access_token": body.Token["access_token"], "id_token": body.Token["id_token"], "expires_in": 4500.0,
		"scope": sandbox.APIScope, "properties": nil, "authority": h.Base + "/" + ada.DirectoryID + "/",
	}
	if diff := cmp.Diff(wantToken, body.Token); diff != "" {
		t.Errorf("token (-want +got):\n%s", diff)
	}

	// An authority of one directory asks for the account there.
	visited := ask(ada.UserPrincipalName, sandbox.SPAClientID, h.Base+"/"+sandbox.FabrikamDirectoryID+"/")
	if err := json.Unmarshal([]byte(visited.Body), &body); err != nil {
		t.Fatal(err)
	}
	access = sandboxtest.TokenPart(t, body.Token["access_token"], 1)
	if access["tid"] != sandbox.FabrikamDirectoryID || access["acct"] != 1.0 {
		t.Errorf("as a guest: %v", access)
	}

	for name, got := range map[string]sandboxtest.Answer{
		"nobody":            ask("nobody@contoso.example", sandbox.SPAClientID, ""),
		"unknown client":    ask(ada.UserPrincipalName, "nobody", ""),
		"not a nested app":  ask(ada.UserPrincipalName, sandbox.AzureDevOpsHostClientID, ""),
		"another authority": ask(ada.UserPrincipalName, sandbox.SPAClientID, "https://login.example/organizations"),
		"no account there":  ask("grace@contoso.example", sandbox.SPAClientID, h.Base+"/fabrikam.example"),
	} {
		failure, _ := got.Object(t)["error"].(map[string]any)
		if got.Status != http.StatusBadRequest || failure["status"] != "PERSISTENT_ERROR" || failure["code"] == "" {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}

	h.Post(t, "/_sandbox/faults", "application/json", `{"service":"entra","mode":"down"}`)
	got = ask(ada.UserPrincipalName, sandbox.SPAClientID, "")
	if got.Status != http.StatusServiceUnavailable || !strings.Contains(got.Body, "TRANSIENT_ERROR") {
		t.Errorf("while Entra is down: %d %s", got.Status, got.Body)
	}
}

func TestNestedAppTokenIsForThePageOnly(t *testing.T) {
	h := sandboxtest.StartEntra(t)
	base := startDevOps(t, h)
	body := `{"user":"ada@contoso.example","client_id":"` + sandbox.SPAClientID + `",
		"scope":"` + sandbox.APIScope + `"}`
	tests := map[string]map[string]string{
		"a program":            {},
		"the extension":        {"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "cross-site"},
		"an opaque origin":     {"Origin": "null"},
		"same site only":       {"Origin": base, "Sec-Fetch-Site": "same-site"},
		"no Origin, good site": {"Sec-Fetch-Site": "same-origin"},
	}
	for name, header := range tests {
		t.Run(name, func(t *testing.T) {
			got := sandboxtest.Send(t, h.Client, http.MethodPost, base+"/_host/naa/token", body, header)
			if got.Status != http.StatusForbidden || strings.Contains(got.Body, "access_token") {
				t.Errorf("%d %s", got.Status, got.Body)
			}
		})
	}
}
