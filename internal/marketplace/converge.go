package marketplace

import (
	"cmp"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/plan"
)

// converge takes over what Microsoft's API shows. A cancelled subscription stays as it is. A plan or
// a quantity that was accepted a moment ago stays although Microsoft does not show it yet, unless it never will.
func (s Subscription) converge(shown Fetched, now time.Time) Subscription {
	s.Sync.CheckAt = time.Time{}
	if s.Status == Cancelled {
		return s
	}
	if shown.Status == Cancelled {
		shown = shown.completedBy(s)
	}
	if sold, ok := plan.Find(shown.OfferID, shown.PlanID); (sold.Model == plan.Seats || !ok) && shown.Quantity == 0 {
		shown.Quantity = s.Quantity // Microsoft sometimes leaves it out
	}
	s = s.enterTerm(shown.Term) // first, since the term decides whether it is over
	settled := s.Sync.settled(now) || shown.Status == Cancelled
	planWaits := s.PlanID != shown.PlanID && s.Sync.PlanChanged && !settled
	quantityWaits := s.Quantity != shown.Quantity && s.Sync.QuantityChanged && !settled
	if !planWaits {
		s.PlanID = shown.PlanID
	}
	if !quantityWaits {
		s.Quantity = shown.Quantity
	}
	waits := planWaits || quantityWaits
	switch {
	case s.Status == Subscribed && shown.Status == Suspended && !settled: // it may have been reinstated
		waits = true
	case s.Status != Pending && shown.Status == Pending: // a subscription that was in force never waits for activation again
		s.Sync.CheckAt = now.Add(patientCheck)
	case shown.Status != "":
		s = s.become(shown.Status, now)
	}
	if next := s.nextCheck(now); !next.IsZero() {
		s.Sync.CheckAt = next
	}
	if waits {
		s.Sync.CheckAt = now.Add(settlingCheck)
	}
	if s.Status != Pending || !s.Bound() {
		s.Obstacle = ""
	}
	s.OfferID = shown.OfferID
	s.BeneficiaryDirectory = shown.Beneficiary.DirectoryID
	s.PurchaserDirectory = shown.Purchaser.DirectoryID
	s.AutoRenew, s.FreeTrial, s.ReadOnly = shown.AutoRenew, shown.FreeTrial, shown.ReadOnly
	return s
}

// completedBy adds the earlier facts to what Microsoft shows of a cancelled subscription, which may be little else than
// its status.
func (f Fetched) completedBy(s Subscription) Fetched {
	f.OfferID, f.PlanID = cmp.Or(f.OfferID, s.OfferID), cmp.Or(f.PlanID, s.PlanID)
	f.Quantity = cmp.Or(f.Quantity, s.Quantity)
	f.Beneficiary.DirectoryID = cmp.Or(f.Beneficiary.DirectoryID, s.BeneficiaryDirectory)
	f.Purchaser.DirectoryID = cmp.Or(f.Purchaser.DirectoryID, s.PurchaserDirectory)
	f.FreeTrial = f.FreeTrial || s.FreeTrial
	return f
}

// enterTerm changes the term. The known days stay when Microsoft gives only the unit, as it often does for
// subscriptions that are not in force.
func (s Subscription) enterTerm(term Term) Subscription {
	if term.Unit == "" {
		return s
	}
	start, end := calendar.Instant(term.Start), calendar.Instant(term.End)
	if start.IsZero() {
		s.Term.Unit = term.Unit
		return s
	}
	if !s.Term.Start.IsZero() && start.After(s.Term.Start) {
		s.PreviousTermStart = s.Term.Start
	}
	s.Term = Term{Start: start, End: end, Unit: term.Unit}
	return s
}

// become changes the status. A cancelled subscription ended with its term, if the term is over when we learn of it.
func (s Subscription) become(status Status, now time.Time) Subscription {
	if status == s.Status {
		return s
	}
	ended := now
	if s.Status == Subscribed && !s.EndedAt.IsZero() && now.Before(s.EndedAt.Add(toldLasts)) {
		ended = s.EndedAt
	}
	if over := s.Term.over(); status == Cancelled && !over.IsZero() && over.Before(ended) {
		ended = over
	}
	if s.Status == Suspended && ended.Before(s.EndedAt) {
		ended = s.EndedAt
	}
	s.EndedAt = time.Time{}
	if status == Suspended || status == Cancelled {
		s.EndedAt = ended
	}
	s.Status = status
	return s
}

// endAsTold takes the end of a suspended or cancelled subscription from the webhook. We learn of it later, and
// Microsoft's API may show it later still.
func (s Subscription) endAsTold(n Notification) Subscription {
	if (n.Action != Suspend && n.Action != Unsubscribe) || !n.At.After(s.Sync.OperationAt) {
		return s
	}
	at := calendar.Instant(n.At)
	notShownYet := n.Action == Unsubscribe && s.Status == Subscribed // what is final can't have been overtaken
	earlier := at.Before(s.EndedAt) &&
		((n.Action == Suspend && s.Status == Suspended) || (n.Action == Unsubscribe && s.Status == Cancelled))
	if notShownYet || earlier {
		s.EndedAt = at
	}
	return s
}

// apply is the subscription after an accepted change.
func (s Subscription) apply(op Operation, now time.Time) Subscription {
	if s.Sync.settled(now) {
		s.Sync.PlanChanged, s.Sync.QuantityChanged = false, false // by changes that are over
	}
	switch op.Action {
	case ChangePlan:
		s.PlanID, s.Sync.PlanChanged = op.PlanID, true
		// Its quantity is the one when it was asked for, and a newer change may have come first.
		s.Quantity = cmp.Or(s.Quantity, op.Quantity)
	case ChangeQuantity:
		s.Quantity, s.Sync.QuantityChanged = op.Quantity, true
	case Reinstate:
		s = s.become(Subscribed, now)
	default: // no other action waits for our consent
	}
	if !op.At.IsZero() {
		s.Sync.OperationAt = ServiceTime(op.At)
	}
	s.Sync.ChangedAt = now
	return s.expect(now)
}

// noteActivation stores Microsoft's answer to our request to activate the subscription. Within activationPatience after
// a request that Microsoft has taken, another one was sent at the same time, so that its answer says nothing new.
func (s Subscription) noteActivation(a Activation, now time.Time) Subscription {
	obstacle := s.Obstacle
	if s.activationTaken(now) {
		return s
	}
	switch {
	case a.Refusal != nil:
		obstacle = activationRefused
	case !a.TakenAt.IsZero():
		obstacle = ""
		if !s.Sync.ActivatedAt.IsZero() {
			obstacle = activationSlow // Microsoft took an earlier request, without effect
		}
		s.Sync.ActivatedAt = a.TakenAt
	}
	if s.Status == Pending {
		s.Obstacle = obstacle
	}
	return s
}

// expect makes us ask Microsoft repeatedly, since it may not show yet what it has told us, or what we have told it.
func (s Subscription) expect(now time.Time) Subscription {
	s.Sync.AwaitedAt = now
	s.Sync.CheckAt = s.nextCheck(now)
	return s
}

// nextCheck is when to ask Microsoft again; zero: at the daily comparison. The wait grows with the time that has
// passed.
func (s Subscription) nextCheck(now time.Time) time.Time {
	age := now.Sub(s.Sync.AwaitedAt)
	switch {
	case s.Status == Cancelled:
		return time.Time{}
	case s.Status == Pending && s.Bound():
		return now.Add(min(max(age/4, activationCheck), patientCheck))
	case age < awaiting:
		return now.Add(min(max(age, settlingCheck), patientCheck))
	case s.Status != Pending && !s.Bound():
		return now.Add(patientCheck) // its directory may have signed up by then
	default:
		return time.Time{}
	}
}

// terms are what the tenant of a subscription is billed by. earlier are the latest terms under which it had this plan.
// A rate that an operator has agreed on stays with the plan, in its currency.
func (s Subscription) terms(sold plan.Plan, earlier plan.Terms, now time.Time) plan.Terms {
	terms := plan.Terms{
		EffectiveAt: now, Kind: plan.Paid, Status: plan.Active, SubscriptionID: s.ID, PlanID: s.PlanID,
		PlanTitle: sold.Name, Model: sold.Model, Seats: s.seats(), Currency: sold.Currency,
		RateMinor: sold.RateMinor, BaseMinor: sold.BaseMinor, Included: sold.Included, FreeTrial: s.FreeTrial,
	}
	if earlier.Agreed && earlier.Currency == terms.Currency {
		terms.Agreed, terms.RateMinor = true, earlier.RateMinor
	}
	switch s.Status {
	case Suspended:
		terms.Status = plan.Suspended
	case Cancelled:
		terms.Status = plan.Cancelled
		if s.EndedAt.Before(now) {
			terms.EffectiveAt = s.EndedAt
		}
	default: // in force
	}
	return terms
}
