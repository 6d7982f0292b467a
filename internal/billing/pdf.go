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
	left   = 22.0
	top    = 20.0
	bottom = pdf.PageHeight - 24
	width  = pdf.PageWidth - 2*left
	gutter = 8.0 // between columns
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

// WritePDF writes the statement as PDF. The same statement with the same fonts gives the same bytes. A character that no
// font has, or that would disturb others, stands as its code, such as [U+1F680], and is told of.
func (i Statement) WritePDF(w io.Writer, fonts *pdf.Fonts) (pdf.Unprinted, error) {
	made, err := pdf.New(fonts, pdf.Properties{
		Title: i.title() + " " + i.Number.String(), Producer: "TimeTracker", Language: "en", Made: i.IssuedAt,
	})
	if err != nil {
		return pdf.Unprinted{}, fmt.Errorf("statement %s: %w", i.Number, err)
	}
	s := &sheet{pdf.Sheet{Document: made, Margin: left, Top: top, Bottom: bottom}}
	s.NextPage()
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

// sheet is a statement that is being set.
type sheet struct{ pdf.Sheet }

// head has the seller, what is charged, and then the customer and the document.
func (s *sheet) head(i Statement) {
	from := s.Y
	s.seller(i.Seller)
	below := s.Y
	s.Y = from
	s.Put(brandFace, left, width, pdf.ToLeft, "TimeTracker")
	s.Y += 9
	s.Put(titleFace, left, width, pdf.ToLeft, i.title())
	s.Y = max(s.Y+15, below+3)
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
	s.Put(labelFace, x, w, pdf.ToRight, "Seller")
	s.Y += pdf.Leading(labelFace) + 0.6
	for _, line := range strings.Split(strings.TrimSpace(of.Name+"\n"+of.Address), "\n") {
		s.Block(quietFace, x, w, pdf.ToRight, line)
	}
	if of.TaxID != "" {
		s.Block(quietFace, x, w, pdf.ToRight, "Tax id "+of.TaxID)
	}
}

// charge sets what Microsoft charges, before everything else.
func (s *sheet) charge(i Statement) {
	label := "Charged by Microsoft for " + i.monthName()
	if i.Adjustment {
		label = "Charged by Microsoft for " + i.monthName() + ", difference"
	}
	s.Put(labelFace, left, width, pdf.ToLeft, label)
	s.Y += pdf.Leading(labelFace) + 1
	s.Block(figureFace, left, width, pdf.ToLeft, i.amount())
	if text := i.calculation(); text != "" {
		s.Block(quietFace, left, width, pdf.ToLeft, text)
	}
	s.Y += 2
	s.Across(0)
	s.Y++
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
	began, highest, x := s.Y, s.Y, left
	for _, d := range row {
		s.Y = began
		s.Put(labelFace, x, d.width, pdf.ToLeft, d.label)
		s.Y += pdf.Leading(labelFace) + 0.6
		s.Paragraph(d.face, x, d.width-gutter/2, d.text)
		highest = max(highest, s.Y)
		x += d.width
	}
	s.Y = highest + 5
}

// amounts sets the table of the lines that make up the total.
func (s *sheet) amounts(i Statement) {
	const text, quantity, unit = 72.0, 22.0, 34.0
	const amount = width - text - quantity - unit
	row := func(f pdf.Face, cells [4]string) {
		s.Put(f, left+text, quantity, pdf.ToRight, cells[1])
		s.Put(f, left+text+quantity, unit, pdf.ToRight, cells[2])
		s.Put(f, left+text+quantity+unit, amount, pdf.ToRight, cells[3])
		s.Paragraph(f, left, text, cells[0])
	}
	if i.ChargeKnown {
		row(labelFace, [4]string{"Charged by Microsoft", "Quantity", "Unit price, " + i.Currency, "Amount, " + i.Currency})
		s.Across(1.5)
		for _, line := range i.Lines {
			row(bodyFace, [4]string{
				line.Text, money.FormatFixed(int64(line.Quantity), 0), money.Format(line.UnitMinor, i.Currency),
				money.Format(line.AmountMinor, i.Currency),
			})
			s.Y += 2
		}
		s.Across(0)
		total := "Total"
		if i.Adjustment {
			total = "Difference"
		}
		s.Put(headingFace, left+text, width-text, pdf.ToRight, i.amount())
		s.Put(headingFace, left, text, pdf.ToLeft, total)
		s.Y += pdf.Leading(headingFace) + 5
	}
}

// notes explain the numbers.
func (s *sheet) notes(i Statement) {
	if i.Adjustment {
		s.Paragraph(quietFace, left, width, "This adjusts what was stated for "+i.monthName()+
			": time was recorded or corrected after that. Quantities and amounts are differences.")
		s.Y += 1.5
	}
	s.Paragraph(quietFace, left, width, i.Note)
	s.Y += 1.5
	s.Paragraph(quietFace, left, width, "This is a statement and no invoice. Microsoft collects the money through the Azure "+
		"Marketplace, and Microsoft's document is the invoice for tax. Nothing is to be paid because of this page, and it "+
		"holds no payment data.")
	s.Y += 7
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
	if s.Y+heads > bottom {
		s.NextPage()
	}
	s.Put(headingFace, left, width, pdf.ToLeft, heading)
	s.Y += pdf.Leading(headingFace) + 0.5
	s.Paragraph(quietFace, left, width, explanation)
	s.Across(1.5)

	const column, number = (width - gutter) / 2, 11.0
	x, begins, lowest := left, s.Y, s.Y
	for n, person := range people {
		lines := s.Wrap(listFace, column-number, person.Label())
		switch height := float64(len(lines)) * pdf.Leading(listFace); {
		case s.Y+height <= bottom:
		case x == left:
			x, s.Y = left+column+gutter, begins
		default:
			s.NextPage()
			s.Put(headingFace, left, width, pdf.ToLeft, heading+", continued")
			s.Y += pdf.Leading(headingFace)
			s.Across(1.5)
			x, begins, lowest = left, s.Y, s.Y
		}
		s.Put(labelFace, x, number-3, pdf.ToRight, money.FormatFixed(int64(n+1), 0))
		for _, line := range lines {
			s.PutLine(listFace, x+number, column-number, pdf.ToLeft, line)
			s.Y += pdf.Leading(listFace)
		}
		lowest = max(lowest, s.Y)
	}
	s.Y = lowest + 9
}

// foot numbers the pages, once all of them exist, and anchors each in the organization's chain.
func (s *sheet) foot(i Statement) {
	pages := s.Pages()
	for n := 1; n <= pages; n++ {
		s.Turn(n)
		s.Y = pdf.PageHeight - 18
		s.Across(0)
		s.Put(labelFace, left, width, pdf.ToLeft, i.title()+" "+i.Number.String())
		s.Put(labelFace, left, width, pdf.ToRight, fmt.Sprintf("Page %d of %d", n, pages))
		if i.Seal != "" {
			s.Y += pdf.Leading(labelFace)
			s.Put(labelFace, left, width, pdf.ToLeft, "Sealed in the organization's chain as "+i.Seal)
		}
	}
}
