package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
)

func testConnection(t *testing.T, store Store) {
	if err := store.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if err := store.CheckVersion(t.Context()); err != nil {
		t.Error(err)
	}
	// A server's clock may be somewhat off, but a wrong unit, epoch or time zone shows.
	if shown, err := store.Now(t.Context()); err != nil || time.Since(shown).Abs() > 10*time.Minute {
		t.Errorf("the database's clock shows %s: %v", shown, err)
	}
	err := store.Tx(t.Context(), newTenant().ID, func(ctx context.Context) error {
		shown, err := store.Now(ctx)
		if time.Since(shown).Abs() > 10*time.Minute {
			t.Errorf("within a transaction the database's clock shows %s", shown)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func testTenants(t *testing.T, store Store) {
	c := newCompany(t, store)

	t.Run("is read as it was written", func(t *testing.T) {
		full := newTenant()
		full.Name = "Ünïcode 株式会社 🕰"
		full.Plan, full.Status, full.TrialEndsAt = plan.Paid, tenant.Suspended, time.Time{}
		full.Currency, full.PaidSeats, full.RateMinor = "JPY", 2_000, 1<<40
		full.Settings = tenant.Settings{
			TimeZone: "Asia/Kathmandu", OnStartWhileRunning: tenant.Reject, AutoStopAfter: 24 * time.Hour,
			EditWindowDays: 90, AllowOverlap: true, TeamObjection: true, WriteBackStep: 25, WriteBackRemaining: true, JoinPolicy: tenant.JoinInviteOnly,
			WeekStart: calendar.WeekFromSaturday, LockAfterDays: 30, TimerLogDays: 92, ActionLogDays: 3660, DefaultActivity: development.Ref(), DefaultBillable: true,
		}
		full.Revision = 7
		for _, want := range []tenant.Tenant{newTenant(), full} {
			err := store.Tx(t.Context(), want.ID, func(ctx context.Context) error {
				if err := store.InsertTenant(ctx, want.ID, want, []tenant.Activity{development}); err != nil {
					return err
				}
				got, err := store.LockTenant(ctx, want.ID)
				equal(t, "tenant", want, got)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "by slug", want, must[tenant.Tenant](t)(store.TenantBySlug(t.Context(), want.Slug)))
			m, ok, err := store.Member(t.Context(), want.DirectoryID, ids.Object{'n'})
			equal(t, "member", tenant.Member{Tenant: want}, m)
			if ok || err != nil {
				t.Errorf("nobody is a member: %v, %v", ok, err)
			}
		}
	})

	t.Run("is changed", func(t *testing.T) {
		c := newCompany(t, store)
		want := c.tenant
		want.Name, want.AdminEmail, want.Currency = "Renamed", "bob@contoso.example", "USD"
		want.AzureDevOpsOrganization = "renamed"
		want.Plan, want.Status, want.TrialEndsAt = plan.Paid, tenant.Cancelled, time.Time{}
		want.PaidSeats, want.RateMinor, want.Revision = 12, 995, 2
		want.Settings = tenant.Settings{
			TimeZone: "Asia/Kathmandu", OnStartWhileRunning: tenant.Reject, AutoStopAfter: time.Hour,
			EditWindowDays: 3, AllowOverlap: true, TeamObjection: true, WriteBack: true, WriteBackStep: 100, JoinPolicy: tenant.JoinByRequest,
			WeekStart: calendar.WeekFromSunday, LockAfterDays: 366, TimerLogDays: 400, DefaultActivity: development.Ref(), DefaultBillable: true,
		}
		update := func(changed tenant.Tenant) error {
			return store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
				return store.UpdateTenant(ctx, c.tenant.ID, changed)
			})
		}
		if err := update(want); err != nil {
			t.Fatal(err)
		}
		equal(t, "tenant", want, must[tenant.Tenant](t)(store.TenantBySlug(t.Context(), c.tenant.Slug)))
		fails(t, update(want), errs.Stale, "stale")
		equal(t, "after a stale change", want, must[tenant.Tenant](t)(store.TenantBySlug(t.Context(), c.tenant.Slug)))
	})

	t.Run("money is kept whole", func(t *testing.T) {
		for name, change := range map[string]func(*tenant.Tenant){
			"a currency in words":   func(other *tenant.Tenant) { other.Currency = "Euro" },
			"no currency":           func(other *tenant.Tenant) { other.Currency = "" },
			"a rate below zero":     func(other *tenant.Tenant) { other.RateMinor = -1 },
			"fewer seats than none": func(other *tenant.Tenant) { other.PaidSeats = -1 },
		} {
			other := newTenant()
			change(&other)
			if store.Tx(t.Context(), other.ID, func(ctx context.Context) error {
				return store.InsertTenant(ctx, other.ID, other, []tenant.Activity{development})
			}) == nil {
				t.Errorf("%s: kept", name)
			}
		}
	})

	t.Run("directory and slug are taken once", func(t *testing.T) {
		for code, change := range map[string]func(*tenant.Tenant){
			"directory_taken": func(other *tenant.Tenant) { other.DirectoryID = c.tenant.DirectoryID },
			"slug_taken":      func(other *tenant.Tenant) { other.Slug = c.tenant.Slug },
		} {
			other := newTenant()
			change(&other)
			err := store.Tx(t.Context(), other.ID, func(ctx context.Context) error {
				return store.InsertTenant(ctx, other.ID, other, []tenant.Activity{development})
			})
			fails(t, err, errs.Conflict, code)
		}
	})

	t.Run("directory is taken once by many", func(t *testing.T) {
		directory := ids.New[ids.Any]()
		results := inParallel(20, func(int) error {
			other := newTenant()
			other.DirectoryID = ids.Directory(directory)
			return store.Tx(t.Context(), other.ID, func(ctx context.Context) error {
				return store.InsertTenant(ctx, other.ID, other, []tenant.Activity{development})
			})
		})
		succeeded := 0
		for _, err := range results {
			if err == nil {
				succeeded++
			} else {
				fails(t, err, errs.Conflict, "directory_taken")
			}
		}
		if succeeded != 1 {
			t.Errorf("%d tenants of one directory", succeeded)
		}
	})

	t.Run("all are listed", func(t *testing.T) {
		listed := must[[]tenant.Tenant](t)(store.Tenants(t.Context()))
		if !slices.IsSortedFunc(listed, func(a, b tenant.Tenant) int { return strings.Compare(a.Slug, b.Slug) }) {
			t.Error("they are not listed by slug")
		}
		at := slices.IndexFunc(listed, func(listed tenant.Tenant) bool { return listed.ID == c.tenant.ID })
		if at < 0 {
			t.Fatalf("one is missing among %d", len(listed))
		}
		equal(t, "listed", c.tenant, listed[at])
	})

	t.Run("unknown", func(t *testing.T) {
		_, _, err := store.Member(t.Context(), ids.New[ids.Directory](), c.ada.ObjectID)
		fails(t, err, errs.NotFound, "tenant_not_found")
		_, err = store.TenantBySlug(t.Context(), "nobody-"+uuid.NewString())
		fails(t, err, errs.NotFound, "tenant_not_found")
		other := ids.New[ids.Tenant]()
		err = store.Tx(t.Context(), other, func(ctx context.Context) error {
			_, err := store.LockTenant(ctx, other)
			return err
		})
		fails(t, err, errs.NotFound, "tenant_not_found")
	})

	t.Run("locking keeps others out", func(t *testing.T) {
		// Each transaction reads the number of users and adds one while there are less than four.
		limited := newCompany(t, store)
		results := inParallel(12, func(int) error {
			return store.Tx(t.Context(), limited.tenant.ID, func(ctx context.Context) error {
				if _, err := store.LockTenant(ctx, limited.tenant.ID); err != nil {
					return err
				}
				count, err := store.CountSeats(ctx, limited.tenant.ID)
				if err != nil || count >= 4 {
					return err
				}
				return store.InsertUser(ctx, limited.tenant.ID, newUser("Next"))
			})
		})
		if err := errors.Join(results...); err != nil {
			t.Error(err)
		}
		equal(t, "active users", 4, must[int](t)(store.CountSeats(t.Context(), limited.tenant.ID)))
	})

	t.Run("only within a transaction", func(t *testing.T) {
		other := newTenant()
		if store.InsertTenant(t.Context(), other.ID, other, nil) == nil {
			t.Error("inserted outside of a transaction")
		}
		if _, err := store.LockTenant(t.Context(), c.tenant.ID); err == nil {
			t.Error("locked outside of a transaction")
		}
		if store.UpdateTenant(t.Context(), c.tenant.ID, c.tenant) == nil {
			t.Error("changed outside of a transaction")
		}
	})
}

// inParallel runs fn n times in parallel.
func inParallel(n int, fn func(i int) error) []error {
	results := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { results[i] = fn(i) })
	}
	all.Wait()
	return results
}
