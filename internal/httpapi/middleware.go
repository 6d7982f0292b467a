package httpapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/google/uuid"

	"timetracker/internal/errs"
	"timetracker/internal/httpapi/contract"
	"timetracker/internal/telemetry"
)

// maxBody is the longest request body, in bytes.
const maxBody = 1 << 20

// unmatched is the route of a request that no pattern fits.
const unmatched = "unmatched"

// logRequests makes the exchange with its request id and writes one line when it is over. The id is always our own: one
// from outside could carry anything into the log. The line says nothing about the person or their browser.
func (s *server) logRequests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.now()
		e := &exchange{
			ResponseWriter: w,
			requestID:      uuid.Must(uuid.NewV7()).String(),
			accept:         r.Header["Accept"],
		}
		w.Header()["X-Request-Id"] = []string{e.requestID}
		ctx := telemetry.WithRequest(r.Context(), e.requestID)
		r = r.WithContext(context.WithValue(ctx, exchangeKey{}, e))
		// Deferred, since aborting an answer that was begun is a panic.
		defer func() { s.report(e, r, s.now().Sub(began)) }()
		next.ServeHTTP(e, r)
	})
}

// report tells the log and the metrics of a finished exchange.
func (s *server) report(e *exchange, r *http.Request, took time.Duration) {
	route := r.Pattern
	if route == "" {
		route = unmatched
	}
	method := methodName(r.Method)
	s.observe(method, route, e.status, took)

	level := slog.LevelInfo
	attrs := make([]slog.Attr, 0, 8)
	attrs = append(attrs,
		slog.String("method", method),
		slog.String("route", route),
		slog.Int("status", e.status),
		slog.Float64("duration_ms", float64(took.Microseconds())/1000),
	)
	if e.failure != nil {
		if code := errs.CodeOf(e.failure); code != "" {
			attrs = append(attrs, slog.String("code", code))
		}
		switch errs.KindOf(e.failure) {
		case errs.Internal:
			level = slog.LevelError
			attrs = append(attrs, slog.String("error", e.failure.Error()))
		case errs.Unavailable:
			level = slog.LevelWarn
			attrs = append(attrs, slog.String("error", e.failure.Error()))
		case errs.Unauthenticated:
			attrs = append(attrs, slog.String("error", e.failure.Error()))
		default:
			// The client's own mistake: the code says it, and the rest may quote the client.
		}
		if e.status == statusClientGone {
			level = slog.LevelInfo
		}
	}
	s.log.LogAttrs(r.Context(), level, "request", attrs...)
}

// methodName keeps what a client invents out of logs and metrics.
func methodName(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodOptions:
		return method
	default:
		return "other"
	}
}

// recoverPanics answers a panic as any other internal error. http.ErrAbortHandler goes through: net/http closes the
// connection and logs nothing.
func (s *server) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			value := recover()
			if value == nil {
				return
			}
			if err, ok := value.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(http.ErrAbortHandler)
			}
			s.fail(w, r, fmt.Errorf("panic: %s\n%s", panicText(value), debug.Stack()))
		}()
		next.ServeHTTP(w, r)
	})
}

// panicText describes a panic for the log. A text of our own or of the runtime is safe to log; an error from elsewhere
// may name the client's address.
func panicText(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case runtime.Error:
		return v.Error()
	default:
		return fmt.Sprintf("%T", v)
	}
}

// Header values that never change are shared between answers.
var (
	noSniff       = []string{"nosniff"}
	noStore       = []string{"no-store"}
	noReferrer    = []string{"no-referrer"}
	nothingLoaded = []string{"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}
)

// secureHeaders sets what holds for every answer. Pages that load or embed something replace the policy.
func secureHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header["X-Content-Type-Options"] = noSniff
		header["Cache-Control"] = noStore
		header["Referrer-Policy"] = noReferrer
		header["Content-Security-Policy"] = nothingLoaded
		next.ServeHTTP(w, r)
	})
}

// limitBody refuses a body that says it is too large, and stops reading one that turns out to be.
func (s *server) limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > maxBody {
			s.fail(w, r, contract.BodyTooLarge(maxBody))
			return
		}
		if r.Body != http.NoBody {
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		}
		next.ServeHTTP(w, r)
	})
}
