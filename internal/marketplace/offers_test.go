package marketplace_test

import (
	"slices"
	"testing"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
)

// toldOfForeign is what operators are told of another product's subscription.
const toldOfForeign = "a subscription is of an offer that is not ours"

// TestAnotherProductGrantsNothing tries every way on which another product's subscription of the tenant's directory
// comes to us. The tenant stays on its trial, operators are told once, and the real purchase works.
func TestAnotherProductGrantsNothing(t *testing.T) {
	t.Parallel()
	ways := map[string]func(t *testing.T, w *domaintest.World, ada tenant.Member, id ids.Subscription){
		"by webhook": func(t *testing.T, w *domaintest.World, _ tenant.Member, id ids.Subscription) {
			notifications := []marketplace.Notification{
				w.Microsoft.Subscribe(id), w.Microsoft.Renew(id), w.Microsoft.ChangePlan(id, "platinum"),
				w.Microsoft.ChangeQuantity(id, 1),
			}
			for _, n := range notifications {
				if err := w.Marketplace.Receive(t.Context(), n); err != nil {
					t.Errorf("%s: %v", n.Action, err)
				}
				if got := outcome(t, w, n); got != marketplace.Ignored {
					t.Errorf("%s is %s", n.Action, got)
				}
			}
			shop{World: w}.acknowledge(t)
			if got := w.Microsoft.Calls("Acknowledge"); got != 0 {
				t.Errorf("%d of its changes were acknowledged", got)
			}
		},
		"by the daily list": func(t *testing.T, w *domaintest.World, _ tenant.Member, id ids.Subscription) {
			w.Microsoft.Subscribe(id)
			reconcile(t, w)
		},
		"by the landing page": func(t *testing.T, w *domaintest.World, ada tenant.Member, id ids.Subscription) {
			for range 2 {
				l, err := resolve(t, w, domaintest.AsPerson(ada), id)
				if err != nil || l.Step != marketplace.StepNone || errs.CodeOf(l.Obstacle) != "offer_foreign" {
					t.Errorf("resolved as %+v: %v", l, err)
				}
			}
			if _, err := take(t, w, domaintest.AsPerson(ada), id); errs.CodeOf(err) != "offer_foreign" {
				t.Errorf("taken: %v", err)
			}
			w.Microsoft.Subscribe(id)
		},
	}
	for name, come := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := domaintest.New(t)
			ada := w.SignUp(t)
			id := w.Microsoft.Buy(domaintest.Buyer(ada), "photo-editor", "gold", 50)
			come(t, w, ada, id)
			for range 3 {
				reconcile(t, w)
				w.Follow(t)
			}
			if told := w.Alerts.Take(); !slices.Equal(told, []string{toldOfForeign}) {
				t.Errorf("operators were told %q", told)
			}
			if kept(t, w, id).Bound() || w.Again(t, ada).Tenant.Plan != plan.Trial {
				t.Error("the tenant has got it")
			}
			w.Buy(t, ada, "timetracker", "team", 10)
			if now := w.Again(t, ada).Tenant; now.Plan != plan.Paid || now.PaidSeats != 10 {
				t.Errorf("after the real purchase: %s with %d seats", now.Plan, now.PaidSeats)
			}
		})
	}
}

// A status that we do not know, and an entry that can't be understood or is missing, are the other product's business.
func TestOddEntriesOfAnotherProductAreItsOwn(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	id := w.Microsoft.Buy(domaintest.Buyer(ada), "photo-editor", "gold", 50)
	w.Microsoft.Edit(id, func(f *marketplace.Fetched) { f.Status = "" })
	reconcile(t, w)
	w.Microsoft.Fail = func(call string) error {
		if call == "Subscriptions" {
			return marketplace.ErrUnreadable
		}
		return nil
	}
	reconcile(t, w)
	w.Microsoft.Unlist(id)
	w.Microsoft.Fail = func(call string) error {
		if call == "Subscription" {
			return errs.New(errs.NotFound, "not_found", "Microsoft does not know it.")
		}
		return nil
	}
	reconcile(t, w)
	if told := w.Alerts.Take(); !slices.Equal(told, []string{toldOfForeign}) {
		t.Errorf("operators were told %q", told)
	}
}

// Before an offer goes live, its preview is bought to try everything.
func TestThePreviewOfAnOfferIsOurs(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	id := w.Buy(t, ada, "timetracker-preview", "team", 10)
	if now := w.Again(t, ada).Tenant; now.Plan != plan.Paid || now.PaidSeats != 10 || now.RateMinor != 900 {
		t.Errorf("%s with %d seats for %d", now.Plan, now.PaidSeats, now.RateMinor)
	}
	shop{World: w, ada: ada, id: id}.receive(t, w.Microsoft.ChangePlan(id, "business"))
	if now := w.Again(t, ada).Tenant; now.RateMinor != 1400 {
		t.Errorf("after the change of plan the rate is %d", now.RateMinor)
	}
	if told := w.Alerts.Take(); len(told) > 0 {
		t.Errorf("operators were told %q", told)
	}
}

// TestOffersAreConfigured: an offer that was forgotten in the list is ours once it is added. Its plan isn't in the
// catalogue, so the tenant gets the seats that were bought.
func TestOffersAreConfigured(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	id := w.Microsoft.Buy(domaintest.Buyer(ada), "timetracker-eu", "team", 10)
	w.Microsoft.Subscribe(id)
	reconcile(t, w)
	if kept(t, w, id).Bound() {
		t.Fatal("it was bound without being listed")
	}
	w.Alerts.Take()
	configured := marketplace.NewService(marketplace.Config{
		Store: w.Store, Fulfillment: w.Microsoft, Tenants: w.Tenants, Now: w.Clock.Now, Flush: w.Usages.Flush,
		Alert: w.Alerts.Add, Offers: []string{"timetracker-eu"},
	})
	if err := configured.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	if now := w.Again(t, ada).Tenant; now.Plan != plan.Paid || now.PaidSeats != 10 {
		t.Errorf("%s with %d seats", now.Plan, now.PaidSeats)
	}
	foreign := w.Microsoft.Buy(marketplace.Party{DirectoryID: ids.New[ids.Directory]()}, "timetracker", "team", 5)
	w.Microsoft.Subscribe(foreign)
	if err := configured.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	if told := w.Alerts.Take(); !slices.Contains(told, toldOfForeign) {
		t.Errorf("of an offer that is not listed operators were told %q", told)
	}
}
