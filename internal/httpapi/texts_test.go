package httpapi_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/api"
)

// What somebody types is refused with a character that nobody sees; what a tracker says loses it and is recorded.
func TestTextsThatPeopleType(t *testing.T) {
	r := newRig(t)
	r.signUp()
	entry := r.record(ada, "101", time.Hour)
	project := r.projects(ada)[0]
	const work = `{"project":"Payments","id":"101"}`
	for _, test := range []struct {
		pointer string
		call    call
	}{
		{"/note", call{method: "POST", path: "/api/v1/timers", body: `{"work_item":` + work + `,"note":"TEXT"}`}},
		{"/note", call{method: "PATCH", path: "/api/v1/time-entries/" + entry.Id, body: `{"note":"TEXT"}`, headers: merging(entry.Etag)}},
		{"/reason", call{method: "PATCH", path: "/api/v1/time-entries/" + entry.Id, body: `{"billable":false,"reason":"TEXT"}`, headers: merging(entry.Etag)}},
		{"reason", call{method: "DELETE", path: "/api/v1/time-entries/" + entry.Id + "?reason=a%E2%80%AEb", headers: map[string]string{"If-Match": entry.Etag}}},
		{"/people/0/name", call{method: "POST", path: "/api/v1/users", body: `{"people":[{"email":"zoe@contoso.example","name":"TEXT"}]}`}},
		{"/people/0/email", call{method: "POST", path: "/api/v1/users", body: `{"people":[{"email":"zoe@TEXT.example"}]}`}},
		{"/name", call{method: "PATCH", path: "/api/v1/tenant", body: `{"name":"TEXT"}`, headers: merging(`"1"`)}},
		{"/billing_address", call{method: "PATCH", path: "/api/v1/tenant", body: `{"billing_address":"TEXT"}`, headers: merging(`"1"`)}},
		{"/name", call{method: "PATCH", path: "/api/v1/projects/" + project.Id, body: `{"name":"TEXT"}`, headers: merging(project.Etag)}},
		{"/name", call{method: "POST", path: "/api/v1/activities", body: `{"name":"TEXT","billable":true}`}},
		{"/name", call{method: "POST", path: "/api/v1/saved-reports", body: `{"name":"TEXT","definition":{"period":"last_week"}}`}},
		{"/definition/note", call{method: "POST", path: "/api/v1/saved-reports", body: `{"name":"Mine","definition":{"note":"TEXT"}}`}},
		{"/file_name", call{method: "POST", path: "/api/v1/imports", body: `{"file_name":"TEXT.csv"}`}},
		{"/reason", call{method: "POST", path: "/api/v1/imports", body: `{"file_name":"a.csv","reason":"TEXT"}`}},
	} {
		test.call.as = ada
		test.call.body = strings.ReplaceAll(test.call.body, "TEXT", "a\u202eb")
		got := as[api.Problem](t, r.do(test.call), 400)
		if diff := cmp.Diff([]fault{{test.pointer, "characters"}}, faults(got)); diff != "" {
			t.Errorf("%s %s: (-want +got):\n%s", test.call.method, test.call.path, diff)
		}
	}

	started := as[api.TimerStarted](t, r.do(call{as: ada, method: "POST", path: "/api/v1/timers",
		body: `{"work_item":{"project":"Pay\u0000ments\u2067","id":"104","title":"\ufeffFix\nthe \u202etokenizer","type":"Bug\u001b"},` +
			`"note":"one\r\n\ttwo, می\u200cخواهم"}`}), 201).Timer
	if got := started.WorkItem; got == nil || got.Project != "Payments" || *got.Title != "Fix the tokenizer" || *got.Type != "Bug" {
		t.Errorf("the work item is %+v", got)
	}
	if want := "one\n\ttwo, می\u200cخواهم"; started.Note == nil || *started.Note != want {
		t.Errorf("the note is %v, want %q", started.Note, want)
	}
}
