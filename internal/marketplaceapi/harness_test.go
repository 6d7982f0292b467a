package marketplaceapi

import (
	"bytes"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/sandbox"
	sandboxentra "timetracker/internal/sandbox/entra"
	sandboxmarketplace "timetracker/internal/sandbox/marketplace"
)

// microsoft is the sandbox's Entra and Marketplace over TLS, and a client that calls them by Microsoft's own library.
type microsoft struct {
	*Client
	market       *sandboxmarketplace.Server
	entraURL     string
	apiURL       string
	http         *http.Client
	offset       atomic.Int64 // of the clock; the library reads another clock, which can't be stopped
	exchanges    atomic.Int64 // calls of the token endpoint
	calls        atomic.Int64 // of the API
	tokenInstead atomic.Pointer[http.HandlerFunc]
	metaInstead  atomic.Pointer[http.HandlerFunc] // of the directory's metadata
	apiInstead   atomic.Pointer[http.HandlerFunc]
	sent         atomic.Pointer[http.Header] // of the API's latest call
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
	m.apiURL = "https://" + servers[1].Listener.Addr().String()
	entra, err := sandboxentra.New(sandboxentra.Config{
		BaseURL: m.entraURL, Directories: sandbox.Directories(), People: sandbox.People(), Apps: sandbox.Apps(),
		KeyDir: t.TempDir(), Now: m.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	servers[0].Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/token") {
			m.exchanges.Add(1)
			if instead := m.tokenInstead.Load(); instead != nil {
				(*instead)(w, r)
				return
			}
		} else if instead := m.metaInstead.Load(); instead != nil {
			(*instead)(w, r)
			return
		}
		entra.ServeHTTP(w, r)
	})
	servers[1].Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.calls.Add(1)
		header := r.Header.Clone()
		m.sent.Store(&header)
		body, _ := io.ReadAll(r.Body) // a server notices that its client has left only after it has read the request
		r.Body = io.NopCloser(bytes.NewReader(body))
		if instead := m.apiInstead.Load(); instead != nil {
			(*instead)(w, r)
			return
		}
		m.market.ServeHTTP(w, r)
	})
	roots := x509.NewCertPool()
	for _, server := range servers {
		server.StartTLS()
		roots.AddCert(server.Certificate())
	}
	transport := servers[0].Client().Transport.(*http.Transport)
	transport.TLSClientConfig.RootCAs = roots
	m.http = &http.Client{Transport: transport}
	m.market, err = sandboxmarketplace.New(sandboxmarketplace.Config{
		BaseURL: m.apiURL, LandingURL: "https://app.timetracker.example/marketplace",
		WebhookURL: m.apiURL + "/nobody", Entra: entra, HTTPClient: m.http, Now: m.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	m.Client = m.newClient(t, Config{Secret: sandbox.MarketplaceClientSecret})
	return m
}

// newClient completes the configuration.
func (m *microsoft) newClient(t *testing.T, c Config) *Client {
	t.Helper()
	c.BaseURL, c.Authority, c.HTTPClient, c.Now = m.apiURL+"/api", m.entraURL, m.http, m.now
	if c.DirectoryID == "" {
		c.DirectoryID = sandbox.PublisherDirectoryID
	}
	if c.ClientID == "" {
		c.ClientID = sandbox.MarketplaceClientID
	}
	client, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// answer makes the API answer every call with a body.
func (m *microsoft) answer(status int, body string, header ...string) {
	m.respond(func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

func (m *microsoft) respond(handler http.HandlerFunc) { m.apiInstead.Store(&handler) }

// respondToken is respond for the token endpoint, respondMetadata for the directory's metadata.
func (m *microsoft) respondToken(handler http.HandlerFunc)    { m.tokenInstead.Store(&handler) }
func (m *microsoft) respondMetadata(handler http.HandlerFunc) { m.metaInstead.Store(&handler) }

func (m *microsoft) configure(t *testing.T, change func(*sandboxmarketplace.Settings)) {
	t.Helper()
	if err := m.market.Configure(change); err != nil {
		t.Fatal(err)
	}
}

func (m *microsoft) fault(t *testing.T, mode string) {
	t.Helper()
	for _, service := range []string{sandboxmarketplace.FulfillmentService, sandboxmarketplace.MeteringService} {
		if err := m.market.SetFault(service, mode); err != nil {
			t.Fatal(err)
		}
	}
}

var (
	teamOf5 = sandboxmarketplace.Purchase{Purchaser: "ada@contoso.example", OfferID: "timetracker", PlanID: "team", Quantity: 5}
	site    = sandboxmarketplace.Purchase{Purchaser: "ada@contoso.example", OfferID: "timetracker-site", PlanID: "site"}
	active  = sandboxmarketplace.Purchase{Purchaser: "ada@contoso.example", OfferID: "timetracker-active", PlanID: "active"}
)

// buy gives a subscription that waits for its activation.
func (m *microsoft) buy(t *testing.T, p sandboxmarketplace.Purchase) ids.Subscription {
	t.Helper()
	id, err := m.market.Buy(p)
	if err != nil {
		t.Fatal(err)
	}
	return ids.MustParse[ids.Subscription](id)
}

// begin gives a subscription that is in force.
func (m *microsoft) begin(t *testing.T, p sandboxmarketplace.Purchase) ids.Subscription {
	t.Helper()
	p.AutoActivation = true
	return m.buy(t, p)
}

func (m *microsoft) landingToken(t *testing.T, id ids.Subscription) string {
	t.Helper()
	token, err := m.market.LandingToken(id.String())
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *testing.T, err error, kind errs.Kind, code string) {
	t.Helper()
	if !errs.Is(err, kind) || errs.CodeOf(err) != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

func wantUnavailable(t *testing.T, err error) {
	t.Helper()
	wantCode(t, err, errs.Unavailable, "marketplace_unavailable")
}
