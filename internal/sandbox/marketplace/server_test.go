package marketplace_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/entra"
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

// receiver is the publisher's webhook: it answers with status and keeps what it was sent.
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

// take returns the payloads since it was called last.
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

// call calls the API as the publisher does, with a header beside the usual ones if there is a name and a value.
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

// subscribed buys and activates, and forgets the webhook.
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

func TestMarketplaceCallers(t *testing.T) {
	m := startMarketplace(t)
	id := m.subscribed(t, teamOfTen)
	claims := func(changes ...any) string {
		c := sandboxtest.TokenPart(t, m.token, 1)
		for i := 0; i < len(changes); i += 2 {
			name, _ := changes[i].(string)
			if c[name] = changes[i+1]; c[name] == nil {
				delete(c, name)
			}
		}
		token, err := m.entra.Sign(c, entra.SignOptions{})
		must(t, err)
		return token
	}
	asUser, _, err := m.entra.IssueUserToken("ada@contoso.example", sandbox.SPAClientID, sandbox.APIScope)
	must(t, err)
	v2Issuer := m.entra.Base + "/" + sandbox.PublisherDirectoryID + "/v2.0"
	tests := map[string]struct {
		authorization string
		status        int
	}{
		"version 1": {"Bearer " + m.token, 200},
		"version 2": {"Bearer " + claims("ver", "2.0", "iss", v2Issuer, "appid", nil,
			"azp", sandbox.MarketplaceClientID), 200},
		"none":              {"", 403},
		"not a token":       {"Bearer x", 403},
		"no bearer":         {m.token, 403},
		"a user's token":    {"Bearer " + asUser, 403},
		"another app":       {"Bearer " + claims("appid", sandbox.APIClientID), 403},
		"another directory": {"Bearer " + claims("tid", sandbox.ContosoDirectoryID), 403},
		"another audience":  {"Bearer " + claims("aud", sandbox.GraphResourceID), 403},
		"another issuer":    {"Bearer " + claims("iss", v2Issuer), 403},
		"no version":        {"Bearer " + claims("ver", nil), 403},
		"expired":           {"Bearer " + claims("exp", m.entra.Clock.Now().Unix()), 403},
		"not yet":           {"Bearer " + claims("nbf", m.entra.Clock.Now().Unix()+60), 403},
		"another signature": {"Bearer " + m.token[:len(m.token)-8] + "AAAAAAAA", 403},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, path := range []string{subscriptions + "/" + id, "/usageEvents?usageStartDate=2026-11-21"} {
				got := m.call(t, http.MethodGet, path, "", "Authorization", test.authorization)
				if got.Status != test.status {
					t.Errorf("%s: %d, want %d", path, got.Status, test.status)
				}
			}
		})
	}
}

func TestMarketplaceHeaders(t *testing.T) {
	m := startMarketplace(t)
	id := m.subscribed(t, teamOfTen)
	got := m.call(t, http.MethodGet, subscriptions+"/"+id, "", "X-Ms-Requestid", "mine")
	if got.Header.Get("X-Ms-Requestid") != "mine" || len(got.Header.Get("X-Ms-Correlationid")) != 36 {
		t.Errorf("%v", got.Header)
	}
	for _, query := range []string{"", "?api-version=2018-09-15"} {
		got := sandboxtest.Send(t, http.DefaultClient, http.MethodGet, m.base+"/api"+subscriptions+"/"+id+query, "",
			map[string]string{"Authorization": "Bearer " + m.token})
		if got.Status != http.StatusBadRequest {
			t.Errorf("api-version %q: %d", query, got.Status)
		}
	}
}

func TestLandingTokens(t *testing.T) {
	m := startMarketplace(t)
	id := m.buy(t, teamOfTen)
	landing, err := m.LandingURL(id)
	must(t, err)
	target, query, _ := strings.Cut(landing, "?")
	values, err := url.ParseQuery(query)
	must(t, err)
	token := values.Get("token")
	if target != landingPage || !strings.Contains(token, "+") || !strings.Contains(token, "/") ||
		!strings.HasSuffix(token, "=") || strings.ContainsAny(query, "+/#") {
		t.Errorf("landing page %s", landing)
	}
	again, err := m.LandingToken(id)
	must(t, err)
	if again == token {
		t.Error("the same token twice")
	}
	resolve := func(token string) sandboxtest.Answer {
		t.Helper()
		return m.call(t, http.MethodPost, subscriptions+"/resolve", "", "X-Ms-Marketplace-Token", token)
	}
	damaged := map[string]string{
		"missing": "", "encoded": url.QueryEscape(token), "decoded twice": strings.ReplaceAll(token, "+", " "),
		"cut": token[:40], "made up": "AAAA",
	}
	for name, token := range damaged {
		if got := resolve(token); got.Status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	for _, token := range []string{token, token, again} {
		if got := resolve(token); got.Status != http.StatusOK {
			t.Errorf("%d %s", got.Status, got.Body)
		}
	}
	m.entra.Clock.Advance(24*time.Hour - time.Second)
	m.token = newPublisherToken(t, m)
	if got := resolve(token); got.Status != http.StatusOK {
		t.Errorf("after almost a day: %d", got.Status)
	}
	m.entra.Clock.Advance(time.Second)
	if got := resolve(token); got.Status != http.StatusBadRequest {
		t.Errorf("after a day: %d", got.Status)
	}
}

func newPublisherToken(t *testing.T, m *market) string {
	t.Helper()
	claims := sandboxtest.TokenPart(t, m.token, 1)
	claims["exp"] = m.entra.Clock.Now().Add(time.Hour).Unix()
	token, err := m.entra.Sign(claims, entra.SignOptions{})
	must(t, err)
	return token
}

func TestResolveAndActivate(t *testing.T) {
	m := startMarketplace(t, func(c *marketplace.Config) { c.ActivationDelay = 2 * time.Minute })
	id := m.buy(t, teamOfTen)
	token, err := m.LandingToken(id)
	must(t, err)
	got := m.call(t, http.MethodPost, subscriptions+"/resolve", "", "X-Ms-Marketplace-Token", token).Object(t)
	ada := sandboxtest.Person(t, "ada@contoso.example")
	party := map[string]any{
		"emailId": ada.Email, "objectId": ada.ObjectID, "tenantId": ada.DirectoryID, "puid": "1003A1C07B523E9D",
	}
	inner := map[string]any{
		"id": id, "publisherId": "timetracker", "offerId": "timetracker", "name": "TimeTracker",
		"saasSubscriptionStatus": "PendingFulfillmentStart", "beneficiary": party, "purchaser": party,
		"planId": "team", "quantity": 10.0, "term": map[string]any{"termUnit": "P1M"},
		"autoRenew": true, "isTest": false, "isFreeTrial": false, "sandboxType": "None", "sessionMode": "None",
		"allowedCustomerOperations": []any{"Delete", "Update", "Read"},
		"created":                   "2026-11-21T09:30:00.0000000Z", "lastModified": "0001-01-01T00:00:00",
	}
	want := map[string]any{
		"id": id, "subscriptionName": "TimeTracker", "offerId": "timetracker", "planId": "team", "quantity": 10.0,
		"subscription": inner,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("resolve (-want +got):\n%s", diff)
	}
	activate := func(body string) int {
		t.Helper()
		return m.call(t, http.MethodPost, subscriptions+"/"+id+"/activate", body).Status
	}
	for body, status := range map[string]int{
		`{}`: 400, `{"planId":"business"}`: 400, ``: 400, `{"planId":"team","quantity":10}`: 200,
	} {
		if got := activate(body); got != status {
			t.Errorf("activate %q: %d, want %d", body, got, status)
		}
	}
	m.entra.Clock.Advance(2*time.Minute - time.Second)
	if status := m.get(t, id).Status; status != "PendingFulfillmentStart" {
		t.Errorf("%s before the delay has passed", status)
	}
	m.entra.Clock.Advance(time.Second)
	inner["saasSubscriptionStatus"] = "Subscribed"
	inner["term"] = map[string]any{
		"startDate": "2026-11-21T00:00:00Z", "endDate": "2026-12-20T00:00:00Z", "termUnit": "P1M",
		"chargeDuration": nil,
	}
	got = m.call(t, http.MethodGet, subscriptions+"/"+id, "").Object(t)
	if diff := cmp.Diff(inner, got); diff != "" {
		t.Errorf("activated (-want +got):\n%s", diff)
	}
	if got := activate(`{"planId":"team"}`); got != 200 {
		t.Errorf("once more: %d", got)
	}
	must(t, m.Suspend(id))
	if got := activate(`{"planId":"team"}`); got != 400 {
		t.Errorf("suspended: %d", got)
	}
	must(t, m.Cancel(id))
	if got := activate(`{"planId":"team"}`); got != 404 {
		t.Errorf("cancelled: %d", got)
	}
	m.Deliver(t.Context())
	if diff := cmp.Diff([]string{"Suspend", "Unsubscribe"}, actions(m.hook.take())); diff != "" {
		t.Errorf("webhooks (-want +got):\n%s", diff)
	}
}

func TestActivationFails(t *testing.T) {
	m := startMarketplace(t)
	must(t, m.Configure(func(s *marketplace.Settings) { s.FailActivation = true }))
	id := m.buy(t, teamOfTen)
	got := m.call(t, http.MethodPost, subscriptions+"/"+id+"/activate", `{"planId":"team"}`)
	m.Deliver(t.Context())
	if got.Status != http.StatusOK || m.get(t, id).Status != "Unsubscribed" {
		t.Errorf("%d, %s", got.Status, m.get(t, id).Status)
	}
	if diff := cmp.Diff([]string{"Unsubscribe"}, actions(m.hook.take())); diff != "" {
		t.Errorf("webhooks (-want +got):\n%s", diff)
	}
}

func TestListSubscriptions(t *testing.T) {
	m := startMarketplace(t)
	if got := m.call(t, http.MethodGet, subscriptions, ""); got.Status != http.StatusOK || got.Body != "" {
		t.Errorf("none: %d %q", got.Status, got.Body)
	}
	var want []string
	for range 7 {
		want = append(want, m.buy(t, siteFlat))
	}
	must(t, m.Configure(func(s *marketplace.Settings) { s.PageSize = 3 }))
	var got []string
	sizes := []int{}
	for path := subscriptions; path != ""; {
		page := m.call(t, http.MethodGet, path, "").Object(t)
		list, _ := page["subscriptions"].([]any)
		sizes = append(sizes, len(list))
		for _, item := range list {
			body, _ := item.(map[string]any)
			if _, there := body["quantity"]; there {
				t.Error("a flat plan has a quantity")
			}
			got = append(got, fmt.Sprint(body["id"]))
		}
		path = ""
		if next, _ := page["@nextLink"].(string); next != "" {
			link, err := url.Parse(next)
			must(t, err)
			if link.Host != "main.prod.marketplaceapi.example" {
				t.Errorf("next link %s", next)
			}
			path = subscriptions + "?continuationToken=" + url.QueryEscape(link.Query().Get("continuationToken"))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{3, 3, 1}, sizes); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	for _, token := range []string{"x", "AAAA", "W3sicG9zaXRpb24iOjk5fV1+fj4/"} {
		path := subscriptions + "?continuationToken=" + url.QueryEscape(token)
		if got := m.call(t, http.MethodGet, path, ""); got.Status != http.StatusBadRequest {
			t.Errorf("%s: %d", token, got.Status)
		}
	}
}

// TestFulfillmentStatusCodes holds the table of endpoints: each call on a subscription in a state.
func TestFulfillmentStatusCodes(t *testing.T) {
	m := startMarketplace(t)
	suspended := m.subscribed(t, teamOfTen)
	must(t, m.Suspend(suspended))
	cancelled := m.subscribed(t, teamOfTen)
	must(t, m.Cancel(cancelled))
	busy := m.subscribed(t, teamOfTen)
	ids := map[string]string{
		"pending": m.buy(t, teamOfTen), "subscribed": m.subscribed(t, teamOfTen), "suspended": suspended,
		"cancelled": cancelled, "busy": busy, "csp": m.subscribed(t, throughIT), "flat": m.subscribed(t, siteFlat),
		"unknown": "3f1c9a52-0000-4000-8000-000000000000",
	}
	// Nothing is delivered from here on, so that busy stays busy.
	_, err := m.ChangePlan(busy, "business")
	must(t, err)
	tests := []struct {
		method, state, path, body string
		status                    int
	}{
		{"GET", "pending", "", "", 200},
		{"GET", "cancelled", "", "", 200},
		{"GET", "unknown", "", "", 404},
		{"POST", "unknown", "/activate", `{"planId":"team"}`, 404},
		{"GET", "subscribed", "/listAvailablePlans", "", 200},
		{"GET", "subscribed", "/listAvailablePlans?planId=nothing", "", 200},
		{"GET", "cancelled", "/listAvailablePlans", "", 403},
		{"GET", "unknown", "/listAvailablePlans", "", 404},
		{"PATCH", "subscribed", "", `{"planId":"team"}`, 400},
		{"PATCH", "subscribed", "", `{"planId":"nothing"}`, 400},
		{"PATCH", "subscribed", "", `{"planId":"site"}`, 400},
		{"PATCH", "subscribed", "", `{"quantity":10}`, 400},
		{"PATCH", "subscribed", "", `{"quantity":0}`, 400},
		{"PATCH", "subscribed", "", `{"quantity":501}`, 400},
		{"PATCH", "subscribed", "", `{"planId":"business","quantity":5}`, 400},
		{"PATCH", "subscribed", "", `{}`, 400},
		{"PATCH", "subscribed", "", `plan`, 400},
		{"PATCH", "flat", "", `{"quantity":5}`, 400},
		{"PATCH", "pending", "", `{"quantity":5}`, 400},
		{"PATCH", "suspended", "", `{"quantity":5}`, 400},
		{"PATCH", "cancelled", "", `{"quantity":5}`, 400},
		{"PATCH", "csp", "", `{"quantity":5}`, 400},
		{"PATCH", "busy", "", `{"quantity":5}`, 400},
		{"PATCH", "unknown", "", `{"quantity":5}`, 404},
		{"DELETE", "csp", "", "", 400},
		{"DELETE", "cancelled", "", "", 400},
		{"DELETE", "busy", "", "", 409},
		{"DELETE", "unknown", "", "", 404},
		{"GET", "subscribed", "/operations", "", 200},
		{"GET", "unknown", "/operations", "", 404},
		{"GET", "subscribed", "/operations/3f1c9a52-0000-4000-8000-000000000000", "", 404},
		{"PATCH", "subscribed", "/operations/3f1c9a52-0000-4000-8000-000000000000", `{"status":"Success"}`, 404},
		{"PATCH", "subscribed", "/operations/3f1c9a52-0000-4000-8000-000000000000", `{"status":"Fine"}`, 400},
		{"PATCH", "subscribed", "", `{"quantity":5}`, 202},
		{"DELETE", "pending", "", "", 202},
	}
	for _, test := range tests {
		t.Run(test.method+" "+test.state+test.path+" "+test.body, func(t *testing.T) {
			got := m.call(t, test.method, subscriptions+"/"+ids[test.state]+test.path, test.body)
			if got.Status != test.status {
				t.Errorf("%d %s, want %d", got.Status, got.Body, test.status)
			}
		})
	}
}

func TestAvailablePlans(t *testing.T) {
	m := startMarketplace(t)
	tests := map[string]struct {
		purchase marketplace.Purchase
		query    string
		want     []string
	}{
		"seats":   {teamOfTen, "", []string{"team", "business", "team-preview"}},
		"one":     {teamOfTen, "?planId=business", []string{"business"}},
		"none":    {teamOfTen, "?planId=site", nil},
		"flat":    {siteFlat, "", []string{"site"}},
		"metered": {metered, "", []string{"active", "active-plus"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			id := m.subscribed(t, test.purchase)
			body := m.call(t, http.MethodGet, subscriptions+"/"+id+"/listAvailablePlans"+test.query, "").Object(t)
			plans, _ := body["plans"].([]any)
			var got []string
			for _, item := range plans {
				plan, _ := item.(map[string]any)
				got = append(got, fmt.Sprint(plan["planId"]))
				if _, there := plan["sourceOffers"]; there != (test.query != "") {
					t.Errorf("source offers of %v", plan)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("plans (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPublisherChangesQuantity(t *testing.T) {
	m := startMarketplace(t)
	id := m.subscribed(t, teamOfTen)
	got := m.call(t, http.MethodPatch, subscriptions+"/"+id, `{"quantity":25}`)
	operationID := got.Header.Get("Operation-Id")
	want := "https://main.prod.marketplaceapi.example/api/saas/subscriptions/" + id + "/operations/" + operationID +
		"?api-version=2018-08-31"
	if got.Status != 202 || got.Body != "" || got.Header.Get("Operation-Location") != want ||
		got.Header.Get("Retry-After") != "10" {
		t.Fatalf("%d %q %v", got.Status, got.Body, got.Header)
	}
	op := m.operation(t, id, operationID)
	wantOp := map[string]any{
		"id": operationID, "activityId": operationID, "subscriptionId": id, "offerId": "timetracker",
		"publisherId": "timetracker", "planId": "team", "quantity": 25.0, "action": "ChangeQuantity",
		"timeStamp": "2026-11-21T09:30:00.0000000Z", "status": "NotStarted", "operationRequestSource": "Partner",
		"errorStatusCode": "", "errorMessage": "",
	}
	if diff := cmp.Diff(wantOp, op); diff != "" {
		t.Errorf("operation (-want +got):\n%s", diff)
	}
	if got := m.get(t, id).Quantity; got != 10 {
		t.Errorf("%d seats before the publisher has answered the webhook", got)
	}
	m.Deliver(t.Context())
	if got := m.get(t, id).Quantity; got != 25 {
		t.Errorf("%d seats afterwards", got)
	}
	if status := m.operation(t, id, operationID)["status"]; status != "Succeeded" {
		t.Errorf("operation %v", status)
	}
}

// TestNewOperationOfThePublisher holds the recorded one: without a quantity until its webhook is sent.
func TestNewOperationOfThePublisher(t *testing.T) {
	m := startMarketplace(t)
	must(t, m.Configure(func(s *marketplace.Settings) { s.NewOperationLacksQuantity = true }))
	id, other := m.subscribed(t, teamOfTen), m.subscribed(t, teamOfTen)
	operationID := m.call(t, http.MethodPatch, subscriptions+"/"+id, `{"quantity":25}`).Header.Get("Operation-Id")
	op := m.operation(t, id, operationID)
	if quantity, there := op["quantity"]; there || op["status"] != "NotStarted" {
		t.Errorf("%v with quantity %v", op["status"], quantity)
	}
	customers, err := m.ChangeQuantity(other, 25)
	must(t, err)
	if got := m.operation(t, other, customers)["quantity"]; got != 25.0 {
		t.Errorf("the customer's has quantity %v", got)
	}
	m.Deliver(t.Context())
	if got := m.operation(t, id, operationID)["quantity"]; got != 25.0 {
		t.Errorf("after the webhook: quantity %v", got)
	}
	for _, payload := range m.hook.take() {
		if payload["quantity"] != 25.0 {
			t.Errorf("webhook %v", payload)
		}
	}
}

// TestNewOperationsAreListedLate holds that the list of operations is as late as an operation alone.
func TestNewOperationsAreListedLate(t *testing.T) {
	m := startMarketplace(t)
	id := m.subscribed(t, teamOfTen)
	path := subscriptions + "/" + id + "/operations"
	list := func(status int, want int) {
		t.Helper()
		got := m.call(t, http.MethodGet, path, "")
		if got.Status != status {
			t.Fatalf("%d %s, want %d", got.Status, got.Body, status)
		}
		if listed, _ := got.Object(t)["operations"].([]any); len(listed) != want {
			t.Errorf("%d operations, want %d", len(listed), want)
		}
	}
	must(t, m.Configure(func(s *marketplace.Settings) { s.OperationMissingFor = 2 }))
	_, err := m.ChangePlan(id, "business")
	must(t, err)
	list(200, 0)
	must(t, m.Configure(func(s *marketplace.Settings) { s.NoOperationsIs404 = true }))
	list(404, 0)
	list(200, 1)
	m.Deliver(t.Context())
	list(404, 0)
}

func TestPublisherCancels(t *testing.T) {
	m := startMarketplace(t, func(c *marketplace.Config) { c.OperationDelay = time.Minute })
	id := m.subscribed(t, teamOfTen)
	got := m.call(t, http.MethodDelete, subscriptions+"/"+id, "")
	operationID := got.Header.Get("Operation-Id")
	m.Deliver(t.Context())
	if len(m.hook.take()) != 0 || m.get(t, id).Status != "Subscribed" {
		t.Error("it was cancelled at once")
	}
	m.entra.Clock.Advance(time.Minute)
	m.Deliver(t.Context())
	payloads := m.hook.take()
	if diff := cmp.Diff([]string{"Unsubscribe"}, actions(payloads)); diff != "" {
		t.Fatalf("webhooks (-want +got):\n%s", diff)
	}
	if payloads[0]["id"] != operationID || payloads[0]["status"] != "Succeeded" {
		t.Errorf("webhook %v", payloads[0])
	}
	if m.get(t, id).Status != "Unsubscribed" || m.operation(t, id, operationID)["status"] != "Succeeded" {
		t.Error("it was not cancelled")
	}
}

func TestMarketplaceState(t *testing.T) {
	file := filepath.Join(t.TempDir(), "marketplace.json")
	config := func(c *marketplace.Config) { c.StateFile = file }
	m := startMarketplace(t, config)
	id := m.buy(t, teamOfTen)
	_, err := m.Seed(marketplace.SeedSubscription{
		ID: "8a6f1c00-1111-4222-8333-444455556666", Purchaser: "ada@contoso.example", OfferID: "timetracker",
		PlanID: "team", Quantity: 10, Start: time.Date(2026, 8, 31, 0, 0, 0, 0, time.UTC),
	})
	must(t, err)
	token, err := m.LandingToken(id)
	must(t, err)
	must(t, m.Cancel("8a6f1c00-1111-4222-8333-444455556666"))

	again := startMarketplace(t, config)
	got := again.call(t, http.MethodPost, subscriptions+"/resolve", "", "X-Ms-Marketplace-Token", token)
	if got.Status != http.StatusOK || got.Object(t)["id"] != id {
		t.Errorf("after a restart: %d %s", got.Status, got.Body)
	}
	again.Deliver(t.Context())
	if diff := cmp.Diff([]string{"Unsubscribe"}, actions(again.hook.take())); diff != "" {
		t.Errorf("webhooks after a restart (-want +got):\n%s", diff)
	}
	if got := again.get(t, "8a6f1c00-1111-4222-8333-444455556666").Status; got != "Unsubscribed" {
		t.Errorf("seeded: %s", got)
	}
}

func TestSeed(t *testing.T) {
	m := startMarketplace(t)
	seed := marketplace.SeedSubscription{
		ID: "8a6f1c00-1111-4222-8333-444455556666", Purchaser: "ada@contoso.example", OfferID: "timetracker",
		PlanID: "team", Quantity: 10, Start: time.Date(2026, 8, 31, 7, 0, 0, 0, time.UTC),
	}
	for range 2 {
		if id, err := m.Seed(seed); id != seed.ID || err != nil {
			t.Fatal(id, err)
		}
	}
	m.Deliver(t.Context())
	if got := m.hook.take(); len(got) != 0 {
		t.Errorf("webhooks %v", actions(got))
	}
	body := m.call(t, http.MethodGet, subscriptions+"/"+seed.ID, "").Object(t)
	want := map[string]any{
		"startDate": "2026-10-31T00:00:00Z", "endDate": "2026-11-29T00:00:00Z", "termUnit": "P1M",
		"chargeDuration": nil,
	}
	if diff := cmp.Diff(want, body["term"]); diff != "" || body["saasSubscriptionStatus"] != "Subscribed" {
		t.Errorf("%v (-want +got):\n%s", body["saasSubscriptionStatus"], diff)
	}
	page := m.call(t, http.MethodGet, subscriptions, "").Object(t)
	if list, _ := page["subscriptions"].([]any); len(list) != 1 {
		t.Errorf("%d subscriptions", len(list))
	}
}

// TestPurchaseChoices holds what a subscription says of the term, the trial, the renewal and the mode it was bought with.
func TestPurchaseChoices(t *testing.T) {
	tests := map[string]struct {
		purchase marketplace.Purchase
		want     map[string]any // beside what is usual
		endDate  string
	}{
		"usual":       {teamOfTen, map[string]any{}, "2026-12-20T00:00:00Z"},
		"a year":      {marketplace.Purchase{TermUnit: "P1Y"}, map[string]any{"termUnit": "P1Y"}, "2027-11-20T00:00:00Z"},
		"18 months":   {marketplace.Purchase{TermUnit: "P18M"}, map[string]any{"termUnit": "P18M"}, "2028-05-20T00:00:00Z"},
		"three years": {marketplace.Purchase{TermUnit: "P3Y"}, map[string]any{"termUnit": "P3Y"}, "2029-11-20T00:00:00Z"},
		"once":        {marketplace.Purchase{RenewalOff: true}, map[string]any{"autoRenew": false}, "2026-12-20T00:00:00Z"},
		"trial":       {marketplace.Purchase{FreeTrial: true}, map[string]any{"isFreeTrial": true}, "2026-12-20T00:00:00Z"},
		"test mode": {
			marketplace.Purchase{DryRun: true}, map[string]any{"isTest": true, "sessionMode": "DryRun"}, "2026-12-20T00:00:00Z",
		},
		"through a partner": {
			marketplace.Purchase{Purchaser: throughIT.Purchaser, Beneficiary: throughIT.Beneficiary},
			map[string]any{}, "2026-12-20T00:00:00Z",
		},
		"test mode, through a partner": {
			marketplace.Purchase{Purchaser: throughIT.Purchaser, Beneficiary: throughIT.Beneficiary, DryRun: true},
			map[string]any{"isTest": true, "sessionMode": "DryRun", "sandboxType": "Csp"}, "2026-12-20T00:00:00Z",
		},
	}
	m := startMarketplace(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			purchase := test.purchase
			purchase.OfferID, purchase.PlanID, purchase.Quantity = teamOfTen.OfferID, teamOfTen.PlanID, teamOfTen.Quantity
			body := m.call(t, http.MethodGet, subscriptions+"/"+m.subscribed(t, purchase), "").Object(t)
			term, _ := body["term"].(map[string]any)
			got := map[string]any{
				"termUnit": term["termUnit"], "autoRenew": body["autoRenew"], "isFreeTrial": body["isFreeTrial"],
				"isTest": body["isTest"], "sessionMode": body["sessionMode"], "sandboxType": body["sandboxType"],
			}
			want := map[string]any{
				"termUnit": "P1M", "autoRenew": true, "isFreeTrial": false, "isTest": false,
				"sessionMode": "None", "sandboxType": "None",
			}
			maps.Copy(want, test.want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if term["startDate"] != "2026-11-21T00:00:00Z" || term["endDate"] != test.endDate {
				t.Errorf("term %v, want it to end on %s", term, test.endDate)
			}
		})
	}
}

// TestStateWithoutTerms holds that what was stored when every term was a month and renewed still is.
func TestStateWithoutTerms(t *testing.T) {
	file := filepath.Join(t.TempDir(), "marketplace.json")
	stored := `{"subscriptions":[{"id":"8a6f1c00-1111-4222-8333-444455556666","offer_id":"timetracker",` +
		`"plan_id":"team","quantity":10,"status":"Subscribed","start":"2026-11-21T00:00:00Z"}]}`
	must(t, os.WriteFile(file, []byte(stored), 0o600))
	m := startMarketplace(t, func(c *marketplace.Config) { c.StateFile = file })
	body := m.call(t, http.MethodGet, subscriptions+"/8a6f1c00-1111-4222-8333-444455556666", "").Object(t)
	want := map[string]any{
		"startDate": "2026-11-21T00:00:00Z", "endDate": "2026-12-20T00:00:00Z", "termUnit": "P1M",
		"chargeDuration": nil,
	}
	if diff := cmp.Diff(want, body["term"]); diff != "" || body["autoRenew"] != true {
		t.Errorf("auto renew %v (-want +got):\n%s", body["autoRenew"], diff)
	}
	if shown := m.console(t, http.MethodGet, "state", ""); !strings.Contains(shown.Body, `"term_unit":"P1M"`) {
		t.Errorf("the console shows %s", shown.Body)
	}
}

func TestBuyRefuses(t *testing.T) {
	m := startMarketplace(t)
	tests := map[string]marketplace.Purchase{
		"unknown plan":         {OfferID: "timetracker", PlanID: "site"},
		"unknown offer":        {OfferID: "other", PlanID: "team", Quantity: 1},
		"no seats":             {OfferID: "timetracker", PlanID: "team"},
		"too many seats":       {OfferID: "timetracker", PlanID: "team", Quantity: 501},
		"seats of a flat plan": {OfferID: "timetracker-site", PlanID: "site", Quantity: 1},
		"unknown term":         {OfferID: "timetracker-site", PlanID: "site", TermUnit: "P1W"},
		"metered free trial":   {OfferID: "timetracker-active", PlanID: "active", FreeTrial: true},
		"unknown beneficiary":  {Beneficiary: "x@y.z", OfferID: "timetracker-site", PlanID: "site"},
	}
	for name, purchase := range tests {
		purchase.Purchaser = "ada@contoso.example"
		if _, err := m.Buy(purchase); err == nil {
			t.Errorf("%s was bought", name)
		}
	}
	if _, err := m.Buy(marketplace.Purchase{Purchaser: "x@y.z", OfferID: "timetracker-site", PlanID: "site"}); err == nil {
		t.Error("nobody has bought")
	}
}

func TestMarketplaceQuirks(t *testing.T) {
	m := startMarketplace(t)
	seats, flat, pending := m.subscribed(t, teamOfTen), m.subscribed(t, siteFlat), m.buy(t, siteFlat)
	must(t, m.Configure(func(s *marketplace.Settings) {
		s.QuantityAsText, s.PaddedStatuses, s.ExtraFields, s.LongTimestamps, s.TermUnitOnly = true, true, true, false, false
		s.OperationMissingFor = 2
	}))
	body := m.call(t, http.MethodGet, subscriptions+"/"+seats, "").Object(t)
	if body["quantity"] != "10" || body["saasSubscriptionStatus"] != " Subscribed " ||
		body["created"] != "2026-11-21T09:30:00Z" || body["sandboxExtra"] == nil {
		t.Errorf("seats: %v", body)
	}
	if body := m.call(t, http.MethodGet, subscriptions+"/"+flat, "").Object(t); body["quantity"] != "" {
		t.Errorf("flat: %v", body)
	}
	body = m.call(t, http.MethodGet, subscriptions+"/"+pending, "").Object(t)
	if term, _ := body["term"].(map[string]any); term["startDate"] == nil {
		t.Errorf("pending: %v", body)
	}
	operationID, err := m.ChangePlan(seats, "business")
	must(t, err)
	var statuses []int
	for range 3 {
		path := subscriptions + "/" + seats + "/operations/" + operationID
		statuses = append(statuses, m.call(t, http.MethodGet, path, "").Status)
	}
	if diff := cmp.Diff([]int{404, 404, 200}, statuses); diff != "" {
		t.Errorf("reads of an operation (-want +got):\n%s", diff)
	}
	must(t, m.Configure(func(s *marketplace.Settings) { s.MissingOperationIs400 = true }))
	if got := m.call(t, http.MethodGet, subscriptions+"/"+seats+"/operations/x", ""); got.Status != 400 {
		t.Errorf("unknown operation: %d", got.Status)
	}
	for name, change := range map[string]func(*marketplace.Settings){
		"version": func(s *marketplace.Settings) { s.TokenVersion = 3 },
		"copies":  func(s *marketplace.Settings) { s.Copies = 0 },
		"page":    func(s *marketplace.Settings) { s.PageSize = 101 },
		"reads":   func(s *marketplace.Settings) { s.OperationMissingFor = -1 },
		"status":  func(s *marketplace.Settings) { s.ReconStatus = "Fine" },
	} {
		if m.Configure(change) == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestMarketplaceFaults(t *testing.T) {
	m := startMarketplace(t)
	id := m.subscribed(t, metered)
	fulfillment, metering := subscriptions+"/"+id, "/usageEvents?usageStartDate=2026-11-21"
	tests := map[string]struct {
		status int
		begins string
	}{
		"down": {503, "Service Unavailable"}, "throttled": {429, "{"}, "forbidden": {403, "{"},
		"html": {200, "<!doctype"}, "wrong_json": {200, `{"id":42`},
	}
	for mode, want := range tests {
		for service, path := range map[string]string{"fulfillment": fulfillment, "metering": metering} {
			other := map[string]string{"fulfillment": metering, "metering": fulfillment}[service]
			t.Run(service+" "+mode, func(t *testing.T) {
				set := func(mode string) {
					t.Helper()
					body := `{"service":"` + service + `","mode":"` + mode + `"}`
					got := sandboxtest.Send(t, http.DefaultClient, http.MethodPost, m.base+"/_sandbox/faults", body, nil)
					if got.Status != http.StatusNoContent {
						t.Fatalf("%d %s", got.Status, got.Body)
					}
				}
				set(mode)
				got := m.call(t, http.MethodGet, path, "")
				if got.Status != want.status || !strings.HasPrefix(got.Body, want.begins) {
					t.Errorf("%d %s", got.Status, got.Body)
				}
				if (got.Header.Get("Retry-After") != "") != (mode == "throttled") {
					t.Errorf("Retry-After %q", got.Header.Get("Retry-After"))
				}
				if got := m.call(t, http.MethodGet, other, ""); got.Status != http.StatusOK || got.Header.Get("Content-Type")[:16] != "application/json" {
					t.Errorf("the other service: %d", got.Status)
				}
				set("off")
				if got := m.call(t, http.MethodGet, path, ""); got.Status != http.StatusOK {
					t.Errorf("afterwards: %d", got.Status)
				}
			})
		}
	}
	if m.SetFault("other", "down") == nil || m.SetFault("metering", "empty_keys") == nil {
		t.Error("an unknown fault was accepted")
	}
}

func TestNewMarketplaceRefusesConfig(t *testing.T) {
	h := sandboxtest.StartEntra(t)
	good := marketplace.Config{
		BaseURL: "http://localhost:8091", LandingURL: landingPage, WebhookURL: "http://127.0.0.1:8081/marketplace/webhook",
		Entra: h.Server, HTTPClient: http.DefaultClient, Now: h.Clock.Now,
	}
	if _, err := marketplace.New(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*marketplace.Config){
		"no Entra":                   func(c *marketplace.Config) { c.Entra = nil },
		"no client":                  func(c *marketplace.Config) { c.HTTPClient = nil },
		"no clock":                   func(c *marketplace.Config) { c.Now = nil },
		"no base":                    func(c *marketplace.Config) { c.BaseURL = "" },
		"landing page with fragment": func(c *marketplace.Config) { c.LandingURL += "#x" },
		"relative webhook":           func(c *marketplace.Config) { c.WebhookURL = "/marketplace/webhook" },
		"state that can't be read":   func(c *marketplace.Config) { c.StateFile = t.TempDir() },
	} {
		config := good
		change(&config)
		if _, err := marketplace.New(config); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
