package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
)

const (
	// walLimit is how many frames the WAL holds before they are copied into the main file. A frame is a page of 4 KiB.
	// A page that was written several times is copied once, so a longer WAL saves copying.
	walLimit = 16000
	// walFileLimit is the size in bytes to which the WAL's file is cut when it starts over.
	walFileLimit = 128 << 20
	// walRest is how many frames the writer copies itself, which takes a few milliseconds.
	walRest = 400
	// maxPasses is how often the checkpointer copies what was written while it copied.
	maxPasses = 6
	// walTolerance is how many times its limit the WAL grows before the writer waits for readers: to 250 MiB.
	walTolerance = 4
	// measureEvery is how many groups are committed until a short WAL is measured again. They write some hundred frames.
	measureEvery = 8
	// readersWait is how many milliseconds the writer waits for readers. A report takes less, a slow download more.
	readersWait = 500
)

// The first copies nothing, the second what no reader needs any more, without waiting. The third waits until nobody reads
// the WAL, and empties its file. Each gives the number of frames:
// https://www.sqlite.org/pragma.html#pragma_wal_checkpoint.
const (
	measureWAL = "PRAGMA wal_checkpoint(NOOP)"
	copyWAL    = "PRAGMA wal_checkpoint(PASSIVE)"
	emptyWAL   = "PRAGMA wal_checkpoint(TRUNCATE)"
)

// walSize counts frames of the WAL.
type walSize struct{ frames, copied int64 }

func (s *walSize) scan(row *sql.Rows) error {
	var busy int64
	return row.Scan(&busy, &s.frames, &s.copied)
}

// checkpointer copies the WAL into the main file beside the writer. SQLite would do it within a commit, which makes
// everybody wait. It writes pages all over the file and waits for the disk.
//
// The WAL starts over only when all of it is copied. Beside a busy writer that never happens, so the writer copies the
// last frames itself between two groups.
type checkpointer struct {
	db     *sql.DB
	file   *os.File
	log    *slog.Logger
	wake   chan struct{}
	ended  chan struct{}
	busy   atomic.Bool
	behind atomic.Bool // the writer writes faster than frames are copied
}

// newCheckpointer copies by a connection. file is the main file, or nil.
func newCheckpointer(db *sql.DB, file *os.File, log *slog.Logger) *checkpointer {
	c := &checkpointer{db: db, file: file, log: log, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	go c.work()
	return c
}

// close waits for a copy that is being made. It is called once, after the last start.
func (c *checkpointer) close() {
	close(c.wake)
	<-c.ended
}

// start begins a copy unless one is under way.
func (c *checkpointer) start() {
	if c.busy.CompareAndSwap(false, true) {
		c.wake <- struct{}{}
	}
}

func (c *checkpointer) work() {
	defer close(c.ended)
	for range c.wake {
		if err := c.copyMost(context.Background()); err != nil {
			c.log.Error("the WAL can't be copied into the main file", "error", err)
		}
		c.busy.Store(false)
	}
}

// copyMost copies until the writer can copy the rest, or until a reader of an older state prevents it.
func (c *checkpointer) copyMost(ctx context.Context) error {
	copied, err := c.run(ctx, measureWAL)
	if err != nil {
		return err
	}
	for range maxPasses {
		before := copied
		if copied, err = c.run(ctx, copyWAL); err != nil {
			return err
		}
		// SQLite makes the main file durable only after the last frame, for which the writer would have to wait.
		if c.file != nil && copied > before {
			if err := c.file.Sync(); err != nil {
				return fmt.Errorf("sync the main file: %w", err)
			}
		}
		if copied-before <= walRest {
			return nil
		}
	}
	c.behind.Store(true)
	return nil
}

func (c *checkpointer) run(ctx context.Context, text string) (copied int64, err error) {
	var busy, frames int64
	err = c.db.QueryRowContext(ctx, text).Scan(&busy, &frames, &copied)
	return copied, err
}

// boundWAL keeps the WAL from growing without end. It runs between groups, when nobody waits for an answer. After
// an error the connection must be dropped.
func (w *groupWriter) boundWAL(ctx context.Context) error {
	if w.unmeasured > 0 {
		w.unmeasured--
		return nil
	}
	var size walSize
	if err := w.tx.query(ctx, size.scan, measureWAL); err != nil {
		return err
	}
	switch {
	case size.frames < w.walLimit:
		w.waits, w.unmeasured = 0, measureEvery
		return nil
	case w.checkpoints.busy.Load():
		return nil
	case size.frames >= (w.waits+1)*walTolerance*w.walLimit:
		w.waits++
		return w.awaitReaders(ctx)
	case size.frames-size.copied <= walRest, w.checkpoints.behind.Swap(false):
		return w.tx.query(ctx, size.scan, copyWAL)
	default:
		w.checkpoints.start()
		return nil
	}
}

// awaitReaders lets the WAL start over with the next group. Otherwise readers that overlap would prevent it without end,
// since each of them needs the WAL. It does not wait for the end of a single slow reader.
func (w *groupWriter) awaitReaders(ctx context.Context) error {
	if _, err := w.tx.exec(ctx, fmt.Sprintf("PRAGMA busy_timeout(%d)", readersWait)); err != nil {
		return err
	}
	var size walSize
	if err := w.tx.query(ctx, size.scan, emptyWAL); err != nil {
		return err
	}
	_, err := w.tx.exec(ctx, fmt.Sprintf("PRAGMA busy_timeout(%d)", busyTimeout))
	return err
}

var errStillRead = errors.New("the WAL of the old file is still being read")

// rewrite makes the main file anew and empties the WAL. It runs while this process writes nothing; another one waits for SQLite's
// lock. Whoever reads an older state keeps it in the WAL: then it is an error, and to be done again.
func (c *checkpointer) rewrite(ctx context.Context) error {
	if _, err := c.db.ExecContext(ctx, "VACUUM"); err != nil {
		return fmt.Errorf("rewrite the file: %w", err)
	}
	if _, err := c.db.ExecContext(ctx, fmt.Sprintf("PRAGMA busy_timeout(%d)", readersWait)); err != nil {
		return err
	}
	var busy, frames, copied int64
	err := c.db.QueryRowContext(ctx, emptyWAL).Scan(&busy, &frames, &copied)
	_, patient := c.db.ExecContext(ctx, fmt.Sprintf("PRAGMA busy_timeout(%d)", busyTimeout))
	if err := errors.Join(err, patient); err != nil {
		return fmt.Errorf("empty the WAL: %w", err)
	}
	if busy != 0 {
		return errStillRead
	}
	return nil
}
