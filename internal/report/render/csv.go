package render

import (
	"fmt"
	"io"
	"iter"
	"strconv"

	"timetracker/internal/calendar"
	"timetracker/internal/report"
)

// Hours are the hours of a report's rows as they are shown: parts of its totals, which they add up to.
type Hours struct {
	shown   apportioned
	columns lengthColumns
}

// NewHours begins with no rows of a report.
func NewHours(r *report.Report) Hours {
	return Hours{newApportioned(calendar.HourCent), lengthColumns{entries: true, previous: r.Previous != nil, target: r.Target}}
}

// Add adds a row. All are added before the first one is shown. It implements Tally, and gives no error.
func (h Hours) Add(row report.Row) error {
	h.shown.add(row)
	return nil
}

// lengthColumns are the columns of a CSV file that have lengths. Those that an older program knows come first.
type lengthColumns struct {
	entries  bool           // how many entries there are
	previous bool           // the range before
	target   *report.Target // stands beside the totals; nil: there is none
}

func (l lengthColumns) names() []string {
	names := []string{"elapsed_ms", "elapsed", "needs_review_ms"}
	if l.entries {
		names = append(names, "entries")
	}
	names = append(names, "hours", "needs_review_hours", "billable_ms", "billable_hours", "adjusted_ms", "adjusted_hours")
	if l.previous {
		names = append(names, "previous_ms", "previous_hours")
	}
	if l.target != nil {
		names = append(names, "target_ms", "target_hours")
	}
	return names
}

// cells are those of a row: its exact lengths, and its hours as they are shown.
func (l lengthColumns) cells(style Style, exact, shown amounts, entries string) []string {
	number := func(ms int64) string { return strconv.FormatInt(ms, 10) }
	cells := []string{number(exact.elapsed), clock(exact.elapsed), number(exact.review)}
	if l.entries {
		cells = append(cells, entries)
	}
	cells = append(cells, style.hours(shown.elapsed), style.hours(shown.review), number(exact.billable), style.hours(shown.billable),
		number(exact.adjusted), style.hours(shown.adjusted))
	if l.previous {
		cells = append(cells, number(exact.previous), style.hours(shown.previous))
	}
	if l.target != nil {
		cells = append(cells, "", "")
	}
	return cells
}

// totals are the cells of the last row. There is none of entries, since one may be in several rows.
func (l lengthColumns) totals(style Style, exact, shown amounts) []string {
	cells := l.cells(style, exact, shown, "")
	if l.target != nil {
		cells = append(cells[:len(cells)-2], strconv.FormatInt(l.target.MS, 10), style.hours(l.target.MS))
	}
	return cells
}

// WriteCSV writes a report as CSV, while it reads the rows, all of which are in the hours. First it says what the report
// is of. Then come the names of the columns, a row for each group, and a last row with the totals. Decimal hours add up;
// exact lengths are in milliseconds and as h:mm:ss.mmm.
func WriteCSV(w io.Writer, r *report.Report, hours Hours, style Style) error {
	var fields []field
	for _, d := range r.GroupBy {
		fields = append(fields, fieldsOf(d, english)...)
	}
	var names []string
	for _, f := range fields {
		names = append(names, f.name)
	}
	return writeTable(w, style, scopeOf(r), append(names, hours.columns.names()...), func(yield func([]string, error) bool) {
		var total amounts
		for row, err := range r.Rows {
			if err != nil {
				yield(nil, err)
				return
			}
			total.add(row)
			record := make([]string, 0, len(names))
			for _, f := range fields {
				record = append(record, f.text(row))
			}
			exact := amountsOf(row)
			record = append(record, hours.columns.cells(style, exact, hours.shown.show(exact), strconv.FormatInt(row.Entries, 10))...)
			if !yield(record, nil) {
				return
			}
		}
		record := append([]string{"total"}, make([]string, len(fields)-1)...)
		yield(append(record, hours.columns.totals(style, total, hours.shown.whole())...), nil)
	})
}

// writeTable writes what a file is of, the names of its columns, and its records.
func writeTable(w io.Writer, style Style, of scope, names []string, records iter.Seq2[[]string, error]) error {
	padded := func(cells ...string) []string { return append(cells, make([]string, len(names)-len(cells))...) }
	return WriteTable(w, style, padded("first_day", of.first.String()), func(yield func([]string, error) bool) {
		heads := [][]string{padded("last_day", of.last.String()), padded("time_zone", of.zone), padded("rounding", of.rounding.String())}
		if of.leftOut > 0 {
			heads = append(heads, padded("left_out", strconv.Itoa(of.leftOut)))
		}
		for _, head := range append(heads, names) {
			if !yield(head, nil) {
				return
			}
		}
		records(yield)
	})
}

// clock writes ms as h:mm:ss.mmm.
func clock(ms int64) string {
	if ms < 0 {
		return "-" + clock(-ms)
	}
	return fmt.Sprintf("%d:%02d:%02d.%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000)
}
