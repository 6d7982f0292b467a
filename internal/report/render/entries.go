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
		name: name, width: 17, text: ofEntry(func(p report.Part) string { return of(p).In(zone).Format(layout) }),
		cell: func(p report.Part) xlsx.Cell {
			if p.Adjusts() {
				return xlsx.Cell{}
			}
			return xlsx.Clock(of(p).In(zone)).As(style)
		},
	}
}

// ofEntry is a text that adjustments don't have.
func ofEntry(text func(report.Part) string) func(report.Part) string {
	return func(p report.Part) string {
		if p.Adjusts() {
			return ""
		}
		return text(p)
	}
}

// dayField is a column with a day. The zero day is an empty cell.
func dayField(name string, width float64, of func(report.Part) calendar.Day) entryField {
	return entryField{
		name: name, width: width, text: func(p report.Part) string {
			if day := of(p); day != (calendar.Day{}) {
				return day.String()
			}
			return ""
		},
		cell: func(p report.Part) xlsx.Cell {
			day := of(p)
			if day == (calendar.Day{}) {
				return xlsx.Cell{}
			}
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

// dayOf is the day on which a part begins, or on which an adjustment counts.
func dayOf(p report.Part, zone *time.Location) calendar.Day {
	if p.Adjusts() {
		return p.Adjustment.Day
	}
	return calendar.DayOf(p.From, zone)
}

// kindOf is what a part is called in CSV.
func kindOf(p report.Part) string {
	switch {
	case p.Adjustment.Settles():
		return "settlement"
	case p.Adjusts():
		return "adjustment"
	default:
		return "entry"
	}
}

// listed is what a file has to know of all of its entries.
type listed struct{ seconds, adjusted bool }

func (l *listed) add(p report.Part) {
	l.seconds, l.adjusted = l.seconds || hasSeconds(p), l.adjusted || p.Adjusts()
}

// entryFields are the columns before the lengths. Times are those of the part, so that its length is their difference.
func entryFields(zone *time.Location, of listed, w words) []entryField {
	from, to := func(p report.Part) time.Time { return p.From }, func(p report.Part) time.Time { return p.To }
	textOf := func(name string, width float64, of func(report.Part) string) entryField {
		return entryField{name: name, width: width, text: of}
	}
	fields := []entryField{
		textOf("entry_id", 0, ofEntry(func(p report.Part) string { return p.Entry.ID.String() })),
		dayField("day", 12, func(p report.Part) calendar.Day { return dayOf(p, zone) }),
		clockField("start", from, zone, of.seconds),
		textOf("end_day", 0, ofEntry(func(p report.Part) string { return calendar.DayOf(p.To, zone).String() })),
		clockField("end", to, zone, of.seconds),
		textOf("started_at", 0, ofEntry(func(p report.Part) string { return calendar.FormatInstant(p.From) })),
		textOf("stopped_at", 0, ofEntry(func(p report.Part) string { return calendar.FormatInstant(p.To) })),
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
		flagField("approved", func(p report.Part) bool { return p.Approved }, w),
	}
	return append(fields, adjustmentFields(of.adjusted, w)...)
}

// adjustmentFields are the columns that say what was adjusted. A spreadsheet has them where something was.
func adjustmentFields(adjusted bool, w words) []entryField {
	width := func(wide float64) float64 {
		if !adjusted {
			return 0
		}
		return wide
	}
	return []entryField{
		{name: "kind", width: width(14), text: kindOf, cell: func(p report.Part) xlsx.Cell { return xlsx.Text(w.kinds[kindOf(p)]) }},
		{name: "adjustment_id", text: func(p report.Part) string { return p.Adjustment.ID.String() }},
		dayField("adjusted_day", width(16), func(p report.Part) calendar.Day { return p.Adjustment.ForDay }),
		{name: "reason", width: width(48), text: func(p report.Part) string { return p.Adjustment.Reason }},
	}
}

// EntriesCSV is a list of entries as CSV. It is a PartTally.
type EntriesCSV struct {
	shown apportioned
	of    listed
}

// NewEntriesCSV begins without entries.
func NewEntriesCSV() *EntriesCSV { return &EntriesCSV{shown: newApportioned(calendar.HourCent)} }

// Add adds a part. It implements PartTally, and gives no error.
func (c *EntriesCSV) Add(part report.Part) error {
	c.of.add(part)
	c.shown.add(part.Row())
	return nil
}

// hasSeconds says whether a part begins or ends within a minute, or an adjustment is of no whole minutes.
func hasSeconds(part report.Part) bool {
	if part.Adjusts() {
		return part.Adjustment.Length%time.Minute != 0
	}
	return !part.From.Truncate(time.Minute).Equal(part.From) || !part.To.Truncate(time.Minute).Equal(part.To)
}

// Write writes the list, in the form of WriteCSV, while it reads the parts again.
func (c *EntriesCSV) Write(w io.Writer, list *report.Entries, style Style) error {
	fields, columns := entryFields(list.Zone, c.of, english), lengthColumns{}
	names := make([]string, 0, len(fields)+9)
	for _, f := range fields {
		names = append(names, f.name)
	}
	names = append(names, columns.names()...)
	return writeTable(w, style, entriesScope(list), names, func(yield func([]string, error) bool) {
		var total amounts
		for part, err := range list.Parts {
			if err != nil {
				yield(nil, err)
				return
			}
			cells := make([]string, 0, len(names))
			for _, f := range fields {
				cells = append(cells, f.text(part))
			}
			row := part.Row()
			total.add(row)
			exact := amountsOf(row)
			if !yield(append(cells, columns.cells(style, exact, c.shown.show(exact), "")...), nil) {
				return
			}
		}
		cells := append([]string{"total"}, make([]string, len(fields)-1)...)
		yield(append(cells, columns.totals(style, total, c.shown.whole())...), nil)
	})
}

// EntriesWorkbook is a list of entries as a spreadsheet. It is a PartTally.
type EntriesWorkbook struct {
	heading Heading
	words   words
	rows    int
	total   sums
	of      listed
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
	b.of.add(part)
	b.total.add(part.Row())
	return nil
}

// Write writes the workbook, while it reads the parts again.
func (b *EntriesWorkbook) Write(w io.Writer, list *report.Entries) error {
	of, columns := entriesScope(list), lengthCells{sums: b.total}
	out, err := xlsx.New(w, xlsx.Properties{
		Title: b.words.entries + ", " + b.words.days(of.first, of.last), Producer: "TimeTracker", Made: b.heading.MadeAt,
	})
	if err != nil {
		return err
	}
	summary, err := out.AddSheet(b.words.summary, columns.summary())
	if err != nil {
		return err
	}
	rows := append(facts(b.words.entries, of, b.heading), append([]xlsx.Cell{xlsx.Text("").As(xlsx.Head)}, columns.heads(b.words)...),
		total(append([]xlsx.Cell{xlsx.Text(b.words.total)}, columns.cells(b.total.amounts)...)))
	for _, row := range rows {
		if err := summary.Row(row...); err != nil {
			return err
		}
	}
	if err := b.list(out, list, columns); err != nil {
		return err
	}
	return out.Close()
}

// list is the sheet with the entries.
func (b *EntriesWorkbook) list(out *xlsx.Workbook, list *report.Entries, lengths lengthCells) error {
	var fields []entryField
	var columns []xlsx.Column
	var head []xlsx.Cell
	for _, f := range entryFields(list.Zone, b.of, b.words) {
		if f.width > 0 {
			fields, columns = append(fields, f), append(columns, xlsx.Column{Width: f.width})
			head = append(head, xlsx.Text(b.words.head(f.name)).As(xlsx.Head))
		}
	}
	sheet, err := out.AddSheet(b.words.entries, xlsx.Layout{Columns: append(columns, lengths.columns()...), Frozen: 1, Filter: 1, Wide: true})
	if err != nil {
		return err
	}
	if err := sheet.Row(append(head, lengths.heads(b.words)...)...); err != nil {
		return err
	}
	for part, err := range list.Parts {
		if err != nil {
			return err
		}
		cells := make([]xlsx.Cell, 0, len(columns)+len(lengths.names()))
		for _, f := range fields {
			cells = append(cells, f.in(part))
		}
		if err := sheet.Row(append(cells, lengths.cells(amountsOf(part.Row()))...)...); err != nil {
			return err
		}
	}
	cells := append([]xlsx.Cell{xlsx.Text(b.words.total)}, make([]xlsx.Cell, len(fields)-1)...)
	return sheet.Sum(total(append(cells, lengths.cells(b.total.amounts)...))...)
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
	return scope{first: list.FirstDay, last: list.LastDay, zone: list.TimeZone, rounding: list.Rounding, leftOut: list.LeftOut}
}

// itemLabel is what a work item is called where it stands alone.
func itemLabel(item workitem.WorkItem) string { return joined(" ", item.Type, item.Number, item.Title) }
