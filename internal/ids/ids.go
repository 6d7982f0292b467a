package ids

import (
	"bytes"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// ID is the id of a noun, in network order (RFC 9562). The zero value stands for none and is stored as NULL.
type ID[Noun any] [16]byte

// The nouns. Their types serve only to tell ids apart.
type (
	tenant       struct{}
	user         struct{}
	entry        struct{}
	event        struct{}
	change       struct{}
	entryOp      struct{}
	auditEvent   struct{}
	action       struct{}
	terms        struct{}
	record       struct{}
	site         struct{}
	project      struct{}
	workItem     struct{}
	writeBack    struct{}
	contribution struct{}
	activity     struct{}
	savedReport  struct{}
	timesheet    struct{}
	reminder     struct{}
	adjustment   struct{}
	privacyAsk   struct{}
	importFile   struct{}
	external     struct{}
	access       struct{}
	directory    struct{}
	object       struct{}
	subscription struct{}
	operation    struct{}
)

// Ids that we make: UUIDv7.
type (
	// Tenant is a tenant's id.
	Tenant = ID[tenant]
	// User is the id of a user within a tenant.
	User = ID[user]
	// Entry is a time entry's id.
	Entry = ID[entry]
	// Event is a timer event's id.
	Event = ID[event]
	// Change is the id of a change of one field of a time entry.
	Change = ID[change]
	// EntryOperation is the id of what somebody did to one or more time entries in one go.
	EntryOperation = ID[entryOp]
	// AuditEvent is the id of an administrative change.
	AuditEvent = ID[auditEvent]
	// Action is the id of an in-product action.
	Action = ID[action]
	// Terms is the id of what a tenant is billed by.
	Terms = ID[terms]
	// BillingRecord is a billing record's id.
	BillingRecord = ID[record]
	// Import is the id of a file of another product.
	Import = ID[importFile]
	// Site is the id of an organization of Azure DevOps, or of another tracker's site.
	Site = ID[site]
	// Project is a project's id.
	Project = ID[project]
	// WorkItem is a work item's id.
	WorkItem = ID[workItem]
	// WriteBack is the id of what Completed Work of a work item is to have of an entry.
	WriteBack = ID[writeBack]
	// Contribution is the id of a change of a work item's hours that we have made.
	Contribution = ID[contribution]
	// Activity is the id of a kind of work, such as Development.
	Activity = ID[activity]
	// SavedReport is the id of a definition of a report that somebody has kept.
	SavedReport = ID[savedReport]
	// Timesheet is the id of a week that somebody has handed in.
	Timesheet = ID[timesheet]
	// Reminder is the id of a reminder of a week that misses time.
	Reminder = ID[reminder]
	// Adjustment is the id of a correction of closed time.
	Adjustment = ID[adjustment]
	// PrivacyRequest is the id of somebody's exercise of a right to their data.
	PrivacyRequest = ID[privacyAsk]
)

// Ids that Microsoft makes: GUIDs.
type (
	// Directory is a Microsoft Entra directory: the claim tid.
	Directory = ID[directory]
	// Object is a person in a directory: the claim oid.
	Object = ID[object]
	// Subscription is a subscription of the Azure Marketplace.
	Subscription = ID[subscription]
	// Operation is a change of a subscription of the Azure Marketplace.
	Operation = ID[operation]
)

// External is an entry of another product: half a SHA-256 of what tells it from others.
type External = ID[external]

// Access is the id of an access record: half a SHA-256 of what is counted together, or a UUIDv7.
type Access = ID[access]

// Any is an id whose noun is stored beside it.
type Any = ID[any]

// New makes a UUIDv7 of the wanted type: ids.New[ids.Entry]().
func New[I ~[16]byte]() I { return I(uuid.Must(uuid.NewV7())) }

// textLength is the length of the canonical text form.
const textLength = 36

// Parse reads the canonical text form, with letters of either case. Braces, URNs and forms without hyphens are refused.
func Parse[I ~[16]byte](text string) (I, error) {
	if len(text) != textLength {
		return I{}, errors.New("not an id in its canonical form")
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return I{}, fmt.Errorf("not an id in its canonical form: %w", err)
	}
	return I(id), nil
}

// MustParse is Parse for a constant of the program. It panics where Parse gives an error.
func MustParse[I ~[16]byte](text string) I {
	id, err := Parse[I](text)
	if err != nil {
		panic(err)
	}
	return id
}

// IsZero says whether there is no id.
func (id ID[Noun]) IsZero() bool { return id == ID[Noun]{} }

// String is the canonical text form in lower case; empty for the zero value.
func (id ID[Noun]) String() string {
	if id.IsZero() {
		return ""
	}
	return uuid.UUID(id).String()
}

// Key is the 16 bytes, also of the zero value, which comes before all ids in a list that is ordered by them.
func (id ID[Noun]) Key() []byte { return id[:] }

// Compare orders ids by their bytes, which for ours is by time.
func (id ID[Noun]) Compare(other ID[Noun]) int { return bytes.Compare(id[:], other[:]) }

// MarshalText writes the text form.
func (id ID[Noun]) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the text form; an empty text is the zero value.
func (id *ID[Noun]) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*id = ID[Noun]{}
		return nil
	}
	*id, err = Parse[ID[Noun]](string(text))
	return err
}

// Value stores the 16 bytes, and NULL for the zero value.
func (id ID[Noun]) Value() (driver.Value, error) {
	if id.IsZero() {
		return []byte(nil), nil // unlike nil, it tells the driver the type
	}
	return id[:], nil
}

// Scan reads what Value has stored.
func (id *ID[Noun]) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*id = ID[Noun]{}
		return nil
	case []byte:
		switch len(v) {
		case 0:
			*id = ID[Noun]{}
			return nil
		case len(id):
			*id = ID[Noun](v)
			return nil
		}
	}
	return fmt.Errorf("%T is no id of 16 bytes", value)
}
