package privacy

import (
	"context"
	"time"

	"timetracker/internal/billing"
	"timetracker/internal/ids"
)

// What an erasure leaves of somebody, and why.
const (
	KeptInBilling = "billing_records"
	KeptByTaxLaw  = "tax_law"
)

// keptByLaw is what stays of a person in billing records, until the last of them has its end.
func keptByLaw(ctx context.Context, store billing.PersonalStore, id ids.Tenant, user ids.User) ([]Kept, error) {
	last, err := billing.NewPersonal(store).LastMention(ctx, id, user)
	if err != nil || last.IsZero() {
		return nil, err
	}
	return []Kept{{What: KeptInBilling, Why: KeptByTaxLaw, Until: billing.KeptUntil(last)}}, nil
}

// LeftBehind is what the bills of a tenant that was removed have of an address.
type LeftBehind struct {
	Tenant  ids.Tenant
	Records int
	Until   time.Time // when the last of them loses it
}

// LeftOf looks for an address, in any case, in the bills of tenants that were removed, where nobody can sign in any more.
func (r *Removals) LeftOf(ctx context.Context, address string) (left []LeftBehind, err error) {
	tenants, err := r.store.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range tenants {
		if !t.Removal.Begun() {
			continue
		}
		count, last, err := billing.NewPersonal(r.store).Addressed(ctx, t.ID, address)
		if err != nil {
			return nil, err
		}
		if count > 0 {
			left = append(left, LeftBehind{Tenant: t.ID, Records: count, Until: billing.KeptUntil(last)})
		}
	}
	return left, nil
}
