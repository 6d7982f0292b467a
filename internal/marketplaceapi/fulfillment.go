package marketplaceapi

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
)

const subscriptionsPath = "saas/subscriptions"

func subscriptionPath(id ids.Subscription) string {
	return subscriptionsPath + "/" + url.PathEscape(id.String())
}

func operationPath(id ids.Subscription, operation ids.Operation) string {
	return subscriptionPath(id) + "/operations/" + operation.String()
}

// badToken is also given for a token that can't be Microsoft's, without a call.
var badToken = refusal{
	errs.RuleBroken, "marketplace_token_invalid",
	"The link from the Marketplace has expired or is damaged; open it from there again.",
}

// Resolve implements marketplace.Fulfillment.
func (c *Client) Resolve(ctx context.Context, token string) (marketplace.Fetched, error) {
	if !sendable(token) {
		return marketplace.Fetched{}, errs.New(badToken.kind, badToken.code, badToken.message)
	}
	k := call{
		method: http.MethodPost, path: subscriptionsPath + "/resolve", token: token, timeout: c.callTimeout,
		refusals: map[int]refusal{http.StatusBadRequest: badToken},
	}
	body, err := c.do(ctx, k)
	if err != nil {
		return marketplace.Fetched{}, err
	}
	fetched, err := decodeResolved(body)
	if err != nil {
		return marketplace.Fetched{}, misunderstood(k, err)
	}
	return fetched, nil
}

// sendable says whether a token can be one of Microsoft's. It must be a header's value without blanks, of a length that
// servers take.
func sendable(token string) bool {
	const most = 8 << 10
	if token == "" || len(token) > most {
		return false
	}
	for i := range len(token) {
		if token[i] <= ' ' || token[i] > '~' {
			return false
		}
	}
	return true
}

// Activate implements marketplace.Fulfillment.
func (c *Client) Activate(ctx context.Context, id ids.Subscription, planID string) error {
	over := refusal{errs.Conflict, "not_activatable", "The subscription is suspended or cancelled."}
	return c.change(ctx, call{
		method: http.MethodPost, path: subscriptionPath(id) + "/activate", timeout: c.callTimeout,
		// Microsoft's page says that the body is empty, but its OpenAPI document puts the plan into it.
		body:     map[string]string{"planId": planID},
		refusals: map[int]refusal{http.StatusBadRequest: over, http.StatusNotFound: over},
	})
}

// Acknowledge implements marketplace.Fulfillment.
func (c *Client) Acknowledge(ctx context.Context, id ids.Subscription, operation ids.Operation) error {
	return c.change(ctx, call{
		method: http.MethodPatch, path: operationPath(id, operation), timeout: c.callTimeout,
		body: map[string]string{"status": "Success"},
		refusals: map[int]refusal{
			http.StatusConflict:   {errs.Conflict, "operation_superseded", "A newer change is in force already."},
			http.StatusNotFound:   unknownOperation,
			http.StatusBadRequest: {errs.Malformed, "operation_refused", "The Marketplace doesn't take an answer to this change."},
		},
	})
}

var unknownOperation = refusal{errs.NotFound, "operation_unknown", "The Marketplace doesn't know this change."}

// change is for calls whose answer is its status: every 2xx means that Microsoft has taken the change, whatever body
// comes with it.
func (c *Client) change(ctx context.Context, k call) error {
	k.headOnly = true
	_, err := c.do(ctx, k)
	return err
}

// Subscription implements marketplace.Fulfillment.
func (c *Client) Subscription(ctx context.Context, id ids.Subscription) (marketplace.Fetched, error) {
	k := call{
		method: http.MethodGet, path: subscriptionPath(id), timeout: c.callTimeout,
		refusals: map[int]refusal{
			http.StatusNotFound: {errs.NotFound, "subscription_unknown", "The Marketplace doesn't know this subscription."},
		},
	}
	body, err := c.do(ctx, k)
	if err != nil {
		return marketplace.Fetched{}, err
	}
	fetched, err := decodeSubscription(body)
	if err == nil && fetched.ID != id {
		err = errors.New("it is about another subscription")
	}
	if err != nil {
		return marketplace.Fetched{}, misunderstood(k, err)
	}
	return fetched, nil
}

// Operation implements marketplace.Fulfillment. Microsoft's page says that an unknown operation is answered with 404,
// but its service was seen to answer 400.
func (c *Client) Operation(
	ctx context.Context, id ids.Subscription, operation ids.Operation,
) (marketplace.Operation, error) {
	k := call{
		method: http.MethodGet, path: operationPath(id, operation), timeout: c.callTimeout,
		refusals: map[int]refusal{http.StatusNotFound: unknownOperation, http.StatusBadRequest: unknownOperation},
	}
	body, err := c.do(ctx, k)
	if err != nil {
		return marketplace.Operation{}, err
	}
	found, err := decodeOperation(body)
	if err == nil && (found.ID != operation || found.SubscriptionID != id) {
		err = errors.New("it is about another operation")
	}
	if err != nil {
		return marketplace.Operation{}, misunderstood(k, err)
	}
	return found, nil
}

// Subscriptions implements marketplace.Fulfillment. Pages have any length and may be empty. The list ends with the page
// that names no next one.
func (c *Client) Subscriptions(ctx context.Context) iter.Seq2[marketplace.Fetched, error] {
	return func(yield func(marketplace.Fetched, error) bool) {
		l := listing{client: c, seen: map[string]bool{}}
		for {
			page, err := l.next(ctx)
			if err != nil {
				yield(marketplace.Fetched{}, err)
				return
			}
			for _, e := range page {
				if !yield(e.fetched, e.err) {
					return
				}
			}
			if l.token == "" {
				return
			}
		}
	}
}

// listing is a list that is being read.
type listing struct {
	client *Client
	token  string // of the page to come; empty before the first and after the last
	seen   map[string]bool
	took   time.Duration
}

// next reads a page. A list whose end does not come is ErrListCut, and so is a page that can't be understood.
func (l *listing) next(ctx context.Context) ([]entry, error) {
	k := call{method: http.MethodGet, path: subscriptionsPath, timeout: l.client.bulkTimeout}
	if l.token != "" {
		k.query = url.Values{"continuationToken": {l.token}}
	}
	cut := func(why error) error { return misunderstood(k, fmt.Errorf("%w: %w", marketplace.ErrListCut, why)) }
	switch {
	case l.seen[l.token]:
		return nil, cut(errors.New("it comes back to a page that was read"))
	case len(l.seen) >= maxPages:
		return nil, cut(fmt.Errorf("it has more than %d pages", maxPages))
	case l.took >= maxListing:
		return nil, cut(fmt.Errorf("%d pages took %s", len(l.seen), l.took.Round(time.Second)))
	}
	began := l.client.now()
	body, err := l.client.do(ctx, k)
	l.took += l.client.now().Sub(began)
	if err != nil {
		return nil, err
	}
	page, next, err := decodePage(body)
	if err != nil {
		return nil, cut(err)
	}
	l.seen[l.token], l.token = true, next
	return page, nil
}
