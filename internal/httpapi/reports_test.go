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
