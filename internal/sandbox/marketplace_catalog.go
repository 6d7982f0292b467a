package sandbox

import "slices"

// marketplacePublisher is the publisher id of the sandbox's offers.
const marketplacePublisher = "timetracker"

// ActiveUserDimension is the metering dimension of the metered plans.
const ActiveUserDimension = "active_user"

type marketplaceOffer struct {
	ID    string            `json:"id"`
	Name  string            `json:"name"`
	Plans []marketplacePlan `json:"plans"`
}

// marketplacePlan is a plan as published. Money is in US cents a month.
type marketplacePlan struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Seats are bought when MaxSeats is not zero; no other plan has a quantity.
	MinSeats int `json:"min_seats"`
	MaxSeats int `json:"max_seats"`
	// BaseCents is the price of the subscription, RateCents that of a seat or of a unit of Dimension.
	BaseCents int `json:"base_cents"`
	RateCents int `json:"rate_cents"`
	// Dimension is what is metered above Included units; empty for other plans.
	Dimension string `json:"dimension"`
	Included  int    `json:"included"`
}

// fits tells whether a quantity can be bought: none for a plan without seats.
func (p marketplacePlan) fits(quantity int) bool {
	return quantity >= p.MinSeats && quantity <= p.MaxSeats
}

func (p marketplacePlan) perSeat() bool { return p.MaxSeats > 0 }

// hasFreeTrial tells whether the plan can be tried for nothing, which a metered one can't.
func (p marketplacePlan) hasFreeTrial() bool { return p.Dimension == "" }

// marketplaceOffers returns what is for sale. The plan team-preview is one the product does not know, so that
// its refusal of a plan can be tried.
func marketplaceOffers() []marketplaceOffer {
	return []marketplaceOffer{
		{ID: "timetracker", Name: "TimeTracker", Plans: []marketplacePlan{
			{ID: "team", Name: "Team", MinSeats: 1, MaxSeats: 500, RateCents: 900},
			{ID: "business", Name: "Business", MinSeats: 1, MaxSeats: 1000, RateCents: 1400},
			{ID: "team-preview", Name: "Team preview", MinSeats: 1, MaxSeats: 500, RateCents: 700},
		}},
		{ID: "timetracker-site", Name: "TimeTracker Site", Plans: []marketplacePlan{
			{ID: "site", Name: "Site", BaseCents: 29900},
		}},
		{ID: "timetracker-active", Name: "TimeTracker Active Users", Plans: []marketplacePlan{
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

// findOffer returns the offer, or one without plans where there is none.
func findOffer(offerID string) marketplaceOffer {
	offers := marketplaceOffers()
	at := slices.IndexFunc(offers, func(o marketplaceOffer) bool { return o.ID == offerID })
	if at < 0 {
		return marketplaceOffer{}
	}
	return offers[at]
}

// marketplaceTerm is how long a plan is bought for at a time.
type marketplaceTerm struct {
	Unit   string `json:"unit"` // as termUnit spells it: a duration of ISO 8601
	Months int    `json:"months"`
}

// marketplaceTerms returns the terms that every plan is sold for. Microsoft has a month, one to five years, and
// others in private offers.
func marketplaceTerms() []marketplaceTerm {
	return []marketplaceTerm{{"P1M", 1}, {"P1Y", 12}, {"P18M", 18}, {"P3Y", 36}}
}

// findTerm returns the term of a unit; an empty one is a month.
func findTerm(unit string) (marketplaceTerm, bool) {
	terms := marketplaceTerms()
	if unit == "" {
		return terms[0], true
	}
	at := slices.IndexFunc(terms, func(t marketplaceTerm) bool { return t.Unit == unit })
	if at < 0 {
		return marketplaceTerm{}, false
	}
	return terms[at], true
}

func findPlan(offerID, planID string) (marketplacePlan, bool) {
	plans := findOffer(offerID).Plans
	at := slices.IndexFunc(plans, func(p marketplacePlan) bool { return p.ID == planID })
	if at < 0 {
		return marketplacePlan{}, false
	}
	return plans[at], true
}
