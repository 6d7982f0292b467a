package telemetry

import (
	"io"
	"log/slog"
	"net/http"
	"slices"
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
	exports  *prometheus.CounterVec
	events   *prometheus.CounterVec
	refusals *prometheus.CounterVec
	calls    *prometheus.HistogramVec

	succeeded *prometheus.GaugeVec
	intervals *prometheus.GaugeVec
	database
}

// NewMetrics makes the metrics with those of the Go runtime.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(), database: newDatabase(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "timetracker_http_request_seconds",
			Help:    "Time to answer a request, by method, route pattern and status.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"method", "route", "status"}),
		jobs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "timetracker_job_runs_total",
			Help: "Runs of background jobs, by job and result (ok or failed).",
		}, []string{"name", "result"}),
		alerts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "timetracker_alerts_total",
			Help: "What an operator must look at, by kind; docs/alerts.md says what to do.",
		}, []string{"kind"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "timetracker_webhook_refused_total",
			Help: "Calls of the webhook that are not known to be the Marketplace's, by reason.",
		}, []string{"reason"}),
		exports: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "timetracker_telemetry_exports_total",
			Help: "What was sent over OTLP, by signal (traces or metrics) and result (ok or failed).",
		}, []string{"signal", "result"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "timetracker_webhook_events_total",
			Help: "Events of the Marketplace, by action and result (applied, refused or failed).",
		}, []string{"action", "result"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "timetracker_refusals_total",
			Help: "Requests that were refused, by kind (token, rate_limit or seats) and reason.",
		}, []string{"kind", "reason"}),
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "timetracker_call_seconds",
			Help:    "Time until a service of others has answered, by service and result.",
			Buckets: []float64{.01, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"service", "result"}),
		succeeded: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "timetracker_job_success_timestamp_seconds",
			Help: "When a background job has last succeeded in this process; until then when the process has begun.",
		}, []string{"name"}),
		intervals: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "timetracker_job_interval_seconds",
			Help: "How often a background job runs.",
		}, []string{"name"}),
	}
	m.begin()
	m.registry.MustRegister(droppedLines, m.requests, m.jobs, m.alerts, m.refused, m.exports, m.events, m.refusals, m.calls,
		m.succeeded, m.intervals, m.waits, m.groups, m.commits, m.repeats,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Events names what Event is called with, so that it is counted from zero on.
func (m *Metrics) Events(actions, results []string) {
	for _, action := range actions {
		for _, result := range results {
			m.events.WithLabelValues(action, result)
		}
	}
}

// Calls names what Call is called with, so that it is counted from zero on.
func (m *Metrics) Calls(services, results []string) {
	for _, service := range services {
		for _, result := range results {
			m.calls.WithLabelValues(service, result)
		}
	}
}

// begin sets what is counted to zero: a rate needs the zero before the first count.
func (m *Metrics) begin() {
	for _, kind := range alert.Kinds() {
		m.alerts.WithLabelValues(string(kind))
	}
	for kind, reasons := range refusals {
		for _, reason := range reasons {
			m.refusals.WithLabelValues(kind, reason)
		}
	}
}

// Request counts one answered request. route is the pattern, never the path.
func (m *Metrics) Request(method, route string, status int, took time.Duration) {
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
}

// JobStarts says that a process begins to run a background job.
func (m *Metrics) JobStarts(name string, every time.Duration, now time.Time) {
	m.jobs.WithLabelValues(name, resultOf(nil))
	m.jobs.WithLabelValues(name, resultFailed)
	m.intervals.WithLabelValues(name).Set(every.Seconds())
	m.succeeded.WithLabelValues(name).Set(float64(now.Unix()))
}

// Job counts one run of a background job that has ended now.
func (m *Metrics) Job(name string, err error, now time.Time) {
	m.jobs.WithLabelValues(name, resultOf(err)).Inc()
	if err == nil {
		m.succeeded.WithLabelValues(name).Set(float64(now.Unix()))
	}
}

// Call counts one call of a service of others. There are few services and results.
func (m *Metrics) Call(service, result string, took time.Duration) {
	m.calls.WithLabelValues(service, result).Observe(took.Seconds())
}

// Event counts an event of the Marketplace. There are few actions and results.
func (m *Metrics) Event(action, result string) { m.events.WithLabelValues(action, result).Inc() }

// refusals are the reasons of each kind that are counted by name.
var refusals = map[string][]string{
	"token":      {"token_missing", "token_invalid", "token_expired", "interaction_required", "signing_keys_unavailable"},
	"rate_limit": {"user", "tenant", "failed_sign_ins"},
	"seats":      {"seat_limit", "seats_in_use"},
}

// Refused counts a request that was refused. A reason that isn't known is "other", so that nobody can write into it.
func (m *Metrics) Refused(kind, reason string) {
	if !slices.Contains(refusals[kind], reason) {
		reason = "other"
	}
	m.refusals.WithLabelValues(kind, reason).Inc()
}

func resultOf(err error) string {
	if err != nil {
		return resultFailed
	}
	return "ok"
}

const resultFailed = "failed"

// Alert counts something that an operator must look at.
func (m *Metrics) Alert(kind alert.Kind) { m.alerts.WithLabelValues(string(kind)).Inc() }

// WebhookRefused counts a call of the webhook that is not known to be the Marketplace's. There are few reasons.
func (m *Metrics) WebhookRefused(reason string) { m.refused.WithLabelValues(reason).Inc() }

// exported counts what was sent over OTLP.
func (m *Metrics) exported(signal string, err error) {
	m.exports.WithLabelValues(signal, resultOf(err)).Inc()
}

// Gauge adds a value that is read whenever the metrics are collected. A name can be added once.
func (m *Metrics) Gauge(name, help string, value func() int64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help},
		func() float64 { return float64(value()) }))
}

// Fact adds a gauge that is always 1, with what there is to know as the values of its labels. A name can be added once.
func (m *Metrics) Fact(name, help string, facts map[string]string) {
	gauge := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: facts})
	gauge.Set(1)
	m.registry.MustRegister(gauge)
}

// Handler serves the metrics in Prometheus's text format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}
