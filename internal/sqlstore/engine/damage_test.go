package engine_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"timetracker/internal/errs"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/sqlstore/enginetest"
	"timetracker/migrations"
)

// TestDamagedFilesAreRefused shows that no program works on a file that isn't whole or isn't ours. What is refused stays as
// it is.
func TestDamagedFilesAreRefused(t *testing.T) {
	sound := enginetest.NewSQLite(t)
	if err := migrateOnce(sound); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(strings.TrimPrefix(sound, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	changed := func(change func(file []byte) []byte) []byte { return change(bytes.Clone(whole)) }
	for name, test := range map[string]struct {
		file []byte
		want string
	}{
		"a text":             {[]byte(strings.Repeat("no database ", 100)), "not one of SQLite"},
		"a damaged header":   {changed(func(file []byte) []byte { copy(file, "SQLite format 9"); return file }), "not one of SQLite"},
		"a damaged page":     {changed(func(file []byte) []byte { clear(file[100:4096]); return file }), "is damaged"},
		"half of it":         {changed(func(file []byte) []byte { return file[:len(file)/2/4096*4096] }), "is damaged"},
		"a part of a page":   {changed(func(file []byte) []byte { return file[:2000] }), "is damaged"},
		"somebody else's":    {nil, "belongs to another program"},
		"an older program's": {nil, "begin with a new one"},
	} {
		t.Run(name, func(t *testing.T) {
			url := enginetest.NewSQLite(t)
			path := strings.TrimPrefix(url, "sqlite:")
			switch name {
			case "somebody else's":
				enginetest.Exec(t, url, "CREATE TABLE invoices (id INTEGER PRIMARY KEY)")
			case "an older program's":
				enginetest.Exec(t, url, "CREATE TABLE schema_migrations (version INTEGER NOT NULL PRIMARY KEY)")
			default:
				if err := os.WriteFile(path, test.file, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 {
				if err := migrateOnce(url); err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("want %q, got %v", test.want, err)
				}
			}
			if left, err := os.ReadFile(path); err != nil || (test.file != nil && !bytes.Equal(left, test.file)) {
				t.Errorf("the file was changed: %v", err)
			}
		})
	}
}

// fill keeps rows of some size until there is no room.
func fill(ctx context.Context, db *engine.DB) (kept int, err error) {
	for ; kept < 10_000; kept++ {
		if err := put(ctx, db, "INSERT INTO fillings VALUES (randomblob(50000))"); err != nil {
			return kept, err
		}
	}
	return kept, nil
}

// put runs a statement in a transaction of its own.
func put(ctx context.Context, db *engine.DB, text string) error {
	return db.Tx(ctx, nil, func(ctx context.Context) error {
		tx, err := db.TxFrom(ctx)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, text)
		return err
	})
}

// checkRoom has a database without room answer 503, and go on to read. It keeps what it has acknowledged, and takes more
// when there is room again.
func checkRoom(t *testing.T, db *engine.DB, makeRoom func()) {
	t.Helper()
	kept, err := fill(t.Context(), db)
	if errs.KindOf(err) != errs.Unavailable || kept == 0 {
		t.Errorf("after %d rows want a database that does not answer, got %v", kept, err)
	}
	count := func() int {
		found, err := engine.QueryAll(t.Context(), db.CrossTenant(t.Context()), scanID, "SELECT COUNT(*) FROM fillings")
		if err != nil {
			t.Fatalf("nothing can be read any more: %v", err)
		}
		return found[0]
	}
	if got := count(); got != kept {
		t.Errorf("%d rows were acknowledged, and %d are there", kept, got)
	}
	makeRoom()
	if err := put(t.Context(), db, "INSERT INTO fillings VALUES (randomblob(50000))"); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if got := count(); got != kept+1 {
		t.Errorf("%d rows were acknowledged, and %d are there", kept+1, got)
	}
}

// TestTheFileIsFull has SQLite refuse to grow the file, as it does when the disk is full.
func TestTheFileIsFull(t *testing.T) {
	db := open(t, enginetest.NewSQLite(t))
	if err := put(t.Context(), db, "CREATE TABLE fillings (filling BLOB)"); err != nil {
		t.Fatal(err)
	}
	limit := func(pages string) {
		if err := db.Tx(t.Context(), nil, func(ctx context.Context) error {
			tx, err := db.TxFrom(ctx)
			if err != nil {
				return err
			}
			_, err = engine.QueryAll(ctx, tx, scanID, "PRAGMA max_page_count = "+pages)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	limit("600")
	checkRoom(t, db, func() { limit("100000") })
}

// TestTheFileIsFullForAGroup has several share the transaction that SQLite ends by itself. Each is told the same, and nobody
// that nothing is known of it.
func TestTheFileIsFullForAGroup(t *testing.T) {
	db := open(t, enginetest.NewSQLite(t))
	if err := put(t.Context(), db, "CREATE TABLE fillings (filling BLOB)"); err != nil {
		t.Fatal(err)
	}
	held, release := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		_ = db.Tx(t.Context(), nil, func(ctx context.Context) error {
			tx, err := db.TxFrom(ctx)
			if err != nil {
				return err
			}
			close(held)
			<-release
			_, err = engine.QueryAll(ctx, tx, scanID, "PRAGMA max_page_count = 600")
			return err
		})
	})
	<-held
	var kept atomic.Int64
	for range 12 {
		all.Go(func() {
			err := put(t.Context(), db, "INSERT INTO fillings VALUES (randomblob(500000))")
			if err == nil {
				kept.Add(1)
			} else if errs.KindOf(err) != errs.Unavailable {
				t.Errorf("want a database that does not answer, got %v", err)
			}
		})
	}
	close(release)
	all.Wait()
	found, err := engine.QueryAll(t.Context(), db.CrossTenant(t.Context()), scanID, "SELECT COUNT(*) FROM fillings")
	if err != nil || found[0] != int(kept.Load()) || kept.Load() == 12 {
		t.Errorf("%d of 12 were acknowledged, and %v are there: %v", kept.Load(), found, err)
	}
}

// opened opens a database that is there, as a program does.
func opened(t *testing.T, url string) *engine.DB {
	t.Helper()
	db, err := engine.Open(t.Context(), engine.Config{URL: url, Migrations: migrations.Files})
	if err != nil {
		t.Fatal(err)
	}
	return db
}
