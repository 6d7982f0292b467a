package privacy

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/plan"
	"timetracker/internal/proof"
	"timetracker/internal/tenant"
)

const (
	// cancelledFor is how long a tenant stays after its subscription was cancelled.
	cancelledFor = 30 * 24 * time.Hour
	// removedAtOnce is how many rows one transaction removes. As many links of the chain may lose their salts in it.
	removedAtOnce = 500
	// monthsBilled is how many ended months must have been billed before what they were billed by is removed.
	monthsBilled = 12
	// removedName is what a tenant is called of which only billing records are left.
	removedName = "(removed)"
)

// RemovalStep is one of those in which a tenant is removed, in the order in which rows refer to each other.
type RemovalStep struct {
	Table string
	// Loosen says that rows lose what they refer to each other by, and stay.
	Loosen bool
	Seals  proof.Kind // as which the chain seals the rows; empty: it doesn't
}

// RemovableRow is a row that a step takes next.
type RemovableRow struct {
	Key string
	At  time.Time // as the chain has it; zero: the chain doesn't seal the row
}

// RemovalStore removes tenants. Methods called with a context that Tx gave out belong to that transaction.
type RemovalStore interface {
	audit.Store
	billing.PersonalStore

	// Tx, LockTenant, UpdateTenant and Tenants are tenant.Store's.
	Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error
	LockTenant(ctx context.Context, id ids.Tenant) (tenant.Tenant, error)
	UpdateTenant(ctx context.Context, id ids.Tenant, t tenant.Tenant) error
	Tenants(ctx context.Context) ([]tenant.Tenant, error)
	// User is tenant.Store's.
	User(ctx context.Context, id ids.Tenant, user ids.User) (tenant.User, error)
	// LockChain is proof.Store's, and TenantSubscription is marketplace.Store's.
	LockChain(ctx context.Context, id ids.Tenant) error
	TenantSubscription(ctx context.Context, id ids.Tenant) (s marketplace.Subscription, ok bool, err error)
	// LastTerms and MonthRecords are billing.Store's.
	LastTerms(ctx context.Context, id ids.Tenant, from, to time.Time) (terms plan.Terms, ok bool, err error)
	MonthRecords(ctx context.Context, id ids.Tenant, month calendar.Month) ([]billing.Record, error)

	// ReleaseTenant writes the directory and the short name of a tenant, which others may have then. Only within Tx, after
	// LockTenant.
	ReleaseTenant(ctx context.Context, id ids.Tenant, directory ids.Directory, slug string) error
	// KeepsRecords says whether the tenant has anything that tax law keeps.
	KeepsRecords(ctx context.Context, id ids.Tenant) (bool, error)
	// RemovalSteps are all steps. whole says that nothing is kept.
	RemovalSteps(whole bool) []RemovalStep
	// NextToRemove lists rows that a step takes, the oldest first where the chain seals them; none when it is done.
	NextToRemove(ctx context.Context, id ids.Tenant, step RemovalStep, limit int) ([]RemovableRow, error)
	// RemoveRows does with rows what the step does. Only within Tx.
	RemoveRows(ctx context.Context, id ids.Tenant, step RemovalStep, rows []RemovableRow) error
	// RemoveTenant removes the tenant's own row, the last one. Only within Tx.
	RemoveTenant(ctx context.Context, id ids.Tenant) error
	// Rewrite is ErasureStore's.
	Rewrite(ctx context.Context) error
}

// Removals remove tenants whose time is over.
type Removals struct {
	store RemovalStore
	chain *proof.Service
	now   func() time.Time
}

// NewRemovals makes Removals. now is the server's clock.
func NewRemovals(store RemovalStore, chain *proof.Service, now func() time.Time) *Removals {
	return &Removals{store: store, chain: chain, now: calendar.Clock(now)}
}

// Ending is the end of a tenant that has one.
type Ending struct {
	Tenant tenant.Tenant
	At     time.Time // when the removal begins or has begun
}

// Due lists the tenants whose removal begins until an instant, or has begun and not ended.
func (r *Removals) Due(ctx context.Context, until time.Time) (due []Ending, err error) {
	tenants, err := r.store.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range tenants {
		if at := EndOf(t); !at.IsZero() && !at.After(until) && t.Removal.EndedAt.IsZero() {
			due = append(due, Ending{t, at})
		}
	}
	return due, nil
}

// EndOf is when a tenant's removal begins or has begun; zero: it has no end. One that is cancelled stays for a while, and until
// its last month can be billed.
func EndOf(t tenant.Tenant) time.Time {
	if t.Removal.Begun() {
		return t.Removal.BegunAt
	}
	at := t.Removal.At
	if t.Status != tenant.Cancelled || t.CancelledAt.IsZero() {
		return at
	}
	cancelled := calendar.Later(t.CancelledAt.Add(cancelledFor), calendar.MonthOf(t.CancelledAt).To())
	if at.IsZero() || cancelled.Before(at) {
		return cancelled
	}
	return at
}

// Work begins the removals that are due and goes on with those that have begun. It may be stopped anywhere, and goes on where it
// was the next time, in any process. One that can't go on doesn't keep the others from it. It gives the tenants that are gone.
func (r *Removals) Work(ctx context.Context) (gone []ids.Tenant, err error) {
	due, err := r.Due(ctx, r.now())
	if err != nil {
		return nil, err
	}
	var failed []error
	var emptied []ids.Tenant
	for _, ending := range due {
		id := ending.Tenant.ID
		begun, err := r.begin(ctx, id)
		if err == nil && !begun.IsZero() && !r.now().Before(begun.Add(inFlight)) {
			if err = r.empty(ctx, id); err == nil {
				emptied = append(emptied, id)
			}
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("removal of %s: %w", id, err))
		}
	}
	if len(emptied) == 0 {
		return nil, errors.Join(failed...)
	}
	if err := r.store.Rewrite(ctx); err != nil {
		return nil, errors.Join(append(failed, err)...)
	}
	for _, id := range emptied {
		if err := r.finish(ctx, id); err != nil {
			failed = append(failed, fmt.Errorf("removal of %s: %w", id, err))
			continue
		}
		gone = append(gone, id)
	}
	return gone, errors.Join(failed...)
}

// begin takes the tenant its name and its directory, so that nobody finds it any more. begun is zero while something speaks
// against it.
func (r *Removals) begin(ctx context.Context, id ids.Tenant) (begun time.Time, err error) {
	err = r.store.Tx(ctx, id, func(ctx context.Context) error {
		begun = time.Time{}
		t, err := r.store.LockTenant(ctx, id)
		if err != nil {
			return err
		}
		if t.Removal.Begun() {
			begun = t.Removal.BegunAt
			return nil
		}
		now := r.now()
		if at := EndOf(t); at.IsZero() || at.After(now) {
			return nil
		}
		if free, err := r.free(ctx, id, now); err != nil || !free {
			return err
		}
		t.Name, t.AzureDevOpsOrganization, t.AdminEmail, t.BillingName, t.BillingAddress = removedName, "", "", "", ""
		t.Status, t.Settings.DefaultActivity = tenant.Cancelled, tenant.ActivityRef{}
		t.Removal = tenant.Removal{AskedAt: t.Removal.AskedAt, At: t.Removal.At, BegunAt: now}
		t.Revision++
		if err := r.store.UpdateTenant(ctx, id, t); err != nil {
			return err
		}
		begun = now
		slug := "removed-" + strings.ReplaceAll(ids.New[ids.Any]().String(), "-", "")
		return r.store.ReleaseTenant(ctx, id, ids.New[ids.Directory](), slug)
	})
	return begun, err
}

// free says whether no subscription is in force, and every month was billed.
func (r *Removals) free(ctx context.Context, id ids.Tenant, now time.Time) (bool, error) {
	subscription, ok, err := r.store.TenantSubscription(ctx, id)
	if err != nil || (ok && subscription.Status != marketplace.Cancelled) {
		return false, err
	}
	next := calendar.MonthOf(now).Next()
	for month := next.Add(-monthsBilled - 1); month != next; month = month.Next() {
		_, paid, err := r.store.LastTerms(ctx, id, month.From(), month.To())
		if err != nil {
			return false, err
		}
		if !paid {
			continue
		}
		if made, err := r.store.MonthRecords(ctx, id, month); err != nil || len(made) == 0 {
			return false, err
		}
	}
	return true, nil
}

// empty removes all rows of a tenant but its own and what tax law keeps. What another process adds meanwhile is removed the next
// time, since the last row of what it refers to can't go before.
func (r *Removals) empty(ctx context.Context, id ids.Tenant) error {
	kept, err := r.store.KeepsRecords(ctx, id)
	if err != nil {
		return err
	}
	for _, step := range r.store.RemovalSteps(!kept) {
		for {
			removed, err := r.some(ctx, id, step)
			if err != nil {
				return err
			}
			if removed == 0 {
				break
			}
		}
	}
	return nil
}

// some removes the next rows of a step, and tells the chain before.
func (r *Removals) some(ctx context.Context, id ids.Tenant, step RemovalStep) (removed int, err error) {
	err = r.store.Tx(ctx, id, func(ctx context.Context) error {
		if step.Seals != "" {
			if err := r.store.LockChain(ctx, id); err != nil {
				return err
			}
		}
		rows, err := r.store.NextToRemove(ctx, id, step, removedAtOnce)
		removed = len(rows)
		if err != nil || removed == 0 {
			return err
		}
		if step.Seals != "" {
			first, last := rows[0].At, rows[removed-1].At
			if err := r.chain.ExpireBetween(ctx, id, step.Seals, first, last.Add(time.Millisecond)); err != nil {
				return err
			}
		}
		return r.store.RemoveRows(ctx, id, step, rows)
	})
	return removed, err
}

// finish ends a removal once the file has nothing left of the tenant.
func (r *Removals) finish(ctx context.Context, id ids.Tenant) error {
	return r.store.Tx(ctx, id, func(ctx context.Context) error {
		t, err := r.store.LockTenant(ctx, id)
		if err != nil {
			return err
		}
		kept, err := r.store.KeepsRecords(ctx, id)
		if err != nil {
			return err
		}
		if !kept {
			return r.store.RemoveTenant(ctx, id)
		}
		t.Removal.EndedAt = r.now()
		t.Revision++
		return r.store.UpdateTenant(ctx, id, t)
	})
}
