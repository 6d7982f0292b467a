package httpserver_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"timetracker/api"
	"timetracker/internal/httpserver"
	"timetracker/internal/span"
	"timetracker/internal/telemetry"
)

// syncBuffer is a log that the test can read while the server writes.
type syncBuffer struct {
	mu      sync.Mutex
	content bytes.Buffer
}

func (b *syncBuffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.content.Write(line)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.content.String()
}

func TestServerLogHasNoAddresses(t *testing.T) {
	log := &syncBuffer{}
	server := httptest.NewUnstartedServer(nil)
	server.Config = httpserver.New("", http.NotFoundHandler(), slog.New(slog.NewJSONHandler(log, nil)))
	server.StartTLS()
	t.Cleanup(server.Close)
	connection, err := tls.Dial("tcp", server.Listener.Addr().String(), &tls.Config{MinVersion: tls.VersionTLS12})
	if err == nil {
		_ = connection.Close()
		t.Fatal("trusted an unknown certificate")
	}
	server.Close() // waits for the handshake to be over
	for _, message := range []string{
		"http: TLS handshake error from 203.0.113.9:5123: EOF", // not told, so soon after the handshake above
		"http: Accept error: accept tcp 203.0.113.9:443: accept4: too many open files; retrying in 1s",
		"http: Accept error: accept tcp [2001:db8::1%eth0]:443: accept4: too many open files; retrying in 1s",
		"http: panic serving [::1]:80: secret\nvalue\n\ngoroutine 7 [running]:\nmain.boom()",
		"http2: panic serving [::1]:80: secret\nvalue\n\ngoroutine 8 [running]:\nmain.boom2()",
		"http: superfluous response.WriteHeader call from main.answer",
		"http: superfluous response.WriteHeader call from main.answer",
	} {
		server.Config.ErrorLog.Print(message)
	}
	text := log.String()
	for what, want := range map[string]int{
		"TLS handshake error from (address)": 1, "Accept error: accept tcp (address)": 1, "main.boom()": 1, "main.boom2()": 1,
		"superfluous": 2, // a mistake of ours
	} {
		if got := strings.Count(text, what); got != want {
			t.Errorf("the log has %q %d times, want %d: %s", what, got, want, text)
		}
	}
	if found := regexp.MustCompile(`127\.0|203\.0|2001|::1|secret|value`).FindString(text); found != "" {
		t.Errorf("the log contains %s: %s", found, text)
	}
}

func TestSampler(t *testing.T) {
	now := time.Date(2026, 11, 29, 9, 0, 0, 0, time.UTC)
	sampler := httpserver.NewSampler(func() time.Time { return now })
	for _, step := range []struct {
		after time.Duration
		kind  string
		want  int // how many were left out before; -1: nothing is written
	}{
		{0, "a", 0},
		{0, "b", 0},
		{time.Second, "a", -1},
		{58 * time.Second, "a", -1},
		{time.Second, "a", 2},
		{0, "b", 0},
		{time.Hour, "a", 0},
		{-time.Hour, "a", 0}, // the clock was set back
	} {
		now = now.Add(step.after)
		leftOut, write := sampler.Take(step.kind)
		if write != (step.want >= 0) || (write && leftOut != step.want) {
			t.Errorf("%s at %s: %t, %d left out; want %d", step.kind, now.Format(time.TimeOnly), write, leftOut, step.want)
		}
	}
}

// serve answers one request behind the log and the recovery, and gives the log's line beside the answer.
func serve(t *testing.T, method string, handler http.HandlerFunc) (*httptest.ResponseRecorder, map[string]any) {
	t.Helper()
	log, now := &syncBuffer{}, time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	observed := ""
	requests := httpserver.RequestLog{
		Now: func() time.Time { now = now.Add(250 * time.Millisecond); return now },
		Log: telemetry.NewLogger(log, "json", slog.LevelInfo),
		Observe: func(method, route string, status int, took time.Duration) {
			observed = fmt.Sprint(method, " ", route, " ", status, " ", took)
		},
		Methods: []string{http.MethodGet},
	}
	fail := func(w http.ResponseWriter, r *http.Request, err error) {
		httpserver.ExchangeOf(r.Context()).Note(slog.LevelError, slog.String("error", err.Error()))
		detail := "Something went wrong."
		httpserver.SendProblem(w, r, api.Problem{Status: http.StatusInternalServerError, Code: "internal", Detail: &detail})
	}
	recorder := httptest.NewRecorder()
	requests.Wrap(httpserver.Recover(fail)(handler)).ServeHTTP(recorder,
		httptest.NewRequestWithContext(t.Context(), method, "/secret-path", nil))
	line := map[string]any{}
	if err := json.Unmarshal([]byte(log.String()), &line); err != nil {
		t.Fatalf("%v: %s", err, log)
	}
	if want := fmt.Sprint(line["method"], " ", line["route"], " ", line["status"], " 250ms"); observed != want {
		t.Errorf("observed %q, logged %q", observed, want)
	}
	return recorder, line
}

func TestRequestLine(t *testing.T) {
	got, line := serve(t, "SECRET", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusAccepted)
	})
	for key, want := range map[string]any{
		"level": "INFO", "method": "other", "route": "unmatched", "status": 202.0, "duration_ms": 250.0,
		"request_id": got.Header().Get("X-Request-Id"),
	} {
		if line[key] != want {
			t.Errorf("%s is %v, want %v", key, line[key], want)
		}
	}
	if trace, _ := line["trace_id"].(string); len(trace) != 32 {
		t.Errorf("the trace is %q", trace)
	}
	if line["request_id"] == "" {
		t.Error("no request id")
	}
}

// A trace says of a request what its line in the log says, and nothing of who has sent it from where.
func TestTraceOfARequest(t *testing.T) {
	exporter := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter))
	log := &syncBuffer{}
	requests := httpserver.RequestLog{
		Now: time.Now, Log: telemetry.NewLogger(log, "json", slog.LevelInfo), Observe: func(string, string, int, time.Duration) {},
		Methods: []string{http.MethodGet}, Tracer: span.NewTracer(provider),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /people/{name}", func(w http.ResponseWriter, r *http.Request) {
		_, child := span.Start(r.Context(), span.Client, "transaction")
		child.End(nil)
		w.WriteHeader(http.StatusBadGateway)
	})
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/people/canary-path?q=canary-query", nil)
	r.RemoteAddr, r.Host = "203.0.113.9:5123", "canary-host"
	for _, name := range []string{"User-Agent", "X-Forwarded-For", "Forwarded", "Referer", "Cookie", "Tracestate", "Baggage", "Authorization"} {
		r.Header.Set(name, "canary-"+name)
	}
	r.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")
	requests.Wrap(mux).ServeHTTP(httptest.NewRecorder(), r)
	spans := exporter.GetSpans()
	if len(spans) != 2 || spans[0].Parent.SpanID() != spans[1].SpanContext.SpanID() {
		t.Fatalf("%+v", spans)
	}
	got := spans[1]
	said := fmt.Sprint(got.Name, got.Attributes, got.Status, len(got.Links))
	if said != "GET "+`GET /people/{name}[{"http.request.method":"GET"} {"http.route":"GET /people/{name}"} `+
		`{"http.response.status_code":502}] {Error } 1` {
		t.Errorf("it says %s", said)
	}
	all := fmt.Sprintf("%+v", spans)
	if found := regexp.MustCompile(`canary|203\.0`).FindString(all); found != "" {
		t.Errorf("the trace contains %s: %s", found, all)
	}
	if !strings.Contains(log.String(), `"trace_id":"`+got.SpanContext.TraceID().String()+`"`) {
		t.Errorf("the log names another trace: %s", log)
	}
}

func TestRequestWithoutAnExplicitStatus(t *testing.T) {
	_, line := serve(t, http.MethodGet, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "x") })
	if line["status"] != 200.0 || line["method"] != "GET" {
		t.Errorf("logged %v", line)
	}
}

func TestPanicIsAnswered(t *testing.T) {
	got, line := serve(t, http.MethodGet, func(http.ResponseWriter, *http.Request) { panic("secret") })
	var problem api.Problem
	if err := json.Unmarshal(got.Body.Bytes(), &problem); err != nil {
		t.Fatal(err)
	}
	if problem.Status != 500 || problem.Title != "Internal Server Error" || problem.Type != "about:blank" ||
		problem.RequestId != got.Header().Get("X-Request-Id") || got.Code != 500 ||
		got.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("answered %d %s", got.Code, got.Body)
	}
	if reason, _ := line["error"].(string); line["level"] != "ERROR" || !strings.HasPrefix(reason, "panic: string\n") || strings.Contains(reason, "secret") {
		t.Errorf("logged %v", line)
	}
}

func TestAbortedAnswerIsAborted(t *testing.T) {
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("the connection is not aborted: %v", err)
		}
	}()
	serve(t, http.MethodGet, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
}
