package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/errs"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

func testTransactions(t *testing.T, store Store) {
	c := newCompany(t, store)
	refusal := errors.New("refused by a rule")
	// count is the number of users beside Ada and bob.
	count := func(t *testing.T, c *company) int {
		return must[int](t)(store.CountSeats(t.Context(), c.tenant.ID)) - 2
	}
	insert := func(ctx context.Context) error { return store.InsertUser(ctx, c.tenant.ID, newUser("New")) }

	t.Run("is seen whole or not at all", func(t *testing.T) {
		err := store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
			if err := insert(ctx); err != nil {
				return err
			}
			inside := must[int](t)(store.CountSeats(ctx, c.tenant.ID)) - 2
			equal(t, "users within", 1, inside)
			return refusal
		})
		if !errors.Is(err, refusal) {
			t.Errorf("the error is lost: %v", err)
		}
		equal(t, "users after", 0, count(t, c))
	})

	t.Run("joins one of the same tenant", func(t *testing.T) {
		c := newCompany(t, store)
		err := store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
			err := store.Tx(ctx, c.tenant.ID, func(ctx context.Context) error {
				return store.InsertUser(ctx, c.tenant.ID, newUser("New"))
			})
			if err != nil {
				return err
			}
			equal(t, "users within", 3, must[int](t)(store.CountSeats(ctx, c.tenant.ID)))
			return refusal
		})
		if !errors.Is(err, refusal) {
			t.Errorf("the error is lost: %v", err)
		}
		equal(t, "users after", 0, count(t, c))
	})

	t.Run("fails when one that joined has failed", func(t *testing.T) {
		c := newCompany(t, store)
		err := store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
			_ = store.Tx(ctx, c.tenant.ID, func(ctx context.Context) error {
				if err := store.InsertUser(ctx, c.tenant.ID, newUser("New")); err != nil {
					return err
				}
				return refusal
			})
			return nil
		})
		if !errors.Is(err, refusal) {
			t.Errorf("the error is lost: %v", err)
		}
		equal(t, "users after", 0, count(t, c))
	})

	t.Run("fails when a statement has failed", func(t *testing.T) {
		c := newCompany(t, store)
		err := store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
			if err := store.InsertUser(ctx, c.tenant.ID, newUser("New")); err != nil {
				return err
			}
			again := newUser("Again")
			again.ObjectID = c.ada.ObjectID
			_ = store.InsertUser(ctx, c.tenant.ID, again)
			// From here on no write may succeed, inside or outside of the transaction.
			_ = store.InsertUser(ctx, c.tenant.ID, newUser("Too late"))
			return nil
		})
		if err == nil {
			t.Error("committed after a failed statement")
		}
		equal(t, "users after", 0, count(t, c))
	})

	t.Run("is that of one tenant", func(t *testing.T) {
		other := newCompany(t, store)
		err := store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
			if store.InsertUser(ctx, other.tenant.ID, newUser("Intruder")) == nil {
				t.Error("wrote another tenant's user")
			}
			if _, err := store.CountSeats(ctx, other.tenant.ID); err == nil {
				t.Error("read another tenant's users")
			}
			if store.Tx(ctx, other.tenant.ID, func(context.Context) error { return nil }) == nil {
				t.Error("another tenant's transaction joined")
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		equal(t, "the other's users", 0, count(t, other))
	})

	t.Run("outlives nothing", func(t *testing.T) {
		var leaked context.Context
		if err := store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
			leaked = ctx
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if store.InsertUser(leaked, c.tenant.ID, newUser("Late")) == nil {
			t.Error("wrote in a transaction that has ended")
		}
		equal(t, "users after", 0, count(t, c))
	})

	t.Run("panics in its caller", func(t *testing.T) {
		c := newCompany(t, store)
		value := func() (value any) {
			defer func() { value = recover() }()
			_ = store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
				if err := store.InsertUser(ctx, c.tenant.ID, newUser("New")); err != nil {
					return err
				}
				panic("a bug")
			})
			return nil
		}()
		equal(t, "panic", any("a bug"), value)
		equal(t, "users after", 0, count(t, c))
	})

	t.Run("is not begun when its caller has gone", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := store.Tx(ctx, c.tenant.ID, func(context.Context) error {
			t.Error("ran")
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("want context.Canceled, got %v", err)
		}
	})

	t.Run("does not disturb others", func(t *testing.T) {
		c := newCompany(t, store)
		var kept atomic.Int64
		results := inParallel(90, func(i int) (err error) {
			defer func() {
				if recover() != nil {
					err = nil
				}
			}()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			err = store.Tx(ctx, c.tenant.ID, func(ctx context.Context) error {
				if err := store.InsertUser(ctx, c.tenant.ID, newUser(fmt.Sprint("User ", i))); err != nil {
					return err
				}
				switch i % 3 {
				case 0:
					return refusal
				case 1:
					panic("a bug")
				}
				return nil
			})
			if errors.Is(err, refusal) {
				return nil
			}
			if err == nil {
				kept.Add(1)
			}
			return err
		})
		if err := errors.Join(results...); err != nil {
			t.Error(err)
		}
		equal(t, "kept", int64(30), kept.Load())
		equal(t, "users after", 30, count(t, c))
	})

	t.Run("begun is done though its caller goes", func(t *testing.T) {
		c := newCompany(t, store)
		results := inParallel(20, func(i int) error {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			return store.Tx(ctx, c.tenant.ID, func(ctx context.Context) error {
				if i%2 == 0 {
					cancel()
				}
				return store.InsertUser(ctx, c.tenant.ID, newUser(fmt.Sprint("User ", i)))
			})
		})
		done := 0
		for i, err := range results {
			if err == nil {
				done++
			} else if i%2 == 1 {
				t.Errorf("disturbed by another's going: %v", err)
			}
		}
		equal(t, "users after", done, count(t, c))
	})
}

func testParallelStarts(t *testing.T, store Store) {
	c := newCompany(t, store)
	clock := func() time.Time { return at(9, 0) }
	service := timer.NewService(store, workitem.NewService(store, nil, clock), clock)
	m := tenant.Member{Tenant: c.tenant, User: c.ada}
	results := inParallel(50, func(i int) error {
		_, err := service.Start(t.Context(), m, timer.StartRequest{WorkItem: claim(item("Payments", fmt.Sprint(100+i%5)))})
		return err
	})
	if err := errors.Join(results...); err != nil {
		t.Error(err)
	}
	entries := must[[]timer.Entry](t)(store.Entries(t.Context(), c.tenant.ID, timer.EntryFilter{}, page.Request{Limit: 500}))
	running := 0
	for _, e := range entries {
		if e.Running() {
			running++
		}
	}
	equal(t, "running timers", 1, running)
	events := must[[]timer.Event](t)(store.Events(t.Context(), c.tenant.ID, audit.Filter{}, page.Request{Limit: 500}))
	equal(t, "events", 2*len(entries)-1, len(events)) // each entry was started, all but one were switched

	// Without the rule's lock the database alone must still prevent it.
	results = inParallel(20, func(int) error {
		return c.save(timer.Changeset{Insert: []timer.Entry{entry(c.bob, entries[0].WorkItem, at(9, 0), time.Time{})}})
	})
	started := 0
	for _, err := range results {
		if err == nil {
			started++
		} else {
			fails(t, err, errs.Conflict, "timer_running")
		}
	}
	equal(t, "started without a lock", 1, started)
}
