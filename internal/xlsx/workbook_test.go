package xlsx_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"timetracker/internal/xlsx"
)

var made = time.Date(2026, time.November, 29, 14, 0, 0, 0, time.UTC)

// columns are some columns of the same width.
func columns(count int) []xlsx.Column { return slices.Repeat([]xlsx.Column{{Width: 12}}, count) }

// write makes a workbook of one sheet.
func write(t *testing.T, layout xlsx.Layout, rows ...[]xlsx.Cell) []byte {
	t.Helper()
	var out bytes.Buffer
	book, err := xlsx.New(&out, xlsx.Properties{Title: "A <title>", Producer: "TimeTracker", Made: made})
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := book.AddSheet("Hours", layout)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := sheet.Row(row...); err != nil {
			t.Fatal(err)
		}
	}
	if err := book.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// open reads a workbook with another program's library.
func open(t *testing.T, file []byte) *excelize.File {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = book.Close() })
	return book
}

func TestCellsAreWhatTheyAre(t *testing.T) {
	zone := time.FixedZone("", 5*3600+45*60)
	cells := []xlsx.Cell{
		xlsx.Text("Zoë"), xlsx.Integer(1234), xlsx.Duration(90_000_000), xlsx.Duration(90_061_000).As(xlsx.Seconds), xlsx.Hours(91_800_000),
		xlsx.Date(2026, time.November, 29), xlsx.Clock(time.Date(2026, time.March, 1, 23, 59, 0, 0, zone)), {}, xlsx.Integer(-5),
		xlsx.Clock(time.Date(2026, time.March, 1, 23, 59, 58, 0, zone)).As(xlsx.MomentSeconds),
	}
	book := open(t, write(t, xlsx.Layout{Columns: columns(len(cells))}, cells))
	shown, err := book.GetRows("Hours")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Zoë", "1,234", "25:00", "25:01:01", "25.50", "11-29-26", "2026-03-01 23:59", "", "-5", "2026-03-01 23:59:58"}
	if len(shown) != 1 || !slices.Equal(shown[0], want) {
		t.Errorf("it shows %q, want %q", shown, want)
	}
	for cell, kind := range map[string]excelize.CellType{
		"A1": excelize.CellTypeInlineString, "B1": excelize.CellTypeUnset, "C1": excelize.CellTypeUnset, "F1": excelize.CellTypeUnset,
	} {
		if got, err := book.GetCellType("Hours", cell); err != nil || got != kind {
			t.Errorf("%s is of type %v, %v, want %v", cell, got, err, kind)
		}
	}
}

// TestTextsAreNeverFormulas also holds for what a spreadsheet would take for one in a CSV file, and for what XML can't hold.
func TestTextsAreNeverFormulas(t *testing.T) {
	texts := []string{
		"=1+1", "+1", "-1", "@SUM(A1)", "＝1", "\u200b=1", "'=1", "\t=1", "=HYPERLINK(\"https://contoso.example\")", "a\nb", "a\r\nb", " blanks ",
		"<b>&amp;\"quotes\"</b>", "_x0041_", "_x005F_x0041_", "_x00e9_", "_x_", "\x00\x01\x1f", "\ufffe\uffff", "not UTF-8 \xff",
		"עדה לאבלייס", "عائشة", "Ада", "李小龍", "अदिति", "🚀", "e\u0301",
	}
	rows := make([][]xlsx.Cell, len(texts))
	for i, text := range texts {
		rows[i] = []xlsx.Cell{xlsx.Text(text)}
	}
	file := write(t, xlsx.Layout{Columns: columns(1)}, rows...)
	book := open(t, file)
	for i, text := range texts {
		cell := fmt.Sprintf("A%d", i+1)
		if formula, err := book.GetCellFormula("Hours", cell); formula != "" || err != nil {
			t.Errorf("%q is the formula %q, %v", text, formula, err)
		}
		style, err := book.GetCellStyle("Hours", cell)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := book.GetStyle(style); err != nil || got.NumFmt != 49 {
			t.Errorf("%q has the format %+v, %v, want that of texts", text, got, err)
		}
		got, err := book.GetCellValue("Hours", cell)
		if want := strings.ToValidUTF8(text, "\ufffd"); err != nil || got != want {
			t.Errorf("it reads as %q, %v, want %q", got, err, want)
		}
	}
	if sheet := part(t, file, "xl/worksheets/sheet1.xml"); strings.Contains(sheet, "<f") {
		t.Error("a cell is a formula")
	}
}

// part gives a part of the archive, which is well-formed XML.
func part(t *testing.T, file []byte, name string) string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	opened, err := archive.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	content, err := io.ReadAll(opened)
	if err != nil {
		t.Fatal(err)
	}
	for decoder := xml.NewDecoder(bytes.NewReader(content)); ; {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return string(content)
		} else if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}

func TestEveryPartIsWellFormed(t *testing.T) {
	file := write(t, xlsx.Layout{Columns: columns(30), Frozen: 1, Filter: 1, Wide: true}, []xlsx.Cell{xlsx.Text("a").As(xlsx.Head)}, []xlsx.Cell{xlsx.Integer(1)})
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	for _, each := range archive.File {
		part(t, file, each.Name)
		if !each.Modified.Equal(made) {
			t.Errorf("%s is of %s", each.Name, each.Modified)
		}
	}
	if again := write(t, xlsx.Layout{Columns: columns(30), Frozen: 1, Filter: 1, Wide: true}, []xlsx.Cell{xlsx.Text("a").As(xlsx.Head)}, []xlsx.Cell{xlsx.Integer(1)}); !bytes.Equal(file, again) {
		t.Error("the same calls wrote other bytes")
	}
	book := open(t, file)
	panes, err := book.GetPanes("Hours")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes %+v, %v", panes, err)
	}
	if names := book.GetDefinedName(); len(names) != 1 || names[0].RefersTo != "'Hours'!$1:$1" {
		t.Errorf("names %+v", names)
	}
	if properties, err := book.GetDocProps(); err != nil || properties.Title != "A <title>" || properties.Creator != "TimeTracker" {
		t.Errorf("properties %+v, %v", properties, err)
	}
}

func TestSheetNamesAreLegalAndUnique(t *testing.T) {
	long := strings.Repeat("x", 40)
	names := []string{
		"Payments", "payments", "PAYMENTS", "", "'", "''quoted''", "a[b]:c*d?e/f\\g", "History", long, long, strings.Repeat("🚀", 20), "\x00a\n", "Straße", "STRASSE",
		"it's", "\xff", "עדה", "  ",
	}
	var out bytes.Buffer
	book, err := xlsx.New(&out, xlsx.Properties{Made: made})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, name := range names {
		sheet, err := book.AddSheet(name, xlsx.Layout{Columns: columns(1), Frozen: 1})
		if err != nil {
			t.Fatal(err)
		}
		if err := sheet.Row(xlsx.Integer(int64(i))); err != nil {
			t.Fatal(err)
		}
		if folded := strings.ToLower(sheet.Name); seen[folded] {
			t.Errorf("%q is there twice", sheet.Name)
		} else {
			seen[folded] = true
		}
		units := len(utf16.Encode([]rune(sheet.Name)))
		if units == 0 || units > 31 || strings.ContainsAny(sheet.Name, "[]:*?/\\\x00\n") || strings.HasPrefix(sheet.Name, "'") ||
			strings.HasSuffix(sheet.Name, "'") || strings.EqualFold(sheet.Name, "history") {
			t.Errorf("%q became %q", name, sheet.Name)
		}
	}
	if err := book.Close(); err != nil {
		t.Fatal(err)
	}
	read := open(t, out.Bytes())
	list := read.GetSheetList()
	if len(list) != len(names) {
		t.Fatalf("there are %q", list)
	}
	for i, name := range list {
		if got, err := read.GetCellValue(name, "A1"); err != nil || got != fmt.Sprint(i) {
			t.Errorf("sheet %q says %q, %v, want %d", name, got, err, i)
		}
	}
}

// TestDaysAndLengthsAreExact reads back what was written, to the millisecond.
func TestDaysAndLengthsAreExact(t *testing.T) {
	var rows [][]xlsx.Cell
	var lengths []int64
	for _, ms := range []int64{0, 1, 999, 59_999, 3_600_000, 86_399_999, 86_400_001, 1_234_567_890_123, -5_400_000} {
		lengths = append(lengths, ms)
		rows = append(rows, []xlsx.Cell{xlsx.Duration(ms)})
	}
	book := open(t, write(t, xlsx.Layout{Columns: columns(1)}, rows...))
	for i, ms := range lengths {
		raw, err := book.GetCellValue("Hours", fmt.Sprintf("A%d", i+1), excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		var days float64
		if _, err := fmt.Sscan(raw, &days); err != nil {
			t.Fatal(err)
		}
		if got := int64(math.Round(days * 86_400_000)); got != ms {
			t.Errorf("%d ms read as %d", ms, got)
		}
	}
}

func TestASheetThatIsFullIsAnError(t *testing.T) {
	book, err := xlsx.New(io.Discard, xlsx.Properties{Made: made})
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := book.AddSheet("Hours", xlsx.Layout{Columns: columns(1)})
	if err != nil {
		t.Fatal(err)
	}
	if err := sheet.Row(xlsx.Integer(1), xlsx.Integer(2)); err == nil {
		t.Error("a row has more cells than the sheet has columns")
	}
	if _, err := book.AddSheet("More", xlsx.Layout{}); err == nil {
		t.Error("a sheet has no columns")
	}
}

var errFault = errors.New("a fault")

type broken struct{ after int }

func (b *broken) Write(p []byte) (int, error) {
	if b.after -= len(p); b.after < 0 {
		return 0, errFault
	}
	return len(p), nil
}

func TestItEndsWithTheFirstErrorOfTheWriter(t *testing.T) {
	book, err := xlsx.New(&broken{after: 100_000}, xlsx.Properties{Made: made})
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := book.AddSheet("Hours", xlsx.Layout{Columns: columns(1)})
	if err != nil {
		t.Fatal(err)
	}
	for i := range int64(xlsx.MaxRows) {
		if err = sheet.Row(xlsx.Text(fmt.Sprintf("%d is %x", i, i*7919))); err != nil {
			break
		}
	}
	if !errors.Is(err, errFault) || !errors.Is(book.Close(), errFault) {
		t.Errorf("the error is %v", err)
	}
}

// TestMemoryDoesNotGrowWithRows holds that rows are gone when they are written.
func TestMemoryDoesNotGrowWithRows(t *testing.T) {
	live := func(rows int) uint64 {
		book, err := xlsx.New(io.Discard, xlsx.Properties{Made: made})
		if err != nil {
			t.Fatal(err)
		}
		sheet, err := book.AddSheet("Hours", xlsx.Layout{Columns: columns(2)})
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			if err := sheet.Row(xlsx.Text(fmt.Sprintf("row %d", i)), xlsx.Integer(int64(i))); err != nil {
				t.Fatal(err)
			}
		}
		runtime.GC()
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		runtime.KeepAlive(book)
		return memory.HeapAlloc
	}
	few, many := live(100), live(100_000)
	if many > few+1<<20 {
		t.Errorf("100 rows hold %d bytes, 100,000 hold %d", few, many)
	}
}
