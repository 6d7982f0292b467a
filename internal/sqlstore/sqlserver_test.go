package sqlstore_test

import (
	"database/sql"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"

	"timetracker/internal/sqlstore/storetest"
)

// sqlServerVariable names a server on which the tests may create and drop databases.
const sqlServerVariable = "TIMETRACKER_TEST_SQLSERVER_URL"

// newSQLServerDatabase creates a database of the test's own and gives its URL. Without a server the test is skipped; when
// one is named and does not answer it fails.
func newSQLServerDatabase(t *testing.T) string {
	t.Helper()
	address := os.Getenv(sqlServerVariable)
	if address == "" {
		t.Skip("NOT RUN ON SQL SERVER: " + sqlServerVariable + " IS NOT SET")
	}
	server, err := sql.Open("sqlserver", address)
	if err != nil {
		t.Fatal(err)
	}
	run := func(text string) {
		t.Helper()
		if _, err := server.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	name := "timetracker_test_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	run("CREATE DATABASE " + name)
	t.Cleanup(func() {
		run("DROP DATABASE " + name)
		_ = server.Close()
	})
	var snapshot bool
	err = server.QueryRow("SELECT is_read_committed_snapshot_on FROM sys.databases WHERE name = @name",
		sql.Named("name", name)).Scan(&snapshot)
	if err != nil {
		t.Fatal(err)
	}
	if !snapshot {
		run("ALTER DATABASE " + name + " SET READ_COMMITTED_SNAPSHOT ON")
	}
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal("the URL of the server can't be read")
	}
	query := parsed.Query()
	query.Set("database", name)
	parsed.RawQuery = query.Encode()
	return parsed.String()
}

func TestSQLServer(t *testing.T) {
	storetest.Run(t, open(t, newSQLServerDatabase(t)))
}

func TestSQLServerTwoProcesses(t *testing.T) {
	url := newSQLServerDatabase(t)
	storetest.RunTogether(t, open(t, url), open(t, url))
}
