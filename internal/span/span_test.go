package span_test

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"timetracker/internal/errs"
	"timetracker/internal/span"
)

// recorder gives a tracer with what it has recorded.
func recorder(t *testing.T, sampler sdktrace.Sampler) (span.Tracer, func() tracetest.SpanStubs) {
	t.Helper()
	exporter := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter), sdktrace.WithSampler(sampler))
	return span.NewTracer(provider), exporter.GetSpans
}

const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

// Strangers call the API. What they say of a trace is kept as a link, and decides on nothing.
func TestAClientsTraceIsALink(t *testing.T) {
	tracer, spans := recorder(t, sdktrace.ParentBased(sdktrace.AlwaysSample()))
	for _, test := range []struct {
		name, header string
		linked       bool
	}{
		{"recorded", parent, true},
		{"not recorded", strings.TrimSuffix(parent, "01") + "00", true},
		{"of a later version", "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", true},
		{"of this version with more", parent + "-more", false},
		{"of no version", "ff" + parent[2:], false},
		{"in upper case", strings.ToUpper(parent), false},
		{"of zeros", "00-00000000000000000000000000000000-b7ad6b7169203331-01", false},
		{"without a span", "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false},
		{"an address", "203.0.113.9", false},
		{"another divider", strings.ReplaceAll(parent, "-", "."), false},
		{"as long, of other letters", strings.Repeat("z", len(parent)), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx, s := tracer.Begin(t.Context(), span.Server, "request", test.header)
			s.End(nil)
			all := spans()
			got := all[len(all)-1]
			if got.Parent.IsValid() || strings.Contains(parent, got.SpanContext.TraceID().String()) || !got.SpanContext.IsSampled() {
				t.Errorf("the client decides on the trace: %+v", got.SpanContext)
			}
			if linked := len(got.Links) == 1; linked != test.linked {
				t.Errorf("links: %+v", got.Links)
			} else if linked && got.Links[0].SpanContext.TraceID().String() != parent[3:35] {
				t.Errorf("the link is to %s", got.Links[0].SpanContext.TraceID())
			}
			if span.TraceID(ctx) != got.SpanContext.TraceID().String() {
				t.Error("the log would name another trace")
			}
		})
	}
	before := len(spans())
	_, s := tracer.Begin(t.Context(), span.Server, "request", parent, parent)
	s.End(nil)
	if got := spans()[before]; len(got.Links) != 0 {
		t.Errorf("of two headers: %+v", got.Links)
	}
}

func TestSpansOfATrace(t *testing.T) {
	tracer, spans := recorder(t, sdktrace.AlwaysSample())
	ctx, root := tracer.Begin(t.Context(), span.Server, "request")
	inner, child := span.Start(ctx, span.Client, "transaction")
	child.Event("begun")
	span.Of(inner).Set(span.Statement("SELECT users"))
	child.End(errs.New(errs.Conflict, "timer_running", "ada@contoso.example has a timer."))
	_, other := span.Start(ctx, span.Internal, "work")
	other.End(errors.New("secret"))
	root.Rename("GET /x")
	root.Fail()
	root.End(nil)
	all := spans()
	if len(all) != 3 || all[2].Name != "GET /x" || all[2].Status.Code != codes.Error {
		t.Fatalf("%+v", all)
	}
	for i, code := range []string{"timer_running", "internal"} {
		got := all[i]
		if got.Parent.SpanID() != all[2].SpanContext.SpanID() || got.Status.Code != codes.Error || got.Status.Description != "" {
			t.Errorf("%+v", got)
		}
		if !slices.ContainsFunc(got.Attributes, func(a attribute.KeyValue) bool { return a.Key == "error.type" && a.Value.AsString() == code }) {
			t.Errorf("%v lack %s", got.Attributes, code)
		}
	}
	if len(all[0].Events) != 1 || all[0].SpanKind != trace.SpanKindClient {
		t.Errorf("%+v", all[0])
	}
}

// Without anybody who records, the log still has an id of each trace.
func TestNobodyRecords(t *testing.T) {
	never, spans := recorder(t, sdktrace.NeverSample())
	for name, tracer := range map[string]span.Tracer{"no tracer": {}, "left out by chance": never} {
		ctx, s := tracer.Begin(t.Context(), span.Server, "request", parent)
		inner, child := span.Start(ctx, span.Client, "transaction")
		if s.Recording() || child.Recording() || inner != ctx || span.Of(ctx).Recording() {
			t.Errorf("%s: something is recorded", name)
		}
		for _, each := range []span.Span{s, child} {
			each.Set(span.Status(200))
			each.Rename("x")
			each.Event("x")
			each.Fail()
			each.End(errors.New("x"))
		}
		other, _ := tracer.Begin(t.Context(), span.Server, "request")
		if id := span.TraceID(ctx); !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(id) || id == span.TraceID(other) || id == parent[3:35] {
			t.Errorf("%s: the trace is %q", name, id)
		}
	}
	if len(spans()) != 0 {
		t.Errorf("%+v", spans())
	}
	if id := span.TraceID(context.Background()); id != "" {
		t.Errorf("outside of traces: %q", id)
	}
}
