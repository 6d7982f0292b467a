package httpapi_test

import (
	"fmt"
	"testing"
	"time"

	"timetracker/api"
)

// TestReportBesideTheMonthBefore compares November up to the 27th with October up to the 27th.
func TestReportBesideTheMonthBefore(t *testing.T) {
	r := newRig(t)
	r.signUp()
	for _, day := range []string{"2026-10-27", "2026-10-29"} { // one of them after the days to compare with
		as[api.TimeEntry](t, r.do(call{as: ada, method: "POST", path: "/api/v1/time-entries", body: `{"work_item":{"project":"Payments","id":"101"},` +
			`"started_at":"` + day + `T09:00:00Z","stopped_at":"` + day + `T10:00:00Z","reason":"forgotten"}`}), 201)
	}
	r.record(ada, "102", 2*time.Hour)
	report := as[api.TimeReport](t, r.do(call{
		as: ada, path: "/api/v1/reports/time?from=2026-11-01&to=2026-11-28&group_by=work_item&compare=previous&time_zone=UTC",
	}), 200)
	var rows []string
	for _, row := range report.Rows {
		rows = append(rows, fmt.Sprint(row.WorkItem.Id, " ", row.ElapsedMs, " ", *row.PreviousMs))
	}
	if got := fmt.Sprintln(rows, *report.Totals.PreviousMs, report.Previous.FirstDay, report.Previous.LastDay, report.Previous.Basis); got !=
		"[101 0 3600000 102 7200000 0] 3600000 2026-10-01 2026-10-27 month\n" {
		t.Errorf("the report says %s", got)
	}
	plain := as[api.TimeReport](t, r.do(call{as: ada, path: "/api/v1/reports/time?from=2026-11-01&to=2026-11-28"}), 200)
	if plain.Previous != nil || plain.Totals.PreviousMs != nil || len(plain.Rows) != 1 || plain.Rows[0].PreviousMs != nil {
		t.Errorf("a report that compares nothing says %+v", plain)
	}
}

// TestRowsByTimeSayWhereTheyBegin so that a list can be asked for the entries of a row.
func TestRowsByTimeSayWhereTheyBegin(t *testing.T) {
	r := newRig(t)
	r.signUp()
	r.record(ada, "101", time.Hour)
	report := as[api.TimeReport](t, r.do(call{
		as: ada, path: "/api/v1/reports/time?from=2026-11-01&to=2026-12-01&group_by=week,type,site&week_start=sunday&time_zone=Europe/Berlin",
	}), 200)
	if len(report.Rows) != 1 || *report.WeekStart != "sunday" {
		t.Fatalf("the report says %+v", report)
	}
	row := report.Rows[0]
	if *row.Week != "2026-11-15" || instant(row.From.Time) != "2026-11-14T23:00:00.000Z" || row.Site.Name != "contoso" {
		t.Errorf("the row is %+v", row)
	}
	entries := as[api.TimeEntryPage](t, r.do(call{as: ada, path: "/api/v1/time-entries?running=false&from=" + instant(row.From.Time) +
		"&to=" + instant(row.To.Time) + "&organization=" + row.Site.Id + "&type=" + *row.Type}), 200)
	if len(entries.Data) != 1 {
		t.Errorf("the row opens %d entries", len(entries.Data))
	}
}

// TestReportOfAClosedWeekStaysTheSame so that an invoice can be made again: an adjustment counts on the open day, where it is
// shown apart.
func TestReportOfAClosedWeekStaysTheSame(t *testing.T) {
	r := newRig(t)
	r.signUp()
	entry := as[api.TimeEntry](t, r.do(call{as: ada, method: "POST", path: "/api/v1/time-entries", body: `{"work_item":{"project":"Payments","id":"101"},` +
		`"started_at":"2026-11-10T09:00:00Z","stopped_at":"2026-11-10T17:00:00Z","reason":"forgotten"}`}), 201)
	week := as[api.Timesheet](t, r.do(call{as: ada, method: "POST", path: "/api/v1/timesheets/submissions", body: `{"first_day":"2026-11-09"}`}), 200)
	as[api.Timesheet](t, r.do(call{as: ada, method: "POST", path: "/api/v1/timesheets/decisions", body: fmt.Sprintf(
		`{"user_id":%q,"first_day":"2026-11-09","decision":"approve","etag":%q}`, week.User.Id, *week.Etag)}), 200)
	closed := call{as: ada, path: "/api/v1/reports/time?from=2026-11-09&to=2026-11-16&group_by=day,work_item,billable&time_zone=Europe/Berlin"}
	later := call{as: ada, path: "/api/v1/reports/time?from=2026-11-16&to=2026-12-01&group_by=month,work_item,activity&time_zone=Europe/Berlin&compare=previous"}
	before := r.do(closed)
	as[api.TimeReport](t, before, 200)
	for _, ms := range []int{-3_600_000, 60_000} {
		as[api.TimeAdjustment](t, r.do(call{as: ada, method: "POST", path: "/api/v1/adjustments", body: fmt.Sprintf(
			`{"user_id":%q,"for_day":"2026-11-10","work_item_uid":%q,"ms":%d,"reason":"A break"}`, week.User.Id, *entry.WorkItem.Uid, ms)}), 201)
	}
	if after := r.do(closed); after.body != before.body {
		t.Errorf("the report of a closed week was %s and is %s", before.body, after.body)
	}
	report := as[api.TimeReport](t, r.do(later), 200)
	const adjusted = -3_540_000
	if len(report.Rows) != 1 || report.Rows[0].ElapsedMs != adjusted || *report.Rows[0].AdjustedMs != adjusted || *report.Rows[0].BillableMs != adjusted ||
		report.Rows[0].Entries != 0 || report.Rows[0].WorkItem.Id != "101" || report.Totals.ElapsedMs != adjusted || *report.Totals.AdjustedMs != adjusted {
		t.Errorf("the report of the days after it says %+v and %+v", report.Rows, report.Totals)
	}
	for filter, rows := range map[string]int{"needs_review=true": 0, "needs_review=false": 1, "note=break": 0, "billable=false": 0, "work_item=none": 0} {
		if got := as[api.TimeReport](t, r.do(call{as: ada, path: later.path + "&" + filter}), 200); len(got.Rows) != rows {
			t.Errorf("with %s there are %d rows, not %d", filter, len(got.Rows), rows)
		}
	}
}

// TestApprovedTime is what lies in approved weeks as a whole.
func TestApprovedTime(t *testing.T) {
	r := newRig(t)
	r.signUp()
	for day, entry := range map[string][2]string{
		"2026-11-05": {"2026-11-04T23:30:00Z", "2026-11-05T09:00:00Z"}, // in the first week
		"2026-11-08": {"2026-11-08T20:00:00Z", "2026-11-09T02:00:00Z"}, // across the border of both
		"2026-11-15": {"2026-11-15T22:00:00Z", "2026-11-15T23:30:00Z"}, // half an hour longer than the second one
		"2026-11-17": {"2026-11-17T08:00:00Z", "2026-11-17T09:00:00Z"}, // after them
		"2026-10-31": {"2026-10-31T08:00:00Z", "2026-10-31T09:00:00Z"}, // before them
	} {
		as[api.TimeEntry](t, r.do(call{as: ada, method: "POST", path: "/api/v1/time-entries", body: fmt.Sprintf(
			`{"work_item":{"project":"Payments","id":"101"},"started_at":%q,"stopped_at":%q,"note":%q,"reason":"forgotten"}`, entry[0], entry[1], day)}), 201)
	}
	r.record(ada, "102", time.Hour)
	count := func(filter string) string {
		t.Helper()
		report := as[api.TimeReport](t, r.do(call{as: ada, path: "/api/v1/reports/time?from=2026-10-01&to=2026-12-01&group_by=day&" + filter}), 200)
		parts := as[api.ReportEntryPage](t, r.do(call{as: ada, path: "/api/v1/reports/entries?from=2026-10-01&to=2026-12-01&" + filter}), 200)
		entries := as[api.TimeEntryPage](t, r.do(call{as: ada, path: "/api/v1/time-entries?running=false&" + filter}), 200)
		var sum int64
		for _, part := range parts.Data {
			sum += part.ElapsedMs
		}
		if len(parts.Data) != len(entries.Data) || sum != report.Totals.ElapsedMs {
			t.Errorf("with %s the report has %d ms, its entries %d, and the lists %d and %d", filter, report.Totals.ElapsedMs, sum, len(parts.Data), len(entries.Data))
		}
		var notes []string
		for _, entry := range entries.Data {
			if entry.Note != nil {
				notes = append(notes, (*entry.Note)[5:])
			}
		}
		return fmt.Sprint(notes)
	}
	if got := count("approved=true"); got != "[]" {
		t.Errorf("before any week was handed in %s is approved", got)
	}
	for i, first := range []string{"2026-11-02", "2026-11-09"} {
		week := as[api.Timesheet](t, r.do(call{as: ada, method: "POST", path: "/api/v1/timesheets/submissions", body: fmt.Sprintf(`{"first_day":%q}`, first)}), 200)
		if got, want := count("approved=true"), []string{"[]", "[11-05]"}[i]; got != want {
			t.Errorf("before week %d was approved %s is, not %s", i, got, want)
		}
		as[api.Timesheet](t, r.do(call{as: ada, method: "POST", path: "/api/v1/timesheets/decisions", body: fmt.Sprintf(
			`{"user_id":%q,"first_day":%q,"decision":"approve","etag":%q}`, week.User.Id, first, *week.Etag)}), 200)
	}
	if got := count("approved=true"); got != "[11-08 11-05]" {
		t.Errorf("%s is approved", got)
	}
	if got := count("approved=false"); got != "[11-17 11-15 10-31]" {
		t.Errorf("%s is not approved", got)
	}
	problem(t, r.do(call{as: ada, path: "/api/v1/reports/time?from=2026-10-01&to=2026-12-01&approved=perhaps"}), 400, "parameter_invalid")
}
