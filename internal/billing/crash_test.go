package billing_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/plan"
	"timetracker/internal/sqlstore"
	"timetracker/internal/tenant"
)

var errCrash = errors.New("crash")

// failing is a store whose process ends at a call, so that no further call works, or a store that fails for one tenant.
// A transaction is two calls, so that the process can also end after the commit but before anybody has heard of it.
type failing struct {
	*sqlstore.Store
	tenant ids.Tenant // fails only for this one
	at     int        // or at this call

	mu    sync.Mutex
	calls int
}

func (f *failing) call(id ids.Tenant) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	if (f.at > 0 && f.calls >= f.at) || (!f.tenant.IsZero() && f.tenant == id) {
		return errCrash
	}
	return nil
}

func (f *failing) Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error {
	if err := f.call(ids.Tenant{}); err != nil {
		return err
	}
	if err := f.Store.Tx(ctx, id, fn); err != nil {
		return err
	}
	return f.call(ids.Tenant{})
}

func (f *failing) LockTenant(ctx context.Context, id ids.Tenant) (tenant.Tenant, error) {
	if err := f.call(id); err != nil {
		return tenant.Tenant{}, err
	}
	return f.Store.LockTenant(ctx, id)
}

func (f *failing) PayingTenants(
	ctx context.Context, from, to time.Time, unbilled bool, after ids.Tenant, limit int,
) ([]ids.Tenant, error) {
	if err := f.call(ids.Tenant{}); err != nil {
		return nil, err
	}
	return f.Store.PayingTenants(ctx, from, to, unbilled, after, limit)
}

func (f *failing) LastTerms(ctx context.Context, id ids.Tenant, from, to time.Time) (plan.Terms, bool, error) {
	if err := f.call(id); err != nil {
		return plan.Terms{}, false, err
	}
	return f.Store.LastTerms(ctx, id, from, to)
}

func (f *failing) ActivePeople(ctx context.Context, id ids.Tenant, from, to time.Time) ([]billing.Person, error) {
	if err := f.call(id); err != nil {
		return nil, err
	}
	return f.Store.ActivePeople(ctx, id, from, to)
}

func (f *failing) MonthRecords(ctx context.Context, id ids.Tenant, month calendar.Month) ([]billing.Record, error) {
	if err := f.call(id); err != nil {
		return nil, err
	}
	return f.Store.MonthRecords(ctx, id, month)
}

func (f *failing) NextStatement(ctx context.Context, id ids.Tenant, year int) (billing.StatementNumber, error) {
	n, err := f.Store.NextStatement(ctx, id, year)
	if err == nil {
		err = f.call(id) // after the number was taken
	}
	return n, err
}

func (f *failing) InsertRecord(ctx context.Context, id ids.Tenant, r billing.Record) error {
	if err := f.Store.InsertRecord(ctx, id, r); err != nil {
		return err
	}
	return f.call(id)
}

func (f *failing) SubscriptionsOf(
	ctx context.Context, plans []string, endedAfter time.Time, after ids.Subscription, limit int,
) ([]marketplace.Subscription, error) {
	if err := f.call(ids.Tenant{}); err != nil {
		return nil, err
	}
	return f.Store.SubscriptionsOf(ctx, plans, endedAfter, after, limit)
}

func (f *failing) UncountedPeople(
	ctx context.Context, id ids.Tenant, p billing.Period, to time.Time,
) ([]ids.User, error) {
	if err := f.call(id); err != nil {
		return nil, err
	}
	return f.Store.UncountedPeople(ctx, id, p, to)
}

func (f *failing) InsertMetered(
	ctx context.Context, id ids.Tenant, p billing.Period, users []ids.User, at time.Time,
) error {
	if err := f.Store.InsertMetered(ctx, id, p, users, at); err != nil {
		return err
	}
	return f.call(id)
}

func (f *failing) InsertUsage(ctx context.Context, id ids.Tenant, u billing.Usage) error {
	if err := f.Store.InsertUsage(ctx, id, u); err != nil {
		return err
	}
	return f.call(id)
}

func (f *failing) UpdateUsage(ctx context.Context, id ids.Tenant, u billing.Usage) error {
	if err := f.Store.UpdateUsage(ctx, id, u); err != nil {
		return err
	}
	return f.call(id)
}

func (f *failing) OpenUsage(
	ctx context.Context, subscription ids.Subscription, now time.Time, limit int,
) ([]billing.Usage, error) {
	if err := f.call(ids.Tenant{}); err != nil {
		return nil, err
	}
	return f.Store.OpenUsage(ctx, subscription, now, limit)
}

// TestBillCrashes ends the billing of a month and of its correction at each call of the store, in one month after the other.
// The next run makes the records that an undisturbed one makes, and no number is missing.
func TestBillCrashes(t *testing.T) {
	t.Parallel()
	f := newFirm(t, "timetracker", "team", 10)
	grace := f.Join(t, f.ada, "Grace")
	var want []billing.Record
	for crash, month := 0, october; ; crash, month = crash+1, month.Next() { // 0: none
		day := month.From().AddDate(0, 0, 4)
		entry := domaintest.Entry(f.ada, domaintest.Item(1), day, day.Add(time.Hour))
		f.Save(t, f.ada, entry, domaintest.Entry(grace, domaintest.Item(1), day, day.Add(time.Hour)))
		f.Clock.Set(month.To())
		broken := &failing{Store: f.Store, at: crash}
		run := func() {
			t.Helper()
			err := billing.NewService(broken, f.Clock.Now, domaintest.Seller).Bill(t.Context(), month, billing.Options{})
			if (err != nil) != (broken.at > 0 && broken.calls >= broken.at) {
				t.Fatalf("crash at %d, %d calls: %v", crash, broken.calls, err)
			}
			if err != nil {
				broken.at = 0 // a new process
				if err := billing.NewService(broken, f.Clock.Now, domaintest.Seller).Bill(t.Context(), month, billing.Options{}); err != nil {
					t.Fatal(err)
				}
			}
		}
		run()
		f.void(t, entry)
		run()
		got := f.records(t, month)
		if crash == 0 {
			want = got
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(billing.Record{}, "ID", "At", "Month", "Statement")); diff != "" {
			t.Errorf("crash at %d: %s", crash, diff)
		}
		year := f.Clock.Now().Year()
		checkNumbers(t, f, year, f.Count(t, "SELECT COUNT(*) FROM billing_records WHERE statement_year = ?", year))
		if crash > 0 && broken.at > 0 {
			if crash < 12 {
				t.Errorf("the store was called %d times only", crash)
			}
			return
		}
	}
}

// lateStore lets something happen just after open usage was read.
type lateStore struct {
	failing
	meanwhile func()
}

func (l *lateStore) OpenUsage(
	ctx context.Context, subscription ids.Subscription, now time.Time, limit int,
) ([]billing.Usage, error) {
	due, err := l.Store.OpenUsage(ctx, subscription, now, limit)
	l.meanwhile()
	return due, err
}
