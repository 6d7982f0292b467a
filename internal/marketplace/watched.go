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

// watched is Microsoft's API. It alerts operators when Microsoft refuses our credentials.
type watched struct {
	api   Fulfillment
	now   func() time.Time
	alert func(ctx context.Context, a alert.Alert)
	mu    sync.Mutex
	told  time.Time
}

func (w *watched) watch(ctx context.Context, err error) error {
	if errs.CodeOf(err) != CredentialsRefused {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if now := w.now(); w.told.IsZero() || !now.Before(w.told.Add(credentialsAlert)) {
		w.told = now
		w.alert(ctx, alert.Alert{Kind: alert.CredentialsRefused, Err: err})
	}
	return err
}

// Resolve implements Fulfillment.
func (w *watched) Resolve(ctx context.Context, token string) (Fetched, error) {
	fetched, err := w.api.Resolve(ctx, token)
	return fetched, w.watch(ctx, err)
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
