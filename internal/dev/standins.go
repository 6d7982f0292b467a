package dev

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"time"

	"timetracker/extension"
	"timetracker/internal/app"
	"timetracker/internal/outbound"
	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/ca"
	"timetracker/internal/sandbox/devops"
	"timetracker/internal/sandbox/entra"
	"timetracker/internal/sandbox/graph"
	"timetracker/internal/sandbox/marketplace"
	"timetracker/internal/webhook"
)

// standIns are the sandbox's services.
type standIns struct {
	entra, graph, devOps http.Handler
	marketplace          *marketplace.Server
}

const (
	// activationDelay and operationDelay are how long the Marketplace stand-in takes. They are long enough for people
	// to notice.
	activationDelay = 3 * time.Second
	operationDelay  = 10 * time.Second
	// webhookRetry is shorter than Microsoft's, since people watch.
	webhookRetry = 10 * time.Second
)

func (o *Options) newStandIns(now func() time.Time) (standIns, error) {
	signIn, err := entra.New(entra.Config{
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
		ExtensionBaseURL: o.PublicURL + "/ext/", Entra: signIn, Static: page, Now: now,
	})
	if err != nil {
		return standIns{}, fmt.Errorf("sandbox: %w", err)
	}
	market, err := marketplace.New(marketplace.Config{
		BaseURL: o.MarketplaceURL, LandingURL: o.PublicURL + "/marketplace",
		WebhookURL: "http://" + o.WebhookListen + webhook.Path, Entra: signIn,
		StateFile: filepath.Join(o.sandboxDir(), "marketplace.json"), HTTPClient: new(http.Client), Now: now,
		ActivationDelay: activationDelay, OperationDelay: operationDelay, RetryEvery: webhookRetry,
	})
	if err != nil {
		return standIns{}, fmt.Errorf("sandbox: %w", err)
	}
	return standIns{entra: signIn, graph: graph.New(signIn), devOps: devOps, marketplace: market}, nil
}

// endpoints are those of the stand-ins.
func (s standIns) endpoints(o Options) []endpoint {
	endpoints := []endpoint{
		{Endpoint: app.Endpoint{Setting: "--devops-listen", Address: o.DevOpsListen, Handler: s.devOps}, url: o.DevOpsURL},
		{Endpoint: app.Endpoint{Setting: "--entra-listen", Address: o.EntraListen, Handler: s.entra}, url: o.EntraURL},
		{Endpoint: app.Endpoint{Setting: "--graph-listen", Address: o.GraphListen, Handler: s.graph}, url: o.GraphURL},
		{
			Endpoint: app.Endpoint{Setting: "--marketplace-listen", Address: o.MarketplaceListen, Handler: s.marketplace},
			url:      o.MarketplaceURL,
		},
	}
	if o.devOpsAPIURL != o.DevOpsURL {
		endpoints = append(endpoints, endpoint{
			Endpoint: app.Endpoint{Setting: "--devops-api-listen", Address: o.DevOpsAPIListen, Handler: s.devOps}, url: o.devOpsAPIURL,
		})
	}
	if o.signInURL != "" {
		endpoints = append(endpoints, endpoint{
			Endpoint: app.Endpoint{Setting: "--sign-in-listen", Address: o.SignInListen, Handler: s.entra}, url: o.signInURL,
		})
	}
	return endpoints
}

// clientForMicrosoft connects to the stand-ins by their names, also to names that only a test's browser can resolve.
func (o *Options) clientForMicrosoft(certificates *ca.Authority) *http.Client {
	client := outbound.NewClient(certificates.Pool())
	transport := client.Transport.(*http.Transport)
	transport.Proxy = nil
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		listen := o.EntraListen
		switch address {
		case dialAddress(o.GraphURL):
			listen = o.GraphListen
		case dialAddress(o.MarketplaceURL):
			listen = o.MarketplaceListen
		case dialAddress(o.devOpsAPIURL):
			listen = o.DevOpsAPIListen
			if o.devOpsAPIURL == o.DevOpsURL {
				listen = o.DevOpsListen
			}
		}
		return new(net.Dialer).DialContext(ctx, network, listen)
	}
	return client
}

// dialAddress is the address that a client connects to for an https URL.
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
