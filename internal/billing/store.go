package billing

import (
	"context"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/page"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
)

// RecordFilter narrows the list of billing records. Empty fields do not narrow.
type RecordFilter struct {
	From, To time.Time // when they were made: [From, To)
	Kind     Kind
}

// Store keeps billing records and usage. Methods called with a context that Tx gave out belong to that transaction.
type Store interface {
	// Tx runs fn in one transaction of a tenant. fn may run more than once.
	Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error
	// LockTenant makes other transactions that lock the same tenant wait until this one ends. Only within Tx.
	LockTenant(ctx context.Context, id ids.Tenant) (tenant.Tenant, error)

	// PayingTenants lists the tenants that had live terms at some time in [from, to), by id, strictly past after.
	// unbilled leaves out those with a monthly record of the month that begins at from.
	PayingTenants(ctx context.Context, from, to time.Time, unbilled bool, after ids.Tenant, limit int) ([]ids.Tenant, error)
	// LastTerms are the last live terms of the tenant in [from, to); ok is false when there are none.
	LastTerms(ctx context.Context, id ids.Tenant, from, to time.Time) (terms plan.Terms, ok bool, err error)
	// ActivePeople are the users with an entry that intersects [from, to), in any order and without names. An entry that
	// is voided, or has no length, intersects nothing; a running timer does so up to timer.Entry.EndsBy.
	ActivePeople(ctx context.Context, id ids.Tenant, from, to time.Time) ([]Person, error)
	// NamesWithoutAddress are the names of the tenant's users who have no address.
	NamesWithoutAddress(ctx context.Context, id ids.Tenant) (map[ids.User]string, error)
	// MonthRecords are the month's monthly record and its adjustments, in the order in which they were made.
	MonthRecords(ctx context.Context, id ids.Tenant, month calendar.Month) ([]Record, error)
	// NextStatement takes the next number of the year. A rollback gives it back. Only within Tx.
	NextStatement(ctx context.Context, id ids.Tenant, year int) (StatementNumber, error)
	// InsertRecord adds a monthly record or an adjustment; errs.Conflict, month_billed, when the month has a monthly record.
	// Only within Tx.
	InsertRecord(ctx context.Context, id ids.Tenant, r Record) error
	// Records lists by (At, ID), the latest first, strictly past request.After.
	Records(ctx context.Context, id ids.Tenant, filter RecordFilter, request page.Request) ([]Record, error)
	// Record is the record with the id; errs.NotFound, billing_record_not_found.
	Record(ctx context.Context, id ids.Tenant, record ids.BillingRecord) (Record, error)
	// StatementRecord is the record of a statement; errs.NotFound, statement_not_found.
	StatementRecord(ctx context.Context, id ids.Tenant, number StatementNumber) (Record, error)
	// SealOf is the link of a record in the tenant's chain, such as 42:9f86…; empty while it has none.
	SealOf(ctx context.Context, id ids.Tenant, r Record) (string, error)

	// SubscriptionsOf lists bound subscriptions of the plans by id, strictly past after. They are in force, or were
	// suspended or cancelled after endedAfter.
	SubscriptionsOf(ctx context.Context, plans []string, endedAfter time.Time, after ids.Subscription, limit int) ([]marketplace.Subscription, error)
	// Subscription is the subscription as stored; ok is false when there is none.
	Subscription(ctx context.Context, id ids.Subscription) (s marketplace.Subscription, ok bool, err error)
	// CountMetered is how many users the subscription's period has counted.
	CountMetered(ctx context.Context, id ids.Tenant, p Period) (int, error)
	// UncountedPeople are the users with an entry that intersects [p.From, to) whom the period hasn't counted, by id.
	UncountedPeople(ctx context.Context, id ids.Tenant, p Period, to time.Time) ([]ids.User, error)
	// InsertMetered counts users of the period. Only within Tx, after LockTenant.
	InsertMetered(ctx context.Context, id ids.Tenant, p Period, users []ids.User, at time.Time) error
	// Usage is what is reported for an hour; ok is false when there is nothing.
	Usage(ctx context.Context, id ids.Tenant, subscription ids.Subscription, dimension string, hour time.Time) (u Usage, ok bool, err error)
	// InsertUsage and UpdateUsage write what is reported for an hour. Only within Tx, after LockTenant.
	InsertUsage(ctx context.Context, id ids.Tenant, u Usage) error
	UpdateUsage(ctx context.Context, id ids.Tenant, u Usage) error
	// OpenUsage lists the usage that Microsoft has not settled and that is due now, the oldest hour first. The empty id
	// gives that of all subscriptions.
	OpenUsage(ctx context.Context, subscription ids.Subscription, now time.Time, limit int) ([]Usage, error)
	// UsageSince lists what is reported for hours that do not begin before from.
	UsageSince(ctx context.Context, from time.Time) ([]Usage, error)
}

// Period is the time in which a metered user is counted once: a month of the subscription's term.
type Period struct {
	SubscriptionID ids.Subscription
	From           time.Time // UTC
}
