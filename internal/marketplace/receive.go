package marketplace

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/errs"
)

const (
	// operationPatience is how long Microsoft may take to know an operation that it has just told us of.
	operationPatience = 2 * time.Second
	operationRetry    = 500 * time.Millisecond
	// flushTime bounds what reporting usage takes of the time that there is for an answer.
	flushTime = 2 * time.Second
)

// Receive handles an event that Microsoft's webhook has told us of. Nil: it is handled, now or before, and need not be sent
// again. errs.RuleBroken: the change that the customer wants is refused. Every other error is our own trouble, and the event
// must be sent again.
func (s *Service) Receive(ctx context.Context, n Notification) error {
	_, err, _ := s.inWork.Do(n.OperationID.String(), func() (_ any, err error) {
		defer func() {
			if cause := recover(); cause != nil {
				// Passed on as it is, it would lose the place at which it happened.
				err = fmt.Errorf("panic: %T\n%s", cause, debug.Stack())
			}
		}()
		// Others may wait for this call, so that it must not end because the first of them goes away.
		shared := context.WithoutCancel(ctx)
		if deadline, ok := ctx.Deadline(); ok {
			var cancel context.CancelFunc
			shared, cancel = context.WithDeadline(shared, deadline)
			defer cancel()
		}
		return nil, s.receive(shared, n)
	})
	return err
}

// receive goes from the notification to the answer: what the event is, what it does, and what that says to Microsoft.
func (s *Service) receive(ctx context.Context, n Notification) error {
	done, seen, err := s.store.Delivery(ctx, n.OperationID)
	if err != nil {
		return err
	}
	if !seen {
		event, err := s.eventOf(ctx, n)
		if err != nil {
			return err
		}
		if done, err = s.applyOnce(ctx, event); err != nil {
			return err
		}
	}
	return answer(done, n)
}

// eventOf asks Microsoft what a notification is about. Of what waits for our consent the operation says what is wanted, and
// never the webhook's body.
func (s *Service) eventOf(ctx context.Context, n Notification) (Event, error) {
	event := Event{Kind: Notice, Notification: n}
	switch n.Action {
	case ChangePlan, ChangeQuantity, Reinstate:
	case Subscribe, Renew, Suspend, Unsubscribe:
		return event, nil
	default:
		s.alert(ctx, alert.Alert{Kind: alert.ActionUnknown, SubscriptionID: n.SubscriptionID.String(), OperationID: n.OperationID.String()})
		return event, nil
	}
	op, err := s.operation(ctx, n)
	switch {
	case errs.Is(err, errs.NotFound) && n.Action == Reinstate:
		return event, nil // Microsoft's documents disagree on whether there is an operation to agree to
	case err != nil:
		return Event{}, notYet(err)
	case op.SubscriptionID != n.SubscriptionID || op.Action != n.Action:
		s.alert(ctx, alert.Alert{Kind: alert.OperationMismatch, SubscriptionID: n.SubscriptionID.String(), OperationID: n.OperationID.String()})
		return Event{}, fmt.Errorf("operation %s is another one than the webhook says", n.OperationID)
	}
	event.Operation = op
	switch op.Status {
	case Succeeded:
		event.Kind = CarriedOut
	case Failed, Conflicted:
		event.Kind = GivenUp
	default:
		event.Kind = Request
	}
	return event, nil
}

// applyOnce asks Microsoft for the event's subscription, and lets the event do what it does, unless it has done so before.
func (s *Service) applyOnce(ctx context.Context, event Event) (Delivery, error) {
	var decision Decision
	err := s.retryOnConflict(ctx, event.SubscriptionID, func(known Subscription) error {
		observed, err := s.api.Subscription(ctx, event.SubscriptionID)
		if err != nil {
			return notYet(err)
		}
		decision, err = s.settle(ctx, known, observed, event)
		return err
	})
	switch {
	case errs.CodeOf(err) == "delivery_exists":
		return Delivery{}, errs.Wrap(err, errs.Unavailable, "event_in_work", "The event is being dealt with.")
	case errs.Is(err, errs.RuleBroken):
		// What the store refuses is our trouble, such as a text that is too long. Only a stored refusal is one.
		return Delivery{}, errs.Wrap(err, errs.Internal, "event_not_kept", "The event can't be kept.")
	case err != nil:
		return Delivery{}, err
	}
	return *decision.Delivery, nil
}

// answer is what Microsoft is told of an event, whenever it asks.
func answer(d Delivery, n Notification) error {
	if d.SubscriptionID != n.SubscriptionID {
		return fmt.Errorf("operation %s belongs to another subscription", n.OperationID)
	}
	if d.Outcome == Refused {
		return errs.New(errs.RuleBroken, d.Code, d.Message)
	}
	return nil
}

// operation reads what a webhook has told us of. Microsoft may not know it at once, or not know what is wanted: right after
// a change was asked for its quantity may be missing.
func (s *Service) operation(ctx context.Context, n Notification) (Operation, error) {
	patience := time.NewTimer(operationPatience)
	defer patience.Stop()
	for {
		op, err := s.api.Operation(ctx, n.SubscriptionID, n.OperationID)
		switch {
		case err == nil && op.incomplete():
			err = errs.New(errs.Unavailable, "operation_incomplete", "Microsoft does not say yet what is wanted.")
		case !errs.Is(err, errs.NotFound):
			return op, err
		}
		select {
		case <-time.After(operationRetry):
		case <-ctx.Done():
			return Operation{}, ctx.Err()
		case <-patience.C:
			return Operation{}, err
		}
	}
}

// incomplete says whether an operation that waits for our consent does not say what it is for.
func (op Operation) incomplete() bool {
	waits := op.Status != Succeeded && op.Status != Failed && op.Status != Conflicted
	unclear := (op.Action == ChangeQuantity && op.Quantity == 0) || (op.Action == ChangePlan && op.PlanID == "")
	return waits && unclear
}

// notYet makes "not there" an outage: Microsoft has told us of it, so that it will be there.
func notYet(err error) error {
	if errs.Is(err, errs.NotFound) {
		return errs.Wrap(err, errs.Unavailable, "not_there_yet", "Microsoft does not know this yet.")
	}
	return err
}
