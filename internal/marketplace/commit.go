package marketplace

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"timetracker/internal/alert"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
)

// errConflict ends a transaction whose subscription has changed since Microsoft was asked for it, since the answer may
// be older than the change.
var errConflict = errors.New("the subscription was changed meanwhile")

// attempts is how often Microsoft is asked for a subscription that keeps changing.
const attempts = 5

// retryOnConflict calls fn with the stored subscription, and again after errConflict. fn asks Microsoft only after that
// read, so that what it writes is no older than what was stored.
func (s *Service) retryOnConflict(ctx context.Context, id ids.Subscription, fn func(known Subscription) error) error {
	for range attempts {
		known, ok, err := s.store.Subscription(ctx, id)
		if err != nil {
			return err
		}
		if !ok {
			known = newSubscription(id, s.now())
		}
		if err := fn(known); !errors.Is(err, errConflict) {
			return err
		}
	}
	return errs.Wrap(errConflict, errs.Unavailable, "subscription_in_work", "The subscription is being changed. Try again shortly.")
}

// settle lets Transition decide what an event does to a subscription, and writes the decision. errConflict when the
// stored subscription has changed.
func (s *Service) settle(ctx context.Context, known Subscription, observed Fetched, event Event) (Decision, error) {
	c, err := s.claimant(ctx, known, observed, event)
	if err != nil {
		return Decision{}, err
	}
	if err := s.flushBefore(ctx, known, observed, event); err != nil {
		return Decision{}, err
	}
	return s.commit(ctx, known, c, observed, event)
}

// flushBefore reports metered usage before a subscription in force leaves the state that its usage belongs to. Usage
// that can't be reported now stays in its outbox.
func (s *Service) flushBefore(ctx context.Context, known Subscription, observed Fetched, event Event) error {
	if sold, _ := known.Plan(); sold.Model != plan.Metered || !known.Bound() || known.Status != Subscribed {
		return nil
	}
	people, err := s.store.CountSeats(ctx, known.TenantID)
	if err != nil {
		return err
	}
	expected := Transition(Current{Subscription: known, People: people}, observed, event, s.now())
	if !known.endsUsage(expected.Next) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, flushTime)
	defer cancel()
	if err := s.flush(ctx, known); err != nil {
		s.alert(ctx, alert.Alert{Kind: alert.UsageNotReported, SubscriptionID: known.ID.String(), Err: err})
	}
	return nil
}

// commit decides and writes in one transaction, which is that of the subscription's tenant, or of the one that gets it
// now. An event that was decided before changes nothing, and its delivery is given. errConflict as for settle.
func (s *Service) commit(ctx context.Context, known Subscription, c claimant, observed Fetched, event Event) (Decision, error) {
	owner := cmp.Or(known.TenantID, c.tenantID)
	var decision Decision
	err := s.store.Tx(ctx, owner, func(ctx context.Context) error {
		decision = Decision{} // a run before this one may have been rolled back
		current, err := s.lockedSubscription(ctx, known, owner)
		if err != nil {
			return err
		}
		if !event.OperationID.IsZero() {
			done, seen, err := s.store.Delivery(ctx, event.OperationID)
			if err != nil || seen {
				decision.Delivery = &done
				return err
			}
		}
		if t := current.Tenant; !c.tenantID.IsZero() && (t.Removal.Asked() || t.Removal.Begun()) {
			return errConflict // it was asked for since the claimant was found
		}
		current.Obstacle = c.obstacle
		if current, err = s.tenantFacts(ctx, current, owner, observed, event); err != nil {
			return err
		}
		decision = Transition(current, observed, event, s.now())
		return s.write(ctx, current, decision)
	})
	if err != nil {
		return Decision{}, err
	}
	for _, a := range decision.Alerts {
		s.alert(ctx, a)
	}
	return decision, nil
}

// lockedSubscription locks the owner and then the subscription. The order is the same everywhere, so that no two
// transactions wait for each other. errConflict when the stored subscription has changed.
func (s *Service) lockedSubscription(ctx context.Context, known Subscription, owner ids.Tenant) (current Current, err error) {
	if !owner.IsZero() {
		if current.Tenant, err = s.store.LockTenant(ctx, owner); err != nil {
			return Current{}, err
		}
	}
	stored, ok, err := s.store.LockSubscription(ctx, known.ID)
	if err != nil {
		return Current{}, err
	}
	if stored.Revision != known.Revision {
		return Current{}, errConflict
	}
	current.Subscription = known
	if ok {
		current.Subscription = stored
	}
	return current, nil
}

// tenantFacts reads what the decision needs of the owner: how many people it has, and the rates agreed with it.
func (s *Service) tenantFacts(ctx context.Context, c Current, owner ids.Tenant, observed Fetched, event Event) (Current, error) {
	if owner.IsZero() || event.Kind == NoAnswer {
		return c, nil
	}
	var err error
	if c.People, err = s.store.CountSeats(ctx, owner); err != nil {
		return Current{}, err
	}
	c.Earlier = map[string]plan.Terms{}
	for _, planID := range []string{c.Subscription.PlanID, observed.PlanID, event.Operation.PlanID} {
		if _, read := c.Earlier[planID]; read || planID == "" {
			continue
		}
		terms, _, err := s.store.PlanTerms(ctx, owner, c.Subscription.ID, planID)
		if err != nil {
			return Current{}, err
		}
		c.Earlier[planID] = terms
	}
	return c, nil
}

// write stores a decision. Only within the transaction that has locked the subscription.
func (s *Service) write(ctx context.Context, current Current, d Decision) error {
	owner := d.Next.TenantID
	if d.Write {
		save := s.store.UpdateSubscription
		if current.Subscription.Revision == 0 {
			save = s.store.InsertSubscription
		}
		if err := save(ctx, owner, d.Next); err != nil {
			return err
		}
	}
	if d.Tenant != nil {
		if err := s.store.UpdateTenant(ctx, owner, *d.Tenant); err != nil {
			return fmt.Errorf("tenant of subscription %s: %w", d.Next.ID, err)
		}
	}
	if err := s.writeTerms(ctx, owner, d); err != nil {
		return err
	}
	if d.Record != nil {
		d.Record.ID = ids.New[ids.BillingRecord]()
		if err := s.store.InsertLifecycle(ctx, owner, *d.Record); err != nil {
			return err
		}
	}
	for _, changes := range d.Audit {
		if err := s.store.InsertAudit(ctx, owner, tenant.NewMarketplaceEvent(current.Tenant, s.now(), changes...)); err != nil {
			return err
		}
	}
	if d.Delivery != nil {
		return s.store.InsertDelivery(ctx, owner, *d.Delivery)
	}
	return nil
}

func (s *Service) writeTerms(ctx context.Context, owner ids.Tenant, d Decision) error {
	for _, terms := range d.Terms {
		if err := plan.Note(ctx, s.store, owner, terms); err != nil {
			return err
		}
	}
	if d.TermsEndAt.IsZero() {
		return nil
	}
	return plan.EndEarlier(ctx, s.store, owner, d.Next.ID, d.TermsEndAt)
}
