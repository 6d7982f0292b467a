package render_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/report"
	"timetracker/internal/report/render"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
)

// sumsOf are a report's lengths in ms, as a file has them.
type sumsOf struct{ elapsed, review, billable, adjusted, previous int64 }

func (s *sumsOf) add(row report.Row) {
	s.elapsed += row.ElapsedMS
	s.review += row.ReviewMS
	s.billable += row.BillableMS
	s.adjusted += row.AdjustedMS
	s.previous += row.PreviousMS
}

// ledger is a tenant with random entries and adjustments.
type ledger struct {
	*domaintest.World
	ada    tenant.Member
	people []tenant.Member
}

// TestPartsAddUpToTheWholeInEveryFile makes files of reports of random entries and adjustments, and of the lists behind them,
// and reads each back with another program's library. Zones have clocks that change, and midnights that come twice.
func TestPartsAddUpToTheWholeInEveryFile(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	w := domaintest.New(t)
	l := &ledger{World: w, ada: w.SignUp(t)}
	l.people = []tenant.Member{l.ada, w.Join(t, l.ada, "Ben"), w.Join(t, l.ada, "=Cleo")}
	l.recordAtRandom(t, r)
	all := []report.Dimension{
		report.Site, report.Project, report.User, report.WorkItem, report.Parent, report.Type, report.Activity, report.Billable,
	}
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham", "America/Havana"}
	for i := range 40 {
		dimensions := append(slices.Clone(all), []report.Dimension{report.Day, report.Week, report.Month, report.Quarter}[r.IntN(4)])
		r.Shuffle(len(dimensions), func(i, j int) { dimensions[i], dimensions[j] = dimensions[j], dimensions[i] })
		from := calendar.Day{Year: 2026, Month: time.October, Date: 1}.AddDays(r.IntN(40))
		request := report.Request{
			From: from, To: from.AddDays(1 + r.IntN(30)), TimeZone: zones[r.IntN(len(zones))], GroupBy: dimensions[:1+r.IntN(report.MaxDimensions)],
			Rounding: report.Rounding{Minutes: []int{0, 0, 1, 7, 15, 60}[r.IntN(6)], Direction: []report.Direction{report.Nearest, report.Up, report.Down}[r.IntN(3)]},
			Compare:  []report.Compare{"", report.ComparePrevious}[r.IntN(2)], Filter: l.filterAtRandom(r),
		}
		t.Run(fmt.Sprintf("%d %v in %s", i, request.GroupBy, request.TimeZone), func(t *testing.T) { l.check(t, request) })
	}
}

// recordAtRandom saves entries of three people around days on which clocks change, and corrections of them.
func (l *ledger) recordAtRandom(t *testing.T, r *rand.Rand) {
	t.Helper()
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
		entry := domaintest.Entry(l.people[r.IntN(len(l.people))], item, started, started.Add(length))
		entry.NeedsReview, entry.Billable = r.IntN(6) == 0, r.IntN(2) == 0
		entry.Note = []string{"", "a call"}[r.IntN(2)]
		entries = append(entries, entry)
	}
	l.Save(t, l.ada, entries...)
	stored, err := l.Store.Entries(t.Context(), l.ada.Tenant.ID, timer.EntryFilter{}, page.Request{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	for range 60 {
		of := stored[r.IntN(len(stored))]
		length := time.Duration(r.Int64N(47*3_600_000)-24*3_600_000) * time.Millisecond
		if r.IntN(2) == 0 {
			length = length.Truncate(15 * time.Minute)
		}
		err := l.Store.Tx(t.Context(), l.ada.Tenant.ID, func(ctx context.Context) error {
			return l.Store.InsertAdjustment(ctx, l.ada.Tenant.ID, timesheet.Adjustment{
				ID: ids.New[ids.Adjustment](), User: of.User, ForDay: calendar.DayOf(first, time.UTC), Day: calendar.DayOf(first, time.UTC).AddDays(r.IntN(50)),
				WorkItem: of.WorkItem, ProjectID: of.ProjectID, Activity: of.Activity, Billable: r.IntN(2) == 0, Length: length + time.Millisecond*time.Duration(r.IntN(2)),
				Reason: "=forgotten", By: tenant.UserRef{ID: l.ada.User.ID}, At: l.Clock.Now(),
			})
		})
		if err != nil && length != 0 {
			t.Fatal(err)
		}
	}
}

func (l *ledger) filterAtRandom(r *rand.Rand) (f report.Filter) {
	flag := r.IntN(2) == 0
	switch r.IntN(9) {
	case 0:
		f.Users = []ids.User{l.people[r.IntN(3)].User.ID, l.people[0].User.ID}
	case 1:
		f.Projects = []string{"Storefront"}
	case 2:
		f.Billable = &flag
	case 3:
		f.NeedsReview = &flag
	case 4:
		f.Note = "CALL"
	case 5:
		f.Approved = &flag
	case 6:
		f.Types, f.Parents = []string{"Task"}, []string{timer.None}
	}
	return f
}

// check makes every file of a request, and holds its sums against those of the rows.
func (l *ledger) check(t *testing.T, request report.Request) {
	t.Helper()
	read := func() *report.Report {
		made, err := l.Reports.Time(t.Context(), l.ada, request)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	var want sumsOf
	for row, err := range read().Rows {
		if err != nil {
			t.Fatal(err)
		}
		want.add(row)
	}
	check := func(file string, got sumsOf) {
		t.Helper()
		if got != want {
			t.Errorf("%s adds up to %+v, want %+v", file, got, want)
		}
	}
	check("CSV", csvSums(t, read()))
	check("XLSX", xlsxSums(t, writeXLSX(t, read(), render.Heading{}, false)))
	if len(request.GroupBy) > 1 && want != (sumsOf{}) {
		check("XLSX with sheets", xlsxSums(t, writeXLSX(t, read(), render.Heading{}, true)))
	}
	made, _ := printed(t, program, read(), render.Heading{Organization: "Contoso"})
	printedTable{levels: len(request.GroupBy), unit: calendar.Minute}.check(t, made, want)

	byTime := slices.ContainsFunc(request.GroupBy, func(d report.Dimension) bool {
		return slices.Contains([]report.Dimension{report.Day, report.Week, report.Month, report.Quarter}, d)
	})
	if want.previous = 0; request.Rounding.Minutes > 0 && byTime {
		return // each of an entry's parts is rounded by itself
	}
	l.checkEntries(t, request, want, check)
}

// checkEntries holds the list behind a report, as it is and as files, against its sums.
func (l *ledger) checkEntries(t *testing.T, request report.Request, want sumsOf, check func(file string, got sumsOf)) {
	t.Helper()
	read := func(part page.Request) *report.Entries {
		list, err := l.Reports.Entries(t.Context(), l.ada, request, part)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	for name, part := range map[string]page.Request{"the list": {}, "the list in pages": {Limit: 7}} {
		var got sumsOf
		for {
			list := read(part)
			for p, err := range list.Parts {
				if err != nil {
					t.Fatal(err)
				}
				got.add(p.Row())
			}
			if part.After = list.Next; list.Next == (page.Position{}) {
				break
			}
		}
		check(name, got)
	}
	write := func(tally render.PartTally, write func(*report.Entries) error) {
		t.Helper()
		list := read(page.Request{})
		var kept bytes.Buffer
		if err := render.KeepParts(&kept, list, tally); err != nil {
			t.Fatal(err)
		}
		if err := write(render.ReadParts(&kept, list)); err != nil {
			t.Fatal(err)
		}
	}
	var text, workbook, pages bytes.Buffer
	table, book := render.NewEntriesCSV(), render.NewEntriesWorkbook(render.Heading{MadeAt: madeAt})
	write(table, func(list *report.Entries) error { return table.Write(&text, list, render.Style{}) })
	write(book, func(list *report.Entries) error { return book.Write(&workbook, list) })
	check("CSV of entries", tableSums(t, text.String()))
	opened, err := excelize.OpenReader(&workbook)
	if err != nil {
		t.Fatal(err)
	}
	check("XLSX of entries", xlsxSums(t, opened))

	printer := render.NewPrinter(program, nil).EntryPages(read(page.Request{}), render.Heading{MadeAt: madeAt})
	write(printer, func(*report.Entries) error { return printer.Write(t.Context(), &pages) })
	printedTable{levels: 2}.check(t, pages.Bytes(), want)
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

func tableSums(t *testing.T, text string) sumsOf {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	const head = 4
	sums := map[string]int64{}
	last := len(records) - 1
	for column, name := range records[head] {
		if !strings.HasSuffix(name, "_ms") && !strings.HasSuffix(name, "hours") {
			continue
		}
		number := func(record []string) int64 {
			n, err := strconv.ParseInt(strings.ReplaceAll(record[column], ".", ""), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		for _, record := range records[head+1 : last] {
			sums[name] += number(record)
		}
		if total := number(records[last]); total != sums[name] {
			t.Errorf("rows of %s add up to %d, the total is %d", name, sums[name], total)
		}
	}
	for hours, exact := range map[string]string{
		"hours": "elapsed_ms", "needs_review_hours": "needs_review_ms", "billable_hours": "billable_ms", "adjusted_hours": "adjusted_ms", "previous_hours": "previous_ms",
	} {
		if shown := sums[hours]; shown != sums[exact]/calendar.HourCent {
			t.Errorf("%d ms are shown as %d hundredths of an hour", sums[exact], shown)
		}
	}
	return sumsOf{sums["elapsed_ms"], sums["needs_review_ms"], sums["billable_ms"], sums["adjusted_ms"], sums["previous_ms"]}
}

// xlsxSums adds up the rows of all sheets with rows. The last row of each, and the summary, have the same.
func xlsxSums(t *testing.T, book *excelize.File) (sum sumsOf) {
	t.Helper()
	sheets := book.GetSheetList()
	for _, name := range sheets[1:] {
		rows := rawRows(t, book, name)
		columns := xlsxColumns(rows[0])
		var of sumsOf
		for _, row := range rows[1 : len(rows)-1] {
			add(&of, columns.of(t, row))
			if at, ok := columns["Time"]; ok && milliseconds(t, row[at], 24) < 0 {
				t.Errorf("Excel shows %s days as ####", row[at])
			}
		}
		if total := columns.of(t, rows[len(rows)-1]); total != of {
			t.Errorf("the rows of %q add up to %+v, the total is %+v", name, of, total)
		}
		add(&sum, of)
	}
	summary := rawRows(t, book, sheets[0])
	head := slices.IndexFunc(summary, func(row []string) bool { return slices.Contains(row, "Hours") })
	total := slices.IndexFunc(summary, func(row []string) bool { return len(row) > 0 && row[0] == "Total" })
	if got := xlsxColumns(summary[head]).of(t, summary[total]); got != sum {
		t.Errorf("the sheets add up to %+v, the summary has %+v", sum, got)
	}
	return sum
}

func add(to *sumsOf, more sumsOf) {
	to.elapsed, to.review, to.billable = to.elapsed+more.elapsed, to.review+more.review, to.billable+more.billable
	to.adjusted, to.previous = to.adjusted+more.adjusted, to.previous+more.previous
}

func rawRows(t *testing.T, book *excelize.File, name string) [][]string {
	t.Helper()
	rows, err := book.GetRows(name, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// xlsxColumns are the places of columns by their heads.
type columnsOf map[string]int

func xlsxColumns(head []string) columnsOf {
	columns := columnsOf{}
	for i, name := range head {
		columns[name] = i
	}
	return columns
}

// of reads the lengths of a row. What is in hours as well as in parts of a day must be the same.
func (c columnsOf) of(t *testing.T, row []string) sumsOf {
	t.Helper()
	length := func(name string, hours int64) int64 {
		at, ok := c[name]
		if !ok {
			return 0
		}
		return milliseconds(t, row[at], hours)
	}
	got := sumsOf{
		length("Hours", 1), length("Under review", 24), length("Billable hours", 1), length("Adjustments, hours", 1), length("Hours beside", 1),
	}
	if at, ok := c["Time"]; ok && milliseconds(t, row[at], 24) != got.elapsed {
		t.Errorf("%d ms are %s days", got.elapsed, row[at])
	}
	return got
}

// milliseconds reads a length that is a number of units of some hours.
func milliseconds(t *testing.T, cell string, hours int64) int64 {
	t.Helper()
	n, err := strconv.ParseFloat(cell, 64)
	if err != nil {
		t.Fatal(err)
	}
	return int64(math.Round(n * float64(hours*3_600_000)))
}
