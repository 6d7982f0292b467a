package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"timetracker/api"
	"timetracker/internal/audit"
	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/httpapi/contract"
	"timetracker/internal/httpapi/docs"
	"timetracker/internal/httpserver"
	"timetracker/internal/idempotency"
	"timetracker/internal/importer"
	"timetracker/internal/marketplace"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
	"timetracker/internal/report"
	"timetracker/internal/report/render"
	"timetracker/internal/span"
	"timetracker/internal/spool"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
	"timetracker/internal/workitem"
)

// Verifier finds the person of an access token. It refuses with errs.Unauthenticated, whose code is token_expired for a
// token that is valid but for its time. It refuses with errs.Unavailable when it can't check the token now.
type Verifier interface {
	Verify(ctx context.Context, rawToken string) (tenant.Person, error)
}

// Config is what the API needs. Every field but Directory and Limits is required.
type Config struct {
	Tenants      *tenant.Service
	WorkItems    *workitem.Service
	WriteBacks   *workitem.WriteBacks
	Corrections  *workitem.Corrections
	Timers       *timer.Service
	Timesheets   *timesheet.Service
	Imports      *importer.Service
	Reports      *report.Service
	SavedReports *report.Shelf
	Requests     *privacy.Requests
	Marketplace  *marketplace.Service
	Billing      *billing.Service
	Privacy      *privacy.Service
	Proof        *proof.Service
	Removals     *privacy.Removals
	Retentions   *privacy.Retentions
	Exports      *privacy.Exports
	Notices      privacy.Notices
	Accesses     *audit.Accesses
	Verifier     Verifier
	// Directory may be nil; then people to invite can't be searched.
	Directory Directory
	// Visits may be nil; then nothing is done after an answer.
	Visits  *Visits
	Keys    idempotency.Store
	Spooler *spool.Spooler // makes reports and files
	Printer *render.Printer
	Static  http.Handler // serves /ext/ and /marketplace, with headers of its own
	Now     func() time.Time
	Log     *slog.Logger
	Tracer  span.Tracer // the zero Tracer records nothing
	// Observe is called for each answered request. route is the pattern, never the path.
	Observe func(method, route string, status int, took time.Duration)
	// Refused is called for each request that was refused for its token, for how many there are, or for want of a seat.
	Refused func(kind, reason string)
	HTTPS   bool   // browsers reach it by https alone
	Limits  Limits // zero fields: those of DefaultLimits
}

// server is the API. The handlers of its resources together implement api.StrictServerInterface.
type server struct {
	accountHandlers
	tenantHandlers
	peopleHandlers
	timerHandlers
	entryHandlers
	workItemHandlers
	writeBackHandlers
	projectHandlers
	activityHandlers
	completedWorkHandlers
	timesheetHandlers
	importHandlers
	reportHandlers
	savedReportHandlers
	privacyHandlers
	logHandlers
	billingHandlers
	proofHandlers
	deletionHandlers
	retentionHandlers
	accessHandlers
	marketplaceHandlers

	tenants  *tenant.Service
	verifier Verifier
	keys     idempotency.Store
	accesses *audit.Accesses
	now      func() time.Time
	contract *contract.Contract
	limits   *limiter
	visits   *Visits
	refused  func(kind, reason string)
}

var _ api.StrictServerInterface = (*server)(nil)

// New makes the handler of all requests from outside: /api/v1, /openapi.yaml, /docs, /ext/ and /marketplace.
func New(c Config) (http.Handler, error) {
	if c.Tenants == nil || c.WorkItems == nil || c.WriteBacks == nil || c.Corrections == nil || c.Timers == nil || c.Timesheets == nil || c.Imports == nil || c.Reports == nil || c.SavedReports == nil || c.Marketplace == nil || c.Billing == nil || c.Privacy == nil || c.Requests == nil || c.Proof == nil || c.Removals == nil || c.Exports == nil || c.Retentions == nil || c.Accesses == nil || len(c.Notices) == 0 ||
		c.Verifier == nil || c.Keys == nil || c.Spooler == nil || c.Printer == nil || c.Static == nil || c.Now == nil || c.Log == nil || c.Observe == nil || c.Refused == nil {
		return nil, errors.New("httpapi: a required field of Config is missing")
	}
	published, err := contract.Published()
	if err != nil {
		return nil, err
	}
	page, errPage := docs.New(published.Document)
	spec, errSpec := docs.Spec()
	if err := errors.Join(errPage, errSpec); err != nil {
		return nil, err
	}
	compress, err := newCompression()
	if err != nil {
		return nil, err
	}
	s := &server{
		tenants: c.Tenants, verifier: c.Verifier, keys: c.Keys, accesses: c.Accesses, now: c.Now, contract: published,
		limits: newLimiter(c.Limits), visits: c.Visits, refused: c.Refused,
	}
	s.addHandlers(c)

	r := chi.NewRouter()
	requests := httpserver.RequestLog{Now: c.Now, Log: c.Log, Tracer: c.Tracer, Observe: c.Observe, Methods: loggedMethods}
	r.Use(requests.Wrap, httpserver.Recover(s.fail), httpserver.SecureHeaders(c.HTTPS), compress, middleware.GetHead)
	r.NotFound(s.notFound)
	r.MethodNotAllowed(s.methodNotAllowed)
	r.Get("/openapi.yaml", spec.ServeHTTP)
	r.Get("/docs", page.ServeHTTP)
	r.Get("/ext/*", c.Static.ServeHTTP)
	r.Get("/marketplace", c.Static.ServeHTTP)
	r.Group(func(r chi.Router) {
		// These run after routing, since validation needs the route's pattern.
		r.Use(s.limitBody, s.authenticate, s.limitRate, s.signIn, s.visit, s.validate, s.idempotent)
		handlers := api.NewStrictHandlerWithOptions(s, []api.StrictMiddlewareFunc{s.recordAccess}, api.StrictHTTPServerOptions{
			RequestErrorHandlerFunc:  s.failUnread,
			ResponseErrorHandlerFunc: s.fail,
		})
		api.HandlerWithOptions(handlers, api.ChiServerOptions{
			BaseURL: api.Prefix, BaseRouter: r, ErrorHandlerFunc: s.failUnread,
		})
	})
	return r, nil
}

// addHandlers makes the handlers of each resource with the services that they need.
func (s *server) addHandlers(c Config) {
	made := documents{spooler: c.Spooler}
	s.accountHandlers = accountHandlers{tenants: c.Tenants, timesheets: c.Timesheets, privacy: c.Privacy, requests: c.Requests, notices: c.Notices, documents: made, now: s.instant}
	s.tenantHandlers = tenantHandlers{tenants: c.Tenants, items: c.WorkItems, now: s.instant}
	s.peopleHandlers = peopleHandlers{tenants: c.Tenants, directory: c.Directory}
	s.timerHandlers = timerHandlers{timers: c.Timers, now: s.instant}
	s.entryHandlers = entryHandlers{timers: c.Timers, timesheets: c.Timesheets, writeBacks: c.WriteBacks, now: s.instant}
	s.workItemHandlers = workItemHandlers{items: c.WorkItems, timers: c.Timers, writeBacks: c.WriteBacks}
	s.writeBackHandlers = writeBackHandlers{writeBacks: c.WriteBacks}
	s.completedWorkHandlers = completedWorkHandlers{corrections: c.Corrections}
	s.importHandlers = importHandlers{imports: c.Imports}
	s.projectHandlers = projectHandlers{items: c.WorkItems}
	s.activityHandlers = activityHandlers{tenants: c.Tenants}
	s.timesheetHandlers = timesheetHandlers{timesheets: c.Timesheets, now: s.instant}
	s.savedReportHandlers = savedReportHandlers{c.SavedReports}
	s.privacyHandlers = privacyHandlers{requests: c.Requests, now: s.instant}
	s.reportHandlers = reportHandlers{reports: c.Reports, tenants: c.Tenants, documents: made, printer: c.Printer, now: c.Now}
	s.logHandlers = logHandlers{tenants: c.Tenants, timers: c.Timers, documents: made}
	s.billingHandlers = billingHandlers{billing: c.Billing, documents: made}
	s.retentionHandlers = retentionHandlers{retentions: c.Retentions}
	s.proofHandlers = proofHandlers{proof: c.Proof, documents: made}
	s.deletionHandlers = deletionHandlers{removals: c.Removals, exports: c.Exports, documents: made}
	s.accessHandlers = accessHandlers{c.Accesses}
	s.marketplaceHandlers = marketplaceHandlers{marketplace: c.Marketplace}
}

// failUnread answers a request that has passed validation but that the generated code can't bind.
func (s *server) failUnread(w http.ResponseWriter, r *http.Request, err error) {
	s.fail(w, r, errs.Wrap(err, errs.Malformed, "request_malformed", "The request can't be read."))
}

func (s *server) notFound(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, errs.New(errs.NotFound, "not_found", "There is nothing at this address."))
}

// methodNotAllowed answers with the methods that the address has (RFC 9110 section 15.5.6).
func (s *server) methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	path := r.URL.RawPath
	if path == "" {
		path = r.URL.Path
	}
	routes := chi.RouteContext(r.Context()).Routes
	allowed := w.Header()
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		if !routes.Match(chi.NewRouteContext(), method, path) {
			continue
		}
		allowed.Add("Allow", method)
		if method == http.MethodGet {
			allowed.Add("Allow", http.MethodHead)
		}
	}
	if len(allowed.Values("Allow")) == 0 {
		s.notFound(w, r)
		return
	}
	s.fail(w, r, errs.New(errs.MethodNotAllowed, "method_not_allowed", "This address does not know the method."))
}

// instant is the server's clock as the API shows it.
func (s *server) instant() time.Time { return calendar.Instant(s.now()) }
