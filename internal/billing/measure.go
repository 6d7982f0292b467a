package billing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/plan"
)

// MeasureAll measures every subscription of a metered plan that is in force or ended a short time ago. It goes on after
// a failure and gives all errors.
func (u *Usages) MeasureAll(ctx context.Context) error {
	var metered []string
	for _, sold := range plan.Catalogue() {
		if sold.Model == plan.Metered {
			metered = append(metered, sold.ID)
		}
	}
	const page = 200
	var failed []error
	for after, last := (ids.Subscription{}), false; !last; {
		subscriptions, err := u.store.SubscriptionsOf(ctx, metered, u.now().Add(-lookBack), after, page)
		if err != nil {
			return errors.Join(append(failed, err)...)
		}
		for _, s := range subscriptions {
			after = s.ID
			if err := u.For(s).Measure(ctx, s, u.now()); err != nil {
				failed = append(failed, err)
			}
		}
		last = len(subscriptions) < page
	}
	return errors.Join(failed...)
}

// Measure implements Pricing. It counts who was active in the term's month for the first time, and adds those above the
// included number to the hour's usage. Both happen in one transaction, so that nobody is counted twice or forgotten.
// The month before, of this term or of the previous one, is counted again for a while. Nothing counts that was done
// after the subscription's end.
func (u *Usages) Measure(ctx context.Context, s marketplace.Subscription, until time.Time) error {
	ended := s.Status != marketplace.Subscribed && !s.EndedAt.IsZero()
	if s.Term.Start.IsZero() {
		if ended {
			return nil // it has never been in force
		}
		return fmt.Errorf("the term of subscription %s is not known yet", s.ID)
	}
	if ended && s.EndedAt.Before(until) {
		until = s.EndedAt
	}
	from, to := period(s.Term, until)
	if previous, ok := periodBefore(s, from); ok && until.Before(from.Add(lookBack)) {
		end := from
		if ended && until.Before(end) {
			end = until
		}
		if err := u.measure(ctx, s, previous, end); err != nil {
			return err
		}
	}
	if until.Before(from) {
		return nil // Microsoft tells of the next term before it begins
	}
	if ended && until.Before(to) {
		to = until
	}
	return u.measure(ctx, s, from, to)
}

func (u *Usages) measure(ctx context.Context, s marketplace.Subscription, from, to time.Time) error {
	sold, ok := s.Plan()
	if !ok {
		return nil
	}
	period := Period{SubscriptionID: s.ID, From: from}
	var lost int
	err := u.store.Tx(ctx, s.TenantID, func(ctx context.Context) error {
		lost = 0
		if _, err := u.store.LockTenant(ctx, s.TenantID); err != nil {
			return err
		}
		people, err := u.store.UncountedPeople(ctx, s.TenantID, period, to)
		if err != nil || len(people) == 0 {
			return err
		}
		before, err := u.store.CountMetered(ctx, s.TenantID, period)
		if err != nil {
			return err
		}
		if err := u.store.InsertMetered(ctx, s.TenantID, period, people, u.now()); err != nil {
			return err
		}
		owed := max(0, before+len(people)-sold.Included) - max(0, before-sold.Included)
		if owed == 0 {
			return nil
		}
		added, err := u.add(ctx, s, Usage{Dimension: sold.Dimension, PlanID: s.PlanID, Quantity: owed})
		if err == nil && !added {
			lost = owed
		}
		return err
	})
	if err == nil && lost > 0 {
		u.tell(ctx, alert.UsageLostAtEnd, "", Usage{SubscriptionID: s.ID, Hour: s.EndedAt.Truncate(time.Hour), Quantity: lost})
	}
	return err
}

// add adds a quantity to the usage of an hour that has not been reported. That is the running hour, or the next free
// one. Once the subscription is cancelled, it is the last free hour before its end that Microsoft still takes. added is
// false when there is none. Only within a transaction that has locked the tenant.
func (u *Usages) add(ctx context.Context, s marketplace.Subscription, more Usage) (added bool, err error) {
	more.TenantID, more.SubscriptionID, more.State = s.TenantID, s.ID, UsageOpen
	hour, step := u.now().Truncate(time.Hour), time.Hour
	if s.Status == marketplace.Cancelled {
		hour, step = s.EndedAt.Add(-time.Millisecond).Truncate(time.Hour), -time.Hour
	}
	for ; step > 0 || (!hour.Before(u.now().Add(-pastHours)) && hour.Add(time.Hour).After(s.CreatedAt)); hour = hour.Add(step) {
		more.Hour, more.EffectiveAt, more.NextAt = hour, hour, hour.Add(time.Hour)
		// The time is as early in the hour as possible. Microsoft takes nothing for a time after a subscription's end,
		// which we learn late.
		if hour.Before(s.CreatedAt) {
			more.EffectiveAt = s.CreatedAt
		}
		found, ok, err := u.store.Usage(ctx, more.TenantID, more.SubscriptionID, more.Dimension, hour)
		switch {
		case err != nil:
			return false, err
		case !ok:
			return true, u.store.InsertUsage(ctx, more.TenantID, more)
		case found.State == UsageOpen && found.PlanID == more.PlanID && found.Carries == more.Carries:
			found.Quantity += more.Quantity
			return true, u.store.UpdateUsage(ctx, found.TenantID, found)
		}
	}
	return false, nil
}

// period is the month of a term that contains an instant: [from, to). After the term's last day it is still the term's
// last month. The people of that time are counted when Microsoft announces the next term. Counted earlier, they could
// be counted again, since the months of two terms begin on different days.
func period(term marketplace.Term, at time.Time) (from, to time.Time) {
	if term.End.IsZero() {
		return termMonth(term.Start, at)
	}
	end := term.End.AddDate(0, 0, 1)
	if term.Unit == "P1M" {
		return term.Start, end
	}
	if !at.Before(end) {
		at = end.Add(-time.Millisecond)
	}
	return termMonth(term.Start, at)
}

// periodBefore is the beginning of the period before the one that begins at from; ok is false when there is none.
func periodBefore(s marketplace.Subscription, from time.Time) (previous time.Time, ok bool) {
	if from.After(s.Term.Start) {
		previous, _ = period(s.Term, from.Add(-time.Millisecond))
		return previous, true
	}
	start := s.PreviousTermStart
	if start.IsZero() || !start.Before(from) {
		return time.Time{}, false
	}
	// A term of one month is one period, also when it is a few days longer, as in Microsoft's samples.
	if !from.After(addMonths(start, 1).AddDate(0, 0, 7)) {
		return start, true
	}
	previous, _ = termMonth(start, from.Add(-time.Millisecond))
	return previous, true
}

// termMonth is the month of a term that contains an instant: [from, to). A term that begins on a day that a month lacks
// goes on with that month's last day.
func termMonth(start, at time.Time) (from, to time.Time) {
	if !at.After(start) {
		return start, addMonths(start, 1)
	}
	n := (at.Year()-start.Year())*12 + int(at.Month()) - int(start.Month())
	if addMonths(start, n).After(at) {
		n--
	}
	return addMonths(start, n), addMonths(start, n+1)
}

func addMonths(t time.Time, n int) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}
