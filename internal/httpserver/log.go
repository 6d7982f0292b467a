package httpserver

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"timetracker/internal/telemetry"
)

// unmatched is the route of a request that no pattern fits.
const unmatched = "unmatched"

// RequestLog gives each request an id and tells the log and the metrics when it is over.
type RequestLog struct {
	Now func() time.Time
	Log *slog.Logger
	// Observe is told of each answered request. route is the pattern, never the path.
	Observe func(method, route string, status int, took time.Duration)
	// Methods have their names in log and metrics. Every other method is "other", so that nobody can write into them.
	Methods []string
}

// Wrap is the middleware. The id is always our own: one from outside could carry anything into the log. The line says nothing
// about the person or their browser.
func (l RequestLog) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := l.Now()
		e := &Exchange{ResponseWriter: w, RequestID: uuid.Must(uuid.NewV7()).String()}
		w.Header()["X-Request-Id"] = []string{e.RequestID}
		ctx := telemetry.WithRequest(r.Context(), e.RequestID)
		r = r.WithContext(context.WithValue(ctx, exchangeKey{}, e))
		// Deferred, since aborting an answer that was begun is a panic.
		defer func() { l.report(e, r, l.Now().Sub(began)) }()
		next.ServeHTTP(e, r)
	})
}

// report tells of a finished exchange.
func (l RequestLog) report(e *Exchange, r *http.Request, took time.Duration) {
	route, method := r.Pattern, r.Method
	if route == "" {
		route = unmatched
	}
	if !slices.Contains(l.Methods, method) {
		method = "other"
	}
	l.Observe(method, route, e.status, took)

	attrs := make([]slog.Attr, 0, 4+len(e.attrs))
	attrs = append(attrs,
		slog.String("method", method),
		slog.String("route", route),
		slog.Int("status", e.status),
		slog.Float64("duration_ms", float64(took.Microseconds())/1000),
	)
	l.Log.LogAttrs(r.Context(), e.level, "request", append(attrs, e.attrs...)...)
}
