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

// Follow asks Microsoft for subscriptions that are on their way, at most limit of them, and tells how many there were.
func (s *Service) Follow(ctx context.Context, limit int) (int, error) {
	due, err := s.store.DueSubscriptions(ctx, s.now(), limit)
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, subscription := range due {
		if err := s.follow(ctx, subscription.ID); err != nil {
			failed = append(failed, err, s.postpone(ctx, subscription.ID, patience(err, followRetry)))
		}
	}
	return len(due), errors.Join(failed...)
}

// postpone keeps one that can't be asked for from being asked for all the time.
func (s *Service) postpone(ctx context.Context, id ids.Subscription, wait time.Duration) error {
	return s.unmoved(ctx, id, func(known Subscription) error {
		return s.with(ctx, known, taker{}, func(ctx context.Context, h held) error {
			after := h.before
			after.CheckAt, after.Revision = s.now().Add(wait), after.Revision+1
			return s.store.UpdateSubscription(ctx, after.TenantID, after)
		})
	})
}

// patience is how long to wait after an error: for as long as Microsoft asks to, and no less than least.
func patience(err error, least time.Duration) time.Duration {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return max(least, e.RetryAfter)
	}
	return least
}

// follow asks Microsoft for a subscription that is kept and converges to what it says. One that waits for its activation is
// activated.
func (s *Service) follow(ctx context.Context, id ids.Subscription) error {
	return s.look(ctx, id, occasion{})
}

// occasion is why Microsoft is asked for a subscription.
type occasion struct {
	daily    bool      // operators are told again of what they were told before
	unheeded bool      // Microsoft has not taken what it was told, so that it may show something else soon
	givenUp  time.Time // when a change was asked for that Microsoft has given up, so that it is not waited for; zero: none
}

func (s *Service) look(ctx context.Context, id ids.Subscription, why occasion) error {
	var a activation
	return s.unmoved(ctx, id, func(known Subscription) error {
		if known.Revision == 0 || known.Status == Cancelled && known.CheckAt.IsZero() {
			return nil
		}
		fetched, err := s.api.Subscription(ctx, id)
		if err != nil {
			return notYet(err)
		}
		if a == (activation{}) && fetched.Status == Pending && known.activates(s.now()) {
			if a, fetched, err = s.activate(ctx, fetched); err != nil {
				return err
			}
		}
		return s.converge(ctx, known, fetched, a, why)
	})
}

// activate asks Microsoft to activate a subscription, and what became of it when it refuses to.
func (s *Service) activate(ctx context.Context, waiting Fetched) (activation, Fetched, error) {
	refusal := s.api.Activate(ctx, waiting.ID, waiting.PlanID)
	switch {
	case refusal == nil:
		return activation{at: s.now()}, waiting, nil
	case errs.Is(refusal, errs.Unavailable):
		return activation{}, waiting, refusal
	}
	fetched, err := s.api.Subscription(ctx, waiting.ID)
	if err != nil {
		return activation{}, waiting, notYet(err)
	}
	return activation{refusal: refusal}, fetched, nil
}

// converge keeps what Microsoft's API says of a subscription.
func (s *Service) converge(ctx context.Context, known Subscription, fetched Fetched, a activation, why occasion) error {
	t, err := s.takerOf(ctx, known, fetched)
	if err != nil {
		return err
	}
	givenUp := !why.givenUp.IsZero() && instant(why.givenUp).Equal(known.OperationAt)
	after := func(before Subscription) Subscription {
		if givenUp {
			before.ChangedAt = time.Time{}
		}
		after := before.converge(fetched, s.now()).asked(a)
		if why.unheeded {
			after = after.await(s.now())
		}
		return after
	}
	s.flushBefore(ctx, known, after(known))
	return s.with(ctx, known, t, func(ctx context.Context, h held) error {
		after := after(h.before)
		by := cause{action: Reconcile, daily: why.daily, givenUp: givenUp}
		if h.before.Status == Pending && after.Status == Subscribed && !h.binds {
			by.action = Activate
		}
		if after.Obstacle == activationRefused {
			h.obstacle = a.refusal
		}
		return s.keep(ctx, h, after, by, false)
	})
}

// Reconcile compares every subscription with Microsoft's list, which tells of lost webhooks and of purchases that nobody has
// landed with. It goes on after a failure and gives all of them; one that can't be understood is for operators.
func (s *Service) Reconcile(ctx context.Context) error {
	// What is kept is read before the list is: the list may be older than what changes from here on.
	live, err := s.live(ctx)
	if err != nil {
		return err
	}
	var failed []error
	listed := map[ids.Subscription]bool{}
	for fetched, err := range s.api.Subscriptions(ctx) {
		if errors.Is(err, ErrUnreadable) {
			listed[fetched.ID] = true
			s.alert(ctx, alert.Alert{Kind: alert.SubscriptionUnreadable, SubscriptionID: fetched.ID.String(), Err: err})
			continue
		}
		if err != nil {
			return errors.Join(append(failed, err)...)
		}
		listed[fetched.ID] = true
		if fetched.Status == "" {
			s.alert(ctx, alert.Alert{Kind: alert.StatusUnknown, SubscriptionID: fetched.ID.String()})
		}
		known, ok := live[fetched.ID]
		if !ok {
			known = newSubscription(fetched.ID, s.now())
		}
		err := s.converge(ctx, known, fetched, activation{}, occasion{daily: true})
		if errors.Is(err, errMoved) {
			err = s.look(ctx, fetched.ID, occasion{daily: true})
		}
		if err != nil {
			failed = append(failed, err)
		}
	}
	for id := range live {
		if listed[id] {
			continue
		}
		if err := s.look(ctx, id, occasion{daily: true}); err != nil {
			s.alert(ctx, alert.Alert{Kind: alert.SubscriptionNotListed, SubscriptionID: id.String(), Err: err})
		}
	}
	return errors.Join(failed...)
}

// live are all subscriptions that are not cancelled.
func (s *Service) live(ctx context.Context) (map[ids.Subscription]Subscription, error) {
	const page = 200
	all := map[ids.Subscription]Subscription{}
	for after := (ids.Subscription{}); ; {
		some, err := s.store.LiveSubscriptions(ctx, after, page)
		if err != nil {
			return nil, err
		}
		for _, subscription := range some {
			all[subscription.ID] = subscription
			after = subscription.ID
		}
		if len(some) < page {
			return all, nil
		}
	}
}

const (
	// acknowledgeRetry is the wait after the first failure; it doubles.
	acknowledgeRetry = 5 * time.Second
	// acknowledgeAttempts end after more than the 8 hours for which Microsoft waits. It takes silence for consent.
	acknowledgeAttempts = 14
)

// Acknowledge tells Microsoft of accepted changes, and looks what became of refused ones, at most limit of them. It gives how
// many there were.
func (s *Service) Acknowledge(ctx context.Context, limit int) (int, error) {
	due, err := s.store.DueDeliveries(ctx, s.now(), limit)
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, d := range due {
		deal := s.acknowledge
		if d.Outcome == Refused {
			deal = s.heed
		}
		if err := deal(ctx, d); err != nil {
			failed = append(failed, err)
		}
	}
	return len(due), errors.Join(failed...)
}

func (s *Service) acknowledge(ctx context.Context, d Delivery) error {
	err := s.api.Acknowledge(ctx, d.SubscriptionID, d.OperationID)
	d.Attempts++
	d.AcknowledgeAt = time.Time{}
	switch {
	case err == nil:
	case errs.Is(err, errs.Unavailable) && d.Attempts < acknowledgeAttempts:
		d.AcknowledgeAt = s.now().Add(patience(err, acknowledgeRetry<<(d.Attempts-1)))
	default:
		op, asked := s.api.Operation(ctx, d.SubscriptionID, d.OperationID)
		if asked == nil && op.Status == Succeeded {
			err = nil // Microsoft was told already
			break
		}
		// Microsoft has gone on without it, or never answers: what it says of the subscription counts.
		s.alert(ctx, alert.Alert{Kind: alert.AcknowledgementFailed, SubscriptionID: d.SubscriptionID.String(), OperationID: d.OperationID.String(), Err: err})
		why := occasion{unheeded: true}
		if asked == nil && (op.Status == Failed || op.Status == Conflicted) {
			why.givenUp = op.At
		}
		err = s.look(ctx, d.SubscriptionID, why)
	}
	return errors.Join(err, s.store.NoteAcknowledgement(ctx, d))
}

// heed looks whether Microsoft has heeded a refusal. While it isn't known, it looks again, less and less often.
func (s *Service) heed(ctx context.Context, d Delivery) error {
	op, err := s.api.Operation(ctx, d.SubscriptionID, d.OperationID)
	d.Attempts++
	wait := patience(err, settlingCheck<<d.Attempts)
	d.AcknowledgeAt = time.Time{}
	switch {
	case errs.Is(err, errs.NotFound):
		err = nil // what Microsoft has forgotten it does not do
	case err == nil && op.Status == Succeeded:
		s.alert(ctx, alert.Alert{Kind: alert.RefusalIgnored, SubscriptionID: d.SubscriptionID.String(), OperationID: d.OperationID.String()})
		err = s.look(ctx, d.SubscriptionID, occasion{unheeded: true})
	case err == nil && (op.Status == Failed || op.Status == Conflicted):
	case wait < awaiting:
		d.AcknowledgeAt = s.now().Add(wait)
	}
	return errors.Join(err, s.store.NoteAcknowledgement(ctx, d))
}
