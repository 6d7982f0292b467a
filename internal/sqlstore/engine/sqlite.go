package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"
	"unicode"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteReaders is how many connections read beside the one that writes.
const sqliteReaders = 4

// sqlitePragmas are set in the DSN, since a statement would reach one pooled connection only, and are read back at start:
// a pragma that SQLite does not take is no error. synchronous 2 is FULL: a commit that was answered survives a power
// failure. See https://www.sqlite.org/pragma.html.
var sqlitePragmas = []struct{ name, value string }{
	{"busy_timeout", "10000"},
	{"journal_mode", "wal"},
	{"synchronous", "2"},
	{"foreign_keys", "1"},
}

func sqliteDialect() *Dialect {
	return &Dialect{
		Name: "sqlite",
		// A parameter by itself would have SQLite compile the statement anew for every value that is bound, to choose a plan
		// by it: ten times as slow as running most of them.
		Page:    " LIMIT +@limit",
		Length:  "LENGTH",
		Periods: `(SELECT key AS period, value ->> 0 AS period_start, value ->> 1 AS period_end FROM json_each(@periods))`,
		Texts:   func(parameter string) string { return `(SELECT value FROM json_each(` + parameter + `))` },
		IDs: func(parameter string) string {
			return `(SELECT unhex(REPLACE(value, '-', '')) AS value FROM json_each(` + parameter + `))`
		},
		// LIKE and the collation NOCASE know the case of ASCII letters only.
		Contains: " GLOB @search",
		Pattern:  globPattern,
		classify: classifySQLite,
		findVersions: `SELECT (SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'),
			(SELECT COUNT(*) FROM pragma_table_info('schema_migrations') WHERE name = 'first_migration')`,
		createVersions: `CREATE TABLE schema_migrations
			(version INTEGER NOT NULL PRIMARY KEY, first_migration TEXT NOT NULL) STRICT`,
	}
}

// globPattern is a pattern for GLOB that finds a part of a text. Each letter stands for all its cases:
// https://www.sqlite.org/lang_expr.html#glob.
func globPattern(part string) string {
	var pattern strings.Builder
	pattern.WriteByte('*')
	for _, letter := range part {
		other := unicode.SimpleFold(letter)
		if other == letter && !strings.ContainsRune("*?[", letter) {
			pattern.WriteRune(letter)
			continue
		}
		pattern.WriteByte('[')
		pattern.WriteRune(letter)
		for ; other != letter; other = unicode.SimpleFold(other) {
			pattern.WriteRune(other)
		}
		pattern.WriteByte(']')
	}
	pattern.WriteByte('*')
	return pattern.String()
}

// classifySQLite goes by the extended result codes: https://www.sqlite.org/rescode.html.
func classifySQLite(err error) Fault {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return Other
	}
	switch code := e.Code(); {
	case code == sqlite3.SQLITE_CONSTRAINT_UNIQUE, code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return Duplicate
	case code&0xff == sqlite3.SQLITE_BUSY, code&0xff == sqlite3.SQLITE_LOCKED:
		return Locked
	case code&0xff == sqlite3.SQLITE_FULL, code&0xff == sqlite3.SQLITE_IOERR:
		return Transient
	default:
		return Other
	}
}

// openSQLitePool opens connections to the file with the pragmas and further ones, and reads them back.
func openSQLitePool(ctx context.Context, path string, connections int, further ...string) (*sql.DB, error) {
	query := url.Values{"_txlock": {"immediate"}}
	for _, pragma := range sqlitePragmas {
		query.Add("_pragma", pragma.name+"("+pragma.value+")")
	}
	query["_pragma"] = append(query["_pragma"], further...)
	// A path may hold what means something in a URI.
	dsn := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: query.Encode()}).String()
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open sqlite: %w", err)
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	if err := connectPatiently(ctx, db); err != nil {
		return nil, errors.Join(fmt.Errorf("open the database file: %w", err), db.Close())
	}
	for _, pragma := range sqlitePragmas {
		var value string
		if err := db.QueryRowContext(ctx, "PRAGMA "+pragma.name).Scan(&value); err != nil {
			return nil, errors.Join(fmt.Errorf("open the database file: %w", err), db.Close())
		}
		if !strings.EqualFold(value, pragma.value) {
			err := fmt.Errorf("the database file does not take %s = %s (it is %s)", pragma.name, pragma.value, value)
			return nil, errors.Join(err, db.Close())
		}
	}
	return db, nil
}

// connectPatiently opens the first connection. While another process turns a new file to WAL, SQLite refuses at once,
// whatever busy_timeout says.
func connectPatiently(ctx context.Context, db *sql.DB) error {
	for range 1000 {
		err := db.PingContext(ctx)
		if err == nil || classifySQLite(err) != Locked {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(10 * time.Millisecond):
		}
	}
	return errors.New("another process holds it")
}

func openSQLite(ctx context.Context, path string, log *slog.Logger) (*DB, error) {
	if path == "" || strings.HasPrefix(path, ":memory:") {
		return nil, errors.New("the database URL names no file: sqlite:PATH")
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, errors.New("the database URL names a directory, not a file")
	}
	// What a savepoint has changed is kept aside until it ends. That goes to a temporary file unless told otherwise.
	writing, err := openSQLitePool(ctx, path, 1, "temp_store(memory)")
	if err != nil {
		return nil, err
	}
	reading, err := openSQLitePool(ctx, path, sqliteReaders, "query_only(1)")
	if err != nil {
		return nil, errors.Join(err, writing.Close())
	}
	db := NewSQLite(writing, reading, log) //nolint:contextcheck // the writer outlives whoever opens the database
	db.migrating = func(ctx context.Context) (*migrator, error) { return newSQLiteMigrator(ctx, db.dialect, path) }
	return db, nil
}

// NewSQLite makes a DB of two pools on one file. writing has one connection.
func NewSQLite(writing, reading *sql.DB, log *slog.Logger) *DB {
	d := sqliteDialect()
	group := newGroupWriter(d, writing, log)
	return &DB{
		dialect: d,
		pool:    reading,
		reader:  &prepared{dialect: d, db: reading},
		stream:  direct{dialect: d, db: reading},
		streams: make(chan struct{}, maxStreams),
		writer:  group,
		close: func() error {
			group.close()
			return errors.Join(reading.Close(), writing.Close())
		},
	}
}

// newSQLiteMigrator holds one write transaction over the whole run, which keeps other processes out, and runs each file in
// a savepoint.
func newSQLiteMigrator(ctx context.Context, d *Dialect, path string) (*migrator, error) {
	wait := fmt.Sprintf("busy_timeout(%d)", migrationWait.Milliseconds())
	db, err := openSQLitePool(ctx, path, 1)
	if err != nil {
		return nil, err
	}
	return newMigrator(ctx, db, d, migratorSQL{
		lock:     "PRAGMA " + wait + "; BEGIN IMMEDIATE",
		unlock:   "COMMIT",
		begin:    "SAVEPOINT file",
		commit:   "RELEASE file",
		rollback: "ROLLBACK TO file; RELEASE file",
	})
}
