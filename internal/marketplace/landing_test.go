package marketplace_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
)

func signUp() tenant.SignUpRequest {
	return tenant.SignUpRequest{
		Name: "Contoso", Slug: "contoso-" + uuid.NewString(), AzureDevOpsOrganization: "contoso",
		AdminEmail: "ada@contoso.example", TimeZone: "Europe/Berlin",
	}
}

func partyOf(p tenant.Person) marketplace.Party {
	return marketplace.Party{DirectoryID: p.DirectoryID, ObjectID: p.ObjectID, Email: p.Email}
}

func take(t *testing.T, w *domaintest.World, p tenant.Person, id ids.Subscription) (marketplace.Landing, error) {
	t.Helper()
	return w.Marketplace.Take(t.Context(), p, marketplace.TakeRequest{Token: domaintest.Token(id), SignUp: signUp()})
}

func resolve(t *testing.T, w *domaintest.World, p tenant.Person, id ids.Subscription) (marketplace.Landing, error) {
	t.Helper()
	return w.Marketplace.Resolve(t.Context(), p, domaintest.Token(id))
}

// TestLandNew follows a new organization from the landing page to its plan.
func TestLandNew(t *testing.T) {
	w := domaintest.New(t)
	ada := domaintest.Person(ids.New[ids.Directory](), "Ada")
	id := w.Microsoft.Buy(partyOf(ada), "timetracker", "team", 10)
	l, err := resolve(t, w, ada, id)
	if err != nil || l.Step != marketplace.StepSignUp || l.Plan.Name != "Team" || l.ForAnother || l.Obstacle != nil {
		t.Fatalf("resolved as %+v: %v", l, err)
	}
	if _, ok, err := w.Store.Subscription(t.Context(), id); ok || err != nil {
		t.Errorf("resolving has kept something (%v)", err)
	}
	_, err = w.Marketplace.Take(t.Context(), ada, marketplace.TakeRequest{Token: domaintest.Token(id)})
	if errs.CodeOf(err) != "sign_up_missing" {
		t.Errorf("taken without signing up: %v", err)
	}
	l, err = take(t, w, ada, id)
	if err != nil || l.Step != marketplace.StepActivating || l.Tenant.Plan != plan.Trial {
		t.Fatalf("taken as %+v: %v", l, err)
	}
	// "Manage account", and taking it again, activate nothing a second time.
	for range 2 {
		if l, err = take(t, w, ada, id); err != nil || l.Step != marketplace.StepActivating {
			t.Fatalf("taken again as %+v: %v", l, err)
		}
		w.Follow(t)
	}
	w.Microsoft.Finish(id)
	w.Follow(t)
	for range 2 {
		if l, err = take(t, w, ada, id); err != nil || l.Step != marketplace.StepNone || l.Tenant.Plan != plan.Paid {
			t.Fatalf("landed with a known one as %+v: %v", l, err)
		}
	}
	if got := w.Microsoft.Calls("Activate"); got != 1 {
		t.Errorf("it was activated %d times", got)
	}
	m, err := w.Tenants.SignIn(t.Context(), ada)
	if err != nil || m.User.Role != tenant.RoleSuperAdmin || m.Tenant.PaidSeats != 10 {
		t.Errorf("the buyer is %s of a tenant with %d seats: %v", m.User.Role, m.Tenant.PaidSeats, err)
	}
	if diff := cmp.Diff([]marketplace.Action{marketplace.Bind, marketplace.Activate}, lifecycle(t, w, m)); diff != "" {
		t.Error(diff)
	}
}

func TestLandRefuses(t *testing.T) {
	t.Parallel()
	type scene struct {
		*domaintest.World
		ada tenant.Member
		id  ids.Subscription
	}
	for name, test := range map[string]struct {
		person func(t *testing.T, s scene) tenant.Person // nil: Ada, who has bought it
		given  func(t *testing.T, s scene)
		code   string // an error
		// Without an error, what is next, and what prevents it.
		step     marketplace.Step
		obstacle string
		another  bool
	}{
		"upgrade":           {step: marketplace.StepUpgrade},
		"another directory": {person: func(t *testing.T, s scene) tenant.Person { return domaintest.AsPerson(s.SignUp(t)) }, code: "not_the_buyer"},
		"a guest": {person: func(_ *testing.T, s scene) tenant.Person {
			p := domaintest.AsPerson(s.ada)
			p.External = true
			return p
		}, code: "not_the_buyer"},
		"the partner who has sold it": {person: func(t *testing.T, s scene) tenant.Person {
			partner := s.SignUp(t)
			s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { f.Purchaser = domaintest.Buyer(partner) })
			return domaintest.AsPerson(partner)
		}, step: marketplace.StepUpgrade, another: true},
		"a colleague": {
			person:   func(t *testing.T, s scene) tenant.Person { return domaintest.AsPerson(s.Join(t, s.ada, "Grace")) },
			obstacle: "role_required",
		},
		"a colleague who has not joined": {
			person:   func(_ *testing.T, s scene) tenant.Person { return domaintest.Person(s.ada.Tenant.DirectoryID, "Grace") },
			obstacle: "role_required",
		},
		"a colleague for whom it was bought": {person: func(t *testing.T, s scene) tenant.Person {
			grace := s.Join(t, s.ada, "Grace")
			s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { f.Beneficiary = domaintest.Buyer(grace) })
			return domaintest.AsPerson(grace)
		}, step: marketplace.StepUpgrade},
		"a super_admin who has not bought it": {given: func(t *testing.T, s scene) {
			grace := s.Join(t, s.ada, "Grace")
			s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) {
				f.Beneficiary, f.Purchaser = domaintest.Buyer(grace), domaintest.Buyer(grace)
			})
		}, step: marketplace.StepUpgrade},
		"a super_admin who was deactivated": {given: func(t *testing.T, s scene) {
			grace := s.Join(t, s.ada, "Grace")
			s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) {
				f.Beneficiary, f.Purchaser = domaintest.Buyer(grace), domaintest.Buyer(grace)
			})
			s.Exec(t, "UPDATE users SET status = 'deactivated' WHERE id = ?", s.ada.User.ID)
		}, obstacle: "role_required"},
		"as many seats as people": {given: func(t *testing.T, s scene) {
			s.Join(t, s.ada, "Grace")
			s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { f.Quantity = 2 })
		}, step: marketplace.StepUpgrade},
		"an unknown plan": {given: func(_ *testing.T, s scene) {
			s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { f.PlanID = "team-preview" })
		}, obstacle: "plan_unknown"},
		"our own organization": {given: func(t *testing.T, s scene) {
			internal := plan.Internal
			if _, err := s.Tenants.ChangePlan(t.Context(), "Operator", s.ada.Tenant.Slug, tenant.PlanPatch{Plan: &internal}); err != nil {
				t.Fatal(err)
			}
		}, obstacle: "tenant_internal"},
		"another subscription": {given: func(t *testing.T, s scene) {
			s.Buy(t, s.ada, "timetracker", "team", 5)
		}, obstacle: "subscription_exists"},
		"another subscription that was cancelled": {given: func(t *testing.T, s scene) {
			old := s.Buy(t, s.ada, "timetracker", "team", 5)
			if err := s.Marketplace.Receive(t.Context(), s.Microsoft.Unsubscribe(old)); err != nil {
				t.Fatal(err)
			}
		}, step: marketplace.StepUpgrade},
		"fewer seats than people": {given: func(t *testing.T, s scene) {
			s.Join(t, s.ada, "Grace")
			s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { f.Quantity = 1 })
		}, obstacle: "seats_in_use"},
		"suspended before anybody has landed": {given: func(_ *testing.T, s scene) { s.Microsoft.Suspend(s.id) }, obstacle: "subscription_suspended"},
		"suspended, and the organization is new": {
			person: func(_ *testing.T, s scene) tenant.Person {
				p := domaintest.Person(ids.New[ids.Directory](), "Grace")
				s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { f.Beneficiary, f.Purchaser = partyOf(p), partyOf(p) })
				return p
			},
			given:    func(_ *testing.T, s scene) { s.Microsoft.Suspend(s.id) },
			obstacle: "subscription_suspended",
		},
		"cancelled already": {given: func(_ *testing.T, s scene) { s.Microsoft.Unsubscribe(s.id) }, step: marketplace.StepNone},
		"a status that we do not know": {given: func(_ *testing.T, s scene) {
			s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { f.Status = "" })
		}, step: marketplace.StepNone},
		"bound to another organization": {given: func(t *testing.T, s scene) {
			partner := s.SignUp(t)
			s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { f.Purchaser = domaintest.Buyer(partner) })
			if _, err := take(t, s.World, domaintest.AsPerson(partner), s.id); err != nil {
				t.Fatal(err)
			}
		}, code: "bound_elsewhere"},
	} {
		t.Run(name, func(t *testing.T) {
			w := domaintest.New(t)
			s := scene{World: w, ada: w.SignUp(t)}
			s.id = w.Microsoft.Buy(domaintest.Buyer(s.ada), "timetracker", "team", 10)
			p := domaintest.AsPerson(s.ada)
			if test.person != nil {
				p = test.person(t, s)
			}
			if test.given != nil {
				test.given(t, s)
			}
			activated := w.Microsoft.Calls("Activate")
			l, err := resolve(t, w, p, s.id)
			if errs.CodeOf(err) != test.code {
				t.Fatalf("resolving gave %v", err)
			}
			_, taking := take(t, w, p, s.id)
			got := kept(t, w, s.id)
			if test.code != "" {
				if errs.CodeOf(taking) != test.code {
					t.Errorf("taking gave %v", taking)
				}
				return
			}
			obstacle := ""
			if l.Obstacle != nil {
				obstacle = l.Obstacle.Code
			}
			step := test.step
			if test.obstacle != "" {
				step = marketplace.StepNone
			}
			if l.Step != step || obstacle != test.obstacle || l.ForAnother != test.another {
				t.Errorf("landed as %s, %q, for another: %t", l.Step, obstacle, l.ForAnother)
			}
			if errs.CodeOf(taking) != test.obstacle {
				t.Errorf("taking gave %v", taking)
			}
			upgraded := step == marketplace.StepUpgrade
			if got.Bound() != upgraded || (w.Microsoft.Calls("Activate") > activated) != upgraded {
				t.Errorf("bound: %t, activated: %d", got.Bound(), w.Microsoft.Calls("Activate")-activated)
			}
		})
	}
}

// The subscription of a removed organization stays its own and cancelled. Whoever comes with it is told why, and nothing fails.
func TestTheSubscriptionOfARemovedOrganization(t *testing.T) {
	for name, signedUpAnew := range map[string]bool{"its directory is new again": false, "its directory has signed up anew": true} {
		t.Run(name, func(t *testing.T) {
			w := domaintest.New(t)
			ada := w.SignUp(t)
			id, old := w.Buy(t, ada, "timetracker", "team", 5), ada.Tenant.ID
			cancelled := w.Microsoft.Unsubscribe(id)
			if err := w.Marketplace.Receive(t.Context(), cancelled); err != nil {
				t.Fatal(err)
			}
			if err := w.Store.Tx(t.Context(), old, func(ctx context.Context) error {
				return w.Store.ReleaseTenant(ctx, old, ids.New[ids.Directory](), "removed-1")
			}); err != nil {
				t.Fatal(err)
			}
			person := domaintest.AsPerson(ada)
			if signedUpAnew {
				if _, err := w.Tenants.SignUp(t.Context(), person, signUp()); err != nil {
					t.Fatal(err)
				}
			}
			for what, status := range map[string]marketplace.Status{"as it is": marketplace.Cancelled, "as if in force": marketplace.Subscribed} {
				w.Microsoft.Edit(id, func(f *marketplace.Fetched) { f.Status = status })
				if _, err := take(t, w, person, id); errs.CodeOf(err) != "bound_elsewhere" || !strings.Contains(err.Error(), "removed") {
					t.Errorf("%s: taking gave %v", what, err)
				}
				again := cancelled
				again.OperationID = ids.New[ids.Operation]()
				if err := w.Marketplace.Receive(t.Context(), again); err != nil {
					t.Errorf("%s: the webhook gave %v", what, err)
				}
				if err := w.Marketplace.Reconcile(t.Context()); err != nil {
					t.Errorf("%s: reconciling gave %v", what, err)
				}
				if got := kept(t, w, id); got.TenantID != old || got.Status != marketplace.Cancelled {
					t.Errorf("%s: it is %s of %s", what, got.Status, got.TenantID)
				}
			}
		})
	}
}

// TestLandingTexts shows that people who can't take a subscription are told why, in words that customers know.
func TestLandingTexts(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	id := w.Microsoft.Buy(domaintest.Buyer(ada), "timetracker", "team", 10)
	l, err := resolve(t, w, domaintest.Person(ada.Tenant.DirectoryID, "Grace"), id)
	if want := "Only the buyer or a super admin of Contoso can give it this subscription. Ask ada@contoso.example."; err != nil ||
		l.Obstacle == nil || l.Obstacle.Message != want {
		t.Errorf("a colleague is told %v: %v", l.Obstacle, err)
	}
	guest := domaintest.AsPerson(ada)
	guest.External = true
	_, ofGuest := resolve(t, w, guest, id)
	_, ofStranger := resolve(t, w, domaintest.AsPerson(w.SignUp(t)), id)
	told := func(err error) string {
		refusal, _ := errors.AsType[*errs.Error](err)
		return refusal.Message
	}
	if !strings.Contains(told(ofGuest), "guest") || strings.Contains(told(ofStranger), "guest") {
		t.Errorf("a guest is told %q, somebody else %q", told(ofGuest), told(ofStranger))
	}
}

// TestLandingInForce shows that the page says whether the subscription was ever in force for the organization.
func TestLandingInForce(t *testing.T) {
	t.Parallel()
	for status, want := range map[marketplace.Status]bool{
		"": false, marketplace.Pending: false, marketplace.Subscribed: true, marketplace.Suspended: true, marketplace.Cancelled: true,
	} {
		t.Run(cmpOr(status, "unknown"), func(t *testing.T) {
			w := domaintest.New(t)
			ada := w.SignUp(t)
			id := bring(t, w, ada, status)
			if l, err := resolve(t, w, domaintest.AsPerson(ada), id); err != nil || l.InForce != want {
				t.Errorf("in force: %t, %v", l.InForce, err)
			}
		})
	}
	t.Run("cancelled before it was", func(t *testing.T) {
		w := domaintest.New(t)
		ada := w.SignUp(t)
		id := bring(t, w, ada, marketplace.Pending)
		if err := w.Marketplace.Receive(t.Context(), w.Microsoft.Unsubscribe(id)); err != nil {
			t.Fatal(err)
		}
		if l, err := resolve(t, w, domaintest.AsPerson(ada), id); err != nil || l.InForce {
			t.Errorf("in force: %t, %v", l.InForce, err)
		}
	})
}

// TestUsersAtPurchase are counted once, when the tenant's subscription is first in force or suspended.
func TestUsersAtPurchase(t *testing.T) {
	t.Parallel()
	w := domaintest.New(t)
	ada := w.SignUp(t)
	id := bring(t, w, ada, marketplace.Pending)
	w.Microsoft.Finish(id) // it is not looked at before a payment is missing
	if err := w.Marketplace.Receive(t.Context(), w.Microsoft.Suspend(id)); err != nil {
		t.Fatal(err)
	}
	if got := kept(t, w, id); !got.Bound() || got.Status != marketplace.Suspended || got.UsersAtPurchase != 1 {
		t.Errorf("bound: %t, %s, %d users", got.Bound(), got.Status, got.UsersAtPurchase)
	}
	if err := w.Marketplace.Receive(t.Context(), w.Microsoft.Reinstate(id)); err != nil {
		t.Fatal(err)
	}
	w.Join(t, ada, "Grace")
	if err := w.Marketplace.Receive(t.Context(), w.Microsoft.Renew(id)); err != nil {
		t.Fatal(err)
	}
	if got := kept(t, w, id); got.Status != marketplace.Subscribed || got.UsersAtPurchase != 1 {
		t.Errorf("reinstated: %s, %d users", got.Status, got.UsersAtPurchase)
	}
}

func TestResolveBadToken(t *testing.T) {
	w := domaintest.New(t)
	if _, err := w.Marketplace.Resolve(t.Context(), domaintest.Person(ids.New[ids.Directory](), "Ada"), "x"); !errs.Is(err, errs.RuleBroken) {
		t.Errorf("got %v", err)
	}
}

// TestTakeTwice has two tabs take one subscription at the same time.
func TestTakeTwice(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	id := w.Microsoft.Buy(domaintest.Buyer(ada), "timetracker", "team", 10)
	failed := make(chan error)
	for range 8 {
		go func() {
			_, err := w.Marketplace.Take(t.Context(), domaintest.AsPerson(ada), marketplace.TakeRequest{Token: domaintest.Token(id)})
			failed <- err
		}()
	}
	for range 8 {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff([]marketplace.Action{marketplace.Bind}, lifecycle(t, w, ada)); diff != "" {
		t.Error(diff)
	}
}

var errCrash = errors.New("crash")

// TestTakeCrashes ends the taking at each call of Microsoft's API and of the store. Taking it again, or following it,
// does the rest once.
func TestTakeCrashes(t *testing.T) {
	t.Parallel()
	w := domaintest.New(t)
	for at := 1; ; at++ {
		ada := domaintest.Person(ids.New[ids.Directory](), "Ada")
		id := w.Microsoft.Buy(partyOf(ada), "timetracker", "team", 10)
		activated := w.Microsoft.Calls("Activate")
		broken := &crashing{Store: w.Store, at: at}
		w.Microsoft.Fail = func(string) error { return broken.call() }
		request := marketplace.TakeRequest{Token: domaintest.Token(id), SignUp: signUp()}
		_, err := w.MarketplaceOn(broken).Take(t.Context(), ada, request)
		w.Microsoft.Fail = nil
		if broken.calls < at {
			if err != nil || at < 10 {
				t.Fatalf("%d calls: %v", broken.calls, err)
			}
			return
		}
		if at%2 == 0 || !kept(t, w, id).Bound() {
			if _, err := w.Marketplace.Take(t.Context(), ada, request); err != nil {
				t.Fatalf("call %d: %v", at, err)
			}
		} else {
			w.Clock.Add(2 * time.Minute)
			w.Follow(t)
		}
		w.Microsoft.Finish(id)
		w.Clock.Add(2 * time.Minute)
		w.Follow(t)
		m, err := w.Tenants.SignIn(t.Context(), ada)
		if err != nil || m.Tenant.Plan != plan.Paid {
			t.Fatalf("call %d: on plan %s: %v", at, m.Tenant.Plan, err)
		}
		if diff := cmp.Diff([]marketplace.Action{marketplace.Bind, marketplace.Activate}, lifecycle(t, w, m)); diff != "" {
			t.Errorf("call %d: %s", at, diff)
		}
		if got := w.Microsoft.Calls("Activate") - activated; got > 2 { // once more when the first answer was not stored
			t.Errorf("call %d: activated %d times", at, got)
		}
	}
}

func TestActivation(t *testing.T) {
	t.Run("fails, and the trial stays", func(t *testing.T) {
		w := domaintest.New(t)
		ada := w.SignUp(t)
		id := bring(t, w, ada, marketplace.Pending)
		before := w.Again(t, ada).Tenant
		if err := w.Marketplace.Receive(t.Context(), w.Microsoft.Unsubscribe(id)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, w.Again(t, ada).Tenant); diff != "" {
			t.Error(diff)
		}
		if l, err := resolve(t, w, domaintest.AsPerson(ada), id); err != nil || l.Step != marketplace.StepNone {
			t.Errorf("landed as %s: %v", l.Step, err)
		}
	})
	t.Run("Microsoft is down, and it is done later", func(t *testing.T) {
		w := domaintest.New(t)
		ada := w.SignUp(t)
		id := w.Microsoft.Buy(domaintest.Buyer(ada), "timetracker", "team", 10)
		w.Microsoft.Fail = func(call string) error {
			if call == "Resolve" {
				return nil
			}
			return domaintest.Down(nil)
		}
		l, err := take(t, w, domaintest.AsPerson(ada), id)
		if err != nil || l.Step != marketplace.StepQueued || l.InForce {
			t.Fatalf("taken as %+v: %v", l, err)
		}
		w.Clock.Add(time.Second)
		if n, err := w.Marketplace.Follow(t.Context(), 10); n != 1 || !errs.Is(err, errs.Unavailable) {
			t.Errorf("followed %d: %v", n, err)
		}
		if n, err := w.Marketplace.Follow(t.Context(), 10); n != 0 || err != nil {
			t.Errorf("asked again at once: %d, %v", n, err)
		}
		w.Microsoft.Fail = nil
		w.Clock.Add(time.Minute)
		w.Follow(t)
		w.Microsoft.Finish(id)
		w.Clock.Add(time.Minute)
		w.Follow(t)
		if got := w.Again(t, ada).Tenant.Plan; got != plan.Paid {
			t.Errorf("on plan %s", got)
		}
	})
	t.Run("Microsoft resolves, and answers nothing else", func(t *testing.T) {
		w := domaintest.New(t)
		ada := w.SignUp(t)
		id := bring(t, w, ada, marketplace.Pending)
		w.Microsoft.Finish(id)
		w.Microsoft.Fail = func(call string) error {
			if call == "Resolve" {
				return nil
			}
			return domaintest.Down(nil)
		}
		if l, err := resolve(t, w, domaintest.AsPerson(ada), id); err != nil || l.Step != marketplace.StepActivating {
			t.Errorf("landed as %s: %v", l.Step, err)
		}
	})
	t.Run("an early webhook does not end the following", func(t *testing.T) {
		w := domaintest.New(t)
		ada := w.SignUp(t)
		id := bring(t, w, ada, marketplace.Pending)
		if err := w.Marketplace.Receive(t.Context(), w.Microsoft.Tell(id, marketplace.Subscribe)); err != nil {
			t.Fatal(err)
		}
		w.Microsoft.Finish(id)
		w.Follow(t)
		if got := w.Again(t, ada).Tenant.Plan; got != plan.Paid {
			t.Errorf("on plan %s", got)
		}
	})
	t.Run("looking at it asks Microsoft", func(t *testing.T) {
		w := domaintest.New(t)
		ada := w.SignUp(t)
		id := bring(t, w, ada, marketplace.Pending)
		w.Microsoft.Finish(id)
		if s, ok, err := w.Marketplace.Current(t.Context(), ada); err != nil || !ok || s.Status != marketplace.Subscribed {
			t.Errorf("it is %s: %v", s.Status, err)
		}
		grace := w.Join(t, ada, "Grace")
		if _, _, err := w.Marketplace.Current(t.Context(), grace); !errs.Is(err, errs.Forbidden) {
			t.Errorf("a user sees it: %v", err)
		}
		if _, ok, err := w.Marketplace.Current(t.Context(), w.SignUp(t)); ok || err != nil {
			t.Errorf("a tenant without one has one: %v", err)
		}
	})
	t.Run("by itself, before anybody has signed up", func(t *testing.T) {
		w := domaintest.New(t)
		ada := domaintest.Person(ids.New[ids.Directory](), "Ada")
		id := w.Microsoft.Buy(partyOf(ada), "timetracker", "team", 10)
		if err := w.Marketplace.Receive(t.Context(), w.Microsoft.Subscribe(id)); err != nil {
			t.Fatal(err)
		}
		l, err := take(t, w, ada, id)
		if err != nil || l.Step != marketplace.StepNone || w.Microsoft.Calls("Activate") != 0 {
			t.Fatalf("taken as %s, activated %d times: %v", l.Step, w.Microsoft.Calls("Activate"), err)
		}
		m, err := w.Tenants.SignIn(t.Context(), ada)
		if err != nil || m.Tenant.Plan != plan.Paid || kept(t, w, id).UsersAtPurchase != 1 {
			t.Errorf("on plan %s: %v", m.Tenant.Plan, err)
		}
	})
}

// TestTakenTwiceAtOnce sends the landing page's form twice at the same time, as an impatient click does. Both requests
// succeed alike, and there is one organization with one subscription.
func TestTakenTwiceAtOnce(t *testing.T) {
	t.Parallel()
	w := domaintest.New(t)
	for range 10 {
		ada := domaintest.Person(ids.New[ids.Directory](), "Ada")
		id := w.Microsoft.Buy(partyOf(ada), "timetracker", "team", 10)
		request := marketplace.TakeRequest{Token: domaintest.Token(id), SignUp: signUp()}
		// Both requests have found a new organization before either signs it up.
		var landed sync.WaitGroup
		landed.Add(2)
		store := meeting{Store: w.Store, landed: &landed}
		service := w.MarketplaceOn(store)
		results, failed := [2]marketplace.Landing{}, [2]error{}
		var group sync.WaitGroup
		for i := range results {
			group.Go(func() {
				results[i], failed[i] = service.Take(context.WithValue(t.Context(), meetOnce{}, new(sync.Once)), ada, request)
			})
		}
		group.Wait()
		for i, l := range results {
			if failed[i] != nil || l.Step != marketplace.StepActivating || l.Tenant.ID != results[0].Tenant.ID {
				t.Fatalf("request %d: %+v, %v", i, l, failed[i])
			}
		}
		if got := kept(t, w, id); got.TenantID != results[0].Tenant.ID {
			t.Errorf("it belongs to %s", got.TenantID)
		}
		if told := w.Alerts.Take(); len(told) > 0 {
			t.Errorf("operators are told %v", told)
		}
	}
}

// Two requests to activate a subscription, sent at the same time, are both answered. The later answer does not say that
// Microsoft is slow, or that it refuses what it has just taken.
func TestActivatedTwiceAtOnce(t *testing.T) {
	t.Parallel()
	refusal := errs.New(errs.Conflict, "not_activatable", "The subscription is suspended or cancelled.")
	for name, test := range map[string]struct {
		taken   time.Duration // how long ago Microsoft took the earlier request
		answer  marketplace.Activation
		becomes string // the obstacle
		alerts  int
	}{
		"taken again at once":    {time.Second, marketplace.Activation{TakenAt: noon}, "", 0},
		"refused at once":        {time.Second, marketplace.Activation{Refusal: refusal}, "", 0},
		"taken again in time":    {time.Hour - time.Millisecond, marketplace.Activation{TakenAt: noon}, "", 0},
		"taken again, too late":  {time.Hour, marketplace.Activation{TakenAt: noon}, "activation_slow", 1},
		"refused after the hour": {time.Hour, marketplace.Activation{Refusal: refusal}, "activation_refused", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := bound(marketplace.Pending)
			c.Subscription.Sync.ActivatedAt = noon.Add(-test.taken)
			event := marketplace.Event{Kind: marketplace.Refresh, Activation: test.answer}
			d := marketplace.Transition(c, marketplace.Fetched{
				ID: someSubscription, OfferID: "timetracker", PlanID: "team", Quantity: 10, Status: marketplace.Pending,
				Beneficiary: marketplace.Party{DirectoryID: someDirectory}, Purchaser: marketplace.Party{DirectoryID: someDirectory},
			}, event, noon)
			if d.Next.Obstacle != test.becomes || len(d.Alerts) != test.alerts {
				t.Errorf("obstacle %q, alerts %v", d.Next.Obstacle, d.Alerts)
			}
		})
	}
}

// meeting is a store on which two landings wait for each other, once each, after they have looked for their tenant.
type meeting struct {
	marketplace.Store
	landed *sync.WaitGroup
}

type meetOnce struct{}

// Member implements marketplace.Store.
func (m meeting) Member(ctx context.Context, directory ids.Directory, object ids.Object) (tenant.Member, bool, error) {
	found, ok, err := m.Store.Member(ctx, directory, object)
	if once, ok := ctx.Value(meetOnce{}).(*sync.Once); ok {
		once.Do(func() {
			m.landed.Done()
			m.landed.Wait()
		})
	}
	return found, ok, err
}

// A colleague who signs the organization up at the same time is told that somebody else has done so.
func TestAColleagueHasSignedUpMeanwhile(t *testing.T) {
	w := domaintest.New(t)
	ada := domaintest.Person(ids.New[ids.Directory](), "Ada")
	id := w.Microsoft.Buy(partyOf(ada), "timetracker", "team", 10)
	store := interrupted{Store: w.Store, once: new(sync.Once), do: func() {
		if _, err := w.Tenants.SignUp(t.Context(), domaintest.Person(ada.DirectoryID, "Grace"), signUp()); err != nil {
			t.Error(err)
		}
	}}
	_, err := w.MarketplaceOn(store).Take(t.Context(), ada, marketplace.TakeRequest{Token: domaintest.Token(id), SignUp: signUp()})
	if errs.CodeOf(err) != "directory_taken" {
		t.Errorf("got %v", err)
	}
}

// interrupted is a store on which something happens after a landing has looked for its tenant.
type interrupted struct {
	marketplace.Store
	once *sync.Once
	do   func()
}

// Member implements marketplace.Store.
func (i interrupted) Member(ctx context.Context, directory ids.Directory, object ids.Object) (tenant.Member, bool, error) {
	found, ok, err := i.Store.Member(ctx, directory, object)
	i.once.Do(i.do)
	return found, ok, err
}
