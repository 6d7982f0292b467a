package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"timetracker/api"
	"timetracker/internal/errs"
	"timetracker/internal/idempotency"
	"timetracker/internal/ids"
)

const idempotencyKey = "Idempotency-Key"

// once makes a member's POST that carries an Idempotency-Key happen once. The key is claimed, the work is done and the
// answer is kept in one transaction, so that there is never one without the others. Only successes are kept: a refused
// request has changed nothing and may be tried again under the same key.
//
// Before there is a member, nobody can claim a key: server.SignUp does it for the user that it makes, and asking to join or
// taking a subscription once more changes nothing anyway.
func (s *server) once(next api.StrictHandlerFunc, _ string) api.StrictHandlerFunc {
	return func(ctx context.Context, w http.ResponseWriter, r *http.Request, request any) (any, error) {
		key := r.Header.Get(idempotencyKey)
		if r.Method != http.MethodPost || key == "" || comesBeforeSignIn(s.contract.Operation(r)) {
			return next(ctx, w, r, request)
		}
		member := caller(ctx)
		c := claim{tenant: member.Tenant.ID, user: member.User.ID, key: key, hash: callOf(ctx).hash}
		for range claimAttempts {
			var done answer
			err := s.keys.Tx(ctx, c.tenant, func(ctx context.Context) error {
				if err := s.keys.ClaimKey(ctx, c.tenant, c.user, c.key, c.hash, s.instant()); err != nil {
					return err
				}
				response, err := next(ctx, w, r, request)
				if err != nil {
					return err
				}
				done, err = s.complete(ctx, c, response)
				return err
			})
			if errs.CodeOf(err) != codeKeyClaimed {
				return done, err
			}
			if earlier, ok, err := s.replay(ctx, c); ok || err != nil {
				return earlier, err
			}
		}
		return nil, inProgress()
	}
}

// claimAttempts allows for a receipt that is taken away, because it expired or its transaction failed, between the claim
// that it was in the way of and reading it.
const claimAttempts = 3

// codeKeyClaimed is how idempotency.Store says that the key is taken.
const codeKeyClaimed = "key_claimed"

// retryInProgress is when to ask again for the answer to a request that is still worked on.
const retryInProgress = time.Second

func inProgress() error {
	return errs.New(errs.Conflict, "request_in_progress", "The same request is being worked on.").
		WithRetryAfter(retryInProgress)
}

// claim is a user's key and the request that it stands for.
type claim struct {
	tenant ids.Tenant
	user   ids.User
	key    string
	hash   string
}

// complete renders a response and keeps it under the claimed key. Only within the claim's transaction.
func (s *server) complete(ctx context.Context, c claim, response any) (answer, error) {
	a, err := render(response)
	if err != nil {
		return answer{}, err
	}
	return a, s.keys.CompleteKey(ctx, c.tenant, c.user, c.key, a.status, a.etag, a.body)
}

// replay gives the kept answer to the claim's request. ok is false when there is none any more.
func (s *server) replay(ctx context.Context, c claim) (a answer, ok bool, err error) {
	receipt, ok, err := s.keys.Receipt(ctx, c.tenant, c.user, c.key)
	if err != nil || !ok {
		return answer{}, false, err
	}
	expired := s.instant().Add(-idempotency.Lifetime)
	switch {
	case receipt.CreatedAt.Before(expired):
		return answer{}, false, s.keys.ForgetKey(ctx, c.tenant, c.user, c.key, expired)
	case receipt.RequestHash != c.hash:
		return answer{}, false, errs.New(errs.RuleBroken, "idempotency_key_reused",
			"This Idempotency-Key was used for another request. Use a new one.").
			WithField(idempotencyKey, "reused", "must be new for a new request")
	case receipt.Status == 0:
		return answer{}, false, inProgress()
	}
	return answer{status: receipt.Status, etag: receipt.ETag, body: receipt.Body, replayed: true}, true, nil
}

// answer is a rendered response to a POST.
type answer struct {
	status   int
	etag     string
	body     []byte
	replayed bool
}

// VisitSignUpResponse implements api.SignUpResponseObject.
func (a answer) VisitSignUpResponse(w http.ResponseWriter) error { return a.send(w) }

// VisitStartTimerResponse implements api.StartTimerResponseObject.
func (a answer) VisitStartTimerResponse(w http.ResponseWriter) error { return a.send(w) }

// VisitStopTimerResponse implements api.StopTimerResponseObject.
func (a answer) VisitStopTimerResponse(w http.ResponseWriter) error { return a.send(w) }

// VisitStopTimerOfResponse implements api.StopTimerOfResponseObject.
func (a answer) VisitStopTimerOfResponse(w http.ResponseWriter) error { return a.send(w) }

// VisitInviteUsersResponse implements api.InviteUsersResponseObject.
func (a answer) VisitInviteUsersResponse(w http.ResponseWriter) error { return a.send(w) }

// VisitRenewInvitationResponse implements api.RenewInvitationResponseObject.
func (a answer) VisitRenewInvitationResponse(w http.ResponseWriter) error { return a.send(w) }

// VisitRecordActionResponse implements api.RecordActionResponseObject.
func (a answer) VisitRecordActionResponse(w http.ResponseWriter) error { return a.send(w) }

func (a answer) send(w http.ResponseWriter) error {
	header := w.Header()
	header.Set("Content-Type", "application/json")
	if a.etag != "" {
		header.Set("ETag", a.etag)
	}
	if a.replayed {
		header.Set("Idempotency-Replayed", "true")
	}
	w.WriteHeader(a.status)
	_, err := w.Write(a.body)
	return err
}

// render writes a POST's response into memory.
func render(response any) (answer, error) {
	page := &memory{header: make(http.Header)}
	var err error
	switch visitor := response.(type) {
	case api.StartTimerResponseObject:
		err = visitor.VisitStartTimerResponse(page)
	case api.StopTimerResponseObject:
		err = visitor.VisitStopTimerResponse(page)
	case api.StopTimerOfResponseObject:
		err = visitor.VisitStopTimerOfResponse(page)
	case api.InviteUsersResponseObject:
		err = visitor.VisitInviteUsersResponse(page)
	case api.RenewInvitationResponseObject:
		err = visitor.VisitRenewInvitationResponse(page)
	case api.RecordActionResponseObject:
		err = visitor.VisitRecordActionResponse(page)
	case api.SignUpResponseObject:
		err = visitor.VisitSignUpResponse(page)
	default:
		err = fmt.Errorf("%T is not the response to a POST", response)
	}
	return answer{status: page.status, etag: page.header.Get("ETag"), body: page.body}, err
}

// memory is a response writer that keeps the response.
type memory struct {
	header http.Header
	status int
	body   []byte
}

func (m *memory) Header() http.Header    { return m.header }
func (m *memory) WriteHeader(status int) { m.status = status }
func (m *memory) Write(data []byte) (int, error) {
	m.body = append(m.body, data...)
	return len(data), nil
}
