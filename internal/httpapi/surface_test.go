package httpapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"timetracker/api"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/httpapi"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/report"
	"timetracker/internal/sandbox"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

func TestTokens(t *testing.T) {
	r := newRig(t)
	r.signUp()
	good := r.token(ada)
	tests := []struct {
		name, header, code, challenge string
	}{
		{"none", "", "token_missing", "Bearer"},
		{"another scheme", "Basic YWRhOmFkYQ==", "token_invalid", `Bearer error="invalid_token"`},
		{"no token", "Bearer ", "token_invalid", `Bearer error="invalid_token"`},
		{"nonsense", "Bearer abc", "token_invalid", `Bearer error="invalid_token"`},
		{"two tokens", "Bearer " + good + ", Bearer " + good, "token_invalid", `Bearer error="invalid_token"`},
		{"a broken signature", "Bearer " + good[:len(good)-4] + "AAAA", "token_invalid", `Bearer error="invalid_token"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := r.do(call{path: "/api/v1/me", headers: map[string]string{"Authorization": tt.header}})
			problem(t, got, http.StatusUnauthorized, tt.code)
			if challenge := got.header.Get("WWW-Authenticate"); challenge != tt.challenge {
				t.Errorf("WWW-Authenticate %q, want %q", challenge, tt.challenge)
			}
		})
	}
	r.clock.advance(3 * time.Hour)
	old := r.do(call{path: "/api/v1/me", headers: map[string]string{"Authorization": "Bearer " + good}})
	problem(t, old, http.StatusUnauthorized, "token_expired")
}

func TestSigningUpNeedsAToken(t *testing.T) {
	r := newRig(t)
	problem(t, r.do(call{method: "POST", path: "/api/v1/tenants", body: `{}`}), 401, "token_missing")
}

func TestRateLimits(t *testing.T) {
	r := newRig(t, func(c *httpapi.Config) {
		c.Limits = httpapi.Limits{
			User:   httpapi.Rate{PerSecond: 1, Burst: 4},
			Tenant: httpapi.Rate{PerSecond: 1, Burst: 6},
		}
	})
	r.signUp()
	me := func(user string) reply { return r.do(call{as: user, path: "/api/v1/me"}) }

	got := me(ada)
	if policy := got.header.Get("RateLimit-Policy"); policy != `"user";q=4;w=4, "tenant";q=6;w=6` {
		t.Errorf("RateLimit-Policy %s", policy)
	}
	if level := got.header.Get("RateLimit"); level != `"user";r=2;t=2, "tenant";r=4;t=2` {
		t.Errorf("RateLimit %s", level)
	}
	me(ada)
	as[api.Me](t, me(ada), 200)
	refused := me(ada)
	problem(t, refused, http.StatusTooManyRequests, "too_many_requests")
	if retry := refused.header.Get("Retry-After"); retry != "1" {
		t.Errorf("Retry-After %s", retry)
	}
	if level := refused.header.Get("RateLimit"); level != `"user";r=0;t=4, "tenant";r=2;t=4` {
		t.Errorf("RateLimit %s", level)
	}
	// The tenant has two requests left, of which ada's refused ones take none.
	for range 10 {
		problem(t, me(ada), http.StatusTooManyRequests, "too_many_requests")
	}
	as[api.Me](t, me(grace), 200)
	as[api.Me](t, me(grace), 200)
	problem(t, me(grace), http.StatusTooManyRequests, "too_many_requests")
	// Another tenant is not affected.
	problem(t, me(frances), http.StatusForbidden, "tenant_unknown")

	r.clock.advance(time.Second)
	as[api.Me](t, me(ada), 200)
	problem(t, me(ada), http.StatusTooManyRequests, "too_many_requests")
	r.clock.advance(time.Hour)
	for range 4 {
		as[api.Me](t, me(ada), 200)
	}
	problem(t, me(ada), http.StatusTooManyRequests, "too_many_requests")
}

// Some who call without end use up what their tenant has, but for a part that colleagues still have.
func TestAFloodLeavesSomethingToColleagues(t *testing.T) {
	r := newRig(t, func(c *httpapi.Config) {
		c.Limits = httpapi.Limits{
			User: httpapi.Rate{PerSecond: 1, Burst: 20}, Tenant: httpapi.Rate{PerSecond: 1, Burst: 40},
		}
	})
	r.signUp()
	flood := func(user string) (answered int) {
		for r.do(call{as: user, path: "/api/v1/me"}).status != http.StatusTooManyRequests {
			answered++
		}
		return answered
	}
	if all := flood(ada) + flood(grace); all < 20 || all > 30 {
		t.Errorf("two who call without end are answered %d times of 40", all)
	}
	for range 5 {
		as[api.Me](t, r.do(call{as: linus, path: "/api/v1/me"}), 200)
	}
	refused := r.do(call{as: ada, path: "/api/v1/me"})
	problem(t, refused, http.StatusTooManyRequests, "too_many_requests")
	wait, err := strconv.Atoi(refused.header.Get("Retry-After"))
	if err != nil {
		t.Fatal(err)
	}
	r.clock.advance(time.Duration(wait) * time.Second)
	as[api.Me](t, r.do(call{as: ada, path: "/api/v1/me"}), 200)
}

// A directory that has a limit of its own is held to that one, and told so.
func TestATenantHasALimitOfItsOwn(t *testing.T) {
	contoso, err := ids.Parse[ids.Directory](sandbox.ContosoDirectoryID)
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(c *httpapi.Config) {
		c.Limits = httpapi.Limits{
			User: httpapi.Rate{PerSecond: 1, Burst: 4}, Tenant: httpapi.Rate{PerSecond: 1, Burst: 1000},
			Tenants: map[ids.Directory]httpapi.Rate{contoso: {PerSecond: 1, Burst: 3}},
		}
	})
	r.signUp()
	if policy := r.do(call{as: ada, path: "/api/v1/me"}).header.Get("RateLimit-Policy"); policy != `"user";q=4;w=4, "tenant";q=3;w=3` {
		t.Errorf("RateLimit-Policy %s", policy)
	}
	r.do(call{as: grace, path: "/api/v1/me"})
	problem(t, r.do(call{as: linus, path: "/api/v1/me"}), http.StatusTooManyRequests, "too_many_requests")
	if policy := r.do(call{as: frances, path: "/api/v1/me"}).header.Get("RateLimit-Policy"); policy != `"user";q=4;w=4, "tenant";q=1000;w=1000` {
		t.Errorf("another directory is told %s", policy)
	}
}

func TestFailedSignInsAreLimited(t *testing.T) {
	r := newRig(t, func(c *httpapi.Config) { c.Limits.Failures = httpapi.Rate{PerSecond: 1, Burst: 2} })
	r.signUp()
	bad := call{path: "/api/v1/me", headers: map[string]string{"Authorization": "Bearer abc"}}
	problem(t, r.do(bad), 401, "token_invalid")
	problem(t, r.do(bad), 401, "token_invalid")
	problem(t, r.do(bad), 429, "too_many_failed_sign_ins")
	as[api.Me](t, r.do(call{as: ada, path: "/api/v1/me"}), 200) // a valid token is accepted
	old := call{path: "/api/v1/me", headers: map[string]string{"Authorization": "Bearer " + r.token(ada)}}
	r.clock.advance(3 * time.Hour)
	for range 3 {
		r.do(bad)
	}
	problem(t, r.do(bad), 429, "too_many_failed_sign_ins")
	for range 3 { // the owner of an expired one is told to renew it
		problem(t, r.do(old), 401, "token_expired")
	}
	r.clock.advance(time.Second)
	problem(t, r.do(bad), 401, "token_invalid")
}

// logLines reads the log's request lines.
func (r *rig) logLines() []map[string]any {
	r.t.Helper()
	var lines []map[string]any
	for text := range strings.Lines(r.log.String()) {
		line := map[string]any{}
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			r.t.Fatal(err)
		}
		if line["msg"] == "request" {
			lines = append(lines, line)
		}
	}
	return lines
}

func TestLogSaysNothingOfPeople(t *testing.T) {
	r := newRig(t)
	tenantID := r.signUp().Tenant.Id
	token := r.token(ada)
	secret := map[string]string{
		"Authorization": "Bearer " + token, "User-Agent": "SecretBrowser/1.0", "X-Forwarded-For": "203.0.113.9",
		"X-Request-Id": "from-outside\nlevel=ERROR", "Idempotency-Key": "secret-key",
	}
	secret["X-Request-Id"] = "from-outside"
	entry := r.record(ada, "101", time.Minute)
	r.do(call{path: "/api/v1/time-entries/" + entry.Id + "?secret-parameter=1", headers: secret})
	r.do(call{method: "POST", path: "/api/v1/timers", body: `{"secret-field":"secret-value"}`, headers: secret})
	r.do(call{path: "/secret-path", headers: secret})
	r.do(call{method: "SECRET", path: "/secret-path", headers: secret})
	last := r.do(call{path: "/api/v1/me", headers: map[string]string{"Authorization": "Bearer secret-token"}})

	text := r.log.String()
	for _, hidden := range []string{
		"127.0.0.1", "203.0.113.9", "SecretBrowser", token, "secret", "SECRET", "from-outside", "@", "Ada", entry.Id,
	} {
		if strings.Contains(text, hidden) {
			t.Errorf("the log contains %q:\n%s", hidden, text)
		}
	}
	lines := r.logLines()
	if len(lines) != 8 {
		t.Fatalf("%d lines for 8 requests:\n%s", len(lines), text)
	}
	byRoute := lines[3]
	for key, want := range map[string]any{
		"method": "GET", "route": "/api/v1/time-entries/{id}", "status": 400.0, "duration_ms": 0.0,
		"tenant_id": tenantID, "code": "parameter_unknown", "level": "INFO",
	} {
		if byRoute[key] != want {
			t.Errorf("%s is %v, want %v", key, byRoute[key], want)
		}
	}
	if id := lines[7]["request_id"]; id != last.header.Get("X-Request-Id") || id == "" {
		t.Errorf("request id %v in the log, %s in the answer", id, last.header.Get("X-Request-Id"))
	}
}

func TestHeaders(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/api/v1/me", "/nothing", "/docs", "/openapi.yaml"} {
		got := r.do(call{path: path})
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
			if value := got.header.Get(name); value != want {
				t.Errorf("%s: %s %q", path, name, value)
			}
		}
		if policy := got.header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") {
			t.Errorf("%s: policy %q", path, policy)
		}
		if len(got.header.Get("X-Request-Id")) != 36 {
			t.Errorf("%s: request id %q", path, got.header.Get("X-Request-Id"))
		}
	}
	if cache := r.do(call{path: "/api/v1/me"}).header.Get("Cache-Control"); cache != "no-store" {
		t.Errorf("Cache-Control %q", cache)
	}
}

func TestStaticFiles(t *testing.T) {
	r := newRig(t, func(c *httpapi.Config) {
		c.Static = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.URL.Path) })
	})
	if got := r.do(call{path: "/ext/group.html"}); got.body != "/ext/group.html" {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// verifierFunc lets a test stand in for token validation.
type verifierFunc func() (tenant.Person, error)

func (f verifierFunc) Verify(context.Context, string) (tenant.Person, error) { return f() }

func TestFailuresInside(t *testing.T) {
	secret := errors.New("dial tcp 198.51.100.7:1433: connect: connection refused")
	tests := []struct {
		name   string
		verify verifierFunc
		status int
		code   string
		retry  string
		log    string
	}{
		{"an error of no kind", func() (tenant.Person, error) { return tenant.Person{}, secret }, 500, "internal", "", "connection refused"},
		{"an internal error", func() (tenant.Person, error) {
			return tenant.Person{}, errs.Wrap(secret, errs.Internal, "secret_code", "A secret message.")
		}, 500, "internal", "", "secret_code"},
		{"unavailable", func() (tenant.Person, error) {
			return tenant.Person{}, errs.Wrap(secret, errs.Unavailable, "signing_keys_unavailable", "Try again.")
		}, 503, "signing_keys_unavailable", "5", `"level":"INFO","msg":"request"`},
		{"our own trouble", func() (tenant.Person, error) {
			return tenant.Person{}, errs.Wrap(secret, errs.Unavailable, "database_unavailable", "Try again.")
		}, 503, "database_unavailable", "5", `"level":"WARN","msg":"request"`},
		{"unavailable for a while", func() (tenant.Person, error) {
			return tenant.Person{}, errs.New(errs.Unavailable, "busy", "Try again.").WithRetryAfter(1500 * time.Millisecond)
		}, 503, "busy", "2", "busy"},
		{"a panic", func() (tenant.Person, error) { panic("out of luck") }, 500, "internal", "", "panic: string"},
		{"a panic with an error", func() (tenant.Person, error) {
			panic(&net.OpError{Op: "read", Addr: &net.TCPAddr{IP: net.IPv4(203, 0, 113, 9)}, Err: io.ErrUnexpectedEOF})
		}, 500, "internal", "", "*net.OpError"},
	}
	var verify verifierFunc
	r := newRig(t, func(c *httpapi.Config) {
		c.Verifier = verifierFunc(func() (tenant.Person, error) { return verify() })
	})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			verify = tt.verify
			before := len(r.log.String())
			got := r.do(call{path: "/api/v1/me", headers: map[string]string{"Authorization": "Bearer x"}})
			problem(t, got, tt.status, tt.code)
			if strings.Contains(got.body, "198.51") || strings.Contains(got.body, "secret") || strings.Contains(got.body, "luck") {
				t.Errorf("the answer says %s", got.body)
			}
			if retry := got.header.Get("Retry-After"); retry != tt.retry {
				t.Errorf("Retry-After %q, want %q", retry, tt.retry)
			}
			if text := r.log.String()[before:]; !strings.Contains(text, tt.log) || strings.Contains(text, "203.0.113.9") {
				t.Errorf("the log says %s", text)
			}
		})
	}
}

// rowsStore is a report store that gives some rows and then fails.
type rowsStore struct {
	rows int
	err  error
}

func (rowsStore) Concealed(context.Context, ids.Tenant) ([]tenant.Concealed, error) { return nil, nil }

func (rowsStore) ConcealedOf(context.Context, ids.Tenant, ids.User) (tenant.Concealed, error) {
	return tenant.Concealed{}, nil
}

func (s rowsStore) TimeRows(context.Context, ids.Tenant, report.Query) iter.Seq2[report.Row, error] {
	return func(yield func(report.Row, error) bool) {
		for range s.rows {
			if !yield(report.Row{
				Site:    workitem.SiteRef{ID: ids.Site{1}, Tracker: workitem.AzureDevOps, Name: "contoso"},
				Project: workitem.ProjectRef{ID: ids.Project{2}, Name: "Payments"}, ElapsedMS: 1, Entries: 1,
			}, nil) {
				return
			}
		}
		if s.err != nil {
			yield(report.Row{}, s.err)
		}
	}
}

func (s rowsStore) HasAdjustments(context.Context, ids.Tenant, calendar.Day, calendar.Day) (bool, error) {
	return false, nil
}

func (s rowsStore) TargetOf(context.Context, tenant.Member, []ids.User, []ids.User, calendar.Day, calendar.Day) (target, due time.Duration, err error) {
	return 0, 0, nil
}

func (s rowsStore) EntriesIn(context.Context, ids.Tenant, report.EntriesQuery, page.Request) iter.Seq2[report.Counted, error] {
	return func(yield func(report.Counted, error) bool) {
		for range s.rows {
			if !yield(report.Counted{}, nil) {
				return
			}
		}
		if s.err != nil {
			yield(report.Counted{}, s.err)
		}
	}
}

func (s rowsStore) SelectionNames(context.Context, ids.Tenant, timer.Selection) ([]report.Narrowed, error) {
	return nil, s.err
}

func TestReportThatFails(t *testing.T) {
	broken := errs.Wrap(errors.New("disk"), errs.Unavailable, "database_unavailable", "Try again.")
	for _, format := range []string{"json", "csv"} {
		path := "/api/v1/reports/time?from=2026-11-01&to=2026-12-01&format=" + format
		t.Run(format+" before anything was sent", func(t *testing.T) {
			r := newRig(t, func(c *httpapi.Config) {
				c.Reports = report.NewService(rowsStore{rows: 3, err: broken}, nil, rowsStore{})
			})
			r.signUp()
			got := r.do(call{as: ada, path: path})
			problem(t, got, 503, "database_unavailable")
			if got.header.Get("Content-Disposition") != "" {
				t.Error("a problem is offered as a file")
			}
		})
		t.Run(format+" later", func(t *testing.T) {
			r := newRig(t, func(c *httpapi.Config) {
				c.Reports = report.NewService(rowsStore{rows: 2_000, err: broken}, nil, rowsStore{})
			})
			r.signUp()
			got := r.do(call{as: ada, path: path})
			problem(t, got, 503, "database_unavailable") // no part of the report was sent
			if got.header.Get("Content-Disposition") != "" {
				t.Error("a problem is offered as a file")
			}
			lines := r.logLines()
			if last := lines[len(lines)-1]; last["code"] != "database_unavailable" {
				t.Errorf("the log says %v", last)
			}
		})
		t.Run(format+" never", func(t *testing.T) {
			r := newRig(t, func(c *httpapi.Config) { c.Reports = report.NewService(rowsStore{rows: 2_000}, nil, rowsStore{}) })
			r.signUp()
			if got := r.do(call{as: ada, path: path}); got.status != 200 || !strings.Contains(got.body[len(got.body)-80:], "2000") {
				t.Errorf("%d, ends with %s", got.status, got.body[len(got.body)-80:])
			}
		})
	}
}

func TestClientThatGivesUp(t *testing.T) {
	gone, waiting := make(chan struct{}), make(chan struct{})
	r := newRig(t, func(c *httpapi.Config) {
		c.Verifier = waitingVerifier{entered: waiting}
		observe := c.Observe
		c.Observe = func(method, route string, status int, took time.Duration) {
			observe(method, route, status, took)
			close(gone)
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-waiting; cancel() }()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+"/api/v1/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer x")
	if _, err := http.DefaultClient.Do(request); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	<-gone
	if line := strings.TrimSpace(r.observed[0]); line != "GET /api/v1/me" { // 499 has no text
		t.Errorf("observed %q", line)
	}
}

// waitingVerifier waits for the caller to give up.
type waitingVerifier struct{ entered chan struct{} }

func (v waitingVerifier) Verify(ctx context.Context, _ string) (tenant.Person, error) {
	close(v.entered)
	<-ctx.Done()
	return tenant.Person{}, ctx.Err()
}

func TestContractIsServed(t *testing.T) {
	r := newRig(t)
	for path, want := range map[string]string{"/docs": "text/html; charset=utf-8", "/openapi.yaml": "application/yaml"} {
		got := r.do(call{path: path})
		if got.status != 200 || got.header.Get("Content-Type") != want {
			t.Errorf("%s: %d %s", path, got.status, got.header.Get("Content-Type"))
		}
	}
}

func TestNewWantsEverything(t *testing.T) {
	if _, err := httpapi.New(httpapi.Config{}); err == nil {
		t.Error("New accepts an empty Config")
	}
}
