package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"

	"timetracker/internal/sqlstore/engine"
)

// What was removed for a person's sake must not be found in the file by whoever reads its bytes.
func TestWhatIsRemovedIsOverwritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	db, err := engine.Open(t.Context(), engine.Config{Create: true, URL: "sqlite:" + path, Migrations: fstest.MapFS{
		"sqlite/0001_notes.up.sql": &fstest.MapFile{Data: []byte(
			`CREATE TABLE notes (tenant_id INT NULL, id INT NOT NULL PRIMARY KEY, note TEXT NOT NULL);`)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	run := func(text string) {
		t.Helper()
		err := db.Tx(t.Context(), 1, func(ctx context.Context) error {
			tx, err := db.TenantTx(ctx, 1)
			if err == nil {
				_, err = tx.Exec(ctx, text)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for id := range 500 {
		run(fmt.Sprintf(`INSERT INTO notes (tenant_id, id, note) VALUES (@tenant_id, %d, 'canary %d')`, id, id))
	}
	run(`DELETE FROM notes WHERE tenant_id = @tenant_id AND id >= 100`)
	run(`UPDATE notes SET note = 'x' WHERE tenant_id = @tenant_id`)
	if err := db.Close(); err != nil { // which empties the WAL
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if left := bytes.Count(content, []byte("canary")); left > 0 || !bytes.Contains(content, []byte("notes")) {
		t.Errorf("%d of the removed texts are in the file", left)
	}
}

// SQLite doesn't overwrite the places that it has moved something away from. A file that was made anew has none, nor has its WAL.
func TestRewrittenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	db, err := engine.Open(t.Context(), engine.Config{Create: true, URL: "sqlite:" + path, Migrations: fstest.MapFS{
		"sqlite/0001_notes.up.sql": &fstest.MapFile{Data: []byte(
			`CREATE TABLE notes (tenant_id INT NULL, id INT NOT NULL PRIMARY KEY, note TEXT NOT NULL);`)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	write := func(id int, note string) error {
		return db.Tx(t.Context(), 1, func(ctx context.Context) error {
			tx, err := db.TenantTx(ctx, 1)
			if err == nil {
				_, err = tx.Exec(ctx, fmt.Sprintf(`INSERT INTO notes (tenant_id, id, note) VALUES (@tenant_id, %d, '%s')`, id, note))
			}
			return err
		})
	}
	var writing sync.WaitGroup
	for id := range 50 {
		if err := write(id, "canary"); err != nil {
			t.Fatal(err)
		}
	}
	err = db.Tx(t.Context(), 1, func(ctx context.Context) error {
		tx, err := db.TenantTx(ctx, 1)
		if err == nil {
			_, err = tx.Exec(ctx, `UPDATE notes SET note = 'kept' WHERE tenant_id = @tenant_id`)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for id := 100; id < 140; id++ { // who writes meanwhile waits, and isn't refused
		writing.Go(func() {
			if err := write(id, "kept"); err != nil {
				t.Error(err)
			}
		})
	}
	if err := db.Rewrite(t.Context()); err != nil {
		t.Error(err)
	}
	writing.Wait()
	for _, name := range []string{path, path + "-wal"} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if left := bytes.Count(content, []byte("canary")); left > 0 {
			t.Errorf("%d of the removed texts are in %s", left, filepath.Base(name))
		}
	}
	if content, err := os.ReadFile(path); err != nil || !bytes.Contains(content, []byte("kept")) {
		t.Errorf("what was kept is not in the file: %v", err)
	}
}
