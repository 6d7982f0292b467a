package billing

import (
	"context"
	"errors"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/plan"
)

// UsageState says how far an hour's usage is.
type UsageState string

// The states.
const (
	UsageOpen     UsageState = "open"     // not reported yet; its quantity may still grow
	UsageSent     UsageState = "sent"     // reported at least once, the answer is not known; its quantity is fixed
	UsageAccepted UsageState = "accepted" // Microsoft has taken AcceptedQuantity; the rest was carried to a later hour
	UsageLost     UsageState = "lost"     // Microsoft takes nothing for the hour; its quantity was carried, or operators were told
)

// Usage is what is reported to Microsoft for one hour of a subscription: there is one event for each subscription, dimension
// and hour, whatever its quantity.
// https://learn.microsoft.com/partner-center/marketplace-offers/marketplace-metering-service-apis
type Usage struct {
	TenantID         ids.Tenant
	SubscriptionID   ids.Subscription
	Dimension        string
	Hour             time.Time // UTC, the hour's beginning
	EffectiveAt      time.Time // the hour's beginning, or when the subscription began within it
	PlanID           string
	Quantity         int // newly active users above the included number
	AcceptedQuantity int // of them, those that Microsoft has taken
	State            UsageState
	Status           string    // Microsoft's latest word on it
	Attempts         int       // how often it was sent and not refused: with an answer that is unknown, or awaited
	Carries          int       // for how many hours before this one its quantity was reported in vain
	NextAt           time.Time // when it is sent next; zero once it is settled
}

// UsageResult is Microsoft's answer to one reported hour.
type UsageResult struct {
	Status           string // Accepted, Duplicate, Expired, …
	AcceptedQuantity int    // of Accepted and Duplicate: what Microsoft has taken for the hour
}

// ReportedUsage is what Microsoft has of a day: in users, as everything that is metered here.
type ReportedUsage struct {
	SubscriptionID ids.Subscription
	Dimension      string
	Day            time.Time // UTC
	Submitted      int       // what was accepted from us, of the whole day
	Quantity       int       // what counts of it: less when it was rejected afterwards
}

// Metering is Microsoft's metering API. Its errors are errs.Unavailable when it doesn't answer or can't be understood.
type Metering interface {
	// Report sends at most MaxBatch events and gives the result of each, in their order.
	Report(ctx context.Context, events []Usage) ([]UsageResult, error)
	// Reported lists what Microsoft has since a day, one for each subscription, dimension and day.
	Reported(ctx context.Context, since time.Time) ([]ReportedUsage, error)
}

// MaxBatch is how many events Microsoft takes at once.
const MaxBatch = 25

const (
	// usageLifetime is how long after its hour Microsoft takes usage.
	usageLifetime = 24 * time.Hour
	// warnAge is when operators learn of usage that could not be reported.
	warnAge = 6 * time.Hour
	// usageRetry is the wait after a failure; it doubles up to usageRetryMost.
	usageRetry     = time.Minute
	usageRetryMost = 30 * time.Minute
	// lookBack is how long after the end of a period or of a subscription it is looked at for what was recorded late, or
	// could not be counted at its end. Microsoft's list of subscriptions, compared daily, may be the first to tell of it.
	lookBack = 48 * time.Hour
	// listLag is when Microsoft's list shows all that it has taken; no document says how long that takes.
	listLag = 3 * time.Hour
	// listPatience is when operators learn that the list does not tell what became of an hour.
	listPatience = 12 * time.Hour
	// maxCarries bounds how often a quantity is reported for another hour after Microsoft took nothing for a whole day.
	maxCarries = 2
	// pastHours is how far back an hour is looked for that can still be reported in time.
	pastHours = 23 * time.Hour
)

// Pricing is how a model bills what people do: the one port behind which the models differ.
type Pricing interface {
	// Measure notes what is newly owed for a subscription up to an instant.
	Measure(ctx context.Context, s marketplace.Subscription, until time.Time) error
	// Settle tells Microsoft what is noted of a subscription, also of the hour that has not ended.
	Settle(ctx context.Context, s marketplace.Subscription) error
}

// Prepaid is the pricing of seats and flat plans: Microsoft bills what was bought, the monthly snapshot only proves its use.
type Prepaid struct{}

// Measure implements Pricing: nothing is owed.
func (Prepaid) Measure(context.Context, marketplace.Subscription, time.Time) error { return nil }

// Settle implements Pricing: there is nothing to tell.
func (Prepaid) Settle(context.Context, marketplace.Subscription) error { return nil }

// Usages reports metered usage. It implements Pricing for metered plans.
type Usages struct {
	store Store
	api   Metering
	now   func() time.Time
	alert func(ctx context.Context, a alert.Alert)
}

// NewUsages makes a Usages. raise tells operators what they must look at.
func NewUsages(store Store, api Metering, now func() time.Time, raise func(context.Context, alert.Alert)) *Usages {
	return &Usages{
		store: store, api: api, alert: raise,
		now: calendar.Clock(now),
	}
}

// For is the pricing of a subscription's plan.
func (u *Usages) For(s marketplace.Subscription) Pricing {
	if sold, ok := s.Plan(); ok && sold.Model == plan.Metered {
		return u
	}
	return Prepaid{}
}

// Flush measures and settles a subscription that is about to change or has just ended.
func (u *Usages) Flush(ctx context.Context, s marketplace.Subscription) error {
	pricing := u.For(s)
	return errors.Join(pricing.Measure(ctx, s, u.now()), pricing.Settle(ctx, s))
}
