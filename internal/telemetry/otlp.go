package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"timetracker/internal/span"
)

// OTLP says where traces and metrics are sent. Without either address nothing is.
type OTLP struct {
	TracesURL, MetricsURL string
	Headers               map[string]string // may hold a secret
	Timeout               time.Duration     // of one call
	Interval              time.Duration     // between metrics
	Ratio                 float64           // of traces that are recorded
	Attributes            map[string]string // of the process
	// Client gives what calls an address, and no other origin.
	Client func(address string) (*http.Client, error)
	// Reason says of an error why there is no answer, without what others have sent.
	Reason func(err error) error
	Log    *slog.Logger
	Now    func() time.Time
}

// Exporter sends traces and metrics in the background. Nothing waits for it: what finds no room is dropped.
type Exporter struct {
	tracer span.Tracer
	ends   []func(context.Context) error
}

const (
	// maxQueuedSpans is how many spans wait to be sent: some 2 MB, and a few hundred requests.
	maxQueuedSpans = 2048
	// spanDelay is how long the first of them waits for company.
	spanDelay = 5 * time.Second
)

// Export begins to send. The metrics are those that Metrics.Handler serves.
func Export(ctx context.Context, o OTLP, metrics *Metrics) (*Exporter, error) {
	// The library's own messages may quote what others have sent. Failures are told by our sender.
	otel.SetLogger(logr.Discard())
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) {}))
	e := &Exporter{}
	if o.TracesURL != "" && o.Ratio > 0 {
		if err := e.exportTraces(ctx, o, metrics); err != nil {
			return nil, err
		}
	}
	if o.MetricsURL != "" {
		if err := e.exportMetrics(ctx, o, metrics); err != nil {
			return nil, errors.Join(err, e.Shutdown(ctx))
		}
	}
	return e, nil
}

func (e *Exporter) exportTraces(ctx context.Context, o OTLP, metrics *Metrics) error {
	to, err := newSender("traces", o.TracesURL, o, metrics)
	if err != nil {
		return err
	}
	exporter, err := otlptrace.New(ctx, traceClient{to})
	if err != nil {
		return err
	}
	attributes := make([]attribute.KeyValue, 0, len(o.Attributes))
	for name, value := range o.Attributes {
		attributes = append(attributes, attribute.String(name, value))
	}
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithResource(resource.NewSchemaless(attributes...)), // and none that is found out of the machine
		sdktrace.WithSampler(sdktrace.TraceIDRatioBased(o.Ratio)),
		sdktrace.WithBatcher(exporter, sdktrace.WithMaxQueueSize(maxQueuedSpans), sdktrace.WithBatchTimeout(spanDelay),
			sdktrace.WithExportTimeout(o.Timeout)),
	)
	e.tracer = span.NewTracer(provider)
	e.ends = append(e.ends, provider.Shutdown)
	return nil
}

// traceClient implements otlptrace.Client.
type traceClient struct{ to *sender }

// Start implements otlptrace.Client.
func (traceClient) Start(context.Context) error { return nil }

// Stop implements otlptrace.Client.
func (traceClient) Stop(context.Context) error { return nil }

// UploadTraces implements otlptrace.Client. The message is the body of a request of OTLP, by another name.
func (c traceClient) UploadTraces(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	return c.to.send(ctx, &tracepb.TracesData{ResourceSpans: spans})
}

// exportMetrics sends the metrics at every interval, and once more at the end.
func (e *Exporter) exportMetrics(ctx context.Context, o OTLP, metrics *Metrics) error {
	to, err := newSender("metrics", o.MetricsURL, o, metrics)
	if err != nil {
		return err
	}
	process := &resourcepb.Resource{}
	for name, value := range o.Attributes {
		process.Attributes = append(process.Attributes, textPair(name, value))
	}
	began := o.Now()
	send := func(ctx context.Context) error {
		families, err := metrics.registry.Gather()
		if err != nil {
			return err
		}
		return to.send(ctx, &metricspb.MetricsData{ResourceMetrics: []*metricspb.ResourceMetrics{{
			Resource: process, ScopeMetrics: []*metricspb.ScopeMetrics{{
				Scope: &commonpb.InstrumentationScope{Name: "timetracker"}, Metrics: inOTLP(families, began, o.Now()),
			}},
		}}})
	}
	sending, stop := context.WithCancel(context.WithoutCancel(ctx)) // until Shutdown
	var loop sync.WaitGroup
	loop.Go(func() {
		ticks := time.NewTicker(o.Interval)
		defer ticks.Stop()
		for {
			select {
			case <-sending.Done():
				return
			case <-ticks.C:
				_ = send(sending) // the sender has told it
			}
		}
	})
	e.ends = append(e.ends, func(ctx context.Context) error {
		stop()
		loop.Wait()
		return send(ctx)
	})
	return nil
}

// Tracer begins traces that are sent; one that records nothing where no traces are.
func (e *Exporter) Tracer() span.Tracer { return e.tracer }

// Shutdown sends what waits, as long as the context lasts.
func (e *Exporter) Shutdown(ctx context.Context) error {
	failed := make([]error, len(e.ends))
	var ending sync.WaitGroup
	for i, end := range e.ends {
		ending.Go(func() { failed[i] = end(ctx) })
	}
	ending.Wait()
	for _, err := range failed {
		if err != nil {
			return errors.New("not all traces and metrics were sent")
		}
	}
	return nil
}
