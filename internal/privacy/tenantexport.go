package privacy

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/personal"
	"timetracker/internal/proof"
	"timetracker/internal/tenant"
)

// rowsAtOnce is how many rows of a table are read at once for an export.
const rowsAtOnce = 100

// chainFile is the chain within the export of a tenant.
const chainFile = "chain.jsonl"

// leftOut is what the export of a tenant lacks, as table or table.column, with the reason.
var leftOut = map[string]string{
	"idempotency_keys":                "answers to requests that may come twice, for 24 hours",
	"erasures":                        "how far the erasure of a person is",
	"member_revisions":                "a number by which the product knows what it remembers",
	"place_revisions":                 "a number by which the product knows what it remembers",
	"retention_runs":                  "when the product has removed what was over",
	"leases":                          "of no organization",
	"statement_counters":              "of no organization",
	"chain_links":                     "in " + chainFile + ", with the rows that it seals",
	"privacy_requests.reference_hash": "a hash of what the person was told",
	"import_rows.external_id":         "a hash, by which a row is added once",
	"import_parts":                    "what somebody has uploaded, until its rows are known",
	"privacy_choices.nominee_name":    "whom a person has named is nobody else's to know",
	"privacy_choices.nominee_email":   "whom a person has named is nobody else's to know",
}

// whose are the columns with a person's id, or that of their entry, of tables whose owner's column isn't classed as ownSet.
var whose = map[string]string{
	"users":              "id",
	"time_entry_changes": "entry_id",
	"audit_events":       "target_id",
	"access_records":     "subject_id",
}

// TableRow is a row of a table with the columns that were asked for: texts, whole and other numbers, bytes, and nil for null.
type TableRow struct {
	Key    string
	Values []any
}

// TableStore reads tables as they are.
type TableStore interface {
	tenant.WithheldStore

	// TableRows lists rows of a table in the order of their keys, strictly past after; empty: from the first one. The numbers of
	// codes are words.
	TableRows(ctx context.Context, id ids.Tenant, table string, columns []string, after string, limit int) ([]TableRow, error)
}

// Exports give organizations all that is held for them.
type Exports struct {
	store TableStore
	chain *proof.Service
	now   func() time.Time
}

// NewExports makes Exports. now is the server's clock.
func NewExports(store TableStore, chain *proof.Service, now func() time.Time) *Exports {
	return &Exports{store: store, chain: chain, now: calendar.Clock(now)}
}

// Collect reads all of a tenant, but what is restricted people's, and keeps it, for Pack. It holds a page of rows at a time. Tables are read one after the other, so
// that what changes meanwhile may be in one and not in another. super_admins only, at any state of the tenant.
func (e *Exports) Collect(ctx context.Context, m tenant.Member, kept io.Writer) error {
	if err := m.Require(tenant.RoleSuperAdmin); err != nil {
		return err
	}
	withheld, err := tenant.Withhold(ctx, e.store, m)
	if err != nil {
		return err
	}
	records := newCollector(kept)
	begin := cover{Organization: m.Tenant.Name, At: e.now(), Whole: true, LeftOut: withheld.People()}
	if err := records.out.Encode(line{Cover: &begin}); err != nil {
		return fmt.Errorf("keep the cover: %w", err)
	}
	for _, t := range exportedTables() {
		columns := make([]personal.Column, len(t.columns))
		for i, name := range t.columns {
			columns[i].Name = name
		}
		err := records.Set(t.name, columns, func(add personal.Add) error { return e.each(ctx, m.Tenant.ID, t, withheld, add) })
		if err != nil {
			return fmt.Errorf("export of %s: %w", t.name, err)
		}
	}
	if err := records.out.Encode(line{Rest: chainFile}); err != nil {
		return fmt.Errorf("keep the chain: %w", err)
	}
	return e.chain.Export(ctx, m, kept)
}

// exportedTable is a table of an export with the columns that it has there.
type exportedTable struct {
	name    string
	columns []string
	whose   int // the column that says whose a row is; -1: none does
}

func exportedTables() (all []exportedTable) {
	for _, c := range Schema() {
		if leftOut[c.Table] != "" {
			continue
		}
		if len(all) == 0 || all[len(all)-1].name != c.Table {
			all = append(all, exportedTable{name: c.Table, whose: -1})
		}
		last := &all[len(all)-1]
		for _, name := range c.Names {
			if c.WhyNot == ownSet || whose[c.Table] == name {
				last.whose = len(last.columns)
			}
			if leftOut[c.Table+"."+name] == "" {
				last.columns = append(last.columns, name)
			}
		}
	}
	return all
}

// each reads the rows of a table, and gives those that aren't withheld.
func (e *Exports) each(ctx context.Context, id ids.Tenant, t exportedTable, withheld tenant.Withheld, add personal.Add) error {
	for after := ""; ; {
		rows, err := e.store.TableRows(ctx, id, t.name, t.columns, after, rowsAtOnce)
		if err != nil {
			return err
		}
		theirs, err := withheld.Of(ctx, t.owners(rows))
		if err != nil {
			return err
		}
		for _, row := range rows {
			after = row.Key
			if id, ok := t.owner(row); ok && theirs[id] {
				continue
			}
			values := make([]any, len(row.Values))
			for i, value := range row.Values {
				values[i] = exportedValue(t.columns[i], value)
			}
			if err := add(values...); err != nil {
				return err
			}
		}
		if len(rows) < rowsAtOnce || after == "" {
			return nil
		}
	}
}

// owner is whose a row is: the id of a person, or of an entry.
func (t exportedTable) owner(row TableRow) (ids.Any, bool) {
	if t.whose < 0 {
		return ids.Any{}, false
	}
	value, ok := row.Values[t.whose].([]byte)
	if !ok || len(value) != len(ids.Any{}) {
		return ids.Any{}, false
	}
	return ids.Any(value), true
}

func (t exportedTable) owners(rows []TableRow) (all []ids.Any) {
	for _, row := range rows {
		if id, ok := t.owner(row); ok {
			all = append(all, id)
		}
	}
	return all
}

// days are the columns that count days from 1970-01-01.
var days = []string{"first_day", "from_day", "for_day", "day"}

// exportedValue is a column's value as people and programs read it.
func exportedValue(column string, value any) any {
	switch value := value.(type) {
	case int64:
		switch {
		case strings.HasSuffix(column, "_at"):
			return time.UnixMilli(value)
		case slices.Contains(days, column):
			return time.Unix(value*24*60*60, 0).UTC().Format(time.DateOnly)
		default:
			return value
		}
	case []byte:
		if len(value) == len(ids.Any{}) {
			return ids.Any(value)
		}
		return base64.StdEncoding.EncodeToString(value)
	case string:
		text, err := json.Marshal(value)
		if err != nil {
			return value
		}
		return json.RawMessage(text) // an empty text is one
	default:
		return value
	}
}

// writeTenantReadme says what is in the files of a tenant's export, and what isn't there.
func writeTenantReadme(w io.Writer, c cover, sets []set) error {
	out := bufio.NewWriter(w)
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\r\n", args...) }
	say("What TimeTracker holds for the organization %s", c.Organization)
	say("at %s.", c.At.UTC().Format(calendar.InstantLayout))
	say("")
	say("Each table of the database is there twice, as JSON and as CSV. Tables were read one after the other.")
	say("Instants (NAME_at) are in UTC, in the form of RFC 3339 with milliseconds; lengths (NAME_ms) are milliseconds;")
	say("amounts (NAME_minor) are whole minor units of the currency; pictures are in base64.")
	say("%s is the chain with the rows that it seals. \"timetracker verify\" verifies it without the product.", chainFile)
	if c.LeftOut > 0 {
		say("")
		say("THIS IS NOT ALL. People who are left out, since they restrict the use of their data: %d. No table has a row of theirs,", c.LeftOut)
		say("and the chain has links of such rows without the rows. Billing records count everybody. Export again when the restriction has ended.")
	}
	say("")
	say("TABLES")
	schema := Schema()
	for _, s := range sets {
		say("")
		say("%s.json, %s.csv: %d rows", s.name, s.name, s.records)
		for _, column := range schema {
			if column.Table == s.name {
				say("  %s (%s). For: %s. Kept: %s.", strings.Join(column.Names, ", "), column.Class, column.Purpose, column.Retention)
			}
		}
	}
	say("")
	say("WHAT IS NOT IN HERE, AND WHY")
	say("")
	names := make([]string, 0, len(leftOut))
	for name := range leftOut {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		say("%s: %s", name, leftOut[name])
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the readme: %w", err)
	}
	return nil
}
