package apptest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"timetracker/internal/config"
	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/ca"
	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/devops/rest"
	sandboxentra "timetracker/internal/sandbox/entra"
	"timetracker/internal/sandbox/graph"
	sandboxmarketplace "timetracker/internal/sandbox/marketplace"
	"timetracker/internal/webhook"
)

// Microsoft stands in for Entra ID, the Azure Marketplace, Graph and Azure DevOps, over TLS, within the test.
type Microsoft struct {
	*sandboxmarketplace.Server
	Entra *sandboxentra.Server

	webhookListen, caFile              string
	authority, api, graphURL, azureURL string
	roots                              *x509.CertPool
	instead                            atomic.Pointer[http.HandlerFunc]
}

// AnswerInstead makes a function answer what is asked of Microsoft's services; nil ends that. It may pass a request on.
func (m *Microsoft) AnswerInstead(answer func(w http.ResponseWriter, r *http.Request, service http.Handler)) {
	m.instead.Store(nil)
	if answer != nil {
		answering := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer(w, r, r.Context().Value(serviceKey{}).(http.Handler))
		})
		m.instead.Store(&answering)
	}
}

type serviceKey struct{}

// front is a service as the product reaches it.
func (m *Microsoft) front(service http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if instead := m.instead.Load(); instead != nil {
			(*instead)(w, r.WithContext(context.WithValue(r.Context(), serviceKey{}, service)))
			return
		}
		service.ServeHTTP(w, r)
	})
}

// StartMicrosoft starts the stand-ins, which call a webhook at the address. configure changes the Marketplace's
// configuration and may be nil. observe is called with each call of its API before the answer, and may be nil.
func StartMicrosoft(t *testing.T, webhookListen string, configure func(*sandboxmarketplace.Config), observe func(*http.Request)) *Microsoft {
	t.Helper()
	certificates, err := ca.LoadOrCreate(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := certificates.Leaf("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	servers := make([]*httptest.Server, 4)
	for i := range servers {
		servers[i] = httptest.NewUnstartedServer(nil)
		servers[i].TLS = &tls.Config{Certificates: []tls.Certificate{leaf}, MinVersion: tls.VersionTLS12}
		servers[i].Config.ErrorLog = log.New(io.Discard, "", 0) // killed clients leave during a handshake
		t.Cleanup(servers[i].Close)
		t.Cleanup(servers[i].CloseClientConnections)
	}
	m := &Microsoft{
		webhookListen: webhookListen,
		authority:     "https://" + servers[0].Listener.Addr().String(),
		api:           "https://" + servers[1].Listener.Addr().String(),
		graphURL:      "https://" + servers[2].Listener.Addr().String(),
		azureURL:      "https://" + servers[3].Listener.Addr().String(),
		caFile:        filepath.Join(t.TempDir(), "root.pem"),
		roots:         certificates.Pool(),
	}
	if err := os.WriteFile(m.caFile, certificates.RootPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	m.Entra, err = sandboxentra.New(sandboxentra.Config{
		BaseURL: m.authority, Directories: sandbox.Directories(), People: sandbox.People(), Apps: sandbox.Apps(),
		KeyDir: t.TempDir(), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	c := sandboxmarketplace.Config{
		BaseURL: m.api, LandingURL: "https://timetracker.example/marketplace", WebhookURL: m.WebhookURL(),
		Entra: m.Entra, HTTPClient: new(http.Client), Now: time.Now, RetryEvery: 200 * time.Millisecond,
	}
	if configure != nil {
		configure(&c)
	}
	if m.Server, err = sandboxmarketplace.New(c); err != nil {
		t.Fatal(err)
	}
	servers[0].Config.Handler = m.front(m.Entra)
	servers[1].Config.Handler = m.front(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if observe != nil {
			observe(r)
		}
		m.ServeHTTP(w, r)
	}))
	servers[2].Config.Handler = m.front(graph.New(m.Entra))
	items := rest.New(rest.Config{Entra: m.Entra, Boards: boards.New(time.Now, m.Entra.People), Now: time.Now, Delay: time.Millisecond})
	servers[3].Config.Handler = m.front(items)
	for _, server := range servers {
		server.StartTLS()
	}
	return m
}

// ConnectPeople makes a configuration call Graph and Azure DevOps in people's names.
func (m *Microsoft) ConnectPeople(c *config.Config) {
	c.EntraClientSecret, c.GraphURL, c.AzureDevOpsURL = sandbox.APIClientSecret, m.graphURL, m.azureURL
}

// WebhookURL is where the Marketplace sends its events.
func (m *Microsoft) WebhookURL() string { return "http://" + m.webhookListen + webhook.Path }

// Config is a complete configuration of `serve` and `webhook` for the stand-ins and a database. All addresses but the
// webhook's are free ones.
func (m *Microsoft) Config(t *testing.T, databaseURL string) config.Config {
	t.Helper()
	addresses := Addresses(t, 2)
	return config.Config{
		DatabaseURL: config.Secret(databaseURL), Listen: addresses[0], InternalListen: addresses[1],
		WebhookListen: m.webhookListen, PublicURL: "https://timetracker.example", EntraAuthority: m.authority,
		EntraClientID: sandbox.APIClientID, SPAClientID: sandbox.SPAClientID, AzureDevOpsURL: "https://dev.azure.com",
		MarketplaceURL: m.api + "/api", MarketplaceTenantID: sandbox.PublisherDirectoryID,
		MarketplaceClientID: sandbox.MarketplaceClientID, MarketplaceClientSecret: sandbox.MarketplaceClientSecret,
		CAFile: m.caFile,
	}
}

// Client is a client that trusts the stand-ins.
func (m *Microsoft) Client(t *testing.T) *http.Client {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: m.roots, MinVersion: tls.VersionTLS12}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: patience}
}
