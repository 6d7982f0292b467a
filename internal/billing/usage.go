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

// UsageState says how far an hour's usage has come.
type UsageState string

// The states.
const (
	UsageOpen     UsageState = "open"     // not reported yet; its quantity may still grow
	UsageSent     UsageState = "sent"     // reported at least once; the answer is not known, and the quantity is fixed
	UsageAccepted UsageState = "accepted" // Microsoft has taken AcceptedQuantity; the rest was carried to a later hour
	UsageLost     UsageState = "lost"     // Microsoft takes nothing for the hour; its quantity was carried, or operators were alerted
)

// Usage is what is reported to Microsoft for one hour of a subscription. There is one event for each subscription,
// dimension and hour, whatever its quantity:
// https://learn.microsoft.com/partner-center/marketplace-offers/marketplace-metering-service-apis
type Usage struct {
	TenantID         ids.Tenant
	SubscriptionID   ids.Subscription
	Dimension        string
	Hour             time.Time // UTC, the hour's beginning
	EffectiveAt      time.Time // the hour's beginning, or the subscription's if that is later
	PlanID           string
	Quantity         int // newly active users above the included number
	AcceptedQuantity int // how many of them Microsoft has taken
	State            UsageState
	Status           string    // Microsoft's latest status
	Attempts         int       // attempts that were not refused: the answer is unknown or awaited
	Carries          int       // how many earlier hours its quantity was reported for in vain
	NextAt           time.Time // when it is sent next; zero once it is settled
}

// UsageResult is Microsoft's answer to one reported hour.
type UsageResult struct {
	Status           string // Accepted, Duplicate, Expired, …
	AcceptedQuantity int    // for Accepted and Duplicate: what Microsoft has taken for the hour
}

// ReportedUsage is what Microsoft has of a day, in users.
type ReportedUsage struct {
	SubscriptionID ids.Subscription
	Dimension      string
	Day            time.Time // UTC
	Submitted      int       // accepted from us for the whole day
	Quantity       int       // what counts of it, which is less after a rejection
}

// Metering is Microsoft's metering API. Its errors are errs.Unavailable when it doesn't answer or can't be understood.
type Metering interface {
	// Report sends at most MaxBatch events and gives the result of each, in their order.
	Report(ctx context.Context, events []Usage) ([]UsageResult, error)
	// Reported lists what Microsoft has since a day, one item for each subscription, dimension and day.
	Reported(ctx context.Context, since time.Time) ([]ReportedUsage, error)
}

// MaxBatch is how many events Microsoft takes in one call.
const MaxBatch = 25

const (
	// usageLifetime is how long after its hour Microsoft takes usage.
	usageLifetime = 24 * time.Hour
	// warnAge is the age at which operators are alerted of usage that could not be reported.
	warnAge = 6 * time.Hour
	// usageRetry is the wait after a failure; it doubles up to usageRetryMost.
	usageRetry     = time.Minute
	usageRetryMost = 30 * time.Minute
	// lookBack is how long people are still counted after the end of a period or of a subscription. Time may be
	// recorded late, or counting may have failed. Our daily comparison with Microsoft's list may be the first to show
	// that a subscription has ended.
	lookBack = 48 * time.Hour
	// listLag is the time after which we trust Microsoft's list to be complete. No document says how long it takes.
	listLag = 3 * time.Hour
	// listPatience is when operators are alerted that the list does not show what became of an hour.
	listPatience = 12 * time.Hour
	// maxCarries limits how often a quantity is moved to another hour after Microsoft has taken nothing for a whole
	// day.
	maxCarries = 2
	// pastHours is how far back an hour can still be reported in time.
	pastHours = 23 * time.Hour
)

// Pricing is how a model bills what people do. It is the only port behind which the models differ.
type Pricing interface {
	// Measure records what is newly owed for a subscription up to an instant.
	Measure(ctx context.Context, s marketplace.Subscription, until time.Time) error
	// Settle reports to Microsoft what is recorded of a subscription, also for the hour that has not ended.
	Settle(ctx context.Context, s marketplace.Subscription) error
}

// Prepaid is the pricing of seats and flat plans. Microsoft bills what was bought, and the monthly snapshot only proves
// its use.
type Prepaid struct{}

// Measure implements Pricing: nothing is owed.
func (Prepaid) Measure(context.Context, marketplace.Subscription, time.Time) error { return nil }

// Settle implements Pricing: there is nothing to report.
func (Prepaid) Settle(context.Context, marketplace.Subscription) error { return nil }

// Usages reports metered usage. It implements Pricing for metered plans.
type Usages struct {
	store Store
	api   Metering
	now   func() time.Time
	alert func(ctx context.Context, a alert.Alert)
}

// NewUsages makes a Usages. raise alerts operators.
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
