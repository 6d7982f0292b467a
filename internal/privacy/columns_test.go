package privacy_test

import (
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"timetracker/internal/privacy"
	"timetracker/migrations"
)

var (
	createdTable  = regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\)`)
	createdColumn = regexp.MustCompile(`(?m)^    (\w+) `)
	addedColumn   = regexp.MustCompile(`ALTER TABLE (\w+) ADD (?:COLUMN )?(\w+) `)
)

// columnsOf are the columns that an engine's migrations make, as table.column.
func columnsOf(t *testing.T, engine string) map[string]bool {
	t.Helper()
	names, err := fs.Glob(migrations.Files, engine+"/*.up.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d migrations: %v", len(names), err)
	}
	columns := map[string]bool{}
	for _, name := range names {
		text, err := fs.ReadFile(migrations.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, created := range createdTable.FindAllStringSubmatch(string(text), -1) {
			for _, column := range createdColumn.FindAllStringSubmatch(created[2], -1) {
				if column[1] != "CONSTRAINT" {
					columns[created[1]+"."+column[1]] = true
				}
			}
		}
		for _, added := range addedColumn.FindAllStringSubmatch(string(text), -1) {
			if added[2] != "CONSTRAINT" {
				columns[added[1]+"."+added[2]] = true
			}
		}
	}
	return columns
}

// A column that nobody has thought about is a promise that nobody keeps.
func TestEveryColumnOfTheSchemaIsClassed(t *testing.T) {
	classed := map[string]int{}
	for _, c := range privacy.Schema() {
		for _, name := range c.Names {
			classed[c.Table+"."+name]++
		}
	}
	existing := columnsOf(t, "sqlite")
	for column := range columnsOf(t, "sqlserver") {
		existing[column] = true
	}
	if len(existing) < 300 {
		t.Fatalf("only %d columns were found", len(existing))
	}
	for column := range existing {
		if classed[column] != 1 {
			t.Errorf("%s has %d rows in internal/privacy/columns.go, and needs one", column, classed[column])
		}
	}
	for column := range classed {
		if !existing[column] {
			t.Errorf("internal/privacy/columns.go has %s, which is in no migration", column)
		}
	}
}

func TestRowsOfColumnsAreWhole(t *testing.T) {
	for _, c := range privacy.Schema() {
		at := c.Table + " " + strings.Join(c.Names, " ")
		if c.Purpose == "" || c.Retention == "" || c.Erasure == "" {
			t.Errorf("%s lacks a purpose, a retention or what an erasure does", at)
		}
		switch c.Class {
		case privacy.None:
			if c.Export != "" || c.WhyNot != "" || c.Erasure != privacy.Nothing {
				t.Errorf("%s says nothing about people, and has an export or an erasure", at)
			}
		case privacy.Personal, privacy.Content:
			if (c.Export == "") == (c.WhyNot == "") {
				t.Errorf("%s needs a record set, or why it has none", at)
			}
			if c.Erasure == privacy.Nothing {
				t.Errorf("%s is about people, and an erasure does nothing with it", at)
			}
		default:
			t.Errorf("%s has the class %q", at, c.Class)
		}
	}
}

const document = "../../docs/privacy.md"

// Whoever reads the page must be able to rely on it to the last column.
func TestThePageHasTheClassesOfAllColumns(t *testing.T) {
	content, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, c := range privacy.Schema() {
		export := c.WhyNot
		if c.Export != "" {
			export = "`" + c.Export + "`"
			if c.Also != "" {
				export += ", `" + c.Also + "`"
			}
		}
		if c.Class == privacy.None {
			export = "-"
		}
		want = append(want, fmt.Sprintf("| `%s` | %s | %s | %s | %s | %s | %s |",
			c.Table, strings.Join(c.Names, ", "), c.Class, c.Purpose, c.Retention, export, c.Erasure))
	}
	var got []string
	for line := range strings.Lines(string(content)) {
		if strings.HasPrefix(line, "| `") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the table of %s differs from internal/privacy/columns.go; it must be\n%s", document, strings.Join(want, "\n"))
	}
}
