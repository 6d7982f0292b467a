package domaintest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"timetracker/internal/calendar"
)

// Vectors gives the cells of the table that follows the heading in docs/time-policy.md, row by row, without the table's
// head. A test that finds no table fails.
func Vectors(t *testing.T, heading string) [][]string {
	t.Helper()
	page := Document(t, "time-policy.md")
	_, section, found := strings.Cut(string(page), "\n### Vectors: "+heading+"\n")
	if !found {
		t.Fatalf("docs/time-policy.md has no vectors %q", heading)
	}
	section, _, _ = strings.Cut(section, "\n#")
	var rows [][]string
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	const head = 2 // the names of the columns, and the line below them
	if len(rows) <= head {
		t.Fatalf("docs/time-policy.md has no rows of vectors %q", heading)
	}
	for _, row := range rows {
		if len(row) != len(rows[0]) {
			t.Fatalf("docs/time-policy.md: a row of %q has %d cells, not %d: %q", heading, len(row), len(rows[0]), row)
		}
	}
	return rows[head:]
}

// UnitOf reads a unit as vectors write it: "month", or "week from sunday".
func UnitOf(t *testing.T, text string) (calendar.Unit, calendar.WeekStart) {
	t.Helper()
	unit, start, _ := strings.Cut(text, " from ")
	week := calendar.WeekStart(start)
	if start != "" && !week.Valid() {
		t.Fatalf("no unit: %q", text)
	}
	return calendar.Unit(unit), week
}

// Document reads a file below docs.
func Document(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(projectRoot(t), "docs", name)) //nolint:gosec // a test names the file
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// projectRoot is the directory of go.mod. Tests run in the directory of their package, which is below it.
func projectRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test's directory")
		}
		dir = parent
	}
}

// Instant reads an instant as vectors write it.
func Instant(t *testing.T, text string) time.Time {
	t.Helper()
	instant, err := time.Parse("2006-01-02T15:04:05.000Z", text)
	if err != nil {
		t.Fatal(err)
	}
	return instant
}
