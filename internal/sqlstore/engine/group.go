package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

const (
	// maxGroup is how many transactions share one commit. It limits how long the first of them waits for the last.
	maxGroup = 64
	// maxWait is how long a transaction waits for its turn. It takes that long only when the database hangs, or when a
	// transaction waits for its own end within another one.
	maxWait = 30 * time.Second
)

var errClosed = errors.New("the database is closed")

// groupWriter runs the write transactions of SQLite, which has one writer at a time and is slow only in committing. One
// goroutine runs all waiting transactions in turn and commits them together. So one fsync serves all. It does not wait for
// further ones: a single transaction is committed alone. Nobody gets an answer before the commit.
//
// When one fails after it has changed something, all are undone and run again, now each in a savepoint. A refusal has
// mostly changed nothing, and costs the others nothing.
type groupWriter struct {
	dialect     *Dialect
	db          *sql.DB
	log         *slog.Logger
	checkpoints *checkpointer
	turns       turns
	walLimit    int64
	queue       chan *member
	apart       chan *errand
	quit        chan struct{}
	ended       chan struct{}

	observed

	// Only the goroutine uses these.
	conn       *sql.Conn
	tx         *counted
	unmeasured int   // how many more groups come before the WAL is measured
	waits      int64 // how often it has waited for readers since the WAL was short
}

// member is a transaction that shares a commit with others.
type member struct {
	ctx      context.Context
	called   time.Time
	fn       func(ctx context.Context, tx runner) error
	turn     atomic.Uint32
	err      error
	panicked any
	stack    string // of the panic, which is raised again with the caller's
	answered chan struct{}
}

// These are the states of a member's turn. Whoever changes it from waiting decides.
const (
	waiting uint32 = iota
	begun
	givenUp
)

func newGroupWriter(d *Dialect, db *sql.DB, checkpoints *checkpointer, t turns, log *slog.Logger) *groupWriter {
	w := &groupWriter{
		dialect: d, db: db, checkpoints: checkpoints, turns: t, walLimit: walLimit, log: log,
		queue: make(chan *member, maxGroup), apart: make(chan *errand), quit: make(chan struct{}), ended: make(chan struct{}),
	}
	go w.work()
	return w
}

// close waits for the group that is being committed and refuses later transactions. It is called once.
func (w *groupWriter) close() {
	close(w.quit)
	<-w.ended
}

// run waits for the transaction's turn as long as ctx lasts. A transaction that has begun runs to its end, since an
// interrupted statement would end the transaction of all. A panic of fn is raised again here.
func (w *groupWriter) run(ctx context.Context, fn func(ctx context.Context, tx runner) error) error {
	m := &member{ctx: context.WithoutCancel(ctx), called: monotonic(), fn: fn, answered: make(chan struct{})}
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

// errand is what is done between two groups, while no transaction is open.
type errand struct {
	run  func() error
	done chan error
}

// between runs fn between two groups. Transactions wait for its end.
func (w *groupWriter) between(ctx context.Context, fn func() error) error {
	e := &errand{run: fn, done: make(chan error, 1)}
	select {
	case w.apart <- e:
		return <-e.done
	case <-ctx.Done():
		return ctx.Err()
	case <-w.ended:
		return Unavailable(errClosed)
	}
}

func (w *groupWriter) work() {
	var group []*member
	finished := false
	defer func() {
		if !finished {
			// A function has ended this goroutine by runtime.Goexit.
			w.drop()
			w.answer(group, Unavailable(errors.New("a transaction ended its goroutine")))
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
		case e := <-w.apart:
			e.done <- e.run()
		case first := <-w.queue:
			group = append(group[:0], first)
			err := w.commit(&group)
			if err != nil {
				w.log.Error("a group of transactions failed", "transactions", len(group), "error", err)
				w.drop()
			}
			w.answer(group, err)
			clear(group)
			if err != nil {
				continue
			}
			if err := w.boundWAL(context.Background()); err != nil {
				w.log.Error("the WAL can't be kept short", "error", err)
				w.drop()
			}
		}
	}
}

// take adds the transactions that wait by now.
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

// answer lets the members go on, with the commit's error if it has failed.
func (w *groupWriter) answer(group []*member, err error) {
	for _, m := range group {
		if m == nil || m.turn.Load() == givenUp {
			continue
		}
		if err != nil {
			m.err = err
		}
		if m.panicked != nil {
			w.log.ErrorContext(m.ctx, "panic in a transaction", "stack", m.stack)
		}
		close(m.answered)
	}
}

// commit runs the functions of the group, and of all that wait by then, and commits what succeeded. An error means that
// nothing was kept.
func (w *groupWriter) commit(group *[]*member) error {
	ctx := context.Background()
	if w.conn == nil {
		conn, err := w.db.Conn(ctx)
		if err != nil {
			return w.dialect.wrap(err)
		}
		w.conn, w.tx = conn, &counted{prepared: &prepared{dialect: w.dialect, db: conn}}
	}
	if err := w.begin(ctx); err != nil {
		return err
	}
	*group = slices.DeleteFunc(w.take(*group), func(m *member) bool { return !m.turn.CompareAndSwap(waiting, begun) })
	began := monotonic()
	for _, m := range *group {
		w.waited(m.called)
	}
	if !w.runAll(*group) {
		if _, err := w.tx.exec(ctx, "ROLLBACK"); err != nil && !hasEnded(err) {
			return err
		}
		if len(*group) == 1 {
			return nil
		}
		w.repeated()
		if err := w.begin(ctx); err != nil {
			return err
		}
		if err := w.runApart(ctx, *group); err != nil {
			return err
		}
	}
	if _, err := w.tx.exec(ctx, "COMMIT"); err != nil {
		return err
	}
	w.committed(len(*group), began)
	return nil
}

// hasEnded says whether a rollback has failed since there is nothing to roll back. SQLite ends a transaction by itself when
// the disk is full: https://www.sqlite.org/lang_transaction.html.
func hasEnded(err error) bool { return strings.Contains(err.Error(), "no transaction is active") }

// begin begins a transaction when it is this process' turn.
func (w *groupWriter) begin(ctx context.Context) error {
	w.turns.await()
	_, err := w.tx.exec(ctx, "BEGIN IMMEDIATE")
	w.turns.end()
	return err
}

// runAll runs the members' functions. It is not ok when one has failed and may have changed something, which can only be
// undone together with all the others.
func (w *groupWriter) runAll(group []*member) (ok bool) {
	for _, m := range group {
		before := w.tx.executed
		if !w.call(m) && (w.tx.executed != before || w.dialect.Is(m.err, Transient)) {
			return false
		}
	}
	return true
}

// runApart runs each member's function in a savepoint, so that what one has changed can be undone alone. Two more
// statements for each, and what a savepoint remembers of pages, are a tenth of what a short transaction costs.
func (w *groupWriter) runApart(ctx context.Context, group []*member) error {
	for _, m := range group {
		if _, err := w.tx.exec(ctx, "SAVEPOINT member"); err != nil {
			return err
		}
		if ok := w.call(m); !ok {
			if _, err := w.tx.exec(ctx, "ROLLBACK TO member"); err != nil {
				if w.dialect.Is(m.err, Transient) {
					return m.err // which has ended the transaction of all
				}
				return err
			}
		}
		if _, err := w.tx.exec(ctx, "RELEASE member"); err != nil {
			return err
		}
	}
	return nil
}

// call runs a member's function and says whether to keep what it did.
func (w *groupWriter) call(m *member) (ok bool) {
	defer func() {
		if m.panicked = recover(); m.panicked != nil {
			m.stack, ok = string(debug.Stack()), false
		}
	}()
	m.err = m.fn(m.ctx, w.tx)
	return m.err == nil
}

// drop closes the connection, and with it a transaction that may still be open. After a failed commit only a new
// connection has a known state.
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
