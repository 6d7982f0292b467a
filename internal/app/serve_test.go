package app_test

import (
	"context"
	"database/sql"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"timetracker/internal/app"
	"timetracker/internal/apptest"
	"timetracker/internal/config"
	"timetracker/internal/dev"
	"timetracker/internal/sandbox"
	"timetracker/internal/telemetry/collectortest"
)

const (
	ada      = "ada@contoso.example"
	margaret = "margaret@contoso.example"
)

var discard = slog.New(slog.DiscardHandler)

// serveConfig is a complete configuration of a server, at which nobody can sign in.
func serveConfig(t *testing.T) (c config.Config, databaseFile string) {
	t.Helper()
	databaseFile = filepath.Join(t.TempDir(), "timetracker.db")
	addresses := apptest.Addresses(t, 3)
	return config.Config{
		WebhookListen: addresses[2], MarketplaceURL: "https://marketplace.example/api",
		MarketplaceTenantID: sandbox.PublisherDirectoryID, MarketplaceClientID: sandbox.MarketplaceClientID,
		MarketplaceClientSecret: sandbox.MarketplaceClientSecret,
		DatabaseURL:             config.Secret("sqlite:" + databaseFile), Listen: addresses[0], InternalListen: addresses[1],
		SellerName: "Northwind", SellerAddress: "1 Main Street; Oslo",
		PublicURL: "https://timetracker.example", EntraAuthority: "https://login.example",
		EntraClientID: sandbox.APIClientID, SPAClientID: sandbox.SPAClientID, AzureDevOpsURL: "https://dev.azure.com",
	}, databaseFile
}

func TestServe(t *testing.T) {
	o := apptest.DevOptions(t, t.TempDir())
	o.Empty = true
	d := apptest.StartDev(t, o) // signs people in
	c, _ := serveConfig(t)
	_, entraPort, _ := net.SplitHostPort(o.EntraListen)
	c.EntraAuthority = "https://localhost:" + entraPort
	c.CAFile = filepath.Join(o.Data, "sandbox", "root.pem")
	c.LimitUser = config.Rate{PerSecond: 30, Burst: 300}
	c.LimitTenants = config.Rates{sandbox.ContosoDirectoryID: {PerSecond: 400, Burst: 4000}}
	collector := collectortest.Start(t)
	c.OTLPEndpoint, c.OTLPTimeout, c.OTLPMetricInterval, c.Profiling = collector.URL, 10_000, 3_600_000, true
	if err := app.Migrate(t.Context(), c, io.Discard, discard); err != nil {
		t.Fatal(err)
	}
	if err := app.Migrate(t.Context(), c, io.Discard, discard); err != nil {
		t.Errorf("migrating what is migrated: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- app.Serve(ctx, c, discard) }()
	apptest.AwaitOK(t, "http://"+c.InternalListen+"/readyz")

	if status, _ := apptest.Get(t, "http://"+c.InternalListen+"/healthz"); status != http.StatusOK {
		t.Errorf("/healthz is answered with %d", status)
	}
	// Contoso has signed up with dev, but not with this server.
	served := &apptest.Dev{Options: dev.Options{Data: d.Data, Listen: c.Listen}}
	var problem struct{ Code string }
	served.Call(t, ada, http.MethodGet, "/me", "", http.StatusForbidden, &problem)
	if problem.Code != "tenant_unknown" {
		t.Errorf("the code is %s", problem.Code)
	}
	var me struct{ User struct{ Role string } }
	served.Call(t, ada, http.MethodPost, "/tenants",
		`{"name":"Contoso","slug":"contoso","azure_devops_organization":"contoso","admin_email":"ada@contoso.example"}`,
		http.StatusCreated, &me)
	if me.User.Role != "super_admin" {
		t.Errorf("who signs up is %s", me.User.Role)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+c.Listen+"/api/v1/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+d.Token(t, ada))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if limits := answer.Header.Get("RateLimit-Policy"); limits != `"user";q=300;w=10, "tenant";q=4000;w=10` {
		t.Errorf("the limits are %s", limits)
	}
	_, metrics := apptest.Get(t, "http://"+c.InternalListen+"/metrics")
	for _, want := range []string{`route="/api/v1/me"`, `status="403"`, "go_goroutines", "timetracker_wal_bytes", "timetracker_spool_bytes 0"} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if status, _ := apptest.Get(t, "http://"+c.InternalListen+"/debug/pprof/heap"); status != http.StatusOK {
		t.Errorf("profiles are answered with %d", status)
	}
	for _, internal := range []string{"/healthz", "/metrics", "/debug/pprof/", "/debug/pprof/heap"} {
		if status, _ := apptest.Get(t, "http://"+c.Listen+internal); status != http.StatusNotFound {
			t.Errorf("the public address answers %s with %d", internal, status)
		}
	}
	if _, settings := apptest.Get(t, "http://"+c.Listen+"/ext/config.json"); !strings.Contains(settings,
		`"redirect_uri":"https://timetracker.example/ext/redirect.html"`) {
		t.Errorf("the pages are told %s", settings)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("serve ended with: %v", err)
	}
	checkCollected(t, collector)
}

// checkCollected looks for what the collector must have got by the end of a program that has served requests.
func checkCollected(t *testing.T, collector *collectortest.Collector) {
	t.Helper()
	children := map[string]bool{}
	byID := map[string]string{}
	for _, s := range collector.Spans() {
		byID[string(s.GetSpanId())] = s.GetName()
	}
	for _, s := range collector.Spans() {
		children[byID[string(s.GetParentSpanId())]+" > "+s.GetName()] = true
	}
	for _, want := range []string{" > POST /api/v1/tenants", "POST /api/v1/tenants > transaction", "transaction > INSERT tenants", " > job bill"} {
		if !children[want] {
			t.Errorf("no span is %q of %v", want, children)
		}
	}
	if collector.Metric("timetracker_http_request_seconds") == nil {
		t.Error("the last metrics are missing")
	}
	text := collector.Text()
	for _, want := range []string{`string_value:"timetracker"`, `service.instance.id`, `service.version`} {
		if !strings.Contains(text, want) && !strings.Contains(strings.ReplaceAll(text, ":  ", ":"), want) {
			t.Errorf("what is sent lacks %s", want)
		}
	}
	host, _ := os.Hostname()
	for _, never := range []string{"host.name", "contoso", "ada@", "127.0.0.1", "user_agent", "client.address", "url.", `"` + host + `"`} {
		if strings.Contains(text, never) {
			t.Errorf("what is sent has %s", never)
		}
	}
}

func TestServeRefusesADatabaseOfAnotherVersion(t *testing.T) {
	c, file := serveConfig(t)
	if err := app.Serve(t.Context(), c, discard); err == nil || !strings.Contains(err.Error(), "run timetracker migrate") {
		t.Errorf("without a database the error is %v", err)
	}
	if err := app.Migrate(t.Context(), c, io.Discard, discard); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `UPDATE schema_migrations SET version = 9999, oldest_program = 9999`); err != nil {
		t.Fatal(err)
	}
	if err := app.Migrate(t.Context(), c, io.Discard, discard); err == nil || !strings.Contains(err.Error(), "run a newer program") {
		t.Errorf("migrating a database of a newer program gives %v", err)
	}
	if err := app.Serve(t.Context(), c, discard); err == nil || !strings.Contains(err.Error(), "run a newer program") {
		t.Errorf("with a database of a newer program the error is %v", err)
	}
}

func TestServeSaysWhichAddressIsTaken(t *testing.T) {
	c, _ := serveConfig(t)
	if err := app.Migrate(t.Context(), c, io.Discard, discard); err != nil {
		t.Fatal(err)
	}
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", c.InternalListen)
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	err = app.Serve(t.Context(), c, discard)
	want := c.InternalListen + " (TIMETRACKER_INTERNAL_LISTEN) is in use by another program; stop it, or choose another address"
	if err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %s", err, want)
	}
}

func TestServeNamesAnUnreadableCAFile(t *testing.T) {
	c, file := serveConfig(t)
	if err := app.Migrate(t.Context(), c, io.Discard, discard); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"not there": file + ".pem", "no certificate in it": file} {
		t.Run(name, func(t *testing.T) {
			c.CAFile = path
			if err := app.Serve(t.Context(), c, discard); err == nil || !strings.HasPrefix(err.Error(), "TIMETRACKER_CA_FILE") {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestServeNamesAnUnusableCertificate(t *testing.T) {
	c, file := serveConfig(t)
	if err := app.Migrate(t.Context(), c, io.Discard, discard); err != nil {
		t.Fatal(err)
	}
	entra, marketplace := c, c
	entra.EntraCertificateFile = file
	marketplace.MarketplaceCertificateFile, marketplace.MarketplaceClientSecret = file, ""
	for variable, c := range map[string]config.Config{
		"TIMETRACKER_ENTRA_CERTIFICATE_FILE": entra, "TIMETRACKER_MARKETPLACE_CERTIFICATE_FILE": marketplace,
	} {
		if err := app.Serve(t.Context(), c, discard); err == nil || !strings.HasPrefix(err.Error(), variable) {
			t.Errorf("%s: the error is %v", variable, err)
		}
	}
}
