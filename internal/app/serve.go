package app

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"timetracker/internal/alert"
	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/config"
	"timetracker/internal/httpapi"
	"timetracker/internal/httpserver"
	"timetracker/internal/ids"
	"timetracker/internal/marketplaceapi"
	"timetracker/internal/outbound"
	"timetracker/internal/pdf"
	"timetracker/internal/sqlstore"
)

// Serve runs the API, the extension's files and the background jobs until ctx ends. The database must have this
// program's version already: see Migrate.
func Serve(ctx context.Context, c config.Config, log *slog.Logger) error {
	limits, err := limitsOf(c)
	if err != nil {
		return err
	}
	return withProcess(ctx, c, log, "timetracker", asConfiguredPeople, func(p *Process, client *http.Client, people OnBehalf) error {
		served, err := NewAPI(p, APIConfig{
			PublicURL: strings.TrimSuffix(c.PublicURL, "/"), Authority: c.EntraAuthority, ClientID: c.EntraClientID, SPAClient: c.SPAClientID, HTTPClient: client,
			Directory: people.Directory, FrameAncestors: []string{c.AzureDevOpsURL, "https://*.visualstudio.com"},
			Limits:         limits,
			SpoolDirectory: c.SpoolDirectory, SpoolCapacity: int64(c.SpoolLimit) << 20,
			PlansURL: c.PlansURL, TermsURL: c.TermsURL, PrivacyURL: c.PrivacyURL,
		})
		if err != nil {
			return err
		}
		server, err := Listen(ctx, []Endpoint{
			{Setting: "TIMETRACKER_LISTEN", Address: c.Listen, Handler: p.withReadiness(served.Handler(), reachedByHTTPS(c.PublicURL)), Connections: httpserver.Connections(c.LimitConnections)},
			{Setting: "TIMETRACKER_INTERNAL_LISTEN", Address: c.InternalListen, Handler: p.InternalHandler(), Internal: true},
		}, log)
		if err != nil {
			return err
		}
		server.OnStop(func() { p.withdraw(c.ShutdownDelay) })
		log.InfoContext(ctx, "serving", "listen", c.Listen, "internal", c.InternalListen, "tzdata", calendar.ZonesVersion())
		return server.Run(ctx, served.Run)
	})
}

// limitsOf are the configured limits of requests.
func limitsOf(c config.Config) (httpapi.Limits, error) {
	limits := httpapi.Limits{
		User: httpapi.Rate(c.LimitUser), Tenant: httpapi.Rate(c.LimitTenant), Failures: httpapi.Rate(c.LimitFailedSignIns),
		Tenants: map[ids.Directory]httpapi.Rate{}, Pause: httpapi.RefusalPause,
	}
	for id, rate := range c.LimitTenants {
		directory, err := ids.Parse[ids.Directory](id)
		if err != nil {
			return httpapi.Limits{}, fmt.Errorf("TIMETRACKER_LIMIT_TENANTS: %w", err)
		}
		limits.Tenants[directory] = httpapi.Rate(rate)
	}
	return limits, nil
}

// Webhook runs only the handler of the Marketplace's webhook, until ctx ends. So it stays up when the API does not.
func Webhook(ctx context.Context, c config.Config, log *slog.Logger) error {
	return withProcess(ctx, c, log, "timetracker-webhook", asNobody, func(p *Process, client *http.Client, _ OnBehalf) error {
		served, err := newConfiguredWebhook(p, c, client)
		if err != nil {
			return err
		}
		server, err := Listen(ctx, []Endpoint{
			{Setting: "TIMETRACKER_WEBHOOK_LISTEN", Address: c.WebhookListen, Handler: p.withReadiness(served.Handler(), true), Connections: httpserver.Connections(c.LimitConnections)},
			{Setting: "TIMETRACKER_INTERNAL_LISTEN", Address: c.InternalListen, Handler: p.InternalHandler(), Internal: true},
		}, log)
		if err != nil {
			return err
		}
		server.OnStop(func() { p.withdraw(c.ShutdownDelay) })
		log.InfoContext(ctx, "serving the webhook", "listen", c.WebhookListen, "internal", c.InternalListen, "tzdata", calendar.ZonesVersion())
		return server.Run(ctx, served.Run)
	})
}

func newConfiguredWebhook(p *Process, c config.Config, client *http.Client) (*WebhookServer, error) {
	return NewWebhook(p, WebhookConfig{
		Authority: c.EntraAuthority, DirectoryID: c.MarketplaceTenantID, ClientID: c.MarketplaceClientID, HTTPClient: client,
		HTTPS: true,
	})
}

// asConfiguredPeople makes the services that are asked in people's names.
func asConfiguredPeople(c config.Config, client *http.Client, tell func(context.Context, alert.Alert)) (OnBehalf, error) {
	certificate, err := readCertificate("TIMETRACKER_ENTRA_CERTIFICATE_FILE", c.EntraCertificateFile)
	if err != nil {
		return OnBehalf{}, err
	}
	return AsPeople(OnBehalfConfig{
		Authority: c.EntraAuthority, ClientID: c.EntraClientID, Secret: c.EntraClientSecret.Reveal(), Certificate: certificate,
		HTTPClient: client, Graph: c.GraphURL, AzureDevOps: c.AzureDevOpsURL, Now: time.Now, Alert: tell,
	})
}

// asNobody is for processes that ask nothing in people's names.
func asNobody(config.Config, *http.Client, func(context.Context, alert.Alert)) (OnBehalf, error) {
	return OnBehalf{}, nil
}

// withProcess calls run with a process on the configured database, with the client that calls Microsoft, and with what is
// asked in people's names. service names the process to whoever gets its telemetry.
func withProcess(
	ctx context.Context, c config.Config, log *slog.Logger, service string,
	asPeople func(config.Config, *http.Client, func(context.Context, alert.Alert)) (OnBehalf, error),
	run func(p *Process, client *http.Client, people OnBehalf) error,
) error {
	defer reserveHeap()()
	addThreads(c.DatabaseURL.Reveal())
	store, err := openStore(ctx, c, log)
	if err != nil {
		return err
	}
	defer store.Close()
	client, err := outboundClient(c.CAFile)
	if err != nil {
		return err
	}
	metrics := NewMetrics(store)
	holder := uuid.NewString()
	exporter, err := exportTelemetry(ctx, c, telemetryOf{service, holder, client, metrics, log})
	if err != nil {
		return err
	}
	defer endTelemetry(ctx, exporter, log)
	client = watched(c, client, metrics)
	people, err := asPeople(c, client, Alerting(metrics, log))
	if err != nil {
		return err
	}
	p, err := newConfiguredProcess(c, store, client, ProcessConfig{
		Holder: holder, Remote: people.Remote, Metrics: metrics, Log: log, Tracer: exporter.Tracer(),
	})
	if err != nil {
		return err
	}
	return run(p, client, people)
}

// newConfiguredProcess completes a process with what is configured.
func newConfiguredProcess(c config.Config, store *sqlstore.Store, client *http.Client, p ProcessConfig) (*Process, error) {
	certificate, err := readCertificate("TIMETRACKER_MARKETPLACE_CERTIFICATE_FILE", c.MarketplaceCertificateFile)
	if err != nil {
		return nil, err
	}
	microsoft, err := marketplaceapi.New(marketplaceapi.Config{
		BaseURL: c.MarketplaceURL, Authority: c.EntraAuthority, DirectoryID: c.MarketplaceTenantID,
		ClientID: c.MarketplaceClientID, Secret: c.MarketplaceClientSecret.Reveal(), Certificate: certificate,
		HTTPClient: client, Now: time.Now,
	})
	if err != nil {
		return nil, fmt.Errorf("marketplace: %w", err)
	}
	p.Store, p.Now, p.Microsoft, p.Profiling = store, time.Now, microsoft, c.Profiling
	p.Offers, p.Seller, p.FontDirectories = c.MarketplaceOffers, sellerOf(c), fontDirectoriesOf(c)
	return NewProcess(p)
}

// fontDirectoriesOf are the configured directories of fonts.
func fontDirectoriesOf(c config.Config) []string {
	if c.FontDirectories == "" {
		return pdf.SystemDirectories
	}
	return filepath.SplitList(c.FontDirectories)
}

// sellerOf is the configured seller.
func sellerOf(c config.Config) billing.Seller {
	var lines []string
	for line := range strings.SplitSeq(c.SellerAddress, ";") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return billing.Seller{
		Name: strings.TrimSpace(c.SellerName), Address: strings.Join(lines, "\n"), TaxID: strings.TrimSpace(c.SellerTaxID),
	}
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

// readCertificate reads the file that a variable names. An empty name gives no certificate.
func readCertificate(variable, file string) ([]byte, error) {
	if file == "" {
		return nil, nil
	}
	certificate, err := os.ReadFile(file) //nolint:gosec // whoever runs the program names the file
	if err != nil {
		return nil, fmt.Errorf("%s: %w", variable, err)
	}
	if _, err := outbound.Credential("", certificate); err != nil {
		return nil, fmt.Errorf("%s %s holds no certificate with its private key", variable, file)
	}
	return certificate, nil
}

// Migrate brings the database to this program's version, and writes what it has done to out.
func Migrate(ctx context.Context, c config.Config, out io.Writer, log *slog.Logger) error {
	store, err := sqlstore.Open(ctx, sqlstore.Config{URL: c.DatabaseURL.Reveal(), Create: true, Log: log})
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	defer store.Close()
	before, err := store.SchemaVersion(ctx)
	if err == nil {
		err = store.Migrate(ctx)
	}
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	after, err := store.SchemaVersion(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("database: %w", err)
	case before == after:
		fmt.Fprintf(out, "The database has schema version %d already.\n", after)
	case before == 0:
		fmt.Fprintf(out, "The database was empty and has schema version %d now.\n", after)
	default:
		fmt.Fprintf(out, "The database had schema version %d and has %d now.\n", before, after)
	}
	return nil
}

// outboundClient makes the client that calls other services; caFile adds trusted roots.
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
	return outbound.NewClient(roots), nil
}
