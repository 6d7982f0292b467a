package privacy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/proof"
	"timetracker/internal/tenant"
)

// RetentionStore keeps what has an end. Methods called with a context that Tx gave out belong to that transaction.
type RetentionStore interface {
	// Tx runs fn in one transaction: everything is kept, or nothing when fn gives an error. fn may run more than once.
	Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error
	// Tenants is tenant.Store's, and Records is billing.Store's.
	Tenants(ctx context.Context) ([]tenant.Tenant, error)
	Records(ctx context.Context, id ids.Tenant, filter billing.RecordFilter, request page.Request) ([]billing.Record, error)
	// KeepWithoutNames takes addresses and names out of records. Only within Tx, after the chain was told.
	KeepWithoutNames(ctx context.Context, id ids.Tenant, records []billing.Record) error
	// CountRetained counts the rows of a class, other than BilledPeople, from before an instant.
	CountRetained(ctx context.Context, id ids.Tenant, class RetainedClass, before time.Time) (int, error)
	// EndRetained ends the oldest of them, at most limit, and gives how many. Only within Tx.
	EndRetained(ctx context.Context, id ids.Tenant, class RetainedClass, before time.Time, limit int) (int, error)
	// RetentionRuns says what was done last with each class that was looked at.
	RetentionRuns(ctx context.Context, id ids.Tenant) ([]RetentionRun, error)
	// NoteRetentionRun keeps a run in place of the class's last one. What was removed before stays when this run has removed
	// nothing. Only within Tx.
	NoteRetentionRun(ctx context.Context, id ids.Tenant, run RetentionRun) error
}

// RetentionRun says when a class was looked at last, and what was removed last.
type RetentionRun struct {
	Class     RetainedClass
	RanAt     time.Time
	RemovedAt time.Time // zero: nothing was removed
	Removed   int
}

// Retentions end what nobody may keep any longer.
type Retentions struct {
	store RetentionStore
	chain *proof.Service
	now   func() time.Time
}

// NewRetentions makes Retentions. now is the server's clock.
func NewRetentions(store RetentionStore, chain *proof.Service, now func() time.Time) *Retentions {
	return &Retentions{store: store, chain: chain, now: calendar.Clock(now)}
}

// Ended says how many rows of a class of a tenant have ended.
type Ended struct {
	Tenant ids.Tenant
	Slug   string
	Class  RetainedClass
	Rows   int
}

// endedAtOnce is how many rows end in one transaction, so that others need not wait long.
const endedAtOnce = 1000

// End ends what is due of all tenants, class by class. A dry run only counts. It may be stopped anywhere, and goes on the next time:
// each batch has a transaction of its own. A tenant that fails doesn't keep the others from theirs.
func (r *Retentions) End(ctx context.Context, dryRun bool) (all []Ended, err error) {
	tenants, err := r.store.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	var failures []error
	for _, t := range tenants {
		ended, err := r.endOf(ctx, t, dryRun)
		all = append(all, ended...)
		if err != nil {
			failures = append(failures, fmt.Errorf("tenant %s: %w", t.ID, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return all, errors.Join(failures...)
}

// endOf ends what is due of a tenant.
func (r *Retentions) endOf(ctx context.Context, t tenant.Tenant, dryRun bool) (all []Ended, err error) {
	now := r.now()
	var untouched []RetentionRun
	for _, kept := range r.rules() {
		ended := Ended{Tenant: t.ID, Slug: t.Slug, Class: kept.class}
		before := kept.before(t.Settings, now)
		if !before.IsZero() {
			ended.Rows, err = kept.due(ctx, t.ID, before)
		}
		switch {
		case err != nil || dryRun:
		case ended.Rows == 0:
			untouched = append(untouched, RetentionRun{Class: kept.class, RanAt: now})
		default:
			ended.Rows, err = r.endClass(ctx, t, kept, before, now)
		}
		all = append(all, ended)
		if err != nil {
			return all, err
		}
	}
	if len(untouched) == 0 || t.Removal.Begun() {
		return all, nil // nobody is told of a tenant that is going
	}
	return all, r.store.Tx(ctx, t.ID, func(ctx context.Context) error {
		for _, run := range untouched {
			if err := r.store.NoteRetentionRun(ctx, t.ID, run); err != nil {
				return err
			}
		}
		return nil
	})
}

// endClass ends rows from before an instant, batch by batch, and gives how many. Each batch notes what has ended so far.
func (r *Retentions) endClass(ctx context.Context, t tenant.Tenant, kept retained, before, now time.Time) (all int, err error) {
	for {
		rows := 0
		err := r.store.Tx(ctx, t.ID, func(ctx context.Context) (err error) {
			if rows, err = kept.end(ctx, t.ID, before, endedAtOnce); err != nil || rows == 0 || t.Removal.Begun() {
				return err
			}
			return r.store.NoteRetentionRun(ctx, t.ID, RetentionRun{Class: kept.class, RanAt: now, RemovedAt: now, Removed: all + rows})
		})
		if err != nil || rows == 0 {
			return all, err
		}
		all += rows
	}
}

// Retained says how a class is kept, what of it is due, and what the job did last with it.
type Retained struct {
	Class     RetainedClass
	Retention Retention
	Days      int // zero: as Retention says; WithTenant where the tenant sets nothing
	Due       int
	Last      RetentionRun // zero: the job has not run yet
}

// Report says of each class how long the member's tenant keeps it, and what of it is due. Super_admins only.
func (r *Retentions) Report(ctx context.Context, m tenant.Member) ([]Retained, error) {
	if err := m.Require(tenant.RoleSuperAdmin); err != nil {
		return nil, err
	}
	runs, err := r.store.RetentionRuns(ctx, m.Tenant.ID)
	if err != nil {
		return nil, err
	}
	last := map[RetainedClass]RetentionRun{}
	for _, run := range runs {
		last[run.Class] = run
	}
	now := r.now()
	var all []Retained
	for _, kept := range r.rules() {
		one := Retained{Class: kept.class, Retention: kept.term, Days: kept.daysOf(m.Tenant.Settings), Last: last[kept.class]}
		if before := kept.before(m.Tenant.Settings, now); before.IsZero() {
			one.Retention = WithTenant
		} else if one.Due, err = kept.due(ctx, m.Tenant.ID, before); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}
