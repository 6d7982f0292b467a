package render

import (
	"fmt"

	"timetracker/internal/calendar"
	"timetracker/internal/pdf"
)

// Lengths are in mm, sizes of type in points.
const (
	indent  = 5.0  // of each level
	signing = 38.0 // the room of the lines to sign on
)

var (
	titleFace   = pdf.Face{Bold: true, Size: 22, Grey: 25}
	figureFace  = pdf.Face{Bold: true, Size: 18, Grey: 25}
	brandFace   = pdf.Face{Bold: true, Size: 10, Grey: 110}
	headingFace = pdf.Face{Bold: true, Size: 11, Grey: 25}
	partFace    = pdf.Face{Bold: true, Size: 9.5, Grey: 25}
	bodyFace    = pdf.Face{Size: 9.5, Grey: 25}
	quietFace   = pdf.Face{Size: 9, Grey: 95}
	labelFace   = pdf.Face{Size: 8, Grey: 110}
)

// pages are what is printed of a report.
type pages struct {
	pdf.Sheet

	words     words
	heading   Heading
	title     string
	lengths   lengthColumnsOf
	widths    []float64 // of their columns
	seconds   bool      // times and lengths have seconds
	approved  bool      // entries say whether they are
	tableHead func()
}

// head says whose report it is, of what, and how much it comes to.
func (p *pages) head(of scope, whole branch) {
	beside := p.logo()
	p.Block(brandFace, p.Margin, p.Width()-beside, pdf.ToLeft, p.heading.Organization)
	p.Y += 2
	p.Block(titleFace, p.Margin, p.Width()-beside, pdf.ToLeft, p.title)
	p.Y += 3
	p.facts([]fact{
		{p.words.period, []string{p.words.days(of.first, of.last)}}, {p.words.zone, []string{of.zone}}, {p.words.rounding, []string{p.words.round(of.rounding)}},
	})
	var filters []fact
	if of.previous != nil {
		filters = append(filters, fact{p.words.compared, []string{p.words.days(of.previous.FirstDay, of.previous.LastDay)}})
	}
	for _, f := range p.heading.Filters {
		filters = append(filters, fact{p.words.head(f.By), p.words.values(f)})
	}
	for len(filters) > 0 {
		row := filters[:min(3, len(filters))]
		p.facts(row)
		filters = filters[len(row):]
	}
	p.Across(0)
	p.Put(labelFace, p.Margin, p.Width(), pdf.ToLeft, p.words.total)
	p.Y += pdf.Leading(labelFace) + 0.6
	p.Block(figureFace, p.Margin, p.Width(), pdf.ToLeft,
		p.length(whole.shown.elapsed)+" h · "+p.words.decimalHours(whole.shown.hours)+" "+p.words.hours)
	for _, text := range p.remarks(of, whole) {
		p.Block(quietFace, p.Margin, p.Width(), pdf.ToLeft, text)
	}
	p.Y += 5
}

// remarks say of what the total is, and what it is held against.
func (p *pages) remarks(of scope, whole branch) (texts []string) {
	if whole.billable != 0 {
		texts = append(texts, p.words.head("billable")+": "+p.length(whole.shown.billable)+" h")
	}
	if whole.corrected {
		texts = append(texts, p.words.corrections+": "+p.length(whole.shown.adjusted)+" h")
	}
	if whole.review != 0 {
		texts = append(texts, p.words.review+": "+p.length(whole.shown.review)+" h. "+p.words.reviewNote)
	}
	if whole.shown.elapsed != calendar.Cut(whole.elapsed, p.unit()) {
		texts = append(texts, p.words.exact+": "+p.exact(whole.elapsed)+" h. "+p.words.exactNote)
	}
	if of.leftOut > 0 {
		texts = append(texts, p.words.leftOut+": "+p.words.people(of.leftOut))
	}
	if of.target == nil {
		return texts
	}
	held := p.words.target + ": " + p.length(of.target.MS) + " h"
	// What is shown of both adds up to the target as it is shown.
	if missing := of.target.Missing(whole.shown.elapsed); missing > 0 {
		held += " · " + p.words.missing + ": " + p.length(missing) + " h"
	} else if excess := of.target.Excess(whole.shown.elapsed); excess > 0 {
		held += " · " + p.words.excess + ": " + p.length(excess) + " h"
	}
	return append(texts, held)
}

// logo puts the logo into the upper right corner, and gives the width that it takes.
func (p *pages) logo() float64 {
	const width, height = 50.0, 18.0
	if p.heading.Logo == nil {
		return 0
	}
	size := p.heading.Logo.Bounds().Size()
	shown := min(width, height*float64(size.X)/float64(size.Y))
	p.Picture(p.heading.Logo, p.Margin+p.Width()-shown, p.Top, width, height)
	return width + 6
}

// fact is a label with the texts below it.
type fact struct {
	label string
	texts []string
}

// facts sets up to three beside each other. A text is a line of its own, since names may be read from right to left.
func (p *pages) facts(row []fact) {
	const most = 8 // lines of one
	column := p.Width() / 3
	began, lowest := p.Y, p.Y
	for i, f := range row {
		x := p.Margin + float64(i)*column
		p.Y = began
		p.Put(labelFace, x, column, pdf.ToLeft, f.label)
		p.Y += pdf.Leading(labelFace) + 0.6
		for n, text := range f.texts {
			if n == most && len(f.texts) > most+1 {
				p.Block(quietFace, x, column-4, pdf.ToLeft, fmt.Sprintf("+ %d", len(f.texts)-most))
				break
			}
			p.Block(bodyFace, x, column-4, pdf.ToLeft, text)
		}
		lowest = max(lowest, p.Y)
	}
	p.Y = lowest + 4
}

// lengthColumnsOf are the columns with lengths, beside time and hours.
type lengthColumnsOf struct{ review, billable, corrected, compared bool }

// of picks from the lengths of a row those that have a column.
func (l lengthColumnsOf) of(elapsed, hours, review, billable, adjusted, previous string) []string {
	picked := []string{elapsed, hours}
	for _, column := range []struct {
		shown bool
		text  string
	}{{l.review, review}, {l.billable, billable}, {l.corrected, adjusted}, {l.compared, previous}} {
		if column.shown {
			picked = append(picked, column.text)
		}
	}
	return picked
}

// show decides which columns with lengths there are, and how wide they are. Few are wider than they need be. Names have what
// is left.
func (p *pages) show(lengths lengthColumnsOf, whole branch) {
	p.lengths, p.widths = lengths, nil
	heads, numbers := p.lengthHeads(), p.numbers(whole)
	least := 24.0
	if len(heads) > 3 || p.approved {
		least = 16
	}
	const gap = 3
	for i, head := range heads {
		needed := max(p.Line(labelFace, head).Width(labelFace), p.Line(headingFace, numbers[i]).Width(headingFace))
		p.widths = append(p.widths, max(least, needed+gap))
	}
}

func (p *pages) lengthHeads() []string {
	w := p.words
	return p.lengths.of(w.head("elapsed"), w.hours, w.review, w.head("billable"), w.corrections, w.compared)
}

// columns sets a row of the table, with its lengths at the right.
func (p *pages) columns(f pdf.Face, text string, numbers []string) {
	x := p.Margin + p.Width() - p.lengthsWidth()
	for i, number := range numbers {
		p.Put(f, x, p.widths[i], pdf.ToRight, number)
		x += p.widths[i]
	}
	p.Block(f, p.Margin, p.textWidth(0), pdf.ToLeft, text)
}

// textWidth is the room beside the lengths, at a level.
func (p *pages) textWidth(level int) float64 {
	return p.Width() - p.lengthsWidth() - 4 - indent*float64(level)
}

func (p *pages) lengthsWidth() (all float64) {
	for _, width := range p.widths {
		all += width
	}
	return all
}

func (p *pages) beginTable() {
	p.tableHead()
	p.Across(1)
}

// room begins another page, with the table's head, when the lines don't fit on this one.
func (p *pages) room(height float64) {
	if p.Y+height > p.Bottom {
		p.NextPage()
		p.beginTable()
	}
}

// numbers are the lengths of a row. Those of nothing are empty, but for time and hours.
func (p *pages) numbers(of branch) []string {
	length := func(exact, shown int64) string {
		if exact == 0 {
			return ""
		}
		return p.length(shown)
	}
	return p.lengths.of(p.length(of.shown.elapsed), p.words.decimalHours(of.shown.hours), length(of.review, of.shown.review),
		length(of.billable, of.shown.billable), length(of.adjusted, of.shown.adjusted), length(of.previous, of.shown.previous))
}

// branch sets a value of a level. below is how many levels there are below it.
func (p *pages) branch(b *branch, below, level int) {
	face := bodyFace
	if below > 0 {
		face = partFace
	}
	lines := p.Wrap(face, p.textWidth(level), b.label)
	height := float64(len(lines)) * pdf.Leading(face)
	needed := height
	if below > 0 { // no value stands alone at the bottom of a page
		needed += float64(below) * pdf.Leading(bodyFace) * 1.5
		if level == 0 && p.Y+needed <= p.Bottom {
			p.Y += 1.5
		}
	}
	p.room(needed)
	p.row(face, level, lines, p.numbers(*b))
	for _, part := range b.parts {
		p.branch(part, below-1, level+1)
	}
}

// row sets lines with the lengths beside the first one.
func (p *pages) row(f pdf.Face, level int, lines []pdf.Line, numbers []string) {
	began := p.Y
	p.columns(f, "", numbers)
	p.Y = began
	for _, line := range lines {
		if p.Y+pdf.Leading(f) > p.Bottom {
			p.NextPage()
			p.beginTable()
		}
		p.PutLine(f, p.Margin+indent*float64(level), p.textWidth(level), pdf.ToLeft, line)
		p.Y += pdf.Leading(f)
	}
	p.Y += 0.6
}

// end sets the totals and, on the same page, the lines to sign on: nobody signs a page without figures.
func (p *pages) end(whole branch) {
	p.room(pdf.Leading(headingFace) + 4 + signing)
	p.Across(1)
	p.columns(headingFace, p.words.total, p.numbers(whole))
	p.Y += signing - 14
	half := (p.Width() - 12) / 2
	for i, name := range []string{fmt.Sprintf(p.words.forSupplier, p.heading.Organization), p.words.forCustomer} {
		x, y := p.Margin+float64(i)*(half+12), p.Y
		p.Rule(x, p.Y, half, 120)
		p.Y += 1.5
		p.Put(labelFace, x, half, pdf.ToLeft, p.words.signature)
		p.Y += pdf.Leading(labelFace)
		p.Block(labelFace, x, half, pdf.ToLeft, name)
		p.Y = y
	}
}

// length writes a length, with seconds where times have some.
func (p *pages) length(ms int64) string {
	if !p.seconds {
		return p.words.length(ms)
	}
	seconds, sign := signed(ms / second)
	return fmt.Sprintf("%s%s:%02d", sign, p.words.length(seconds*second), seconds%60)
}

// unit is what lengths are shown in, in ms.
func (p *pages) unit() int64 {
	if p.seconds {
		return second
	}
	return calendar.Minute
}

// exact writes a length with its milliseconds.
func (p *pages) exact(ms int64) string {
	amount, sign := signed(ms)
	return fmt.Sprintf("%s%s:%02d%s%03d", sign, p.words.length(amount), amount/second%60, p.words.decimal, amount%second)
}

// foot numbers the pages, once all of them exist.
func (p *pages) foot() {
	count := p.Pages()
	for n := 1; n <= count; n++ {
		p.Turn(n)
		p.Y = pdf.PageHeight - 18
		p.Across(0)
		p.Put(labelFace, p.Margin, p.Width(), pdf.ToLeft, p.title+" · "+p.heading.Organization)
		p.Put(labelFace, p.Margin, p.Width(), pdf.ToRight, fmt.Sprintf(p.words.page, n, count))
	}
}
