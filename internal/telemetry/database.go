package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// database counts what the database does.
type database struct {
	waits   prometheus.Histogram
	groups  prometheus.Histogram
	commits prometheus.Histogram
	repeats prometheus.Counter
}

func newDatabase() database {
	seconds := []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	return database{
		waits: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "timetracker_db_transaction_wait_seconds", Buckets: seconds,
			Help: "Time that a transaction has waited until it began.",
		}),
		groups: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "timetracker_db_group_transactions", Buckets: []float64{1, 2, 4, 8, 16, 32, 64},
			Help: "Transactions that were committed together; 1 on SQL Server.",
		}),
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "timetracker_db_group_seconds", Buckets: seconds,
			Help: "Time from the beginning of transactions that are committed together to the end of their commit.",
		}),
		repeats: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "timetracker_db_repeats_total",
			Help: "Transactions and groups of them that were run once more.",
		}),
	}
}

// TransactionWaited counts a transaction that has begun.
func (m *Metrics) TransactionWaited(d time.Duration) { m.waits.Observe(d.Seconds()) }

// TransactionsCommitted counts transactions that were committed together.
func (m *Metrics) TransactionsCommitted(transactions int, took time.Duration) {
	m.groups.Observe(float64(transactions))
	m.commits.Observe(took.Seconds())
}

// TransactionRepeated counts a transaction that is run once more.
func (m *Metrics) TransactionRepeated() { m.repeats.Inc() }

// GaugeBy adds values by a label, which are read whenever the metrics are collected. There are few values of the label.
func (m *Metrics) GaugeBy(name, help, label string, values func() map[string]float64) {
	m.registry.MustRegister(gaugesBy{prometheus.NewDesc(name, help, []string{label}, nil), values})
}

type gaugesBy struct {
	desc   *prometheus.Desc
	values func() map[string]float64
}

// Describe implements prometheus.Collector.
func (g gaugesBy) Describe(to chan<- *prometheus.Desc) { to <- g.desc }

// Collect implements prometheus.Collector.
func (g gaugesBy) Collect(to chan<- prometheus.Metric) {
	for label, value := range g.values() {
		to <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, value, label)
	}
}

// Pool is the state of the database's connections.
type Pool struct {
	InUse, Idle, Max int
	Waits            int64
	Waited           time.Duration
}

// Pool adds the state of the connections, which is read whenever the metrics are collected.
func (m *Metrics) Pool(state func() Pool) {
	m.registry.MustRegister(poolCollector{state})
}

type poolCollector struct{ state func() Pool }

var (
	poolConnections = prometheus.NewDesc("timetracker_db_connections",
		"Connections of the database's pool, by state (in_use or idle).", []string{"state"}, nil)
	poolMax   = prometheus.NewDesc("timetracker_db_connections_max", "Most connections of the database's pool.", nil, nil)
	poolWaits = prometheus.NewDesc("timetracker_db_pool_waits_total", "How often somebody has waited for a connection.", nil, nil)
	poolTime  = prometheus.NewDesc("timetracker_db_pool_wait_seconds_total", "How long everybody has waited for connections.", nil, nil)
)

// Describe implements prometheus.Collector.
func (poolCollector) Describe(to chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{poolConnections, poolMax, poolWaits, poolTime} {
		to <- desc
	}
}

// Collect implements prometheus.Collector.
func (c poolCollector) Collect(to chan<- prometheus.Metric) {
	p := c.state()
	to <- prometheus.MustNewConstMetric(poolConnections, prometheus.GaugeValue, float64(p.InUse), "in_use")
	to <- prometheus.MustNewConstMetric(poolConnections, prometheus.GaugeValue, float64(p.Idle), "idle")
	to <- prometheus.MustNewConstMetric(poolMax, prometheus.GaugeValue, float64(p.Max))
	to <- prometheus.MustNewConstMetric(poolWaits, prometheus.CounterValue, float64(p.Waits))
	to <- prometheus.MustNewConstMetric(poolTime, prometheus.CounterValue, p.Waited.Seconds())
}
