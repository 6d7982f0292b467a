package engine_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/sqlstore/engine"
)

// A read that never ends would keep the WAL from starting over.
func TestStreamsEnd(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "test.db")
	synctest.Test(t, func(t *testing.T) {
		db, err := engine.Open(t.Context(), engine.Config{Create: true, URL: url, Migrations: fstest.MapFS{}})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		began, rows := time.Now(), 0
		err = db.Stream(t.Context(), 1, func(*sql.Rows) error {
			rows++
			time.Sleep(time.Second) // of the test's own clock
			return nil
		}, `WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 1000) SELECT n FROM s WHERE @tenant_id = 1`)
		if took := time.Since(began); took > 62*time.Second || !errs.Is(err, errs.Unavailable) || errs.CodeOf(err) != "read_too_long" {
			t.Errorf("%d rows were read in %s: %v", rows, took, err)
		}
	})
}
