package sqlstore_test

import (
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"timetracker/internal/app"
	"timetracker/internal/connector/connectortest"
	"timetracker/internal/domaintest"
	"timetracker/internal/httpapi"
	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/sandboxtest"
	"timetracker/internal/sqlstore"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/sqlstore/enginetest"
	"timetracker/internal/telemetry"
)

// failing is the API on a database of which one use fails. Contoso has signed up.
type failing struct {
	fault  *enginetest.Failing
	clock  *sandboxtest.Clock
	rows   *sql.DB // of the same file, beside the product
	url    string
	bearer string
	calls  int
}

func startFailing(t *testing.T) *failing {
	t.Helper()
	f := &failing{fault: &enginetest.Failing{}, clock: sandboxtest.NewClock(time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC))}
	path := domaintest.Database(t)
	dsn := "file:" + path + "?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(wal)&_pragma=synchronous(2)&_pragma=foreign_keys(1)"
	open := func(further string) *sql.DB {
		pool := sql.OpenDB(f.fault.On(dsn + further))
		pool.SetMaxOpenConns(1)
		return pool
	}
	store := sqlstore.NewStore(engine.NewSQLite(engine.SQLiteFile{
		Writing: open("&_pragma=wal_autocheckpoint(0)"), Reading: open("&_pragma=query_only(1)"), Checkpointing: sql.OpenDB((&enginetest.Failing{}).On(dsn)),
	}, slog.New(slog.DiscardHandler)))
	t.Cleanup(func() { _ = store.Close() })
	f.rows = sql.OpenDB((&enginetest.Failing{}).On(dsn))
	t.Cleanup(func() { _ = f.rows.Close() })
	world, log := connectortest.Start(t, f.clock.Now), slog.New(slog.DiscardHandler)
	process, err := app.NewProcess(app.ProcessConfig{
		Holder: t.Name(), Store: store, Now: f.clock.Now, Log: log, Metrics: telemetry.NewMetrics(), Microsoft: struct{ app.Microsoft }{},
	})
	if err != nil {
		t.Fatal(err)
	}
	unlimited := httpapi.Rate{PerSecond: 1e6, Burst: 1e6}
	product, err := app.NewAPI(process, app.APIConfig{
		PublicURL: "https://timetracker.example", Authority: world.EntraURL, ClientID: sandbox.APIClientID, SPAClient: sandbox.SPAClientID,
		HTTPClient: world.Client, Limits: httpapi.Limits{User: unlimited, Tenant: unlimited, Failures: unlimited},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(product.Handler())
	t.Cleanup(server.Close)
	f.url, f.bearer = server.URL+"/api/v1", "Bearer "+world.Credential(t, "ada@contoso.example").AccessToken()
	f.must(t, "/tenants", `{"name":"Contoso","slug":"contoso","azure_devops_organization":"contoso","admin_email":"ada@contoso.example","time_zone":"UTC"}`)
	return f
}

// post calls the API with the key of the call.
func (f *failing) post(t *testing.T, path, body, key string) (status int, answer string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", f.bearer)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(content)
}

// must makes a call of its own that succeeds, a second after the last one.
func (f *failing) must(t *testing.T, path, body string) {
	t.Helper()
	f.clock.Advance(time.Second)
	f.calls++
	if status, answer := f.post(t, path, body, fmt.Sprintf("call-%d", f.calls)); status/100 != 2 {
		t.Fatalf("%s: %d %s", path, status, answer)
	}
}

// count counts the rows of every table.
func (f *failing) count(t *testing.T) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, table := range f.tables(t) {
		var n int
		if err := f.rows.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		counts[table] = n
	}
	return counts
}

func (f *failing) tables(t *testing.T) (names []string) {
	t.Helper()
	rows, err := f.rows.QueryContext(t.Context(), "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return names
}

// grown is by how many rows each table has grown.
func grown(before, after map[string]int) map[string]int {
	more := map[string]int{}
	for table, n := range after {
		if n != before[table] {
			more[table] = n - before[table]
		}
	}
	return more
}

// TestTheNthUseOfTheDatabaseFails makes each statement of a call fail in turn, and each begin and end of a transaction. It
// fails once undone, and once done with a lost answer. All of the call is kept or nothing, and the same call with the same
// key brings it about once.
func TestTheNthUseOfTheDatabaseFails(t *testing.T) {
	f := startFailing(t)
	start := func(item int) string { return fmt.Sprintf(`{"work_item":{"project":"Payments","id":"%d"}}`, item) }
	for _, item := range []int{101, 102} { // then both are known
		f.must(t, "/timers", start(item))
	}
	f.must(t, "/timers/current/stop", "")
	nothing, stop := func() {}, func() { f.must(t, "/timers/current/stop", "") }
	for _, test := range []struct {
		name          string
		before, after func()
		path          string
		body          func(n int) string
	}{
		{"start", nothing, stop, "/timers", func(int) string { return start(101) }},
		{"stop", func() { f.must(t, "/timers", start(101)) }, nothing, "/timers/current/stop", func(int) string { return "" }},
		{"switch", func() { f.must(t, "/timers", start(101)) }, stop, "/timers", func(int) string { return start(102) }},
		{"by-hand", nothing, nothing, "/time-entries", func(n int) string {
			day := time.Date(2026, 11, 20, 0, n, 0, 0, time.UTC)
			return fmt.Sprintf(`{"work_item":{"project":"Payments","id":"101"},"started_at":%q,"stopped_at":%q}`,
				day.Format(time.RFC3339), day.Add(time.Minute).Format(time.RFC3339))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var whole map[string]int // of a call without a fault
			round, uses := 0, 0
			try := func(n int, done bool) (failed bool) {
				round++
				f.clock.Advance(time.Second)
				test.before()
				body, key := test.body(round), fmt.Sprintf("%s-%d", test.name, round)
				before := f.count(t)
				f.fault.Fail(n, done)
				status, answer := f.post(t, test.path, body, key)
				failed = f.fault.Disarm()
				kept := grown(before, f.count(t))
				if !failed && whole == nil {
					whole = kept
				}
				if ok := status/100 == 2; (!ok && status < 500) || (ok && !maps.Equal(kept, whole)) {
					t.Errorf("use %d (done: %v): %d %s, and kept is %v of %v", n, done, status, answer, kept, whole)
				}
				if len(kept) != 0 && !maps.Equal(kept, whole) {
					t.Errorf("use %d (done: %v): a part is kept: %v of %v", n, done, kept, whole)
				}
				if again, answer := f.post(t, test.path, body, key); again/100 != 2 {
					t.Errorf("use %d (done: %v): the same call again: %d %s", n, done, again, answer)
				}
				if kept := grown(before, f.count(t)); !maps.Equal(kept, whole) {
					t.Errorf("use %d (done: %v): after both calls kept is %v, want %v", n, done, kept, whole)
				}
				test.after()
				return failed
			}
			try(1_000, false)
			for n := 1; try(n, false); n++ {
				try(n, true)
				uses = n
			}
			if uses < 5 || len(whole) == 0 {
				t.Errorf("%d uses of the database were tried, of a call that keeps %v", uses, whole)
			}
			t.Logf("%d uses, which keep %v", uses, whole)
		})
	}
}
