package billing

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"timetracker/internal/alert"
	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/pdf"
	"timetracker/internal/plan"
)

// october is a statement of the metered plan.
func october(people ...string) Statement {
	r := Record{
		Kind: Monthly, At: time.Date(2026, 11, 1, 2, 0, 0, 0, time.UTC), Month: calendar.Month{Year: 2026, Month: time.October}, Customer: "Contoso Ltd",
		Seller:          Seller{Name: "Northwind Software AS", Address: "1 Main Street\n0150 Oslo", TaxID: "NO 999 999 999 MVA"},
		CustomerAddress: "12 Long Road\nLondon",
		SubscriptionID:  ids.MustParse[ids.Subscription]("2f0c5b8e-9d3a-4c47-8f12-5e6a7b8c9d0e"), PlanID: "active-plus", PlanTitle: "Active users plus",
		Model: plan.Metered, Included: 25, RateMinor: 800,
		BaseMinor: 14_900, Currency: "USD", Statement: StatementNumber{2026, 42}, Active: persons(people...), People: len(people),
	}
	r.Billed = max(0, r.People-r.Included)
	r.TotalMinor = r.BaseMinor + int64(r.Billed)*r.RateMinor
	made := NewStatement(r)
	made.Seal = "42:" + strings.Repeat("9f86d081", 8)
	return made
}

func persons(emails ...string) []Person {
	people := make([]Person, len(emails))
	for i, email := range emails {
		people[i] = Person{ID: ids.User{15: byte(i + 1)}, Email: email}
	}
	return people
}

func crowd(n int) []string {
	emails := make([]string, n)
	for i := range emails {
		emails[i] = fmt.Sprintf("person%05d@contoso.example", i)
	}
	return emails
}

// fonts are the program's, so that no test here depends on the machine.
var fonts = pdf.NewFonts()

func pdfOf(t testing.TB, i Statement) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := i.WritePDF(&out, fonts); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var (
	objects  = regexp.MustCompile(`(?s)(\d+) 0 obj\n(.*?)endobj`)
	named    = regexp.MustCompile(`/(F\d+) (\d+) 0 R`)
	mapping  = regexp.MustCompile(`/ToUnicode (\d+) 0 R`)
	mapped   = regexp.MustCompile(`<(\w{4})> <(\w+)>`)
	shown    = regexp.MustCompile(`(?s)BT\n(.*?)ET`)
	operator = regexp.MustCompile(`(?s)/(F\d+) [\d.]+ Tf|/ActualText \(\xFE\xFF((?:\\.|[^\\)])*)\)|(EMC)|<(\w+)>`)
)

// pages reads the lines of each page, in the order in which they were set, as a reader does. Glyphs stand for the text that
// their font tells, or for what is told beside them.
func pages(t testing.TB, made []byte) [][]string {
	t.Helper()
	parts, all := map[string]string{}, [][]string(nil)
	var contents []string
	for _, object := range objects.FindAllSubmatch(made, -1) {
		_, stream, isStream := strings.Cut(string(object[2]), "stream\n")
		if !isStream {
			parts[string(object[1])] = string(object[2])
			continue
		}
		inflated, err := zlib.NewReader(strings.NewReader(stream))
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(inflated)
		if err != nil {
			t.Fatal(err)
		}
		parts[string(object[1])] = string(content)
		if strings.Contains(string(content), "BT\n") && !bytes.HasPrefix(content, []byte("\x00\x01\x00\x00")) {
			contents = append(contents, string(content))
		}
	}
	meanings := map[string]string{} // by font and glyph
	for _, part := range parts {
		for _, font := range named.FindAllStringSubmatch(part, -1) {
			for _, glyph := range mapped.FindAllStringSubmatch(parts[mapping.FindStringSubmatch(parts[font[2]])[1]], -1) {
				meanings[font[1]+glyph[1]] = fromUTF16(t, glyph[2])
			}
		}
	}
	for _, content := range contents {
		var lines []string
		for _, text := range shown.FindAllStringSubmatch(content, -1) {
			lines = append(lines, said(t, text[1], meanings))
		}
		all = append(all, lines)
	}
	return all
}

// said reads one text.
func said(t testing.TB, operators string, meanings map[string]string) string {
	t.Helper()
	var line strings.Builder
	font, told := "", false
	for _, op := range operator.FindAllStringSubmatch(operators, -1) {
		switch {
		case op[1] != "":
			font = op[1]
		case op[3] != "":
			told = false
		case op[4] != "" && !told:
			for i := 0; i < len(op[4]); i += 4 {
				line.WriteString(meanings[font+op[4][i:i+4]])
			}
		case op[4] == "":
			told = true
			line.WriteString(fromUTF16(t, hex.EncodeToString(unescape([]byte(op[2])))))
		}
	}
	return line.String()
}

func unescape(text []byte) []byte {
	var plain []byte
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			plain = append(plain, text[i])
			continue
		}
		i++
		if octal, err := strconv.ParseUint(string(text[i:min(i+3, len(text))]), 8, 8); err == nil {
			plain = append(plain, byte(octal))
			i += 2
		} else {
			plain = append(plain, cmp.Or(map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', 'b': '\b', 'f': '\f'}[text[i]], text[i]))
		}
	}
	return plain
}

func fromUTF16(t testing.TB, digits string) string {
	t.Helper()
	text, err := hex.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	units := make([]uint16, len(text)/2)
	for i := range units {
		units[i] = uint16(text[2*i])<<8 | uint16(text[2*i+1])
	}
	return string(utf16.Decode(units))
}

func TestPDFSaysWhatMatters(t *testing.T) {
	got := pages(t, pdfOf(t, october(append(crowd(35), "last@contoso.example")...)))
	if len(got) != 1 {
		t.Fatalf("%d pages", len(got))
	}
	for _, want := range []string{
		"Statement", "Charged by Microsoft for October 2026", "USD 237.00", "Northwind Software AS", "Tax id NO 999 999 999 MVA",
		"1 Main Street", "0150 Oslo", "12 Long Road", "TT-2026-000042", "1 November 2026", "Contoso Ltd", "1 to 31 October 2026", "Active users plus",
		"2f0c5b8e-9d3a-4c47-8f12-5e6a7b8c9d0e", "Amount, USD",
		"Monthly base fee, 25 active users included", "149.00", "Active users above those included", "11", "8.00", "88.00",
		"Total", "USD 237.00", "People counted: 36", "36", "last@contoso.example", "Page 1 of 1", "Statement TT-2026-000042",
		"Sealed in the organization's chain as 42:" + strings.Repeat("9f86d081", 8),
	} {
		if !slices.Contains(got[0], want) {
			t.Errorf("it does not say %q in %q", want, got[0])
		}
	}
	text := strings.Join(got[0], " ")
	for _, want := range []string{"Microsoft collects the money", "statement and no invoice", "is the invoice for tax"} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q: %s", want, text)
		}
	}
	if charged, people := slices.Index(got[0], "USD 237.00"), slices.Index(got[0], "People counted: 36"); charged > people {
		t.Error("the people come before what is charged")
	}
}

// TestStatementSaysWhatMicrosoftCharges holds for each kind of plan, also where we do not know what is charged.
func TestStatementSaysWhatMicrosoftCharges(t *testing.T) {
	for name, test := range map[string]struct {
		record     Record
		plan, note string
		line       StatementLine
	}{
		"seats": {
			Record{PlanID: "team", PlanTitle: "Team", Model: plan.Seats, Quantity: 1_200, People: 3, Billed: 1_200, RateMinor: 900, TotalMinor: 1_080_000},
			"Team, 1,200 seats", "the seats that were bought, whoever works", StatementLine{"Seats", 1_200, 900, 1_080_000},
		},
		"a single seat": {
			Record{PlanID: "team", PlanTitle: "Team", Model: plan.Seats, Quantity: 1, Billed: 1, RateMinor: 900},
			"Team, 1 seat", "the seats that were bought, whoever works", StatementLine{"Seats", 1, 900, 900},
		},
		"seats that Microsoft does not tell": {
			Record{PlanID: "team", PlanTitle: "Team", Model: plan.Seats, People: 1, RateMinor: 900},
			"Not known to us", "has not told us how many", StatementLine{"Seats", 0, 900, 0},
		},
		"metered": {
			Record{PlanID: "active", PlanTitle: "Active users", Model: plan.Metered, BaseMinor: 2_900},
			"Active users", "as they were reported", StatementLine{"Monthly base fee", 1, 2_900, 2_900},
		},
		"flat": {
			Record{PlanID: "site", PlanTitle: "Site", Model: plan.Flat, Quantity: 50, BaseMinor: 29_900},
			"Site", "the fee of the plan", StatementLine{"Monthly base fee", 1, 29_900, 29_900},
		},
		"free trial": {
			Record{PlanID: "team", PlanTitle: "Team", Model: plan.Seats, Quantity: 10, FreeTrial: true, People: 3, Billed: 10},
			"Team, 10 seats", "nothing during the free trial", StatementLine{"Seats", 10, 0, 0},
		},
		"unknown plan": {
			Record{PlanID: "brand-new"}, "Not known to us", "what the plan costs", StatementLine{"Active users", 0, 0, 0},
		},
	} {
		t.Run(name, func(t *testing.T) {
			test.record.Currency, test.record.Month = "USD", calendar.Month{Year: 2026, Month: time.October}
			statement := NewStatement(test.record)
			if len(statement.Lines) != 1 || statement.Lines[0] != test.line {
				t.Errorf("lines: %+v", statement.Lines)
			}
			text := strings.Join(pages(t, pdfOf(t, statement))[0], " ")
			if strings.Contains(text, "Sealed") {
				t.Errorf("it says that it is sealed: %s", text)
			}
			if !strings.Contains(statement.Note, test.note) || !strings.Contains(text, test.plan) {
				t.Errorf("%q, %q: %s", statement.Note, test.plan, text)
			}
			for _, words := range []string{statement.Note[:30], statement.Note[len(statement.Note)-20:]} {
				if !strings.Contains(text, words) {
					t.Errorf("the page does not say %q: %s", words, text)
				}
			}
		})
	}
}

func TestPDFOfAnAdjustment(t *testing.T) {
	adjusted := NewStatement(Record{
		Kind: Adjustment, At: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Month: calendar.Month{Year: 2026, Month: time.February}, Customer: "Contoso",
		PlanID: "active", Model: plan.Metered, People: -2, Billed: -2, RateMinor: 1_234_567, TotalMinor: -2_469_134, Currency: "JPY",
		Statement: StatementNumber{2027, 1}, Active: persons("a@contoso.example"),
		Inactive: persons("x@contoso.example", "y@contoso.example", "z@contoso.example"),
	})
	got := pages(t, pdfOf(t, adjusted))[0]
	for _, want := range []string{
		"Adjustment", "1 to 28 February 2026", "-2", "1,234,567", "-2,469,134", "Difference", "JPY -2,469,134",
		"Counted after all: 1", "a@contoso.example", "Not counted any more: 3", "z@contoso.example", "Adjustment TT-2027-000001",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("it does not say %q in %q", want, got)
		}
	}
	if text := strings.Join(got, " "); !strings.Contains(text, "adjusts what was stated for February 2026") ||
		!strings.Contains(text, "are differences") {
		t.Errorf("it does not say what it adjusts: %s", text)
	}
}

// TestPDFHasNoBlankLineForAPerson has people without an address, as a directory may tell none.
func TestPDFHasNoBlankLineForAPerson(t *testing.T) {
	statement := october("a@contoso.example", "", "")
	statement.Active[1].Name = "Grace Hopper"
	got := pages(t, pdfOf(t, statement))[0]
	for _, want := range []string{"a@contoso.example", "Grace Hopper", "00000000-0000-0000-0000-000000000003"} {
		if !slices.Contains(got, want) {
			t.Errorf("it does not say %q in %q", want, got)
		}
	}
}

func TestPDFIsTheSameEveryTime(t *testing.T) {
	statement := october(append(crowd(120), "Ελληνικά@contoso.example", "Українська@contoso.example")...)
	want := pdfOf(t, statement)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			var out bytes.Buffer
			if _, err := statement.WritePDF(&out, fonts); err != nil || !bytes.Equal(want, out.Bytes()) {
				t.Errorf("another PDF, %v", err)
			}
		})
	}
	group.Wait()
	elsewhere := statement
	elsewhere.IssuedAt = statement.IssuedAt.In(time.FixedZone("", -11*3600))
	if !bytes.Equal(want, pdfOf(t, elsewhere)) {
		t.Error("the zone of the instant shows")
	}
	if made := bytes.Count(want, []byte("(D:20261101020000Z)")); made != 2 {
		t.Errorf("it tells %d times of two when it was made", made)
	}
	if len(want) > 100_000 {
		t.Errorf("%d bytes", len(want))
	}
}

func TestPDFOfACrowd(t *testing.T) {
	emails := crowd(5000)
	got := pages(t, pdfOf(t, october(emails...)))
	if len(got) < 40 || len(got) > 80 {
		t.Fatalf("%d pages", len(got))
	}
	var listed []string
	for n, lines := range got {
		if footer := fmt.Sprintf("Page %d of %d", n+1, len(got)); !slices.Contains(lines, footer) {
			t.Errorf("page %d has no %q", n+1, footer)
		}
		if n > 0 && !slices.Contains(lines, "People counted: 5,000, continued") {
			t.Errorf("page %d has no heading", n+1)
		}
		for _, line := range lines {
			if strings.Contains(line, "@") {
				listed = append(listed, line)
			}
		}
	}
	if !slices.Equal(emails, listed) {
		t.Errorf("%d of %d people are listed", len(listed), len(emails))
	}
}

func TestPDFOfStrangeNames(t *testing.T) {
	tests := map[string]struct{ name, want string }{
		"Latin, Greek and Cyrillic": {"Größe & Søn Ελληνικά Ћирилица", "Größe & Søn Ελληνικά Ћирилица"},
		"decomposed":                {"Socie\u0301te\u0301", "Société"},
		"in the program's fonts":    {"Thị Ánh Әлия GROẞ non\u2011b", "Thị Ánh Әлия GROẞ non\u2011b"},
		"no font has it":            {"日本 Ltd", "[U+65E5][U+672C] Ltd"},
		"beyond the BMP":            {"Rocket 🚀", "Rocket [U+1F680]"},
		"directions":                {"a\u202Eb\u2067c", "a[U+202E]bc"},
		"controls":                  {"a\x00b\x1b[2Jc\nd\te", "a[U+0000]b[U+001B][2Jc d e"},
		"invalid":                   {"a\xffb", "a[U+FFFD]b"},
		"markup":                    {`(a) \(b\ <c> {nb} %d`, `(a) \(b\ <c> {nb} %d`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			statement := october(tt.name)
			statement.Customer, statement.CustomerAddress = strings.ReplaceAll(tt.name, "\n", " "), ""
			lines := pages(t, pdfOf(t, statement))[0]
			if count := len(slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return l != tt.want })); count != 2 {
				t.Errorf("%q stands %d times in %q", tt.want, count, lines)
			}
		})
	}
}

func TestPDFOfLongTexts(t *testing.T) {
	long := strings.Repeat("w", 320) + "@contoso.example"
	statement := october(append(crowd(200), long, strings.Repeat("many words ", 40))...)
	statement.Customer, statement.PlanID = long, strings.Repeat("plan-", 50)
	statement.TotalMinor = -1 << 63
	got := pages(t, pdfOf(t, statement))
	if text := strings.Join(slices.Concat(got...), ""); strings.Count(text, "w") < 2*320 {
		t.Error("a part of a long text is missing")
	}
	if empty := pages(t, pdfOf(t, Statement{})); len(empty) != 1 {
		t.Errorf("%d pages of nothing", len(empty))
	}
}

// Operators must be able to act on what they are told, and no name may be in it.
func TestPrintTellsOfCodes(t *testing.T) {
	var told []alert.Alert
	raise := func(_ context.Context, raised alert.Alert) { told = append(told, raised) }
	service := NewService(nil, time.Now, Seller{}).PrintedWith(pdf.NewFonts("/nowhere"), raise)
	var out bytes.Buffer
	if err := service.Print(t.Context(), &out, october("ada@contoso.example", "Nguyễn")); err != nil || len(told) != 0 || out.Len() == 0 {
		t.Fatalf("%v, %+v, %d bytes", err, told, out.Len())
	}
	statement := october("山田太郎", "김")
	statement.Customer = "やまだ🚀"
	if err := service.Print(t.Context(), io.Discard, statement); err != nil || len(told) != 1 {
		t.Fatalf("%v, %+v", err, told)
	}
	if told[0].Kind != alert.CharactersNotPrinted || told[0].SubscriptionID != statement.SubscriptionID.String() {
		t.Errorf("%+v", told[0])
	}
	if want := "statement TT-2026-000042: 9 of Common, Han, Hangul, Hiragana; 0 fonts were found in /nowhere"; told[0].Err.Error() != want {
		t.Errorf("got %q", told[0].Err)
	}
	if err := service.Print(t.Context(), brokenWriter{}, statement); !errors.Is(err, io.ErrClosedPipe) || len(told) != 1 {
		t.Errorf("%v, %+v", err, told)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestPDFThatCanNotBeWritten(t *testing.T) {
	if _, err := october().WritePDF(brokenWriter{}, fonts); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error %v", err)
	}
}

func FuzzWritePDF(f *testing.F) {
	f.Add("Contoso", "ada@contoso.example", int64(-1))
	f.Add("\u202e\x00日本🚀{nb}", strings.Repeat("ä", 500), int64(1)<<62)
	f.Add("\xff\\)(", "=1+1", int64(0))
	f.Fuzz(func(t *testing.T, customer, email string, minor int64) {
		statement := october(email, email)
		statement.Customer, statement.PlanID, statement.TotalMinor = customer, email, minor
		made := pdfOf(t, statement)
		if !bytes.Equal(made, pdfOf(t, statement)) {
			t.Error("not the same twice")
		}
		if got := pages(t, made); len(got) == 0 || !slices.Contains(got[0], "TT-2026-000042") {
			t.Errorf("unreadable: %q", got)
		}
	})
}
