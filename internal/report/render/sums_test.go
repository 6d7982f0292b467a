package render_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/page"
	"timetracker/internal/report"
	"timetracker/internal/report/render"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

// sumsOf are a report's lengths in ms, as a file has them.
type sumsOf struct{ elapsed, review int64 }

// TestPartsAddUpToTheWholeInEveryFile makes files of reports of random entries, and reads each back with another program's
// library. Zones have clocks that change, and midnights that come twice.
func TestPartsAddUpToTheWholeInEveryFile(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	w := domaintest.New(t)
	ada := w.SignUp(t)
	recordAtRandom(t, r, w, ada)
	service := w.Reports
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham", "America/Havana"}
	for i := range 40 {
		dimensions := []report.Dimension{report.User, report.Project, report.WorkItem, []report.Dimension{report.Day, report.Week, report.Month}[r.IntN(3)]}
		r.Shuffle(len(dimensions), func(i, j int) { dimensions[i], dimensions[j] = dimensions[j], dimensions[i] })
		from := calendar.Day{Year: 2026, Month: time.October, Date: 1}.AddDays(r.IntN(40))
		request := report.Request{
			From: from, To: from.AddDays(1 + r.IntN(30)), TimeZone: zones[r.IntN(len(zones))], GroupBy: dimensions[:1+r.IntN(report.MaxDimensions)],
			Rounding: report.Rounding{Minutes: []int{0, 1, 7, 15, 60}[r.IntN(5)], Direction: []report.Direction{report.Nearest, report.Up, report.Down}[r.IntN(3)]},
		}
		t.Run(fmt.Sprintf("%d %v in %s", i, request.GroupBy, request.TimeZone), func(t *testing.T) {
			read := func(request report.Request) *report.Report {
				made, err := service.Time(t.Context(), ada, request)
				if err != nil {
					t.Fatal(err)
				}
				return made
			}
			var want sumsOf
			for row, err := range read(request).Rows {
				if err != nil {
					t.Fatal(err)
				}
				want.elapsed, want.review = want.elapsed+row.ElapsedMS, want.review+row.ReviewMS
			}
			check := func(file string, got sumsOf) {
				if got != want {
					t.Errorf("%s adds up to %+v, want %+v", file, got, want)
				}
			}
			check("CSV", csvSums(t, read(request)))
			check("XLSX", xlsxSums(t, writeXLSX(t, read(request), render.Heading{}, false)))
			if len(request.GroupBy) > 1 {
				check("XLSX with sheets", xlsxSums(t, writeXLSX(t, read(request), render.Heading{}, true)))
			}

			request.GroupBy = request.GroupBy[:1]
			printedSums(t, read(request))
			if request.Rounding.Minutes == 0 { // otherwise each of an entry's parts is rounded by itself
				checkEntries(t, service, ada, request, check)
			}
		})
	}
}

// recordAtRandom saves entries of three people around days on which clocks change.
func recordAtRandom(t *testing.T, r *rand.Rand, w *domaintest.World, ada tenant.Member) {
	t.Helper()
	people := []tenant.Member{ada, w.Join(t, ada, "Ben"), w.Join(t, ada, "=Cleo")}
	first := time.Date(2026, time.September, 28, 0, 0, 0, 0, time.UTC)
	var entries []timer.Entry
	for range 250 {
		started := first.Add(time.Duration(r.Int64N((50 * 24 * time.Hour).Milliseconds())) * time.Millisecond)
		length := time.Duration(r.Int64N(timer.MaxLength.Milliseconds())) * time.Millisecond
		if r.IntN(3) == 0 {
			started, length = started.Truncate(15*time.Minute), length.Truncate(15*time.Minute)
		}
		project := r.IntN(3) // each has its own numbers, since an item of two projects is one item
		item := domaintest.ItemOf([]string{"Payments", "Storefront", "Zebra"}[project], []int{7, 96, 101}[r.IntN(3)]+project)
		entry := domaintest.Entry(people[r.IntN(len(people))], item, started, started.Add(length))
		entry.NeedsReview = r.IntN(6) == 0
		entries = append(entries, entry)
	}
	w.Save(t, ada, entries...)
}

// csvSums adds up the rows of a CSV file, whose last row has the same.
func csvSums(t *testing.T, r *report.Report) sumsOf {
	t.Helper()
	var kept, out bytes.Buffer
	hours := render.NewHours(r)
	if err := render.KeepRows(&kept, r.Rows, hours); err != nil {
		t.Fatal(err)
	}
	r.Rows = render.ReadRows(&kept)
	if err := render.WriteCSV(&out, r, hours, render.Style{}); err != nil {
		t.Fatal(err)
	}
	return tableSums(t, out.String())
}

func tableSums(t *testing.T, text string) (sum sumsOf) {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	columns := map[string]int{}
	for i, name := range records[4] {
		columns[name] = i
	}
	whole := func(record []string, name string) int64 {
		n, err := strconv.ParseInt(strings.ReplaceAll(record[columns[name]], ".", ""), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	var hours, reviewHours int64
	last := len(records) - 1
	for _, record := range records[5:last] {
		sum.elapsed, sum.review = sum.elapsed+whole(record, "elapsed_ms"), sum.review+whole(record, "needs_review_ms")
		hours, reviewHours = hours+whole(record, "hours"), reviewHours+whole(record, "needs_review_hours")
	}
	total := records[last]
	if total[0] != "total" || whole(total, "elapsed_ms") != sum.elapsed || whole(total, "needs_review_ms") != sum.review ||
		whole(total, "hours") != hours || whole(total, "needs_review_hours") != reviewHours {
		t.Errorf("rows add up to %+v and %d and %d hundredths, the total is %q", sum, hours, reviewHours, total)
	}
	return sum
}

// xlsxSums adds up the rows of all sheets with rows. The last row of each, and the summary, have the same.
func xlsxSums(t *testing.T, book *excelize.File) (sum sumsOf) {
	t.Helper()
	sheets := book.GetSheetList()
	for _, name := range sheets[1:] {
		rows, err := book.GetRows(name, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		elapsed, review := -1, -1
		for i, head := range rows[0] {
			switch head {
			case "Time":
				elapsed = i
			case "Under review":
				review = i
			}
		}
		var of sumsOf
		for _, row := range rows[1 : len(rows)-1] {
			of.elapsed, of.review = of.elapsed+milliseconds(t, row[elapsed]), of.review+milliseconds(t, row[review])
			if hours, err := strconv.ParseFloat(row[elapsed+1], 64); err != nil || int64(math.Round(hours*3_600_000)) != milliseconds(t, row[elapsed]) {
				t.Errorf("%s hours are %s days", row[elapsed+1], row[elapsed])
			}
		}
		last := rows[len(rows)-1]
		if total := (sumsOf{milliseconds(t, last[elapsed]), milliseconds(t, last[review])}); total != of {
			t.Errorf("the rows of %q add up to %+v, the total is %+v", name, of, total)
		}
		sum.elapsed, sum.review = sum.elapsed+of.elapsed, sum.review+of.review
	}
	summary, err := book.GetRows(sheets[0], excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	last := summary[len(summary)-1]
	if total := (sumsOf{milliseconds(t, last[1]), milliseconds(t, last[3])}); total != sum {
		t.Errorf("the sheets add up to %+v, the summary has %+v", sum, total)
	}
	return sum
}

// milliseconds reads a length that is a part of a day.
func milliseconds(t *testing.T, cell string) int64 {
	t.Helper()
	days, err := strconv.ParseFloat(cell, 64)
	if err != nil {
		t.Fatal(err)
	}
	return int64(math.Round(days * 86_400_000))
}

var printedLengths = regexp.MustCompile(`([\d,]+):(\d\d) ([\d,]+)\.(\d\d)(?: ([\d,]+):(\d\d))?$`)

// printedSums checks that the lines of a report to print add up to its last one, in each column.
func printedSums(t *testing.T, r *report.Report) {
	t.Helper()
	made, _ := printed(t, program, r, render.Heading{Organization: "Contoso"})
	var sum, total [3]int64
	inTable := false
	for _, lines := range pagesOf(t, made) {
		for _, line := range lines {
			found := printedLengths.FindStringSubmatch(line)
			inTable = inTable || strings.Contains(line, "Time Hours")
			if found == nil || !inTable {
				continue
			}
			n := make([]int64, len(found))
			for i, text := range found[1:] {
				n[i+1], _ = strconv.ParseInt(strings.ReplaceAll(text, ",", ""), 10, 64)
			}
			lengths := [3]int64{60*n[1] + n[2], 100*n[3] + n[4], 60*n[5] + n[6]}
			if strings.HasPrefix(line, "Total ") {
				total = lengths
				continue
			}
			for i := range sum {
				sum[i] += lengths[i]
			}
		}
	}
	if sum != total {
		t.Errorf("printed lines add up to %v, the total is %v", sum, total)
	}
}

// checkEntries checks files of the entries that a report counts.
func checkEntries(t *testing.T, service *report.Service, m tenant.Member, request report.Request, check func(file string, got sumsOf)) {
	t.Helper()
	write := func(tally render.PartTally, write func(*report.Entries) error) {
		t.Helper()
		list, err := service.Entries(t.Context(), m, request, page.Request{})
		if err != nil {
			t.Fatal(err)
		}
		var kept bytes.Buffer
		if err := render.KeepParts(&kept, list, tally); err != nil {
			t.Fatal(err)
		}
		if err := write(render.ReadParts(&kept, list)); err != nil {
			t.Fatal(err)
		}
	}
	var text, workbook bytes.Buffer
	table, book := render.NewEntriesCSV(), render.NewEntriesWorkbook(render.Heading{MadeAt: madeAt})
	write(table, func(list *report.Entries) error { return table.Write(&text, list, render.Style{}) })
	write(book, func(list *report.Entries) error { return book.Write(&workbook, list) })
	check("CSV of entries", tableSums(t, text.String()))
	read, err := excelize.OpenReader(&workbook)
	if err != nil {
		t.Fatal(err)
	}
	check("XLSX of entries", xlsxSums(t, read))
}
