package marketplace_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/plan"
	"timetracker/internal/sqlstore"
	"timetracker/internal/tenant"
)

// TestOperatorsLearnOfRefusedCredentials shows that the first call that meets them alerts, whichever it is, and not
// each call.
func TestOperatorsLearnOfRefusedCredentials(t *testing.T) {
	t.Parallel()
	refused := errs.New(errs.Unavailable, marketplace.CredentialsRefused, "The Azure Marketplace can't be asked at the moment.")
	for call, do := range map[string]func(t *testing.T, s shop){
		"Resolve": func(t *testing.T, s shop) { _, _ = resolve(t, s.World, domaintest.AsPerson(s.ada), s.id) },
		"Activate": func(t *testing.T, s shop) {
			fabrikam := s.SignUp(t)
			bought := s.Microsoft.Buy(domaintest.Buyer(fabrikam), "timetracker", "team", 3)
			_, _ = take(t, s.World, domaintest.AsPerson(fabrikam), bought)
		},
		"Subscription": func(t *testing.T, s shop) {
			_ = s.Marketplace.Receive(t.Context(), s.Microsoft.Tell(s.id, marketplace.Renew))
		},
		"Subscriptions": func(t *testing.T, s shop) { _ = s.Marketplace.Reconcile(t.Context()) },
		"Operation": func(t *testing.T, s shop) {
			_ = s.Marketplace.Receive(t.Context(), s.Microsoft.ChangeQuantity(s.id, 12))
		},
		"Acknowledge": func(t *testing.T, s shop) {
			s.receive(t, s.Microsoft.ChangeQuantity(s.id, 12))
			s.Clock.Add(marketplace.AcknowledgePause)
			_, _ = s.Marketplace.Acknowledge(t.Context(), 1)
		},
	} {
		t.Run(call, func(t *testing.T) {
			s := newShop(t)
			s.Microsoft.Fail = func(called string) error {
				if called == call || (call == "Resolve" && called == "Subscriptions") {
					return refused
				}
				return nil
			}
			told := func(what string, want int) {
				t.Helper()
				count := 0
				for _, alert := range s.Alerts.Take() {
					if alert == "Microsoft refuses our credentials" {
						count++
					}
				}
				if count != want {
					t.Errorf("%s operators were told %d times", what, count)
				}
			}
			s.Clock.Add(time.Minute) // what was answered before is no proof any more
			do(t, s)
			told("at first", 1)
			do(t, s)
			told("at once again", 0)
			s.Clock.Add(time.Hour)
			do(t, s)
			told("an hour later", 1)
		})
	}
}

// TestTokenOfAnotherPublisher shows that nobody can make operators believe in bad credentials, by a token which Microsoft
// refuses as it refuses those.
func TestTokenOfAnotherPublisher(t *testing.T) {
	s := newShop(t)
	s.Microsoft.Fail = func(called string) error {
		if called == "Resolve" {
			return errs.New(errs.Unavailable, marketplace.CredentialsRefused, "The Azure Marketplace can't be asked at the moment.")
		}
		return nil
	}
	asked := s.Microsoft.Calls("Subscriptions")
	for range 3 {
		s.Clock.Add(time.Second)
		if _, err := resolve(t, s.World, domaintest.AsPerson(s.ada), s.id); errs.CodeOf(err) != "marketplace_token_invalid" || !errs.Is(err, errs.RuleBroken) {
			t.Errorf("got %v", err)
		}
	}
	if told := s.Alerts.Take(); len(told) != 0 {
		t.Errorf("operators were told %v", told)
	}
	if n := s.Microsoft.Calls("Subscriptions") - asked; n > 1 {
		t.Errorf("Microsoft was asked %d times for its list", n)
	}
	s.Microsoft.Fail = func(string) error { return domaintest.Down(nil) }
	s.Clock.Add(time.Hour)
	if _, err := resolve(t, s.World, domaintest.AsPerson(s.ada), s.id); errs.CodeOf(err) != "marketplace_unavailable" {
		t.Errorf("during an outage: %v", err)
	}
}

// TestOperatorsLearnOfUnhandledEvents shows that Microsoft's 404 for what it has announced does not stay silent until it
// gives the event up, after 8 hours. Its repetitions are not told.
func TestOperatorsLearnOfUnhandledEvents(t *testing.T) {
	const unhandled = "an event of the webhook can't be handled for ten minutes"
	unknown := errs.New(errs.NotFound, "unknown", "The Marketplace doesn't know this.")
	refused := errs.New(errs.Unavailable, marketplace.CredentialsRefused, "The Azure Marketplace can't be asked at the moment.")
	for name, test := range map[string]struct {
		fail   error
		call   string
		change bool // of seats, with an operation
		noTime bool // the event does not say when it was sent
		want   []string
	}{
		"unknown subscription":           {fail: unknown, call: "Subscription", want: []string{unhandled}},
		"unknown subscription of change": {fail: unknown, call: "Subscription", change: true, want: []string{unhandled}},
		"unknown operation":              {fail: unknown, call: "Operation", change: true, want: []string{unhandled}},
		"without a time":                 {fail: unknown, call: "Subscription", noTime: true, want: []string{unhandled}},
		"an outage":                      {fail: domaintest.Down(nil), call: "Subscription", want: []string{unhandled}},
		"credentials":                    {fail: refused, call: "Subscription", want: []string{"Microsoft refuses our credentials"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newShop(t)
				n := s.Microsoft.Tell(s.id, marketplace.Renew)
				if test.change {
					n = s.Microsoft.ChangeQuantity(s.id, 12)
				}
				if test.noTime {
					n.At = time.Time{}
				}
				s.Microsoft.Fail = func(called string) error {
					if called == test.call {
						return test.fail
					}
					return nil
				}
				told := []string{}
				for minute := range 30 {
					if err := s.Marketplace.Receive(t.Context(), n); !errs.Is(err, errs.Unavailable) {
						t.Fatalf("minute %d: %v", minute, err)
					}
					for _, what := range s.Alerts.Take() {
						if what == unhandled && minute != 10 {
							t.Errorf("it was told in minute %d", minute)
						}
						told = append(told, what)
					}
					s.Clock.Add(time.Minute)
				}
				if diff := cmp.Diff(test.want, told); diff != "" {
					t.Error(diff)
				}
				s.Microsoft.Fail = nil
				s.receive(t, n)
				if got := s.Alerts.Take(); len(got) != 0 {
					t.Errorf("operators were told %v of an event that was handled", got)
				}
			})
		})
	}
}

// TestOddEventsAreToldOnce shows that an event that stays wrong is not told each time that Microsoft sends it.
func TestOddEventsAreToldOnce(t *testing.T) {
	s := newShop(t)
	another := s.Microsoft.ChangeQuantity(s.id, 12)
	another.Action = marketplace.ChangePlan
	odd := s.Microsoft.Tell(s.id, "Transfer")
	s.Microsoft.Fail = func(called string) error {
		if called == "Subscription" {
			return domaintest.Down(nil)
		}
		return nil
	}
	for range 5 {
		for _, n := range []marketplace.Notification{another, odd} {
			if err := s.Marketplace.Receive(t.Context(), n); err == nil {
				t.Error("it was handled")
			}
		}
		s.Clock.Add(time.Minute)
	}
	if diff := cmp.Diff([]string{"a webhook names an operation that is another one", "unknown action"}, s.Alerts.Take()); diff != "" {
		t.Error(diff)
	}
}

// forgetful is a store whose transactions are rolled back.
type forgetful struct{ *sqlstore.Store }

var errForgotten = errors.New("the transaction was not kept")

func (f forgetful) Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error {
	return f.Store.Tx(ctx, id, func(ctx context.Context) error {
		if err := fn(ctx); err != nil {
			return err
		}
		return errForgotten
	})
}

// TestOperatorsLearnOfWhatIsKept shows that a decision that is not stored raises no alert.
func TestOperatorsLearnOfWhatIsKept(t *testing.T) {
	s := newShop(t)
	s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { f.PlanID = "team-preview" })
	n := s.Microsoft.Tell(s.id, marketplace.Renew)
	if err := s.MarketplaceOn(forgetful{s.Store}).Receive(t.Context(), n); !errors.Is(err, errForgotten) {
		t.Fatalf("got %v", err)
	}
	if got := s.Alerts.Take(); len(got) != 0 {
		t.Errorf("operators were told %v of what has not happened", got)
	}
	s.receive(t, n)
	if diff := cmp.Diff([]string{"a subscription has a plan that we do not know"}, s.Alerts.Take()); diff != "" {
		t.Error(diff)
	}
}

// stumbling is a store in which the program panics.
type stumbling struct{ *sqlstore.Store }

func (stumbling) Delivery(context.Context, ids.Operation) (marketplace.Delivery, bool, error) {
	panic(errors.New("ada@contoso.example is where she should not be"))
}

// TestPanicTellsItsPlace shows that a panic fails only its event, and that the log can say where it was.
func TestPanicTellsItsPlace(t *testing.T) {
	s := newShop(t)
	err := s.MarketplaceOn(stumbling{s.Store}).Receive(t.Context(), s.Microsoft.Tell(s.id, marketplace.Renew))
	if err == nil || !strings.Contains(err.Error(), "alerts_test.go") || strings.Contains(err.Error(), "contoso.example") {
		t.Errorf("got %v", err)
	}
}

// TestOurOwnOrganizationIsNeverBilled holds also when it had a subscription before it became ours.
func TestOurOwnOrganizationIsNeverBilled(t *testing.T) {
	s := newShop(t)
	internal := plan.Internal
	if _, err := s.Tenants.ChangePlan(t.Context(), "Operator", s.ada.Tenant.Slug, tenant.PlanPatch{Plan: &internal}); err != nil {
		t.Fatal(err)
	}
	s.receive(t, s.Microsoft.ChangePlan(s.id, "business"))
	s.receive(t, s.Microsoft.Suspend(s.id))
	terms, _, err := s.Store.CurrentTerms(t.Context(), s.ada.Tenant.ID)
	if err != nil || terms.Live() {
		t.Errorf("it has the terms %+v, %v", terms, err)
	}
	if got := s.Again(t, s.ada).Tenant; got.Plan != plan.Internal || got.Status != tenant.Active {
		t.Errorf("its plan is %s, %s", got.Plan, got.Status)
	}
}
