package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/config"
	"timetracker/internal/sqlstore"
	"timetracker/internal/telemetry"
	"timetracker/internal/tenant"
)

// Serve runs the API, the extension's files and the background jobs until ctx ends. The database must have this
// program's version already: see Migrate.
func Serve(ctx context.Context, c config.Config, log *slog.Logger) error {
	store, err := openStore(ctx, c, log)
	if err != nil {
		return err
	}
	defer store.Close()
	client, err := outboundClient(c.CAFile)
	if err != nil {
		return err
	}
	certificate, err := readCertificate("TIMETRACKER_ENTRA_CERTIFICATE_FILE", c.EntraCertificateFile)
	if err != nil {
		return err
	}
	sold, err := marketplaceOf(c, client)
	if err != nil {
		return err
	}
	p, err := newProduct(store, identitySettings{
		authority: c.EntraAuthority, apiClientID: c.EntraClientID, spaClientID: c.SPAClientID, httpClient: client,
		graph: c.GraphURL, secret: c.EntraClientSecret.Reveal(), certificate: certificate,
	}, sold, []string{c.AzureDevOpsURL, "https://*.visualstudio.com"}, time.Now, log)
	if err != nil {
		return err
	}
	endpoints := []endpoint{
		{flag: "TIMETRACKER_LISTEN", address: c.Listen, handler: p.handler},
		{flag: "TIMETRACKER_INTERNAL_LISTEN", address: c.InternalListen, handler: p.internalHandler()},
	}
	listeners, err := listen(ctx, endpoints)
	if err != nil {
		return err
	}
	log.Info("serving", "listen", c.Listen, "internal", c.InternalListen)
	return p.run(ctx, endpoints, listeners, p.background)
}

// Webhook runs the handler of the Marketplace's webhook, and nothing else, until ctx ends: it stays up when the API does not.
func Webhook(ctx context.Context, c config.Config, log *slog.Logger) error {
	store, err := openStore(ctx, c, log)
	if err != nil {
		return err
	}
	defer store.Close()
	client, err := outboundClient(c.CAFile)
	if err != nil {
		return err
	}
	sold, err := marketplaceOf(c, client)
	if err != nil {
		return err
	}
	p := &product{store: store, metrics: telemetry.NewMetrics(), log: log, now: time.Now}
	if p.market, err = p.newMarket(sold, tenant.NewService(store, p.now, calendar.CheckZone)); err != nil {
		return err
	}
	endpoints := []endpoint{
		{flag: "TIMETRACKER_WEBHOOK_LISTEN", address: c.WebhookListen, handler: p.webhook()},
		{flag: "TIMETRACKER_INTERNAL_LISTEN", address: c.InternalListen, handler: p.internalHandler()},
	}
	listeners, err := listen(ctx, endpoints)
	if err != nil {
		return err
	}
	log.Info("serving the webhook", "listen", c.WebhookListen, "internal", c.InternalListen)
	return p.run(ctx, endpoints, listeners, p.webhookBackground)
}

// openStore opens a database of this program's version.
func openStore(ctx context.Context, c config.Config, log *slog.Logger) (*sqlstore.Store, error) {
	store, err := sqlstore.Open(ctx, sqlstore.Config{URL: c.DatabaseURL.Reveal(), Log: log})
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	if err := store.CheckVersion(ctx); err != nil {
		return nil, fmt.Errorf("database: %w", errors.Join(err, store.Close()))
	}
	return store, nil
}

// readCertificate reads the file that a variable names; none is no certificate.
func readCertificate(variable, file string) ([]byte, error) {
	if file == "" {
		return nil, nil
	}
	certificate, err := os.ReadFile(file) //nolint:gosec // whoever runs the program names the file
	if err != nil {
		return nil, fmt.Errorf("%s: %w", variable, err)
	}
	return certificate, nil
}

func marketplaceOf(c config.Config, client *http.Client) (marketplaceSettings, error) {
	certificate, err := readCertificate("TIMETRACKER_MARKETPLACE_CERTIFICATE_FILE", c.MarketplaceCertificateFile)
	return marketplaceSettings{
		url: c.MarketplaceURL, authority: c.EntraAuthority, directoryID: c.MarketplaceTenantID,
		clientID: c.MarketplaceClientID, httpClient: client, secret: c.MarketplaceClientSecret.Reveal(),
		certificate: certificate,
	}, err
}

// run serves and does the background work until ctx ends; it returns when both have ended.
func (p *product) run(ctx context.Context, endpoints []endpoint, listeners []net.Listener, background ...func(context.Context)) error {
	ctx, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	for _, work := range background {
		running.Go(func() { work(ctx) })
	}
	err := serve(ctx, endpoints, listeners, p.log)
	stop()
	running.Wait()
	return err
}

// Migrate brings the database to this program's version.
func Migrate(ctx context.Context, c config.Config, log *slog.Logger) error {
	store, err := sqlstore.Open(ctx, sqlstore.Config{URL: c.DatabaseURL.Reveal(), Log: log})
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	defer store.Close()
	if err := store.Migrate(ctx); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	return nil
}

// outboundClient calls other services; caFile adds trusted roots.
func outboundClient(caFile string) (*http.Client, error) {
	roots, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("trusted roots: %w", err)
	}
	if caFile != "" {
		pem, err := os.ReadFile(caFile) //nolint:gosec // whoever runs the program names the file
		if err != nil {
			return nil, fmt.Errorf("TIMETRACKER_CA_FILE: %w", err)
		}
		if !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("TIMETRACKER_CA_FILE %s holds no certificate", caFile)
		}
	}
	return clientTrusting(roots), nil
}

func clientTrusting(roots *x509.CertPool) *http.Client {
	return &http.Client{
		Timeout: 10 * time.Second,
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			TLSClientConfig:       &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:   5 * time.Second,
			ResponseHeaderTimeout: 10 * time.Second,
			ForceAttemptHTTP2:     true,
		},
	}
}
