package httpapi

import (
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"timetracker/api"
	"timetracker/internal/entra"
	"timetracker/internal/errs"
	"timetracker/internal/httpserver"
	"timetracker/internal/timer"
)

// statuses is the status of the answer to each kind of error.
var statuses = map[errs.Kind]int{
	errs.Internal:             http.StatusInternalServerError,
	errs.Malformed:            http.StatusBadRequest,
	errs.Unauthenticated:      http.StatusUnauthorized,
	errs.PaymentRequired:      http.StatusPaymentRequired,
	errs.Forbidden:            http.StatusForbidden,
	errs.NotFound:             http.StatusNotFound,
	errs.MethodNotAllowed:     http.StatusMethodNotAllowed,
	errs.NotAcceptable:        http.StatusNotAcceptable,
	errs.Conflict:             http.StatusConflict,
	errs.Stale:                http.StatusPreconditionFailed,
	errs.TooLarge:             http.StatusRequestEntityTooLarge,
	errs.UnsupportedMedia:     http.StatusUnsupportedMediaType,
	errs.RuleBroken:           http.StatusUnprocessableEntity,
	errs.PreconditionRequired: http.StatusPreconditionRequired,
	errs.TooManyRequests:      http.StatusTooManyRequests,
	errs.Unavailable:          http.StatusServiceUnavailable,
}

// retryUnavailable is the value of Retry-After when the failing part gives none.
const retryUnavailable = 5 * time.Second

// fail answers with a problem document (RFC 9457). Internal causes are only for the log. When a part of another answer
// has been sent already, it aborts the connection, since the client must not take that part for the whole.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if buffered, ok := w.(*bufferedResponse); ok {
		buffered.failure = err // the transaction ends with it, and is answered afterwards
		return
	}
	e := httpserver.ExchangeOf(r.Context())
	gone := errors.Is(err, httpserver.ErrClientGone) ||
		(e.Status() == 0 && errors.Is(err, context.Canceled) && r.Context().Err() != nil)
	if !gone { // which is nobody's failure
		noteFailure(e, err)
	}
	switch {
	case e.Status() != 0:
		panic(http.ErrAbortHandler)
	case gone:
		w.WriteHeader(httpserver.StatusClientGone)
		return
	}
	known, ok := errors.AsType[*errs.Error](err)
	if !ok || known.Kind == errs.Internal {
		known = errs.New(errs.Internal, "internal", "Something went wrong on our side.")
	}
	s.count(known)
	header := w.Header()
	switch known.Kind {
	case errs.Unauthenticated:
		header.Set("WWW-Authenticate", challenge(known))
	case errs.Unavailable:
		if known.RetryAfter == 0 {
			header.Set("Retry-After", seconds(retryUnavailable))
		}
	default:
	}
	if known.RetryAfter > 0 {
		header.Set("Retry-After", seconds(known.RetryAfter))
	}
	httpserver.SendProblem(w, r, problemOf(r.Context(), s.withoutUnrecorded(r.Context(), known), s.instant()))
}

// count tells the metrics of a refusal that operators watch. Those for want of patience are counted where they are made.
func (s *server) count(refusal *errs.Error) {
	switch {
	case refusal.Kind == errs.Unauthenticated, refusal.Code == codeKeysUnavailable:
		s.refused("token", refusal.Code)
	case refusal.Code == "seat_limit", refusal.Code == "seats_in_use":
		s.refused("seats", refusal.Code)
	}
}

// codeKeysUnavailable is entra.Verifier's code for a token whose signing key is unknown now. Strangers can name such keys as
// often as they like, and an outage of the keys has a line of its own.
const codeKeysUnavailable = "signing_keys_unavailable"

// noteFailure adds to the log why a request failed. For the client's own mistake it adds only the code, since the rest
// may quote the client.
func noteFailure(e *httpserver.Exchange, err error) {
	level, reason := slog.LevelInfo, slog.String("error", err.Error())
	var attrs []slog.Attr
	if code := errs.CodeOf(err); code != "" {
		attrs = append(attrs, slog.String("code", code))
	}
	switch errs.KindOf(err) {
	case errs.Internal:
		level, attrs = slog.LevelError, append(attrs, reason)
	case errs.Unavailable:
		if errs.CodeOf(err) != codeKeysUnavailable {
			level = slog.LevelWarn
		}
		attrs = append(attrs, reason)
	case errs.Unauthenticated:
		attrs = append(attrs, reason)
	default:
	}
	e.Note(level, attrs...)
}

// problemOf is what a client is told of a refusal. now is the server's.
func problemOf(ctx context.Context, failure *errs.Error, now time.Time) api.Problem {
	problem := api.Problem{Status: statuses[failure.Kind], Code: failure.Code, Detail: &failure.Message}
	if len(failure.Fields) > 0 {
		fields := make([]api.FieldProblem, len(failure.Fields))
		for i, f := range failure.Fields {
			fields[i] = api.FieldProblem{Pointer: f.Pointer, Code: f.Code, Detail: f.Detail}
		}
		problem.Errors = &fields
	}
	if subject, ok := failure.Subject.(timer.Entry); ok {
		entry := timeEntry(caller(ctx), subject, now)
		if failure.Code == "timer_running" {
			problem.Timer = &entry
		} else {
			problem.TimeEntry = &entry
		}
	}
	return problem
}

// challenge is the value of WWW-Authenticate (RFC 6750 section 3): without an error for a request that did not try. A
// token that lacks something is told what a new one must have, as Microsoft's libraries read it:
// https://learn.microsoft.com/entra/identity-platform/claims-challenge
func challenge(failure *errs.Error) string {
	if failure.Code == codeTokenMissing {
		return "Bearer"
	}
	switch claims, insufficient := failure.Subject.(entra.ClaimsChallenge); {
	case !insufficient:
		return `Bearer error="invalid_token"`
	case claims == "":
		return `Bearer error="insufficient_claims"`
	default:
		return `Bearer error="insufficient_claims", claims="` + base64.StdEncoding.EncodeToString([]byte(claims)) + `"`
	}
}

// seconds rounds up, since a client that comes too early has to come again.
func seconds(d time.Duration) string {
	return strconv.Itoa(int(math.Ceil(d.Seconds())))
}
