package render

import (
	"fmt"
	"image"
	"io"
	"slices"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/report"
	"timetracker/internal/xlsx"
)

const (
	// maxSheets is how many values of the first level get sheets of their own. Programs are slow with more.
	maxSheets = 250
	// maxRows is how many rows one workbook has: no sheet can have more, with its head and its totals.
	maxRows = xlsx.MaxRows - 2
	// maxGroups is how many values of the first level the summary lists.
	maxGroups = 1000
)

// Heading is what a file says beside its rows.
type Heading struct {
	Organization string
	Language     Language
	MadeAt       time.Time
	Filters      []report.Narrowed
	Logo         image.Image // on pages to print; nil: none
}

// scope is what a file is of.
type scope struct {
	first, last calendar.Day
	zone        string
	rounding    report.Rounding
	previous    *report.Previous // nil: nothing is compared
	target      *report.Target   // nil: there is none
	leftOut     int              // people whose time isn't in it
}

func scopeOf(r *report.Report) scope {
	return scope{r.FirstDay, r.LastDay, r.TimeZone, r.Rounding, r.Previous, r.Target, r.LeftOut}
}

// Workbook is a report as a spreadsheet. It is a Tally: all rows are added before it is written.
type Workbook struct {
	report   *report.Report
	heading  Heading
	words    words
	separate bool // a sheet for each value of the first level

	rows   int
	total  sums
	groups []group // of the first level; nil when there are too many for the summary
	many   bool
}

// group is a value of the first level.
type group struct {
	key, label string
	amounts
}

// NewWorkbook begins a workbook. separate wants a sheet for each value of the first level, which needs two levels: the error
// is of kind RuleBroken then.
func NewWorkbook(r *report.Report, heading Heading, separate bool) (*Workbook, error) {
	if separate && len(r.GroupBy) < 2 {
		return nil, errs.New(errs.RuleBroken, "sheets_invalid", "A sheet for each value of the first level needs a report with two levels.").
			WithField("sheets", "one_level", "needs two dimensions in group_by")
	}
	return &Workbook{report: r, heading: heading, words: wordsOf(heading.Language), separate: separate}, nil
}

// Add adds a row. It implements Tally. The error is of kind RuleBroken when the workbook would have too many rows or sheets.
func (b *Workbook) Add(row report.Row) error {
	if b.rows++; b.rows > maxRows {
		return tooManyRows()
	}
	b.total.add(row)
	first := b.report.GroupBy[0]
	key := keyOf(first, row)
	if last := len(b.groups) - 1; !b.many && (last < 0 || b.groups[last].key != key) {
		switch {
		case b.separate && len(b.groups) == maxSheets:
			return errs.Newf(errs.RuleBroken, "too_many_sheets",
				"A spreadsheet has at most %d sheets. Choose a first level with fewer values, or one sheet for all.", maxSheets)
		case len(b.groups) == maxGroups:
			b.groups, b.many = nil, true
		default:
			b.groups = append(b.groups, group{key: key, label: label(first, row, b.words)})
		}
	}
	if last := len(b.groups) - 1; last >= 0 {
		b.groups[last].add(row)
	}
	return nil
}

func tooManyRows() error {
	return errs.Newf(errs.RuleBroken, "too_many_rows",
		"A spreadsheet has at most %d rows. Choose a shorter range or fewer levels, or a CSV file.", maxRows)
}

func (b *Workbook) lengths() lengthCells {
	return lengthCells{sums: b.total, compared: b.report.Previous != nil}
}

// Write writes the workbook, while it reads the report's rows again. Lengths are exact, and so are their sums.
func (b *Workbook) Write(w io.Writer) error {
	out, err := xlsx.New(w, xlsx.Properties{Title: b.words.time + ", " + b.words.days(b.report.FirstDay, b.report.LastDay), Producer: "TimeTracker", Made: b.heading.MadeAt})
	if err != nil {
		return err
	}
	if err := b.summary(out); err != nil {
		return err
	}
	if err := b.details(out); err != nil {
		return err
	}
	return out.Close()
}

// lengthCells are the columns of lengths in a spreadsheet whose rows have the sums. Time and time under review are parts of
// a day, with seconds where one of them has some. The others are hours. Excel shows no negative part of a day, so where one
// would be, hours say it alone.
type lengthCells struct {
	sums

	compared bool // with the range before
}

func (l lengthCells) names() []string {
	var names []string
	if !l.negative {
		names = append(names, "elapsed")
	}
	names = append(names, "hours", "needs_review", "billable_hours")
	if l.corrected {
		names = append(names, "adjusted_hours")
	}
	if l.compared {
		names = append(names, "previous_hours")
	}
	return names
}

func (l lengthCells) cells(of amounts) []xlsx.Cell {
	length := func(ms int64) xlsx.Cell {
		if l.seconds {
			return xlsx.Duration(ms).As(xlsx.Seconds)
		}
		return xlsx.Duration(ms)
	}
	var cells []xlsx.Cell
	if !l.negative {
		cells = append(cells, length(of.elapsed))
	}
	cells = append(cells, xlsx.Hours(of.elapsed), length(of.review), xlsx.Hours(of.billable))
	if l.corrected {
		cells = append(cells, xlsx.Hours(of.adjusted))
	}
	if l.compared {
		cells = append(cells, xlsx.Hours(of.previous))
	}
	return cells
}

func (l lengthCells) heads(w words) []xlsx.Cell {
	var heads []xlsx.Cell
	for _, name := range l.names() {
		heads = append(heads, xlsx.Text(w.head(name)).As(xlsx.HeadRight))
	}
	return heads
}

func (l lengthCells) columns() []xlsx.Column {
	return slices.Repeat([]xlsx.Column{{Width: 16}}, len(l.names()))
}

// summary is the layout of the first sheet.
func (l lengthCells) summary() xlsx.Layout {
	return xlsx.Layout{Columns: append([]xlsx.Column{{Width: 44}}, l.columns()...)}
}

// summary is the first sheet.
func (b *Workbook) summary(out *xlsx.Workbook) error {
	sheet, err := out.AddSheet(b.words.summary, b.lengths().summary())
	if err != nil {
		return err
	}
	for _, row := range append(facts(b.words.time, scopeOf(b.report), b.heading), b.totals()...) {
		if err := sheet.Row(row...); err != nil {
			return err
		}
	}
	return nil
}

// facts say what a file is of.
func facts(title string, of scope, h Heading) [][]xlsx.Cell {
	w := wordsOf(h.Language)
	fact := func(name, text string) []xlsx.Cell {
		return []xlsx.Cell{xlsx.Text(name).As(xlsx.Quiet), xlsx.Text(text)}
	}
	rows := [][]xlsx.Cell{
		{xlsx.Text(title).As(xlsx.Title)},
		fact(w.organization, h.Organization),
		fact(w.period, w.days(of.first, of.last)),
		fact(w.zone, of.zone),
		fact(w.rounding, w.round(of.rounding)),
	}
	if of.leftOut > 0 {
		rows = append(rows, fact(w.leftOut, w.people(of.leftOut)))
	}
	if of.previous != nil {
		rows = append(rows, fact(w.compared, w.days(of.previous.FirstDay, of.previous.LastDay)))
	}
	for _, narrowed := range h.Filters {
		for i, text := range w.values(narrowed) {
			name := ""
			if i == 0 {
				name = w.head(narrowed.By)
			}
			rows = append(rows, fact(name, text))
		}
	}
	if zone, err := calendar.LoadZone(of.zone); err == nil {
		rows = append(rows, []xlsx.Cell{xlsx.Text(w.made).As(xlsx.Quiet), xlsx.Clock(h.MadeAt.In(zone))})
	}
	return append(rows, nil)
}

// totals are the sums of all rows, with the target and, where there are several levels, those of the first one.
func (b *Workbook) totals() [][]xlsx.Cell {
	head, lengths := []xlsx.Cell{xlsx.Text("").As(xlsx.Head)}, b.lengths()
	if len(b.report.GroupBy) > 1 && len(b.groups) > 0 {
		head[0] = xlsx.Text(fmt.Sprintf(b.words.byFirst, b.words.head(string(b.report.GroupBy[0])))).As(xlsx.Head)
	}
	rows := [][]xlsx.Cell{append(head, lengths.heads(b.words)...)}
	if len(b.report.GroupBy) > 1 {
		for _, g := range b.groups {
			rows = append(rows, append([]xlsx.Cell{xlsx.Text(g.label)}, lengths.cells(g.amounts)...))
		}
	}
	rows = append(rows, total(append([]xlsx.Cell{xlsx.Text(b.words.total)}, lengths.cells(b.total.amounts)...)))
	if target := b.report.Target; target != nil {
		until := slices.Index(lengths.names(), "hours") + 1
		line := func(name string, ms int64) []xlsx.Cell {
			return append([]xlsx.Cell{xlsx.Text(name)}, lengths.cells(amounts{elapsed: ms})[:until]...)
		}
		rows = append(rows, nil, line(b.words.target, target.MS), line(b.words.missing, target.Missing(b.total.elapsed)),
			line(b.words.excess, target.Excess(b.total.elapsed)))
	}
	return rows
}

// total makes a row of sums of cells.
func total(cells []xlsx.Cell) []xlsx.Cell {
	for i := range cells {
		cells[i] = cells[i].Total()
	}
	return cells
}

// details are the sheets with the rows.
func (b *Workbook) details(out *xlsx.Workbook) error {
	table := newDetails(b, out)
	for row, err := range b.report.Rows {
		if err != nil {
			return err
		}
		if err := table.add(row); err != nil {
			return err
		}
	}
	return table.end()
}

// details is the table with the rows, on one sheet or on several.
type details struct {
	book    *Workbook
	out     *xlsx.Workbook
	fields  []field // of a sheet
	lengths lengthCells
	sheet   *xlsx.Sheet
	key     string  // of the first level's value whose sheet it is
	sums    amounts // of the sheet
}

func newDetails(b *Workbook, out *xlsx.Workbook) *details {
	d := &details{book: b, out: out, lengths: b.lengths()}
	shown := b.report.GroupBy
	if b.separate {
		shown = shown[1:]
	}
	for _, dimension := range shown {
		for _, f := range fieldsOf(dimension, b.words) {
			if f.width > 0 {
				d.fields = append(d.fields, f)
			}
		}
	}
	return d
}

func (d *details) add(row report.Row) error {
	if first := d.book.report.GroupBy[0]; d.sheet == nil || (d.book.separate && keyOf(first, row) != d.key) {
		name := d.book.words.details
		if d.book.separate {
			d.key, name = keyOf(first, row), label(first, row, d.book.words)
		}
		if err := d.begin(name); err != nil {
			return err
		}
	}
	d.sums.add(row)
	cells := make([]xlsx.Cell, 0, len(d.fields)+len(d.lengths.names())+1)
	for _, f := range d.fields {
		cells = append(cells, f.in(row))
	}
	cells = append(cells, d.lengths.cells(amountsOf(row))...)
	return d.sheet.Row(append(cells, xlsx.Integer(row.Entries))...)
}

// begin begins a sheet.
func (d *details) begin(name string) error {
	if err := d.finish(); err != nil {
		return err
	}
	var columns []xlsx.Column
	var head []xlsx.Cell
	for _, f := range d.fields {
		columns = append(columns, xlsx.Column{Width: f.width})
		head = append(head, xlsx.Text(d.book.words.head(f.name)).As(xlsx.Head))
	}
	columns = append(append(columns, d.lengths.columns()...), xlsx.Column{Width: 14})
	head = append(append(head, d.lengths.heads(d.book.words)...), xlsx.Text(d.book.words.head("entries")).As(xlsx.HeadRight))
	sheet, err := d.out.AddSheet(name, xlsx.Layout{Columns: columns, Frozen: 1, Filter: 1, Wide: true})
	if err != nil {
		return err
	}
	d.sheet, d.sums = sheet, amounts{}
	return sheet.Row(head...)
}

// finish writes the totals of a sheet. There is none of entries, since one may be in several rows.
func (d *details) finish() error {
	if d.sheet == nil {
		return nil
	}
	cells := append([]xlsx.Cell{xlsx.Text(d.book.words.total)}, make([]xlsx.Cell, len(d.fields)-1)...)
	return d.sheet.Sum(total(append(append(cells, d.lengths.cells(d.sums)...), xlsx.Cell{}))...)
}

// end ends the last sheet. A report without rows has one with a head.
func (d *details) end() error {
	if d.sheet == nil {
		if err := d.begin(d.book.words.details); err != nil {
			return err
		}
	}
	return d.finish()
}
