package marketplace_test

import (
	"context"
	"errors"
	"strings"
	"testing"
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
				if called == call {
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
