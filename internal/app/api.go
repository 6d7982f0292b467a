package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"timetracker/extension"
	"timetracker/internal/alert"
	"timetracker/internal/audit"
	"timetracker/internal/entra"
	"timetracker/internal/httpapi"
	"timetracker/internal/idempotency"
	"timetracker/internal/jobs"
	"timetracker/internal/privacy"
	"timetracker/internal/report"
	"timetracker/internal/report/render"
	"timetracker/internal/span"
	"timetracker/internal/spool"
	"timetracker/internal/tenant"
	"timetracker/internal/timesheet"
	"timetracker/internal/web"
	"timetracker/internal/workitem"
)

// scope is the delegated permission of our app registration that a token must carry.
const scope = "Time.ReadWrite"

// APIConfig says where people sign in, and which pages may embed the extension.
type APIConfig struct {
	PublicURL string // origin under which browsers reach the API and the extension's files
	Authority string // https origin
	// BrowserAuthority is web.Config's; empty in production.
	BrowserAuthority string
	ClientID         string // of the API
	SPAClient        string // client id of the extension
	HTTPClient       *http.Client
	Directory        httpapi.Directory // nil: it can't be searched
	FrameAncestors   []string          // origins that may embed the extension
	Limits           httpapi.Limits    // zero fields: those of httpapi.DefaultLimits
	SpoolDirectory   string            // empty: the system's for temporary files
	SpoolCapacity    int64             // bytes of all files in it
	// PlansURL is where people buy a plan. TermsURL and PrivacyURL are web.Config's.
	PlansURL, TermsURL, PrivacyURL string
}

// API is the API with the extension's files and its background jobs.
type API struct {
	process *Process
	entra   *entra.Verifier
	handler http.Handler
}

// NewAPI makes the API of a process.
func NewAPI(p *Process, c APIConfig) (*API, error) {
	verifier, err := c.verifier(p)
	if err != nil {
		return nil, fmt.Errorf("token validation: %w", err)
	}
	pages, err := c.pages(p)
	if err != nil {
		return nil, err
	}
	spooler, err := spool.New(c.SpoolDirectory, cmp.Or(c.SpoolCapacity, spool.DefaultCapacity))
	if err != nil {
		return nil, fmt.Errorf("TIMETRACKER_SPOOL_DIRECTORY: %w", err)
	}
	p.gauges(spooler)
	p.checks = append(p.checks, verifier.Ready)
	notices, err := privacy.ReadNotices()
	if err != nil {
		return nil, err
	}
	a := &API{process: p, entra: verifier}
	timesheets := timesheet.NewService(p.store, p.work, p.now)
	a.handler, err = httpapi.New(httpapi.Config{
		Tenants:      p.tenants,
		WorkItems:    p.work,
		Timers:       p.timers,
		Timesheets:   timesheets,
		WriteBacks:   p.writeBacks,
		Corrections:  workitem.NewCorrections(p.work, p.writeBacks),
		Imports:      p.imports,
		Reports:      report.NewService(p.store, p.work, timesheets),
		SavedReports: report.NewShelf(p.store, p.now),
		Requests:     p.requests(),
		Marketplace:  p.market.subscriptions,
		Billing:      p.market.bills,
		Privacy:      privacy.NewService(p.store, p.now),
		Proof:        p.proof,
		Removals:     p.removals,
		Retentions:   p.retentions(),
		Exports:      privacy.NewExports(p.store, p.proof, p.now),
		Notices:      notices,
		Verifier:     verifier,
		Directory:    c.Directory,
		Visits:       p.visits,
		Keys:         p.store,
		Accesses:     audit.NewAccesses(p.store, p.now),
		Spooler:      spooler,
		Printer:      render.NewPrinter(p.fonts, p.alertUnprinted),
		Now:          p.now,
		Log:          p.log, Tracer: p.tracer,
		Observe: p.metrics.Request, Refused: p.metrics.Refused,
		Static: pages,
		HTTPS:  reachedByHTTPS(c.PublicURL),
		Limits: c.Limits,
	})
	if err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	return a, nil
}

// verifier checks tokens.
func (c APIConfig) verifier(p *Process) (*entra.Verifier, error) {
	return entra.New(entra.Config{
		Authority: c.Authority, ClientID: c.ClientID, AllowedClients: []string{c.SPAClient}, Scope: scope,
		HTTPClient: c.HTTPClient, Now: p.now, Log: p.log,
	})
}

// gauges tells metrics how much waits.
func (p *Process) gauges(spooler *spool.Spooler) {
	p.metrics.Gauge("timetracker_spool_bytes", "Size of all reports and files that clients have not read yet.", spooler.Bytes)
	p.metrics.Gauge("timetracker_privacy_requests_overdue", "Requests of people about their data that wait after they were due.",
		p.overdueRequests)
	p.metrics.Gauge("timetracker_write_backs_open", "Entries of all tenants whose time waits to be written to Azure DevOps.", p.openWriteBacks)
	p.metrics.GaugeBy("timetracker_outbox_age_seconds", "For how long the oldest has waited that others must be told; 0: nothing waits.",
		"outbox", p.outboxAges)
}

// pages serves the extension's files.
func (c APIConfig) pages(p *Process) (http.Handler, error) {
	files, err := fs.Sub(extension.Dist, "dist/ext")
	if err != nil {
		return nil, fmt.Errorf("extension: %w", err)
	}
	authority, err := url.Parse(c.Authority)
	if err != nil {
		return nil, fmt.Errorf("authority: %w", err)
	}
	return web.New(files, web.Config{
		PublicURL: c.PublicURL, Authority: authority, BrowserAuthority: c.BrowserAuthority, SPAClientID: c.SPAClient,
		Scope: "api://" + c.ClientID + "/" + scope, Ancestors: c.FrameAncestors,
		Plans: httpapi.PlansOf(p.offers), Seller: httpapi.Seller(p.seller),
		PlansURL: c.PlansURL, TermsURL: c.TermsURL, PrivacyURL: c.PrivacyURL,
	})
}

// Handler answers all requests from outside.
func (a *API) Handler() http.Handler { return a.handler }

// Run does the API's background work until ctx ends.
func (a *API) Run(ctx context.Context) {
	var group sync.WaitGroup
	group.Go(func() { a.entra.Run(ctx) })
	if a.process.visits != nil {
		group.Go(func() { a.process.visits.Run(ctx) })
	}
	group.Go(func() { a.process.runJobs(ctx, append(a.process.market.jobs(), a.jobs()...)) })
	group.Wait()
}

// outboxAges says for how long the oldest of each kind has waited; nothing while the database doesn't answer.
func (p *Process) outboxAges() map[string]float64 {
	ctx, cancel := context.WithTimeout(context.Background(), readinessTime)
	defer cancel()
	usage, acknowledgement, writeBack, err := p.store.OldestWaiting(ctx)
	if err != nil {
		p.log.WarnContext(ctx, "it can't be read how long the oldest waits", "error", err)
		return nil
	}
	ages := map[string]float64{}
	for outbox, since := range map[string]time.Time{
		"usage": usage, "acknowledgements": acknowledgement, "write_backs": writeBack,
	} {
		ages[outbox] = 0
		if !since.IsZero() {
			ages[outbox] = max(0, p.now().Sub(since).Seconds())
		}
	}
	return ages
}

// openWriteBacks counts what waits; -1 while the database doesn't answer.
func (p *Process) openWriteBacks() int64 {
	ctx, cancel := context.WithTimeout(context.Background(), readinessTime)
	defer cancel()
	open, err := p.store.CountOpenWriteBacks(ctx)
	if err != nil {
		p.log.WarnContext(ctx, "what waits to be written can't be counted", "error", err)
		return -1
	}
	return open
}

// overdueRequests counts requests of people about their data; -1 while the database doesn't answer.
func (p *Process) overdueRequests() int64 {
	ctx, cancel := context.WithTimeout(context.Background(), readinessTime)
	defer cancel()
	overdue, err := p.requests().Overdue(ctx)
	if err != nil {
		p.log.WarnContext(ctx, "overdue requests of people can't be counted", "error", err)
		return -1
	}
	return int64(overdue)
}

// requests are what people ask about their data.
func (p *Process) requests() *privacy.Requests {
	return privacy.NewRequests(p.store, p.erasures, p.fonts, p.now)
}

// tellOverdue tells operators of requests that nobody has decided on in time.
func (p *Process) tellOverdue(ctx context.Context) error {
	overdue, err := p.requests().Overdue(ctx)
	if overdue > 0 {
		p.alert(ctx, alert.Alert{Kind: alert.PrivacyOverdue, Err: fmt.Errorf("%d wait", overdue)})
	}
	return err
}

// visit does for a member what needs their own rights in a tracker: it reads what they work on, and writes what waits. The
// tracker's problems are told to whoever asks for the items, and kept with what waits; operators learn that it can't be
// asked.
func (p *Process) visit(ctx context.Context, m tenant.Member, as workitem.Credential) (next time.Time, err error) {
	ctx, traced := p.tracer.Begin(ctx, span.Internal, "visit")
	defer func() { traced.End(err) }()
	unread, readErr := p.timers.Refresh(ctx, m, as)
	next, unwritten, err := p.writeBacks.Drain(ctx, m, as)
	p.trackers.note(ctx, m.Tenant.ID, unread, unwritten)
	return next, errors.Join(readErr, err)
}

func (a *API) jobs() []jobs.Job {
	return []jobs.Job{
		{Name: "auto_stop", Every: 30 * time.Second, Run: func(ctx context.Context) error {
			return all(ctx, a.process.timers.AutoStop)
		}},
		// The lease is short, since an import waits that long after its replica has died. What a call has not come to stays
		// for the next one.
		{Name: "import", Every: time.Second, Timeout: time.Minute, Run: a.process.imports.Work},
		{Name: "erase", Every: 30 * time.Second, Timeout: 5 * time.Minute, Run: a.process.erasures.Work},
		{Name: "remove_tenants", Every: 10 * time.Minute, Timeout: time.Hour, Retry: dailyRetry, Run: a.process.removeTenants},
		{Name: "seal", Every: time.Minute, Timeout: 5 * time.Minute, Run: a.process.proof.SealAll},
		{Name: "retention", Every: day, Timeout: time.Hour, Retry: dailyRetry, Run: a.process.endWhatIsDue},
		{Name: "remind_of_requests", Every: time.Hour, Run: func(ctx context.Context) error {
			return a.process.requests().RemindOperator(ctx, a.process.alert)
		}},
		{Name: "tell_overdue_requests", Every: day, Retry: dailyRetry, Run: a.process.tellOverdue},
		{Name: "forget_idempotency_keys", Every: 10 * time.Minute, Run: func(ctx context.Context) error {
			return all(ctx, func(ctx context.Context, limit int) (int, error) {
				return a.process.store.ForgetKeysBefore(ctx, a.process.now().Add(-idempotency.Lifetime), limit)
			})
		}},
	}
}

func reachedByHTTPS(publicURL string) bool { return strings.HasPrefix(publicURL, "https://") }
