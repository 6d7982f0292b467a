package enginetest

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	_ "github.com/microsoft/go-mssqldb" // the driver "sqlserver"
	_ "modernc.org/sqlite"              // the driver "sqlite"
)

// sqlServerVariable names a server on which the tests may create and drop databases.
const sqlServerVariable = "TIMETRACKER_TEST_SQLSERVER_URL"

// Each runs a test on a new, empty database of each engine.
func Each(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) { test(t, NewSQLite(t)) })
	t.Run("SQL Server", func(t *testing.T) { test(t, NewSQLServer(t)) })
}

// NewSQLite gives the URL of a database file of the test's own, which does not exist yet.
func NewSQLite(tb testing.TB) string {
	tb.Helper()
	return "sqlite:" + filepath.Join(tb.TempDir(), "timetracker.db")
}

// NewSQLServer creates a database of the test's own and gives its URL. Without a named server the test is skipped; when
// the server does not answer it fails.
func NewSQLServer(tb testing.TB) string {
	tb.Helper()
	address := os.Getenv(sqlServerVariable)
	if address == "" {
		tb.Skip("NOT RUN ON SQL SERVER: " + sqlServerVariable + " IS NOT SET")
	}
	server, err := sql.Open("sqlserver", address)
	if err != nil {
		tb.Fatal(err)
	}
	run := func(text string) {
		tb.Helper()
		if _, err := server.ExecContext(context.Background(), text); err != nil {
			tb.Fatal(err)
		}
	}
	name := "timetracker_test_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	run("CREATE DATABASE " + name)
	tb.Cleanup(func() {
		if _, err := server.ExecContext(context.Background(), "DROP DATABASE "+name); err != nil {
			// The connection of a killed process may still be open.
			run("ALTER DATABASE " + name + " SET SINGLE_USER WITH ROLLBACK IMMEDIATE")
			run("DROP DATABASE " + name)
		}
		_ = server.Close()
	})
	var snapshot bool
	err = server.QueryRowContext(tb.Context(), "SELECT is_read_committed_snapshot_on FROM sys.databases WHERE name = @name",
		sql.Named("name", name)).Scan(&snapshot)
	if err != nil {
		tb.Fatal(err)
	}
	if !snapshot {
		run("ALTER DATABASE " + name + " SET READ_COMMITTED_SNAPSHOT ON")
	}
	parsed, err := url.Parse(address)
	if err != nil {
		tb.Fatal("the URL of the server can't be read")
	}
	query := parsed.Query()
	query.Set("database", name)
	parsed.RawQuery = query.Encode()
	return parsed.String()
}

// Exec runs a statement on a database without the engine.
func Exec(tb testing.TB, address, text string) {
	tb.Helper()
	name, source := "sqlserver", address
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		name, source = "sqlite", "file:"+path
	}
	db, err := sql.Open(name, source)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(tb.Context(), text); err != nil {
		tb.Fatal(err)
	}
}
