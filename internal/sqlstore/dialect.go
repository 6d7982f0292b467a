package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"timetracker/internal/errs"
)

// dialect is what differs between the engines.
type dialect struct {
	name string // the tree of migrations, and for the log
	// page ends a statement with ORDER BY so that it gives at most @limit rows.
	page string
	// length is the function that counts the characters of a text.
	length string
	// periods is a table of (period, period_start, period_end) made of the JSON text @periods: [[start, end], …] in ms,
	// numbered from 0.
	periods string
	// contains follows a text and finds @search in it, in any case; pattern makes @search of what is looked for.
	contains string
	pattern  func(part string) string
	// lockUser, lockTenant and lockSubscription come before a statement in the same batch; they make other transactions
	// that lock the same row wait, a subscription's also while there is no such row. Where there is only one writer they
	// are empty.
	lockUser, lockTenant, lockSubscription string
	// save runs statements in their order. Each must change exactly the rows that it says.
	save func(ctx context.Context, tx session, statements []statement) error
	// classify says what kind of fault an error of the driver is.
	classify func(err error) fault
}

// statement is one of several that belong together.
type statement struct {
	text string
	args []any // sql.NamedArg
	// one: exactly one row must be changed, else somebody else changed it first.
	one bool
}

// fault is what an error of the database means for the caller.
type fault uint8

const (
	faultOther     fault = iota // our mistake, or a constraint that isn't expected to be touched
	faultDuplicate              // a row with this key is there
	faultStale                  // a row wasn't as expected
	faultTooLong                // a text doesn't fit its column
	faultLocked                 // somebody else holds a lock for too long
	faultDeadlock               // rolled back, may be run again at once
	faultTransient              // rolled back, may be run again in a while
	faultBroken                 // the connection is gone
)

// retryAfter is how long a client should wait before it asks again.
const retryAfter = 2 * time.Second

// wrap gives an error of the driver the kind that callers go by and keeps it as the cause. Faults that a method expects,
// such as a duplicate, are found in the result by is.
func (d *dialect) wrap(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	switch d.classify(err) {
	case faultStale:
		return errs.Wrap(err, errs.Stale, "stale", staleMessage)
	case faultTooLong:
		return errs.Wrap(err, errs.RuleBroken, "text_too_long", "A text is too long to be kept.")
	case faultLocked, faultDeadlock, faultTransient, faultBroken:
		return unavailable(err)
	default:
		return fmt.Errorf("%s: %w", d.name, err)
	}
}

// is says whether an error, wrapped or not, is a fault.
func (d *dialect) is(err error, what fault) bool { return err != nil && d.classify(err) == what }

const staleMessage = "Somebody changed this first; read it again."

// stale is the error for a row that was not as expected.
func stale() error { return errs.New(errs.Stale, "stale", staleMessage) }

func unavailable(cause error) error {
	return errs.Wrap(cause, errs.Unavailable, "database_unavailable", "The database does not answer. Please try again.").
		WithRetryAfter(retryAfter)
}

// runAgainError makes the whole transaction run once more, where that can help: another one has changed what this one
// had looked at. When it doesn't help, the error below is what the caller gets.
type runAgainError struct{ error }

// Unwrap gives the error for the caller.
func (e runAgainError) Unwrap() error { return e.error }
