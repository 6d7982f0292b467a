package engine

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"testing"

	"modernc.org/sqlite"
)

// Another process has its turn between two groups of a busy one, and need not be lucky.
func TestProcessesTakeTurns(t *testing.T) {
	busy, path := shortWAL(t, walLimit)
	if !sqlite.OFDLockingEnabled() {
		t.Log("without locks of open file descriptions there are no turns")
		return
	}
	other, err := openSQLite(t.Context(), path, false, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	ctx, stop := context.WithCancel(t.Context())
	var writing sync.WaitGroup
	defer writing.Wait()
	defer stop()
	const writers = 8
	for writer := range writers {
		writing.Go(func() {
			for number := 1_000_000 * (writer + 1); ctx.Err() == nil; number++ {
				execute(t, busy, fmt.Sprintf("INSERT INTO numbers VALUES (%d, '')", number))
			}
		})
	}
	written := func() (count int) {
		count, _, err := QueryOne(t.Context(), busy.CrossTenant(t.Context()), func(row *sql.Rows) (count int, err error) {
			return count, row.Scan(&count)
		}, "SELECT COUNT(*) FROM numbers")
		if err != nil {
			t.Fatal(err)
		}
		return count
	}
	for written() == 0 {
		runtime.Gosched()
	}
	most := 0
	for number := range 50 {
		before := written()
		execute(t, other, fmt.Sprintf("INSERT INTO numbers VALUES (%d, '')", number))
		most = max(most, written()-before)
	}
	if most > 10*writers {
		t.Errorf("%d transactions were committed before one of another process", most)
	}
}
