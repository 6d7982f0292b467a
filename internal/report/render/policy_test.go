package render_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/ids"
	"timetracker/internal/report"
	"timetracker/internal/report/render"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// TestFilesShowWholesAsThePolicySays makes a report of the parts of each vector.
func TestFilesShowWholesAsThePolicySays(t *testing.T) {
	for _, vector := range domaintest.ReadTimePolicy(t).Shown.Wholes {
		t.Run(vector.Remark, func(t *testing.T) {
			var rows []report.Row
			for i, ms := range vector.Parts {
				rows = append(rows, report.Row{User: personOf(byte(i+1), fmt.Sprintf("P%d", i)), ElapsedMS: ms})
			}
			r := november([]report.Dimension{report.User}, of(rows...))
			want := append(slices.Clone(vector.Shown), vector.Whole)
			var got []int64
			if vector.Unit == calendar.HourCent {
				var out strings.Builder
				if err := writeCSV(&out, r.GroupBy, r.Rows, render.Style{}); err != nil {
					t.Fatal(err)
				}
				got = csvColumn(t, out.String(), "hours")
				for i := range got {
					got[i] *= calendar.HourCent
				}
			} else {
				made, _ := printed(t, program, r, render.Heading{Organization: "Contoso"})
				got = printedRows(t, made)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%v ms are shown as %v, want %v", vector.Parts, got, want)
			}
			// A spreadsheet is exact.
			if sum := xlsxSums(t, writeXLSX(t, november(r.GroupBy, of(rows...)), render.Heading{}, false)); sum.elapsed/vector.Unit*vector.Unit != vector.Whole {
				t.Errorf("the spreadsheet has %d ms, want %d", sum.elapsed, vector.Whole)
			}
		})
	}
}

// csvColumn gives a column of numbers without their decimal point.
func csvColumn(t *testing.T, text, name string) (column []int64) {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Index(records[4], name)
	for _, record := range records[5:] {
		n, err := strconv.ParseInt(strings.ReplaceAll(record[at], ".", ""), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		column = append(column, n)
	}
	return column
}

// printedRows gives the lengths of people, and the total.
func printedRows(t *testing.T, made []byte) (column []int64) {
	t.Helper()
	inTable := false
	for _, line := range pagesOf(t, made)[0] {
		words := strings.Fields(line)
		if inTable = inTable || words[0] == "Person"; !inTable || len(words) < 3 {
			continue
		}
		if ms, ok := lengthOf(word{Text: words[1]}); ok {
			column = append(column, ms)
		}
	}
	return column
}

func TestFilesWriteHoursAsThePolicySays(t *testing.T) {
	for _, vector := range domaintest.ReadTimePolicy(t).Shown.DecimalHours {
		for decimal, want := range map[string]string{".": vector.Point, render.Comma: vector.Comma} {
			var out strings.Builder
			err := writeCSV(&out, []report.Dimension{report.User}, of(report.Row{User: personOf(1, "Ada"), ElapsedMS: vector.MS}), render.Style{Separator: ';', Decimal: decimal})
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(out.String(), fmt.Sprintf(";%d;", vector.MS)) || !strings.Contains(out.String(), ";"+want+";") {
				t.Errorf("%d ms are not written as %s:\n%s", vector.MS, want, out.String())
			}
		}
	}
}

func TestPrintedEntriesShowTheirTimesAsThePolicySays(t *testing.T) {
	for _, vector := range domaintest.ReadTimePolicy(t).Shown.Entries {
		t.Run(vector.Remark, func(t *testing.T) {
			from, to := domaintest.Instant(t, vector.Started), domaintest.Instant(t, vector.Stopped)
			list := &report.Entries{
				FirstDay: calendar.DayOf(from, time.UTC), LastDay: calendar.DayOf(from, time.UTC), TimeZone: "UTC", Zone: time.UTC,
			}
			pages := render.NewPrinter(program, nil).EntryPages(list, render.Heading{MadeAt: madeAt})
			err := pages.Add(report.Part{
				Counted: report.Counted{Entry: timer.Entry{ID: ids.Entry{1}, User: personOf(1, "Ada"), StartedAt: from, StoppedAt: to}},
				From:    from, To: to, ElapsedMS: to.Sub(from).Milliseconds(),
			})
			var out bytes.Buffer
			if err == nil {
				err = pages.Write(t.Context(), &out)
			}
			if err != nil {
				t.Fatal(err)
			}
			want := fmt.Sprintf("%s – %s General time No %s ", vector.From, vector.To, vector.Length)
			if text := strings.Join(pagesOf(t, out.Bytes())[0], "\n"); !strings.Contains(text, want) {
				t.Errorf("the page lacks %q:\n%s", want, text)
			}
		})
	}
}

// A month of a team has more than a thousand hours, some of them under review. What was worked on has room beside them.
func TestPrintedEntriesHaveRoomForTheWork(t *testing.T) {
	from := time.Date(2026, time.November, 2, 8, 0, 1, 0, time.UTC)
	list := &report.Entries{FirstDay: calendar.DayOf(from, time.UTC), LastDay: calendar.DayOf(from, time.UTC).AddDays(99), TimeZone: "UTC", Zone: time.UTC}
	pages := render.NewPrinter(program, nil).EntryPages(list, render.Heading{MadeAt: madeAt})
	for i := range 100 {
		begun := from.AddDate(0, 0, i)
		ended := begun.Add(12 * time.Hour)
		part := report.Part{
			Counted: report.Counted{
				Entry: timer.Entry{ID: ids.Entry{1}, User: personOf(1, "Margaret Hamilton"), StartedAt: begun, StoppedAt: ended, NeedsReview: i == 0},
			},
			WorkItem: workitem.WorkItem{ID: ids.WorkItem{1}, Type: "Task", Number: "104", Title: "Show it at checkout"},
			From:     begun, To: ended,
		}
		if i == 0 {
			part.ReviewMS = ended.Sub(begun).Milliseconds()
		} else {
			part.ElapsedMS = ended.Sub(begun).Milliseconds()
		}
		if err := pages.Add(part); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := pages.Write(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	const want = "08:00:01 – 20:00:01 Task 104 Show it at checkout"
	if text := strings.Join(pagesOf(t, out.Bytes())[0], "\n"); !strings.Contains(text, want) || !strings.Contains(text, "\nMargaret Hamilton\n") {
		t.Errorf("the page lacks %q, or the name in one line:\n%s", want, text)
	}
}

// Adjustments have no times, so they share what is shown of all of them. A total that the shown times make less is told exactly.
func TestPrintedEntriesTellTheExactTotal(t *testing.T) {
	from := time.Date(2026, time.December, 30, 8, 0, 0, 0, time.UTC)
	day := calendar.DayOf(from, time.UTC)
	list := &report.Entries{FirstDay: day, LastDay: day, TimeZone: "UTC", Zone: time.UTC}
	pages := render.NewPrinter(program, nil).EntryPages(list, render.Heading{MadeAt: madeAt})
	to := from.Add(10*time.Minute + 2500*time.Millisecond)
	parts := []report.Part{{
		Counted: report.Counted{Entry: timer.Entry{ID: ids.Entry{1}, User: personOf(1, "Ada"), StartedAt: from.Add(999 * time.Millisecond), StoppedAt: to}},
		From:    from.Add(999 * time.Millisecond), To: to, ElapsedMS: 601_501,
	}}
	for n := range byte(4) {
		parts = append(parts, report.Part{
			Counted: report.Counted{
				Entry:      timer.Entry{User: personOf(1, "Ada")},
				Adjustment: report.Adjustment{ID: ids.Adjustment{n + 1}, ForDay: day, Reason: "more"},
			},
			From: from, To: from, ElapsedMS: 1_500,
		})
	}
	var out bytes.Buffer
	for _, part := range parts {
		if err := pages.Add(part); err != nil {
			t.Fatal(err)
		}
	}
	if err := pages.Write(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(pagesOf(t, out.Bytes())[0], "\n")
	for _, want := range []string{"0:10:08 h", "Adjustments: 0:00:06 h", "To the millisecond: 0:10:07.501 h. A length here is"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}
}
