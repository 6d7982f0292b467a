package billing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/plan"
)

// Send reports the usage that is due, and gives the number of its hours. Failures stay in the outbox.
func (u *Usages) Send(ctx context.Context) (int, error) {
	due, err := u.store.OpenUsage(ctx, ids.Subscription{}, u.now(), MaxBatch)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	return len(due), u.report(ctx, due)
}

// Settle implements Pricing.
func (u *Usages) Settle(ctx context.Context, s marketplace.Subscription) error {
	// The hour has begun, so it may be reported. People who become active later in it count for a later hour.
	due, err := u.store.OpenUsage(ctx, s.ID, u.now().Truncate(time.Hour).Add(time.Hour), MaxBatch)
	if err != nil || len(due) == 0 {
		return err
	}
	return u.report(ctx, due)
}

// report fixes the quantities of hours before it sends them. After a lost answer the same event is sent again, and
// Microsoft says what it has taken.
func (u *Usages) report(ctx context.Context, due []Usage) error {
	for i := range due {
		var err error
		if due[i], err = u.fix(ctx, due[i]); err != nil {
			return err
		}
	}
	if due = slices.DeleteFunc(due, Usage.settled); len(due) == 0 {
		return nil
	}
	results, err := u.api.Report(ctx, due)
	if err == nil && len(results) != len(due) {
		err = errors.New("the metering API gave another number of results than of events")
	}
	if err != nil {
		u.warn(ctx, due)
		return errors.Join(err, u.postpone(ctx, due, err))
	}
	var failed []error
	for i, result := range results {
		failed = append(failed, u.settle(ctx, due[i], result))
	}
	return errors.Join(failed...)
}

// fix stops an hour's quantity from growing and counts the attempt. It gives the hour as stored. It may have grown
// since it was read, or another replica may have settled it.
func (u *Usages) fix(ctx context.Context, usage Usage) (Usage, error) {
	return u.updateOpen(ctx, usage, func(_ context.Context, now *Usage) error {
		now.State = UsageSent
		now.Attempts++
		now.NextAt = u.now().Add(min(usageRetry<<min(now.Attempts-1, 10), usageRetryMost))
		return nil
	})
}

// postpone delays the next attempt for hours until the time that Microsoft has asked for.
func (u *Usages) postpone(ctx context.Context, due []Usage, cause error) error {
	asked, ok := errors.AsType[*errs.Error](cause)
	if !ok || asked.RetryAfter == 0 {
		return nil
	}
	next := u.now().Add(asked.RetryAfter)
	var failed []error
	for _, usage := range due {
		_, err := u.updateOpen(ctx, usage, func(_ context.Context, now *Usage) error {
			if now.NextAt.Before(next) {
				now.NextAt = next
			}
			return nil
		})
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// updateOpen changes an hour that is not settled, in a transaction that has locked its tenant, and gives it.
func (u *Usages) updateOpen(ctx context.Context, usage Usage, fn func(ctx context.Context, now *Usage) error) (Usage, error) {
	var now Usage
	err := u.store.Tx(ctx, usage.TenantID, func(ctx context.Context) error {
		_, err := u.store.LockTenant(ctx, usage.TenantID)
		if err != nil {
			return err
		}
		now, _, err = u.store.Usage(ctx, usage.TenantID, usage.SubscriptionID, usage.Dimension, usage.Hour)
		if err != nil || now.settled() {
			return err
		}
		if err := fn(ctx, &now); err != nil {
			return err
		}
		return u.store.UpdateUsage(ctx, now.TenantID, now)
	})
	return now, err
}

// settled says whether the hour will not be sent again.
func (u Usage) settled() bool { return u.NextAt.IsZero() }

// tell alerts operators of an hour. reason is Microsoft's status; empty: it has none.
func (u *Usages) tell(ctx context.Context, kind alert.Kind, reason string, usage Usage) {
	u.alert(ctx, alert.Alert{
		Kind: kind, SubscriptionID: usage.SubscriptionID.String(), Reason: reason,
		Err: fmt.Errorf("%d users in the hour of %s", usage.Quantity, usage.Hour.Format(time.RFC3339)),
	})
}

// warn alerts operators of hours that will soon be too old while Microsoft doesn't answer.
func (u *Usages) warn(ctx context.Context, due []Usage) {
	for _, usage := range due {
		if u.now().Sub(usage.Hour) >= warnAge {
			u.tell(ctx, alert.UsageNearlyTooOld, "", usage)
		}
	}
}

// settle stores Microsoft's answer for an hour.
func (u *Usages) settle(ctx context.Context, usage Usage, result UsageResult) error {
	s, _, err := u.store.Subscription(ctx, usage.SubscriptionID)
	if err != nil {
		return err
	}
	closed := !result.taken() && usage.closed(s, result, u.now())
	if closed && usage.doubtful(result) {
		taken, known, err := u.takenPerList(ctx, usage, usage.closedAt(s, result))
		if err != nil || !known {
			return errors.Join(err, u.tellUncertain(ctx, usage))
		}
		if taken > 0 {
			result = UsageResult{Status: duplicate, AcceptedQuantity: taken}
		}
	}
	var kind alert.Kind // empty: no alert
	_, err = u.updateOpen(ctx, usage, func(ctx context.Context, now *Usage) error {
		kind = ""
		if closed && now.Attempts > usage.Attempts {
			return nil // another replica has sent it too, and settles it
		}
		var rest int
		rest, kind = now.apply(result, closed, u.now())
		if s.Status == marketplace.Suspended && !result.taken() {
			kind = "" // it waits until the subscription is reinstated or cancelled
		}
		if rest <= 0 {
			return nil
		}
		var err error
		kind, err = u.carry(ctx, s, *now, rest)
		return err
	})
	if err != nil || kind == "" {
		return err
	}
	reason := ""
	if kind == alert.UsageNotAccepted {
		reason = result.Status
	}
	u.tell(ctx, kind, reason, usage)
	return nil
}

// carry moves a quantity that Microsoft has not taken to another hour, under the subscription's present plan. It gives
// the alert for operators. Only within a transaction that has locked the tenant.
func (u *Usages) carry(ctx context.Context, s marketplace.Subscription, from Usage, rest int) (kind alert.Kind, err error) {
	more := Usage{Dimension: from.Dimension, PlanID: from.PlanID, Quantity: rest, Carries: from.Carries}
	if sold, ok := s.Plan(); ok && sold.Model == plan.Metered {
		more.Dimension, more.PlanID = sold.Dimension, s.PlanID
	}
	// A subscription that ended before this hour, maybe earlier than we know, is carried back hour by hour.
	ended := s.Status == marketplace.Cancelled && from.Status == resourceNotActive
	if from.State != UsageAccepted && !ended {
		kind = alert.UsageCarried
		if more.Carries++; more.Carries > maxCarries {
			return alert.UsageGivenUp, nil
		}
	}
	added, err := u.add(ctx, s, more)
	if err == nil && !added {
		kind = alert.UsageLostAtEnd
	}
	return kind, err
}

// tellUncertain alerts operators, once, of an hour that Microsoft may or may not have taken, after a long wait.
func (u *Usages) tellUncertain(ctx context.Context, usage Usage) error {
	if u.now().Sub(usage.EffectiveAt) < usageLifetime+listPatience {
		return nil
	}
	told := true
	_, err := u.updateOpen(ctx, usage, func(_ context.Context, now *Usage) error {
		told = now.Status == unlisted
		now.Status = unlisted
		return nil
	})
	if err == nil && !told {
		u.tell(ctx, alert.UsageUncertain, "", usage)
	}
	return err
}

// takenPerList gives what Microsoft's list has of a doubtful hour, at most its quantity. That is the day's total less
// what was accepted for the day's other hours. known is false until the list surely shows what was taken before
// closedAt. It is also false while the answer for another of these hours is awaited.
func (u *Usages) takenPerList(ctx context.Context, usage Usage, closedAt time.Time) (quantity int, known bool, err error) {
	if u.now().Before(closedAt.Add(listLag)) {
		return 0, false, nil
	}
	day := usage.Hour.Truncate(24 * time.Hour)
	reported, err := u.api.Reported(ctx, day)
	if err != nil {
		return 0, false, err
	}
	ours, err := u.store.UsageSince(ctx, day)
	if err != nil {
		return 0, false, err
	}
	for _, r := range reported {
		if r.SubscriptionID == usage.SubscriptionID && r.Dimension == usage.Dimension && r.Day.Equal(day) {
			quantity += r.Submitted
		}
	}
	for _, other := range ours {
		if other.SubscriptionID != usage.SubscriptionID || other.Dimension != usage.Dimension ||
			other.Hour.Equal(usage.Hour) || !other.Hour.Before(day.Add(24*time.Hour)) {
			continue
		}
		if other.State == UsageSent && !other.tooOld(u.now()) {
			return 0, false, nil
		}
		quantity -= other.AcceptedQuantity
	}
	return min(max(quantity, 0), usage.Quantity), true, nil
}

// Microsoft's statuses of an event.
const (
	accepted  = "Accepted"
	duplicate = "Duplicate" // it already has an event of the hour, maybe with another quantity
	expired   = "Expired"
	// A subscription that was suspended or has ended.
	resourceNotActive = "ResourceNotActive"
)

// unlisted is the status of an hour that the list of usage does not decide, after operators were alerted.
const unlisted = "Unlisted"

// taken says whether Microsoft has usage of the hour.
func (r UsageResult) taken() bool { return r.Status == accepted || r.Status == duplicate }

// refused says whether Microsoft has not taken what was sent. An unknown status does not say so.
func (r UsageResult) refused() bool {
	return slices.Contains([]string{
		expired, resourceNotActive, "ResourceNotFound", "ResourceNotAuthorized", "InvalidDimension", "InvalidQuantity",
		"BadArgument",
	}, r.Status)
}

// tooOld says whether Microsoft does not take the hour any more.
func (u Usage) tooOld(now time.Time) bool { return now.Sub(u.EffectiveAt) > usageLifetime }

// closed says whether Microsoft, after this result, will never take the hour. A suspended subscription's hour stays
// open until the subscription is reinstated or cancelled.
func (u Usage) closed(s marketplace.Subscription, result UsageResult, now time.Time) bool {
	switch {
	case s.Status == marketplace.Suspended:
		return false
	case s.Status == marketplace.Cancelled && result.Status == resourceNotActive:
		return true
	default:
		return result.Status == expired || u.tooOld(now)
	}
}

// closedAt is the time after which Microsoft takes nothing for a closed hour.
func (u Usage) closedAt(s marketplace.Subscription, result UsageResult) time.Time {
	if s.Status == marketplace.Cancelled && result.Status == resourceNotActive {
		return s.EndedAt
	}
	return u.EffectiveAt.Add(usageLifetime)
}

// doubtful says whether Microsoft may have taken a closed hour, at an attempt whose answer was lost or not understood.
func (u Usage) doubtful(result UsageResult) bool { return u.Attempts > 1 || !result.refused() }

// apply stores Microsoft's answer in the hour. It gives the quantity to report for another hour, and the alert for
// operators.
func (u *Usage) apply(result UsageResult, closed bool, now time.Time) (rest int, kind alert.Kind) {
	again := u.Status == result.Status
	u.Status = result.Status
	switch {
	case result.taken():
		u.State, u.AcceptedQuantity, u.NextAt = UsageAccepted, result.AcceptedQuantity, time.Time{}
		if rest = u.Quantity - result.AcceptedQuantity; rest < 0 {
			return 0, alert.UsageExceedsReport
		}
		return rest, ""
	case closed:
		u.State, u.NextAt = UsageLost, time.Time{}
		return u.Quantity, ""
	}
	if result.refused() {
		u.Attempts--
		u.NextAt = now.Add(usageRetryMost)
	}
	if again {
		return 0, "" // operators know already
	}
	return 0, alert.UsageNotAccepted
}

// Compare compares what Microsoft has of the last days with what it has accepted from us, and alerts operators of every
// difference. A day with an awaited answer is compared the next time.
func (u *Usages) Compare(ctx context.Context) error {
	const days = 3
	since := u.now().Truncate(24*time.Hour).AddDate(0, 0, -days)
	reported, err := u.api.Reported(ctx, since)
	if err != nil {
		return err
	}
	ours, err := u.store.UsageSince(ctx, since)
	if err != nil {
		return err
	}
	type key struct {
		subscription ids.Subscription
		dimension    string
		day          time.Time
	}
	difference, underWay := map[key]int{}, map[key]bool{}
	for _, usage := range ours {
		k := key{usage.SubscriptionID, usage.Dimension, usage.Hour.Truncate(24 * time.Hour)}
		difference[k] += usage.AcceptedQuantity
		underWay[k] = underWay[k] || usage.State == UsageSent
	}
	for _, usage := range reported {
		difference[key{usage.SubscriptionID, usage.Dimension, usage.Day}] -= usage.Quantity
	}
	for k, quantity := range difference {
		if quantity != 0 && !underWay[k] {
			u.alert(ctx, alert.Alert{Kind: alert.UsageDiffers, SubscriptionID: k.subscription.String()})
		}
	}
	return nil
}
