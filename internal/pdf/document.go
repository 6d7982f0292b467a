package pdf

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"time"
	"unicode"

	"github.com/carlos7ags/folio/content"
	"github.com/carlos7ags/folio/core"
	"github.com/carlos7ags/folio/document"
	"github.com/go-text/typesetting/bidi"
	"github.com/go-text/typesetting/segmenter"
	"github.com/go-text/typesetting/shaping"
)

// The size of a page, which is A4, in mm.
const (
	PageWidth  = 210.0
	PageHeight = 297.0
)

// pointMM is a point in mm.
const pointMM = 25.4 / 72

// Face is how a text looks.
type Face struct {
	Bold bool    // for what is in the program's own words: other scripts have one weight
	Size float64 // points
	Grey int     // 0 is black, 255 white
}

// Properties describe a document to those who collect documents.
type Properties struct {
	Title    string
	Producer string
	Language string // of the document's own words, such as "en"
	Made     time.Time
}

// Document is a PDF that is being made. Places are in mm from the page's upper left corner. It is not safe for concurrent
// use.
type Document struct {
	properties Properties
	pages      []*content.Stream
	page       *content.Stream // the one that is written on

	fonts               *Fonts
	regular, bold, wide *typeface
	found               []*typeface // of directories; empty until one is needed
	searched            bool
	used                []*typeface
	pictures            []picture
	known               map[rune]bool // whether a font has the character
	unprinted           map[rune]int

	directions bidi.Paragraph
	scripts    shaping.Segmenter
	segments   segmenter.Segmenter
	shaper     shaping.HarfbuzzShaper
}

// New begins a document, which has no page yet.
func New(fonts *Fonts, properties Properties) (*Document, error) {
	d := &Document{properties: properties, fonts: fonts, known: map[rune]bool{}, unprinted: map[rune]int{}}
	for _, program := range []struct {
		face   **typeface
		source func() (source, error)
	}{{&d.regular, regular}, {&d.bold, bold}, {&d.wide, wide}} {
		from, err := program.source()
		if err != nil {
			return nil, err
		}
		*program.face = &typeface{source: from}
	}
	if !d.regular.hasAll(nil) || !d.bold.hasAll(nil) {
		return nil, fmt.Errorf("font of the program: %w", errUnusable)
	}
	return d, nil
}

// others are the fonts of directories.
func (d *Document) others() []*typeface {
	if !d.searched {
		d.searched = true
		for _, from := range d.fonts.found() {
			d.found = append(d.found, &typeface{source: from})
		}
	}
	return d.found
}

// Unprinted is what stands as codes, since no font has it or since it would disturb other characters.
type Unprinted struct {
	Characters int      // how many, each time that they stand in the document
	Scripts    []string // Unicode's names, in order; Common are signs, emoji and control characters
}

// Unprinted says what stands as codes so far.
func (d *Document) Unprinted() Unprinted {
	var all Unprinted
	scripts := map[string]bool{}
	for r, count := range d.unprinted {
		all.Characters += count
		for name, script := range unicode.Scripts {
			if unicode.Is(script, r) {
				scripts[name] = true
			}
		}
	}
	all.Scripts = slices.Sorted(maps.Keys(scripts))
	return all
}

// AddPage begins a page.
func (d *Document) AddPage() {
	d.page = content.NewStream()
	d.pages = append(d.pages, d.page)
}

// Pages is how many pages there are.
func (d *Document) Pages() int { return len(d.pages) }

// Turn goes on with the page of a number, from 1 on.
func (d *Document) Turn(page int) { d.page = d.pages[page-1] }

// Rule draws a horizontal line, 0.2 mm wide.
func (d *Document) Rule(x, y, width float64, grey int) {
	d.page.SetStrokeColorGray(shade(grey))
	d.page.SetLineWidth(points(0.2))
	d.page.MoveTo(points(x), points(PageHeight-y))
	d.page.LineTo(points(x+width), points(PageHeight-y))
	d.page.Stroke()
}

// Left puts a line so that it begins at x. y is its base line.
func (d *Document) Left(f Face, x, y float64, line Line) {
	p := &pen{document: d, page: d.page, face: f, text: line.text}
	d.page.BeginText()
	d.page.SetFillColorGray(shade(f.Grey))
	d.page.MoveText(points(x), points(PageHeight-y))
	for _, part := range line.pieces {
		p.piece(part)
	}
	if p.rise != 0 {
		d.page.SetTextRise(0) // it outlives the text
	}
	d.page.EndText()
}

// Right puts a line so that it ends at x. y is its base line.
func (d *Document) Right(f Face, x, y float64, line Line) {
	d.Left(f, x-line.Width(f), y, line)
}

// points are the PDF's unit of length, rounded to what no eye sees.
func points(mm float64) float64 { return math.Round(mm/pointMM*1000) / 1000 }

func shade(grey int) float64 { return math.Round(float64(grey)/255*1000) / 1000 }

// use gives the font a name in the PDF.
func (d *Document) use(face *typeface) string {
	if face.name == "" {
		d.used = append(d.used, face)
		face.name = fmt.Sprintf("F%d", len(d.used))
	}
	return face.name
}

// pen writes the glyphs of a line. Its lengths are thousandths of the size.
type pen struct {
	document *Document
	page     *content.Stream
	face     Face
	text     []rune

	target float64 // where the next glyph belongs
	at     float64 // where the PDF would put it
	rise   float64
	shown  []content.TextArrayElement
}

// piece writes a part of a line, word by word.
func (p *pen) piece(part piece) {
	p.page.SetFont(p.document.use(part.face), p.face.Size)
	var w word
	for from := 0; from < len(part.glyphs); {
		first := part.glyphs[from]
		to := from + 1
		for to < len(part.glyphs) && part.glyphs[to].TextIndex() == first.TextIndex() {
			to++
		}
		text := slices.Clone(p.text[first.TextIndex() : first.TextIndex()+first.RunesCount()])
		if part.level%2 != 0 {
			slices.Reverse(text) // readers take it for what is seen, and turn it around
		}
		p.cluster(&w, part.face, part.glyphs[from:to], text)
		if from = to; from == len(part.glyphs) || unicode.Is(unicode.Zs, text[0]) {
			p.word(w, part.face)
			w = word{}
		}
	}
	p.flush()
}

// word is what is written together, with the blank at its right.
type word struct {
	glyphs []placed
	text   string
	told   bool // readers would take the glyphs for other text, and are told the right one
}

// cluster places the glyphs that one or more characters became together.
func (p *pen) cluster(w *word, face *typeface, glyphs []shaping.Glyph, text []rune) {
	begin := len(w.glyphs)
	meanings := face.meanings(glyphs, text)
	for i, glyph := range glyphs {
		w.glyphs = append(w.glyphs,
			place(face, uint16(glyph.GlyphID), meanings[i], p.target+thousandths(glyph.XOffset), thousandths(glyph.YOffset)))
		p.target += thousandths(glyph.Advance)
	}
	w.text += string(text)
	w.told = w.told || len(glyphs) > 1 || face.meaning[w.glyphs[begin].id] != string(text)
	slices.SortStableFunc(w.glyphs[begin:], func(a, b placed) int { return cmp.Compare(a.x, b.x) })
}

// meanings share out the characters of a cluster among its glyphs, for readers that can't be told of words. A glyph that is
// no character's own gets what the others leave.
func (t *typeface) meanings(glyphs []shaping.Glyph, text []rune) []string {
	shared, rest, first := make([]string, len(glyphs)), slices.Clone(text), -1
	for i, glyph := range glyphs {
		at := slices.IndexFunc(rest, func(r rune) bool {
			own, ok := t.shape.NominalGlyph(r)
			return ok && own == glyph.GlyphID
		})
		switch {
		case at >= 0:
			shared[i] = string(rest[at])
			rest = slices.Delete(rest, at, at+1)
		case first < 0:
			first = i
		}
	}
	if first >= 0 {
		shared[first] = string(rest)
	}
	return shared
}

// word writes a word. One that readers are told is told whole: they put parts of it in an order of their own.
func (p *pen) word(w word, face *typeface) {
	if w.told {
		// Readers take it to be as wide as from its first glyph to its last, and a gap for a blank.
		last := w.glyphs[len(w.glyphs)-1]
		if blank, ok := face.shape.NominalGlyph(' '); ok && last.x+last.width < p.target-gap {
			w.glyphs = append(w.glyphs, place(face, uint16(blank), " ", p.target-face.width(uint16(blank)), 0))
		}
		p.flush()
		p.page.BeginMarkedContentActualText(w.text)
	}
	for _, glyph := range w.glyphs {
		p.glyph(glyph)
	}
	if w.told {
		p.flush()
		p.page.EndMarkedContent()
	}
}

// gap is what no reader takes for a blank.
const gap = 50

// placed is a glyph with its place in the line, in thousandths of the size.
type placed struct {
	id    uint16
	width float64
	x, y  float64
}

// place takes a glyph for the PDF. meaning is what readers take it for, unless they take it for something already.
func place(face *typeface, id uint16, meaning string, x, y float64) placed {
	if face.meaning[id] == "" {
		face.meaning[id] = meaning
	}
	return placed{id: id, width: face.width(id), x: x, y: y}
}

func (p *pen) glyph(glyph placed) {
	if rise := glyph.y / perEm * p.face.Size; rise != p.rise {
		p.flush()
		p.page.SetTextRise(rise)
		p.rise = rise
	}
	if back := math.Round(p.at - glyph.x); back != 0 {
		p.shown = append(p.shown, content.TextArrayElement{Adjustment: back, IsAdjustment: true})
		p.at -= back
	}
	if last := len(p.shown) - 1; last < 0 || p.shown[last].IsAdjustment {
		p.shown = append(p.shown, content.TextArrayElement{})
	}
	codes := &p.shown[len(p.shown)-1].HexData
	*codes = binary.BigEndian.AppendUint16(*codes, glyph.id)
	p.at += glyph.width
}

func (p *pen) flush() {
	if len(p.shown) > 0 {
		p.page.ShowTextArrayHex(p.shown)
		p.shown = nil
	}
}

// WriteTo writes the document. It implements io.WriterTo.
func (d *Document) WriteTo(w io.Writer) (int64, error) {
	out := document.NewWriter("1.7")
	fonts := core.NewPdfDictionary()
	for _, face := range d.used {
		embedded, err := face.embedded(out.AddObject)
		if err != nil {
			return 0, err
		}
		fonts.Set(face.name, out.AddObject(embedded))
	}
	resources := core.NewPdfDictionary()
	resources.Set("Font", fonts)
	if len(d.pictures) > 0 {
		pictures := core.NewPdfDictionary()
		for _, p := range d.pictures {
			pictures.Set(p.name, p.embedded(out.AddObject))
		}
		resources.Set("XObject", pictures)
	}
	shared := out.AddObject(resources)

	tree, kids := core.NewPdfDictionary(), core.NewPdfArray()
	parent := out.AddObject(tree)
	for _, written := range d.pages {
		page := core.NewPdfDictionary()
		page.Set("Type", core.NewPdfName("Page"))
		page.Set("Parent", parent)
		page.Set("Resources", shared)
		page.Set("Contents", out.AddObject(written.ToPdfStream()))
		kids.Add(out.AddObject(page))
	}
	tree.Set("Type", core.NewPdfName("Pages"))
	tree.Set("Kids", kids)
	tree.Set("Count", core.NewPdfInteger(len(d.pages)))
	tree.Set("MediaBox", core.NewPdfArray(
		core.NewPdfInteger(0), core.NewPdfInteger(0), core.NewPdfReal(points(PageWidth)), core.NewPdfReal(points(PageHeight))))

	catalog := core.NewPdfDictionary()
	catalog.Set("Type", core.NewPdfName("Catalog"))
	catalog.Set("Pages", parent)
	catalog.Set("Lang", core.NewPdfTextString(d.properties.Language))
	out.SetRoot(out.AddObject(catalog))
	out.SetInfo(out.AddObject(d.properties.dictionary()))
	return out.WriteTo(w)
}

func (p Properties) dictionary() *core.PdfDictionary {
	made := core.NewPdfLiteralString(p.Made.UTC().Format("D:20060102150405Z"))
	info := core.NewPdfDictionary()
	info.Set("Title", core.NewPdfTextString(p.Title))
	info.Set("Producer", core.NewPdfTextString(p.Producer))
	info.Set("CreationDate", made)
	info.Set("ModDate", made)
	return info
}
