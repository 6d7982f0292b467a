package engine_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	mssql "github.com/microsoft/go-mssqldb"

	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/sqlstore/enginetest"
)

// recorded is a database on a SQL Server that records what it is sent.
func recorded(t *testing.T, server *enginetest.Recorder) *engine.DB {
	t.Helper()
	db, err := engine.NewSQLServer(sql.OpenDB(server), engine.Config{
		Log: slog.New(slog.DiscardHandler),
		Migrations: fstest.MapFS{
			"sqlserver/0001_first.up.sql": {Data: []byte(`CREATE TABLE people (
    tenant_id BINARY(16) NOT NULL,
    id BINARY(16) NOT NULL,
    name NVARCHAR(40) COLLATE Latin1_General_100_CI_AS_SC NOT NULL,
    note NVARCHAR(MAX) NULL,
    size INT NULL,
    is_guest BIT NULL,
    weight FLOAT NULL,
    doubled AS (size * 2) PERSISTED,
    CONSTRAINT pk_people PRIMARY KEY (tenant_id, id)
);

CREATE TABLE pets (
    tenant_id BINARY(16) NOT NULL,
    name NVARCHAR(20) NOT NULL
);`)},
			"sqlserver/0002_second.up.sql": {Data: []byte(`ALTER TABLE people ADD joined_at BIGINT NULL;`)},
		},
		Parameters: map[string]string{"after_name": "people.name", "until": "BIGINT"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

var someone = []byte("sixteen bytes is")

// TestParametersHaveTheTypeOfTheirColumn shows that a statement has one text and one declaration whatever its values
// are.
func TestParametersHaveTheTypeOfTheirColumn(t *testing.T) {
	const insert = `INSERT INTO people (tenant_id, id, name, note, size, is_guest, weight, joined_at)
		VALUES (@tenant_id, @id, @name, @note, @size, @is_guest, @weight, @joined_at)`
	want := enginetest.Sent{
		Text: "SET XACT_ABORT ON; SET LOCK_TIMEOUT 5000;\n" + insert,
		Declarations: "@tenant_id BINARY(16), @id BINARY(16), @name NVARCHAR(41), @note NVARCHAR(MAX), @size INT, " +
			"@is_guest BIT, @weight FLOAT, @joined_at BIGINT",
	}
	for name, test := range map[string]struct{ given, sent []any }{
		"short": {
			given: []any{someone, "", "x", 1, true, 1.5, int64(2)},
			sent:  []any{someone, "", "x", int64(1), true, 1.5, int64(2)},
		},
		"long": {
			given: []any{someone, strings.Repeat("x", 100), strings.Repeat("y", 9000), 1, false, 0.5, int64(2)},
			sent:  []any{someone, strings.Repeat("x", 41), strings.Repeat("y", 9000), int64(1), false, 0.5, int64(2)},
		},
		"just too long by a letter of two code units": {
			given: []any{someone, strings.Repeat("x", 40) + "😀", "", 1, false, 0.5, int64(2)},
			sent:  []any{someone, strings.Repeat("x", 40) + "\uFFFD", "", int64(1), false, 0.5, int64(2)},
		},
		"just as long as there is room": {
			given: []any{someone, strings.Repeat("ä", 39) + "😀", "", 1, false, 0.5, int64(2)},
			sent:  []any{someone, strings.Repeat("ä", 39) + "😀", "", int64(1), false, 0.5, int64(2)},
		},
		"null": {
			given: []any{nil, nil, nil, nil, nil, nil, nil},
			sent: []any{
				[]byte(nil), sql.NullString{}, sql.NullString{}, sql.NullInt64{}, sql.NullBool{}, sql.NullFloat64{}, sql.NullInt64{},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := &enginetest.Recorder{Changed: 1}
			db := recorded(t, server)
			args := make([]any, 7)
			for i, column := range []string{"id", "name", "note", "size", "is_guest", "weight", "joined_at"} {
				args[i] = sql.Named(column, test.given[i])
			}
			if err := db.Tx(t.Context(), string(someone), func(ctx context.Context) error {
				tx, err := db.TxFrom(ctx)
				if err != nil {
					return err
				}
				_, err = tx.Exec(ctx, insert, append([]any{sql.Named("tenant_id", someone)}, args...)...)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			got := server.Sent()
			if len(got) != 1 {
				t.Fatalf("sent %v", got)
			}
			values := make([]any, 0, len(got[0].Args))
			for _, arg := range got[0].Args {
				values = append(values, arg.Value)
			}
			if diff := cmp.Diff(append([]any{someone}, test.sent...), values); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
			got[0].Args = nil
			if diff := cmp.Diff(want, got[0]); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParametersWithoutATypeAreRefused(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		arg  any
		want string
	}{
		"unknown":          {`SELECT 1 FROM people WHERE name = @nickname`, sql.Named("nickname", "x"), "has no type"},
		"of another table": {`SELECT 1 FROM pets WHERE name = @size`, sql.Named("size", 1), "has no type"},
		"computed":         {`SELECT 1 FROM people WHERE doubled = @doubled`, sql.Named("doubled", 1), "has no type"},
		"of two types":     {`SELECT 1 FROM people p JOIN pets q ON p.name = q.name WHERE name = @name`, sql.Named("name", "x"), "NVARCHAR(20)"},
		"too few bytes":    {`SELECT 1 FROM people WHERE id = @id`, sql.Named("id", []byte("x")), "BINARY(16)"},
		"of an alias":      {`SELECT 1 FROM people p JOIN pets q ON p.name = q.name WHERE p.name = @name`, sql.Named("name", "x"), ""},
		"without a name":   {`SELECT 1 FROM people WHERE id = @p1`, someone, "without a name"},
	} {
		t.Run(name, func(t *testing.T) {
			server := &enginetest.Recorder{}
			on := recorded(t, server).CrossTenant(t.Context())
			_, err := engine.QueryAll(t.Context(), on, scanID, test.text, test.arg)
			if test.want == "" {
				if sent := server.Sent(); err != nil || sent[0].Declarations != "@name NVARCHAR(41)" {
					t.Errorf("sent %v: %v", sent, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) || len(server.Sent()) > 0 {
				t.Errorf("want a refusal, got %v", err)
			}
		})
	}
}

func TestNamedParametersHaveTheirTypes(t *testing.T) {
	server := &enginetest.Recorder{}
	on := recorded(t, server).CrossTenant(t.Context())
	_, err := engine.QueryAll(t.Context(), on, scanID,
		`SELECT size FROM people WHERE name > @after_name AND joined_at < @until`,
		sql.Named("after_name", "x"), sql.Named("until", 1))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := server.Sent()[0].Declarations, "@after_name NVARCHAR(41), @until BIGINT"; got != want {
		t.Errorf("declared %q, want %q", got, want)
	}
}

// TestReadsAreRepeatedOnce has the other side close a pooled connection long before.
func TestReadsAreRepeatedOnce(t *testing.T) {
	row := []driver.Value{int64(7)}
	type reading func(ctx context.Context, db *engine.DB) (ids []int, err error)
	several := func(ctx context.Context, db *engine.DB) ([]int, error) {
		return engine.QueryAll(ctx, db.CrossTenant(ctx), scanID, `SELECT size FROM people`)
	}
	one := func(ctx context.Context, db *engine.DB) ([]int, error) {
		id, ok, err := engine.QueryOne(ctx, db.CrossTenant(ctx), scanID, `SELECT size FROM people`)
		if !ok {
			return nil, err
		}
		return []int{id}, err
	}
	stream := func(ctx context.Context, db *engine.DB) (ids []int, err error) {
		return ids, db.Stream(ctx, someone, func(row *sql.Rows) error {
			id, err := scanID(row)
			ids = append(ids, id)
			return err
		}, `SELECT size FROM people WHERE tenant_id = @tenant_id`)
	}
	within := func(ctx context.Context, db *engine.DB) (ids []int, err error) {
		return ids, db.Tx(ctx, nil, func(ctx context.Context) error {
			if _, err := several(ctx, db); err == nil {
				return nil
			}
			return errors.New("the transaction is not run again")
		})
	}
	for name, test := range map[string]struct {
		read   reading
		broken int // attempts that fail
		after  int // rows
		want   []int
		wantIn int // attempts
	}{
		"a list":                             {read: several, broken: 1, want: []int{7}, wantIn: 2},
		"a list that broke at its end":       {read: several, broken: 1, after: 1, want: []int{7}, wantIn: 2},
		"a row":                              {read: one, broken: 1, want: []int{7}, wantIn: 2},
		"a row that broke at its end":        {read: one, broken: 1, after: 1, want: []int{7}, wantIn: 2},
		"a stream before its first row":      {read: stream, broken: 1, want: []int{7}, wantIn: 2},
		"not a stream after its first row":   {read: stream, broken: 1, after: 1, wantIn: 1},
		"not a second time":                  {read: several, broken: 9, wantIn: 2},
		"not one statement of a transaction": {read: within, broken: 9, wantIn: 1},
	} {
		t.Run(name, func(t *testing.T) {
			attempts := 0
			server := &enginetest.Recorder{}
			server.Answer = func(string) ([][]driver.Value, error) {
				attempts++
				if attempts <= test.broken {
					return [][]driver.Value{row}[:test.after], io.ErrUnexpectedEOF
				}
				return [][]driver.Value{row}, nil
			}
			ids, err := test.read(t.Context(), recorded(t, server))
			if attempts != test.wantIn {
				t.Errorf("read in %d attempts, want %d", attempts, test.wantIn)
			}
			if test.want == nil {
				if err == nil {
					t.Error("want an error")
				}
				return
			}
			if diff := cmp.Diff(test.want, ids); diff != "" || err != nil {
				t.Errorf("error %v, rows (-want +got):\n%s", err, diff)
			}
		})
	}
}

// TestFaultsBelongToTheirStatement sends saved statements with a later one, whose caller expects other faults.
func TestFaultsBelongToTheirStatement(t *testing.T) {
	taken := errors.New("taken")
	saved := engine.On{engine.Duplicate: func(error) error { return taken }}
	for name, later := range map[string]func(ctx context.Context, tx engine.Session) error{
		"a write": func(ctx context.Context, tx engine.Session) error {
			_, err := tx.Exec(ctx, `UPDATE people SET size = 2`)
			return err
		},
		"a read": func(ctx context.Context, tx engine.Session) error {
			_, err := engine.QueryAll(ctx, tx, scanID, `SELECT size FROM people`)
			return err
		},
	} {
		for _, on := range []engine.On{saved, nil} {
			server := &enginetest.Recorder{Answer: func(text string) ([][]driver.Value, error) {
				if strings.Contains(text, "INSERT") {
					return nil, mssql.Error{Number: 2627}
				}
				return nil, nil
			}}
			db := recorded(t, server)
			err := db.Tx(t.Context(), nil, func(ctx context.Context) error {
				tx, err := db.TxFrom(ctx)
				if err != nil {
					return err
				}
				if err := tx.Save(ctx, []engine.Statement{{Text: `INSERT INTO people (size) VALUES (1)`}}, on); err != nil {
					return err
				}
				err = later(ctx, tx)
				if (on != nil || name == "a write") && db.Dialect().Is(err, engine.Duplicate) {
					t.Errorf("%s takes the fault for its own", name)
				}
				return err
			})
			if err == nil || (on != nil && !errors.Is(err, taken)) {
				t.Errorf("%s: the transaction ended with %v", name, err)
			}
		}
	}
}

// TestLocksShareTheRoundTrip shows that the lock comes before the read that needs it, and that a refused lock is a
// fault.
func TestLocksShareTheRoundTrip(t *testing.T) {
	server := &enginetest.Recorder{}
	db := recorded(t, server)
	err := db.Tx(t.Context(), nil, func(ctx context.Context) error {
		tx, err := db.TxFrom(ctx)
		if err != nil {
			return err
		}
		if err := tx.LockRow(ctx, "people", "a", "b"); err != nil {
			return err
		}
		_, err = engine.QueryAll(ctx, tx, scanID, `SELECT size FROM people`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	sent := server.Sent()
	if len(sent) != 1 || len(sent[0].Args) != 1 || sent[0].Args[0].Value != "people a b" ||
		sent[0].Declarations != "@lock_name_0 NVARCHAR(255)" {
		t.Fatalf("sent %v", sent)
	}
	lock, read := strings.Index(sent[0].Text, "sp_getapplock @Resource = @lock_name_0"), strings.Index(sent[0].Text, "SELECT size")
	if lock < 0 || read < lock || !strings.Contains(sent[0].Text, "@LockOwner = 'Transaction'") {
		t.Errorf("sent %s", sent[0].Text)
	}
}
