package privacy

import (
	"context"

	"timetracker/internal/ids"
	"timetracker/internal/personal"
)

// Holder is a noun that holds something about people.
type Holder interface {
	// ExportPerson hands over all that is held about a person, in record sets of its own.
	ExportPerson(ctx context.Context, id ids.Tenant, subject personal.Subject, records personal.Records) error
	// ErasePerson takes a person out of all that is held of a tenant, so that totals stay as they are. It may run again, also
	// after it has failed half way.
	ErasePerson(ctx context.Context, id ids.Tenant, subject personal.Subject) error
}
