package marketplace

import (
	"context"
	"iter"
	"sync"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
)

// CredentialsRefused is the code of errors by which Microsoft refuses our own credentials. The secret has expired, the
// app has no service principal, or the offer names another app. Until that is corrected, no event and no purchase is
// handled.
const CredentialsRefused = "marketplace_credentials"

// credentialsAlert is how often operators are alerted while the credentials are refused.
const credentialsAlert = time.Hour

// credentialsProven is for how long an answer proves that Microsoft takes our credentials.
const credentialsProven = time.Minute

// watched is Microsoft's API. It alerts operators when Microsoft refuses our credentials.
type watched struct {
	api    Fulfillment
	now    func() time.Time
	alert  func(ctx context.Context, a alert.Alert)
	mu     sync.Mutex
	told   time.Time
	proven time.Time // when Microsoft has last taken the credentials
}

// watch takes the outcome of a call.
func (w *watched) watch(ctx context.Context, err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now()
	switch {
	case errs.CodeOf(err) == CredentialsRefused:
		if w.told.IsZero() || !now.Before(w.told.Add(credentialsAlert)) {
			w.told = now
			w.alert(ctx, alert.Alert{Kind: alert.CredentialsRefused, Err: err})
		}
	case err == nil || !errs.Is(err, errs.Unavailable):
		w.proven = now
	}
	return err
}

// Resolve implements Fulfillment. Microsoft refuses a token of another publisher by the status of bad credentials, and
// anybody who signs in can bring one. So another call must be refused too before operators are told.
func (w *watched) Resolve(ctx context.Context, token string) (Fetched, error) {
	fetched, err := w.api.Resolve(ctx, token)
	if errs.CodeOf(err) != CredentialsRefused {
		return fetched, w.watch(ctx, err)
	}
	if other := w.prove(ctx); other != nil {
		return Fetched{}, other
	}
	return Fetched{}, errs.Wrap(err, errs.RuleBroken, "marketplace_token_invalid",
		"The link from the Marketplace belongs to another product, has expired or is damaged; open it from there again.")
}

// prove is nil when Microsoft takes our credentials. If it hasn't done so in the last minute, it is asked for its list.
func (w *watched) prove(ctx context.Context) error {
	w.mu.Lock()
	past := w.now().Sub(w.proven)
	w.mu.Unlock()
	if past >= 0 && past < credentialsProven {
		return nil
	}
	for _, err := range w.Subscriptions(ctx) {
		if errs.Is(err, errs.Unavailable) {
			return err
		}
		break
	}
	return nil
}

// Activate implements Fulfillment.
func (w *watched) Activate(ctx context.Context, id ids.Subscription, planID string) error {
	return w.watch(ctx, w.api.Activate(ctx, id, planID))
}

// Subscription implements Fulfillment.
func (w *watched) Subscription(ctx context.Context, id ids.Subscription) (Fetched, error) {
	fetched, err := w.api.Subscription(ctx, id)
	return fetched, w.watch(ctx, err)
}

// Subscriptions implements Fulfillment.
func (w *watched) Subscriptions(ctx context.Context) iter.Seq2[Fetched, error] {
	return func(yield func(Fetched, error) bool) {
		for fetched, err := range w.api.Subscriptions(ctx) {
			if !yield(fetched, w.watch(ctx, err)) {
				return
			}
		}
	}
}

// Operation implements Fulfillment.
func (w *watched) Operation(ctx context.Context, id ids.Subscription, operation ids.Operation) (Operation, error) {
	op, err := w.api.Operation(ctx, id, operation)
	return op, w.watch(ctx, err)
}

// Acknowledge implements Fulfillment.
func (w *watched) Acknowledge(ctx context.Context, id ids.Subscription, operation ids.Operation) error {
	return w.watch(ctx, w.api.Acknowledge(ctx, id, operation))
}
