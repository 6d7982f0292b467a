package timer

import (
	"strconv"
	"strings"
	"testing"

	"timetracker/internal/errs"
)

func TestIsWorkItemNumber(t *testing.T) {
	tests := []struct {
		id   string
		want bool
	}{
		{"1", true},
		{"101", true},
		{"999999999", true},
		{"2147483647", true},
		{"2147483648", false}, // over 32 bits
		{"9999999999", false},
		{"10000000000", false},
		{"", false},
		{"0", false},
		{"00", false},
		{"0101", false}, // one item would have two names
		{"-1", false},
		{"+1", false},
		{"1.0", false},
		{"1e3", false},
		{"0x10", false},
		{"1_000", false},
		{" 1", false},
		{"1 ", false},
		{"1\n", false},
		{"abc", false},
		{"1a", false},
		{"١٠١", false}, // digits, but not ASCII
		{"1\x00", false},
	}
	for _, test := range tests {
		if got := isWorkItemNumber(test.id); got != test.want {
			t.Errorf("isWorkItemNumber(%q) is %v, want %v", test.id, got, test.want)
		}
	}
}

func FuzzIsWorkItemNumber(f *testing.F) {
	for _, seed := range []string{"1", "0", "2147483647", "2147483648", "", "-1", "1x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		number, err := strconv.ParseInt(id, 10, 32)
		want := err == nil && number > 0 && strconv.FormatInt(number, 10) == id
		if got := isWorkItemNumber(id); got != want {
			t.Errorf("isWorkItemNumber(%q) is %v, want %v", id, got, want)
		}
	})
}

func TestNormalizeWorkItem(t *testing.T) {
	given := WorkItem{
		WorkItemRef: WorkItemRef{Tracker: "jira", Organization: " FabriKam ", Project: "\tPayments ", ID: " 101 "},
		Title:       " Pay twice ", Type: "Bug ",
	}
	want := WorkItem{
		WorkItemRef: WorkItemRef{Tracker: AzureDevOps, Organization: "fabrikam", Project: "Payments", ID: "101"},
		Title:       "Pay twice", Type: "Bug",
	}
	if got, err := given.normalize("contoso"); err != nil || got != want {
		t.Errorf("normalize gives %+v (%v), want %+v", got, err, want)
	}
	given.Organization = " "
	if got, err := given.normalize("contoso"); err != nil || got.Organization != "contoso" {
		t.Errorf("without an organization normalize gives %+v (%v), want the tenant's", got, err)
	}
	for _, broken := range []WorkItemRef{{Project: "Payments", ID: "0"}, {Project: " ", ID: "101"}} {
		_, err := WorkItem{WorkItemRef: broken}.normalize("contoso")
		if !errs.Is(err, errs.RuleBroken) || errs.CodeOf(err) != "work_item_invalid" {
			t.Errorf("normalize of %+v gives the error %v", broken, err)
		}
		if err != nil && strings.Contains(err.Error(), "%!") {
			t.Errorf("badly formatted: %v", err)
		}
	}
}
