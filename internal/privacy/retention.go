package privacy

import (
	"context"
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

// Ended says what a retention has ended of all tenants.
type Ended struct {
	BillingRecords int // that have lost the people in them
}

// End ends what is due. A dry run only counts. It may be stopped anywhere, and goes on the next time: each tenant has a transaction
// of its own.
func (r *Retentions) End(ctx context.Context, dryRun bool) (ended Ended, err error) {
	tenants, err := r.store.Tenants(ctx)
	if err != nil {
		return Ended{}, err
	}
	before := billing.KeptSince(r.now())
	for _, t := range tenants {
		records, err := r.overdue(ctx, t.ID, before)
		if err != nil {
			return ended, err
		}
		if len(records) > 0 && !dryRun {
			err = r.store.Tx(ctx, t.ID, func(ctx context.Context) error {
				if err := r.chain.Expire(ctx, t.ID, proof.BillingRecord, before); err != nil {
					return err
				}
				return r.store.KeepWithoutNames(ctx, t.ID, records)
			})
		}
		if err != nil {
			return ended, err
		}
		ended.BillingRecords += len(records)
	}
	return ended, nil
}

// overdue are the records that were made before an instant and name people.
func (r *Retentions) overdue(ctx context.Context, id ids.Tenant, before time.Time) (due []billing.Record, err error) {
	err = page.Each(func(request page.Request) ([]billing.Record, error) {
		return r.store.Records(ctx, id, billing.RecordFilter{To: before}, request)
	}, func(b billing.Record) page.Position { return page.Position{At: b.At, ID: ids.Any(b.ID)} }, func(b billing.Record) error {
		if b.NamesPeople() {
			due = append(due, b)
		}
		return nil
	})
	return due, err
}
