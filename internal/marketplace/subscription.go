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

// Party is who has bought or who uses a subscription.
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
	Purchaser   Party  // who has bought it; another one for partners (CSP)
	Term        Term
	AutoRenew   bool
	FreeTrial   bool
	// ReadOnly subscriptions can't be changed by the customer but by the partner who has sold them.
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
	PreviousTermStart    time.Time // of the term before this one, UTC; zero: there was none, or it is not known
	AutoRenew            bool
	FreeTrial            bool
	ReadOnly             bool
	UsersAtPurchase      int       // active and invited people when it came into force for its tenant; 0: it never did
	EndedAt              time.Time // since when it is suspended or cancelled, UTC; of one in force: told, not shown yet
	Sync                 Sync
	Obstacle             string // why it can't be activated or find a tenant, as operators were told; empty: nothing
	CreatedAt            time.Time
	Revision             int64 // counts changes; 0: not stored yet
}

// Sync is how far we and Microsoft agree on a subscription, and when to ask Microsoft again. All instants are UTC.
type Sync struct {
	ActivatedAt time.Time // when Microsoft took our latest activation; zero: not yet, or activated without us
	OperationAt time.Time // when the latest applied change was asked for, by Microsoft's clock
	ChangedAt   time.Time // when that change was applied here
	AwaitedAt   time.Time // since when Microsoft may not show yet what was told, wanted or agreed; zero: never
	CheckAt     time.Time // when to ask Microsoft again; zero: at the daily comparison
}

const (
	// settling is how long Microsoft may take to show a change that we have accepted, before it is taken back.
	settling = 10 * time.Minute
	// awaiting is how long Microsoft is asked again and again whether it shows what was told, wanted or agreed.
	awaiting = time.Hour
	// settlingCheck is the shortest wait before Microsoft is asked again for what is expected.
	settlingCheck = time.Minute
	// activationCheck is the shortest wait before an activation is looked at again.
	activationCheck = 15 * time.Second
	// patientCheck is the longest wait for what may take any time, such as an activation or somebody's sign-up.
	patientCheck = 10 * time.Minute
	// toldLasts is how long a webhook's word that a subscription has ended counts before Microsoft's API shows it. The
	// daily comparison may be the first to see it.
	toldLasts = 48 * time.Hour
	// activationPatience is how long Microsoft may take to activate before it is asked to once more.
	activationPatience = time.Hour
)

// The obstacles of a subscription.
const (
	activationRefused  = "activation_refused"
	activationSlow     = "activation_slow"
	tenantInternal     = "tenant_internal"
	subscriptionExists = "subscription_exists"
)

// newSubscription is one that is not stored yet.
func newSubscription(id ids.Subscription, now time.Time) Subscription {
	return Subscription{ID: id, Status: Pending, CreatedAt: now}
}

// Bound says whether the subscription belongs to a tenant.
func (s Subscription) Bound() bool { return !s.TenantID.IsZero() }

// Plan is what is sold under the subscription's plan; ok is false for a plan that we do not know.
func (s Subscription) Plan() (sold plan.Plan, ok bool) { return plan.Find(s.OfferID, s.PlanID) }

// paid says whether Microsoft bills it, or did until a payment was missing.
func (s Subscription) paid() bool { return s.Status == Subscribed || s.Status == Suspended }

// seats is how many people there is room for; 0: no limit. Under a plan that we do not know it is what was bought.
func (s Subscription) seats() int {
	if sold, ok := s.Plan(); ok {
		return sold.SeatsFor(s.Quantity)
	}
	return s.Quantity
}

// sameState says whether two states of a subscription differ in nothing but how and when they were reached.
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
	return s.Status == Pending && s.Bound() &&
		(s.Sync.ActivatedAt.IsZero() || !now.Before(s.Sync.ActivatedAt.Add(activationPatience)))
}

// settled says whether Microsoft must show by now the change that was accepted last.
func (s Sync) settled(now time.Time) bool { return !now.Before(s.ChangedAt.Add(settling)) }

// over is the first instant after the term; zero while that is not known.
func (t Term) over() time.Time {
	if t.End.IsZero() {
		return time.Time{}
	}
	return t.End.AddDate(0, 0, 1)
}
