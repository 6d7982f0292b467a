package importer

import (
	"context"

	"timetracker/internal/audit"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
)

// Store keeps imports. Methods called with a context that Tx gave out belong to that transaction.
type Store interface {
	audit.Store
	tenant.ConcealedStore

	// Tx runs fn in one transaction: everything is kept, or nothing when fn gives an error. fn may run more than once.
	Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error

	// InsertImport adds an import. Only within Tx.
	InsertImport(ctx context.Context, id ids.Tenant, i Import) error
	// Import is the one with the id; errs.NotFound when the tenant has none.
	Import(ctx context.Context, id ids.Tenant, i ids.Import) (Import, error)
	// LockImport is Import, and makes other transactions that lock it wait until this one ends. Only within Tx.
	LockImport(ctx context.Context, id ids.Tenant, i ids.Import) (Import, error)
	// Imports lists those that weren't discarded by (CreatedAt, ID), the latest first, strictly past request.After.
	Imports(ctx context.Context, id ids.Tenant, request page.Request) ([]Import, error)
	// CountOpenImports counts those that wait for somebody or go on, and makes other transactions that count them wait until
	// this one ends. Only within Tx.
	CountOpenImports(ctx context.Context, id ids.Tenant) (int, error)
	// UpdateImport writes the fields that can change. Only within Tx, after LockImport.
	UpdateImport(ctx context.Context, id ids.Tenant, i Import) error
	// DeleteImport removes an import that has neither parts nor rows. Only within Tx.
	DeleteImport(ctx context.Context, id ids.Tenant, i ids.Import) error

	// PutPart writes a part of the file, numbered from 1, once or again. Only within Tx.
	PutPart(ctx context.Context, id ids.Tenant, i ids.Import, number int, text string) error
	// CountParts gives how many parts there are, and the highest number.
	CountParts(ctx context.Context, id ids.Tenant, i ids.Import) (count, highest int, err error)
	// Part is the text of a part.
	Part(ctx context.Context, id ids.Tenant, i ids.Import, number int) (string, error)
	// DeleteParts removes parts of the file, the last one included. Only within Tx.
	DeleteParts(ctx context.Context, id ids.Tenant, i ids.Import, first, last int) error

	// InsertRows adds rows. Only within Tx.
	InsertRows(ctx context.Context, id ids.Tenant, i ids.Import, rows []CheckedRow) error
	// DeleteRows removes rows by their numbers, the last one included. Only within Tx.
	DeleteRows(ctx context.Context, id ids.Tenant, i ids.Import, first, last int) error
	// UpdateRows writes the outcome, the problem and the entry of rows. Only within Tx.
	UpdateRows(ctx context.Context, id ids.Tenant, i ids.Import, rows []CheckedRow) error
	// Rows lists by number, those past after.
	Rows(ctx context.Context, id ids.Tenant, i ids.Import, filter RowFilter, after, limit int) ([]CheckedRow, error)
	// Problems counts the rows of each problem, the most frequent first, at most limit. Its details are empty.
	Problems(ctx context.Context, id ids.Tenant, i ids.Import, limit int) ([]ProblemCount, error)
	// KnownRows gives those of the ids whose entries are there.
	KnownRows(ctx context.Context, id ids.Tenant, external []ids.External) (map[ids.External]bool, error)

	// BusyImports lists imports of all tenants that go on by themselves, the oldest first, at most limit. It is one of the
	// few statements that cross tenants.
	BusyImports(ctx context.Context, limit int) ([]Busy, error)
}

// RowFilter says which rows are listed.
type RowFilter struct {
	Outcome Outcome    // empty: any
	LeftOut []ids.User // whose rows aren't listed
}

// Busy is an import that goes on by itself.
type Busy struct {
	Tenant ids.Tenant
	Import ids.Import
}
