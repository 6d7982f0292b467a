package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteReaders is how many connections read beside the writer. At most half of them make reports.
const sqliteReaders = 6

// busyTimeout is how many milliseconds a statement waits for another process that writes.
const busyTimeout = 10_000

// sqlitePragmas are set in the DSN, since a statement would reach only one connection of the pool. They are read back
// at start, since a pragma that SQLite ignores gives no error. synchronous 2 is FULL: an acknowledged commit survives a
// power failure. With secure_delete what is removed is overwritten: https://www.sqlite.org/pragma.html.
var sqlitePragmas = []struct{ name, value string }{
	{"busy_timeout", strconv.Itoa(busyTimeout)},
	{"journal_mode", "wal"},
	{"synchronous", "2"},
	{"foreign_keys", "1"},
	{"secure_delete", "1"},
}

func sqliteDialect() *Dialect {
	return &Dialect{
		Name:  "sqlite",
		Local: true,
		// With a parameter alone SQLite would compile the statement again for every bound value, to choose a plan by
		// it. That takes ten times as long as running most statements.
		Page:   " LIMIT +@limit",
		Length: "LENGTH",
		Periods: func(parameter string) string {
			return `(SELECT key AS period, value ->> 0 AS period_start, value ->> 1 AS period_end FROM json_each(` + parameter + `))`
		},
		Texts: func(parameter string) string { return `(SELECT value FROM json_each(` + parameter + `))` },
		IDs: func(parameter string) string {
			return `(SELECT unhex(REPLACE(value, '-', '')) AS value FROM json_each(` + parameter + `))`
		},
		// A row that a FILTER leaves out costs no call of SUM. Nor is its value worked out.
		SumWhere: func(value, condition string) string {
			return `COALESCE(SUM(` + value + `) FILTER (WHERE ` + condition + `), 0)`
		},
		// LIKE and the collation NOCASE ignore the case of ASCII letters only.
		Contains: " GLOB @search",
		Pattern:  globPattern,
		classify: classifySQLite,
		clock:    `SELECT CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER)`,
		findVersions: `SELECT (SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'),
			(SELECT COUNT(*) FROM pragma_table_info('schema_migrations') WHERE name = 'oldest_program'),
			(SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table')`,
		createVersions: `CREATE TABLE schema_migrations
			(version INTEGER NOT NULL PRIMARY KEY, oldest_program INTEGER NOT NULL, first_migration TEXT NOT NULL) STRICT`,
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

// classifySQLite uses the extended result codes: https://www.sqlite.org/rescode.html.
func classifySQLite(err error) Fault {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return Other
	}
	switch code := e.Code(); {
	case code == sqlite3.SQLITE_CONSTRAINT_UNIQUE, code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return Duplicate
	case code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return Referenced
	case code&0xff == sqlite3.SQLITE_BUSY, code&0xff == sqlite3.SQLITE_LOCKED:
		return Locked
	case slices.Contains([]int{sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}, code&0xff):
		return Transient // the disk is full, fails, is read-only or away
	default:
		return Other
	}
}

// openSQLitePool opens connections to the file with these and further pragmas, and reads them back.
func openSQLitePool(ctx context.Context, path string, connections int, further ...string) (*sql.DB, error) {
	// A file that was moved away must not come back empty beside the log of the old one, which SQLite would then discard.
	query := url.Values{"_txlock": {"immediate"}, "mode": {"rw"}}
	for _, pragma := range sqlitePragmas {
		query.Add("_pragma", pragma.name+"("+pragma.value+")")
	}
	query["_pragma"] = append(query["_pragma"], further...)
	// A path may contain characters that have a meaning in a URI.
	dsn := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: query.Encode()}).String()
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open sqlite: %w", err)
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	if err := connectPatiently(ctx, db); err != nil {
		return nil, errors.Join(unusable(err), db.Close())
	}
	for _, pragma := range sqlitePragmas {
		var value string
		if err := db.QueryRowContext(ctx, "PRAGMA "+pragma.name).Scan(&value); err != nil {
			return nil, errors.Join(unusable(err), db.Close())
		}
		if !strings.EqualFold(value, pragma.value) {
			err := fmt.Errorf("the database file does not take %s = %s (it is %s)", pragma.name, pragma.value, value)
			return nil, errors.Join(err, db.Close())
		}
	}
	return db, nil
}

// unusable says of a file that can't be opened what is wrong with it.
func unusable(err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_NOTADB:
			return fmt.Errorf("the database file is not one of SQLite, or its beginning is damaged; restore a backup: %w", err)
		case sqlite3.SQLITE_CORRUPT:
			return fmt.Errorf("the database file is damaged; restore a backup: %w", err)
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN:
			return fmt.Errorf("the database file or its directory can't be written: %w", err)
		}
	}
	return fmt.Errorf("open the database file: %w", err)
}

// connectPatiently opens the first connection. While another process switches a new file to WAL, SQLite refuses at
// once, whatever busy_timeout says.
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

func openSQLite(ctx context.Context, path string, create bool, log *slog.Logger) (*DB, error) {
	if path == "" || strings.HasPrefix(path, ":memory:") {
		return nil, errors.New("the database URL names no file: sqlite:PATH")
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, errors.New("the database URL names a directory, not a file")
	}
	if create {
		if err := createSQLiteFile(path); err != nil {
			return nil, err
		}
	} else if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("the database file does not exist; run timetracker migrate")
	}
	file, err := openSQLiteFile(ctx, path)
	if err != nil {
		return nil, err
	}
	db := NewSQLite(file, log) //nolint:contextcheck // the writer outlives whoever opens the database
	db.path = path
	db.migrating = func(ctx context.Context) (*migrator, error) { return newSQLiteMigrator(ctx, db.dialect, path) }
	return db, nil
}

// createSQLiteFile makes a file that only its owner reads, unless there is one. SQLite gives the files beside it the same
// permissions.
func createSQLiteFile(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600) //nolint:gosec // whoever runs the program names the file
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		return fmt.Errorf("make the database file: %w", err)
	}
	return nil
}

// SQLiteFile is an open file as a DB needs it.
type SQLiteFile struct {
	Writing       *sql.DB // one connection
	Reading       *sql.DB
	Checkpointing *sql.DB // one connection
	// Main is the file itself, to make it durable beside the writer and for turns with other processes. It is nil where that is
	// impossible.
	Main *os.File
}

func openSQLiteFile(ctx context.Context, path string) (file SQLiteFile, err error) {
	// With POSIX locks, closing any descriptor of the file would end the locks of every connection to it. Main stays
	// nil where the kernel has no other locks, or when a connection is open already.
	_, _ = sqlite.OFDLocking(true)
	defer func() {
		if err != nil {
			err = errors.Join(err, file.close())
		}
	}()
	// SQLite keeps what a savepoint has changed until it ends, by default in a temporary file.
	file.Writing, err = openSQLitePool(ctx, path, 1, "temp_store(memory)", "wal_autocheckpoint(0)",
		fmt.Sprintf("journal_size_limit(%d)", walFileLimit))
	if err != nil {
		return file, err
	}
	if file.Reading, err = openSQLitePool(ctx, path, sqliteReaders, "query_only(1)"); err != nil {
		return file, err
	}
	if file.Checkpointing, err = openSQLitePool(ctx, path, 1); err != nil {
		return file, err
	}
	if sqlite.OFDLockingEnabled() {
		file.Main, err = os.OpenFile(path, os.O_RDWR, 0) //nolint:gosec // whoever runs the program names the file
	}
	return file, err
}

// close closes what is open. The writing connection is the last, since it has the most to copy.
func (f SQLiteFile) close() error {
	var all []error
	for _, pool := range []*sql.DB{f.Reading, f.Checkpointing, f.Writing} {
		if pool != nil {
			all = append(all, pool.Close())
		}
	}
	if f.Main != nil {
		all = append(all, f.Main.Close())
	}
	return errors.Join(all...)
}

// NewSQLite makes a DB of an open file, which it closes.
func NewSQLite(file SQLiteFile, log *slog.Logger) *DB {
	d := sqliteDialect()
	checkpoints := newCheckpointer(file.Checkpointing, file.Main, log)
	group := newGroupWriter(d, file.Writing, checkpoints, turns{file.Main}, log)
	return &DB{
		dialect: d,
		pool:    file.Reading,
		reader:  &prepared{dialect: d, db: file.Reading},
		stream:  direct{dialect: d, db: file.Reading},
		writer:  group,
		rewrite: func(ctx context.Context) error {
			return group.between(ctx, func() error { return checkpoints.rewrite(context.WithoutCancel(ctx)) })
		},
		close: func() error {
			group.close()
			checkpoints.close()
			return file.close()
		},
	}
}

// newSQLiteMigrator holds one write transaction during the whole run, which keeps other processes out. It runs each
// file in a savepoint.
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
