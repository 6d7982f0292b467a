package connectortest

import (
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"timetracker/internal/connector/azuredevops"
	"timetracker/internal/entra"
	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/devops/rest"
	sandboxentra "timetracker/internal/sandbox/entra"
	"timetracker/internal/sandbox/standin"
	"timetracker/internal/workitem"
)

// Site is Contoso's organization, which has the work items from 101 on.
const Site = "contoso"

// World is the sandbox's Entra and Azure DevOps over TLS, and a connector to them.
type World struct {
	Remote *azuredevops.Client
	Entra  *sandboxentra.Server
	Boards *boards.Boards
	// REST has the limit of requests, by SetLimit.
	REST *rest.Server
	// Client trusts both services, which are at these addresses.
	Client            *http.Client
	EntraURL, RESTURL string

	now          func() time.Time
	entra, rest  front
	certificates []*x509.Certificate
}

// front is a service as it is reached, which a test can count and replace.
type front struct {
	service http.Handler
	counts  func(*http.Request) bool
	count   atomic.Int64
	instead atomic.Pointer[http.HandlerFunc]
}

// ServeHTTP implements http.Handler.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.counts(r) {
		f.count.Add(1)
		if instead := f.instead.Load(); instead != nil {
			(*instead)(w, r)
			return
		}
	}
	f.service.ServeHTTP(w, r)
}

// Start starts a world, whose services have the test's clock.
func Start(t testing.TB, now func() time.Time) *World {
	t.Helper()
	return start(t, now, false)
}

// StartOverHTTP2 is Start, with services that speak HTTP/2 as Microsoft's do.
func StartOverHTTP2(t testing.TB, now func() time.Time) *World {
	t.Helper()
	return start(t, now, true)
}

func start(t testing.TB, now func() time.Time, http2 bool) *World {
	t.Helper()
	w := &World{now: now}
	identities, items := unstarted(t), unstarted(t)
	w.EntraURL, w.RESTURL = addressOf(identities), addressOf(items)
	var err error
	w.Entra, err = sandboxentra.New(sandboxentra.Config{
		BaseURL: w.EntraURL, Directories: sandbox.Directories(), People: sandbox.People(), Apps: sandbox.Apps(),
		KeyDir: t.TempDir(), Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Boards = boards.New(now, w.Entra.People)
	w.REST = rest.New(rest.Config{Entra: w.Entra, Boards: w.Boards, Now: now, Delay: time.Millisecond})
	mux := http.NewServeMux()
	w.REST.Register(mux)
	mux.Handle("/", w.REST)
	w.entra.service, w.entra.counts = w.Entra, func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/token") }
	w.rest.service, w.rest.counts = mux, func(r *http.Request) bool { return rest.Serves(r.URL.Path) }
	identities.Config.Handler, items.Config.Handler = &w.entra, &w.rest
	roots := x509.NewCertPool()
	for _, server := range []*httptest.Server{identities, items} {
		server.EnableHTTP2 = http2
		server.StartTLS()
		roots.AddCert(server.Certificate())
		w.certificates = append(w.certificates, server.Certificate())
	}
	w.Client = items.Client()
	w.Client.Transport.(*http.Transport).TLSClientConfig.RootCAs = roots
	w.Remote = w.Connect(t, w.Client)
	return w
}

func unstarted(t testing.TB) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it tells of every connection that a fault ends
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server
}

func addressOf(server *httptest.Server) string { return "https://" + server.Listener.Addr().String() }

// Connect makes another connector, as of another process.
func (w *World) Connect(t testing.TB, client *http.Client) *azuredevops.Client {
	t.Helper()
	tokens, err := entra.NewOnBehalfOf(entra.OnBehalfOfConfig{
		Authority: w.EntraURL, ClientID: sandbox.APIClientID, Secret: sandbox.APIClientSecret, HTTPClient: client, Now: w.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	remote, err := azuredevops.New(azuredevops.Config{Origin: w.RESTURL, OnBehalfOf: tokens, HTTPClient: client, Now: w.now})
	if err != nil {
		t.Fatal(err)
	}
	return remote
}

// Credential is that of a person who has just signed in, such as ada@contoso.example.
func (w *World) Credential(t testing.TB, user string) workitem.Credential {
	t.Helper()
	person, ok := w.Entra.Person(user)
	if !ok {
		t.Fatalf("nobody is called %s", user)
	}
	token, _, err := w.Entra.IssueUserToken(user, sandbox.SPAClientID, sandbox.APIScope)
	if err != nil {
		t.Fatal(err)
	}
	return workitem.NewCredential(person.DirectoryID, person.ObjectID, token)
}

// Services whose faults can be set: all requests to Azure DevOps, those alone that change something, and Entra's.
const (
	AzureDevOps       = "devops"
	AzureDevOpsWrites = "devops_writes"
	Entra             = "entra"
)

// Fail sets the fault of a service, until the next one is set.
func (w *World) Fail(t testing.TB, service string, fault standin.Fault) {
	t.Helper()
	address := w.RESTURL
	if service == Entra {
		address = w.EntraURL
	}
	body := `{"service":"` + service + `","mode":"` + string(fault) + `"}`
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+standin.ControlPrefix+"faults", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := w.Client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close() // nothing is in it
	if response.StatusCode != http.StatusNoContent {
		t.Fatalf("the fault %s of %s: status %d", fault, service, response.StatusCode)
	}
}

// Certificates are those of both services.
func (w *World) Certificates() []*x509.Certificate { return w.certificates }

// Calls is how often Azure DevOps was asked for something.
func (w *World) Calls() int { return int(w.rest.count.Load()) }

// Exchanges is how often a token was exchanged.
func (w *World) Exchanges() int { return int(w.entra.count.Load()) }

// Answer has another one answer for Azure DevOps; nil ends it.
func (w *World) Answer(instead http.HandlerFunc) { w.rest.answer(instead) }

// AnswerToken has another one answer for Entra's endpoint of tokens; nil ends it.
func (w *World) AnswerToken(instead http.HandlerFunc) { w.entra.answer(instead) }

func (f *front) answer(instead http.HandlerFunc) {
	if instead == nil {
		f.instead.Store(nil)
		return
	}
	f.instead.Store(&instead)
}
