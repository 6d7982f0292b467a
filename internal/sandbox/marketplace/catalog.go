package marketplace

import (
	"slices"
)

// publisherID is the publisher id of the sandbox's offers.
const publisherID = "timetracker"

// ActiveUserDimension is the metering dimension of the metered plans.
const ActiveUserDimension = "active_user"

type publishedOffer struct {
	ID    string          `json:"id"`
	Name  string          `json:"name"`
	Plans []publishedPlan `json:"plans"`
}

// publishedPlan is a plan as published. Money is in US cents a month.
type publishedPlan struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// A plan with MaxSeats is sold by seats; no other plan has a quantity.
	MinSeats int `json:"min_seats"`
	MaxSeats int `json:"max_seats"`
	// BaseCents is the price of the subscription, RateCents that of a seat or of a unit of Dimension.
	BaseCents int `json:"base_cents"`
	RateCents int `json:"rate_cents"`
	// Dimension is metered above Included units; empty for plans that are not metered.
	Dimension string `json:"dimension"`
	Included  int    `json:"included"`
}

// fits tells whether a quantity can be bought, which is zero for a plan without seats.
func (p publishedPlan) fits(quantity int) bool {
	return quantity >= p.MinSeats && quantity <= p.MaxSeats
}

func (p publishedPlan) perSeat() bool { return p.MaxSeats > 0 }

// hasFreeTrial tells whether the plan can be tried for free, which a metered plan can't.
func (p publishedPlan) hasFreeTrial() bool { return p.Dimension == "" }

// publishedOffers returns what is for sale. The product does not know the plan team-preview, so that its refusal of a
// plan can be tried.
func publishedOffers() []publishedOffer {
	return []publishedOffer{
		{ID: "timetracker", Name: "TimeTracker", Plans: []publishedPlan{
			{ID: "team", Name: "Team", MinSeats: 1, MaxSeats: 500, RateCents: 900},
			{ID: "business", Name: "Business", MinSeats: 1, MaxSeats: 5000, RateCents: 1400},
			{ID: "team-preview", Name: "Team preview", MinSeats: 1, MaxSeats: 500, RateCents: 700},
		}},
		{ID: "timetracker-site", Name: "TimeTracker Site", Plans: []publishedPlan{
			{ID: "site", Name: "Site", BaseCents: 29900},
		}},
		{ID: "timetracker-active", Name: "TimeTracker Active Users", Plans: []publishedPlan{
			{
				ID: "active", Name: "Active users", BaseCents: 2900, RateCents: 900,
				Dimension: ActiveUserDimension, Included: 5,
			},
			{
				ID: "active-plus", Name: "Active users plus", BaseCents: 14900, RateCents: 800,
				Dimension: ActiveUserDimension, Included: 25,
			},
		}},
	}
}

// findOffer returns the offer, or an empty one if there is none.
func findOffer(offerID string) publishedOffer {
	offers := publishedOffers()
	at := slices.IndexFunc(offers, func(o publishedOffer) bool { return o.ID == offerID })
	if at < 0 {
		return publishedOffer{}
	}
	return offers[at]
}

// soldTerm is how long a plan is bought for at a time.
type soldTerm struct {
	Unit   string `json:"unit"` // as termUnit spells it: a duration of ISO 8601
	Months int    `json:"months"`
	// Private says that only a private offer has it, so that no plan is listed with it.
	Private bool `json:"private"`
}

// soldTerms returns the terms that every plan is sold for. Those of Microsoft's OpenAPI document are a month and one to
// five years; a private offer may have any other.
func soldTerms() []soldTerm {
	return []soldTerm{
		{Unit: "P1M", Months: 1}, {Unit: "P1Y", Months: 12}, {Unit: "P2Y", Months: 24}, {Unit: "P3Y", Months: 36},
		{Unit: "P4Y", Months: 48}, {Unit: "P5Y", Months: 60}, {Unit: "P18M", Months: 18, Private: true},
	}
}

// findTerm returns the term of a unit; an empty one is a month.
func findTerm(unit string) (soldTerm, bool) {
	terms := soldTerms()
	if unit == "" {
		return terms[0], true
	}
	at := slices.IndexFunc(terms, func(t soldTerm) bool { return t.Unit == unit })
	if at < 0 {
		return soldTerm{}, false
	}
	return terms[at], true
}

func findPlan(offerID, planID string) (publishedPlan, bool) {
	plans := findOffer(offerID).Plans
	at := slices.IndexFunc(plans, func(p publishedPlan) bool { return p.ID == planID })
	if at < 0 {
		return publishedPlan{}, false
	}
	return plans[at], true
}
