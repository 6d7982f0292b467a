package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
)

// WriteCSV writes a report as CSV: a head, a row for each group, and a last row with the totals. Lengths are in exact
// milliseconds and as h:mm:ss.mmm. It writes while it reads, so memory does not grow with the rows.
func WriteCSV(w io.Writer, r *Report) error {
	var head []string
	for _, d := range r.GroupBy {
		head = append(head, columns(d)...)
	}
	width := len(head)
	head = append(head, "elapsed_ms", "elapsed", "needs_review_ms", "entries")
	return WriteTable(w, head, func(yield func([]string, error) bool) {
		var elapsed, review int64
		for row, err := range r.Rows {
			if err != nil {
				yield(nil, err)
				return
			}
			elapsed += row.ElapsedMS
			review += row.ReviewMS
			record := make([]string, 0, len(head))
			for _, d := range r.GroupBy {
				record = append(record, cells(d, row)...)
			}
			record = append(record, strconv.FormatInt(row.ElapsedMS, 10), clock(row.ElapsedMS),
				strconv.FormatInt(row.ReviewMS, 10), strconv.FormatInt(row.Entries, 10))
			if !yield(record, nil) {
				return
			}
		}
		total := make([]string, width, len(head))
		total[0] = "total"
		yield(append(total, strconv.FormatInt(elapsed, 10), clock(elapsed), strconv.FormatInt(review, 10), ""), nil)
	})
}

// WriteTable writes a head and the records as CSV (RFC 4180), while it reads them. A spreadsheet reads no cell as a
// formula, not even one that cuts cells at semicolons or tabs.
func WriteTable(w io.Writer, head []string, records iter.Seq2[[]string, error]) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(head); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	for record, err := range records {
		if err != nil {
			return err
		}
		for i, cell := range record {
			record[i] = inert(cell)
		}
		if err := out.Write(record); err != nil {
			return fmt.Errorf("write csv: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	return nil
}

func columns(d Dimension) []string {
	switch d {
	case Project:
		return []string{"organization", "project"}
	case User:
		return []string{"user_id", "user"}
	case WorkItem:
		return []string{"work_item_organization", "work_item_project", "work_item_id", "work_item_type", "work_item_title"}
	default:
		return []string{string(d)}
	}
}

func cells(d Dimension, row Row) []string {
	switch d {
	case Project:
		return []string{row.Site.Name, row.Project.Name}
	case User:
		return []string{row.User.ID.String(), row.User.Name}
	case WorkItem:
		item := row.WorkItem
		return []string{item.Site.Name, item.Project.Name, item.Number, item.Type, item.Title}
	default:
		return []string{row.PeriodName}
	}
}

// inert keeps a spreadsheet from reading a text, or a part that it takes for a cell, as a formula:
// https://owasp.org/www-community/attacks/CSV_Injection. A negative number stays a number.
func inert(text string) string {
	if !strings.ContainsAny(text, "=+-@\t\r\n") {
		return text
	}
	if _, err := strconv.ParseInt(text, 10, 64); err == nil && text[0] == '-' {
		return text
	}
	var out strings.Builder
	if strings.ContainsRune("\t\r\n", rune(text[0])) {
		out.WriteByte('\'') // some programs ignore these
	}
	begins := true // at the beginning of a cell
	for _, c := range []byte(text) {
		switch c {
		case '=', '+', '-', '@':
			if begins {
				out.WriteByte('\'')
			}
			begins = false
		case ';', '\t', '\r', '\n':
			begins = true
		case ' ', '"': // these may precede a cell's text
		default:
			begins = false
		}
		out.WriteByte(c)
	}
	return out.String()
}

// clock writes ms as h:mm:ss.mmm.
func clock(ms int64) string {
	return fmt.Sprintf("%d:%02d:%02d.%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000)
}
