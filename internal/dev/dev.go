package dev

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"timetracker/internal/app"
	"timetracker/internal/marketplaceapi"
	"timetracker/internal/pdf"
	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/ca"
	"timetracker/internal/sqlstore"
	"timetracker/internal/telemetry"
)

// Run runs the product and the sandbox on this machine until ctx ends. It writes to out where people click.
func Run(ctx context.Context, o Options, out, logTo io.Writer) error {
	if err := o.complete(); err != nil {
		return err
	}
	log := telemetry.NewLogger(logTo, "text", o.LogLevel)
	certificates, err := ca.LoadOrCreate(o.sandboxDir(), time.Now)
	if err != nil {
		return fmt.Errorf("sandbox certificates: %w", err)
	}
	now := o.clock()
	sandboxed, err := o.newStandIns(now)
	if err != nil {
		return err
	}
	store, err := openStore(ctx, o, log)
	if err != nil {
		return err
	}
	defer store.Close()
	ours, err := o.newProduct(store, o.clientForMicrosoft(certificates), now, log)
	if err != nil {
		return err
	}
	// Both listen before any of them serves, so that a port in use is reported at once and nothing runs half.
	theirServer, err := o.listen(ctx, sandboxed.endpoints(o), certificates, log)
	ourServer, ourErr := o.listen(ctx, ours.endpoints(o), certificates, log)
	if err != nil || ourErr != nil {
		for _, open := range []*app.Server{theirServer, ourServer} {
			if open != nil {
				open.Close()
			}
		}
		return o.explain(ctx, errors.Join(ourErr, err))
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return theirServer.Run(ctx) })
	group.Go(func() error {
		past := history{store: store, microsoft: ours.microsoft, sold: sandboxed.marketplace, now: now, log: log}
		if err := past.begin(ctx, o.Empty); err != nil {
			ourServer.Close()
			return fmt.Errorf("first data: %w", err)
		}
		if err := o.writeRunning(); err != nil {
			ourServer.Close()
			return err
		}
		o.greet(out, past.contosoRemoved)
		return ourServer.Run(ctx, ours.api.Run, ours.webhook.Run, sandboxed.marketplace.Run)
	})
	return group.Wait()
}

// product is the product's two processes, as if each ran alone.
type product struct {
	microsoft app.Microsoft
	serving   *app.Process
	api       *app.API
	webhook   *app.WebhookServer
}

// newProduct makes the product's processes. No others use their data, so they take over the leases of an earlier start,
// whatever time that start had.
func (o *Options) newProduct(
	store *sqlstore.Store, client *http.Client, now func() time.Time, log *slog.Logger,
) (p product, err error) {
	p.microsoft, err = marketplaceapi.New(marketplaceapi.Config{
		BaseURL: o.MarketplaceURL + "/api", Authority: o.EntraURL, DirectoryID: sandbox.PublisherDirectoryID,
		ClientID: sandbox.MarketplaceClientID, Secret: sandbox.MarketplaceClientSecret, HTTPClient: client, Now: now,
	})
	if err != nil {
		return product{}, fmt.Errorf("marketplace: %w", err)
	}
	metrics := app.NewMetrics(store)
	people, err := app.AsPeople(app.OnBehalfConfig{
		Authority: o.EntraURL, ClientID: sandbox.APIClientID, Secret: sandbox.APIClientSecret, HTTPClient: client,
		Graph: o.GraphURL, AzureDevOps: o.devOpsAPIURL, Now: now, Alert: app.Alerting(metrics, log),
	})
	if err != nil {
		return product{}, err
	}
	c := app.ProcessConfig{Store: store, Now: now, Log: log, Metrics: metrics, Microsoft: p.microsoft, Seller: seller,
		Remote: people.Remote, FontDirectories: pdf.SystemDirectories}
	if os.Getenv("TIMETRACKER_DATABASE_URL") == "" {
		// The file in the data directory belongs to the sandbox, so it goes by the sandbox's clock.
		c.DatabaseClock = func(context.Context) (time.Time, error) { return now(), nil }
	}
	c.Holder = "dev"
	if p.serving, err = app.NewProcess(c); err != nil {
		return product{}, err
	}
	p.api, err = app.NewAPI(p.serving, app.APIConfig{
		PublicURL: o.PublicURL, Authority: o.EntraURL, ClientID: sandbox.APIClientID, SPAClient: sandbox.SPAClientID,
		BrowserAuthority: o.signInURL, HTTPClient: client, Directory: people.Directory, FrameAncestors: []string{o.DevOpsURL},
		PlansURL: o.MarketplaceURL,
	})
	if err != nil {
		return product{}, err
	}
	c.Holder = "dev webhook"
	receiving, err := app.NewProcess(c)
	if err != nil {
		return product{}, err
	}
	p.webhook, err = app.NewWebhook(receiving, app.WebhookConfig{
		Authority: o.EntraURL, DirectoryID: sandbox.PublisherDirectoryID, ClientID: sandbox.MarketplaceClientID,
		HTTPClient: client,
	})
	return p, err
}

// endpoints are those of the product. Only the API's has an address for browsers.
func (p product) endpoints(o Options) []endpoint {
	return []endpoint{
		{Endpoint: app.Endpoint{Setting: "--listen", Address: o.Listen, Handler: p.api.Handler()}, url: o.PublicURL},
		{Endpoint: app.Endpoint{Setting: "--webhook-listen", Address: o.WebhookListen, Handler: p.webhook.Handler()}},
		{Endpoint: app.Endpoint{Setting: "--internal-listen", Address: o.InternalListen, Handler: p.serving.InternalHandler(), Internal: true}},
	}
}

// endpoint is served over TLS where its URL is https.
type endpoint struct {
	app.Endpoint
	url string // empty: plain HTTP
}

// listen listens on the endpoints, each with a certificate for the name in its URL.
func (o *Options) listen(
	ctx context.Context, endpoints []endpoint, certificates *ca.Authority, log *slog.Logger,
) (*app.Server, error) {
	served := make([]app.Endpoint, len(endpoints))
	for i, e := range endpoints {
		if e.url != "" {
			var err error
			if e.Certificate, err = certificateFor(certificates, e.url); err != nil {
				return nil, err
			}
		}
		served[i] = e.Endpoint
	}
	return app.Listen(ctx, served, log)
}

func openStore(ctx context.Context, o Options, log *slog.Logger) (*sqlstore.Store, error) {
	// Few people know where the default data directory is. An address may hold a password, so errors name its variable.
	address, named := os.Getenv("TIMETRACKER_DATABASE_URL"), "of TIMETRACKER_DATABASE_URL"
	if address == "" {
		named = databasePath(o.Data)
		address = "sqlite:" + named
	}
	store, err := sqlstore.Open(ctx, sqlstore.Config{URL: address, Create: true, Log: log})
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", named, err)
	}
	if err := store.Migrate(ctx); err != nil {
		return nil, fmt.Errorf("database %s: %w", named, errors.Join(err, store.Close()))
	}
	return store, nil
}

func (o *Options) greet(out io.Writer, contosoRemoved bool) {
	var people strings.Builder
	for _, directory := range sandbox.Directories() {
		signedUp := "has not signed up yet: try it"
		if directory.ID == sandbox.ContosoDirectoryID {
			signedUp = "is signed up"
			if contosoRemoved {
				signedUp = "was removed: sign it up anew"
			}
		}
		var names []string
		for _, person := range sandbox.People() {
			if person.DirectoryID != directory.ID {
				continue
			}
			name, _, _ := strings.Cut(person.Email, "@")
			if person.Guest() {
				name += " (guest)"
			} else if person.Admin {
				name += " (admin)"
			}
			names = append(names, name)
		}
		if len(names) > 0 {
			fmt.Fprintf(&people, "    %-9s %s\n              %s\n", directory.Name, signedUp, strings.Join(names, ", "))
		}
	}
	fmt.Fprintf(out, `
  TimeTracker runs on this machine. Nothing leaves it.

    Open      %s
              stands in for Azure DevOps: open a work item and start its timer
    Buy       %s
              stands in for the Azure Marketplace: buy a plan, land, change and cancel it
    API       %s/docs
    Sign-in   %s
              stands in for Microsoft Entra ID, also at %s for programs
    Data      %s

  Who can sign in, without a password:
%s
  Stop with Ctrl-C.

ready
`, o.DevOpsURL, o.MarketplaceURL, o.PublicURL, cmp.Or(o.signInURL, o.EntraURL), o.EntraURL, o.Data, people.String())
}
