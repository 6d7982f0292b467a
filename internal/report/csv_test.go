package report_test

import (
	"encoding/csv"
	"errors"
	"iter"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/ids"
	"timetracker/internal/report"
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
				`day,elapsed_ms,elapsed,needs_review_ms,entries`,
				`total,0,0:00:00.000,0,`,
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
				`month,organization,project,elapsed_ms,elapsed,needs_review_ms,entries`,
				`2026-10,contoso,Payments,3600000,1:00:00.000,0,1`,
				`2026-11,contoso,Payments,360061001,100:01:01.001,36000000,40`,
				`2026-11,contoso,"Shop, ""new""",1,0:00:00.001,0,1`,
				`total,,,363661002,101:01:01.002,36000000,`,
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
				`user_id,user,work_item_organization,work_item_project,work_item_id,work_item_type,work_item_title,elapsed_ms,elapsed,needs_review_ms,entries`,
				`01000000-0000-0000-0000-000000000000,'=1+1,contoso,Payments,101,Bug,"'=HYPERLINK(""https://evil.example"",""x"")",1,0:00:00.001,0,1`,
				`02000000-0000-0000-0000-000000000000,'+1,contoso,Payments,101,Bug,'-1+1,1,0:00:00.001,0,1`,
				"03000000-0000-0000-0000-000000000000,'@SUM(A1),contoso,Payments,101,Bug,'\t'=1,1,0:00:00.001,0,1",
				"04000000-0000-0000-0000-000000000000,a=b,contoso,Payments,101,Bug,\"''=1\",1,0:00:00.001,0,1",
				"05000000-0000-0000-0000-000000000000,Zoë,contoso,Payments,101,Bug,\"'\r\n'=1\",1,0:00:00.001,0,1",
				`total,,,,,,,5,0:00:00.005,0,`,
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			if err := report.WriteCSV(&out, &report.Report{GroupBy: test.groupBy, Rows: of(test.rows...)}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Join(test.want, "\r\n")+"\r\n", out.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			records, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
			if err != nil || len(records) != len(test.rows)+2 {
				t.Errorf("it reads as %d records (%v), want %d of one width", len(records), err, len(test.rows)+2)
			}
		})
	}
}

// TestNoCellIsAFormula holds for programs that cut cells at commas and for those that cut elsewhere.
func TestNoCellIsAFormula(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "a=b": "a=b", "'=1": "'=1", "900": "900", "-900": "-900", "-9223372036854775808": "-9223372036854775808",
		"=1": "'=1", "+1": "'+1", "@a": "'@a", "\ta": "'\ta", "\na": "'\na", "-": "'-", "--1": "'--1", "-1+1": "'-1+1",
		"-1 a": "'-1 a", "-1e9": "'-1e9", "-0x1": "'-0x1", "-1_0": "'-1_0", "-92233720368547758080": "'-92233720368547758080",
		" =1": " '=1", "Contoso; Fabrikam": "Contoso; Fabrikam", "a=b; c-d, e@f": "a=b; c-d, e@f", "-17;-18": "'-17;'-18",
		"Contoso;=HYPERLINK(1)": "Contoso;'=HYPERLINK(1)", "Contoso; =HYPERLINK(1)": "Contoso; '=HYPERLINK(1)",
		"Contoso;;\t;@SUM(A1);x": "Contoso;;\t;'@SUM(A1);x", "Contoso\t+1": "Contoso\t'+1",
		"Contoso\n-1+1\n=2": "Contoso\n'-1+1\n'=2", `Contoso;"=1"`: `Contoso;"'=1"`, `"";"="`: `"";"'="`,
		"Zoë;=1": "Zoë;'=1", "not UTF-8 \xff;=1": "not UTF-8 \xff;'=1", "=1;@;ada@x.example": "'=1;'@;ada@x.example",
	} {
		t.Run(text, func(t *testing.T) {
			var out strings.Builder
			records := func(yield func([]string, error) bool) { yield([]string{"before", text}, nil) }
			if err := report.WriteTable(&out, []string{"a", "b"}, records); err != nil {
				t.Fatal(err)
			}
			read, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
			if err != nil || len(read) != 2 || len(read[1]) != 2 {
				t.Fatalf("it reads as %q, %v", read, err)
			}
			if got := read[1][1]; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			for _, cut := range []string{";", "\t", "\n", "\r"} {
				for cell := range strings.SplitSeq(strings.TrimPrefix(out.String(), "a,b\r\n"), cut) {
					if cell = strings.Trim(cell, "\" \r\n"); cell != "" && strings.ContainsRune("=+@", rune(cell[0])) {
						t.Errorf("cut at %q there is a cell %q", cut, cell)
					}
				}
			}
		})
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
	if err := report.WriteCSV(&out, &report.Report{GroupBy: []report.Dimension{report.Project}, Rows: read}); err != nil {
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
	err := report.WriteCSV(&out, &report.Report{GroupBy: []report.Dimension{report.Day}, Rows: fail})
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
	err = report.WriteCSV(broken{fault}, &report.Report{GroupBy: []report.Dimension{report.Day}, Rows: endless})
	if !errors.Is(err, fault) {
		t.Errorf("the error is %v, want that of the writer", err)
	}
}
