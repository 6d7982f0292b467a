package xlsx

import (
	"fmt"
	"strings"
)

// Style is how a cell looks. The kinds of cells have styles of their own.
type Style int

// The styles, in the order of the workbook's list.
const (
	Unstyled  Style = iota
	Plain           // a text
	Whole           // 1,234
	Number          // 1234, of a work item
	Minutes         // [h]:mm
	Seconds         // [h]:mm:ss
	Decimal         // 1,234.50
	DateStyle       // in the reader's own way
	Moment          // a day with a clock's time
	MomentSeconds
	Title
	Head // of a column
	HeadRight
	Quiet
	Wrapped // a text in several lines
	totals  // those of a row with sums begin here
)

// total gives the style of a row with sums.
func (s Style) total() Style {
	if s > MomentSeconds {
		return s
	}
	return totals + s
}

// format is one entry of the workbook's list of formats.
type format struct {
	number     int // of numFmts; those below 164 are the standard's
	font       int
	fill       int
	border     int
	horizontal string
	wrap       bool
	text       bool
}

// The numbers of formats. Those from 164 on are the workbook's own.
const (
	plainInteger        = 1
	integer             = 3
	decimal2            = 4
	dateOnly            = 14
	asText              = 49
	minutesFormat       = 164
	secondsFormat       = 165
	momentFormat        = 166
	momentSecondsFormat = 167
)

var formats = func() []format {
	const plainFont, boldFont, titleFont, quietFont = 0, 1, 2, 3
	list := []format{
		Unstyled:      {},
		Plain:         {number: asText, text: true},
		Whole:         {number: integer},
		Number:        {number: plainInteger, horizontal: "left"},
		Minutes:       {number: minutesFormat},
		Seconds:       {number: secondsFormat},
		Decimal:       {number: decimal2},
		DateStyle:     {number: dateOnly, horizontal: "left"},
		Moment:        {number: momentFormat, horizontal: "left"},
		MomentSeconds: {number: momentSecondsFormat, horizontal: "left"},
		Title:         {number: asText, font: titleFont, text: true},
		Head:          {number: asText, font: boldFont, fill: 2, border: 1, text: true},
		HeadRight:     {number: asText, font: boldFont, fill: 2, border: 1, horizontal: "right", text: true},
		Quiet:         {number: asText, font: quietFont, text: true},
		Wrapped:       {number: asText, wrap: true, text: true},
	}
	for s := Unstyled; s <= MomentSeconds; s++ {
		sum := list[s]
		sum.font, sum.border = boldFont, 2
		list = append(list, sum)
	}
	return list
}()

// styleSheet is the part of the workbook that Style is an index into.
func styleSheet() string {
	var cells strings.Builder
	for _, f := range formats {
		fmt.Fprintf(&cells, `<xf numFmtId="%d" fontId="%d" fillId="%d" borderId="%d" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1"`,
			f.number, f.font, f.fill, f.border)
		if f.text {
			cells.WriteString(` quotePrefix="1"`) // a text that looks like a formula stays one when it is edited
		}
		cells.WriteString(` applyAlignment="1"><alignment vertical="top"`)
		if f.horizontal != "" {
			fmt.Fprintf(&cells, ` horizontal="%s"`, f.horizontal)
		}
		if f.wrap {
			cells.WriteString(` wrapText="1"`)
		}
		cells.WriteString(`/></xf>`)
	}
	const side = `<left/><right/>`
	return `<styleSheet xmlns="` + mainSpace + `"><numFmts count="4">` +
		fmt.Sprintf(`<numFmt numFmtId="%d" formatCode="[h]:mm"/>`, minutesFormat) +
		fmt.Sprintf(`<numFmt numFmtId="%d" formatCode="[h]:mm:ss"/>`, secondsFormat) +
		fmt.Sprintf(`<numFmt numFmtId="%d" formatCode="yyyy\-mm\-dd\ hh:mm"/>`, momentFormat) +
		fmt.Sprintf(`<numFmt numFmtId="%d" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/>`, momentSecondsFormat) +
		`</numFmts><fonts count="4"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>` +
		`<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font>` +
		`<font><b/><sz val="16"/><name val="Calibri"/><family val="2"/></font>` +
		`<font><sz val="10"/><color rgb="FF5F5F5F"/><name val="Calibri"/><family val="2"/></font></fonts>` +
		`<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>` +
		`<fill><patternFill patternType="solid"><fgColor rgb="FFF0F0F0"/><bgColor indexed="64"/></patternFill></fill></fills>` +
		`<borders count="3"><border>` + side + `<top/><bottom/><diagonal/></border>` +
		`<border>` + side + `<top/><bottom style="thin"><color rgb="FFB0B0B0"/></bottom><diagonal/></border>` +
		`<border>` + side + `<top style="thin"><color rgb="FFB0B0B0"/></top><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		fmt.Sprintf(`<cellXfs count="%d">`, len(formats)) + cells.String() + `</cellXfs>` +
		`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
}
