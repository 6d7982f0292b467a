package httpapi_test

import (
	"testing"

	"timetracker/api"
)

// An approver, who is only a user by role, reads the weeks that they decide on, and nothing else of anybody's.
func TestApproversReadTheWeeksThatTheyDecideOn(t *testing.T) {
	w := newOffices(t)
	margarets := w.user(margaret)
	as[api.TenantUser](t, w.do(call{
		as: ada, method: "PATCH", path: "/api/v1/users/" + margarets.id, body: `{"approver_id":"` + w.ids[linus] + `"}`,
		headers: merging(margarets.etag),
	}), 200)
	entry := w.entry(margaret)
	day := w.clock.now().Format("2006-01-02")
	first := as[api.TimesheetPage](t, w.do(call{as: margaret, path: "/api/v1/timesheets?first_day=" + day}), 200).Data[0]
	problem(t, w.do(by(linus, entriesOf(first))), 404, "timesheet_not_found")
	w.clock.advance(3600e9)
	week := as[api.Timesheet](t, w.do(call{
		as: margaret, method: "POST", path: "/api/v1/timesheets/submissions", body: `{"first_day":"` + day + `"}`,
	}), 200)
	read := as[api.TimesheetEntryPage](t, w.do(by(linus, entriesOf(week))), 200)
	if len(read.Data) != 1 || read.Data[0].Id != entry.id || read.Data[0].ElapsedMs != 60_000 {
		t.Errorf("to the approver: %+v", read.Data)
	}
	problem(t, w.do(by(joan, entriesOf(week))), 404, "user_not_found")
	problem(t, w.do(by(barbara, entriesOf(week))), 404, "user_not_found")
	for path, code := range map[string]string{
		"/time-entries/" + entry.id: "time_entry_not_found", "/time-entries/" + entry.id + "/history": "time_entry_not_found",
	} {
		problem(t, w.do(call{as: linus, path: "/api/v1" + path}), 404, code)
	}
	for _, path := range []string{"/time-entries?user_id=", "/reports/time" + someDays + "&user_id=", "/reports/entries" + someDays + "&user_id="} {
		problem(t, w.do(call{as: linus, path: "/api/v1" + path + margarets.id}), 403, "role_required")
	}
}

// by is a call of somebody's.
func by(who string, c call) call {
	c.as = who
	return c
}
