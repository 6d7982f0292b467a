package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"syscall"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"timetracker/extension"
	"timetracker/internal/calendar"
	"timetracker/internal/entra"
	"timetracker/internal/httpapi"
	"timetracker/internal/idempotency"
	"timetracker/internal/jobs"
	"timetracker/internal/report"
	"timetracker/internal/sqlstore"
	"timetracker/internal/telemetry"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

// scope is the delegated permission of our app registration that a token must carry.
const scope = "Time.ReadWrite"

// shutdownTime is how long requests in flight may go on after the program was told to stop.
const shutdownTime = 20 * time.Second

// identitySettings say who signs people in and for whom.
type identitySettings struct {
	authority   string // https origin
	apiClientID string
	spaClientID string
	httpClient  *http.Client // reaches the authority and Microsoft Graph
	graph       string       // https origin
	secret      string       // of the API; without it and a certificate there is no search of the directory
	certificate []byte       // PEM, instead of a secret
}

// product is the API with everything behind it.
type product struct {
	store   *sqlstore.Store
	handler http.Handler
	entra   *entra.Verifier
	timers  *timer.Service
	market  *market
	metrics *telemetry.Metrics
	log     *slog.Logger
	now     func() time.Time
	holder  string // of the jobs' leases: names this replica
}

// newProduct wires the API over an open store. frameAncestors are the origins that may embed the extension.
func newProduct(store *sqlstore.Store, id identitySettings, sold marketplaceSettings, frameAncestors []string,
	now func() time.Time, log *slog.Logger,
) (*product, error) {
	p := &product{store: store, metrics: telemetry.NewMetrics(), log: log, now: now, holder: uuid.NewString()}
	verifier, err := entra.New(entra.Config{
		Authority: id.authority, ClientID: id.apiClientID, AllowedClients: []string{id.spaClientID}, Scope: scope,
		HTTPClient: id.httpClient, Now: p.now, Log: log,
	})
	if err != nil {
		return nil, fmt.Errorf("token validation: %w", err)
	}
	p.entra = verifier
	p.timers = timer.NewService(store, p.now)
	tenants := tenant.NewService(store, p.now, calendar.CheckZone)
	if p.market, err = p.newMarket(sold, tenants); err != nil {
		return nil, err
	}
	directory, err := id.directory(p.now)
	if err != nil {
		return nil, fmt.Errorf("directory search: %w", err)
	}
	frames, err := fs.Sub(extension.Dist, "dist/ext")
	if err != nil {
		return nil, fmt.Errorf("extension: %w", err)
	}
	authority, err := url.Parse(id.authority)
	if err != nil {
		return nil, fmt.Errorf("authority: %w", err)
	}
	p.handler, err = httpapi.New(httpapi.Config{
		Tenants:     tenants,
		Timers:      p.timers,
		Reports:     report.NewService(store),
		Marketplace: p.market.subscriptions,
		Billing:     p.market.bills,
		Verifier:    verifier,
		Directory:   directory,
		Keys:        store,
		Now:         p.now,
		Log:         log,
		Observe:     p.metrics.Request,
		Static: httpapi.NewFrames(frames, httpapi.FramesConfig{
			Authority: authority, SPAClientID: id.spaClientID, Scope: "api://" + id.apiClientID + "/" + scope,
			Ancestors: frameAncestors,
		}),
	})
	if err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	return p, nil
}

// directory is the search for people to invite, or nil where the API has no credential of its own.
func (id identitySettings) directory(now func() time.Time) (httpapi.Directory, error) {
	if id.secret == "" && len(id.certificate) == 0 {
		return nil, nil
	}
	onBehalfOf, err := entra.NewOnBehalfOf(entra.OnBehalfOfConfig{
		Authority: id.authority, ClientID: id.apiClientID, Secret: id.secret, Certificate: id.certificate,
		HTTPClient: id.httpClient, Now: now,
	})
	if err != nil {
		return nil, err
	}
	graph, err := entra.NewGraph(id.graph, onBehalfOf, id.httpClient)
	if err != nil {
		return nil, err
	}
	return graph, nil
}

// background runs what goes on beside the API's requests, until ctx ends.
func (p *product) background(ctx context.Context) {
	var group sync.WaitGroup
	group.Go(func() { p.entra.Run(ctx) })
	group.Go(func() {
		p.runner(p.holder).Run(ctx, append(p.market.jobs(),
			jobs.Job{Name: "auto_stop", Every: 30 * time.Second, Run: func(ctx context.Context) error {
				return all(ctx, p.timers.AutoStop)
			}},
			jobs.Job{Name: "forget_idempotency_keys", Every: 10 * time.Minute, Run: func(ctx context.Context) error {
				return all(ctx, func(ctx context.Context, limit int) (int, error) {
					return p.store.ForgetKeysBefore(ctx, p.now().Add(-idempotency.Lifetime), limit)
				})
			}},
		)...)
	})
	group.Wait()
}

// webhookBackground runs what goes on beside the webhook's requests, until ctx ends.
func (p *product) webhookBackground(ctx context.Context) {
	var group sync.WaitGroup
	group.Go(func() { p.market.callers.Run(ctx) })
	group.Go(func() { p.market.acknowledge(ctx) })
	group.Go(func() { p.runner(p.holder+" webhook").Run(ctx, p.market.webhookJobs()...) })
	group.Wait()
}

func (p *product) runner(holder string) *jobs.Runner {
	return &jobs.Runner{Leases: p.store, Holder: holder, Now: p.now, Log: p.log, Observe: p.metrics.Job}
}

// batch is how many rows a job takes at once, so that requests get their turn between.
const batch = 200

// internalHandler serves health and metrics to the platform, on an address of its own.
func (p *product) internalHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := p.store.CheckVersion(ctx); err != nil {
			p.log.Warn("not ready", "error", err)
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ok\n"))
	})
	mux.Handle("GET /metrics", p.metrics.Handler())
	return mux
}

// endpoint is one address that the program listens on.
type endpoint struct {
	flag        string // names the setting in messages
	address     string
	handler     http.Handler
	certificate *tls.Certificate // nil: plain HTTP
}

// listen opens every endpoint before any is served, so that a port that is taken is said at once and nothing is half up.
func listen(ctx context.Context, endpoints []endpoint) ([]net.Listener, error) {
	listeners := make([]net.Listener, 0, len(endpoints))
	for _, e := range endpoints {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", e.address)
		if err != nil {
			for _, open := range listeners {
				_ = open.Close()
			}
			if errors.Is(err, syscall.EADDRINUSE) {
				return nil, fmt.Errorf("%s is in use by another program; stop it, or choose another address with %s",
					e.address, e.flag)
			}
			return nil, fmt.Errorf("%s %s: %w", e.flag, e.address, err)
		}
		listeners = append(listeners, listener)
	}
	return listeners, nil
}

// serve answers on every endpoint until ctx ends, then lets requests in flight finish.
func serve(ctx context.Context, endpoints []endpoint, listeners []net.Listener, log *slog.Logger) error {
	group, ctx := errgroup.WithContext(ctx)
	for i, e := range endpoints {
		server := httpapi.NewServer(e.address, e.handler, log)
		listener := listeners[i]
		if e.certificate != nil {
			listener = tls.NewListener(listener, &tls.Config{
				Certificates: []tls.Certificate{*e.certificate}, MinVersion: tls.VersionTLS12,
				NextProtos: []string{"http/1.1"},
			})
		}
		group.Go(func() error {
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serve %s: %w", e.address, err)
			}
			return nil
		})
		group.Go(func() error {
			<-ctx.Done()
			ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
			defer cancel()
			if err := server.Shutdown(ending); err != nil {
				return fmt.Errorf("stop %s: %w", e.address, err)
			}
			return nil
		})
	}
	return group.Wait()
}
