package plan

import (
	"context"
	"time"

	"timetracker/internal/ids"
)

// TermsStore stores the terms of tenants, one after the other without a gap.
type TermsStore interface {
	// CurrentTerms are the terms in force; ok is false when the tenant has never paid.
	CurrentTerms(ctx context.Context, id ids.Tenant) (terms Terms, ok bool, err error)
	// PlanTerms are the latest terms under which the subscription had the plan; ok is false when it never had.
	PlanTerms(ctx context.Context, id ids.Tenant, subscription ids.Subscription, planID string) (terms Terms, ok bool, err error)
	// MoveTerms moves the instant at which the current terms begin and the previous ones end. moved is false, and
	// nothing changes, when the instant is before the beginning of the previous terms. Only within a transaction that
	// has locked the tenant.
	MoveTerms(ctx context.Context, id ids.Tenant, to time.Time) (moved bool, err error)
	// InsertTerms ends the current terms at the instant at which the new ones begin. Only within a transaction that has
	// locked the tenant.
	InsertTerms(ctx context.Context, id ids.Tenant, terms Terms) error
}

// Note writes terms that differ from the current ones. Only within a transaction that has locked the tenant.
func Note(ctx context.Context, store TermsStore, id ids.Tenant, terms Terms) error {
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

// EndEarlier moves the end of a tenant's cancelled subscription to an earlier instant. A tenant that has another
// subscription by now stays as it is. Only within a transaction that has locked the tenant.
func EndEarlier(ctx context.Context, store TermsStore, id ids.Tenant, subscription ids.Subscription, at time.Time) error {
	current, ok, err := store.CurrentTerms(ctx, id)
	if err != nil || !ok {
		return err
	}
	if current.SubscriptionID != subscription || current.Status != Cancelled || !at.Before(current.EffectiveAt) {
		return nil
	}
	_, err = store.MoveTerms(ctx, id, at)
	return err
}
