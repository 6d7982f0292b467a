package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	mssql "github.com/microsoft/go-mssqldb"

	"timetracker/internal/errs"
	"timetracker/internal/sqlstore/enginetest"
)

// scripted is a server that only fails: it counts transactions and fails commits.
type scripted struct {
	begun, rolledBack, committed int
	commitErr                    error
}

func (s *scripted) Connect(context.Context) (driver.Conn, error) { return s, nil }
func (s *scripted) Driver() driver.Driver                        { return nil }
func (s *scripted) Prepare(string) (driver.Stmt, error)          { return nil, errors.New("not used") }
func (s *scripted) Close() error                                 { return nil }
func (s *scripted) Begin() (driver.Tx, error)                    { s.begun++; return s, nil }
func (s *scripted) Rollback() error                              { s.rolledBack++; return nil }
func (s *scripted) Commit() error                                { s.committed++; return s.commitErr }

func TestTransactionsAreRunAgain(t *testing.T) {
	numbered := func(number int32) error { return mssql.Error{Number: number} }
	refusal := errs.New(errs.Conflict, "timer_running", "refused")
	for _, test := range []struct {
		name      string
		err       error // of the function
		commitErr error
		times     int // how often the function fails
		want      int // runs
		wantKind  errs.Kind
		wantErr   bool
	}{
		{name: "success", want: 1},
		{name: "a rule's refusal", err: refusal, times: 9, want: 1, wantErr: true, wantKind: errs.Conflict},
		{name: "a deadlock", err: numbered(1205), times: 1, want: 2},
		{name: "deadlocks without end", err: numbered(1205), times: 9, want: maxAttempts, wantErr: true, wantKind: errs.Unavailable},
		{name: "a server that is busy", err: numbered(40501), times: 3, want: 4},
		{name: "a lost race", err: runAgainError{refusal}, times: 1, want: 2},
		{name: "races without end", err: runAgainError{refusal}, times: 9, want: maxAttempts, wantErr: true, wantKind: errs.Conflict},
		{name: "a broken connection", err: io.EOF, times: 1, want: 2},
		{name: "a lock", err: numbered(1222), times: 9, want: 1, wantErr: true, wantKind: errs.Unavailable},
		{name: "a constraint", err: numbered(547), times: 9, want: 1, wantErr: true, wantKind: errs.Internal},
		{name: "a deadlock at the commit", commitErr: numbered(1205), times: 0, want: maxAttempts, wantErr: true, wantKind: errs.Unavailable},
		{name: "a server that moves at the commit", commitErr: numbered(40613), want: 1, wantErr: true, wantKind: errs.Unavailable},
		{name: "a connection that broke at the commit", commitErr: io.EOF, want: 1, wantErr: true, wantKind: errs.Unavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &scripted{commitErr: test.commitErr}
				db := sql.OpenDB(server)
				defer func() { _ = db.Close() }()
				d := sqlServerDialect()
				made := &DB{dialect: d, writer: &retryingWriter{dialect: d, db: db, log: slog.New(slog.DiscardHandler)}}
				runs := 0
				began := time.Now()
				err := made.Tx(t.Context(), "t", func(context.Context) error {
					runs++
					if runs <= test.times {
						return d.wrap(test.err)
					}
					return nil
				})
				if (err != nil) != test.wantErr || (test.wantErr && errs.KindOf(err) != test.wantKind) {
					t.Errorf("want an error %v of kind %d, got %v", test.wantErr, test.wantKind, err)
				}
				if runs != test.want || server.begun != runs {
					t.Errorf("ran %d times in %d transactions, want %d", runs, server.begun, test.want)
				}
				if took := time.Since(began); took > 10*time.Second {
					t.Errorf("took %s", took)
				}
			})
		})
	}

	for _, number := range []int32{1204, 40143, 40501, 40540, 40613, 42108, 42109} {
		if what := classifySQLServer(numbered(number)); what != Transient {
			t.Errorf("%d is fault %d, not a transient one", number, what)
		}
	}

	for number, want := range map[int32]Fault{lockedNumber: Locked, deadlockNumber: Deadlock, changedNumber: Changed} {
		if what := classifySQLServer(numbered(number)); what != want {
			t.Errorf("%d is fault %d, want %d", number, what, want)
		}
	}

	t.Run("not when the caller has gone", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			db := sql.OpenDB(&scripted{})
			defer func() { _ = db.Close() }()
			d := sqlServerDialect()
			w := &retryingWriter{dialect: d, db: db, log: slog.New(slog.DiscardHandler)}
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			runs := 0
			err := w.run(ctx, func(context.Context, runner) error {
				runs++
				return d.wrap(mssql.Error{Number: 40613})
			})
			if err == nil || runs != 1 {
				t.Errorf("ran %d times: %v", runs, err)
			}
		})
	})
}

// recorder is a runner that records what it is asked to run.
type recorder struct {
	texts, declarations []string
	args                [][]any
}

func (r *recorder) QueryContext(context.Context, string, ...any) (*sql.Rows, error) {
	return nil, errors.New("not used")
}

func (r *recorder) ExecContext(_ context.Context, text string, args ...any) (sql.Result, error) {
	if text != "sp_executesql" {
		return nil, errors.New(text)
	}
	r.texts, r.declarations = append(r.texts, args[0].(string)), append(r.declarations, args[1].(string))
	r.args = append(r.args, args[2:])
	return driver.RowsAffected(1), nil
}

// sent runs statements in a transaction and gives what was sent.
func sent(t *testing.T, statements []Statement) *recorder {
	t.Helper()
	received := &recorder{}
	tx := &serverTx{server: server{
		dialect: sqlServerDialect(), db: received, types: &parameterTypes{
			columns: map[string]map[string]string{"a": {"id": "INT", "x": "INT"}, "b": {"id": "INT"}},
			byText:  map[string]map[string]string{},
		},
	}}
	if err := errors.Join(tx.save(t.Context(), statements, nil), tx.flush(t.Context())); err != nil {
		t.Fatal(err)
	}
	return received
}

func TestStatementsAreJoinedIntoBatches(t *testing.T) {
	one := Statement{Text: "UPDATE a SET x = @x WHERE id = @id", One: true, Args: []any{sql.Named("x", 1), sql.Named("id", 2)}}
	other := Statement{Text: "INSERT INTO b (id) VALUES (@id)", Args: []any{sql.Named("id", 3)}}
	tx := sent(t, []Statement{one, other})
	wantText := []string{inTransaction + "UPDATE a SET x = @x_0 WHERE id = @id_0;\nIF @@ROWCOUNT <> 1 THROW 50001, 'stale', 1;\n" +
		"INSERT INTO b (id) VALUES (@id_1);\n"}
	wantArgs := [][]any{{sql.Named("x_0", int64(1)), sql.Named("id_0", int64(2)), sql.Named("id_1", int64(3))}}
	if diff := cmp.Diff(wantText, tx.texts); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
	if want := "@x_0 INT, @id_0 INT, @id_1 INT"; tx.declarations[0] != want {
		t.Errorf("declared %q, want %q", tx.declarations[0], want)
	}
	if diff := cmp.Diff(wantArgs, tx.args, cmp.Comparer(func(a, b sql.NamedArg) bool {
		return a.Name == b.Name && a.Value == b.Value
	})); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}

	many, total := sent(t, slices.Repeat([]Statement{other}, 2500)), 0
	for i, args := range many.args {
		total += len(args)
		if len(args) > 2100 || strings.Count(many.texts[i], "INSERT") != len(args) {
			t.Errorf("a batch of %d parameters", len(args))
		}
	}
	if total != 2500 {
		t.Errorf("%d of 2500 statements", total)
	}
	if nothing := sent(t, nil); len(nothing.texts) != 0 {
		t.Errorf("ran nothing as %v", nothing.texts)
	}
}

// TestFaultsOfBatchesFindTheirMeaning has several callers' statements in one batch, each with its own expected faults.
func TestFaultsOfBatchesFindTheirMeaning(t *testing.T) {
	first, second, other := errors.New("first"), errors.New("second"), errors.New("other")
	meaning := func(err error) func(error) error { return func(error) error { return err } }
	var b batch
	statement := Statement{Text: "UPDATE a SET x = 1", One: true}
	for _, on := range []On{
		{Changed: meaning(first)}, {Changed: meaning(second), Duplicate: meaning(other)}, nil,
	} {
		b.parts = append(b.parts, on)
		b.add(statement, nil)
	}
	for _, test := range []struct{ err, want error }{
		{mssql.Error{Number: 50001, State: 1}, first},
		{mssql.Error{Number: 50001, State: 2}, second},
		{mssql.Error{Number: 2627, State: 1}, other},
		{io.EOF, io.EOF},
		{nil, nil},
	} {
		if got := b.explain(sqlServerDialect(), test.err); !errors.Is(got, test.want) {
			t.Errorf("%v means %v, want %v", test.err, got, test.want)
		}
	}
	unnamed := sqlServerDialect().wrap(mssql.Error{Number: 50001, State: 3})
	if got := b.explain(sqlServerDialect(), unnamed); !errs.Is(got, errs.Stale) {
		t.Errorf("a row that wasn't as expected means %v", got)
	}
}

// TestLoginEnds dials a server that accepts the connection and then sends nothing.
func TestLoginEnds(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			defer func() { _ = conn.Close() }()
		}
	}()
	address := "sqlserver://u:p@" + listener.Addr().String() + "?encrypt=true&TrustServerCertificate=true"
	for name, test := range map[string]struct {
		within, patience time.Duration
		want             error
	}{
		"the caller's": {within: time.Minute, patience: 100 * time.Millisecond, want: context.DeadlineExceeded},
		"its own":      {within: 100 * time.Millisecond, patience: time.Minute, want: errLogin},
	} {
		t.Run(name, func(t *testing.T) {
			connector, err := newConnector(address)
			if err != nil {
				t.Fatal(err)
			}
			db := sql.OpenDB(newBoundedLogin(connector, test.within))
			defer func() { _ = db.Close() }()
			ctx, cancel := context.WithTimeout(t.Context(), test.patience)
			defer cancel()
			ended := make(chan error, 1)
			go func() { ended <- db.PingContext(ctx) }()
			select {
			case err := <-ended:
				if !errors.Is(err, test.want) {
					t.Errorf("want %v, got %v", test.want, err)
				}
			case <-time.After(10 * time.Second):
				t.Error("the login did not end")
			}
		})
	}
}

func TestLoopbackNeedsNoCertificate(t *testing.T) {
	for _, address := range []string{
		"sqlserver://u:p@127.0.0.1:1433?encrypt=disable",
		"sqlserver://u:p@[::1]?encrypt=true&TrustServerCertificate=true",
		"sqlserver://u:p@localhost",
		"sqlserver://u:p@db.example?encrypt=true",
		"sqlserver://u:p@db.example?encrypt=strict",
	} {
		if _, err := sqlServerConfig(address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// TestOwnStatementsAreTSQL parses what the engine sends to SQL Server by itself.
func TestOwnStatementsAreTSQL(t *testing.T) {
	server := &enginetest.Recorder{Answer: func(text string) ([][]driver.Value, error) {
		switch {
		case strings.Contains(text, "is_read_committed_snapshot_on"):
			return [][]driver.Value{{true}}, nil
		case strings.Contains(text, "INFORMATION_SCHEMA"):
			return [][]driver.Value{{int64(0), int64(0), int64(0)}}, nil
		}
		return nil, nil
	}}
	pool := sql.OpenDB(server)
	if err := checkSnapshot(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	m, err := newSQLServerMigrator(t.Context(), sqlServerDialect(), pool)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(m.Lock(), m.SetVersion(1, true), m.SetVersion(1, false), m.exec(m.sql.rollback), m.Unlock(), m.Close()); err != nil {
		t.Fatal(err)
	}
	sent := server.Sent()
	if len(sent) < 8 {
		t.Errorf("sent only %v", sent)
	}
	for _, s := range sent {
		for _, fault := range enginetest.TSQLFaults(s.Text) {
			t.Errorf("%s in: %s", fault, s.Text)
		}
	}
}

// TestReadersMustNotWait matters because reports and timers would wait for each other.
func TestReadersMustNotWait(t *testing.T) {
	for answer, want := range map[bool]bool{true: true, false: false} {
		server := &enginetest.Recorder{Answer: func(string) ([][]driver.Value, error) {
			return [][]driver.Value{{answer}}, nil
		}}
		pool := sql.OpenDB(server)
		if err := checkSnapshot(t.Context(), pool); (err == nil) != want {
			t.Errorf("with the setting %v: %v", answer, err)
		}
		if sent := server.Sent(); len(sent) != 1 || !strings.Contains(sent[0].Text, "DB_NAME()") {
			t.Errorf("asked %v", sent)
		}
		_ = pool.Close()
	}
}

// SQL Server's messages quote what a row was to hold, which no log may.
func TestErrorsOfStatementsQuoteNoValue(t *testing.T) {
	d := sqlServerDialect()
	message := "Cannot insert duplicate key row in object 'dbo.users'. The duplicate key value is (ada@contoso.example)."
	refused := mssql.Error{Number: 2627, State: 1, LineNo: 3, Message: message}
	err := d.wrap(refused)
	if text := err.Error(); strings.Contains(text, "ada") || !strings.Contains(text, "error 2627, state 1, line 3") {
		t.Errorf("the log is told %s", text)
	}
	if !d.Is(err, Duplicate) {
		t.Errorf("%v is no duplicate any more", err)
	}
	if err := d.wrap(mssql.Error{Number: 18456, Message: "Login failed."}); !strings.Contains(err.Error(), "Login failed.") {
		t.Errorf("of a login the log is told %v", err)
	}
}
