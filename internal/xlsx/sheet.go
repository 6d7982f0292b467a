package xlsx

import (
	"bufio"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// bufferSize is how much of a sheet is collected before it is compressed.
const bufferSize = 32 << 10

// Sheet is a sheet that is being written.
type Sheet struct {
	Name string // as the workbook has it

	layout Layout
	out    *bufio.Writer
	rows   int
	sums   int // at their end
	failed error
}

// kind is what a cell holds.
type kind int

const (
	emptyCell kind = iota
	textCell
	numberCell
)

// Cell is a cell of a row. The zero value is empty.
type Cell struct {
	kind   kind
	text   string
	number float64
	style  Style
}

// Text is a text, whatever it begins with. It stays one when somebody edits the cell.
func Text(value string) Cell { return Cell{kind: textCell, text: value, style: Plain} }

// Integer is a whole number.
func Integer(value int64) Cell { return Cell{kind: numberCell, number: float64(value), style: Whole} }

// Duration is a length of time in ms, as a part of a day, which is how spreadsheets count.
func Duration(ms int64) Cell {
	return Cell{kind: numberCell, number: float64(ms) / float64(24*time.Hour/time.Millisecond), style: Minutes}
}

// Hours is a length of time in ms as a number of hours, which is exact and shown with two decimals.
func Hours(ms int64) Cell {
	return Cell{kind: numberCell, number: float64(ms) / float64(time.Hour/time.Millisecond), style: Decimal}
}

// Date is a day.
func Date(year int, month time.Month, day int) Cell {
	return Cell{kind: numberCell, number: float64(serial(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))) / dayMS, style: DateStyle}
}

// Clock is what a clock shows on a day, in the location of t. Spreadsheets know no zones.
func Clock(t time.Time) Cell {
	shown := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	return Cell{kind: numberCell, number: float64(serial(shown)) / dayMS, style: Moment}
}

const dayMS = float64(24 * time.Hour / time.Millisecond)

// serial counts ms as spreadsheets count days: from the day before 1899-12-31 on, since they take 1900 for a leap year. It
// holds from March 1900 on.
func serial(t time.Time) int64 {
	return t.UnixMilli() - time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC).UnixMilli()
}

// As gives the cell another style.
func (c Cell) As(style Style) Cell {
	c.style = style
	return c
}

// Total gives the cell the look of a row with sums.
func (c Cell) Total() Cell { return c.As(c.style.total()) }

var errFull = errors.New("the sheet is full")

// Row writes the next row. Its cells are in the order of the columns.
func (s *Sheet) Row(cells ...Cell) error {
	if s.failed != nil {
		return s.failed
	}
	if s.rows == MaxRows || len(cells) > len(s.layout.Columns) {
		s.failed = errFull
		return s.failed
	}
	s.rows++
	row := strconv.Itoa(s.rows)
	s.write(`<row r="`, row, `">`)
	for i, cell := range cells {
		if cell.kind == emptyCell && cell.style == Unstyled {
			continue
		}
		s.write(`<c r="`, columnName(i), row, `" s="`, strconv.Itoa(int(cell.style)))
		switch cell.kind {
		case textCell:
			s.write(`" t="inlineStr"><is><t xml:space="preserve">`, escape(cutText(cell.text)), `</t></is></c>`)
		case numberCell:
			s.write(`"><v>`, strconv.FormatFloat(cell.number, 'g', -1, 64), `</v></c>`)
		default:
			s.write(`"/>`)
		}
	}
	s.write(`</row>`)
	return s.failed
}

// Sum writes the next row, which is left out when those above it are filtered or sorted.
func (s *Sheet) Sum(cells ...Cell) error {
	s.sums++
	return s.Row(cells...)
}

// write writes the sheet's text. The first error stays with the sheet.
func (s *Sheet) write(parts ...string) {
	for _, part := range parts {
		if _, err := s.out.WriteString(part); err != nil && s.failed == nil {
			s.failed = fmt.Errorf("write a sheet: %w", err)
		}
	}
}

// begin writes what stands before the rows.
func (s *Sheet) begin(first bool) {
	s.write(`<?xml version="1.0" encoding="UTF-8"?>`, "\n", `<worksheet xmlns="`, mainSpace, `">`)
	s.write(`<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0"`)
	if first {
		s.write(` tabSelected="1"`)
	}
	s.write(`>`)
	if s.layout.Frozen > 0 {
		below := "A" + strconv.Itoa(s.layout.Frozen+1)
		s.write(`<pane ySplit="`, strconv.Itoa(s.layout.Frozen), `" topLeftCell="`, below, `" activePane="bottomLeft" state="frozen"/>`,
			`<selection pane="bottomLeft" activeCell="`, below, `" sqref="`, below, `"/>`)
	}
	s.write(`</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>`)
	for i, column := range s.layout.Columns {
		at := strconv.Itoa(i + 1)
		s.write(`<col min="`, at, `" max="`, at, `" width="`, strconv.FormatFloat(min(column.Width, maxWidth), 'g', -1, 64), `" customWidth="1"/>`)
	}
	s.write(`</cols><sheetData>`)
}

// end writes what stands after the rows.
func (s *Sheet) end() error {
	s.write(`</sheetData>`)
	if last := s.rows - s.sums; s.layout.Filter > 0 && last > s.layout.Filter {
		s.write(`<autoFilter ref="A`, strconv.Itoa(s.layout.Filter), `:`, columnName(len(s.layout.Columns)-1), strconv.Itoa(last), `"/>`)
	}
	s.write(`<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/><pageSetup paperSize="9"`)
	if s.layout.Wide {
		s.write(` orientation="landscape"`)
	}
	s.write(` fitToWidth="1" fitToHeight="0"/></worksheet>`)
	if err := s.out.Flush(); err != nil && s.failed == nil {
		s.failed = fmt.Errorf("write a sheet: %w", err)
	}
	return s.failed
}

// columnName is what programs call a column: A to Z, then AA.
func columnName(index int) string {
	name := ""
	for n := index + 1; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}

// cutText cuts a text to what a cell can hold.
func cutText(value string) string {
	if len(value) <= maxText {
		return value
	}
	units := maxText
	for i, r := range value {
		if units -= max(1, utf16.RuneLen(r)); units < 0 {
			return value[:i]
		}
	}
	return value
}

// escape writes a text as XML. Characters that XML can't hold are written as the standard has it, such as _x0001_ (22.9.2.19),
// and what looks like that is escaped too.
func escape(value string) string {
	plain := strings.IndexFunc(value, func(r rune) bool {
		return r < ' ' || strings.ContainsRune(`&<>"_`, r) || !legalRune(r) || r == utf8.RuneError
	})
	if plain < 0 {
		return value
	}
	var out strings.Builder
	out.WriteString(value[:plain])
	for i, r := range value[plain:] {
		switch {
		case r == '&':
			out.WriteString("&amp;")
		case r == '<':
			out.WriteString("&lt;")
		case r == '>':
			out.WriteString("&gt;")
		case r == '"':
			out.WriteString("&quot;")
		case r == '_' && looksEscaped(value[plain+i:]):
			out.WriteString("_x005F_")
		case r == '\r', !legalRune(r): // a reader would take a line break for another one
			fmt.Fprintf(&out, "_x%04X_", r)
		default: // a byte that is no UTF-8 is U+FFFD
			out.WriteRune(r)
		}
	}
	return out.String()
}

// looksEscaped says whether a text begins as an escaped character does.
func looksEscaped(value string) bool {
	if len(value) < 7 || value[1] != 'x' || value[6] != '_' {
		return false
	}
	_, err := strconv.ParseUint(value[2:6], 16, 16)
	return err == nil
}

// legalRune says whether XML can hold a character (production 2 of XML 1.0).
func legalRune(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || (r >= ' ' && r != '\uFFFE' && r != '\uFFFF')
}
