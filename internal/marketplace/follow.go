package marketplace

import (
	"context"
	"errors"
	"time"

	"timetracker/internal/errs"
)

// followRetry is the wait after Microsoft didn't answer.
const followRetry = time.Minute

// Follow asks Microsoft for subscriptions that are on their way, at most limit of them, and tells how many there were.
func (s *Service) Follow(ctx context.Context, limit int) (int, error) {
	due, err := s.store.DueSubscriptions(ctx, s.now(), limit)
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, subscription := range due {
		if err := s.follow(ctx, subscription.ID); err != nil {
			failed = append(failed, err, s.postpone(ctx, subscription))
		}
	}
	return len(due), errors.Join(failed...)
}

// postpone keeps one that can't be asked for from being asked for all the time.
func (s *Service) postpone(ctx context.Context, subscription Subscription) error {
	return s.with(ctx, Fetched{ID: subscription.ID}, "", func(ctx context.Context, h held) error {
		after := h.before
		after.CheckAt = s.now().Add(followRetry)
		return s.keep(ctx, h, after, cause{action: Reconcile}, false)
	})
}

// follow asks Microsoft for a subscription that is kept and converges to what it says. One that waits for its activation is
// activated.
func (s *Service) follow(ctx context.Context, id SubscriptionID) error { return s.look(ctx, id, false) }

// look is follow. givenUp says that Microsoft has given up the change that was accepted last, so that it is not waited for.
func (s *Service) look(ctx context.Context, id SubscriptionID, givenUp bool) error {
	known, ok, err := s.store.Subscription(ctx, id)
	if err != nil || !ok {
		return err
	}
	fetched, err := s.api.Subscription(ctx, id)
	if err != nil {
		return notYet(err)
	}
	activated := known.ActivatedAt
	if fetched.Status == Pending && known.Bound() && activated.IsZero() {
		if err := s.api.Activate(ctx, id, fetched.PlanID); err != nil {
			return err
		}
		activated = s.now()
	}
	return s.converge(ctx, fetched, activated, givenUp)
}

// converge keeps what Microsoft's API says of a subscription.
func (s *Service) converge(ctx context.Context, fetched Fetched, activated time.Time, givenUp bool) error {
	taker, err := s.taker(ctx, fetched)
	if err != nil {
		return err
	}
	s.flushBefore(ctx, fetched)
	return s.with(ctx, fetched, taker, func(ctx context.Context, h held) error {
		after := h.before
		if givenUp {
			after.ChangedAt = time.Time{}
		}
		after = after.converge(fetched, s.now())
		if after.ActivatedAt.IsZero() {
			after.ActivatedAt = activated
		}
		why := cause{action: Reconcile}
		switch {
		case h.binds:
			why.action = Bind
		case h.before.Status == Pending && after.Status == Subscribed:
			why.action = Activate
		}
		return s.keep(ctx, h, after, why, false)
	})
}

// Reconcile compares every subscription with Microsoft's list, which tells of lost webhooks and of purchases that nobody has
// landed with. It goes on after a failure and gives all of them; one that can't be understood is for operators.
func (s *Service) Reconcile(ctx context.Context) error {
	var failed []error
	listed := map[SubscriptionID]bool{}
	for fetched, err := range s.api.Subscriptions(ctx) {
		if errors.Is(err, ErrUnreadable) {
			listed[fetched.ID] = true
			s.alert(ctx, Alert{What: "a subscription of Microsoft's list can't be understood", SubscriptionID: fetched.ID, Err: err})
			continue
		}
		if err != nil {
			return errors.Join(append(failed, err)...)
		}
		listed[fetched.ID] = true
		if fetched.Status == "" {
			s.alert(ctx, Alert{What: "a subscription has a status that we do not know", SubscriptionID: fetched.ID})
		}
		if err := s.converge(ctx, fetched, time.Time{}, false); err != nil {
			failed = append(failed, err)
		}
	}
	const page = 200
	for after, last := SubscriptionID(""), false; !last; {
		live, err := s.store.LiveSubscriptions(ctx, after, page)
		if err != nil {
			return errors.Join(append(failed, err)...)
		}
		for _, subscription := range live {
			after = subscription.ID
			if listed[subscription.ID] {
				continue
			}
			if err := s.follow(ctx, subscription.ID); err != nil {
				s.alert(ctx, Alert{What: "Microsoft does not list a subscription", SubscriptionID: subscription.ID, Err: err})
			}
		}
		last = len(live) < page
	}
	return errors.Join(failed...)
}

const (
	// acknowledgeRetry is the wait after the first failure; it doubles.
	acknowledgeRetry = 5 * time.Second
	// acknowledgeAttempts end after more than the 8 hours for which Microsoft waits. It takes silence for consent.
	acknowledgeAttempts = 14
)

// Acknowledge tells Microsoft of accepted changes, at most limit of them, and gives how many there were.
func (s *Service) Acknowledge(ctx context.Context, limit int) (int, error) {
	due, err := s.store.DueDeliveries(ctx, s.now(), limit)
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, d := range due {
		if err := s.acknowledge(ctx, d); err != nil {
			failed = append(failed, err)
		}
	}
	return len(due), errors.Join(failed...)
}

func (s *Service) acknowledge(ctx context.Context, d Delivery) error {
	err := s.api.Acknowledge(ctx, d.SubscriptionID, d.OperationID)
	d.Attempts++
	switch {
	case err == nil:
		d.AcknowledgeAt = time.Time{}
	case errs.Is(err, errs.Unavailable) && d.Attempts < acknowledgeAttempts:
		d.AcknowledgeAt = s.now().Add(acknowledgeRetry << (d.Attempts - 1))
	default:
		// Microsoft has gone on without it, or never answers: what it says of the subscription counts.
		d.AcknowledgeAt = time.Time{}
		s.alert(ctx, Alert{What: "an accepted change can't be acknowledged", SubscriptionID: d.SubscriptionID, OperationID: d.OperationID, Err: err})
		op, asked := s.api.Operation(ctx, d.SubscriptionID, d.OperationID)
		givenUp := asked == nil && (op.Status == Failed || op.Status == Conflicted)
		err = s.look(ctx, d.SubscriptionID, givenUp)
	}
	return errors.Join(err, s.store.NoteAcknowledgement(ctx, d))
}
