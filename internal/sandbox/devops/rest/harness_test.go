package rest_test

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/microsoft/azure-devops-go-api/azuredevops/v7"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/devops/rest"
	"timetracker/internal/sandbox/sandboxtest"
)

// The people of the tests, and an address of theirs in Contoso's Azure DevOps.
const (
	ada     = "ada@contoso.example"
	grace   = "grace@contoso.example"
	linus   = "linus@contoso.example"
	frances = "frances@fabrikam.example"
)

// world is Azure DevOps over TLS, with the Entra whose tokens it takes.
type world struct {
	entra   *sandboxtest.Entra
	boards  *boards.Boards
	service *rest.Server
	base    string
	client  *http.Client
	trust   *tls.Config
}

func start(t *testing.T) *world {
	t.Helper()
	identities := sandboxtest.StartEntra(t)
	items := boards.New(identities.Clock.Now, identities.People)
	service := rest.New(rest.Config{Entra: identities.Server, Boards: items, Now: identities.Clock.Now, Delay: time.Millisecond})
	mux := http.NewServeMux()
	mux.Handle("/", service)
	service.Register(mux)
	server := httptest.NewTLSServer(mux)
	t.Cleanup(server.Close)
	client := server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &world{
		entra: identities, boards: items, service: service, base: server.URL, client: client,
		trust: client.Transport.(*http.Transport).TLSClientConfig,
	}
}

// token is one that our API has got on behalf of a person.
func (w *world) token(t *testing.T, user, scope string) string {
	t.Helper()
	token, _, err := w.entra.IssueUserToken(user, sandbox.APIClientID, scope)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// onBehalfOf exchanges a token for our API for one for Azure DevOps, as our API does.
func (w *world) onBehalfOf(t *testing.T, assertion string) string {
	t.Helper()
	answer := w.entra.TokenFrom(t, "", sandbox.ContosoDirectoryID, url.Values{
		"client_id": {sandbox.APIClientID}, "client_secret": {sandbox.APIClientSecret},
		"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "requested_token_use": {"on_behalf_of"},
		"assertion": {assertion}, "scope": {allScopes},
	})
	token, ok := answer.Object(t)["access_token"].(string)
	if !ok {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	return token
}

const allScopes = sandbox.AzureDevOpsResourceID + "/.default"

// connect returns a connection of Microsoft's client as the product makes one for each person.
func (w *world) connect(t *testing.T, user, organization string) *azuredevops.Connection {
	t.Helper()
	connection := azuredevops.NewAnonymousConnection(w.base + "/" + organization)
	connection.AuthorizationString = "Bearer " + w.token(t, user, allScopes)
	connection.TlsConfig = w.trust
	return connection
}

// send asks as a person, without Microsoft's client.
func (w *world) send(t *testing.T, user, method, path, body string, header map[string]string) sandboxtest.Answer {
	t.Helper()
	all := map[string]string{
		"Authorization": "Bearer " + w.token(t, user, allScopes), "Accept": "application/json;api-version=7.1",
		"Content-Type": "application/json",
	}
	for name, value := range header {
		all[name] = value
	}
	return sandboxtest.Send(t, w.client, method, w.base+path, body, all)
}

// want is an error as a client tells it from others.
type want struct {
	status  int
	key     string
	message string // how it begins
}

func (w want) check(t *testing.T, err error) {
	t.Helper()
	var pointer *azuredevops.WrappedError
	var value azuredevops.WrappedError
	switch {
	case errors.As(err, &value):
		pointer = &value
	case !errors.As(err, &pointer):
		t.Fatalf("%v is no error of Azure DevOps", err)
	}
	if *pointer.StatusCode != w.status || pointer.TypeKey == nil || *pointer.TypeKey != w.key ||
		!strings.HasPrefix(*pointer.Message, w.message) {
		t.Errorf("got %d %v, want %+v", *pointer.StatusCode, err, w)
	}
}

func (w want) checkAnswer(t *testing.T, got sandboxtest.Answer) {
	t.Helper()
	var body struct{ TypeKey, Message string }
	if err := json.Unmarshal([]byte(got.Body), &body); err != nil {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	if got.Status != w.status || body.TypeKey != w.key || !strings.HasPrefix(body.Message, w.message) {
		t.Errorf("got %d %s, want %+v", got.Status, got.Body, w)
	}
}

func pointer[T any](value T) *T { return &value }
