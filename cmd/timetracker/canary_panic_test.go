package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"testing"
	"time"

	"timetracker/internal/app"
	"timetracker/internal/apptest"
	"timetracker/internal/config"
	"timetracker/internal/marketplaceapi"
	"timetracker/internal/outbound"
	"timetracker/internal/sqlstore"
	"timetracker/internal/telemetry"
)

// panicking is the role of `serve` and `webhook` in one process, with a library that panics over what it sends.
const panicking = "panicking"

// bursting is a transport that panics with a request, as a library with a mistake does. It does so for tokens, or for what
// they are needed for.
type bursting struct {
	http.RoundTripper
	tokens bool
}

// RoundTrip implements http.RoundTripper.
func (b bursting) RoundTrip(r *http.Request) (*http.Response, error) {
	path := r.URL.Path
	if strings.Contains(path, ".well-known") || strings.HasSuffix(path, "/keys") || (strings.HasSuffix(path, "/token") && !b.tokens) {
		return b.RoundTripper.RoundTrip(r)
	}
	panic(fmt.Sprintf("canary-panic %s %v", r.URL, r.Header))
}

func runPanicking() {
	stderr := telemetry.NewQueue(os.Stderr)
	err := servePanicking(stderr, os.Args[1] == "tokens")
	stderr.Close(logPatience)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// servePanicking is app.Serve and app.Webhook, but for the client.
func servePanicking(stderr *telemetry.Queue, tokens bool) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	c, err := config.Load(environment())
	if err != nil {
		return err
	}
	log := newLogger(stderr, c)
	roots := x509.NewCertPool()
	pem, err := os.ReadFile(c.CAFile)
	if err != nil || !roots.AppendCertsFromPEM(pem) {
		return errors.Join(errors.New("no roots"), err)
	}
	client := outbound.NewClient(roots)
	client.Transport = bursting{client.Transport, tokens}
	store, err := sqlstore.Open(ctx, sqlstore.Config{URL: c.DatabaseURL.Reveal(), Log: log})
	if err != nil {
		return err
	}
	defer store.Close()
	metrics := app.NewMetrics(store)
	people, err := app.AsPeople(app.OnBehalfConfig{
		Authority: c.EntraAuthority, ClientID: c.EntraClientID, Secret: c.EntraClientSecret.Reveal(), HTTPClient: client,
		Graph: c.GraphURL, AzureDevOps: c.AzureDevOpsURL, Now: time.Now, Alert: app.Alerting(metrics, log),
	})
	if err != nil {
		return err
	}
	microsoft, err := marketplaceapi.New(marketplaceapi.Config{
		BaseURL: c.MarketplaceURL, Authority: c.EntraAuthority, DirectoryID: c.MarketplaceTenantID,
		ClientID: c.MarketplaceClientID, Secret: c.MarketplaceClientSecret.Reveal(), HTTPClient: client, Now: time.Now,
	})
	if err != nil {
		return err
	}
	p, err := app.NewProcess(app.ProcessConfig{
		Holder: "panicking", Store: store, Now: time.Now, Log: log, Metrics: metrics, Microsoft: microsoft, Remote: people.Remote,
	})
	if err != nil {
		return err
	}
	api, err := app.NewAPI(p, app.APIConfig{
		PublicURL: c.PublicURL, Authority: c.EntraAuthority, ClientID: c.EntraClientID, SPAClient: c.SPAClientID, HTTPClient: client,
		Directory: people.Directory,
	})
	if err != nil {
		return err
	}
	events, err := app.NewWebhook(p, app.WebhookConfig{
		Authority: c.EntraAuthority, DirectoryID: c.MarketplaceTenantID, ClientID: c.MarketplaceClientID, HTTPClient: client,
	})
	if err != nil {
		return err
	}
	server, err := app.Listen(ctx, []app.Endpoint{
		{Setting: "api", Address: c.Listen, Handler: api.Handler()},
		{Setting: "webhook", Address: c.WebhookListen, Handler: events.Handler()},
		{Setting: "internal", Address: c.InternalListen, Handler: p.InternalHandler(), Internal: true},
	}, log)
	if err != nil {
		return err
	}
	return server.Run(ctx, api.Run, events.Run)
}

// A panic with what a client has sent is told without it, wherever it happens, and ends nothing.
func TestPanicsSayNothingOfAClient(t *testing.T) {
	for _, mode := range []string{"tokens", "answers"} {
		t.Run(mode, func(t *testing.T) {
			i := install(t)
			i.add("canary-panic")
			p := i.start(panicking, i.environment(), mode)
			api, events := newClient(t, i.canaries, i.config.Listen), newClient(t, i.canaries, i.config.WebhookListen)
			i.work(api)
			i.happen(events)
			i.askUpstream(api, events, 1)
			apptest.Await(t, "a visit that panics", func() bool { return strings.Contains(p.Stderr.String(), `"msg":"a visit failed"`) })
			apptest.AwaitOK(t, "http://"+i.config.InternalListen+"/readyz") // it has not ended
			p.Interrupt(t)
			if code := p.ExitCode(t); code != 0 {
				t.Errorf("it ends with %d", code)
			}
			s := searched{"answers of the API": api.answers.Bytes(), "answers of the webhook": events.answers.Bytes()}
			s.output("the process", p)
			i.files(s)
			log := string(s["the process: stderr"])
			for _, want := range []string{
				`"route":"/api/v1/directory-people","status":500`, `"route":"/marketplace/webhook","status":500`, `"msg":"job failed"`, "panic: string",
			} {
				if !strings.Contains(log, want) {
					t.Errorf("the log lacks %s", want)
				}
			}
			s.expectNoCanary(t, i.canaries)
		})
	}
}
