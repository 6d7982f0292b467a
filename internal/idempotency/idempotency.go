package idempotency

import (
	"context"
	"crypto/sha256"
	"time"

	"timetracker/internal/ids"
)

// Lifetime is how long a receipt is replayed.
const Lifetime = 24 * time.Hour

// Hash tells requests with the same key apart: the SHA-256 of the key and what was asked for.
type Hash [sha256.Size]byte

// Receipt is the stored answer to a request. It is kept in the transaction that does the work. So work whose receipt can be
// read is done.
type Receipt struct {
	RequestHash Hash // of the request that was answered
	Status      int
	ETag        string
	Body        []byte    // empty: it isn't kept, since it tells what is told once, or told of somebody who was erased
	CreatedAt   time.Time // UTC
}

// Store keeps receipts. Keys belong to one user of one tenant, who must exist.
type Store interface {
	// Tx runs fn in one transaction: everything is kept, or nothing when fn gives an error. fn may run more than once.
	// A Tx of the same tenant inside of it joins.
	Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error
	// KeepReceipt stores the answer under the key. Its errs.Conflict has the code key_used when there is a receipt already,
	// and request_in_progress when another transaction stores one and does not end. Only within Tx, which must end with
	// the error, so that of several requests with a key one has an effect.
	KeepReceipt(ctx context.Context, id ids.Tenant, user ids.User, key string, receipt Receipt) error
	// Receipt reads what is stored for the key; ok is false when there is nothing.
	Receipt(ctx context.Context, id ids.Tenant, user ids.User, key string) (receipt Receipt, ok bool, err error)
	// ForgetKey removes the key's receipt if it was kept before the instant.
	ForgetKey(ctx context.Context, id ids.Tenant, user ids.User, key string, createdBefore time.Time) error
	// ForgetKeysBefore removes receipts of all tenants that were kept before the instant, the oldest first. It removes
	// at most limit of them, and those of the same millisecond as the last. It is one of the few statements that cross
	// tenants.
	ForgetKeysBefore(ctx context.Context, before time.Time, limit int) (forgotten int, err error)
}
