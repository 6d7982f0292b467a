package pdf

import "strings"

// Align is where a line is put in its column.
type Align int

// The ways to align.
const (
	ToLeft Align = iota
	ToRight
)

// Leading is the height of a line in mm.
func Leading(f Face) float64 { return f.Size * pointMM * 1.4 }

// Sheet sets texts from the top of a page to its bottom. Y is where the next one goes.
type Sheet struct {
	*Document

	Margin float64 // at the left and at the right
	Top    float64
	Bottom float64 // where texts end
	Y      float64
}

// Width is how wide texts can be.
func (s *Sheet) Width() float64 { return PageWidth - 2*s.Margin }

// NextPage goes on at the top of a new page.
func (s *Sheet) NextPage() {
	s.AddPage()
	s.Y = s.Top
}

// Across draws a line across the page, with some room below it.
func (s *Sheet) Across(above float64) {
	const grey = 190
	s.Y += above
	s.Rule(s.Margin, s.Y, s.Width(), grey)
	s.Y += 2.5
}

// Put sets one line at Y, in a column from x on that is w wide.
func (s *Sheet) Put(f Face, x, w float64, align Align, text string) {
	s.PutLine(f, x, w, align, s.Line(f, text))
}

// PutLine puts a line at Y, its base line a little below the middle.
func (s *Sheet) PutLine(f Face, x, w float64, align Align, line Line) {
	base := s.Y + Leading(f)/2 + 0.3*f.Size*pointMM
	if align == ToRight {
		s.Right(f, x+w, base, line)
	} else {
		s.Left(f, x, base, line)
	}
}

// Paragraph sets a text from Y on, and moves Y below it. A line break in it is kept.
func (s *Sheet) Paragraph(f Face, x, w float64, text string) {
	for line := range strings.SplitSeq(text, "\n") {
		s.Block(f, x, w, ToLeft, line)
	}
}

// Block sets a text without line breaks from Y on, and moves Y below it.
func (s *Sheet) Block(f Face, x, w float64, align Align, text string) {
	for _, line := range s.Wrap(f, w, text) {
		s.PutLine(f, x, w, align, line)
		s.Y += Leading(f)
	}
}
