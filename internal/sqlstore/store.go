package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"

	"timetracker/internal/billing"
	"timetracker/internal/idempotency"
	"timetracker/internal/marketplace"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

var (
	_ tenant.Store      = (*Store)(nil)
	_ timer.Store       = (*Store)(nil)
	_ report.Store      = (*Store)(nil)
	_ idempotency.Store = (*Store)(nil)
	_ marketplace.Store = (*Store)(nil)
	_ billing.Store     = (*Store)(nil)
)

// maxStreams is how many reports are read at the same time. A report is read as fast as its client takes it, so that
// slow clients must not hold all connections of the pool.
const maxStreams = 2

// Config says where the database is.
type Config struct {
	URL string // sqlite:PATH or sqlserver://…
	Log *slog.Logger
}

// Store is a database. It is safe for concurrent use.
type Store struct {
	dialect *dialect
	pool    *sql.DB // readers on SQLite, all connections on SQL Server
	reader  session // on pool, for short statements of the hot path
	stream  session // on pool, for reports
	streams chan struct{}
	writer  writer
	// migrating makes the driver of the migrations, on a connection of its own.
	migrating func(ctx context.Context) (*migrator, error)
	close     func() error
}

// writer runs functions in transactions.
type writer interface {
	// run calls fn with a transaction of its own, keeps what it did when fn gives nil and nothing otherwise. fn may run
	// more than once.
	run(ctx context.Context, fn func(ctx context.Context, tx session) error) error
}

// session is what statements run on: a transaction, or the pool of readers. Its errors are classified: see dialect.wrap.
type session interface {
	// query calls scan for each row.
	query(ctx context.Context, scan func(row *sql.Rows) error, text string, args ...any) error
	// exec gives the number of rows that the statement changed.
	exec(ctx context.Context, text string, args ...any) (changed int64, err error)
}

// Open opens the database. For SQLite the file is made when it isn't there; its directory must be. Open does not migrate:
// see Migrate and CheckVersion.
func Open(ctx context.Context, config Config) (*Store, error) {
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if path, ok := strings.CutPrefix(config.URL, "sqlite:"); ok {
		return openSQLite(ctx, path, config.Log)
	}
	if strings.HasPrefix(config.URL, "sqlserver://") {
		return openSQLServer(ctx, config.URL, config.Log)
	}
	return nil, errors.New("the database URL must begin with sqlite: or sqlserver://")
}

// Close ends the writer and closes every connection. Transactions that wait for their turn are refused. It is called once.
func (s *Store) Close() error { return s.close() }

// Ping asks the database for an answer.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.pool.PingContext(ctx); err != nil {
		return s.dialect.wrap(err)
	}
	return nil
}

// transactionKey finds the transaction in a context.
type transactionKey struct{}

// transaction is a tenant's transaction as it travels in the context.
type transaction struct {
	store    *Store
	tenantID tenant.ID
	session  session
	// failed is the first error of a statement or of a Tx that joined. From there on the transaction can only be rolled
	// back: SQL Server has ended it already, and what would run next would run outside of it. At the end it is errEnded.
	failed error
}

// Tx runs fn in one transaction of a tenant: everything is kept, or nothing when fn gives an error. With the empty id it is
// a transaction of no tenant, which writes what belongs to none. fn may run more than once, and must hand its context on: a call with another context that waits for this transaction waits in vain. A Tx
// with the context of a transaction of the same tenant joins it; when it fails, so does the whole.
func (s *Store) Tx(ctx context.Context, id tenant.ID, fn func(ctx context.Context) error) error {
	if tx, ok := ctx.Value(transactionKey{}).(*transaction); ok && tx.store == s {
		if tx.tenantID != id {
			return errors.New("a transaction of one tenant can't hold a transaction of another")
		}
		err := fn(ctx)
		if err != nil && tx.failed == nil {
			tx.failed = err
		}
		return err
	}
	return s.writer.run(ctx, func(ctx context.Context, session session) error {
		tx := &transaction{store: s, tenantID: id, session: session}
		defer func() { tx.failed = errEnded }()
		if err := fn(context.WithValue(ctx, transactionKey{}, tx)); err != nil {
			return err
		}
		return tx.failed
	})
}

// errEnded is what a context gets that is used after its transaction.
var errEnded = errors.New("the transaction has ended")

// inside gives the transaction of the context, whosoever it is; an error when there is none.
func (s *Store) inside(ctx context.Context) (*transaction, error) {
	tx, ok := ctx.Value(transactionKey{}).(*transaction)
	if !ok || tx.store != s {
		return nil, errors.New("this is done within a transaction only")
	}
	return tx, nil
}

// within gives the transaction of the context; an error when there is none or it belongs to another tenant.
func (s *Store) within(ctx context.Context, id tenant.ID) (session, error) {
	tx, err := s.inside(ctx)
	if err != nil {
		return nil, err
	}
	if tx.tenantID != id {
		return nil, errors.New("the transaction belongs to another tenant")
	}
	return tx, nil
}

// either gives the transaction of the context or, when there is none, the readers.
func (s *Store) either(ctx context.Context, id tenant.ID) (session, error) {
	if tx, ok := ctx.Value(transactionKey{}).(*transaction); ok && tx.store == s {
		return s.within(ctx, id)
	}
	return s.reader, nil
}

// anywhere is either for the few statements that cross tenants.
func (s *Store) anywhere(ctx context.Context) session {
	if tx, ok := ctx.Value(transactionKey{}).(*transaction); ok && tx.store == s {
		return tx
	}
	return s.reader
}

func (t *transaction) query(ctx context.Context, scan func(row *sql.Rows) error, text string, args ...any) error {
	if t.failed == nil {
		t.failed = t.session.query(ctx, scan, text, args...)
	}
	return t.failed
}

func (t *transaction) exec(ctx context.Context, text string, args ...any) (int64, error) {
	if t.failed != nil {
		return 0, t.failed
	}
	changed, err := t.session.exec(ctx, text, args...)
	t.failed = err
	return changed, err
}
