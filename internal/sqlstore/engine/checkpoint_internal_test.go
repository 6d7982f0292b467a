package engine

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"modernc.org/sqlite"
)

// shortWAL is a database with a table of numbers, whose WAL is kept to about so many frames.
func shortWAL(t *testing.T, frames int64) (db *DB, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "test.db")
	db, err := openSQLite(t.Context(), path, true, slog.New(slog.NewTextHandler(failing{t}, &slog.HandlerOptions{Level: slog.LevelError})))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	db.writer.(*groupWriter).walLimit = frames
	execute(t, db, "CREATE TABLE numbers (number INTEGER PRIMARY KEY, text TEXT NOT NULL)")
	return db, path
}

// failing fails the test with what is logged.
type failing struct{ t *testing.T }

func (f failing) Write(line []byte) (int, error) {
	f.t.Errorf("logged: %s", line)
	return len(line), nil
}

func execute(t *testing.T, db *DB, text string) {
	t.Helper()
	err := db.Tx(t.Context(), nil, func(ctx context.Context) error {
		tx, err := db.TxFrom(ctx)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, text)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// insert writes transactions of a page and more, by several writers at the same time.
func insert(t *testing.T, db *DB, from, to int) {
	t.Helper()
	const writers = 4
	var all sync.WaitGroup
	for writer := range writers {
		all.Go(func() {
			for number := from + writer; number < to; number += writers {
				execute(t, db, fmt.Sprintf("INSERT INTO numbers VALUES (%d, printf('%%.5000c', 'x'))", number))
			}
		})
	}
	all.Wait()
}

func frames(t *testing.T, db *DB) (size walSize) {
	t.Helper()
	if err := db.CrossTenant(t.Context()).query(t.Context(), size.scan, measureWAL); err != nil {
		t.Fatal(err)
	}
	return size
}

// insertUntilShort inserts until the WAL has started over, which a slow disk may delay, and gives the next number.
func insertUntilShort(t *testing.T, db *DB, from int, limit int64) (next int) {
	t.Helper()
	for next = from; frames(t, db).frames >= limit; next++ {
		if next == from+10_000 {
			t.Fatalf("the WAL still holds %d frames", frames(t, db).frames)
		}
		insert(t, db, next, next+1)
	}
	return next
}

func TestWALStartsOver(t *testing.T) {
	const limit = 1000
	db, path := shortWAL(t, limit)
	insert(t, db, 0, 3000)
	written := insertUntilShort(t, db, 3000, limit)
	if info, err := os.Stat(path); err != nil || info.Size() < 3000*5000/2 {
		t.Errorf("the main file has %d bytes: %v", info.Size(), err)
	}
	count, _, err := QueryOne(t.Context(), db.CrossTenant(t.Context()), func(row *sql.Rows) (count int, err error) {
		return count, row.Scan(&count)
	}, "SELECT COUNT(*) FROM numbers WHERE LENGTH(text) = 5000")
	if err != nil || count != written {
		t.Errorf("%d rows of %d: %v", count, written, err)
	}
}

// A reader of an older state keeps the WAL from starting over, and nobody waits for the reader.
func TestWALStartsOverAfterALongReader(t *testing.T) {
	const limit = 100
	db, path := shortWAL(t, limit)
	insert(t, db, 0, 1)
	other, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	reader, err := other.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	count := func() (count int) {
		if err := reader.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM numbers").Scan(&count); err != nil {
			t.Fatal(err)
		}
		return count
	}
	if count() != 1 {
		t.Error("the reader does not see the first row")
	}
	insert(t, db, 1, 1000)
	if size := frames(t, db); size.frames < 1000 || size.copied > limit {
		t.Errorf("%d of %d frames are copied beside the reader", size.copied, size.frames)
	}
	if count() != 1 {
		t.Error("the reader sees more than when it began")
	}
	if err := reader.Rollback(); err != nil {
		t.Fatal(err)
	}
	insertUntilShort(t, db, 1000, limit)
}

// The file gives its space back once the reader that made it grow has ended.
func TestWALShrinksAfterALongReader(t *testing.T) {
	const limit, bytes = 100, 512 << 10
	db, _ := shortWAL(t, limit)
	var chosen int
	err := db.Tx(t.Context(), nil, func(ctx context.Context) error {
		tx, err := db.TxFrom(ctx)
		if err != nil {
			return err
		}
		return tx.query(ctx, func(row *sql.Rows) error { return row.Scan(&chosen) }, "PRAGMA journal_size_limit")
	})
	if err != nil || chosen != walFileLimit {
		t.Errorf("the file's limit is %d: %v", chosen, err)
	}
	execute(t, db, fmt.Sprintf("PRAGMA journal_size_limit(%d)", bytes))
	insert(t, db, 0, 1)
	reader, err := db.pool.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	var count int
	if err := reader.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM numbers").Scan(&count); err != nil {
		t.Fatal(err)
	}
	insert(t, db, 1, 1000)
	if size := db.WALBytes(); size < 1000*5000 {
		t.Errorf("the WAL has %d bytes beside the reader", size)
	}
	if err := reader.Rollback(); err != nil {
		t.Fatal(err)
	}
	insertUntilShort(t, db, 1000, limit)
	if size := db.WALBytes(); size > bytes {
		t.Errorf("the WAL still has %d bytes", size)
	}
}

// Readers that overlap one another leave no moment without a reader.
func TestWALStartsOverBesideOverlappingReaders(t *testing.T) {
	const limit = 100
	db, _ := shortWAL(t, limit)
	insert(t, db, 0, 1)
	ctx, stop := context.WithCancel(t.Context())
	var reading sync.WaitGroup
	defer reading.Wait()
	defer stop()
	read := func() *sql.Tx {
		reader, err := db.pool.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
		if err != nil {
			t.Error(err)
			return nil
		}
		const slow = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) " +
			"SELECT COUNT(*) + (SELECT COUNT(*) FROM numbers) FROM n"
		var count int
		if err := reader.QueryRowContext(t.Context(), slow).Scan(&count); err != nil {
			t.Error(err)
		}
		return reader
	}
	former := read()
	reading.Go(func() {
		for ctx.Err() == nil && former != nil {
			next := read()
			_ = former.Rollback()
			former = next
		}
		if former != nil {
			_ = former.Rollback()
		}
	})
	insert(t, db, 1, 400)
	insertUntilShort(t, db, 400, limit)
}

// Where locks belong to the process, SQLite's main file must not be opened a second time.
func TestMainFileIsOpenedOnlyWithLocksOfItsOwn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	if err := createSQLiteFile(path); err != nil {
		t.Fatal(err)
	}
	file, err := openSQLiteFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := file.close(); err != nil {
			t.Error(err)
		}
	}()
	if opened := file.Main != nil; opened != sqlite.OFDLockingEnabled() {
		t.Errorf("opened: %v, locks of the connection's own: %v", opened, sqlite.OFDLockingEnabled())
	}
}
