package sqlstore_test

import (
	"testing"

	"timetracker/internal/sqlstore"
	"timetracker/internal/sqlstore/enginetest"
	"timetracker/internal/sqlstore/storetest"
)

// openSQLite opens a database file of the test's own, with the schema of this program.
func openSQLite(tb testing.TB) *sqlstore.Store {
	tb.Helper()
	return open(tb, enginetest.NewSQLite(tb))
}

func open(tb testing.TB, url string) *sqlstore.Store {
	tb.Helper()
	store, err := sqlstore.Open(tb.Context(), sqlstore.Config{Create: true, URL: url})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := store.Close(); err != nil {
			tb.Error(err)
		}
	})
	if err := store.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return store
}

func TestSQLite(t *testing.T) {
	storetest.Run(t, openSQLite(t))
}

func TestSQLiteTwoProcesses(t *testing.T) {
	url := enginetest.NewSQLite(t)
	storetest.RunTogether(t, open(t, url), open(t, url))
}

func TestSQLServer(t *testing.T) {
	storetest.Run(t, open(t, enginetest.NewSQLServer(t)))
}

func TestSQLServerTwoProcesses(t *testing.T) {
	url := enginetest.NewSQLServer(t)
	storetest.RunTogether(t, open(t, url), open(t, url))
}
