package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/tenant"
)

// newSubscription is a subscription of the tenant, or of none.
func newSubscription(id ids.Tenant) marketplace.Subscription {
	return marketplace.Subscription{
		ID: ids.New[ids.Subscription](), TenantID: id, OfferID: "timetracker", PlanID: "team", Quantity: 20,
		Status: marketplace.Subscribed, BeneficiaryDirectory: ids.New[ids.Directory](), PurchaserDirectory: ids.New[ids.Directory](),
		CreatedAt: at(8, 0), Revision: 1,
	}
}

func insertSubscription(t *testing.T, store Store, m marketplace.Subscription) error {
	t.Helper()
	return store.Tx(t.Context(), m.TenantID, func(ctx context.Context) error {
		return store.InsertSubscription(ctx, m.TenantID, m)
	})
}

func updateSubscription(t *testing.T, store Store, m marketplace.Subscription) error {
	t.Helper()
	return store.Tx(t.Context(), m.TenantID, func(ctx context.Context) error {
		return store.UpdateSubscription(ctx, m.TenantID, m)
	})
}

// subscribe gives the company a subscription in force.
func (c *company) subscribe() marketplace.Subscription {
	c.t.Helper()
	m := newSubscription(c.tenant.ID)
	if err := insertSubscription(c.t, c.store, m); err != nil {
		c.t.Fatal(err)
	}
	return m
}

// readSubscription reads a subscription that must exist.
func readSubscription(t *testing.T, store Store, id ids.Subscription) marketplace.Subscription {
	t.Helper()
	m, ok, err := store.Subscription(t.Context(), id)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	return m
}

func testSubscriptions(t *testing.T, store Store) {
	full := func(m marketplace.Subscription) marketplace.Subscription {
		m.OfferID, m.PlanID, m.Quantity, m.Status = "timetracker-active", "active", 0, marketplace.Suspended
		m.Term = marketplace.Term{Start: at(1, 0), End: at(1, 0).AddDate(1, 0, 0), Unit: "P1Y"}
		m.AutoRenew, m.FreeTrial, m.ReadOnly, m.UsersAtPurchase = true, true, true, 17
		m.Sync.ActivatedAt, m.Sync.OperationAt, m.Sync.ChangedAt = at(8, 1), at(8, 2).Add(1234567*100*time.Nanosecond), at(8, 3)
		m.Sync.PlanChanged, m.Sync.QuantityChanged = true, true
		m.Sync.AwaitedAt, m.Sync.CheckAt, m.CreatedAt = at(8, 6), at(8, 4), at(7, 0)
		m.PreviousTermStart, m.EndedAt, m.Obstacle = at(0, 1), at(8, 5), "subscription_exists"
		return m
	}

	t.Run("is read as it was written", func(t *testing.T) {
		for _, want := range []marketplace.Subscription{
			newSubscription(ids.Tenant{}), newSubscription(newCompany(t, store).tenant.ID), full(newSubscription(ids.Tenant{})),
			full(newSubscription(newCompany(t, store).tenant.ID)),
		} {
			if err := insertSubscription(t, store, want); err != nil {
				t.Fatal(err)
			}
			equal(t, "subscription", want, readSubscription(t, store, want.ID))
			err := store.Tx(t.Context(), want.TenantID, func(ctx context.Context) error {
				got, ok, err := store.LockSubscription(ctx, want.ID)
				equal(t, "locked", want, got)
				equal(t, "is there", true, ok)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	})

	t.Run("is changed", func(t *testing.T) {
		for _, m := range []marketplace.Subscription{newSubscription(ids.Tenant{}), newSubscription(newCompany(t, store).tenant.ID)} {
			if err := insertSubscription(t, store, m); err != nil {
				t.Fatal(err)
			}
			want := full(m)
			want.CreatedAt, want.Revision = m.CreatedAt, 2
			if err := updateSubscription(t, store, want); err != nil {
				t.Fatal(err)
			}
			equal(t, "subscription", want, readSubscription(t, store, m.ID))
			fails(t, updateSubscription(t, store, want), errs.Stale, "stale")
		}
	})

	t.Run("unknown", func(t *testing.T) {
		id := ids.New[ids.Subscription]()
		if _, ok, err := store.Subscription(t.Context(), id); ok || err != nil {
			t.Errorf("read: %v, %v", ok, err)
		}
		err := store.Tx(t.Context(), ids.Tenant{}, func(ctx context.Context) error {
			if _, ok, err := store.LockSubscription(ctx, id); ok || err != nil {
				t.Errorf("locked: %v, %v", ok, err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		c := newCompany(t, store)
		if _, ok, err := store.TenantSubscription(t.Context(), c.tenant.ID); ok || err != nil {
			t.Errorf("of a tenant: %v, %v", ok, err)
		}
	})

	t.Run("is bound once and for all", func(t *testing.T) {
		ours, theirs := newCompany(t, store), newCompany(t, store)
		m := newSubscription(ids.Tenant{})
		if err := insertSubscription(t, store, m); err != nil {
			t.Fatal(err)
		}
		m.TenantID, m.Revision = ours.tenant.ID, 2
		if err := updateSubscription(t, store, m); err != nil {
			t.Fatal(err)
		}
		equal(t, "bound", m, readSubscription(t, store, m.ID))
		for _, id := range []ids.Tenant{theirs.tenant.ID, {}} {
			moved := m
			moved.TenantID, moved.Revision = id, 3
			fails(t, updateSubscription(t, store, moved), errs.Stale, "stale")
			err := store.Tx(t.Context(), id, func(ctx context.Context) error {
				moved.TenantID = ours.tenant.ID
				return store.UpdateSubscription(ctx, id, moved)
			})
			if err == nil {
				t.Error("changed from within another transaction")
			}
		}
		equal(t, "still bound", m, readSubscription(t, store, m.ID))
	})

	t.Run("a tenant has one", func(t *testing.T) {
		c := newCompany(t, store)
		first := c.subscribe()
		second := newSubscription(c.tenant.ID)
		second.CreatedAt = first.CreatedAt.Add(time.Hour)
		fails(t, insertSubscription(t, store, second), errs.Conflict, "subscription_exists")
		second.TenantID = ids.Tenant{}
		if err := insertSubscription(t, store, second); err != nil {
			t.Fatal(err)
		}
		second.TenantID, second.Revision = c.tenant.ID, 2
		fails(t, updateSubscription(t, store, second), errs.Conflict, "subscription_exists")

		first.Status, first.Revision = marketplace.Cancelled, 2
		if err := updateSubscription(t, store, first); err != nil {
			t.Fatal(err)
		}
		current := func() marketplace.Subscription {
			t.Helper()
			m, ok, err := store.TenantSubscription(t.Context(), c.tenant.ID)
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			return m
		}
		equal(t, "the only one", first, current())
		if err := updateSubscription(t, store, second); err != nil {
			t.Fatal(err)
		}
		equal(t, "the one in force", second, current())
		later := newSubscription(c.tenant.ID)
		later.Status, later.CreatedAt = marketplace.Cancelled, second.CreatedAt.Add(time.Hour)
		if err := insertSubscription(t, store, later); err != nil {
			t.Fatal(err)
		}
		equal(t, "the one in force still", second, current())
		second.Status, second.Revision = marketplace.Cancelled, 3
		if err := updateSubscription(t, store, second); err != nil {
			t.Fatal(err)
		}
		equal(t, "the latest", later, current())
	})

	t.Run("is asked for when it is due", func(t *testing.T) {
		long := day.AddDate(-20, 0, 0) // before all others
		var all []marketplace.Subscription
		for i, wait := range []time.Duration{2 * time.Millisecond, 0, time.Millisecond, time.Hour} {
			m := newSubscription(ids.Tenant{})
			if i == 1 {
				m.TenantID = newCompany(t, store).tenant.ID
			}
			m.Sync.CheckAt = long.Add(wait)
			if err := insertSubscription(t, store, m); err != nil {
				t.Fatal(err)
			}
			all = append(all, m)
		}
		due := func(now time.Time, limit int) []marketplace.Subscription {
			t.Helper()
			return must[[]marketplace.Subscription](t)(store.DueSubscriptions(t.Context(), now, limit))
		}
		equal(t, "too early", nil, due(long.Add(-time.Millisecond), 10))
		equal(t, "at the instant", []marketplace.Subscription{all[1], all[2]}, due(long.Add(time.Millisecond), 10))
		equal(t, "at most two", []marketplace.Subscription{all[1], all[2]}, due(long.Add(time.Minute), 2))
		for _, m := range all {
			m.Sync.CheckAt, m.Revision = time.Time{}, 2
			if err := updateSubscription(t, store, m); err != nil {
				t.Fatal(err)
			}
		}
		equal(t, "not any more", nil, due(long.Add(time.Hour), 10))
	})

	t.Run("those in force page by page", func(t *testing.T) {
		live := func(limit int) (found []ids.Subscription) {
			t.Helper()
			for after := (ids.Subscription{}); ; {
				some := must[[]marketplace.Subscription](t)(store.LiveSubscriptions(t.Context(), after, limit))
				for _, m := range some {
					after = m.ID
					found = append(found, m.ID)
					equal(t, "cancelled", false, m.Status == marketplace.Cancelled)
				}
				if len(some) < limit {
					return found
				}
			}
		}
		want := live(1000)
		bound, cancelled := newCompany(t, store).subscribe(), newSubscription(ids.Tenant{})
		cancelled.Status = marketplace.Cancelled
		unbound := newSubscription(ids.Tenant{})
		unbound.Status = marketplace.Pending
		for _, m := range []marketplace.Subscription{cancelled, unbound} {
			if err := insertSubscription(t, store, m); err != nil {
				t.Fatal(err)
			}
		}
		want = append(want, bound.ID, unbound.ID)
		slices.SortFunc(want, ids.Subscription.Compare)
		equal(t, "by three", want, live(3))
		equal(t, "at once", want, live(1000))
	})

	t.Run("only within a transaction", func(t *testing.T) {
		m := newSubscription(ids.Tenant{})
		_, _, locked := store.LockSubscription(t.Context(), m.ID)
		for name, err := range map[string]error{
			"locked":   locked,
			"inserted": store.InsertSubscription(t.Context(), ids.Tenant{}, m),
			"updated":  store.UpdateSubscription(t.Context(), ids.Tenant{}, m),
			"recorded": store.InsertLifecycle(t.Context(), ids.Tenant{}, newLifecycle(m)),
			"noted":    store.InsertDelivery(t.Context(), ids.Tenant{}, newDelivery(m)),
		} {
			if err == nil {
				t.Errorf("%s outside of a transaction", name)
			}
		}
	})
}

func newDelivery(m marketplace.Subscription) marketplace.Delivery {
	return marketplace.Delivery{
		OperationID: ids.New[ids.Operation](), SubscriptionID: m.ID, Action: marketplace.Renew, Outcome: marketplace.Applied,
		ReceivedAt: at(9, 0),
	}
}

func newLifecycle(m marketplace.Subscription) marketplace.LifecycleRecord {
	return marketplace.LifecycleRecord{
		ID: ids.New[ids.BillingRecord](), At: at(9, 0), SubscriptionID: m.ID, OperationID: ids.New[ids.Operation](), Action: marketplace.ChangeQuantity,
		PlanID: "team", PlanTitle: "Team Ä", Quantity: 20, Status: marketplace.Subscribed, People: 2,
	}
}

func insertDelivery(t *testing.T, store Store, id ids.Tenant, d marketplace.Delivery) error {
	t.Helper()
	return store.Tx(t.Context(), id, func(ctx context.Context) error { return store.InsertDelivery(ctx, id, d) })
}

func testDeliveries(t *testing.T, store Store) {
	c := newCompany(t, store)
	m := c.subscribe()
	read := func(t *testing.T, operation ids.Operation) marketplace.Delivery {
		t.Helper()
		d, ok, err := store.Delivery(t.Context(), operation)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		return d
	}

	t.Run("is read as it was written", func(t *testing.T) {
		refused := newDelivery(m)
		refused.Action, refused.Outcome, refused.Code, refused.Message = "ChangeEverything", marketplace.Refused, "seats_in_use", "Ä – no."
		refused.SentAt, refused.AcknowledgeAt, refused.Attempts = at(8, 59).Add(1234567*100*time.Nanosecond), at(9, 1), 3
		for id, d := range map[ids.Tenant]marketplace.Delivery{c.tenant.ID: newDelivery(m), {}: refused} {
			if err := insertDelivery(t, store, id, d); err != nil {
				t.Fatal(err)
			}
			equal(t, "delivery", d, read(t, d.OperationID))
		}
	})

	t.Run("unknown", func(t *testing.T) {
		if _, ok, err := store.Delivery(t.Context(), ids.New[ids.Operation]()); ok || err != nil {
			t.Errorf("%v, %v", ok, err)
		}
	})

	t.Run("is noted once", func(t *testing.T) {
		d, other := newDelivery(m), newCompany(t, store)
		if err := insertDelivery(t, store, c.tenant.ID, d); err != nil {
			t.Fatal(err)
		}
		for _, id := range []ids.Tenant{c.tenant.ID, other.tenant.ID, {}} {
			fails(t, insertDelivery(t, store, id, d), errs.Conflict, "delivery_exists")
		}
	})

	t.Run("is recorded once", func(t *testing.T) {
		r := newLifecycle(m)
		insert := func() error {
			return store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
				return store.InsertLifecycle(ctx, c.tenant.ID, r)
			})
		}
		if err := insert(); err != nil {
			t.Fatal(err)
		}
		r.ID = ids.New[ids.BillingRecord]()
		fails(t, insert(), errs.Conflict, "delivery_exists")
		// What was learned without a webhook has no operation.
		for range 2 {
			r.ID, r.OperationID = ids.New[ids.BillingRecord](), ids.Operation{}
			if err := insert(); err != nil {
				t.Error(err)
			}
		}
	})

	t.Run("is acknowledged when it is due", func(t *testing.T) {
		long := day.AddDate(-20, 0, 0)
		var all []marketplace.Delivery
		for _, wait := range []time.Duration{2 * time.Millisecond, 0, time.Millisecond, time.Hour} {
			d := newDelivery(m)
			d.ReceivedAt, d.AcknowledgeAt = long.Add(-wait), long.Add(wait)
			if err := insertDelivery(t, store, c.tenant.ID, d); err != nil {
				t.Fatal(err)
			}
			all = append(all, d)
		}
		due := func(now time.Time, limit int) []marketplace.Delivery {
			t.Helper()
			return must[[]marketplace.Delivery](t)(store.DueDeliveries(t.Context(), now, limit))
		}
		note := func(d marketplace.Delivery, next time.Time) marketplace.Delivery {
			t.Helper()
			d.AcknowledgeAt, d.Attempts = next, d.Attempts+1
			if err := store.NoteAcknowledgement(t.Context(), d); err != nil {
				t.Fatal(err)
			}
			equal(t, "noted", d, read(t, d.OperationID))
			return d
		}
		equal(t, "too early", nil, due(long.Add(-time.Millisecond), 10))
		equal(t, "at the instant", []marketplace.Delivery{all[1], all[2]}, due(long.Add(time.Millisecond), 10))
		equal(t, "at most one", []marketplace.Delivery{all[1]}, due(long.Add(time.Minute), 1))
		_, oldest, _, err := store.OldestWaiting(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "the oldest", all[3].ReceivedAt, oldest)
		again := note(all[1], long.Add(3*time.Millisecond))
		equal(t, "another time", []marketplace.Delivery{all[2], all[0], again}, due(long.Add(time.Minute), 10))
		for _, d := range append(all[2:], all[0], again) {
			note(d, time.Time{})
		}
		equal(t, "not any more", nil, due(long.Add(time.Hour), 10))
	})
}

// testNobodysTransactions shows that a transaction of no tenant reaches no row of a tenant.
func testNobodysTransactions(t *testing.T, store Store) {
	c := newCompany(t, store)
	m := c.subscribe()
	renamed := c.tenant
	renamed.Name, renamed.Revision = "Nobody's", 2
	nameless := newTenant()
	nameless.ID = ids.Tenant{}
	for name, write := range map[string]func(ctx context.Context) error{
		"a tenant of its own": func(ctx context.Context) error { return store.InsertTenant(ctx, ids.Tenant{}, nameless, nil) },
		"a tenant":            func(ctx context.Context) error { return store.UpdateTenant(ctx, c.tenant.ID, renamed) },
		"no tenant":           func(ctx context.Context) error { return store.UpdateTenant(ctx, ids.Tenant{}, renamed) },
		"a user":              func(ctx context.Context) error { return store.InsertUser(ctx, ids.Tenant{}, newUser("Nobody's")) },
		"a tenant's seats": func(ctx context.Context) error {
			_, err := store.CountSeats(ctx, c.tenant.ID)
			return err
		},
		"a tenant's transaction": func(ctx context.Context) error {
			return store.Tx(ctx, c.tenant.ID, func(context.Context) error { return nil })
		},
		"terms":               func(ctx context.Context) error { return store.InsertTerms(ctx, ids.Tenant{}, newTerms(m, at(9, 0))) },
		"a billing record":    func(ctx context.Context) error { return store.InsertLifecycle(ctx, ids.Tenant{}, newLifecycle(m)) },
		"a tenant's delivery": func(ctx context.Context) error { return store.InsertDelivery(ctx, c.tenant.ID, newDelivery(m)) },
		"usage":               func(ctx context.Context) error { return store.InsertUsage(ctx, ids.Tenant{}, newUsage(m, at(9, 0))) },
	} {
		if store.Tx(t.Context(), ids.Tenant{}, write) == nil {
			t.Errorf("a transaction of no tenant reached %s", name)
		}
	}
	equal(t, "tenant", c.tenant, must[tenant.Tenant](t)(store.TenantBySlug(t.Context(), c.tenant.Slug)))
	err := store.Tx(t.Context(), ids.Tenant{}, func(ctx context.Context) error {
		equal(t, "seats of nobody", 0, must[int](t)(store.CountSeats(ctx, ids.Tenant{})))
		_, err := store.LockTenant(ctx, ids.Tenant{})
		fails(t, err, errs.NotFound, "tenant_not_found")
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
