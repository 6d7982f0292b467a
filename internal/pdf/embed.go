package pdf

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/carlos7ags/folio/core"
	"github.com/carlos7ags/folio/font"
)

// embedded makes the PDF's objects of a font with the glyphs that were used. It is a Type0 font whose codes are the ids of
// glyphs (ISO 32000-1, 9.7). The library's own way gives other bytes each time when glyphs share a character, as the forms
// of an Arabic letter do.
func (t *typeface) embedded(add func(core.PdfObject) *core.PdfIndirectReference) (*core.PdfDictionary, error) {
	glyphs := slices.Sorted(maps.Keys(t.meaning))
	kept := map[uint16]rune{0: unicode.MaxRune} // a character of no use: codes are ids, and need no table of characters
	for _, glyph := range glyphs {
		kept[glyph] = unicode.MaxRune
	}
	file, err := font.Subset(t.outlines.RawData(), kept)
	if err != nil {
		return nil, fmt.Errorf("font %s: %w", t.outlines.PostScriptName(), err)
	}
	name := core.NewPdfName(subsetName(t.outlines.PostScriptName(), glyphs))
	stream := core.NewPdfStreamCompressed(file)
	stream.Dict.Set("Length1", core.NewPdfInteger(len(file)))

	descendant := core.NewPdfDictionary()
	descendant.Set("Type", core.NewPdfName("Font"))
	descendant.Set("Subtype", core.NewPdfName("CIDFontType2"))
	descendant.Set("BaseFont", name)
	descendant.Set("CIDSystemInfo", identity())
	descendant.Set("CIDToGIDMap", core.NewPdfName("Identity"))
	descendant.Set("FontDescriptor", add(t.descriptor(name, add(stream))))
	widths := core.NewPdfArray()
	for _, glyph := range glyphs {
		widths.Add(core.NewPdfInteger(int(glyph)))
		widths.Add(core.NewPdfArray(core.NewPdfInteger(int(t.width(glyph)))))
	}
	descendant.Set("W", widths)

	composite := core.NewPdfDictionary()
	composite.Set("Type", core.NewPdfName("Font"))
	composite.Set("Subtype", core.NewPdfName("Type0"))
	composite.Set("BaseFont", name)
	composite.Set("Encoding", core.NewPdfName("Identity-H"))
	composite.Set("DescendantFonts", core.NewPdfArray(add(descendant)))
	composite.Set("ToUnicode", add(core.NewPdfStreamCompressed([]byte(t.toUnicode(glyphs)))))
	return composite, nil
}

// descriptor describes the font in thousandths of the size.
func (t *typeface) descriptor(name core.PdfObject, file core.PdfObject) *core.PdfDictionary {
	metric := func(units int) core.PdfObject { return core.NewPdfInteger(units * perEm / t.outlines.UnitsPerEm()) }
	box := core.NewPdfArray()
	for _, side := range t.outlines.BBox() {
		box.Add(metric(side))
	}
	d := core.NewPdfDictionary()
	d.Set("Type", core.NewPdfName("FontDescriptor"))
	d.Set("FontName", name)
	d.Set("Flags", core.NewPdfInteger(int(t.outlines.Flags())))
	d.Set("FontBBox", box)
	d.Set("ItalicAngle", core.NewPdfReal(t.outlines.ItalicAngle()))
	d.Set("Ascent", metric(t.outlines.Ascent()))
	d.Set("Descent", metric(t.outlines.Descent()))
	d.Set("CapHeight", metric(cmp.Or(t.outlines.CapHeight(), t.outlines.Ascent())))
	d.Set("StemV", core.NewPdfInteger(cmp.Or(t.outlines.StemV(), 80)))
	d.Set("FontFile2", file)
	return d
}

func identity() *core.PdfDictionary {
	d := core.NewPdfDictionary()
	d.Set("Registry", core.NewPdfLiteralString("Adobe"))
	d.Set("Ordering", core.NewPdfLiteralString("Identity"))
	d.Set("Supplement", core.NewPdfInteger(0))
	return d
}

// subsetName begins with six letters that tell subsets of one font apart.
func subsetName(whole string, glyphs []uint16) string {
	sum := fnv.New64a()
	for _, glyph := range glyphs {
		_ = binary.Write(sum, binary.BigEndian, glyph) // a hash takes everything
	}
	tag, rest := make([]byte, 6), sum.Sum64()
	for i := range tag {
		tag[i] = 'A' + byte(rest%26)
		rest /= 26
	}
	plain := strings.Map(func(r rune) rune {
		if r < '!' || r > '~' || strings.ContainsRune("()<>[]{}/%#", r) {
			return -1
		}
		return r
	}, whole)
	return string(tag) + "+" + plain
}

// toUnicode tells readers which text each glyph is (ISO 32000-1, 9.10.3). A glyph without any gets a character that is not
// seen, since some readers take its id otherwise.
func (t *typeface) toUnicode(glyphs []uint16) string {
	const (
		most   = 100 // in a block
		unseen = "\u200B"
	)
	var b strings.Builder
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for block := range slices.Chunk(glyphs, most) {
		fmt.Fprintf(&b, "%d beginbfchar\n", len(block))
		for _, glyph := range block {
			fmt.Fprintf(&b, "<%04X> <", glyph)
			for _, unit := range utf16.Encode([]rune(cmp.Or(t.meaning[glyph], unseen))) {
				fmt.Fprintf(&b, "%04X", unit)
			}
			b.WriteString(">\n")
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\n" + strings.Repeat("end\n", 2))
	return b.String()
}
