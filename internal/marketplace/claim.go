package marketplace

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
)

// claimant is the tenant that gets a subscription without a tenant.
type claimant struct {
	tenantID ids.Tenant // empty: none
	obstacle error      // why its directory's tenant can't have it; nil: it can, or there is no such tenant
}

// claimant finds the tenant that a subscription without one belongs to. Nobody needs to open the landing page: it
// suffices that the subscription is in force and that its directory has signed up. A suspended one waits, since it
// would end a trial.
func (s *Service) claimant(ctx context.Context, known Subscription, observed Fetched, event Event) (claimant, error) {
	switch {
	case known.Bound() || event.Kind == NoAnswer:
		return claimant{}, nil
	case s.isForeign(known, observed):
		return claimant{obstacle: foreign(observed)}, nil
	case event.Kind == Claim:
		return claimant{tenantID: event.TenantID}, nil
	case observed.Status != Subscribed:
		return claimant{}, nil
	}
	m, _, err := s.store.Member(ctx, observed.Beneficiary.DirectoryID, ids.Object{})
	if errs.Is(err, errs.NotFound) {
		return claimant{}, nil
	}
	if err != nil {
		return claimant{}, err
	}
	err = s.mayClaim(ctx, m.Tenant, observed.ID)
	switch {
	case errs.Is(err, errs.Conflict):
		return claimant{obstacle: err}, nil
	case err != nil:
		return claimant{}, err
	default:
		return claimant{tenantID: m.Tenant.ID}, nil
	}
}

// isForeign says whether a subscription without a tenant is of an offer that is not ours. A publisher's app sees the
// subscriptions of all its offers, so Microsoft's API shows those too.
func (s *Service) isForeign(known Subscription, observed Fetched) bool {
	offer := cmp.Or(observed.OfferID, known.OfferID) // a cancelled subscription may have lost its offer
	return !known.Bound() && offer != "" && !slices.Contains(s.offers, plan.LiveOffer(offer))
}

// foreign is why nobody gets a subscription of another product.
func foreign(observed Fetched) *errs.Error {
	return errs.Wrap(fmt.Errorf("offer %q", observed.OfferID), errs.Conflict, offerForeign,
		"This subscription is of another product than TimeTracker. Open it from that product's page in the Marketplace.")
}

// noteForeign stores that a subscription is of another product, so that operators are told once.
func (s *Service) noteForeign(ctx context.Context, observed Fetched) error {
	return s.retryOnConflict(ctx, observed.ID, func(known Subscription) error {
		if known.Obstacle == offerForeign {
			return nil
		}
		_, err := s.settle(ctx, known, observed, Event{Kind: Refresh})
		return err
	})
}

// mayClaim is nil for a tenant that has no other subscription and is not our own organization.
func (s *Service) mayClaim(ctx context.Context, t tenant.Tenant, id ids.Subscription) error {
	if t.Plan == plan.Internal {
		return errs.New(errs.Conflict, tenantInternal, "Your organization uses TimeTracker without a subscription.")
	}
	if t.Removal.Asked() || t.Removal.Begun() {
		return errs.New(errs.Conflict, tenantRemoval,
			"Your organization's data is going to be removed. Stop that first, in the administration of TimeTracker.")
	}
	other, ok, err := s.otherSubscription(ctx, t.ID, id)
	if err == nil && ok && s.refresh(ctx, other, Event{}) == nil {
		// The other one's cancellation may not have reached us.
		_, ok, err = s.otherSubscription(ctx, t.ID, id)
	}
	if err == nil && ok {
		err = errs.New(errs.Conflict, subscriptionExists,
			"Your organization has another subscription. Cancel one of the two in the Azure Marketplace.")
	}
	return err
}

// otherSubscription is the tenant's subscription that is not cancelled and not this one; ok is false when it has none.
func (s *Service) otherSubscription(ctx context.Context, id ids.Tenant, than ids.Subscription) (other ids.Subscription, ok bool, err error) {
	current, ok, err := s.store.TenantSubscription(ctx, id)
	return current.ID, ok && current.ID != than && current.Status != Cancelled, err
}
