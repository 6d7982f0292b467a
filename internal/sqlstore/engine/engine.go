package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/span"
)

// maxStream is how long one stream is read. While anybody reads, SQLite's WAL can't start over.
const maxStream = time.Minute

// Config says where the database is.
type Config struct {
	URL    string // sqlite:PATH or sqlserver://…
	Create bool   // make a SQLite file that is not there; its directory must be
	Log    *slog.Logger
	// Migrations has a directory of migrations for each engine, named as Dialect.Name.
	Migrations fs.FS
	// Parameters are the T-SQL types of parameters without a column of that name in their statement. A type is BIGINT,
	// or table.column for that column's type. SQLite needs none.
	Parameters map[string]string
}

// DB is a database. It is safe for concurrent use.
type DB struct {
	dialect *Dialect
	pool    *sql.DB // readers on SQLite, all connections on SQL Server
	reader  runner  // on pool, for short statements of the hot path
	stream  runner  // on pool, for long results
	writer  writer

	migrations fs.FS
	// migrating makes the driver of the migrations, on a connection of its own.
	migrating func(ctx context.Context) (*migrator, error)
	close     func() error
	path      string // SQLite's file; empty on SQL Server
	// rewrite is Rewrite's; nil where the engine has no file of its own.
	rewrite func(ctx context.Context) error
}

// writer runs functions in transactions.
type writer interface {
	// run calls fn with a transaction of its own. It commits when fn gives nil and rolls back otherwise. fn may run
	// more than once.
	run(ctx context.Context, fn func(ctx context.Context, tx runner) error) error
	// observe sets who is told how transactions go.
	observe(by Observer)
}

// Open opens the database. It does not migrate: see Migrate and CheckVersion.
func Open(ctx context.Context, config Config) (*DB, error) {
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	var db *DB
	var err error
	if path, ok := strings.CutPrefix(config.URL, "sqlite:"); ok {
		db, err = openSQLite(ctx, path, config.Create, config.Log)
	} else if strings.HasPrefix(config.URL, "sqlserver://") {
		db, err = openSQLServer(ctx, config)
	} else {
		err = errors.New("the database URL must begin with sqlite: or sqlserver://")
	}
	if err != nil {
		return nil, err
	}
	db.migrations = config.Migrations
	return db, nil
}

// Close ends the writer and closes every connection. Waiting transactions are refused. It is called once.
func (db *DB) Close() error { return db.close() }

// Ping calls the database.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.pool.PingContext(ctx); err != nil {
		return db.dialect.wrap(err)
	}
	return nil
}

// WALBytes is the size of the file that SQLite keeps beside the database; zero on SQL Server, and when there is none.
func (db *DB) WALBytes() int64 {
	info, err := os.Stat(db.path + "-wal")
	if err != nil || db.path == "" {
		return 0
	}
	return info.Size()
}

// Rewrite makes the file anew, so that nothing is left in it of what was removed or changed. SQLite overwrites what it removes,
// but not the places that it has moved something away from. Transactions wait for the end, reads don't. On SQL Server, which
// keeps its files to itself, it does nothing.
func (db *DB) Rewrite(ctx context.Context) error {
	if db.rewrite == nil {
		return nil
	}
	return db.rewrite(ctx)
}

// Now is what the database's clock shows. An embedded database has the machine's. It serves to check our own clock, and what
// several processes measure: statements get the time as a parameter. Within a transaction it needs no other connection.
func (db *DB) Now(ctx context.Context) (time.Time, error) {
	var ms int64
	if tx, ok := db.transactionOf(ctx); ok {
		err := tx.query(ctx, func(row *sql.Rows) error { return row.Scan(&ms) }, db.dialect.clock)
		return time.UnixMilli(ms).UTC(), err
	}
	if err := db.pool.QueryRowContext(ctx, db.dialect.clock).Scan(&ms); err != nil {
		return time.Time{}, db.dialect.wrap(err)
	}
	return time.UnixMilli(ms).UTC(), nil
}

// Dialect is the engine's part of statements.
func (db *DB) Dialect() *Dialect { return db.dialect }

// transactionKey finds the transaction in a context.
type transactionKey struct{}

// transaction is a tenant's transaction as it travels in the context.
type transaction struct {
	db       *DB
	tenantID any
	runner   runner
	// failed is the first error of a statement or of a Tx that joined. From then on the transaction can only be rolled
	// back. SQL Server has ended it already, so further statements would run outside of it. At the end it is errEnded.
	failed error
}

// errEnded is the error of a context that is used after its transaction.
var errEnded = errors.New("the transaction has ended")

// Tx runs fn in one transaction of a tenant: everything is kept, or nothing when fn gives an error. A nil tenant makes
// a transaction that belongs to no tenant. fn may run more than once.
//
// fn must pass its context on. A call with another context that waits for this transaction would wait for ever. A Tx
// with the context of a transaction of the same tenant joins it. When it fails, the whole transaction fails.
func (db *DB) Tx(ctx context.Context, tenantID any, fn func(ctx context.Context) error) (err error) {
	if tx, ok := db.transactionOf(ctx); ok {
		if tx.tenantID != tenantID {
			return errors.New("a transaction of one tenant can't hold a transaction of another")
		}
		err := fn(ctx)
		if err != nil && tx.failed == nil {
			tx.failed = err
		}
		return err
	}
	ctx, traced := span.Start(ctx, span.Client, "transaction")
	if traced.Recording() {
		traced.Set(span.System(db.dialect.Name))
		defer func() { traced.End(err) }()
	}
	return db.writer.run(ctx, func(ctx context.Context, on runner) error {
		traced.Event("begun")
		tx := &transaction{db: db, tenantID: tenantID, runner: on}
		defer func() { tx.failed = errEnded }()
		if err := fn(context.WithValue(ctx, transactionKey{}, tx)); err != nil {
			return err
		}
		return tx.failed
	})
}

var errNotInTransaction = errors.New("this is done within a transaction only")

func (db *DB) transactionOf(ctx context.Context) (*transaction, bool) {
	tx, ok := ctx.Value(transactionKey{}).(*transaction)
	return tx, ok && tx.db == db
}

// TxFrom gives the transaction of the context as a session that crosses tenants; an error when there is none.
func (db *DB) TxFrom(ctx context.Context) (Session, error) {
	tx, ok := db.transactionOf(ctx)
	if !ok {
		return Session{}, errNotInTransaction
	}
	return Session{runner: tx, dialect: db.dialect, crossTenant: true}, nil
}

// TenantTx gives the transaction of the context; an error when there is none or it belongs to another tenant.
func (db *DB) TenantTx(ctx context.Context, tenantID any) (Session, error) {
	tx, ok := db.transactionOf(ctx)
	if !ok {
		return Session{}, errNotInTransaction
	}
	if tx.tenantID != tenantID {
		return Session{}, errors.New("the transaction belongs to another tenant")
	}
	return Session{runner: tx, dialect: db.dialect, tenantID: tenantID}, nil
}

// TenantSession gives the transaction of the context or, when there is none, the readers.
func (db *DB) TenantSession(ctx context.Context, tenantID any) (Session, error) {
	if _, ok := db.transactionOf(ctx); ok {
		return db.TenantTx(ctx, tenantID)
	}
	return Session{runner: db.reader, dialect: db.dialect, tenantID: tenantID, pooled: true}, nil
}

// CrossTenant gives the transaction of the context or, when there is none, the readers. It is for the few statements
// that cross tenants. It binds no parameter.
func (db *DB) CrossTenant(ctx context.Context) Session {
	if tx, ok := db.transactionOf(ctx); ok {
		return Session{runner: tx, dialect: db.dialect, crossTenant: true}
	}
	return Session{runner: db.reader, dialect: db.dialect, crossTenant: true, pooled: true}
}

// Stream runs a tenant's statement with a long result and calls scan for each row. It reads what is committed, also
// within a transaction. Each stream occupies a connection of the pool, so the caller limits how many there are, and scan
// must not wait for a client. A stream that takes longer than maxStream is refused.
func (db *DB) Stream(
	ctx context.Context, tenantID any, scan func(row *sql.Rows) error, text string, args ...any,
) error {
	limited, cancel := context.WithTimeout(ctx, maxStream)
	defer cancel()
	err := db.readStream(limited, tenantID, scan, text, args...)
	if limited.Err() != nil && ctx.Err() == nil && err != nil {
		return errs.Wrap(err, errs.Unavailable, "read_too_long", "This takes too long. Ask for a shorter range.").
			WithRetryAfter(maxStream)
	}
	return err
}

func (db *DB) readStream(
	ctx context.Context, tenantID any, scan func(row *sql.Rows) error, text string, args ...any,
) error {
	on := Session{runner: db.stream, dialect: db.dialect, tenantID: tenantID, pooled: true}
	given := false
	var last error
	return on.read(ctx, func() error {
		if given {
			return last
		}
		last = on.query(ctx, func(row *sql.Rows) error {
			given = true
			return scan(row)
		}, text, args...)
		return last
	})
}

func (tx *transaction) query(ctx context.Context, scan func(row *sql.Rows) error, text string, args ...any) error {
	if tx.failed == nil {
		tx.failed = tx.runner.query(ctx, scan, text, args...)
	}
	return tx.failed
}

func (tx *transaction) exec(ctx context.Context, text string, args ...any) (int64, error) {
	if tx.failed != nil {
		return 0, tx.failed
	}
	changed, err := tx.runner.exec(ctx, text, args...)
	tx.failed = err
	return changed, err
}

func (tx *transaction) save(ctx context.Context, statements []Statement, on On) error {
	if tx.failed == nil {
		tx.failed = tx.runner.save(ctx, statements, on)
	}
	return tx.failed
}

// Session is what statements run on: a transaction, or the pool of readers. It belongs to a tenant or crosses tenants.
type Session struct {
	runner      runner
	dialect     *Dialect
	tenantID    any
	crossTenant bool
	pooled      bool // not within a transaction
}

// runner runs statements unchanged. Its errors are classified: see Dialect.wrap.
type runner interface {
	// query calls scan for each row.
	query(ctx context.Context, scan func(row *sql.Rows) error, text string, args ...any) error
	// exec gives the number of rows that the statement changed.
	exec(ctx context.Context, text string, args ...any) (changed int64, err error)
	// save runs statements now or later: see Session.Save.
	save(ctx context.Context, statements []Statement, on On) error
}

// query runs a statement and calls scan for each row.
func (s Session) query(ctx context.Context, scan func(row *sql.Rows) error, text string, args ...any) error {
	args, err := s.bind(text, args)
	if err != nil {
		return err
	}
	return s.runner.query(ctx, scan, text, args...)
}

// Exec runs a statement and gives the number of rows that it changed.
func (s Session) Exec(ctx context.Context, text string, args ...any) (changed int64, err error) {
	args, err = s.bind(text, args)
	if err != nil {
		return 0, err
	}
	return s.runner.exec(ctx, text, args...)
}

// Statement is one of several that belong together.
type Statement struct {
	Text string
	Args []any // sql.NamedArg
	// One: exactly one row must change; otherwise another call changed it first.
	One bool
}

// On maps faults of statements to their meaning for the caller. Any other fault keeps its own error.
type On map[Fault]func(cause error) error

// Save runs statements in their order. Within a transaction on SQL Server they wait for the next query, or for the end
// of the transaction. They share its round trip, and their error comes out there.
func (s Session) Save(ctx context.Context, statements []Statement, on On) error {
	bound := make([]Statement, len(statements))
	for i, statement := range statements {
		args, err := s.bind(statement.Text, statement.Args)
		if err != nil {
			return err
		}
		bound[i] = Statement{Text: statement.Text, Args: args, One: statement.One}
	}
	return s.runner.save(ctx, bound, on)
}

// lockName is the parameter of Dialect.lock.
const lockName = "lock_name"

// LockRow makes other transactions that lock the same row wait until this one ends, also when the row does not exist.
// key is the row's whole key. The transaction then reads what the last holder of the lock has written.
func (s Session) LockRow(ctx context.Context, table string, key ...string) error {
	if s.dialect.lock == "" {
		return nil
	}
	name := table + " " + strings.Join(key, " ")
	return s.runner.save(ctx, []Statement{{Text: s.dialect.lock, Args: []any{sql.Named(lockName, name)}}}, nil)
}

// tenantParameter is bound by the session of a tenant.
const tenantParameter = "tenant_id"

// bind adds the tenant to a statement's parameters. It refuses a statement of a tenant's session that does not mention
// the tenant.
func (s Session) bind(text string, args []any) ([]any, error) {
	if s.crossTenant {
		return args, nil
	}
	if !mentions(text, "@"+tenantParameter) {
		return nil, fmt.Errorf("a statement on a tenant's session must mention @%s: %s", tenantParameter, text)
	}
	for _, arg := range args {
		if named, ok := arg.(sql.NamedArg); ok && named.Name == tenantParameter {
			return nil, fmt.Errorf("the session binds @%s itself: %s", tenantParameter, text)
		}
	}
	bound := make([]any, 0, len(args)+1)
	return append(append(bound, sql.Named(tenantParameter, s.tenantID)), args...), nil
}

// mentions says whether a text contains a parameter, and not just a longer name that begins with it.
func mentions(text, parameter string) bool {
	for {
		_, rest, found := strings.Cut(text, parameter)
		if !found {
			return false
		}
		if rest == "" || !isNameByte(rest[0]) {
			return true
		}
		text = rest
	}
}

func isNameByte(b byte) bool {
	return b == '_' || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9')
}

// read repeats a read on the pool once when the connection broke, since the other side may have closed it long ago.
func (s Session) read(ctx context.Context, attempt func() error) error {
	err := attempt()
	if s.pooled && s.dialect.Is(err, Broken) && !hasWaited(err) && ctx.Err() == nil {
		err = attempt()
	}
	return err
}

// QueryOne reads the one row that a statement gives; ok is false when there is none.
func QueryOne[T any](
	ctx context.Context, on Session, scan func(row *sql.Rows) (T, error), text string, args ...any,
) (found T, ok bool, err error) {
	err = on.read(ctx, func() error {
		ok = false
		return on.query(ctx, func(row *sql.Rows) (err error) {
			if ok {
				return errors.New("a statement for one row gave several")
			}
			ok = true
			found, err = scan(row)
			return err
		}, text, args...)
	})
	if err != nil {
		var zero T
		return zero, false, fmt.Errorf("query one row: %w", err)
	}
	return found, ok, nil
}

// QueryAll reads the rows that a statement gives.
func QueryAll[T any](
	ctx context.Context, on Session, scan func(row *sql.Rows) (T, error), text string, args ...any,
) ([]T, error) {
	var all []T
	err := on.read(ctx, func() error {
		all = nil
		return on.query(ctx, func(row *sql.Rows) error {
			one, err := scan(row)
			all = append(all, one)
			return err
		}, text, args...)
	})
	if err != nil {
		return nil, fmt.Errorf("query rows: %w", err)
	}
	return all, nil
}
