package marketplace_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/audit"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/plan"
	"timetracker/internal/sqlstore"
	"timetracker/internal/tenant"
)

// crashing is a store whose process ends at a call, so that no further call works. A transaction is two calls, so that
// the process can also end after the commit but before anybody has heard of it.
type crashing struct {
	*sqlstore.Store
	at, calls int
}

func (c *crashing) call() error {
	if c.calls++; c.calls >= c.at {
		return errCrash
	}
	return nil
}

func (c *crashing) Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error {
	if err := c.call(); err != nil {
		return err
	}
	if err := c.Store.Tx(ctx, id, fn); err != nil {
		return err
	}
	return c.call()
}

func (c *crashing) LockTenant(ctx context.Context, id ids.Tenant) (tenant.Tenant, error) {
	if err := c.call(); err != nil {
		return tenant.Tenant{}, err
	}
	return c.Store.LockTenant(ctx, id)
}

func (c *crashing) UpdateTenant(ctx context.Context, id ids.Tenant, t tenant.Tenant) error {
	if err := c.call(); err != nil {
		return err
	}
	return c.Store.UpdateTenant(ctx, id, t)
}

func (c *crashing) InsertTerms(ctx context.Context, id ids.Tenant, terms plan.Terms) error {
	if err := c.call(); err != nil {
		return err
	}
	return c.Store.InsertTerms(ctx, id, terms)
}

func (c *crashing) InsertAudit(ctx context.Context, id ids.Tenant, e audit.Event) error {
	if err := c.call(); err != nil {
		return err
	}
	return c.Store.InsertAudit(ctx, id, e)
}

func (c *crashing) Member(ctx context.Context, directory ids.Directory, object ids.Object) (tenant.Member, bool, error) {
	if err := c.call(); err != nil {
		return tenant.Member{}, false, err
	}
	return c.Store.Member(ctx, directory, object)
}

func (c *crashing) Subscription(
	ctx context.Context, id ids.Subscription,
) (marketplace.Subscription, bool, error) {
	if err := c.call(); err != nil {
		return marketplace.Subscription{}, false, err
	}
	return c.Store.Subscription(ctx, id)
}

func (c *crashing) LockSubscription(
	ctx context.Context, id ids.Subscription,
) (marketplace.Subscription, bool, error) {
	if err := c.call(); err != nil {
		return marketplace.Subscription{}, false, err
	}
	return c.Store.LockSubscription(ctx, id)
}

func (c *crashing) InsertSubscription(ctx context.Context, id ids.Tenant, s marketplace.Subscription) error {
	if err := c.call(); err != nil {
		return err
	}
	return c.Store.InsertSubscription(ctx, id, s)
}

func (c *crashing) UpdateSubscription(ctx context.Context, id ids.Tenant, s marketplace.Subscription) error {
	if err := c.call(); err != nil {
		return err
	}
	return c.Store.UpdateSubscription(ctx, id, s)
}

func (c *crashing) Delivery(ctx context.Context, operation ids.Operation) (marketplace.Delivery, bool, error) {
	if err := c.call(); err != nil {
		return marketplace.Delivery{}, false, err
	}
	return c.Store.Delivery(ctx, operation)
}

func (c *crashing) InsertDelivery(ctx context.Context, id ids.Tenant, d marketplace.Delivery) error {
	if err := c.call(); err != nil {
		return err
	}
	return c.Store.InsertDelivery(ctx, id, d)
}

func (c *crashing) NoteAcknowledgement(ctx context.Context, d marketplace.Delivery) error {
	if err := c.call(); err != nil {
		return err
	}
	return c.Store.NoteAcknowledgement(ctx, d)
}

func (c *crashing) InsertLifecycle(ctx context.Context, id ids.Tenant, r marketplace.LifecycleRecord) error {
	if err := c.call(); err != nil {
		return err
	}
	return c.Store.InsertLifecycle(ctx, id, r)
}

// TestReceiveCrashes ends the handling of each event at each call. Nothing is done by half, and the next attempt does
// it once.
func TestReceiveCrashes(t *testing.T) {
	t.Parallel()
	for name, event := range map[string]func(*domaintest.Microsoft, ids.Subscription) marketplace.Notification{
		"ChangeQuantity": func(m *domaintest.Microsoft, id ids.Subscription) marketplace.Notification {
			return m.ChangeQuantity(id, 12)
		},
		"Unsubscribe": (*domaintest.Microsoft).Unsubscribe,
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			for at := 1; ; at++ {
				ada := s.SignUp(t)
				id := s.Buy(t, ada, "timetracker", "team", 10)
				before, beforeTenant := kept(t, s.World, id), s.Again(t, ada).Tenant
				n := event(s.Microsoft, id)
				broken := &crashing{Store: s.Store, at: at}
				s.Microsoft.Fail = func(string) error { return broken.call() }
				err := s.MarketplaceOn(broken).Receive(t.Context(), n)
				s.Microsoft.Fail = nil
				if broken.calls < at {
					if err != nil || at < 8 {
						t.Fatalf("%d calls: %v", broken.calls, err)
					}
					return
				}
				if err == nil {
					t.Errorf("call %d: the event was taken", at)
				}
				if outcome(t, s.World, n) == "" {
					if diff := cmp.Diff(before, kept(t, s.World, id)) + cmp.Diff(beforeTenant, s.Again(t, ada).Tenant); diff != "" {
						t.Errorf("call %d: something was written: %s", at, diff)
					}
				}
				s.receive(t, n)
				if diff := cmp.Diff([]marketplace.Action{marketplace.Bind, marketplace.Activate, n.Action}, lifecycle(t, s.World, ada)); diff != "" {
					t.Errorf("call %d: %s", at, diff)
				}
				if got := s.Again(t, ada).Tenant.Revision; got != beforeTenant.Revision+1 {
					t.Errorf("call %d: the tenant changed %d times", at, got-beforeTenant.Revision)
				}
				s.Clock.Add(time.Minute)
			}
		})
	}
}

// refusing is a store that finds one of its own rules broken, such as a text that is too long for its column.
type refusing struct{ *sqlstore.Store }

func (refusing) InsertDelivery(context.Context, ids.Tenant, marketplace.Delivery) error {
	return errs.New(errs.RuleBroken, "text_too_long", "A text is too long to be kept.")
}

// TestOurTroubleIsNoRefusal shows that a failure of our own is not errs.RuleBroken, for which the webhook refuses the
// customer's change.
func TestOurTroubleIsNoRefusal(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	event := s.Microsoft.ChangeQuantity(s.id, 12)
	err := s.MarketplaceOn(refusing{s.Store}).Receive(t.Context(), event)
	if !errs.Is(err, errs.Internal) {
		t.Errorf("the error is %v", err)
	}
	if got := s.kept(t).Quantity; got != 10 {
		t.Errorf("%d seats", got)
	}
	s.receive(t, event)
	if got := s.kept(t).Quantity; got != 12 {
		t.Errorf("%d seats once all is well", got)
	}
}

// blind is a store that can't read a tenant's subscription.
type blind struct{ *sqlstore.Store }

func (blind) TenantSubscription(context.Context, ids.Tenant) (marketplace.Subscription, bool, error) {
	return marketplace.Subscription{}, false, errCrash
}

// TestOurTroubleLeavesNobodyUnbound shows that a failure of our own doesn't store a purchase without its tenant. The
// next attempt gives it to the tenant.
func TestOurTroubleLeavesNobodyUnbound(t *testing.T) {
	t.Parallel()
	w := domaintest.New(t)
	ada := w.SignUp(t)
	id := w.Microsoft.Buy(domaintest.Buyer(ada), "timetracker", "team", 10)
	n := w.Microsoft.Subscribe(id)
	if err := w.MarketplaceOn(blind{w.Store}).Receive(t.Context(), n); !errors.Is(err, errCrash) {
		t.Errorf("got %v", err)
	}
	if err := w.Marketplace.Receive(t.Context(), n); err != nil || !kept(t, w, id).Bound() {
		t.Errorf("it is not bound: %v", err)
	}
}
