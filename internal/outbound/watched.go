package outbound

import (
	"net/http"
	"time"

	"timetracker/internal/span"
)

// The results of calls.
const (
	Answered  = "answered"
	Refused   = "refused"   // 4xx
	Throttled = "throttled" // 429
	Failed    = "failed"    // 5xx
	NoAnswer  = "no_answer"
)

// Results lists the results of calls.
func Results() []string { return []string{Answered, Refused, Throttled, Failed, NoAnswer} }

// Watch is told of calls. Every field is required.
type Watch struct {
	// Services are the hosts of services with their names. Calls of others have the name "other".
	Services map[string]string
	Now      func() time.Time
	// Observe is told of each call: whom it was to, its result, and how long the head of the answer took.
	Observe func(service, result string, took time.Duration)
}

// Watched gives a client whose calls are told to w, each with a span in its context's trace. The trace is not told to
// whoever is called: its ids are ours.
func (w Watch) Watched(client *http.Client) *http.Client {
	watched := *client
	transport := client.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	watched.Transport = watchedTransport{watch: w, to: transport}
	return &watched
}

type watchedTransport struct {
	watch Watch
	to    http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t watchedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	service := t.watch.Services[r.URL.Host]
	if service == "" {
		service = "other"
	}
	ctx, called := span.Start(r.Context(), span.Client, "call "+service)
	began := t.watch.Now()
	response, err := t.to.RoundTrip(r.WithContext(ctx))
	result := resultOf(response, err)
	t.watch.Observe(service, result, t.watch.Now().Sub(began))
	if called.Recording() {
		called.Set(span.Method(r.Method), span.Service(service))
		if err == nil {
			called.Set(span.Status(response.StatusCode))
		}
		if result == NoAnswer || result == Failed {
			called.Set(span.Code(result))
			called.Fail()
		}
		called.End(nil)
	}
	return response, err
}

func resultOf(response *http.Response, err error) string {
	switch {
	case err != nil:
		return NoAnswer
	case response.StatusCode == http.StatusTooManyRequests:
		return Throttled
	case response.StatusCode >= http.StatusInternalServerError:
		return Failed
	case response.StatusCode >= http.StatusBadRequest:
		return Refused
	default:
		return Answered
	}
}
