package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"timetracker/internal/errs"
	"timetracker/internal/idempotency"
	"timetracker/internal/ids"
	"timetracker/internal/timer"
)

func testIdempotency(t *testing.T, store Store) {
	c := newCompany(t, store)
	now := at(9, 0).Add(5 * time.Millisecond)
	keep := func(ctx context.Context, key string, hash idempotency.Hash, body []byte) error {
		return store.KeepReceipt(ctx, c.tenant.ID, c.ada.ID, key, idempotency.Receipt{
			RequestHash: hash, Status: 201, ETag: `"1"`, Body: body, CreatedAt: now,
		})
	}
	// apply does work and keeps its receipt.
	apply := func(key string, hash idempotency.Hash, body []byte, work func(ctx context.Context) error) error {
		return store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
			if err := work(ctx); err != nil {
				return err
			}
			return keep(ctx, key, hash, body)
		})
	}
	nothing := func(context.Context) error { return nil }
	receipt := func(t *testing.T, ctx context.Context, user ids.User, key string) *idempotency.Receipt {
		t.Helper()
		r, ok, err := store.Receipt(ctx, c.tenant.ID, user, key)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return nil
		}
		return &r
	}

	t.Run("is kept and read", func(t *testing.T) {
		if got := receipt(t, t.Context(), c.ada.ID, "one"); got != nil {
			t.Errorf("a receipt of nothing: %v", got)
		}
		body := []byte("{\"name\":\"Zoë \x00\xff\"}")
		want := &idempotency.Receipt{RequestHash: idempotency.Hash{1}, Status: 201, ETag: `"1"`, Body: body, CreatedAt: now}
		err := store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
			if err := keep(ctx, "one", idempotency.Hash{1}, body); err != nil {
				return err
			}
			equal(t, "in its transaction", want, receipt(t, ctx, c.ada.ID, "one"))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "kept", want, receipt(t, t.Context(), c.ada.ID, "one"))
		before := must[int](t)(store.CountSeats(t.Context(), c.tenant.ID))
		fails(t, apply("one", idempotency.Hash{2}, nil, func(ctx context.Context) error {
			return store.InsertUser(ctx, c.tenant.ID, newUser("Repeat"))
		}), errs.Conflict, "key_used")
		equal(t, "unchanged", want, receipt(t, t.Context(), c.ada.ID, "one"))
		equal(t, "effects of a repeat", before, must[int](t)(store.CountSeats(t.Context(), c.tenant.ID)))
	})

	t.Run("says so after work that expects duplicates of its own", func(t *testing.T) {
		c.know(item("Payments", "1"))
		attempts := 0
		add := func() error {
			return apply("added", idempotency.Hash{1}, nil, func(ctx context.Context) error {
				attempts++
				return store.Save(ctx, c.tenant.ID, timer.Changeset{
					Insert: []timer.Entry{entry(c.ada, item("Payments", "1"), at(9, 0), at(10, 0))},
				})
			})
		}
		if err := add(); err != nil {
			t.Fatal(err)
		}
		fails(t, add(), errs.Conflict, "key_used")
		equal(t, "attempts", 2, attempts)
	})

	t.Run("is a user's own and exact", func(t *testing.T) {
		if err := apply("Exact", idempotency.Hash{1}, nil, nothing); err != nil {
			t.Fatal(err)
		}
		if got := receipt(t, t.Context(), c.bob.ID, "Exact"); got != nil {
			t.Error("read another user's receipt")
		}
		if err := apply("exact", idempotency.Hash{1}, nil, nothing); err != nil {
			t.Errorf("the case counts: %v", err)
		}
	})

	t.Run("is not kept when the work fails", func(t *testing.T) {
		err := store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
			if err := keep(ctx, "refused", idempotency.Hash{1}, nil); err != nil {
				return err
			}
			return errs.New(errs.Conflict, "timer_running", "refused")
		})
		fails(t, err, errs.Conflict, "timer_running")
		if got := receipt(t, t.Context(), c.ada.ID, "refused"); got != nil {
			t.Errorf("kept: %v", got)
		}
	})

	t.Run("is kept by one of many", func(t *testing.T) {
		before := must[int](t)(store.CountSeats(t.Context(), c.tenant.ID))
		results := inParallel(30, func(i int) error {
			return apply("raced", idempotency.Hash{1}, []byte(fmt.Sprint(i)), func(ctx context.Context) error {
				return store.InsertUser(ctx, c.tenant.ID, newUser(fmt.Sprint("User ", i)))
			})
		})
		succeeded := 0
		for _, err := range results {
			switch {
			case err == nil:
				succeeded++
			case errs.CodeOf(err) != "key_used" && errs.CodeOf(err) != "request_in_progress":
				t.Error(err)
			}
		}
		equal(t, "succeeded", 1, succeeded)
		equal(t, "effects", before+1, must[int](t)(store.CountSeats(t.Context(), c.tenant.ID)))
	})

	t.Run("is forgotten", func(t *testing.T) {
		for _, key := range []string{"a", "b"} {
			if err := apply(key, idempotency.Hash{1}, nil, nothing); err != nil {
				t.Fatal(err)
			}
		}
		forget := func(key string, before time.Time) {
			t.Helper()
			if err := store.ForgetKey(t.Context(), c.tenant.ID, c.ada.ID, key, before); err != nil {
				t.Fatal(err)
			}
		}
		forget("a", now)
		if receipt(t, t.Context(), c.ada.ID, "a") == nil {
			t.Error("forgotten too early")
		}
		forget("a", now.Add(time.Millisecond))
		if receipt(t, t.Context(), c.ada.ID, "a") != nil || receipt(t, t.Context(), c.ada.ID, "b") == nil {
			t.Error("want a forgotten and b kept")
		}
		if err := apply("a", idempotency.Hash{3}, nil, func(ctx context.Context) error {
			return store.ForgetKey(ctx, c.tenant.ID, c.ada.ID, "b", now.Add(time.Millisecond))
		}); err != nil {
			t.Fatal(err)
		}
		if receipt(t, t.Context(), c.ada.ID, "b") != nil {
			t.Error("not forgotten within a transaction")
		}
	})

	t.Run("old ones are forgotten", func(t *testing.T) {
		c, years := newCompany(t, store), at(0, 0).AddDate(-20, 0, 0)
		keep := func(key string, created time.Time) {
			err := store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
				return store.KeepReceipt(ctx, c.tenant.ID, c.ada.ID, key, idempotency.Receipt{Status: 201, CreatedAt: created})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for i := range 5 {
			keep(fmt.Sprint(i), years.Add(time.Duration(i)*time.Hour))
		}
		forget := func(want, limit int) {
			t.Helper()
			got, err := store.ForgetKeysBefore(t.Context(), years.Add(4*time.Hour), limit)
			if err != nil || got != want {
				t.Errorf("want %d forgotten, got %d, %v", want, got, err)
			}
		}
		forget(3, 3)
		for i := range 5 {
			_, ok, err := store.Receipt(t.Context(), c.tenant.ID, c.ada.ID, fmt.Sprint(i))
			if err != nil || ok != (i >= 3) {
				t.Errorf("key %d: there %v, %v", i, ok, err)
			}
		}
		forget(1, 100)
		forget(0, 100)
	})

	t.Run("only within a transaction", func(t *testing.T) {
		if keep(t.Context(), "outside", idempotency.Hash{1}, nil) == nil {
			t.Error("kept outside of a transaction")
		}
	})
}

func testLeases(t *testing.T, store Store) {
	name := "job " + uuid.NewString()
	for _, step := range []struct {
		holder string
		now    time.Time
		want   bool
	}{
		{"a", at(9, 0), true},
		{"b", at(9, 0), false},
		{"a", at(9, 1), true}, // prolongs it to 9:03
		{"b", at(9, 3).Add(-time.Millisecond), false},
		{"b", at(9, 3), true},
		{"a", at(9, 4), false},
	} {
		got, err := store.AcquireLease(t.Context(), name, step.holder, step.now, 2*time.Minute, time.Hour)
		if err != nil || got != step.want {
			t.Errorf("%s at %v: got %v, %v", step.holder, step.now, got, err)
		}
	}
	release := func(holder string) {
		if err := store.ReleaseLease(t.Context(), name, holder); err != nil {
			t.Error(err)
		}
	}
	acquire := func(holder string, now time.Time) bool {
		return must[bool](t)(store.AcquireLease(t.Context(), name, holder, now, time.Minute, time.Hour))
	}
	release("a") // it is not its own
	if acquire("a", at(9, 4)) {
		t.Error("released another's lease")
	}
	release("b")
	if !acquire("a", at(9, 4)) {
		t.Error("not released")
	}

	// A lease that ends later than any possible one was taken by a wrong clock.
	const longest = 24 * time.Hour
	for _, test := range []struct {
		name string
		ttl  time.Duration // of a's lease
		want bool
	}{
		{"ends as late as one can", longest, false},
		{"ends later", longest + time.Millisecond, true},
		{"ends much later", 61 * 24 * time.Hour, true},
	} {
		name := "job " + uuid.NewString()
		for _, step := range []struct {
			holder string
			ttl    time.Duration
			want   bool
		}{
			{"a", test.ttl, true},
			{"b", time.Minute, test.want},
			{"c", time.Minute, false}, // whether b has taken it or not
		} {
			got := must[bool](t)(store.AcquireLease(t.Context(), name, step.holder, at(9, 0), step.ttl, longest))
			equal(t, test.name+": "+step.holder, step.want, got)
		}
	}
	for range 5 {
		contested := "job " + uuid.NewString()
		got := make([]bool, 20)
		for _, err := range inParallel(len(got), func(i int) (err error) {
			got[i], err = store.AcquireLease(t.Context(), contested, fmt.Sprint(i), at(9, 0), time.Minute, time.Hour)
			return err
		}) {
			if err != nil {
				t.Error(err)
			}
		}
		holders := 0
		for _, acquired := range got {
			if acquired {
				holders++
			}
		}
		equal(t, "holders", 1, holders)
	}
}
