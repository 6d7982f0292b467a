package render

import (
	"fmt"
	"io"
	"strconv"

	"timetracker/internal/calendar"
	"timetracker/internal/report"
)

// Hours are the hours of a report's rows as they are shown: parts of its totals, which they add up to.
type Hours struct {
	elapsed, review *calendar.Apportionment
}

// NewHours begins with no rows.
func NewHours() Hours {
	return Hours{calendar.NewApportionment(calendar.HourCent), calendar.NewApportionment(calendar.HourCent)}
}

// Add adds a row. All are added before the first one is shown. It implements Tally, and gives no error.
func (h Hours) Add(row report.Row) error {
	h.elapsed.Add(row.ElapsedMS)
	h.review.Add(row.ReviewMS)
	return nil
}

// WriteCSV writes a report as CSV, while it reads the rows, all of which are in the hours. First it says what the report
// is of. Then come the names of the columns, a row for each group, and a last row with the totals. Decimal hours add up;
// exact lengths are in milliseconds and as h:mm:ss.mmm.
func WriteCSV(w io.Writer, r *report.Report, hours Hours, style Style) error {
	var fields []field
	for _, d := range r.GroupBy {
		fields = append(fields, fieldsOf(d, english)...)
	}
	width := len(fields)
	var names []string
	for _, f := range fields {
		names = append(names, f.name)
	}
	names = append(names, "elapsed_ms", "elapsed", "needs_review_ms", "entries", "hours", "needs_review_hours")
	padded := func(cells ...string) []string { return append(cells, make([]string, len(names)-len(cells))...) }
	return WriteTable(w, style, padded("first_day", r.FirstDay.String()), func(yield func([]string, error) bool) {
		for _, head := range [][]string{
			padded("last_day", r.LastDay.String()), padded("time_zone", r.TimeZone), padded("rounding", r.Rounding.String()), names,
		} {
			if !yield(head, nil) {
				return
			}
		}
		var total report.Row
		for row, err := range r.Rows {
			if err != nil {
				yield(nil, err)
				return
			}
			total.ElapsedMS += row.ElapsedMS
			total.ReviewMS += row.ReviewMS
			record := make([]string, 0, len(names))
			for _, f := range fields {
				record = append(record, f.text(row))
			}
			record = append(record, exact(row, strconv.FormatInt(row.Entries, 10))...)
			record = append(record, style.hours(hours.elapsed.Show(row.ElapsedMS)), style.hours(hours.review.Show(row.ReviewMS)))
			if !yield(record, nil) {
				return
			}
		}
		record := append([]string{"total"}, make([]string, width-1)...)
		record = append(record, exact(total, "")...) // an entry may be in several rows
		yield(append(record, style.hours(hours.elapsed.Whole()), style.hours(hours.review.Whole())), nil)
	})
}

// exact are the cells of a row that are not rounded.
func exact(row report.Row, entries string) []string {
	return []string{strconv.FormatInt(row.ElapsedMS, 10), clock(row.ElapsedMS), strconv.FormatInt(row.ReviewMS, 10), entries}
}

// clock writes ms as h:mm:ss.mmm.
func clock(ms int64) string {
	if ms < 0 {
		return "-" + clock(-ms)
	}
	return fmt.Sprintf("%d:%02d:%02d.%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000)
}
