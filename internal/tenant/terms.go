package tenant

import (
	"context"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/ids"
	"timetracker/internal/plan"
)

// TermsStore keeps terms, one after the other without a gap.
type TermsStore interface {
	// CurrentTerms are the terms that hold; ok is false when the tenant has never paid.
	CurrentTerms(ctx context.Context, id ids.Tenant) (terms plan.Terms, ok bool, err error)
	// PlanTerms are the latest terms under which the subscription had the plan; ok is false when it never had.
	PlanTerms(ctx context.Context, id ids.Tenant, subscription ids.Subscription, planID string) (terms plan.Terms, ok bool, err error)
	// MoveTerms moves the instant at which the current terms begin and those before them end. Nothing is moved before the
	// beginning of those before them: moved is false. Only within Tx, after LockTenant.
	MoveTerms(ctx context.Context, id ids.Tenant, to time.Time) (moved bool, err error)
	// InsertTerms ends the current terms at the instant at which the new ones begin. Only within Tx, after LockTenant.
	InsertTerms(ctx context.Context, id ids.Tenant, terms plan.Terms) error
}

// NoteTerms writes terms that differ from those that hold. Only within Tx, after LockTenant.
func NoteTerms(ctx context.Context, store TermsStore, id ids.Tenant, terms plan.Terms) error {
	current, ok, err := store.CurrentTerms(ctx, id)
	if err != nil {
		return err
	}
	if ok {
		var differs bool
		if terms, differs = terms.After(current); !differs {
			return nil
		}
	}
	terms.ID = ids.New[ids.Terms]()
	return store.InsertTerms(ctx, id, terms)
}

// EndTermsEarlier moves back the instant since when a tenant's subscription is cancelled. It leaves alone a tenant that has
// another subscription by now. Only within Tx, after LockTenant.
func EndTermsEarlier(ctx context.Context, store TermsStore, id ids.Tenant, subscription ids.Subscription, at time.Time) error {
	current, ok, err := store.CurrentTerms(ctx, id)
	if err != nil || !ok || current.SubscriptionID != subscription || current.Status != plan.Cancelled || !at.Before(current.EffectiveAt) {
		return err
	}
	_, err = store.MoveTerms(ctx, id, at)
	return err
}

// termsChanged notes terms after an operator has changed what a tenant is billed by.
func (s *Service) termsChanged(ctx context.Context, t Tenant, now time.Time) error {
	terms, ok, err := s.store.CurrentTerms(ctx, t.ID)
	if err != nil || !ok {
		return err
	}
	terms.Agreed = terms.Agreed || terms.RateMinor != t.RateMinor
	terms.ID, terms.EffectiveAt, terms.Kind, terms.RateMinor = ids.Terms{}, now, t.Plan, t.RateMinor
	return NoteTerms(ctx, s.store, t.ID, terms)
}

// Take makes the terms the tenant's own and tells what that changes of it. The product's own organization takes none and is
// never billed: taken is false.
func (t *Tenant) Take(terms plan.Terms) (changes []audit.FieldChange, taken bool) {
	if t.Plan == plan.Internal {
		return nil, false
	}
	status := Status(terms.Status)
	change(&changes, "plan", &t.Plan, &terms.Kind)
	change(&changes, "status", &t.Status, &status)
	change(&changes, "paid_seats", &t.PaidSeats, &terms.Seats)
	change(&changes, "currency", &t.Currency, &terms.Currency)
	change(&changes, "rate_minor", &t.RateMinor, &terms.RateMinor)
	return changes, true
}

// NewMarketplaceEvent notes what a subscription has brought about.
func NewMarketplaceEvent(t Tenant, at time.Time, changes ...audit.FieldChange) audit.Event {
	return audit.NewEvent(audit.Actor{Name: "Azure Marketplace"}, audit.SubscriptionChanged, tenantTarget(t), at, changes...)
}
