package plan

import (
	"slices"
	"strings"
)

// Model says how Microsoft bills a plan. All plans of an offer share one, and it is fixed when the offer is published:
// https://learn.microsoft.com/partner-center/marketplace-offers/create-new-saas-offer-plans
type Model string

// The models.
const (
	Seats   Model = "seats"   // the quantity that the customer has bought, whoever works
	Flat    Model = "flat"    // one price a month
	Metered Model = "metered" // one price a month with some users included, and each further active user
)

// MaxRateMinor is the highest price of a user and month, in minor units of any currency. A million seats at it are an
// amount that is exact in JSON too.
const MaxRateMinor = 10_000_000_000

// Plan is a plan of the catalogue. Prices are those of the published offer: Microsoft's API does not tell them.
type Plan struct {
	OfferID   string
	ID        string
	Name      string
	Model     Model
	SeatLimit int    // Flat: how many people; 0: the quantity for Seats, no limit for Metered
	Currency  string // ISO 4217
	RateMinor int64  // of a billed user and month, in minor units of Currency
	BaseMinor int64  // of a month
	Included  int    // users whom the base pays for
	Dimension string // Metered: what usage is reported as
}

// SeatsFor is how many people a subscription of the quantity has room for; 0: no limit.
func (p Plan) SeatsFor(quantity int) int {
	if p.Model == Seats {
		return quantity
	}
	return p.SeatLimit
}

// Catalogue gives all plans that are sold.
func Catalogue() []Plan {
	return []Plan{
		{
			OfferID: "timetracker", ID: "team", Name: "Team", Model: Seats,
			Currency: "USD", RateMinor: 900,
		},
		{
			OfferID: "timetracker", ID: "business", Name: "Business", Model: Seats,
			Currency: "USD", RateMinor: 1400,
		},
		{
			OfferID: "timetracker-site", ID: "site", Name: "Site", Model: Flat, SeatLimit: 50,
			Currency: "USD", BaseMinor: 29900,
		},
		{
			OfferID: "timetracker-active", ID: "active", Name: "Active users", Model: Metered,
			Currency: "USD", RateMinor: 900, BaseMinor: 2900, Included: 5, Dimension: "active_user",
		},
		{
			OfferID: "timetracker-active", ID: "active-plus", Name: "Active users plus", Model: Metered,
			Currency: "USD", RateMinor: 800, BaseMinor: 14900, Included: 25, Dimension: "active_user",
		},
	}
}

// Offers gives the ids of the catalogue's offers, each once.
func Offers() []string {
	var offers []string
	for _, sold := range Catalogue() {
		if !slices.Contains(offers, sold.OfferID) {
			offers = append(offers, sold.OfferID)
		}
	}
	return offers
}

// LiveOffer gives the offer that an offer's preview stands for, and any other offer as it is. Microsoft adds the suffix
// to the id while an offer is tried before it goes live, and the plans are the same.
func LiveOffer(offerID string) string { return strings.TrimSuffix(offerID, "-preview") }

// Find looks a plan of an offer, or of its preview, up in the catalogue; ok is false when it is not sold.
func Find(offerID, planID string) (sold Plan, ok bool) {
	all, live := Catalogue(), LiveOffer(offerID)
	i := slices.IndexFunc(all, func(p Plan) bool { return p.OfferID == live && p.ID == planID })
	if i < 0 {
		return Plan{}, false
	}
	return all[i], true
}
