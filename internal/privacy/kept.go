package privacy

import (
	"context"

	"timetracker/internal/billing"
	"timetracker/internal/ids"
)

// keptByLaw is what stays of a person in billing records, until the last of them has its end.
func keptByLaw(ctx context.Context, store billing.PersonalStore, id ids.Tenant, user ids.User) ([]Kept, error) {
	last, err := billing.NewPersonal(store).LastMention(ctx, id, user)
	if err != nil || last.IsZero() {
		return nil, err
	}
	return []Kept{{What: "the person in billing records", Why: "tax law", Until: billing.KeptUntil(last)}}, nil
}
