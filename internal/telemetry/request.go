package telemetry

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/span"
)

// request is what a line of the log says of the request during which it was written.
type request struct {
	id     string
	tenant atomic.Pointer[ids.Tenant] // nil: not known yet
}

type requestKey struct{}

// WithRequest returns a context whose lines of the log carry the request's id.
func WithRequest(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey{}, &request{id: id})
}

// SetTenant adds the tenant to all further lines of the context's request, since it is known only after the request has
// begun. Without a request, or without a tenant, it does nothing. It is safe to call while others write to the log.
func SetTenant(ctx context.Context, id ids.Tenant) {
	if r, ok := ctx.Value(requestKey{}).(*request); ok && !id.IsZero() {
		r.tenant.Store(&id)
	}
}

// tracing adds the context's trace and request to every line, so that a line from deep in the store can be traced. It also says how
// many lines are missing before a line.
type tracing struct {
	slog.Handler

	queue *Queue // nil: no line is dropped
}

// Handle implements slog.Handler.
func (h tracing) Handle(ctx context.Context, line slog.Record) error {
	if err := h.tellDropped(ctx, line.Time); err != nil {
		return err
	}
	r, ok := ctx.Value(requestKey{}).(*request)
	trace := span.TraceID(ctx)
	if !ok && trace == "" {
		return h.Handler.Handle(ctx, line)
	}
	line = line.Clone() // the caller's record must not change
	if trace != "" {
		line.AddAttrs(slog.String("trace_id", trace))
	}
	if ok {
		line.AddAttrs(slog.String("request_id", r.id))
		if tenant := r.tenant.Load(); tenant != nil {
			line.AddAttrs(slog.String("tenant_id", tenant.String()))
		}
	}
	return h.Handler.Handle(ctx, line)
}

func (h tracing) tellDropped(ctx context.Context, at time.Time) error {
	if h.queue == nil {
		return nil
	}
	lines := h.queue.takeUntold()
	if lines == 0 {
		return nil
	}
	report := slog.NewRecord(at, slog.LevelWarn, "lines of the log were dropped, since nobody read them", 0)
	report.AddAttrs(slog.Int64("lines", lines))
	return h.Handler.Handle(ctx, report)
}

// WithAttrs implements slog.Handler.
func (h tracing) WithAttrs(attrs []slog.Attr) slog.Handler {
	return tracing{h.Handler.WithAttrs(attrs), h.queue}
}

// WithGroup implements slog.Handler.
func (h tracing) WithGroup(name string) slog.Handler {
	return tracing{h.Handler.WithGroup(name), h.queue}
}
