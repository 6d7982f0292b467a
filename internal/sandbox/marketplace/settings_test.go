package marketplace_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/sandbox/marketplace"
	"timetracker/internal/sandbox/sandboxtest"
)

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
