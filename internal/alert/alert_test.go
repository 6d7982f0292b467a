package alert_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/alert"
)

// row matches a row of the page: the kind, the sentence of the log, and what an operator does.
var row = regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| (.+) \\| (.+) \\|$")

// An operator who finds an alert in the log must find its row by the same words, and no row may outlive its kind.
func TestThePageHasEveryKind(t *testing.T) {
	page, err := os.ReadFile("../../docs/alerts.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []alert.Kind
	for _, found := range row.FindAllStringSubmatch(string(page), -1) {
		kind := alert.Kind(found[1])
		documented = append(documented, kind)
		if want := (alert.Alert{Kind: kind}).What(); found[2] != want {
			t.Errorf("of %s the page says %q, the log %q", kind, found[2], want)
		}
	}
	slices.Sort(documented)
	if diff := cmp.Diff(alert.Kinds(), documented); diff != "" {
		t.Errorf("the kinds and the rows of docs/alerts.md (-kinds +rows):\n%s", diff)
	}
}

var constant = regexp.MustCompile(`(?m)^\t[A-Z]\w+ +Kind = "([a-z_]+)"(?: //.*)?$`)

func TestEveryKindIsListed(t *testing.T) {
	source, err := os.ReadFile("alert.go")
	if err != nil {
		t.Fatal(err)
	}
	var declared []alert.Kind
	for _, found := range constant.FindAllStringSubmatch(string(source), -1) {
		declared = append(declared, alert.Kind(found[1]))
	}
	slices.Sort(declared)
	if diff := cmp.Diff(declared, alert.Kinds()); diff != "" {
		t.Errorf("the constants and the list of kinds (-constants +list):\n%s", diff)
	}
}

func TestWhatSaysTheReason(t *testing.T) {
	a := alert.Alert{Kind: alert.UsageNotAccepted}
	if got := a.What(); strings.Contains(got, ":") {
		t.Errorf("without a reason it says %q", got)
	}
	a.Reason = "BadArgument"
	if got := a.What(); got != "usage was not accepted: BadArgument" {
		t.Errorf("with a reason it says %q", got)
	}
}
