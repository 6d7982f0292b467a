package render

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/pdf"
	"timetracker/internal/report"
)

// second is the unit of lengths where times have seconds, in ms.
const second = int64(time.Second / time.Millisecond)

// EntryPages is a list of entries to print, day by day. It is a PartTally.
type EntryPages struct {
	printer *Printer
	list    *report.Entries
	heading Heading
	parts   []report.Part
	seconds bool
}

// EntryPages begins a list without entries.
func (p *Printer) EntryPages(list *report.Entries, heading Heading) *EntryPages {
	return &EntryPages{printer: p, list: list, heading: heading}
}

// Add adds a part. It implements PartTally. The error is of kind RuleBroken when there are too many entries to print.
func (p *EntryPages) Add(part report.Part) error {
	if len(p.parts) == maxPrinted {
		return tooMuchToPrint()
	}
	p.seconds = p.seconds || hasSeconds(part)
	p.parts = append(p.parts, part)
	return nil
}

// Write writes the list as PDF. A length is the difference of the times beside it, unless it is rounded.
func (p *EntryPages) Write(ctx context.Context, w io.Writer) error {
	words := wordsOf(p.heading.Language)
	whole := p.days(words)
	return p.printer.makePages(ctx, w, words.entries, p.heading, func(on *pages) {
		on.seconds, on.review = p.seconds, whole.review != 0
		on.head(entriesScope(p.list), *whole)
		on.tableHead = func() {
			on.entryColumns(labelFace, [3]string{words.head("start") + " – " + words.head("end"), words.head("user"), words.head("work_item")})
			on.columns(labelFace, "", [3]string{words.head("elapsed"), words.hours, words.review})
		}
		on.beginTable()
		next := 0
		for _, day := range whole.parts {
			on.room(pdf.Leading(partFace) + 4*pdf.Leading(bodyFace))
			on.row(partFace, 0, on.Wrap(partFace, on.textWidth(0), day.label), on.numbers(day.shown))
			for _, entry := range day.parts {
				on.entry(p.parts[next], entry.shown, p.list.Zone)
				next++
			}
			on.Y += 1.5
		}
		on.end(*whole)
	})
}

// days are the entries of each day on which one began, with what is shown of them.
func (p *EntryPages) days(w words) *branch {
	whole := &branch{}
	unit := calendar.Minute
	if p.seconds {
		unit = second
	}
	for _, part := range p.parts {
		day := calendar.DayOf(part.From, p.list.Zone)
		if last := len(whole.parts) - 1; last < 0 || whole.parts[last].key != day.String() {
			whole.parts = append(whole.parts, &branch{key: day.String(), label: w.date(day)})
		}
		of := whole.parts[len(whole.parts)-1]
		entry := &branch{elapsed: part.ElapsedMS, review: part.ReviewMS}
		of.parts = append(of.parts, entry)
		of.add(rowOf(part))
		whole.add(rowOf(part))
		length := part.ElapsedMS + part.ReviewMS
		if p.list.Rounding.Minutes == 0 {
			length = (part.To.UnixMilli()/unit - part.From.UnixMilli()/unit) * unit
		}
		if part.Entry.NeedsReview {
			entry.shown.review = length
		} else {
			entry.shown.minutes = length
		}
		for _, sum := range []*branch{of, whole} {
			sum.shown.minutes += entry.shown.minutes
			sum.shown.review += entry.shown.review
		}
	}
	whole.shown.hours = calendar.Cut(whole.elapsed, calendar.HourCent)
	whole.apportionHours()
	return whole
}

// apportionHours shows the hours of the parts alone.
func (b *branch) apportionHours() {
	elapsed := make([]int64, len(b.parts))
	for i, part := range b.parts {
		elapsed[i] = part.elapsed
	}
	for i, hours := range calendar.Apportion(b.shown.hours, elapsed, calendar.HourCent) {
		b.parts[i].shown.hours = hours
		b.parts[i].apportionHours()
	}
}

// The columns of entries, in mm. Work has what is left.
const (
	timesWidth  = 30.0
	personWidth = 34.0
)

// entryColumns sets the heads of the columns before the lengths, at Y.
func (p *pages) entryColumns(f pdf.Face, texts [3]string) {
	p.Put(f, p.Margin, timesWidth, pdf.ToLeft, texts[0])
	p.Put(f, p.Margin+timesWidth, personWidth, pdf.ToLeft, texts[1])
	p.Put(f, p.Margin+timesWidth+personWidth, p.workWidth(), pdf.ToLeft, texts[2])
}

func (p *pages) workWidth() float64 { return p.textWidth(0) - timesWidth - personWidth }

// entry sets an entry. Each of its texts begins a line, since names may be read from right to left.
func (p *pages) entry(part report.Part, shown lengths, zone *time.Location) {
	layout := "15:04"
	if p.seconds {
		layout = "15:04:05"
	}
	work := slices.DeleteFunc([]string{
		cmp.Or(itemLabel(part.WorkItem), p.words.general), joined(" · ", part.WorkItem.Project.Name, part.WorkItem.Site.Name),
		part.Entry.Activity.Name, part.Entry.Note,
	}, func(text string) bool { return text == "" })
	person := p.Wrap(bodyFace, personWidth-4, part.Entry.User.Name)
	var lines [][]pdf.Line
	height := float64(len(person)) * pdf.Leading(bodyFace)
	beside := 0.0
	for i, text := range work {
		lines = append(lines, p.Wrap(workFaces[min(i, 1)], p.workWidth(), text))
		beside += float64(len(lines[i])) * pdf.Leading(workFaces[min(i, 1)])
	}
	height = max(height, beside)
	p.room(height)
	began := p.Y
	p.Put(bodyFace, p.Margin, timesWidth, pdf.ToLeft, fmt.Sprintf("%s – %s", part.From.In(zone).Format(layout), part.To.In(zone).Format(layout)))
	p.columns(bodyFace, "", p.numbers(shown))
	p.Y = began
	for _, line := range person {
		p.PutLine(bodyFace, p.Margin+timesWidth, personWidth, pdf.ToLeft, line)
		p.Y += pdf.Leading(bodyFace)
	}
	p.Y = began
	for i, each := range lines {
		for _, line := range each {
			p.PutLine(workFaces[min(i, 1)], p.Margin+timesWidth+personWidth, p.workWidth(), pdf.ToLeft, line)
			p.Y += pdf.Leading(workFaces[min(i, 1)])
		}
	}
	p.Y = began + height + 1
}

// workFaces are those of what was worked on, and of what is said of it.
var workFaces = [2]pdf.Face{bodyFace, {Size: 8.5, Grey: 95}}
