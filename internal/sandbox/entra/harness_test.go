package entra_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"testing"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/sandboxtest"
)

const (
	extensionOrigin = "https://timetracker.example"
	redirectURI     = extensionOrigin + "/ext/redirect.html"
	verifier        = "a-verifier-of-at-least-43-characters-as-rfc-7636-wants"
	apiScopes       = "openid profile offline_access " + sandbox.APIScope
)

// harness is an Entra stand-in with an extension's redirect URI.
type harness struct {
	*sandboxtest.Entra
}

func start(t *testing.T) *harness {
	t.Helper()
	return &harness{sandboxtest.StartEntra(t, redirectURI)}
}

func startWithKeys(t *testing.T, keyDir string) *harness {
	t.Helper()
	return &harness{sandboxtest.StartEntraWithKeys(t, keyDir, redirectURI)}
}

// authorizePath returns a valid authorization request. The changes are pairs of name and value; an empty value removes
// the parameter.
func authorizePath(tenant string, changes ...string) string {
	sum := sha256.Sum256([]byte(verifier))
	query := url.Values{
		"client_id": {sandbox.SPAClientID}, "response_type": {"code"}, "redirect_uri": {redirectURI},
		"response_mode": {"fragment"}, "scope": {apiScopes}, "state": {"a state/+="}, "nonce": {"a-nonce"},
		"code_challenge":        {base64.RawURLEncoding.EncodeToString(sum[:])},
		"code_challenge_method": {"S256"},
	}
	for i := 0; i < len(changes); i += 2 {
		if changes[i+1] == "" {
			query.Del(changes[i])
		} else {
			query.Set(changes[i], changes[i+1])
		}
	}
	return "/" + tenant + "/oauth2/v2.0/authorize?" + query.Encode()
}

// pick chooses an account on the page of an authorization request.
func (h *harness) pick(t *testing.T, path string, person sandbox.Person) sandboxtest.Answer {
	t.Helper()
	return h.Post(t, path, "application/x-www-form-urlencoded", url.Values{"account": {person.ObjectID}}.Encode())
}

// code signs a person in and returns the authorization code.
func (h *harness) code(t *testing.T, tenant string, person sandbox.Person) string {
	t.Helper()
	_, _, fragment := h.pick(t, authorizePath(tenant), person).Location(t)
	if fragment.Get("code") == "" {
		t.Fatalf("no code: %v", fragment)
	}
	return fragment.Get("code")
}

func codeForm(code string) url.Values {
	return url.Values{
		"grant_type": {"authorization_code"}, "client_id": {sandbox.SPAClientID}, "code": {code},
		"redirect_uri": {redirectURI}, "code_verifier": {verifier}, "scope": {apiScopes},
	}
}

// signIn signs a person in to the extension and returns the answer of the token endpoint.
func (h *harness) signIn(t *testing.T, tenant string, person sandbox.Person) map[string]any {
	t.Helper()
	got := h.TokenFrom(t, extensionOrigin, tenant, codeForm(h.code(t, tenant, person)))
	if got.Status != http.StatusOK {
		t.Fatalf("status %d: %s", got.Status, got.Body)
	}
	return got.Object(t)
}

// wantError checks an error of the token endpoint or of metadata.
func wantError(t *testing.T, got sandboxtest.Answer, status int, code string, number int) {
	t.Helper()
	body := got.Object(t)
	numbers, _ := body["error_codes"].([]any)
	if got.Status != status || body["error"] != code || len(numbers) != 1 || numbers[0] != float64(number) {
		t.Errorf("got %d %s, want %d %s AADSTS%d", got.Status, got.Body, status, code, number)
	}
	for _, name := range []string{"error_description", "timestamp", "correlation_id", "trace_id"} {
		if text, _ := body[name].(string); text == "" {
			t.Errorf("%s is missing: %s", name, got.Body)
		}
	}
}
