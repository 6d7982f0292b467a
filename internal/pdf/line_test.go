package pdf

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

func newDocument(t testing.TB, fonts *Fonts) *Document {
	t.Helper()
	d, err := New(fonts, Properties{})
	if err != nil {
		t.Fatal(err)
	}
	d.AddPage()
	return d
}

// seen gives the characters of a text from left to right.
func seen(d *Document, text []rune) []int {
	var pieces []piece
	ends := map[int]int{}
	for _, run := range d.runs(text) {
		pieces = append(pieces, piece{from: run.Start, level: run.Level})
		ends[run.Start] = run.End
	}
	inVisualOrder(pieces)
	var order []int
	for _, p := range pieces {
		begin := len(order)
		for i := p.from; i < ends[p.from]; i++ {
			order = append(order, i)
		}
		if p.level%2 != 0 {
			slices.Reverse(order[begin:])
		}
	}
	return order
}

// TestDirections plays Unicode's own test of its algorithm, which the library brings: for each order of classes of
// characters, how they are seen. Cases with the characters that legible lets not through are left out.
func TestDirections(t *testing.T) {
	directory, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/go-text/typesetting").Output()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(filepath.Join(strings.TrimSpace(string(directory)), "bidi", "test", "BidiTest.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	characters := map[string]rune{
		"L": 'a', "R": 'ה', "AL": 'ش', "EN": '3', "AN": '٣', "ES": '+', "ET": '%', "CS": ',', "NSM": '\u0300', "BN": '\u00AD', "ON": '!', "WS": ' ',
	}
	d, cases := newDocument(t, NewFonts()), 0
	var order []string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		if given, ok := strings.CutPrefix(line, "@Reorder:"); ok {
			order = strings.Fields(given)
		}
		given, directions, isCase := strings.Cut(line, "; ")
		var text []rune
		for name := range strings.FieldsSeq(given) {
			text = append(text, characters[name])
		}
		if bits, err := strconv.ParseUint(directions, 16, 8); !isCase || err != nil || bits&1 == 0 || slices.Contains(text, 0) {
			continue // 1: the text decides its direction
		}
		cases++
		invisible := func(i int) bool { // no line ends with blanks
			return text[i] == '\u00AD' || strings.Trim(string(text[i:]), " \u00AD") == ""
		}
		var want []int
		for _, place := range order {
			if i, err := strconv.Atoi(place); err == nil && !invisible(i) {
				want = append(want, i)
			}
		}
		if got := slices.DeleteFunc(seen(d, text), invisible); !slices.Equal(got, want) {
			t.Fatalf("%s: seen %d, not %d", given, got, want)
		}
	}
	if cases < 20_000 {
		t.Errorf("only %d cases", cases)
	}
}

// said is what the lines show, in the order of reading.
func said(lines []Line) string {
	shown := map[int]bool{}
	var text []rune
	for _, line := range lines {
		for _, p := range line.pieces {
			for _, glyph := range p.glyphs {
				for i := range glyph.RunesCount() {
					shown[glyph.TextIndex()+i] = true
				}
			}
		}
		text = line.text
	}
	var all []rune
	for i, r := range text {
		if shown[i] && !unicode.Is(unicode.Zs, r) {
			all = append(all, r)
		}
	}
	return string(all)
}

func withoutBlanks(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, norm.NFC.String(text))
}

func TestLinesFitAndLoseNothing(t *testing.T) {
	d := newDocument(t, NewFonts(SystemDirectories...))
	f := Face{Size: 9}
	const width = 68.0
	for _, text := range []string{
		"", " ", "one", strings.Repeat("many short words ", 12), strings.Repeat("w", 300), strings.Repeat("長い名前", 30),
		strings.Repeat("محمد علي ", 20), strings.Repeat("מחברת", 40), strings.Repeat("สมชายใจดี", 20), strings.Repeat("क्षत्रिय", 30),
		strings.Repeat("e\u0331\u0302", 100), "ada.lovelace-" + strings.Repeat("long-", 20) + "name@contoso.example", strings.Repeat("👨‍👩‍👧", 20),
	} {
		lines := d.Wrap(f, width, text)
		for i, line := range lines {
			if mm := line.width / perEm * f.Size * pointMM; mm > width {
				t.Errorf("%q: line %d has %.1f mm", text, i+1, mm)
			}
		}
		if want := withoutBlanks(string(d.legible(text))); said(lines) != want {
			t.Errorf("%q became %q", want, said(lines))
		}
	}
	if lines := d.Wrap(f, width, ""); len(lines) != 1 {
		t.Errorf("an empty text has %d lines", len(lines))
	}
	if lines := d.Wrap(f, 0.1, "wide"); len(lines) != 4 {
		t.Errorf("in less than a letter's width there are %d lines", len(lines))
	}
}

func TestLinesBreakBetweenWords(t *testing.T) {
	d := newDocument(t, NewFonts())
	var lines []string
	for _, line := range d.Wrap(Face{Size: 10}, 30, "A statement of what was charged in October") {
		lines = append(lines, said([]Line{line}))
	}
	if want := []string{"Astatementof", "whatwascharged", "inOctober"}; !slices.Equal(lines, want) {
		t.Errorf("got %q", lines)
	}
}

// A font that looks like another one in the middle of a name looks like a mistake.
func TestANameIsSetInOneFont(t *testing.T) {
	d := newDocument(t, NewFonts(SystemDirectories...))
	for text, want := range map[string]int{
		"Ada Lovelace": 1, "Nguyễn Thị Ánh": 1, "山田太郎": 1, "山田 太郎 (QA)": 2, "Қазақстан Әлия": 1, "Ada → Grace": 1,
	} {
		faces := map[*typeface]bool{}
		for _, p := range d.Line(Face{Size: 10}, text).pieces {
			faces[p.face] = true
		}
		if len(faces) != want {
			t.Errorf("%s is set in %d fonts, not %d", text, len(faces), want)
		}
	}
}

// Some readers know nothing but the characters of each glyph: no character of a cluster may be lost to them, or be there
// twice.
func TestGlyphsShareTheCharacters(t *testing.T) {
	d := newDocument(t, NewFonts(SystemDirectories...))
	for _, text := range []string{"देवनागरी क्षत्रिय", "ที่ปู่ย่ำน้ำ", "السّلامُ لا إله", "שָׁלוֹם", "रवीन्द्र", "x\u0331\u0302", "ﬃce", "অো"} {
		var all []rune
		for _, p := range d.Line(Face{Size: 10}, text).pieces {
			for from := 0; from < len(p.glyphs); {
				to := from + p.glyphs[from].GlyphsCount()
				cluster := d.legible(text)[p.glyphs[from].TextIndex():][:p.glyphs[from].RunesCount()]
				all = append(all, []rune(strings.Join(p.face.meanings(p.glyphs[from:to], cluster), ""))...)
				from = to
			}
		}
		want := d.legible(text)
		slices.Sort(all)
		slices.Sort(want)
		if !slices.Equal(all, want) {
			t.Errorf("the glyphs of %q are %q", string(want), string(all))
		}
	}
}

func FuzzLines(f *testing.F) {
	for _, text := range []string{"Ada", "محمد (QA) 12 علي", "a\u202Eb\x00\xff\uFFFD", "क्षत्रिय\u200d\u0300", "\u1680\u3164\u00AD🚀\U000E0041", "山田\u2067x"} {
		f.Add(text, 20.0)
	}
	d := newDocument(f, NewFonts(SystemDirectories...)) // one for all, since it loads its fonts
	f.Fuzz(func(t *testing.T, text string, width float64) {
		d.pages = nil
		d.AddPage()
		lines := d.Wrap(Face{Size: 10, Bold: len(text)%2 == 0}, width, text)
		if want := withoutBlanks(string(d.legible(text))); !strings.Contains(want, "\u00AD") && withoutIgnorable(said(lines)) != withoutIgnorable(want) {
			t.Errorf("%q became %q", want, said(lines))
		}
		for _, line := range lines {
			for _, p := range line.pieces {
				for _, glyph := range p.glyphs {
					if glyph.GlyphID == 0 {
						t.Errorf("U+%04X of %q is shown as missing", line.text[glyph.TextIndex()], text)
					}
				}
			}
			d.Left(Face{Size: 10}, 20, 20, line)
		}
	})
}

func withoutIgnorable(text string) string {
	return strings.Map(func(r rune) rune {
		if needsNoGlyph(r) {
			return -1
		}
		return r
	}, text)
}
