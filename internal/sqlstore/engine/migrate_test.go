package engine_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/sqlstore/enginetest"
	"timetracker/migrations"
)

// migrateVariable makes the test binary migrate a database and end. It is the other process of TestManyMigrateAtOnce.
const migrateVariable = "TIMETRACKER_TEST_MIGRATE"

func TestMain(m *testing.M) {
	url := os.Getenv(migrateVariable)
	if url == "" {
		os.Exit(m.Run())
	}
	if err := migrateOnce(url); err != nil {
		_, _ = os.Stderr.WriteString(err.Error())
		os.Exit(1)
	}
}

// migrateOnce opens the database as a starting process does, and migrates it.
func migrateOnce(url string) (err error) {
	ctx := context.Background()
	db, err := engine.Open(ctx, engine.Config{Create: true, URL: url, Migrations: migrations.Files})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Migrate(ctx); err != nil {
		return err
	}
	return db.CheckVersion(ctx)
}

// open opens the database and migrates it.
func open(tb testing.TB, url string) *engine.DB {
	tb.Helper()
	db, err := engine.Open(tb.Context(), engine.Config{Create: true, URL: url, Migrations: migrations.Files})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	if err := db.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return db
}

func TestManyMigrateAtOnce(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, url string) {
		program, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				if i%2 == 0 {
					if err := migrateOnce(url); err != nil {
						t.Errorf("in this process: %v", err)
					}
					return
				}
				other := exec.CommandContext(t.Context(), program)
				other.Env = append(os.Environ(), migrateVariable+"="+url)
				if out, err := other.CombinedOutput(); err != nil {
					t.Errorf("in another process: %v: %s", err, out)
				}
			})
		}
		all.Wait()
	})
}

func TestMigrateUpDownUp(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		if err := db.MigrateDown(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := db.CheckVersion(t.Context()); err == nil || !strings.Contains(err.Error(), "is empty") {
			t.Errorf("want an empty database, got %v", err)
		}
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := db.CheckVersion(t.Context()); err != nil {
			t.Error(err)
		}
		if err := db.Migrate(t.Context()); err != nil {
			t.Errorf("nothing is left to do: %v", err)
		}
	})
}

func TestBrokenMigrationLeavesNothing(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		for range 2 {
			version, err := db.MigrateBroken(t.Context())
			if err == nil || strings.Contains(err.Error(), "half_way") {
				t.Errorf("want the error of the second statement, got %v", err)
			}
			if version != 1 {
				t.Errorf("version %d", version)
			}
		}
		if err := db.CheckVersion(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestOtherSchemasAreRefused shows that a database with another first migration can neither be used nor migrated.
func TestOtherSchemasAreRefused(t *testing.T) {
	for name, prepare := range map[string]func(t *testing.T, url string){
		"written anew": func(t *testing.T, url string) {
			create := &fstest.MapFile{Data: []byte("CREATE TABLE other (id INT);")}
			db, err := engine.Open(t.Context(), engine.Config{Create: true, URL: url, Migrations: fstest.MapFS{
				"sqlite/0001_other.up.sql": create, "sqlserver/0001_other.up.sql": create,
			}})
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(db.Migrate(t.Context()), db.Close()); err != nil {
				t.Fatal(err)
			}
		},
		"before first migrations were noted": func(t *testing.T, url string) {
			enginetest.Exec(t, url, "CREATE TABLE schema_migrations (version INT NOT NULL PRIMARY KEY)")
		},
	} {
		t.Run(name, func(t *testing.T) {
			enginetest.Each(t, func(t *testing.T, url string) {
				prepare(t, url)
				db, err := engine.Open(t.Context(), engine.Config{Create: true, URL: url, Migrations: migrations.Files})
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = db.Close() }()
				for _, err := range []error{db.CheckVersion(t.Context()), db.Migrate(t.Context())} {
					if err == nil || !strings.Contains(err.Error(), "begin with a new one") {
						t.Errorf("want a refusal, got %v", err)
					}
				}
			})
		})
	}
}
