package marketplace_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
)

// TestConverges changes a subscription at random, while its events come late, in any order, several times or never.
// Microsoft's API and the acknowledgements fail sometimes. In the end the product has what Microsoft shows, and a
// tenant's plan follows it.
func TestConverges(t *testing.T) {
	t.Parallel()
	const lives, changes = 12, 14
	s := newShop(t)
	random := rand.New(rand.NewPCG(4, 2026))
	for life := range lives {
		ada := s.SignUp(t)
		id := s.Buy(t, ada, "timetracker", "team", 10)
		var waiting []marketplace.Notification
		s.Microsoft.Fail = func(string) error {
			if random.IntN(8) == 0 {
				return domaintest.Down(nil)
			}
			return nil
		}
		deliver := func() {
			if len(waiting) == 0 {
				return
			}
			// It is any of those that wait, which often stays for another time.
			i := random.IntN(len(waiting))
			n := waiting[i]
			if random.IntN(3) > 0 {
				waiting = append(waiting[:i], waiting[i+1:]...)
			}
			switch err := s.Marketplace.Receive(t.Context(), n); {
			case errs.Is(err, errs.RuleBroken):
				s.Microsoft.EditOperation(n, func(op *marketplace.Operation) {
					if op.Status == marketplace.InProgress {
						op.Status = marketplace.Failed
					}
				})
			case err != nil && !errs.Is(err, errs.Unavailable):
				t.Fatalf("life %d: %s: %v", life, n.Action, err)
			case err != nil:
				waiting = append(waiting, n)
			}
		}
		var asked []marketplace.Notification
		for range changes {
			s.Clock.Add(time.Duration(random.IntN(300)) * time.Second)
			truth := s.Microsoft.Truth(id)
			var n marketplace.Notification
			switch choice := random.IntN(12); {
			case truth.Status == marketplace.Cancelled:
				n = s.Microsoft.Tell(id, marketplace.Renew)
			case choice < 3 && truth.Status == marketplace.Subscribed:
				n = s.Microsoft.ChangeQuantity(id, 1+random.IntN(50))
				asked = append(asked, n)
			case choice < 5 && truth.Status == marketplace.Subscribed:
				n = s.Microsoft.ChangePlan(id, []string{"team", "business", "team-preview"}[random.IntN(3)])
				asked = append(asked, n)
			case choice < 8 && truth.Status == marketplace.Subscribed:
				n = s.Microsoft.Suspend(id)
			case choice < 10 && truth.Status == marketplace.Suspended:
				n = s.Microsoft.Reinstate(id)
				asked = append(asked, n)
			case choice < 11:
				n = s.Microsoft.Tell(id, marketplace.Renew)
			default:
				n = s.Microsoft.Unsubscribe(id)
			}
			if random.IntN(6) > 0 { // otherwise it is lost
				waiting = append(waiting, n)
			}
			for range random.IntN(4) {
				deliver()
			}
			if random.IntN(2) == 0 {
				_, _ = s.Marketplace.Acknowledge(t.Context(), 100)
				_, _ = s.Marketplace.Follow(t.Context(), 100)
			}
		}
		for range 40 {
			deliver()
		}
		// Microsoft ends what nobody has answered, until nothing waits any more.
		s.Microsoft.Fail = nil
		for _, n := range asked {
			s.Microsoft.EditOperation(n, func(op *marketplace.Operation) {
				if op.Status == marketplace.InProgress {
					op.Status = marketplace.Conflicted
				}
			})
		}
		for range 15 {
			s.Clock.Add(time.Hour)
			s.acknowledge(t)
			s.Follow(t)
		}
		if err := s.Marketplace.Reconcile(t.Context()); err != nil {
			t.Fatal(err)
		}
		truth, now := s.Microsoft.Truth(id), kept(t, s.World, id)
		if now.Status != truth.Status || now.PlanID != truth.PlanID || now.Quantity != truth.Quantity {
			t.Errorf("life %d: %s, %d of %s, where Microsoft has %s, %d of %s", life, now.Status, now.Quantity, now.PlanID,
				truth.Status, truth.Quantity, truth.PlanID)
		}
		m, _, err := s.Store.Member(t.Context(), ada.Tenant.DirectoryID, ids.Object{})
		if err != nil {
			t.Fatal(err)
		}
		if m.Tenant.Status != statusOf[truth.Status] {
			t.Errorf("life %d: the tenant is %s, its subscription %s", life, m.Tenant.Status, truth.Status)
		}
		if truth.Status != marketplace.Cancelled && m.Tenant.PaidSeats != truth.Quantity {
			t.Errorf("life %d: the tenant has %d seats, its subscription %d", life, m.Tenant.PaidSeats, truth.Quantity)
		}
		terms, _, err := s.Store.CurrentTerms(t.Context(), ada.Tenant.ID)
		if err != nil {
			t.Fatal(err)
		}
		if tenant.Status(terms.Status) != m.Tenant.Status || terms.Kind != plan.Paid || terms.Seats != m.Tenant.PaidSeats {
			t.Errorf("life %d: the terms %+v are not the tenant's", life, terms)
		}
	}
}

// TestAnyOrder sends the events of one subscription in random orders, some of them again. Every order has the same end.
func TestAnyOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	random := rand.New(rand.NewPCG(9, 2026))
	var want marketplace.Subscription
	for order := range 10 {
		ada := s.SignUp(t)
		id := s.Buy(t, ada, "timetracker", "team", 10)
		tell := func(n marketplace.Notification) marketplace.Notification {
			s.Clock.Add(time.Second)
			return n
		}
		more := tell(s.Microsoft.ChangeQuantity(id, 20))
		s.Microsoft.Silence(more)
		suspend := tell(s.Microsoft.Suspend(id))
		reinstate := tell(s.Microsoft.Reinstate(id))
		s.Microsoft.Silence(reinstate)
		upgrade := tell(s.Microsoft.ChangePlan(id, "business"))
		s.Microsoft.Silence(upgrade)
		events := []marketplace.Notification{more, suspend, reinstate, upgrade, tell(s.Microsoft.Renew(id))}
		events = append(events, events...)
		random.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		for _, n := range events {
			s.receive(t, n)
		}
		got := kept(t, s.World, id)
		if order == 0 {
			want = got
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(marketplace.Subscription{}, "ID", "TenantID", "Revision",
			"BeneficiaryDirectory", "PurchaserDirectory", "Sync.ActivatedAt", "CreatedAt", "Sync.AwaitedAt", "Sync.CheckAt")); diff != "" {
			t.Errorf("order %d: %s", order, diff)
		}
		if got.Quantity != 20 || got.PlanID != "business" || got.Status != marketplace.Subscribed {
			t.Errorf("order %d ends %s with %d of %s", order, got.Status, got.Quantity, got.PlanID)
		}
	}
}
