package render

import (
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"iter"

	"timetracker/internal/report"
)

// Tally is what a file has to know of all rows before it shows the first one.
type Tally interface {
	Add(row report.Row) error
}

// KeepRows reads the rows, adds them to the tally and keeps them, so that ReadRows can read them again. The database is
// asked only once for a file that needs two passes, and no memory grows with the rows. It ends with the tally's first error.
func KeepRows(w io.Writer, rows iter.Seq2[report.Row, error], tally Tally) error {
	return keep(w, rows, tally.Add)
}

// AddRows adds the rows to a tally that keeps them by itself. It ends with the tally's first error.
func AddRows(rows iter.Seq2[report.Row, error], tally Tally) error {
	for row, err := range rows {
		if err != nil {
			return err
		}
		if err := tally.Add(row); err != nil {
			return err
		}
	}
	return nil
}

// ReadRows reads what KeepRows has kept.
func ReadRows(r io.Reader) iter.Seq2[report.Row, error] { return kept[report.Row](r) }

func keep[T any](w io.Writer, rows iter.Seq2[T, error], add func(T) error) error {
	out := gob.NewEncoder(w)
	for row, err := range rows {
		if err != nil {
			return err
		}
		if err := add(row); err != nil {
			return err
		}
		if err := out.Encode(row); err != nil {
			return fmt.Errorf("keep a row: %w", err)
		}
	}
	return nil
}

func kept[T any](r io.Reader) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		in := gob.NewDecoder(r)
		for {
			var row T
			err := in.Decode(&row)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				err = fmt.Errorf("read a kept row: %w", err)
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}
