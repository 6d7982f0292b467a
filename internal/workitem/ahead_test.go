package workitem_test

import (
	"context"
	"testing"

	"timetracker/internal/domaintest"
	"timetracker/internal/ids"
	"timetracker/internal/sqlstore"
	"timetracker/internal/workitem"
)

// counting counts how often work is looked up.
type counting struct {
	*sqlstore.Store
	lookups int
}

func (c *counting) Candidates(ctx context.Context, id ids.Tenant, lookup workitem.Lookup) ([]workitem.Candidate, error) {
	c.lookups++
	return c.Store.Candidates(ctx, id, lookup)
}

// TestResolveAhead: what was resolved before a transaction is not looked up in it again, unless it adds something.
func TestResolveAhead(t *testing.T) {
	w := domaintest.New(t)
	ada, fay := w.SignUp(t), w.SignUp(t)
	store := &counting{Store: w.Store}
	work := workitem.NewService(store, w.Clock.Now)
	claim := func(number string) workitem.Claim {
		return workitem.Claim{Tracker: workitem.AzureDevOps, Project: workitem.Named{Name: "Payments"}, Number: number}
	}
	lookups := func(what string, want int, call func() error) {
		t.Helper()
		store.lookups = 0
		if err := call(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if store.lookups != want {
			t.Errorf("%s: looked up %d times, want %d", what, store.lookups, want)
		}
	}
	ctx := work.ResolveAhead(t.Context(), ada, claim("101"))
	var found workitem.Resolved
	lookups("the same claim", 0, func() (err error) {
		found, err = work.Resolve(ctx, ada, claim("101"))
		return err
	})
	if !found.New.Item || found.Item.Number != "101" {
		t.Errorf("found %+v", found)
	}
	lookups("another claim", 1, func() error {
		_, err := work.Resolve(ctx, ada, claim("102"))
		return err
	})
	lookups("another tenant", 1, func() error {
		_, err := work.Resolve(ctx, fay, claim("101"))
		return err
	})
	lookups("something new is settled under the lock", 1, func() error {
		return store.Tx(ctx, ada.Tenant.ID, func(ctx context.Context) error {
			settled, err := work.Settle(ctx, ada, found)
			if err != nil {
				return err
			}
			return work.Keep(ctx, ada, settled)
		})
	})
	ctx = work.ResolveAhead(t.Context(), ada, claim("101"))
	lookups("known work is settled", 0, func() error {
		return store.Tx(ctx, ada.Tenant.ID, func(ctx context.Context) error {
			known, err := work.Resolve(ctx, ada, claim("101"))
			if err != nil {
				return err
			}
			_, err = work.Settle(ctx, ada, known)
			return err
		})
	})
	if _, err := work.Resolve(work.ResolveAhead(t.Context(), ada, claim("0")), ada, claim("0")); err == nil {
		t.Error("a claim that is refused is not refused any more")
	}
}
