package xlsx

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// The bounds that programs set: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3.
const (
	MaxRows    = 1_048_576 // of a sheet
	maxColumns = 16_384
	maxText    = 32_767 // UTF-16 units of a cell
	maxWidth   = 255    // characters of a column
)

// Properties describe a workbook to those who collect documents.
type Properties struct {
	Title    string
	Producer string
	Made     time.Time
}

// Workbook is a workbook that is being written. Its sheets are written one after the other. It is not safe for concurrent
// use.
type Workbook struct {
	archive *zip.Writer
	made    time.Time
	names   []string // of the sheets
	frozen  []int    // rows of each sheet, which are printed on each page
	taken   map[string]bool
	sheet   *Sheet // the one that is written on
}

// New begins a workbook without sheets. The same calls write the same bytes.
func New(w io.Writer, properties Properties) (*Workbook, error) {
	b := &Workbook{archive: zip.NewWriter(w), made: properties.Made.UTC(), taken: map[string]bool{}}
	compressor, err := flate.NewWriter(io.Discard, flate.BestSpeed) // its time counts while a client waits
	if err != nil {
		return nil, fmt.Errorf("write a workbook: %w", err)
	}
	// One compressor serves all parts, one after the other, since each takes more memory than anything else here.
	b.archive.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		compressor.Reset(out)
		return compressor, nil
	})
	for _, part := range []struct{ name, content string }{
		{"_rels/.rels", relationships},
		{"docProps/core.xml", properties.core()},
		{"docProps/app.xml", properties.app()},
		{"xl/styles.xml", styleSheet()},
	} {
		if err := b.part(part.name, part.content); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// create begins a part of the archive.
func (b *Workbook) create(name string) (io.Writer, error) {
	out, err := b.archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: b.made})
	if err != nil {
		return nil, fmt.Errorf("write a workbook: %w", err)
	}
	return out, nil
}

func (b *Workbook) part(name, content string) error {
	out, err := b.create(name)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(out, xml.Header+content); err != nil {
		return fmt.Errorf("write a workbook: %w", err)
	}
	return nil
}

// Column is a column of a sheet.
type Column struct {
	Width float64 // in characters of the usual size
}

// Layout is how a sheet looks before it has rows.
type Layout struct {
	Columns []Column
	Frozen  int  // rows that stay when others move, and are printed on each page, from the first one on
	Filter  int  // the row, from 1 on, whose cells offer to filter those below; zero: none
	Wide    bool // printed across
}

var errNoColumns = errors.New("a sheet has 1 to 16,384 columns")

// AddSheet ends the sheet before it and begins another one. Names that programs refuse are changed, and names that there are
// already get a number. AddSheet gives the sheet, whose name says what became of it.
func (b *Workbook) AddSheet(name string, layout Layout) (*Sheet, error) {
	if err := b.endSheet(); err != nil {
		return nil, err
	}
	if len(layout.Columns) == 0 || len(layout.Columns) > maxColumns {
		return nil, errNoColumns
	}
	name = b.unique(legal(name))
	b.names, b.frozen = append(b.names, name), append(b.frozen, layout.Frozen)
	out, err := b.create(fmt.Sprintf("xl/worksheets/sheet%d.xml", len(b.names)))
	if err != nil {
		return nil, err
	}
	b.sheet = &Sheet{Name: name, layout: layout, out: bufio.NewWriterSize(out, bufferSize)}
	b.sheet.begin(len(b.names) == 1)
	return b.sheet, nil
}

func (b *Workbook) endSheet() error {
	if b.sheet == nil {
		return nil
	}
	err := b.sheet.end()
	b.sheet = nil
	return err
}

// Close ends the workbook, which has at least one sheet. It does not close what is written to.
func (b *Workbook) Close() error {
	if err := b.endSheet(); err != nil {
		return err
	}
	var sheets, links, types, printed strings.Builder
	for i, name := range b.names {
		fmt.Fprintf(&sheets, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, escape(name), i+1, i+1)
		fmt.Fprintf(&links, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, i+1, officeRelationship, i+1)
		if frozen := b.frozen[i]; frozen > 0 {
			fmt.Fprintf(&printed, `<definedName name="_xlnm.Print_Titles" localSheetId="%d">'%s'!$1:$%d</definedName>`,
				i, escape(strings.ReplaceAll(name, "'", "''")), frozen)
		}
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%s.worksheet+xml"/>`, i+1, spreadsheetType)
	}
	titles := ""
	if printed.Len() > 0 {
		titles = `<definedNames>` + printed.String() + `</definedNames>`
	}
	for _, part := range []struct{ name, content string }{
		{"xl/workbook.xml", `<workbook xmlns="` + mainSpace + `" xmlns:r="` + officeRelationship + `"><sheets>` + sheets.String() +
			`</sheets>` + titles + `</workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + packageSpace + `/relationships">` + links.String() +
			`<Relationship Id="rIdStyles" Type="` + officeRelationship + `/styles" Target="styles.xml"/></Relationships>`},
		{"[Content_Types].xml", `<Types xmlns="` + packageSpace + `/content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>` +
			`<Override PartName="/docProps/app.xml" ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="` + spreadsheetType + `.sheet.main+xml"/>` +
			`<Override PartName="/xl/styles.xml" ContentType="` + spreadsheetType + `.styles+xml"/>` + types.String() + `</Types>`},
	} {
		if err := b.part(part.name, part.content); err != nil {
			return err
		}
	}
	if err := b.archive.Close(); err != nil {
		return fmt.Errorf("write a workbook: %w", err)
	}
	return nil
}

// The names of the standard's parts.
const (
	mainSpace          = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	officeRelationship = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	packageSpace       = "http://schemas.openxmlformats.org/package/2006"
	spreadsheetType    = "application/vnd.openxmlformats-officedocument.spreadsheetml"

	relationships = `<Relationships xmlns="` + packageSpace + `/relationships">` +
		`<Relationship Id="rId1" Type="` + officeRelationship + `/officeDocument" Target="xl/workbook.xml"/>` +
		`<Relationship Id="rId2" Type="` + packageSpace + `/relationships/metadata/core-properties" Target="docProps/core.xml"/>` +
		`<Relationship Id="rId3" Type="` + officeRelationship + `/extended-properties" Target="docProps/app.xml"/></Relationships>`
)

func (p Properties) core() string {
	const layout = "2006-01-02T15:04:05Z"
	return `<cp:coreProperties xmlns:cp="` + packageSpace + `/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" ` +
		`xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>` + escape(p.Title) +
		`</dc:title><dc:creator>` + escape(p.Producer) + `</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">` +
		p.Made.UTC().Format(layout) + `</dcterms:created></cp:coreProperties>`
}

func (p Properties) app() string {
	return `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>` +
		escape(p.Producer) + `</Application></Properties>`
}
