package marketplace

import (
	"cmp"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/plan"
)

// Status is the state of a subscription.
type Status string

// The statuses. Microsoft's names for them are PendingFulfillmentStart, Subscribed, Suspended and Unsubscribed.
const (
	Pending    Status = "pending"    // bought, not activated yet; nothing is billed
	Subscribed Status = "subscribed" // in force
	Suspended  Status = "suspended"  // a payment is missing; 30 days later it is cancelled
	Cancelled  Status = "cancelled"  // final
)

// Term is the paid period that a subscription is in.
type Term struct {
	Start time.Time // UTC; zero until the subscription is active
	End   time.Time // UTC, the last day that is paid; zero until the subscription is active
	Unit  string    // ISO 8601 duration, such as P1M; Microsoft adds new ones, so it is kept as text
}

// Party is who has bought or who uses a subscription.
type Party struct {
	DirectoryID ids.Directory // tid
	ObjectID    ids.Object    // oid
	Email       string        // to be shown, never kept
}

// Fetched is a subscription as Microsoft's API has it at this moment.
type Fetched struct {
	ID          ids.Subscription
	Name        string // the customer's own name for it
	OfferID     string
	PlanID      string
	Quantity    int    // 0: the plan has none
	Status      Status // empty: a status that we do not know
	Beneficiary Party  // who uses it
	Purchaser   Party  // who has bought it; another one for partners (CSP)
	Term        Term
	AutoRenew   bool
	FreeTrial   bool
	// ReadOnly subscriptions can't be changed by the customer but by the partner who has sold them.
	ReadOnly bool
}

// Subscription is a subscription as it is kept.
type Subscription struct {
	ID                   ids.Subscription
	TenantID             ids.Tenant // empty: not bound yet; never changes once it is set
	OfferID              string
	PlanID               string
	Quantity             int // 0: the plan has none
	Status               Status
	BeneficiaryDirectory ids.Directory
	PurchaserDirectory   ids.Directory
	Term                 Term
	PreviousTermStart    time.Time // of the term before this one, UTC; zero: there was none, or it is not known
	AutoRenew            bool
	FreeTrial            bool
	ReadOnly             bool
	UsersAtPurchase      int       // active and invited people when it came into force for its tenant; 0: it never did
	ActivatedAt          time.Time // when Microsoft took our latest activation; zero: not yet, or activated without us
	EndedAt              time.Time // since when it is suspended or cancelled, UTC; of one in force: as a webhook says, which does not show yet
	OperationAt          time.Time // when the latest applied change was asked for, by Microsoft's clock
	ChangedAt            time.Time // when that change was applied here
	AwaitedAt            time.Time // since when Microsoft may not show yet what was told, wanted or agreed; zero: never
	CheckAt              time.Time // when to ask Microsoft again; zero: at the daily reconcile
	Obstacle             string    // why it can't be activated or be given to a tenant, as operators were told; empty: nothing
	CreatedAt            time.Time
	Revision             int64
}

// Bound says whether the subscription belongs to a tenant.
func (s Subscription) Bound() bool { return !s.TenantID.IsZero() }

// Plan is what is sold under the subscription's plan; ok is false for a plan that we do not know.
func (s Subscription) Plan() (sold plan.Plan, ok bool) { return plan.Find(s.OfferID, s.PlanID) }

// The obstacles of a subscription.
const (
	activationRefused  = "activation_refused"
	activationSlow     = "activation_slow"
	tenantInternal     = "tenant_internal"
	subscriptionExists = "subscription_exists"
)

// seats is how many people there is room for; 0: no limit. Under a plan that we do not know it is what was bought.
func (s Subscription) seats() int {
	if sold, ok := s.Plan(); ok {
		return sold.SeatsFor(s.Quantity)
	}
	return s.Quantity
}

const (
	// settling is how long Microsoft may take to show a change that we have accepted, before it is taken back.
	settling = 10 * time.Minute
	// awaiting is how long Microsoft is asked again and again whether it shows what was told, wanted or agreed.
	awaiting = time.Hour
	// settlingCheck is the shortest wait between two looks whether Microsoft shows what is expected.
	settlingCheck = time.Minute
	// activationCheck is the shortest wait between two looks at an activation.
	activationCheck = 15 * time.Second
	// patientCheck is the longest wait between two looks at what may take any time, such as an activation, or somebody's
	// signing up.
	patientCheck = 10 * time.Minute
	// toldLasts is how long a webhook's word that a subscription has ended counts, which Microsoft's API does not confirm. The
	// daily comparison may be the first to see it.
	toldLasts = 48 * time.Hour
	// activationPatience is how long Microsoft may take to activate before it is asked to once more.
	activationPatience = time.Hour
)

// newSubscription is what is kept of one that nothing is known of yet.
func newSubscription(id ids.Subscription, now time.Time) Subscription {
	return Subscription{ID: id, Status: Pending, CreatedAt: now}
}

// converge brings a subscription to what Microsoft's API says. A cancelled one stays as it is, and a change that was
// accepted a moment ago is not taken back because Microsoft does not show it yet, unless it never will.
func (s Subscription) converge(fetched Fetched, now time.Time) Subscription {
	s.CheckAt = time.Time{}
	if s.Status == Cancelled {
		return s
	}
	if fetched.Status == Cancelled {
		fetched = fetched.remembering(s)
	}
	if sold, ok := plan.Find(fetched.OfferID, fetched.PlanID); (sold.Model == plan.Seats || !ok) && fetched.Quantity == 0 {
		fetched.Quantity = s.Quantity // Microsoft leaves it out at times
	}
	s = s.enter(fetched.Term) // first: whether the term is over depends on which one it is
	settled := s.settled(now) || fetched.Status == Cancelled
	waits := false
	if settled || s.PlanID == fetched.PlanID && s.Quantity == fetched.Quantity {
		s.PlanID, s.Quantity = fetched.PlanID, fetched.Quantity
	} else {
		waits = true
	}
	switch {
	case s.Status == Subscribed && fetched.Status == Suspended && !settled: // it may have been reinstated
		waits = true
	case s.Status != Pending && fetched.Status == Pending: // nothing that was in force waits for its activation again
		s.CheckAt = now.Add(patientCheck)
	case fetched.Status != "":
		s = s.become(fetched.Status, now)
	}
	if next := s.nextCheck(now); !next.IsZero() {
		s.CheckAt = next
	}
	if waits {
		s.CheckAt = now.Add(settlingCheck)
	}
	if s.Status != Pending || !s.Bound() {
		s.Obstacle = ""
	}
	s.OfferID = fetched.OfferID
	s.BeneficiaryDirectory = fetched.Beneficiary.DirectoryID
	s.PurchaserDirectory = fetched.Purchaser.DirectoryID
	s.AutoRenew, s.FreeTrial, s.ReadOnly = fetched.AutoRenew, fetched.FreeTrial, fetched.ReadOnly
	return s
}

// settled says whether the change that was accepted last must show at Microsoft's by now.
func (s Subscription) settled(now time.Time) bool { return !now.Before(s.ChangedAt.Add(settling)) }

// await lets Microsoft be asked again and again: it may not show yet what it has told us, or what it was told.
func (s Subscription) await(now time.Time) Subscription {
	s.AwaitedAt = now
	s.CheckAt = s.nextCheck(now)
	return s
}

// nextCheck is when to look again; zero: at the daily reconcile. The waits grow with the time for which it takes already.
func (s Subscription) nextCheck(now time.Time) time.Time {
	age := now.Sub(s.AwaitedAt)
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

// activates says whether it is time to ask Microsoft to activate one that waits for it.
func (s Subscription) activates(now time.Time) bool {
	return s.Status == Pending && s.Bound() && (s.ActivatedAt.IsZero() || !now.Before(s.ActivatedAt.Add(activationPatience)))
}

// activation is what Microsoft has said to our asking for an activation.
type activation struct {
	at      time.Time // when it took it; zero: it did not
	refusal error     // why it did not; nil: it was not asked, or took it
}

// asked notes an activation.
func (s Subscription) asked(a activation) Subscription {
	obstacle := s.Obstacle
	switch {
	case a.refusal != nil:
		obstacle = activationRefused
	case !a.at.IsZero():
		obstacle = ""
		if !s.ActivatedAt.IsZero() {
			obstacle = activationSlow // it took an earlier one, of which nothing came
		}
		s.ActivatedAt = a.at
	}
	if s.Status == Pending {
		s.Obstacle = obstacle
	}
	return s
}

// remembering is what is fetched of a cancelled subscription, of which Microsoft may say no more than that, with what was known
// of it before.
func (f Fetched) remembering(s Subscription) Fetched {
	f.OfferID, f.PlanID = cmp.Or(f.OfferID, s.OfferID), cmp.Or(f.PlanID, s.PlanID)
	f.Quantity = cmp.Or(f.Quantity, s.Quantity)
	f.Beneficiary.DirectoryID = cmp.Or(f.Beneficiary.DirectoryID, s.BeneficiaryDirectory)
	f.Purchaser.DirectoryID = cmp.Or(f.Purchaser.DirectoryID, s.PurchaserDirectory)
	f.FreeTrial = f.FreeTrial || s.FreeTrial
	return f
}

// become changes the status. A subscription that is cancelled ended with its term, should that be over when we hear of it.
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

// since takes the webhook's word for when the subscription was suspended or cancelled, of which we hear later. Microsoft's API
// may show it later still.
func (s Subscription) since(n Notification) Subscription {
	at := instant(n.At)
	switch {
	case at.IsZero() || n.Action != Suspend && n.Action != Unsubscribe || !at.After(s.OperationAt):
	case n.Action == Unsubscribe && s.Status == Subscribed, // what is final can't have been overtaken
		n.Action == Suspend && s.Status == Suspended && at.Before(s.EndedAt),
		n.Action == Unsubscribe && s.Status == Cancelled && at.Before(s.EndedAt):
		s.EndedAt = at
	}
	return s
}

// over is the first instant after the term; zero while that is not known.
func (t Term) over() time.Time {
	if t.End.IsZero() {
		return time.Time{}
	}
	return t.End.AddDate(0, 0, 1)
}

// enter changes the term. Microsoft often tells only the unit of subscriptions that are not in force: the days that are known
// stay then.
func (s Subscription) enter(term Term) Subscription {
	if term.Unit == "" {
		return s
	}
	start, end := instant(term.Start), instant(term.End)
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

// same says whether two states of a subscription differ in nothing but what was done to get there.
func (s Subscription) same(other Subscription) bool {
	other.ActivatedAt, other.ChangedAt, other.AwaitedAt, other.CheckAt = s.ActivatedAt, s.ChangedAt, s.AwaitedAt, s.CheckAt
	other.EndedAt, other.Obstacle, other.Revision = s.EndedAt, s.Obstacle, s.Revision
	return s == other
}

// terms are what the tenant of a subscription is billed by. earlier are the latest terms under which it had this plan: a rate
// that an operator has agreed on stays with the plan.
func (s Subscription) terms(sold plan.Plan, earlier plan.Terms, now time.Time) plan.Terms {
	terms := plan.Terms{
		EffectiveAt: now, Kind: plan.Paid, Status: plan.Active, SubscriptionID: s.ID, PlanID: s.PlanID,
		PlanTitle: sold.Name, Model: sold.Model, Seats: s.seats(), Currency: sold.Currency,
		RateMinor: sold.RateMinor, BaseMinor: sold.BaseMinor, Included: sold.Included, FreeTrial: s.FreeTrial,
	}
	if earlier.Agreed {
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

// instant is an instant of Microsoft's as it is kept.
func instant(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return calendar.Instant(t)
}
