package entra_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/sandboxtest"
)

type keyList struct {
	Keys []struct {
		KeyID  string `json:"kid"`
		Use    string `json:"use"`
		Issuer string `json:"issuer"`
	} `json:"keys"`
}

func (h *harness) keyIDs(t *testing.T) []string {
	t.Helper()
	var list keyList
	if err := json.Unmarshal([]byte(h.Get(t, "/organizations/discovery/v2.0/keys").Body), &list); err != nil {
		t.Fatal(err)
	}
	ids := []string{}
	for _, key := range list.Keys {
		if key.Use != "sig" || key.Issuer != h.Base+"/{tenantid}/v2.0" {
			t.Errorf("key %+v", key)
		}
		ids = append(ids, key.KeyID)
	}
	return ids
}

func TestKeyRollover(t *testing.T) {
	h := start(t)
	issue := func() string {
		t.Helper()
		token, _, err := h.IssueUserToken("ada@contoso.example", sandbox.SPAClientID, sandbox.APIScope)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	before := issue()
	first := h.keyIDs(t)
	if diff := cmp.Diff([]string{sandboxtest.TokenPart(t, before, 0)["kid"].(string)}, first); diff != "" {
		t.Fatalf("published keys (-signer +published):\n%s", diff)
	}

	if got := h.Post(t, "/_sandbox/keys/roll", "", ""); got.Status != http.StatusNoContent {
		t.Fatalf("roll: %d %s", got.Status, got.Body)
	}
	rolled := h.keyIDs(t)
	if len(rolled) != 2 || rolled[0] != first[0] {
		t.Fatalf("after the roll: %v", rolled)
	}
	if kid := sandboxtest.TokenPart(t, issue(), 0)["kid"]; kid != rolled[1] {
		t.Errorf("signed by %v, want the new key %s", kid, rolled[1])
	}
	onBehalfOf := url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "requested_token_use": {"on_behalf_of"},
		"client_id": {sandbox.APIClientID}, "client_secret": {sandbox.APIClientSecret},
		"scope": {sandbox.AzureDevOpsResourceID + "/.default"}, "assertion": {before},
	}
	if got := h.TokenFrom(t, "", sandbox.ContosoDirectoryID, onBehalfOf); got.Status != http.StatusOK {
		t.Errorf("a token of the old key is refused while the key is published: %s", got.Body)
	}

	if got := h.Post(t, "/_sandbox/keys/withdraw", "", ""); got.Status != http.StatusNoContent {
		t.Fatalf("withdraw: %d %s", got.Status, got.Body)
	}
	if diff := cmp.Diff(rolled[1:], h.keyIDs(t)); diff != "" {
		t.Errorf("after the withdrawal (-want +got):\n%s", diff)
	}
	wantError(t, h.TokenFrom(t, "", sandbox.ContosoDirectoryID, onBehalfOf), 400, "invalid_grant", 50013)

	// A restart keeps the keys.
	if diff := cmp.Diff(rolled[1:], startWithKeys(t, h.KeyDir).keyIDs(t)); diff != "" {
		t.Errorf("after a restart (-want +got):\n%s", diff)
	}
}
