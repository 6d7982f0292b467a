package domaintest

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"timetracker/internal/billing"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
)

// Microsoft is Microsoft's side of the Marketplace as far as the domain sees it: subscriptions, their operations, and
// metered usage. It does what Microsoft's documents say, at the clock's time, and fails as a test wants. It is safe for
// concurrent use.
type Microsoft struct {
	// Fail is called before each call, and its error prevents the call. nil: no call fails.
	Fail func(call string) error
	// Lose is called after each call, and its error replaces the answer. nil: no answer is lost.
	Lose func(call string) error
	// DuplicatesLast makes it check an event of usage before it looks for an earlier one of its hour. The order decides
	// the answer for an event that was taken and is sent again when it is too old. Microsoft does not document it.
	DuplicatesLast bool
	// ListedAgain is how many times more its list shows each subscription, as a list without an end does.
	ListedAgain int

	clock         *Clock
	mu            sync.Mutex
	calls         map[string]int
	subscriptions map[ids.Subscription]*sold
	operations    map[ids.Operation]*marketplace.Operation
	hidden        map[ids.Operation]int // in how many calls an operation is still unknown
	usage         map[usageKey]int
	unlisted      map[ids.Subscription]bool
}

type sold struct {
	marketplace.Fetched
	endedAt time.Time // since when it has not been in force
	plans   []string  // all plans that it has had
}

type usageKey struct {
	subscription ids.Subscription
	dimension    string
	hour         time.Time
}

// NewMicrosoft makes a Microsoft that has sold nothing.
func NewMicrosoft(clock *Clock) *Microsoft {
	return &Microsoft{
		clock: clock, calls: map[string]int{}, subscriptions: map[ids.Subscription]*sold{},
		operations: map[ids.Operation]*marketplace.Operation{}, hidden: map[ids.Operation]int{}, usage: map[usageKey]int{},
		unlisted: map[ids.Subscription]bool{},
	}
}

// Buy sells a subscription of a plan for a directory. The subscription waits for its activation. quantity is 0 for
// plans without one.
func (m *Microsoft) Buy(buyer marketplace.Party, offer, plan string, quantity int) ids.Subscription {
	m.mu.Lock()
	defer m.mu.Unlock()
	id := ids.New[ids.Subscription]()
	m.subscriptions[id] = &sold{
		Fetched: marketplace.Fetched{
			ID: id, Name: "TimeTracker", OfferID: offer, PlanID: plan, Quantity: quantity, Status: marketplace.Pending,
			Beneficiary: buyer, Purchaser: buyer, Term: marketplace.Term{Unit: "P1M"}, AutoRenew: true,
		},
		plans: []string{plan},
	}
	return id
}

// Token is the token with which the landing page of a subscription is opened.
func Token(id ids.Subscription) string { return "token of " + id.String() }

// Edit changes a subscription in any way.
func (m *Microsoft) Edit(id ids.Subscription, change func(f *marketplace.Fetched)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(&m.subscriptions[id].Fetched)
}

// Truth is the subscription as Microsoft has it.
func (m *Microsoft) Truth(id ids.Subscription) marketplace.Fetched {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.subscriptions[id].Fetched
}

// Subscribe puts a subscription in force, as auto-activation does, and gives the event.
func (m *Microsoft) Subscribe(id ids.Subscription) marketplace.Notification {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.begin(id)
	return m.tell(id, marketplace.Subscribe)
}

// Finish ends the activation that was asked for.
func (m *Microsoft) Finish(id ids.Subscription) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.begin(id)
}

func (m *Microsoft) begin(id ids.Subscription) {
	s := m.subscriptions[id]
	start := m.clock.Now().UTC().Truncate(24 * time.Hour)
	s.Status = marketplace.Subscribed
	s.Term.Start, s.Term.End = start, start.AddDate(0, 1, -1)
}

// Renew begins the next term.
func (m *Microsoft) Renew(id ids.Subscription) marketplace.Notification {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.begin(id)
	return m.tell(id, marketplace.Renew)
}

// Suspend suspends a subscription.
func (m *Microsoft) Suspend(id ids.Subscription) marketplace.Notification {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.subscriptions[id]
	s.Status, s.endedAt = marketplace.Suspended, m.clock.Now()
	return m.tell(id, marketplace.Suspend)
}

// Unsubscribe ends a subscription.
func (m *Microsoft) Unsubscribe(id ids.Subscription) marketplace.Notification {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.subscriptions[id]
	if s.Status == marketplace.Subscribed {
		s.endedAt = m.clock.Now()
	}
	s.Status = marketplace.Cancelled
	return m.tell(id, marketplace.Unsubscribe)
}

// ChangePlan, ChangeQuantity and Reinstate ask for a change. It is made when it is acknowledged, or when Silence
// accepts it.

// ChangePlan asks for another plan.
func (m *Microsoft) ChangePlan(id ids.Subscription, plan string) marketplace.Notification {
	return m.ask(id, marketplace.ChangePlan, plan, 0)
}

// ChangeQuantity asks for another number of seats.
func (m *Microsoft) ChangeQuantity(id ids.Subscription, quantity int) marketplace.Notification {
	return m.ask(id, marketplace.ChangeQuantity, "", quantity)
}

// Reinstate asks to put a suspended subscription in force again.
func (m *Microsoft) Reinstate(id ids.Subscription) marketplace.Notification {
	return m.ask(id, marketplace.Reinstate, "", 0)
}

func (m *Microsoft) ask(id ids.Subscription, action marketplace.Action, plan string, quantity int) marketplace.Notification {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.tell(id, action)
	s := m.subscriptions[id]
	op := &marketplace.Operation{
		ID: n.OperationID, SubscriptionID: id, Action: action, PlanID: s.PlanID, Quantity: s.Quantity,
		Status: marketplace.InProgress, At: n.At,
	}
	if plan != "" {
		op.PlanID = plan
	}
	if quantity != 0 {
		op.Quantity = quantity
	}
	m.operations[op.ID] = op
	return n
}

// Tell gives an event of any kind that changes nothing.
func (m *Microsoft) Tell(id ids.Subscription, action marketplace.Action) marketplace.Notification {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tell(id, action)
}

func (m *Microsoft) tell(id ids.Subscription, action marketplace.Action) marketplace.Notification {
	return marketplace.Notification{
		OperationID: ids.New[ids.Operation](), SubscriptionID: id, Action: action, At: m.clock.Now(),
	}
}

// Silence accepts a change, as Microsoft does when nobody has refused it in time.
func (m *Microsoft) Silence(n marketplace.Notification) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.apply(m.operations[n.OperationID])
}

// End ends an operation with any status, without doing what it asked for.
func (m *Microsoft) End(n marketplace.Notification, status marketplace.OperationStatus) {
	m.EditOperation(n, func(op *marketplace.Operation) { op.Status = status })
}

// EditOperation changes an operation in any way.
func (m *Microsoft) EditOperation(n marketplace.Notification, change func(op *marketplace.Operation)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(m.operations[n.OperationID])
}

// Hide makes an operation unknown to the next calls.
func (m *Microsoft) Hide(n marketplace.Notification, calls int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hidden[n.OperationID] = calls
}

// Unlist leaves a subscription out of the list.
func (m *Microsoft) Unlist(id ids.Subscription) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.unlisted[id] = true
}

// Calls is how often a method of the API was called.
func (m *Microsoft) Calls(call string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls[call]
}

func (m *Microsoft) apply(op *marketplace.Operation) {
	s := m.subscriptions[op.SubscriptionID]
	switch op.Action {
	case marketplace.ChangePlan:
		s.PlanID = op.PlanID
		s.plans = append(s.plans, op.PlanID)
	case marketplace.ChangeQuantity:
		s.Quantity = op.Quantity
	case marketplace.Reinstate:
		s.Status = marketplace.Subscribed
	default:
		panic("no operation has the action " + op.Action)
	}
	op.Status = marketplace.Succeeded
}

// call runs fn, with the faults that a test wants.
func (m *Microsoft) call(ctx context.Context, name string, fn func() error) error {
	m.mu.Lock()
	m.calls[name]++
	fail, lose := m.Fail, m.Lose
	m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return Down(err)
	}
	if fail != nil {
		if err := fail(name); err != nil {
			return err
		}
	}
	m.mu.Lock()
	err := fn()
	m.mu.Unlock()
	if err == nil && lose != nil {
		return lose(name)
	}
	return err
}

// Down is the error of the API's adapter when Microsoft doesn't answer.
func Down(cause error) error {
	return errs.Wrap(cause, errs.Unavailable, "marketplace_unavailable", "The Azure Marketplace doesn't answer.")
}

func unknown() error { return errs.New(errs.NotFound, "not_found", "Microsoft does not know it.") }

// Resolve implements marketplace.Fulfillment.
func (m *Microsoft) Resolve(ctx context.Context, token string) (f marketplace.Fetched, err error) {
	return f, m.call(ctx, "Resolve", func() error {
		text, ok := strings.CutPrefix(token, Token(ids.Subscription{}))
		id, err := ids.Parse[ids.Subscription](text)
		s := m.subscriptions[id]
		if !ok || err != nil || s == nil {
			return errs.New(errs.RuleBroken, "marketplace_token_invalid", "The token is not valid.")
		}
		f = s.Fetched
		return nil
	})
}

// Activate implements marketplace.Fulfillment.
func (m *Microsoft) Activate(ctx context.Context, id ids.Subscription, planID string) error {
	return m.call(ctx, "Activate", func() error {
		switch s := m.subscriptions[id]; {
		case s == nil:
			return unknown()
		case s.Status == marketplace.Suspended || s.Status == marketplace.Cancelled || s.PlanID != planID:
			return errs.New(errs.Conflict, "not_activatable", "The subscription can't be activated.")
		}
		return nil
	})
}

// Subscription implements marketplace.Fulfillment.
func (m *Microsoft) Subscription(ctx context.Context, id ids.Subscription) (f marketplace.Fetched, err error) {
	return f, m.call(ctx, "Subscription", func() error {
		s := m.subscriptions[id]
		if s == nil {
			return unknown()
		}
		f = s.Fetched
		return nil
	})
}

// Subscriptions implements marketplace.Fulfillment.
func (m *Microsoft) Subscriptions(ctx context.Context) iter.Seq2[marketplace.Fetched, error] {
	return func(yield func(marketplace.Fetched, error) bool) {
		m.mu.Lock()
		all := slices.SortedFunc(maps.Keys(m.subscriptions), ids.Subscription.Compare)
		m.mu.Unlock()
		for _, id := range slices.Repeat(all, 1+m.ListedAgain) {
			var f marketplace.Fetched
			err := m.call(ctx, "Subscriptions", func() error { f = m.subscriptions[id].Fetched; return nil })
			m.mu.Lock()
			unlisted := m.unlisted[id]
			m.mu.Unlock()
			if unlisted {
				continue
			}
			if err != nil {
				f = marketplace.Fetched{ID: id}
			}
			if !yield(f, err) || (err != nil && !errors.Is(err, marketplace.ErrUnreadable)) {
				return
			}
		}
	}
}

// Operation implements marketplace.Fulfillment.
func (m *Microsoft) Operation(
	ctx context.Context, _ ids.Subscription, operation ids.Operation,
) (op marketplace.Operation, err error) {
	return op, m.call(ctx, "Operation", func() error {
		found := m.operations[operation]
		if m.hidden[operation]--; found == nil || m.hidden[operation] >= 0 {
			return unknown()
		}
		op = *found
		return nil
	})
}

// Acknowledge implements marketplace.Fulfillment.
func (m *Microsoft) Acknowledge(ctx context.Context, _ ids.Subscription, operation ids.Operation) error {
	return m.call(ctx, "Acknowledge", func() error {
		op := m.operations[operation]
		switch {
		case op == nil:
			return unknown()
		case op.Status == marketplace.Failed || op.Status == marketplace.Conflicted ||
			m.subscriptions[op.SubscriptionID].Status == marketplace.Cancelled:
			return errs.New(errs.Conflict, "operation_ended", "The operation has ended.")
		case op.Status == marketplace.InProgress:
			m.apply(op)
		}
		return nil
	})
}

// Report implements billing.Metering.
func (m *Microsoft) Report(ctx context.Context, events []billing.Usage) (results []billing.UsageResult, err error) {
	if len(events) > billing.MaxBatch {
		return nil, errs.New(errs.Internal, "batch_too_long", "Microsoft takes 25 events at once.")
	}
	err = m.call(ctx, "Report", func() error {
		for _, event := range events {
			results = append(results, m.take(event))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

func (m *Microsoft) take(event billing.Usage) billing.UsageResult {
	s, now := m.subscriptions[event.SubscriptionID], m.clock.Now()
	key := usageKey{event.SubscriptionID, event.Dimension, event.EffectiveAt.Truncate(time.Hour)}
	taken, duplicate := m.usage[key]
	again := billing.UsageResult{Status: "Duplicate", AcceptedQuantity: taken}
	late := s != nil && s.Status == marketplace.Cancelled && event.EffectiveAt.Before(s.endedAt)
	status := "Accepted"
	switch {
	case s == nil:
		status = "ResourceNotFound"
	case event.EffectiveAt.After(now) || !slices.Contains(s.plans, event.PlanID):
		status = "BadArgument"
	case event.Quantity <= 0:
		status = "InvalidQuantity"
	case duplicate && !m.DuplicatesLast:
		return again
	case now.Sub(event.EffectiveAt) > 24*time.Hour:
		status = "Expired"
	case s.Status != marketplace.Subscribed && !late:
		status = "ResourceNotActive"
	case duplicate:
		return again
	}
	if status != "Accepted" {
		return billing.UsageResult{Status: status}
	}
	m.usage[key] = event.Quantity
	return billing.UsageResult{Status: status, AcceptedQuantity: event.Quantity}
}

// Reported implements billing.Metering.
func (m *Microsoft) Reported(ctx context.Context, since time.Time) (all []billing.ReportedUsage, err error) {
	err = m.call(ctx, "Reported", func() error {
		days := map[usageKey]int{}
		for key, quantity := range m.usage {
			if key.hour = key.hour.Truncate(24 * time.Hour); !key.hour.Before(since) {
				days[key] += quantity
			}
		}
		for key, quantity := range days {
			all = append(all, billing.ReportedUsage{
				SubscriptionID: key.subscription, Dimension: key.dimension, Day: key.hour,
				Submitted: quantity, Quantity: quantity,
			})
		}
		return nil
	})
	return all, err
}

// EditUsage sets what Microsoft has of an hour, 0 for nothing.
func (m *Microsoft) EditUsage(id ids.Subscription, dimension string, hour time.Time, quantity int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := usageKey{id, dimension, hour}
	if m.usage[key] = quantity; quantity == 0 {
		delete(m.usage, key)
	}
}

// Metered is all usage that was accepted for a subscription.
func (m *Microsoft) Metered(id ids.Subscription) (sum int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, quantity := range m.usage {
		if key.subscription == id {
			sum += quantity
		}
	}
	return sum
}
