package plaintext_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"timetracker/internal/plaintext"
)

func TestTexts(t *testing.T) {
	for name, test := range map[string]struct {
		text        string
		line, lines bool
		clean       string // as a line
		cleanLines  string
	}{
		"nothing":                    {"", true, true, "", ""},
		"words":                      {"Fix the tokenizer", true, true, "Fix the tokenizer", "Fix the tokenizer"},
		"blanks around and within":   {"  a \u00a0 b ", true, true, "a b", "a \u00a0 b"},
		"line breaks":                {"a\nb\r\nc\td", false, true, "a b c d", "a\nb\nc\td"},
		"a carriage return alone":    {"a\rb", false, false, "a b", "a\nb"},
		"other ends of lines":        {"a\u2028b\u2029c", false, true, "a b c", "a\u2028b\u2029c"},
		"a next line":                {"a\u0085b", false, false, "a b", "ab"},
		"a null":                     {"a\x00b", false, false, "ab", "ab"},
		"an escape":                  {"a\x1b[2Jb", false, false, "a[2Jb", "a[2Jb"},
		"a deletion":                 {"a\x7fb", false, false, "ab", "ab"},
		"a control of C1":            {"a\u009bb", false, false, "ab", "ab"},
		"an override":                {"invoice\u202efdp.exe", false, false, "invoicefdp.exe", "invoicefdp.exe"},
		"every turn of direction":    {"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069x", false, false, "x", "x"},
		"turns that are deprecated":  {"\u206a\u206fx", false, false, "x", "x"},
		"a byte-order mark":          {"\ufeffx", false, false, "x", "x"},
		"a hidden note":              {"a\ufff9b\ufffac\ufffb", false, false, "abc", "abc"},
		"no character":               {"a\ufffe\uffff\U0001fffeb", false, false, "ab", "ab"},
		"letters that nobody sees":   {"a\U000e0061\U000e0062b", false, false, "ab", "ab"},
		"the beginning of tags":      {"\U000e0000\U000e0001x", false, false, "x", "x"},
		"no UTF-8":                   {"a\xffb\xed\xa0\x80c", false, false, "abc", "abc"},
		"a replacement of what was":  {"a\ufffdb", true, true, "a\ufffdb", "a\ufffdb"},
		"Persian, parted":            {"می\u200cخواهم", true, true, "می\u200cخواهم", "می\u200cخواهم"},
		"Hindi, joined":              {"क्\u200dष", true, true, "क्\u200dष", "क्\u200dष"},
		"a family":                   {"👩\u200d👩\u200d👧", true, true, "👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"},
		"a heart in color":           {"❤\ufe0f", true, true, "❤\ufe0f", "❤\ufe0f"},
		"marks of direction":         {"\u200fאב\u200e, \u061cعد", true, true, "\u200fאב\u200e, \u061cعد", "\u200fאב\u200e, \u061cعد"},
		"a variant of a character":   {"葛\U000e0100", true, true, "葛\U000e0100", "葛\U000e0100"},
		"the flag of Wales":          {"🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f!", true, true, "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f!", "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f!"},
		"tags after a flag's end":    {"🏴\U000e0067\U000e007f\U000e0062", false, false, "🏴\U000e0067\U000e007f", "🏴\U000e0067\U000e007f"},
		"more tags than a flag has":  {"🏴" + strings.Repeat("\U000e0061", 9), false, false, "🏴" + strings.Repeat("\U000e0061", 7), "🏴" + strings.Repeat("\U000e0061", 7)},
		"a flag, and tags elsewhere": {"🏴x\U000e0062", false, false, "🏴x", "🏴x"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := plaintext.IsLine(test.text); got != test.line {
				t.Errorf("it is one line: %t", got)
			}
			if got := plaintext.IsLines(test.text); got != test.lines {
				t.Errorf("it is lines: %t", got)
			}
			if got := plaintext.CleanLine(test.text); got != test.clean {
				t.Errorf("as a line: %q, want %q", got, test.clean)
			}
			if got := plaintext.CleanLines(test.text); got != test.cleanLines {
				t.Errorf("as lines: %q, want %q", got, test.cleanLines)
			}
		})
	}
}

// What was cleaned is accepted and stays as it is, and what is accepted loses nothing but blanks.
func FuzzCleaning(f *testing.F) {
	for _, seed := range []string{"a\r\nb", "\u202e\ufeff x", "🏴\U000e0067\U000e007f\U000e0062", "a\xffb", " \u2028\u200d", "\u206f\r\r\n"} {
		f.Add(seed)
	}
	withoutBlanks := func(text string) string { return strings.Join(strings.Fields(text), "") }
	f.Fuzz(func(t *testing.T, text string) {
		line, lines := plaintext.CleanLine(text), plaintext.CleanLines(text)
		if !plaintext.IsLine(line) || plaintext.CleanLine(line) != line {
			t.Errorf("%q was cleaned to the line %q", text, line)
		}
		if !plaintext.IsLines(lines) || plaintext.CleanLines(lines) != lines {
			t.Errorf("%q was cleaned to the lines %q", text, lines)
		}
		if plaintext.IsLine(text) && (!plaintext.IsLines(text) || withoutBlanks(line) != withoutBlanks(text)) {
			t.Errorf("%q is a line, and was cleaned to %q", text, line)
		}
		if plaintext.IsLines(text) && withoutBlanks(lines) != withoutBlanks(text) {
			t.Errorf("%q is lines, and was cleaned to %q", text, lines)
		}
		if !utf8.ValidString(text) && plaintext.IsLines(text) {
			t.Errorf("%q is no UTF-8", text)
		}
	})
}
