package marketplace

import (
	"context"
	"fmt"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/errs"
)

const (
	// operationPatience is how long an operation may be unknown at Microsoft after it has announced it.
	operationPatience = 2 * time.Second
	operationRetry    = 500 * time.Millisecond
	// flushTime is how much of the time for an answer reporting usage may take.
	flushTime = 2 * time.Second
)

// Receive handles an event of Microsoft's webhook. Without an error it is handled, now or before, and need not be sent
// again. errs.RuleBroken refuses the change that the customer wants. Every other error is a failure of our own, and the
// event must be sent again.
func (s *Service) Receive(ctx context.Context, n Notification) error {
	_, err, _ := s.inWork.Do(n.OperationID.String(), func() (any, error) {
		// Others may wait for this call, so it must not end when the first caller leaves.
		shared := context.WithoutCancel(ctx)
		if deadline, ok := ctx.Deadline(); ok {
			var cancel context.CancelFunc
			shared, cancel = context.WithDeadline(shared, deadline)
			defer cancel()
		}
		// Passed on as a panic, a panic would lose its place.
		err := errs.WithoutPanic(func() error { return s.receive(shared, n) })
		s.noteOutcome(shared, n, err)
		return nil, err
	})
	return err
}

// receive handles one event: it finds out what the event is, applies it, and gives the answer for Microsoft.
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

// eventOf asks Microsoft what a notification is about. For a change that waits for our consent the operation counts,
// and never the webhook's body.
func (s *Service) eventOf(ctx context.Context, n Notification) (Event, error) {
	event := Event{Kind: Notice, Notification: n}
	switch n.Action {
	case ChangePlan, ChangeQuantity, Reinstate:
	case Subscribe, Renew, Suspend, Unsubscribe:
		return event, nil
	default:
		s.alertOfEvent(ctx, n, alert.ActionUnknown, nil)
		return event, nil
	}
	op, err := s.operation(ctx, n)
	switch {
	case errs.Is(err, errs.NotFound) && n.Action == Reinstate:
		return event, nil // Microsoft's documents disagree on whether there is an operation to accept
	case err != nil:
		return Event{}, notYet(err)
	case op.SubscriptionID != n.SubscriptionID || op.Action != n.Action:
		s.alertOfEvent(ctx, n, alert.OperationMismatch, nil)
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

// applyOnce asks Microsoft for the event's subscription and applies the event, unless that was done before.
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
		// An error of the store is a failure of our own, such as a text that is too long. Only a stored refusal
		// refuses.
		return Delivery{}, errs.Wrap(err, errs.Internal, "event_not_kept", "The event can't be kept.")
	case err != nil:
		return Delivery{}, err
	}
	return *decision.Delivery, nil
}

// answer is our answer to an event, whenever Microsoft sends it.
func answer(d Delivery, n Notification) error {
	if d.SubscriptionID != n.SubscriptionID {
		return fmt.Errorf("operation %s belongs to another subscription", n.OperationID)
	}
	if d.Outcome == Refused {
		return errs.New(errs.RuleBroken, d.Code, d.Message)
	}
	return nil
}

// operation reads the operation of a notification. At first Microsoft may not know it, or its quantity may be missing.
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

// incomplete says whether an operation that waits for our consent lacks the plan or the quantity that it is about.
func (op Operation) incomplete() bool {
	waits := op.Status != Succeeded && op.Status != Failed && op.Status != Conflicted
	unclear := (op.Action == ChangeQuantity && op.Quantity == 0) || (op.Action == ChangePlan && op.PlanID == "")
	return waits && unclear
}

// notThereYet is the code of an error for what Microsoft doesn't know although it exists.
const notThereYet = "not_there_yet"

// notYet turns "not found" into an outage, since Microsoft has announced the operation and will know it.
func notYet(err error) error {
	if errs.Is(err, errs.NotFound) {
		return errs.Wrap(err, errs.Unavailable, notThereYet, "Microsoft does not know this yet.")
	}
	return err
}
