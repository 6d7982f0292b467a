package render

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"timetracker/internal/calendar"
)

// Style is how a CSV file is written, since spreadsheets expect that of their language. The zero value is that of English
// ones.
type Style struct {
	Separator rune   // zero: a comma
	Decimal   string // the decimal sign; empty: a point
}

// Comma is the decimal sign of many languages, whose spreadsheets cut cells at semicolons.
const Comma = ","

func (s Style) separator() rune {
	if s.Separator == 0 {
		return ','
	}
	return s.Separator
}

// hours writes ms as decimal hours.
func (s Style) hours(ms int64) string {
	if s.Decimal == "" {
		return calendar.DecimalHours(ms, ".")
	}
	return calendar.DecimalHours(ms, s.Decimal)
}

// byteOrderMark tells spreadsheets that a file is UTF-8. Without it they show Zoë as ZoÃ«.
const byteOrderMark = "\ufeff"

// WriteTable writes a head and the records as CSV (RFC 4180) in UTF-8, while it reads them. Texts stay as they are, line
// breaks included, but a spreadsheet reads no cell as a formula, not even one that cuts cells elsewhere.
func WriteTable(w io.Writer, style Style, head []string, records iter.Seq2[[]string, error]) error {
	out := table{out: bufio.NewWriter(w), separator: style.separator()}
	if _, err := out.out.WriteString(byteOrderMark); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	if err := out.write(head); err != nil {
		return err
	}
	for record, err := range records {
		if err != nil {
			return err
		}
		if err := out.write(record); err != nil {
			return err
		}
	}
	if err := out.out.Flush(); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	return nil
}

// table writes records. The standard library's writer is none for it, since it changes line breaks within cells.
type table struct {
	out       *bufio.Writer
	separator rune
}

func (t table) write(record []string) error {
	for i, cell := range record {
		if i > 0 {
			_, _ = t.out.WriteRune(t.separator) // the first error stays with the writer
		}
		cell = inert(cell, t.separator)
		if strings.ContainsAny(cell, "\"\r\n"+string(t.separator)) {
			cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		_, _ = t.out.WriteString(cell)
	}
	if _, err := t.out.WriteString("\r\n"); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	return nil
}

// negativeHours are decimal hours of an adjustment.
var negativeHours = regexp.MustCompile(`^-[0-9]{1,12}[.,][0-9]{2}$`)

// inert keeps a spreadsheet from reading a text, or a part that it takes for a cell, as a formula:
// https://owasp.org/www-community/attacks/CSV_Injection. A negative number stays a number.
func inert(text string, separator rune) string {
	if _, err := strconv.ParseInt(text, 10, 64); (err == nil && text[0] == '-') || negativeHours.MatchString(text) {
		return text
	}
	if !strings.ContainsFunc(text, func(c rune) bool { return isSign(c) || isBreak(c) }) {
		return text
	}
	var out strings.Builder
	if isBreak(rune(text[0])) {
		out.WriteByte('\'') // some programs ignore these
	}
	begins := true // at the beginning of a cell
	for rest := text; rest != ""; {
		c, size := utf8.DecodeRuneInString(rest)
		switch {
		case isSign(c):
			if begins {
				out.WriteByte('\'')
			}
			begins = false
		case c == ';', isBreak(c), c == ',' && separator != ',':
			begins = true
		case c == '"', isBlank(c): // these may precede a cell's text
		default:
			begins = false
		}
		out.WriteString(rest[:size])
		rest = rest[size:]
	}
	return out.String()
}

// isSign says whether a cell that begins with c may be a formula. Spreadsheets of East Asian languages take the wide and
// small forms of the signs as well.
func isSign(c rune) bool {
	return strings.ContainsRune("=+-@＝＋－＠﹦﹢﹣﹫−", c)
}

// isBreak says whether c ends a line or, in some programs, a cell.
func isBreak(c rune) bool { return c == '\t' || c == '\r' || c == '\n' }

// isBlank says whether nothing is seen of c, so that a program may skip it at the beginning of a cell.
func isBlank(c rune) bool {
	const brailleWithoutDots = '\u2800'
	return c == brailleWithoutDots || unicode.IsSpace(c) ||
		unicode.In(c, unicode.Cc, unicode.Cf, unicode.Mn, unicode.Other_Default_Ignorable_Code_Point)
}
