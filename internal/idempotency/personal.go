package idempotency

import (
	"context"
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/personal"
)

// PersonalStore keeps receipts. Methods called with a context that Tx gave out belong to that transaction.
type PersonalStore interface {
	// ReceiptsOf lists a user's receipts by the keys' hashes, strictly past after.First.
	ReceiptsOf(ctx context.Context, id ids.Tenant, user ids.User, after personal.Key, limit int) ([]OwnReceipt, error)
	// DeleteReceipts removes a user's. Only within Tx.
	DeleteReceipts(ctx context.Context, id ids.Tenant, user ids.User) error
}

// OwnReceipt is what of a receipt is the person's, with its place among others. The answer isn't: it may tell of others.
type OwnReceipt struct {
	Key       personal.Key
	Status    int
	CreatedAt time.Time // UTC
}

// Personal exports and erases receipts of a person's requests.
type Personal struct{ store PersonalStore }

// NewPersonal makes a Personal.
func NewPersonal(store PersonalStore) *Personal { return &Personal{store: store} }

var receiptFields = []personal.Field[OwnReceipt]{
	personal.Of("created_at", func(r OwnReceipt) any { return r.CreatedAt }),
	personal.Of("status", func(r OwnReceipt) any { return r.Status }),
}

// ExportPerson implements privacy.Holder.
func (p *Personal) ExportPerson(ctx context.Context, id ids.Tenant, subject personal.Subject, records personal.Records) error {
	return personal.Put(records, "recent_requests", receiptFields, func(visit func(OwnReceipt) error) error {
		return personal.Each(func(after personal.Key, limit int) ([]OwnReceipt, error) {
			return p.store.ReceiptsOf(ctx, id, subject.User, after, limit)
		}, func(r OwnReceipt) personal.Key { return r.Key }, visit)
	})
}

// ErasePerson implements privacy.Holder.
func (p *Personal) ErasePerson(ctx context.Context, id ids.Tenant, subject personal.Subject) error {
	return p.store.DeleteReceipts(ctx, id, subject.User)
}
