package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"timetracker/internal/billing"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/tenant"
)

// newUsage is usage of an hour that is to be sent after it.
func newUsage(m marketplace.Subscription, hour time.Time) billing.Usage {
	return billing.Usage{
		TenantID: m.TenantID, SubscriptionID: m.ID, Dimension: "active_user", Hour: hour, EffectiveAt: hour.Add(time.Minute),
		PlanID: "active", Quantity: 3, State: billing.UsageOpen, NextAt: hour.Add(time.Hour),
	}
}

func (c *company) keepUsage(all ...billing.Usage) {
	c.t.Helper()
	c.tx(func(ctx context.Context) error {
		for _, u := range all {
			if err := c.store.InsertUsage(ctx, c.tenant.ID, u); err != nil {
				return err
			}
		}
		return nil
	})
}

func testUsage(t *testing.T, store Store) {
	c := newCompany(t, store)
	m := c.subscribe()
	id := c.tenant.ID
	read := func(t *testing.T, hour time.Time) billing.Usage {
		t.Helper()
		u, ok, err := store.Usage(t.Context(), id, m.ID, "active_user", hour)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		return u
	}
	update := func(u billing.Usage) error {
		return store.Tx(t.Context(), id, func(ctx context.Context) error { return store.UpdateUsage(ctx, id, u) })
	}

	t.Run("is read as it was written", func(t *testing.T) {
		u := newUsage(m, at(9, 0))
		c.keepUsage(u)
		equal(t, "open", u, read(t, u.Hour))
		u.State, u.Attempts, u.Carries, u.NextAt = billing.UsageSent, 2, 1, at(10, 1)
		if err := update(u); err != nil {
			t.Fatal(err)
		}
		equal(t, "sent", u, read(t, u.Hour))
		u.State, u.AcceptedQuantity, u.Status, u.NextAt = billing.UsageAccepted, 2, "Duplicate", time.Time{}
		if err := update(u); err != nil {
			t.Fatal(err)
		}
		equal(t, "accepted", u, read(t, u.Hour))
		if _, ok, err := store.Usage(t.Context(), id, m.ID, "other", u.Hour); ok || err != nil {
			t.Errorf("of another dimension: %v, %v", ok, err)
		}
		if _, ok, err := store.Usage(t.Context(), id, m.ID, u.Dimension, at(10, 0)); ok || err != nil {
			t.Errorf("of another hour: %v, %v", ok, err)
		}
		fails(t, update(newUsage(m, at(10, 0))), errs.Stale, "stale")
	})

	t.Run("an hour is reported once", func(t *testing.T) {
		u := newUsage(m, at(11, 0))
		c.keepUsage(u)
		u.Quantity = 5
		if store.Tx(t.Context(), id, func(ctx context.Context) error { return store.InsertUsage(ctx, id, u) }) == nil {
			t.Error("a second event of an hour was kept")
		}
		equal(t, "quantity", 3, read(t, u.Hour).Quantity)
	})

	t.Run("is sent when it is due", func(t *testing.T) {
		long := day.AddDate(-20, 0, 0)
		other := newCompany(t, store)
		theirs := newUsage(other.subscribe(), long)
		late, soon, later, settled := newUsage(m, long), newUsage(m, long.Add(time.Hour)), newUsage(m, long.Add(2*time.Hour)), newUsage(m, long.Add(3*time.Hour))
		late.NextAt = soon.NextAt.Add(time.Minute) // has failed
		settled.State, settled.NextAt = billing.UsageLost, time.Time{}
		c.keepUsage(soon, late, later, settled)
		other.keepUsage(theirs)
		open := func(subscription ids.Subscription, now time.Time, limit int) (hours []time.Time) {
			t.Helper()
			for _, u := range must[[]billing.Usage](t)(store.OpenUsage(t.Context(), subscription, now, limit)) {
				hours = append(hours, u.Hour)
			}
			return hours
		}
		equal(t, "too early", nil, open(ids.Subscription{}, theirs.NextAt.Add(-time.Millisecond), 10))
		equal(t, "of all", []billing.Usage{theirs}, must[[]billing.Usage](t)(store.OpenUsage(t.Context(), ids.Subscription{}, theirs.NextAt, 10)))
		equal(t, "the oldest hour first", []time.Time{late.Hour, theirs.Hour, soon.Hour}, open(ids.Subscription{}, late.NextAt, 10))
		equal(t, "at most two", []time.Time{late.Hour, theirs.Hour}, open(ids.Subscription{}, late.NextAt, 2))
		equal(t, "of a subscription", []time.Time{late.Hour, soon.Hour}, open(m.ID, late.NextAt, 10))
		oldest, _, _, err := store.OldestWaiting(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "the oldest", long, oldest)
	})

	t.Run("since an hour", func(t *testing.T) {
		far := day.AddDate(20, 0, 0)
		other := newCompany(t, store)
		before, from, after := newUsage(m, far.Add(-time.Hour)), newUsage(m, far), newUsage(other.subscribe(), far.Add(time.Hour))
		c.keepUsage(before, from)
		other.keepUsage(after)
		equal(t, "usage", []billing.Usage{from, after}, must[[]billing.Usage](t)(store.UsageSince(t.Context(), far)))
	})

	t.Run("is that of the tenant's own subscription", func(t *testing.T) {
		other := newCompany(t, store)
		if store.Tx(t.Context(), other.tenant.ID, func(ctx context.Context) error {
			return store.InsertUsage(ctx, other.tenant.ID, newUsage(m, at(20, 0)))
		}) == nil {
			t.Error("kept usage of another tenant's subscription")
		}
	})

	t.Run("only within a transaction", func(t *testing.T) {
		for name, err := range map[string]error{
			"inserted": store.InsertUsage(t.Context(), id, newUsage(m, at(21, 0))),
			"updated":  store.UpdateUsage(t.Context(), id, newUsage(m, at(11, 0))),
			"counted":  store.InsertMetered(t.Context(), id, billing.Period{SubscriptionID: m.ID, From: day}, []ids.User{c.ada.ID}, day),
		} {
			if err == nil {
				t.Errorf("%s outside of a transaction", name)
			}
		}
	})
}

func testMetered(t *testing.T, store Store) {
	c := newCompany(t, store)
	id := c.tenant.ID
	period := billing.Period{SubscriptionID: c.subscribe().ID, From: day}
	next := billing.Period{SubscriptionID: period.SubscriptionID, From: day.AddDate(0, 1, 0)}
	uncounted := func(p billing.Period) []ids.User {
		t.Helper()
		return must[[]ids.User](t)(store.UncountedPeople(t.Context(), id, p, p.From.AddDate(0, 1, 0)))
	}
	count := func(p billing.Period) int { return must[int](t)(store.CountMetered(t.Context(), id, p)) }
	insert := func(users ...ids.User) error {
		return store.Tx(t.Context(), id, func(ctx context.Context) error {
			return store.InsertMetered(ctx, id, period, users, at(9, 0))
		})
	}

	task := item("Payments", "101")
	c.keep(entry(c.ada, task, at(8, 0), at(9, 0)), entry(c.bob, task, at(8, 0), time.Time{}),
		entry(c.bob, task, next.From.Add(time.Hour), next.From.Add(2*time.Hour)))
	both := []ids.User{c.ada.ID, c.bob.ID}
	slices.SortFunc(both, ids.User.Compare)
	equal(t, "uncounted", both, uncounted(period))
	equal(t, "counted", 0, count(period))
	if err := insert(c.ada.ID); err != nil {
		t.Fatal(err)
	}
	equal(t, "uncounted", []ids.User{c.bob.ID}, uncounted(period))
	equal(t, "counted", 1, count(period))
	equal(t, "uncounted in the next period", []ids.User{c.bob.ID}, uncounted(next))
	equal(t, "counted in the next period", 0, count(next))
	if insert(c.ada.ID) == nil {
		t.Error("counted twice")
	}
	if insert(newCompany(t, store).ada.ID) == nil {
		t.Error("counted another tenant's user")
	}

	users := make([]tenant.User, 600)
	many := make([]ids.User, len(users))
	for i := range users {
		users[i] = newUser(fmt.Sprint("User ", i))
		many[i] = users[i].ID
	}
	c.keepUsers(users...)
	if err := insert(many...); err != nil {
		t.Fatal(err)
	}
	equal(t, "counted", 1+len(users), count(period))
}

func testSubscriptionsOf(t *testing.T, store Store) {
	plan, other := "plan-"+uuid.NewString(), "plan-"+uuid.NewString()
	var want []ids.Subscription
	ended := at(12, 0)
	just := ended.Add(time.Millisecond)
	for _, test := range []struct {
		status  marketplace.Status
		plan    string
		endedAt time.Time
		unbound bool
		want    bool
	}{
		{status: marketplace.Subscribed, plan: plan, want: true},
		{status: marketplace.Subscribed, plan: plan, want: true},
		{status: marketplace.Subscribed, plan: other, want: true},
		{status: marketplace.Subscribed, plan: "plan-" + uuid.NewString()},
		{status: marketplace.Subscribed, plan: plan, unbound: true},
		{status: marketplace.Pending, plan: plan},
		{status: marketplace.Suspended, plan: plan, endedAt: ended},
		{status: marketplace.Suspended, plan: plan, endedAt: just, want: true},
		{status: marketplace.Cancelled, plan: plan},
		{status: marketplace.Cancelled, plan: plan, endedAt: ended},
		{status: marketplace.Cancelled, plan: plan, endedAt: just, want: true},
		{status: marketplace.Cancelled, plan: plan, endedAt: just, unbound: true},
	} {
		m := newSubscription(newCompany(t, store).tenant.ID)
		m.Status, m.PlanID, m.EndedAt = test.status, test.plan, test.endedAt
		if test.unbound {
			m.TenantID = ids.Tenant{}
		}
		if err := insertSubscription(t, store, m); err != nil {
			t.Fatal(err)
		}
		if test.want {
			want = append(want, m.ID)
		}
	}
	slices.SortFunc(want, ids.Subscription.Compare)
	var got []ids.Subscription
	for after, more := (ids.Subscription{}), true; more; {
		some := must[[]marketplace.Subscription](t)(store.SubscriptionsOf(t.Context(), []string{plan, other}, ended, after, 2))
		for _, m := range some {
			after = m.ID
			got = append(got, m.ID)
		}
		more = len(some) == 2
	}
	equal(t, "subscriptions", want, got)
	one := must[[]marketplace.Subscription](t)(store.SubscriptionsOf(t.Context(), []string{other}, ended, ids.Subscription{}, 10))
	equal(t, "of one plan", 1, len(one))
}
