package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"timetracker/internal/errs"
)

// Fault is what an error of the database means for the caller.
type Fault uint8

// The faults.
const (
	Other      Fault = iota // our mistake, or a constraint that should never be violated
	Duplicate               // a row with this key exists
	Referenced              // other rows refer to the row, or it refers to none
	Changed                 // a row wasn't as expected
	TooLong                 // a text doesn't fit its column
	Locked                  // another transaction holds a lock for too long
	Deadlock                // rolled back, may be run again at once
	Transient               // rolled back, may be run again in a while
	Broken                  // the connection is lost
)

// RetryAfter is how long a client should wait before it asks again.
const RetryAfter = 2 * time.Second

// wrap classifies an error of the driver by kind and keeps it as the cause. Callers find the faults that they expect,
// such as a duplicate, by Is.
func (d *Dialect) wrap(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	err = withoutValues(err)
	switch d.classify(err) {
	case Changed:
		return errs.ChangedFirst(err)
	case TooLong:
		return errs.Wrap(err, errs.RuleBroken, "text_too_long", "A text is too long to be kept.")
	case Locked, Deadlock, Transient, Broken:
		return Unavailable(err)
	default:
		return fmt.Errorf("%s: %w", d.Name, err)
	}
}

// Is says whether an error, wrapped or not, is a fault of the caller's own statement.
func (d *Dialect) Is(err error, what Fault) bool {
	_, earlier := errors.AsType[earlierError](err)
	return err != nil && !earlier && d.classify(err) == what
}

// earlierError is the error of a saved statement that was sent with a later one. Its faults mean nothing to the later
// one's caller.
type earlierError struct{ error }

// Unwrap gives the error for the caller of the transaction.
func (e earlierError) Unwrap() error { return e.error }

// Unavailable is the error for a database that does not answer now.
func Unavailable(cause error) error {
	return errs.Wrap(cause, errs.Unavailable, "database_unavailable", "The database does not answer. Please try again.").
		WithRetryAfter(RetryAfter)
}

// runAgainError makes the whole transaction run once more.
type runAgainError struct{ error }

// RunAgain makes the whole transaction run again, when another one has changed what it has read. When that doesn't
// help, the caller gets err.
func RunAgain(err error) error { return runAgainError{err} }

// Unwrap gives the error for the caller.
func (e runAgainError) Unwrap() error { return e.error }
