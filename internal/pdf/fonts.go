package pdf

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	embedding "github.com/carlos7ags/folio/font"
	"github.com/go-fonts/dejavu/dejavusans"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/font/opentype/tables"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
)

// Fonts gives characters their glyphs: first those of the program, then what directories have. It is safe for concurrent
// use.
type Fonts struct {
	Directories []string
	found       func() []source
}

// SystemDirectories are where Linux has fonts for all programs.
var SystemDirectories = []string{"/usr/share/fonts", "/usr/local/share/fonts"}

// NewFonts takes further fonts from directories and what is below them. They are searched once, when a character is not
// in the program's fonts. A directory that is not there has none.
func NewFonts(directories ...string) *Fonts {
	return &Fonts{Directories: directories, found: sync.OnceValue(func() []source {
		var all []source
		for _, directory := range directories {
			all = append(all, search(directory)...)
		}
		return all
	})}
}

// Found is how many fonts the directories have.
func (f *Fonts) Found() int { return len(f.found()) }

// source is a font that is not loaded yet.
type source struct {
	read   func() ([]byte, error)
	covers coverage
}

// The program's fonts. Go is for Latin, Greek and Cyrillic; DejaVu Sans has what it lacks of them, and further alphabets.
var (
	regular = sync.OnceValues(func() (source, error) { return inProgram(goregular.TTF) })
	bold    = sync.OnceValues(func() (source, error) { return inProgram(gobold.TTF) })
	wide    = sync.OnceValues(func() (source, error) { return inProgram(dejavusans.TTF) })
)

func inProgram(file []byte) (source, error) {
	described, err := describe(bytes.NewReader(file))
	if err != nil {
		return source{}, fmt.Errorf("font of the program: %w", err)
	}
	return source{read: func() ([]byte, error) { return file, nil }, covers: described.covers}, nil
}

// coverage has the characters of a font: ranges in order, both ends included.
type coverage [][2]rune

func (c coverage) has(r rune) bool {
	_, found := slices.BinarySearchFunc(c, r, func(span [2]rune, r rune) int {
		switch {
		case r < span[0]:
			return 1
		case r > span[1]:
			return -1
		default:
			return 0
		}
	})
	return found
}

// description is what decides whether and when a font is taken.
type description struct {
	covers coverage
	font.Description
}

// order sorts the fonts of one directory: upright before slanted, regular before light and bold, sans serif before others.
func (d description) order(other description) int {
	rank := func(d description) [4]float64 {
		serif := 1.0
		if strings.Contains(strings.ToLower(d.Family), "sans") {
			serif = 0
		}
		return [4]float64{
			float64(d.Aspect.Style), math.Abs(float64(d.Aspect.Weight - font.WeightNormal)),
			math.Abs(float64(d.Aspect.Stretch - font.StretchNormal)), serif,
		}
	}
	a, b := rank(d), rank(other)
	return slices.Compare(a[:], b[:])
}

// search gives the fonts below a directory, the preferred ones first. What can't be read or embedded is left out.
func search(directory string) []source {
	type file struct {
		path string
		description
	}
	var files []file
	root, err := filepath.EvalSymlinks(directory)
	if err != nil {
		return nil
	}
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error { // what can't be read has no fonts
		if err != nil || entry.IsDir() || !slices.Contains([]string{".ttf", ".otf", ".ttc"}, strings.ToLower(filepath.Ext(path))) {
			return nil
		}
		opened, err := os.Open(path) //nolint:gosec // the operator names the directories
		if err != nil {
			return nil
		}
		defer opened.Close()
		if described, err := describe(opened); err == nil {
			files = append(files, file{path, described})
		}
		return nil
	})
	slices.SortFunc(files, func(a, b file) int {
		return cmp.Or(a.order(b.description), strings.Compare(a.path, b.path))
	})
	fonts := make([]source, len(files))
	for i, f := range files {
		fonts[i] = source{read: func() ([]byte, error) { return os.ReadFile(f.path) }, covers: f.covers}
	}
	return fonts
}

var errUnusable = errors.New("not a font that can be embedded")

// describe reads what a font has, without its outlines. Of a collection it is the first font. A font is refused that has no
// TrueType outlines, is not licensed for embedding, or shows one sign for everything.
func describe(file font.Resource) (description, error) {
	loaders, err := opentype.NewLoaders(file)
	if err != nil || len(loaders) == 0 {
		return description{}, errors.Join(errUnusable, err)
	}
	loader := loaders[0]
	if !loader.HasTable(opentype.MustNewTag("glyf")) || !mayBeEmbedded(loader) {
		return description{}, errUnusable
	}
	table, err := loader.RawTable(opentype.MustNewTag("cmap"))
	if err != nil {
		return description{}, errors.Join(errUnusable, err)
	}
	characters, _, err := tables.ParseCmap(table)
	if err != nil {
		return description{}, errors.Join(errUnusable, err)
	}
	for _, record := range characters.Records {
		if _, ok := record.Subtable.(tables.CmapSubtable13); ok { // many characters, one glyph
			return description{}, errUnusable
		}
	}
	mapped, _, err := font.ProcessCmap(characters, tables.FPNone)
	if err != nil {
		return description{}, errors.Join(errUnusable, err)
	}
	described := description{covers: covered(mapped)}
	described.Description, _ = font.Describe(loader, nil)
	return described, nil
}

// mayBeEmbedded reads the permissions of the font's maker: fsType of
// https://learn.microsoft.com/typography/opentype/spec/os2#fstype.
func mayBeEmbedded(loader *opentype.Loader) bool {
	const restricted, noSubset, bitmapsOnly = 0x0002, 0x0100, 0x0200
	table, err := loader.RawTable(opentype.MustNewTag("OS/2"))
	if err != nil || len(table) < 10 {
		return true // older than the field
	}
	return binary.BigEndian.Uint16(table[8:])&(restricted|noSubset|bitmapsOnly) == 0
}

func covered(mapped font.Cmap) coverage {
	var all coverage
	for characters := mapped.Iter(); characters.Next(); {
		if r, glyph := characters.Char(); glyph != 0 {
			all = append(all, [2]rune{r, r})
		}
	}
	slices.SortFunc(all, func(a, b [2]rune) int { return cmp.Compare(a[0], b[0]) })
	merged := all[:0]
	for _, span := range all {
		if last := len(merged) - 1; last >= 0 && span[0] <= merged[last][1]+1 {
			merged[last][1] = max(merged[last][1], span[1])
		} else {
			merged = append(merged, span)
		}
	}
	return slices.Clone(merged)
}

// typeface is a font in a document. It is loaded when it is needed.
type typeface struct {
	source
	loaded, broken bool

	shape    *font.Face
	outlines embedding.Face
	name     string            // of the resource in the PDF; empty: not used yet
	meaning  map[uint16]string // what readers take each used glyph for
}

// hasAll says whether the font has glyphs for all characters, and can be loaded.
func (t *typeface) hasAll(text []rune) bool {
	for _, r := range text {
		if !needsNoGlyph(r) && !t.covers.has(r) {
			return false
		}
	}
	if !t.loaded {
		t.loaded, t.broken = true, t.load() != nil
	}
	return !t.broken
}

// load reads the font. A file may have changed or gone since it was found.
func (t *typeface) load() error {
	file, err := t.read()
	if err != nil {
		return err
	}
	faces, err := font.ParseTTC(bytes.NewReader(file))
	if err != nil {
		return err
	}
	outlines, err := embedding.ParseFont(file)
	if err != nil {
		return err
	}
	if len(faces) == 0 || outlines.UnitsPerEm() == 0 {
		return errUnusable
	}
	t.shape, t.outlines, t.meaning = faces[0], outlines, map[uint16]string{}
	return nil
}

// width is how wide the PDF takes a glyph to be, in thousandths of the size.
func (t *typeface) width(glyph uint16) float64 {
	return math.Round(float64(t.outlines.GlyphAdvance(glyph)) * perEm / float64(t.outlines.UnitsPerEm()))
}
