package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	mssql "github.com/microsoft/go-mssqldb"

	"timetracker/internal/errs"
	"timetracker/internal/sqlstore/enginetest"
)

// spoken is a DB on a server of the protocol, whose connections are bounded by the patience.
func spoken(t *testing.T, server *enginetest.TDS, patience time.Duration) *DB {
	t.Helper()
	connector, err := newConnector(server.URL("&user+id=u&password=p"))
	if err != nil {
		t.Fatal(err)
	}
	db, err := NewSQLServer(sql.OpenDB(newBoundedLogin(connector, patience)), Config{
		Log:        slog.New(slog.DiscardHandler),
		Migrations: fstest.MapFS{"sqlserver/0001_first.up.sql": {Data: []byte("CREATE TABLE people (size BIGINT NOT NULL);")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	reader := db.reader.(serverPool)
	reader.patience = patience
	db.reader, db.writer.(*retryingWriter).patience = reader, patience
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// The ways to use a database.
var uses = map[string]func(ctx context.Context, db *DB) error{
	"read": func(ctx context.Context, db *DB) error {
		_, err := QueryAll(ctx, db.CrossTenant(ctx), func(row *sql.Rows) (n int64, err error) { return n, row.Scan(&n) },
			`SELECT size FROM people`)
		return err
	},
	"write": func(ctx context.Context, db *DB) error {
		return db.Tx(ctx, nil, func(ctx context.Context) error {
			tx, err := db.TxFrom(ctx)
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `UPDATE people SET size = 2`)
			return err
		})
	},
}

// TestTheServerFallsSilent shows that no call waits without end, at whatever request the server stops to answer, and that
// the next call finds the server again.
func TestTheServerFallsSilent(t *testing.T) {
	for what, use := range map[string]string{
		enginetest.Login: "read", enginetest.Batch: "read", enginetest.Begin: "write", enginetest.Commit: "write",
		"batch of a transaction": "write",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel() // the driver waits five seconds for its cancellation to be confirmed
			var silent atomic.Bool
			silent.Store(true)
			server := enginetest.NewTDS(t, func(r enginetest.Request) enginetest.Reply {
				hang := silent.Load() && (r.What == what || (what == "batch of a transaction" && r.What == enginetest.Batch))
				return enginetest.Reply{Hang: hang, Rows: [][]any{{int64(1)}}}
			})
			db := spoken(t, server, 200*time.Millisecond)
			began := time.Now()
			err := uses[use](t.Context(), db)
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("the call took %s", took)
			}
			if errs.KindOf(err) != errs.Unavailable || !hasWaited(err) {
				t.Errorf("want a database that does not answer, got %v", err)
			}
			silent.Store(false)
			if err := uses[use](t.Context(), db); err != nil {
				t.Errorf("after the fault: %v", err)
			}
		})
	}
}

// TestTheDatabaseIsLostAtTheCommit has the connection end when the commit arrives, before or after it was done. Nothing is
// repeated by itself: only whoever has the key of the call can tell what has become of it.
func TestTheDatabaseIsLostAtTheCommit(t *testing.T) {
	for _, done := range []bool{false, true} {
		t.Run(fmt.Sprintf("done %v", done), func(t *testing.T) {
			var kept, waiting, cut atomic.Int64
			server := enginetest.NewTDS(t, func(r enginetest.Request) enginetest.Reply {
				switch {
				case r.Says("INSERT INTO receipts"):
					waiting.Store(1)
				case r.Says("SELECT COUNT"):
					return enginetest.Reply{Rows: [][]any{{kept.Load()}}}
				case r.What == enginetest.Commit && cut.Add(1) == 1:
					if done {
						kept.Add(waiting.Swap(0))
					}
					return enginetest.Reply{Cut: true}
				case r.What == enginetest.Commit:
					kept.Add(waiting.Swap(0))
				}
				return enginetest.Reply{}
			})
			db := spoken(t, server, 10*time.Second)
			// once does what an Idempotency-Key does: nothing when its receipt is there.
			once := func() error {
				return db.Tx(t.Context(), nil, func(ctx context.Context) error {
					tx, err := db.TxFrom(ctx)
					if err != nil {
						return err
					}
					there, _, err := QueryOne(ctx, tx, func(row *sql.Rows) (n int64, err error) { return n, row.Scan(&n) },
						`SELECT COUNT(*) FROM receipts`)
					if err != nil || there > 0 {
						return err
					}
					_, err = tx.Exec(ctx, `INSERT INTO receipts (size) VALUES (1)`)
					return err
				})
			}
			if err := once(); errs.KindOf(err) != errs.Unavailable {
				t.Errorf("want an unknown outcome, got %v", err)
			}
			if commits := cut.Load(); commits != 1 {
				t.Errorf("the commit was sent %d times", commits)
			}
			if err := once(); err != nil {
				t.Error(err)
			}
			if kept.Load() != 1 {
				t.Errorf("the work is kept %d times", kept.Load())
			}
		})
	}
}

// TestTheDatabaseMoves cuts every connection, as a failover does, and refuses logins for a while. What had not reached its
// commit is done again by itself.
func TestTheDatabaseMoves(t *testing.T) {
	for name, use := range uses {
		t.Run(name, func(t *testing.T) {
			var refusals atomic.Int64
			server := enginetest.NewTDS(t, func(r enginetest.Request) enginetest.Reply {
				if r.What == enginetest.Login && refusals.Add(-1) >= 0 {
					return enginetest.Reply{Number: 40613}
				}
				return enginetest.Reply{Rows: [][]any{{int64(1)}}}
			})
			db := spoken(t, server, 10*time.Second)
			if err := use(t.Context(), db); err != nil {
				t.Fatal(err)
			}
			server.CutAll()
			if name == "write" {
				refusals.Store(1)
			}
			if err := use(t.Context(), db); err != nil {
				t.Errorf("after the move: %v", err)
			}
		})
	}
}

// TestRoundTripsOnTheWire counts what reaches the server: one request for a read, three for a change.
func TestRoundTripsOnTheWire(t *testing.T) {
	server := enginetest.NewTDS(t, func(enginetest.Request) enginetest.Reply { return enginetest.Reply{Rows: [][]any{{int64(1)}}} })
	db := spoken(t, server, 10*time.Second)
	for _, use := range []string{"read", "read", "write"} {
		if err := uses[use](t.Context(), db); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{enginetest.Login, enginetest.Batch, enginetest.Batch, enginetest.Begin, enginetest.Batch, enginetest.Commit}
	if got := server.Seen(); !slices.Equal(got, want) {
		t.Errorf("sent %v, want %v", got, want)
	}
}

// TestTransientErrors has the numbers that Microsoft lists:
// https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues,
// https://learn.microsoft.com/dotnet/api/microsoft.data.sqlclient.sqlconfigurableretryfactory and
// https://learn.microsoft.com/azure/azure-sql/database/resource-limits-logical-server. Those of .NET's own network are none
// of ours.
func TestTransientErrors(t *testing.T) {
	for what, numbers := range map[Fault][]int32{
		Transient: {
			926, 4060, 4221, 615, 40197, 40501, 40613, 49918, 49919, 49920, // Azure SQL: it moves, or is busy
			1204, 233, 10928, 10929, 40143, 40540, 42108, 42109, // SqlClient
			10936, // the limit of an elastic pool
		},
		Deadlock: {1205, 3960},
		Locked:   {1222},
		Other:    {18456, 40544, 40552, 229, 208, 40532}, // a login, a full database, a long transaction, a right, a table, a server
	} {
		for _, number := range numbers {
			err := sqlServerDialect().wrap(fmt.Errorf("at a statement: %w", mssql.Error{Number: number}))
			if got := sqlServerDialect().classify(err); got != what {
				t.Errorf("%d is %d, want %d", number, got, what)
			}
			if unavailable := errs.KindOf(err) == errs.Unavailable; unavailable != (what != Other) {
				t.Errorf("%d is told as %v", number, errors.Unwrap(err))
			}
		}
	}
}
