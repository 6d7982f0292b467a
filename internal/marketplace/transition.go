package marketplace

import (
	"errors"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/audit"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
)

// EventKind says what may change a subscription.
type EventKind string

// The kinds of events. docs/subscription-states.md says what each does to a subscription in each state.
const (
	Notice     EventKind = "notice"      // a webhook tells of something that has happened, or of something unknown
	Request    EventKind = "request"     // a webhook tells of a change that waits for our consent
	CarriedOut EventKind = "carried out" // a webhook tells of a change that Microsoft has made without our consent
	GivenUp    EventKind = "given up"    // a webhook tells of a change that Microsoft has dropped
	Claim      EventKind = "claim"       // somebody gives the subscription to their organization
	Refresh    EventKind = "refresh"     // no webhook: we have asked Microsoft
	NoAnswer   EventKind = "no answer"   // we have asked Microsoft, which didn't answer
)

// Event is why a subscription may change.
type Event struct {
	Kind         EventKind
	Notification            // what a webhook has told; for the other kinds only the subscription's id
	Operation    Operation  // Request: what is wanted
	TenantID     ids.Tenant // Claim: who gets the subscription
	Activation   Activation
	Daily        bool          // Refresh: operators are alerted again of what they were alerted of before
	Unheeded     bool          // Refresh: Microsoft has not accepted our answer, so it may soon show something else
	Abandoned    time.Time     // Refresh: when a change was asked for that Microsoft has dropped since; zero: none
	Wait         time.Duration // NoAnswer: until Microsoft is asked again
}

// Activation is Microsoft's answer to our request to activate a subscription. The zero value means that it was not
// asked.
type Activation struct {
	TakenAt time.Time // when Microsoft accepted the request; zero: it did not
	Refusal error     // why it did not
}

// Current is what is known of a subscription, within the transaction that may change it.
type Current struct {
	Subscription Subscription          // with Revision 0 when it is not stored yet
	Tenant       tenant.Tenant         // the one that has it, or else the one that gets it now; zero: none
	Obstacle     error                 // why its directory's tenant does not get it; nil: no obstacle
	People       int                   // the tenant's active and invited people
	Earlier      map[string]plan.Terms // by plan: the latest terms under which the subscription had it
}

// Decision is the effect of an event. All of it is written in one transaction.
type Decision struct {
	// Next is the subscription's next state. Next.Sync.CheckAt says when to ask Microsoft again.
	Next Subscription
	// Write says whether Next differs from what is stored.
	Write bool
	// Delivery is the result of the webhook's event; nil: there was no webhook.
	Delivery *Delivery
	// Refusal is why a request or a claim is refused; nil: it is not.
	Refusal *errs.Error
	// Tenant is the tenant's next state; nil: it stays as it is.
	Tenant *tenant.Tenant
	// Terms are what the tenant is billed by, in the order in which they begin.
	Terms []plan.Terms
	// TermsEndAt is when the tenant's current terms have ended, if that is earlier than was known. Zero: it is not.
	TermsEndAt time.Time
	// Record is the billing record of the event, without an id; nil: there is nothing to record.
	Record *LifecycleRecord
	// Audit has the entries for the tenant's audit, one event after the other.
	Audit [][]audit.FieldChange
	// Alerts are raised once the decision is written.
	Alerts []alert.Alert
}

// Transition decides what an event does to a subscription. observed is what Microsoft's API shows, read after current's
// revision was. It is pure: the same arguments give the same decision.
func Transition(current Current, observed Fetched, event Event, now time.Time) Decision {
	t := transition{current: current, before: current.Subscription, observed: observed, event: event, now: now}
	if !t.before.Bound() {
		t.before.TenantID = current.Tenant.ID
	}
	if event.Kind == NoAnswer {
		return t.noAnswer()
	}
	if t.isForeign() {
		return t.conclude(t.foreign())
	}
	expecting := t.before
	if t.isOvertaken() || t.isAbandoned() {
		expecting.Sync.ChangedAt = time.Time{} // Microsoft need not show the latest accepted change any more
	}
	shown := expecting.converge(observed, now)
	if event.Kind == Claim && (current.Subscription.Bound() || shown.Status == Suspended || shown.Status == Cancelled) {
		return t.noClaim(shown)
	}
	return t.conclude(t.judge(shown))
}

// transition has the arguments of Transition.
type transition struct {
	current  Current
	before   Subscription // the current subscription, with the tenant that it has or gets
	observed Fetched
	event    Event
	now      time.Time
}

// verdict is the result of the rules of one kind of event.
type verdict struct {
	next          Subscription
	action        Action // as it is recorded
	outcome       Outcome
	refusal       *errs.Error
	acknowledgeAt time.Time
	obstacle      error // why Microsoft refuses the activation
	alerts        []alert.Alert
}

// bindsNow says whether the subscription gets its tenant by this event.
func (t transition) bindsNow() bool { return t.before.Bound() && !t.current.Subscription.Bound() }

// isForeign says whether the subscription is of an offer that is not ours.
func (t transition) isForeign() bool {
	return !t.before.Bound() && errs.CodeOf(t.current.Obstacle) == offerForeign
}

// isNewer says whether the webhook's event is newer than the latest applied change.
func (t transition) isNewer() bool { return t.event.At.After(t.before.Sync.OperationAt) }

// isOvertaken says whether Microsoft has carried out a newer change than the latest applied one.
func (t transition) isOvertaken() bool { return t.event.Kind == CarriedOut && t.isNewer() }

// isAbandoned says whether Microsoft has dropped the latest applied change.
func (t transition) isAbandoned() bool {
	at := t.event.Abandoned
	return !at.IsZero() && ServiceTime(at).Equal(t.before.Sync.OperationAt)
}

// judge applies the rules of the event's kind to the subscription as Microsoft's API shows it.
func (t transition) judge(shown Subscription) verdict {
	switch t.event.Kind {
	case Request:
		return t.request(shown)
	case Claim:
		return t.claim(shown)
	case Refresh:
		return t.refresh(shown)
	default:
		return t.notice(shown)
	}
}

// foreign keeps a subscription of another product, so that operators are told of it once. Whatever is wanted of it is
// that product's business: it is neither refused nor acknowledged.
func (t transition) foreign() verdict {
	v := verdict{next: t.before.converge(t.observed, t.now), outcome: Ignored}
	v.next.Sync.CheckAt = time.Time{}
	if t.event.Kind == Claim {
		v.refusal, _ = errors.AsType[*errs.Error](t.current.Obstacle)
	}
	return v
}

// request decides on a change that waits for our consent. If it is not applied, Microsoft may still carry it out.
func (t transition) request(shown Subscription) verdict {
	op := t.event.Operation
	if shown.Status == Cancelled {
		return verdict{next: shown, action: Reconcile, outcome: Superseded}
	}
	if refusal := t.refusal(shown, op); refusal != nil {
		return verdict{
			next: shown.expect(t.now), action: Reconcile, outcome: Refused, refusal: refusal,
			acknowledgeAt: t.now.Add(settlingCheck),
		}
	}
	if !op.At.IsZero() && op.At.Before(t.before.Sync.OperationAt) {
		return verdict{next: shown.expect(t.now), action: Reconcile, outcome: Superseded}
	}
	v := verdict{next: shown.apply(op, t.now), action: t.event.Action, outcome: Applied}
	if !op.ByPublisher {
		v.acknowledgeAt = t.now.Add(AcknowledgePause)
	}
	return v
}

// refusal says why a change can't be accepted; nil when it can. A return to the present plan and quantity is always
// accepted, since Microsoft asks for it after a refusal.
func (t transition) refusal(shown Subscription, op Operation) *errs.Error {
	next := shown.apply(op, t.now)
	if op.Action == Reinstate || (next.PlanID == t.before.PlanID && next.Quantity == t.before.Quantity) {
		return nil
	}
	if _, ok := next.Plan(); !ok && next.PlanID != t.before.PlanID {
		return errs.Newf(errs.RuleBroken, "plan_unknown", "There is no plan %q.", next.PlanID)
	}
	limit, had := next.seats(), shown.seats()
	nobodyLosesASeat := limit == 0 || (had > 0 && limit >= had) // also when there are more people than seats already
	if nobodyLosesASeat || !next.Bound() || t.current.People <= limit {
		return nil
	}
	return errs.Newf(errs.RuleBroken, "seats_in_use",
		"%d people are active or invited, which is more than %d. Deactivate some of them first.", t.current.People, limit)
}

// notice takes over what has happened. Microsoft's API says what, and the webhook only where to look.
func (t transition) notice(shown Subscription) verdict {
	if t.event.Action == Suspend && t.observed.Status == Suspended && t.isNewer() && shown.Status != Cancelled {
		shown = shown.become(Suspended, t.now) // again, since this is not the reinstatement that is not shown yet
	}
	v := verdict{next: shown.endAsTold(t.event.Notification), action: Reconcile, outcome: Superseded}
	if t.event.Kind != GivenUp {
		v.outcome = confirms(t.event.Action, v.next.Status)
	}
	if v.outcome == Applied {
		v.action = t.event.Action
	}
	if v.outcome != Applied || v.next.sameState(t.before) {
		v.next = v.next.expect(t.now) // Microsoft's API may not show yet what its webhook tells
	}
	if t.observed.Status == "" {
		v.alerts = append(v.alerts, t.alert(alert.StatusUnknown, nil))
	}
	return v
}

// confirms says whether a status is the one that an action leads to.
func confirms(action Action, status Status) Outcome {
	var leadsTo Status
	switch action {
	case Subscribe, Renew, Reinstate, ChangePlan, ChangeQuantity:
		leadsTo = Subscribed
	case Suspend:
		leadsTo = Suspended
	case Unsubscribe:
		leadsTo = Cancelled
	default:
		return Ignored
	}
	if status == leadsTo {
		return Applied
	}
	return Superseded
}

// claim gives the subscription to the organization of the person who has landed with it.
func (t transition) claim(shown Subscription) verdict {
	next := shown.expect(t.now)
	if next.Status == Pending {
		next.Sync.CheckAt = t.now // to be activated at once
	}
	return verdict{next: next, action: Bind, outcome: Applied}
}

// noClaim leaves everything unchanged. A bound subscription stays with its tenant, a suspended one would suspend its
// new tenant, and a cancelled one gives nothing any more.
func (t transition) noClaim(shown Subscription) Decision {
	d := Decision{Next: t.current.Subscription}
	if !d.Next.Bound() && shown.Status == Suspended {
		d.Refusal = suspended()
	}
	return d
}

// refresh takes over what Microsoft's API shows, and its answer to our activation.
func (t transition) refresh(shown Subscription) verdict {
	v := verdict{next: shown.noteActivation(t.event.Activation, t.now), action: Reconcile}
	if t.event.Unheeded {
		v.next = v.next.expect(t.now)
	}
	if t.before.Status == Pending && v.next.Status == Subscribed && !t.bindsNow() {
		v.action = Activate
	}
	if v.next.Obstacle == activationRefused {
		v.obstacle = t.event.Activation.Refusal
	}
	return v
}

// noAnswer delays the next question, so that Microsoft isn't called all the time.
func (t transition) noAnswer() Decision {
	next := t.current.Subscription
	if next.Revision == 0 {
		return Decision{Next: next}
	}
	next.Sync.CheckAt = t.now.Add(t.event.Wait)
	next.Revision++
	return Decision{Next: next, Write: true}
}

// obstacles are the alerts for an obstacle, which are raised when it appears, and then once a day. Of another product's
// subscription operators are told only when it appears.
var obstacles = map[string]alert.Kind{
	activationRefused:  alert.ActivationRefused,
	activationSlow:     alert.ActivationSlow,
	tenantInternal:     alert.SubscriptionUnassigned,
	tenantRemoval:      alert.SubscriptionUnassigned,
	subscriptionExists: alert.SubscriptionUnassigned,
	offerForeign:       alert.OfferForeign,
}

// conclude turns a verdict into the decision: what is written of the subscription, what its tenant gets, and which
// alerts are raised.
func (t transition) conclude(v verdict) Decision {
	next, obstacle := v.next, v.obstacle
	if !next.Bound() {
		obstacle = t.current.Obstacle
		next.Obstacle = errs.CodeOf(obstacle)
	}
	if next.Bound() && next.UsersAtPurchase == 0 && next.paid() {
		next.UsersAtPurchase = t.current.People
	}
	d := Decision{Refusal: v.refusal, Delivery: t.delivery(v), Alerts: v.alerts}
	stored := t.before.Revision > 0
	again := t.event.Daily && next.Obstacle != offerForeign
	if next.Obstacle != "" && (next.Obstacle != t.before.Obstacle || again) {
		d.Alerts = append(d.Alerts, t.alert(obstacles[next.Obstacle], obstacle))
	}
	if stored && (next.BeneficiaryDirectory != t.before.BeneficiaryDirectory || next.PurchaserDirectory != t.before.PurchaserDirectory) {
		d.Alerts = append(d.Alerts, t.alert(alert.SubscriptionChangedHands, nil))
	}
	if v.refusal != nil && next.Bound() {
		// The tenant's admins learn of it only here, since afterwards the change looks as if it had never been.
		d.Audit = append(d.Audit, []audit.FieldChange{
			{Field: "event", New: string(t.event.Action)}, {Field: "refused", New: v.refusal.Code},
		})
	}
	changed := !stored || t.bindsNow() || !next.sameState(t.before)
	d.Next = next
	if d.Write = changed || next != t.before; d.Write {
		d.Next.Revision++
	}
	// A paid subscription updates its tenant at every event, since its plan may have become known, or have a new price.
	if next.Bound() && (v.outcome == Applied || changed || next.paid()) {
		t.concludeTenant(&d, v, changed)
	}
	return d
}

// delivery is what is stored of a webhook's event; nil for every other event.
func (t transition) delivery(v verdict) *Delivery {
	n := t.event.Notification
	if n.OperationID.IsZero() {
		return nil
	}
	d := &Delivery{
		OperationID: n.OperationID, SubscriptionID: n.SubscriptionID, Action: n.Action, Outcome: v.outcome, SentAt: n.At,
		ReceivedAt: t.now, AcknowledgeAt: v.acknowledgeAt,
	}
	if v.refusal != nil {
		d.Code, d.Message = v.refusal.Code, v.refusal.Message
	}
	return d
}

// concludeTenant adds the effect of the subscription's next state on its tenant, and its record.
func (t transition) concludeTenant(d *Decision, v verdict, changed bool) {
	changes := t.changeTenant(d)
	recorded := v.outcome == Applied || changed
	if !recorded && len(changes) == 0 {
		return
	}
	action := v.action
	if t.bindsNow() && action == Reconcile {
		action = Bind
	}
	if recorded {
		sold, _ := d.Next.Plan()
		d.Record = &LifecycleRecord{
			At: t.now, SubscriptionID: d.Next.ID, OperationID: t.event.OperationID, Action: action, PlanID: d.Next.PlanID,
			PlanTitle: sold.Name, Quantity: d.Next.Quantity, Status: d.Next.Status, People: t.current.People,
		}
	}
	d.Audit = append(d.Audit, append([]audit.FieldChange{{Field: "event", New: string(action)}}, changes...))
}

// changeTenant updates the tenant for the subscription's next state, and gives the changed fields. A subscription that
// never came into force changes nothing. Neither does one that was cancelled before, since its tenant may have bought
// again.
func (t transition) changeTenant(d *Decision) []audit.FieldChange {
	before, next := t.before, d.Next
	if before.Status == Cancelled && next.EndedAt.Before(before.EndedAt) {
		d.TermsEndAt = next.EndedAt
		return nil
	}
	if before.Status == Cancelled || next.Status == Pending || (next.Status == Cancelled && before.Status == Pending) {
		return nil
	}
	sold, ok := next.Plan()
	switch {
	case !ok:
		// Microsoft bills it already, so the customer gets what has been paid for, and operators must look.
		d.Alerts = append(d.Alerts, t.alert(alert.PlanUnknown, nil))
		sold = plan.Plan{Currency: t.current.Tenant.Currency}
	case sold.Model == plan.Seats && next.Quantity == 0:
		d.Alerts = append(d.Alerts, t.alert(alert.SeatsUnknown, nil))
	}
	changed, terms := t.current.Tenant, next.terms(sold, t.current.Earlier[next.PlanID], t.now)
	changes, taken := changed.Take(terms, t.now)
	if !taken {
		return nil
	}
	if len(changes) > 0 {
		changed.Revision++
		d.Tenant = &changed
	}
	neverCame := t.isAbandoned() || (next.Status == Cancelled && !before.Sync.settled(t.now))
	if neverCame && (next.PlanID != before.PlanID || next.Quantity != before.Quantity) {
		// From its acceptance on, the tenant is billed as if nobody had asked for the change.
		undone := terms
		undone.EffectiveAt, undone.Status = before.Sync.ChangedAt, plan.Active
		if before.Status == Suspended {
			undone.Status = plan.Suspended
		}
		d.Terms = append(d.Terms, undone)
	}
	d.Terms = append(d.Terms, terms)
	return changes
}

func (t transition) alert(kind alert.Kind, err error) alert.Alert {
	return alert.Alert{Kind: kind, SubscriptionID: t.before.ID.String(), Err: err}
}
