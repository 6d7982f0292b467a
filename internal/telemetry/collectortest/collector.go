package collectortest

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
)

// Collector keeps what is sent to it.
type Collector struct {
	URL string // its address, below which /v1/traces and /v1/metrics are

	mu      sync.Mutex
	spans   []*tracepb.Span
	metrics []*metricspb.Metric // of the latest call
	text    []byte
	header  http.Header
	instead http.Handler
}

// Start makes a collector on loopback that ends with the test.
func Start(t testing.TB) *Collector {
	t.Helper()
	c := &Collector{}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.URL = server.URL
	return c
}

// AnswerInstead has another handler answer; nil ends that.
func (c *Collector) AnswerInstead(handler http.Handler) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.instead = handler
}

// ServeHTTP implements http.Handler.
func (c *Collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	instead := c.instead
	c.mu.Unlock()
	if instead != nil {
		instead.ServeHTTP(w, r)
		return
	}
	unpacked, err := gzip.NewReader(r.Body)
	var body []byte
	if err == nil {
		body, err = io.ReadAll(unpacked)
	}
	if err == nil {
		err = c.keep(r, body)
	}
	if err != nil || r.Header.Get("Content-Type") != "application/x-protobuf" {
		http.Error(w, "not understood", http.StatusBadRequest)
	}
}

func (c *Collector) keep(r *http.Request, body []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.header = r.Header
	var message proto.Message
	switch r.URL.Path {
	case "/v1/traces":
		traces := &tracepb.TracesData{}
		if err := proto.Unmarshal(body, traces); err != nil {
			return err
		}
		message = traces
		for _, resource := range traces.GetResourceSpans() {
			for _, scope := range resource.GetScopeSpans() {
				c.spans = append(c.spans, scope.GetSpans()...)
			}
		}
	case "/v1/metrics":
		metrics := &metricspb.MetricsData{}
		if err := proto.Unmarshal(body, metrics); err != nil {
			return err
		}
		message, c.metrics = metrics, nil
		for _, resource := range metrics.GetResourceMetrics() {
			for _, scope := range resource.GetScopeMetrics() {
				c.metrics = append(c.metrics, scope.GetMetrics()...)
			}
		}
	default:
		return io.ErrUnexpectedEOF
	}
	text, err := prototext.Marshal(message)
	c.text = append(append(c.text, text...), '\n')
	return err
}

// Spans are all that were sent.
func (c *Collector) Spans() []*tracepb.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]*tracepb.Span(nil), c.spans...)
}

// Metric is the one of a name that was sent last; nil: none was.
func (c *Collector) Metric(name string) *metricspb.Metric {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, metric := range c.metrics {
		if metric.GetName() == name {
			return metric
		}
	}
	return nil
}

// Text is everything that was sent, in words.
func (c *Collector) Text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.text)
}

// Header is that of the latest call.
func (c *Collector) Header() http.Header {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.header.Clone()
}
