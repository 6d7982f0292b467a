package domaintest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"timetracker/internal/alert"
	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/importer"
	"timetracker/internal/marketplace"
	"timetracker/internal/pdf"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
	"timetracker/internal/report"
	"timetracker/internal/sqlstore"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
	"timetracker/internal/workitem"
)

// Clock is a clock that moves only when it is told to. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is what the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set sets the clock, forwards or back.
func (c *Clock) Set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

// Add moves the clock by d, which may be negative.
func (c *Clock) Add(d time.Duration) { c.Set(c.Now().Add(d)) }

// World is the domain's services on a database file of its own.
type World struct {
	Clock       *Clock
	Store       *sqlstore.Store
	Tenants     *tenant.Service
	Work        *workitem.Service
	Boards      *Boards // that Work asks
	Timers      *timer.Service
	Timesheets  *timesheet.Service
	Imports     *importer.Service
	Reports     *report.Service
	Shelf       *report.Shelf
	Requests    *privacy.Requests
	Microsoft   *Microsoft
	Marketplace *marketplace.Service
	Billing     *billing.Service
	Usages      *billing.Usages
	Privacy     *privacy.Service
	Proof       *proof.Service
	Erasures    *privacy.Erasures
	Removals    *privacy.Removals
	Alerts      *Alerts
	path        string
}

// Alerts keeps what operators were told. It is safe for concurrent use.
type Alerts struct {
	mu   sync.Mutex
	told []alert.Alert
}

// Add keeps an alert.
func (a *Alerts) Add(_ context.Context, raised alert.Alert) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.told = append(a.told, raised)
}

// Take gives what operators were told since the last time.
func (a *Alerts) Take() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var told []string
	for _, raised := range a.told {
		told = append(told, raised.What())
	}
	a.told = nil
	return told
}

// New makes a world in which it is 2026-11-20T09:00:00.000Z, a Friday.
func New(t *testing.T) *World {
	t.Helper()
	return open(t, Database(t), &Clock{now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)})
}

// Path is the database's file.
func (w *World) Path() string { return w.path }

// Beside is what another process on the same machine is: services and connections of its own to the same file. Both have
// one clock.
func (w *World) Beside(t *testing.T) *World {
	t.Helper()
	return open(t, w.path, w.Clock)
}

func open(t *testing.T, path string, clock *Clock) *World {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{Create: true, URL: "sqlite:" + path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	boards := &Boards{}
	work := workitem.NewService(store, boards, clock.Now)
	timesheets := timesheet.NewService(store, work, clock.Now)
	w := &World{
		Clock:      clock,
		Store:      store,
		Tenants:    tenant.NewService(store, clock.Now, calendar.CheckZone),
		Work:       work,
		Boards:     boards,
		Timers:     timer.NewService(store, work, clock.Now),
		Timesheets: timesheets,
		Reports:    report.NewService(store, work, timesheets),
		Shelf:      report.NewShelf(store, clock.Now),
		Microsoft:  NewMicrosoft(clock),
		Billing:    billing.NewService(store, clock.Now, Seller),
		Privacy:    privacy.NewService(store, clock.Now),
		Alerts:     &Alerts{},
		path:       path,
	}
	w.Imports = importer.NewService(store, w.Tenants, work, w.Timers, clock.Now)
	w.Proof = proof.NewService(store, clock.Now)
	w.Erasures = privacy.NewErasures(store, w.Proof, w.Timers, clock.Now)
	w.Removals = privacy.NewRemovals(store, w.Proof, clock.Now)
	w.Requests = privacy.NewRequests(store, w.Erasures, pdf.NewFonts(), clock.Now)
	w.Usages = billing.NewUsages(store, w.Microsoft, clock.Now, w.Alerts.Add)
	w.Marketplace = w.MarketplaceOn(store)
	return w
}

// MarketplaceOn is another replica's service on a store, which may be a failing one.
func (w *World) MarketplaceOn(store marketplace.Store) *marketplace.Service {
	return marketplace.NewService(marketplace.Config{
		Store: store, Fulfillment: w.Microsoft, Tenants: w.Tenants, Now: w.Clock.Now, Flush: w.Usages.Flush,
		Alert: w.Alerts.Add,
	})
}

// Buy makes the member's tenant pay: its subscription is bought, taken and in force. quantity is 0 for plans without
// one.
func (w *World) Buy(t *testing.T, m tenant.Member, offer, plan string, quantity int) ids.Subscription {
	t.Helper()
	id := w.Microsoft.Buy(Buyer(m), offer, plan, quantity)
	if _, err := w.Marketplace.Take(t.Context(), AsPerson(m), marketplace.TakeRequest{Token: Token(id)}); err != nil {
		t.Fatal(err)
	}
	w.Microsoft.Finish(id)
	w.Follow(t)
	return id
}

// Follow asks Microsoft for all subscriptions whose next look is due.
func (w *World) Follow(t *testing.T) {
	t.Helper()
	w.Clock.Add(15 * time.Second)
	if _, err := w.Marketplace.Follow(t.Context(), 100); err != nil {
		t.Fatal(err)
	}
}

// Buyer is the member as Microsoft knows them.
func Buyer(m tenant.Member) marketplace.Party {
	return marketplace.Party{DirectoryID: m.Tenant.DirectoryID, ObjectID: m.User.ObjectID, Email: m.User.Email}
}

// AsPerson is the member as their directory vouches for them.
func AsPerson(m tenant.Member) tenant.Person {
	return tenant.Person{
		DirectoryID: m.Tenant.DirectoryID, ObjectID: m.User.ObjectID, Email: m.User.Email, Name: m.User.Name,
	}
}

// Database is a new SQLite file that contains only the schema.
func Database(t *testing.T) (path string) {
	t.Helper()
	empty, err := migrated()
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "timetracker.db")
	if err := os.WriteFile(path, empty, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Seller sells the product in tests.
var Seller = billing.Seller{Name: "Northwind Software AS", Address: "1 Main Street\n0150 Oslo", TaxID: "NO 999 999 999 MVA"}

// migrated is a database file that contains only the schema. It is made once, since every test needs one.
var migrated = sync.OnceValues(func() (file []byte, err error) {
	directory, err := os.MkdirTemp("", "domaintest")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(directory)) }()
	path := filepath.Join(directory, "timetracker.db")
	store, err := sqlstore.Open(context.Background(), sqlstore.Config{Create: true, URL: "sqlite:" + path})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(store.Migrate(context.Background()), store.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path) //nolint:gosec // it was made above
})

// Person is a person of a directory who is no user yet.
func Person(directory ids.Directory, name string) tenant.Person {
	return tenant.Person{DirectoryID: directory, ObjectID: ids.New[ids.Object](), Email: name + "@contoso.example", Name: name}
}

// SignUp makes a tenant of a directory of its own; Ada is its super_admin.
func (w *World) SignUp(t *testing.T) tenant.Member {
	t.Helper()
	m, err := w.Tenants.SignUp(t.Context(), Person(ids.New[ids.Directory](), "Ada"), tenant.SignUpRequest{
		Name: "Contoso", Slug: "contoso-" + uuid.NewString(), AzureDevOpsOrganization: "contoso",
		AdminEmail: "ada@contoso.example", TimeZone: "Europe/Berlin",
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Join makes a further person of the member's directory a user.
func (w *World) Join(t *testing.T, colleague tenant.Member, name string) tenant.Member {
	t.Helper()
	m, err := w.Tenants.SignIn(t.Context(), Person(colleague.Tenant.DirectoryID, name))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Again is the member as the database has it now.
func (w *World) Again(t *testing.T, m tenant.Member) tenant.Member {
	t.Helper()
	m, err := w.Tenants.SignIn(t.Context(), tenant.Person{DirectoryID: m.Tenant.DirectoryID, ObjectID: m.User.ObjectID})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Save stores entries without the rules, so that a test can begin with any state that the schema allows. An entry's
// work item is found by its names.
func (w *World) Save(t *testing.T, m tenant.Member, entries ...timer.Entry) {
	t.Helper()
	err := w.Store.Tx(t.Context(), m.Tenant.ID, func(ctx context.Context) error {
		for _, entry := range entries {
			owner := m
			owner.User.ID = entry.User.ID // whose client says what the item is
			work, err := w.Work.Resolve(ctx, owner, claimOf(entry.WorkItem))
			if err != nil {
				return err
			}
			if err := w.Work.Keep(ctx, owner, work); err != nil {
				return err
			}
			entry.WorkItem, entry.ProjectID = work.WorkItem(), work.Project.ID
			if err := w.Store.Save(ctx, m.Tenant.ID, timer.Changeset{Insert: []timer.Entry{entry}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Entry is a stopped entry of the member on the work item, which is identified by its names alone.
func Entry(m tenant.Member, item workitem.Claim, started, stopped time.Time) timer.Entry {
	return timer.Entry{
		ID: ids.New[ids.Entry](), User: timer.UserRef{ID: m.User.ID, Name: m.User.Name}, WorkItem: Named(item),
		Activity: m.Tenant.Settings.DefaultActivity, Billable: m.Tenant.Settings.DefaultBillable,
		StartedAt: started, StoppedAt: stopped, Source: timer.FromTimer, Revision: 1,
	}
}

// Item claims a work item of the project Payments.
func Item(number int) workitem.Claim { return ItemOf("Payments", number) }

// ItemOf claims a work item of a project of the tenant's organization.
func ItemOf(project string, number int) workitem.Claim {
	return workitem.Claim{
		Tracker: workitem.AzureDevOps, Site: workitem.Named{Name: "contoso"}, Project: workitem.Named{Name: project},
		Number: fmt.Sprint(number), Title: fmt.Sprintf("Work item %d", number), Type: "Task",
	}
}

// Named is the work item of a claim, without ids, as it is shown when all of it is new.
func Named(c workitem.Claim) workitem.WorkItem {
	return workitem.WorkItem{
		Site: workitem.SiteRef{Tracker: c.Tracker, Name: c.Site.Name}, Project: workitem.ProjectRef{Name: c.Project.Name},
		Number: c.Number, Title: c.Title, Type: c.Type,
	}
}

// WithoutIDs is a work item with its names alone, for tests that don't know the ids.
func WithoutIDs(w workitem.WorkItem) workitem.WorkItem { return Named(claimOf(w)) }

func claimOf(w workitem.WorkItem) workitem.Claim {
	return workitem.Claim{
		Tracker: w.Site.Tracker, Site: workitem.Named{Name: w.Site.Name}, Project: workitem.Named{Name: w.Project.Name},
		Number: w.Number, Title: w.Title, Type: w.Type,
	}
}

// Count counts rows that no service can count, through a connection of its own.
func (w *World) Count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	db := w.connect(t)
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (w *World) connect(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+w.path+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// Exec changes rows that no service can change, through a connection of its own. It must change at least one.
func (w *World) Exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	db := w.connect(t)
	defer db.Close()
	result, err := db.ExecContext(t.Context(), statement, args...)
	if err != nil {
		t.Fatal(err)
	}
	if changed, err := result.RowsAffected(); err != nil || changed == 0 {
		t.Fatalf("%s changed %d rows (%v)", statement, changed, err)
	}
}

// Bytes are those of the database's file and of the WAL beside it.
func (w *World) Bytes(t *testing.T) []byte {
	t.Helper()
	content, err := os.ReadFile(w.path)
	if err != nil {
		t.Fatal(err)
	}
	wal, err := os.ReadFile(w.path + "-wal")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return append(content, wal...)
}

// Texts gives the values of a query's one column, through a connection of its own. Null is left out.
func (w *World) Texts(t *testing.T, query string, args ...any) (all []string) {
	t.Helper()
	db := w.connect(t)
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text sql.NullString
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		if text.Valid {
			all = append(all, text.String)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
