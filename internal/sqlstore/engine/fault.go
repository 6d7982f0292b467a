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
	Other     Fault = iota // our mistake, or a constraint that isn't expected to be touched
	Duplicate              // a row with this key is there
	Changed                // a row wasn't as expected
	TooLong                // a text doesn't fit its column
	Locked                 // somebody else holds a lock for too long
	Deadlock               // rolled back, may be run again at once
	Transient              // rolled back, may be run again in a while
	Broken                 // the connection is gone
)

// RetryAfter is how long a client should wait before it asks again.
const RetryAfter = 2 * time.Second

// wrap gives an error of the driver the kind that callers go by and keeps it as the cause. Faults that a method expects,
// such as a duplicate, are found in the result by Is.
func (d *Dialect) wrap(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	switch d.classify(err) {
	case Changed:
		return errs.Wrap(err, errs.Stale, "stale", staleMessage)
	case TooLong:
		return errs.Wrap(err, errs.RuleBroken, "text_too_long", "A text is too long to be kept.")
	case Locked, Deadlock, Transient, Broken:
		return Unavailable(err)
	default:
		return fmt.Errorf("%s: %w", d.Name, err)
	}
}

// Is says whether an error, wrapped or not, is a fault of the statement that the caller has asked for.
func (d *Dialect) Is(err error, what Fault) bool {
	_, earlier := errors.AsType[earlierError](err)
	return err != nil && !earlier && d.classify(err) == what
}

// earlierError is of a saved statement that was sent with a later one, to whose caller its faults mean nothing.
type earlierError struct{ error }

// Unwrap gives the error for the caller of the transaction.
func (e earlierError) Unwrap() error { return e.error }

const staleMessage = "Somebody changed this first; read it again."

// Stale is the error for a row that was not as expected.
func Stale() error { return errs.New(errs.Stale, "stale", staleMessage) }

// Unavailable is the error for a database that does not answer now.
func Unavailable(cause error) error {
	return errs.Wrap(cause, errs.Unavailable, "database_unavailable", "The database does not answer. Please try again.").
		WithRetryAfter(RetryAfter)
}

// runAgainError makes the whole transaction run once more.
type runAgainError struct{ error }

// RunAgain makes the whole transaction run once more where that can help: another one has changed what this one had
// looked at. When it doesn't help, err is what the caller gets.
func RunAgain(err error) error { return runAgainError{err} }

// Unwrap gives the error for the caller.
func (e runAgainError) Unwrap() error { return e.error }
