package engine

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"
)

const (
	// maxAttempts is how often a transaction is run when repeating can help.
	maxAttempts = 5
	// These are the pauses before the second attempt, doubled before each further one. A deadlock is over at once, but
	// a database that moves needs a while:
	// https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-connectivity-issues
	conflictPause  = 10 * time.Millisecond
	transientPause = 250 * time.Millisecond
)

// retryingWriter runs each transaction on a connection of its own. It repeats one that the server has rolled back for a
// passing reason.
type retryingWriter struct {
	dialect  *Dialect
	types    *parameterTypes
	db       *sql.DB
	patience time.Duration // of one attempt
	log      *slog.Logger
	observed
}

func (w *retryingWriter) run(ctx context.Context, fn func(ctx context.Context, tx runner) error) error {
	for attempt := 1; ; attempt++ {
		var committing bool
		err := w.dialect.patiently(ctx, w.patience, func(ctx context.Context) (err error) {
			committing, err = w.attempt(ctx, fn)
			return err
		})
		if err == nil || attempt == maxAttempts || ctx.Err() != nil {
			return err
		}
		pause := transientPause
		_, raced := errors.AsType[runAgainError](err)
		switch what := w.dialect.classify(err); {
		case raced, what == Deadlock:
			pause = conflictPause
		case what == Transient && !committing:
		case what == Broken && !committing && !hasWaited(err):
		default:
			return err
		}
		// The jitter keeps transactions that have met once from meeting again.
		pause = time.Duration((0.5 + rand.Float64()) * float64(pause<<(attempt-1)))
		w.repeated()
		w.log.WarnContext(ctx, "a transaction is run again", "attempt", attempt+1, "pause", pause, "error", err)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return err
		}
	}
}

// attempt runs a transaction. committing says that the error is that of the commit. When the connection broke or the
// server moved, it is unknown whether the commit was done. After a deadlock everything is known to be undone.
func (w *retryingWriter) attempt(
	ctx context.Context, fn func(ctx context.Context, tx runner) error,
) (committing bool, err error) {
	called := monotonic()
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return false, w.dialect.wrap(err)
	}
	w.waited(called)
	began := monotonic()
	// After the commit this does nothing. It is deferred because fn may panic.
	defer func() { _ = tx.Rollback() }()
	on := &serverTx{server: server{dialect: w.dialect, types: w.types, db: tx}}
	if err := fn(ctx, on); err != nil {
		return false, err
	}
	if err := on.flush(ctx); err != nil {
		return false, err
	}
	if err := tx.Commit(); err != nil {
		return true, w.dialect.wrap(err)
	}
	w.committed(1, began)
	return true, nil
}
