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
	// maxGroup is how many transactions share one commit. It limits how long the first of them waits for the last.
	maxGroup = 64
	// maxWait is how long a transaction waits for its turn. It takes that long only when the database hangs, or when a
	// transaction waits for its own end within another one.
	maxWait = 30 * time.Second
)

var errClosed = errors.New("the database is closed")

// groupWriter runs the write transactions of SQLite, which has one writer at a time and is slow only in committing. One
// goroutine runs all waiting transactions in turn, each in a savepoint, and commits them together. It does not wait for
// further ones: a single transaction is committed alone. Nobody gets an answer before the commit is durable. See
// durability, beside which the next group runs.
type groupWriter struct {
	dialect     *Dialect
	db          *sql.DB
	log         *slog.Logger
	checkpoints *checkpointer
	durability  *durability
	turns       turns
	walLimit    int64
	queue       chan *member
	quit        chan struct{}
	ended       chan struct{}

	// Only the goroutine uses these.
	group      []*member // those whose functions run
	conn       *sql.Conn
	tx         *prepared
	unmeasured int   // how many more groups come before the WAL is measured
	waits      int64 // how often it has waited for readers since the WAL was short
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

// These are the states of a member's turn. Whoever changes it from waiting decides.
const (
	waiting uint32 = iota
	begun
	givenUp
)

func newGroupWriter(
	d *Dialect, db *sql.DB, checkpoints *checkpointer, durable *durability, t turns, log *slog.Logger,
) *groupWriter {
	w := &groupWriter{
		dialect: d, db: db, checkpoints: checkpoints, durability: durable, turns: t, walLimit: walLimit, log: log,
		queue: make(chan *member, maxGroup), quit: make(chan struct{}), ended: make(chan struct{}),
	}
	go w.work()
	return w
}

// close waits for the group that is being committed, until all is durable, and refuses later transactions. It is called
// once.
func (w *groupWriter) close() {
	close(w.quit)
	<-w.ended
	w.durability.close()
}

// run waits for the transaction's turn as long as ctx lasts. A transaction that has begun runs to its end, since an
// interrupted statement would end the transaction of all. A panic of fn is raised again here.
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
	finished := false
	defer func() {
		w.drop()
		if !finished {
			// A function has ended this goroutine by runtime.Goexit.
			answer(w.group, Unavailable(errors.New("a transaction ended its goroutine")))
			go w.work()
			return
		}
		close(w.ended)
	}()
	for {
		select {
		case <-w.quit:
			finished = true
			return
		case first := <-w.queue:
			w.group = append(make([]*member, 0, 1+len(w.queue)), first)
			err := w.durability.failed()
			if err == nil {
				err = w.handle()
			} else {
				answer(w.group, err)
			}
			w.group = nil
			if err != nil {
				w.drop()
			}
		}
	}
}

// handle runs the members' functions and commits what succeeded. An error means that nothing was kept.
func (w *groupWriter) handle() error {
	ctx := context.Background()
	err := w.runAll(ctx)
	if err != nil {
		answer(w.group, err)
	} else {
		w.durability.begin()
		_, err = w.tx.exec(ctx, "COMMIT")
		w.durability.answer(w.group, err)
	}
	if err != nil {
		w.log.Error("a group of transactions failed", "transactions", len(w.group), "error", err)
		return err
	}
	if err := w.boundWAL(ctx); err != nil {
		w.log.Error("the WAL can't be kept short", "error", err)
		return err
	}
	return nil
}

// answer lets the members go on, with the error of the commit or of the sync.
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

// runAll runs the functions of all that wait by now, in one transaction. It takes in who comes while the former group is
// being made durable.
func (w *groupWriter) runAll(ctx context.Context) error {
	if w.conn == nil {
		conn, err := w.db.Conn(ctx)
		if err != nil {
			return w.dialect.wrap(err)
		}
		w.conn, w.tx = conn, &prepared{dialect: w.dialect, db: conn}
	}
	w.turns.await()
	_, err := w.tx.exec(ctx, "BEGIN IMMEDIATE")
	w.turns.end()
	if err != nil {
		return err
	}
	for len(w.group) < maxGroup && len(w.queue) > 0 {
		w.group = append(w.group, <-w.queue)
	}
	for done := 0; ; {
		for ; done < len(w.group); done++ {
			if err := w.runOne(ctx, w.group[done]); err != nil {
				return err
			}
		}
		select {
		case <-w.durability.settled():
			return w.durability.failed()
		default:
		}
		more := w.queue
		if len(w.group) >= maxGroup {
			more = nil
		}
		select {
		case <-w.durability.settled():
		case m := <-more:
			w.group = append(w.group, m)
		}
	}
}

// runOne runs a member's function in a savepoint.
func (w *groupWriter) runOne(ctx context.Context, m *member) error {
	if !m.turn.CompareAndSwap(waiting, begun) {
		return nil
	}
	if _, err := w.tx.exec(ctx, "SAVEPOINT member"); err != nil {
		return err
	}
	if ok := w.call(m); !ok {
		if _, err := w.tx.exec(ctx, "ROLLBACK TO member"); err != nil {
			return err
		}
	}
	_, err := w.tx.exec(ctx, "RELEASE member")
	return err
}

// call runs a member's function and says whether to keep what it did.
func (w *groupWriter) call(m *member) (ok bool) {
	defer func() {
		if m.panicked = recover(); m.panicked != nil {
			// The panic is raised again with the caller's stack, which does not show its origin.
			w.log.ErrorContext(m.ctx, "panic in a transaction", "stack", string(debug.Stack()))
			ok = false
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
