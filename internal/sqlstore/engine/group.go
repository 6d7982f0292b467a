package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"
)

const (
	// maxGroup is how many transactions share one commit. It bounds how long the first of them waits for the last.
	maxGroup = 64
	// maxWait is how long a transaction waits for its turn. Only a database that stands still, or a transaction that
	// waits within another one for its own end, takes that long.
	maxWait = 30 * time.Second
)

var errClosed = errors.New("the database is closed")

// groupWriter runs the write transactions of SQLite, which has room for one writer at a time and is slow only in
// committing. One goroutine takes all transactions that wait, runs them one after the other, each in a savepoint of its
// own, and commits them together: one fsync serves all. There is no waiting for company: a transaction that comes alone
// is committed alone. Nobody is answered before the commit.
type groupWriter struct {
	dialect     *Dialect
	db          *sql.DB
	log         *slog.Logger
	checkpoints *checkpointer
	walLimit    int64
	queue       chan *member
	quit        chan struct{}
	ended       chan struct{}

	// Of the goroutine alone:
	conn *sql.Conn
	tx   *prepared
}

// member is a transaction that shares a commit with others.
type member struct {
	ctx      context.Context
	fn       func(ctx context.Context, tx runner) error
	turn     atomic.Uint32
	err      error
	panicked any
	answered chan struct{}
}

// The states of a member's turn. Whoever changes it from waiting decides.
const (
	waiting uint32 = iota
	begun
	givenUp
)

func newGroupWriter(d *Dialect, db *sql.DB, checkpoints *checkpointer, log *slog.Logger) *groupWriter {
	w := &groupWriter{
		dialect: d, db: db, checkpoints: checkpoints, walLimit: walLimit, log: log,
		queue: make(chan *member, maxGroup), quit: make(chan struct{}), ended: make(chan struct{}),
	}
	go w.work()
	return w
}

// close waits for the group that is being committed and refuses what comes after it. It is called once.
func (w *groupWriter) close() {
	close(w.quit)
	<-w.ended
}

// run waits for the transaction's turn as long as ctx lasts. Once begun it runs to its end, since an interrupted
// statement of one would end the transaction of all. A panic of fn is raised again here.
func (w *groupWriter) run(ctx context.Context, fn func(ctx context.Context, tx runner) error) error {
	m := &member{ctx: context.WithoutCancel(ctx), fn: fn, answered: make(chan struct{})}
	patience := time.NewTimer(maxWait)
	defer patience.Stop()
	select {
	case w.queue <- m:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.quit:
		return Unavailable(errClosed)
	case <-patience.C:
		return Unavailable(errNoTurn)
	}
	giveUp := func(err error) error {
		if m.turn.CompareAndSwap(waiting, givenUp) {
			return err
		}
		<-m.answered
		return m.answer()
	}
	select {
	case <-m.answered:
		return m.answer()
	case <-ctx.Done():
		return giveUp(ctx.Err())
	case <-w.ended:
		return giveUp(Unavailable(errClosed))
	case <-patience.C:
		return giveUp(Unavailable(errNoTurn))
	}
}

var errNoTurn = fmt.Errorf("the transaction had no turn within %s", maxWait)

func (m *member) answer() error {
	if m.panicked != nil {
		panic(m.panicked)
	}
	return m.err
}

func (w *groupWriter) work() {
	var group []*member
	finished := false
	defer func() {
		if !finished {
			// A function has ended this goroutine by runtime.Goexit.
			w.drop()
			answer(group, Unavailable(errors.New("a transaction ended its goroutine")))
			go w.work()
			return
		}
		w.drop()
		close(w.ended)
	}()
	for {
		select {
		case <-w.quit:
			finished = true
			return
		case first := <-w.queue:
			group = w.take(append(group[:0], first))
			err := w.commit(group)
			if err != nil {
				w.log.Error("a group of transactions failed", "transactions", len(group), "error", err)
				w.drop()
			}
			answer(group, err)
			clear(group)
			if err != nil {
				continue
			}
			if err := w.boundWAL(context.Background()); err != nil {
				w.log.Error("the WAL can't be kept short", "error", err)
			}
		}
	}
}

// take adds who waits by now.
func (w *groupWriter) take(group []*member) []*member {
	for len(group) < maxGroup {
		select {
		case m := <-w.queue:
			group = append(group, m)
		default:
			return group
		}
	}
	return group
}

// answer lets the members go on; when the commit has failed, with its error.
func answer(group []*member, err error) {
	for _, m := range group {
		if m == nil || m.turn.Load() == givenUp {
			continue
		}
		if err != nil {
			m.err = err
		}
		close(m.answered)
	}
}

// commit runs the members' functions and commits what succeeded. An error means that nothing was kept.
func (w *groupWriter) commit(group []*member) error {
	ctx := context.Background()
	if w.conn == nil {
		conn, err := w.db.Conn(ctx)
		if err != nil {
			return w.dialect.wrap(err)
		}
		w.conn, w.tx = conn, &prepared{dialect: w.dialect, db: conn}
	}
	if _, err := w.tx.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, m := range group {
		if !m.turn.CompareAndSwap(waiting, begun) {
			continue
		}
		if _, err := w.tx.exec(ctx, "SAVEPOINT member"); err != nil {
			return err
		}
		if ok := w.call(m); !ok {
			if _, err := w.tx.exec(ctx, "ROLLBACK TO member"); err != nil {
				return err
			}
		}
		if _, err := w.tx.exec(ctx, "RELEASE member"); err != nil {
			return err
		}
	}
	_, err := w.tx.exec(ctx, "COMMIT")
	return err
}

// call runs a member's function and says whether to keep what it did.
func (w *groupWriter) call(m *member) (ok bool) {
	defer func() {
		if m.panicked = recover(); m.panicked != nil {
			// The caller's stack, where it is raised again, does not show where it came from.
			w.log.ErrorContext(m.ctx, "panic in a transaction", "stack", string(debug.Stack()))
			ok = false
		}
	}()
	m.err = m.fn(m.ctx, w.tx)
	return m.err == nil
}

// drop gives up the connection, and with it a transaction that it may still be in. After a failed commit a new connection
// is the one state that is known.
func (w *groupWriter) drop() {
	if w.conn == nil {
		return
	}
	w.tx.close()
	// ErrBadConn makes the pool close the connection instead of keeping it.
	_ = w.conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = w.conn.Close()
	w.conn, w.tx = nil, nil
}
