package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	mssql "github.com/microsoft/go-mssqldb"

	"timetracker/internal/idempotency"
	"timetracker/internal/ids"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/sqlstore/enginetest"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
	"timetracker/migrations"
)

// recorded is a store on a SQL Server that records what it is sent.
func recorded(t *testing.T, server *enginetest.Recorder) *Store {
	t.Helper()
	db, err := engine.NewSQLServer(sql.OpenDB(server), engine.Config{
		Log: slog.New(slog.DiscardHandler), Migrations: migrations.Files, Parameters: parameters,
	})
	if err != nil {
		t.Fatal(err)
	}
	store := newStore(db)
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// TestRoundTrips counts the round trips of a start and a stop on SQL Server, with the caller's membership and the
// Idempotency-Key.
func TestRoundTrips(t *testing.T) {
	const most = 6
	now := time.UnixMilli(1_800_000_000_000)
	person := tenant.Member{
		Tenant: tenant.Tenant{ID: ids.New[ids.Tenant](), Status: tenant.Active, Settings: tenant.DefaultSettings("UTC")},
		User:   tenant.User{ID: ids.New[ids.User](), Name: "Ada", Status: tenant.UserActive},
	}
	item := workitem.Claim{
		Tracker: workitem.AzureDevOps, Site: workitem.Named{Name: "contoso"}, Project: workitem.Named{Name: "Payments"},
		Number: "1", Title: "Title",
	}
	site, project := ids.New[ids.Site](), ids.New[ids.Project]()
	known := []driver.Value{
		site[:], "azure_devops", nil, "contoso", int64(1),
		project[:], site[:], nil, "Payments", nil, nil, false, nil, false, project[:], "Payments", nil, false, int64(1), int64(1),
		project[:], "1", project[:], "Title", "", nil, nil, nil, nil, nil, nil, nil, nil, "Title", "", nil, nil,
	}
	const columns = 38 // of an entry, after the latest stop
	running := make([]driver.Value, columns)
	entry := ids.New[ids.Entry]()
	running[1], running[2], running[3] = entry[:], person.User.ID[:], "Ada"
	running[30], running[32], running[37] = now.Add(-time.Hour).UnixMilli(), int64(1), int64(1)
	idle := make([]driver.Value, columns)
	idle[3] = "Ada"
	idle[34], running[34] = int64(0), int64(0) // whether it is settled
	clock := func() time.Time { return now }
	for name, test := range map[string]struct {
		timeline []driver.Value
		work     func(ctx context.Context, timers *timer.Service) error
	}{
		"start": {idle, func(ctx context.Context, timers *timer.Service) error {
			_, err := timers.Start(ctx, person, timer.StartRequest{WorkItem: item})
			return err
		}},
		"start with another title": {idle, func(ctx context.Context, timers *timer.Service) error {
			renamed := item
			renamed.Title = "Another title"
			_, err := timers.Start(ctx, person, timer.StartRequest{WorkItem: renamed})
			return err
		}},
		"switch": {running, func(ctx context.Context, timers *timer.Service) error {
			_, err := timers.Start(ctx, person, timer.StartRequest{WorkItem: item})
			return err
		}},
		"stop": {running, func(ctx context.Context, timers *timer.Service) error {
			_, err := timers.Stop(ctx, person, ids.Entry{})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			server := &enginetest.Recorder{Changed: 1, Answer: func(text string) ([][]driver.Value, error) {
				if strings.Contains(text, "LEFT JOIN time_entries") {
					return [][]driver.Value{test.timeline}, nil
				}
				if strings.Contains(text, "LEFT JOIN site_names") {
					return [][]driver.Value{known}, nil
				}
				return nil, nil
			}}
			store := recorded(t, server)
			timers := timer.NewService(store, workitem.NewService(store, nil, clock), clock)
			_, _, _ = store.Member(t.Context(), ids.New[ids.Directory](), ids.New[ids.Object]())
			err := store.Tx(t.Context(), person.Tenant.ID, func(ctx context.Context) error {
				if err := test.work(ctx, timers); err != nil {
					return err
				}
				return store.KeepReceipt(ctx, person.Tenant.ID, person.User.ID, "key", idempotency.Receipt{Status: 201, ETag: "1", Body: []byte("{}"), CreatedAt: now})
			})
			if err != nil {
				t.Fatal(err)
			}
			if count := server.RoundTrips(); count > most {
				t.Errorf("took %d round trips:\n%v", count, server.Sent())
			}
		})
	}
}

// TestEveryStatementRuns sends each statement of the store to a SQL Server, alone, with values and with nulls, and undoes
// it. The tables are empty and the values arbitrary, so that constraints may refuse a row. But every name, type and
// option must be right.
func TestEveryStatementRuns(t *testing.T) {
	url := enginetest.NewSQLServer(t)
	store, err := Open(t.Context(), Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(store.Migrate(t.Context()), store.Close()); err != nil {
		t.Fatal(err)
	}
	server, err := sql.Open("sqlserver", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	tried := map[string]bool{}
	for _, sent := range everyStatement(t, "abc") { // no longer than a currency
		for _, one := range statementsOf(sent) {
			if tried[outlineOf(one)] {
				continue
			}
			tried[outlineOf(one)] = true
			if err := runUndone(t.Context(), server, one); err != nil {
				t.Errorf("%v in: %s\n%s %v", err, one.Text, one.Declarations, one.Args)
			}
		}
	}
	t.Logf("%d statements", len(tried))
}

// statementsOf takes a batch apart, and leaves out the checks between its statements.
func statementsOf(sent enginetest.Sent) (all []enginetest.Sent) {
	declarations := strings.Split(sent.Declarations, ", ")
	var texts []string
	for part := range strings.SplitSeq(strings.TrimPrefix(sent.Text, "SET XACT_ABORT ON; SET LOCK_TIMEOUT 5000;\n"), ";\n") {
		switch {
		case strings.HasPrefix(part, "EXEC @lock"), strings.HasPrefix(part, "IF @lock"): // parts of one statement of ours
			texts[len(texts)-1] += ";\n" + part
		case part != "" && !strings.HasPrefix(part, "IF @@ROWCOUNT"):
			texts = append(texts, part)
		}
	}
	for _, text := range texts {
		one := enginetest.Sent{Text: text}
		var declared []string
		for i, arg := range sent.Args {
			if regexp.MustCompile(`@` + arg.Name + `\b`).MatchString(text) {
				one.Args, declared = append(one.Args, arg), append(declared, declarations[i])
			}
		}
		one.Declarations = strings.Join(declared, ", ")
		all = append(all, one)
	}
	return all
}

var numberInBatch = regexp.MustCompile(`(@[a-z_]*[a-z])_\d+\b`)

// outlineOf distinguishes statements by their text and by which of their values are null.
func outlineOf(sent enginetest.Sent) string {
	outline := numberInBatch.ReplaceAllString(sent.Text, "$1")
	for _, arg := range sent.Args {
		value, err := driver.DefaultParameterConverter.ConvertValue(arg.Value)
		bytes, isBytes := value.([]byte)
		outline += fmt.Sprint(" ", err == nil && (value == nil || (isBytes && bytes == nil)))
	}
	return outline
}

// runUndone reports what is wrong with a statement, but no constraint that it violates.
func runUndone(ctx context.Context, server *sql.DB, sent enginetest.Sent) error {
	tx, err := server.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	args := []any{sent.Text}
	if sent.Declarations != "" {
		args = append(args, sent.Declarations)
	}
	for _, arg := range sent.Args {
		args = append(args, sql.Named(arg.Name, arg.Value))
	}
	rows, err := tx.QueryContext(ctx, "sp_executesql", args...)
	if err == nil {
		defer func() { _ = rows.Close() }()
		for more := true; more; more = rows.NextResultSet() {
			for rows.Next() {
				continue
			}
		}
		err = rows.Err()
	}
	constraints := []int32{515, 547, 2601, 2627} // null, foreign key or check, unique index, key
	if e, ok := errors.AsType[mssql.Error](err); ok && slices.Contains(constraints, e.Number) {
		return nil
	}
	return err
}
