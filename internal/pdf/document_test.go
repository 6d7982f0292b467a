package pdf_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/image/font/gofont/goregular"

	"timetracker/internal/pdf"
)

// machine has the fonts that `make test` installs.
var machine = pdf.NewFonts(pdf.SystemDirectories...)

var plain = pdf.Face{Size: 10}

func newDocument(t testing.TB, fonts *pdf.Fonts) *pdf.Document {
	t.Helper()
	d, err := pdf.New(fonts, pdf.Properties{Title: "名前", Producer: "tests", Language: "en", Made: time.Unix(1_800_000_000, 0)})
	if err != nil {
		t.Fatal(err)
	}
	d.AddPage()
	return d
}

func written(t testing.TB, d *pdf.Document) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := d.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// listing is a document with a line for each text.
func listing(t testing.TB, fonts *pdf.Fonts, texts []string) *pdf.Document {
	t.Helper()
	d := newDocument(t, fonts)
	for i, text := range texts {
		d.Left(plain, 20, 20+5*float64(i), d.Line(plain, text))
	}
	return d
}

// extracted is what Poppler, an independent reader, reads on the pages.
func extracted(t *testing.T, made []byte) []string {
	t.Helper()
	reader := exec.CommandContext(t.Context(), "pdftotext", "-", "-")
	reader.Stdin = bytes.NewReader(made)
	var complaints strings.Builder
	reader.Stderr = &complaints
	text, err := reader.Output()
	if err != nil || complaints.Len() > 0 {
		t.Fatalf("`make fonts` installs what this test needs: %v, %s", err, &complaints)
	}
	directions := strings.NewReplacer("\u202a", "", "\u202b", "", "\u202c", "", "\f", "")
	var lines []string
	for line := range strings.SplitSeq(directions.Replace(string(text)), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// names are of people and organizations as they are written, with what may go wrong with them.
var names = []string{
	"山田太郎",            // Japanese
	"やまだ　タロウ",         // kana, and the blank of their width
	"ﾔﾏﾀﾞ",            // half width
	"王小明",             // Chinese
	"김민수",             // Korean
	"محمد علي",        // letters that join
	"السّلامُ لا إله", // a ligature, and marks
	"علی\u200cرضا",    // letters that must not join
	"דוד כהן",         // Hebrew
	"שָׁלוֹם בֶּן",    // with points
	"สมชาย ใจดี",      // marks above and below
	"ที่ปู่ย่ำน้ำ",    // two of them
	"देवनागरी क्षत्रिय",  // conjuncts, and a vowel before its consonant
	"कार्तिक ज़ुल्फ़िक़", // a mark of another syllable
	"রবীন্দ্রনাথ ঠাকুর",
	"தமிழ்ச்செல்வி",
	"వెంకట్రావు",
	"സുനിൽ കുമാർ",
	"ශ්\u200dරී ලංකා",
	"សុខា",
	"အောင်ဆန်း",
	"ສົມສັກ",
	"აკაკი წერეთელი",
	"Արամ Խաչատրյան",
	"Nguyễn Thị Ánh",
	"Қазақстан Әлия",
	"GROẞ",
	"non\u2011breaking",
	"x\u0331\u0302y", // marks on a letter that no character has
	"fi ffi office",
	"Ελληνικά Ћирилица",
	"12,345.00 € → ✓",
}

func TestNamesInEveryScript(t *testing.T) {
	d := listing(t, machine, names)
	made := written(t, d)
	if codes := d.Unprinted(); codes.Characters != 0 {
		t.Errorf("`make fonts` installs what this test needs: no font has %d characters of %s", codes.Characters, codes.Scripts)
	}
	got := extracted(t, made)
	for i, name := range names {
		name = strings.ReplaceAll(name, "\u3000", " ") // this reader makes one blank of all
		if i >= len(got) || got[i] != name {
			t.Errorf("a reader finds %q, not %q", append(got, make([]string, len(names))...)[i], name)
		}
	}
}

// Decomposed and composed letters are the same name, so a reader finds one of them.
func TestLettersAreComposed(t *testing.T) {
	got := extracted(t, written(t, listing(t, machine, []string{"e\u0301le\u0300ve", "Nguye\u0302\u0303n"})))
	if want := []string{"élève", "Nguyễn"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestTheSameCallsGiveTheSameBytes(t *testing.T) {
	want := written(t, listing(t, machine, names))
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if !bytes.Equal(want, written(t, listing(t, machine, names))) {
				t.Error("other bytes")
			}
		})
	}
	group.Wait()
	if fresh := written(t, listing(t, pdf.NewFonts(pdf.SystemDirectories...), names)); !bytes.Equal(want, fresh) {
		t.Error("other bytes after the fonts were searched again")
	}
}

// Only what is used of a font is in the file: a font of all Chinese characters alone has megabytes.
func TestFontsAreSubset(t *testing.T) {
	if made := written(t, listing(t, machine, []string{"山田太郎", "김민수"})); len(made) > 20_000 {
		t.Errorf("%d bytes", len(made))
	}
}

func TestCharactersWithoutAFont(t *testing.T) {
	for name, test := range map[string]struct {
		text, want string
		codes      pdf.Unprinted
	}{
		"all are there":      {"Ada ẞ", "Ada ẞ", pdf.Unprinted{}},
		"scripts":            {"山 ひ", "[U+5C71] [U+3072]", pdf.Unprinted{Characters: 2, Scripts: []string{"Han", "Hiragana"}}},
		"emoji":              {"a🚀", "a[U+1F680]", pdf.Unprinted{Characters: 1, Scripts: []string{"Common"}}},
		"controls":           {"a\x00\x7f\u0090b", "a[U+0000][U+007F][U+0090]b", pdf.Unprinted{Characters: 3, Scripts: []string{"Common"}}},
		"line breaks":        {"one\r\n\ttwo\u2028three", "one   two three", pdf.Unprinted{}},
		"turns order around": {"a\u202Eb\u202Cc", "a[U+202E]b[U+202C]c", pdf.Unprinted{Characters: 2, Scripts: []string{"Common"}}},
		"isolates":           {"a\u2068b\u2069c", "abc", pdf.Unprinted{}},
		"replaced before":    {"a\uFFFDb", "a[U+FFFD]b", pdf.Unprinted{Characters: 1, Scripts: []string{"Common"}}},
		"no characters":      {"a\xff\xfeb", "a[U+FFFD]b", pdf.Unprinted{Characters: 1, Scripts: []string{"Common"}}},
	} {
		t.Run(name, func(t *testing.T) {
			d := listing(t, pdf.NewFonts(), []string{test.text})
			got := extracted(t, written(t, d))
			if strings.Join(strings.Fields(got[0]), " ") != strings.Join(strings.Fields(test.want), " ") {
				t.Errorf("got %q", got)
			}
			if codes := d.Unprinted(); codes.Characters != test.codes.Characters || !slices.Equal(codes.Scripts, test.codes.Scripts) {
				t.Errorf("told of %+v", codes)
			}
		})
	}
}

// Files of fonts are the operator's, so that any of them may be broken, forbidden, or gone when it is needed.
func TestFontsThatCanNotBeUsed(t *testing.T) {
	directory := t.TempDir()
	forbidden := bytes.Clone(goregular.TTF)
	for at := 12; ; at += 16 { // the directory of tables: https://learn.microsoft.com/typography/opentype/spec/otff
		if string(forbidden[at:at+4]) == "OS/2" {
			table := int(forbidden[at+10])<<8 | int(forbidden[at+11])
			forbidden[table+9] |= 0x02
			break
		}
	}
	for name, file := range map[string][]byte{
		"text.ttf": []byte("no font"), "empty.otf": nil, "forbidden.ttf": forbidden,
		"ignored.txt": goregular.TTF,
	} {
		if err := os.WriteFile(filepath.Join(directory, name), file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if found := pdf.NewFonts(directory, filepath.Join(directory, "missing")).Found(); found != 0 {
		t.Errorf("%d fonts are taken", found)
	}
	below := filepath.Join(directory, "below")
	if err := os.Mkdir(below, 0o700); err != nil {
		t.Fatal(err)
	}
	good := filepath.Join(below, "GOOD.TTF")
	if err := os.WriteFile(good, goregular.TTF, 0o600); err != nil {
		t.Fatal(err)
	}
	if found := pdf.NewFonts(directory).Found(); found != 1 {
		t.Errorf("%d fonts are found where one is good", found)
	}
}

// cjk is a font of this machine with Chinese characters.
func cjk(t *testing.T) string {
	t.Helper()
	found := ""
	for _, directory := range pdf.SystemDirectories {
		_ = filepath.WalkDir(directory, func(path string, _ os.DirEntry, err error) error {
			if err == nil && filepath.Base(path) == "wqy-microhei.ttc" {
				found = path
			}
			return nil
		})
	}
	if found == "" {
		t.Fatal("`make fonts` installs what this test needs")
	}
	return found
}

func TestFontsThatAreGoneWhenTheyAreNeeded(t *testing.T) {
	whole, err := os.ReadFile(cjk(t))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "font.ttc")
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	fonts := pdf.NewFonts(filepath.Dir(path))
	if d := listing(t, fonts, []string{"山田"}); d.Unprinted().Characters != 0 {
		t.Errorf("the font is there, and %+v", d.Unprinted())
	}
	for _, rest := range []int{0, 1000, len(whole) / 2} {
		if err := os.WriteFile(path, whole[:rest], 0o600); err != nil {
			t.Fatal(err)
		}
		if got := extracted(t, written(t, listing(t, fonts, []string{"山田"}))); !slices.Equal(got, []string{"[U+5C71][U+7530]"}) {
			t.Errorf("cut after %d bytes: %q", rest, got)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if d := listing(t, fonts, []string{"山田"}); d.Unprinted().Characters != 2 {
		t.Errorf("gone: %+v", d.Unprinted())
	}
}

func TestPagesAndRules(t *testing.T) {
	d := newDocument(t, pdf.NewFonts())
	d.AddPage()
	d.Left(plain, 20, 20, d.Line(plain, "two"))
	d.Rule(20, 30, 100, 190)
	d.Turn(1)
	d.Right(pdf.Face{Bold: true, Size: 10}, 190, 20, d.Line(plain, "one"))
	if d.Pages() != 2 {
		t.Errorf("%d pages", d.Pages())
	}
	if got := extracted(t, written(t, d)); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("got %q", got)
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestAWriterThatFails(t *testing.T) {
	if _, err := listing(t, machine, names).WriteTo(brokenWriter{}); !errors.Is(err, errBroken) {
		t.Errorf("error %v", err)
	}
}
