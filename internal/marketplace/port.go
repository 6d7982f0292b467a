package marketplace

import (
	"context"
	"errors"
	"iter"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/ids"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
)

// OperationStatus is how far an operation is at Microsoft.
type OperationStatus string

// The statuses of operations.
const (
	NotStarted OperationStatus = "NotStarted"
	InProgress OperationStatus = "InProgress"
	Succeeded  OperationStatus = "Succeeded"
	Failed     OperationStatus = "Failed"
	Conflicted OperationStatus = "Conflict"
)

// Operation is a change of a subscription as Microsoft's API has it.
type Operation struct {
	ID             ids.Operation
	SubscriptionID ids.Subscription
	Action         Action
	PlanID         string
	Quantity       int // 0: the plan has none
	Status         OperationStatus
	At             time.Time // UTC
	ByPublisher    bool      // we have asked for it; Microsoft may refuse its acknowledgement
}

// ErrUnreadable is about one subscription of a list, which can't be understood. The others are compared nevertheless.
var ErrUnreadable = errors.New("the subscription can't be understood")

// ErrListCut is about a list that can't be read to its end. It comes back to a page that was read, goes on for too long,
// or has a page that can't be understood. What it has not shown may exist all the same.
var ErrListCut = errors.New("the list can't be read to its end")

// Fulfillment is Microsoft's SaaS fulfillment API, version 2:
// https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-subscription-api
//
// Its errors are errs.Unavailable when another attempt makes sense. The API doesn't answer, is overloaded, refuses our
// credentials (CredentialsRefused), or gives an answer that can't be understood.
type Fulfillment interface {
	// Resolve gives the subscription of a landing page's token; errs.RuleBroken, marketplace_token_invalid, when Microsoft
	// refuses the token.
	Resolve(ctx context.Context, token string) (Fetched, error)
	// Activate asks Microsoft to begin billing. It takes effect later. errs.Conflict, not_activatable, when the
	// subscription is suspended or cancelled.
	Activate(ctx context.Context, id ids.Subscription, planID string) error
	// Subscription reads a subscription; errs.NotFound.
	Subscription(ctx context.Context, id ids.Subscription) (Fetched, error)
	// Subscriptions lists all subscriptions of the publisher's offers, page by page. One that can't be understood has
	// ErrUnreadable, and its id if that is readable. Any other error ends the list: ErrListCut where another attempt
	// would end in the same way.
	Subscriptions(ctx context.Context) iter.Seq2[Fetched, error]
	// Operation reads a change; errs.NotFound when Microsoft does not know it, or not yet.
	Operation(ctx context.Context, id ids.Subscription, operation ids.Operation) (Operation, error)
	// Acknowledge accepts a change. errs.Conflict, errs.NotFound or errs.Malformed when Microsoft does not want it (any
	// more).
	Acknowledge(ctx context.Context, id ids.Subscription, operation ids.Operation) error
}

// Outcome says what became of an event.
type Outcome string

// The outcomes.
const (
	Applied    Outcome = "applied"
	Refused    Outcome = "refused"    // a rule of ours forbids the change
	Superseded Outcome = "superseded" // Microsoft's API shows something else by now
	Ignored    Outcome = "ignored"    // an action that we do not know
)

// Delivery is the result of a webhook's event. It is written in the transaction that applies the event, so that the
// event takes effect once.
type Delivery struct {
	OperationID    ids.Operation
	SubscriptionID ids.Subscription
	Action         Action
	Outcome        Outcome
	Code           string    // why it was refused
	Message        string    // the same for the customer
	SentAt         time.Time // by Microsoft's clock, UTC; zero: missing
	ReceivedAt     time.Time
	// AcknowledgeAt is when to acknowledge an accepted change, or to ask Microsoft what became of a refused one. Zero:
	// not at all (any more).
	AcknowledgeAt time.Time
	Attempts      int // of acknowledging or asking
}

// LifecycleRecord is the billing record of an applied event. It is immutable.
type LifecycleRecord struct {
	ID             ids.BillingRecord
	At             time.Time
	SubscriptionID ids.Subscription
	OperationID    ids.Operation // empty: learned without a webhook
	Action         Action
	PlanID         string // after the event
	PlanTitle      string // its name; empty: we do not know the plan
	Quantity       int    // after the event; 0: the plan has none
	Status         Status // after the event
	People         int    // active and invited people at that instant
}

// Store stores subscriptions and events. Methods called with a context that Tx gave out belong to that transaction.
type Store interface {
	plan.TermsStore

	// Tx runs fn in one transaction of a tenant. With the empty id it is a transaction of no tenant, which reaches
	// subscriptions that are not bound. fn may run more than once.
	Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error
	// LockTenant makes other transactions that lock the same tenant wait until this one ends. Only within Tx.
	LockTenant(ctx context.Context, id ids.Tenant) (tenant.Tenant, error)
	// UpdateTenant writes the fields of a tenant that can change. Only within Tx, after LockTenant.
	UpdateTenant(ctx context.Context, id ids.Tenant, t tenant.Tenant) error
	// CountSeats counts users who are active or invited.
	CountSeats(ctx context.Context, id ids.Tenant) (int, error)
	// InsertAudit adds an administrative change. Only within Tx, with the change itself.
	InsertAudit(ctx context.Context, id ids.Tenant, e audit.Event) error
	// Member reads a directory's tenant and its user with the object id; errs.NotFound when the directory has no tenant.
	Member(ctx context.Context, directory ids.Directory, object ids.Object) (m tenant.Member, ok bool, err error)

	// Subscription reads a subscription of any tenant, or of none.
	Subscription(ctx context.Context, id ids.Subscription) (s Subscription, ok bool, err error)
	// LockSubscription reads a subscription and makes other transactions that lock it wait, also when it is not stored
	// yet. Only within Tx.
	LockSubscription(ctx context.Context, id ids.Subscription) (s Subscription, ok bool, err error)
	// InsertSubscription adds a subscription of the tenant or, with the empty id, of none. errs.Conflict,
	// subscription_exists, when the tenant has another one that is not cancelled. Only within Tx.
	InsertSubscription(ctx context.Context, id ids.Tenant, s Subscription) error
	// UpdateSubscription writes the fields that can change, the new revision and, when there is none yet, the tenant.
	// errs.Stale when the stored revision isn't its predecessor; errs.Conflict as for InsertSubscription. Only within
	// Tx.
	UpdateSubscription(ctx context.Context, id ids.Tenant, s Subscription) error
	// TenantSubscription is the tenant's subscription that is not cancelled or, when there is none, the latest one.
	TenantSubscription(ctx context.Context, id ids.Tenant) (s Subscription, ok bool, err error)
	// DueSubscriptions are those whose CheckAt has come, the longest waiting first.
	DueSubscriptions(ctx context.Context, now time.Time, limit int) ([]Subscription, error)
	// LiveSubscriptions lists subscriptions that are not cancelled by id, strictly past after.
	LiveSubscriptions(ctx context.Context, after ids.Subscription, limit int) ([]Subscription, error)

	// Delivery reads the result of an event.
	Delivery(ctx context.Context, operation ids.Operation) (d Delivery, ok bool, err error)
	// InsertDelivery stores an event of the tenant, or of none; errs.Conflict, delivery_exists, when it is stored
	// already. Only within Tx.
	InsertDelivery(ctx context.Context, id ids.Tenant, d Delivery) error
	// DueDeliveries are those whose AcknowledgeAt has come, the longest waiting first.
	DueDeliveries(ctx context.Context, now time.Time, limit int) ([]Delivery, error)
	// NoteAcknowledgement writes AcknowledgeAt and Attempts.
	NoteAcknowledgement(ctx context.Context, d Delivery) error
	// InsertLifecycle adds a billing record. Only within Tx, with what it records.
	InsertLifecycle(ctx context.Context, id ids.Tenant, r LifecycleRecord) error
}
