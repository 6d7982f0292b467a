package domaintest_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"timetracker/internal/domaintest"
)

var update = flag.Bool("update", false, "write docs/time-policy.json anew")

// TestTimePolicyFile holds that docs/time-policy.json has the vectors of the page, and those of what is shown. The page is
// what people change; the file is for programs in other languages.
func TestTimePolicyFile(t *testing.T) {
	page := string(domaintest.Document(t, "time-policy.md"))
	all := map[string]any{"shown": json.RawMessage(domaintest.Document(t, "time-display.json"))}
	for _, found := range regexp.MustCompile(`(?m)^### Vectors: (.*)$`).FindAllStringSubmatch(page, -1) {
		heading := found[1]
		_, section, _ := strings.Cut(page, found[0]+"\n")
		head := regexp.MustCompile(`(?m)^\| (.*) \|$`).FindStringSubmatch(section)
		var rows []map[string]any
		for _, cells := range domaintest.Vectors(t, heading) {
			row := map[string]any{}
			for i, name := range strings.Split(head[1], " | ") {
				row[strings.ReplaceAll(name, " ", "_")] = value(cells[i])
			}
			rows = append(rows, row)
		}
		all[strings.ReplaceAll(heading, " ", "_")] = rows
	}
	if len(all) < 5 {
		t.Fatalf("the page has %d tables", len(all))
	}
	var wanted bytes.Buffer
	encoder := json.NewEncoder(&wanted)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(all); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(filepath.Join("..", "..", "docs", "time-policy.json"), wanted.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(domaintest.Document(t, "time-policy.json"), wanted.Bytes()) {
		t.Error("docs/time-policy.json isn't what docs/time-policy.md says: run go test ./internal/domaintest -update")
	}
}

// value is a cell as JSON has it: a number, or a text.
func value(cell string) any {
	if number, err := strconv.ParseInt(cell, 10, 64); err == nil {
		return number
	}
	return cell
}
