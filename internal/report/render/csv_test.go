package render_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/report"
	"timetracker/internal/report/render"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

func of(rows ...report.Row) iter.Seq2[report.Row, error] {
	return func(yield func(report.Row, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// writeCSV writes a report of two months, whose rows are kept in between as they are for a client.
func writeCSV(w io.Writer, groupBy []report.Dimension, rows iter.Seq2[report.Row, error], style render.Style) error {
	var kept bytes.Buffer
	hours := render.NewHours(&report.Report{})
	if err := render.KeepRows(&kept, rows, hours); err != nil {
		return err
	}
	return render.WriteCSV(w, &report.Report{
		FirstDay: calendar.Day{Year: 2026, Month: time.October, Date: 1}, LastDay: calendar.Day{Year: 2026, Month: time.November, Date: 30},
		TimeZone: "Europe/Berlin", GroupBy: groupBy, Rows: render.ReadRows(&kept),
	}, hours, style)
}

func TestWriteCSV(t *testing.T) {
	item := func(title string) workitem.WorkItem {
		return workitem.WorkItem{
			Site: workitem.SiteRef{Tracker: workitem.AzureDevOps, Name: "contoso"}, Project: workitem.ProjectRef{Name: "Payments"},
			Number: "101", Title: title, Type: "Bug",
		}
	}
	tests := []struct {
		name    string
		groupBy []report.Dimension
		rows    []report.Row
		want    []string
	}{
		{
			"nothing", []report.Dimension{report.Day}, nil,
			[]string{
				`first_day,2026-10-01,,,,,,,,,`,
				`last_day,2026-11-30,,,,,,,,,`,
				`time_zone,Europe/Berlin,,,,,,,,,`,
				`rounding,none,,,,,,,,,`,
				`day,elapsed_ms,elapsed,needs_review_ms,entries,hours,needs_review_hours,billable_ms,billable_hours,adjusted_ms,adjusted_hours`,
				`total,0,0:00:00.000,0,,0.00,0.00,0,0.00,0,0.00`,
			},
		},
		{
			"month and project", []report.Dimension{report.Month, report.Project},
			[]report.Row{
				{PeriodName: "2026-10", Site: workitem.SiteRef{Name: "contoso"}, Project: workitem.ProjectRef{Name: "Payments"}, ElapsedMS: 3_600_000, Entries: 1},
				{PeriodName: "2026-11", Site: workitem.SiteRef{Name: "contoso"}, Project: workitem.ProjectRef{Name: "Payments"}, ElapsedMS: 360_061_001, ReviewMS: 36_000_000, Entries: 40},
				{PeriodName: "2026-11", Site: workitem.SiteRef{Name: "contoso"}, Project: workitem.ProjectRef{Name: `Shop, "new"`}, ElapsedMS: 1, Entries: 1},
			},
			[]string{
				`first_day,2026-10-01,,,,,,,,,,,`,
				`last_day,2026-11-30,,,,,,,,,,,`,
				`time_zone,Europe/Berlin,,,,,,,,,,,`,
				`rounding,none,,,,,,,,,,,`,
				`month,organization,project,elapsed_ms,elapsed,needs_review_ms,entries,hours,needs_review_hours,billable_ms,billable_hours,adjusted_ms,adjusted_hours`,
				`2026-10,contoso,Payments,3600000,1:00:00.000,0,1,1.00,0.00,0,0.00,0,0.00`,
				`2026-11,contoso,Payments,360061001,100:01:01.001,36000000,40,100.01,10.00,0,0.00,0,0.00`,
				`2026-11,contoso,"Shop, ""new""",1,0:00:00.001,0,1,0.00,0.00,0,0.00,0,0.00`,
				`total,,,363661002,101:01:01.002,36000000,,101.01,10.00,0,0.00,0,0.00`,
			},
		},
		{
			"texts that a spreadsheet takes for formulas", []report.Dimension{report.User, report.WorkItem},
			[]report.Row{
				{User: timer.UserRef{ID: ids.User{1}, Name: "=1+1"}, WorkItem: item(`=HYPERLINK("https://evil.example","x")`), ElapsedMS: 1, Entries: 1},
				{User: timer.UserRef{ID: ids.User{2}, Name: "+1"}, WorkItem: item("-1+1"), ElapsedMS: 1, Entries: 1},
				{User: timer.UserRef{ID: ids.User{3}, Name: "@SUM(A1)"}, WorkItem: item("\t=1"), ElapsedMS: 1, Entries: 1},
				{User: timer.UserRef{ID: ids.User{4}, Name: "a=b"}, WorkItem: item("\r=1"), ElapsedMS: 1, Entries: 1},
				{User: timer.UserRef{ID: ids.User{5}, Name: "Zoë"}, WorkItem: item("\n=1"), ElapsedMS: 1, Entries: 1},
			},
			[]string{
				`first_day,2026-10-01,,,,,,,,,,,,,,,`,
				`last_day,2026-11-30,,,,,,,,,,,,,,,`,
				`time_zone,Europe/Berlin,,,,,,,,,,,,,,,`,
				`rounding,none,,,,,,,,,,,,,,,`,
				`user_id,user,work_item_organization,work_item_project,work_item_id,work_item_type,work_item_title,elapsed_ms,elapsed,needs_review_ms,entries,hours,needs_review_hours,billable_ms,billable_hours,adjusted_ms,adjusted_hours`,
				`01000000-0000-0000-0000-000000000000,'=1+1,contoso,Payments,101,Bug,"'=HYPERLINK(""https://evil.example"",""x"")",1,0:00:00.001,0,1,0.00,0.00,0,0.00,0,0.00`,
				`02000000-0000-0000-0000-000000000000,'+1,contoso,Payments,101,Bug,'-1+1,1,0:00:00.001,0,1,0.00,0.00,0,0.00,0,0.00`,
				"03000000-0000-0000-0000-000000000000,'@SUM(A1),contoso,Payments,101,Bug,'\t'=1,1,0:00:00.001,0,1,0.00,0.00,0,0.00,0,0.00",
				"04000000-0000-0000-0000-000000000000,a=b,contoso,Payments,101,Bug,\"'\r'=1\",1,0:00:00.001,0,1,0.00,0.00,0,0.00,0,0.00",
				"05000000-0000-0000-0000-000000000000,Zoë,contoso,Payments,101,Bug,\"'\n'=1\",1,0:00:00.001,0,1,0.00,0.00,0,0.00,0,0.00",
				`total,,,,,,,5,0:00:00.005,0,,0.00,0.00,0,0.00,0,0.00`,
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			if err := writeCSV(&out, test.groupBy, of(test.rows...), render.Style{}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff("\ufeff"+strings.Join(test.want, "\r\n")+"\r\n", out.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			records, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
			if err != nil || len(records) != len(test.rows)+6 {
				t.Errorf("it reads as %d records (%v), want %d of one width", len(records), err, len(test.rows)+6)
			}
		})
	}
}

// TestHoursAddUp reads the decimal hours of a file as a person's spreadsheet does.
func TestHoursAddUp(t *testing.T) {
	var rows []report.Row
	for range 7 {
		rows = append(rows, report.Row{PeriodName: "2026-11-21", ElapsedMS: 1_217_999, ReviewMS: 20_000, Entries: 1})
	}
	for _, test := range []struct {
		name           string
		style          render.Style
		separator      rune
		elapsed, total string
	}{
		{"as English spreadsheets read it", render.Style{}, ',', "0.34 0.34 0.34 0.34 0.34 0.33 0.33", "2.36"},
		{"as German ones do", render.Style{Separator: ';', Decimal: render.Comma}, ';', "0,34 0,34 0,34 0,34 0,34 0,33 0,33", "2,36"},
		{"with tabs", render.Style{Separator: '\t'}, '\t', "0.34 0.34 0.34 0.34 0.34 0.33 0.33", "2.36"},
		{"with commas for both", render.Style{Decimal: render.Comma}, ',', "0,34 0,34 0,34 0,34 0,34 0,33 0,33", "2,36"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			if err := writeCSV(&out, []report.Dimension{report.Day}, of(rows...), test.style); err != nil {
				t.Fatal(err)
			}
			reader := csv.NewReader(strings.NewReader(out.String()))
			reader.Comma = test.separator
			records, err := reader.ReadAll()
			if err != nil || len(records) != 13 {
				t.Fatalf("%d records, %v", len(records), err)
			}
			var elapsed []string
			for _, record := range records[5:12] {
				elapsed = append(elapsed, record[5])
			}
			if got := strings.Join(elapsed, " "); got != test.elapsed || records[12][5] != test.total {
				t.Errorf("the hours are %s and in all %s, want %s and %s", got, records[12][5], test.elapsed, test.total)
			}
		})
	}
}

// TestTextsStay reads cells byte by byte, since readers of CSV change line breaks.
func TestTextsStay(t *testing.T) {
	for _, text := range []string{"one\ntwo", "one\r\ntwo", "one\rtwo", "one\r\n\r\n\rtwo\n", " blanks ", "\u00a0x", "a\x00b", "not UTF-8 \xff"} {
		var out strings.Builder
		records := func(yield func([]string, error) bool) { yield([]string{text}, nil) }
		if err := render.WriteTable(&out, render.Style{}, []string{"a"}, records); err != nil {
			t.Fatal(err)
		}
		if got := strings.Trim(strings.TrimSuffix(strings.TrimPrefix(out.String(), "\ufeffa\r\n"), "\r\n"), `"`); got != text {
			t.Errorf("%q is written as %q", text, got)
		}
	}
}

// TestKeptRowsStay keeps a row with all that it can have.
func TestKeptRowsStay(t *testing.T) {
	full := report.Row{
		Period: 3, PeriodName: "2026-11", Site: workitem.SiteRef{ID: ids.Site{1}, Tracker: workitem.AzureDevOps, Name: "contoso"},
		Project: workitem.ProjectRef{ID: ids.Project{0xff}, Name: "Payments"}, User: timer.UserRef{ID: ids.User{2}, Name: "Zoë"},
		WorkItem: workitem.WorkItem{
			ID: ids.WorkItem{3}, Site: workitem.SiteRef{Name: "contoso"}, Project: workitem.ProjectRef{Name: "Shop"},
			Number: "101", Title: "a\r\nb", Type: "Bug",
		},
		ElapsedMS: 1 << 40, ReviewMS: 1, Entries: 2,
	}
	want := []report.Row{full, {}, full}
	var kept bytes.Buffer
	if err := render.KeepRows(&kept, of(want...), render.NewHours(&report.Report{})); err != nil {
		t.Fatal(err)
	}
	damaged := bytes.NewReader(kept.Bytes()[:kept.Len()-3])
	var got []report.Row
	for row, err := range render.ReadRows(&kept) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, row)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var last error
	for _, err := range render.ReadRows(damaged) {
		last = err
	}
	if last == nil {
		t.Error("rows that lack their end are read without an error")
	}
}

// TestNoCellIsAFormula holds for programs that cut cells at commas and for those that cut elsewhere.
func TestNoCellIsAFormula(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "a=b": "a=b", "'=1": "'=1", "900": "900", "-900": "-900", "-1.50": "-1.50", "-1,50": "-1,50", "-1.5.0": "'-1.5.0", "-1.50+1": "'-1.50+1", "-9223372036854775808": "-9223372036854775808",
		"=1": "'=1", "+1": "'+1", "@a": "'@a", "\ta": "'\ta", "\na": "'\na", "-": "'-", "--1": "'--1", "-1+1": "'-1+1",
		"-1 a": "'-1 a", "-1e9": "'-1e9", "-0x1": "'-0x1", "-1_0": "'-1_0", "-92233720368547758080": "'-92233720368547758080",
		" =1": " '=1", "Contoso; Fabrikam": "Contoso; Fabrikam", "a=b; c-d, e@f": "a=b; c-d, e@f", "-17;-18": "'-17;'-18",
		"Contoso;=HYPERLINK(1)": "Contoso;'=HYPERLINK(1)", "Contoso; =HYPERLINK(1)": "Contoso; '=HYPERLINK(1)",
		"Contoso;;\t;@SUM(A1);x": "Contoso;;\t;'@SUM(A1);x", "Contoso\t+1": "Contoso\t'+1",
		"Contoso\n-1+1\n=2": "Contoso\n'-1+1\n'=2", `Contoso;"=1"`: `Contoso;"'=1"`, `"";"="`: `"";"'="`,
		"＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠a": "'＠a", "﹦1": "'﹦1", "a＝b": "a＝b",
		"\u00a0=1": "\u00a0'=1", "\u3000＝1": "\u3000'＝1", "\u200b=1": "\u200b'=1", "\ufeff=1": "\ufeff'=1", "\u2028=1": "\u2028'=1",
		"\x00=1": "\x00'=1", "\v\f=1": "\v\f'=1", "\u200e@a": "\u200e'@a", "\u00ad-1+1": "\u00ad'-1+1", "\u3164=1": "\u3164'=1",
		"\u2800=1": "\u2800'=1", "\u034f=1": "\u034f'=1", "x;\u00a0=1": "x;\u00a0'=1", "a\r\n=1": "a\r\n'=1",
		"Zoë;=1": "Zoë;'=1", "not UTF-8 \xff;=1": "not UTF-8 \xff;'=1", "=1;@;ada@x.example": "'=1;'@;ada@x.example",
	} {
		t.Run(text, func(t *testing.T) {
			var out strings.Builder
			records := func(yield func([]string, error) bool) { yield([]string{"before", text}, nil) }
			if err := render.WriteTable(&out, render.Style{}, []string{"a", "b"}, records); err != nil {
				t.Fatal(err)
			}
			read, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
			if err != nil || len(read) != 2 || len(read[1]) != 2 {
				t.Fatalf("it reads as %q, %v", read, err)
			}
			// The reader takes CR LF for LF.
			if got := read[1][1]; got != strings.ReplaceAll(want, "\r\n", "\n") {
				t.Errorf("got %q, want %q", got, want)
			}
			for _, cut := range []string{";", "\t", "\n", "\r"} {
				for cell := range strings.SplitSeq(strings.TrimPrefix(out.String(), "\ufeffa,b\r\n"), cut) {
					if cell = strings.Trim(cell, "\" \r\n"); cell != "" && strings.ContainsRune("=+@", rune(cell[0])) {
						t.Errorf("cut at %q there is a cell %q", cut, cell)
					}
				}
			}
		})
	}
}

// TestNoCellIsAFormulaWhereCommasCut holds for a file with semicolons in a program that cuts cells at commas.
func TestNoCellIsAFormulaWhereCommasCut(t *testing.T) {
	var out strings.Builder
	records := func(yield func([]string, error) bool) { yield([]string{"Smith,=1, @a", "1,5"}, nil) }
	if err := render.WriteTable(&out, render.Style{Separator: ';'}, []string{"a", "b"}, records); err != nil {
		t.Fatal(err)
	}
	if want := "\ufeffa;b\r\nSmith,'=1, '@a;1,5\r\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

// counter counts what is written to it.
type counter struct{ bytes int }

func (c *counter) Write(p []byte) (int, error) {
	c.bytes += len(p)
	return len(p), nil
}

func TestWriteCSVWritesWhileItReads(t *testing.T) {
	var out counter
	const count = 20_000
	row := report.Row{Site: workitem.SiteRef{Name: "contoso"}, Project: workitem.ProjectRef{Name: strings.Repeat("x", 100)}, ElapsedMS: 1, Entries: 1}
	read := func(yield func(report.Row, error) bool) {
		for i := range count {
			// What is not written yet must not grow with the rows.
			if held := i*100 - out.bytes; held > 64<<10 {
				t.Fatalf("after %d rows %d bytes are held back", i, held)
			}
			if !yield(row, nil) {
				return
			}
		}
	}
	hours := render.NewHours(&report.Report{})
	for range count {
		_ = hours.Add(row)
	}
	if err := render.WriteCSV(&out, &report.Report{GroupBy: []report.Dimension{report.Project}, Rows: read}, hours, render.Style{}); err != nil {
		t.Fatal(err)
	}
	if out.bytes < count*100 {
		t.Errorf("%d bytes were written, want more than %d", out.bytes, count*100)
	}
}

type broken struct{ error }

func (b broken) Write([]byte) (int, error) { return 0, b.error }

func TestWriteCSVEndsWithTheFirstError(t *testing.T) {
	fault := errors.New("a fault")
	fail := func(yield func(report.Row, error) bool) {
		if yield(report.Row{Entries: 1}, nil) {
			yield(report.Row{}, fault)
		}
	}
	var out strings.Builder
	err := writeCSV(&out, []report.Dimension{report.Day}, fail, render.Style{})
	if !errors.Is(err, fault) || strings.Contains(out.String(), "total") {
		t.Errorf("after a fault the error is %v and the text %q, want no total", err, out.String())
	}

	read := 0
	endless := func(yield func(report.Row, error) bool) {
		for yield(report.Row{ElapsedMS: 1}, nil) {
			if read++; read > 100_000 {
				t.Fatal("it goes on reading though nobody takes what it writes")
			}
		}
	}
	err = render.WriteCSV(broken{fault}, &report.Report{GroupBy: []report.Dimension{report.Day}, Rows: endless}, render.NewHours(&report.Report{}), render.Style{})
	if !errors.Is(err, fault) {
		t.Errorf("the error is %v, want that of the writer", err)
	}
}
