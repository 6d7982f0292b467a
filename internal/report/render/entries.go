package render

import (
	"io"
	"strconv"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/report"
	"timetracker/internal/workitem"
	"timetracker/internal/xlsx"
)

// PartTally is what a file has to know of all parts of entries before it shows the first one.
type PartTally interface {
	Add(part report.Part) error
}

// KeepParts reads the parts of entries, adds them to the tally and keeps them, as KeepRows does.
func KeepParts(w io.Writer, list *report.Entries, tally PartTally) error {
	return keep(w, list.Parts, tally.Add)
}

// ReadParts gives the list with the parts that KeepParts has kept.
func ReadParts(r io.Reader, list *report.Entries) *report.Entries {
	again := *list
	again.Parts = kept[report.Part](r)
	return &again
}

// entryField is a column of a list of entries.
type entryField struct {
	name  string  // in CSV
	width float64 // in a spreadsheet, in characters; zero: in CSV alone
	text  func(report.Part) string
	cell  func(report.Part) xlsx.Cell // nil: the text
}

// clockField is a column with what a clock shows. In CSV it is a time without its day.
func clockField(name string, of func(report.Part) time.Time, zone *time.Location, seconds bool) entryField {
	layout, style := "15:04", xlsx.Moment
	if seconds {
		layout, style = "15:04:05", xlsx.MomentSeconds
	}
	return entryField{
		name: name, width: 17, text: func(p report.Part) string { return of(p).In(zone).Format(layout) },
		cell: func(p report.Part) xlsx.Cell { return xlsx.Clock(of(p).In(zone)).As(style) },
	}
}

func dayField(name string, width float64, of func(report.Part) time.Time, zone *time.Location) entryField {
	return entryField{
		name: name, width: width, text: func(p report.Part) string { return calendar.DayOf(of(p), zone).String() },
		cell: func(p report.Part) xlsx.Cell {
			day := calendar.DayOf(of(p), zone)
			return xlsx.Date(day.Year, day.Month, day.Date)
		},
	}
}

func flagField(name string, of func(report.Part) bool, w words) entryField {
	return entryField{
		name: name, width: 12, text: func(p report.Part) string { return strconv.FormatBool(of(p)) },
		cell: func(p report.Part) xlsx.Cell {
			if of(p) {
				return xlsx.Text(w.yes)
			}
			return xlsx.Text(w.no)
		},
	}
}

// entryFields are the columns before the lengths. Times are those of the part, so that its length is their difference.
func entryFields(zone *time.Location, seconds bool, w words) []entryField {
	from, to := func(p report.Part) time.Time { return p.From }, func(p report.Part) time.Time { return p.To }
	textOf := func(name string, width float64, of func(report.Part) string) entryField {
		return entryField{name: name, width: width, text: of}
	}
	return []entryField{
		textOf("entry_id", 0, func(p report.Part) string { return p.Entry.ID.String() }),
		dayField("day", 12, from, zone),
		clockField("start", from, zone, seconds),
		dayField("end_day", 0, to, zone),
		clockField("end", to, zone, seconds),
		textOf("started_at", 0, func(p report.Part) string { return calendar.FormatInstant(p.From) }),
		textOf("stopped_at", 0, func(p report.Part) string { return calendar.FormatInstant(p.To) }),
		textOf("cut", 0, func(p report.Part) string { return strconv.FormatBool(p.Cut()) }),
		textOf("user_id", 0, func(p report.Part) string { return p.Entry.User.ID.String() }),
		textOf("user", 24, func(p report.Part) string { return p.Entry.User.Name }),
		textOf("organization", 20, func(p report.Part) string { return p.WorkItem.Site.Name }),
		textOf("project", 24, func(p report.Part) string { return p.WorkItem.Project.Name }),
		{
			name: "work_item_id", width: 14, text: func(p report.Part) string { return p.WorkItem.Number },
			cell: func(p report.Part) xlsx.Cell { return number(p.WorkItem.Number) },
		},
		textOf("work_item_type", 14, func(p report.Part) string { return p.WorkItem.Type }),
		textOf("work_item_title", 48, func(p report.Part) string { return p.WorkItem.Title }),
		textOf("activity", 18, func(p report.Part) string { return p.Entry.Activity.Name }),
		flagField("billable", func(p report.Part) bool { return p.Entry.Billable }, w),
		textOf("note", 48, func(p report.Part) string { return p.Entry.Note }),
		textOf("needs_review", 0, func(p report.Part) string { return strconv.FormatBool(p.Entry.NeedsReview) }), // elsewhere its length says so
	}
}

// EntriesCSV is a list of entries as CSV. It is a PartTally.
type EntriesCSV struct {
	hours   Hours
	seconds bool
}

// NewEntriesCSV begins without entries.
func NewEntriesCSV() *EntriesCSV { return &EntriesCSV{hours: NewHours()} }

// Add adds a part. It implements PartTally, and gives no error.
func (c *EntriesCSV) Add(part report.Part) error {
	c.seconds = c.seconds || hasSeconds(part)
	return c.hours.Add(rowOf(part))
}

// hasSeconds says whether a part begins or ends within a minute.
func hasSeconds(part report.Part) bool {
	return !part.From.Truncate(time.Minute).Equal(part.From) || !part.To.Truncate(time.Minute).Equal(part.To)
}

// rowOf is a part as a report of its own.
func rowOf(part report.Part) report.Row {
	return report.Row{ElapsedMS: part.ElapsedMS, ReviewMS: part.ReviewMS, Entries: 1}
}

// Write writes the list, in the form of WriteCSV, while it reads the parts again.
func (c *EntriesCSV) Write(w io.Writer, list *report.Entries, style Style) error {
	fields := entryFields(list.Zone, c.seconds, english)
	names := make([]string, 0, len(fields)+6)
	for _, f := range fields {
		names = append(names, f.name)
	}
	names = append(names, "elapsed_ms", "elapsed", "needs_review_ms", "hours", "needs_review_hours")
	padded := func(cells ...string) []string { return append(cells, make([]string, len(names)-len(cells))...) }
	record := func(cells []string, elapsed, review, hours, reviewHours int64) []string {
		return append(cells, strconv.FormatInt(elapsed, 10), clock(elapsed), strconv.FormatInt(review, 10), style.hours(hours), style.hours(reviewHours))
	}
	return WriteTable(w, style, padded("first_day", list.FirstDay.String()), func(yield func([]string, error) bool) {
		for _, head := range [][]string{
			padded("last_day", list.LastDay.String()), padded("time_zone", list.TimeZone), padded("rounding", list.Rounding.String()), names,
		} {
			if !yield(head, nil) {
				return
			}
		}
		var total sums
		for part, err := range list.Parts {
			if err != nil {
				yield(nil, err)
				return
			}
			total.add(rowOf(part))
			cells := make([]string, 0, len(names))
			for _, f := range fields {
				cells = append(cells, f.text(part))
			}
			if !yield(record(cells, part.ElapsedMS, part.ReviewMS, c.hours.elapsed.Show(part.ElapsedMS), c.hours.review.Show(part.ReviewMS)), nil) {
				return
			}
		}
		cells := append([]string{"total"}, make([]string, len(fields)-1)...)
		yield(record(cells, total.elapsed, total.review, c.hours.elapsed.Whole(), c.hours.review.Whole()), nil)
	})
}

// EntriesWorkbook is a list of entries as a spreadsheet. It is a PartTally.
type EntriesWorkbook struct {
	heading Heading
	words   words
	rows    int
	total   sums
	seconds bool // of the times
}

// NewEntriesWorkbook begins without entries.
func NewEntriesWorkbook(heading Heading) *EntriesWorkbook {
	return &EntriesWorkbook{heading: heading, words: wordsOf(heading.Language)}
}

// Add adds a part. It implements PartTally. The error is of kind RuleBroken when the workbook would have too many rows.
func (b *EntriesWorkbook) Add(part report.Part) error {
	if b.rows++; b.rows > maxRows {
		return tooManyRows()
	}
	b.seconds = b.seconds || hasSeconds(part)
	b.total.add(rowOf(part))
	return nil
}

// Write writes the workbook, while it reads the parts again.
func (b *EntriesWorkbook) Write(w io.Writer, list *report.Entries) error {
	of := entriesScope(list)
	out, err := xlsx.New(w, xlsx.Properties{
		Title: b.words.entries + ", " + b.words.days(of.first, of.last), Producer: "TimeTracker", Made: b.heading.MadeAt,
	})
	if err != nil {
		return err
	}
	summary, err := out.AddSheet(b.words.summary, summaryLayout)
	if err != nil {
		return err
	}
	head := []xlsx.Cell{xlsx.Text("").As(xlsx.Head)}
	for _, name := range lengthFields {
		head = append(head, xlsx.Text(b.words.head(name)).As(xlsx.HeadRight))
	}
	rows := append(facts(b.words.entries, of, b.heading), head,
		total(append([]xlsx.Cell{xlsx.Text(b.words.total)}, b.total.cells(b.total.elapsed, b.total.review)...)))
	for _, row := range rows {
		if err := summary.Row(row...); err != nil {
			return err
		}
	}
	if err := b.list(out, list); err != nil {
		return err
	}
	return out.Close()
}

// list is the sheet with the entries.
func (b *EntriesWorkbook) list(out *xlsx.Workbook, list *report.Entries) error {
	var fields []entryField
	var columns []xlsx.Column
	var head []xlsx.Cell
	for _, f := range entryFields(list.Zone, b.seconds, b.words) {
		if f.width > 0 {
			fields, columns = append(fields, f), append(columns, xlsx.Column{Width: f.width})
			head = append(head, xlsx.Text(b.words.head(f.name)).As(xlsx.Head))
		}
	}
	for _, name := range lengthFields {
		columns = append(columns, xlsx.Column{Width: 14})
		head = append(head, xlsx.Text(b.words.head(name)).As(xlsx.HeadRight))
	}
	sheet, err := out.AddSheet(b.words.entries, xlsx.Layout{Columns: columns, Frozen: 1, Filter: 1, Wide: true})
	if err != nil {
		return err
	}
	if err := sheet.Row(head...); err != nil {
		return err
	}
	for part, err := range list.Parts {
		if err != nil {
			return err
		}
		cells := make([]xlsx.Cell, 0, len(columns))
		for _, f := range fields {
			cells = append(cells, f.in(part))
		}
		if err := sheet.Row(append(cells, b.total.cells(part.ElapsedMS, part.ReviewMS)...)...); err != nil {
			return err
		}
	}
	cells := append([]xlsx.Cell{xlsx.Text(b.words.total)}, make([]xlsx.Cell, len(fields)-1)...)
	return sheet.Sum(total(append(cells, b.total.cells(b.total.elapsed, b.total.review)...))...)
}

// in gives the field's cell in a spreadsheet.
func (f entryField) in(part report.Part) xlsx.Cell {
	if f.cell != nil {
		return f.cell(part)
	}
	if text := f.text(part); text != "" {
		return xlsx.Text(text)
	}
	return xlsx.Cell{}
}

func entriesScope(list *report.Entries) scope {
	return scope{list.FirstDay, list.LastDay, list.TimeZone, list.Rounding}
}

// itemLabel is what a work item is called where it stands alone.
func itemLabel(item workitem.WorkItem) string { return joined(" ", item.Type, item.Number, item.Title) }
