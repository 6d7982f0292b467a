package telemetry_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/span"
	"timetracker/internal/telemetry"
	"timetracker/internal/telemetry/collectortest"
)

// exporting makes an exporter to a collector, which change may change.
func exporting(t *testing.T, to *collectortest.Collector, metrics *telemetry.Metrics, log io.Writer, change func(*telemetry.OTLP)) *telemetry.Exporter {
	t.Helper()
	o := telemetry.OTLP{
		TracesURL: to.URL + "/v1/traces", MetricsURL: to.URL + "/v1/metrics", Headers: map[string]string{"X-Key": "secret"},
		Timeout: 5 * time.Second, Interval: time.Hour, Ratio: 1, Attributes: map[string]string{"service.name": "timetracker"},
		Client: func(string) (*http.Client, error) { return http.DefaultClient, nil },
		Reason: func(error) error { return errors.New("in our words") },
		Log:    telemetry.NewLogger(log, "json", slog.LevelInfo), Now: time.Now,
	}
	if change != nil {
		change(&o)
	}
	e, err := telemetry.Export(t.Context(), o, metrics)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// metricsOf is /metrics.
func metricsOf(t *testing.T, m *telemetry.Metrics) string {
	t.Helper()
	answer := httptest.NewRecorder()
	m.Handler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	return answer.Body.String()
}

// syncBuffer is a log that the test can read while others write.
type syncBuffer struct {
	mu      sync.Mutex
	content strings.Builder
}

func (b *syncBuffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.content.Write(line)
}

// take gives what was written since the last call.
func (b *syncBuffer) take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.content.Reset()
	return b.content.String()
}

func TestTracesAndMetricsAreSent(t *testing.T) {
	collector, metrics := collectortest.Start(t), telemetry.NewMetrics()
	metrics.Alert(alert.PlanUnknown)
	metrics.Request("GET", "/api/v1/me", 200, 3*time.Millisecond)
	metrics.Request("GET", "/api/v1/me", 200, time.Minute)
	e := exporting(t, collector, metrics, io.Discard, nil)
	_, s := e.Tracer().Begin(t.Context(), span.Server, "request")
	s.Set(span.Route("/api/v1/me"))
	s.End(nil)
	if err := e.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if spans := collector.Spans(); len(spans) != 1 || spans[0].GetName() != "request" {
		t.Errorf("spans: %v", spans)
	}
	if got := collector.Header().Get("X-Key"); got != "secret" {
		t.Errorf("the header is %q", got)
	}
	histogram := collector.Metric("timetracker_http_request_seconds").GetHistogram().GetDataPoints()
	if len(histogram) != 1 || histogram[0].GetCount() != 2 || histogram[0].GetSum() < 60 || len(histogram[0].GetAttributes()) != 3 {
		t.Fatalf("%v", histogram)
	}
	counts, bounds := histogram[0].GetBucketCounts(), histogram[0].GetExplicitBounds()
	if len(counts) != len(bounds)+1 || counts[len(counts)-1] != 1 || counts[2] != 1 || bounds[2] != .005 {
		t.Errorf("buckets %v of %v", counts, bounds)
	}
	alerts := collector.Metric("timetracker_alerts_total").GetSum()
	if !alerts.GetIsMonotonic() || len(alerts.GetDataPoints()) != len(alert.Kinds()) {
		t.Errorf("%v", alerts)
	}
	if collector.Metric("go_goroutines").GetGauge().GetDataPoints()[0].GetAsDouble() < 1 ||
		len(collector.Metric("go_gc_duration_seconds").GetSummary().GetDataPoints()[0].GetQuantileValues()) == 0 {
		t.Error("the runtime's metrics are missing")
	}
	host, err := os.Hostname()
	if err == nil && strings.Contains(collector.Text(), `"`+host+`"`) {
		t.Error("the machine's name is sent")
	}
	if found := metricsOf(t, metrics); !strings.Contains(found, `timetracker_telemetry_exports_total{result="ok",signal="traces"} 1`) {
		t.Error("what was sent is not counted")
	}
}

// A collector that is down, or answers nonsense, is told once and counted always, without what it has answered.
func TestACollectorThatRefuses(t *testing.T) {
	collector, metrics := collectortest.Start(t), telemetry.NewMetrics()
	var log syncBuffer
	for name, answer := range map[string]http.HandlerFunc{
		"refuses":    func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "leaked", http.StatusUnauthorized) },
		"is garbage": func(_ http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			collector.AnswerInstead(answer)
			e := exporting(t, collector, metrics, &log, func(o *telemetry.OTLP) { o.MetricsURL = "" })
			_, s := e.Tracer().Begin(t.Context(), span.Server, "request")
			s.End(nil)
			_ = e.Shutdown(t.Context())
			line := log.take()
			if strings.Count(line, "telemetry can't be sent") != 1 || strings.Contains(line, "leaked") || strings.Contains(line, "secret") {
				t.Errorf("the log is told %s", line)
			}
		})
	}
	if !strings.Contains(metricsOf(t, metrics), `timetracker_telemetry_exports_total{result="failed",signal="traces"} 2`) {
		t.Error("failures are not counted")
	}
}

// Whoever works must not notice that the collector takes nothing: neither by waiting nor by the memory.
func TestACollectorThatHangs(t *testing.T) {
	collector, metrics := collectortest.Start(t), telemetry.NewMetrics()
	ending, end := context.WithCancel(context.Background())
	collector.AnswerInstead(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-ending.Done():
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(end)
	e := exporting(t, collector, metrics, io.Discard, func(o *telemetry.OTLP) { o.Timeout = time.Minute })
	const spans = 100_000
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range spans {
			_, s := e.Tracer().Begin(context.Background(), span.Server, "request")
			s.End(nil)
		}
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("spans wait for the collector")
	}
	limited, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if e.Shutdown(limited) == nil {
		t.Error("what is missing is not told")
	}
	end()
	collector.AnswerInstead(nil)
	if sent := len(collector.Spans()); sent > 5000 {
		t.Errorf("%d spans have waited", sent)
	}
}

func TestNothingIsSentWithoutAnAddress(t *testing.T) {
	e, err := telemetry.Export(t.Context(), telemetry.OTLP{Ratio: 1}, telemetry.NewMetrics())
	if err != nil {
		t.Fatal(err)
	}
	if _, s := e.Tracer().Begin(t.Context(), span.Server, "request"); s.Recording() {
		t.Error("a span is recorded")
	}
	if err := e.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}
