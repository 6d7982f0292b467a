package sandboxtest

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/ca"
	"timetracker/internal/sandbox/entra"
)

// Entra is an Entra stand-in that is reached over TLS, with the sandbox's own root.
type Entra struct {
	*entra.Server
	Base   string
	Clock  *Clock
	KeyDir string
	// Client is a browser with cookies that does not follow redirects.
	Client *http.Client
}

// StartEntra starts an Entra stand-in with new keys, which knows an extension with the redirect URIs.
func StartEntra(t *testing.T, redirectURIs ...string) *Entra {
	t.Helper()
	return StartEntraWithKeys(t, t.TempDir(), redirectURIs...)
}

// StartEntraWithKeys starts an Entra stand-in with the keys that a directory holds.
func StartEntraWithKeys(t *testing.T, keyDir string, redirectURIs ...string) *Entra {
	t.Helper()
	authority, err := ca.LoadOrCreate(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := authority.Leaf("localhost", "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{leaf}, MinVersion: tls.VersionTLS12}
	base := "https://" + server.Listener.Addr().String()
	clock := &Clock{at: time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)}
	service, err := entra.New(entra.Config{
		BaseURL: base, Directories: sandbox.Directories(), People: sandbox.People(),
		Apps: sandbox.Apps(redirectURIs...), KeyDir: keyDir, Now: clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = service
	server.StartTLS()
	t.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{
		Jar: jar,
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: authority.Pool(), MinVersion: tls.VersionTLS12},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.Cleanup(client.CloseIdleConnections)
	return &Entra{Server: service, Base: base, Clock: clock, KeyDir: keyDir, Client: client}
}

// Get sends a GET request.
func (e *Entra) Get(t *testing.T, path string) Answer {
	t.Helper()
	return Send(t, e.Client, http.MethodGet, e.Base+path, "", nil)
}

// Post sends a POST request.
func (e *Entra) Post(t *testing.T, path, contentType, body string) Answer {
	t.Helper()
	return Send(t, e.Client, http.MethodPost, e.Base+path, body, map[string]string{"Content-Type": contentType})
}

// TokenFrom posts a form to the token endpoint as a page of an origin does, or as a program if origin is empty.
func (e *Entra) TokenFrom(t *testing.T, origin, tenant string, form url.Values) Answer {
	t.Helper()
	header := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	if origin != "" {
		header["Origin"] = origin
	}
	return Send(t, e.Client, http.MethodPost, e.Base+"/"+tenant+"/oauth2/v2.0/token", form.Encode(), header)
}

// Person returns the account with a principal name.
func Person(t *testing.T, userPrincipalName string) sandbox.Person {
	t.Helper()
	for _, p := range sandbox.People() {
		if p.UserPrincipalName == userPrincipalName {
			return p
		}
	}
	t.Fatalf("nobody is called %s", userPrincipalName)
	return sandbox.Person{}
}

// TokenPart decodes the header (0) or the claims (1) of a token, without any check.
func TokenPart(t *testing.T, token any, at int) map[string]any {
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
