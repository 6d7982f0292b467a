package webhook

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/api"
	"timetracker/internal/alert"
	"timetracker/internal/entra"
	"timetracker/internal/errs"
	"timetracker/internal/marketplace"
	"timetracker/internal/sandbox"
	sandboxentra "timetracker/internal/sandbox/entra"
	"timetracker/internal/telemetry"
)

const (
	operationID    = "0191f2a0-0000-7000-8000-000000000001"
	subscriptionID = "0191f2a0-0000-7000-8000-000000000002"
	buyer          = "grace@contoso.example"
	changePlan     = `{"id":"` + operationID + `","activityId":"x","subscriptionId":"` + subscriptionID +
		`","action":"ChangePlan","planId":"business","timeStamp":"2026-11-21T09:00:00.1234567Z","status":"InProgress",` +
		`"subscription":{"beneficiary":{"emailId":"` + buyer + `"}},"purchaseToken":null}`
)

// harness is the webhook on a real address. An Entra stand-in signs its tokens.
type harness struct {
	Config
	url      string
	entra    *sandboxentra.Server
	closed   func() // ends the Entra stand-in
	log      *lockedBuffer
	received atomic.Int64
	observed chan string
	handled  chan string
	refused  refusedCalls
}

// refusedCalls are what the webhook has told of calls that it has refused.
type refusedCalls struct {
	mu      sync.Mutex
	reasons map[string]int
	alerts  []alert.Kind
}

func (r *refusedCalls) count(reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.reasons == nil {
		r.reasons = map[string]int{}
	}
	r.reasons[reason]++
}

func (r *refusedCalls) alert(_ context.Context, a alert.Alert) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.alerts = append(r.alerts, a.Kind)
}

// take gives what was told since the last time.
func (r *refusedCalls) take() (reasons map[string]int, alerts []alert.Kind) {
	r.mu.Lock()
	defer r.mu.Unlock()
	reasons, alerts = r.reasons, r.alerts
	r.reasons, r.alerts = nil, nil
	return reasons, alerts
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func accept(context.Context, marketplace.Notification) error { return nil }

// start serves the webhook. change may replace what the configuration holds.
func start(t testing.TB, receive func(context.Context, marketplace.Notification) error, change ...func(*Config)) *harness {
	t.Helper()
	h := &harness{log: &lockedBuffer{}, observed: make(chan string, 1000), handled: make(chan string, 1000)}
	directory := httptest.NewUnstartedServer(nil)
	authority := "https://" + directory.Listener.Addr().String()
	var err error
	h.entra, err = sandboxentra.New(sandboxentra.Config{
		BaseURL: authority, Directories: sandbox.Directories(), People: sandbox.People(), Apps: sandbox.Apps(),
		KeyDir: t.TempDir(), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	directory.Config.Handler = h.entra
	directory.StartTLS()
	t.Cleanup(directory.Close)
	h.closed = directory.Close

	log := telemetry.NewLogger(h.log, "json", slog.LevelInfo)
	verifier, err := entra.NewWebhookVerifier(entra.WebhookConfig{
		Authority: authority, DirectoryID: sandbox.PublisherDirectoryID, ClientID: sandbox.MarketplaceClientID,
		HTTPClient: directory.Client(), Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	h.Config = Config{
		Verify: verifier.Verify,
		Receive: func(ctx context.Context, n marketplace.Notification) error {
			h.received.Add(1)
			return receive(ctx, n)
		},
		Budget: 8 * time.Second, Now: time.Now, Log: log,
		Observe: func(method, route string, status int, _ time.Duration) {
			h.observed <- fmt.Sprint(method, " ", route, " ", status)
		},
		Handled: func(action, result string) { h.handled <- action + " " + result }, Refused: h.refused.count, Alert: h.refused.alert,
	}
	for _, c := range change {
		c(&h.Config)
	}
	server := httptest.NewServer(New(h.Config))
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

// token makes a token of the Marketplace, with changed claims; nil removes one.
func (h *harness) token(t testing.TB, version int, changes map[string]any) string {
	t.Helper()
	claims := h.entra.WebhookClaims(version)
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
	token, err := h.entra.Sign(claims, sandboxentra.SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// reply is a response whose body was read.
type reply struct {
	status int
	header http.Header
	body   string
}

func (h *harness) send(t testing.TB, method, path string, authorization []string, body string) reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, h.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header["Authorization"] = authorization
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(content)}
}

// post sends a body as the Marketplace does.
func (h *harness) post(t testing.TB, body string) reply {
	t.Helper()
	return h.send(t, http.MethodPost, Path, []string{"Bearer " + h.token(t, 2, nil)}, body)
}

// wantProblem fails unless the answer is a problem document with a status and a code.
func wantProblem(t *testing.T, got reply, status int, code string) {
	t.Helper()
	var p api.Problem
	if err := json.Unmarshal([]byte(got.body), &p); err != nil {
		t.Fatalf("%d %q is not a problem document: %v", got.status, got.body, err)
	}
	if got.status != status || p.Status != status || p.Code != code || p.Detail == nil || *p.Detail == "" || p.Title == "" ||
		got.header.Get("Content-Type") != "application/problem+json" || got.header.Get("Cache-Control") != "no-store" ||
		p.RequestId == "" || p.RequestId != got.header.Get("X-Request-Id") {
		t.Errorf("got %d %s, want %d with code %s", got.status, got.body, status, code)
	}
}

// lines gives the log so far.
func (h *harness) lines(t testing.TB) []map[string]any {
	t.Helper()
	var lines []map[string]any
	for text := range strings.Lines(h.log.String()) {
		line := map[string]any{}
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestEventsAreHandedOn(t *testing.T) {
	got := make(chan marketplace.Notification, 1)
	h := start(t, func(_ context.Context, n marketplace.Notification) error {
		got <- n
		return nil
	})
	want, err := marketplace.ParseNotification([]byte(changePlan))
	if err != nil {
		t.Fatal(err)
	}
	for version := 1; version <= 2; version++ {
		for _, scheme := range []string{"Bearer ", "bearer "} {
			answer := h.send(t, http.MethodPost, Path, []string{scheme + h.token(t, version, nil)}, changePlan)
			if answer.status != http.StatusOK || answer.body != "" || answer.header.Get("Cache-Control") != "no-store" {
				t.Fatalf("version %d, %q: %d %s, %v", version, scheme, answer.status, answer.body, answer.header)
			}
			if diff := cmp.Diff(want, <-got); diff != "" {
				t.Error(diff)
			}
		}
	}
	if observed := <-h.observed; observed != "POST "+Path+" 200" {
		t.Errorf("observed %q", observed)
	}
	if handled := <-h.handled; handled != "ChangePlan applied" {
		t.Errorf("counted %q", handled)
	}
}

func TestWhoIsNotTheMarketplaceIsRefused(t *testing.T) {
	h := start(t, accept)
	good := h.token(t, 2, nil)
	with := func(version int, name string, value any) []string {
		return []string{"Bearer " + h.token(t, version, map[string]any{name: value})}
	}
	person, _, err := h.entra.IssueUserToken("ada@contoso.example", sandbox.SPAClientID, sandbox.APIScope)
	if err != nil {
		t.Fatal(err)
	}
	type refusal struct {
		authorization []string
		reason        string
	}
	tests := map[string]refusal{
		"no header":                     {nil, "token_missing"},
		"an empty header":               {[]string{""}, "token_missing"},
		"two headers":                   {[]string{"Bearer " + good, "Bearer " + good}, "token_missing"},
		"two headers, one empty":        {[]string{"Bearer " + good, ""}, "token_missing"},
		"two tokens in a header":        {[]string{"Bearer " + good + ", Bearer " + good}, "token_invalid"},
		"no scheme":                     {[]string{good}, "token_missing"},
		"another scheme":                {[]string{"Basic " + good}, "token_missing"},
		"a scheme alone":                {[]string{"Bearer "}, "token_missing"},
		"no token":                      {[]string{"Bearer token"}, "token_invalid"},
		"truncated":                     {[]string{"Bearer " + good[:len(good)-4]}, "token_invalid"},
		"version 1 by another app":      {with(1, "appid", sandbox.APIClientID), "token_invalid"},
		"version 2 by another app":      {with(2, "azp", sandbox.APIClientID), "token_invalid"},
		"the wrong id of a sample":      {with(2, "azp", "20e940b3-4c07-4bc1-a733-45f7c7a3d0e3"), "token_invalid"},
		"for another app":               {with(2, "aud", sandbox.APIClientID), "token_for_another"},
		"of another directory":          {with(2, "tid", sandbox.ContosoDirectoryID), "token_for_another"},
		"version 1 of another issuer":   {with(1, "iss", "https://sts.windows.net/"+sandbox.ContosoDirectoryID+"/"), "token_for_another"},
		"a person's token for the API":  {[]string{"Bearer " + person}, "token_invalid"},
		"a version that does not exist": {with(2, "ver", "3.0"), "token_invalid"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := h.send(t, http.MethodPost, Path, test.authorization, changePlan)
			wantProblem(t, got, http.StatusUnauthorized, "token_invalid")
			if got.header.Get("WWW-Authenticate") == "" {
				t.Error("no challenge")
			}
			if reasons, _ := h.refused.take(); !maps.Equal(reasons, map[string]int{test.reason: 1}) {
				t.Errorf("counted %v, want %s", reasons, test.reason)
			}
		})
	}
	if n := h.received.Load(); n != 0 {
		t.Errorf("%d events were taken", n)
	}
	lines := map[any]int{}
	for _, line := range h.lines(t) {
		if line["level"] == "ERROR" {
			t.Errorf("a stranger has caused an error: %v", line)
		}
		if line["msg"] == "webhook call refused" {
			lines[line["reason"]]++
		}
	}
	if want := map[any]int{"token_missing": 1, "token_invalid": 1, "token_for_another": 1}; !maps.Equal(lines, want) {
		t.Errorf("written %v, want %v", lines, want)
	}
}

// TestStrangersAreCountedAndSampled has a flood of calls, as everybody on the internet can make them.
func TestStrangersAreCountedAndSampled(t *testing.T) {
	var passed atomic.Int64
	began := time.Now()
	var outcome atomic.Pointer[error]
	h := start(t, accept, func(c *Config) {
		c.Now = func() time.Time { return began.Add(time.Duration(passed.Load())) }
		c.Verify = func(context.Context, string) error { return *outcome.Load() }
	})
	call := func(path string, refusal error) {
		t.Helper()
		outcome.Store(&refusal)
		h.send(t, http.MethodPost, path, []string{"Bearer x"}, changePlan)
	}
	forged := errs.New(errs.Unauthenticated, "token_invalid", "The token is not accepted.")
	unknown := errs.New(errs.Unavailable, "signing_keys_unavailable", "The key is not known.")
	ours := errs.New(errs.Unauthenticated, "token_for_another", "aud is not the publisher's app")
	for _, step := range []struct {
		name   string
		after  time.Duration
		calls  int
		path   string
		err    error
		alerts []alert.Kind
	}{
		{name: "some", calls: 98, path: Path, err: forged},
		{name: "the hundredth, ten minutes later", after: 10 * time.Minute, calls: 2, path: Path, err: unknown},
		{name: "a hundred", calls: 98, path: "/wp-login.php", alerts: []alert.Kind{alert.WebhookFlooded}},
		{name: "more", after: time.Minute, calls: 100, path: Path, err: forged},
		{name: "an hour later", after: time.Hour, calls: 100, path: Path, err: forged, alerts: []alert.Kind{alert.WebhookFlooded}},
		{name: "Microsoft's, for another app", calls: 1, path: Path, err: ours, alerts: []alert.Kind{alert.WebhookMisdirected}},
		{name: "and again", after: 59 * time.Minute, calls: 1, path: Path, err: ours},
		{name: "and an hour later", after: time.Minute, calls: 1, path: Path, err: ours, alerts: []alert.Kind{alert.WebhookMisdirected}},
	} {
		passed.Add(int64(step.after))
		for range step.calls {
			call(step.path, step.err)
		}
		reasons, alerts := h.refused.take()
		sum := 0
		for _, n := range reasons {
			sum += n
		}
		if sum != step.calls || !slices.Equal(alerts, step.alerts) {
			t.Errorf("%s: counted %v, alerts %v, want %v", step.name, reasons, alerts, step.alerts)
		}
	}
	left, written := map[any]float64{}, map[any]int{}
	for _, line := range h.lines(t) {
		if line["msg"] == "request" && line["level"] != "INFO" {
			t.Errorf("a stranger's call has the line %v", line)
		}
		if line["msg"] == "webhook call refused" {
			n, _ := line["left_out"].(float64)
			left[line["reason"]] += n
			written[line["reason"]]++
		}
	}
	// Of 298 forged ones each of three minutes has a line, and the last line can't tell of those after it.
	if written["token_invalid"] != 3 || left["token_invalid"] != 97+99 || written["not_here"] != 1 {
		t.Errorf("written %v, left out %v", written, left)
	}
}

// A clock that is wrong must not refuse what customers want.
func TestATokenOfAnotherTimeIsOurTrouble(t *testing.T) {
	h := start(t, accept)
	expired := h.token(t, 2, map[string]any{"iat": time.Now().Unix() - 3600, "exp": time.Now().Unix() - 121})
	got := h.send(t, http.MethodPost, Path, []string{"Bearer " + expired}, changePlan)
	wantProblem(t, got, http.StatusServiceUnavailable, "unavailable")
	if n := h.received.Load(); n != 0 {
		t.Errorf("%d events were taken", n)
	}
}

// The token comes first, so that nothing that a stranger sends is read.
func TestStrangersBodyIsNotRead(t *testing.T) {
	h := start(t, accept)
	connection := dial(t, h)
	fmt.Fprintf(connection, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 200000000\r\n\r\n", Path)
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("got %d", response.StatusCode)
	}
}

func dial(t *testing.T, h *harness) net.Conn {
	t.Helper()
	connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	if err := connection.SetDeadline(time.Now().Add(time.Minute)); err != nil { // the test must fail rather than hang
		t.Fatal(err)
	}
	return connection
}

func TestOwnTroubleIsNoRefusal(t *testing.T) {
	h := start(t, accept)
	h.closed()
	wantProblem(t, h.post(t, changePlan), http.StatusServiceUnavailable, "unavailable")
	if n := h.received.Load(); n != 0 {
		t.Error("an event was taken without its token having been checked")
	}

	tests := map[string]struct {
		verify error
		status int
		code   string
	}{
		"unavailable":  {errs.New(errs.Unavailable, "x", "x"), 503, "unavailable"},
		"out of time":  {fmt.Errorf("verify: %w", context.DeadlineExceeded), 503, "unavailable"},
		"other errors": {errors.New("x"), 500, "internal"},
		"forbidden":    {errs.New(errs.Forbidden, "x", "x"), 500, "internal"},
		"a rule":       {errs.New(errs.RuleBroken, "x", "x"), 500, "internal"},
	}
	var verify atomic.Pointer[error]
	h = start(t, accept, func(c *Config) {
		c.Verify = func(context.Context, string) error { return *verify.Load() }
	})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			verify.Store(&test.verify)
			wantProblem(t, h.post(t, changePlan), test.status, test.code)
		})
	}
}

// Microsoft may sign with a key that is newer than the ones that were fetched a moment ago.
func TestUnknownKeyIsNoRefusal(t *testing.T) {
	h := start(t, accept)
	if got := h.post(t, changePlan); got.status != http.StatusOK {
		t.Fatalf("with the first key: %d %s", got.status, got.body)
	}
	if err := h.entra.RollKeys(); err != nil {
		t.Fatal(err)
	}
	before := len(h.lines(t))
	wantProblem(t, h.post(t, changePlan), http.StatusServiceUnavailable, "unavailable")
	for _, line := range h.lines(t)[before:] {
		if line["level"] == "ERROR" {
			t.Errorf("an alert about a token that may be good: %v", line)
		}
	}
	if n := h.received.Load(); n != 1 {
		t.Errorf("%d events were taken, want that of the first key", n)
	}
}

func TestBodiesThatAreNotUnderstood(t *testing.T) {
	h := start(t, accept)
	tests := map[string]string{
		"nothing":            "",
		"not JSON":           "id=" + operationID,
		"an array":           "[" + changePlan + "]",
		"null":               "null",
		"no id":              strings.Replace(changePlan, `"id"`, `"i"`, 1),
		"id not a GUID":      strings.Replace(changePlan, operationID, "17", 1),
		"no subscription":    strings.Replace(changePlan, `"subscriptionId"`, `"s"`, 1),
		"no action":          strings.Replace(changePlan, `"action"`, `"a"`, 1),
		"cut short":          changePlan[:len(changePlan)-1],
		"one byte too long":  changePlan + strings.Repeat(" ", maxBody+1-len(changePlan)),
		"a megabyte":         changePlan + strings.Repeat(" ", 1<<20),
		"compressed by gzip": "\x1f\x8b\x08\x00",
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			before := len(h.lines(t))
			wantProblem(t, h.post(t, body), http.StatusInternalServerError, "body_not_understood")
			alerts := h.lines(t)[before:]
			if len(alerts) == 0 || alerts[0]["msg"] != "webhook body not understood" || alerts[0]["level"] != "ERROR" {
				t.Errorf("no alert: %v", alerts)
			}
		})
	}
	if n := h.received.Load(); n != 0 {
		t.Errorf("%d events were taken", n)
	}
	longest := changePlan + strings.Repeat(" ", maxBody-len(changePlan))
	if got := h.post(t, longest); got.status != http.StatusOK {
		t.Errorf("the longest body: %d %s", got.status, got.body)
	}
	unknown := strings.Replace(changePlan, "ChangePlan", "Transfer", 1)
	if got := h.post(t, unknown); got.status != http.StatusOK {
		t.Errorf("an unknown action: %d %s", got.status, got.body)
	}
}

// Only a rule that refuses the change gives 400, since Microsoft then tells the customer so.
func TestAnswers(t *testing.T) {
	const secret = "database password"
	cause := errors.New(secret)
	rule := errs.New(errs.RuleBroken, "seats_in_use", "Fewer seats than people.")
	tests := map[string]struct {
		receive func() error
		status  int
		code    string
	}{
		"a rule":         {func() error { return rule }, 400, "seats_in_use"},
		"a rule, within": {func() error { return fmt.Errorf("x: %w", rule) }, 400, "seats_in_use"},
		"unavailable":    {func() error { return errs.Wrap(cause, errs.Unavailable, "x", "x") }, 503, "unavailable"},
		"out of time":    {func() error { return fmt.Errorf("x: %w", context.DeadlineExceeded) }, 503, "unavailable"},
		"other errors":   {func() error { return cause }, 500, "internal"},
		"a panic":        {func() error { panic(cause) }, 500, "internal"},
		"an index":       {func() error { return errors.New(strings.Fields("")[0]) }, 500, "internal"},
	}
	for _, kind := range []errs.Kind{errs.Malformed, errs.Unauthenticated, errs.PaymentRequired, errs.Forbidden,
		errs.NotFound, errs.Conflict, errs.Stale, errs.TooLarge, errs.TooManyRequests} {
		tests[fmt.Sprint("kind ", kind)] = struct {
			receive func() error
			status  int
			code    string
		}{func() error { return errs.New(kind, "x", "x") }, 500, "internal"}
	}
	var receive atomic.Pointer[func() error]
	h := start(t, func(context.Context, marketplace.Notification) error { return (*receive.Load())() })
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			receive.Store(&test.receive)
			got := h.post(t, changePlan)
			wantProblem(t, got, test.status, test.code)
			if strings.Contains(got.body, secret) {
				t.Errorf("Microsoft is told %s", got.body)
			}
		})
	}
}

func TestPanicWhileVerifying(t *testing.T) {
	h := start(t, accept, func(c *Config) {
		c.Verify = func(context.Context, string) error { panic("nobody home") }
	})
	wantProblem(t, h.post(t, changePlan), http.StatusInternalServerError, "internal")
	if !strings.Contains(h.log.String(), "panic: string") || strings.Contains(h.log.String(), "nobody home") {
		t.Errorf("the log is not told why: %s", h.log)
	}
}

// A router's own 404 would refuse what a customer wants.
func TestOtherAddressesAndMethods(t *testing.T) {
	h := start(t, accept)
	authorization := []string{"Bearer " + h.token(t, 2, nil)}
	tests := []struct {
		method, path string
		status       int
		code         string
	}{
		{http.MethodPost, "/", 503, "not_here"},
		{http.MethodPost, Path + "/", 503, "not_here"},
		{http.MethodPost, "/" + Path, 503, "not_here"},
		{http.MethodPost, "/Marketplace/Webhook", 503, "not_here"},
		{http.MethodPost, "/api/webhook?x=y", 503, "not_here"},
		{http.MethodPost, "/marketplace%2Fwebhook", 503, "not_here"},
		{http.MethodGet, Path, 405, "method_not_allowed"},
		{http.MethodPut, Path, 405, "method_not_allowed"},
		{http.MethodDelete, Path, 405, "method_not_allowed"},
		{http.MethodOptions, Path, 405, "method_not_allowed"},
		{"PURGE", Path, 405, "method_not_allowed"},
		{http.MethodGet, "/", 404, "not_found"},
		{http.MethodGet, "/healthz", 404, "not_found"},
		{"PURGE", "/", 404, "not_found"},
	}
	for _, test := range tests {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			got := h.send(t, test.method, test.path, authorization, changePlan)
			wantProblem(t, got, test.status, test.code)
			if (got.status == http.StatusMethodNotAllowed) != (got.header.Get("Allow") == http.MethodPost) {
				t.Errorf("Allow: %q", got.header.Get("Allow"))
			}
			method := "other"
			if test.method == http.MethodPost {
				method = "POST"
			}
			if observed := <-h.observed; observed != fmt.Sprint(method, " unmatched ", test.status) {
				t.Errorf("observed %q", observed)
			}
		})
	}
	if n := h.received.Load(); n != 0 {
		t.Errorf("%d events were taken", n)
	}
}

// inMemory answers one request on synctest's clock, which does not move while a network is awaited.
func inMemory(t *testing.T, c Config) *httptest.ResponseRecorder {
	t.Helper()
	c.Verify = func(context.Context, string) error { return nil }
	c.Now, c.Observe = time.Now, func(string, string, int, time.Duration) {}
	c.Handled, c.Refused, c.Alert = func(string, string) {}, func(string) {}, func(context.Context, alert.Alert) {}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, Path, strings.NewReader(changePlan))
	request.Header.Set("Authorization", "Bearer x")
	recorder := httptest.NewRecorder()
	New(c).ServeHTTP(recorder, request)
	return recorder
}

func TestAnswerWithinTheBudget(t *testing.T) {
	const budget = 7 * time.Second
	ends := map[string]struct {
		receive func(ctx context.Context) error
		late    string // what the log says of it later
	}{
		"that heeds its context": {func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, "deadline exceeded"},
		"that commits all the same": {func(context.Context) error { time.Sleep(time.Minute); return nil },
			"ended after its answer"},
		"that refuses too late": {func(context.Context) error {
			time.Sleep(time.Minute)
			return errs.New(errs.RuleBroken, "too_late", "x")
		}, "too_late"},
		"that panics too late": {func(context.Context) error {
			time.Sleep(time.Minute)
			panic("afterwards")
		}, "panic: string"},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := &lockedBuffer{}
				began := time.Now()
				var cancelled atomic.Bool
				got := inMemory(t, Config{
					Budget: budget, Log: slog.New(slog.NewJSONHandler(log, nil)),
					Receive: func(ctx context.Context, _ marketplace.Notification) error {
						context.AfterFunc(ctx, func() { cancelled.Store(true) })
						return end.receive(ctx)
					},
				})
				if took := time.Since(began); took != budget || got.Code != http.StatusServiceUnavailable {
					t.Errorf("answered %d after %s, want 503 after %s", got.Code, took, budget)
				}
				time.Sleep(time.Hour)
				if !cancelled.Load() {
					t.Error("its context goes on")
				}
				if !strings.Contains(log.String(), end.late) {
					t.Errorf("the log lacks %q: %s", end.late, log)
				}
			})
		})
	}
}

func TestAnswerJustInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &lockedBuffer{}
		got := inMemory(t, Config{
			Budget: 7 * time.Second, Log: slog.New(slog.NewJSONHandler(log, nil)),
			Receive: func(context.Context, marketplace.Notification) error {
				time.Sleep(7*time.Second - time.Millisecond)
				return nil
			},
		})
		time.Sleep(time.Hour)
		if got.Code != http.StatusOK || strings.Contains(log.String(), "after its answer") {
			t.Errorf("answered %d: %s", got.Code, log)
		}
	})
}

func TestHungAuthority(t *testing.T) {
	h := start(t, accept, func(c *Config) {
		c.Budget = 50 * time.Millisecond
		c.Verify = func(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() }
	})
	wantProblem(t, h.post(t, changePlan), http.StatusServiceUnavailable, "unavailable")
}

// connected serves one connection on synctest's clock.
func connected(t *testing.T, c Config) net.Conn {
	t.Helper()
	c.Now, c.Observe = time.Now, func(string, string, int, time.Duration) {}
	c.Log = slog.New(slog.DiscardHandler)
	c.Handled, c.Refused, c.Alert = func(string, string) {}, func(string) {}, func(context.Context, alert.Alert) {}
	connection, accepted := net.Pipe()
	listener := make(pipes, 1)
	listener <- accepted
	server := &http.Server{Handler: New(c), ReadHeaderTimeout: time.Hour}
	go func() { _ = server.Serve(listener) }() // it ends with the test
	t.Cleanup(func() {
		connection.Close()
		server.Close()
	})
	return connection
}

// pipes is a listener whose connections are in memory.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	connection, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return connection, nil
}

func (p pipes) Addr() net.Addr { return &net.UnixAddr{} }

func (p pipes) Close() error {
	close(p)
	return nil
}

// An answer never waits for a body that is of no use any more.
func TestBodyThatDoesNotCome(t *testing.T) {
	const budget = 7 * time.Second
	for name, test := range map[string]struct {
		path   string
		verify func(ctx context.Context) error
		status int
		after  time.Duration
	}{
		"of the Marketplace": {Path, func(context.Context) error { return nil }, http.StatusServiceUnavailable, budget},
		"whose token took all the time": {Path, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
			http.StatusServiceUnavailable, budget},
		"of a stranger": {Path, func(context.Context) error { return errs.New(errs.Unauthenticated, "token_invalid", "x") },
			http.StatusUnauthorized, 0},
		"whose token panics":  {Path, func(context.Context) error { panic("x") }, http.StatusInternalServerError, 0},
		"sent somewhere else": {"/", nil, http.StatusServiceUnavailable, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				connection := connected(t, Config{
					Budget: budget, Verify: func(ctx context.Context, _ string) error { return test.verify(ctx) },
				})
				began := time.Now()
				fmt.Fprintf(connection, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nAuthorization: Bearer x\r\n\r\n{",
					test.path)
				if err := connection.SetReadDeadline(began.Add(time.Hour)); err != nil {
					t.Fatal(err)
				}
				response, err := http.ReadResponse(bufio.NewReader(connection), nil)
				if err != nil {
					t.Fatal(err)
				}
				response.Body.Close()
				if took := time.Since(began); took != test.after || response.StatusCode != test.status || !response.Close {
					t.Errorf("answered %d after %s, the connection ends: %t; want %d after %s, and its end",
						response.StatusCode, took, response.Close, test.status, test.after)
				}
			})
		})
	}
}

// An event that took too long must not take the next events on its connection with it.
func TestConnectionOutlivesALateAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var late atomic.Bool
		connection := connected(t, Config{
			Budget: 7 * time.Second, Verify: func(context.Context, string) error { return nil },
			Receive: func(ctx context.Context, _ marketplace.Notification) error {
				if late.CompareAndSwap(false, true) {
					<-ctx.Done()
				}
				return ctx.Err()
			},
		})
		reader := bufio.NewReader(connection)
		for _, want := range []int{http.StatusServiceUnavailable, http.StatusOK, http.StatusOK} {
			fmt.Fprintf(connection, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nAuthorization: Bearer x\r\n\r\n%s",
				Path, len(changePlan), changePlan)
			response, err := http.ReadResponse(reader, nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, response.Body); err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != want || response.Close {
				t.Errorf("got %d, close %t; want %d", response.StatusCode, response.Close, want)
			}
			time.Sleep(time.Minute) // the deadline of the one before has passed
		}
	})
}

func TestLog(t *testing.T) {
	h := start(t, func(_ context.Context, n marketplace.Notification) error {
		if n.Action == marketplace.Suspend {
			return errs.Wrap(errors.New("no answer in time"), errs.Unavailable, "x", "x")
		}
		return nil
	})
	token := h.token(t, 2, nil)
	for _, body := range []string{
		changePlan,
		strings.Replace(changePlan, "ChangePlan", buyer, 1),
		strings.Replace(changePlan, "ChangePlan", "Suspend", 1),
		`{"id":"` + buyer + `"}`,
		buyer,
	} {
		h.send(t, http.MethodPost, Path+"?secret="+buyer, []string{"Bearer " + token}, body)
	}
	h.send(t, http.MethodPost, Path, []string{"Bearer " + token + "x"}, changePlan)
	h.send(t, http.MethodGet, "/"+buyer, []string{"Bearer " + token}, "")

	type line struct {
		Level, Route, Action, Operation, Code string
		Status                                float64
	}
	var got []line
	text := func(v any) string { s, _ := v.(string); return s }
	for _, l := range h.lines(t) {
		if l["msg"] != "request" {
			continue
		}
		status, _ := l["status"].(float64)
		got = append(got, line{text(l["level"]), text(l["route"]), text(l["action"]), text(l["operation_id"]),
			text(l["code"]), status})
		if _, ok := l["duration_ms"].(float64); !ok || text(l["request_id"]) == "" {
			t.Errorf("no duration or request id: %v", l)
		}
	}
	want := []line{
		{"INFO", Path, "ChangePlan", operationID, "", 200},
		{"INFO", Path, "other", operationID, "", 200},
		{"WARN", Path, "Suspend", operationID, "unavailable", 503},
		{"ERROR", Path, "", "", "body_not_understood", 500},
		{"ERROR", Path, "", "", "body_not_understood", 500},
		{"INFO", Path, "", "", "token_invalid", 401},
		{"INFO", "unmatched", "", "", "not_found", 404},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, secret := range []string{buyer, token[:20], token[len(token)-20:], "127.0.0.1", "business", "Go-http-client"} {
		if strings.Contains(h.log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	h := start(t, accept)
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if got := h.post(t, changePlan); got.status != http.StatusOK {
				t.Errorf("got %d", got.status)
			}
		})
	}
	group.Wait()
	if n := h.received.Load(); n != 50 {
		t.Errorf("%d events were taken, want 50", n)
	}
}

// FuzzPayload lets a signed body be anything. For any of them, only a rule gives 4xx, and nothing panics.
func FuzzPayload(f *testing.F) {
	minimal := `{"id":"` + operationID + `","subscriptionId":"` + subscriptionID + `","action":"Subscribe"}`
	empty := `{"id":"` + operationID + `","subscriptionId":"` + subscriptionID +
		`","action":"Unsubscribe","offerId":"","planId":"","quantity":"","status":""}`
	for i, body := range []string{changePlan, minimal, empty, "", "null", "[]", "{", "\xef\xbb\xbf" + minimal,
		strings.Replace(minimal, "Subscribe", "Transfer", 1), strings.Repeat("[", 20_000)} {
		f.Add([]byte(body), uint8(i))
	}
	var result atomic.Pointer[error]
	h := start(f, func(context.Context, marketplace.Notification) error { return *result.Load() },
		func(c *Config) {
			c.Log = slog.New(slog.DiscardHandler)
			c.Observe = func(string, string, int, time.Duration) {}
		})
	authorization := []string{"Bearer " + h.token(f, 2, nil)}
	f.Fuzz(func(t *testing.T, body []byte, kind uint8) {
		var err error
		if kind := errs.Kind(kind) % (errs.Unavailable + 2); kind <= errs.Unavailable {
			err = errs.New(kind, "x", "x")
		}
		result.Store(&err)
		before := h.received.Load()
		got := h.send(t, http.MethodPost, Path, authorization, string(body))
		taken := h.received.Load() > before
		switch {
		case taken && errs.Is(err, errs.RuleBroken):
			if got.status != http.StatusBadRequest {
				t.Errorf("a refusal is answered with %d", got.status)
			}
		case taken && err == nil:
			if got.status != http.StatusOK {
				t.Errorf("an accepted event is answered with %d", got.status)
			}
		case got.status < 500:
			t.Errorf("%q is answered with %d", body, got.status)
		}
	})
}
