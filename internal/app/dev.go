package app

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"timetracker/extension"
	"timetracker/internal/marketplaceapi"
	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/ca"
	"timetracker/internal/sandbox/devops"
	sandboxentra "timetracker/internal/sandbox/entra"
	"timetracker/internal/sandbox/graph"
	sandboxmarketplace "timetracker/internal/sandbox/marketplace"
	"timetracker/internal/sqlstore"
	"timetracker/internal/telemetry"
	"timetracker/internal/webhook"
)

// DevOptions are the flags of `timetracker dev`. Empty URLs follow from the addresses.
type DevOptions struct {
	Data         string // directory; empty: DefaultDataDir
	Empty        bool   // no recorded history
	Listen       string
	PublicURL    string
	DevOpsListen string
	DevOpsURL    string
	EntraListen  string
	EntraURL     string
	GraphListen  string
	GraphURL     string
	// MarketplaceListen and MarketplaceURL are the Marketplace stand-in's, WebhookListen is where it sends its webhooks.
	MarketplaceListen string
	MarketplaceURL    string
	WebhookListen     string
	InternalListen    string
	// At is the instant at which the product and the sandbox think they start; zero: now. It is for trying what happens
	// at another time, such as at a month's end.
	At       time.Time
	LogLevel slog.Level
}

// DefaultDataDir is where `dev` keeps its data: a directory of its own under the user's data directory.
func DefaultDataDir() (string, error) {
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "timetracker"), nil
	}
	switch runtime.GOOS {
	case "windows", "darwin":
		dir, err := os.UserConfigDir()
		if err != nil {
			return "", fmt.Errorf("no data directory, use --data: %w", err)
		}
		return filepath.Join(dir, "timetracker"), nil
	default:
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("no data directory, use --data: %w", err)
		}
		return filepath.Join(home, ".local", "share", "timetracker"), nil
	}
}

// Dev runs the product and the sandbox on this machine until ctx ends. It tells people on out where to click.
func Dev(ctx context.Context, o DevOptions, out, logTo io.Writer) error {
	if err := o.complete(); err != nil {
		return err
	}
	log := telemetry.NewLogger(logTo, "text", o.LogLevel)
	certificates, err := ca.LoadOrCreate(o.sandboxDir(), time.Now)
	if err != nil {
		return fmt.Errorf("sandbox certificates: %w", err)
	}
	now := o.clock()
	standIns, err := o.newSandbox(now)
	if err != nil {
		return err
	}
	store, err := openDevStore(ctx, o, log)
	if err != nil {
		return err
	}
	defer store.Close()
	api, hook, err := o.newProcesses(store, o.clientForMicrosoft(certificates), now, log)
	if err != nil {
		return err
	}
	endpoints := []Endpoint{
		{Setting: "--listen", Address: o.Listen, Handler: api.Handler()},
		{Setting: "--devops-listen", Address: o.DevOpsListen, Handler: standIns.devOps},
		{Setting: "--entra-listen", Address: o.EntraListen, Handler: standIns.entra},
		{Setting: "--graph-listen", Address: o.GraphListen, Handler: standIns.graph},
		{Setting: "--marketplace-listen", Address: o.MarketplaceListen, Handler: standIns.marketplace},
		{Setting: "--webhook-listen", Address: o.WebhookListen, Handler: hook.Handler()},
		{Setting: "--internal-listen", Address: o.InternalListen, Handler: api.process.InternalHandler()},
	}
	for i, address := range []string{o.PublicURL, o.DevOpsURL, o.EntraURL, o.GraphURL, o.MarketplaceURL} {
		if endpoints[i].Certificate, err = certificateFor(certificates, address); err != nil {
			return err
		}
	}
	server, err := Listen(ctx, endpoints, log)
	if err != nil {
		return err
	}
	if err := seed(ctx, store, standIns.marketplace, o.Empty, now); err != nil {
		return fmt.Errorf("first data: %w", err)
	}
	if err := o.writeRunning(); err != nil {
		return err
	}
	o.greet(out)
	return server.Run(ctx, api.Run, hook.Run, standIns.marketplace.Run)
}

// newProcesses makes the two processes that the product consists of, as if each ran alone. They are the only ones on their
// data, so that the leases of an earlier start are their own, also when that was at another time.
func (o *DevOptions) newProcesses(
	store *sqlstore.Store, client *http.Client, now func() time.Time, log *slog.Logger,
) (*API, *WebhookServer, error) {
	microsoft, err := marketplaceapi.New(marketplaceapi.Config{
		BaseURL: o.MarketplaceURL + "/api", Authority: o.EntraURL, DirectoryID: sandbox.PublisherDirectoryID,
		ClientID: sandbox.MarketplaceClientID, Secret: sandbox.MarketplaceClientSecret, HTTPClient: client, Now: now,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("marketplace: %w", err)
	}
	c := ProcessConfig{Store: store, Now: now, Log: log, Metrics: telemetry.NewMetrics(), Microsoft: microsoft}
	c.Holder = "dev"
	serving, err := NewProcess(c)
	if err != nil {
		return nil, nil, err
	}
	api, err := NewAPI(serving, APIConfig{
		PublicURL: o.PublicURL, Authority: o.EntraURL, ClientID: sandbox.APIClientID, SPAClient: sandbox.SPAClientID, HTTPClient: client,
		Graph: o.GraphURL, Secret: sandbox.APIClientSecret, FrameAncestors: []string{o.DevOpsURL},
	})
	if err != nil {
		return nil, nil, err
	}
	c.Holder = "dev webhook"
	listening, err := NewProcess(c)
	if err != nil {
		return nil, nil, err
	}
	hook, err := NewWebhook(listening, WebhookConfig{
		Authority: o.EntraURL, DirectoryID: sandbox.PublisherDirectoryID, ClientID: sandbox.MarketplaceClientID,
		HTTPClient: client,
	})
	return api, hook, err
}

// clock is the time that the product and the sandbox go by.
func (o *DevOptions) clock() func() time.Time {
	if o.At.IsZero() {
		return time.Now
	}
	ahead := time.Until(o.At)
	return func() time.Time { return time.Now().Add(ahead) }
}

// complete fills what the flags leave open and refuses what the sandbox must not do.
func (o *DevOptions) complete() error {
	if o.Data == "" {
		dir, err := DefaultDataDir()
		if err != nil {
			return err
		}
		o.Data = dir
	}
	for _, address := range []string{
		o.Listen, o.DevOpsListen, o.EntraListen, o.GraphListen, o.MarketplaceListen, o.WebhookListen, o.InternalListen,
	} {
		if err := sandbox.RequireLoopback(address); err != nil {
			return fmt.Errorf("refused: %w", err)
		}
	}
	// The page and the frames are on two sites on purpose, as dev.azure.com and the extension are.
	o.PublicURL = orAddress(o.PublicURL, "http://127.0.0.1", o.Listen)
	o.DevOpsURL = orAddress(o.DevOpsURL, "http://localhost", o.DevOpsListen)
	o.EntraURL = orAddress(o.EntraURL, "https://localhost", o.EntraListen)
	o.GraphURL = orAddress(o.GraphURL, "https://localhost", o.GraphListen)
	o.MarketplaceURL = orAddress(o.MarketplaceURL, "http://localhost", o.MarketplaceListen)
	if err := os.MkdirAll(o.sandboxDir(), 0o700); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	return nil
}

func orAddress(address, origin, listen string) string {
	if address != "" {
		return strings.TrimSuffix(address, "/")
	}
	_, port, _ := net.SplitHostPort(listen) // RequireLoopback has checked it
	return origin + ":" + port
}

func (o *DevOptions) sandboxDir() string { return filepath.Join(o.Data, "sandbox") }

// standIns are the sandbox's services.
type standIns struct {
	entra, graph, devOps http.Handler
	marketplace          *sandboxmarketplace.Server
}

const (
	// activationDelay and operationDelay are how long the Marketplace stand-in takes: long enough to see that it does.
	activationDelay = 3 * time.Second
	operationDelay  = 10 * time.Second
	// webhookRetry is shorter than Microsoft's, for people who watch.
	webhookRetry = 10 * time.Second
)

func (o *DevOptions) newSandbox(now func() time.Time) (standIns, error) {
	entra, err := sandboxentra.New(sandboxentra.Config{
		BaseURL: o.EntraURL, Directories: sandbox.Directories(), People: sandbox.People(),
		Apps:   sandbox.Apps(o.PublicURL + "/ext/redirect.html"),
		KeyDir: filepath.Join(o.sandboxDir(), "keys"), Now: now,
	})
	if err != nil {
		return standIns{}, fmt.Errorf("sandbox: %w", err)
	}
	page, err := fs.Sub(extension.Dist, "dist/host")
	if err != nil {
		return standIns{}, fmt.Errorf("sandbox: %w", err)
	}
	if _, err := fs.Stat(page, "index.html"); err != nil {
		return standIns{}, errors.New("the front end is not built into this program; run `make build`")
	}
	devOps, err := devops.New(devops.Config{
		ExtensionBaseURL: o.PublicURL + "/ext/", Entra: entra, Static: page,
	})
	if err != nil {
		return standIns{}, fmt.Errorf("sandbox: %w", err)
	}
	market, err := sandboxmarketplace.New(sandboxmarketplace.Config{
		BaseURL: o.MarketplaceURL, LandingURL: o.PublicURL + "/marketplace",
		WebhookURL: "http://" + o.WebhookListen + webhook.Path, Entra: entra,
		StateFile: filepath.Join(o.sandboxDir(), "marketplace.json"), HTTPClient: new(http.Client), Now: now,
		ActivationDelay: activationDelay, OperationDelay: operationDelay, RetryEvery: webhookRetry,
	})
	if err != nil {
		return standIns{}, fmt.Errorf("sandbox: %w", err)
	}
	return standIns{entra: entra, graph: graph.New(entra), devOps: devOps, marketplace: market}, nil
}

// clientForMicrosoft reaches the stand-ins by their names, also where those are only known to a test's browser.
func (o *DevOptions) clientForMicrosoft(certificates *ca.Authority) *http.Client {
	client := clientTrusting(certificates.Pool())
	transport := client.Transport.(*http.Transport)
	transport.Proxy = nil
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		listen := o.EntraListen
		switch address {
		case dialAddress(o.GraphURL):
			listen = o.GraphListen
		case dialAddress(o.MarketplaceURL):
			listen = o.MarketplaceListen
		}
		return new(net.Dialer).DialContext(ctx, network, listen)
	}
	return client
}

// dialAddress is where a client would connect to for an https address.
func dialAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	if u.Port() == "" {
		return net.JoinHostPort(u.Hostname(), "443")
	}
	return u.Host
}

// certificateFor makes the certificate of an https address, and none for http.
func certificateFor(certificates *ca.Authority, address string) (*tls.Certificate, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%q is not an address such as https://localhost:8443", address)
	}
	if u.Scheme != "https" {
		return nil, nil
	}
	certificate, err := certificates.Leaf(u.Hostname())
	if err != nil {
		return nil, fmt.Errorf("sandbox certificates: %w", err)
	}
	return &certificate, nil
}

// running is what other commands need to know of the `dev` that runs on a data directory.
type running struct {
	PublicURL   string `json:"public_url"`
	DevOpsURL   string `json:"devops_url"`
	EntraURL    string `json:"entra_url"`
	EntraListen string `json:"entra_listen"`
}

func (o *DevOptions) writeRunning() error {
	content, err := json.MarshalIndent(running{
		PublicURL: o.PublicURL, DevOpsURL: o.DevOpsURL, EntraURL: o.EntraURL, EntraListen: o.EntraListen,
	}, "", "  ")
	if err != nil {
		return fmt.Errorf("note the addresses: %w", err)
	}
	if err := os.WriteFile(filepath.Join(o.sandboxDir(), "running.json"), content, 0o600); err != nil {
		return fmt.Errorf("note the addresses: %w", err)
	}
	return nil
}

func openDevStore(ctx context.Context, o DevOptions, log *slog.Logger) (*sqlstore.Store, error) {
	address := os.Getenv("TIMETRACKER_DATABASE_URL")
	if address == "" {
		address = "sqlite:" + devDatabasePath(o.Data)
	}
	store, err := sqlstore.Open(ctx, sqlstore.Config{URL: address, Log: log})
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	if err := store.Migrate(ctx); err != nil {
		return nil, fmt.Errorf("database: %w", errors.Join(err, store.Close()))
	}
	return store, nil
}

func (o *DevOptions) greet(out io.Writer) {
	var people strings.Builder
	for _, directory := range sandbox.Directories() {
		signedUp := "has not signed up yet: try it"
		if directory.ID == sandbox.ContosoDirectoryID {
			signedUp = "is signed up"
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
              stands in for Microsoft Entra ID; used when nested app authentication is off
    Data      %s

  Who can sign in, without a password:
%s
  Stop with Ctrl-C.

ready
`, o.DevOpsURL, o.MarketplaceURL, o.PublicURL, o.EntraURL, o.Data, people.String())
}
