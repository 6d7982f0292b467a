package marketplace_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/marketplace"
	"timetracker/internal/sandbox/sandboxtest"
)

const (
	landingPage   = "https://timetracker.example/marketplace"
	subscriptions = "/saas/subscriptions"
)

// market is a Marketplace stand-in with a publisher who calls its API and receives its webhooks.
type market struct {
	*marketplace.Server
	entra *sandboxtest.Entra
	base  string
	token string
	hook  *receiver
}

// receiver is the publisher's webhook. It answers with a status and records what it was sent.
type receiver struct {
	mu      sync.Mutex
	answer  func(payload map[string]any) int
	got     []map[string]any
	headers []http.Header
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	content, _ := io.ReadAll(request.Body)
	payload := map[string]any{}
	_ = json.Unmarshal(content, &payload)
	r.mu.Lock()
	r.got = append(r.got, payload)
	r.headers = append(r.headers, request.Header)
	answer := r.answer
	r.mu.Unlock()
	w.WriteHeader(answer(payload))
}

func (r *receiver) answerWith(statuses ...int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	calls := 0
	r.answer = func(map[string]any) int {
		r.mu.Lock()
		defer r.mu.Unlock()
		calls++
		return statuses[min(calls, len(statuses))-1]
	}
}

// take returns the payloads since the last call.
func (r *receiver) take() []map[string]any {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.got
	r.got = nil
	return got
}

func actions(payloads []map[string]any) []string {
	var names []string
	for _, payload := range payloads {
		names = append(names, fmt.Sprint(payload["action"]))
	}
	return names
}

func startMarketplace(t *testing.T, changes ...func(*marketplace.Config)) *market {
	t.Helper()
	h := sandboxtest.StartEntra(t)
	hook := &receiver{}
	hook.answerWith(http.StatusOK)
	hookServer := httptest.NewServer(hook)
	t.Cleanup(hookServer.Close)
	server := httptest.NewUnstartedServer(nil)
	base := "http://" + server.Listener.Addr().String()
	config := marketplace.Config{
		BaseURL: base, LandingURL: landingPage, WebhookURL: hookServer.URL + "/marketplace/webhook",
		Entra: h.Server, HTTPClient: hookServer.Client(), Now: h.Clock.Now, RetryEvery: time.Minute,
	}
	for _, change := range changes {
		change(&config)
	}
	m, err := marketplace.New(config)
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = m
	server.Start()
	t.Cleanup(server.Close)
	answer := h.TokenFrom(t, "", sandbox.PublisherDirectoryID, url.Values{
		"grant_type": {"client_credentials"}, "client_id": {sandbox.MarketplaceClientID},
		"client_secret": {sandbox.MarketplaceClientSecret}, "scope": {sandbox.MarketplaceResourceID + "/.default"},
	})
	token, _ := answer.Object(t)["access_token"].(string)
	return &market{Server: m, entra: h, base: base, token: token, hook: hook}
}

// call calls the API as the publisher does. A further header is given as name and value.
func (m *market) call(t *testing.T, method, path, body string, header ...string) sandboxtest.Answer {
	t.Helper()
	address, err := url.Parse(m.base + "/api" + path)
	if err != nil {
		t.Fatal(err)
	}
	query := address.Query()
	query.Set("api-version", "2018-08-31")
	address.RawQuery = query.Encode()
	headers := map[string]string{"Authorization": "Bearer " + m.token, "Content-Type": "application/json"}
	for i := 0; i < len(header); i += 2 {
		headers[header[i]] = header[i+1]
	}
	return sandboxtest.Send(t, http.DefaultClient, method, address.String(), body, headers)
}

func (m *market) buy(t *testing.T, purchase marketplace.Purchase) string {
	t.Helper()
	if purchase.Purchaser == "" {
		purchase.Purchaser = "ada@contoso.example"
	}
	id, err := m.Buy(purchase)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

var (
	teamOfTen = marketplace.Purchase{OfferID: "timetracker", PlanID: "team", Quantity: 10}
	siteFlat  = marketplace.Purchase{OfferID: "timetracker-site", PlanID: "site"}
	metered   = marketplace.Purchase{OfferID: "timetracker-active", PlanID: "active"}
	throughIT = marketplace.Purchase{
		Purchaser: "frances@fabrikam.example", Beneficiary: "ada@contoso.example",
		OfferID: "timetracker", PlanID: "team", Quantity: 10,
	}
)

// subscribed buys and activates, and drops the webhook.
func (m *market) subscribed(t *testing.T, purchase marketplace.Purchase) string {
	t.Helper()
	purchase.AutoActivation = true
	id := m.buy(t, purchase)
	m.Deliver(t.Context())
	m.hook.take()
	return id
}

func (m *market) get(t *testing.T, id string) marketplace.Subscription {
	t.Helper()
	s, err := m.Subscription(id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (m *market) operation(t *testing.T, id, operationID string) map[string]any {
	t.Helper()
	got := m.call(t, http.MethodGet, subscriptions+"/"+id+"/operations/"+operationID, "")
	if got.Status != http.StatusOK {
		t.Fatalf("operation: %d %s", got.Status, got.Body)
	}
	return got.Object(t)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
