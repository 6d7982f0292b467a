package httpapi_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"timetracker/api"
	"timetracker/internal/alert"
	"timetracker/internal/audit"
	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/entra"
	"timetracker/internal/httpapi"
	"timetracker/internal/httpserver"
	"timetracker/internal/ids"
	"timetracker/internal/importer"
	"timetracker/internal/marketplace"
	"timetracker/internal/marketplaceapi"
	"timetracker/internal/pdf"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
	"timetracker/internal/report"
	"timetracker/internal/report/render"
	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/ca"
	sandboxentra "timetracker/internal/sandbox/entra"
	sandboxmarketplace "timetracker/internal/sandbox/marketplace"
	"timetracker/internal/spool"
	"timetracker/internal/sqlstore"
	"timetracker/internal/telemetry"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
	"timetracker/internal/workitem"
)

// People of the sandbox's directories.
const (
	ada      = "ada@contoso.example"
	grace    = "grace@contoso.example"
	linus    = "linus@contoso.example"
	margaret = "margaret@contoso.example"
	joan     = "joan@contoso.example"
	kim      = "kim_fabrikam.example#EXT#@contoso.example" // a guest
	frances  = "frances@fabrikam.example"
	barbara  = "barbara@fabrikam.example"
)

// sandboxDir keeps the sandbox's root and signing keys for all tests: making RSA keys takes longer than most tests.
var sandboxDir string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "httpapi")
		if err != nil {
			panic(err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		sandboxDir = dir
		return m.Run()
	}())
}

// clock is a clock that only the test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(by)
}

// logBuffer is a log that the test can read.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(line)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// rig is the API on the real parts of production, except for Microsoft.
type rig struct {
	imports *importer.Service
	t       *testing.T
	url     string
	clock   *clock
	log     *logBuffer
	file    string // of the database
	store   *sqlstore.Store
	entra   *sandboxentra.Server
	market  *sandboxmarketplace.Server
	bills   *billing.Service
	boards  *domaintest.Boards // for the organizations of all tenants
	client  *http.Client

	authority  string       // of entra
	entraCalls *http.Client // trusts entra's certificate

	mu       sync.Mutex
	observed []string // "method route status"
	tokens   map[string]session
}

// option changes the API's configuration.
type option func(*httpapi.Config)

func newRig(t *testing.T, options ...option) *rig {
	t.Helper()
	r := &rig{
		t: t, log: &logBuffer{}, boards: &domaintest.Boards{}, tokens: make(map[string]session), file: domaintest.Database(t),
		clock: &clock{at: time.Date(2026, 11, 18, 9, 30, 0, 0, time.UTC)},
	}
	log := telemetry.NewLogger(r.log, "json", slog.LevelInfo)
	verifier := r.startEntra(log)

	store, err := sqlstore.Open(t.Context(), sqlstore.Config{
		Create: true, URL: "sqlite:" + r.file, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	r.store = store

	tenants := tenant.NewService(store, r.clock.now, calendar.CheckZone)
	r.bills = billing.NewService(store, r.clock.now, domaintest.Seller)
	work := workitem.NewService(store, r.boards, r.clock.now)
	spooler, err := spool.New(t.TempDir(), spool.DefaultCapacity)
	if err != nil {
		t.Fatal(err)
	}
	timers := timer.NewService(store, work, r.clock.now)
	r.imports = importer.NewService(store, tenants, work, timers, r.clock.now)
	writeBacks := workitem.NewWriteBacks(store, r.boards, nil, r.clock.now)
	timesheets := timesheet.NewService(store, work, r.clock.now)
	config := httpapi.Config{
		Tenants:      tenants,
		WorkItems:    work,
		WriteBacks:   writeBacks,
		Corrections:  workitem.NewCorrections(work, writeBacks),
		Timers:       timers,
		Timesheets:   timesheets,
		Imports:      r.imports,
		Reports:      report.NewService(store, work, timesheets),
		SavedReports: report.NewShelf(store, r.clock.now),
		Requests:     privacy.NewRequests(store, privacy.NewErasures(store, proof.NewService(store, r.clock.now), timers, r.clock.now), pdf.NewFonts(), r.clock.now),
		Billing:      r.bills,
		Privacy:      privacy.NewService(store, r.clock.now),
		Proof:        proof.NewService(r.store, r.clock.now),
		Removals:     privacy.NewRemovals(r.store, proof.NewService(r.store, r.clock.now), r.clock.now),
		Retentions:   privacy.NewRetentions(r.store, proof.NewService(r.store, r.clock.now), r.clock.now),
		Exports:      privacy.NewExports(r.store, proof.NewService(r.store, r.clock.now), r.clock.now),
		Notices:      privacy.Notices{{Number: 1}},
		Verifier:     verifier,
		Keys:         store,
		Accesses:     audit.NewAccesses(r.store, r.clock.now),
		Spooler:      spooler,
		Printer:      render.NewPrinter(pdf.NewFonts(), func(context.Context, alert.Alert) {}),
		Static:       http.NotFoundHandler(),
		Now:          r.clock.now,
		Log:          log,
		Observe:      r.observe,
		Refused:      func(string, string) {},
	}
	config.Marketplace = r.startMarketplace(tenants)
	for _, o := range options {
		o(&config)
	}
	handler, err := httpapi.New(config)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	server.Config = httpserver.New("", handler, log)
	server.Start()
	t.Cleanup(server.Close)
	r.url = server.URL
	r.client = &http.Client{Transport: newContractTransport(t, server.Client().Transport)}
	return r
}

func (r *rig) startEntra(log *slog.Logger) *entra.Verifier {
	r.t.Helper()
	certificates, err := ca.LoadOrCreate(sandboxDir, r.clock.now)
	if err != nil {
		r.t.Fatal(err)
	}
	leaf, err := certificates.Leaf("127.0.0.1")
	if err != nil {
		r.t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{leaf}, MinVersion: tls.VersionTLS12}
	base := "https://" + server.Listener.Addr().String()
	r.entra, err = sandboxentra.New(sandboxentra.Config{
		BaseURL: base, Directories: sandbox.Directories(), People: sandbox.People(),
		Apps: sandbox.Apps("https://timetracker.example/ext/redirect.html"), KeyDir: filepath.Join(sandboxDir, "keys"),
		Now: r.clock.now,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	server.Config.Handler = r.entra
	server.StartTLS()
	r.t.Cleanup(server.Close)
	r.authority, r.entraCalls = base, &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: certificates.Pool(), MinVersion: tls.VersionTLS12, Time: r.clock.now},
	}}
	verifier, err := entra.New(entra.Config{
		Authority: base, ClientID: sandbox.APIClientID, AllowedClients: []string{sandbox.SPAClientID},
		Scope: sandbox.APIPermission, Now: r.clock.now, Log: log, HTTPClient: r.entraCalls,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return verifier
}

// startMarketplace makes the sandbox's Marketplace and the service that calls it.
func (r *rig) startMarketplace(tenants *tenant.Service) *marketplace.Service {
	r.t.Helper()
	server := httptest.NewUnstartedServer(nil)
	base := "http://" + server.Listener.Addr().String()
	var err error
	r.market, err = sandboxmarketplace.New(sandboxmarketplace.Config{
		BaseURL: base, LandingURL: "https://timetracker.example/marketplace", WebhookURL: base + "/nobody", Entra: r.entra,
		HTTPClient: http.DefaultClient, Now: r.clock.now, RetryEvery: time.Minute,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	server.Config.Handler = r.market
	server.Start()
	r.t.Cleanup(server.Close)
	return marketplace.NewService(marketplace.Config{
		Store: r.store, Fulfillment: &fulfillment{rig: r, base: base + "/api"}, Tenants: tenants, Now: r.clock.now,
		Flush: func(context.Context, marketplace.Subscription) error { return nil },
		Alert: func(context.Context, alert.Alert) {},
	})
}

func (r *rig) observe(method, route string, status int, _ time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.observed = append(r.observed, method+" "+route+" "+http.StatusText(status))
}

// session is a person's access token, as a browser keeps it.
type session struct {
	token string
	from  time.Time
}

// token signs a person in, or gives the token of a sign-in less than half an hour ago.
func (r *rig) token(user string) string {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.now()
	if kept, ok := r.tokens[user]; ok && now.Sub(kept.from) < 30*time.Minute {
		return kept.token
	}
	token, _, err := r.entra.IssueUserToken(user, sandbox.SPAClientID, sandbox.APIScope)
	if err != nil {
		r.t.Fatal(err)
	}
	r.tokens[user] = session{token, now}
	return token
}

// fulfillment is the adapter to the sandbox's Marketplace. It is made anew for every call: the library below it keeps tokens
// by the machine's clock, which the test does not move.
type fulfillment struct {
	*rig
	base string
}

func (f *fulfillment) client() *marketplaceapi.Client {
	client, err := marketplaceapi.New(marketplaceapi.Config{
		BaseURL: f.base, Authority: f.authority, DirectoryID: sandbox.PublisherDirectoryID,
		ClientID: sandbox.MarketplaceClientID, Secret: sandbox.MarketplaceClientSecret,
		HTTPClient: f.entraCalls, Now: f.clock.now,
	})
	if err != nil {
		panic(err) // it may not be the test's goroutine
	}
	return client
}

func (f *fulfillment) Resolve(ctx context.Context, token string) (marketplace.Fetched, error) {
	return f.client().Resolve(ctx, token)
}

func (f *fulfillment) Activate(ctx context.Context, id ids.Subscription, planID string) error {
	return f.client().Activate(ctx, id, planID)
}

func (f *fulfillment) Subscription(ctx context.Context, id ids.Subscription) (marketplace.Fetched, error) {
	return f.client().Subscription(ctx, id)
}

func (f *fulfillment) Subscriptions(ctx context.Context) iter.Seq2[marketplace.Fetched, error] {
	return f.client().Subscriptions(ctx)
}

func (f *fulfillment) Operation(ctx context.Context, id ids.Subscription, operation ids.Operation) (marketplace.Operation, error) {
	return f.client().Operation(ctx, id, ids.MustParse[ids.Operation](operation.String()))
}

func (f *fulfillment) Acknowledge(ctx context.Context, id ids.Subscription, operation ids.Operation) error {
	return f.client().Acknowledge(ctx, id, ids.MustParse[ids.Operation](operation.String()))
}

// call is a request to the API. The zero values mean what a browser would send.
type call struct {
	as      string // who calls; empty: no token
	method  string // empty: GET
	path    string // below /api/v1, unless it begins with another prefix
	body    string
	headers map[string]string
}

// reply is an answer whose body has been read.
type reply struct {
	status int
	header http.Header
	body   string
}

func (r *rig) do(c call) reply {
	r.t.Helper()
	return r.send(r.t.Context(), c)
}

func (r *rig) send(ctx context.Context, c call) reply {
	r.t.Helper()
	if c.method == "" {
		c.method = http.MethodGet
	}
	var body io.Reader
	if c.body != "" {
		body = strings.NewReader(c.body)
	}
	request, err := http.NewRequestWithContext(ctx, c.method, r.url+c.path, body)
	if err != nil {
		r.t.Fatal(err)
	}
	if c.body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.as != "" {
		request.Header.Set("Authorization", "Bearer "+r.token(c.as))
	}
	for name, value := range c.headers {
		request.Header.Set(name, value)
		if value == "" {
			request.Header.Del(name)
		}
	}
	response, err := r.client.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	return readReply(r.t, response)
}

func readReply(t *testing.T, response *http.Response) reply {
	t.Helper()
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{status: response.StatusCode, header: response.Header, body: string(text)}
}

// as reads a reply's body, which must have come with the status.
func as[T any](t *testing.T, got reply, status int) T {
	t.Helper()
	if got.status != status {
		t.Fatalf("status %d, want %d: %s", got.status, status, got.body)
	}
	var value T
	if err := json.Unmarshal([]byte(got.body), &value); err != nil {
		t.Fatalf("%v in %s", err, got.body)
	}
	return value
}

// problem reads a problem document and checks its status and code.
func problem(t *testing.T, got reply, status int, code string) api.Problem {
	t.Helper()
	p := as[api.Problem](t, got, status)
	if p.Code != code || p.Status != status {
		t.Fatalf("problem %d %s, want %d %s: %s", p.Status, p.Code, status, code, got.body)
	}
	if p.RequestId != got.header.Get("X-Request-Id") {
		t.Errorf("request_id %s in the body, %s in the header", p.RequestId, got.header.Get("X-Request-Id"))
	}
	return p
}

// signUp makes Contoso a tenant with ada as its super_admin.
func (r *rig) signUp() api.Me {
	r.t.Helper()
	return as[api.Me](r.t, r.do(call{
		as: ada, method: "POST", path: "/api/v1/tenants",
		body: `{"name":"Contoso","slug":"contoso","azure_devops_organization":"contoso","admin_email":"ada@contoso.example",` +
			`"time_zone":"Europe/Berlin"}`,
	}), http.StatusCreated)
}

// signUpFabrikam makes Fabrikam a tenant with frances as its super_admin.
func (r *rig) signUpFabrikam() api.Me {
	r.t.Helper()
	return as[api.Me](r.t, r.do(call{
		as: frances, method: "POST", path: "/api/v1/tenants",
		body: `{"name":"Fabrikam","slug":"fabrikam","azure_devops_organization":"fabrikam","admin_email":"frances@fabrikam.example"}`,
	}), http.StatusCreated)
}

// change patches something by its etag. The other headers are those of a merge patch.
func (r *rig) change(user, path, etag, body string) reply {
	r.t.Helper()
	return r.do(call{as: user, method: "PATCH", path: "/api/v1" + path, body: body, headers: merging(etag)})
}

func merging(etag string) map[string]string {
	return map[string]string{"Content-Type": "application/merge-patch+json", "If-Match": etag}
}

// enter lets a person of the directory join, who does so by reading who they are.
func (r *rig) enter(user string) api.Me {
	r.t.Helper()
	return as[api.Me](r.t, r.do(call{as: user, path: "/api/v1/me"}), 200)
}

// join lets a person join and gives them a role, which admin must be able to give.
func (r *rig) join(user, admin string, role api.Role) api.TenantUser {
	r.t.Helper()
	return r.setUser(admin, r.enter(user).User.Id, `{"role":"`+string(role)+`"}`)
}

// setUser patches a person in their present state.
func (r *rig) setUser(admin, id, body string) api.TenantUser {
	r.t.Helper()
	path := "/users/" + id
	now := as[api.TenantUser](r.t, r.do(call{as: admin, path: "/api/v1" + path}), 200)
	return as[api.TenantUser](r.t, r.change(admin, path, now.Etag, body), 200)
}

// setTenant changes a tenant where no call of its people can.
func (r *rig) setTenant(id string, change func(*tenant.Tenant)) {
	r.t.Helper()
	err := r.store.Tx(r.t.Context(), ids.MustParse[ids.Tenant](id), func(ctx context.Context) error {
		t, err := r.store.LockTenant(ctx, ids.MustParse[ids.Tenant](id))
		if err != nil {
			return err
		}
		change(&t)
		t.Revision++
		return r.store.UpdateTenant(ctx, t.ID, t)
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func item(id string) string {
	return `{"work_item":{"project":"Payments","id":"` + id + `","title":"Item ` + id + `","type":"Task"}}`
}

func (r *rig) start(user, id string) api.TimerStarted {
	r.t.Helper()
	return as[api.TimerStarted](r.t, r.do(call{as: user, method: "POST", path: "/api/v1/timers", body: item(id)}), 201)
}

func (r *rig) stop(user string) api.TimeEntry {
	r.t.Helper()
	return as[api.TimeEntry](r.t, r.do(call{as: user, method: "POST", path: "/api/v1/timers/current/stop"}), 200)
}

// record works on an item for a while.
func (r *rig) record(user, id string, length time.Duration) api.TimeEntry {
	r.t.Helper()
	r.start(user, id)
	r.clock.advance(length)
	return r.stop(user)
}

// contractTransport fails the test when an answer is not one that openapi.yaml describes. It validates with
// openapi3filter, independently of how the server reads the same document.
type contractTransport struct {
	t      *testing.T
	next   http.RoundTripper
	router routers.Router
	spec   *openapi3.T
}

func newContractTransport(t *testing.T, next http.RoundTripper) *contractTransport {
	t.Helper()
	spec, err := described()
	if err != nil {
		t.Fatal(err)
	}
	router, err := routed()
	if err != nil {
		t.Fatal(err)
	}
	return &contractTransport{t: t, next: next, router: router, spec: spec}
}

// Reading the contract takes longer than most tests.
var (
	described = sync.OnceValues(func() (*openapi3.T, error) { return openapi3.NewLoader().LoadFromData(api.Spec) })
	routed    = sync.OnceValues(func() (routers.Router, error) {
		spec, err := described()
		if err != nil {
			return nil, err
		}
		return gorillamux.NewRouter(spec)
	})
)

func (c *contractTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := c.next.RoundTrip(request)
	if err != nil || request.Method == http.MethodHead {
		return response, err
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	if response.Header.Values("Set-Cookie") != nil {
		c.t.Errorf("%s %s: sets a cookie", request.Method, request.URL.Path)
	}
	c.check(request, response, body)
	return response, nil
}

func (c *contractTransport) check(request *http.Request, response *http.Response, body []byte) {
	// The router compares paths without the host.
	plain := request.Clone(context.Background())
	plain.URL.Scheme, plain.URL.Host, plain.Host = "", "", ""
	route, parameters, err := c.router.FindRoute(plain)
	if err != nil {
		if strings.HasPrefix(request.URL.Path, "/api/") {
			c.checkProblem(request, response, body)
		}
		return
	}
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: request, PathParams: parameters, Route: route},
		Status:                 response.StatusCode,
		Header:                 response.Header,
		Body:                   io.NopCloser(bytes.NewReader(body)),
		Options:                &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	})
	if err != nil {
		c.t.Errorf("%s %s answers %d against the contract: %v", request.Method, request.URL.Path, response.StatusCode, err)
	}
	if response.StatusCode == http.StatusConflict {
		c.checkConflict(route, body)
	}
}

// checkConflict demands that the operation's description, or that of a parameter, names the code of a conflict. Clients have to
// tell conflicts apart, since what there is to do about one depends on it.
func (c *contractTransport) checkConflict(route *routers.Route, body []byte) {
	var conflict api.Problem
	if err := json.Unmarshal(body, &conflict); err != nil {
		c.t.Error(err)
	}
	described := route.Operation.Description
	for _, parameter := range slices.Concat(route.PathItem.Parameters, route.Operation.Parameters) {
		described += parameter.Value.Description
	}
	if !strings.Contains(described, "`"+conflict.Code+"`") {
		c.t.Errorf("the contract of %s doesn't name the code %s", route.Operation.OperationID, conflict.Code)
	}
}

// checkProblem is for addresses that are not in the contract.
func (c *contractTransport) checkProblem(request *http.Request, response *http.Response, body []byte) {
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		c.t.Errorf("%s %s: %v", request.Method, request.URL.Path, err)
		return
	}
	schema := c.spec.Components.Schemas["Problem"].Value
	if err := schema.VisitJSON(value, openapi3.EnableJSONSchema2020()); err != nil ||
		response.Header.Get("Content-Type") != "application/problem+json" {
		c.t.Errorf("%s %s: not a problem document: %v", request.Method, request.URL.Path, err)
	}
}
