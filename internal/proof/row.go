package proof

import (
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/personal"
)

// Row is a row that is final, as it is stored. Instants, numbers and truths are int64, ids are their bytes, texts are strings,
// and what is missing is nil.
type Row struct {
	Kind   Kind
	ID     ids.Any
	At     time.Time // UTC: when it was made, by the clock of whoever made it
	Values []any     // of Columns
}

// RowName finds a row.
type RowName struct {
	Kind Kind
	ID   ids.Any
	At   time.Time
}

// Field is a named value of a row: nil, int64, string or []byte.
type Field struct {
	Name  string
	Value any
}

// Fields are a row's values, by how they are sealed.
type Fields struct {
	Public   []Field `json:"public"`
	Personal []Field `json:"personal"` // hashed with the link's salt
}

// fields sorts the values of a row.
func (r Row) fields() Fields {
	var f Fields
	columns := definitionOf(r.Kind).columns
	isText := false
	for i, c := range columns {
		isText = isText || (c.name == "field" && r.Values[i] == textField)
	}
	for i, c := range columns {
		field := Field{c.name, r.Values[i]}
		if c.secrecy == secret || (c.secrecy == value && isText) {
			f.Personal = append(f.Personal, field)
		} else {
			f.Public = append(f.Public, field)
		}
	}
	return f
}

// concerns says whether a row is a person's, or names them, and has a text that can lose them.
func (r Row) concerns(user ids.User, names *personal.Redactor) bool {
	theirs, written := false, false
	for i, c := range definitionOf(r.Kind).columns {
		id, isID := r.Values[i].([]byte)
		theirs = theirs || (c.secrecy == person && isID && string(id) == string(user[:]))
	}
	for _, field := range r.fields().Personal {
		text, _ := field.Value.(string)
		if names.Names(text) {
			return true
		}
		written = written || text != ""
	}
	return theirs && written
}

// whose is the id of the person whose row it is, or of their entry; zero: it is nobody's alone.
func (r Row) whose() (id ids.Any) {
	definition := definitionOf(r.Kind)
	for i, c := range definition.columns {
		if value, ok := r.Values[i].([]byte); ok && c.name == definition.whose && len(value) == len(id) {
			id = ids.Any(value)
		}
	}
	return id
}
