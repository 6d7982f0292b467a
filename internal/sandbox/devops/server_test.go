package devops_test

import (
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
		Now:              h.Clock.Now,
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

// sendJSON gives a function that sends JSON to paths below an address.
func sendJSON(t *testing.T, h *sandboxtest.Entra, base string) func(method, path, body string) sandboxtest.Answer {
	t.Helper()
	return func(method, path, body string) sandboxtest.Answer {
		t.Helper()
		return sandboxtest.Send(t, h.Client, method, base+path, body, map[string]string{"Content-Type": "application/json"})
	}
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
		"hub by its id":   {"/contoso/Payments/_apps/hub/timetracker.timetracker.hub", 200, "text/html"},
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
		ExtensionBaseURL: "http://127.0.0.1:8080/ext/", Entra: h.Server, Static: fstest.MapFS{}, Now: h.Clock.Now,
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
	types, _ := got["types"].([]any)
	issue := map[string]any{"name": "Issue", "states": []any{"Active", "Closed"}, "hours": false}
	if len(types) != 7 || !cmp.Equal(types[5], any(issue)) {
		t.Errorf("types %v", types)
	}
	organizations, _ := got["organizations"].([]any)
	contoso, _ := organizations[0].(map[string]any)
	projects, _ := contoso["projects"].([]any)
	if contoso["name"] != "contoso" || contoso["directory_id"] != sandbox.ContosoDirectoryID || len(projects) != 2 {
		t.Errorf("first organization %v", contoso)
	}
}
