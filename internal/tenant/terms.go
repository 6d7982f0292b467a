package tenant

import (
	"context"
	"time"
)

// Terms are what a tenant is billed by from an instant on, until the next terms. They are kept, so that a month can be
// billed by what held in it, whenever that is done. A tenant that has never paid has none.
type Terms struct {
	ID             string
	EffectiveAt    time.Time // UTC
	Plan           Plan
	Status         Status
	SubscriptionID string
	PlanID         string // the Marketplace's name of the plan
	PlanTitle      string // what the plan is called; empty: of a plan that we do not know
	Model          string // how the Marketplace bills the plan; empty: of a plan that we do not know
	Seats          int    // 0: no limit
	Currency       string // ISO 4217
	RateMinor      int64  // of a billed user and month, in minor units of Currency
	Agreed         bool   // RateMinor was agreed on with the customer; otherwise it is the plan's
	BaseMinor      int64  // of a month, whoever works
	Included       int    // users whom the base pays for
	FreeTrial      bool   // of the Marketplace: nothing is charged
}

// Live says whether a subscription is in force under the terms, be it suspended: a month is billed by such terms alone.
func (t Terms) Live() bool { return t.Plan == Paid && t.Status != Cancelled }

// TermsStore keeps terms, one after the other without a gap.
type TermsStore interface {
	// CurrentTerms are the terms that hold; ok is false when the tenant has never paid.
	CurrentTerms(ctx context.Context, id ID) (terms Terms, ok bool, err error)
	// PlanTerms are the latest terms under which the subscription had the plan; ok is false when it never had.
	PlanTerms(ctx context.Context, id ID, subscriptionID, planID string) (terms Terms, ok bool, err error)
	// MoveTerms moves the instant at which the current terms begin and those before them end. Nothing is moved before the
	// beginning of those before them: moved is false. Only within Tx, after LockTenant.
	MoveTerms(ctx context.Context, id ID, to time.Time) (moved bool, err error)
	// InsertTerms ends the current terms at the instant at which the new ones begin. Only within Tx, after LockTenant.
	InsertTerms(ctx context.Context, id ID, terms Terms) error
}

// NoteTerms keeps terms that differ from those that hold. They begin no earlier than the ones before, whatever the clocks
// of two replicas show. Only within Tx, after LockTenant.
func NoteTerms(ctx context.Context, store TermsStore, id ID, terms Terms) error {
	current, ok, err := store.CurrentTerms(ctx, id)
	if err != nil {
		return err
	}
	if ok {
		terms.EffectiveAt = later(terms.EffectiveAt, current.EffectiveAt)
		current.ID, current.EffectiveAt = "", terms.EffectiveAt
		if terms == current {
			return nil
		}
	}
	terms.ID = newID()
	return store.InsertTerms(ctx, id, terms)
}

// EndTermsEarlier moves back the instant since when a tenant's subscription is cancelled. It leaves alone a tenant that has
// another subscription by now. Only within Tx, after LockTenant.
func EndTermsEarlier(ctx context.Context, store TermsStore, id ID, subscriptionID string, at time.Time) error {
	current, ok, err := store.CurrentTerms(ctx, id)
	if err != nil || !ok || current.SubscriptionID != subscriptionID || current.Status != Cancelled || !at.Before(current.EffectiveAt) {
		return err
	}
	_, err = store.MoveTerms(ctx, id, at)
	return err
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// termsChanged notes terms after an operator has changed what a tenant is billed by.
func (s *Service) termsChanged(ctx context.Context, t Tenant, now time.Time) error {
	terms, ok, err := s.store.CurrentTerms(ctx, t.ID)
	if err != nil || !ok {
		return err
	}
	terms.Agreed = terms.Agreed || terms.RateMinor != t.RateMinor
	terms.ID, terms.EffectiveAt, terms.Plan, terms.RateMinor = "", now, t.Plan, t.RateMinor
	return NoteTerms(ctx, s.store, t.ID, terms)
}

// Take makes the terms the tenant's own and tells what that changes of it. The product's own organization takes none and is
// never billed: taken is false.
func (t *Tenant) Take(terms Terms) (changes []FieldChange, taken bool) {
	if t.Plan == InternalPlan {
		return nil, false
	}
	change(&changes, "plan", &t.Plan, &terms.Plan)
	change(&changes, "status", &t.Status, &terms.Status)
	change(&changes, "paid_seats", &t.PaidSeats, &terms.Seats)
	change(&changes, "currency", &t.Currency, &terms.Currency)
	change(&changes, "rate_minor", &t.RateMinor, &terms.RateMinor)
	return changes, true
}

// NewMarketplaceEvent notes what a subscription has brought about.
func NewMarketplaceEvent(t Tenant, at time.Time, changes ...FieldChange) AuditEvent {
	return AuditEvent{
		ID: newID(), At: at, Actor: "Azure Marketplace", Action: SubscriptionChanged, Target: tenantTarget(t), Changes: changes,
	}
}
