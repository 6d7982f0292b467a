package entra

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/errs"
	"timetracker/internal/plaintext"
	"timetracker/internal/sandbox"
	sandboxentra "timetracker/internal/sandbox/entra"
	sandboxgraph "timetracker/internal/sandbox/graph"
	"timetracker/internal/tenant"
)

// microsoft is the sandbox's Entra and Graph over TLS, and a Graph client that calls them by Microsoft's own library.
type microsoft struct {
	*Graph
	entra            *sandboxentra.Server
	entraURL         string
	graphURL         string
	client           *http.Client
	offset           atomic.Int64 // of the clock; the library reads another clock, which can't be stopped
	exchanges        atomic.Int64 // calls of the token endpoint
	searches         atomic.Int64
	entraInstead     atomic.Pointer[http.HandlerFunc]
	graphInstead     atomic.Pointer[http.HandlerFunc]
	lastExchangeForm atomic.Pointer[map[string][]string]
}

func (m *microsoft) now() time.Time { return time.Now().Add(time.Duration(m.offset.Load())) }

func newMicrosoft(t *testing.T) *microsoft {
	t.Helper()
	m := &microsoft{}
	servers := make([]*httptest.Server, 2)
	for i := range servers {
		servers[i] = httptest.NewUnstartedServer(nil)
		servers[i].Config.ErrorLog = log.New(io.Discard, "", 0)
		t.Cleanup(servers[i].Close)
		t.Cleanup(servers[i].CloseClientConnections)
	}
	m.entraURL = "https://" + servers[0].Listener.Addr().String()
	m.graphURL = "https://" + servers[1].Listener.Addr().String()
	var err error
	m.entra, err = sandboxentra.New(sandboxentra.Config{
		BaseURL: m.entraURL, Directories: sandbox.Directories(), People: sandbox.People(), Apps: sandbox.Apps(),
		KeyDir: t.TempDir(), Now: m.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	graph := sandboxgraph.New(m.entra)
	servers[0].Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/token") {
			m.exchanges.Add(1)
			if instead := m.entraInstead.Load(); instead != nil {
				body, _ := io.ReadAll(r.Body)
				r.Body = io.NopCloser(bytes.NewReader(body))
				_ = r.ParseForm()
				form := map[string][]string(r.PostForm)
				m.lastExchangeForm.Store(&form)
				(*instead)(w, r)
				return
			}
		}
		m.entra.ServeHTTP(w, r)
	})
	servers[1].Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v1.0/") {
			m.searches.Add(1)
			if instead := m.graphInstead.Load(); instead != nil {
				(*instead)(w, r)
				return
			}
		}
		graph.ServeHTTP(w, r)
	})
	roots := x509.NewCertPool()
	for _, server := range servers {
		server.StartTLS()
		roots.AddCert(server.Certificate())
	}
	transport := servers[0].Client().Transport.(*http.Transport)
	transport.TLSClientConfig.RootCAs = roots
	m.client = &http.Client{Transport: transport}
	m.Graph = m.newGraph(t, OnBehalfOfConfig{Secret: sandbox.APIClientSecret})
	return m
}

// newGraph completes the configuration.
func (m *microsoft) newGraph(t *testing.T, c OnBehalfOfConfig) *Graph {
	t.Helper()
	c.Authority, c.ClientID, c.HTTPClient, c.Now = m.entraURL, sandbox.APIClientID, m.client, m.now
	onBehalfOf, err := NewOnBehalfOf(c)
	if err != nil {
		t.Fatal(err)
	}
	graph, err := NewGraph(m.graphURL, onBehalfOf, m.client)
	if err != nil {
		t.Fatal(err)
	}
	return graph
}

func (m *microsoft) tokenOf(t *testing.T, user string) string {
	t.Helper()
	token, _, err := m.entra.IssueUserToken(user, sandbox.SPAClientID, sandbox.APIScope)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (m *microsoft) fault(t *testing.T, origin, service, mode string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, origin+"/_sandbox/faults",
		strings.NewReader(`{"service":"`+service+`","mode":"`+mode+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	response, err := m.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusNoContent {
		t.Fatalf("the fault is answered with %d", response.StatusCode)
	}
}

func TestSearch(t *testing.T) {
	m := newMicrosoft(t)
	ada := m.tokenOf(t, "ada@contoso.example")
	grace := tenant.DirectoryPerson{Name: "Grace Hopper", Email: "grace@contoso.example"}
	kim := tenant.DirectoryPerson{Name: "Kim Nakamura", Email: "kim@fabrikam.example"}
	linus := tenant.DirectoryPerson{Name: "Linus Bergström", Email: "linus@contoso.example"}
	for text, want := range map[string][]tenant.DirectoryPerson{
		"gr":                     {grace},
		"HOPPER":                 {grace},
		"grace hopper":           {grace},
		" \tgrace\n\x00 hopper ": {grace},
		"grace@contoso.ex":       {grace},
		"bergström":              {linus},
		"kim":                    {kim}, // a guest
		"barbara":                nil,   // of another directory
		`gr" OR "mail:ada`:       nil,
		`gr\" OR \"mail:ada`:     nil,
		`gr\`:                    nil,
		"gr&$top=1#+%22":         nil,
		"  ":                     nil,
	} {
		got, err := m.Search(t.Context(), sandbox.ContosoDirectoryID, ada, text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
	if n := m.exchanges.Load(); n != 1 {
		t.Errorf("%d exchanges, want 1", n)
	}
}

func TestParallelSearchesShareAnExchange(t *testing.T) {
	m := newMicrosoft(t)
	ada, grace := m.tokenOf(t, "ada@contoso.example"), m.tokenOf(t, "grace@contoso.example")
	var group sync.WaitGroup
	for i := range 50 {
		token := ada
		if i == 0 {
			token = grace
		}
		group.Go(func() {
			if _, err := m.Search(t.Context(), sandbox.ContosoDirectoryID, token, "linus"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := m.exchanges.Load(); n != 2 {
		t.Errorf("%d exchanges for two people, want 2", n)
	}
	if n := m.searches.Load(); n != 50 {
		t.Errorf("%d searches, want 50", n)
	}
}

func TestFirstCallerDoesNotTakeTheExchangeAlong(t *testing.T) {
	m := newMicrosoft(t)
	arrived, release := make(chan struct{}), make(chan struct{})
	wait := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-release
		m.entra.ServeHTTP(w, r)
	})
	m.entraInstead.Store(&wait)
	token := m.tokenOf(t, "ada@contoso.example")
	leaving, leave := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() {
		_, err := m.Search(leaving, sandbox.ContosoDirectoryID, token, "linus")
		wantCode(t, err, errs.Unavailable, "directory_unavailable")
	})
	<-arrived
	group.Go(func() {
		if _, err := m.Search(t.Context(), sandbox.ContosoDirectoryID, token, "linus"); err != nil {
			t.Error(err)
		}
	})
	leave()
	close(release)
	group.Wait()
	if n := m.exchanges.Load(); n != 1 {
		t.Errorf("%d exchanges, want 1", n)
	}
}

func TestExchangedTokenIsRenewed(t *testing.T) {
	m := newMicrosoft(t)
	token := m.tokenOf(t, "ada@contoso.example")
	for _, step := range []struct {
		after time.Duration
		want  int64
	}{{0, 1}, {69 * time.Minute, 1}, {71 * time.Minute, 2}} {
		m.offset.Store(int64(step.after))
		if _, err := m.Search(t.Context(), sandbox.ContosoDirectoryID, token, "linus"); err != nil {
			t.Fatal(err)
		}
		if n := m.exchanges.Load(); n != step.want {
			t.Errorf("after %s: %d exchanges, want %d", step.after, n, step.want)
		}
	}
}

func TestKeptTokensAreBounded(t *testing.T) {
	o := newMicrosoft(t).onBehalfOf
	until := o.now().Add(time.Hour)
	for i := range maxExchanged + 50 {
		o.keep(exchange{assertion: numbered(i)}, exchanged{token: "t", until: until})
	}
	if n := len(o.kept); n != maxExchanged {
		t.Errorf("%d tokens are kept, want %d", n, maxExchanged)
	}
	if _, ok := o.recall(exchange{assertion: numbered(maxExchanged + 49)}); !ok {
		t.Error("the newest is not kept")
	}
	o.now = func() time.Time { return until }
	o.keep(exchange{assertion: numbered(0)}, exchanged{token: "t", until: until.Add(time.Hour)})
	o.keep(exchange{assertion: numbered(1)}, exchanged{token: "t", until: until})
	if n := len(o.kept); n != 1 {
		t.Errorf("%d tokens are kept, want 1: the others have ended", n)
	}
}

func wantCode(t *testing.T, err error, kind errs.Kind, code string) {
	t.Helper()
	if !errs.Is(err, kind) || errs.CodeOf(err) != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestConsentIsMissing(t *testing.T) {
	m := newMicrosoft(t)
	_, err := m.Search(t.Context(), sandbox.FabrikamDirectoryID, m.tokenOf(t, "frances@fabrikam.example"), "edsger")
	wantCode(t, err, errs.Forbidden, "consent_required")
	if !strings.Contains(err.Error(), "65001") {
		t.Errorf("the log is not told why: %v", err)
	}
	if n := m.searches.Load(); n != 0 {
		t.Errorf("%d searches without consent", n)
	}
	_, err = m.Search(t.Context(), sandbox.ContosoDirectoryID, m.tokenOf(t, "kim_fabrikam.example#EXT#@contoso.example"), "ada")
	wantCode(t, err, errs.Forbidden, "consent_required") // a guest may not list people
	m.fault(t, m.graphURL, "graph", "forbidden")
	_, err = m.Search(t.Context(), sandbox.ContosoDirectoryID, m.tokenOf(t, "ada@contoso.example"), "grace")
	wantCode(t, err, errs.Forbidden, "consent_required")
}

// The directory says which claims a new token must have. What it says is passed on as it is, if it can be.
func TestSecondFactorIsMissing(t *testing.T) {
	m := newMicrosoft(t)
	const asked = `{"access_token":{"acrs":{"essential":true,"value":"c1"}}}`
	answer := func(status int, members map[string]any) http.HandlerFunc {
		return respond(status, mustJSON(members), "Content-Type", "application/json")
	}
	for name, test := range map[string]struct {
		claims any
		want   ClaimsChallenge
	}{
		"claims":          {asked, asked},
		"no claims":       {nil, ""},
		"no JSON":         {canary, ""},
		"no object":       {`["` + canary + `"]`, ""},
		"too long":        {`{"a":"` + strings.Repeat("a", 4<<10) + `"}`, ""},
		"not even a text": {map[string]any{"access_token": canary}, ""},
	} {
		for _, code := range []string{"interaction_required", "invalid_grant"} {
			t.Run(name+" with "+code, func(t *testing.T) {
				m.Graph = m.newGraph(t, OnBehalfOfConfig{Secret: sandbox.APIClientSecret})
				refusal := answer(400, map[string]any{"error": code, "error_codes": []int{50076}, "suberror": "basic_action", "claims": test.claims})
				m.entraInstead.Store(&refusal)
				defer m.entraInstead.Store(nil)
				_, err := m.Search(t.Context(), sandbox.ContosoDirectoryID, m.tokenOf(t, "ada@contoso.example"), "grace")
				wantCode(t, err, errs.Unauthenticated, "interaction_required")
				e, _ := errors.AsType[*errs.Error](err)
				if e.Subject != test.want {
					t.Errorf("passed on is %v, want %v", e.Subject, test.want)
				}
			})
		}
	}
}

func TestTokenOfAnotherDirectory(t *testing.T) {
	m := newMicrosoft(t)
	ada := m.tokenOf(t, "ada@contoso.example")
	if _, err := m.Search(t.Context(), sandbox.ContosoDirectoryID, ada, "grace"); err != nil {
		t.Fatal(err)
	}
	if got, err := m.Search(t.Context(), sandbox.FabrikamDirectoryID, ada, "frances"); err == nil {
		t.Errorf("found %v", got)
	}
	for _, directory := range []string{"", "organizations", "../" + sandbox.ContosoDirectoryID} {
		_, err := m.Search(t.Context(), directory, ada, "grace")
		wantCode(t, err, errs.Unavailable, "directory_unavailable")
	}
}

// canary is a part of every answer that Microsoft's services, or an impostor, may give.
const canary = "canary-of-the-answer"

func respond(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func huge(w http.ResponseWriter, _ *http.Request) { sendSpaces(w, 200<<20) }

func TestFaultsOfMicrosoft(t *testing.T) {
	const unavailable, consent, interaction = "directory_unavailable", "consent_required", "interaction_required"
	kinds := map[string]errs.Kind{unavailable: errs.Unavailable, consent: errs.Forbidden, interaction: errs.Unauthenticated}
	refused := func(status int, code string, headers ...string) http.HandlerFunc {
		return respond(status, `{"error":"`+code+`","error_description":"`+canary+`","error_codes":[50076],"claims":"`+canary+`"}`,
			append(headers, "Content-Type", "application/json")...)
	}
	m := newMicrosoft(t)
	for name, test := range map[string]struct {
		entra, graph http.HandlerFunc
		code         string
		wait         time.Duration // zero: none
	}{
		"Entra down":                 {entra: respond(503, canary), code: unavailable, wait: retryEvery},
		"Entra throttles":            {entra: refused(429, "temporarily_unavailable", "Retry-After", "42"), code: unavailable, wait: 42 * time.Second},
		"Entra wants us to wait":     {entra: respond(503, canary, "Retry-After", "86399"), code: unavailable, wait: 10 * time.Minute},
		"Entra answers HTML":         {entra: respond(200, "<html>"+canary), code: unavailable, wait: retryEvery},
		"Entra answers nothing":      {entra: respond(200, `{}`), code: unavailable, wait: retryEvery},
		"Entra redirects":            {entra: respond(302, canary, "Location", "/"+canary), code: unavailable, wait: retryEvery},
		"Entra doesn't stop":         {entra: huge, code: unavailable, wait: retryEvery},
		"a second factor is missing": {entra: refused(400, "interaction_required"), code: interaction},
		"consent is missing":         {entra: refused(400, "consent_required"), code: consent},
		"an administrator declined":  {entra: refused(400, "access_denied"), code: consent},
		"the person has to sign in":  {entra: refused(400, "invalid_grant"), code: interaction},
		"our secret has expired":     {entra: refused(401, "invalid_client"), code: unavailable, wait: retryEvery},
		"refused and down":           {entra: refused(500, "invalid_grant"), code: unavailable, wait: retryEvery},
		"Graph down":                 {graph: respond(503, canary), code: unavailable, wait: retryEvery},
		"Graph throttles":            {graph: respond(429, canary, "Retry-After", "42"), code: unavailable, wait: 42 * time.Second},
		"Graph wants nonsense":       {graph: respond(429, canary, "Retry-After", canary), code: unavailable, wait: retryEvery},
		"Graph wants the past": {graph: respond(429, canary, "Retry-After", "Mon, 02 Jan 2006 15:04:05 GMT"),
			code: unavailable, wait: time.Second},
		"Graph redirects":           {graph: respond(302, canary, "Location", "https://example.com/"), code: unavailable, wait: retryEvery},
		"Graph answers HTML":        {graph: respond(200, "<html>"+canary), code: unavailable, wait: retryEvery},
		"Graph answers null":        {graph: respond(200, "null"), code: unavailable, wait: retryEvery},
		"Graph doesn't stop":        {graph: huge, code: unavailable, wait: retryEvery},
		"Graph is not found":        {graph: respond(404, canary), code: unavailable, wait: retryEvery},
		"Graph forbids":             {graph: respond(403, canary), code: consent},
		"Graph doesn't know anyone": {graph: respond(401, canary, "WWW-Authenticate", canary), code: interaction},
	} {
		t.Run(name, func(t *testing.T) {
			m.Graph = m.newGraph(t, OnBehalfOfConfig{Secret: sandbox.APIClientSecret})
			if test.entra != nil {
				m.entraInstead.Store(&test.entra)
			}
			if test.graph != nil {
				m.graphInstead.Store(&test.graph)
			}
			token := m.tokenOf(t, "ada@contoso.example")
			found, err := m.Search(t.Context(), sandbox.ContosoDirectoryID, token, "grace")
			wantCode(t, err, kinds[test.code], test.code)
			if e, ok := errors.AsType[*errs.Error](err); ok && e.RetryAfter != test.wait {
				t.Errorf("try again after %s, want %s", e.RetryAfter, test.wait)
			}
			if found != nil {
				t.Errorf("found %v beside an error", found)
			}
			for _, secret := range []string{canary, sandbox.APIClientSecret, token, strings.Split(token, ".")[1], "127.0.0.1", "grace"} {
				if err != nil && strings.Contains(err.Error(), secret) {
					t.Errorf("the error %q holds %q", err, secret)
				}
			}
			m.entraInstead.Store(nil)
			m.graphInstead.Store(nil)
			m.offset.Store(int64(test.wait))
			defer m.offset.Store(0)
			if _, err := m.Search(t.Context(), sandbox.ContosoDirectoryID, token, "grace"); err != nil {
				t.Errorf("after the recovery: %v", err)
			}
		})
	}
}

func TestRetryAfterIsKept(t *testing.T) {
	m := newMicrosoft(t)
	token := m.tokenOf(t, "ada@contoso.example")
	m.fault(t, m.graphURL, "graph", "throttled")
	_, err := m.Search(t.Context(), sandbox.ContosoDirectoryID, token, "grace")
	wantCode(t, err, errs.Unavailable, "directory_unavailable")
	m.fault(t, m.graphURL, "graph", "off")
	_, err = m.Search(t.Context(), sandbox.ContosoDirectoryID, token, "grace")
	wantCode(t, err, errs.Unavailable, "directory_unavailable")
	if n := m.searches.Load(); n != 1 {
		t.Errorf("%d searches, want 1: Graph asked to wait", n)
	}
	m.offset.Store(int64(7 * time.Second))
	if _, err := m.Search(t.Context(), sandbox.ContosoDirectoryID, token, "grace"); err != nil {
		t.Error(err)
	}
}

func TestSlowMicrosoft(t *testing.T) {
	m := newMicrosoft(t)
	token := m.tokenOf(t, "ada@contoso.example")
	for _, service := range []struct{ origin, name string }{{m.graphURL, "graph"}, {m.entraURL, "entra"}} {
		m.fault(t, service.origin, service.name, "slow")
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		started := time.Now()
		_, err := m.Search(ctx, sandbox.ContosoDirectoryID, token, "grace")
		cancel()
		wantCode(t, err, errs.Unavailable, "directory_unavailable")
		if waited := time.Since(started); waited > 5*time.Second {
			t.Errorf("%s: waited %s", service.name, waited)
		}
		m.fault(t, service.origin, service.name, "off")
		token = m.tokenOf(t, "grace@contoso.example") // no kept token
	}
}

func TestRevokedTokenIsExchangedAnew(t *testing.T) {
	m := newMicrosoft(t)
	token := m.tokenOf(t, "ada@contoso.example")
	revoked := respond(401, "")
	m.graphInstead.Store(&revoked)
	_, err := m.Search(t.Context(), sandbox.ContosoDirectoryID, token, "grace")
	wantCode(t, err, errs.Unauthenticated, "interaction_required") // another sign-in restores the access
	m.graphInstead.Store(nil)
	if _, err := m.Search(t.Context(), sandbox.ContosoDirectoryID, token, "grace"); err != nil {
		t.Error(err)
	}
	if n := m.exchanges.Load(); n != 2 {
		t.Errorf("%d exchanges, want 2", n)
	}
}

func TestPeopleWithoutAddressAreNotFound(t *testing.T) {
	m := newMicrosoft(t)
	answer := respond(200, `{"value":[
		{"displayName":"No mailbox","mail":null,"userPrincipalName":"nobox@contoso.example"},
		{"displayName":"Guest","mail":null,"userPrincipalName":"g_fabrikam.example#EXT#@contoso.example"},
		{"displayName":null,"mail":"room@contoso.example"},
		{"displayName":"Nothing"}]}`)
	m.graphInstead.Store(&answer)
	got, err := m.Search(t.Context(), sandbox.ContosoDirectoryID, m.tokenOf(t, "ada@contoso.example"), "n")
	if err != nil {
		t.Fatal(err)
	}
	want := []tenant.DirectoryPerson{
		{Name: "No mailbox", Email: "nobox@contoso.example"},
		{Name: "room@contoso.example", Email: "room@contoso.example"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	answer = respond(200, `{"value":[`+strings.Repeat(`{"mail":"a@contoso.example"},`, 30)+`{}]}`)
	got, err = m.Search(t.Context(), sandbox.ContosoDirectoryID, m.tokenOf(t, "ada@contoso.example"), "n")
	if err != nil || len(got) != maxFound {
		t.Errorf("%d people (%v), want %d", len(got), err, maxFound)
	}
}

// selfSigned is a certificate and its key as PEM.
func selfSigned(t *testing.T) []byte {
	t.Helper()
	key := rsaKeys().main
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "TimeTracker"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	certificate := must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))
	private := must(x509.MarshalPKCS8PrivateKey(key))
	return append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)
}

func TestCertificateInsteadOfSecret(t *testing.T) {
	m := newMicrosoft(t)
	refuse := respond(401, `{"error":"invalid_client"}`)
	m.entraInstead.Store(&refuse)
	graph := m.newGraph(t, OnBehalfOfConfig{Certificate: selfSigned(t)})
	_, err := graph.Search(t.Context(), sandbox.ContosoDirectoryID, m.tokenOf(t, "ada@contoso.example"), "grace")
	wantCode(t, err, errs.Unavailable, "directory_unavailable") // the sandbox accepts only the secret
	form := *m.lastExchangeForm.Load()
	if len(form["client_secret"]) != 0 || len(form["client_assertion"]) != 1 {
		t.Errorf("sent %v", form)
	}
}

func TestOnBehalfOfIsConfigured(t *testing.T) {
	good := OnBehalfOfConfig{
		Authority: "https://login.microsoftonline.com", ClientID: apiID, Secret: "s3cr3t", HTTPClient: http.DefaultClient, Now: time.Now,
	}
	if _, err := NewOnBehalfOf(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*OnBehalfOfConfig){
		"no authority":         func(c *OnBehalfOfConfig) { c.Authority = "" },
		"authority over http":  func(c *OnBehalfOfConfig) { c.Authority = "http://login.microsoftonline.com" },
		"authority of a path":  func(c *OnBehalfOfConfig) { c.Authority += "/common" },
		"no credential":        func(c *OnBehalfOfConfig) { c.Secret = "" },
		"two credentials":      func(c *OnBehalfOfConfig) { c.Certificate = selfSigned(t) },
		"a broken certificate": func(c *OnBehalfOfConfig) { c.Secret, c.Certificate = "", []byte("s3cr3t") },
		"no client":            func(c *OnBehalfOfConfig) { c.HTTPClient = nil },
		"no clock":             func(c *OnBehalfOfConfig) { c.Now = nil },
	} {
		c := good
		change(&c)
		if _, err := NewOnBehalfOf(c); err == nil || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: %v", name, err)
		}
	}
	onBehalfOf := must(NewOnBehalfOf(good))
	for _, origin := range []string{"", "http://graph.microsoft.com", "https://graph.microsoft.com/v1.0", "https://a@graph.microsoft.com"} {
		if _, err := NewGraph(origin, onBehalfOf, http.DefaultClient); err == nil {
			t.Errorf("Graph at %q", origin)
		}
	}
}

// FuzzSearchClause checks that any search text stays within its quotation marks.
func FuzzSearchClause(f *testing.F) {
	for _, seed := range []string{"ada", `"`, `\`, `\"`, `a" OR "id:`, `\\" AND "x:y`, "a\x00b", "\xff", "ä ö\u2028ü", " ", "a:b", "ﾞ＂"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		clause, ok := searchClause(text)
		if !ok {
			return
		}
		rest, first := unquote(t, clause)
		rest, isOr := strings.CutPrefix(rest, " OR ")
		rest, second := unquote(t, rest)
		name, isName := strings.CutPrefix(first, "displayName:")
		mail, isMail := strings.CutPrefix(second, "mail:")
		if !isOr || !isName || !isMail || rest != "" || name != mail {
			t.Fatalf("%q became %q", text, clause)
		}
		if name != plaintext.CleanLine(text) {
			t.Errorf("%q is searched for as %q", text, name)
		}
	})
}

// unquote reads one quoted string as Graph does.
func unquote(t *testing.T, text string) (rest, value string) {
	t.Helper()
	if !strings.HasPrefix(text, `"`) {
		t.Fatalf("%q is not quoted", text)
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			return text[i+1:], b.String()
		case '\\':
			if i++; i == len(text) {
				t.Fatalf("%q ends in a backslash", text)
			}
			b.WriteByte(text[i])
		default:
			b.WriteByte(text[i])
		}
	}
	t.Fatalf("%q has no end", text)
	return "", ""
}
