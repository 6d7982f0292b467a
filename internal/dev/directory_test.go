package dev_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timetracker/api"
	"timetracker/internal/apptest"
)

// TestDevSearchesTheDirectory goes from the API through the exchange of the token to the Graph stand-in and back, over TLS.
func TestDevSearchesTheDirectory(t *testing.T) {
	o := apptest.DevOptions(t, t.TempDir())
	o.Empty = true
	d := apptest.StartDev(t, o)
	var found api.DirectoryPeople
	d.Call(t, ada, http.MethodGet, "/directory-people?search=jo", "", http.StatusOK, &found)
	want := []api.DirectoryPerson{{Name: "Joan Clarke", Email: "joan@contoso.example"}}
	if diff := cmp.Diff(want, found.Data); diff != "" {
		t.Error(diff)
	}
	var problem api.Problem
	d.Call(t, margaret, http.MethodGet, "/directory-people?search=jo", "", http.StatusForbidden, &problem)
	if problem.Code != "role_required" {
		t.Errorf("for a user: %s", problem.Code)
	}
}
