package engine_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"timetracker/internal/sqlstore/engine"
)

// pairs is a schema in which every row of one table has one in the other.
var pairs = fstest.MapFS{"sqlite/0001_pairs.up.sql": &fstest.MapFile{Data: []byte(`
	CREATE TABLE lefts (tenant_id INT NULL, id INT NOT NULL PRIMARY KEY, filling TEXT NOT NULL);
	CREATE TABLE rights (tenant_id INT NULL, id INT NOT NULL PRIMARY KEY REFERENCES lefts (id));`)}}

// openPairs opens a file with that schema.
func openPairs(t *testing.T, path string) *engine.DB {
	t.Helper()
	db, err := engine.Open(t.Context(), engine.Config{Create: true, URL: "sqlite:" + path, Migrations: pairs})
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
	return db
}

// addPair adds a row to both tables.
func addPair(ctx context.Context, db *engine.DB, id int64) error {
	return db.Tx(ctx, 1, func(ctx context.Context) error {
		tx, err := db.TenantTx(ctx, 1)
		if err != nil {
			return err
		}
		text := fmt.Sprintf(`INSERT INTO lefts (tenant_id, id, filling) VALUES (@tenant_id, %d, '%s')`, id, strings.Repeat("x", 500))
		if _, err := tx.Exec(ctx, text); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, fmt.Sprintf(`INSERT INTO rights (tenant_id, id) VALUES (@tenant_id, %d)`, id))
		return err
	})
}

// countPairs counts the rows of both tables.
func countPairs(t *testing.T, db *engine.DB) (lefts, rights int64) {
	t.Helper()
	_, err := engine.QueryAll(t.Context(), db.CrossTenant(t.Context()), func(row *sql.Rows) (none struct{}, err error) {
		return none, row.Scan(&lefts, &rights)
	}, `SELECT (SELECT COUNT(*) FROM lefts), (SELECT COUNT(*) FROM rights)`)
	if err != nil {
		t.Fatal(err)
	}
	return lefts, rights
}

func restorePairs(t *testing.T, from, path string) (engine.Backup, error) {
	t.Helper()
	return engine.Restore(t.Context(), engine.Config{URL: "sqlite:" + path, Migrations: pairs}, from)
}

// A backup is the database at one instant: it has all that was acknowledged before, and nothing half.
func TestABackupWhileOthersWrite(t *testing.T) {
	directory := t.TempDir()
	db := openPairs(t, filepath.Join(directory, "test.db"))
	for id := range int64(2_000) {
		if err := addPair(t.Context(), db, id); err != nil {
			t.Fatal(err)
		}
	}
	var stop atomic.Bool
	added := make(chan error, 1)
	begun := make(chan struct{})
	go func() {
		var err error
		for id := int64(2_000); err == nil && !stop.Load(); id++ {
			err = addPair(context.Background(), db, id)
			if id == 2_000 {
				close(begun)
			}
		}
		added <- err
	}()
	<-begun
	backup := filepath.Join(directory, "backup.db")
	made, err := db.BackUp(t.Context(), backup)
	stop.Store(true)
	if err := <-added; err != nil {
		t.Error(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	line, err := os.ReadFile(backup + ".sha256")
	if want := fmt.Sprintf("%x  backup.db\n", sha256.Sum256(content)); err != nil || string(line) != want {
		t.Errorf("the digest is %q, want %q (%v)", line, want, err)
	}
	for _, path := range []string{backup, backup + ".sha256"} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s can be read by others: %v, %v", path, info.Mode(), err)
		}
	}
	restored := filepath.Join(directory, "restored.db")
	if got, err := restorePairs(t, backup, restored); err != nil || got.SHA256 != made.SHA256 || got.Path != restored {
		t.Fatalf("restored %+v of %+v: %v", got, made, err)
	}
	lefts, rights := countPairs(t, openPairs(t, restored))
	if lefts < 2_001 || lefts != rights {
		t.Errorf("the backup has %d and %d rows", lefts, rights)
	}
}

// Nothing is overwritten, and nothing is left of a backup that could not be made.
func TestABackupIsANewFile(t *testing.T) {
	directory := t.TempDir()
	db := openPairs(t, filepath.Join(directory, "test.db"))
	taken := filepath.Join(directory, "taken.db")
	other := filepath.Join(directory, "other.db")
	for _, path := range []string{taken, other + ".sha256"} {
		if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := names(t, directory)
	for _, to := range []string{taken, other, filepath.Join(directory, "nowhere", "backup.db")} {
		if _, err := db.BackUp(t.Context(), to); err == nil {
			t.Errorf("a backup was written to %s", to)
		}
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := db.BackUp(ended, filepath.Join(directory, "ended.db")); err == nil {
		t.Error("a backup that was interrupted looks whole")
	}
	if after := names(t, directory); !slices.Equal(before, after) {
		t.Errorf("there were %q, and now there are %q", before, after)
	}
	if content, err := os.ReadFile(taken); err != nil || string(content) != "mine" {
		t.Errorf("the file that was there is %q now (%v)", content, err)
	}
}

// names are the names in a directory.
func names(t *testing.T, directory string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		all = append(all, entry.Name())
	}
	return all
}

// A database is made of a whole backup alone, and never in the place of another one.
func TestRestoreRefuses(t *testing.T) {
	change := func(path string, by func([]byte) []byte) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, by(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	seal := func(backup string) { // writes the digest of what the file is now
		content, err := os.ReadFile(backup)
		if err != nil {
			t.Fatal(err)
		}
		change(backup+".sha256", func([]byte) []byte { return fmt.Appendf(nil, "%x  backup.db\n", sha256.Sum256(content)) })
	}
	run := func(backup, text string) {
		db, err := sql.Open("sqlite", backup)
		if err == nil {
			_, err = db.ExecContext(t.Context(), text)
		}
		if err == nil {
			err = db.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		spoil func(backup, target string)
		want  string
	}{
		"one bit": {func(backup, _ string) {
			change(backup, func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
		}, "isn't what"},
		"cut off":        {func(backup, _ string) { change(backup, func(b []byte) []byte { return b[:len(b)-1] }) }, "isn't what"},
		"another digest": {func(backup, _ string) { change(backup+".sha256", bytes.ToUpper) }, "isn't what"},
		"no digest":      {func(backup, _ string) { _ = os.Remove(backup + ".sha256") }, "without its digest"},
		"half a digest": {func(backup, _ string) {
			change(backup+".sha256", func(b []byte) []byte { return b[:10] })
		}, "is cut off"},
		"no file": {func(backup, _ string) { _ = os.Remove(backup) }, "read the backup"},
		"no database": {func(backup, _ string) {
			change(backup, func([]byte) []byte { return []byte("a letter") })
			seal(backup)
		}, "no whole database"},
		"a broken tree": {func(backup, _ string) {
			change(backup, func(b []byte) []byte { clear(b[len(b)-2000:]); return b })
			seal(backup)
		}, "no whole database"},
		"a reference to nothing": {func(backup, _ string) {
			run(backup, "DELETE FROM lefts WHERE id = 7")
			seal(backup)
		}, "1 references"},
		"a newer program": {func(backup, _ string) {
			run(backup, "UPDATE schema_migrations SET version = 2, oldest_program = 2")
			seal(backup)
		}, "run a newer program"},
		"another schema": {func(backup, _ string) {
			run(backup, "UPDATE schema_migrations SET first_migration = 'x'")
			seal(backup)
		}, "development version"},
		"a database": {func(_, target string) { _ = os.WriteFile(target, nil, 0o600) }, "move it away first"},
		"the log of another database": {func(_, target string) {
			_ = os.WriteFile(target+"-wal", nil, 0o600)
		}, "move it away first"},
	} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			db := openPairs(t, filepath.Join(directory, "test.db"))
			for id := range int64(50) {
				if err := addPair(t.Context(), db, id); err != nil {
					t.Fatal(err)
				}
			}
			backup := filepath.Join(directory, "backup.db")
			if _, err := db.BackUp(t.Context(), backup); err != nil {
				t.Fatal(err)
			}
			places := t.TempDir()
			target := filepath.Join(places, "restored.db")
			test.spoil(backup, target)
			before := names(t, places)
			if _, err := restorePairs(t, backup, target); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("restored, or refused for another reason than %q: %v", test.want, err)
			}
			if after := names(t, places); !slices.Equal(before, after) {
				t.Errorf("there were %q, and now there are %q", before, after)
			}
		})
	}
}

func TestRestoreIsForSQLite(t *testing.T) {
	_, err := engine.Restore(t.Context(), engine.Config{URL: "sqlserver://localhost"}, "backup.db")
	if err == nil || !strings.Contains(err.Error(), "docs/backup.md") {
		t.Errorf("restored to SQL Server: %v", err)
	}
}
