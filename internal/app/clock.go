package app

import (
	"context"
	"sync"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/billing"
	"timetracker/internal/errs"
)

// clockPatience is for how long the clock may not be compared before operators are told. Billing waits so long, and a
// shorter outage of Microsoft's mends itself.
const clockPatience = time.Hour

// databaseTime is a clock that goes on from what the database's shows now. Commands of operators note instants by it, since
// nobody compares the clock of an operator's machine, and the server goes on with what they begin.
func databaseTime(
	ctx context.Context, store interface {
		Now(ctx context.Context) (time.Time, error)
	}, machine func() time.Time,
) (func() time.Time, error) {
	shown, err := store.Now(ctx)
	if err != nil {
		return nil, err
	}
	off := shown.Sub(machine())
	return func() time.Time { return machine().Add(off) }, nil
}

// clockWatch tells operators of this server's clock, of each thing once an hour at most. It is safe for concurrent use.
type clockWatch struct {
	now    func() time.Time
	alert  func(ctx context.Context, a alert.Alert)
	wrong  hourly
	unread hourly
	mu     sync.Mutex
	since  time.Time // since when it can't be compared; zero: it can
}

// tellWrong tells operators that the clock seems to be wrong.
func (w *clockWatch) tellWrong(ctx context.Context, err error) {
	if w.wrong.due(w.now()) {
		w.alert(ctx, alert.Alert{Kind: alert.ClockWrong, Err: err})
	}
}

// note takes the outcome of a comparison with other clocks. Any other error means that they agree.
func (w *clockWatch) note(ctx context.Context, err error) {
	switch errs.CodeOf(err) {
	case billing.ClockWrong:
		w.lasts(false)
		w.tellWrong(ctx, err)
	case billing.ClockUnread:
		if w.lasts(true) >= clockPatience && w.unread.due(w.now()) {
			w.alert(ctx, alert.Alert{Kind: alert.ClockUnread, Err: err})
		}
	default:
		w.lasts(false)
	}
}

// lasts notes whether the clock can't be compared, and gives for how long that is so.
func (w *clockWatch) lasts(unread bool) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now()
	switch {
	case !unread:
		w.since = time.Time{}
		return 0
	case w.since.IsZero():
		w.since = now
	}
	return now.Sub(w.since)
}

// hourly lets something happen once an hour at most. It is safe for concurrent use.
type hourly struct {
	mu   sync.Mutex
	last time.Time
}

// due says whether it may happen now, and notes that it does. A clock that was set back lets it happen.
func (h *hourly) due(now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if past := now.Sub(h.last); past >= 0 && past < time.Hour {
		return false
	}
	h.last = now
	return true
}
