package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/pprof"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/httpapi"
	"timetracker/internal/httpserver"
	"timetracker/internal/importer"
	"timetracker/internal/jobs"
	"timetracker/internal/marketplace"
	"timetracker/internal/pdf"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
	"timetracker/internal/span"
	"timetracker/internal/sqlstore"
	"timetracker/internal/telemetry"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// ProcessConfig is what every process of the product needs. All fields are required but those that may be nil.
type ProcessConfig struct {
	// Holder names this process in the leases of jobs. No two processes on one database may have the same, since both
	// would then hold a lease at the same time.
	Holder  string
	Store   *sqlstore.Store // at this program's version
	Now     func() time.Time
	Log     *slog.Logger
	Metrics *telemetry.Metrics
	// Tracer begins traces; the zero Tracer records nothing.
	Tracer span.Tracer
	// Profiling serves profiles on the internal address.
	Profiling bool
	// Microsoft is the Azure Marketplace.
	Microsoft Microsoft
	// Remote is where work items are. nil: they are neither read nor written.
	Remote workitem.Remote
	// DatabaseClock is the database's clock. nil: what the database says.
	DatabaseClock func(ctx context.Context) (time.Time, error)
	// Offers are the ids of our offers there. nil: those of the catalogue.
	Offers []string
	// Seller stands on statements.
	Seller billing.Seller
	// FontDirectories have the fonts of documents beside the program's. nil: there are none.
	FontDirectories []string
}

// Microsoft is the Azure Marketplace's APIs.
type Microsoft interface {
	marketplace.Fulfillment
	billing.Metering
	// Now is what Microsoft's clock shows.
	Now(ctx context.Context) (time.Time, error)
}

// Process has the parts that every process of the product needs, whatever it serves: see NewAPI and NewWebhook.
type Process struct {
	holder string
	store  *sqlstore.Store
	now    func() time.Time
	// databaseClock is the only clock that all processes share.
	databaseClock func(ctx context.Context) (time.Time, error)
	log           *slog.Logger
	metrics       *telemetry.Metrics
	tracer        span.Tracer
	profiling     bool
	tenants       *tenant.Service
	work          *workitem.Service
	timers        *timer.Service
	writeBacks    *workitem.WriteBacks
	imports       *importer.Service
	proof         *proof.Service
	erasures      *privacy.Erasures
	removals      *privacy.Removals
	visits        *httpapi.Visits // nil: no tracker is asked
	trackers      *trackerWatch
	clock         *clockWatch
	market        *market
	offers        []string // empty: those of the catalogue
	seller        billing.Seller

	fonts     *pdf.Fonts // of statements and reports
	fontAlert hourly

	checks   []func() error // what must hold besides the database for the process to be ready
	stopping atomic.Bool
}

// NewMetrics makes the metrics of a program on a store.
func NewMetrics(store *sqlstore.Store) *telemetry.Metrics {
	metrics := telemetry.NewMetrics()
	metrics.Fact("timetracker_tzdata_info", "The release of the time zone database, as a label.",
		map[string]string{"version": calendar.ZonesVersion()})
	if v, err := ProgramVersion(); err == nil {
		metrics.Fact("timetracker_build_info", "Which program runs, as labels.",
			map[string]string{"version": v.Version, "revision": v.Commit, "go_version": v.Go})
	}
	metrics.Gauge("timetracker_wal_bytes", "Size of the file that SQLite keeps beside the database; 0 on SQL Server.", store.WALBytes)
	metrics.Pool(func() telemetry.Pool { return telemetry.Pool(store.Pool()) })
	store.ObserveTransactions(metrics.TransactionWaited, metrics.TransactionsCommitted, metrics.TransactionRepeated)
	return metrics
}

// NewProcess wires the services over an open store. It refuses an incomplete configuration.
func NewProcess(c ProcessConfig) (*Process, error) {
	if c.Holder == "" {
		return nil, errors.New("a process needs a name for its leases")
	}
	if c.Store == nil || c.Now == nil || c.Log == nil || c.Metrics == nil || c.Microsoft == nil {
		return nil, errors.New("a required field of ProcessConfig is missing")
	}
	if err := calendar.CheckZones(); err != nil {
		return nil, err
	}
	p := &Process{holder: c.Holder, store: c.Store, now: c.Now, log: c.Log, metrics: c.Metrics, tracer: c.Tracer, profiling: c.Profiling, offers: c.Offers, seller: c.Seller,
		fonts: pdf.NewFonts(c.FontDirectories...)}
	if p.databaseClock = c.DatabaseClock; p.databaseClock == nil {
		p.databaseClock = p.store.Now
	}
	p.tenants = tenant.NewService(p.store, p.now, calendar.CheckZone)
	p.work = workitem.NewService(p.store, c.Remote, p.now)
	p.timers = timer.NewService(p.store, p.work, p.now)
	p.imports = importer.NewService(p.store, p.tenants, p.work, p.timers, p.now)
	p.proof = proof.NewService(p.store, p.now)
	p.erasures = privacy.NewErasures(p.store, p.proof, p.timers, p.now).TimedBy(p.databaseClock)
	p.removals = privacy.NewRemovals(p.store, p.proof, p.now)
	p.writeBacks = workitem.NewWriteBacks(p.store, c.Remote, p.work.KeepRead, p.now)
	if c.Remote != nil {
		p.visits = httpapi.NewVisits(p.visit, p.now, p.log)
		p.trackers = newTrackerWatch(p.now, p.log)
	}
	p.clock = &clockWatch{now: p.now, alert: p.alert}
	p.market = p.newMarket(c)
	return p, nil
}

// Tenants is the service of tenants and their people.
func (p *Process) Tenants() *tenant.Service { return p.tenants }

// Work applies the rules of work's identity.
func (p *Process) Work() *workitem.Service { return p.work }

// Timers is the service of recorded time.
func (p *Process) Timers() *timer.Service { return p.timers }

// Subscriptions is the service of what was bought in the Marketplace.
func (p *Process) Subscriptions() *marketplace.Service { return p.market.subscriptions }

// runJobs runs the jobs under the process's leases until ctx ends.
func (p *Process) runJobs(ctx context.Context, all []jobs.Job) {
	for _, job := range all {
		p.metrics.JobStarts(job.Name, job.Every, p.now())
	}
	runner := &jobs.Runner{Leases: p.store, Holder: p.holder, Now: p.now, Log: p.log, Tracer: p.tracer, Observe: func(job string, err error) {
		p.metrics.Job(job, err, p.now())
	}}
	runner.Run(ctx, all...)
}

// batch is how many rows a job handles in one transaction, so that requests need not wait long.
const batch = 200

// readinessTime is how long the database may take to answer a probe of readiness.
const readinessTime = 2 * time.Second

var errStopping = errors.New("the program is stopping")

// ready says why the process may not get requests.
func (p *Process) ready(ctx context.Context) error {
	if p.stopping.Load() {
		return errStopping
	}
	for _, check := range p.checks {
		if err := check(); err != nil {
			return err
		}
	}
	return p.store.CheckVersion(ctx)
}

// withdraw makes the process not ready, and returns after a delay in which whoever sends requests can notice.
func (p *Process) withdraw(delay time.Duration) {
	p.stopping.Store(true)
	p.log.Info("stopping", "serve_on_seconds", delay.Seconds())
	time.Sleep(delay)
}

// probePause is how long an answer to a public probe of readiness is repeated, so that strangers can't make the database work.
const probePause = time.Second

// withReadiness answers /readyz beside what a process serves, for platforms that ask nowhere else. It says no reason, since
// anybody may ask. https says whether browsers reach it so.
func (p *Process) withReadiness(served http.Handler, https bool) http.Handler {
	probe := &probe{process: p}
	readiness := httpserver.SecureHeaders(https)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if probe.ready(r.Context()) != nil {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ok\n"))
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/readyz" && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			readiness.ServeHTTP(w, r)
			return
		}
		served.ServeHTTP(w, r)
	})
}

// probe repeats the last answer for a while. Whoever asks meanwhile waits for the same check, and no longer than that.
type probe struct {
	process *Process
	checks  singleflight.Group

	mu       sync.Mutex
	answered time.Time
	last     error
}

func (o *probe) ready(ctx context.Context) error {
	checked := o.checks.DoChan("", func() (any, error) {
		if fresh, err := o.kept(); fresh {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readinessTime)
		defer cancel()
		err := o.process.ready(ctx)
		o.mu.Lock()
		defer o.mu.Unlock()
		o.answered, o.last = o.process.now(), err
		return nil, err
	})
	select {
	case result := <-checked:
		return result.Err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (o *probe) kept() (fresh bool, last error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.process.now().Sub(o.answered).Abs() < probePause && !o.process.stopping.Load(), o.last
}

// InternalHandler serves the platform, on an address of its own. /healthz says that the process is alive, and ignores
// the database, since a restart does not repair it. /readyz says whether the process may get requests, and why not.
// /metrics has the metrics, and /debug/pprof/ profiles, where they are asked for.
func (p *Process) InternalHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readinessTime)
		defer cancel()
		if err := p.ready(ctx); err != nil {
			p.log.WarnContext(ctx, "not ready", "error", err)
			http.Error(w, "not ready: "+err.Error(), http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ok\n"))
	})
	mux.Handle("GET /metrics", p.metrics.Handler())
	if p.profiling {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	return httpserver.SecureHeaders(false)(mux)
}
