package marketplace_test

import (
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

// meanwhile makes something happen once, while the answer to a call is on its way.
func meanwhile(m *domaintest.Microsoft, call string, happens func()) {
	m.Lose = func(called string) error {
		if called == call && happens != nil {
			now := happens
			happens = nil
			now()
		}
		return nil
	}
}

// TestOlderAnswer shows that an answer of Microsoft's from before an event does not undo the event, whoever has asked.
func TestOlderAnswer(t *testing.T) {
	t.Parallel()
	lookers := map[string]struct {
		call string
		look func(t *testing.T, s shop)
	}{
		"a webhook that tells": {"Subscription", func(t *testing.T, s shop) { s.receive(t, s.Microsoft.Tell(s.id, marketplace.Renew)) }},
		"a webhook that asks": {"Subscription", func(t *testing.T, s shop) {
			n := s.Microsoft.ChangeQuantity(s.id, 12)
			s.receive(t, n)
			s.acknowledge(t)
		}},
		"following":     {"Subscription", func(t *testing.T, s shop) { s.Follow(t) }},
		"the reconcile": {"Subscriptions", func(t *testing.T, s shop) { reconcile(t, s.World) }},
	}
	events := map[string]struct {
		before, happens func(s shop) marketplace.Notification
		want            marketplace.Status
	}{
		"suspended": {happens: func(s shop) marketplace.Notification { return s.Microsoft.Suspend(s.id) }, want: marketplace.Suspended},
		"cancelled": {happens: func(s shop) marketplace.Notification { return s.Microsoft.Unsubscribe(s.id) }, want: marketplace.Cancelled},
		"reinstated": {
			before: func(s shop) marketplace.Notification { return s.Microsoft.Suspend(s.id) },
			happens: func(s shop) marketplace.Notification {
				n := s.Microsoft.Reinstate(s.id)
				s.Microsoft.Silence(n)
				return n
			},
			want: marketplace.Subscribed,
		},
	}
	for name, looker := range lookers {
		for what, event := range events {
			t.Run(name+", "+what, func(t *testing.T) {
				s := newShop(t)
				if event.before != nil {
					s.receive(t, event.before(s))
				}
				s.Clock.Add(time.Minute) // so that there is something to follow
				meanwhile(s.Microsoft, looker.call, func() { s.receive(t, event.happens(s)) })
				looker.look(t, s)
				if got := s.kept(t).Status; got != event.want || s.Microsoft.Truth(s.id).Status != event.want {
					t.Errorf("it is %s, and %s at Microsoft's", got, s.Microsoft.Truth(s.id).Status)
				}
				if got := s.Again(t, s.ada).Tenant.Status; got != statusOf[event.want] {
					t.Errorf("the tenant is %s", got)
				}
			})
		}
	}
}

// TestOlderLanding shows that the landing page's subscription may be older than the stored one.
func TestOlderLanding(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		happens func(*domaintest.Microsoft, ids.Subscription) marketplace.Notification
		code    string
	}{
		"suspended": {(*domaintest.Microsoft).Suspend, "subscription_suspended"},
		"cancelled": {(*domaintest.Microsoft).Unsubscribe, ""},
	} {
		for _, call := range []string{"Resolve", "Subscription"} {
			t.Run(name+" after "+call, func(t *testing.T) {
				w := domaintest.New(t)
				ada := w.SignUp(t)
				id := w.Microsoft.Buy(domaintest.Buyer(ada), "timetracker", "team", 10)
				w.Microsoft.Edit(id, func(f *marketplace.Fetched) {
					// Ada's organization has bought it for another one, so it does not get it by itself.
					f.Status, f.Beneficiary.DirectoryID = marketplace.Subscribed, ids.New[ids.Directory]()
				})
				reconcile(t, w)
				meanwhile(w.Microsoft, call, func() {
					if err := w.Marketplace.Receive(t.Context(), test.happens(w.Microsoft, id)); err != nil {
						t.Fatal(err)
					}
				})
				if _, err := take(t, w, domaintest.AsPerson(ada), id); errs.CodeOf(err) != test.code {
					t.Errorf("taken: %v", err)
				}
				if got := w.Again(t, ada).Tenant; got.Status != tenant.Active || got.Plan != plan.Trial || kept(t, w, id).Bound() {
					t.Errorf("the tenant is %s, on plan %s", got.Status, got.Plan)
				}
			})
		}
	}
}

// TestActivatedOnce shows that a change during the request for an activation does not repeat the request.
func TestActivatedOnce(t *testing.T) {
	t.Parallel()
	w := domaintest.New(t)
	ada := w.SignUp(t)
	id := w.Microsoft.Buy(domaintest.Buyer(ada), "timetracker", "team", 10)
	meanwhile(w.Microsoft, "Activate", func() {
		w.Exec(t, `UPDATE subscriptions SET revision = revision + 1 WHERE id = ?`, id)
	})
	l, err := take(t, w, domaintest.AsPerson(ada), id)
	if err != nil || l.Step != marketplace.StepActivating || w.Microsoft.Calls("Activate") != 1 {
		t.Errorf("taken as %s, activated %d times: %v", l.Step, w.Microsoft.Calls("Activate"), err)
	}
}

// TestMovesAllTheTime shows that a subscription that changes at each call is not called for without end.
func TestMovesAllTheTime(t *testing.T) {
	s := newShop(t)
	moves := func(called string) error {
		if called == "Subscription" {
			s.Exec(t, `UPDATE subscriptions SET revision = revision + 1 WHERE id = ?`, s.id)
		}
		return nil
	}
	s.Microsoft.Lose = moves
	n := s.Microsoft.ChangeQuantity(s.id, 12)
	asked := s.Microsoft.Calls("Subscription")
	if err := s.Marketplace.Receive(t.Context(), n); !errs.Is(err, errs.Unavailable) || errs.CodeOf(err) != "subscription_in_work" {
		t.Errorf("got %v", err)
	}
	if got := s.Microsoft.Calls("Subscription") - asked; got > 5 {
		t.Errorf("it was asked for %d times", got)
	}
	s.Microsoft.Lose = nil
	s.receive(t, n)
	if diff := cmp.Diff(12, s.kept(t).Quantity); diff != "" {
		t.Error(diff)
	}
}
