package report

import (
	"context"

	"timetracker/internal/ids"
	"timetracker/internal/personal"
)

// PersonalStore keeps saved reports. Methods called with a context that Tx gave out belong to that transaction.
type PersonalStore interface {
	// SavedReports is SavedStore's.
	SavedReports(ctx context.Context, id ids.Tenant, user ids.User) ([]Saved, error)
	// DeletePrivateReports removes those of a user that are not shared. Only within Tx.
	DeletePrivateReports(ctx context.Context, id ids.Tenant, user ids.User) error
}

// Personal exports and erases a person's saved reports.
type Personal struct{ store PersonalStore }

// NewPersonal makes a Personal.
func NewPersonal(store PersonalStore) *Personal { return &Personal{store: store} }

var savedFields = []personal.Field[Saved]{
	personal.Of("name", func(s Saved) any { return s.Name }),
	personal.Of("shared", func(s Saved) any { return s.Shared }),
	personal.Of("definition", func(s Saved) any { return s.Definition }),
	personal.Of("id", func(s Saved) any { return s.ID }),
}

// ExportPerson implements privacy.Holder.
func (p *Personal) ExportPerson(ctx context.Context, id ids.Tenant, subject personal.Subject, records personal.Records) error {
	all, err := p.store.SavedReports(ctx, id, subject.User)
	if err != nil {
		return err
	}
	return personal.Put(records, "saved_reports", savedFields, func(visit func(Saved) error) error {
		return personal.Rows(all)(func(s Saved) error {
			if s.Owner.ID != subject.User {
				return nil // it is shared by somebody else
			}
			return visit(s)
		})
	})
}

// ErasePerson implements privacy.Holder. What is shared is also others', and stays.
func (p *Personal) ErasePerson(ctx context.Context, id ids.Tenant, subject personal.Subject) error {
	return p.store.DeletePrivateReports(ctx, id, subject.User)
}
