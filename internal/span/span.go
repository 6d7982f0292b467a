package span

import (
	"context"
	"encoding/binary"
	"math/rand/v2"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"timetracker/internal/errs"
)

// Kind says on which side of a call a span is.
type Kind trace.SpanKind

// The kinds.
const (
	Internal = Kind(trace.SpanKindInternal)
	Server   = Kind(trace.SpanKindServer)
	Client   = Kind(trace.SpanKindClient)
)

// Tracer begins traces. The zero Tracer records nothing, and still gives each trace an id, for the log.
type Tracer struct{ to trace.Tracer }

// instrumentation names the program in what is exported.
const instrumentation = "timetracker"

// NewTracer makes a Tracer whose spans go to the provider.
func NewTracer(to trace.TracerProvider) Tracer { return Tracer{to.Tracer(instrumentation)} }

// Begin begins a trace of its own, whatever the context or a client says. traceparent is the header that a client has sent;
// a recorded span links to what it names. The program's words alone are names of spans.
func (t Tracer) Begin(ctx context.Context, kind Kind, name string, traceparent ...string) (context.Context, Span) {
	if t.to == nil {
		return trace.ContextWithSpanContext(ctx, unrecorded()), Span{}
	}
	ctx, s := t.to.Start(ctx, name, trace.WithNewRoot(), trace.WithSpanKind(trace.SpanKind(kind)))
	if !s.IsRecording() {
		return ctx, Span{}
	}
	if from := parse(traceparent); from.IsValid() {
		s.AddLink(trace.Link{SpanContext: from})
	}
	return ctx, Span{s}
}

// unrecorded is the context of a trace that nobody records. Its id is by chance, and no secret.
func unrecorded() trace.SpanContext {
	var id trace.TraceID
	binary.LittleEndian.PutUint64(id[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(id[8:], rand.Uint64()|1) // never zero, which would be none
	var span trace.SpanID
	binary.LittleEndian.PutUint64(span[:], rand.Uint64()|1)
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: id, SpanID: span})
}

// Start begins a span within the context's one. Where that isn't recorded it does nothing.
func Start(ctx context.Context, kind Kind, name string) (context.Context, Span) {
	parent := trace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return ctx, Span{}
	}
	ctx, s := parent.TracerProvider().Tracer(instrumentation).Start(ctx, name, trace.WithSpanKind(trace.SpanKind(kind)))
	return ctx, Span{s}
}

// Of gives the context's span, for whoever knows more about it than who has begun it.
func Of(ctx context.Context) Span {
	if s := trace.SpanFromContext(ctx); s.IsRecording() {
		return Span{s}
	}
	return Span{}
}

// TraceID is the id of the context's trace, for the log; empty without one.
func TraceID(ctx context.Context) string {
	if found := trace.SpanContextFromContext(ctx); found.HasTraceID() {
		return found.TraceID().String()
	}
	return ""
}

// Span is a part of a trace. The zero Span is one that nobody records; all that is told to it is dropped.
type Span struct{ of trace.Span }

// Recording says whether anybody hears what the span is told.
func (s Span) Recording() bool { return s.of != nil }

// Attribute is what a span may say.
type Attribute struct{ pair attribute.KeyValue }

// The attributes, by OpenTelemetry's names where it has any. None may get a value from outside.

// Method is that of a request, or "other".
func Method(method string) Attribute { return of("http.request.method", method) }

// Route is a request's pattern, never its path.
func Route(pattern string) Attribute { return of("http.route", pattern) }

// Status is that of an answer.
func Status(status int) Attribute {
	return Attribute{attribute.Int("http.response.status_code", status)}
}

// Service is which one of others' services is called.
func Service(service string) Attribute { return of("peer.service", service) }

// Code is why something was refused or has failed, in the program's words.
func Code(code string) Attribute { return of("error.type", code) }

// System is the database's.
func System(system string) Attribute { return of("db.system.name", system) }

// Statement is what a statement does and to which table, never its text.
func Statement(summary string) Attribute { return of("db.query.summary", summary) }

// Statements is how many there are.
func Statements(count int) Attribute {
	return Attribute{attribute.Int("db.operation.batch.size", count)}
}

// Action is what an event of the Marketplace is about, or "other".
func Action(action string) Attribute { return of("timetracker.marketplace.action", action) }

func of(key, value string) Attribute { return Attribute{attribute.String(key, value)} }

// Set adds attributes.
func (s Span) Set(attributes ...Attribute) {
	if s.of == nil {
		return
	}
	pairs := make([]attribute.KeyValue, len(attributes))
	for i, each := range attributes {
		pairs[i] = each.pair
	}
	s.of.SetAttributes(pairs...)
}

// Rename gives the span another name of the program's.
func (s Span) Rename(name string) {
	if s.of != nil {
		s.of.SetName(name)
	}
}

// Event notes that something has happened.
func (s Span) Event(what string) {
	if s.of != nil {
		s.of.AddEvent(what)
	}
}

// Fail marks the span as failed.
func (s Span) Fail() {
	if s.of != nil {
		s.of.SetStatus(codes.Error, "")
	}
}

// End ends the span. Of an error it tells the code alone, since its text may quote what somebody has sent.
func (s Span) End(err error) {
	if s.of == nil {
		return
	}
	if err != nil {
		code := errs.CodeOf(err)
		if code == "" {
			code = "internal"
		}
		s.of.SetAttributes(attribute.String("error.type", code))
		s.of.SetStatus(codes.Error, "")
	}
	s.of.End()
}
