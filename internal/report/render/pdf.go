package render

import (
	"context"
	"fmt"
	"io"
	"strings"

	"timetracker/internal/alert"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/pdf"
	"timetracker/internal/report"
)

// maxPrinted is how many rows a document to print has: some 150 pages.
const maxPrinted = 5000

// tooMuchToPrint is the error for a document with more rows.
func tooMuchToPrint() error {
	return errs.Newf(errs.RuleBroken, "too_many_rows",
		"A document to print has at most %d rows. Choose a shorter range, fewer levels or filters, or a spreadsheet.", maxPrinted)
}

// Printer makes documents to print.
type Printer struct {
	fonts *pdf.Fonts
	raise func(ctx context.Context, a alert.Alert)
}

// NewPrinter gives a Printer with fonts. It raises an alert of characters that none of them has.
func NewPrinter(fonts *pdf.Fonts, raise func(ctx context.Context, a alert.Alert)) *Printer {
	return &Printer{fonts: fonts, raise: raise}
}

// makePages writes what set has put on pages. Operators are told of what stands as codes, without saying whose name it is in.
func (p *Printer) makePages(ctx context.Context, w io.Writer, title string, heading Heading, set func(*pages)) error {
	language := heading.Language
	if language == "" {
		language = English
	}
	made, err := pdf.New(p.fonts, pdf.Properties{Title: title, Producer: "TimeTracker", Language: string(language), Made: heading.MadeAt})
	if err != nil {
		return fmt.Errorf("print a report: %w", err)
	}
	const margin, top, bottom = 22.0, 20.0, pdf.PageHeight - 24
	on := &pages{
		Sheet: pdf.Sheet{Document: made, Margin: margin, Top: top, Bottom: bottom}, words: wordsOf(heading.Language), heading: heading, title: title,
	}
	on.NextPage()
	set(on)
	on.foot()
	if _, err := made.WriteTo(w); err != nil {
		return fmt.Errorf("print a report: %w", err)
	}
	if unprinted := made.Unprinted(); unprinted.Characters > 0 {
		p.raise(ctx, alert.Alert{
			Kind: alert.CharactersNotPrinted,
			Err: fmt.Errorf("report: %d of %s; %d fonts were found in %s", unprinted.Characters, strings.Join(unprinted.Scripts, ", "),
				p.fonts.Found(), strings.Join(p.fonts.Directories, ", ")),
		})
	}
	return nil
}

// Pages is a report to print. It is a Tally: all rows are added before it is written.
type Pages struct {
	printer *Printer
	report  *report.Report
	heading Heading
	rows    int
	whole   branch
}

// Pages begins a report without rows.
func (p *Printer) Pages(r *report.Report, heading Heading) *Pages {
	return &Pages{printer: p, report: r, heading: heading}
}

// Add adds a row. It implements Tally. The error is of kind RuleBroken when there are too many rows to print.
func (p *Pages) Add(row report.Row) error {
	if p.rows++; p.rows > maxPrinted {
		return tooMuchToPrint()
	}
	at := &p.whole
	at.add(row)
	for _, d := range p.report.GroupBy {
		key := keyOf(d, row)
		if last := len(at.parts) - 1; last < 0 || at.parts[last].key != key {
			at.parts = append(at.parts, &branch{key: key, label: label(d, row, wordsOf(p.heading.Language))})
		}
		at = at.parts[len(at.parts)-1]
		at.add(row)
	}
	return nil
}

// Write writes the report as PDF. What is shown adds up at each level.
func (p *Pages) Write(ctx context.Context, w io.Writer) error {
	p.whole.show()
	words := wordsOf(p.heading.Language)
	return p.printer.makePages(ctx, w, words.time, p.heading, func(on *pages) {
		on.head(scopeOf(p.report), p.whole)
		var levels []string
		for _, d := range p.report.GroupBy {
			levels = append(levels, words.head(string(d)))
		}
		on.tableHead = func() {
			on.columns(labelFace, strings.Join(levels, " · "), on.lengthHeads())
		}
		on.show(lengthColumnsOf{p.whole.review != 0, p.whole.billable != 0, p.whole.corrected, p.report.Previous != nil}, p.whole)
		on.beginTable()
		for _, part := range p.whole.parts {
			on.branch(part, len(p.report.GroupBy)-1, 0)
		}
		on.end(p.whole)
	})
}

// branch is a value of a level, with those of the next level below it. Lengths are in ms.
type branch struct {
	key, label string
	amounts
	corrected bool // some of it are adjustments
	parts     []*branch
	shown     lengths
}

// lengths are shown: in minutes, and what was recorded in hundredths of an hour too.
type lengths struct {
	amounts

	hours int64
}

func (b *branch) add(row report.Row) {
	b.amounts.add(row)
	b.corrected = b.corrected || row.AdjustedMS != 0
}

// show decides what is shown of the whole and of its parts.
func (b *branch) show() {
	cut := func(ms int64) int64 { return calendar.Cut(ms, calendar.Minute) }
	b.shown = lengths{
		amounts{cut(b.elapsed), cut(b.review), cut(b.billable), cut(b.adjusted), cut(b.previous)}, calendar.Cut(b.elapsed, calendar.HourCent),
	}
	b.apportion()
}

func (b *branch) apportion() {
	elapsed, billable := b.exact(func(a *amounts) *int64 { return &a.elapsed }), b.exact(func(a *amounts) *int64 { return &a.billable })
	elapsed, billable = calendar.ApportionWithin(b.shown.elapsed, b.shown.billable, elapsed, billable, calendar.Minute)
	for i, part := range b.parts {
		part.shown.elapsed, part.shown.billable = elapsed[i], billable[i]
	}
	for _, length := range []func(*amounts) *int64{
		func(a *amounts) *int64 { return &a.review }, func(a *amounts) *int64 { return &a.adjusted }, func(a *amounts) *int64 { return &a.previous },
	} {
		for i, ms := range calendar.Apportion(*length(&b.shown.amounts), b.exact(length), calendar.Minute) {
			*length(&b.parts[i].shown.amounts) = ms
		}
	}
	b.apportionHours()
	for _, part := range b.parts {
		part.apportion()
	}
}

// exact is a length of each of the parts.
func (b *branch) exact(length func(*amounts) *int64) []int64 {
	lengths := make([]int64, len(b.parts))
	for i, part := range b.parts {
		lengths[i] = *length(&part.amounts)
	}
	return lengths
}

// apportionHours shows the hours of the parts alone.
func (b *branch) apportionHours() {
	elapsed := make([]int64, len(b.parts))
	for i, part := range b.parts {
		elapsed[i] = part.elapsed
	}
	for i, hours := range calendar.Apportion(b.shown.hours, elapsed, calendar.HourCent) {
		b.parts[i].shown.hours = hours
	}
}
