package timer

import (
	"context"
	"slices"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

// ClosedBy says what has closed a period.
type ClosedBy string

// What closes a period.
const (
	BySubmission ClosedBy = "submitted" // its owner has handed it in
	ByApproval   ClosedBy = "approved"
	ByLock       ClosedBy = "lock" // it ended before the days that the tenant leaves open
)

// ClosedPeriod is a period of a person's, [From, To), in which no entry may be added, changed or voided.
type ClosedPeriod struct {
	User          ids.User
	From          time.Time // zero for a tenant's lock: there is no beginning
	To            time.Time
	ApprovedUntil time.Time // [From, ApprovedUntil) is approved; zero: nothing is
	By            ClosedBy  // what closes the part that a change touches; stores leave it out
}

// ClosableUntil is the latest instant up to which a person's time can be closed at now. Starts and stops come after it, so
// that none is ever refused. timeline is read under the person's lock.
//
// A running timer keeps its time. Another server's clock may be behind by clockTolerance; a start there follows the last
// stop all the same.
func ClosableUntil(timeline Timeline, now time.Time) time.Time {
	until := now.Add(-clockTolerance)
	if !timeline.LastStop.After(now) {
		until = calendar.Later(until, timeline.LastStop)
	}
	if timeline.IsRunning && timeline.Running.StartedAt.Before(until) {
		until = timeline.Running.StartedAt
	}
	return until
}

// span is an interval, [from, to), that a change of entries touches.
type span struct{ from, to time.Time }

// spanOf is the interval that an entry takes. An entry without a length takes the millisecond in which it began.
func spanOf(e Entry, now time.Time) span {
	to := e.StoppedAt
	if e.Running() {
		to = now
	}
	return span{e.StartedAt, calendar.Later(to, e.StartedAt.Add(time.Millisecond))}
}

// checkOpen refuses a set of changes (errs.RuleBroken, period_locked) that touches a closed period of an entry's owner. Both
// the interval that an entry has had and the one that it gets count. Starts and stops don't ask: they come after every
// closed period.
//
// A settled entry stays as it is (errs.Conflict, entry_settled), also when its time is open again: else it counted twice.
func (s *Service) checkOpen(ctx context.Context, m tenant.Member, changes Changeset, now time.Time) error {
	touched := map[ids.User][]span{}
	for _, entries := range [][]Entry{changes.Update, changes.Insert} {
		for _, e := range entries {
			if e.Settled {
				return EntrySettled(e)
			}
			spans := addSpan(touched[e.User.ID], spanOf(e, now))
			before, err := entryBefore(e, changes.History)
			if err != nil {
				return err
			}
			touched[e.User.ID] = addSpan(spans, spanOf(before, now))
		}
	}
	for owner, spans := range touched {
		for _, span := range spans {
			closed, ok, err := s.closedWithin(ctx, m, owner, span, now)
			if err != nil {
				return err
			}
			if ok {
				return periodLocked(closed)
			}
		}
	}
	return nil
}

// EntrySettled is the error for a change of an entry that an adjustment has settled.
func EntrySettled(e Entry) error {
	return errs.New(errs.Conflict, "entry_settled",
		"An adjustment says what of this entry counts. Take the adjustment back to change the entry.").WithSubject(e)
}

// Closed says whether a closed period of its owner holds an entry.
func Closed(entry Entry, t tenant.Tenant, periods []ClosedPeriod, now time.Time) bool {
	touched := spanOf(entry, now)
	return touched.from.Before(LockedUntil(t, now)) || slices.ContainsFunc(periods, func(period ClosedPeriod) bool {
		return period.User == entry.User.ID && touched.from.Before(period.To) && period.From.Before(touched.to)
	})
}

// entryBefore is an entry with the interval that it has had before the changes of the history. A new one has had its own.
func entryBefore(e Entry, history []Change) (Entry, error) {
	for _, change := range history {
		if change.EntryID != e.ID {
			continue
		}
		instant := &e.StartedAt
		switch change.Field {
		case fieldStartedAt:
		case fieldStoppedAt:
			instant = &e.StoppedAt
		default:
			continue
		}
		var err error
		if *instant, err = parseInstant(change.Old); err != nil {
			return e, err
		}
	}
	return e, nil
}

// addSpan unites spans that share time, so that few statements ask for them.
func addSpan(spans []span, added span) []span {
	var apart []span
	for _, one := range spans {
		if added.from.After(one.to) || one.from.After(added.to) {
			apart = append(apart, one)
			continue
		}
		if one.from.Before(added.from) {
			added.from = one.from
		}
		added.to = calendar.Later(added.to, one.to)
	}
	return append(apart, added)
}

// closedWithin is a closed period that shares time with a span.
func (s *Service) closedWithin(ctx context.Context, m tenant.Member, owner ids.User, touched span, now time.Time) (ClosedPeriod, bool, error) {
	if locked := LockedUntil(m.Tenant, now); touched.from.Before(locked) {
		return ClosedPeriod{User: owner, By: ByLock, To: locked}, true, nil
	}
	closed, ok, err := s.store.ClosedPeriod(ctx, m.Tenant.ID, owner, touched.from, touched.to)
	closed.By = BySubmission
	if touched.from.Before(closed.ApprovedUntil) {
		closed.By = ByApproval
	}
	return closed, ok, err
}

// periodLocked is the refusal of a change within a closed period.
func periodLocked(closed ClosedPeriod) error {
	message := "This time is older than the organization leaves open. Only an adjustment can correct it."
	switch closed.By {
	case BySubmission:
		message = "This week was handed in. Withdraw it to change its time."
	case ByApproval:
		message = "This week was approved. Only an adjustment can correct it."
	case ByLock:
	}
	return errs.New(errs.RuleBroken, "period_locked", message).WithSubject(closed)
}

// LockedUntil is the instant before which a tenant's time is closed to everybody; the zero time where nothing is. Its
// days are those of the tenant's zone.
func LockedUntil(t tenant.Tenant, now time.Time) time.Time {
	days := t.Settings.LockAfterDays
	if days == 0 {
		return time.Time{}
	}
	zone, err := calendar.LoadZone(t.TimeZone())
	if err != nil {
		zone = time.UTC // TimeZone gives only names that are found
	}
	return calendar.StartOfDay(calendar.DayOf(now, zone).AddDays(-days), zone)
}

// markLocked says of each entry whether a closed period holds it.
func (s *Service) markLocked(ctx context.Context, m tenant.Member, entries []Entry, now time.Time) error {
	if len(entries) == 0 {
		return nil
	}
	from, to := entries[0].StartedAt, entries[0].StartedAt
	owners, known := []ids.User{}, map[ids.User]bool{}
	for _, e := range entries {
		if touched := spanOf(e, now); touched.from.Before(from) {
			from = touched.from
		}
		to = calendar.Later(to, spanOf(e, now).to)
		if !known[e.User.ID] {
			known[e.User.ID] = true
			owners = append(owners, e.User.ID)
		}
	}
	closed, err := s.store.ClosedPeriods(ctx, m.Tenant.ID, owners, from, to)
	if err != nil {
		return err
	}
	for i := range entries {
		e := &entries[i]
		e.Locked = e.Settled || Closed(*e, m.Tenant, closed, now)
	}
	return nil
}
