package httpapi_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/xuri/excelize/v2"

	"timetracker/api"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
)

const mediaXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func init() {
	openapi3filter.RegisterBodyDecoder(mediaXLSX, openapi3filter.FileBodyDecoder)
	openapi3filter.RegisterBodyDecoder("application/zip", openapi3filter.FileBodyDecoder)
}

// workbook reads a spreadsheet that was answered.
func workbook(t *testing.T, got reply) *excelize.File {
	t.Helper()
	if got.status != 200 || got.header.Get("Content-Type") != mediaXLSX {
		t.Fatalf("%d %s: %.300s", got.status, got.header.Get("Content-Type"), got.body)
	}
	book, err := excelize.OpenReader(strings.NewReader(got.body))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = book.Close() })
	return book
}

func TestReportsComeAsSpreadsheets(t *testing.T) {
	r := newRig(t)
	r.signUp()
	r.enter(grace)
	r.record(ada, "101", 90*time.Minute)
	r.record(grace, "102", 15*time.Minute)
	const path = "/api/v1/reports/time?from=2026-11-01&to=2026-12-01&group_by=user,work_item"

	for name, c := range map[string]call{
		"by Accept": {as: ada, path: path, headers: map[string]string{"Accept": mediaXLSX}},
		"by format": {as: ada, path: path + "&format=xlsx"},
	} {
		t.Run(name, func(t *testing.T) {
			got := r.do(c)
			if name := got.header.Get("Content-Disposition"); name != `attachment; filename="time-2026-11-01-to-2026-11-30.xlsx"` {
				t.Errorf("Content-Disposition %s", name)
			}
			book := workbook(t, got)
			if sheets := strings.Join(book.GetSheetList(), ", "); sheets != "Summary, Details" {
				t.Errorf("the sheets are %s", sheets)
			}
			rows, err := book.GetRows("Details")
			if err != nil || len(rows) != 4 || rows[3][0] != "Total" || rows[3][6] != "1:45" || rows[3][7] != "1.75" {
				t.Errorf("the details are %q, %v", rows, err)
			}
		})
	}
	german := workbook(t, r.do(call{as: ada, path: path + "&format=xlsx&language=de&sheets=first"}))
	if sheets := german.GetSheetList(); len(sheets) != 3 || sheets[0] != "Übersicht" {
		t.Errorf("the sheets are %q", sheets)
	}
	problem(t, r.do(call{as: ada, path: "/api/v1/reports/time?from=2026-11-01&to=2026-12-01&format=xlsx&sheets=first"}), 422, "sheets_invalid")
	problem(t, r.do(call{as: ada, path: path + "&format=xlsx&language=fr"}), 400, "parameter_invalid")
}

func TestReportsComeAsPagesToPrint(t *testing.T) {
	r := newRig(t)
	r.signUp()
	r.record(ada, "101", 90*time.Minute)
	const path = "/api/v1/reports/time?from=2026-11-01&to=2026-12-01&group_by=day,work_item"
	got := r.do(call{as: ada, path: path + "&language=de", headers: map[string]string{"Accept": "application/pdf, application/json;q=0.9"}})
	if got.status != 200 || got.header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(got.body, "%PDF-") ||
		got.header.Get("Content-Disposition") != `attachment; filename="time-2026-11-01-to-2026-11-30.pdf"` {
		t.Errorf("%d %v: %.300s", got.status, got.header, got.body)
	}
}

func TestEntriesOfAReport(t *testing.T) {
	r := newRig(t)
	r.signUp()
	r.enter(grace)
	first := r.record(ada, "101", 90*time.Minute)
	r.record(grace, "102", 15*time.Minute)
	r.record(ada, "102", time.Hour)
	const path = "/api/v1/reports/entries?from=2026-11-01&to=2026-12-01"

	var seen []api.ReportEntry
	for cursor := ""; ; {
		got := as[api.ReportEntryPage](t, r.do(call{as: ada, path: path + "&limit=2" + cursor}), 200)
		seen = append(seen, got.Data...)
		if got.Page.NextCursor == nil {
			break
		}
		cursor = "&cursor=" + *got.Page.NextCursor
	}
	var sum int64
	for _, e := range seen {
		sum += e.ElapsedMs
	}
	if len(seen) != 3 || seen[0].TimeEntry.Id != first.Id || sum != 165*60_000 {
		t.Errorf("there are %d entries with %d ms: %+v", len(seen), sum, seen)
	}
	if own := as[api.ReportEntryPage](t, r.do(call{as: grace, path: path}), 200); len(own.Data) != 1 {
		t.Errorf("a user sees %+v", own.Data)
	}
	problem(t, r.do(call{as: grace, path: path + "&user_id=" + first.User.Id}), 403, "role_required")

	rounded := r.do(call{as: ada, path: path + "&format=csv&round_to_minutes=60&rounding=up&separator=semicolon&decimal=comma"})
	if rounded.header.Get("Content-Disposition") != `attachment; filename="entries-2026-11-01-to-2026-11-30.csv"` ||
		!strings.HasSuffix(rounded.body, ";14400000;4:00:00.000;0;4,00;0,00;14400000;4,00;0;0,00\r\n") {
		t.Errorf("%v: %s", rounded.header, rounded.body)
	}
	rows, err := workbook(t, r.do(call{as: ada, path: path + "&format=xlsx&language=de"})).GetRows("Zeiteinträge")
	if err != nil || len(rows) != 5 || rows[4][0] != "Summe" || rows[4][len(rows[4])-4] != "2:45" {
		t.Errorf("the list is %q, %v", rows, err)
	}
	if printed := r.do(call{as: ada, path: path + "&format=pdf"}); printed.status != 200 || !strings.HasPrefix(printed.body, "%PDF-") {
		t.Errorf("%d %.300s", printed.status, printed.body)
	}
}

func TestTheLogoIsOnPagesToPrint(t *testing.T) {
	r := newRig(t)
	r.signUp()
	r.enter(grace)
	r.record(ada, "101", time.Hour)
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewNRGBA(image.Rect(0, 0, 8, 4))); err != nil {
		t.Fatal(err)
	}
	sent := base64.StdEncoding.EncodeToString(picture.Bytes())
	change := func(body string) reply {
		return r.do(call{as: ada, method: "PATCH", path: "/api/v1/tenant", body: body, headers: map[string]string{
			"If-Match": r.do(call{as: ada, path: "/api/v1/tenant"}).header.Get("ETag"), "Content-Type": "application/merge-patch+json",
		}})
	}
	const path = "/api/v1/reports/time?from=2026-11-01&to=2026-12-01&format=pdf"
	if without := r.do(call{as: ada, path: path}); strings.Contains(without.body, "/Subtype /Image") {
		t.Error("there is a picture without a logo")
	}
	problem(t, change(`{"logo":"aGVsbG8="}`), 422, "logo_invalid")
	problem(t, change(`{"logo":"?"}`), 400, "field_invalid")
	as[api.TenantDetails](t, change(`{"logo":"`+sent+`"}`), 200)
	logo := as[api.Logo](t, r.do(call{as: grace, path: "/api/v1/tenant/logo"}), 200)
	if logo.Image == nil || *logo.Width != 8 || *logo.Height != 4 || *logo.MediaType != api.Imagepng {
		t.Errorf("the logo is %+v", logo)
	}
	if with := r.do(call{as: ada, path: path}); !strings.Contains(with.body, "/Subtype /Image") {
		t.Error("the logo isn't on the page")
	}
	as[api.TenantDetails](t, change(`{"logo":null}`), 200)
	if logo := as[api.Logo](t, r.do(call{as: ada, path: "/api/v1/tenant/logo"}), 200); logo.Image != nil {
		t.Error("the logo is still there")
	}
}

// TestFilesSayWhatTheyWereNarrowedTo reads names where the request has ids.
func TestFilesSayWhatTheyWereNarrowedTo(t *testing.T) {
	r := newRig(t)
	r.signUp()
	entry := r.record(ada, "101", time.Hour)
	const path = "/api/v1/reports/time?from=2026-11-01&to=2026-12-01&format=xlsx"
	heads := func(query string) string {
		t.Helper()
		rows, err := workbook(t, r.do(call{as: ada, path: path + query})).GetRows("Summary")
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, row := range rows[5:] {
			if len(row) == 0 || row[0] == "Made on" {
				break
			}
			said = append(said, strings.Join(row, ": "))
		}
		return strings.Join(said, ", ")
	}
	for query, want := range map[string]string{
		"&user_id=" + entry.User.Id + "&project=payments&type=Bug&type=Task": "Project: Payments, Person: " + entry.User.Name + ", Type: Bug, : Task",
		"&organization=contoso":                                 "Organization: contoso",
		"&organization=nobody&project=nothing":                  "Organization: nobody, Project: nothing",
		"&work_item=" + *entry.WorkItem.Uid + "&work_item=none": "Work item: 101, : None",
		"&parent=none":                      "Parent: None",
		"&state=":                           "State: None",
		"&activity_id=" + entry.Activity.Id: "Activity: " + entry.Activity.Name,
		"&billable=true&approved=false&needs_review=true": "Billable: Yes, Approved: No, Under review: Yes",
		"&note=call":                    "Note: call",
		"&compare=previous&language=en": "Beside: 1 October 2026 – 31 October 2026",
	} {
		if got := heads(query); got != want {
			t.Errorf("of %s the summary says %s, want %s", query, got, want)
		}
	}
}

// Nobody's data is kept back because somebody has not paid.
func TestEverybodyDownloadsTheirData(t *testing.T) {
	r := newOffices(t)
	r.record(grace, "102", 15*time.Minute)
	for _, status := range []tenant.Status{tenant.Active, tenant.TrialExpired, tenant.Suspended, tenant.Cancelled} {
		r.setTenant(r.contoso, func(t *tenant.Tenant) { t.Plan, t.Status = plan.Paid, status })
		got := r.do(call{as: grace, path: "/api/v1/me/export"})
		if got.status != 200 || got.header.Get("Content-Type") != "application/zip" ||
			got.header.Get("Content-Disposition") != `attachment; filename="timetracker-my-data.zip"` {
			t.Fatalf("%s: %d %v: %.300s", status, got.status, got.header, got.body)
		}
		files, err := zip.NewReader(strings.NewReader(got.body), int64(len(got.body)))
		if err != nil {
			t.Fatal(err)
		}
		entries, err := files.Open("time_entries.csv")
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(entries)
		if err != nil || !strings.Contains(string(content), ",900000,0:15:00,") {
			t.Errorf("%s: the entries are %q: %v", status, content, err)
		}
	}
}
