package dev_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/apptest"
	"timetracker/internal/plan"
)

// TestPlansAreThoseOfTheMarketplace compares the table of plans with what the Marketplace of `dev` publishes. They can
// differ, since Microsoft's API gives no prices and the table is written by hand.
func TestPlansAreThoseOfTheMarketplace(t *testing.T) {
	m := apptest.StartMicrosoft(t, apptest.Addresses(t, 1)[0], nil, nil)
	answer := httptest.NewRecorder()
	m.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/_sandbox/marketplace/state", http.NoBody))
	var state struct {
		Offers []struct {
			ID    string
			Plans []struct {
				ID, Name, Dimension string
				Included            int
				MaxSeats            int   `json:"max_seats"`
				Base                int64 `json:"base_cents"`
				Rate                int64 `json:"rate_cents"`
			}
		}
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &state); err != nil {
		t.Fatalf("%s: %v", answer.Body, err)
	}
	var published []plan.Plan
	for _, offer := range state.Offers {
		for _, found := range offer.Plans {
			if found.ID == "team-preview" { // it is published, but not in the table
				continue
			}
			model := plan.Flat
			switch {
			case found.MaxSeats > 0:
				model = plan.Seats
			case found.Dimension != "":
				model = plan.Metered
			}
			published = append(published, plan.Plan{
				OfferID: offer.ID, ID: found.ID, Name: found.Name, Model: model, Currency: "USD", RateMinor: found.Rate,
				BaseMinor: found.Base, Included: found.Included, Dimension: found.Dimension,
			})
		}
	}
	known := plan.Catalogue()
	for i := range known {
		known[i].SeatLimit = 0 // Microsoft has no such field
	}
	if diff := cmp.Diff(published, known); diff != "" {
		t.Errorf("published and known plans differ (-published +known):\n%s", diff)
	}
}
