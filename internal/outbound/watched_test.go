package outbound_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"timetracker/internal/outbound"
	"timetracker/internal/span"
)

// answering is a service that answers with a status; without one there is no answer.
type answering int

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	for name := range r.Header {
		if strings.HasPrefix(strings.ToLower(name), "trace") || name == "Baggage" {
			return nil, errors.New("the service is told of the trace")
		}
	}
	if a == 0 {
		return nil, errors.New("dial tcp 203.0.113.9:443: refused")
	}
	recorder := httptest.NewRecorder()
	recorder.WriteHeader(int(a))
	return recorder.Result(), nil
}

func TestCallsAreWatched(t *testing.T) {
	exporter := tracetest.NewInMemoryExporter()
	tracer := span.NewTracer(sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter)))
	for _, test := range []struct {
		address string
		status  answering
		want    string
		fails   bool
	}{
		{"https://graph.example/v1.0/users?search=canary", 200, "graph answered", false},
		{"https://graph.example/x", 302, "graph answered", false},
		{"https://graph.example/x", 404, "graph refused", false},
		{"https://graph.example/x", 429, "graph throttled", false},
		{"https://graph.example/x", 503, "graph failed", true},
		{"https://elsewhere.example/canary", 0, "other no_answer", true},
	} {
		t.Run(test.want, func(t *testing.T) {
			exporter.Reset()
			var told string
			now := time.Unix(1000, 0)
			watch := outbound.Watch{
				Services: map[string]string{"graph.example": "graph"},
				Now:      func() time.Time { now = now.Add(time.Second); return now },
				Observe:  func(service, result string, took time.Duration) { told = service + " " + result + " " + took.String() },
			}
			origin, err := url.Parse(test.address)
			if err != nil {
				t.Fatal(err)
			}
			client := outbound.Confine(origin, watch.Watched(&http.Client{Transport: test.status}), 1000)
			ctx, root := tracer.Begin(t.Context(), span.Server, "request")
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, test.address, nil)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := client.Do(r)
			if (err != nil) != (test.status == 0) {
				t.Fatal(err)
			}
			if err == nil {
				_ = answer.Body.Close()
			}
			root.End(nil)
			if told != test.want+" 1s" {
				t.Errorf("the metrics are told %q", told)
			}
			service, result, _ := strings.Cut(test.want, " ")
			if !slices.Contains(outbound.Results(), result) {
				t.Errorf("%s is not listed", result)
			}
			s := exporter.GetSpans()[0]
			if failed := s.Status.Code.String() == "Error"; s.Name != "call "+service || failed != test.fails {
				t.Errorf("the span is %s, failed: %t", s.Name, failed)
			}
			for _, attribute := range s.Attributes {
				if value := attribute.Value.String(); strings.Contains(value, "canary") || strings.Contains(value, "203.0") {
					t.Errorf("the span says %s=%s", attribute.Key, value)
				}
			}
		})
	}
}
