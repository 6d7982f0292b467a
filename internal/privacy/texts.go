package privacy

import (
	"slices"

	"timetracker/internal/ids"
	"timetracker/internal/personal"
	"timetracker/internal/proof"
)

// TextTable is a table with texts of anybody that can name a person.
type TextTable struct {
	Name    string
	Columns []string
	// cleared are the columns that lose the whole text where it names the person.
	cleared []string
}

// byTheNoun are tables whose texts the noun that has them takes care of.
var byTheNoun = []string{"users", "import_parts", "erasures"}

// TextTables are the tables that an erasure goes through, as the schema says, in its order.
func TextTables() (all []TextTable) {
	for _, c := range Schema() {
		redacted := c.Erasure == Redacted || c.Erasure == ClearedWhereNamed || (c.Class == Content && c.Erasure == UnlessShared)
		if !redacted || slices.Contains(byTheNoun, c.Table) {
			continue
		}
		if len(all) == 0 || all[len(all)-1].Name != c.Table {
			all = append(all, TextTable{Name: c.Table})
		}
		t := &all[len(all)-1]
		t.Columns = append(t.Columns, c.Names...)
		if c.Erasure == ClearedWhereNamed {
			t.cleared = append(t.cleared, c.Names...)
		}
	}
	return all
}

// TextRow is a row of a TextTable.
type TextRow struct {
	Key      string    // where it stands in its table, as the store writes it
	Revision int64     // 0: the table has none
	Texts    []*string // of the table's columns; nil: there is none
	// Whose are the users whose name a text is, or whom alone it tells of; zero: it may tell of anybody.
	Whose  []ids.User
	Sealed proof.RowName
}

// without takes a person out of a row, and says whether it was there. What is somebody else's stays: they may be called alike, or
// be the same person who has come back.
func (t TextTable) without(user ids.User, names *personal.Redactor, row TextRow) (TextRow, bool) {
	changed := false
	texts := slices.Clone(row.Texts)
	for i, text := range texts {
		if text == nil || (!row.Whose[i].IsZero() && row.Whose[i] != user) {
			continue
		}
		redacted, named := names.Redact(*text)
		if !named {
			continue
		}
		changed = true
		if texts[i] = &redacted; slices.Contains(t.cleared, t.Columns[i]) {
			texts[i] = nil
		}
	}
	row.Texts = texts
	return row, changed
}
