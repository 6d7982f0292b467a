package sqlstore

import (
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"timetracker/migrations"
)

// schemaOf reads an engine's tables and indexes from its migrations.
func schemaOf(t *testing.T, engine string) string {
	t.Helper()
	files, err := fs.Glob(migrations.Files, engine+"/*.up.sql")
	if err != nil || len(files) == 0 {
		t.Fatal("no migrations", err)
	}
	var schema strings.Builder
	for _, file := range files {
		text, err := fs.ReadFile(migrations.Files, file)
		if err != nil {
			t.Fatal(err)
		}
		schema.Write(text)
	}
	return schema.String()
}

// TestEveryIndexNamesItsQuery demands a comment above each index with the query that needs it, since an index costs
// each write.
func TestEveryIndexNamesItsQuery(t *testing.T) {
	for _, engine := range []string{"sqlite", "sqlserver"} {
		lines := strings.Split(schemaOf(t, engine), "\n")
		for i, line := range lines {
			explained := i > 0 && (strings.HasPrefix(lines[i-1], "-- ") || strings.HasPrefix(lines[i-1], "CREATE UNIQUE INDEX"))
			if strings.HasPrefix(line, "CREATE ") && strings.Contains(line, " INDEX ") && !explained {
				t.Errorf("%s: no comment says which query needs it: %s", engine, line)
			}
		}
	}
}

var (
	serverTable  = regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\);`)
	serverColumn = regexp.MustCompile(`(?m)^    (\w+) (BIGINT|INT|SMALLINT|TINYINT|BIT|FLOAT|REAL|BINARY\((\d+)\)|NVARCHAR\((\d+)\))([^\n]*)`)
	// All computed columns are integers of 8 bytes.
	serverComputed = regexp.MustCompile(`(?m)^    (\w+) AS .* PERSISTED`)
	serverKey      = regexp.MustCompile(`PRIMARY KEY \(([^)]*)\)`)
	serverIndex    = regexp.MustCompile(`CREATE (?:UNIQUE )?INDEX (\w+)\s+ON (\w+) \(([^)]*)\)(?:\s+INCLUDE \(([^)]*)\))?(?:\s+WHERE ([^;]*))?;`)
)

// serverColumnOf is a column of SQL Server with its size in a row.
type serverColumnOf struct {
	bytes    int
	nullable bool
	text     bool // empty in most rows
}

// rowBytes is the size of a row on a page of SQL Server, including its slot:
// https://learn.microsoft.com/sql/relational-databases/databases/estimate-the-size-of-a-clustered-index
// https://learn.microsoft.com/sql/relational-databases/databases/estimate-the-size-of-a-nonclustered-index
func rowBytes(columns map[string]serverColumnOf, names []string, clustered bool) int {
	const slot = 2
	header, bytes, nullable := 1, 0, clustered
	if clustered {
		header = 4
	}
	bits, texts := 0, 0
	for _, name := range names {
		c := columns[name]
		if c.text {
			texts++
		} else if c.bytes == 0 {
			bits++
		}
		bytes += c.bytes
		nullable = nullable || c.nullable
	}
	bytes += (bits + 7) / 8
	if texts > 0 {
		bytes += 2 + 2*texts // where each one ends
	}
	if nullable {
		bytes += 2 + (len(names)+7)/8
	}
	return header + bytes + slot
}

func splitNames(list string) (names []string) {
	for name := range strings.SplitSeq(list, ",") {
		if fields := strings.Fields(name); len(fields) > 0 {
			names = append(names, fields[0])
		}
	}
	return names
}

// serverBytes is the size of a row in its table and in all indexes that contain it, on full pages.
func serverBytes(t *testing.T, schema, table string, holds func(filter string) bool) int {
	t.Helper()
	columns := map[string]serverColumnOf{}
	var order, key []string
	for _, found := range serverTable.FindAllStringSubmatch(schema, -1) {
		if found[1] != table {
			continue
		}
		key = splitNames(serverKey.FindStringSubmatch(found[2])[1])
		for _, c := range serverColumn.FindAllStringSubmatch(found[2], -1) {
			size := map[string]int{"BIGINT": 8, "INT": 4, "SMALLINT": 2, "TINYINT": 1, "FLOAT": 8, "REAL": 4}[c[2]]
			if c[3] != "" {
				size, _ = strconv.Atoi(c[3])
			}
			if c[4] != "" && c[1] != "note" {
				t.Fatalf("%s.%s is a text; an entry has none but its note", table, c[1])
			}
			columns[c[1]] = serverColumnOf{bytes: size, nullable: !strings.Contains(c[5], "NOT NULL"), text: c[4] != ""}
			order = append(order, c[1])
		}
		for _, c := range serverComputed.FindAllStringSubmatch(found[2], -1) {
			columns[c[1]] = serverColumnOf{bytes: 8, nullable: true}
			order = append(order, c[1])
		}
	}
	if len(order) == 0 || len(key) == 0 {
		t.Fatalf("the schema has no table %s", table)
	}
	total := rowBytes(columns, order, true)
	for _, found := range serverIndex.FindAllStringSubmatch(schema, -1) {
		if found[2] != table || (found[5] != "" && !holds(found[5])) {
			continue
		}
		names := append(splitNames(found[3]), splitNames(found[4])...)
		seen := map[string]bool{}
		for _, name := range names {
			seen[name] = true
		}
		for _, name := range key { // the row's place in the table
			if !seen[name] {
				names = append(names, name)
			}
		}
		for _, name := range names {
			if _, known := columns[name]; !known {
				t.Fatalf("%s is on %s, whose size is not known", found[1], name)
			}
		}
		total += rowBytes(columns, names, false)
	}
	const page, usable = 8192, 8096
	return (total*page + usable - 1) / usable
}

// TestBytesOnSQLServer computes the size of a stopped entry with its two events on SQL Server.
func TestBytesOnSQLServer(t *testing.T) {
	const most = 1024
	schema := schemaOf(t, "sqlserver")
	stopped := func(filter string) bool { return !strings.Contains(filter, "stopped_at IS NULL") }
	entry := serverBytes(t, schema, "time_entries", stopped)
	event := serverBytes(t, schema, "timer_events", stopped)
	t.Logf("an entry takes %d bytes, an event %d, an entry with two events %d", entry, event, entry+2*event)
	if entry+2*event > most {
		t.Errorf("an entry with two events takes %d bytes, want at most %d", entry+2*event, most)
	}
}
