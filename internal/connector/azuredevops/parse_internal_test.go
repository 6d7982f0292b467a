package azuredevops

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	wit "github.com/microsoft/azure-devops-go-api/azuredevops/v7/workitemtracking"

	"timetracker/internal/ids"
	"timetracker/internal/plaintext"
	query "timetracker/internal/sandbox/devops/wiql"
	"timetracker/internal/workitem"
)

// checkText wants a text that can be shown in one line.
func checkText(t *testing.T, text string, longest int) {
	t.Helper()
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) > longest || strings.ContainsFunc(text, func(r rune) bool {
		return r < ' ' || (r >= 0x7f && r <= 0x9f) || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069)
	}) {
		t.Errorf("the text %q", text)
	}
}

func checkGUID(t *testing.T, id string) {
	t.Helper()
	if parsed, err := ids.Parse[ids.Any](id); id != "" && (err != nil || parsed.String() != id) {
		t.Errorf("the id %q", id)
	}
}

// FuzzFacts checks that nothing of a work item reaches the product that it doesn't expect.
func FuzzFacts(f *testing.F) {
	for _, seed := range []string{
		`{"id":104,"rev":3,"url":"https://dev.azure.com/contoso/2f6c91d8-4e07-4ab5-93d2-b85a0f7e1c01/_apis/wit/workItems/104","fields":{
			"System.Title":"Pay","System.State":"Active","System.TeamProject":"Payments","System.Parent":103,
			"System.AssignedTo":{"displayName":"Grace","id":"2F6C91D8-4E07-4AB5-93D2-B85A0F7E1C01"},
			"System.ChangedBy":"Ada Lovelace <ada@contoso.example>","System.ChangedDate":"2026-11-21T09:30:00.12Z",
			"Microsoft.VSTS.Scheduling.CompletedWork":11.5,"Microsoft.VSTS.Scheduling.RemainingWork":-1e300}}`,
		`{"id":2147483648,"rev":1,"fields":{}}`, `{"id":-5,"rev":1,"fields":{}}`, `{"id":1,"rev":0,"fields":null}`, `null`,
		`{"id":1,"rev":1,"url":"%","fields":{"System.Parent":1e99,"System.Title":"a\u0000\u202eb","System.AssignedTo":[],"System.ChangedDate":5}}`,
		`{"id":1,"rev":1,"url":"/00000000-0000-0000-0000-000000000000/_apis/","fields":{"System.Parent":-1,"System.ChangedBy":{"id":"x"}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		var item wit.WorkItem
		if json.Unmarshal(content, &item) != nil {
			return
		}
		facts, changedBy, ok := factsOf(item)
		if !ok {
			return
		}
		if facts.Revision < 1 || facts.Number == "" || facts.Number[0] == '-' || facts.Number == "0" {
			t.Errorf("%+v", facts)
		}
		for _, text := range []string{facts.Project.Name, facts.Title, facts.Type, facts.State, facts.Assignee} {
			checkText(t, text, maxName)
		}
		checkGUID(t, facts.Project.StableID)
		checkGUID(t, changedBy)
		if _, valid := number(facts.Parent); facts.Parent != "" && !valid {
			t.Errorf("the parent %q", facts.Parent)
		}
		for _, hours := range []*float64{facts.Hours.Completed, facts.Hours.Remaining} {
			if hours != nil && (math.IsNaN(*hours) || math.IsInf(*hours, 0)) {
				t.Errorf("%v hours", *hours)
			}
		}
	})
}

// FuzzReadError checks that a refusal is one line of a bounded length, and that its number is one.
func FuzzReadError(f *testing.F) {
	for _, seed := range []string{
		`{"message":"TF401232: Work item 1"}`, `{"message":"VS403351 failed"}`, `{"message":"TF4\nx"}`, `{"message":5}`, `[]`, "\xff",
		`{"message":"` + strings.Repeat("ä", 1000) + `"}`, `{"message":"TF401232x"}`, `{"message":" \u202eTF401232:"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		number, message := readError(content)
		checkText(t, message, maxMessage)
		if !strings.HasPrefix(message, number) || len(number) > len("TF1234567") || strings.Trim(number, "TFVS0123456789") != "" {
			t.Errorf("%q is the number of %q", number, message)
		}
	})
}

// FuzzChallenge checks that only a JSON object is passed on.
func FuzzChallenge(f *testing.F) {
	object := base64.StdEncoding.EncodeToString([]byte(`{"access_token":{"acrs":{"essential":true,"value":"c1"}}}`))
	for _, seed := range []string{
		`Bearer authorization_uri=https://login.microsoftonline.com/x, error="insufficient_claims", claims="` + object + `"`,
		`Bearer claims="` + strings.TrimRight(object, "=") + `"`, `Bearer CLAIMS="e30"`, `Bearer claims=""`, `Bearer claims="!"`,
		`Bearer xclaims="e30"`, `claims="` + strings.Repeat("A", 100_000) + `"`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		challenge := challengeOf(http.Header{"Www-Authenticate": {"Basic", value}})
		if challenge != "" && (!json.Valid([]byte(challenge)) || !strings.HasPrefix(strings.TrimSpace(string(challenge)), "{")) {
			t.Errorf("%q became %q", value, challenge)
		}
	})
}

func TestChallenge(t *testing.T) {
	const claims = `{"access_token":{"nbf":{"essential":true, "value":"1?>~"}}}`
	for name, encode := range map[string]*base64.Encoding{
		"standard": base64.StdEncoding, "for addresses": base64.URLEncoding, "without padding": base64.RawURLEncoding,
	} {
		header := http.Header{"Www-Authenticate": {"Bearer", `Bearer realm="", error="insufficient_claims", claims="` + encode.EncodeToString([]byte(claims)) + `"`}}
		if got := challengeOf(header); got != claims {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// FuzzQuery checks that no words and no project leave their quotation marks.
func FuzzQuery(f *testing.F) {
	for _, words := range []string{"pay", "o'neill", "''", "' OR 1=1 --", "@me", "a\x00b", "\xff", "a\u2028b", `"`, "[x]", strings.Repeat("x ", 50)} {
		f.Add(words, words, true, true)
	}
	f.Fuzz(func(t *testing.T, words, project string, mine, open bool) {
		text := wiql(workitem.Query{Words: words, Project: project, Mine: mine, Open: open, Limit: 1})
		parsed, err := query.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		var all []query.Condition
		switch where := parsed.Where.(type) {
		case query.And:
			all = where
		case query.Comparison:
			all = append(all, where)
		}
		var found []string
		for _, condition := range all {
			comparison, ok := condition.(query.Comparison)
			if !ok {
				t.Fatalf("%s has another condition", text)
			}
			switch comparison.Field {
			case fieldTitle:
				found = append(found, comparison.Values[0].Text)
			case fieldProject:
				if got, want := comparison.Values[0].Text, cut(plaintext.CleanLine(project), maxName); got != want {
					t.Errorf("the project is %q, want %q", got, want)
				}
			case fieldAssignee:
				mine = mine && comparison.Values[0].Macro == query.Me
			case fieldState:
			default:
				t.Errorf("%s compares %s", text, comparison.Field)
			}
		}
		want := strings.Fields(plaintext.CleanLine(words))
		for i := range want {
			want[i] = cut(want[i], maxWord)
		}
		if want = want[:min(len(want), maxWords)]; fmt.Sprint(found) != fmt.Sprint(want) {
			t.Errorf("searches for %q, want %q", found, want)
		}
	})
}

func TestWhatIsKeptIsBounded(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
	nth := func(n int) string { return fmt.Sprintf("%08d", n) }
	var p pauses
	var i identities
	var s types
	for n := range maxPauses + 50 {
		p.extend(person{"d", nth(n)}, now.Add(time.Minute), now)
		i.keep("contoso", nth(n), nth(n))
		s.keep(itemType{"contoso", "p", nth(n)}, nil, now)
	}
	if len(p.until) != maxPauses || len(i.known) != maxIdentities || len(s.known) != maxTypes {
		t.Errorf("kept are %d pauses, %d people, %d types", len(p.until), len(i.known), len(s.known))
	}
	last := nth(maxPauses + 49)
	if p.left(person{"d", last}, now) != time.Minute || i.find("contoso", last) != last || i.find("fabrikam", last) != "" {
		t.Error("the newest is not kept")
	}
	// A pause never becomes shorter, and what is over makes room first.
	p.extend(person{"d", last}, now.Add(time.Second), now)
	if p.left(person{"d", last}, now) != time.Minute {
		t.Error("the pause was cut short")
	}
	later := now.Add(time.Hour)
	p.extend(person{"d", "new"}, later.Add(time.Minute), later)
	if len(p.until) != 1 || p.left(person{"d", last}, later) != 0 {
		t.Errorf("%d pauses, want 1", len(p.until))
	}
}
