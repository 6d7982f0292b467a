package marketplace

import (
	"context"
	"errors"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
)

// followRetry is the wait after Microsoft didn't answer.
const followRetry = time.Minute

// Follow asks Microsoft for the subscriptions whose CheckAt has come, at most limit of them, and gives their number.
func (s *Service) Follow(ctx context.Context, limit int) (int, error) {
	due, err := s.store.DueSubscriptions(ctx, s.now(), limit)
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, subscription := range due {
		if err := s.refresh(ctx, subscription.ID, Event{}); err != nil {
			failed = append(failed, err, s.postpone(ctx, subscription.ID, patience(err, followRetry)))
		}
	}
	return len(due), errors.Join(failed...)
}

// postpone delays the next question after a failed one, so that Microsoft isn't called all the time.
func (s *Service) postpone(ctx context.Context, id ids.Subscription, wait time.Duration) error {
	return s.retryOnConflict(ctx, id, func(known Subscription) error {
		_, err := s.settle(ctx, known, Fetched{}, Event{Kind: NoAnswer, Wait: wait})
		return err
	})
}

// patience is how long to wait after an error: as long as Microsoft asks for, and at least as long as least.
func patience(err error, least time.Duration) time.Duration {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return max(least, e.RetryAfter)
	}
	return least
}

// refresh asks Microsoft for a stored subscription and takes over what it shows. A subscription that waits for its
// activation is activated. event has further facts; its kind is set here.
func (s *Service) refresh(ctx context.Context, id ids.Subscription, event Event) error {
	event.Kind = Refresh
	return s.retryOnConflict(ctx, id, func(known Subscription) error {
		if known.Revision == 0 || (known.Status == Cancelled && known.Sync.CheckAt.IsZero()) {
			return nil
		}
		observed, err := s.api.Subscription(ctx, id)
		if err != nil {
			return notYet(err)
		}
		if event.Activation == (Activation{}) && observed.Status == Pending && known.activates(s.now()) {
			if event.Activation, observed, err = s.activate(ctx, observed); err != nil {
				return err
			}
		}
		_, err = s.settle(ctx, known, observed, event)
		return err
	})
}

// activate asks Microsoft to activate a subscription. When Microsoft refuses, it is asked for the subscription's
// present state.
func (s *Service) activate(ctx context.Context, waiting Fetched) (Activation, Fetched, error) {
	refusal := s.api.Activate(ctx, waiting.ID, waiting.PlanID)
	switch {
	case refusal == nil:
		return Activation{TakenAt: s.now()}, waiting, nil
	case errs.Is(refusal, errs.Unavailable):
		return Activation{}, waiting, refusal
	}
	observed, err := s.api.Subscription(ctx, waiting.ID)
	if err != nil {
		return Activation{}, waiting, notYet(err)
	}
	return Activation{Refusal: refusal}, observed, nil
}

// Reconcile compares every subscription with Microsoft's list, which shows lost webhooks and purchases without a
// landing. It goes on after a failure and gives all errors. Operators are alerted of a subscription that can't be
// understood, and of a list that can't be read to its end.
func (s *Service) Reconcile(ctx context.Context) error {
	// Stored subscriptions are read before the list, since the list may be older than later changes.
	live, err := s.live(ctx)
	if err != nil {
		return err
	}
	var failed []error
	listed, cut := map[ids.Subscription]bool{}, false
	for observed, err := range s.api.Subscriptions(ctx) {
		again := listed[observed.ID] && !observed.ID.IsZero() // the list has grown while it was read, or has no end
		if errors.Is(err, ErrUnreadable) {
			listed[observed.ID] = true
			if again || live[observed.ID].Obstacle == offerForeign {
				continue
			}
			s.alert(ctx, alert.Alert{Kind: alert.SubscriptionUnreadable, SubscriptionID: observed.ID.String(), Err: err})
			continue
		}
		if cut = errors.Is(err, ErrListCut); cut {
			s.alert(ctx, alert.Alert{Kind: alert.SubscriptionListCut, Err: err})
			break
		}
		if err != nil {
			return errors.Join(append(failed, err)...)
		}
		if again {
			continue
		}
		listed[observed.ID] = true
		if err := s.reconcile(ctx, live, observed); err != nil {
			failed = append(failed, err)
		}
	}
	for id, subscription := range live {
		if !listed[id] && subscription.Obstacle != offerForeign {
			failed = append(failed, s.reconcileUnlisted(ctx, id, cut))
		}
	}
	return errors.Join(failed...)
}

// reconcileUnlisted asks Microsoft for a subscription that its list did not show, and alerts operators when it doesn't
// show it either. Where the list was cut it says nothing of the rest, so an outage is only an error.
func (s *Service) reconcileUnlisted(ctx context.Context, id ids.Subscription, cut bool) error {
	err := s.refresh(ctx, id, Event{Daily: true})
	if err == nil || ctx.Err() != nil || (cut && errs.CodeOf(err) != notThereYet) {
		return err
	}
	s.alert(ctx, alert.Alert{Kind: alert.SubscriptionNotListed, SubscriptionID: id.String(), Err: err})
	return nil
}

// reconcile compares one subscription of Microsoft's list with its state before the list was read. A subscription that
// has changed since is asked for again.
func (s *Service) reconcile(ctx context.Context, live map[ids.Subscription]Subscription, observed Fetched) error {
	if observed.Status == "" && !s.isForeign(live[observed.ID], observed) {
		s.alert(ctx, alert.Alert{Kind: alert.StatusUnknown, SubscriptionID: observed.ID.String()})
	}
	known, ok := live[observed.ID]
	if !ok {
		known = newSubscription(observed.ID, s.now())
	}
	_, err := s.settle(ctx, known, observed, Event{Kind: Refresh, Daily: true})
	if errors.Is(err, errConflict) {
		return s.refresh(ctx, observed.ID, Event{Daily: true})
	}
	return err
}

// live are all subscriptions that are not cancelled.
func (s *Service) live(ctx context.Context) (map[ids.Subscription]Subscription, error) {
	const pageSize = 200
	all := map[ids.Subscription]Subscription{}
	for after := (ids.Subscription{}); ; {
		some, err := s.store.LiveSubscriptions(ctx, after, pageSize)
		if err != nil {
			return nil, err
		}
		for _, subscription := range some {
			all[subscription.ID] = subscription
			after = subscription.ID
		}
		if len(some) < pageSize {
			return all, nil
		}
	}
}
