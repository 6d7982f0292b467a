package importer

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"timetracker/internal/errs"
)

// The bounds of a file.
const (
	MaxRows   = 200_000
	MaxPart   = 512 << 10 // bytes of one part of a file
	MaxParts  = 128       // of a file: 64 MiB
	maxRecord = 64 << 10  // bytes of one row
	maxCells  = 200       // of one row
	readAhead = 64 << 10  // bytes that are read before they are needed
)

// records reads a file row by row.
type records struct {
	csv      *csv.Reader
	file     *limited
	row      int  // of the one that was read last, from 1
	exported bool // it is a list of entries that a report gave
}

// newRecords begins to read CSV (RFC 4180) in UTF-8 and finds its head. In a report of ours that is below what it is of.
// The separator is the one of comma, semicolon and tabulator that the first line has most of.
func newRecords(file io.Reader) (*records, []string, error) {
	from := &limited{from: file, left: MaxParts * MaxPart}
	in := bufio.NewReaderSize(from, readAhead)
	// A head that is longer than this is none. The reader tells an error once.
	begin, err := in.Peek(8 << 10)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, nil, err
	}
	if strings.HasPrefix(string(begin), "\ufeff") {
		_, _ = in.Discard(len("\ufeff")) // it was peeked at
		begin = begin[len("\ufeff"):]
	}
	r := &records{csv: csv.NewReader(in), file: from}
	r.csv.Comma = separatorOf(string(begin))
	r.csv.FieldsPerRecord = -1
	r.csv.ReuseRecord = true
	head, err := r.next()
	for err == nil && saysOfWhat(head) {
		head, err = r.next()
	}
	r.exported = isExported(head)
	if errors.Is(err, io.EOF) {
		return nil, nil, errs.New(errs.RuleBroken, "import_empty", "The file is empty.")
	}
	return r, append([]string(nil), head...), err
}

// separatorOf finds what separates the cells of the first line.
func separatorOf(text string) rune {
	line, _, _ := strings.Cut(text, "\n")
	best, most := ',', 0
	for _, candidate := range []rune{',', ';', '\t'} {
		if n := strings.Count(line, string(candidate)); n > most {
			best, most = candidate, n
		}
	}
	return best
}

// next gives the next row, which holds until the next call; io.EOF after the last one. Rows without any text are passed
// over. A row that isn't CSV is errs.RuleBroken, import_not_csv, and ends the file.
func (r *records) next() ([]string, error) {
	for {
		r.file.row = 0
		record, err := r.csv.Read()
		if fault, ok := errors.AsType[*csv.ParseError](err); ok {
			return nil, errs.Newf(errs.RuleBroken, "import_not_csv", "Line %d isn't CSV: a quotation mark is missing or in the wrong place.", fault.Line)
		}
		if err != nil {
			return nil, err
		}
		r.row++
		length := 0
		for _, cell := range record {
			length += len(cell)
		}
		switch {
		case r.row > MaxRows+1:
			return nil, errs.Newf(errs.RuleBroken, "import_too_long", "A file has at most %d rows. Divide it.", MaxRows)
		case length > maxRecord || len(record) > maxCells:
			return nil, rowTooLong()
		case length == 0 || (r.exported && isTotal(record)):
		case r.exported:
			return readAsWritten(record, r.csv.Comma), nil
		default:
			return record, nil
		}
	}
}

func rowTooLong() error {
	return errs.New(errs.RuleBroken, "import_row_too_long", "A row is longer than a time entry can be, or a quotation mark is missing.")
}

// limited ends a file that is longer than its parts can be, and a row that has no end.
type limited struct {
	from io.Reader
	left int64
	row  int // bytes since the row began
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errs.New(errs.RuleBroken, "import_too_long", "The file is too long. Divide it.")
	}
	if l.row > maxRecord+2*readAhead {
		return 0, rowTooLong()
	}
	n, err := l.from.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	l.row += n
	return n, err
}
