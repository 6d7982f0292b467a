package httpapi

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/httpapi/contract"
	"timetracker/internal/idempotency"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

const (
	idempotencyKey = "Idempotency-Key"

	// applyAttempts allows for a receipt that is in the way but gone when it is read, since it has expired.
	applyAttempts = 3

	// codeKeyUsed is the code with which idempotency.Store says that there is a receipt.
	codeKeyUsed = "key_used"

	// retryInProgress is when to ask again for the answer to a request that is still being handled.
	retryInProgress = time.Second
)

// keyedRequest is a user's key with its request.
type keyedRequest struct {
	tenant ids.Tenant
	user   ids.User
	key    string
	hash   idempotency.Hash // of key, method, path and body
	once   bool             // the answer tells something that isn't kept, so it isn't either
}

// idempotent lets a POST with an Idempotency-Key take effect once. One transaction does the work and stores the response,
// so that there is never one without the other. A repeat does the work again and finds that there is a response. Then what
// it did is undone, and it gets that response; also when the work was refused, since the reason may be its own effect.
// Whoever may not do it any more, or is not shown any more what it is about, gets the refusal.
//
// Only successes are stored, since a refused request has changed nothing and may be repeated under the same key. Of the
// requests before sign-in, only a repeated sign-up would do harm. What writes to a tracker waits for it, which no
// transaction may. A repeat does by itself what is left to do.
func (s *server) idempotent(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key, o := r.Header.Get(idempotencyKey), s.contract.Operation(r)
		signsUp := o.ID == "signUp"
		if r.Method != http.MethodPost || key == "" || (comesBeforeSignIn(o) && !signsUp) || writesToTracker[o.ID] {
			next.ServeHTTP(w, r)
			return
		}
		apply := s.applyOnce
		if signsUp {
			apply = s.signUpOnce
		}
		response, err := apply(r, next, keyedRequest{key: key, hash: requestHash(key, r), once: toldOnce[o.ID]})
		if err != nil {
			s.fail(w, r, err)
			return
		}
		response.send(w)
	})
}

// writesToTracker are the operations that write to a tracker.
var writesToTracker = map[string]bool{"attemptWriteBacks": true, "correctCompletedWork": true}

// toldOnce are the operations that tell a secret of which the store has a hash alone. A repeat does nothing, and isn't told.
var toldOnce = map[string]bool{"askPrivacy": true}

// requestHash tells requests with the same key apart. Without the key, which isn't kept, it would show who guesses what was asked
// for, such as a name that was erased since.
func requestHash(key string, r *http.Request) idempotency.Hash {
	hash := sha256.New()
	fmt.Fprintf(hash, "%q %s %s\n", key, r.Method, r.URL.EscapedPath())
	hash.Write(contract.Body(r))
	return idempotency.Hash(hash.Sum(nil))
}

// applyOnce handles a member's request, or gives its earlier response.
func (s *server) applyOnce(r *http.Request, next http.Handler, c keyedRequest) (*bufferedResponse, error) {
	member := caller(r.Context())
	c.tenant, c.user = member.Tenant.ID, member.User.ID
	for range applyAttempts {
		var response *bufferedResponse
		err := s.keys.Tx(r.Context(), c.tenant, func(ctx context.Context) (err error) {
			if response, err = buffer(next, r.WithContext(ctx)); err != nil {
				return err
			}
			return s.keep(ctx, c, response)
		})
		if err == nil {
			return response, nil
		}
		if errs.Is(err, errs.Forbidden) || errs.Is(err, errs.NotFound) {
			return nil, err
		}
		earlier, replayErr := s.replay(r.Context(), c)
		switch {
		case earlier != nil:
			return earlier, nil
		case replayErr != nil && !errs.Is(err, errs.Internal): // a refusal may be the effect of what can't be read now
			return nil, replayErr
		case errs.CodeOf(err) != codeKeyUsed:
			return nil, err
		}
	}
	return nil, inProgress()
}

// signUpOnce handles a sign-up, or gives its earlier response. Its receipt belongs to the user whom it has made, who also
// repeats the request.
func (s *server) signUpOnce(r *http.Request, next http.Handler, c keyedRequest) (*bufferedResponse, error) {
	current := callOf(r.Context())
	current.newTenant = ids.New[ids.Tenant]()
	var response *bufferedResponse
	err := s.keys.Tx(r.Context(), current.newTenant, func(ctx context.Context) (err error) {
		if response, err = buffer(next, r.WithContext(ctx)); err != nil {
			return err
		}
		c.tenant, c.user = current.member.Tenant.ID, current.member.User.ID
		return s.keep(ctx, c, response)
	})
	if errs.CodeOf(err) != "directory_taken" {
		return response, err
	}
	member, ok, lookupErr := s.tenants.Known(r.Context(), current.person)
	if lookupErr != nil {
		return nil, lookupErr
	}
	if !ok || member.User.Status != tenant.UserActive {
		return nil, err
	}
	current.signIn(r.Context(), member)
	c.tenant, c.user = member.Tenant.ID, member.User.ID
	earlier, replayErr := s.replay(r.Context(), c)
	if earlier == nil && replayErr == nil {
		return nil, err
	}
	return earlier, replayErr
}

func inProgress() error {
	return errs.New(errs.Conflict, "request_in_progress", "The same request is being worked on.").
		WithRetryAfter(retryInProgress)
}

// keep stores a response under its key. Only within the transaction that does the work.
func (s *server) keep(ctx context.Context, c keyedRequest, response *bufferedResponse) error {
	if callOf(ctx).leavesNothing {
		return nil
	}
	receipt := idempotency.Receipt{RequestHash: c.hash, Status: response.status, CreatedAt: s.instant()}
	if !c.once {
		receipt.ETag, receipt.Body = response.header.Get("ETag"), response.body
	}
	return s.keys.KeepReceipt(ctx, c.tenant, c.user, c.key, receipt)
}

// replay gives the stored response to the request; nil when there is none.
func (s *server) replay(ctx context.Context, c keyedRequest) (*bufferedResponse, error) {
	receipt, ok, err := s.keys.Receipt(ctx, c.tenant, c.user, c.key)
	if err != nil || !ok {
		return nil, err
	}
	expired := s.instant().Add(-idempotency.Lifetime)
	switch {
	case receipt.CreatedAt.Before(expired):
		return nil, s.keys.ForgetKey(ctx, c.tenant, c.user, c.key, expired)
	case receipt.RequestHash != c.hash:
		return nil, errs.New(errs.RuleBroken, "idempotency_key_reused",
			"This Idempotency-Key was used for another request. Use a new one.").
			WithField(idempotencyKey, "reused", "must be new for a new request")
	case len(receipt.Body) == 0:
		return nil, errs.New(errs.Conflict, "already_answered", "This was done already, and its answer isn't kept.")
	}
	header := http.Header{"Idempotency-Replayed": {"true"}}
	if receipt.ETag != "" {
		header.Set("ETag", receipt.ETag)
	}
	return &bufferedResponse{header: header, status: receipt.Status, body: receipt.Body}, nil
}

// bufferedResponse is a response writer that holds the response back until its transaction is committed. A response
// that is stored under a key has a status, an ETag and a body in JSON. The first response has no other header either,
// so that a replay lacks nothing.
type bufferedResponse struct {
	header  http.Header
	status  int
	body    []byte
	failure error // the error that server.fail was called with; then the rest is not sent
}

// buffer handles a request without sending anything. It may run again with its transaction, since the body was parsed
// before.
func buffer(next http.Handler, r *http.Request) (*bufferedResponse, error) {
	response := &bufferedResponse{header: make(http.Header)}
	next.ServeHTTP(response, r)
	response.status = cmp.Or(response.status, http.StatusOK) // as net/http does
	return response, response.failure
}

// Header implements http.ResponseWriter.
func (b *bufferedResponse) Header() http.Header { return b.header }

// WriteHeader implements http.ResponseWriter.
func (b *bufferedResponse) WriteHeader(status int) { b.status = status }

// Write implements http.ResponseWriter.
func (b *bufferedResponse) Write(data []byte) (int, error) {
	b.body = append(b.body, data...)
	return len(data), nil
}

// send sends the response.
func (b *bufferedResponse) send(w http.ResponseWriter) {
	header := w.Header()
	for _, name := range []string{"ETag", "Idempotency-Replayed"} {
		if value := b.header.Get(name); value != "" {
			header.Set(name, value)
		}
	}
	header.Set("Content-Type", "application/json")
	w.WriteHeader(b.status)
	_, _ = w.Write(b.body) // fails only when the client has gone
}
