package marketplace_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
)

func reconcile(t *testing.T, w *domaintest.World) {
	t.Helper()
	if err := w.Marketplace.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestReconcile(t *testing.T) {
	t.Parallel()
	t.Run("lost webhooks", func(t *testing.T) {
		s := newShop(t)
		steps := []struct {
			lose   func()
			seats  int
			status tenant.Status
		}{
			{func() { s.Microsoft.Silence(s.Microsoft.ChangeQuantity(s.id, 20)) }, 20, tenant.Active},
			{func() { s.Microsoft.Suspend(s.id) }, 20, tenant.Suspended},
			{func() { s.Microsoft.Silence(s.Microsoft.Reinstate(s.id)) }, 20, tenant.Active},
			{func() { s.Microsoft.Unsubscribe(s.id) }, 20, tenant.Cancelled},
		}
		for i, step := range steps {
			s.Clock.Add(24 * time.Hour)
			step.lose()
			for range 2 { // once is enough
				reconcile(t, s.World)
				if got := s.Again(t, s.ada).Tenant; got.PaidSeats != step.seats || got.Status != step.status {
					t.Errorf("step %d: %s with %d seats", i, got.Status, got.PaidSeats)
				}
				if got := lifecycle(t, s.World, s.ada); len(got) != 3+i || got[len(got)-1] != marketplace.Reconcile {
					t.Errorf("step %d: the records are %v", i, got)
				}
			}
		}
	})
	t.Run("purchases that nobody has landed with", func(t *testing.T) {
		w := domaintest.New(t)
		id := w.Microsoft.Buy(partyOf(domaintest.Person(ids.New[ids.Directory](), "Ada")), "timetracker", "team", 10)
		reconcile(t, w)
		if got := kept(t, w, id); got.Status != marketplace.Pending || got.Bound() {
			t.Errorf("it is %s", got.Status)
		}
	})
	t.Run("one in force whose directory has signed up", func(t *testing.T) {
		w := domaintest.New(t)
		ada := w.SignUp(t)
		id := w.Microsoft.Buy(domaintest.Buyer(ada), "timetracker", "team", 10)
		w.Microsoft.Subscribe(id)
		reconcile(t, w)
		if got := w.Again(t, ada).Tenant; got.Plan != plan.Paid || got.PaidSeats != 10 {
			t.Errorf("on plan %s with %d seats", got.Plan, got.PaidSeats)
		}
		if diff := cmp.Diff([]marketplace.Action{marketplace.Bind}, lifecycle(t, w, ada)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("one in force whose directory signs up later", func(t *testing.T) {
		w := domaintest.New(t)
		ada := domaintest.Person(ids.New[ids.Directory](), "Ada")
		id := w.Microsoft.Buy(partyOf(ada), "timetracker", "team", 10)
		w.Microsoft.Subscribe(id)
		reconcile(t, w)
		m, err := w.Tenants.SignUp(t.Context(), ada, signUp())
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Add(10 * time.Minute) // not only by the next day's reconcile
		if _, err := w.Marketplace.Follow(t.Context(), 10); err != nil {
			t.Fatal(err)
		}
		if got := w.Again(t, m).Tenant; got.Plan != plan.Paid || !kept(t, w, id).Bound() {
			t.Errorf("on plan %s", got.Plan)
		}
	})
	t.Run("one that was cancelled before", func(t *testing.T) {
		s := newShop(t)
		s.receive(t, s.Microsoft.Unsubscribe(s.id))
		asked := s.Microsoft.Calls("Subscription")
		reconcile(t, s.World)
		if got := s.Microsoft.Calls("Subscription") - asked; got != 0 {
			t.Errorf("it was asked for %d times", got)
		}
	})
	t.Run("one in force that is shown as if it were not", func(t *testing.T) {
		s := newShop(t)
		s.Clock.Add(24 * time.Hour)
		s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { f.Status = marketplace.Pending })
		reconcile(t, s.World)
		if got := s.kept(t); got.Status != marketplace.Subscribed || got.Sync.CheckAt.IsZero() {
			t.Errorf("it is %s, to be checked at %s", got.Status, got.Sync.CheckAt)
		}
	})
	t.Run("one that Microsoft does not list", func(t *testing.T) {
		s := newShop(t)
		s.Microsoft.Unsubscribe(s.id)
		s.Microsoft.Unlist(s.id)
		reconcile(t, s.World)
		if got := s.kept(t).Status; got != marketplace.Cancelled {
			t.Errorf("it is %s", got)
		}
	})
	t.Run("one that Microsoft does not know", func(t *testing.T) {
		s := newShop(t)
		s.Microsoft.Unlist(s.id)
		s.Microsoft.Fail = func(call string) error {
			if call == "Subscription" {
				return errs.New(errs.NotFound, "not_found", "Microsoft does not know it.")
			}
			return nil
		}
		before := s.kept(t)
		reconcile(t, s.World)
		if diff := cmp.Diff(before, s.kept(t)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"Microsoft does not list a subscription"}, s.Alerts.Take()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("one that can't be understood", func(t *testing.T) {
		s := newShop(t)
		other := s.Buy(t, s.SignUp(t), "timetracker", "team", 10)
		odd := slices.MinFunc([]ids.Subscription{s.id, other}, ids.Subscription.Compare) // which is listed first
		for _, id := range []ids.Subscription{s.id, other} {
			s.Microsoft.Suspend(id)
		}
		listed := 0
		s.Microsoft.Fail = func(call string) error {
			if call == "Subscriptions" {
				if listed++; listed == 1 {
					return fmt.Errorf("%w: planId is missing", marketplace.ErrUnreadable)
				}
			}
			return nil
		}
		asked := s.Microsoft.Calls("Subscription")
		reconcile(t, s.World)
		for _, id := range []ids.Subscription{s.id, other} {
			want := marketplace.Suspended
			if id == odd {
				want = marketplace.Subscribed
			}
			if got := kept(t, s.World, id).Status; got != want {
				t.Errorf("%s is %s, want %s", id, got, want)
			}
		}
		if diff := cmp.Diff([]string{"a subscription of Microsoft's list can't be understood"}, s.Alerts.Take()); diff != "" {
			t.Error(diff)
		}
		if s.Microsoft.Calls("Subscription") != asked {
			t.Error("what is listed was asked for as if it were not")
		}
	})
	t.Run("one that has lost its plan with its end", func(t *testing.T) {
		s := newShop(t)
		before := s.kept(t)
		s.Microsoft.Unsubscribe(s.id)
		s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) {
			*f = marketplace.Fetched{ID: f.ID, Status: f.Status, Term: marketplace.Term{Unit: f.Term.Unit}}
		})
		reconcile(t, s.World)
		after := s.kept(t)
		type terms struct {
			Offer, Plan, Beneficiary, Purchaser string
			Quantity                            int
			Term                                marketplace.Term
		}
		of := func(s marketplace.Subscription) terms {
			return terms{s.OfferID, s.PlanID, s.BeneficiaryDirectory.String(), s.PurchaserDirectory.String(), s.Quantity, s.Term}
		}
		if diff := cmp.Diff(of(before), of(after)); diff != "" || after.Status != marketplace.Cancelled {
			t.Errorf("it is %s, and no longer what it was: %s", after.Status, diff)
		}
		if got := s.Again(t, s.ada).Tenant; got.Status != tenant.Cancelled || len(s.Alerts.Take()) != 0 {
			t.Errorf("the tenant is %s", got.Status)
		}
	})
	t.Run("a list that ends in the middle", func(t *testing.T) {
		s := newShop(t)
		bought := []ids.Subscription{s.id}
		for range 4 {
			bought = append(bought, s.Buy(t, s.SignUp(t), "timetracker", "team", 10))
		}
		for _, id := range bought {
			s.Microsoft.Suspend(id)
		}
		asked := s.Microsoft.Calls("Subscription")
		left := 3
		s.Microsoft.Fail = func(call string) error {
			if call != "Subscriptions" {
				return nil
			}
			if left--; left < 0 {
				return domaintest.Down(nil)
			}
			return nil
		}
		if err := s.Marketplace.Reconcile(t.Context()); !errs.Is(err, errs.Unavailable) {
			t.Errorf("got %v", err)
		}
		suspended := func() (n int) {
			for _, id := range bought {
				if kept(t, s.World, id).Status == marketplace.Suspended {
					n++
				}
			}
			return n
		}
		if got := suspended(); got != 3 || s.Microsoft.Calls("Subscription") != asked {
			t.Errorf("%d were reconciled; those that were not listed were asked for %d times", got, s.Microsoft.Calls("Subscription")-asked)
		}
		s.Microsoft.Fail = nil
		reconcile(t, s.World)
		if got := suspended(); got != 5 || s.Microsoft.Calls("Subscription") != asked {
			t.Errorf("%d were reconciled; those that were listed were asked for %d times", got, s.Microsoft.Calls("Subscription")-asked)
		}
	})
}

// TestReconcileThatIsStopped shows that a job that runs out of time says nothing about what it has not looked at.
func TestReconcileThatIsStopped(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.Microsoft.Unlist(s.id)
	ctx, stop := context.WithCancel(t.Context())
	s.Microsoft.Fail = func(call string) error {
		if call == "Subscription" {
			stop()
			return domaintest.Down(nil)
		}
		return nil
	}
	if err := s.Marketplace.Reconcile(ctx); err == nil {
		t.Error("it says that all were compared")
	}
	if got := s.Alerts.Take(); len(got) != 0 {
		t.Errorf("operators were told %v", got)
	}
}

// TestReconcileWithACutList shows that nothing is treated as gone because a list has no end.
func TestReconcileWithACutList(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	bought := []ids.Subscription{s.id}
	for range 4 {
		bought = append(bought, s.Buy(t, s.SignUp(t), "timetracker", "team", 10))
	}
	for _, id := range bought {
		s.Microsoft.Suspend(id) // and no webhook arrives
	}
	left := 2
	s.Microsoft.Fail = func(call string) error {
		if call == "Subscriptions" {
			if left--; left < 0 {
				return errs.Wrap(marketplace.ErrListCut, errs.Unavailable, "marketplace_unavailable", "")
			}
		}
		return nil
	}
	if err := s.Marketplace.Reconcile(t.Context()); err != nil {
		t.Errorf("the job runs again at once: %v", err)
	}
	for _, id := range bought {
		if got := kept(t, s.World, id); got.Status != marketplace.Suspended {
			t.Errorf("%s was not looked at: %s", id, got.Status)
		}
	}
	const cut = "Microsoft's list of subscriptions can't be read to its end"
	if diff := cmp.Diff([]string{cut}, s.Alerts.Take()); diff != "" {
		t.Error(diff)
	}

	// An outage says nothing about what the list has not shown, but Microsoft's word does.
	var answer error
	s.Microsoft.Fail = func(call string) error {
		switch call {
		case "Subscriptions":
			return errs.Wrap(marketplace.ErrListCut, errs.Unavailable, "marketplace_unavailable", "")
		case "Subscription":
			return answer
		default:
			return nil
		}
	}
	answer = domaintest.Down(nil)
	if err := s.Marketplace.Reconcile(t.Context()); !errs.Is(err, errs.Unavailable) {
		t.Errorf("during an outage: %v", err)
	}
	if diff := cmp.Diff([]string{cut}, s.Alerts.Take()); diff != "" {
		t.Error(diff)
	}
	answer = errs.New(errs.NotFound, "subscription_unknown", "The Marketplace doesn't know this subscription.")
	reconcile(t, s.World)
	if got := s.Alerts.Take(); len(got) != 1+len(bought) || got[1] != "Microsoft does not list a subscription" {
		t.Errorf("operators were told %v", got)
	}
}

// TestReconcileWithARepeatingList shows that operators are told once of a subscription that the list shows on many pages.
func TestReconcileWithARepeatingList(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prepare func(s shop, second ids.Subscription)
		told    string
	}{
		"one that nobody can get": {func(shop, ids.Subscription) {}, "a subscription in force can't be given to its directory's tenant"},
		"one with an unknown status": {func(s shop, second ids.Subscription) {
			s.Microsoft.Edit(second, func(f *marketplace.Fetched) { f.Status = "" })
		}, "a subscription has a status that we do not know"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			second := s.Microsoft.Buy(domaintest.Buyer(s.ada), "timetracker", "team", 10)
			s.Microsoft.Subscribe(second)
			test.prepare(s, second)
			s.Microsoft.ListedAgain = 3
			reconcile(t, s.World)
			if diff := cmp.Diff([]string{test.told}, s.Alerts.Take()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAcknowledge(t *testing.T) {
	t.Parallel()
	failing := func(err error) func(string) error {
		return func(call string) error {
			if call == "Acknowledge" {
				return err
			}
			return nil
		}
	}
	t.Run("is tried again, less and less often, and given up in the end", func(t *testing.T) {
		s := newShop(t)
		s.receive(t, s.Microsoft.ChangeQuantity(s.id, 12))
		s.Microsoft.Fail = failing(domaintest.Down(context.DeadlineExceeded))
		first, last := s.Clock.Now(), 0
		began := first
		for s.Clock.Now().Before(began.Add(48 * time.Hour)) {
			_, _ = s.Marketplace.Acknowledge(t.Context(), 10)
			s.Clock.Add(5 * time.Second)
			if calls := s.Microsoft.Calls("Acknowledge"); calls > last {
				last = calls
				began = s.Clock.Now()
			}
			if s.Clock.Now().Sub(began) > 7*time.Hour {
				break
			}
			s.Clock.Add(55 * time.Second)
		}
		if last < 10 || last > 20 {
			t.Errorf("it was tried %d times", last)
		}
		if tried := began.Sub(first); tried < 8*time.Hour {
			t.Errorf("it was given up after %s, while Microsoft waits for 8 h", tried)
		}
		if diff := cmp.Diff([]string{"an accepted change can't be acknowledged"}, s.Alerts.Take()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("comes through once Microsoft answers", func(t *testing.T) {
		s := newShop(t)
		n := s.Microsoft.ChangeQuantity(s.id, 12)
		s.receive(t, n)
		s.Microsoft.Fail = failing(domaintest.Down(context.DeadlineExceeded))
		s.Clock.Add(marketplace.AcknowledgePause)
		if due, err := s.Marketplace.Acknowledge(t.Context(), 10); due != 1 || !errs.Is(err, errs.Unavailable) {
			t.Errorf("%d: %v", due, err)
		}
		if due, err := s.Marketplace.Acknowledge(t.Context(), 10); due != 0 || err != nil {
			t.Errorf("tried again at once: %d, %v", due, err)
		}
		s.Microsoft.Fail = nil
		s.Clock.Add(5 * time.Second)
		for range 2 {
			s.acknowledge(t)
		}
		if got := s.Microsoft.Truth(s.id).Quantity; got != 12 || s.Microsoft.Calls("Acknowledge") != 2 {
			t.Errorf("%d seats after %d calls", got, s.Microsoft.Calls("Acknowledge"))
		}
	})
	t.Run("an answer that was lost", func(t *testing.T) {
		s := newShop(t)
		s.receive(t, s.Microsoft.ChangeQuantity(s.id, 12))
		s.Microsoft.Lose = failing(domaintest.Down(context.DeadlineExceeded))
		_, _ = s.Marketplace.Acknowledge(t.Context(), 10)
		s.Microsoft.Lose = nil
		s.Clock.Add(time.Minute)
		s.acknowledge(t)
		if got := s.kept(t).Quantity; got != 12 || len(s.Alerts.Take()) != 0 {
			t.Errorf("%d seats", got)
		}
	})
	for name, refusal := range map[string]error{
		"409": errs.New(errs.Conflict, "operation_ended", "A newer update is fulfilled."),
		"404": errs.New(errs.NotFound, "not_found", "Microsoft does not know it."),
		"400": errs.New(errs.Malformed, "operation_refused", "Microsoft does not understand it."),
	} {
		t.Run("Microsoft goes on without it: "+name, func(t *testing.T) {
			s := newShop(t)
			n := s.Microsoft.ChangeQuantity(s.id, 12)
			s.receive(t, n)
			s.Microsoft.Fail = failing(refusal)
			s.Microsoft.End(n, marketplace.Conflicted)
			asked := s.Microsoft.Calls("Subscription")
			for range 2 {
				s.acknowledge(t)
				s.Clock.Add(time.Second)
			}
			if got := s.Microsoft.Calls("Acknowledge"); got != 1 || s.Microsoft.Calls("Subscription") == asked {
				t.Errorf("%d acknowledgements, read again %d times", got, s.Microsoft.Calls("Subscription")-asked)
			}
			if diff := cmp.Diff([]string{"an accepted change can't be acknowledged"}, s.Alerts.Take()); diff != "" {
				t.Error(diff)
			}
			// What Microsoft shows counts at once, since it has dropped the change.
			if got := s.kept(t).Quantity; got != 10 || s.Again(t, s.ada).Tenant.PaidSeats != 10 {
				t.Errorf("%d seats", got)
			}
		})
	}
}

// TestFlush shows that usage is reported before what it belongs to ends, and only then.
func TestFlush(t *testing.T) {
	w := domaintest.New(t)
	var flushed []string
	failing := false
	service := marketplace.NewService(marketplace.Config{
		Store: w.Store, Fulfillment: w.Microsoft, Tenants: w.Tenants, Now: w.Clock.Now, Alert: w.Alerts.Add,
		Flush: func(_ context.Context, s marketplace.Subscription) error {
			flushed = append(flushed, string(s.Status)+" "+s.PlanID)
			if failing {
				return domaintest.Down(nil)
			}
			return nil
		},
	})
	ada := w.SignUp(t)
	id := w.Buy(t, ada, "timetracker-active", "active", 0)
	receive := func(n marketplace.Notification) {
		t.Helper()
		if err := service.Receive(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	check := func(what string, want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, flushed); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
		flushed = nil
		w.Clock.Add(time.Hour)
	}
	receive(w.Microsoft.Tell(id, marketplace.Renew))
	check("nothing has changed")
	if err := service.Receive(t.Context(), w.Microsoft.ChangePlan(id, "active-minus")); errs.CodeOf(err) != "plan_unknown" {
		t.Fatal(err)
	}
	check("another plan that is refused")
	change := w.Microsoft.ChangePlan(id, "active-plus")
	receive(change)
	w.Clock.Add(time.Minute)
	if _, err := service.Follow(t.Context(), 10); err != nil { // Microsoft does not show it yet
		t.Fatal(err)
	}
	check("another plan", "subscribed active")
	receive(change)
	check("the same once more")
	if _, err := service.Acknowledge(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(31 * 24 * time.Hour)
	receive(w.Microsoft.Renew(id))
	check("another term", "subscribed active-plus")
	receive(w.Microsoft.Suspend(id))
	check("suspended", "subscribed active-plus")
	receive(w.Microsoft.Reinstate(id))
	if _, err := service.Acknowledge(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	check("reinstated")
	failing = true
	w.Microsoft.Unsubscribe(id) // and the webhook is lost
	if err := service.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	check("cancelled", "subscribed active-plus")
	if got := kept(t, w, id).Status; got != marketplace.Cancelled {
		t.Errorf("it is %s", got)
	}
	if diff := cmp.Diff([]string{"usage was not reported before a change"}, w.Alerts.Take()); diff != "" {
		t.Error(diff)
	}

	prepaid := w.Buy(t, w.SignUp(t), "timetracker", "team", 10)
	receive(w.Microsoft.Suspend(prepaid))
	check("no metered plan")
}
