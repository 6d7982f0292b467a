package billing

import (
	"fmt"
	"io"
	"strings"

	"timetracker/internal/money"
	"timetracker/internal/pdf"
	"timetracker/internal/plan"
)

// Lengths are in mm, sizes of type in points.
const (
	left    = 22.0
	top     = 20.0
	bottom  = pdf.PageHeight - 24
	width   = pdf.PageWidth - 2*left
	gutter  = 8.0 // between columns
	pointMM = 25.4 / 72
)

var (
	titleFace   = pdf.Face{Bold: true, Size: 24, Grey: 25}
	figureFace  = pdf.Face{Bold: true, Size: 20, Grey: 25}
	brandFace   = pdf.Face{Bold: true, Size: 10, Grey: 110}
	headingFace = pdf.Face{Bold: true, Size: 12, Grey: 25}
	bodyFace    = pdf.Face{Size: 10, Grey: 25}
	listFace    = pdf.Face{Size: 9, Grey: 25}
	quietFace   = pdf.Face{Size: 9, Grey: 95}
	labelFace   = pdf.Face{Size: 8, Grey: 110}
)

// leading is the height of a line.
func leading(f pdf.Face) float64 { return f.Size * pointMM * 1.4 }

// WritePDF writes the statement as PDF. The same statement with the same fonts gives the same bytes. A character that no
// font has, or that would disturb others, stands as its code, such as [U+1F680], and is told of.
func (i Statement) WritePDF(w io.Writer, fonts *pdf.Fonts) (pdf.Unprinted, error) {
	made, err := pdf.New(fonts, pdf.Properties{
		Title: i.title() + " " + i.Number.String(), Producer: "TimeTracker", Language: "en", Made: i.IssuedAt,
	})
	if err != nil {
		return pdf.Unprinted{}, fmt.Errorf("statement %s: %w", i.Number, err)
	}
	s := &sheet{pdf: made}
	s.addPage()
	s.head(i)
	s.amounts(i)
	s.notes(i)
	s.people(i)
	s.foot(i)
	if _, err := made.WriteTo(w); err != nil {
		return pdf.Unprinted{}, fmt.Errorf("statement %s: %w", i.Number, err)
	}
	return made.Unprinted(), nil
}

func (i Statement) title() string {
	if i.Adjustment {
		return "Adjustment"
	}
	return "Statement"
}

// monthName is the statement's month in words.
func (i Statement) monthName() string { return i.Month.From().Format("January 2006") }

// plan describes in words what was bought.
func (i Statement) plan() string {
	name := i.PlanTitle
	if name == "" {
		name = i.PlanID
	}
	switch {
	case i.Model != plan.Seats || i.Seats == 0:
		return name
	case i.Seats == 1:
		return name + ", 1 seat"
	default:
		return fmt.Sprintf("%s, %s seats", name, money.FormatFixed(int64(i.Seats), 0))
	}
}

// sheet is a statement that is being set. y is where the next element goes.
type sheet struct {
	pdf *pdf.Document
	y   float64
}

func (s *sheet) addPage() {
	s.pdf.AddPage()
	s.y = top
}

// head has the seller, what is charged, and then the customer and the document.
func (s *sheet) head(i Statement) {
	from := s.y
	s.seller(i.Seller)
	below := s.y
	s.y = from
	s.put(brandFace, left, width, "L", "TimeTracker")
	s.y += 9
	s.put(titleFace, left, width, "L", i.title())
	s.y = max(s.y+15, below+3)
	s.charge(i)

	const first, second = 80.0, 50.0
	last := i.Month.To().AddDate(0, 0, -1)
	for _, row := range [][]detail{
		{
			{first, bodyFace, "Customer", strings.TrimSpace(i.Customer + "\n" + i.CustomerAddress)},
			{second, bodyFace, "Number", i.Number.String()},
			{width - first - second, bodyFace, "Date", i.IssuedAt.UTC().Format("2 January 2006")},
		},
		{
			{first, bodyFace, "Marketplace subscription", i.SubscriptionID.String()},
			{second, bodyFace, "Period (UTC)", "1 to " + last.Format("2 January 2006")},
			{width - first - second, bodyFace, "Plan", i.plan()},
		},
	} {
		s.details(row)
	}
}

// seller sets whoever sells beside the brand.
func (s *sheet) seller(of Seller) {
	const x, w = left + width - 70, 70.0
	s.put(labelFace, x, w, "R", "Seller")
	s.y += leading(labelFace) + 0.6
	for _, line := range strings.Split(strings.TrimSpace(of.Name+"\n"+of.Address), "\n") {
		s.block(quietFace, x, w, "R", line)
	}
	if of.TaxID != "" {
		s.block(quietFace, x, w, "R", "Tax id "+of.TaxID)
	}
}

// charge sets what Microsoft charges, before everything else.
func (s *sheet) charge(i Statement) {
	label := "Charged by Microsoft for " + i.monthName()
	if i.Adjustment {
		label = "Charged by Microsoft for " + i.monthName() + ", difference"
	}
	s.put(labelFace, left, width, "L", label)
	s.y += leading(labelFace) + 1
	s.block(figureFace, left, width, "L", i.amount())
	if text := i.calculation(); text != "" {
		s.block(quietFace, left, width, "L", text)
	}
	s.y += 2
	s.rule(0)
	s.y++
}

// amount is what Microsoft charges.
func (i Statement) amount() string {
	if !i.ChargeKnown {
		return "Not known to us"
	}
	return i.Currency + " " + money.Format(i.TotalMinor, i.Currency)
}

// calculation is how the amount of seats comes about; empty where the lines say it.
func (i Statement) calculation() string {
	if i.Adjustment || !i.ChargeKnown || i.Model != plan.Seats || len(i.Lines) != 1 {
		return ""
	}
	seats := "1 seat"
	if n := i.Lines[0].Quantity; n != 1 {
		seats = money.FormatFixed(int64(n), 0) + " seats"
	}
	if i.FreeTrial {
		return seats + ", free trial"
	}
	return seats + " at " + i.Currency + " " + money.Format(i.Lines[0].UnitMinor, i.Currency) + " a month"
}

// detail is a text below its label, in a column.
type detail struct {
	width       float64
	face        pdf.Face
	label, text string
}

// details sets a row of them. The row is as high as its highest detail.
func (s *sheet) details(row []detail) {
	began, highest, x := s.y, s.y, left
	for _, d := range row {
		s.y = began
		s.put(labelFace, x, d.width, "L", d.label)
		s.y += leading(labelFace) + 0.6
		s.paragraph(d.face, x, d.width-gutter/2, d.text)
		highest = max(highest, s.y)
		x += d.width
	}
	s.y = highest + 5
}

// amounts sets the table of the lines that make up the total.
func (s *sheet) amounts(i Statement) {
	const text, quantity, unit = 72.0, 22.0, 34.0
	const amount = width - text - quantity - unit
	row := func(f pdf.Face, cells [4]string) {
		s.put(f, left+text, quantity, "R", cells[1])
		s.put(f, left+text+quantity, unit, "R", cells[2])
		s.put(f, left+text+quantity+unit, amount, "R", cells[3])
		s.paragraph(f, left, text, cells[0])
	}
	if i.ChargeKnown {
		row(labelFace, [4]string{"Charged by Microsoft", "Quantity", "Unit price, " + i.Currency, "Amount, " + i.Currency})
		s.rule(1.5)
		for _, line := range i.Lines {
			row(bodyFace, [4]string{
				line.Text, money.FormatFixed(int64(line.Quantity), 0), money.Format(line.UnitMinor, i.Currency),
				money.Format(line.AmountMinor, i.Currency),
			})
			s.y += 2
		}
		s.rule(0)
		total := "Total"
		if i.Adjustment {
			total = "Difference"
		}
		s.put(headingFace, left+text, width-text, "R", i.amount())
		s.put(headingFace, left, text, "L", total)
		s.y += leading(headingFace) + 5
	}
}

// notes explain the numbers.
func (s *sheet) notes(i Statement) {
	if i.Adjustment {
		s.paragraph(quietFace, left, width, "This adjusts what was stated for "+i.monthName()+
			": time was recorded or corrected after that. Quantities and amounts are differences.")
		s.y += 1.5
	}
	s.paragraph(quietFace, left, width, i.Note)
	s.y += 1.5
	s.paragraph(quietFace, left, width, "This is a statement and no invoice. Microsoft collects the money through the Azure "+
		"Marketplace, and Microsoft's document is the invoice for tax. Nothing is to be paid because of this page, and it "+
		"holds no payment data.")
	s.y += 7
}

// people lists who was counted.
func (s *sheet) people(i Statement) {
	if !i.Adjustment {
		s.list("People counted", "The evidence: everybody with recorded time in "+i.monthName()+", once.", i.Active)
		return
	}
	if len(i.Active) > 0 {
		s.list("Counted after all", "Recorded time in "+i.monthName()+", which was not known when it was stated.", i.Active)
	}
	if len(i.Inactive) > 0 {
		s.list("Not counted any more", "Counted for "+i.monthName()+", but have no recorded time in it.", i.Inactive)
	}
}

// list sets people in two columns, each read downwards, on as many pages as needed. Every page repeats its heading.
func (s *sheet) list(heading, explanation string, people []Person) {
	heading += ": " + money.FormatFixed(int64(len(people)), 0)
	const heads = 30 // the heading with its explanation and some people
	if s.y+heads > bottom {
		s.addPage()
	}
	s.put(headingFace, left, width, "L", heading)
	s.y += leading(headingFace) + 0.5
	s.paragraph(quietFace, left, width, explanation)
	s.rule(1.5)

	const column, number = (width - gutter) / 2, 11.0
	x, begins, lowest := left, s.y, s.y
	for n, person := range people {
		lines := s.pdf.Wrap(listFace, column-number, person.Label())
		switch height := float64(len(lines)) * leading(listFace); {
		case s.y+height <= bottom:
		case x == left:
			x, s.y = left+column+gutter, begins
		default:
			s.addPage()
			s.put(headingFace, left, width, "L", heading+", continued")
			s.y += leading(headingFace)
			s.rule(1.5)
			x, begins, lowest = left, s.y, s.y
		}
		s.put(labelFace, x, number-3, "R", money.FormatFixed(int64(n+1), 0))
		for _, line := range lines {
			s.line(listFace, x+number, column-number, "L", line)
			s.y += leading(listFace)
		}
		lowest = max(lowest, s.y)
	}
	s.y = lowest + 9
}

// foot numbers the pages, once all of them exist.
func (s *sheet) foot(i Statement) {
	pages := s.pdf.Pages()
	for n := 1; n <= pages; n++ {
		s.pdf.Turn(n)
		s.y = pdf.PageHeight - 18
		s.rule(0)
		s.put(labelFace, left, width, "L", i.title()+" "+i.Number.String())
		s.put(labelFace, left, width, "R", fmt.Sprintf("Page %d of %d", n, pages))
	}
}

// rule draws a line across the page.
func (s *sheet) rule(above float64) {
	const grey = 190
	s.y += above
	s.pdf.Rule(left, s.y, width, grey)
	s.y += 2.5
}

// put sets one line at y. align is L or R.
func (s *sheet) put(f pdf.Face, x, w float64, align, text string) {
	s.line(f, x, w, align, s.pdf.Line(f, text))
}

// line puts a line at y, its base line a little below the middle. align is L or R.
func (s *sheet) line(f pdf.Face, x, w float64, align string, line pdf.Line) {
	base := s.y + leading(f)/2 + 0.3*f.Size*pointMM
	if align == "R" {
		s.pdf.Right(f, x+w, base, line)
	} else {
		s.pdf.Left(f, x, base, line)
	}
}

// paragraph sets a text from y on, and moves y below it. A line break in it is kept.
func (s *sheet) paragraph(f pdf.Face, x, w float64, text string) {
	for line := range strings.SplitSeq(text, "\n") {
		s.block(f, x, w, "L", line)
	}
}

// block sets a text without line breaks from y on, and moves y below it. align is L or R.
func (s *sheet) block(f pdf.Face, x, w float64, align, text string) {
	for _, line := range s.pdf.Wrap(f, w, text) {
		s.line(f, x, w, align, line)
		s.y += leading(f)
	}
}
