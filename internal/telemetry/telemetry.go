package telemetry

import (
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"timetracker/internal/alert"
)

// NewLogger makes the program's logger; format is text or json. Times are UTC with milliseconds. Lines that are written
// with the context of WithRequest carry request_id and, once it is known, tenant_id. The log of a Queue says how many lines
// it lacks.
func NewLogger(w io.Writer, format string, level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(groups []string, attr slog.Attr) slog.Attr {
			if attr.Key == slog.TimeKey && len(groups) == 0 {
				return slog.String(slog.TimeKey, attr.Value.Time().UTC().Format("2006-01-02T15:04:05.000Z"))
			}
			return attr
		},
	}
	queue, _ := w.(*Queue)
	if format == "text" {
		return slog.New(tracing{slog.NewTextHandler(w, options), queue})
	}
	return slog.New(tracing{slog.NewJSONHandler(w, options), queue})
}

// Metrics counts what the program does. Labels are routes and statuses, never people or tenants.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	jobs     *prometheus.CounterVec
	alerts   *prometheus.CounterVec
	refused  *prometheus.CounterVec
}

// NewMetrics makes the metrics with those of the Go runtime.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "timetracker_http_request_seconds",
			Help:    "Time to answer a request, by method, route pattern and status.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"method", "route", "status"}),
		jobs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "timetracker_job_runs_total",
			Help: "Runs of background jobs, by job and result (ok or failed).",
		}, []string{"job", "result"}),
		alerts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "timetracker_alerts_total",
			Help: "What an operator must look at, by kind; docs/alerts.md says what to do.",
		}, []string{"kind"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "timetracker_webhook_refused_total",
			Help: "Calls of the webhook that are not known to be the Marketplace's, by reason.",
		}, []string{"reason"}),
	}
	for _, kind := range alert.Kinds() {
		m.alerts.WithLabelValues(string(kind)) // a rate needs the zero before the first alert
	}
	m.registry.MustRegister(droppedLines, m.requests, m.jobs, m.alerts, m.refused, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Request counts one answered request. route is the pattern, never the path.
func (m *Metrics) Request(method, route string, status int, took time.Duration) {
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
}

// Job counts one run of a background job.
func (m *Metrics) Job(name string, err error) {
	result := "ok"
	if err != nil {
		result = "failed"
	}
	m.jobs.WithLabelValues(name, result).Inc()
}

// Alert counts something that an operator must look at.
func (m *Metrics) Alert(kind alert.Kind) { m.alerts.WithLabelValues(string(kind)).Inc() }

// WebhookRefused counts a call of the webhook that is not known to be the Marketplace's. There are few reasons.
func (m *Metrics) WebhookRefused(reason string) { m.refused.WithLabelValues(reason).Inc() }

// Gauge adds a value that is read whenever the metrics are collected. A name can be added once.
func (m *Metrics) Gauge(name, help string, value func() int64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help},
		func() float64 { return float64(value()) }))
}

// Fact adds a gauge that is always 1, with what there is to know as the value of its label. A name can be added once.
func (m *Metrics) Fact(name, help, label, value string) {
	gauge := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: prometheus.Labels{label: value}})
	gauge.Set(1)
	m.registry.MustRegister(gauge)
}

// Handler serves the metrics in Prometheus's text format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}
