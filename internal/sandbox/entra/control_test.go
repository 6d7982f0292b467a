package entra_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/sandboxtest"
)

func TestControlToken(t *testing.T) {
	h := start(t)
	body := `{"user":"kim_fabrikam.example#EXT#@contoso.example","client_id":"` + sandbox.SPAClientID +
		`","scope":"` + sandbox.APIScope + `"}`
	got := h.Post(t, "/_sandbox/token", "application/json", body)
	if got.Status != http.StatusOK {
		t.Fatalf("status %d: %s", got.Status, got.Body)
	}
	object := got.Object(t)
	claims := sandboxtest.TokenPart(t, object["access_token"], 1)
	if claims["oid"] != sandboxtest.Person(t, "kim_fabrikam.example#EXT#@contoso.example").ObjectID || claims["acct"] != 1.0 {
		t.Errorf("claims %v", claims)
	}
	if want := h.Clock.Now().Add(75 * time.Minute).Format(time.RFC3339); object["expires_at"] != want {
		t.Errorf("expires_at %v, want %s", object["expires_at"], want)
	}
	for _, bad := range []string{
		`{"user":"nobody@contoso.example","client_id":"` + sandbox.SPAClientID + `","scope":"User.Read"}`,
		`{"user":"ada@contoso.example","client_id":"nobody","scope":"User.Read"}`,
		`{"user":"ada@contoso.example","client_id":"` + sandbox.SPAClientID + `","scope":"Everything"}`,
		`{"user":"ada@contoso.example","client_id":"` + sandbox.MarketplaceClientID + `","scope":"User.Read"}`,
		`{"who":"ada@contoso.example"}`, `{} {}`, `[]`, ``,
	} {
		if got := h.Post(t, "/_sandbox/token", "application/json", bad); got.Status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, got.Status)
		}
	}
	got = sandboxtest.Send(t, h.Client, http.MethodPost, h.Base+"/_sandbox/token", body, map[string]string{
		"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site",
	})
	if got.Status != http.StatusForbidden {
		t.Errorf("another site's page got %d", got.Status)
	}
}

// A changed person is the same account, and tokens tell the change from then on.
func TestControlPerson(t *testing.T) {
	h := start(t)
	const grace = "grace@contoso.example"
	body := `{"user":"` + grace + `","name":"Grace Murray","email":"murray@contoso.example","mail":"gm@mail.example"}`
	if got := h.Post(t, "/_sandbox/person", "application/json", body); got.Status != http.StatusNoContent {
		t.Fatalf("status %d: %s", got.Status, got.Body)
	}
	issue := `{"user":"` + grace + `","client_id":"` + sandbox.SPAClientID + `","scope":"` + sandbox.APIScope + `"}`
	claims := sandboxtest.TokenPart(t, h.Post(t, "/_sandbox/token", "application/json", issue).Object(t)["access_token"], 1)
	for name, want := range map[string]any{
		"oid": sandboxtest.Person(t, grace).ObjectID, "name": "Grace Murray", "preferred_username": "murray@contoso.example",
		"email": "gm@mail.example", "xms_edov": false,
	} {
		if claims[name] != want {
			t.Errorf("%s is %v, want %v", name, claims[name], want)
		}
	}
	for _, bad := range []string{`{"user":"nobody@contoso.example","name":"N"}`, `{"user":"` + grace + `","role":"admin"}`, `[]`} {
		if got := h.Post(t, "/_sandbox/person", "application/json", bad); got.Status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, got.Status)
		}
	}
}

// Without consent nobody's token is exchanged for one of another API.
func TestControlConsent(t *testing.T) {
	h := start(t)
	assertion, _, err := h.IssueUserToken("frances@fabrikam.example", sandbox.SPAClientID, sandbox.APIScope)
	if err != nil {
		t.Fatal(err)
	}
	exchange := func() sandboxtest.Answer {
		return h.TokenFrom(t, "", sandbox.FabrikamDirectoryID, onBehalfOfForm(assertion))
	}
	wantError(t, exchange(), 400, "invalid_grant", 65001)
	for _, step := range []struct {
		consent string
		status  int
	}{{"true", 200}, {"false", 400}} {
		body := `{"directory":"` + sandbox.FabrikamDirectoryID + `","consent":` + step.consent + `}`
		if got := h.Post(t, "/_sandbox/consent", "application/json", body); got.Status != http.StatusNoContent {
			t.Fatalf("%s: %d %s", body, got.Status, got.Body)
		}
		if got := exchange(); got.Status != step.status {
			t.Errorf("with consent %s: %d %s", step.consent, got.Status, got.Body)
		}
	}
	for body, status := range map[string]int{`{"directory":"nowhere","consent":true}`: 404, `[]`: 400} {
		if got := h.Post(t, "/_sandbox/consent", "application/json", body); got.Status != status {
			t.Errorf("%s: %d", body, got.Status)
		}
	}
}

func TestFaults(t *testing.T) {
	h := start(t)
	setFault := func(mode string) {
		t.Helper()
		body := `{"service":"entra","mode":"` + mode + `"}`
		if got := h.Post(t, "/_sandbox/faults", "application/json", body); got.Status != http.StatusNoContent {
			t.Fatalf("%s: %d %s", mode, got.Status, got.Body)
		}
	}
	const keys = "/organizations/discovery/v2.0/keys"
	setFault("down")
	if got := h.Get(t, keys); got.Status != http.StatusServiceUnavailable {
		t.Errorf("down: %d", got.Status)
	}
	setFault("html")
	got := h.Get(t, keys)
	if got.Status != http.StatusOK || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") {
		t.Errorf("html: %d %s", got.Status, got.Header.Get("Content-Type"))
	}
	setFault("empty_keys")
	if got := h.Get(t, keys); strings.TrimSpace(got.Body) != `{"keys":[]}` {
		t.Errorf("empty_keys: %s", got.Body)
	}
	setFault("slow")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.Base+keys, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := h.Client.Do(request); err == nil {
		_ = response.Body.Close()
		t.Errorf("slow: %d", response.StatusCode)
	}
	setFault("off")
	if ids := h.keyIDs(t); len(ids) != 1 {
		t.Errorf("off: %v", ids)
	}
	for _, bad := range []string{`{"service":"entra","mode":"on fire"}`, `{"service":"moon","mode":"down"}`, `{`} {
		if got := h.Post(t, "/_sandbox/faults", "application/json", bad); got.Status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, got.Status)
		}
	}
}
