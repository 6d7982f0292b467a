package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"timetracker/internal/errs"
)

// syncedBy is a database with a table of numbers, whose WAL is made durable by a function. The caller closes it.
func syncedBy(t *testing.T, makeDurable func(wal string) error) (db *DB, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "test.db")
	if err := createSQLiteFile(path); err != nil {
		t.Fatal(err)
	}
	file, err := openSQLiteFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Writing.ExecContext(t.Context(), "CREATE TABLE numbers (number INTEGER PRIMARY KEY, text TEXT NOT NULL)"); err != nil {
		t.Fatal(err)
	}
	file.SyncWAL = func() error { return makeDurable(path + "-wal") }
	return NewSQLite(file, slog.New(slog.DiscardHandler)), path
}

// write inserts a number. began is closed when the transaction's function has run.
func write(ctx context.Context, db *DB, number int, began chan<- struct{}) error {
	return db.Tx(ctx, nil, func(ctx context.Context) error {
		defer close(began)
		tx, err := db.TxFrom(ctx)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, fmt.Sprintf("INSERT INTO numbers VALUES (%d, '')", number))
		return err
	})
}

func countNumbers(ctx context.Context, on Session) (int, error) {
	found, _, err := QueryOne(ctx, on, func(row *sql.Rows) (count int, err error) {
		return count, row.Scan(&count)
	}, "SELECT COUNT(*) FROM numbers")
	return found, err
}

func TestNobodyIsAnsweredBeforeTheSync(t *testing.T) {
	syncing, release := make(chan struct{}), make(chan struct{})
	db, _ := syncedBy(t, func(string) error {
		syncing <- struct{}{}
		<-release
		return nil
	})
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	answers := make(chan string, 3)
	ask := func(who string, call func() error) {
		go func() {
			if err := call(); err != nil {
				t.Errorf("%s: %v", who, err)
			}
			answers <- who
		}()
	}
	ask("the first writer", func() error { return write(t.Context(), db, 1, make(chan struct{})) })
	<-syncing
	if seen, err := countNumbers(t.Context(), db.CrossTenant(t.Context()).Provisional()); seen != 1 || err != nil {
		t.Errorf("%d rows are committed: %v", seen, err)
	}
	reading := make(chan struct{})
	ask("the reader", func() error {
		on := db.CrossTenant(t.Context())
		return on.read(t.Context(), func() error {
			defer close(reading)
			return on.query(t.Context(), func(*sql.Rows) error { return nil }, "SELECT COUNT(*) FROM numbers")
		})
	})
	<-reading
	began := make(chan struct{})
	ask("the second writer", func() error { return write(t.Context(), db, 2, began) })
	<-began // beside the sync
	select {
	case who := <-answers:
		t.Errorf("%s is answered before the sync", who)
	default:
	}
	if seen, err := countNumbers(t.Context(), db.CrossTenant(t.Context()).Provisional()); seen != 1 || err != nil {
		t.Errorf("%d rows are committed: %v", seen, err)
	}
	release <- struct{}{}
	for range 2 {
		if who := <-answers; who == "the second writer" {
			t.Error("the second writer is answered before its sync")
		}
	}
	<-syncing
	release <- struct{}{}
	<-answers
}

// A power failure leaves what was synced. Whatever was acknowledged must be there.
func TestAcknowledgedIsSynced(t *testing.T) {
	var disk atomic.Pointer[[]byte]
	db, path := syncedBy(t, func(wal string) error {
		data, err := os.ReadFile(wal)
		disk.Store(&data)
		return err
	})
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	survivors := func(number int) (found int) {
		copied := filepath.Join(t.TempDir(), "copy.db")
		main, err := os.ReadFile(path)
		if err := errors.Join(err, os.WriteFile(copied, main, 0o600), os.WriteFile(copied+"-wal", *disk.Load(), 0o600)); err != nil {
			t.Error(err)
		}
		after, err := sql.Open("sqlite", "file:"+copied)
		if err != nil {
			t.Error(err)
			return 0
		}
		defer func() { _ = after.Close() }()
		if err := after.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM numbers WHERE number = ?", number).Scan(&found); err != nil {
			t.Error(err)
		}
		return found
	}
	var writing sync.WaitGroup
	for writer := range 8 {
		writing.Go(func() {
			for number := writer; number < 64; number += 8 {
				if err := write(t.Context(), db, number, make(chan struct{})); err != nil {
					t.Error(err)
				}
				if survivors(number) != 1 {
					t.Errorf("%d is acknowledged and not on the disk", number)
				}
			}
		})
	}
	writing.Wait()
}

func TestNothingIsSaidAfterAFailedSync(t *testing.T) {
	syncs := 0
	broken := errors.New("the disk is broken")
	db, path := syncedBy(t, func(string) error {
		if syncs++; syncs == 2 {
			return broken
		}
		return nil
	})
	ctx := t.Context()
	if err := write(ctx, db, 1, make(chan struct{})); err != nil || db.NeedsRestart() != nil {
		t.Fatal(err, db.NeedsRestart())
	}
	if err := write(ctx, db, 2, make(chan struct{})); !errors.Is(err, broken) || !errs.Is(err, errs.Unavailable) {
		t.Errorf("what was not made durable is answered by %v", err)
	}
	began := make(chan struct{})
	err := write(ctx, db, 3, began)
	if !errors.Is(err, broken) {
		t.Errorf("a later write is answered by %v", err)
	}
	select {
	case <-began:
		t.Error("a later transaction runs")
	default:
	}
	if seen, err := countNumbers(ctx, db.CrossTenant(ctx)); !errors.Is(err, broken) {
		t.Errorf("a later read gives %d, %v", seen, err)
	}
	if err := db.NeedsRestart(); !errors.Is(err, broken) {
		t.Errorf("a restart is asked for by %v", err)
	}
	db.migrations = os.DirFS("../../../migrations")
	if err := db.CheckVersion(ctx); !errors.Is(err, broken) {
		t.Errorf("the program is ready: %v", err)
	}
	if syncs != 2 {
		t.Errorf("there were %d syncs", syncs)
	}
	before := db.WALBytes()
	if err := db.Close(); !errors.Is(err, broken) {
		t.Errorf("closing gives %v", err)
	}
	if info, err := os.Stat(path + "-wal"); err != nil || info.Size() == 0 {
		t.Errorf("the WAL of %d bytes was copied on closing: %v", before, err)
	}

	// Started again, it makes a copy of all that can be read, before anything is written.
	again, err := openSQLite(ctx, path, false, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	}()
	if size := frames(t, again); size.copied != size.frames {
		t.Errorf("%d of %d frames are copied", size.copied, size.frames)
	}
	if err := write(ctx, again, 3, make(chan struct{})); err != nil {
		t.Error(err)
	}
	if seen, err := countNumbers(ctx, again.CrossTenant(ctx)); seen != 3 || err != nil {
		t.Errorf("%d rows: %v", seen, err)
	}
}
