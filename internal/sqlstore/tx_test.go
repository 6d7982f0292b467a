package sqlstore_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/plan"
	"timetracker/internal/sqlstore"
	"timetracker/internal/telemetry"
	"timetracker/internal/tenant"
)

// put inserts a tenant with the name, which found counts.
func put(ctx context.Context, store *sqlstore.Store, id ids.Tenant) error {
	return store.InsertTenant(ctx, id, tenant.Tenant{
		ID: id, DirectoryID: ids.Directory(id), Name: "Contoso", Slug: id.String(), Currency: "EUR", Plan: plan.Trial, Status: tenant.Active,
		Settings: tenant.DefaultSettings("UTC"), CreatedAt: time.UnixMilli(1), Revision: 1,
	}, nil)
}

func found(t *testing.T, store *sqlstore.Store, id ids.Tenant) bool {
	t.Helper()
	_, _, err := store.Member(t.Context(), ids.Directory(id), ids.Object{})
	if err != nil && !errs.Is(err, errs.NotFound) {
		t.Fatal(err)
	}
	return err == nil
}

func newTenantID() ids.Tenant { return ids.New[ids.Tenant]() }

// TestFailedCommitFailsTheGroup makes several transactions wait behind one, so that they share a commit that fails.
func TestFailedCommitFailsTheGroup(t *testing.T) {
	store := openSQLite(t)
	held, release := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	first := newTenantID()
	all.Go(func() {
		if err := store.Tx(t.Context(), first, func(ctx context.Context) error {
			close(held)
			<-release
			return put(ctx, store, first)
		}); err != nil {
			t.Error(err)
		}
	})
	<-held
	tenants := make([]ids.Tenant, 10)
	waiting := make(chan struct{}, len(tenants))
	for i := range tenants {
		tenants[i] = newTenantID()
		all.Go(func() {
			waiting <- struct{}{}
			err := store.Tx(t.Context(), tenants[i], func(ctx context.Context) error {
				if i == 0 {
					// A violated deferred constraint fails at the commit.
					if err := errors.Join(
						store.Exec(ctx, "PRAGMA defer_foreign_keys = 1"),
						store.Exec(ctx, "INSERT INTO work_items VALUES ('nobody', '', '', '', '', '', '')"),
					); err != nil {
						return err
					}
				}
				return put(ctx, store, tenants[i])
			})
			if i == 0 && err == nil {
				t.Error("committed what breaks a constraint")
			}
			if (err == nil) != found(t, store, tenants[i]) {
				t.Errorf("answered %v, found %v", err, found(t, store, tenants[i]))
			}
		})
	}
	for range tenants {
		<-waiting
	}
	close(release)
	all.Wait()
	if !found(t, store, first) {
		t.Error("the group before is lost")
	}
	again := newTenantID()
	if err := store.Tx(t.Context(), again, func(ctx context.Context) error { return put(ctx, store, again) }); err != nil {
		t.Errorf("the next transaction fails: %v", err)
	}
}

// TestGoexitEndsOneGroup has a test fail within a transaction, which calls runtime.Goexit there.
func TestGoexitEndsOneGroup(t *testing.T) {
	store := openSQLite(t)
	id := newTenantID()
	err := store.Tx(t.Context(), id, func(ctx context.Context) error {
		if err := put(ctx, store, id); err != nil {
			return err
		}
		runtime.Goexit()
		return nil
	})
	if !errs.Is(err, errs.Unavailable) || found(t, store, id) {
		t.Errorf("want an error and nothing kept, got %v", err)
	}
	if err := store.Tx(t.Context(), id, func(ctx context.Context) error { return put(ctx, store, id) }); err != nil {
		t.Errorf("the next transaction fails: %v", err)
	}
}

// TestTransactionWithinAnother that does not pass its context on would wait for itself. It is refused.
func TestTransactionWithinAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, id := openSQLite(t), newTenantID()
		err := store.Tx(t.Context(), id, func(context.Context) error {
			return store.Tx(t.Context(), id, func(ctx context.Context) error { return put(ctx, store, id) })
		})
		if !errs.Is(err, errs.Unavailable) || found(t, store, id) {
			t.Errorf("want an error and nothing kept, got %v", err)
		}
		if err := store.Tx(t.Context(), id, func(ctx context.Context) error { return put(ctx, store, id) }); err != nil {
			t.Errorf("the next transaction fails: %v", err)
		}
	})
}

// TestWaitingEndsWithTheContext shows that a waiting transaction leaves with its caller, and does not begin later.
func TestWaitingEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, id := openSQLite(t), newTenantID()
		release := make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() {
			_ = store.Tx(t.Context(), id, func(context.Context) error {
				<-release
				return nil
			})
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := store.Tx(ctx, id, func(ctx context.Context) error { return put(ctx, store, id) })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("want context.DeadlineExceeded, got %v", err)
		}
		close(release)
		all.Wait()
		if found(t, store, id) {
			t.Error("ran after its caller had left")
		}
	})
}

func TestClosedStoreRefuses(t *testing.T) {
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{Create: true, URL: "sqlite:" + filepath.Join(t.TempDir(), "timetracker.db")})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	err = store.Tx(t.Context(), newTenantID(), func(context.Context) error {
		t.Error("ran")
		return nil
	})
	if !errs.Is(err, errs.Unavailable) {
		t.Errorf("want an error of kind Unavailable, got %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	directory := t.TempDir()
	for url, want := range map[string]string{
		"":                                 "must begin with",
		"postgres://localhost":             "must begin with",
		"sqlite:":                          "names no file",
		"sqlite::memory:":                  "names no file",
		"sqlite:" + directory:              "names a directory",
		"sqlite:" + directory + "/no/file": "make the database file",
		"sqlserver://u:secret@db.example?database=d":                                                       "encrypt=true",
		"sqlserver://u:secret@db.example?database=d&encrypt=disable":                                       "encrypt=true",
		"sqlserver://u:secret@db.example?database=d&encrypt=false":                                         "encrypt=true",
		"sqlserver://u:secret@db.example?database=d&encrypt=true&TrustServerCertificate=true":              "TrustServerCertificate",
		"sqlserver://u:secret@db.example?database=d&encrypt=strict&fedauth=ActiveDirectoryManagedIdentity": "has a password",
		"sqlserver://u:sec%ret@db.example?encrypt=true":                                                    "can't be read",
	} {
		_, err := sqlstore.Open(t.Context(), sqlstore.Config{Create: true, URL: url})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "sec") {
			t.Errorf("%q: want %q, got %v", url, want, err)
		}
	}
}

// A program that serves must not begin a new file beside the log of one that was moved away: the log would be lost.
func TestOpenMakesAFileOnlyWhenAsked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "timetracker.db")
	_, err := sqlstore.Open(t.Context(), sqlstore.Config{URL: "sqlite:" + path})
	if err == nil || !strings.Contains(err.Error(), "does not exist; run timetracker migrate") {
		t.Errorf("the error is %v", err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("a file is there: %v", err)
	}
	store := open(t, "sqlite:"+path)
	if err := store.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, ending := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + ending)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("others may read %s: %v", info.Name(), mode)
		}
	}
	// A connection that is made later refuses too.
	if err := os.Rename(path, path+".moved"); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		_ = store.Ping(t.Context()) // may answer by a connection that is open still
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the file has come back: %v", err)
	}
}

func TestOpenTakesAnyPath(t *testing.T) {
	for _, name := range []string{"with space.db", "50%.db", "a?b#c&d=e.db", "größe.db", "%41.db"} {
		path := filepath.Join(t.TempDir(), name)
		store := open(t, "sqlite:"+path)
		if err := store.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	t.Chdir(t.TempDir())
	open(t, "sqlite:relative.db")
	if _, err := os.Stat("relative.db"); err != nil {
		t.Error(err)
	}
}

// BenchmarkCommits writes small transactions from many callers at the same time.
func BenchmarkCommits(b *testing.B) {
	for _, writers := range []int{1, 32} {
		b.Run(fmt.Sprint(writers), func(b *testing.B) {
			store := openSQLite(b)
			b.SetParallelism(writers)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := store.AcquireLease(b.Context(), "job", "holder", time.UnixMilli(0), time.Minute, time.Hour); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

// TestLinesOfTheStoreTellTheirRequest holds also when another goroutine writes them.
func TestLinesOfTheStoreTellTheirRequest(t *testing.T) {
	var out bytes.Buffer
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{
		Create: true, URL: "sqlite:" + filepath.Join(t.TempDir(), "timetracker.db"), Log: telemetry.NewLogger(&out, "json", slog.LevelInfo),
	})
	if err != nil {
		t.Fatal(err)
	}
	id := newTenantID()
	ctx := telemetry.WithRequest(t.Context(), "019ac001-0000-7000-8000-000000000001")
	telemetry.SetTenant(ctx, id)
	func() {
		defer func() { _ = recover() }()
		_ = store.Tx(ctx, id, func(context.Context) error { panic("a bug") })
	}()
	if err := store.Close(); err != nil { // the writer's goroutine has ended, and the line is complete
		t.Fatal(err)
	}
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("%v: %s", err, &out)
	}
	for key, want := range map[string]string{
		"msg": "panic in a transaction", "request_id": "019ac001-0000-7000-8000-000000000001", "tenant_id": id.String(),
	} {
		if line[key] != want {
			t.Errorf("%s is %v, want %s", key, line[key], want)
		}
	}
}
