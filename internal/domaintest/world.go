package domaintest

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"timetracker/internal/report"
	"timetracker/internal/sqlstore"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
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

// Set sets the clock, also back.
func (c *Clock) Set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

// Add moves the clock by d, also back.
func (c *Clock) Add(d time.Duration) { c.Set(c.Now().Add(d)) }

// World is the domain's services on one database file of their own.
type World struct {
	Clock   *Clock
	Store   *sqlstore.Store
	Tenants *tenant.Service
	Timers  *timer.Service
	Reports *report.Service
	path    string
}

// New makes a world in which it is 2026-11-20T09:00:00.000Z, a Friday.
func New(t *testing.T) *World {
	t.Helper()
	path := filepath.Join(t.TempDir(), "timetracker.db")
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{URL: "sqlite:" + path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	clock := &Clock{now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	return &World{
		Clock:   clock,
		Store:   store,
		Tenants: tenant.NewService(store, clock.Now, timer.CheckZone),
		Timers:  timer.NewService(store, clock.Now),
		Reports: report.NewService(store),
		path:    path,
	}
}

// Person is somebody of a directory whom nobody knows yet.
func Person(directoryID, name string) tenant.Person {
	return tenant.Person{DirectoryID: directoryID, ObjectID: uuid.NewString(), Email: name + "@contoso.example", Name: name}
}

// SignUp makes a tenant of a directory of its own; Ada is its super_admin.
func (w *World) SignUp(t *testing.T) tenant.Member {
	t.Helper()
	m, err := w.Tenants.SignUp(t.Context(), Person(uuid.NewString(), "Ada"), tenant.SignUpRequest{
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

// Save keeps entries without asking the rules, so that a test can begin with any state that the schema allows.
func (w *World) Save(t *testing.T, m tenant.Member, entries ...timer.Entry) {
	t.Helper()
	err := w.Store.Tx(t.Context(), m.Tenant.ID, func(ctx context.Context) error {
		for _, entry := range entries {
			changes := timer.Changeset{WorkItem: &entry.WorkItem, Insert: []timer.Entry{entry}}
			if err := w.Store.Save(ctx, m.Tenant.ID, changes); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Entry is a stopped entry of the member on the work item.
func Entry(m tenant.Member, item timer.WorkItem, started, stopped time.Time) timer.Entry {
	return timer.Entry{
		ID: timer.EntryID(timer.NewID()), User: timer.UserRef{ID: m.User.ID, Name: m.User.Name}, WorkItem: item,
		StartedAt: started, StoppedAt: stopped, Source: timer.FromTimer, Revision: 1,
	}
}

// Item is a work item of the project Payments.
func Item(number int) timer.WorkItem { return ItemOf("Payments", number) }

// ItemOf is a work item of a project.
func ItemOf(project string, number int) timer.WorkItem {
	return timer.WorkItem{
		WorkItemRef: timer.WorkItemRef{
			Tracker: timer.AzureDevOps, Organization: "contoso", Project: project, ID: fmt.Sprint(number),
		},
		Title: fmt.Sprintf("Work item %d", number), Type: "Task",
	}
}

// Exec changes rows for which no service has a method yet, through a connection of its own. It must change some.
func (w *World) Exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+w.path+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	result, err := db.ExecContext(t.Context(), statement, args...)
	if err != nil {
		t.Fatal(err)
	}
	if changed, err := result.RowsAffected(); err != nil || changed == 0 {
		t.Fatalf("%s changed %d rows (%v)", statement, changed, err)
	}
}
