package engine_test

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"timetracker/internal/errs"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/sqlstore/enginetest"
)

// notes is a database with a table of two tenants' notes, on each engine.
func notes(t *testing.T, test func(t *testing.T, db *engine.DB)) {
	t.Helper()
	enginetest.Each(t, func(t *testing.T, url string) {
		create := &fstest.MapFile{Data: []byte(`CREATE TABLE notes (
    tenant_id INT NULL,
    id INT NOT NULL PRIMARY KEY
);
			INSERT INTO notes (tenant_id, id) VALUES (1, 10);
			INSERT INTO notes (tenant_id, id) VALUES (2, 20);
			INSERT INTO notes (tenant_id, id) VALUES (2, 21);`)}
		db, err := engine.Open(t.Context(), engine.Config{Create: true, URL: url, Migrations: fstest.MapFS{
			"sqlite/0001_notes.up.sql": create, "sqlserver/0001_notes.up.sql": create,
		}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		test(t, db)
	})
}

func scanID(row *sql.Rows) (id int, err error) { return id, row.Scan(&id) }

const selectNotes = `SELECT id FROM notes WHERE tenant_id = @tenant_id ORDER BY id`

func TestTenantsSessionBindsTheTenant(t *testing.T) {
	notes(t, func(t *testing.T, db *engine.DB) {
		on, err := db.TenantSession(t.Context(), 2)
		if err != nil {
			t.Fatal(err)
		}
		ids, err := engine.QueryAll(t.Context(), on, scanID, selectNotes)
		if err != nil || len(ids) != 2 || ids[0] != 20 || ids[1] != 21 {
			t.Errorf("read %v: %v", ids, err)
		}
		var streamed []int
		err = db.Stream(t.Context(), 1, func(row *sql.Rows) error {
			id, err := scanID(row)
			streamed = append(streamed, id)
			return err
		}, selectNotes)
		if err != nil || len(streamed) != 1 || streamed[0] != 10 {
			t.Errorf("streamed %v: %v", streamed, err)
		}
		all, err := engine.QueryAll(t.Context(), db.CrossTenant(t.Context()), scanID, `SELECT id FROM notes`)
		if err != nil || len(all) != 3 {
			t.Errorf("read %v across tenants: %v", all, err)
		}
	})
}

// TestForgottenScopesAreRefused shows that a statement of a tenant's session that does not mention the tenant does not
// run.
func TestForgottenScopesAreRefused(t *testing.T) {
	notes(t, func(t *testing.T, db *engine.DB) {
		for name, run := range map[string]func(ctx context.Context, on engine.Session) error{
			"a read": func(ctx context.Context, on engine.Session) error {
				_, err := engine.QueryAll(ctx, on, scanID, `SELECT id FROM notes`)
				return err
			},
			"a write": func(ctx context.Context, on engine.Session) error {
				_, err := on.Exec(ctx, `DELETE FROM notes WHERE id = @id`, sql.Named("id", 20))
				return err
			},
			"one of several writes": func(ctx context.Context, on engine.Session) error {
				return on.Save(ctx, []engine.Statement{
					{Text: `DELETE FROM notes WHERE tenant_id = @tenant_id`}, {Text: `DELETE FROM notes`},
				}, nil)
			},
			"a longer name": func(ctx context.Context, on engine.Session) error {
				_, err := on.Exec(ctx, `DELETE FROM notes WHERE id = @tenant_id_2`, sql.Named("tenant_id_2", 20))
				return err
			},
			"another tenant": func(ctx context.Context, on engine.Session) error {
				_, err := on.Exec(ctx, `DELETE FROM notes WHERE tenant_id = @tenant_id`, sql.Named("tenant_id", 2))
				return err
			},
		} {
			err := db.Tx(t.Context(), 1, func(ctx context.Context) error {
				on, err := db.TenantTx(ctx, 1)
				if err != nil {
					return err
				}
				return run(ctx, on)
			})
			if err == nil || !strings.Contains(err.Error(), "@tenant_id") {
				t.Errorf("%s: want a refusal, got %v", name, err)
			}
		}
		all, err := engine.QueryAll(t.Context(), db.CrossTenant(t.Context()), scanID, `SELECT id FROM notes`)
		if err != nil || len(all) != 3 {
			t.Errorf("%v is left: %v", all, err)
		}
	})
}

// TestLocksExclude shows that a read under the lock sees what the last holder has written.
func TestLocksExclude(t *testing.T) {
	notes(t, func(t *testing.T, db *engine.DB) {
		const workers, rounds = 6, 4
		count := func(ctx context.Context) error {
			return db.Tx(ctx, 1, func(ctx context.Context) error {
				tx, err := db.TenantTx(ctx, 1)
				if err != nil {
					return err
				}
				if err := tx.LockRow(ctx, "counters", "1"); err != nil {
					return err
				}
				id, _, err := engine.QueryOne(ctx, tx, scanID, `SELECT MAX(id) FROM notes WHERE tenant_id = @tenant_id`)
				if err != nil {
					return err
				}
				_, err = tx.Exec(ctx, `UPDATE notes SET id = @id WHERE tenant_id = @tenant_id`, sql.Named("id", id-1))
				return err
			})
		}
		var group sync.WaitGroup
		for range workers {
			group.Go(func() {
				for range rounds {
					err := count(t.Context())
					for errs.Is(err, errs.Unavailable) { // a slow server: the lock was held for too long
						err = count(t.Context())
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		on, err := db.TenantSession(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if id, _, err := engine.QueryOne(t.Context(), on, scanID, selectNotes); err != nil || id != 10-workers*rounds {
			t.Errorf("counted down to %d, want %d: %v", id, 10-workers*rounds, err)
		}
	})
}

func TestTransactionsBelongToOneTenant(t *testing.T) {
	notes(t, func(t *testing.T, db *engine.DB) {
		if _, err := db.TenantTx(t.Context(), 1); err == nil {
			t.Error("wrote outside of a transaction")
		}
		if _, err := db.TxFrom(t.Context()); err == nil {
			t.Error("found a transaction where there is none")
		}
		err := db.Tx(t.Context(), 1, func(ctx context.Context) error {
			if _, err := db.TenantTx(ctx, 2); err == nil {
				t.Error("wrote in another tenant's transaction")
			}
			if _, err := db.TenantSession(ctx, 2); err == nil {
				t.Error("read in another tenant's transaction")
			}
			if err := db.Tx(ctx, nil, func(context.Context) error { return nil }); err == nil {
				t.Error("began nobody's transaction in a tenant's")
			}
			tx, err := db.TxFrom(ctx)
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `DELETE FROM notes WHERE id = @id`, sql.Named("id", 20))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		all, err := engine.QueryAll(t.Context(), db.CrossTenant(t.Context()), scanID, `SELECT id FROM notes`)
		if err != nil || len(all) != 2 {
			t.Errorf("%v is left: %v", all, err)
		}
	})
}
