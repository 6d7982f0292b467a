package marketplace

import (
	"time"

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
	Unit  string    // ISO 8601 duration, such as P1M; it stays text, since Microsoft adds new ones
}

// Party is the person who has bought or who uses a subscription.
type Party struct {
	DirectoryID ids.Directory // tid
	ObjectID    ids.Object    // oid
	Email       string        // to be shown, never stored
}

// Fetched is a subscription as Microsoft's API shows it at this moment.
type Fetched struct {
	ID          ids.Subscription
	Name        string // the customer's own name for it
	OfferID     string
	PlanID      string
	Quantity    int    // 0: the plan has none
	Status      Status // empty: a status that we do not know
	Beneficiary Party  // who uses it
	Purchaser   Party  // who has bought it; differs from Beneficiary for partners (CSP)
	Term        Term
	AutoRenew   bool
	FreeTrial   bool
	// ReadOnly means that the partner who has sold the subscription can change it, and the customer can't.
	ReadOnly bool
}

// Subscription is a subscription as it is stored.
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
	PreviousTermStart    time.Time // of the previous term, UTC; zero: none, or unknown
	AutoRenew            bool
	FreeTrial            bool
	ReadOnly             bool
	UsersAtPurchase      int       // active and invited people when it came into force for its tenant; 0: it never did
	EndedAt              time.Time // since when it is suspended or cancelled, UTC; while in force: a webhook has told so, but Microsoft does not show it
	Sync                 Sync
	Obstacle             string // why it can't be activated or get a tenant, as operators were alerted; empty: no obstacle
	CreatedAt            time.Time
	Revision             int64 // counts changes; 0: not stored yet
}

// Sync says how far we and Microsoft agree on a subscription, and when to ask Microsoft again. All instants are UTC.
type Sync struct {
	ActivatedAt time.Time // when Microsoft accepted our latest activation; zero: not yet, or activated without us
	OperationAt time.Time // when the latest applied change was asked for, by Microsoft's clock
	ChangedAt   time.Time // when that change was applied here
	// PlanChanged and QuantityChanged say what was changed by it, or by changes shortly before it. Microsoft may not
	// show them for as long as settling says.
	PlanChanged, QuantityChanged bool
	AwaitedAt                    time.Time // since when Microsoft may not show what was told, wanted or agreed; zero: never
	CheckAt                      time.Time // when to ask Microsoft again; zero: at the daily comparison
}

const (
	// settling is how long Microsoft may take to show an accepted change, before it is taken back.
	settling = 10 * time.Minute
	// awaiting is how long we ask Microsoft repeatedly whether it shows what was told, wanted or agreed.
	awaiting = time.Hour
	// settlingCheck is the shortest wait before Microsoft is asked again for what is expected.
	settlingCheck = time.Minute
	// activationCheck is the shortest wait before an activation is checked again.
	activationCheck = 15 * time.Second
	// patientCheck is the longest wait for what may take any time, such as an activation or a sign-up.
	patientCheck = 10 * time.Minute
	// toldLasts is how long a webhook's end of a subscription counts before Microsoft's API shows it. The daily
	// comparison may be the first to see it.
	toldLasts = 48 * time.Hour
	// activationPatience is how long Microsoft may take to activate before we ask it again.
	activationPatience = time.Hour
)

// The obstacles of a subscription.
const (
	activationRefused  = "activation_refused"
	activationSlow     = "activation_slow"
	tenantInternal     = "tenant_internal"
	tenantRemoval      = "tenant_removal"
	subscriptionExists = "subscription_exists"
	offerForeign       = "offer_foreign"
)

// newSubscription is a subscription that is not stored yet.
func newSubscription(id ids.Subscription, now time.Time) Subscription {
	return Subscription{ID: id, Status: Pending, CreatedAt: now}
}

// Bound says whether the subscription belongs to a tenant.
func (s Subscription) Bound() bool { return !s.TenantID.IsZero() }

// Plan is the catalogue's plan of the subscription; ok is false for a plan that we do not know.
func (s Subscription) Plan() (sold plan.Plan, ok bool) { return plan.Find(s.OfferID, s.PlanID) }

// paid says whether Microsoft bills it, or did so until a payment was missing.
func (s Subscription) paid() bool { return s.Status == Subscribed || s.Status == Suspended }

// seats is how many people have room; 0: no limit. Under an unknown plan it is what was bought.
func (s Subscription) seats() int {
	if sold, ok := s.Plan(); ok {
		return sold.SeatsFor(s.Quantity)
	}
	return s.Quantity
}

// sameState says whether two states of a subscription differ only in how and when they were reached.
func (s Subscription) sameState(other Subscription) bool {
	other.Sync, other.EndedAt, other.Obstacle, other.Revision = s.Sync, s.EndedAt, s.Obstacle, s.Revision
	return s == other
}

// endsUsage says whether a bound subscription in force leaves the status, plan or term that its usage belongs to.
func (s Subscription) endsUsage(next Subscription) bool {
	return s.Bound() && s.Status == Subscribed &&
		(next.Status != Subscribed || next.PlanID != s.PlanID || !next.Term.Start.Equal(s.Term.Start))
}

// activates says whether it is time to ask Microsoft to activate a subscription that waits for it.
func (s Subscription) activates(now time.Time) bool {
	return s.Status == Pending && s.Bound() && !s.activationTaken(now)
}

// activationTaken says whether Microsoft has taken our request to activate, and need not have carried it out yet.
func (s Subscription) activationTaken(now time.Time) bool {
	return !s.Sync.ActivatedAt.IsZero() && now.Before(s.Sync.ActivatedAt.Add(activationPatience))
}

// settled says whether Microsoft must show the latest accepted change by now.
func (s Sync) settled(now time.Time) bool { return !now.Before(s.ChangedAt.Add(settling)) }

// over is the first instant after the term; zero while that is unknown.
func (t Term) over() time.Time {
	if t.End.IsZero() {
		return time.Time{}
	}
	return t.End.AddDate(0, 0, 1)
}
