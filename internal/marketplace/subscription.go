package marketplace

import (
	"time"

	"github.com/google/uuid"

	"timetracker/internal/tenant"
)

// SubscriptionID is Microsoft's id of a subscription: a GUID in its canonical lower-case text form.
type SubscriptionID string

// Status is the state of a subscription.
type Status string

// The statuses. Microsoft's names for them are PendingFulfillmentStart, Subscribed, Suspended and Unsubscribed.
const (
	Pending    Status = "pending"    // bought, not activated yet; nothing is billed
	Subscribed Status = "subscribed" // in force
	Suspended  Status = "suspended"  // a payment is missing; 30 days later it is cancelled
	Cancelled  Status = "cancelled"  // final
)

// Term is the paid period that a subscription is in.
type Term struct {
	Start time.Time // UTC; zero until the subscription is active
	End   time.Time // UTC, the last day that is paid; zero until the subscription is active
	Unit  string    // ISO 8601 duration, such as P1M; Microsoft adds new ones, so it is kept as text
}

// Party is who has bought or who uses a subscription.
type Party struct {
	DirectoryID string // tid
	ObjectID    string // oid
	Email       string // to be shown, never kept
}

// Fetched is a subscription as Microsoft's API has it at this moment.
type Fetched struct {
	ID          SubscriptionID
	Name        string // the customer's own name for it
	OfferID     string
	PlanID      string
	Quantity    int    // 0: the plan has none
	Status      Status // empty: a status that we do not know
	Beneficiary Party  // who uses it
	Purchaser   Party  // who has bought it; another one for partners (CSP)
	Term        Term
	AutoRenew   bool
	FreeTrial   bool
	// ReadOnly subscriptions can't be changed by the customer but by the partner who has sold them.
	ReadOnly bool
}

// Subscription is a subscription as it is kept.
type Subscription struct {
	ID                   SubscriptionID
	TenantID             tenant.ID // empty: not bound yet; never changes once it is set
	OfferID              string
	PlanID               string
	Quantity             int // 0: the plan has none
	Status               Status
	BeneficiaryDirectory string
	PurchaserDirectory   string
	Term                 Term
	AutoRenew            bool
	FreeTrial            bool
	ReadOnly             bool
	UsersAtPurchase      int       // active and invited people when it came into force
	ActivatedAt          time.Time // when Microsoft took our activation; zero: not yet, or activated without us
	OperationAt          time.Time // when the latest applied change was asked for, by Microsoft's clock
	ChangedAt            time.Time // when that change was applied here
	CheckAt              time.Time // when to ask Microsoft again; zero: at the daily reconcile
	CreatedAt            time.Time
	Revision             int64
}

// Bound says whether the subscription belongs to a tenant.
func (s Subscription) Bound() bool { return s.TenantID != "" }

// Plan is what is sold under the subscription's plan; ok is false for a plan that we do not know.
func (s Subscription) Plan() (plan Plan, ok bool) { return PlanOf(s.OfferID, s.PlanID) }

const (
	// settling is how long Microsoft may take to show a change that we have accepted.
	settling = 10 * time.Minute
	// settlingCheck is the wait between two looks whether Microsoft shows what is expected.
	settlingCheck = time.Minute
	// activationCheck is the wait between two looks at an activation.
	activationCheck = 15 * time.Second
	// adoptionCheck is the wait between two looks whether the directory of one in force has signed up by now.
	adoptionCheck = 10 * time.Minute
)

// newSubscription is what is kept of one that nothing is known of yet.
func newSubscription(fetched Fetched, now time.Time) Subscription {
	return Subscription{ID: fetched.ID, Status: Pending, CreatedAt: now}
}

// converge brings a subscription to what Microsoft's API says. A cancelled one stays as it is, and a change that was
// accepted a moment ago is not taken back because Microsoft does not show it yet.
func (s Subscription) converge(fetched Fetched, now time.Time) Subscription {
	s.CheckAt = time.Time{}
	if s.Status == Cancelled {
		return s
	}
	settled := !now.Before(s.ChangedAt.Add(settling))
	if settled || s.PlanID == fetched.PlanID && s.Quantity == fetched.Quantity {
		s.PlanID, s.Quantity = fetched.PlanID, fetched.Quantity
	} else {
		s.CheckAt = now.Add(settlingCheck)
	}
	switch {
	case s.Status == Subscribed && fetched.Status == Suspended && !settled, // it may have been reinstated
		s.Status != Pending && fetched.Status == Pending: // nothing that was in force waits for its activation again
		s.CheckAt = now.Add(settlingCheck)
	case fetched.Status != "":
		s.Status = fetched.Status
	}
	switch {
	case s.Status == Pending && s.Bound():
		s.CheckAt = now.Add(activationCheck)
	case !s.Bound() && (s.Status == Subscribed || s.Status == Suspended):
		s.CheckAt = now.Add(adoptionCheck)
	}
	s.OfferID = fetched.OfferID
	s.BeneficiaryDirectory = fetched.Beneficiary.DirectoryID
	s.PurchaserDirectory = fetched.Purchaser.DirectoryID
	if fetched.Term.Unit != "" {
		s.Term = Term{Start: instant(fetched.Term.Start), End: instant(fetched.Term.End), Unit: fetched.Term.Unit}
	}
	s.AutoRenew, s.FreeTrial, s.ReadOnly = fetched.AutoRenew, fetched.FreeTrial, fetched.ReadOnly
	return s
}

// same says whether two states of a subscription differ in nothing but what was done to get there.
func (s Subscription) same(other Subscription) bool {
	other.ActivatedAt, other.ChangedAt, other.CheckAt, other.Revision = s.ActivatedAt, s.ChangedAt, s.CheckAt, s.Revision
	return s == other
}

// terms are what the tenant of a subscription is billed by. current are the terms before: their rate, which an operator may
// have agreed on, stays with the plan.
func (s Subscription) terms(plan Plan, current tenant.Terms, now time.Time) tenant.Terms {
	status := tenant.Active
	switch s.Status {
	case Suspended:
		status = tenant.Suspended
	case Cancelled:
		status = tenant.Cancelled
	default: // in force
	}
	rate := plan.RateMinor
	if current.SubscriptionID == string(s.ID) && current.PlanID == s.PlanID {
		rate = current.RateMinor
	}
	return tenant.Terms{
		EffectiveAt: now, Plan: tenant.Paid, Status: status, SubscriptionID: string(s.ID), PlanID: s.PlanID,
		Seats: plan.SeatsFor(s.Quantity), Currency: plan.Currency, RateMinor: rate, BaseMinor: plan.BaseMinor,
		Included: plan.Included,
	}
}

// instant is an instant of Microsoft's as it is kept.
func instant(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Millisecond)
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }
