package render_test

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/report"
	"timetracker/internal/report/render"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

var madeAt = time.Date(2026, time.December, 1, 8, 30, 0, 0, time.UTC)

// november is a report of a month.
func november(groupBy []report.Dimension, rows iter.Seq2[report.Row, error]) *report.Report {
	return &report.Report{
		FirstDay: calendar.Day{Year: 2026, Month: time.November, Date: 1}, LastDay: calendar.Day{Year: 2026, Month: time.November, Date: 30},
		TimeZone: "Europe/Berlin", GroupBy: groupBy, Rows: rows,
	}
}

// writeXLSX writes a workbook as it is written for a client, and reads it with another program's library.
func writeXLSX(t *testing.T, r *report.Report, heading render.Heading, separate bool) *excelize.File {
	t.Helper()
	heading.MadeAt = madeAt
	book, err := render.NewWorkbook(r, heading, separate)
	if err != nil {
		t.Fatal(err)
	}
	var kept, out bytes.Buffer
	if err := render.KeepRows(&kept, r.Rows, book); err != nil {
		t.Fatal(err)
	}
	r.Rows = render.ReadRows(&kept)
	if err := book.Write(&out); err != nil {
		t.Fatal(err)
	}
	read, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = read.Close() })
	return read
}

// sheet gives the cells of a sheet as they are shown.
func sheet(t *testing.T, book *excelize.File, name string) [][]string {
	t.Helper()
	rows, err := book.GetRows(name)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func personOf(n byte, name string) timer.UserRef { return timer.UserRef{ID: ids.User{n}, Name: name} }

func itemOf(n byte, number, title string) workitem.WorkItem {
	return workitem.WorkItem{
		ID: ids.WorkItem{n}, Site: workitem.SiteRef{Tracker: workitem.AzureDevOps, Name: "contoso"}, Project: workitem.ProjectRef{Name: "Payments"},
		Number: number, Title: title, Type: "Bug",
	}
}

func TestWorkbook(t *testing.T) {
	rows := of(
		report.Row{User: personOf(1, "Ada"), WorkItem: itemOf(1, "101", "=Refunds"), ElapsedMS: 5_400_000, Entries: 2},
		report.Row{User: personOf(1, "Ada"), WorkItem: itemOf(2, "102", "עדה"), ElapsedMS: 90_000_000, BillableMS: 3_600_000, ReviewMS: 60_000, Entries: 3},
		report.Row{User: personOf(2, "Zoë"), WorkItem: itemOf(1, "101", "=Refunds"), ElapsedMS: 0, ReviewMS: 3_600_000, Entries: 1},
	)
	book := writeXLSX(t, november([]report.Dimension{report.User, report.WorkItem}, rows), render.Heading{
		Organization: "Contoso", Filters: []report.Narrowed{{By: "project", Values: []string{"Payments", "Shop"}}},
	}, false)
	want := [][]string{
		{"Recorded time"}, {"Organization", "Contoso"}, {"Period", "1 November 2026 – 30 November 2026"}, {"Time zone", "Europe/Berlin"}, {"Rounding", "None"},
		{"Project", "Payments"}, {"", "Shop"}, {"Made on", "2026-12-01 09:30"}, nil,
		{"By Person", "Time", "Hours", "Under review", "Billable hours"},
		{"Ada", "26:30", "26.50", "0:01", "1.00"}, {"Zoë", "0:00", "0.00", "1:00", "0.00"}, {"Total", "26:30", "26.50", "1:01", "1.00"},
	}
	if got := sheet(t, book, "Summary"); !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("the summary is %q, want %q", got, want)
	}
	want = [][]string{
		{"Person", "Organization of the item", "Project of the item", "Work item", "Type", "Title", "Time", "Hours", "Under review", "Billable hours", "Entries"},
		{"Ada", "contoso", "Payments", "101", "Bug", "=Refunds", "1:30", "1.50", "0:00", "0.00", "2"},
		{"Ada", "contoso", "Payments", "102", "Bug", "עדה", "25:00", "25.00", "0:01", "1.00", "3"},
		{"Zoë", "contoso", "Payments", "101", "Bug", "=Refunds", "0:00", "0.00", "1:00", "0.00", "1"},
		{"Total", "", "", "", "", "", "26:30", "26.50", "1:01", "1.00"},
	}
	if got := sheet(t, book, "Details"); !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("the details are %q, want %q", got, want)
	}
	if panes, err := book.GetPanes("Details"); err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("the head isn't frozen: %+v, %v", panes, err)
	}
	if kind, err := book.GetCellType("Details", "D2"); err != nil || kind != excelize.CellTypeUnset {
		t.Errorf("a work item's number is of type %v, %v", kind, err)
	}
}

func TestWorkbookInGermanWithASheetForEachPerson(t *testing.T) {
	rows := of(
		report.Row{User: personOf(1, "Ada [Dev]"), PeriodName: "2026-W47", ElapsedMS: 1_000, Entries: 1},
		report.Row{User: personOf(1, "Ada [Dev]"), PeriodName: "2026-W48", ElapsedMS: 3_600_000, Entries: 1},
		report.Row{User: personOf(2, "ada [dev]"), PeriodName: "2026-W47", ElapsedMS: 7_200_000, Entries: 1},
	)
	r := november([]report.Dimension{report.User, report.Week}, rows)
	r.Rounding = report.Rounding{Minutes: 15, Direction: report.Up}
	book := writeXLSX(t, r, render.Heading{Organization: "Contoso", Language: render.German}, true)
	if sheets := book.GetSheetList(); !slices.Equal(sheets, []string{"Übersicht", "Ada -Dev-", "ada -dev- (2)"}) {
		t.Errorf("the sheets are %q", sheets)
	}
	summary := sheet(t, book, "Übersicht")
	if summary[2][1] != "1. November 2026 – 30. November 2026" || summary[4][1] != "Aufgerundet auf 15 min, jeder Eintrag" {
		t.Errorf("the summary is %q", summary)
	}
	want := [][]string{{"Woche", "Zeit", "Stunden", "In Prüfung", "Abrechenbare Stunden", "Einträge"}, {"KW 47, 2026", "0:00:01", "0.00", "0:00:00", "0.00", "1"},
		{"KW 48, 2026", "1:00:00", "1.00", "0:00:00", "0.00", "1"}, {"Summe", "1:00:01", "1.00", "0:00:00", "0.00"}}
	if got := sheet(t, book, "Ada -Dev-"); !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("a person's sheet is %q, want %q", got, want)
	}
}

// TestWorkbookOfCorrectedTime has a person of whom more was taken away than recorded, beside October and held against a
// target. Excel shows no negative part of a day.
func TestWorkbookOfCorrectedTime(t *testing.T) {
	r := november([]report.Dimension{report.User}, of(
		report.Row{User: personOf(1, "Ada"), ElapsedMS: -5_400_000, BillableMS: -5_400_000, AdjustedMS: -5_400_000, PreviousMS: 3_600_000},
		report.Row{User: personOf(2, "Zoë"), ElapsedMS: 7_200_000, ReviewMS: 1_800_000, Entries: 1},
	))
	r.Previous = &report.Previous{FirstDay: calendar.Day{Year: 2026, Month: time.October, Date: 1}, LastDay: calendar.Day{Year: 2026, Month: time.October, Date: 31}}
	r.Target = &report.Target{MS: 14_400_000, DueMS: 10_800_000}
	book := writeXLSX(t, r, render.Heading{Organization: "Contoso", Filters: []report.Narrowed{
		{By: "approved", Values: []string{"true"}}, {By: "billable", Values: []string{"false"}}, {By: "type", Values: []string{"Bug", ""}}, {By: "note", Values: []string{"true"}},
	}}, false)
	want := [][]string{
		{"Beside", "1 October 2026 – 31 October 2026"}, {"Approved", "Yes"}, {"Billable", "No"}, {"Type", "Bug"}, {"", "None"}, {"Note", "true"},
		{"Made on", "2026-12-01 09:30"}, nil,
		{"", "Hours", "Under review", "Billable hours", "Adjustments, hours", "Hours beside"},
		{"Total", "0.50", "0:30", "-1.50", "-1.50", "1.00"}, nil, {"Target", "4.00"}, {"Missing", "2.50"}, {"Beyond", "0.00"},
	}
	if got := sheet(t, book, "Summary")[5:]; !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("the summary is %q, want %q", got, want)
	}
	want = [][]string{
		{"Person", "Hours", "Under review", "Billable hours", "Adjustments, hours", "Hours beside", "Entries"},
		{"Ada", "-1.50", "0:00", "-1.50", "-1.50", "1.00", "0"}, {"Zoë", "2.00", "0:30", "0.00", "0.00", "0.00", "1"},
		{"Total", "0.50", "0:30", "-1.50", "-1.50", "1.00"},
	}
	if got := sheet(t, book, "Details"); !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("the details are %q, want %q", got, want)
	}
}

func TestWorkbookWithoutRows(t *testing.T) {
	book := writeXLSX(t, november([]report.Dimension{report.Day}, of()), render.Heading{Organization: "Contoso"}, false)
	if got := sheet(t, book, "Details"); len(got) != 2 || got[1][0] != "Total" || got[1][1] != "0:00" {
		t.Errorf("the details are %q", got)
	}
}

func TestWorkbooksAreBounded(t *testing.T) {
	two := []report.Dimension{report.User, report.Day}
	if _, err := render.NewWorkbook(november(two[:1], nil), render.Heading{}, true); code(err) != "sheets_invalid" {
		t.Errorf("a sheet for each value of one level: %v", err)
	}
	for _, tt := range []struct {
		separate bool
		rows     int
		distinct int
		want     string
	}{
		{true, 250, 250, ""}, {true, 251, 251, "too_many_sheets"}, {false, 251, 251, ""}, {true, 5000, 2, ""}, {false, 1_048_575, 2, "too_many_rows"},
	} {
		book, err := render.NewWorkbook(november(two, nil), render.Heading{}, tt.separate)
		if err != nil {
			t.Fatal(err)
		}
		for i := range tt.rows {
			n := i * tt.distinct / tt.rows
			if err = book.Add(report.Row{User: timer.UserRef{ID: ids.User{byte(n), byte(n >> 8), 1}}}); err != nil {
				break
			}
		}
		if got := code(err); got != tt.want {
			t.Errorf("%d rows of %d people: %v, want %q", tt.rows, tt.distinct, err, tt.want)
		}
	}
}

func code(err error) string {
	if known, ok := errors.AsType[*errs.Error](err); ok {
		return known.Code
	}
	return ""
}

// TestWorkbookIsWrittenWhileItReads holds that rows are gone when they are written, on one sheet and on many.
func TestWorkbookIsWrittenWhileItReads(t *testing.T) {
	for _, separate := range []bool{false, true} {
		t.Run(strconv.FormatBool(separate), func(t *testing.T) {
			const count = 20_000
			var out counter
			row := func(i int) report.Row {
				return report.Row{User: personOf(byte(i*100/count), "Ada"), PeriodName: fmt.Sprintf("row %d %x", i, i*7919*7919), ElapsedMS: int64(i), Entries: 1}
			}
			r := november([]report.Dimension{report.User, report.Month}, func(yield func(report.Row, error) bool) {
				for i := range count {
					if held := i*10 - out.bytes; held > 128<<10 {
						t.Fatalf("after %d rows %d bytes are held back", i, held)
					}
					if !yield(row(i), nil) {
						return
					}
				}
			})
			book, err := render.NewWorkbook(r, render.Heading{MadeAt: madeAt}, separate)
			if err != nil {
				t.Fatal(err)
			}
			for i := range count {
				if err := book.Add(row(i)); err != nil {
					t.Fatal(err)
				}
			}
			if err := book.Write(&out); err != nil {
				t.Fatal(err)
			}
		})
	}
}
