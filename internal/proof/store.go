package proof

import (
	"context"
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
)

// Unsealed is where the rows of a tenant begin that have no link.
type Unsealed struct {
	TenantID ids.Tenant
	From     time.Time
}

// Store keeps chains. Methods called with a context that the store's Tx gave out belong to that transaction.
type Store interface {
	tenant.WithheldStore

	// Tx runs fn in one transaction of a tenant. fn may run more than once.
	Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error
	// LockChain makes others that lock the tenant's chain wait until the transaction ends. Only within Tx.
	LockChain(ctx context.Context, id ids.Tenant) error
	// LastLink is the last one; ok is false while there is none.
	LastLink(ctx context.Context, id ids.Tenant) (l Link, ok bool, err error)
	// Links gives the links after one number and up to another, in their order, with their rows.
	Links(ctx context.Context, id ids.Tenant, after, until int64, limit int) ([]LinkedRow, error)
	// EndingsAfter says whether a link after a number is an erasure or a retention.
	EndingsAfter(ctx context.Context, id ids.Tenant, seq int64) (bool, error)
	// TenantsWithUnsealed lists tenants with a row of the kind that has no link and was made until an instant, by id. It looks
	// no further back than lookback before the youngest row of the kind that has one.
	TenantsWithUnsealed(ctx context.Context, kind Kind, until time.Time, lookback time.Duration, after ids.Tenant, limit int) (found []Unsealed, last ids.Tenant, err error)
	// UnsealedRows lists rows of a kind without a link by (At, ID), strictly past a position and until an instant.
	UnsealedRows(ctx context.Context, id ids.Tenant, kind Kind, after page.Position, until time.Time, limit int) ([]Row, error)
	// InsertLinks adds links. Only within Tx.
	InsertLinks(ctx context.Context, id ids.Tenant, links []Link) error
	// EndLinks removes the salts of links that have them, and notes the link that says why. Only within Tx.
	EndLinks(ctx context.Context, id ids.Tenant, by Link, seqs []int64) error
	// SaltedLinks lists the numbers of the links of rows that have their salts, by number.
	SaltedLinks(ctx context.Context, id ids.Tenant, rows []RowName) ([]int64, error)
	// SealedBetween lists the numbers of a kind's links whose rows were made in [from, before) and that no retention has ended.
	SealedBetween(ctx context.Context, id ids.Tenant, kind Kind, from, before time.Time) ([]int64, error)
}

// LinkedRow is a link with its row as both were at one moment; nil: there is none.
type LinkedRow struct {
	Link Link
	Row  *Row
}
