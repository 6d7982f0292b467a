package main

import (
	"database/sql"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"timetracker/internal/apptest"
	"timetracker/internal/config"
	"timetracker/internal/sandbox"
	sandboxentra "timetracker/internal/sandbox/entra"
	sandboxmarketplace "timetracker/internal/sandbox/marketplace"
	"timetracker/internal/telemetry/collectortest"
)

const (
	ada   = "ada@contoso.example"
	grace = "grace@contoso.example"
)

// installation is a database with the stand-ins of Microsoft's services, and what clients bring.
type installation struct {
	*apptest.Microsoft
	*canaries
	t         *testing.T
	config    config.Config
	collector *collectortest.Collector // of traces and metrics
	directory string                   // of the database, and of the spooled answers below it
}

// install makes an installation on which no process runs.
func install(t *testing.T) *installation {
	t.Helper()
	i := &installation{canaries: newCanaries(), t: t, collector: collectortest.Start(t), directory: t.TempDir()}
	i.Microsoft = apptest.StartMicrosoft(t, apptest.Addresses(t, 1)[0], func(c *sandboxmarketplace.Config) {
		c.RetryEvery = time.Hour // the test calls the webhook itself
	}, nil)
	i.config = i.Config(t, "sqlite:"+filepath.Join(i.directory, "timetracker.db"))
	i.ConnectPeople(&i.config)
	if err := os.Mkdir(i.spool(), 0o700); err != nil {
		t.Fatal(err)
	}
	migrate := apptest.Start(t, program, i.environment(), "migrate")
	if code := migrate.ExitCode(t); code != 0 {
		t.Fatalf("migrate: %s", migrate.Stderr)
	}
	return i
}

func (i *installation) spool() string { return filepath.Join(i.directory, "spool") }

// environment is that of both processes. They log all that they can.
func (i *installation) environment(more ...string) []string {
	return append([]string{
		"GOTRACEBACK=all", "TIMETRACKER_LOG_LEVEL=DEBUG", "TIMETRACKER_SHUTDOWN_DELAY=0s",
		"TIMETRACKER_DATABASE_URL=" + i.config.DatabaseURL.Reveal(),
		"TIMETRACKER_LISTEN=" + i.config.Listen,
		"TIMETRACKER_INTERNAL_LISTEN=" + i.config.InternalListen,
		"TIMETRACKER_WEBHOOK_LISTEN=" + i.config.WebhookListen,
		"TIMETRACKER_PUBLIC_URL=https://timetracker.example",
		"TIMETRACKER_ENTRA_AUTHORITY=" + i.config.EntraAuthority,
		"TIMETRACKER_ENTRA_CLIENT_ID=" + sandbox.APIClientID,
		"TIMETRACKER_ENTRA_CLIENT_SECRET=" + sandbox.APIClientSecret,
		"TIMETRACKER_SPA_CLIENT_ID=" + sandbox.SPAClientID,
		"TIMETRACKER_GRAPH_URL=" + i.config.GraphURL,
		"TIMETRACKER_AZURE_DEVOPS_URL=" + i.config.AzureDevOpsURL,
		"TIMETRACKER_MARKETPLACE_URL=" + i.config.MarketplaceURL,
		"TIMETRACKER_MARKETPLACE_TENANT_ID=" + sandbox.PublisherDirectoryID,
		"TIMETRACKER_MARKETPLACE_CLIENT_ID=" + sandbox.MarketplaceClientID,
		"TIMETRACKER_MARKETPLACE_CLIENT_SECRET=" + sandbox.MarketplaceClientSecret,
		"TIMETRACKER_CA_FILE=" + i.config.CAFile,
		"TIMETRACKER_SPOOL_DIRECTORY=" + i.spool(),
		"OTEL_EXPORTER_OTLP_ENDPOINT=" + i.collector.URL, "OTEL_METRIC_EXPORT_INTERVAL=1000",
		"TIMETRACKER_SELLER_NAME=Northwind", "TIMETRACKER_SELLER_ADDRESS=Oslo", "TIMETRACKER_PLANS_URL=https://market.example",
	}, more...)
}

// start starts a process, and waits until it gets requests.
func (i *installation) start(role string, environment []string, args ...string) *apptest.Process {
	i.t.Helper()
	p := apptest.Start(i.t, role, environment, args...)
	i.t.Cleanup(func() {
		if i.t.Failed() {
			i.t.Logf("%v\n%s", args, p.Stderr)
		}
	})
	apptest.AwaitOK(i.t, "http://"+internalOf(environment)+"/readyz")
	return p
}

func internalOf(environment []string) string {
	for _, pair := range slices.Backward(environment) {
		if address, ok := strings.CutPrefix(pair, "TIMETRACKER_INTERNAL_LISTEN="); ok {
			return address
		}
	}
	return ""
}

// files adds every file of the installation.
func (i *installation) files(s searched) {
	i.t.Helper()
	err := filepath.WalkDir(i.directory, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		s[path] = content
		return err
	})
	if err != nil {
		i.t.Fatal(err)
	}
}

// spooled adds what `serve` keeps of a long answer while its client doesn't read. The file has no name: Linux shows it.
func (i *installation) spooled(s searched, api *client, serve *apptest.Process) {
	i.t.Helper()
	if runtime.GOOS != "linux" {
		return
	}
	i.change(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8000)
		INSERT INTO time_entries SELECT e.tenant_id, RANDOMBLOB(16), e.user_id, e.work_item_id, e.project_id, e.activity_id,
			e.billable, e.started_at, e.stopped_at, e.source, e.needs_review, e.existing_hours, e.voided_at, e.counted_month,
			PRINTF('%.*c', 1000, 'x'), e.revision
		FROM (SELECT * FROM time_entries WHERE stopped_at IS NOT NULL LIMIT 1) AS e, n`)
	connection, err := api.dial(i.t.Context(), "tcp", api.address)
	if err != nil {
		i.t.Fatal(err)
	}
	defer connection.Close()
	_ = connection.(*net.TCPConn).SetReadBuffer(4 << 10)
	today := time.Now().UTC()
	_, _ = io.WriteString(connection, api.head(http.MethodGet, "/api/v1/reports/entries?format=csv&from="+
		today.AddDate(0, -1, 0).Format(time.DateOnly)+"&to="+today.AddDate(0, 1, 0).Format(time.DateOnly), i.token(i.t, i.Entra, ada))+"\r\n")
	open := fmt.Sprintf("/proc/%d/fd", serve.PID())
	apptest.Await(i.t, "an answer in a file", func() bool {
		entries, _ := os.ReadDir(open) // fails once the process has ended
		for _, entry := range entries {
			path := filepath.Join(open, entry.Name())
			if name, _ := os.Readlink(path); strings.HasPrefix(name, i.spool()) {
				content, _ := os.ReadFile(path)
				s["a spooled answer"] = content
			}
		}
		return strings.Contains(string(s["a spooled answer"]), "Payments")
	})
}

// Nothing of who calls from where stays behind: neither of the API nor of the webhook, whatever goes wrong.
func TestNothingOfAClientIsKept(t *testing.T) {
	i := install(t)
	webhookEnvironment := i.environment("TIMETRACKER_INTERNAL_LISTEN=" + apptest.Addresses(t, 1)[0])
	serve := i.start(program, i.environment(), "serve")
	webhook := i.start(program, webhookEnvironment, "webhook")
	api := newClient(t, i.canaries, i.config.Listen)
	events := newClient(t, i.canaries, i.config.WebhookListen)

	i.work(api)
	i.happen(events)
	api.misbehave(i.Entra, "/api/v1/me", i.token(t, i.Entra, ada))
	events.misbehave(i.Entra, "/marketplace/webhook", i.webhookToken())
	i.sufferUpstream(api, events)
	i.breakTheDatabase(api)

	s := searched{"answers of the API": api.answers.Bytes(), "answers of the webhook": events.answers.Bytes()}
	for name, environment := range map[string][]string{"serve": i.environment(), "webhook": webhookEnvironment} {
		for _, path := range []string{"/metrics", "/readyz", "/healthz"} {
			_, body := apptest.Get(t, "http://"+internalOf(environment)+path)
			s[name+path] = []byte(body)
		}
	}
	i.files(s)
	i.spooled(s, api, serve)
	i.collected(s)
	for _, p := range []*apptest.Process{serve, webhook} {
		p.Signal(t, syscall.SIGQUIT)
		if code := p.ExitCode(t); code != 2 || !strings.Contains(p.Stderr.String(), "goroutine ") {
			t.Errorf("SIGQUIT ends with %d", code)
		}
	}
	s.output("serve", serve)
	s.output("webhook", webhook)
	i.expectRealThings(s)
	s.expectNoCanary(t, i.canaries)
}

// collected adds what the collector has got, once it has traces of both processes.
func (i *installation) collected(s searched) {
	i.t.Helper()
	for _, want := range []string{
		`"POST /api/v1/tenants"`, `"POST /marketplace/webhook"`, `"INSERT tenants"`, `"call azure_devops"`, `"call marketplace"`, `"visit"`,
		`"timetracker_http_request_seconds"`,
	} {
		apptest.Await(i.t, want, func() bool { return strings.Contains(i.collector.Text(), want) })
	}
	s["the collector of traces and metrics"] = []byte(i.collector.Text())
}

// work does what people do, with everything that a browser and proxies add.
func (i *installation) work(api *client) {
	i.t.Helper()
	as := func(user string) string { return i.token(i.t, i.Entra, user) }
	api.ask(as(ada), http.MethodPost, "/api/v1/tenants",
		`{"name":"Contoso","slug":"contoso","azure_devops_organization":"contoso","admin_email":"ada@contoso.example"}`, nil, nil)
	api.ask(as(ada), http.MethodPost, "/api/v1/users", `{"people":[{"email":"grace@contoso.example"}]}`, nil, nil)
	var tenant, me struct{ Etag string }
	api.ask(as(ada), http.MethodGet, "/api/v1/tenant", "", nil, &tenant)
	patch := map[string]string{"If-Match": tenant.Etag, "Content-Type": "application/merge-patch+json"}
	api.ask(as(ada), http.MethodPatch, "/api/v1/tenant", `{"write_back":true}`, patch, nil)
	for _, user := range []string{ada, grace} {
		api.ask(as(user), http.MethodGet, "/api/v1/me", "", nil, &me)
		api.call(as(user), http.MethodPost, "/api/v1/actions", `{"type":"page_opened","page":"hub"}`, nil)
		api.ask(as(user), http.MethodPost, "/api/v1/timers", `{"work_item":{"project":"Payments","id":"104"}}`,
			map[string]string{"Idempotency-Key": "1-" + user}, nil)
		api.ask(as(user), http.MethodPost, "/api/v1/timers/current/stop", "", nil, nil)
	}
	for _, path := range []string{
		"/me", "/users", "/timers", "/timer-events", "/actions", "/audit-events", "/time-entries", "/work-items/recent",
		"/reports/time?from=2026-01-01&to=2027-01-01&group_by=user&format=csv", "/directory-people?search=gra", "/work-items/search?q=pay",
		"/me?unknown=1", "/time-entries/1", "/users?limit=x",
	} {
		api.call(as(ada), http.MethodGet, "/api/v1"+path, "", nil)
	}
	api.call(as(grace), http.MethodGet, "/api/v1/users", "", nil) // 403
	for _, path := range []string{"/ext/hub.html", "/ext/config.json", "/openapi.yaml", "/docs", "/marketplace?token=x"} {
		api.call("", http.MethodGet, path, "", nil)
	}
}

func (i *installation) webhookToken() string {
	claims := i.Entra.WebhookClaims(2)
	maps.Copy(claims, i.claims)
	token, err := i.Entra.Sign(claims, sandboxentra.SignOptions{})
	if err != nil {
		i.t.Fatal(err)
	}
	return token
}

// happen tells the webhook of a change, and of what it can't know.
func (i *installation) happen(events *client) {
	i.t.Helper()
	if _, err := i.Buy(sandboxmarketplace.Purchase{
		Purchaser: ada, OfferID: "timetracker", PlanID: "team", Quantity: 10, AutoActivation: true,
	}); err != nil {
		i.t.Fatal(err)
	}
	i.Deliver(i.t.Context())
	events.call(i.webhookToken(), http.MethodPost, "/marketplace/webhook",
		`{"id":"7b3a1c52-9a07-4b1e-8f6d-2c7b90a4e611","subscriptionId":"8b3a1c52-9a07-4b1e-8f6d-2c7b90a4e611","action":"Suspend"}`, nil)
}

// sufferUpstream has every service of Microsoft answer by errors that quote who has asked, and asks them.
func (i *installation) sufferUpstream(api, events *client) {
	i.t.Helper()
	i.add("198.51.100.7", "2001:db8:c0de::7", "canary-upstream")
	directory := strings.TrimPrefix(i.config.EntraAuthority, "https://")
	number := 0
	for _, phase := range []struct {
		name string
		meet func(r *http.Request) bool
	}{
		{"the directory", func(r *http.Request) bool {
			// Without the publisher's token and the metadata nothing else would be asked.
			return r.Host == directory && !strings.Contains(r.URL.Path, sandbox.PublisherDirectoryID) && !strings.Contains(r.URL.Path, ".well-known")
		}},
		{"changes", func(r *http.Request) bool { return r.Host != directory && r.Method == http.MethodPatch }},
		{"all others", func(r *http.Request) bool { return r.Host != directory }},
	} {
		for _, h := range hostileAnswers {
			var asked atomic.Int64
			i.AnswerInstead(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
				if !phase.meet(r) {
					service.ServeHTTP(w, r)
					return
				}
				asked.Add(1)
				h.answer(w, r)
			})
			number++
			i.askUpstream(api, events, number)
			// Azure DevOps is left alone for a while after an outage, so that it has no changes to answer then.
			if asked.Load() == 0 && phase.name != "changes" {
				i.t.Errorf("%s: %s was never answered", phase.name, h.name)
			}
		}
	}
	i.AnswerInstead(nil)
}

// askUpstream makes requests for which each of Microsoft's services is asked.
func (i *installation) askUpstream(api, events *client, number int) {
	i.t.Helper()
	token := i.token(i.t, i.Entra, ada)
	began := time.Now().UTC().Add(-time.Duration(number+2) * time.Hour).Truncate(time.Second)
	api.ask(token, http.MethodPost, "/api/v1/time-entries", fmt.Sprintf(
		`{"work_item":{"project":"Payments","id":"104"},"started_at":%q,"stopped_at":%q}`,
		began.Format(time.RFC3339), began.Add(30*time.Minute).Format(time.RFC3339)), nil, nil)
	api.call(token, http.MethodPost, "/api/v1/write-backs/attempts", "", nil)
	api.call(token, http.MethodGet, fmt.Sprintf("/api/v1/directory-people?search=some%d", number), "", nil)
	api.call(token, http.MethodGet, fmt.Sprintf("/api/v1/work-items/search?q=some%d", number), "", nil)
	api.call(token, http.MethodPost, "/api/v1/marketplace/landings", `{"token":"landing"}`, nil)
	api.call(api.unlike(i.Entra, nil, map[string]any{"kid": "canary-token"}), http.MethodGet, "/api/v1/me", "", nil)
	events.call(i.webhookToken(), http.MethodPost, "/marketplace/webhook", fmt.Sprintf(
		`{"id":"7b3a1c52-9a07-4b1e-8f6d-%012d","subscriptionId":"8b3a1c52-9a07-4b1e-8f6d-2c7b90a4e611","action":"Suspend"}`, number), nil)
}

// hostile is a text that quotes who has asked, as errors of others do.
const hostile = "Request from 198.51.100.7 and [2001:db8:c0de::7]:443 refused."

// hostileAnswers are errors of others. Those after which nobody asks for a while come last.
var hostileAnswers = []struct {
	name   string
	answer http.HandlerFunc
}{
	{"a rule", hostileJSON(http.StatusBadRequest)},
	{"not allowed", hostileJSON(http.StatusForbidden)},
	{"not known", hostileJSON(http.StatusNotFound)},
	{"a conflict", hostileJSON(http.StatusConflict)},
	{"an empty truth", hostileJSON(http.StatusOK)},
	{"a sign-in", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="canary-upstream", error_description="`+hostile+`"`)
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, hostile+" canary-upstream")
	}},
	{"a way elsewhere", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "https://198.51.100.7/canary-upstream")
		w.WriteHeader(http.StatusFound)
	}},
	{"a page", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=canary-upstream")
		_, _ = io.WriteString(w, "<!doctype html><title>"+hostile+" canary-upstream</title>")
	}},
	{"a failure", hostileJSON(http.StatusInternalServerError)},
	{"no answer of HTTP", raw("HTTP/1.1 canary-upstream " + hostile + "\r\n\r\n")},
	{"a broken head", raw("HTTP/1.1 200 OK\r\ncanary-upstream " + hostile + "\r\n\r\n")},
	{"a broken body", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\ncanary-upstream\r\n")},
	{"more than was asked", raw("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n" +
		"HTTP/1.1 200 OK\r\ncanary-upstream: " + hostile + "\r\n\r\n")},
}

// hostileJSON is an error in the forms of Azure DevOps, Graph, Entra and the Marketplace at once. What Azure DevOps says of
// a broken rule is told to whoever broke it, so that only its addresses are canaries.
func hostileJSON(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for _, name := range []string{"X-Ms-Error-Code", "X-Ms-Request-Id", "Request-Id", "X-Tfs-Processid", "Activityid", "Retry-After"} {
			w.Header().Set(name, "canary-upstream")
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"message":"TF401320: %[1]s","typeKey":"canary-upstream","innerException":"%[1]s canary-upstream",
			"code":"canary-upstream %[1]s","error_description":"AADSTS50053: %[1]s canary-upstream","trace_id":"canary-upstream",
			"error_codes":[50053],"suberror":"canary-upstream","correlation_id":"canary-upstream","error":"canary-upstream",
			"target":"canary-upstream"}`, hostile)
	}
}

// raw answers by what is no answer.
func raw(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(connection, answer)
		_ = connection.Close()
	}
}

// breakTheDatabase takes a table away, so that a request fails inside.
func (i *installation) breakTheDatabase(api *client) {
	i.t.Helper()
	i.change(`ALTER TABLE saved_reports RENAME TO saved_reports_away`)
	if status := api.call(i.token(i.t, i.Entra, ada), http.MethodGet, "/api/v1/saved-reports", "", nil); status != http.StatusInternalServerError {
		i.t.Errorf("without its table it is answered with %d", status)
	}
	i.change(`ALTER TABLE saved_reports_away RENAME TO saved_reports`)
}

// change changes the database beside the processes.
func (i *installation) change(statement string) {
	i.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(i.directory, "timetracker.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		i.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(i.t.Context(), statement); err != nil {
		i.t.Fatal(err)
	}
}

// expectRealThings shows that what is searched is what the processes write.
func (i *installation) expectRealThings(s searched) {
	i.t.Helper()
	for where, want := range map[string]string{
		"serve: stderr": `"route":"/api/v1/timers"`, "webhook: stderr": `"route":"/marketplace/webhook"`,
		"serve/metrics": `route="/api/v1/timers"`, "webhook/metrics": "timetracker_webhook_refused_total",
		"answers of the API": "problem+json", "answers of the webhook": "problem+json",
	} {
		if !strings.Contains(string(s[where]), want) {
			i.t.Errorf("%s lacks %s", where, want)
		}
	}
	var files strings.Builder
	for where, content := range s {
		if strings.HasPrefix(where, i.directory) {
			files.Write(content)
		}
	}
	for _, want := range []string{"grace@contoso.example", "Payments", "TF401320: Request from (address) and (address) refused."} {
		if !strings.Contains(files.String(), want) {
			i.t.Errorf("the files lack %s", want)
		}
	}
}
