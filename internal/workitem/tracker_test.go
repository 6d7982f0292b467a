package workitem

import (
	"strconv"
	"strings"
	"testing"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
)

func TestNumbersOfAzureDevOps(t *testing.T) {
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
		{"ABC-12", false}, // another tracker's
		{"١٠١", false},    // digits, but not ASCII
		{"1\x00", false},
	}
	for _, test := range tests {
		if got := trackers[AzureDevOps].isNumber(test.id); got != test.want {
			t.Errorf("isNumber(%q) is %v, want %v", test.id, got, test.want)
		}
	}
}

func FuzzNumbersOfAzureDevOps(f *testing.F) {
	for _, seed := range []string{"1", "0", "2147483647", "2147483648", "", "-1", "1x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		number, err := strconv.ParseInt(id, 10, 32)
		want := err == nil && number > 0 && strconv.FormatInt(number, 10) == id
		if got := isPositiveInt32(id); got != want {
			t.Errorf("isPositiveInt32(%q) is %v, want %v", id, got, want)
		}
	})
}

func TestStableIDsOfAzureDevOps(t *testing.T) {
	for text, want := range map[string]string{
		"0193a5b0-1234-4abc-8def-00000000000a":   "0193a5b0-1234-4abc-8def-00000000000a",
		"0193A5B0-1234-4ABC-8DEF-00000000000A":   "0193a5b0-1234-4abc-8def-00000000000a",
		"00000000-0000-0000-0000-000000000000":   "",
		"{0193a5b0-1234-4abc-8def-00000000000a}": "",
		"contoso":                                "",
		"":                                       "",
	} {
		if id, ok := trackers[AzureDevOps].stableID(text); ok != (want != "") || (ok && id != want) {
			t.Errorf("%q is read as %q, %v", text, id, ok)
		}
	}
}

func TestNameKey(t *testing.T) {
	for _, same := range [][]string{
		{"Payments", "payments", "PAYMENTS"},
		{"Zahlungsströme", "ZAHLUNGSSTRÖME"},
		{"Ωμέγας", "ΩΜΈΓΑΣ"}, // a sigma at the end of a word looks like no other
		{"kelvin", "\u212Aelvin"},
		{"\xff", "\ufffd"}, // all invalid UTF-8 becomes the same
		{""},
	} {
		for _, name := range same {
			if NameKey(name) != NameKey(same[0]) {
				t.Errorf("%q and %q are two names", name, same[0])
			}
		}
	}
	for _, other := range []string{"Payment", "Payments ", "Paýments", "İ", "i", "ı", "ß", "ss"} {
		for _, name := range []string{"Payments", "I", "SS"} {
			if (NameKey(name) == NameKey(other)) != strings.EqualFold(name, other) {
				t.Errorf("%q and %q are the same name", name, other)
			}
		}
	}
}

func FuzzNameKey(f *testing.F) {
	f.Add("Payments", "PAYMENTS")
	f.Add("ſ", "S")
	f.Add("İ", "i")
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, other := range []string{b, strings.ToUpper(a), strings.ToLower(a), a} {
			if got, want := NameKey(a) == NameKey(other), strings.EqualFold(a, other); got != want {
				t.Errorf("%q and %q are the same: %v, want %v", a, other, got, want)
			}
		}
		if NameKey(NameKey(a)) != NameKey(a) {
			t.Errorf("the key of %q has another key", a)
		}
	})
}

func TestNormalizeClaim(t *testing.T) {
	given := Claim{
		Tracker: AzureDevOps, Site: Named{Name: " FabriKam "},
		Project: Named{Name: "\tPay\u2067ments\x00 ", StableID: "0193A5B0-1234-4ABC-8DEF-00000000000A"},
		Number:  " 101 ", Title: " Pay\n\x00 \u202etwice\ufeff ", Type: "Bug\x1b ",
	}
	want := Claim{
		Tracker: AzureDevOps, Site: Named{Name: "fabrikam"},
		Project: Named{Name: "Payments", StableID: "0193a5b0-1234-4abc-8def-00000000000a"},
		Number:  "101", Title: "Pay twice", Type: "Bug",
	}
	if got, err := given.normalize("contoso"); err != nil || got != want {
		t.Errorf("normalize gives %+v (%v), want %+v", got, err, want)
	}
	given.Site.Name = " "
	if got, err := given.normalize("contoso"); err != nil || got.Site.Name != "contoso" {
		t.Errorf("without an organization normalize gives %+v (%v), want the tenant's", got, err)
	}
	id := "0193a5b0-1234-4abc-8def-00000000000a"
	for name, broken := range map[string]Claim{
		"no number": {Tracker: AzureDevOps, Project: Named{Name: "Payments"}, Number: "0"},

		"another tracker":          {Tracker: "jira", Project: Named{Name: "Payments"}, Number: "ABC-12"},
		"no tracker":               {Project: Named{Name: "Payments"}, Number: "101"},
		"an organization's id":     {Tracker: AzureDevOps, Site: Named{StableID: id}, Project: Named{Name: "Payments"}, Number: "101"},
		"no GUID":                  {Tracker: AzureDevOps, Site: Named{StableID: "x", Name: "x"}, Project: Named{Name: "Payments"}, Number: "101"},
		"a project that has no id": {Tracker: AzureDevOps, Project: Named{StableID: "x", Name: "Payments"}, Number: "101"},
	} {
		_, err := broken.normalize("contoso")
		if !errs.Is(err, errs.RuleBroken) || errs.CodeOf(err) != "work_item_invalid" {
			t.Errorf("%s: normalize of %+v gives the error %v", name, broken, err)
		}
		if err != nil && strings.Contains(err.Error(), "%!") {
			t.Errorf("badly formatted: %v", err)
		}
	}
}

// TestAnotherTrackerFits shows that one row of the table defines what an id looks like.
func TestAnotherTrackerFits(t *testing.T) {
	const kanban Tracker = "kanban"
	trackers[kanban] = rules{
		isNumber: func(text string) bool { project, _, found := strings.Cut(text, "-"); return found && project != "" },
		stableID: func(text string) (string, bool) { return text, true },
		siteName: func(name string) string { return name },
	}
	defer delete(trackers, kanban)
	claim := Claim{Tracker: kanban, Site: Named{StableID: "w 1", Name: "Board"}, Project: Named{Name: "Payments"}, Number: "ABC-12"}
	got, err := claim.normalize("contoso")
	if err != nil || got != claim {
		t.Fatalf("normalize gives %+v (%v)", got, err)
	}
	devops := Claim{Tracker: AzureDevOps, Site: Named{Name: "board"}, Project: Named{Name: "Payments"}, Number: "12"}
	first := resolve(devops, ids.User{}, nil)
	second := resolve(got, ids.User{}, []Candidate{{Site: first.Site, SiteNamed: true}})
	if second.Site.ID == first.Site.ID || !second.New.Site {
		t.Errorf("a site of one tracker is found by another's name: %+v", second)
	}
}
