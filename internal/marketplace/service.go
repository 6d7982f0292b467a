package marketplace

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/singleflight"

	"timetracker/internal/alert"
	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
)

// Config is what a Service works with.
type Config struct {
	Store       Store
	Fulfillment Fulfillment
	Tenants     *tenant.Service // signs buyers up
	Now         func() time.Time
	// Flush reports the metered usage of a subscription in force before its plan or its term changes or it ends;
	// Microsoft takes no usage of what has ended but for 24 hours. Its failure keeps nothing from happening.
	Flush func(ctx context.Context, s Subscription) error
	// Alert tells operators what they must look at.
	Alert func(ctx context.Context, a alert.Alert)
}

// Service applies the rules of subscriptions.
type Service struct {
	store   Store
	api     Fulfillment
	tenants *tenant.Service
	now     func() time.Time
	flush   func(ctx context.Context, s Subscription) error
	alert   func(ctx context.Context, a alert.Alert)
	inWork  singleflight.Group // one event sent many times at once is dealt with once
}

// NewService makes a Service.
func NewService(c Config) *Service {
	now := func() time.Time { return calendar.Instant(c.Now()) }
	return &Service{
		store: c.Store, api: &watched{api: c.Fulfillment, now: now, alert: c.Alert}, tenants: c.Tenants, flush: c.Flush,
		alert: c.Alert, now: now,
	}
}

// cause is why a subscription changes.
type cause struct {
	action      Action
	operationID ids.Operation
	daily       bool // operators are told again of what they were told before
	givenUp     bool // Microsoft has given up the change that was accepted last
}

// held is a subscription within the transaction that may change it.
type held struct {
	before   Subscription
	tenant   tenant.Tenant       // of a bound one
	known    bool                // it is kept already
	binds    bool                // it finds its tenant in this transaction
	obstacle error               // why it finds none, or isn't activated; nil: nothing that was learnt just now
	tell     func(a alert.Alert) // tells operators, once the transaction is kept
}

// errMoved ends a transaction whose subscription has changed since Microsoft was asked for it: the answer may be older than
// the change.
var errMoved = errors.New("the subscription was changed meanwhile")

// attempts are how often Microsoft is asked for a subscription that changes all the time.
const attempts = 5

// unmoved gives fn the subscription as it is kept, with Revision 0 when it isn't, and does so anew when it is changed before
// fn's transaction holds it. fn asks Microsoft after that, never before: so what it writes is no older than what was kept.
func (s *Service) unmoved(ctx context.Context, id ids.Subscription, fn func(known Subscription) error) error {
	for range attempts {
		known, ok, err := s.store.Subscription(ctx, id)
		if err != nil {
			return err
		}
		if !ok {
			known = newSubscription(id, s.now())
		}
		if err := fn(known); !errors.Is(err, errMoved) {
			return err
		}
	}
	return errs.Wrap(errMoved, errs.Unavailable, "subscription_in_work", "The subscription is being changed. Try again shortly.")
}

// ask is unmoved with what Microsoft says of the subscription.
func (s *Service) ask(ctx context.Context, id ids.Subscription, fn func(known Subscription, fetched Fetched) error) error {
	return s.unmoved(ctx, id, func(known Subscription) error {
		fetched, err := s.api.Subscription(ctx, id)
		if err != nil {
			return notYet(err)
		}
		return fn(known, fetched)
	})
}

// with runs fn in a transaction that holds a subscription which is kept as it is known: of its tenant, or else of the tenant
// that takes it. Nobody takes one that another tenant has. errMoved when it is kept otherwise by now.
func (s *Service) with(ctx context.Context, known Subscription, t taker, fn func(ctx context.Context, h held) error) error {
	owner := known.TenantID
	if owner.IsZero() {
		owner = t.id
	}
	var told []alert.Alert
	err := s.store.Tx(ctx, owner, func(ctx context.Context) error {
		told = nil // of a run that was not kept
		h := held{before: known, obstacle: t.obstacle, tell: func(a alert.Alert) { told = append(told, a) }}
		var err error
		if !owner.IsZero() {
			// Always the tenant before its subscription, so that no two transactions wait for each other.
			if h.tenant, err = s.store.LockTenant(ctx, owner); err != nil {
				return err
			}
		}
		stored, ok, err := s.store.LockSubscription(ctx, known.ID)
		if err != nil {
			return err
		}
		if stored.Revision != known.Revision {
			return errMoved
		}
		if ok {
			h.before, h.known = stored, true
		}
		h.binds = !owner.IsZero() && !h.before.Bound()
		h.before.TenantID = owner
		return fn(ctx, h)
	})
	if err != nil {
		return err
	}
	for _, a := range told {
		s.alert(ctx, a)
	}
	return nil
}

// taker is the tenant that takes a subscription.
type taker struct {
	id       ids.Tenant // empty: none
	obstacle error      // why its directory's tenant does not take it; nil: nothing is in the way, or there is no such tenant
}

// takerOf is the tenant that a subscription without one belongs to although nobody has landed with it: the subscription is in
// force, and the directory that uses it has signed up and can take it. One that is suspended waits: it would end a trial.
func (s *Service) takerOf(ctx context.Context, known Subscription, fetched Fetched) (taker, error) {
	if known.Bound() || fetched.Status != Subscribed {
		return taker{}, nil
	}
	m, _, err := s.store.Member(ctx, fetched.Beneficiary.DirectoryID, ids.Object{})
	if errs.Is(err, errs.NotFound) {
		return taker{}, nil
	}
	if err != nil {
		return taker{}, err
	}
	err = s.mayTake(ctx, m.Tenant, fetched.ID)
	switch {
	case errs.Is(err, errs.Conflict):
		return taker{obstacle: err}, nil
	case err != nil:
		return taker{}, err
	default:
		return taker{id: m.Tenant.ID}, nil
	}
}

// mayTake is nil for a tenant that has no other subscription than this one and is none of our own.
func (s *Service) mayTake(ctx context.Context, t tenant.Tenant, id ids.Subscription) error {
	if t.Plan == plan.Internal {
		return errs.New(errs.Conflict, tenantInternal, "Your organization uses TimeTracker without a subscription.")
	}
	other, ok, err := s.otherSubscription(ctx, t.ID, id)
	if err == nil && ok && s.follow(ctx, other) == nil {
		// Its cancellation may not have reached us.
		_, ok, err = s.otherSubscription(ctx, t.ID, id)
	}
	if err == nil && ok {
		err = errs.New(errs.Conflict, subscriptionExists,
			"Your organization has another subscription. Cancel one of the two in the Azure Marketplace.")
	}
	return err
}

// otherSubscription is the tenant's subscription that is not cancelled and not this one; ok is false when it has none.
func (s *Service) otherSubscription(ctx context.Context, id ids.Tenant, than ids.Subscription) (other ids.Subscription, ok bool, err error) {
	current, ok, err := s.store.TenantSubscription(ctx, id)
	return current.ID, ok && current.ID != than && current.Status != Cancelled, err
}

// obstacles are what operators are told, when an obstacle appears and once a day as long as it is there.
var obstacles = map[string]alert.Kind{
	activationRefused:  alert.ActivationRefused,
	activationSlow:     alert.ActivationSlow,
	tenantInternal:     alert.SubscriptionUnassigned,
	subscriptionExists: alert.SubscriptionUnassigned,
}

// keep writes what became of a held subscription, and brings its tenant to it. applied says that an event was applied, also
// when it changed nothing. Only within the transaction that holds it.
func (s *Service) keep(ctx context.Context, h held, after Subscription, why cause, applied bool) error {
	now := s.now()
	before := h.before
	if h.binds && why.action == Reconcile {
		why.action = Bind
	}
	if !after.Bound() {
		after.Obstacle = errs.CodeOf(h.obstacle)
	}
	people := 0
	if after.Bound() {
		var err error
		if people, err = s.store.CountSeats(ctx, after.TenantID); err != nil {
			return err
		}
		if after.UsersAtPurchase == 0 && (after.Status == Subscribed || after.Status == Suspended) {
			after.UsersAtPurchase = people
		}
	}
	changed := !h.known || h.binds || !after.same(before)
	if after.Obstacle != "" && (after.Obstacle != before.Obstacle || why.daily) {
		h.tell(alert.Alert{Kind: obstacles[after.Obstacle], SubscriptionID: after.ID.String(), Err: h.obstacle})
	}
	if h.known && (after.BeneficiaryDirectory != before.BeneficiaryDirectory || after.PurchaserDirectory != before.PurchaserDirectory) {
		h.tell(alert.Alert{Kind: alert.SubscriptionChangedHands, SubscriptionID: after.ID.String()})
	}
	switch {
	case !h.known:
		after.Revision = 1
		if err := s.store.InsertSubscription(ctx, after.TenantID, after); err != nil {
			return err
		}
	case changed || after != before:
		after.Revision = before.Revision + 1
		if err := s.store.UpdateSubscription(ctx, after.TenantID, after); err != nil {
			return err
		}
	}
	if !after.Bound() || !applied && !changed && after.Status != Subscribed && after.Status != Suspended {
		return nil
	}
	// One in force is brought to its tenant whenever it is looked at: the plan may have become known, or have a new price.
	changes, err := s.effect(ctx, h, after, why.givenUp, now)
	if err != nil || !applied && !changed && len(changes) == 0 {
		return err
	}
	if applied || changed {
		sold, _ := after.Plan()
		if err := s.store.InsertLifecycle(ctx, after.TenantID, LifecycleRecord{
			ID: ids.New[ids.BillingRecord](), At: now, SubscriptionID: after.ID, OperationID: why.operationID, Action: why.action,
			PlanID: after.PlanID, PlanTitle: sold.Name, Quantity: after.Quantity, Status: after.Status, People: people,
		}); err != nil {
			return err
		}
	}
	changes = append([]audit.FieldChange{{Field: "event", New: string(why.action)}}, changes...)
	return s.store.InsertAudit(ctx, after.TenantID, tenant.NewMarketplaceEvent(h.tenant, now, changes...))
}

// effect brings the tenant to what its subscription says and tells what that changed. One that never came into force changes
// nothing, and neither does one that was cancelled before: its tenant may have bought again.
func (s *Service) effect(ctx context.Context, h held, after Subscription, givenUp bool, now time.Time) ([]audit.FieldChange, error) {
	before := h.before
	if before.Status == Cancelled && after.EndedAt.Before(before.EndedAt) {
		return nil, tenant.EndTermsEarlier(ctx, s.store, after.TenantID, after.ID, after.EndedAt)
	}
	if after.Status == Pending || before.Status == Cancelled || after.Status == Cancelled && before.Status == Pending {
		return nil, nil
	}
	sold, ok := after.Plan()
	switch {
	case !ok:
		// Microsoft bills it already: what has been paid for is given, and somebody has to look.
		h.tell(alert.Alert{Kind: alert.PlanUnknown, SubscriptionID: after.ID.String()})
		sold = plan.Plan{Currency: h.tenant.Currency}
	case sold.Model == plan.Seats && after.Quantity == 0:
		h.tell(alert.Alert{Kind: alert.SeatsUnknown, SubscriptionID: after.ID.String()})
	}
	earlier, _, err := s.store.PlanTerms(ctx, after.TenantID, after.ID, after.PlanID)
	if err != nil {
		return nil, err
	}
	t, terms := h.tenant, after.terms(sold, earlier, now)
	changes, taken := t.Take(terms)
	if !taken {
		return nil, nil
	}
	if len(changes) > 0 {
		t.Revision++
		if err := s.store.UpdateTenant(ctx, t.ID, t); err != nil {
			return nil, fmt.Errorf("tenant of subscription %s: %w", after.ID, err)
		}
	}
	never := givenUp || after.Status == Cancelled && !before.settled(now)
	if never && (after.PlanID != before.PlanID || after.Quantity != before.Quantity) {
		// The change that was accepted last has never come: from then on the tenant is billed as if nobody had asked for it.
		last := terms
		last.EffectiveAt, last.Status = before.ChangedAt, plan.Active
		if before.Status == Suspended {
			last.Status = plan.Suspended
		}
		if err := tenant.NoteTerms(ctx, s.store, t.ID, last); err != nil {
			return nil, err
		}
	}
	return changes, tenant.NoteTerms(ctx, s.store, t.ID, terms)
}

// flushBefore reports metered usage before a subscription in force becomes another, if that ends what the usage belongs to.
// What can't be reported now stays in its outbox. Failing keeps nothing from happening.
func (s *Service) flushBefore(ctx context.Context, known, after Subscription) {
	if sold, _ := known.Plan(); sold.Model != plan.Metered || !known.endsBy(after) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, flushTime)
	defer cancel()
	if err := s.flush(ctx, known); err != nil {
		s.alert(ctx, alert.Alert{Kind: alert.UsageNotReported, SubscriptionID: known.ID.String(), Err: err})
	}
}

// endsBy says whether a bound subscription in force leaves its status, plan or term.
func (s Subscription) endsBy(after Subscription) bool {
	return s.Bound() && s.Status == Subscribed &&
		(after.Status != Subscribed || after.PlanID != s.PlanID || !after.Term.Start.Equal(s.Term.Start))
}
