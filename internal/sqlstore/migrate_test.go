package sqlstore_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"timetracker/internal/sqlstore"
)

// migrateVariable makes the test binary migrate a database and end: the other process of TestManyMigrateAtOnce.
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

// migrateOnce opens the database as a process does that starts, and brings it up to date.
func migrateOnce(url string) (err error) {
	ctx := context.Background()
	store, err := sqlstore.Open(ctx, sqlstore.Config{URL: url})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := store.Migrate(ctx); err != nil {
		return err
	}
	return store.CheckVersion(ctx)
}

// engines runs a test on a new, empty database of each engine.
func engines(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("SQLite", func(t *testing.T) {
		test(t, "sqlite:"+filepath.Join(t.TempDir(), "timetracker.db"))
	})
	t.Run("SQL Server", func(t *testing.T) { test(t, newSQLServerDatabase(t)) })
}

func TestManyMigrateAtOnce(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
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
	engines(t, func(t *testing.T, url string) {
		store := open(t, url)
		if err := store.MigrateDown(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := store.CheckVersion(t.Context()); err == nil || !strings.Contains(err.Error(), "is empty") {
			t.Errorf("want an empty database, got %v", err)
		}
		if err := store.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := store.CheckVersion(t.Context()); err != nil {
			t.Error(err)
		}
		if err := store.Migrate(t.Context()); err != nil {
			t.Errorf("nothing is left to do: %v", err)
		}
	})
}

func TestBrokenMigrationLeavesNothing(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		store := open(t, url)
		for range 2 {
			version, err := store.MigrateBroken(t.Context())
			if err == nil || strings.Contains(err.Error(), "half_way") {
				t.Errorf("want the error of the second statement, got %v", err)
			}
			if version != 2 {
				t.Errorf("version %d", version)
			}
		}
		if err := store.CheckVersion(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
