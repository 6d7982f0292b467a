package marketplace_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/sandbox/marketplace"
	"timetracker/internal/sandbox/sandboxtest"
)

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

// TestStateWithoutTerms tests that subscriptions of earlier state files have a term of a month and are renewed.
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
