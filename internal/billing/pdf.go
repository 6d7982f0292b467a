package billing

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"

	"timetracker/internal/money"
	"timetracker/internal/plan"
)

// The page is A4. Lengths are in mm, sizes of type in points.
const (
	pageHeight = 297.0
	left       = 22.0
	top        = 20.0
	bottom     = pageHeight - 24
	width      = 210 - 2*left
	gutter     = 8.0 // between columns
	pointMM    = 25.4 / 72
)

// face is the typeface of a text.
type face struct {
	weight string // empty, or B for bold
	size   float64
	grey   int // 0 is black, 255 white
}

var (
	titleFace   = face{"B", 24, 25}
	figureFace  = face{"B", 20, 25}
	brandFace   = face{"B", 10, 110}
	headingFace = face{"B", 12, 25}
	bodyFace    = face{"", 10, 25}
	listFace    = face{"", 9, 25}
	quietFace   = face{"", 9, 95}
	labelFace   = face{"", 8, 110}
)

// leading is the height of a line.
func (f face) leading() float64 { return f.size * pointMM * 1.4 }

// WritePDF writes the statement as PDF. The same statement gives the same bytes. Characters that are neither Latin, Greek
// nor Cyrillic are shown as U+FFFD, since the embedded fonts lack them.
func (i Statement) WritePDF(w io.Writer) error {
	s, err := newSheet()
	if err != nil {
		return fmt.Errorf("statement %s: %w", i.Number, err)
	}
	s.pdf.SetTitle(i.title()+" "+i.Number.String(), true)
	s.pdf.SetCreationDate(i.IssuedAt.UTC())
	s.pdf.SetModificationDate(i.IssuedAt.UTC())
	s.addPage()
	s.head(i)
	s.amounts(i)
	s.notes(i)
	s.people(i)
	s.foot(i)
	if err := s.pdf.Output(w); err != nil {
		return fmt.Errorf("statement %s: %w", i.Number, err)
	}
	return nil
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
	pdf   *fpdf.Fpdf
	fonts []*sfnt.Font
	glyph sfnt.Buffer
	y     float64
}

const fontFamily = "Go"

func newSheet() (*sheet, error) {
	s := &sheet{pdf: fpdf.New("P", "mm", "A4", "")}
	for weight, font := range map[string][]byte{"": goregular.TTF, "B": gobold.TTF} {
		parsed, err := sfnt.Parse(font)
		if err != nil {
			return nil, fmt.Errorf("font: %w", err)
		}
		s.fonts = append(s.fonts, parsed)
		s.pdf.AddUTF8FontFromBytes(fontFamily, weight, font)
	}
	s.pdf.SetCatalogSort(true) // otherwise the order of a map would change the bytes
	s.pdf.SetProducer("TimeTracker", false)
	s.pdf.SetLang("en")
	s.pdf.SetAutoPageBreak(false, 0)
	s.pdf.SetCellMargin(0)
	s.pdf.SetDrawColor(190, 190, 190)
	s.pdf.SetLineWidth(0.2)
	return s, s.pdf.Error()
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
	s.y += labelFace.leading() + 0.6
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
	s.y += labelFace.leading() + 1
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
	face        face
	label, text string
}

// details sets a row of them. The row is as high as its highest detail.
func (s *sheet) details(row []detail) {
	began, highest, x := s.y, s.y, left
	for _, d := range row {
		s.y = began
		s.put(labelFace, x, d.width, "L", d.label)
		s.y += labelFace.leading() + 0.6
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
	row := func(f face, cells [4]string) {
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
		s.y += headingFace.leading() + 5
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
	s.y += headingFace.leading() + 0.5
	s.paragraph(quietFace, left, width, explanation)
	s.rule(1.5)

	const column, number = (width - gutter) / 2, 11.0
	x, begins, lowest := left, s.y, s.y
	for n, person := range people {
		lines := s.lines(listFace, column-number, person.Label())
		switch height := float64(len(lines)) * listFace.leading(); {
		case s.y+height <= bottom:
		case x == left:
			x, s.y = left+column+gutter, begins
		default:
			s.addPage()
			s.put(headingFace, left, width, "L", heading+", continued")
			s.y += headingFace.leading()
			s.rule(1.5)
			x, begins, lowest = left, s.y, s.y
		}
		s.put(labelFace, x, number-3, "R", money.FormatFixed(int64(n+1), 0))
		for _, line := range lines {
			s.put(listFace, x+number, column-number, "L", line)
			s.y += listFace.leading()
		}
		lowest = max(lowest, s.y)
	}
	s.y = lowest + 9
}

// foot numbers the pages, once all of them exist.
func (s *sheet) foot(i Statement) {
	pages := s.pdf.PageCount()
	for n := 1; n <= pages; n++ {
		s.pdf.SetPage(n)
		s.y = pageHeight - 18
		s.rule(0)
		s.put(labelFace, left, width, "L", i.title()+" "+i.Number.String())
		s.put(labelFace, left, width, "R", fmt.Sprintf("Page %d of %d", n, pages))
	}
}

// rule draws a line across the page.
func (s *sheet) rule(above float64) {
	s.y += above
	s.pdf.Line(left, s.y, left+width, s.y)
	s.y += 2.5
}

// put sets one line at y. align is L or R.
func (s *sheet) put(f face, x, w float64, align, text string) {
	s.choose(f)
	s.pdf.SetXY(x, s.y)
	s.pdf.CellFormat(w, f.leading(), s.printable(text), "", 0, align, false, 0, "")
}

// paragraph sets a text from y on, and moves y below it. A line break in it is kept.
func (s *sheet) paragraph(f face, x, w float64, text string) {
	for line := range strings.SplitSeq(text, "\n") {
		s.block(f, x, w, "L", line)
	}
}

// block sets a text without line breaks from y on, and moves y below it. align is L or R.
func (s *sheet) block(f face, x, w float64, align, text string) {
	for _, line := range s.lines(f, w, text) {
		s.put(f, x, w, align, line)
		s.y += f.leading()
	}
}

// lines splits a text into lines that fit, between words where possible. There is always at least one.
func (s *sheet) lines(f face, w float64, text string) []string {
	s.choose(f)
	lines := s.pdf.SplitText(s.printable(text), w)
	if len(lines) == 0 {
		return []string{""}
	}
	return lines
}

func (s *sheet) choose(f face) {
	s.pdf.SetFont(fontFamily, f.weight, f.size)
	s.pdf.SetTextColor(f.grey, f.grey, f.grey)
}

// printable reduces a text to the characters that the fonts have. A character that they lack, or that would move other
// characters, becomes U+FFFD.
func (s *sheet) printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		for _, font := range s.fonts {
			if glyph, err := font.GlyphIndex(&s.glyph, r); err != nil || glyph == 0 {
				return unicode.ReplacementChar
			}
		}
		return r
	}, norm.NFC.String(strings.ToValidUTF8(text, "\uFFFD")))
}
