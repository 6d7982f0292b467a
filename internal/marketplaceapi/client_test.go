package marketplaceapi

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"timetracker/internal/billing"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/sandbox"
	sandboxmarketplace "timetracker/internal/sandbox/marketplace"
)

var someSubscription = ids.MustParse[ids.Subscription]("7c0d5a3e-19b4-4f86-a2d7-5e31c8f06b94")

const someOperation = "2f6b81d0-4ce9-4a75-9d13-b0e7a6458c2f"

// methods are all calls that the client makes.
func (m *microsoft) methods() map[string]func(context.Context) error {
	at := m.now().UTC().Truncate(time.Hour)
	return map[string]func(context.Context) error{
		"Resolve": func(ctx context.Context) error {
			_, err := m.Resolve(ctx, "token")
			return err
		},
		"Activate": func(ctx context.Context) error { return m.Activate(ctx, someSubscription, "team") },
		"Subscription": func(ctx context.Context) error {
			_, err := m.Subscription(ctx, someSubscription)
			return err
		},
		"Subscriptions": func(ctx context.Context) error {
			for _, err := range m.Subscriptions(ctx) {
				if err != nil {
					return err
				}
			}
			return nil
		},
		"Operation": func(ctx context.Context) error {
			_, err := m.Operation(ctx, someSubscription, ids.MustParse[ids.Operation](someOperation))
			return err
		},
		"Acknowledge": func(ctx context.Context) error {
			return m.Acknowledge(ctx, someSubscription, ids.MustParse[ids.Operation](someOperation))
		},
		"Report": func(ctx context.Context) error {
			_, err := m.Report(ctx, []billing.Usage{usage(someSubscription, at, 1)})
			return err
		},
		"Reported": func(ctx context.Context) error {
			_, err := m.Reported(ctx, at)
			return err
		},
	}
}

// noBody are the calls whose answer's body is not read.
var noBody = map[string]bool{"Activate": true, "Acknowledge": true}

func TestFaults(t *testing.T) {
	for _, test := range []struct {
		mode, code string
		wait       time.Duration
	}{
		{"down", "marketplace_unavailable", 0},
		{"throttled", "marketplace_unavailable", 7 * time.Second},
		{"forbidden", "marketplace_credentials", 0},
		{"html", "marketplace_credentials", 0},
		{"wrong_json", "marketplace_unavailable", 0},
		{"slow", "marketplace_unavailable", 0},
	} {
		t.Run(test.mode, func(t *testing.T) {
			m := newMicrosoft(t)
			_, err := m.Subscription(t.Context(), m.begin(t, teamOf5)) // gets a token
			must(t, err)
			m.fault(t, test.mode)
			if test.mode == "slow" {
				m.callTimeout, m.bulkTimeout = 50*time.Millisecond, 50*time.Millisecond
			}
			for name, method := range m.methods() {
				if noBody[name] && test.mode == "wrong_json" {
					continue
				}
				before := m.calls.Load()
				err := method(t.Context())
				if !errs.Is(err, errs.Unavailable) || errs.CodeOf(err) != test.code {
					t.Errorf("%s: got %v, want %s", name, err, test.code)
					continue
				}
				if given, _ := errors.AsType[*errs.Error](err); given.RetryAfter != test.wait {
					t.Errorf("%s: to be tried again after %s, want %s", name, given.RetryAfter, test.wait)
				}
				if n := m.calls.Load() - before; n > 1 {
					t.Errorf("%s: %d calls, want 1", name, n)
				}
			}
		})
	}
}

func TestWrongAnswers(t *testing.T) {
	var (
		id           = someSubscription.String()
		subscription = `{"id":"` + id + `","offerId":"timetracker","planId":"team","quantity":5,` +
			`"saasSubscriptionStatus":"Subscribed"}`
		operation = `{"id":"` + someOperation + `","subscriptionId":"` + id + `","action":"Renew","status":"Succeeded"}`
		used      = `[{"usageDate":"2026-11-01","usageResourceId":"` + id + `","submittedQuantity":1}]`
	)
	without := func(from, what, instead string) string {
		if !strings.Contains(from, what) {
			t.Fatalf("%s has no %s", from, what)
		}
		return strings.ReplaceAll(from, what, instead)
	}
	list := []string{"Subscriptions"}              // any object is a page
	lists := []string{"Subscriptions", "Reported"} // may be empty
	m := newMicrosoft(t)
	for name, test := range map[string]struct {
		body string
		good []string // the calls for which the answer is valid, except those that read none
	}{
		"empty":                      {"", lists},
		"blanks":                     {"\r\n ", lists},
		"null":                       {"null", lists},
		"text":                       {`"Success"`, nil},
		"deep":                       {strings.Repeat("[", 5000) + strings.Repeat("]", 5000), nil},
		"another subscription":       {without(subscription, id, someOperation), list},
		"two subscriptions":          {`{"id":"` + someOperation + `","subscription":` + subscription + `}`, list},
		"another operation":          {without(operation, someOperation, id), list},
		"operation of another":       {without(operation, id, someOperation), list},
		"operation without a status": {without(operation, `,"status":"Succeeded"`, ``), list},
		"no plan":                    {without(subscription, `"planId":"team",`, ``), list},
		"no offer":                   {without(subscription, `"offerId":"timetracker",`, ``), list},
		"no status":                  {without(subscription, `"Subscribed"`, `null`), list},
		"no number of seats":         {without(subscription, `:5,`, `:"many",`), list},
		"no time":                    {without(subscription, `:5,`, `:5,"term":{"startDate":"soon"},`), list},
		"next page without a token":  {`{"subscriptions":[],"@nextLink":"https://main.example/api/saas/subscriptions"}`, nil},
		"next page nowhere":          {`{"@nextLink":"https://main.example/%zz"}`, nil},
		"no list":                    {`{"subscriptions":` + subscription + `}`, nil},
		"no results":                 {`{"count":0,"result":[]}`, list},
		"usage of no day":            {without(used, `2026-11-01`, `tomorrow`), nil},
		"usage of half a user":       {without(used, `:1}`, `:1.5}`), nil},
		"usage of more than all":     {without(used, `:1}`, `:1e300}`), nil},
		"usage of less than none":    {without(used, `:1}`, `:-1}`), nil},
		"usage of nothing":           {without(used, `,"submittedQuantity":1`, ``), nil},
	} {
		t.Run(name, func(t *testing.T) {
			m.answer(http.StatusOK, test.body)
			for name, call := range m.methods() {
				err := call(t.Context())
				if noBody[name] || slices.Contains(test.good, name) {
					if err != nil {
						t.Errorf("%s: %v", name, err)
					}
				} else if errs.CodeOf(err) != "marketplace_unavailable" {
					t.Errorf("%s: got %v", name, err)
				}
			}
		})
	}
	for name, body := range map[string]string{
		"cut off": subscription[:len(subscription)-9],
		"two":     subscription + subscription,
		"endless": `{"padding":"` + strings.Repeat("A", 4<<20) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			m.answer(http.StatusOK, body)
			for name, call := range m.methods() {
				want := "marketplace_unavailable"
				if noBody[name] {
					want = ""
				}
				if err := call(t.Context()); errs.CodeOf(err) != want {
					t.Errorf("%s: got %v", name, err)
				}
			}
		})
	}
}

// TestEverySuccessIsOne shows that a change that Microsoft has taken is not sent again, whatever comes with the status.
func TestEverySuccessIsOne(t *testing.T) {
	m := newMicrosoft(t)
	lost := func(w http.ResponseWriter, _ *http.Request) { // the head arrives, and the connection breaks
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(http.StatusOK)
		_, _ = io.WriteString(w, "{")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	for name, handler := range map[string]http.HandlerFunc{
		"a text":               says(http.StatusOK, "text/plain", "Success"),
		"a text said to be":    says(http.StatusOK, "application/json; charset=utf-8", "Success"),
		"a number":             says(http.StatusAccepted, "application/json", "17"),
		"another document":     says(http.StatusOK, "application/xml", "<string>Success</string>"),
		"bytes":                says(http.StatusCreated, "application/octet-stream", "\x00\xff"),
		"no type":              says(http.StatusOK, "", "Success"),
		"a type that is none":  says(http.StatusOK, "a;;b", "Success"),
		"nothing":              says(http.StatusNoContent, "", ""),
		"nothing, and a type":  says(http.StatusAccepted, "application/json", ""),
		"a body that is lost":  lost,
		"a status nobody uses": says(299, "text/plain", "Success"),
	} {
		t.Run(name, func(t *testing.T) {
			m.respond(handler)
			for call := range noBody {
				if err := m.methods()[call](t.Context()); err != nil {
					t.Errorf("%s: %v", call, err)
				}
			}
		})
	}
}

func says(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = nil // net/http guesses none
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// TestSignInPage shows that a page for people is no success of any call. Who sends it has not passed the call on.
func TestSignInPage(t *testing.T) {
	m := newMicrosoft(t)
	const page = "\r\n<!DOCTYPE html><title>Sign in to your account</title>"
	for name, handler := range map[string]http.HandlerFunc{
		"203":                   says(http.StatusNonAuthoritativeInfo, "text/html; charset=utf-8", page),
		"203 with nothing":      says(http.StatusNonAuthoritativeInfo, "", ""),
		"203 with JSON":         says(http.StatusNonAuthoritativeInfo, "application/json", "{}"),
		"200":                   says(http.StatusOK, "text/html", page),
		"202, in capitals":      says(http.StatusAccepted, "Text/HTML;charset=UTF-8", page),
		"without a type":        says(http.StatusOK, "", page),
		"with another type":     says(http.StatusOK, "application/json", page),
		"of the stricter kind":  says(http.StatusOK, "application/xhtml+xml", `<?xml version="1.0"?><html/>`),
		"an empty page of HTML": says(http.StatusOK, "text/html", ""),
	} {
		t.Run(name, func(t *testing.T) {
			m.respond(handler)
			for name, call := range m.methods() {
				if err := call(t.Context()); errs.CodeOf(err) != marketplace.CredentialsRefused || !errs.Is(err, errs.Unavailable) {
					t.Errorf("%s: got %v", name, err)
				}
			}
		})
	}
}

// TestGatewaysPage shows that a gateway's page is an outage with any status of failure, since a gateway says nothing
// about subscriptions.
func TestGatewaysPage(t *testing.T) {
	m := newMicrosoft(t)
	for _, status := range []int{400, 403, 404, 409, 500, 502, 504} {
		m.answer(status, "\r\n<html><title>Bad request</title></html>")
		for name, call := range m.methods() {
			if err := call(t.Context()); errs.CodeOf(err) != "marketplace_unavailable" {
				t.Errorf("%s, status %d: got %v", name, status, err)
			}
		}
	}
}

// TestStatuses has the meaning of every status for every call. All others are outages.
func TestStatuses(t *testing.T) {
	m := newMicrosoft(t)
	const outage, credentials = "marketplace_unavailable", "marketplace_credentials"
	codes := map[string]map[int]string{
		"Resolve":       {400: "marketplace_token_invalid"},
		"Activate":      {400: "not_activatable", 404: "not_activatable"},
		"Subscription":  {404: "subscription_unknown"},
		"Subscriptions": {},
		"Operation":     {400: "operation_unknown", 404: "operation_unknown"},
		"Acknowledge":   {400: "operation_refused", 404: "operation_unknown", 409: "operation_superseded"},
		"Report":        {},
		"Reported":      {},
	}
	kinds := map[string]errs.Kind{
		outage: errs.Unavailable, credentials: errs.Unavailable, "marketplace_token_invalid": errs.RuleBroken,
		"not_activatable": errs.Conflict, "subscription_unknown": errs.NotFound, "operation_unknown": errs.NotFound,
		"operation_refused": errs.Malformed, "operation_superseded": errs.Conflict,
	}
	for _, status := range []int{304, 400, 401, 403, 404, 408, 409, 410, 412, 422, 429, 500, 501, 502, 503, 504} {
		m.answer(status, "")
		for name, call := range m.methods() {
			want := outage
			if status == http.StatusUnauthorized || status == http.StatusForbidden {
				want = credentials
			}
			if code, ok := codes[name][status]; ok {
				want = code
			}
			if err := call(t.Context()); errs.CodeOf(err) != want || !errs.Is(err, kinds[want]) {
				t.Errorf("%s, status %d: got %v, want %s", name, status, err, want)
			}
		}
	}
}

// TestTokenStaysAtItsOrigin tries every way in which an answer could lead the token elsewhere.
func TestTokenStaysAtItsOrigin(t *testing.T) {
	m := newMicrosoft(t)
	var elsewhere atomic.Int64
	thief := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(thief.Close)
	m.http.Transport.(*http.Transport).TLSClientConfig.RootCAs.AddCert(thief.Certificate())
	for _, status := range []int{301, 302, 303, 307, 308} {
		m.answer(status, "", "Location", thief.URL+"/api/saas/subscriptions")
		for name, call := range m.methods() {
			if err := call(t.Context()); errs.CodeOf(err) != "marketplace_unavailable" {
				t.Errorf("%s, status %d: got %v", name, status, err)
			}
		}
	}
	page := 0
	m.respond(func(w http.ResponseWriter, r *http.Request) {
		page++
		if want := []string{"", "a+b/c=[{\"é\":1}]&d#"}[page-1]; r.URL.Query().Get("continuationToken") != want {
			t.Errorf("page %d is asked for as %q", page, r.URL.Query().Get("continuationToken"))
		}
		if page == 1 {
			_, _ = io.WriteString(w, `{"@nextLink":"`+thief.URL+
				`/api/saas/subscriptions/?continuationToken=a%2bb%2fc%3d%5b%7b%22%c3%a9%22%3a1%7d%5d%26d%23\u0026api-version=2018-08-31"}`)
		}
	})
	must(t, m.methods()["Subscriptions"](t.Context()))
	if page != 2 || elsewhere.Load() != 0 {
		t.Errorf("%d pages were read, and %d calls went elsewhere", page, elsewhere.Load())
	}
	// A directory that sends the secret elsewhere must not be followed.
	m.respondToken(http.RedirectHandler(thief.URL, http.StatusTemporaryRedirect).ServeHTTP)
	m.Client = m.newClient(t, Config{Secret: sandbox.MarketplaceClientSecret})
	wantUnavailable(t, m.methods()["Subscription"](t.Context()))
	m.respondMetadata(func(w http.ResponseWriter, _ *http.Request) {
		at := m.entraURL + "/" + sandbox.PublisherDirectoryID
		_, _ = io.WriteString(w, `{"issuer":"`+at+`/v2.0","authorization_endpoint":"`+at+`/authorize","token_endpoint":"`+
			thief.URL+`/token"}`)
	})
	m.Client = m.newClient(t, Config{Secret: sandbox.MarketplaceClientSecret})
	err := m.methods()["Subscription"](t.Context())
	wantUnavailable(t, err)
	if !strings.Contains(err.Error(), "another origin") {
		t.Errorf("got %v", err)
	}
	if elsewhere.Load() != 0 {
		t.Error("the secret went elsewhere")
	}
}

// TestListWithoutAnEnd shows that what was read of a list counts, and that reading ends.
func TestListWithoutAnEnd(t *testing.T) {
	circle := map[string]string{"": "a", "a": "b", "b": "a"}
	following := func(token string) string { n, _ := strconv.Atoi(token); return strconv.Itoa(n + 1) }
	for name, test := range map[string]struct {
		next  func(token string) string // the token of the page that follows
		pause time.Duration             // before each page
		pages int
		why   string
	}{
		"comes back":         {next: func(token string) string { return circle[token] }, pages: 3, why: "comes back"},
		"stays at its start": {next: func(string) string { return "a" }, pages: 2, why: "comes back"},
		"endless":            {next: following, pages: 1000, why: "more than 1000 pages"},
		"slow":               {next: following, pause: time.Minute, pages: 10, why: "10 pages took 10m"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMicrosoft(t)
			m.respond(func(w http.ResponseWriter, r *http.Request) {
				m.offset.Add(int64(test.pause))
				next := test.next(r.URL.Query().Get("continuationToken"))
				_, _ = io.WriteString(w, `{"subscriptions":[{"id":"`+uuid.NewString()+`","offerId":"o","planId":"p",`+
					`"saasSubscriptionStatus":"Subscribed"}],"@nextLink":"https://main.example/?continuationToken=`+next+`"}`)
			})
			var shown int
			var last error
			for _, err := range m.Subscriptions(t.Context()) {
				if last = err; err == nil {
					shown++
				}
			}
			wantUnavailable(t, last)
			if !errors.Is(last, marketplace.ErrListCut) || !strings.Contains(last.Error(), test.why) {
				t.Errorf("got %v", last)
			}
			if n := m.calls.Load(); n != int64(test.pages) || shown != test.pages {
				t.Errorf("%d calls showed %d subscriptions, want %d", n, shown, test.pages)
			}
		})
	}
}

// TestListIsNotCutByItsReader shows that the time for which a reader works with the list is not the list's.
func TestListIsNotCutByItsReader(t *testing.T) {
	m := newMicrosoft(t)
	m.configure(t, func(s *sandboxmarketplace.Settings) { s.PageSize = 1 })
	for range 3 {
		m.buy(t, teamOf5)
	}
	for _, err := range m.Subscriptions(t.Context()) {
		must(t, err)
		m.offset.Add(int64(20 * time.Minute))
	}
}

// TestBrokenConnectionIsNotTriedAgain shows that a change is sent once, since its caller must look before sending it
// again.
func TestBrokenConnectionIsNotTriedAgain(t *testing.T) {
	m := newMicrosoft(t)
	m.respond(func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = connection.Close()
		}
	})
	m.http.Transport.(*http.Transport).ForceAttemptHTTP2 = false
	for _, name := range []string{"Resolve", "Activate", "Acknowledge", "Report"} {
		before := m.calls.Load()
		wantUnavailable(t, m.methods()[name](t.Context()))
		if n := m.calls.Load() - before; n != 1 {
			t.Errorf("%s: %d calls, want 1", name, n)
		}
	}
}

func TestNobodyListens(t *testing.T) {
	m := newMicrosoft(t)
	must(t, m.methods()["Subscriptions"](t.Context()))
	gone := httptest.NewTLSServer(nil)
	gone.Close()
	c := Config{
		BaseURL: gone.URL, Authority: m.entraURL, DirectoryID: sandbox.PublisherDirectoryID,
		ClientID: sandbox.MarketplaceClientID, Secret: sandbox.MarketplaceClientSecret, HTTPClient: m.http, Now: m.now,
	}
	client, err := New(c)
	must(t, err)
	_, err = client.Subscription(t.Context(), someSubscription)
	wantUnavailable(t, err)
	if host := strings.TrimPrefix(gone.URL, "https://"); strings.Contains(err.Error(), host) {
		t.Errorf("the error holds an address: %v", err)
	}
	c.BaseURL, c.Authority = m.apiURL, gone.URL
	client, err = New(c)
	must(t, err)
	_, err = client.Subscription(t.Context(), someSubscription)
	wantUnavailable(t, err)
	leaving, leave := context.WithCancel(t.Context())
	leave()
	wantUnavailable(t, m.methods()["Subscription"](leaving))
}

func TestCallsAtOnce(t *testing.T) {
	m := newMicrosoft(t)
	must(t, m.methods()["Subscriptions"](t.Context()))
	var under, most atomic.Int64
	arrived, release := make(chan struct{}, 100), make(chan struct{})
	m.respond(func(w http.ResponseWriter, _ *http.Request) {
		now := under.Add(1)
		for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
		}
		arrived <- struct{}{}
		<-release
		under.Add(-1)
		w.WriteHeader(http.StatusOK)
	})
	m.callTimeout = time.Minute
	var group sync.WaitGroup
	for range 3 * maxCalls {
		group.Go(func() {
			if err := m.Acknowledge(t.Context(), someSubscription, ids.MustParse[ids.Operation](someOperation)); err != nil {
				t.Error(err)
			}
		})
	}
	for range maxCalls {
		<-arrived
	}
	// One more call must wait. On a busy machine it may run out of time before it begins to wait.
	for wait := 50 * time.Millisecond; ; wait *= 2 {
		hasty, cancel := context.WithTimeout(t.Context(), wait)
		err := m.Acknowledge(hasty, someSubscription, ids.MustParse[ids.Operation](someOperation))
		cancel()
		wantUnavailable(t, err)
		if err != nil && strings.Contains(err.Error(), "8 calls are under way") {
			break
		}
		if wait > 5*time.Second {
			t.Errorf("one call more: %v", err)
			break
		}
	}
	close(release)
	group.Wait()
	if most.Load() != maxCalls {
		t.Errorf("%d calls at once, want %d", most.Load(), maxCalls)
	}
}

// TestWhatIsSent has what Microsoft demands of every call, and what its support asks for.
func TestWhatIsSent(t *testing.T) {
	m := newMicrosoft(t)
	seen := map[string]bool{}
	m.respond(func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.Query()["api-version"]; len(got) != 1 || got[0] != "2018-08-31" {
			t.Errorf("%s: api-version %q", r.URL, got)
		}
		w.WriteHeader(http.StatusInternalServerError)
	})
	for name, call := range m.methods() {
		err := call(t.Context())
		header := *m.sent.Load()
		id := header.Get("X-Ms-Requestid")
		if _, parseErr := uuid.Parse(id); parseErr != nil || seen[id] || header.Get("X-Ms-Correlationid") != id {
			t.Errorf("%s: the request is called %q", name, id)
		}
		seen[id] = true
		if !strings.Contains(err.Error(), id) {
			t.Errorf("%s: the log is not told the request's id: %v", name, err)
		}
		bearer, _ := strings.CutPrefix(header.Get("Authorization"), "Bearer ")
		if bearer == "" || strings.Contains(err.Error(), bearer) {
			t.Errorf("%s: the token is missing, or in the error", name)
		}
	}
}

func TestTheCodeOfAFailureIsLogged(t *testing.T) {
	m := newMicrosoft(t)
	for body, want := range map[string]string{
		`{"code":"Forbidden","message":"Olga, 203.0.113.9"}`: "status 403, Forbidden",
		`{"code":"203.0.113.9","message":"x"}`:               "status 403",
		`{"code":"no\ncode"}`:                                "status 403",
		`{"code":"` + strings.Repeat("x", 65) + `"}`:         "status 403",
	} {
		m.answer(http.StatusForbidden, body)
		_, err := m.Resolve(t.Context(), "a-landing-token")
		wantCode(t, err, errs.Unavailable, "marketplace_credentials")
		if text := err.Error(); !strings.HasSuffix(text, want) {
			t.Errorf("of %s the log is told %s", body, text)
		}
		given, _ := errors.AsType[*errs.Error](err)
		if strings.Contains(given.Message, "Forbidden") {
			t.Errorf("the client is told %q", given.Message)
		}
	}
}

func TestNew(t *testing.T) {
	good := Config{
		BaseURL: "https://marketplaceapi.microsoft.com/api", Authority: "https://login.microsoftonline.com",
		DirectoryID: sandbox.PublisherDirectoryID, ClientID: sandbox.MarketplaceClientID, Secret: "s3cr3t",
		HTTPClient: http.DefaultClient, Now: time.Now,
	}
	for name, change := range map[string]func(*Config){
		"as it is":             func(*Config) {},
		"on this machine":      func(c *Config) { c.BaseURL = "http://localhost:8091/api" },
		"on this machine, too": func(c *Config) { c.BaseURL = "http://127.0.0.1:8091/api" },
		"with a slash":         func(c *Config) { c.Authority += "/" },
		"by a certificate":     func(c *Config) { c.Secret, c.Certificate = "", newCertificate(t).pem },
	} {
		c := good
		change(&c)
		if _, err := New(c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, change := range map[string]func(*Config){
		"no address":               func(c *Config) { c.BaseURL = "" },
		"an address without a way": func(c *Config) { c.BaseURL = "marketplaceapi.microsoft.com/api" },
		"plain http":               func(c *Config) { c.BaseURL = "http://marketplaceapi.microsoft.com/api" },
		"a query":                  func(c *Config) { c.BaseURL += "?a=b" },
		"a password":               func(c *Config) { c.BaseURL = "https://u:p@marketplaceapi.microsoft.com/api" },
		"no authority":             func(c *Config) { c.Authority = "" },
		"authority over http":      func(c *Config) { c.Authority = "http://login.microsoftonline.com" },
		"authority of a path":      func(c *Config) { c.Authority += "/common" },
		"no directory":             func(c *Config) { c.DirectoryID = "" },
		"every directory":          func(c *Config) { c.DirectoryID = "common" },
		"no app":                   func(c *Config) { c.ClientID = "" },
		"no credential":            func(c *Config) { c.Secret = "" },
		"two credentials":          func(c *Config) { c.Certificate = newCertificate(t).pem },
		"a broken certificate":     func(c *Config) { c.Secret, c.Certificate = "", []byte("s3cr3t") },
		"no client":                func(c *Config) { c.HTTPClient = nil },
		"no clock":                 func(c *Config) { c.Now = nil },
	} {
		c := good
		change(&c)
		_, err := New(c)
		if err == nil {
			t.Errorf("%s is taken", name)
		} else if strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: the error holds the secret: %v", name, err)
		}
	}
}
