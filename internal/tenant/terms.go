package tenant

import (
	"context"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/ids"
	"timetracker/internal/plan"
)

// termsChanged writes terms after an operator has changed what a tenant is billed by.
func (s *Service) termsChanged(ctx context.Context, t Tenant, now time.Time) error {
	terms, ok, err := s.store.CurrentTerms(ctx, t.ID)
	if err != nil || !ok {
		return err
	}
	terms.Agreed = terms.Agreed || terms.RateMinor != t.RateMinor
	terms.ID, terms.EffectiveAt, terms.Kind, terms.RateMinor = ids.Terms{}, now, t.Plan, t.RateMinor
	return plan.Note(ctx, s.store, t.ID, terms)
}

// Take makes the terms the tenant's own and gives the changed fields. The product's own organization takes none and is
// never billed: taken is false.
func (t *Tenant) Take(terms plan.Terms) (changes []audit.FieldChange, taken bool) {
	if t.Plan == plan.Internal {
		return nil, false
	}
	status := Status(terms.Status)
	setField(&changes, "plan", &t.Plan, &terms.Kind)
	setField(&changes, "status", &t.Status, &status)
	setField(&changes, "paid_seats", &t.PaidSeats, &terms.Seats)
	setField(&changes, "currency", &t.Currency, &terms.Currency)
	setField(&changes, "rate_minor", &t.RateMinor, &terms.RateMinor)
	return changes, true
}

// NewMarketplaceEvent makes the record of what a subscription has changed.
func NewMarketplaceEvent(t Tenant, at time.Time, changes ...audit.FieldChange) audit.Event {
	return audit.NewEvent(audit.Actor{Name: "Azure Marketplace"}, audit.SubscriptionChanged, tenantTarget(t), at, changes...)
}
