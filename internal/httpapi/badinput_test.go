package httpapi_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/api"
)

// fault is one expected member of a problem's errors.
type fault struct{ Pointer, Code string }

func faults(p api.Problem) []fault {
	var found []fault
	if p.Errors != nil {
		for _, f := range *p.Errors {
			found = append(found, fault{f.Pointer, f.Code})
		}
	}
	return found
}

// everything is what ada can see, to be compared before and after.
func (r *rig) everything() string {
	r.t.Helper()
	var text strings.Builder
	for _, path := range []string{
		"/api/v1/time-entries?scope=tenant&include_voided=true", "/api/v1/timers", "/api/v1/timer-events?scope=tenant", "/api/v1/tenant",
		"/api/v1/users", "/api/v1/audit-events", "/api/v1/actions",
	} {
		got := r.do(call{as: ada, path: path})
		as[map[string]any](r.t, got, 200)
		text.WriteString(got.body)
	}
	return text.String()
}

func TestBadInput(t *testing.T) {
	r := newRig(t)
	r.signUp()
	entry := r.record(ada, "101", time.Hour)
	path := "/api/v1/time-entries/" + entry.Id
	merge := map[string]string{"Content-Type": "application/merge-patch+json", "If-Match": entry.Etag}
	start := func(body string) call { return call{method: "POST", path: "/api/v1/timers", body: body} }
	patch := func(body string) call { return call{method: "PATCH", path: path, body: body, headers: merge} }
	list := func(query string) call { return call{path: "/api/v1/time-entries?" + query} }
	reportOf := func(query string) call { return call{path: "/api/v1/reports/time?" + query} }
	ifMatch := func(value string) call {
		return call{method: "DELETE", path: path, headers: map[string]string{"If-Match": value}}
	}
	invite := func(body string) call { return call{method: "POST", path: "/api/v1/users", body: body} }
	crowd := strings.Repeat(`{"email":"a@b.example"},`, 101)
	me := as[api.Me](t, r.do(call{as: ada, path: "/api/v1/me"}), 200).User.Id
	large := strings.Repeat("x", 1<<20)
	nested := strings.Repeat(`{"work_item":`, 20) + "1" + strings.Repeat("}", 20)

	tests := []struct {
		name   string
		call   call
		status int
		code   string
		faults []fault
	}{
		{"malformed JSON", start(`{"work_item":`), 400, "json_invalid", []fault{{"/work_item", "json_invalid"}}},
		{"not JSON", start(`work_item=1`), 400, "json_invalid", []fault{{"", "json_invalid"}}},
		{"trailing data", start(item("101") + `{}`), 400, "json_trailing_data", []fault{{"", "json_trailing_data"}}},
		{"trailing nonsense", start(item("101") + `x`), 400, "json_trailing_data", []fault{{"", "json_trailing_data"}}},
		{"duplicate name", start(`{"work_item":{"id":"1","id":"2","project":"P"}}`), 400, "json_duplicate_name", []fault{{"/work_item/id", "json_duplicate_name"}}},
		{"duplicate name, escaped", start(`{"work_item":{"id":"1","\u0069d":"2","project":"P"}}`), 400, "json_duplicate_name", []fault{{"/work_item/id", "json_duplicate_name"}}},
		{"invalid UTF-8", start("{\"work_item\":{\"project\":\"\xff\",\"id\":\"1\"}}"), 400, "json_invalid", []fault{{"/work_item/project", "json_invalid"}}},
		{"lone surrogate", start(`{"work_item":{"project":"\ud800","id":"1"}}`), 400, "json_invalid", []fault{{"/work_item/project", "json_invalid"}}},
		{"deep", start(nested), 400, "json_too_deep", []fault{{strings.Repeat("/work_item", 16)[:64] + "…", "json_too_deep"}}},
		{"many values", start(`{"work_item":[` + strings.Repeat("1,", 200_000) + `1]}`), 400, "json_too_many_values", []fault{{"/work_item/9997", "json_too_many_values"}}},
		{"huge number", start(`{"work_item":{"project":"P","id":"1"},"existing_hours":1e999}`), 400, "json_number_range", []fault{{"/existing_hours", "json_number_range"}}},
		{"unknown field", start(`{"work_item":{"project":"P","id":"1"},"user":"x"}`), 400, "field_unknown", []fault{{"/user", "unknown"}}},
		{"unknown field inside", start(`{"work_item":{"project":"P","id":"1","a/b":1}}`), 400, "field_unknown", []fault{{"/work_item/a~1b", "unknown"}}},
		{"field in other case", start(`{"work_item":{"Project":"P","id":"1"}}`), 400, "field_unknown", []fault{{"/work_item/Project", "unknown"}, {"/work_item/project", "missing"}}},
		{"missing field", start(`{"work_item":{"project":"P"}}`), 400, "field_missing", []fault{{"/work_item/id", "missing"}}},
		{"wrong type", start(`{"work_item":{"project":"P","id":101}}`), 400, "field_invalid", []fault{{"/work_item/id", "type"}}},
		{"null", start(`{"work_item":null}`), 400, "field_invalid", []fault{{"/work_item", "type"}}},
		{"an array", start(`[]`), 400, "field_invalid", []fault{{"", "type"}}},
		{"too short and too long", start(`{"work_item":{"project":"","id":"` + strings.Repeat("1", 41) + `"}}`), 400, "field_invalid", []fault{{"/work_item/id", "too_long"}, {"/work_item/project", "too_short"}}},
		{"number out of range", call{method: "PATCH", path: "/api/v1/tenant", body: `{"edit_window_days":-1}`, headers: merging(`"1"`)}, 400, "field_invalid", []fault{{"/edit_window_days", "too_small"}}},
		{"unknown tracker", start(`{"work_item":{"project":"P","id":"1","tracker":"jira"}}`), 400, "field_invalid", []fault{{"/work_item/tracker", "enum"}}},
		{"a work item without a number", start(`{"work_item":{"project":"P","id":"new"}}`), 422, "work_item_invalid", []fault{{"/work_item/id", "not_a_number"}}},
		{"no body", call{method: "POST", path: "/api/v1/timers"}, 400, "body_missing", nil},
		{"a body where none belongs", call{path: "/api/v1/me", body: "{}"}, 400, "body_unexpected", nil},
		{"huge body", start(`{"work_item":{"project":"` + large + `","id":"1"}}`), 413, "body_too_large", nil},
		{"other content type", call{method: "POST", path: "/api/v1/timers", body: item("1"), headers: map[string]string{"Content-Type": "text/plain"}}, 415, "unsupported_media_type", nil},
		{"merge patch as JSON", call{method: "PATCH", path: path, body: `{"needs_review":false}`, headers: map[string]string{"If-Match": `"1"`}}, 415, "unsupported_media_type", nil},
		{"no content type", call{method: "POST", path: "/api/v1/timers", body: item("1"), headers: map[string]string{"Content-Type": ""}}, 415, "unsupported_media_type", nil},
		{"other charset", call{method: "POST", path: "/api/v1/timers", body: item("1"), headers: map[string]string{"Content-Type": "application/json; charset=utf-16"}}, 415, "unsupported_media_type", nil},
		{"compressed", call{method: "POST", path: "/api/v1/timers", body: item("1"), headers: map[string]string{"Content-Encoding": "gzip"}}, 415, "unsupported_media_type", nil},

		{"empty patch", patch(`{}`), 400, "field_invalid", []fault{{"", "empty"}}},
		{"patch that asks for review", patch(`{"needs_review":true}`), 400, "field_invalid", []fault{{"/needs_review", "const"}}},
		{"patch with null", patch(`{"stopped_at":null}`), 400, "field_invalid", []fault{{"/stopped_at", "type"}}},
		{"not an instant", patch(`{"stopped_at":"yesterday"}`), 400, "field_invalid", []fault{{"/stopped_at", "format"}}},
		{"finer than a millisecond", patch(`{"stopped_at":"2026-11-18T09:45:00.0001Z"}`), 400, "field_invalid", []fault{{"/stopped_at", "format"}}},
		{"stop in the future", patch(`{"stopped_at":"2027-01-01T00:00:00Z"}`), 422, "interval_in_future", []fault{{"/stopped_at", "in_future"}}},
		{"stop before start", patch(`{"stopped_at":"2026-11-18T09:00:00Z"}`), 422, "interval_invalid", []fault{{"/stopped_at", "not_after_start"}}},
		{"longer than a day", patch(`{"started_at":"2026-11-16T00:00:00Z"}`), 422, "interval_too_long", []fault{{"/stopped_at", "too_long"}}},

		{"malformed id", call{path: "/api/v1/time-entries/1"}, 400, "parameter_invalid", []fault{{"id", "pattern"}}},
		{"id in capitals", call{path: "/api/v1/time-entries/" + strings.ToUpper(entry.Id)}, 400, "parameter_invalid", []fault{{"id", "pattern"}}},
		{"id with a slash", call{path: "/api/v1/time-entries/a%2Fb"}, 400, "parameter_invalid", []fault{{"id", "pattern"}}},
		{"unknown parameter", list("page=2"), 400, "parameter_unknown", []fault{{"page", "unknown"}}},
		{"unknown parameter where none belongs", call{path: "/api/v1/me?x=1"}, 400, "parameter_unknown", []fault{{"x", "unknown"}}},
		{"a long unknown parameter", list(strings.Repeat("p", 500) + "=1"), 400, "parameter_unknown", []fault{{strings.Repeat("p", 64) + "…", "unknown"}}},
		{"repeated parameter", list("limit=1&limit=2"), 400, "parameter_repeated", []fault{{"limit", "repeated"}}},
		{"not a number", list("limit=ten"), 400, "parameter_invalid", []fault{{"limit", "type"}}},
		{"empty number", list("limit="), 400, "parameter_invalid", []fault{{"limit", "type"}}},
		{"zero", list("limit=0"), 400, "parameter_invalid", []fault{{"limit", "too_small"}}},
		{"too many", list("limit=501"), 400, "parameter_invalid", []fault{{"limit", "too_large"}}},
		{"not a flag", list("needs_review=yes"), 400, "parameter_invalid", []fault{{"needs_review", "type"}}},
		{"not of the set", list("scope=all"), 400, "parameter_invalid", []fault{{"scope", "enum"}}},
		{"not an instant in the query", list("from=2026-11-18"), 400, "parameter_invalid", []fault{{"from", "format"}}},
		{"invalid UTF-8 in the query", list("project=%ff"), 400, "parameter_invalid", []fault{{"project", "utf8"}}},
		{"malformed query", list("project=%zz"), 400, "query_malformed", nil},
		{"semicolon in the query", list("limit=1;from=x"), 400, "query_malformed", nil},
		{"bad cursor", list("cursor=AAAA"), 400, "cursor_invalid", []fault{{"cursor", "invalid"}}},
		{"cursor of other letters", list("cursor=%2A%2A"), 400, "cursor_invalid", []fault{{"cursor", "invalid"}}},
		{"an id among others that is none", call{path: "/api/v1/work-items?uid=0193a5b0-1234-7abc-8def-00000000000a&uid=x"}, 400, "parameter_invalid", []fault{{"uid", "pattern"}}},
		{"too many ids", call{path: "/api/v1/work-items?uid=0193a5b0-1234-7abc-8def-00000000000a" + strings.Repeat("&uid=0193a5b0-1234-7abc-8def-00000000000a", 200)}, 400, "parameter_invalid", []fault{{"uid", "too_many"}}},
		{"no id", call{path: "/api/v1/work-items"}, 400, "parameter_missing", []fault{{"uid", "missing"}}},
		{"an id that isn't UTF-8", call{path: "/api/v1/work-items?uid=%ff"}, 400, "parameter_invalid", []fault{{"uid", "utf8"}}},
		{"a search for nothing", call{path: "/api/v1/work-items/search?q=%20"}, 422, "search_empty", []fault{{"q", "empty"}}},
		{"an organization's GUID that is none", call{path: "/api/v1/work-items/time?id=1&organization_guid=1"}, 400, "parameter_invalid", []fault{{"organization_guid", "pattern"}}},
		{"an organization's GUID alone", call{path: "/api/v1/work-items/time?id=1&organization_guid=0193a5b0-1234-4abc-8def-00000000000a"}, 422, "work_item_invalid", []fault{{"/work_item/organization", "missing"}}},
		{"several faults", list("limit=0&scope=all&x=1"), 400, "parameter_invalid", []fault{{"limit", "too_small"}, {"scope", "enum"}, {"x", "unknown"}}},

		{"report without range", reportOf(""), 400, "parameter_missing", []fault{{"from", "missing"}, {"to", "missing"}}},
		{"a day that is none", reportOf("from=2026-02-30&to=2026-03-01"), 400, "parameter_invalid", []fault{{"from", "format"}}},
		{"unknown time zone", reportOf("from=2026-11-01&to=2026-12-01&time_zone=Mars/Olympus"), 422, "time_zone_unknown", []fault{{"time_zone", "unknown"}}},
		{"a path as time zone", reportOf("from=2026-11-01&to=2026-12-01&time_zone=../etc/passwd"), 422, "time_zone_unknown", []fault{{"time_zone", "unknown"}}},
		{"range backwards", reportOf("from=2026-12-01&to=2026-11-01"), 422, "range_invalid", []fault{{"to", "not_after_from"}}},
		{"range too long", reportOf("from=2020-12-01&to=2026-11-01"), 422, "range_too_long", []fault{{"to", "too_long"}}},
		{"unknown grouping", reportOf("from=2026-11-01&to=2026-12-01&group_by=colour"), 422, "group_by_invalid", []fault{{"group_by", "unknown"}}},
		{"weeks from Wednesday", reportOf("from=2026-11-01&to=2026-12-01&week_start=wednesday"), 400, "parameter_invalid", []fault{{"week_start", "enum"}}},
		{"compared with tomorrow", reportOf("from=2026-11-01&to=2026-12-01&compare=next"), 400, "parameter_invalid", []fault{{"compare", "enum"}}},
		{"nine days with the week before", reportOf("from=2026-11-01&to=2026-11-10&compare=week"), 422, "range_too_long", []fault{{"to", "too_long"}}},
		{"an item by number", reportOf("from=2026-11-01&to=2026-12-01&work_item=1234"), 422, "filter_invalid", []fault{{"work_item", "format"}}},
		{"a parent by number", list("parent=1234"), 422, "filter_invalid", []fault{{"parent", "format"}}},
		{"a number in two organizations", list("work_item_id=1&organization=a&organization=b"), 422, "filter_invalid", []fault{{"organization", "too_many"}}},
		{"too many pairs", list("project=p" + strings.Repeat("&organization=o", 60) + strings.Repeat("&project=p", 2)), 422, "filter_invalid", []fault{{"project", "too_many"}}},
		{"too many people", reportOf("from=2026-11-01&to=2026-12-01" + strings.Repeat("&user_id="+me, 101)), 400, "parameter_invalid", []fault{{"user_id", "too_many"}}},
		{"rounding without minutes", reportOf("from=2026-11-01&to=2026-12-01&rounding=up"), 422, "rounding_incomplete", []fault{{"round_to_minutes", "missing"}}},

		{"any etag", ifMatch("*"), 400, "if_match_any", []fault{{"If-Match", "any"}}},
		{"no etag", ifMatch("2"), 400, "if_match_invalid", []fault{{"If-Match", "invalid"}}},
		{"weak etag", ifMatch(`W/"2"`), 412, "stale", nil},
		{"a foreign etag", ifMatch(`"abc"`), 412, "stale", nil},
		{"a list without the current", ifMatch(`"7", "8"`), 412, "stale", nil},
		{"a very long etag", ifMatch(`"` + strings.Repeat("1", 300) + `"`), 400, "parameter_invalid", []fault{{"If-Match", "too_long"}}},
		{"missing etag", call{method: "DELETE", path: path}, 428, "precondition_required", nil},

		{"nobody to invite", invite(`{"people":[]}`), 400, "field_invalid", []fault{{"/people", "too_few"}}},
		{"a crowd", invite(`{"people":[` + strings.TrimSuffix(crowd, ",") + `]}`), 400, "field_invalid", []fault{{"/people", "too_many"}}},
		{"not an address", invite(`{"people":[{"email":"a@b.example"},{"email":"nobody"}]}`), 400, "field_invalid", []fault{{"/people/1/email", "pattern"}}},
		{"an invitation to a role", invite(`{"people":[{"email":"a@b.example","role":"admin"}]}`), 400, "field_unknown", []fault{{"/people/0/role", "unknown"}}},
		{"an address twice", invite(`{"people":[{"email":"a@b.example"},{"email":"A@B.example"}]}`), 422, "address_repeated", []fault{{"/people/1/email", "repeated"}}},
		{"a person's malformed id", call{path: "/api/v1/users/" + strings.ToUpper(me)}, 400, "parameter_invalid", []fault{{"id", "pattern"}}},
		{"an unknown role", call{method: "PATCH", path: "/api/v1/users/" + me, body: `{"role":"owner"}`, headers: merging(`"1"`)}, 400, "field_invalid", []fault{{"/role", "enum"}}},
		{"a status that one can't give", call{method: "PATCH", path: "/api/v1/users/" + me, body: `{"status":"invited"}`, headers: merging(`"1"`)}, 400, "field_invalid", []fault{{"/status", "enum"}}},
		{"people of an unknown status", call{path: "/api/v1/users?status=gone&external=maybe"}, 400, "parameter_invalid", []fault{{"external", "type"}, {"status", "enum"}}},
		{"a timer's malformed id", call{method: "POST", path: "/api/v1/timers/1/stop"}, 400, "parameter_invalid", []fault{{"id", "pattern"}}},
		{"a join request with a body", call{method: "POST", path: "/api/v1/join-requests", body: `{}`}, 400, "body_unexpected", nil},
		{"a log in an unknown format", call{path: "/api/v1/audit-events?format=xml"}, 400, "parameter_invalid", []fault{{"format", "enum"}}},
		{"a log of an unknown type", call{path: "/api/v1/timer-events?type=paused"}, 400, "parameter_invalid", []fault{{"type", "enum"}}},
		{"a billing record's malformed id", call{path: "/api/v1/billing-records/7"}, 400, "parameter_invalid", []fault{{"record_id", "pattern"}}},
		{"billing records of an unknown kind", call{path: "/api/v1/billing-records?kind=weekly&format=pdf"}, 400, "parameter_invalid", []fault{{"format", "enum"}, {"kind", "enum"}}},
		{"no statement's number", call{path: "/api/v1/statements/tt-2026-000001"}, 400, "parameter_invalid", []fault{{"number", "pattern"}}},
		{"a statement's number with a path", call{path: "/api/v1/statements/TT-2026-000001%2F..%2Fx"}, 400, "parameter_invalid", []fault{{"number", "pattern"}}},
		{"a statement as a table", call{path: "/api/v1/statements/TT-2026-000001?format=csv"}, 400, "parameter_invalid", []fault{{"format", "enum"}}},
		{"a subscription by its id", call{path: "/api/v1/marketplace/subscription?id=1"}, 400, "parameter_unknown", []fault{{"id", "unknown"}}},
		{"a landing's token in the address", call{method: "POST", path: "/api/v1/marketplace/landings?token=x", body: `{"token":"x"}`}, 400, "parameter_unknown", []fault{{"token", "unknown"}}},
		{"a landing without a token", call{method: "POST", path: "/api/v1/marketplace/landings"}, 400, "body_missing", nil},
		{"an action that is no word", call{method: "POST", path: "/api/v1/actions", body: `{"type":"Clicked here","page":"hub"}`}, 400, "field_invalid", []fault{{"/type", "pattern"}}},

		{"empty key", call{method: "POST", path: "/api/v1/timers", body: item("1"), headers: map[string]string{"Idempotency-Key": " "}}, 400, "parameter_invalid", []fault{{"Idempotency-Key", "pattern"}, {"Idempotency-Key", "too_short"}}},
		{"long key", call{method: "POST", path: "/api/v1/timers", body: item("1"), headers: map[string]string{"Idempotency-Key": strings.Repeat("k", 256)}}, 400, "parameter_invalid", []fault{{"Idempotency-Key", "too_long"}}},
	}
	before := r.everything()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.call.as = ada
			got := r.do(tt.call)
			p := problem(t, got, tt.status, tt.code)
			if diff := cmp.Diff(tt.faults, faults(p)); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
			if len(got.body) > 4096 {
				t.Errorf("an answer of %d bytes", len(got.body))
			}
		})
	}
	if diff := cmp.Diff(before, r.everything()); diff != "" {
		t.Errorf("something changed (-before +after):\n%s", diff)
	}
}

// raw sends bytes that net/http's client would not send, and reads the answer.
func (r *rig) raw(request string) reply {
	r.t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	if err != nil {
		r.t.Fatal(err)
	}
	defer connection.Close()
	// The server may answer and close before it has read everything.
	go func() { _, _ = io.WriteString(connection, request) }()
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return readReply(r.t, response)
}

func TestBadRequestsOnTheWire(t *testing.T) {
	r := newRig(t)
	r.signUp()
	before := r.everything()
	head := func(method, path string, lines ...string) string {
		return method + " " + path + " HTTP/1.1\r\nHost: api\r\nConnection: close\r\n" + strings.Join(lines, "\r\n") + "\r\n\r\n"
	}
	authorization := "Authorization: Bearer " + r.token(ada)
	var chunks strings.Builder
	for range 40 {
		fmt.Fprintf(&chunks, "%x\r\n%s\r\n", 32<<10, strings.Repeat(" ", 32<<10))
	}
	tests := []struct {
		name, request string
		status        int
		code          string
	}{
		{"chunked and too large", head("POST", "/api/v1/timers", authorization, "Content-Type: application/json", "Transfer-Encoding: chunked") + chunks.String() + "0\r\n\r\n", 413, "body_too_large"},
		{"says that it is too large", head("POST", "/api/v1/timers", authorization, "Content-Type: application/json", "Content-Length: 9999999"), 413, "body_too_large"},
		{"two Authorization headers", head("GET", "/api/v1/me", authorization, authorization), 401, "token_invalid"},
		{"two Idempotency-Keys", head("POST", "/api/v1/timers", authorization, "Idempotency-Key: a", "Idempotency-Key: b", "Content-Length: 0"), 400, "parameter_repeated"},
		{"two If-Match", head("DELETE", "/api/v1/timers/current", authorization, `If-Match: "1"`, `If-Match: "2"`), 400, "parameter_repeated"},
		{"chunked and empty", head("POST", "/api/v1/timers", authorization, "Content-Type: application/json", "Transfer-Encoding: chunked") + "0\r\n\r\n", 400, "body_missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			problem(t, r.raw(tt.request), tt.status, tt.code)
		})
	}
	if diff := cmp.Diff(before, r.everything()); diff != "" {
		t.Errorf("something changed (-before +after):\n%s", diff)
	}
}

func TestGoodInputThatLooksOdd(t *testing.T) {
	r := newRig(t)
	r.signUp()
	for name, c := range map[string]call{
		"charset":              {method: "POST", path: "/api/v1/timers", body: item("1"), headers: map[string]string{"Content-Type": "Application/JSON; charset=UTF-8"}},
		"white space":          {method: "POST", path: "/api/v1/timers", body: " \n" + item("2") + "\n"},
		"text beyond the BMP":  {method: "POST", path: "/api/v1/timers", body: `{"work_item":{"project":"\ud83d\ude80","id":"3"}}`},
		"escaped query":        {path: "/api/v1/time-entries?project=P%26Q%3D"},
		"an instant elsewhere": {path: "/api/v1/time-entries?from=2026-11-18T10:00:00%2B01:00"},
		"scheme in other case": {path: "/api/v1/me", headers: map[string]string{"Authorization": "bearer " + r.token(ada)}},
		"a range":              {path: "/api/v1/time-entries?from=2026-11-18T00:00:00Z&to=2026-11-19T00:00:00.000Z"},
	} {
		t.Run(name, func(t *testing.T) {
			c.as = ada
			if got := r.do(c); got.status >= 300 {
				t.Errorf("%d: %s", got.status, got.body)
			}
		})
	}
	r.stop(ada) // without a body
}
