package render_test

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/calendar"
	"timetracker/internal/pdf"
	"timetracker/internal/report"
	"timetracker/internal/report/render"
)

// program has the program's fonts alone, machine also those that `make fonts` installs.
var (
	program = pdf.NewFonts()
	machine = pdf.NewFonts(pdf.SystemDirectories...)
)

// printed makes a PDF as it is made for a client, and gives the alerts that it raised.
func printed(t *testing.T, fonts *pdf.Fonts, r *report.Report, heading render.Heading) (made []byte, raised []alert.Alert) {
	t.Helper()
	heading.MadeAt = madeAt
	printer := render.NewPrinter(fonts, func(_ context.Context, a alert.Alert) { raised = append(raised, a) })
	pages := printer.Pages(r, heading)
	if err := render.AddRows(r.Rows, pages); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := pages.Write(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), raised
}

// pagesOf reads the lines of each page with Poppler, which has not written them. Blanks between columns become one.
func pagesOf(t *testing.T, made []byte) (pages [][]string) {
	t.Helper()
	reader := exec.CommandContext(t.Context(), "pdftotext", "-layout", "-", "-")
	reader.Stdin = bytes.NewReader(made)
	var complaints strings.Builder
	reader.Stderr = &complaints
	text, err := reader.Output()
	if err != nil || complaints.Len() > 0 {
		t.Fatalf("`make fonts` installs what this test needs: %v, %s", err, &complaints)
	}
	directions := strings.NewReplacer("\u202a", "", "\u202b", "", "\u202c", "")
	for page := range strings.SplitSeq(strings.TrimSuffix(directions.Replace(string(text)), "\f"), "\f") {
		var lines []string
		for line := range strings.SplitSeq(page, "\n") {
			if line = strings.Join(strings.Fields(line), " "); line != "" {
				lines = append(lines, line)
			}
		}
		pages = append(pages, lines)
	}
	return pages
}

func TestPrintedReport(t *testing.T) {
	const third = 3_600_000 / 3
	rows := of(
		report.Row{User: personOf(1, "Ada"), WorkItem: itemOf(1, "101", "Refunds"), ElapsedMS: third, Entries: 2},
		report.Row{User: personOf(1, "Ada"), WorkItem: itemOf(2, "102", "Cards"), ElapsedMS: 1234 * 3_600_000, ReviewMS: 60_000, Entries: 3},
		report.Row{User: personOf(2, "Zoë"), WorkItem: itemOf(1, "101", "Refunds"), ElapsedMS: third, Entries: 1},
		report.Row{User: personOf(2, "Zoë"), WorkItem: itemOf(2, "102", "Cards"), ElapsedMS: third, Entries: 1},
	)
	made, raised := printed(t, program, november([]report.Dimension{report.User, report.WorkItem}, rows), render.Heading{
		Organization: "Contoso", Filters: []report.Narrowed{{By: "project", Values: []string{"Payments", "Shop"}}},
	})
	want := []string{
		"Contoso", "Recorded time", "Period Time zone Rounding", "1 November 2026 – 30 November Europe/Berlin None", "2026",
		"Project", "Payments", "Shop", "Total", "1,235:00 h · 1,235.00 Hours", "Under review: 0:01 h. Time under review is not part of the total until it is confirmed.",
		"Person · Work item Time Hours Under review",
		"Ada 1,234:20 1,234.33 0:01", "Bug 101 Refunds 0:20 0.33", "Bug 102 Cards 1,234:00 1,234.00 0:01",
		"Zoë 0:40 0.67", "Bug 101 Refunds 0:20 0.34", "Bug 102 Cards 0:20 0.33", "Total 1,235:00 1,235.00 0:01",
		"Date, signature Date, signature", "For Contoso For the customer", "Recorded time · Contoso Page 1 of 1",
	}
	pages := pagesOf(t, made)
	if len(pages) != 1 || !slices.Equal(pages[0], want) || len(raised) > 0 {
		t.Errorf("it reads\n%q, want\n%q; raised %v", pages, want, raised)
	}
}

// TestPrintedReportOfCorrectedTime is beside October and held against a target.
func TestPrintedReportOfCorrectedTime(t *testing.T) {
	r := november([]report.Dimension{report.User}, of(
		report.Row{User: personOf(1, "Ada"), ElapsedMS: -5_430_000, BillableMS: -5_430_000, AdjustedMS: -5_430_000, PreviousMS: 3_600_000},
		report.Row{User: personOf(2, "Zoë"), ElapsedMS: 7_200_000, ReviewMS: 1_800_000, Entries: 1},
	))
	r.Previous = &report.Previous{FirstDay: calendar.Day{Year: 2026, Month: time.October, Date: 1}, LastDay: calendar.Day{Year: 2026, Month: time.October, Date: 31}}
	r.Target = &report.Target{MS: 14_400_000, DueMS: 10_800_000}
	made, _ := printed(t, program, r, render.Heading{Organization: "Contoso", Filters: []report.Narrowed{
		{By: "approved", Values: []string{"true"}}, {By: "needs_review", Values: []string{"false"}}, {By: "activity_id", Values: []string{"Development"}},
	}})
	page := strings.Join(pagesOf(t, made)[0], "\n")
	for _, want := range []string{
		"Beside Approved Under review\n1 October 2026 – 31 October Yes No\n", "\nActivity\nDevelopment\n", "0:29 h · 0.49 Hours\nBillable: −1:30 h\nAdjustments: −1:30 h\n",
		"\nTarget: 4:00 h · Missing: 2:31 h\n", "Person Time Hours Under review Billable Adjustments Beside\n",
		"Ada −1:31 −1.51 −1:30 −1:30 1:00\n", "Zoë 2:00 2.00 0:30\n", "Total 0:29 0.49 0:30 −1:30 −1:30 1:00\n",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}

func TestPrintedReportInGerman(t *testing.T) {
	rows := of(report.Row{PeriodName: "2026-11-03", ElapsedMS: 4_500_000, Entries: 1}, report.Row{PeriodName: "2026-11-04", ElapsedMS: 1_000 * 3_600_000, Entries: 1})
	made, _ := printed(t, program, november([]report.Dimension{report.Day}, rows), render.Heading{Organization: "Müller & Söhne", Language: render.German})
	page := strings.Join(pagesOf(t, made)[0], "\n")
	for _, want := range []string{"Erfasste Zeit", "3. November 2026 1:15 1,25", "4. November 2026 1.000:00 1.000,00", "Summe 1.001:15 1.001,25", "Datum, Unterschrift", "Für Müller & Söhne", "Seite 1 von 1"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if strings.Contains(page, "Prüfung") {
		t.Errorf("nothing is under review:\n%s", page)
	}
}

// TestLongReportsGoOn holds that a table has its head on each page, and that no value stands without one of those below it.
func TestLongReportsGoOn(t *testing.T) {
	var rows []report.Row
	for person := range byte(30) {
		for item := range byte(7) {
			rows = append(rows, report.Row{User: personOf(person+1, fmt.Sprintf("Person %d", person)), WorkItem: itemOf(item+1, "1", fmt.Sprintf("Item %d", item)), ElapsedMS: 3_600_000})
		}
	}
	made, _ := printed(t, program, november([]report.Dimension{report.User, report.WorkItem}, of(rows...)), render.Heading{Organization: "Contoso"})
	pages := pagesOf(t, made)
	if len(pages) < 4 {
		t.Fatalf("there are %d pages", len(pages))
	}
	lines := 0
	for n, page := range pages {
		last := len(page) - 1
		if page[last] != fmt.Sprintf("Recorded time · Contoso Page %d of %d", n+1, len(pages)) {
			t.Errorf("page %d ends with %q", n+1, page[last])
		}
		if strings.HasPrefix(page[last-1], "Person ") {
			t.Errorf("page %d ends with a person without work: %q", n+1, page[last-1])
		}
		if n > 0 && page[0] != "Person · Work item Time Hours" {
			t.Errorf("page %d begins with %q", n+1, page[0])
		}
		for _, line := range page {
			if strings.HasPrefix(line, "Bug 1 Item ") {
				lines++
			}
		}
	}
	if lines != len(rows) {
		t.Errorf("%d of %d rows are printed", lines, len(rows))
	}
}

// Nobody signs a page without figures, wherever the table ends.
func TestTotalsAreSignedOnTheirPage(t *testing.T) {
	for days := range 12 {
		var rows []report.Row
		for day := range 25 + days {
			rows = append(rows, report.Row{User: personOf(byte(day+1), fmt.Sprintf("Person %d", day)), ElapsedMS: 3_600_000})
		}
		made, _ := printed(t, program, november([]report.Dimension{report.User}, of(rows...)), render.Heading{Organization: "Contoso"})
		pages := pagesOf(t, made)
		last := pages[len(pages)-1]
		sum := fmt.Sprintf("Total %d:00 %d.00", len(rows), len(rows))
		if !slices.Contains(last, sum) || !slices.Contains(last, "Date, signature Date, signature") {
			t.Errorf("of %d rows the last page is %q", len(rows), last)
		}
	}
}

func TestPrintedReportsAreBounded(t *testing.T) {
	pages := render.NewPrinter(program, nil).Pages(november([]report.Dimension{report.User}, nil), render.Heading{})
	var err error
	count := 0
	for err == nil && count < 10_000 {
		if err = pages.Add(report.Row{ElapsedMS: 1}); err == nil {
			count++
		}
	}
	if count != 5000 || code(err) != "too_many_rows" {
		t.Errorf("after %d rows: %v", count, err)
	}
}

// TestNamesInEveryScript reads the names of people back as they were typed.
func TestNamesInEveryScript(t *testing.T) {
	names := []string{
		"Zoë Müller", "Łukasz Żółć", "Nguyễn Văn Ánh", "Ада Лавлейс", "Αδα Λάβλεϊς", "Աննա", "ანა", "山田太郎", "王小明", "김철수", "ऋषि कुमार", "সুমন", "ਅਮਨ", "અમિત",
		"கமலா", "ప్రియ", "ಅನಿತಾ", "മീര", "සුනිල්", "สมชาย", "ចន្ទ",
	}
	var rows []report.Row
	for i, name := range names {
		rows = append(rows, report.Row{User: personOf(byte(i+1), name), ElapsedMS: 3_600_000})
	}
	made, raised := printed(t, machine, november([]report.Dimension{report.User}, of(rows...)), render.Heading{Organization: "Contoso"})
	page := strings.Join(pagesOf(t, made)[0], "\n")
	for _, name := range names {
		if !strings.Contains(page, name+" 1:00 1.00") {
			t.Errorf("%q isn't read on the page:\n%s", name, page)
		}
	}
	if len(raised) > 0 {
		t.Errorf("raised %v", raised)
	}
}

// TestNamesFromRightToLeft reads them without the lengths beside them: readers put lines of two directions in an order of
// their own.
func TestNamesFromRightToLeft(t *testing.T) {
	names := []string{"עדה לאבלייס", "عائشة", "فاطمه"}
	var rows []report.Row
	for i, name := range names {
		rows = append(rows, report.Row{User: personOf(byte(i+1), name), ElapsedMS: 3_600_000})
	}
	made, _ := printed(t, program, november([]report.Dimension{report.User}, of(rows...)), render.Heading{Organization: "עדה"})
	page := strings.Join(pagesOf(t, made)[0], "\n")
	for _, name := range names {
		if !strings.Contains(page, name) {
			t.Errorf("%q isn't read on the page:\n%s", name, page)
		}
	}
	book := writeXLSX(t, november([]report.Dimension{report.User}, of(rows...)), render.Heading{}, false)
	for i, name := range names {
		if got := sheet(t, book, "Details")[i+1][0]; got != name {
			t.Errorf("a cell has %q, want %q", got, name)
		}
	}
}

func TestOperatorsAreToldOfCharactersThatNoFontHas(t *testing.T) {
	_, raised := printed(t, program, november([]report.Dimension{report.User}, of(report.Row{User: personOf(1, "山田"), ElapsedMS: 1})), render.Heading{})
	if len(raised) != 1 || raised[0].Kind != alert.CharactersNotPrinted || strings.Contains(raised[0].Err.Error(), "山") {
		t.Errorf("raised %v", raised)
	}
}
