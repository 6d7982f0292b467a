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
		on.seconds, on.approved = p.seconds, true
		on.show(lengthColumnsOf{review: whole.review != 0}, *whole)
		on.head(entriesScope(p.list), *whole)
		on.tableHead = func() {
			times := words.head("start") + " – " + words.head("end")
			on.entryColumns(labelFace, times+" · "+words.head("user"), words.head("work_item"), words.head("approved"))
			on.columns(labelFace, "", on.lengthHeads())
		}
		on.beginTable()
		next := 0
		for _, day := range whole.parts {
			on.room(pdf.Leading(partFace) + 4*pdf.Leading(bodyFace))
			on.row(partFace, 0, on.Wrap(partFace, on.textWidth(0), day.label), on.numbers(*day))
			for _, entry := range day.parts {
				on.entry(p.parts[next], *entry, p.list.Zone)
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
	adjusted := calendar.NewApportionment(unit)
	for _, part := range p.parts {
		if part.Adjusts() {
			adjusted.Add(part.ElapsedMS)
		}
	}
	for _, part := range p.parts {
		day := dayOf(part, p.list.Zone)
		if last := len(whole.parts) - 1; last < 0 || whole.parts[last].key != day.String() {
			whole.parts = append(whole.parts, &branch{key: day.String(), label: w.date(day)})
		}
		of, row := whole.parts[len(whole.parts)-1], part.Row()
		entry := &branch{amounts: amountsOf(row)}
		entry.shown.amounts = p.shown(part, unit, adjusted)
		of.parts = append(of.parts, entry)
		for _, sum := range []*branch{of, whole} {
			sum.add(row)
			sum.shown.elapsed += entry.shown.elapsed
			sum.shown.review += entry.shown.review
			sum.shown.billable += entry.shown.billable
			sum.shown.adjusted += entry.shown.adjusted
		}
	}
	whole.shown.hours = calendar.Cut(whole.elapsed, calendar.HourCent)
	whole.apportionHours()
	for _, day := range whole.parts {
		day.apportionHours()
	}
	return whole
}

// shown is what is shown of a part: the difference of its times, unless it is rounded. Adjustments, which have none, add up to
// what is shown of all of them.
func (p *EntryPages) shown(part report.Part, unit int64, adjusted *calendar.Apportionment) amounts {
	length := part.ElapsedMS + part.ReviewMS
	switch {
	case part.Adjusts():
		length = adjusted.Show(length)
	case p.list.Rounding.Minutes == 0:
		length = (part.To.UnixMilli()/unit - part.From.UnixMilli()/unit) * unit
	}
	if part.Entry.NeedsReview {
		return amounts{review: length}
	}
	shown := amounts{elapsed: length}
	if part.Entry.Billable {
		shown.billable = length
	}
	if part.Adjusts() {
		shown.adjusted = length
	}
	return shown
}

// The columns of entries, in mm. A person stands below the times. Work has what is left.
const (
	timesWidth    = 35.0
	approvedWidth = 17.0
)

// entryColumns sets the columns before the lengths, at Y.
func (p *pages) entryColumns(f pdf.Face, times, work, approved string) {
	p.Put(f, p.Margin, timesWidth, pdf.ToLeft, times)
	p.Put(f, p.Margin+timesWidth, p.workWidth(), pdf.ToLeft, work)
	p.Put(f, p.Margin+timesWidth+p.workWidth()+2, approvedWidth-2, pdf.ToLeft, approved)
}

func (p *pages) workWidth() float64 { return p.textWidth(0) - timesWidth - approvedWidth }

// times are what stands before an entry, or says that it is none.
func (p *pages) times(part report.Part, zone *time.Location) string {
	if part.Adjusts() {
		return p.words.kinds[kindOf(part)]
	}
	layout := "15:04"
	if p.seconds {
		layout = "15:04:05"
	}
	return fmt.Sprintf("%s – %s", part.From.In(zone).Format(layout), part.To.In(zone).Format(layout))
}

// work is what was worked on, and what is said of it.
func (p *pages) work(part report.Part) []string {
	corrects := ""
	if part.Adjusts() {
		corrects = p.words.head("adjusted_day") + ": " + p.words.date(part.Adjustment.ForDay)
	}
	return slices.DeleteFunc([]string{
		cmp.Or(itemLabel(part.WorkItem), p.words.general), joined(" · ", part.WorkItem.Project.Name, part.WorkItem.Site.Name),
		part.Entry.Activity.Name, corrects, cmp.Or(part.Entry.Note, part.Adjustment.Reason),
	}, func(text string) bool { return text == "" })
}

// entry sets an entry. Each of its texts begins a line, since names may be read from right to left.
func (p *pages) entry(part report.Part, of branch, zone *time.Location) {
	work := p.work(part)
	person := p.Wrap(bodyFace, timesWidth-4, part.Entry.User.Name)
	var lines [][]pdf.Line
	height := float64(1+len(person)) * pdf.Leading(bodyFace)
	beside := 0.0
	for i, text := range work {
		lines = append(lines, p.Wrap(workFaces[min(i, 1)], p.workWidth(), text))
		beside += float64(len(lines[i])) * pdf.Leading(workFaces[min(i, 1)])
	}
	height = max(height, beside)
	p.room(height)
	began := p.Y
	p.entryColumns(bodyFace, p.times(part, zone), "", p.words.yesOrNo(part.Approved))
	p.columns(bodyFace, "", p.numbers(of))
	p.Y = began + pdf.Leading(bodyFace)
	for _, line := range person {
		p.PutLine(bodyFace, p.Margin, timesWidth, pdf.ToLeft, line)
		p.Y += pdf.Leading(bodyFace)
	}
	p.Y = began
	for i, each := range lines {
		for _, line := range each {
			p.PutLine(workFaces[min(i, 1)], p.Margin+timesWidth, p.workWidth(), pdf.ToLeft, line)
			p.Y += pdf.Leading(workFaces[min(i, 1)])
		}
	}
	p.Y = began + height + 1
}

// workFaces are those of what was worked on, and of what is said of it.
var workFaces = [2]pdf.Face{bodyFace, {Size: 8.5, Grey: 95}}
