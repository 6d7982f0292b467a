package sandbox_test

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"timetracker/internal/sandbox"
)

const (
	extensionOrigin = "https://timetracker.example"
	redirectURI     = extensionOrigin + "/ext/redirect.html"
	verifier        = "a-verifier-of-at-least-43-characters-as-rfc-7636-wants"
	apiScopes       = "openid profile offline_access " + sandbox.APIScope
)

// clock is a clock the test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(by)
}

// harness is an Entra stand-in that is reached over TLS, with the sandbox's own root.
type harness struct {
	*sandbox.Entra
	base   string
	clock  *clock
	keyDir string
	// client is a browser with cookies that does not follow redirects.
	client *http.Client
}

func start(t *testing.T) *harness {
	t.Helper()
	return startWithKeys(t, t.TempDir())
}

func startWithKeys(t *testing.T, keyDir string) *harness {
	t.Helper()
	ca, err := sandbox.LoadOrCreateCA(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := ca.Leaf("localhost", "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{leaf}, MinVersion: tls.VersionTLS12}
	base := "https://" + server.Listener.Addr().String()
	c := &clock{at: time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)}
	entra, err := sandbox.NewEntra(sandbox.EntraConfig{
		BaseURL: base, Directories: sandbox.Directories(), People: sandbox.People(),
		Apps: sandbox.Apps(redirectURI), KeyDir: keyDir, Now: c.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = entra
	server.StartTLS()
	t.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{
		Jar: jar,
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: ca.Pool(), MinVersion: tls.VersionTLS12},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.Cleanup(client.CloseIdleConnections)
	return &harness{Entra: entra, base: base, clock: c, keyDir: keyDir, client: client}
}

// answer is a response whose body has been read.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) object(t *testing.T) map[string]any {
	t.Helper()
	object := map[string]any{}
	if err := json.Unmarshal([]byte(a.body), &object); err != nil {
		t.Fatalf("not a JSON object: %v in %q", err, a.body)
	}
	return object
}

// location returns the redirect's target and the parameters in its query and fragment.
func (a answer) location(t *testing.T) (target string, query, fragment url.Values) {
	t.Helper()
	location := a.header.Get("Location")
	if a.status != http.StatusFound {
		t.Fatalf("status %d, want a redirect: %s", a.status, a.body)
	}
	before, rawFragment, _ := strings.Cut(location, "#")
	target, rawQuery, _ := strings.Cut(before, "?")
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		t.Fatal(err)
	}
	fragment, err = url.ParseQuery(rawFragment)
	if err != nil {
		t.Fatal(err)
	}
	return target, query, fragment
}

func send(t *testing.T, client *http.Client, method, address, body string, header map[string]string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(content)}
}

func (h *harness) get(t *testing.T, path string) answer {
	t.Helper()
	return send(t, h.client, http.MethodGet, h.base+path, "", nil)
}

func (h *harness) post(t *testing.T, path, contentType, body string) answer {
	t.Helper()
	return send(t, h.client, http.MethodPost, h.base+path, body, map[string]string{"Content-Type": contentType})
}

// tokenFrom posts a form to the token endpoint as a page of origin does, or as a program without one.
func (h *harness) tokenFrom(t *testing.T, origin, tenant string, form url.Values) answer {
	t.Helper()
	header := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	if origin != "" {
		header["Origin"] = origin
	}
	return send(t, h.client, http.MethodPost, h.base+"/"+tenant+"/oauth2/v2.0/token", form.Encode(), header)
}

// authorizePath returns a valid authorization request, changed by pairs of a name and a value. An empty value
// removes the parameter.
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
func (h *harness) pick(t *testing.T, path string, person sandbox.Person) answer {
	t.Helper()
	return h.post(t, path, "application/x-www-form-urlencoded", url.Values{"account": {person.ObjectID}}.Encode())
}

// code signs a person in and returns the authorization code.
func (h *harness) code(t *testing.T, tenant string, person sandbox.Person) string {
	t.Helper()
	_, _, fragment := h.pick(t, authorizePath(tenant), person).location(t)
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
	got := h.tokenFrom(t, extensionOrigin, tenant, codeForm(h.code(t, tenant, person)))
	if got.status != http.StatusOK {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	return got.object(t)
}

func person(t *testing.T, userPrincipalName string) sandbox.Person {
	t.Helper()
	for _, p := range sandbox.People() {
		if p.UserPrincipalName == userPrincipalName {
			return p
		}
	}
	t.Fatalf("nobody is called %s", userPrincipalName)
	return sandbox.Person{}
}

// part decodes the header (0) or the claims (1) of a token without any check.
func part(t *testing.T, token any, at int) map[string]any {
	t.Helper()
	text, _ := token.(string)
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		t.Fatalf("not a token: %v", token)
	}
	content, err := base64.RawURLEncoding.DecodeString(parts[at])
	if err != nil {
		t.Fatal(err)
	}
	decoded := map[string]any{}
	if err := json.Unmarshal(content, &decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}

// wantError checks an error of the token endpoint or of metadata.
func wantError(t *testing.T, got answer, status int, code string, number int) {
	t.Helper()
	body := got.object(t)
	numbers, _ := body["error_codes"].([]any)
	if got.status != status || body["error"] != code || len(numbers) != 1 || numbers[0] != float64(number) {
		t.Errorf("got %d %s, want %d %s AADSTS%d", got.status, got.body, status, code, number)
	}
	for _, name := range []string{"error_description", "timestamp", "correlation_id", "trace_id"} {
		if text, _ := body[name].(string); text == "" {
			t.Errorf("%s is missing: %s", name, got.body)
		}
	}
}
