package marketplace

import (
	"context"
	"errors"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/errs"
)

const (
	// AcknowledgePause lets our answer to the webhook reach Microsoft before the acknowledgement does. Microsoft waits
	// for both for 10 s.
	AcknowledgePause = 2 * time.Second
	// acknowledgeRetry is the wait after the first failure; it doubles.
	acknowledgeRetry = 5 * time.Second
	// acknowledgeAttempts go on for longer than the 8 hours for which Microsoft waits. It takes no answer for consent.
	acknowledgeAttempts = 14
)

// Acknowledge tells Microsoft of accepted changes, and asks for the outcome of refused ones, at most limit of them. It
// gives their number.
func (s *Service) Acknowledge(ctx context.Context, limit int) (int, error) {
	due, err := s.store.DueDeliveries(ctx, s.now(), limit)
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, d := range due {
		handle := s.acknowledge
		if d.Outcome == Refused {
			handle = s.checkRefusal
		}
		if err := handle(ctx, d); err != nil {
			failed = append(failed, err)
		}
	}
	return len(due), errors.Join(failed...)
}

// acknowledge tells Microsoft that a change is accepted.
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
			err = nil // an earlier attempt has reached Microsoft
			break
		}
		// Microsoft has ended the change without it, or never answers. What it shows of the subscription counts.
		s.alert(ctx, alert.Alert{
			Kind: alert.AcknowledgementFailed, SubscriptionID: d.SubscriptionID.String(), OperationID: d.OperationID.String(), Err: err,
		})
		event := Event{Unheeded: true}
		if asked == nil && (op.Status == Failed || op.Status == Conflicted) {
			event.Abandoned = op.At
		}
		err = s.refresh(ctx, d.SubscriptionID, event)
	}
	return errors.Join(err, s.store.NoteAcknowledgement(ctx, d))
}

// checkRefusal asks whether Microsoft has accepted a refusal. While that isn't known, it asks again at growing
// intervals.
func (s *Service) checkRefusal(ctx context.Context, d Delivery) error {
	op, err := s.api.Operation(ctx, d.SubscriptionID, d.OperationID)
	d.Attempts++
	wait := patience(err, settlingCheck<<d.Attempts)
	d.AcknowledgeAt = time.Time{}
	switch {
	case errs.Is(err, errs.NotFound):
		err = nil // Microsoft will not make a change that it has forgotten
	case err == nil && op.Status == Succeeded:
		s.alert(ctx, alert.Alert{Kind: alert.RefusalIgnored, SubscriptionID: d.SubscriptionID.String(), OperationID: d.OperationID.String()})
		err = s.refresh(ctx, d.SubscriptionID, Event{Unheeded: true})
	case err == nil && (op.Status == Failed || op.Status == Conflicted):
	case wait < awaiting:
		d.AcknowledgeAt = s.now().Add(wait)
	}
	return errors.Join(err, s.store.NoteAcknowledgement(ctx, d))
}
