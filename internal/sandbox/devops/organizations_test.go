package devops_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/sandboxtest"
)

func TestRenamesAndMovesKeepIDs(t *testing.T) {
	h := sandboxtest.StartEntra(t)
	base := startDevOps(t, h) + "/_host"
	request := sendJSON(t, h, base)
	contoso := boards.New(h.Clock.Now, sandbox.People).Organizations()[0]
	payments := contoso.Projects[0]
	organization, project := "/organizations/"+contoso.ID, "/projects/"+payments.ID

	steps := []struct {
		what, path, body string
		status           int
	}{
		{"another case of a project's name", project, `{"name":"PAYMENTS"}`, http.StatusNoContent},
		{"a project", project, `{"name":"Billing"}`, http.StatusNoContent},
		{"an organization", organization, `{"name":"contoso-ltd"}`, http.StatusNoContent},
		{"a work item's project", "/work-items/104", `{"fields":{"System.TeamProject":"Storefront"}}`, http.StatusOK},
		{"a taken name", project, `{"name":"storefront"}`, http.StatusBadRequest},
		{"a blank name", organization, `{"name":" "}`, http.StatusBadRequest},
		{"a name with a slash", project, `{"name":"a/b"}`, http.StatusBadRequest},
		{"an unknown project", "/projects/" + contoso.ID, `{"name":"Billing"}`, http.StatusNotFound},
		{"a move to no project", "/work-items/105", `{"fields":{"System.TeamProject":"Payments"}}`, http.StatusBadRequest},
		{"a move to another organization", "/work-items/105", `{"fields":{"System.TeamProject":"Robotics"}}`, http.StatusBadRequest},
	}
	for _, step := range steps {
		if got := request(http.MethodPatch, step.path, step.body); got.Status != step.status {
			t.Errorf("%s: %d %s, want %d", step.what, got.Status, got.Body, step.status)
		}
	}

	var config struct {
		Organizations []boards.Organization `json:"organizations"`
	}
	if err := json.Unmarshal([]byte(request(http.MethodGet, "/config", "").Body), &config); err != nil {
		t.Fatal(err)
	}
	now := config.Organizations[0]
	if now.ID != contoso.ID || now.Name != "contoso-ltd" ||
		now.Projects[0] != (boards.Project{ID: payments.ID, Name: "Billing"}) {
		t.Errorf("the organization is %+v", now)
	}
	for path, project := range map[string]string{"/work-items/104": "Storefront", "/work-items/105": "Billing"} {
		var item struct {
			Organization, Project string
			Fields                map[string]any
		}
		if err := json.Unmarshal([]byte(request(http.MethodGet, path, "").Body), &item); err != nil {
			t.Fatal(err)
		}
		if item.Organization != "contoso-ltd" || item.Project != project || item.Fields[boards.FieldProject] != nil {
			t.Errorf("%s is %+v", path, item)
		}
	}
}
