package httpserver

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"timetracker/internal/span"
	"timetracker/internal/telemetry"
)

// unmatched is the route of a request that matches no pattern.
const unmatched = "unmatched"

// RequestLog gives each request an id and adds it to the log and the metrics when it has been answered.
type RequestLog struct {
	Now func() time.Time
	Log *slog.Logger
	// Tracer begins a trace for each request.
	Tracer span.Tracer
	// Observe is called for each answered request. route is the pattern, never the path.
	Observe func(method, route string, status int, took time.Duration)
	// Methods appear by name in log and metrics. Every other method is "other", so that nobody can write into them.
	Methods []string
}

// Wrap is the middleware. The id is always made here, since one from outside could carry anything into the log. The
// line says nothing about the person or their browser.
func (l RequestLog) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := l.Now()
		e := &Exchange{ResponseWriter: w, RequestID: uuid.Must(uuid.NewV7()).String()}
		w.Header()["X-Request-Id"] = []string{e.RequestID}
		ctx, traced := l.Tracer.Begin(telemetry.WithRequest(r.Context(), e.RequestID), span.Server, "request", r.Header["Traceparent"]...)
		r = r.WithContext(context.WithValue(ctx, exchangeKey{}, e))
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = clientBody{r.Body}
		}
		// It is deferred, since net/http aborts an answer by a panic.
		defer func() { l.report(e, r, l.Now().Sub(began), traced) }()
		next.ServeHTTP(e, r)
	})
}

// report writes the log line and the metrics of a finished exchange, and ends its trace.
func (l RequestLog) report(e *Exchange, r *http.Request, took time.Duration, traced span.Span) {
	route, method := r.Pattern, r.Method
	if route == "" {
		route = unmatched
	}
	if !slices.Contains(l.Methods, method) {
		method = "other"
	}
	l.Observe(method, route, e.status, took)
	if traced.Recording() {
		traced.Rename(method + " " + route)
		traced.Set(span.Method(method), span.Route(route), span.Status(e.status))
		if e.status >= http.StatusInternalServerError {
			traced.Fail()
		}
		traced.End(nil)
	}

	attrs := make([]slog.Attr, 0, 4+len(e.attrs))
	attrs = append(attrs,
		slog.String("method", method),
		slog.String("route", route),
		slog.Int("status", e.status),
		slog.Float64("duration_ms", float64(took.Microseconds())/1000),
	)
	l.Log.LogAttrs(r.Context(), e.level, "request", append(attrs, e.attrs...)...)
}
