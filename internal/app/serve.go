package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"timetracker/internal/config"
	"timetracker/internal/sqlstore"
)

// Serve runs the API, the extension's files and the background jobs until ctx ends. The database must have this
// program's version already: see Migrate.
func Serve(ctx context.Context, c config.Config, log *slog.Logger) error {
	store, err := sqlstore.Open(ctx, sqlstore.Config{URL: c.DatabaseURL.Reveal(), Log: log})
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	defer store.Close()
	if err := store.CheckVersion(ctx); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	client, err := outboundClient(c.CAFile)
	if err != nil {
		return err
	}
	var certificate []byte
	if c.EntraCertificateFile != "" {
		if certificate, err = os.ReadFile(c.EntraCertificateFile); err != nil {
			return fmt.Errorf("TIMETRACKER_ENTRA_CERTIFICATE_FILE: %w", err)
		}
	}
	p, err := newProduct(store, identitySettings{ //nolint:contextcheck // it reads what is in the program, and waits for nothing
		authority: c.EntraAuthority, apiClientID: c.EntraClientID, spaClientID: c.SPAClientID, httpClient: client,
		graph: c.GraphURL, secret: c.EntraClientSecret.Reveal(), certificate: certificate,
	}, []string{c.AzureDevOpsURL, "https://*.visualstudio.com"}, log)
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
	return p.run(ctx, endpoints, listeners)
}

// run serves and does the background work until ctx ends; it returns when both have ended.
func (p *product) run(ctx context.Context, endpoints []endpoint, listeners []net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.background(ctx)
	}()
	err := serve(ctx, endpoints, listeners, p.log)
	stop()
	<-done
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
