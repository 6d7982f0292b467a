package marketplace_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/sandbox/marketplace"
	"timetracker/internal/sandbox/sandboxtest"
)

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
	for _, path := range []string{subscriptions, subscriptions + "/"} {
		if got := m.call(t, http.MethodGet, path, ""); got.Status != http.StatusOK || got.Body != "" {
			t.Errorf("%s: %d %q", path, got.Status, got.Body)
		}
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
			if link.Path != "/api/saas/subscriptions/" {
				t.Errorf("next link %s", next)
			}
			path = subscriptions + "/?continuationToken=" + url.QueryEscape(link.Query().Get("continuationToken"))
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

// TestFulfillmentStatusCodes tests each call for a subscription in each state.
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
	// Nothing is delivered from here on, so that the operation stays pending.
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
				if plan["isStopSell"] != false {
					t.Errorf("isStopSell of %v", plan)
				}
				if diff := cmp.Diff([]string{"P1M", "P1Y", "P2Y", "P3Y", "P4Y", "P5Y"}, termUnits(plan)); diff != "" {
					t.Errorf("terms (-want +got):\n%s", diff)
				}
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

func termUnits(plan map[string]any) (units []string) {
	components, _ := plan["planComponents"].(map[string]any)
	terms, _ := components["recurrentBillingTerms"].([]any)
	for _, item := range terms {
		term, _ := item.(map[string]any)
		units = append(units, fmt.Sprint(term["termUnit"]))
	}
	return units
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

// TestNewOperationOfThePublisher tests that it has no quantity until its webhook is sent, as was recorded.
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

// TestNewOperationsAreListedLate tests that a new operation appears as late in the list as on its own.
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
