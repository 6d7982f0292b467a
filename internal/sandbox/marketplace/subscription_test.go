package marketplace_test

import (
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/sandbox/marketplace"
)

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

// TestPurchaseChoices tests that a subscription has the term, trial, renewal and mode with which it was bought.
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

func TestCommandsThatMakeNoSense(t *testing.T) {
	m := startMarketplace(t)
	pending := m.buy(t, teamOfTen)
	cancelled := m.subscribed(t, teamOfTen)
	must(t, m.Cancel(cancelled))
	tests := map[string]func(id string) error{
		"suspend":   m.Suspend,
		"renew":     m.Renew,
		"reinstate": func(id string) error { _, err := m.Reinstate(id); return err },
		"plan":      func(id string) error { _, err := m.ChangePlan(id, "business"); return err },
		"quantity":  func(id string) error { _, err := m.ChangeQuantity(id, 11); return err },
	}
	for name, command := range tests {
		for _, id := range []string{pending, cancelled, "unknown"} {
			if command(id) == nil {
				t.Errorf("%s of %+v was done", name, m.get(t, id))
			}
		}
	}
	if m.Cancel(cancelled) == nil || m.SetRenewal(cancelled, true) == nil || m.Notify(pending, "") == nil || m.SendAgain(99) == nil ||
		m.Transfer(pending, "x@y.z", "x@y.z") == nil {
		t.Error("it was done")
	}
}

// TestEnds tests how a subscription ends without a cancellation.
func TestEnds(t *testing.T) {
	lapse := func(m *market, id string) error { return m.Lapse(id) }
	endTerm := func(m *market, id string) error { return m.EndTerm(id) }
	once := teamOfTen
	once.RenewalOff = true
	tests := map[string]struct {
		start func(t *testing.T, m *market) string // the subscription's id
		end   func(m *market, id string) error
		ends  bool
	}{
		"suspended for 30 days": {func(t *testing.T, m *market) string {
			id := m.subscribed(t, teamOfTen)
			must(t, m.Suspend(id))
			return id
		}, lapse, true},
		"not configured for 30 days": {func(t *testing.T, m *market) string { return m.buy(t, teamOfTen) }, lapse, true},
		"active for 30 days":         {func(t *testing.T, m *market) string { return m.subscribed(t, teamOfTen) }, lapse, false},
		"being activated": {func(t *testing.T, m *market) string {
			id := m.buy(t, teamOfTen)
			m.call(t, http.MethodPost, subscriptions+"/"+id+"/activate", `{"planId":"team"}`)
			return id
		}, lapse, false},
		"unknown, for 30 days": {func(*testing.T, *market) string { return "x" }, lapse, false},
		"bought for one term":  {func(t *testing.T, m *market) string { return m.subscribed(t, once) }, endTerm, true},
		"renewal switched off": {func(t *testing.T, m *market) string {
			id := m.subscribed(t, teamOfTen)
			must(t, m.SetRenewal(id, false))
			return id
		}, endTerm, true},
		"renewal switched on again": {func(t *testing.T, m *market) string {
			id := m.subscribed(t, once)
			must(t, m.SetRenewal(id, true))
			return id
		}, endTerm, false},
		"renewed":                {func(t *testing.T, m *market) string { return m.subscribed(t, teamOfTen) }, endTerm, false},
		"not active at its term": {func(t *testing.T, m *market) string { return m.buy(t, once) }, endTerm, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := startMarketplace(t, func(c *marketplace.Config) { c.ActivationDelay = time.Hour })
			id := test.start(t, m)
			m.Deliver(t.Context())
			m.hook.take()
			if err := test.end(m, id); (err == nil) != test.ends {
				t.Fatalf("err = %v, want it to end: %v", err, test.ends)
			}
			m.Deliver(t.Context())
			told := actions(m.hook.take())
			if !test.ends {
				if len(told) != 0 {
					t.Errorf("webhooks %v", told)
				}
				return
			}
			if s := m.get(t, id); s.Status != "Unsubscribed" || !s.EndedAt.Equal(m.entra.Clock.Now()) {
				t.Errorf("%s, ended at %s", s.Status, s.EndedAt)
			}
			if diff := cmp.Diff([]string{"Unsubscribe"}, told); diff != "" {
				t.Errorf("webhooks (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRenew(t *testing.T) {
	m := startMarketplace(t)
	trial := teamOfTen
	trial.FreeTrial, trial.TermUnit = true, "P18M"
	id := m.subscribed(t, trial)
	must(t, m.Renew(id))
	s := m.get(t, id)
	first, last := s.Term()
	if s.FreeTrial || first.Format(time.DateOnly) != "2028-05-21" || last.Format(time.DateOnly) != "2029-11-20" {
		t.Errorf("free trial %v, term from %s to %s", s.FreeTrial, first, last)
	}
	must(t, m.Configure(func(s *marketplace.Settings) { s.SubscribeWithRenew = true }))
	must(t, m.Renew(id))
	must(t, m.SetRenewal(id, false))
	if m.Renew(id) == nil {
		t.Error("it was renewed with its renewal off")
	}
	m.Deliver(t.Context())
	if diff := cmp.Diff([]string{"Renew", "Renew", "Subscribe"}, actions(m.hook.take())); diff != "" {
		t.Errorf("webhooks (-want +got):\n%s", diff)
	}
}
