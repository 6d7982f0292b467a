package plan

import (
	"time"

	"timetracker/internal/ids"
)

// Kind says on what basis a tenant uses the product.
type Kind string

// The kinds.
const (
	Trial    Kind = "trial"    // for a limited time, with few people
	Internal Kind = "internal" // our own organization: no limits, never billed
	Paid     Kind = "paid"     // seats and rate come from the subscription
)

// Status says whether terms are in force.
type Status string

// The statuses.
const (
	Active    Status = "active"
	Suspended Status = "suspended" // a payment is missing
	Cancelled Status = "cancelled" // the subscription has ended
)

// Terms are what a tenant is billed by from an instant on, until the next terms. Earlier terms stay, so that a month can
// be billed at any later time by what held in it. A tenant that has never paid has none.
type Terms struct {
	ID             ids.Terms
	EffectiveAt    time.Time // UTC
	Kind           Kind
	Status         Status
	SubscriptionID ids.Subscription
	PlanID         string // the Marketplace's name of the plan
	PlanTitle      string // the plan's name; empty: we do not know the plan
	Model          Model  // how the Marketplace bills the plan; empty: we do not know the plan
	Seats          int    // 0: no limit
	Currency       string // ISO 4217
	RateMinor      int64  // price of a billed user and month, in minor units of Currency
	Agreed         bool   // RateMinor was agreed on with the customer; otherwise it is the plan's
	BaseMinor      int64  // price of a month, whoever works
	Included       int    // users whom the base price pays for
	FreeTrial      bool   // the Marketplace's free trial: nothing is charged
}

// Live says whether a month is billed by the terms: their subscription is in force or suspended.
func (t Terms) Live() bool { return t.Kind == Paid && t.Status != Cancelled }

// After gives the terms that follow the current ones. They begin no earlier than those, since the clocks of two
// replicas may differ. differs is false when nothing but the beginning would change.
func (t Terms) After(current Terms) (next Terms, differs bool) {
	if t.EffectiveAt.Before(current.EffectiveAt) {
		t.EffectiveAt = current.EffectiveAt
	}
	current.ID, current.EffectiveAt = t.ID, t.EffectiveAt
	return t, t != current
}
