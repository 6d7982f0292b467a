package engine

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// Transactions that fail in each way share a commit with others.
func TestGroupKeepsWhatSucceeds(t *testing.T) {
	refused := errors.New("refused")
	insert := func(ctx context.Context, db *DB, number int) error {
		tx, err := db.TxFrom(ctx)
		if err == nil {
			_, err = tx.Exec(ctx, fmt.Sprintf("INSERT INTO numbers VALUES (%d, '')", number))
		}
		return err
	}
	for name, test := range map[string]struct {
		fail     func(ctx context.Context, db *DB) error
		attempts int // of the one before
	}{
		"refused before it writes": {func(context.Context, *DB) error { return refused }, 1},
		"panics before it writes":  {func(context.Context, *DB) error { panic("broken") }, 1},
		"refused after it has written": {func(ctx context.Context, db *DB) error {
			return errors.Join(insert(ctx, db, 1), refused)
		}, 2},
		"panics after it has written": {func(ctx context.Context, db *DB) error {
			_ = insert(ctx, db, 1)
			panic("broken")
		}, 2},
		"breaks a constraint": {func(ctx context.Context, db *DB) error { return insert(ctx, db, 0) }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			var logged bytes.Buffer
			db, err := openSQLite(t.Context(), t.TempDir()+"/test.db", true, slog.New(slog.NewTextHandler(&logged, nil)))
			if err != nil {
				t.Fatal(err)
			}
			execute(t, db, "CREATE TABLE numbers (number INTEGER PRIMARY KEY, text TEXT NOT NULL)")
			queue := db.writer.(*groupWriter).queue
			held, release := make(chan struct{}), make(chan struct{})
			var all sync.WaitGroup
			// The others share a commit, since they wait until this one is over.
			all.Go(func() {
				_ = db.Tx(t.Context(), nil, func(context.Context) error {
					close(held)
					<-release
					return nil
				})
			})
			<-held
			attempts := make([]int, 3)
			for i := range attempts {
				all.Go(func() {
					defer func() {
						if panicked := recover() != nil; panicked != (i == 1 && strings.HasPrefix(name, "panics")) {
							t.Errorf("number %d panicked: %t", i, panicked)
						}
					}()
					err := db.Tx(t.Context(), nil, func(ctx context.Context) error {
						attempts[i]++
						if i == 1 {
							return test.fail(ctx, db)
						}
						return insert(ctx, db, i)
					})
					if failed := err != nil; failed != (i == 1) {
						t.Errorf("number %d: %v", i, err)
					}
				})
				for len(queue) <= i {
					runtime.Gosched()
				}
			}
			close(release)
			all.Wait()
			kept, err := QueryAll(t.Context(), db.CrossTenant(t.Context()), func(row *sql.Rows) (n int, err error) {
				return n, row.Scan(&n)
			}, "SELECT number FROM numbers WHERE number < 3 ORDER BY number")
			if err != nil || fmt.Sprint(kept) != "[0 2]" {
				t.Errorf("kept %v, %v", kept, err)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
			if lines, want := strings.Count(logged.String(), "\n"), strings.Count(name, "panics"); lines != want {
				t.Errorf("want %d lines of the log:\n%s", want, logged.String())
			}
			if attempts[0] != test.attempts || attempts[2] != 1 {
				t.Errorf("the others ran %d and %d times, want %d and once", attempts[0], attempts[2], test.attempts)
			}
		})
	}
}
