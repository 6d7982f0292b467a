package marketplace

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/audit"
	"timetracker/internal/errs"
	"timetracker/internal/tenant"
)

const (
	// operationPatience is how long Microsoft may take to know an operation that it has just told us of.
	operationPatience = 2 * time.Second
	operationRetry    = 500 * time.Millisecond
	// flushTime bounds what reporting usage takes of the time that there is for an answer.
	flushTime = 2 * time.Second
	// AcknowledgePause lets our answer to the webhook reach Microsoft before the acknowledgement does. Microsoft waits for
	// both for 10 s.
	AcknowledgePause = 2 * time.Second
)

// Receive deals with an event that Microsoft's webhook has told us of. Nil: it is dealt with, now or before, and need not
// be sent again. errs.RuleBroken: the change that the customer wants is refused. Every other error is ours, and the event
// must be sent again.
func (s *Service) Receive(ctx context.Context, n Notification) error {
	_, err, _ := s.inWork.Do(n.OperationID.String(), func() (_ any, err error) {
		defer func() {
			if cause := recover(); cause != nil {
				// Handed on as it is, it would have lost the place at which it happened.
				err = fmt.Errorf("panic: %T\n%s", cause, debug.Stack())
			}
		}()
		// Others may wait for this one, so that it must not end because the first of them goes away.
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

func (s *Service) receive(ctx context.Context, n Notification) error {
	done, ok, err := s.store.Delivery(ctx, n.OperationID)
	if err != nil {
		return err
	}
	if ok {
		return s.answer(done, n)
	}
	switch n.Action {
	case ChangePlan, ChangeQuantity, Reinstate:
		return s.change(ctx, n)
	case Subscribe, Renew, Suspend, Unsubscribe:
		return s.notice(ctx, n, confirmed, false)
	default:
		s.alert(ctx, alert.Alert{Kind: alert.ActionUnknown, SubscriptionID: n.SubscriptionID.String(), OperationID: n.OperationID.String()})
		return s.notice(ctx, n, confirmed, false)
	}
}

// answer repeats what was said to an event.
func (s *Service) answer(d Delivery, n Notification) error {
	if d.SubscriptionID != n.SubscriptionID {
		return fmt.Errorf("operation %s belongs to another subscription", n.OperationID)
	}
	if d.Outcome == Refused {
		return errs.New(errs.RuleBroken, d.Code, d.Message)
	}
	return nil
}

// change deals with what waits for our consent. The operation says what is wanted, not the webhook's body.
func (s *Service) change(ctx context.Context, n Notification) error {
	op, err := s.operation(ctx, n)
	switch {
	case errs.Is(err, errs.NotFound) && n.Action == Reinstate:
		return s.notice(ctx, n, confirmed, false) // Microsoft's documents disagree on whether there is an operation to agree to
	case err != nil:
		return notYet(err)
	}
	if op.SubscriptionID != n.SubscriptionID || op.Action != n.Action {
		s.alert(ctx, alert.Alert{Kind: alert.OperationMismatch, SubscriptionID: n.SubscriptionID.String(), OperationID: n.OperationID.String()})
		return fmt.Errorf("operation %s is another one than the webhook says", n.OperationID)
	}
	switch op.Status {
	case Succeeded: // by our silence
		return s.notice(ctx, n, confirmed, true)
	case Failed, Conflicted:
		return s.notice(ctx, n, func(Action, Status) Outcome { return Superseded }, false)
	default: // it waits for us
	}
	return s.ask(ctx, n.SubscriptionID, func(known Subscription, fetched Fetched) error {
		v, err := s.judge(ctx, known, fetched, op)
		if err != nil {
			return err
		}
		s.flushBefore(ctx, known, v.after)
		return s.deal(ctx, n, known, fetched, func(ctx context.Context, h held, d *Delivery) error {
			v, err := s.judge(ctx, h.before, fetched, op)
			if err != nil {
				return err
			}
			d.Outcome = v.outcome
			switch v.outcome {
			case Applied:
				if !op.ByPublisher {
					d.AcknowledgeAt = s.now().Add(AcknowledgePause)
				}
				return s.keep(ctx, h, v.after, cause{action: n.Action, operationID: n.OperationID}, true)
			case Refused:
				d.Code, d.Message = v.refusal.Code, v.refusal.Message
				d.AcknowledgeAt = s.now().Add(settlingCheck)
				if err := s.noteRefusal(ctx, h, n, v.refusal); err != nil {
					return err
				}
			default: // superseded
			}
			return s.keep(ctx, h, v.after, cause{action: Reconcile, operationID: n.OperationID}, false)
		})
	})
}

// verdict is what becomes of an operation that waits for our consent.
type verdict struct {
	outcome Outcome
	refusal *errs.Error // of a refused one
	after   Subscription
}

// judge says what becomes of an operation. Unless it is applied, Microsoft may still carry it out, and is looked at.
func (s *Service) judge(ctx context.Context, before Subscription, fetched Fetched, op Operation) (verdict, error) {
	now := s.now()
	after := before.converge(fetched, now)
	if after.Status == Cancelled {
		return verdict{outcome: Superseded, after: after}, nil
	}
	refusal, err := s.refuse(ctx, before, after, op)
	if err != nil {
		return verdict{}, err
	}
	v := verdict{outcome: Applied, refusal: refusal, after: after.await(now)}
	switch {
	case refusal != nil:
		v.outcome = Refused
	case !op.At.IsZero() && op.At.Before(before.OperationAt):
		v.outcome = Superseded
	default:
		v.after = after.take(op, now)
	}
	return v, nil
}

// take is the subscription after an operation that is accepted.
func (s Subscription) take(op Operation, now time.Time) Subscription {
	switch op.Action {
	case ChangePlan:
		s.PlanID = op.PlanID
		if op.Quantity > 0 {
			s.Quantity = op.Quantity
		}
	case ChangeQuantity:
		s.Quantity = op.Quantity
	case Reinstate:
		s = s.become(Subscribed, now)
	default: // no other action waits for our consent
	}
	if !op.At.IsZero() {
		s.OperationAt = instant(op.At)
	}
	s.ChangedAt = now
	return s.await(now)
}

// refuse says why an operation can't be accepted; nil when it can. Going back to the plan and the quantity that there are is
// always accepted: Microsoft does so after a change was refused.
func (s *Service) refuse(ctx context.Context, before, current Subscription, op Operation) (*errs.Error, error) {
	after := current.take(op, s.now())
	if op.Action == Reinstate || after.PlanID == before.PlanID && after.Quantity == before.Quantity {
		return nil, nil
	}
	if _, ok := after.Plan(); !ok && after.PlanID != before.PlanID {
		return errs.Newf(errs.RuleBroken, "plan_unknown", "There is no plan %q.", after.PlanID), nil
	}
	limit, had := after.seats(), current.seats()
	if limit == 0 || had > 0 && limit >= had || !after.Bound() {
		return nil, nil // nobody loses a seat, also where there are more people than seats already
	}
	taken, err := s.store.CountSeats(ctx, after.TenantID)
	if err != nil {
		return nil, err
	}
	if taken > limit {
		return errs.Newf(errs.RuleBroken, "seats_in_use",
			"%d people are active or invited, which is more than %d. Deactivate some of them first.", taken, limit), nil
	}
	return nil, nil
}

// noteRefusal tells the tenant's admins, for whom the change looks as if it had never been.
func (s *Service) noteRefusal(ctx context.Context, h held, n Notification, refusal *errs.Error) error {
	if !h.before.Bound() {
		return nil
	}
	return s.store.InsertAudit(ctx, h.before.TenantID, tenant.NewMarketplaceEvent(h.tenant, s.now(),
		audit.FieldChange{Field: "event", New: string(n.Action)},
		audit.FieldChange{Field: "refused", New: refusal.Code}))
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
	return waits && (op.Action == ChangeQuantity && op.Quantity == 0 || op.Action == ChangePlan && op.PlanID == "")
}

// notYet makes "not there" an outage: Microsoft has told us of it, so that it will be there.
func notYet(err error) error {
	if errs.Is(err, errs.NotFound) {
		return errs.Wrap(err, errs.Unavailable, "not_there_yet", "Microsoft does not know this yet.")
	}
	return err
}

// notice deals with what has happened already: Microsoft's API tells what. judge says whether that is what the webhook has
// told us of. carriedOut says that it is a change which Microsoft has carried out already.
func (s *Service) notice(ctx context.Context, n Notification, judge func(Action, Status) Outcome, carriedOut bool) error {
	return s.ask(ctx, n.SubscriptionID, func(known Subscription, fetched Fetched) error {
		told := func(before Subscription) Subscription {
			if carriedOut && n.At.After(before.OperationAt) {
				// It is newer than what was accepted last, for which nobody need wait any more.
				before.ChangedAt = time.Time{}
			}
			after := before.converge(fetched, s.now())
			if n.Action == Suspend && fetched.Status == Suspended && n.At.After(before.OperationAt) && after.Status != Cancelled {
				after = after.become(Suspended, s.now()) // once more, it is not the reinstatement that doesn't show yet
			}
			return after.since(n)
		}
		s.flushBefore(ctx, known, told(known))
		return s.deal(ctx, n, known, fetched, func(ctx context.Context, h held, d *Delivery) error {
			after := told(h.before)
			d.Outcome = judge(n.Action, after.Status)
			why := cause{action: n.Action, operationID: n.OperationID}
			if d.Outcome != Applied {
				why.action = Reconcile
			}
			if d.Outcome != Applied || after.same(h.before) {
				after = after.await(s.now()) // Microsoft's API may not show yet what its webhook tells
			}
			if fetched.Status == "" {
				h.tell(alert.Alert{Kind: alert.StatusUnknown, SubscriptionID: n.SubscriptionID.String()})
			}
			return s.keep(ctx, h, after, why, d.Outcome == Applied)
		})
	})
}

// confirmed says whether Microsoft's API confirms what a webhook has said.
func confirmed(action Action, status Status) Outcome {
	var agrees bool
	switch action {
	case Subscribe, Renew, Reinstate, ChangePlan, ChangeQuantity:
		agrees = status == Subscribed
	case Suspend:
		agrees = status == Suspended
	case Unsubscribe:
		agrees = status == Cancelled
	default:
		return Ignored
	}
	if agrees {
		return Applied
	}
	return Superseded
}

// deal runs fn in a transaction that holds the subscription and notes the event in it, unless it is noted already.
func (s *Service) deal(ctx context.Context, n Notification, known Subscription, fetched Fetched,
	fn func(ctx context.Context, h held, d *Delivery) error,
) error {
	t, err := s.takerOf(ctx, known, fetched)
	if err != nil {
		return err
	}
	var done Delivery
	err = s.with(ctx, known, t, func(ctx context.Context, h held) error {
		seen, ok, err := s.store.Delivery(ctx, n.OperationID)
		if err != nil || ok {
			done = seen
			return err
		}
		done = Delivery{
			OperationID: n.OperationID, SubscriptionID: n.SubscriptionID, Action: n.Action, SentAt: n.At,
			ReceivedAt: s.now(), Hash: n.Hash,
		}
		if err := fn(ctx, h, &done); err != nil {
			return err
		}
		return s.store.InsertDelivery(ctx, h.before.TenantID, done)
	})
	switch {
	case errs.CodeOf(err) == "delivery_exists":
		return errs.Wrap(err, errs.Unavailable, "event_in_work", "The event is being dealt with.")
	case errs.Is(err, errs.RuleBroken):
		// What the store refuses is our trouble, such as a text that is too long. Only a refusal that is kept is one.
		return errs.Wrap(err, errs.Internal, "event_not_kept", "The event can't be kept.")
	case err != nil:
		return err
	}
	return s.answer(done, n)
}
