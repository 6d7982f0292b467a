package devops_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/sandboxtest"
)

// askAsPage asks for a token as the page at base does.
func askAsPage(t *testing.T, h *sandboxtest.Entra, base, user, clientID, authority string) sandboxtest.Answer {
	t.Helper()
	body, err := json.Marshal(map[string]string{
		"user": user, "client_id": clientID, "scope": sandbox.APIScope, "authority": authority,
	})
	if err != nil {
		t.Fatal(err)
	}
	return sandboxtest.Send(t, h.Client, http.MethodPost, base+"/_host/naa/token", string(body), map[string]string{
		"Content-Type": "application/json", "Origin": base, "Sec-Fetch-Site": "same-origin",
	})
}

func TestNestedAppToken(t *testing.T) {
	h := sandboxtest.StartEntra(t)
	base := startDevOps(t, h)
	ask := func(user, clientID, authority string) sandboxtest.Answer {
		t.Helper()
		return askAsPage(t, h, base, user, clientID, authority)
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

	// An authority of one directory selects the account there.
	visited := ask(ada.UserPrincipalName, sandbox.SPAClientID, h.Base+"/"+sandbox.FabrikamDirectoryID+"/")
	if err := json.Unmarshal([]byte(visited.Body), &body); err != nil {
		t.Fatal(err)
	}
	access = sandboxtest.TokenPart(t, body.Token["access_token"], 1)
	if access["tid"] != sandbox.FabrikamDirectoryID || access["acct"] != 1.0 {
		t.Errorf("as a guest: %v", access)
	}
}

func TestNestedAppTokenRefusals(t *testing.T) {
	h := sandboxtest.StartEntra(t)
	base := startDevOps(t, h)
	ask := func(user, clientID, authority string) sandboxtest.Answer {
		t.Helper()
		return askAsPage(t, h, base, user, clientID, authority)
	}
	ada := sandboxtest.Person(t, "ada@contoso.example")
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
	got := ask(ada.UserPrincipalName, sandbox.SPAClientID, "")
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
