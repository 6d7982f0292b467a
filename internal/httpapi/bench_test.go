package httpapi_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/httpapi"
	"timetracker/internal/idempotency"
	"timetracker/internal/ids"
	"timetracker/internal/importer"
	"timetracker/internal/marketplace"
	"timetracker/internal/plan"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
	"timetracker/internal/report"
	"timetracker/internal/report/render"
	"timetracker/internal/spool"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
	"timetracker/internal/workitem"
)

// The benchmarks measure only this package, since everything behind it answers at once.

type instantVerifier struct{}

func (instantVerifier) Verify(context.Context, string) (tenant.Person, error) {
	return tenant.Person{DirectoryID: ids.Directory{'d'}, ObjectID: ids.Object{'o'}}, nil
}

// instantStore answers from memory. Methods that no benchmark needs are those of the nil interfaces.
type (
	tenants      interface{ tenant.Store }
	work         interface{ workitem.Store }
	timers       interface{ timer.Store }
	receipts     interface{ idempotency.Store }
	instantStore struct {
		tenants
		work
		timers
		receipts
		now time.Time
	}
)

func (s instantStore) Tx(ctx context.Context, _ ids.Tenant, fn func(context.Context) error) error {
	return fn(ctx)
}

func (instantStore) Concealed(context.Context, ids.Tenant) ([]tenant.Concealed, error) {
	return nil, nil
}

func (s instantStore) User(ctx context.Context, id ids.Tenant, user ids.User) (tenant.User, error) {
	return s.tenants.User(ctx, id, user)
}

func (instantStore) ConcealedOf(context.Context, ids.Tenant, ids.User) (tenant.Concealed, error) {
	return tenant.Concealed{}, nil
}

func (instantStore) MemberRevision(context.Context, ids.Directory) (int64, error) { return 1, nil }

func (s instantStore) Member(context.Context, ids.Directory, ids.Object) (tenant.Member, bool, error) {
	return tenant.Member{
		Tenant: tenant.Tenant{
			ID: ids.MustParse[ids.Tenant]("0193a5b0-0000-7000-8000-000000000001"), Plan: plan.Internal, Status: tenant.Active,
			AzureDevOpsOrganization: "contoso", Settings: tenant.DefaultSettings("Europe/Berlin"),
		},
		User: tenant.User{ID: ids.MustParse[ids.User]("0193a5b0-0000-7000-8000-000000000002"), Role: tenant.RoleUser, Status: tenant.UserActive},
	}, true, nil
}

func (s instantStore) RunningEntry(context.Context, ids.Tenant, ids.User) (timer.Entry, bool, error) {
	return timer.Entry{
		ID:   ids.MustParse[ids.Entry]("0193a5b0-0000-7000-8000-000000000003"),
		User: timer.UserRef{ID: ids.MustParse[ids.User]("0193a5b0-0000-7000-8000-000000000002"), Name: "Ada Lovelace"},
		WorkItem: workitem.WorkItem{
			Site: workitem.SiteRef{Tracker: workitem.AzureDevOps, Name: "contoso"}, Project: workitem.ProjectRef{Name: "Payments"},
			Number: "101", Title: "Refund twice", Type: "Bug",
		},
		StartedAt: s.now, Source: timer.FromTimer, Revision: 1,
	}, true, nil
}

func (s instantStore) LockTimeline(context.Context, ids.Tenant, ids.User) (timer.Timeline, error) {
	return timer.Timeline{}, nil
}

func (s instantStore) Candidates(context.Context, ids.Tenant, workitem.Lookup) ([]workitem.Candidate, error) {
	site := workitem.Site{ID: ids.Site{1}, Tracker: workitem.AzureDevOps, Name: "contoso"}
	project := workitem.Project{ID: ids.Project{2}, SiteID: site.ID, Name: "Payments", Revision: 1}
	project.CountsAs = project.Ref()
	return []workitem.Candidate{{
		Site: site, SiteNamed: true, Project: project, ProjectNamed: true,
		Item: workitem.Item{ID: ids.WorkItem{3}, Number: "101", ProjectID: project.ID, Title: "Refund twice", Type: "Bug"},
	}}, nil
}

func (s instantStore) Remember(context.Context, ids.Tenant, workitem.Resolved) error { return nil }

// Activity is in two of the interfaces.
func (s instantStore) Activity(context.Context, ids.Tenant, ids.Activity) (tenant.Activity, error) {
	return tenant.Activity{}, tenant.ActivityNotFound()
}

// InsertAudit is in three of the interfaces.
func (s instantStore) InsertAudit(context.Context, ids.Tenant, audit.Event) error { return nil }

func (s instantStore) Save(context.Context, ids.Tenant, timer.Changeset) error { return nil }
func (s instantStore) KeepReceipt(context.Context, ids.Tenant, ids.User, string, idempotency.Receipt) error {
	return nil
}

// instantReports knows that nothing is adjusted; nobody reads a row of it.
type instantReports struct{ report.Store }

func (instantReports) HasAdjustments(context.Context, ids.Tenant, calendar.Day, calendar.Day) (bool, error) {
	return false, nil
}

func (instantReports) TargetOf(context.Context, tenant.Member, []ids.User, []ids.User, calendar.Day, calendar.Day) (target, due time.Duration, err error) {
	return 0, 0, nil
}

func instantAPI(b testing.TB, options ...option) http.Handler {
	b.Helper()
	store := instantStore{now: time.Now()}
	items := workitem.NewService(store, nil, time.Now)
	spooler, err := spool.New(b.TempDir(), spool.DefaultCapacity)
	if err != nil {
		b.Fatal(err)
	}
	config := httpapi.Config{
		Tenants: tenant.NewService(store, time.Now, calendar.CheckZone), WorkItems: items, WriteBacks: workitem.NewWriteBacks(nil, nil, nil, time.Now), Corrections: workitem.NewCorrections(items, nil),
		Timers:     timer.NewService(store, items, time.Now),
		Timesheets: timesheet.NewService(nil, nil, time.Now),
		Imports:    importer.NewService(nil, nil, items, nil, time.Now),
		Reports:    report.NewService(instantReports{}, items, instantReports{}), SavedReports: report.NewShelf(nil, time.Now), Verifier: instantVerifier{}, Keys: store, Spooler: spooler, Printer: render.NewPrinter(nil, nil), Static: http.NotFoundHandler(),
		Marketplace: marketplace.NewService(marketplace.Config{}), Billing: billing.NewService(nil, time.Now, billing.Seller{}), Proof: proof.NewService(nil, time.Now), Retentions: privacy.NewRetentions(nil, nil, time.Now), Removals: privacy.NewRemovals(nil, nil, time.Now), Exports: privacy.NewExports(nil, nil, time.Now), Accesses: audit.NewAccesses(nil, time.Now),
		Privacy: privacy.NewService(nil, time.Now), Requests: privacy.NewRequests(nil, nil, nil, time.Now), Notices: privacy.Notices{{Number: 1}},
		Now:     time.Now,
		Log:     slog.New(slog.NewJSONHandler(io.Discard, nil)), //nolint:sloglint // writing the line is a part of the cost
		Observe: func(string, string, int, time.Duration) {},
		Refused: func(string, string) {},
		Limits: httpapi.Limits{
			User: httpapi.Rate{PerSecond: 1e9, Burst: 1e9}, Tenant: httpapi.Rate{PerSecond: 1e9, Burst: 1e9},
		},
	}
	for _, o := range options {
		o(&config)
	}
	handler, err := httpapi.New(config)
	if err != nil {
		b.Fatal(err)
	}
	return handler
}

func BenchmarkCurrentTimer(b *testing.B) {
	handler := instantAPI(b)
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/api/v1/timers/current", nil)
		r.Header.Set("Authorization", "Bearer token")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code, w.Body)
		}
	}
}

func BenchmarkStartTimer(b *testing.B) {
	handler := instantAPI(b)
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/api/v1/timers", strings.NewReader(item("101")))
		r.Header.Set("Authorization", "Bearer token")
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", "0193a5b0-0000-7000-8000-000000000004")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != http.StatusCreated {
			b.Fatal(w.Code, w.Body)
		}
	}
}

// BenchmarkNothing measures the benchmarks' own requests and recorders.
func BenchmarkNothing(b *testing.B) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/api/v1/timers/current", nil)
		r.Header.Set("Authorization", "Bearer token")
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
}
