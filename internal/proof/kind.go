package proof

import (
	"strings"
	"time"
)

// Kind says what a link seals.
type Kind string

// The kinds of rows, and of the links that seal no row.
const (
	EntryChange   Kind = "time_entry_change"
	Adjustment    Kind = "adjustment"
	AuditEvent    Kind = "audit_event" // decisions on weeks are among them
	BillingRecord Kind = "billing_record"
	AccessRecord  Kind = "access_record" // who read data of whom in an hour

	Erasure   Kind = "erasure"   // a person's: the links that name it have lost their salts
	Retention Kind = "retention" // the time of some rows is over: the links that name it may have lost them
)

// secrecy says how a column is sealed.
type secrecy int

const (
	public secrecy = iota // says nothing of a person, and stays
	person                // public, and the id of somebody whose row it is
	secret                // a text in which somebody can be named
	value                 // secret in a change of a text, and public in every other one
)

type column struct {
	name    string
	secrecy secrecy
}

// definition is what a row of a kind consists of.
type definition struct {
	kind    Kind
	columns []column
	// whose is the column with the person's id, or that of their entry; empty: the rows are nobody's alone.
	whose string
	// kept says that a person's erasure leaves the rows as they are, since a law demands them.
	kept bool
	// rest is for how long after Row.At a row may still change. It is not final before.
	rest time.Duration
}

// definitions has an entry for each kind of rows. The order of columns is that in which they are hashed. A column that may
// change can't be one of them.
var definitions = []definition{
	{kind: EntryChange, whose: "entry_id", columns: []column{
		{"entry_id", public}, {"changed_at", public}, {"operation_id", public}, {"operation", public}, {"changed_by", person},
		{"field", public}, {"old_value", value}, {"new_value", value}, {"reason", secret},
	}},
	{kind: Adjustment, whose: "user_id", columns: []column{
		{"user_id", person}, {"for_day", public}, {"day", public}, {"project_id", public}, {"work_item_id", public},
		{"activity_id", public}, {"billable", public}, {"ms", public}, {"reason", secret}, {"made_by", person},
		{"made_at", public}, {"reverses_id", public},
	}},
	{kind: AuditEvent, whose: "target_id", columns: []column{
		{"occurred_at", public}, {"actor_id", person}, {"actor_name", secret}, {"action", public}, {"target_kind", public},
		{"target_id", person}, {"target_name", secret}, {"changes", secret},
	}},
	{kind: BillingRecord, kept: true, columns: []column{
		{"kind", public}, {"occurred_at", public}, {"subscription_id", public}, {"plan_id", public}, {"plan_title", public},
		{"quantity", public}, {"people", public}, {"operation_id", public}, {"action", public}, {"status", public},
		{"month", public}, {"seller_name", public}, {"seller_address", public}, {"seller_tax_id", public}, {"customer", public},
		{"customer_address", public}, {"model", public}, {"free_trial", public}, {"active", secret}, {"inactive", secret},
		{"billed", public}, {"included", public}, {"rate_minor", public}, {"base_minor", public}, {"total_minor", public},
		{"currency", public}, {"statement_year", public}, {"statement_seq", public},
	}},
	{kind: AccessRecord, rest: accessRest, whose: "subject_id", columns: []column{
		{"hour_at", public}, {"subject_id", person}, {"actor_id", person}, {"actor_role", public}, {"operator", secret},
		{"kind", public}, {"first_at", public}, {"last_at", public}, {"reads", public},
	}},
}

// accessRest is an hour in which reads are counted, and time for requests that began in it and for clocks that are behind.
const accessRest = 75 * time.Minute

// textField is the one field of an entry in which people write.
const textField = "note"

// Kinds are the kinds of rows.
func Kinds() []Kind {
	kinds := make([]Kind, len(definitions))
	for i, d := range definitions {
		kinds[i] = d.kind
	}
	return kinds
}

// Columns are the names of what a row of a kind consists of, in the order of Row.Values.
func Columns(kind Kind) []string {
	var names []string
	for _, c := range definitionOf(kind).columns {
		names = append(names, c.name)
	}
	return names
}

// definitionOf is empty for a kind that seals no row.
func definitionOf(kind Kind) definition {
	for _, d := range definitions {
		if d.kind == kind {
			return d
		}
	}
	return definition{kind: kind}
}

// sealsRows is true of kinds that a later program may have, too.
func (k Kind) sealsRows() bool { return k != Erasure && k != Retention }

// tellsOfOne says whether a row of the kind tells of one person, whose restriction leaves it out. A billing record names everybody.
func (k Kind) tellsOfOne() bool { return definitionOf(k).whose != "" }

// plain says whether a kind that was read from a file can be shown.
func (k Kind) plain() bool {
	return k != "" && strings.Trim(string(k), "abcdefghijklmnopqrstuvwxyz_") == ""
}
