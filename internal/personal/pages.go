package personal

import "timetracker/internal/ids"

// Key is where a row stands among others of its table. A table's key has the parts that it needs, and the zero value is before
// all of them.
type Key struct {
	First  ids.Any
	Number int64
	Second ids.Any
}

// PageSize is how many rows are read at once, so that neither memory nor the time of a read grows with a person's data.
const PageSize = 500

// Each reads pages, each past the key of the last row, and calls visit for each row.
func Each[Row any](read func(after Key, limit int) ([]Row, error), key func(Row) Key, visit func(Row) error) error {
	for after := (Key{}); ; {
		rows, err := read(after, PageSize)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := visit(row); err != nil {
				return err
			}
		}
		if len(rows) < PageSize {
			return nil
		}
		after = key(rows[len(rows)-1])
	}
}
