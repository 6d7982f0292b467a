package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"log/slog"
	"strings"
	"testing"
	"time"

	"timetracker/internal/idempotency"
	"timetracker/internal/ids"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/sqlstore/enginetest"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
	"timetracker/migrations"
)

// recorded is a store on a SQL Server that records what it is sent.
func recorded(t *testing.T, server *enginetest.Recorder) *Store {
	t.Helper()
	db, err := engine.NewSQLServer(sql.OpenDB(server), engine.Config{
		Log: slog.New(slog.DiscardHandler), Migrations: migrations.Files, Parameters: parameters,
	})
	if err != nil {
		t.Fatal(err)
	}
	store := newStore(db)
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// TestRoundTrips counts the round trips of a start and a stop on SQL Server, with the caller's membership and the
// Idempotency-Key.
func TestRoundTrips(t *testing.T) {
	const most = 6
	now := time.UnixMilli(1_800_000_000_000)
	person := tenant.Member{
		Tenant: tenant.Tenant{ID: ids.New[ids.Tenant](), Status: tenant.Active, Settings: tenant.DefaultSettings("UTC")},
		User:   tenant.User{ID: ids.New[ids.User](), Name: "Ada", Status: tenant.UserActive},
	}
	item := workitem.Claim{
		Tracker: workitem.AzureDevOps, Site: workitem.Named{Name: "contoso"}, Project: workitem.Named{Name: "Payments"},
		Number: "1", Title: "Title",
	}
	site, project := ids.New[ids.Site](), ids.New[ids.Project]()
	known := []driver.Value{
		site[:], "azure_devops", nil, "contoso", int64(1),
		project[:], site[:], nil, "Payments", nil, nil, false, project[:], "Payments", int64(1), int64(1),
		project[:], "1", project[:], "Title", "",
	}
	running := make([]driver.Value, 21)
	entry := ids.New[ids.Entry]()
	running[1], running[2], running[3] = entry[:], person.User.ID[:], "Ada"
	running[14], running[16], running[20] = now.Add(-time.Hour).UnixMilli(), int64(1), int64(1)
	idle := make([]driver.Value, 21)
	idle[3] = "Ada"
	clock := func() time.Time { return now }
	for name, test := range map[string]struct {
		timeline []driver.Value
		work     func(ctx context.Context, timers *timer.Service) error
	}{
		"start": {idle, func(ctx context.Context, timers *timer.Service) error {
			_, err := timers.Start(ctx, person, timer.StartRequest{WorkItem: item})
			return err
		}},
		"switch": {running, func(ctx context.Context, timers *timer.Service) error {
			_, err := timers.Start(ctx, person, timer.StartRequest{WorkItem: item})
			return err
		}},
		"stop": {running, func(ctx context.Context, timers *timer.Service) error {
			_, err := timers.Stop(ctx, person, ids.Entry{})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			server := &enginetest.Recorder{Changed: 1, Answer: func(text string) ([][]driver.Value, error) {
				if strings.Contains(text, "LEFT JOIN time_entries") {
					return [][]driver.Value{test.timeline}, nil
				}
				if strings.Contains(text, "LEFT JOIN site_names") {
					return [][]driver.Value{known}, nil
				}
				return nil, nil
			}}
			store := recorded(t, server)
			timers := timer.NewService(store, workitem.NewService(store, clock), clock)
			_, _, _ = store.Member(t.Context(), ids.New[ids.Directory](), ids.New[ids.Object]())
			err := store.Tx(t.Context(), person.Tenant.ID, func(ctx context.Context) error {
				if err := test.work(ctx, timers); err != nil {
					return err
				}
				return store.KeepReceipt(ctx, person.Tenant.ID, person.User.ID, "key", idempotency.Receipt{Status: 201, ETag: "1", Body: []byte("{}"), CreatedAt: now})
			})
			if err != nil {
				t.Fatal(err)
			}
			if count := server.RoundTrips(); count > most {
				t.Errorf("took %d round trips:\n%v", count, server.Sent())
			}
		})
	}
}
