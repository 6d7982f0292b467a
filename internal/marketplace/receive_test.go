package marketplace_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"timetracker/internal/audit"
	"timetracker/internal/billing"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/page"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
)

// shop is a world in which one tenant has bought something.
type shop struct {
	*domaintest.World
	ada tenant.Member
	id  ids.Subscription
}

// newShop is a shop whose tenant has ten seats of the plan Team.
func newShop(t *testing.T) shop {
	t.Helper()
	w := domaintest.New(t)
	ada := w.SignUp(t)
	return shop{World: w, ada: ada, id: w.Buy(t, ada, "timetracker", "team", 10)}
}

func (s shop) receive(t *testing.T, n marketplace.Notification) {
	t.Helper()
	if err := s.Marketplace.Receive(t.Context(), n); err != nil {
		t.Fatalf("%s: %v", n.Action, err)
	}
}

// acknowledge sends what is due once our answers have reached Microsoft.
func (s shop) acknowledge(t *testing.T) {
	t.Helper()
	s.Clock.Add(marketplace.AcknowledgePause)
	if _, err := s.Marketplace.Acknowledge(t.Context(), 100); err != nil {
		t.Fatal(err)
	}
}

func (s shop) kept(t *testing.T) marketplace.Subscription { return kept(t, s.World, s.id) }

func kept(t *testing.T, w *domaintest.World, id ids.Subscription) marketplace.Subscription {
	t.Helper()
	subscription, _, err := w.Store.Subscription(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return subscription
}

// looks ignores when Microsoft is asked again.
var looks = cmpopts.IgnoreFields(marketplace.Subscription{}, "Sync.AwaitedAt", "Sync.CheckAt", "Revision")

func outcome(t *testing.T, w *domaintest.World, n marketplace.Notification) marketplace.Outcome {
	t.Helper()
	d, _, err := w.Store.Delivery(t.Context(), n.OperationID)
	if err != nil {
		t.Fatal(err)
	}
	return d.Outcome
}

// lifecycle are the actions of the tenant's lifecycle records, the oldest first.
func lifecycle(t *testing.T, w *domaintest.World, m tenant.Member) (actions []marketplace.Action) {
	t.Helper()
	records, _, err := w.Billing.Records(t.Context(), m, billing.RecordFilter{Kind: billing.Lifecycle}, page.Request{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range slices.Backward(records) {
		actions = append(actions, record.Action)
	}
	return actions
}

// audited counts the audit's events of the subscription.
func audited(t *testing.T, w *domaintest.World, m tenant.Member) int {
	t.Helper()
	events, _, err := w.Tenants.Audit(t.Context(), m, audit.Filter{Type: string(audit.SubscriptionChanged)}, page.Request{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	return len(events)
}

// statusOf is the tenant's status for its subscription's status, after a trial.
var statusOf = map[marketplace.Status]tenant.Status{
	marketplace.Pending: tenant.Active, marketplace.Subscribed: tenant.Active,
	marketplace.Suspended: tenant.Suspended, marketplace.Cancelled: tenant.Cancelled,
}

// bring gives a tenant a new subscription in a status. The empty status is that of an unknown subscription.
func bring(t *testing.T, w *domaintest.World, m tenant.Member, status marketplace.Status) ids.Subscription {
	t.Helper()
	if status == "" {
		return w.Microsoft.Buy(domaintest.Buyer(m), "timetracker", "team", 10)
	}
	if status == marketplace.Pending {
		id := w.Microsoft.Buy(domaintest.Buyer(m), "timetracker", "team", 10)
		if _, err := w.Marketplace.Take(t.Context(), domaintest.AsPerson(m), marketplace.TakeRequest{Token: domaintest.Token(id)}); err != nil {
			t.Fatal(err)
		}
		return id
	}
	id := w.Buy(t, m, "timetracker", "team", 10)
	var n marketplace.Notification
	switch status {
	case marketplace.Suspended:
		n = w.Microsoft.Suspend(id)
	case marketplace.Cancelled:
		n = w.Microsoft.Unsubscribe(id)
	default:
		return id
	}
	if err := w.Marketplace.Receive(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	return id
}

// TestEveryStatusAndEvent combines each event with each stored status and each status that Microsoft's API shows.
func TestEveryStatusAndEvent(t *testing.T) {
	t.Parallel()
	const (
		pending, subscribed  = marketplace.Pending, marketplace.Subscribed
		suspended, cancelled = marketplace.Suspended, marketplace.Cancelled
	)
	shown := []marketplace.Status{pending, subscribed, suspended, cancelled}
	// The stored status afterwards, by the stored status before and by what Microsoft shows.
	converged := map[marketplace.Status][]marketplace.Status{
		"":         {pending, subscribed, suspended, cancelled},
		pending:    {pending, subscribed, suspended, cancelled},
		subscribed: {subscribed, subscribed, suspended, cancelled},
		suspended:  {suspended, subscribed, suspended, cancelled},
		cancelled:  {cancelled, cancelled, cancelled, cancelled},
	}
	// The stored status that confirms an event.
	confirms := map[marketplace.Action]marketplace.Status{
		marketplace.Subscribe: subscribed, marketplace.Renew: subscribed, marketplace.Suspend: suspended,
		marketplace.Unsubscribe: cancelled,
	}
	for before, want := range converged {
		t.Run(cmpOr(before, "unknown"), func(t *testing.T) {
			t.Parallel()
			w := domaintest.New(t)
			for i, shows := range shown {
				for _, action := range []marketplace.Action{
					marketplace.Subscribe, marketplace.Renew, marketplace.Suspend, marketplace.Unsubscribe, "Transfer",
					marketplace.ChangePlan, marketplace.ChangeQuantity, marketplace.Reinstate,
				} {
					name := fmt.Sprintf("%s, shown as %s", action, shows)
					ada := w.SignUp(t)
					id := bring(t, w, ada, before)
					w.Clock.Add(time.Hour)
					w.Microsoft.Edit(id, func(f *marketplace.Fetched) { f.Status = shows })
					after, verdict := want[i], marketplace.Superseded
					var n marketplace.Notification
					switch action {
					case marketplace.ChangePlan:
						n = w.Microsoft.ChangePlan(id, "business")
					case marketplace.ChangeQuantity:
						n = w.Microsoft.ChangeQuantity(id, 20)
					case marketplace.Reinstate:
						n = w.Microsoft.Reinstate(id)
					default:
						n = w.Microsoft.Tell(id, action)
					}
					switch action {
					case marketplace.ChangePlan, marketplace.ChangeQuantity, marketplace.Reinstate:
						if after != cancelled {
							verdict = marketplace.Applied
						}
						if verdict == marketplace.Applied && action == marketplace.Reinstate {
							after = subscribed
						}
					case "Transfer":
						verdict = marketplace.Ignored
					default:
						if after == confirms[action] {
							verdict = marketplace.Applied
						}
					}
					if err := w.Marketplace.Receive(t.Context(), n); err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					if got := outcome(t, w, n); got != verdict {
						t.Errorf("%s: the event is %s, not %s", name, got, verdict)
					}
					now := kept(t, w, id)
					if now.Status != after {
						t.Errorf("%s: it is %s, not %s", name, now.Status, after)
					}
					// A tenant whose subscription never came into force keeps its trial, and so does one that is new to it.
					wantTenant := statusOf[after]
					if (after == cancelled && (before == "" || before == pending)) || (after == suspended && before == "") {
						wantTenant = tenant.Active
					}
					m, _, err := w.Store.Member(t.Context(), ada.Tenant.DirectoryID, ada.User.ObjectID)
					if err != nil {
						t.Fatal(err)
					}
					if m.Tenant.Status != wantTenant {
						t.Errorf("%s: the tenant is %s, not %s", name, m.Tenant.Status, wantTenant)
					}
				}
			}
		})
	}
}

func cmpOr(status marketplace.Status, other string) string {
	if status == "" {
		return other
	}
	return string(status)
}

func TestEffects(t *testing.T) {
	s := newShop(t)
	check := func(what string, want tenant.Tenant) {
		t.Helper()
		got, _, err := s.Store.Member(t.Context(), s.ada.Tenant.DirectoryID, ids.Object{})
		if err != nil {
			t.Fatal(err)
		}
		type effect struct {
			Plan      plan.Kind
			Status    tenant.Status
			Seats     int
			RateMinor int64
		}
		of := func(t tenant.Tenant) effect { return effect{t.Plan, t.Status, t.PaidSeats, t.RateMinor} }
		if diff := cmp.Diff(of(want), of(got.Tenant)); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	paid := tenant.Tenant{Plan: plan.Paid, Status: tenant.Active, PaidSeats: 10, RateMinor: 900}
	check("bought", paid)
	if got := s.kept(t).UsersAtPurchase; got != 1 {
		t.Errorf("%d users at purchase", got)
	}
	s.Join(t, s.ada, "Grace")

	s.receive(t, s.Microsoft.ChangeQuantity(s.id, 20))
	paid.PaidSeats = 20
	check("more seats", paid)

	rate := int64(700)
	if _, err := s.Tenants.ChangePlan(t.Context(), "Operator", s.ada.Tenant.Slug, tenant.PlanPatch{RateMinor: &rate}); err != nil {
		t.Fatal(err)
	}
	s.acknowledge(t)
	s.Clock.Add(time.Hour)
	s.receive(t, s.Microsoft.Renew(s.id))
	paid.RateMinor = rate
	check("renewed at the rate that was agreed on", paid)
	if got := s.kept(t).UsersAtPurchase; got != 1 {
		t.Errorf("%d users at purchase after somebody has joined", got)
	}

	s.receive(t, s.Microsoft.Suspend(s.id))
	suspended := paid
	suspended.Status = tenant.Suspended
	check("suspended", suspended)
	if err := s.Again(t, s.ada).Tenant.MayWrite(s.Clock.Now()); errs.CodeOf(err) != "tenant_suspended" {
		t.Errorf("a suspended tenant may write: %v", err)
	}

	s.receive(t, s.Microsoft.Reinstate(s.id))
	check("reinstated", paid)
	s.acknowledge(t)

	s.receive(t, s.Microsoft.ChangePlan(s.id, "business"))
	paid.RateMinor = 1400
	check("another plan, at its own rate", paid)
	s.acknowledge(t)
	s.Clock.Add(time.Hour)

	s.receive(t, s.Microsoft.Unsubscribe(s.id))
	paid.Status = tenant.Cancelled
	check("cancelled", paid)
	if err := s.Again(t, s.ada).Tenant.MayWrite(s.Clock.Now()); errs.CodeOf(err) != "tenant_cancelled" {
		t.Errorf("a cancelled tenant may write: %v", err)
	}
	want := []marketplace.Action{
		marketplace.Bind, marketplace.Activate, marketplace.ChangeQuantity, marketplace.Renew, marketplace.Suspend,
		marketplace.Reinstate, marketplace.ChangePlan, marketplace.Unsubscribe,
	}
	if diff := cmp.Diff(want, lifecycle(t, s.World, s.ada)); diff != "" {
		t.Error(diff)
	}
	if got := audited(t, s.World, s.ada); got != len(want) {
		t.Errorf("the audit has %d events, not %d", got, len(want))
	}
	if diff := cmp.Diff([]string(nil), s.Alerts.Take()); diff != "" {
		t.Error(diff)
	}
}

func TestInternalTenantIsUntouched(t *testing.T) {
	s := newShop(t)
	internal := plan.Internal
	before, err := s.Tenants.ChangePlan(t.Context(), "Operator", s.ada.Tenant.Slug, tenant.PlanPatch{Plan: &internal})
	if err != nil {
		t.Fatal(err)
	}
	s.receive(t, s.Microsoft.Suspend(s.id))
	s.receive(t, s.Microsoft.Unsubscribe(s.id))
	if diff := cmp.Diff(before, s.Again(t, s.ada).Tenant); diff != "" {
		t.Error(diff)
	}
}

func TestReceiveRefuses(t *testing.T) {
	t.Run("fewer seats than people", func(t *testing.T) {
		s := newShop(t)
		for _, name := range []string{"Grace", "Linus"} {
			s.Join(t, s.ada, name)
		}
		before := s.kept(t)
		n := s.Microsoft.ChangeQuantity(s.id, 2)
		for range 2 { // a refusal is repeated
			if err := s.Marketplace.Receive(t.Context(), n); !errs.Is(err, errs.RuleBroken) || errs.CodeOf(err) != "seats_in_use" {
				t.Fatalf("got %v", err)
			}
		}
		if diff := cmp.Diff(before, s.kept(t), looks); diff != "" {
			t.Error(diff)
		}
		if got := outcome(t, s.World, n); got != marketplace.Refused {
			t.Errorf("the event is %s", got)
		}
		if got := audited(t, s.World, s.ada); got != 3 { // bound, activated, refused
			t.Errorf("the audit has %d events", got)
		}
		// Microsoft returns to the previous quantity.
		s.receive(t, s.Microsoft.ChangeQuantity(s.id, 10))
		s.receive(t, s.Microsoft.ChangeQuantity(s.id, 3))
	})
	t.Run("unknown plan, and the way back", func(t *testing.T) {
		s := newShop(t)
		n := s.Microsoft.ChangePlan(s.id, "team-preview")
		if err := s.Marketplace.Receive(t.Context(), n); !errs.Is(err, errs.RuleBroken) || errs.CodeOf(err) != "plan_unknown" {
			t.Fatalf("got %v", err)
		}
		s.Microsoft.End(n, marketplace.Failed)
		back := s.Microsoft.ChangePlan(s.id, "team")
		s.receive(t, back)
		if got := outcome(t, s.World, back); got != marketplace.Applied {
			t.Errorf("going back is %s", got)
		}
	})
	t.Run("not what there is, though nobody knows the plan", func(t *testing.T) {
		s := newShop(t)
		s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { f.PlanID = "team-preview" })
		s.receive(t, s.Microsoft.Tell(s.id, marketplace.Renew))
		s.receive(t, s.Microsoft.ChangePlan(s.id, "team-preview"))
	})
	t.Run("not seats under a plan that nobody knows", func(t *testing.T) {
		s := newShop(t)
		s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { f.PlanID = "team-preview" })
		s.receive(t, s.Microsoft.Tell(s.id, marketplace.Renew))
		s.receive(t, s.Microsoft.ChangeQuantity(s.id, 20))
		if got := s.Again(t, s.ada).Tenant.PaidSeats; got != 20 {
			t.Errorf("there are %d seats", got)
		}
		for _, name := range []string{"Grace", "Linus"} {
			s.Join(t, s.ada, name)
		}
		n := s.Microsoft.ChangeQuantity(s.id, 2)
		if err := s.Marketplace.Receive(t.Context(), n); errs.CodeOf(err) != "seats_in_use" {
			t.Errorf("got %v", err)
		}
	})
	t.Run("not a quantity that Microsoft leaves out", func(t *testing.T) {
		s := newShop(t)
		s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { f.Quantity = 0 })
		s.receive(t, s.Microsoft.Tell(s.id, marketplace.Renew))
		s.receive(t, s.Microsoft.ChangePlan(s.id, "business"))
		if got := s.Again(t, s.ada).Tenant.PaidSeats; got != 10 {
			t.Errorf("there are %d seats", got)
		}
		if got := s.Alerts.Take(); len(got) != 0 {
			t.Errorf("operators were told %v", got)
		}
	})
	t.Run("not a quantity that Microsoft leaves out of a plan that nobody knows", func(t *testing.T) {
		s := newShop(t)
		s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { f.PlanID, f.Quantity = "team-preview", 0 })
		s.receive(t, s.Microsoft.Tell(s.id, marketplace.Renew))
		if got := s.Again(t, s.ada).Tenant.PaidSeats; got != 10 {
			t.Errorf("there are %d seats", got)
		}
	})
	t.Run("not a quantity that nobody has ever told", func(t *testing.T) {
		w := domaintest.New(t)
		ada := w.SignUp(t)
		id := w.Microsoft.Buy(domaintest.Buyer(ada), "timetracker", "team", 0)
		w.Alerts.Take()
		if err := w.Marketplace.Receive(t.Context(), w.Microsoft.Subscribe(id)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"Microsoft does not tell how many seats a subscription has"}, w.Alerts.Take()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("not more seats, though there are even more people", func(t *testing.T) {
		s := newShop(t)
		for _, name := range []string{"Grace", "Linus", "Barbara"} {
			s.Join(t, s.ada, name)
		}
		lost := s.Microsoft.ChangeQuantity(s.id, 2)
		s.Microsoft.Silence(lost) // nobody refused it in time
		s.receive(t, lost)
		s.receive(t, s.Microsoft.ChangeQuantity(s.id, 3))
		if got := s.kept(t).Quantity; got != 3 {
			t.Errorf("there are %d seats", got)
		}
	})
	t.Run("what a metered plan has no limit for", func(t *testing.T) {
		w := domaintest.New(t)
		ada := w.SignUp(t)
		id := w.Buy(t, ada, "timetracker-active", "active", 0)
		if err := w.Marketplace.Receive(t.Context(), w.Microsoft.ChangePlan(id, "active-plus")); err != nil {
			t.Fatal(err)
		}
	})
}

// TestOperationBeatsBody shows that the webhook's body says only where to look.
func TestOperationBeatsBody(t *testing.T) {
	t.Run("values", func(t *testing.T) {
		s := newShop(t)
		n, err := marketplace.ParseNotification(fmt.Appendf(nil,
			`{"id":%q,"subscriptionId":%q,"action":"ChangeQuantity","planId":"free","quantity":500}`,
			s.Microsoft.ChangeQuantity(s.id, 12).OperationID, s.id))
		if err != nil {
			// The first operation's id is what counts here.
			t.Fatal(err)
		}
		s.receive(t, n)
		if got := s.kept(t); got.PlanID != "team" || got.Quantity != 12 {
			t.Errorf("%d of %s were kept", got.Quantity, got.PlanID)
		}
	})
	t.Run("another subscription's operation", func(t *testing.T) {
		s := newShop(t)
		other := s.Buy(t, s.SignUp(t), "timetracker", "team", 10)
		n := s.Microsoft.ChangeQuantity(other, 12)
		n.SubscriptionID = s.id
		refusedAsOurTrouble(t, s, n)
	})
	t.Run("another action", func(t *testing.T) {
		s := newShop(t)
		n := s.Microsoft.ChangeQuantity(s.id, 12)
		n.Action = marketplace.ChangePlan
		refusedAsOurTrouble(t, s, n)
	})
	t.Run("an operation that was dealt with for another subscription", func(t *testing.T) {
		s := newShop(t)
		n := s.Microsoft.ChangeQuantity(s.id, 12)
		s.receive(t, n)
		n.SubscriptionID = s.Buy(t, s.SignUp(t), "timetracker", "team", 10)
		if err := s.Marketplace.Receive(t.Context(), n); err == nil || errs.Is(err, errs.RuleBroken) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("an operation that has failed", func(t *testing.T) {
		for _, status := range []marketplace.OperationStatus{marketplace.Failed, marketplace.Conflicted} {
			s := newShop(t)
			n := s.Microsoft.ChangeQuantity(s.id, 12)
			s.Microsoft.End(n, status)
			s.receive(t, n)
			if got := s.kept(t).Quantity; got != 10 || outcome(t, s.World, n) != marketplace.Superseded {
				t.Errorf("%s: %d seats", status, got)
			}
		}
	})
	t.Run("an operation that silence has accepted", func(t *testing.T) {
		s := newShop(t)
		n := s.Microsoft.ChangeQuantity(s.id, 12)
		s.Microsoft.Silence(n)
		s.receive(t, n)
		s.acknowledge(t)
		if got := s.kept(t).Quantity; got != 12 || s.Microsoft.Calls("Acknowledge") != 0 {
			t.Errorf("%d seats, %d acknowledgements", got, s.Microsoft.Calls("Acknowledge"))
		}
	})
	t.Run("an operation of our own", func(t *testing.T) {
		s := newShop(t)
		n := s.Microsoft.ChangeQuantity(s.id, 12)
		s.Microsoft.EditOperation(n, func(op *marketplace.Operation) {
			op.ByPublisher, op.Status = true, marketplace.NotStarted
		})
		s.receive(t, n)
		s.acknowledge(t)
		if got := s.kept(t).Quantity; got != 12 || s.Microsoft.Calls("Acknowledge") != 0 {
			t.Errorf("%d seats, %d acknowledgements", got, s.Microsoft.Calls("Acknowledge"))
		}
	})
	t.Run("an operation older than the last one", func(t *testing.T) {
		s := newShop(t)
		older := s.Microsoft.ChangeQuantity(s.id, 12)
		s.Clock.Add(time.Second)
		s.receive(t, s.Microsoft.ChangeQuantity(s.id, 15))
		s.receive(t, older)
		if got := s.kept(t).Quantity; got != 15 || outcome(t, s.World, older) != marketplace.Superseded {
			t.Errorf("%d seats", got)
		}
	})
}

func refusedAsOurTrouble(t *testing.T, s shop, n marketplace.Notification) {
	t.Helper()
	before := s.kept(t)
	if err := s.Marketplace.Receive(t.Context(), n); err == nil || errs.Is(err, errs.RuleBroken) {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff(before, s.kept(t)); diff != "" {
		t.Error(diff)
	}
	if got := outcome(t, s.World, n); got != "" {
		t.Errorf("the event is %s", got)
	}
	if told := s.Alerts.Take(); len(told) != 1 {
		t.Errorf("operators were told %q", told)
	}
}

func TestUnknownActionIsToldAndReconciled(t *testing.T) {
	s := newShop(t)
	for _, action := range []marketplace.Action{"Transfer", "Pause"} {
		s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { f.Quantity++ })
		s.receive(t, s.Microsoft.Tell(s.id, action))
		if diff := cmp.Diff([]string{"unknown action"}, s.Alerts.Take()); diff != "" {
			t.Error(diff)
		}
	}
	if got := s.kept(t).Quantity; got != 12 {
		t.Errorf("%d seats, not those that Microsoft shows", got)
	}
}

func TestChangedHands(t *testing.T) {
	s := newShop(t)
	other := s.SignUp(t)
	s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { f.Beneficiary = domaintest.Buyer(other) })
	s.receive(t, s.Microsoft.Tell(s.id, marketplace.Renew))
	if got := s.kept(t).TenantID; got != s.ada.Tenant.ID {
		t.Errorf("it belongs to %s", got)
	}
	if diff := cmp.Diff([]string{"a subscription has changed hands; it stays with its tenant"}, s.Alerts.Take()); diff != "" {
		t.Error(diff)
	}
}

func TestReinstate(t *testing.T) {
	t.Run("without an operation", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newShop(t)
			s.receive(t, s.Microsoft.Suspend(s.id))
			s.Clock.Add(time.Hour)
			s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { f.Status = marketplace.Subscribed })
			n := s.Microsoft.Tell(s.id, marketplace.Reinstate)
			s.receive(t, n)
			if got := s.kept(t).Status; got != marketplace.Subscribed || outcome(t, s.World, n) != marketplace.Applied {
				t.Errorf("it is %s", got)
			}
		})
	})
	t.Run("is not taken back while Microsoft still shows the suspension", func(t *testing.T) {
		s := newShop(t)
		s.receive(t, s.Microsoft.Suspend(s.id))
		s.Clock.Add(time.Hour)
		s.receive(t, s.Microsoft.Reinstate(s.id))
		s.Clock.Add(time.Minute)
		s.Follow(t)
		if got := s.kept(t); got.Status != marketplace.Subscribed || got.Sync.CheckAt.IsZero() {
			t.Errorf("it is %s, to be checked at %s", got.Status, got.Sync.CheckAt)
		}
		// Microsoft never makes the change.
		s.Clock.Add(10 * time.Minute)
		s.Follow(t)
		if got := s.kept(t).Status; got != marketplace.Suspended {
			t.Errorf("it is %s", got)
		}
	})
	t.Run("is not taken back by the suspension's late event", func(t *testing.T) {
		s := newShop(t)
		late := s.Microsoft.Suspend(s.id)
		s.Clock.Add(time.Hour)
		if err := s.Marketplace.Reconcile(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.receive(t, s.Microsoft.Reinstate(s.id))
		s.receive(t, late) // while Microsoft still shows what it tells
		if got := s.kept(t).Status; got != marketplace.Subscribed || outcome(t, s.World, late) != marketplace.Superseded {
			t.Errorf("it is %s", got)
		}
	})
	t.Run("and suspended again at once", func(t *testing.T) {
		s := newShop(t)
		s.receive(t, s.Microsoft.Suspend(s.id))
		s.Clock.Add(time.Hour)
		s.receive(t, s.Microsoft.Reinstate(s.id))
		s.acknowledge(t)
		s.Clock.Add(time.Minute)
		s.receive(t, s.Microsoft.Suspend(s.id))
		if got := s.kept(t).Status; got != marketplace.Suspended {
			t.Errorf("it is %s", got)
		}
	})
}

// TestSuspendedWithoutTenant shows that a trial goes on until what was bought is in force.
func TestSuspendedWithoutTenant(t *testing.T) {
	t.Parallel()
	w := domaintest.New(t)
	ada := domaintest.Person(ids.New[ids.Directory](), "Ada")
	id := w.Microsoft.Buy(partyOf(ada), "timetracker", "team", 10)
	for _, n := range []marketplace.Notification{w.Microsoft.Subscribe(id), w.Microsoft.Suspend(id)} {
		if err := w.Marketplace.Receive(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	m, err := w.Tenants.SignUp(t.Context(), ada, signUp())
	if err != nil {
		t.Fatal(err)
	}
	work(t, w, time.Hour, nil)
	if got := w.Again(t, m).Tenant; got.Plan != plan.Trial || got.Status != tenant.Active || kept(t, w, id).Bound() {
		t.Errorf("the tenant is %s, on plan %s", got.Status, got.Plan)
	}
	w.Microsoft.Edit(id, func(f *marketplace.Fetched) { f.Status = marketplace.Subscribed }) // and the webhook is lost
	work(t, w, 15*time.Minute, nil)
	if got := w.Again(t, m).Tenant; got.Plan != plan.Paid || got.Status != tenant.Active {
		t.Errorf("the tenant is %s, on plan %s", got.Status, got.Plan)
	}
}

// TestWebhookIsFasterThanTheAPI shows that we soon ask again for what a webhook tells before the API shows it.
func TestWebhookIsFasterThanTheAPI(t *testing.T) {
	s := newShop(t)
	n := s.Microsoft.Suspend(s.id)
	s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { f.Status = marketplace.Subscribed })
	s.receive(t, n)
	s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { f.Status = marketplace.Suspended })
	s.Clock.Add(time.Minute)
	s.Follow(t)
	if got := s.kept(t).Status; got != marketplace.Suspended {
		t.Errorf("it is %s", got)
	}
}

func TestSubscribeTogetherWithRenew(t *testing.T) {
	s := newShop(t)
	s.Clock.Add(31 * 24 * time.Hour)
	renew := s.Microsoft.Renew(s.id)
	s.receive(t, s.Microsoft.Tell(s.id, marketplace.Subscribe))
	s.receive(t, renew)
	if got := s.kept(t); !got.Term.Start.Equal(s.Clock.Now().Truncate(24 * time.Hour)) {
		t.Errorf("the term begins at %s", got.Term.Start)
	}
	if got := s.Again(t, s.ada).Tenant; got.Status != tenant.Active || got.RateMinor != 900 {
		t.Errorf("the tenant is %s at %d", got.Status, got.RateMinor)
	}
	if got := lifecycle(t, s.World, s.ada); len(got) != 4 {
		t.Errorf("the records are %v", got)
	}
}

// TestNotThereYet has Microsoft announce an operation before its API knows it.
func TestNotThereYet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		n := s.Microsoft.ChangeQuantity(s.id, 12)
		s.Microsoft.Hide(n, 3)
		s.receive(t, n)
		if got := s.kept(t).Quantity; got != 12 {
			t.Errorf("%d seats", got)
		}

		n = s.Microsoft.ChangeQuantity(s.id, 15)
		s.Microsoft.Hide(n, 100)
		began := time.Now()
		if err := s.Marketplace.Receive(t.Context(), n); !errs.Is(err, errs.Unavailable) {
			t.Fatalf("got %v", err)
		}
		if waited := time.Since(began); waited < time.Second || waited > 3*time.Second {
			t.Errorf("it waited for %s", waited)
		}
		if got := s.kept(t).Quantity; got != 12 || outcome(t, s.World, n) != "" {
			t.Errorf("%d seats", got)
		}
		s.Microsoft.Hide(n, 0)
		s.receive(t, n)
		if got := s.kept(t).Quantity; got != 15 {
			t.Errorf("%d seats", got)
		}
	})
}

// TestIncompleteOperation shows that an operation without its quantity is not refused. Microsoft may lack it right
// after the change was asked for.
func TestIncompleteOperation(t *testing.T) {
	for name, test := range map[string]struct {
		ask  func(s shop) marketplace.Notification
		lose func(op *marketplace.Operation)
		want string
	}{
		"quantity": {
			func(s shop) marketplace.Notification { return s.Microsoft.ChangeQuantity(s.id, 12) },
			func(op *marketplace.Operation) { op.Quantity = 0 }, "12 of team",
		},
		"plan": {
			func(s shop) marketplace.Notification { return s.Microsoft.ChangePlan(s.id, "business") },
			func(op *marketplace.Operation) { op.PlanID = "" }, "10 of business",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newShop(t)
				n := test.ask(s)
				var whole marketplace.Operation
				s.Microsoft.EditOperation(n, func(op *marketplace.Operation) {
					whole = *op
					test.lose(op)
				})
				if err := s.Marketplace.Receive(t.Context(), n); !errs.Is(err, errs.Unavailable) || outcome(t, s.World, n) != "" {
					t.Fatalf("got %v", err)
				}
				s.Microsoft.EditOperation(n, func(op *marketplace.Operation) { *op = whole })
				s.receive(t, n)
				if got := s.kept(t); fmt.Sprintf("%d of %s", got.Quantity, got.PlanID) != test.want {
					t.Errorf("%d of %s", got.Quantity, got.PlanID)
				}
			})
		})
	}
}

func TestMicrosoftDown(t *testing.T) {
	for _, call := range []string{"Operation", "Subscription"} {
		t.Run(call, func(t *testing.T) {
			s := newShop(t)
			before, records := s.kept(t), len(lifecycle(t, s.World, s.ada))
			n := s.Microsoft.ChangeQuantity(s.id, 12)
			s.Microsoft.Fail = func(called string) error {
				if called == call {
					return domaintest.Down(context.DeadlineExceeded)
				}
				return nil
			}
			if err := s.Marketplace.Receive(t.Context(), n); !errs.Is(err, errs.Unavailable) {
				t.Fatalf("got %v", err)
			}
			if diff := cmp.Diff(before, s.kept(t)); diff != "" || outcome(t, s.World, n) != "" {
				t.Errorf("something was written: %s", diff)
			}
			s.Microsoft.Fail = nil
			s.receive(t, n)
			if got := s.kept(t).Quantity; got != 12 {
				t.Errorf("%d seats", got)
			}
			if got := len(lifecycle(t, s.World, s.ada)); got != records+1 {
				t.Errorf("%d records, not %d", got, records+1)
			}
		})
	}
}

func TestUnknownPlanAndStatus(t *testing.T) {
	s := newShop(t)
	s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { f.Status = "" })
	s.receive(t, s.Microsoft.Tell(s.id, marketplace.Renew))
	if diff := cmp.Diff([]string{"a subscription has a status that we do not know"}, s.Alerts.Take()); diff != "" {
		t.Error(diff)
	}
	s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { f.Status, f.PlanID = marketplace.Subscribed, "team-preview" })
	s.receive(t, s.Microsoft.Tell(s.id, marketplace.Renew))
	if diff := cmp.Diff([]string{"a subscription has a plan that we do not know"}, s.Alerts.Take()); diff != "" {
		t.Error(diff)
	}
	if got := s.Again(t, s.ada).Tenant; got.Status != tenant.Active || got.PaidSeats != 10 {
		t.Errorf("the tenant is %s with %d seats: what was paid for is given", got.Status, got.PaidSeats)
	}
}

// TestOneEventManyTimes sends one event 500 times, 50 at the same time, to two replicas.
func TestOneEventManyTimes(t *testing.T) {
	s := newShop(t)
	records, events := len(lifecycle(t, s.World, s.ada)), audited(t, s.World, s.ada)
	revision := s.Again(t, s.ada).Tenant.Revision
	n := s.Microsoft.ChangeQuantity(s.id, 12)
	replicas := []*marketplace.Service{s.Marketplace, s.MarketplaceOn(s.Store)}
	var senders sync.WaitGroup
	for sender := range 50 {
		senders.Go(func() {
			for i := range 10 {
				if err := replicas[(sender+i)%2].Receive(t.Context(), n); err != nil {
					t.Error(err)
				}
			}
		})
	}
	senders.Wait()
	if got := len(lifecycle(t, s.World, s.ada)) - records; got != 1 {
		t.Errorf("%d records", got)
	}
	if got := audited(t, s.World, s.ada) - events; got != 1 {
		t.Errorf("%d audit events", got)
	}
	now := s.Again(t, s.ada).Tenant
	if now.Revision != revision+1 || now.PaidSeats != 12 {
		t.Errorf("revision %d, not %d; %d seats", now.Revision, revision+1, now.PaidSeats)
	}
	s.acknowledge(t)
	if got := s.Microsoft.Calls("Acknowledge"); got != 1 {
		t.Errorf("%d acknowledgements", got)
	}
}

// TestTwoTenants shows that no event of one tenant's subscription touches another tenant.
func TestTwoTenants(t *testing.T) {
	s := newShop(t)
	eve := s.SignUp(t)
	its := s.Buy(t, eve, "timetracker", "business", 5)
	before, beforeSubscription := s.Again(t, eve).Tenant, kept(t, s.World, its)
	for _, n := range []marketplace.Notification{
		s.Microsoft.Tell(s.id, marketplace.Subscribe), s.Microsoft.ChangePlan(s.id, "business"),
		s.Microsoft.ChangeQuantity(s.id, 20), s.Microsoft.Renew(s.id), s.Microsoft.Suspend(s.id),
		s.Microsoft.Reinstate(s.id), s.Microsoft.Tell(s.id, "Transfer"), s.Microsoft.Unsubscribe(s.id),
	} {
		// This holds even when Microsoft shows it as the other tenant's.
		s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) {
			f.Beneficiary, f.Purchaser = domaintest.Buyer(eve), domaintest.Buyer(eve)
		})
		s.receive(t, n)
	}
	if diff := cmp.Diff(before, s.Again(t, eve).Tenant); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(beforeSubscription, kept(t, s.World, its)); diff != "" {
		t.Error(diff)
	}
	if got := lifecycle(t, s.World, eve); len(got) != 2 {
		t.Errorf("the other's records are %v", got)
	}
	if got := audited(t, s.World, eve); got != 2 {
		t.Errorf("the other's audit has %d events", got)
	}
}

// TestOldSubscription shows that a cancelled subscription's late events do not touch its tenant, which has bought
// again.
func TestOldSubscription(t *testing.T) {
	s := newShop(t)
	reinstate, renew := s.Microsoft.Reinstate(s.id), s.Microsoft.Tell(s.id, marketplace.Renew)
	s.receive(t, s.Microsoft.Unsubscribe(s.id))
	newer := s.Buy(t, s.ada, "timetracker", "business", 5)
	before, records := s.Again(t, s.ada).Tenant, len(lifecycle(t, s.World, s.ada))
	if before.Status != tenant.Active || before.PaidSeats != 5 {
		t.Fatalf("the tenant is %s with %d seats", before.Status, before.PaidSeats)
	}
	for _, n := range []marketplace.Notification{
		reinstate, renew, s.Microsoft.Suspend(s.id), s.Microsoft.ChangeQuantity(s.id, 100), s.Microsoft.Unsubscribe(s.id),
		s.Microsoft.Tell(s.id, "Transfer"), s.Microsoft.Tell(s.id, marketplace.Subscribe),
	} {
		s.receive(t, n)
	}
	if diff := cmp.Diff(before, s.Again(t, s.ada).Tenant); diff != "" {
		t.Error(diff)
	}
	if got := len(lifecycle(t, s.World, s.ada)); got != records+1 { // the second cancellation
		t.Errorf("%d records, not %d", got, records+1)
	}
	if got := kept(t, s.World, s.id).Status; got != marketplace.Cancelled {
		t.Errorf("the old one is %s", got)
	}
	if current, _, err := s.Marketplace.Current(t.Context(), s.Again(t, s.ada)); err != nil || current.ID != newer {
		t.Errorf("the current one is %s: %v", current.ID, err)
	}
}

// TestSecondSubscription shows that a tenant gets no second subscription, neither by landing nor automatically.
func TestSecondSubscription(t *testing.T) {
	s := newShop(t)
	second := s.Microsoft.Buy(domaintest.Buyer(s.ada), "timetracker", "business", 5)
	_, err := s.Marketplace.Take(t.Context(), domaintest.AsPerson(s.ada), marketplace.TakeRequest{Token: domaintest.Token(second)})
	if errs.CodeOf(err) != "subscription_exists" {
		t.Fatalf("got %v", err)
	}
	s.receive(t, s.Microsoft.Subscribe(second))
	if got := kept(t, s.World, second); got.Bound() || got.Status != marketplace.Subscribed {
		t.Errorf("it is %s, of tenant %q", got.Status, got.TenantID)
	}
	if told := s.Alerts.Take(); len(told) != 1 || !strings.Contains(told[0], "can't be given") {
		t.Errorf("operators were told %q", told)
	}
	// Once the first is cancelled, the second gets its tenant.
	s.receive(t, s.Microsoft.Unsubscribe(s.id))
	if err := s.Marketplace.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.Again(t, s.ada).Tenant; got.Status != tenant.Active || got.PaidSeats != 5 {
		t.Errorf("the tenant is %s with %d seats", got.Status, got.PaidSeats)
	}
}

// TestBoughtAgain shows that a customer who has cancelled and buys again need not wait until a lost webhook is noticed.
func TestBoughtAgain(t *testing.T) {
	s := newShop(t)
	_ = s.Microsoft.Unsubscribe(s.id) // the webhook is lost
	again := s.Microsoft.Buy(domaintest.Buyer(s.ada), "timetracker", "business", 5)
	if _, err := s.Marketplace.Take(t.Context(), domaintest.AsPerson(s.ada), marketplace.TakeRequest{Token: domaintest.Token(again)}); err != nil {
		t.Fatal(err)
	}
	if first, second := s.kept(t), kept(t, s.World, again); first.Status != marketplace.Cancelled || second.TenantID != s.ada.Tenant.ID {
		t.Errorf("the first is %s, the second belongs to %q", first.Status, second.TenantID)
	}
}
