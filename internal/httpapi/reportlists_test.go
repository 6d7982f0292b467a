package httpapi_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"timetracker/api"
	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
)

// add records time by hand.
func (r *rig) add(user, item string, from, to time.Time, more string) api.TimeEntry {
	r.t.Helper()
	return as[api.TimeEntry](r.t, r.do(call{as: user, method: "POST", path: "/api/v1/time-entries", body: fmt.Sprintf(
		`{"work_item":{"project":"Payments","id":%q},"started_at":%q,"stopped_at":%q,"reason":"forgotten"%s}`, item, instant(from), instant(to), more)}), 201)
}

// adjust stores an adjustment of what an entry is on.
func (r *rig) adjust(entry string, day calendar.Day, ms int64, billable bool) {
	r.t.Helper()
	of := r.stored(func(e timer.Entry) bool { return e.ID.String() == entry })[0]
	id := of.owner
	err := r.store.Tx(r.t.Context(), id, func(ctx context.Context) error {
		return r.store.InsertAdjustment(ctx, id, timesheet.Adjustment{
			ID: ids.New[ids.Adjustment](), User: of.User, ForDay: day.AddDays(-30), Day: day, WorkItem: of.WorkItem, ProjectID: of.ProjectID,
			Activity: of.Activity, Billable: billable, Length: time.Duration(ms) * time.Millisecond, Reason: "A break, forgotten",
			By: tenant.UserRef{ID: of.User.ID}, At: r.clock.now(),
		})
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// keep stores another entry like a stored one, whenever it was.
func (r *rig) keep(like string, from, to time.Time, note string) {
	r.t.Helper()
	e := r.stored(func(e timer.Entry) bool { return e.ID.String() == like })[0]
	e.ID, e.StartedAt, e.StoppedAt, e.Note = ids.New[ids.Entry](), from, to, note
	err := r.store.Tx(r.t.Context(), e.owner, func(ctx context.Context) error {
		return r.store.Save(ctx, e.owner, timer.Changeset{Insert: []timer.Entry{e.Entry}})
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// owned is an entry with its tenant.
type owned struct {
	timer.Entry

	owner ids.Tenant
}

// stored are Ada's tenant's entries.
func (r *rig) stored(keep func(timer.Entry) bool) (found []owned) {
	r.t.Helper()
	id := ids.MustParse[ids.Tenant](as[api.Me](r.t, r.do(call{as: ada, path: "/api/v1/me"}), 200).Tenant.Id)
	all, err := r.store.Entries(r.t.Context(), id, timer.EntryFilter{}, page.Request{Limit: 500})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, e := range all {
		if keep(e) {
			found = append(found, owned{e, id})
		}
	}
	return found
}

// listed reads the list behind a report, page by page.
func (r *rig) listed(query string, limit int) (all []api.ReportEntry) {
	r.t.Helper()
	for cursor := ""; ; {
		got := as[api.ReportEntryPage](r.t, r.do(call{as: ada, path: fmt.Sprintf("/api/v1/reports/entries?%s&limit=%d%s", query, limit, cursor)}), 200)
		if all = append(all, got.Data...); got.Page.NextCursor == nil {
			return all
		}
		cursor = "&cursor=" + url.QueryEscape(*got.Page.NextCursor)
	}
}

// TestAdjustmentsAreInTheList where their day begins, as rows of their own, also when it comes in pages and as files.
func TestAdjustmentsAreInTheList(t *testing.T) {
	r := newRig(t)
	r.signUp()
	at := func(day, hour int) time.Time { return time.Date(2026, time.November, day, hour, 0, 0, 0, time.UTC) }
	entry := r.add(ada, "101", at(9, 22), at(10, 1), `,"note":"a call"`) // over midnight in Berlin
	r.add(ada, "102", at(10, 8), at(10, 9), "")
	tenth := calendar.Day{Year: 2026, Month: time.November, Date: 10}
	r.adjust(entry.Id, tenth, -5_400_000, true)
	r.adjust(entry.Id, tenth.AddDays(1), 60_000, false)
	r.adjust(entry.Id, tenth.AddDays(20), 60_000, false) // not in the range
	const query = "from=2026-11-09&to=2026-11-20&time_zone=Europe/Berlin"
	for _, limit := range []int{1, 2, 50} {
		var told []string
		for _, row := range r.listed(query, limit) {
			if a := row.Adjustment; a != nil {
				told = append(told, fmt.Sprint(a.Day, " ", row.ElapsedMs, " ", row.Approved, " ", a.WorkItem.Id, " ", a.Billable, " ", a.Reason, " ", a.ForDay))
				continue
			}
			told = append(told, fmt.Sprint(instant(row.StartedAt.Time), " ", row.ElapsedMs, " ", row.Approved))
		}
		want := []string{
			"2026-11-09T22:00:00.000Z 10800000 false", "2026-11-10 -5400000 true 101 true A break, forgotten 2026-10-11",
			"2026-11-10T08:00:00.000Z 3600000 false", "2026-11-11 60000 true 101 false A break, forgotten 2026-10-12",
		}
		if !slices.Equal(told, want) {
			t.Errorf("in pages of %d the list is\n%s\nwant\n%s", limit, strings.Join(told, "\n"), strings.Join(want, "\n"))
		}
	}
	for filter, count := range map[string]int{"needs_review=true": 0, "needs_review=false": 4, "note=call": 1, "billable=false": 1, "approved=true": 2, "approved=false": 2} {
		if got := r.listed(query+"&"+filter, 50); len(got) != count {
			t.Errorf("with %s the list has %d rows, want %d", filter, len(got), count)
		}
	}
	records, err := csv.NewReader(strings.NewReader(r.do(call{as: ada, path: "/api/v1/reports/entries?format=csv&" + query}).body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	columns := map[string]int{}
	for i, name := range records[4] {
		columns[name] = i
	}
	row, total := records[6], records[len(records)-1]
	for name, want := range map[string]string{
		"entry_id": "", "day": "2026-11-10", "start": "", "end_day": "", "end": "", "cut": "false", "work_item_id": "101", "note": "", "approved": "true",
		"kind": "adjustment", "adjusted_day": "2026-10-11", "reason": "A break, forgotten", "elapsed_ms": "-5400000", "hours": "-1.50", "adjusted_ms": "-5400000", "billable_hours": "-1.50",
	} {
		if got := row[columns[name]]; got != want {
			t.Errorf("%s of an adjustment is %q, want %q", name, got, want)
		}
	}
	if total[columns["elapsed_ms"]] != "9060000" || total[columns["adjusted_ms"]] != "-5340000" {
		t.Errorf("the totals are %q", total)
	}
	rows, err := workbook(t, r.do(call{as: ada, path: "/api/v1/reports/entries?format=xlsx&" + query})).GetRows("Time entries")
	if err != nil {
		t.Fatal(err)
	}
	heads, cells := strings.Join(rows[0], "|"), strings.Join(rows[2], "|")
	if !strings.HasSuffix(heads, "|Note|Approved|Kind|For day|Reason|Hours|Under review|Billable hours|Adjustments, hours") ||
		!strings.Contains(cells, "||Yes|Adjustment|") || !strings.HasSuffix(cells, "|A break, forgotten|-1.50|0:00|-1.50|-1.50") {
		t.Errorf("an adjustment is %q of %q", cells, heads)
	}
	if printed := r.do(call{as: ada, path: "/api/v1/reports/entries?format=pdf&" + query}); printed.status != 200 {
		t.Errorf("%d %.300s", printed.status, printed.body)
	}
}

// TestRowsTotalsAndListsAgree asks for random reports as JSON: the sum of the rows, the totals and the sum of the list.
func TestRowsTotalsAndListsAgree(t *testing.T) {
	r := newRig(t)
	r.signUp()
	r.enter(grace)
	random := rand.New(rand.NewPCG(15, 16))
	people := []string{ada, grace}
	for _, user := range people {
		for at := time.Date(2026, time.October, 20, 0, 0, 0, 0, time.UTC); at.Before(time.Date(2026, time.November, 6, 0, 0, 0, 0, time.UTC)); {
			from := at.Add(time.Duration(random.Int64N(20*3_600_000)) * time.Millisecond)
			at = from.Add(time.Duration(random.Int64N(20*3_600_000)+1) * time.Millisecond)
			entry := r.add(user, []string{"101", "102"}[random.IntN(2)], from, at, fmt.Sprintf(`,"billable":%t,"note":%q`, random.IntN(2) == 0, []string{"", "call"}[random.IntN(2)]))
			for range random.IntN(3) {
				day := calendar.Day{Year: 2026, Month: time.October, Date: 18}.AddDays(random.IntN(20))
				r.adjust(entry.Id, day, 1+random.Int64N(86_400_000)*int64(1-2*random.IntN(2)), random.IntN(2) == 0)
			}
		}
	}
	dimensions := []string{"day", "project", "user", "work_item", "type", "activity", "billable", "site", "parent"}
	zones := []string{"UTC", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Kiritimati"}
	filters := []string{"", "", "billable=true", "billable=false", "note=CALL", "needs_review=false", "needs_review=true", "work_item=none", "project=payments", "type=Task", "approved=true", "approved=false"}
	for i := range 40 {
		random.Shuffle(len(dimensions), func(i, j int) { dimensions[i], dimensions[j] = dimensions[j], dimensions[i] })
		from := calendar.Day{Year: 2026, Month: time.October, Date: 18}.AddDays(random.IntN(14))
		groupBy := dimensions[:1+random.IntN(3)]
		query := fmt.Sprintf("from=%s&to=%s&time_zone=%s&%s", from, from.AddDays(1+random.IntN(20)), zones[random.IntN(len(zones))], filters[random.IntN(len(filters))])
		rounding := ""
		if random.IntN(3) == 0 {
			rounding = fmt.Sprintf("&rounding=%s&round_to_minutes=%d", []string{"up", "down", "nearest"}[random.IntN(3)], []int{6, 15, 60}[random.IntN(3)])
		}
		t.Run(fmt.Sprint(i, " ", groupBy, " ", query, rounding), func(t *testing.T) {
			made := as[api.TimeReport](t, r.do(call{as: ada, path: "/api/v1/reports/time?group_by=" + strings.Join(groupBy, ",") + "&compare=previous&" + query + rounding}), 200)
			rows, totals := api.TimeReportTotals{BillableMs: new(int64), PreviousMs: new(int64)}, made.Totals
			var adjusted int64
			for _, row := range made.Rows {
				rows.ElapsedMs += row.ElapsedMs
				rows.NeedsReviewMs += row.NeedsReviewMs
				*rows.BillableMs += *row.BillableMs
				*rows.PreviousMs += *row.PreviousMs
				adjusted += orZero(row.AdjustedMs)
			}
			if rows.ElapsedMs != totals.ElapsedMs || rows.NeedsReviewMs != totals.NeedsReviewMs || *rows.BillableMs != *totals.BillableMs ||
				*rows.PreviousMs != *totals.PreviousMs || adjusted != orZero(totals.AdjustedMs) {
				t.Errorf("the rows add up to %+v and %d, the totals are %+v", rows, adjusted, totals)
			}
			if rounding != "" && slices.Contains(groupBy, "day") {
				return // each of an entry's parts is rounded by itself
			}
			var elapsed, review, adjustments int64
			for _, row := range r.listed(query+rounding, 9) {
				elapsed, review = elapsed+row.ElapsedMs, review+row.NeedsReviewMs
				if row.Adjustment != nil {
					adjustments += row.ElapsedMs
				}
			}
			if elapsed != totals.ElapsedMs || review != totals.NeedsReviewMs || adjustments != orZero(totals.AdjustedMs) {
				t.Errorf("the list adds up to %d, %d and %d, the totals are %+v", elapsed, review, adjustments, totals)
			}
		})
	}
}

func orZero(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

// TestTotalsAreHeldAgainstTargets on a Wednesday.
func TestTotalsAreHeldAgainstTargets(t *testing.T) {
	r := newRig(t)
	r.signUp()
	const month = "/api/v1/reports/time?from=2026-11-01&to=2026-12-01"
	totals := func(path string) api.TimeReportTotals {
		t.Helper()
		return as[api.TimeReport](t, r.do(call{as: ada, path: path}), 200).Totals
	}
	if got := totals(month); got.TargetMs != nil || got.MissingMs != nil || got.ExcessMs != nil {
		t.Errorf("without a target the totals are %+v", got)
	}
	now := as[api.Targets](t, r.do(call{as: ada, path: "/api/v1/targets"}), 200)
	as[api.Targets](t, r.do(call{
		as: ada, method: "PUT", path: "/api/v1/targets", headers: map[string]string{"If-Match": now.Etag},
		body: `{"from":"2026-11-01","minutes":{"monday":60,"tuesday":60,"wednesday":60,"thursday":60,"friday":60,"saturday":0,"sunday":0}}`,
	}), 200)
	today := "/api/v1/reports/time?from=2026-11-18&to=2026-11-19"
	if got := totals(today); *got.TargetMs != 3_600_000 || *got.MissingMs != 0 || *got.ExcessMs != 0 {
		t.Errorf("a day that isn't over has %+v", got)
	}
	r.record(ada, "101", 90*time.Minute)
	if got := totals(today); *got.TargetMs != 3_600_000 || *got.MissingMs != 0 || *got.ExcessMs != 1_800_000 {
		t.Errorf("after an hour and a half it has %+v", got)
	}
	if got := totals(month + "&project=payments"); got.TargetMs != nil {
		t.Errorf("a report of a project has %+v", got)
	}
	if got := r.do(call{as: ada, path: today + "&format=csv"}); !strings.HasSuffix(got.body, ",3600000,1.00\r\n") {
		t.Errorf("a file ends with %s", got.body[len(got.body)-60:])
	}
	rows, err := workbook(t, r.do(call{as: ada, path: today + "&format=xlsx"})).GetRows("Summary")
	if err != nil || fmt.Sprint(rows[len(rows)-3:]) != "[[Target 1:00 1.00] [Missing 0:00 0.00] [Beyond 0:30 0.50]]" {
		t.Errorf("a spreadsheet says %q, %v", rows, err)
	}
}

// TestReportsPassTheTimePolicy cuts and rounds the vectors of docs/time-policy.json over HTTP, as JSON and as a file.
func TestReportsPassTheTimePolicy(t *testing.T) {
	policy := domaintest.ReadTimePolicy(t)
	r := newRig(t)
	r.signUp()
	recorded := r.record(ada, "101", time.Minute)
	for i, vector := range policy.Cuts {
		t.Run(fmt.Sprint(vector.Zone, " ", vector.Started), func(t *testing.T) {
			from, to := domaintest.Instant(t, vector.Started), domaintest.Instant(t, vector.Stopped)
			r.keep(recorded.Id, from, to, fmt.Sprintf("vector %d.", i))
			zone, err := calendar.LoadZone(vector.Zone)
			if err != nil {
				t.Fatal(err)
			}
			path := fmt.Sprintf("/api/v1/reports/time?group_by=%s&from=%s&to=%s&time_zone=%s&note=vector+%d.", vector.Unit,
				calendar.DayOf(from, zone).AddDays(-1), calendar.DayOf(to, zone).AddDays(2), vector.Zone, i)
			var parts, filed []string
			for _, row := range as[api.TimeReport](t, r.do(call{as: ada, path: path}), 200).Rows {
				for _, name := range []*string{row.Day, row.Week, row.Month} {
					if name != nil {
						parts = append(parts, fmt.Sprintf("%s: %d", *name, row.ElapsedMs))
					}
				}
			}
			records, err := csv.NewReader(strings.NewReader(r.do(call{as: ada, path: path + "&format=csv"}).body)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			for _, record := range records[5 : len(records)-1] {
				filed = append(filed, record[0]+": "+record[1])
			}
			if got := strings.Join(parts, ", "); got != vector.Parts || !slices.Equal(filed, parts) || records[len(records)-1][1] != fmt.Sprint(vector.Elapsed) {
				t.Errorf("the parts are %s, and %q in a file; want %s", got, filed, vector.Parts)
			}
		})
	}
	at := time.Date(2026, time.November, 2, 9, 0, 0, 0, time.UTC)
	for i, vector := range policy.Roundings {
		r.keep(recorded.Id, at, at.Add(time.Duration(vector.Length)*time.Millisecond), fmt.Sprintf("rounding %d.", i))
		report := as[api.TimeReport](t, r.do(call{as: ada, path: fmt.Sprintf(
			"/api/v1/reports/time?from=2026-11-01&to=2026-12-01&round_to_minutes=%d&rounding=%s&note=rounding+%d.", vector.Minutes, vector.Rounding, i)}), 200)
		if len(report.Rows) != 1 || report.Totals.ElapsedMs != vector.Result {
			t.Errorf("%d ms rounded %s to %d min are %d, want %d", vector.Length, vector.Rounding, vector.Minutes, report.Totals.ElapsedMs, vector.Result)
		}
	}
}
