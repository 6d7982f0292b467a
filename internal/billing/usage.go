package billing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"timetracker/internal/errs"
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
	UsageLost     UsageState = "lost"     // Microsoft takes nothing for the hour; its quantity was carried, or operators were told
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
	Status           string    // Microsoft's latest word on it
	Attempts         int       // how often it was sent and not refused: with an answer that is unknown, or awaited
	Carries          int       // for how many hours before this one its quantity was reported in vain
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
	Submitted      int       // what was accepted from us, of the whole day
	Quantity       int       // what counts of it: less when it was rejected afterwards
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
	// lookBack is how long after the end of a period or of a subscription it is looked at for what was recorded late, or
	// could not be counted at its end. Microsoft's list of subscriptions, compared daily, may be the first to tell of it.
	lookBack = 48 * time.Hour
	// listLag is when Microsoft's list shows all that it has taken; no document says how long that takes.
	listLag = 3 * time.Hour
	// listPatience is when operators learn that the list does not tell what became of an hour.
	listPatience = 12 * time.Hour
	// maxCarries bounds how often a quantity is reported for another hour after Microsoft took nothing for a whole day.
	maxCarries = 2
	// pastHours is how far back an hour is looked for that can still be reported in time.
	pastHours = 23 * time.Hour
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

// MeasureAll measures every subscription of a metered plan that is in force or ended a short time ago. It goes on after a
// failure and gives all of them.
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
// included number to the hour's usage, in one transaction: nobody is counted twice or forgotten. The month before, of this
// term or of the previous one, is looked at again for a while. Nothing counts that was done after the subscription's end.
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
	plan, ok := s.Plan()
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
		owed := max(0, before+len(people)-plan.Included) - max(0, before-plan.Included)
		if owed == 0 {
			return nil
		}
		added, err := u.add(ctx, s, Usage{Dimension: plan.Dimension, PlanID: s.PlanID, Quantity: owed})
		if err == nil && !added {
			lost = owed
		}
		return err
	})
	if err == nil && lost > 0 {
		u.tell(ctx, lostAtEnd, Usage{SubscriptionID: s.ID, Hour: s.EndedAt.Truncate(time.Hour), Quantity: lost})
	}
	return err
}

// add puts a quantity into the usage of an hour that has not been reported: of the running one or the next that is free or,
// once the subscription is cancelled, of the last one before its end that is free and that Microsoft still takes. added is
// false when there is none. Only within a transaction that holds the tenant.
func (u *Usages) add(ctx context.Context, s marketplace.Subscription, more Usage) (added bool, err error) {
	more.TenantID, more.SubscriptionID, more.State = s.TenantID, s.ID, UsageOpen
	hour, step := u.now().Truncate(time.Hour), time.Hour
	if s.Status == marketplace.Cancelled {
		hour, step = s.EndedAt.Add(-time.Millisecond).Truncate(time.Hour), -time.Hour
	}
	for ; step > 0 || !hour.Before(u.now().Add(-pastHours)) && hour.Add(time.Hour).After(s.CreatedAt); hour = hour.Add(step) {
		more.Hour, more.EffectiveAt, more.NextAt = hour, hour, hour.Add(time.Hour)
		// As early in the hour as can be: Microsoft takes nothing for a time after a subscription's end, of which we hear late.
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
		return errors.Join(err, u.postpone(ctx, due, err))
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

// postpone keeps hours from being sent before the time that Microsoft has asked us to wait.
func (u *Usages) postpone(ctx context.Context, due []Usage, cause error) error {
	asked, ok := errors.AsType[*errs.Error](cause)
	if !ok || asked.RetryAfter == 0 {
		return nil
	}
	next := u.now().Add(asked.RetryAfter)
	var failed []error
	for _, usage := range due {
		_, err := u.change(ctx, usage, func(_ context.Context, now *Usage) error {
			if now.NextAt.Before(next) {
				now.NextAt = next
			}
			return nil
		})
		failed = append(failed, err)
	}
	return errors.Join(failed...)
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

// What operators are told.
const (
	tooOldSoon = "usage is about to be too old to be reported"
	notTaken   = "usage was not accepted: " // and Microsoft's word
	unknown    = "it is not known whether Microsoft has taken usage"
	carried    = "usage came too late for its hour and is reported for another one"
	givenUp    = "usage can't be billed: Microsoft takes it for no hour"
	lostAtEnd  = "usage can't be billed: the subscription has ended"
	tooMuch    = "Microsoft has more usage than was reported"
)

// tell tells operators of an hour.
func (u *Usages) tell(ctx context.Context, what string, usage Usage) {
	u.alert(ctx, marketplace.Alert{
		What: what, SubscriptionID: usage.SubscriptionID,
		Err: fmt.Errorf("%d users in the hour of %s", usage.Quantity, usage.Hour.Format(time.RFC3339)),
	})
}

// warn tells operators of hours that are soon too old, while Microsoft doesn't answer.
func (u *Usages) warn(ctx context.Context, due []Usage) {
	for _, usage := range due {
		if u.now().Sub(usage.Hour) >= warnAge {
			u.tell(ctx, tooOldSoon, usage)
		}
	}
}

// settle keeps Microsoft's answer for an hour.
func (u *Usages) settle(ctx context.Context, usage Usage, result UsageResult) error {
	s, _, err := u.store.Subscription(ctx, usage.SubscriptionID)
	if err != nil {
		return err
	}
	closed := !result.taken() && usage.closed(s, result, u.now())
	if closed && usage.doubtful(result) {
		taken, known, err := u.listed(ctx, usage, usage.closedAt(s, result))
		if err != nil || !known {
			return errors.Join(err, u.wait(ctx, usage))
		}
		if taken > 0 {
			result = UsageResult{Status: duplicate, AcceptedQuantity: taken}
		}
	}
	var what string
	_, err = u.change(ctx, usage, func(ctx context.Context, now *Usage) error {
		what = ""
		if closed && now.Attempts > usage.Attempts {
			return nil // another replica has sent it too, and settles it
		}
		var rest int
		rest, what = now.take(result, closed, u.now())
		if s.Status == marketplace.Suspended && !result.taken() {
			what = "" // it waits until the subscription is reinstated or cancelled
		}
		if rest <= 0 {
			return nil
		}
		var err error
		what, err = u.carry(ctx, s, *now, rest)
		return err
	})
	if err == nil && what != "" {
		u.tell(ctx, what, usage)
	}
	return err
}

// carry puts what Microsoft has not taken for an hour into another one, under the plan that the subscription has by now, and
// gives what operators must know of it. Only within a transaction that holds the tenant.
func (u *Usages) carry(ctx context.Context, s marketplace.Subscription, from Usage, rest int) (alert string, err error) {
	more := Usage{Dimension: from.Dimension, PlanID: from.PlanID, Quantity: rest, Carries: from.Carries}
	if plan, ok := s.Plan(); ok && plan.Model == marketplace.Metered {
		more.Dimension, more.PlanID = plan.Dimension, s.PlanID
	}
	// One that ended before this hour, maybe earlier than we know, is carried back hour by hour.
	ended := s.Status == marketplace.Cancelled && from.Status == resourceNotActive
	if from.State != UsageAccepted && !ended {
		alert = carried
		if more.Carries++; more.Carries > maxCarries {
			return givenUp, nil
		}
	}
	added, err := u.add(ctx, s, more)
	if err == nil && !added {
		alert = lostAtEnd
	}
	return alert, err
}

// wait tells operators, once, of an hour of which it is not known for long whether Microsoft has taken it.
func (u *Usages) wait(ctx context.Context, usage Usage) error {
	if u.now().Sub(usage.EffectiveAt) < usageLifetime+listPatience {
		return nil
	}
	told := true
	_, err := u.change(ctx, usage, func(_ context.Context, now *Usage) error {
		told = now.Status == unlisted
		now.Status = unlisted
		return nil
	})
	if err == nil && !told {
		u.tell(ctx, unknown, usage)
	}
	return err
}

// listed is what Microsoft's list has of a doubtful hour, at most its quantity: what it has of the day above what was
// accepted for the day's other hours. It is not known while the list may not show yet what was taken until closedAt, nor
// while the answer for another of these hours is awaited.
func (u *Usages) listed(ctx context.Context, usage Usage, closedAt time.Time) (quantity int, known bool, err error) {
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

// Microsoft's words for what became of an event.
const (
	accepted  = "Accepted"
	duplicate = "Duplicate" // it has an event of the hour already, maybe of another quantity
	expired   = "Expired"
	// A subscription that was suspended or has ended.
	resourceNotActive = "ResourceNotActive"
)

// unlisted is the status of an hour that the list of usage does not decide, after operators were told.
const unlisted = "Unlisted"

// taken says whether Microsoft has usage of the hour.
func (r UsageResult) taken() bool { return r.Status == accepted || r.Status == duplicate }

// refused says whether Microsoft has not taken what was sent. Nobody knows of any other word.
func (r UsageResult) refused() bool {
	return slices.Contains([]string{
		expired, resourceNotActive, "ResourceNotFound", "ResourceNotAuthorized", "InvalidDimension", "InvalidQuantity",
		"BadArgument",
	}, r.Status)
}

// tooOld says whether Microsoft does not take the hour any more.
func (u Usage) tooOld(now time.Time) bool { return now.Sub(u.EffectiveAt) > usageLifetime }

// closed says whether Microsoft, which has given this result, will never take the hour. A suspended subscription's hour is kept
// until it is known whether the subscription is reinstated.
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

// closedAt is since when Microsoft takes nothing for a closed hour.
func (u Usage) closedAt(s marketplace.Subscription, result UsageResult) time.Time {
	if s.Status == marketplace.Cancelled && result.Status == resourceNotActive {
		return s.EndedAt
	}
	return u.EffectiveAt.Add(usageLifetime)
}

// doubtful says whether Microsoft may have taken a closed hour: at an attempt whose answer was lost, or whose answer nobody
// understood.
func (u Usage) doubtful(result UsageResult) bool { return u.Attempts > 1 || !result.refused() }

// take takes Microsoft's answer for the hour and gives what is left to be reported for another one, and what operators must
// know of it.
func (u *Usage) take(result UsageResult, closed bool, now time.Time) (rest int, alert string) {
	again := u.Status == result.Status
	u.Status = result.Status
	switch {
	case result.taken():
		u.State, u.AcceptedQuantity, u.NextAt = UsageAccepted, result.AcceptedQuantity, time.Time{}
		if rest = u.Quantity - result.AcceptedQuantity; rest < 0 {
			return 0, tooMuch
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
		return 0, "" // operators know
	}
	return 0, notTaken + result.Status
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

// periodBefore is where the period before the one that begins at from begins; ok is false when there is none.
func periodBefore(s marketplace.Subscription, from time.Time) (previous time.Time, ok bool) {
	if from.After(s.Term.Start) {
		previous, _ = period(s.Term, from.Add(-time.Millisecond))
		return previous, true
	}
	start := s.PreviousTermStart
	if start.IsZero() || !start.Before(from) {
		return time.Time{}, false
	}
	// A term of one month is one period, also when it has a few days more, as in Microsoft's samples.
	if !from.After(addMonths(start, 1).AddDate(0, 0, 7)) {
		return start, true
	}
	previous, _ = termMonth(start, from.Add(-time.Millisecond))
	return previous, true
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
