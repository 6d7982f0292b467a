package billing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"timetracker/internal/marketplace"
	"timetracker/internal/tenant"
)

// UsageState says how far an hour's usage is.
type UsageState string

// The states.
const (
	UsageOpen     UsageState = "open"     // not reported yet; its quantity may still grow
	UsageSent     UsageState = "sent"     // reported at least once, the answer is not known; its quantity is fixed
	UsageAccepted UsageState = "accepted" // Microsoft has taken AcceptedQuantity; the rest was carried to a later hour
	UsageLost     UsageState = "lost"     // it can't be reported any more; operators were told
)

// Usage is what is reported to Microsoft for one hour of a subscription: there is one event for each subscription, dimension
// and hour, whatever its quantity.
// https://learn.microsoft.com/partner-center/marketplace-offers/marketplace-metering-service-apis
type Usage struct {
	TenantID         tenant.ID
	SubscriptionID   marketplace.SubscriptionID
	Dimension        string
	Hour             time.Time // UTC, the hour's beginning
	EffectiveAt      time.Time // the hour's beginning, or when the subscription began within it
	PlanID           string
	Quantity         int
	AcceptedQuantity int
	State            UsageState
	Status           string // Microsoft's latest word on it
	Attempts         int
	NextAt           time.Time // when it is sent next; zero once it is settled
}

// UsageResult is Microsoft's answer to one reported hour.
type UsageResult struct {
	Status           string // Accepted, Duplicate, Expired, …
	AcceptedQuantity int    // of Accepted and Duplicate: what Microsoft has taken for the hour
}

// ReportedUsage is what Microsoft has of an hour.
type ReportedUsage struct {
	SubscriptionID marketplace.SubscriptionID
	Dimension      string
	Day            time.Time // UTC
	Quantity       int       // what counts, of the whole day
}

// Metering is Microsoft's metering API. Its errors are errs.Unavailable when it doesn't answer or can't be understood.
type Metering interface {
	// Report sends at most MaxBatch events and gives the result of each, in their order.
	Report(ctx context.Context, events []Usage) ([]UsageResult, error)
	// Reported lists what Microsoft has since a day, one for each subscription, dimension and day.
	Reported(ctx context.Context, since time.Time) ([]ReportedUsage, error)
}

// MaxBatch is how many events Microsoft takes at once.
const MaxBatch = 25

const (
	// usageLifetime is how long after its hour Microsoft takes usage.
	usageLifetime = 24 * time.Hour
	// warnAge is when operators learn of usage that could not be reported.
	warnAge = 6 * time.Hour
	// usageRetry is the wait after a failure; it doubles up to usageRetryMost.
	usageRetry     = time.Minute
	usageRetryMost = 30 * time.Minute
)

// Pricing is how a model bills what people do: the one port behind which the models differ.
type Pricing interface {
	// Measure notes what is newly owed for a subscription up to an instant.
	Measure(ctx context.Context, s marketplace.Subscription, until time.Time) error
	// Settle tells Microsoft what is noted of a subscription, also of the hour that has not ended.
	Settle(ctx context.Context, s marketplace.Subscription) error
}

// Prepaid is the pricing of seats and flat plans: Microsoft bills what was bought, the monthly snapshot only proves its use.
type Prepaid struct{}

// Measure implements Pricing: nothing is owed.
func (Prepaid) Measure(context.Context, marketplace.Subscription, time.Time) error { return nil }

// Settle implements Pricing: there is nothing to tell.
func (Prepaid) Settle(context.Context, marketplace.Subscription) error { return nil }

// Usages reports metered usage. It implements Pricing for metered plans.
type Usages struct {
	store Store
	api   Metering
	now   func() time.Time
	alert func(ctx context.Context, a marketplace.Alert)
}

// NewUsages makes a Usages. alert tells operators what they must look at.
func NewUsages(store Store, api Metering, now func() time.Time, alert func(context.Context, marketplace.Alert)) *Usages {
	return &Usages{
		store: store, api: api, alert: alert,
		now: func() time.Time { return now().UTC().Truncate(time.Millisecond) },
	}
}

// For is the pricing of a subscription's plan.
func (u *Usages) For(s marketplace.Subscription) Pricing {
	if plan, ok := s.Plan(); ok && plan.Model == marketplace.Metered {
		return u
	}
	return Prepaid{}
}

// Flush measures and settles a subscription that is about to change or has just ended.
func (u *Usages) Flush(ctx context.Context, s marketplace.Subscription) error {
	pricing := u.For(s)
	return errors.Join(pricing.Measure(ctx, s, u.now()), pricing.Settle(ctx, s))
}

// MeasureAll measures every subscription of a metered plan. It goes on after a failure and gives all of them.
func (u *Usages) MeasureAll(ctx context.Context) error {
	var metered []string
	for _, plan := range marketplace.Plans() {
		if plan.Model == marketplace.Metered {
			metered = append(metered, plan.ID)
		}
	}
	const page = 200
	var failed []error
	for after, last := marketplace.SubscriptionID(""), false; !last; {
		subscriptions, err := u.store.SubscriptionsOf(ctx, metered, after, page)
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
// included number to the hour's usage, in one transaction: nobody is counted twice or forgotten. The month before is looked
// at once more in the first day of a new one, for what was recorded at its end.
func (u *Usages) Measure(ctx context.Context, s marketplace.Subscription, until time.Time) error {
	if s.Term.Start.IsZero() {
		return fmt.Errorf("the term of subscription %s is not known yet", s.ID)
	}
	from, to := period(s.Term, until)
	if from.After(s.Term.Start) && until.Before(from.Add(usageLifetime)) {
		previous, end := period(s.Term, from.Add(-time.Millisecond))
		if err := u.measure(ctx, s, previous, end); err != nil {
			return err
		}
	}
	return u.measure(ctx, s, from, to)
}

func (u *Usages) measure(ctx context.Context, s marketplace.Subscription, from, to time.Time) error {
	plan, ok := s.Plan()
	if !ok {
		return nil
	}
	period := Period{SubscriptionID: s.ID, From: from}
	return u.store.Tx(ctx, s.TenantID, func(ctx context.Context) error {
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
		owed := max(0, before+len(people)-plan.Included) - max(0, before-plan.Included)
		if owed == 0 {
			return nil
		}
		return u.add(ctx, Usage{
			TenantID: s.TenantID, SubscriptionID: s.ID, Dimension: plan.Dimension, PlanID: s.PlanID, Quantity: owed,
			EffectiveAt: s.CreatedAt,
		})
	})
}

// add puts a quantity into the usage of this hour or, where that has been reported already, of the next free one. It takes
// effect as early in the hour as can be: Microsoft takes nothing for a time after a subscription's end, of which we hear
// late. Only within a transaction that holds the tenant.
func (u *Usages) add(ctx context.Context, more Usage) error {
	for hour := u.now().Truncate(time.Hour); ; hour = hour.Add(time.Hour) {
		if more.EffectiveAt.Before(hour) {
			more.EffectiveAt = hour
		}
		found, ok, err := u.store.Usage(ctx, more.TenantID, more.SubscriptionID, more.Dimension, hour)
		switch {
		case err != nil:
			return err
		case !ok:
			more.Hour, more.State, more.NextAt = hour, UsageOpen, hour.Add(time.Hour)
			return u.store.InsertUsage(ctx, more.TenantID, more)
		case found.State == UsageOpen && found.PlanID == more.PlanID:
			found.Quantity += more.Quantity
			return u.store.UpdateUsage(ctx, found.TenantID, found)
		}
	}
}

// Send reports what is due, and tells how many hours that were. Failures stay in the outbox.
func (u *Usages) Send(ctx context.Context) (int, error) {
	due, err := u.store.OpenUsage(ctx, "", u.now(), MaxBatch)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	return len(due), u.report(ctx, due)
}

// Settle implements Pricing.
func (u *Usages) Settle(ctx context.Context, s marketplace.Subscription) error {
	// The hour has begun, so that it may be reported; what comes later in it counts for a later hour.
	due, err := u.store.OpenUsage(ctx, s.ID, u.now().Truncate(time.Hour).Add(time.Hour), MaxBatch)
	if err != nil || len(due) == 0 {
		return err
	}
	return u.report(ctx, due)
}

// report sends hours after fixing their quantities: when the answer is lost, the same event is sent again, and Microsoft
// tells what it has taken.
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
		return err
	}
	var failed []error
	for i, result := range results {
		failed = append(failed, u.settle(ctx, due[i], result))
	}
	return errors.Join(failed...)
}

// fix keeps an hour's quantity from growing any further and notes the attempt. It gives the hour as it stands: it may have
// grown since it was read, or was settled by another replica.
func (u *Usages) fix(ctx context.Context, usage Usage) (Usage, error) {
	return u.change(ctx, usage, func(_ context.Context, now *Usage) error {
		now.State = UsageSent
		now.Attempts++
		now.NextAt = u.now().Add(min(usageRetry<<min(now.Attempts-1, 10), usageRetryMost))
		return nil
	})
}

// change changes an hour that is not settled in a transaction that holds its tenant, and gives it.
func (u *Usages) change(ctx context.Context, usage Usage, fn func(ctx context.Context, now *Usage) error) (Usage, error) {
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

// settled says whether nothing is sent for the hour any more.
func (u Usage) settled() bool { return u.NextAt.IsZero() }

// warn tells operators of hours that are soon too old, while Microsoft doesn't answer.
func (u *Usages) warn(ctx context.Context, due []Usage) {
	for _, usage := range due {
		if u.now().Sub(usage.Hour) >= warnAge {
			u.alert(ctx, marketplace.Alert{What: "usage is about to be too old to be reported", SubscriptionID: usage.SubscriptionID})
		}
	}
}

// settle keeps Microsoft's answer for an hour.
func (u *Usages) settle(ctx context.Context, usage Usage, result UsageResult) error {
	if usage.doubtful(result, u.now()) {
		quantity, known, err := u.listed(ctx, usage)
		if err != nil || !known {
			return err
		}
		if quantity > 0 {
			result = UsageResult{Status: duplicate, AcceptedQuantity: quantity}
		}
	}
	var what string
	_, err := u.change(ctx, usage, func(ctx context.Context, now *Usage) error {
		var rest int
		rest, what = now.take(result, u.now())
		if rest <= 0 {
			return nil
		}
		return u.add(ctx, Usage{
			TenantID: now.TenantID, SubscriptionID: now.SubscriptionID, Dimension: now.Dimension, PlanID: now.PlanID,
			Quantity: rest,
		})
	})
	if what != "" {
		u.alert(ctx, marketplace.Alert{What: what, SubscriptionID: usage.SubscriptionID, Err: err})
	}
	return err
}

// listed is what Microsoft's list has of a doubtful hour, at most its quantity: what it has of the day above what was
// accepted for the day's other hours. It is not known while the answer for another of these hours is awaited.
func (u *Usages) listed(ctx context.Context, usage Usage) (quantity int, known bool, err error) {
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
			quantity += r.Quantity
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

// Microsoft's words for what became of an event.
const (
	accepted  = "Accepted"
	duplicate = "Duplicate" // it has an event of the hour already, maybe of another quantity
	expired   = "Expired"
	// A subscription that was suspended or has ended. One that is reinstated within the hour's lifetime takes its usage.
	resourceNotActive = "ResourceNotActive"
)

// taken says whether Microsoft has usage of the hour.
func (r UsageResult) taken() bool { return r.Status == accepted || r.Status == duplicate }

// tooOld says whether Microsoft does not take the hour any more.
func (u Usage) tooOld(now time.Time) bool { return now.Sub(u.EffectiveAt) > usageLifetime }

// doubtful says whether Microsoft may have taken the hour when an answer was lost, but now finds it too old to tell.
func (u Usage) doubtful(result UsageResult, now time.Time) bool {
	return u.Attempts > 1 && !result.taken() && (result.Status == expired || u.tooOld(now))
}

// take takes Microsoft's answer for the hour and gives what is left to be reported for a later one, and what operators must
// know of it.
func (u *Usage) take(result UsageResult, now time.Time) (rest int, alert string) {
	inactive, again := u.Status == resourceNotActive || result.Status == resourceNotActive, u.Status == result.Status
	tooOld := result.Status == expired || u.tooOld(now)
	u.Status = result.Status
	switch {
	case result.taken():
		u.State, u.AcceptedQuantity, u.NextAt = UsageAccepted, result.AcceptedQuantity, time.Time{}
		if rest = u.Quantity - result.AcceptedQuantity; rest < 0 {
			return 0, "Microsoft has more usage than was reported"
		}
		return rest, ""
	case !tooOld && again:
		return 0, "" // operators know
	case !tooOld:
		return 0, "usage was not accepted: " + result.Status
	case inactive:
		u.State, u.NextAt = UsageLost, time.Time{}
		return 0, "usage can't be billed: the subscription has ended"
	default:
		u.State, u.NextAt = UsageLost, time.Time{}
		return u.Quantity, "usage came too late for its hour and is reported for a later one"
	}
}

// Compare holds what Microsoft has of the last days against what it has accepted from us, and tells operators of every
// difference. A day of which an answer is awaited is compared the next time.
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
		subscription marketplace.SubscriptionID
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
			u.alert(ctx, marketplace.Alert{What: "Microsoft's usage of a day differs from ours", SubscriptionID: k.subscription})
		}
	}
	return nil
}

// period is the month of a term that an instant is in: [from, to). What comes after the term's last day belongs to its last
// month until Microsoft tells of the next term, so that nobody is counted again because the two are not cut alike.
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

// termMonth is the month of a term that an instant is in: [from, to). Terms that begin on a day that a month lacks go on
// with the month's last day.
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
