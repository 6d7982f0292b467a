package bench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"timetracker/internal/outbound"
	"timetracker/internal/telemetry"
	"timetracker/internal/telemetry/collectortest"
)

// tracing compares the product with itself when it sends traces and metrics: a few of them, and all. The collector answers
// without reading what it gets, since it would run on another machine.
func tracing(b *testing.B, s *summary, d *directory) {
	tokens := d.teamTokens(b)
	ratios := []float64{0, .05, 1}
	names := []string{"off", "some", "all"}
	contenders := make([]contender, len(ratios))
	for i, ratio := range ratios {
		store := openStore(b, seed(b, team()))
		config := processConfig(b, store, nil)
		if ratio > 0 {
			config.Tracer = exportTo(b, config.Metrics, ratio).Tracer()
		}
		address := serveProcess(b, d, makeProcess(b, config))
		contenders[i] = contender{names[i], func(b *testing.B) sample { return drive(b, address, connections, tokens, mix) }}
	}
	outcomes := compare(b, contenders...)
	for i, aim := range []string{"", "≥ 0.97", "≥ 0.8"} {
		if i == 0 {
			continue
		}
		value := ratio(outcomes[i], outcomes[0])
		b.ReportMetric(value, names[i]+"/off")
		s.add(fmt.Sprintf("start + current + stop: %.0f %% of traces sent / none", 100*ratios[i]), value, aim,
			fmt.Sprintf("%.0f / %.0f calls/s", outcomes[i].rate(), outcomes[0].rate()))
	}
}

// exportTo sends to a collector of this machine until the benchmark ends.
func exportTo(b *testing.B, metrics *telemetry.Metrics, ratio float64) *telemetry.Exporter {
	b.Helper()
	collector := collectortest.Start(b)
	collector.AnswerInstead(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	exporter, err := telemetry.Export(b.Context(), telemetry.OTLP{
		TracesURL: collector.URL + "/v1/traces", MetricsURL: collector.URL + "/v1/metrics", Timeout: 10 * time.Second, Interval: time.Second,
		Ratio: ratio, Attributes: map[string]string{"service.name": "timetracker"}, Reason: outbound.Reason,
		Client: func(string) (*http.Client, error) { return http.DefaultClient, nil },
		Log:    slog.New(slog.DiscardHandler), Now: time.Now,
	}, metrics)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		ending, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = exporter.Shutdown(ending) // what is missing at the end is not measured
	})
	return exporter
}
