package tenant

import (
	"context"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/ids"
	"timetracker/internal/money"
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

// Take makes the terms the tenant's own, of which we have learned now, and gives the changed fields. The product's own organization takes none and is
// never billed: taken is false.
func (t *Tenant) Take(terms plan.Terms, now time.Time) (changes []audit.FieldChange, taken bool) {
	if t.Plan == plan.Internal {
		return nil, false
	}
	status := Status(terms.Status)
	setField(&changes, "plan", &t.Plan, &terms.Kind)
	setField(&changes, "status", &t.Status, &status)
	if t.Status != Cancelled {
		t.CancelledAt = time.Time{}
	} else if t.CancelledAt.IsZero() {
		t.CancelledAt = now
	}
	setField(&changes, "paid_seats", &t.PaidSeats, &terms.Seats)
	before := *t
	setField(&changes, "currency", &t.Currency, &terms.Currency)
	t.RateMinor = terms.RateMinor
	noteRate(&changes, before, *t)
	return changes, true
}

// noteRate notes the price of a user and month when it has changed, each with its own currency, as 9.00 USD.
func noteRate(changes *[]audit.FieldChange, before, after Tenant) {
	if before.RateMinor == after.RateMinor {
		return
	}
	amount := func(t Tenant) string { return money.Format(t.RateMinor, t.Currency) + " " + t.Currency }
	*changes = append(*changes, audit.FieldChange{Field: "rate", Old: amount(before), New: amount(after)})
}

// NewMarketplaceEvent makes the record of what a subscription has changed.
func NewMarketplaceEvent(t Tenant, at time.Time, changes ...audit.FieldChange) audit.Event {
	return audit.NewEvent(audit.Actor{Name: "Azure Marketplace"}, audit.SubscriptionChanged, tenantTarget(t), at, changes...)
}
