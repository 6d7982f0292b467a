package httpapi_test

import (
	"strings"
	"testing"
	"time"

	"timetracker/api"
)

// A plus in a query means a blank, which nobody sees who has typed +02:00.
func TestBarePlusIsExplained(t *testing.T) {
	r := newRig(t)
	r.signUp()
	report := "/api/v1/reports/time?from=2026-11-01&to=2026-12-01&time_zone="
	for _, test := range []struct {
		path    string
		status  int
		explain bool
	}{
		{"/api/v1/time-entries?from=2026-11-18T10:00:00+02:00", 400, true},
		{"/api/v1/timer-events?to=2026-11-18T10:00:00.250+05:45", 400, true},
		{"/api/v1/time-entries?from=2026-11-18T10:00:00%2B02:00", 200, false},
		{"/api/v1/time-entries?from=2026-11-18+10:00:00", 400, false},
		{"/api/v1/time-entries?from=yesterday", 400, false},
		{report + "Etc/GMT+3", 422, true},
		{report + "Etc/GMT%2B3", 200, false},
		{report + "Europe+Berlin", 422, false},
	} {
		answer := r.do(call{as: ada, path: test.path})
		if answer.status != test.status || strings.Contains(answer.body, "%2B") != test.explain {
			t.Errorf("%s: %d %s", test.path, answer.status, answer.body)
		}
	}
}

// Some programs put a byte-order mark before everything that they write.
func TestByteOrderMarkBeforeJSON(t *testing.T) {
	r := newRig(t)
	r.signUp()
	const body = `{"work_item":{"project":"Payments","id":"101"}}`
	keyed := map[string]string{"Idempotency-Key": "k"}
	marked := as[api.TimerStarted](t, r.do(call{as: ada, method: "POST", path: "/api/v1/timers", body: "\ufeff" + body, headers: keyed}), 201)
	plain := as[api.TimerStarted](t, r.do(call{as: ada, method: "POST", path: "/api/v1/timers", body: body, headers: keyed}), 201)
	if marked.Timer.Id != plain.Timer.Id {
		t.Error("the same request without the mark started another timer")
	}
	problem(t, r.do(call{as: ada, method: "POST", path: "/api/v1/timers", body: "\ufeff"}), 400, "json_invalid")
}

func TestProjectMeansTheSameInEntriesAndReports(t *testing.T) {
	r := newRig(t)
	r.signUp()
	for _, organization := range []string{"contoso", "fabrikam"} {
		as[api.TimerStarted](t, r.do(call{
			as: ada, method: "POST", path: "/api/v1/timers",
			body: `{"work_item":{"organization":"` + organization + `","project":"Payments","id":"7"}}`,
		}), 201)
		r.clock.advance(time.Hour)
	}
	as[api.TimeEntry](t, r.do(call{as: ada, method: "POST", path: "/api/v1/timers/current/stop"}), 200)
	entries := as[api.TimeEntryPage](t, r.do(call{as: ada, path: "/api/v1/time-entries?project=payments"}), 200)
	report := as[api.TimeReport](t, r.do(call{as: ada, path: "/api/v1/reports/time?from=2026-11-01&to=2026-12-01&project=payments"}), 200)
	if len(entries.Data) != 2 || len(report.Rows) != 2 {
		t.Errorf("%d entries, %d rows, want those of both organizations", len(entries.Data), len(report.Rows))
	}
}
