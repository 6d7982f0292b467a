package enginetest

import (
	"context"
	"database/sql/driver"
	"errors"
	"sync"

	"modernc.org/sqlite"
)

// ErrFailing is the error of a use that fails. Nobody has a rule for it.
var ErrFailing = errors.New("a fault of the test")

// Failing makes one use of SQLite fail: a statement, or the begin or end of a transaction.
type Failing struct {
	mu    sync.Mutex
	left  int  // uses until the one that fails
	after bool // it is done, and its answer is lost
	armed bool
}

// Fail makes the nth use from now on fail, before it is done or after.
func (f *Failing) Fail(n int, after bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left, f.after, f.armed = n, after, true
}

// Disarm ends that, and says whether a use has failed.
func (f *Failing) Disarm() (failed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	armed := f.armed
	f.armed = false
	return f.left <= 0 && !armed
}

func (f *Failing) use(run func() error) error {
	f.mu.Lock()
	due := false
	if f.armed {
		f.left--
		due = f.left == 0
		f.armed = !due
	}
	after := f.after
	f.mu.Unlock()
	if due && !after {
		return ErrFailing
	}
	if err := run(); err != nil || !due {
		return err
	}
	return ErrFailing
}

// On gives connections to a file by the driver's DSN.
func (f *Failing) On(dsn string) driver.Connector { return failingConnector{f, dsn} }

type failingConnector struct {
	failing *Failing
	dsn     string
}

func (c failingConnector) Driver() driver.Driver { return &sqlite.Driver{} }

func (c failingConnector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.Driver().Open(c.dsn)
	if err != nil {
		return nil, err
	}
	return failingConn{conn.(sqliteConn), c.failing}, nil
}

// sqliteConn is what the driver's connections can do.
type sqliteConn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
}

type failingConn struct {
	sqliteConn

	failing *Failing
}

func (c failingConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (result driver.Result, err error) {
	err = c.failing.use(func() (err error) {
		result, err = c.sqliteConn.ExecContext(ctx, text, args)
		return err
	})
	return result, err
}

func (c failingConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (rows driver.Rows, err error) {
	err = c.failing.use(func() (err error) {
		rows, err = c.sqliteConn.QueryContext(ctx, text, args)
		return err
	})
	return withoutRows(rows, err)
}

func (c failingConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	statement, err := c.sqliteConn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	return failingStatement{statement.(sqliteStatement), c.failing}, nil
}

type sqliteStatement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type failingStatement struct {
	sqliteStatement

	failing *Failing
}

func (s failingStatement) ExecContext(ctx context.Context, args []driver.NamedValue) (result driver.Result, err error) {
	err = s.failing.use(func() (err error) {
		result, err = s.sqliteStatement.ExecContext(ctx, args)
		return err
	})
	return result, err
}

func (s failingStatement) QueryContext(ctx context.Context, args []driver.NamedValue) (rows driver.Rows, err error) {
	err = s.failing.use(func() (err error) {
		rows, err = s.sqliteStatement.QueryContext(ctx, args)
		return err
	})
	return withoutRows(rows, err)
}

// withoutRows closes rows that nobody gets.
func withoutRows(rows driver.Rows, err error) (driver.Rows, error) {
	if err != nil && rows != nil {
		_ = rows.Close()
		rows = nil
	}
	return rows, err
}
