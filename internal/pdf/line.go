package pdf

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"

	"github.com/go-text/typesetting/bidi"
	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/harfbuzz"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"
)

// perEm is the size at which texts are shaped, so that lengths are thousandths of the size of type.
const perEm = 1000

// Line is one line of a text, in the order in which it is seen from left to right.
type Line struct {
	text   []rune // of all lines of the paragraph
	pieces []piece
	width  float64 // thousandths of the size
}

// Width is how wide the line is, in mm.
func (l Line) Width(f Face) float64 { return l.width * f.Size * pointMM / perEm }

// piece is a part of a line in one font and one direction.
type piece struct {
	face   *typeface
	glyphs []shaping.Glyph // from left to right
	from   int             // where it begins in the text
	level  bidi.Level
}

// needsNoGlyph says of a character that it is blank or steers others.
func needsNoGlyph(r rune) bool {
	const ogham = '\u1680' // a blank with a line through it
	return (unicode.Is(unicode.Zs, r) && r != ogham) || harfbuzz.IsDefaultIgnorable(r)
}

// overridesDirection says of a character that it would show others in an order that nobody reads: U+202A to U+202E.
func overridesDirection(r rune) bool { return r >= '\u202A' && r <= '\u202E' }

// isolates says of a character that it keeps directions apart, which every line is anyhow: U+2066 to U+2069.
func isolates(r rune) bool { return r >= '\u2066' && r <= '\u2069' }

// legible gives the characters that are set. One that no font has, or that would disturb others, becomes its code in
// brackets, such as [U+1F680], and is counted.
func (d *Document) legible(text string) []rune {
	var set []rune
	for _, r := range norm.NFC.String(strings.ToValidUTF8(text, "\uFFFD")) {
		switch {
		case unicode.IsSpace(r) && !unicode.Is(unicode.Zs, r):
			set = append(set, ' ')
		case isolates(r):
		case d.printable(r):
			set = append(set, r)
		default:
			d.unprinted[r]++
			set = append(set, []rune(fmt.Sprintf("[U+%04X]", r))...)
		}
	}
	return set
}

func (d *Document) printable(r rune) bool {
	switch {
	case unicode.Is(unicode.Cc, r), overridesDirection(r), r == unicode.ReplacementChar:
		return false
	case needsNoGlyph(r):
		return true
	}
	printable, known := d.known[r]
	if !known {
		printable = d.choose(false, []rune{r}) != nil
		d.known[r] = printable
	}
	return printable
}

// choose gives the first font that has all characters; nil when there is none.
func (d *Document) choose(heavy bool, text []rune) *typeface {
	for face := range d.order(heavy) {
		if face.hasAll(text) {
			return face
		}
	}
	return nil
}

// order gives the fonts in the order in which they are tried. Those of directories come after the program's.
func (d *Document) order(heavy bool) iter.Seq[*typeface] {
	return func(yield func(*typeface) bool) {
		if (heavy && !yield(d.bold)) || !yield(d.regular) || !yield(d.wide) {
			return
		}
		for _, face := range d.others() {
			if !yield(face) {
				return
			}
		}
	}
}

// shape turns a paragraph into glyphs, in pieces in the order of the text. The first letter decides its direction.
func (d *Document) shape(heavy bool, text []rune) []piece {
	var pieces []piece
	for _, run := range d.runs(text) {
		input := shaping.Input{
			Text: text, RunStart: run.Start, RunEnd: run.End, Direction: di.DirectionLTR, Size: fixed.I(perEm), Face: d.regular.shape,
		}
		if !run.IsLeftToRight() {
			input.Direction = di.DirectionRTL
		}
		direction := input.Direction
		for _, script := range slices.Clone(d.scripts.Split(input, oneFace{d.regular.shape})) {
			script.Direction = direction
			for _, part := range d.withFaces(heavy, script) {
				shaped := d.shaper.ShapeNoExtents(part.Input)
				pieces = append(pieces, piece{face: part.face, glyphs: shaped.Glyphs, from: part.RunStart, level: run.Level})
			}
		}
	}
	return pieces
}

// oneFace keeps the segmenter from choosing fonts.
type oneFace struct{ face *font.Face }

// ResolveFace implements shaping.Fontmap.
func (o oneFace) ResolveFace(rune) *font.Face { return o.face }

// faced is a part of a text with the font that it is set in.
type faced struct {
	shaping.Input
	face *typeface
}

// withFaces cuts a part of one script where fonts change, so that a name is seldom set in two. The font that has all of its
// letters is taken as far as it goes. What it lacks is looked for by word, by cluster, and by character.
func (d *Document) withFaces(heavy bool, input shaping.Input) []faced {
	letters := slices.DeleteFunc(slices.Clone(input.Text[input.RunStart:input.RunEnd]), func(r rune) bool {
		return !language.LookupScript(r).Strong()
	})
	usual := d.choose(heavy, letters)
	var parts []faced
	var set func(from, to int, cutters ...func(text []rune, from, to int) []int)
	set = func(from, to int, cutters ...func(text []rune, from, to int) []int) {
		face := usual
		if face == nil || !face.hasAll(input.Text[from:to]) {
			face = d.choose(heavy, input.Text[from:to])
		}
		switch last := len(parts) - 1; {
		case face == nil && len(cutters) > 0:
			for _, end := range cutters[0](input.Text, from, to) {
				set(from, end, cutters[1:]...)
				from = end
			}
		case face == nil: // no font has it: legible lets no such character through
			panic(fmt.Sprintf("pdf: no font for U+%04X", input.Text[from]))
		case last >= 0 && parts[last].face == face:
			parts[last].RunEnd = to
		default:
			part := faced{input, face}
			part.RunStart, part.RunEnd, part.Face = from, to, face.shape
			parts = append(parts, part)
		}
	}
	from := input.RunStart
	for _, end := range wordEnds(input.Text, from, input.RunEnd) {
		set(from, end, d.clusterEnds, characterEnds)
		from = end
	}
	return parts
}

// wordEnds are the ends of blanks between words, and the end.
func wordEnds(text []rune, from, to int) []int {
	return slices.DeleteFunc(characterEnds(text, from, to), func(end int) bool { return end < to && !unicode.Is(unicode.Zs, text[end-1]) })
}

// characterEnds are the ends of all characters.
func characterEnds(_ []rune, from, to int) []int {
	ends := make([]int, 0, to-from)
	for end := from + 1; end <= to; end++ {
		ends = append(ends, end)
	}
	return ends
}

// clusterEnds are the ends of what people take for one character, from one place in a text to another.
func (d *Document) clusterEnds(text []rune, from, to int) []int {
	var ends []int
	d.segments.Init(text[from:to])
	for cluster := d.segments.GraphemeIterator(); cluster.Next(); {
		found := cluster.Grapheme()
		ends = append(ends, from+found.Offset+len(found.Text))
	}
	return ends
}

// Line sets a text in one line, however long it is. A line break in it becomes a space.
func (d *Document) Line(f Face, text string) Line {
	set := d.legible(text)
	return lineOf(set, d.shape(f.Bold, set), 0, len(set))
}

// Wrap sets a text in lines of a width in mm. They break where the text's script allows it, and inside a word that is
// longer than a line. A line break in the text becomes a space. There is always at least one line.
func (d *Document) Wrap(f Face, width float64, text string) []Line {
	set := d.legible(text)
	pieces := d.shape(f.Bold, set)
	ends := d.breaks(set, pieces, width/pointMM/f.Size*perEm)
	lines, from := make([]Line, 0, len(ends)), 0
	for _, end := range ends {
		lines = append(lines, lineOf(set, pieces, from, end))
		from = end
	}
	return lines
}

// breaks gives the ends of the lines.
func (d *Document) breaks(text []rune, pieces []piece, width float64) []int {
	advances, whole := make([]float64, len(text)), make([]bool, len(text)+1) // by character; whether a line may end there
	for _, p := range pieces {
		for _, glyph := range p.glyphs {
			advances[glyph.TextIndex()] += thousandths(glyph.Advance)
			whole[glyph.TextIndex()] = true
		}
	}
	whole[len(text)] = true
	clusters, words := map[int]bool{}, map[int]bool{}
	for _, end := range d.clusterEnds(text, 0, len(text)) {
		clusters[end] = whole[end]
	}
	d.segments.Init(text)
	for line := d.segments.LineIterator(); line.Next(); {
		end := line.Line().Offset + len(line.Line().Text)
		words[end] = whole[end]
	}
	var ends []int
	from, word, cluster, used := 0, 0, 0, 0.0
	for i := 0; i < len(text); i++ {
		used += advances[i]
		if best := max(word, cluster); used > width && best > from && !unicode.Is(unicode.Zs, text[i]) {
			if word > from {
				best = word
			}
			ends = append(ends, best)
			from, i, used = best, best-1, 0
			continue
		}
		if words[i+1] {
			word = i + 1
		}
		if clusters[i+1] {
			cluster = i + 1
		}
	}
	return append(ends, len(text))
}

// lineOf is a part of a paragraph as one line, without blanks at its end.
func lineOf(text []rune, pieces []piece, from, to int) Line {
	for to > from && unicode.Is(unicode.Zs, text[to-1]) {
		to--
	}
	line := Line{text: text}
	for _, p := range pieces {
		p.glyphs = slices.DeleteFunc(slices.Clone(p.glyphs), func(g shaping.Glyph) bool { return g.TextIndex() < from || g.TextIndex() >= to })
		if len(p.glyphs) == 0 {
			continue
		}
		for _, glyph := range p.glyphs {
			line.width += thousandths(glyph.Advance)
		}
		line.pieces = append(line.pieces, p)
	}
	inVisualOrder(line.pieces)
	return line
}

func thousandths(length fixed.Int26_6) float64 { return float64(length) / 64 }
