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
	// ErasePerson removes or clears what is a person's alone, if anything is. Texts that anybody can write are taken care of by
	// Erasures. Only within Tx; it may run twice.
	ErasePerson(ctx context.Context, id ids.Tenant, subject personal.Subject) error
}
