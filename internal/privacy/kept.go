package privacy

import (
	"context"

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
