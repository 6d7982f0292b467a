package tenant

import "context"

// Store keeps tenants and users. Methods called with a context that Tx handed out belong to that
// transaction.
type Store interface {
	// Tx runs fn in one transaction of a tenant: everything is kept, or nothing when fn gives an error. fn may run more
	// than once.
	Tx(ctx context.Context, id ID, fn func(ctx context.Context) error) error
	// Member reads a directory's tenant and its user with the object id in one go. ok is false when the tenant has no
	// such user; errs.NotFound when the directory has no tenant.
	Member(ctx context.Context, directoryID, objectID string) (m Member, ok bool, err error)
	// InsertTenant adds a tenant; errs.Conflict with the code directory_taken or slug_taken when one stands in the way.
	InsertTenant(ctx context.Context, id ID, t Tenant) error
	// LockTenant makes other transactions that lock the same tenant wait until this one ends. Only within Tx.
	LockTenant(ctx context.Context, id ID) (Tenant, error)
	// CountActiveUsers counts users whose status is active.
	CountActiveUsers(ctx context.Context, id ID) (int, error)
	// InsertUser adds a user; errs.Conflict with the code user_exists when the object id has one.
	InsertUser(ctx context.Context, id ID, u User) error
}
