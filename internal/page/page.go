package page

import (
	"time"

	"timetracker/internal/ids"
)

// Position is a position in a list that is ordered by instant or name, and by id. The zero value is the list's start.
type Position struct {
	At   time.Time // UTC; zero in a list by name
	Name string    // empty in a list by instant
	ID   ids.Any
}

// Request asks for a part of a list.
type Request struct {
	After Position // rows strictly after it
	Limit int      // how many rows at most
}

// WithOneMore asks for one row more, which shows whether the list goes on. Cut removes it again.
func (r Request) WithOneMore() Request {
	r.Limit++
	return r
}

// Cut gives the first limit rows, and the position to go on from: the zero Position when the list has ended.
func Cut[T any](rows []T, limit int, position func(T) Position) ([]T, Position) {
	if len(rows) <= limit {
		return rows, Position{}
	}
	rows = rows[:limit]
	return rows, position(rows[limit-1])
}

// wholeSize is how many rows of a list are read at once when all of it is read.
const wholeSize = 500

// Each reads a list to its end, a part at a time, and calls visit for each row.
func Each[T any](read func(Request) ([]T, error), position func(T) Position, visit func(T) error) error {
	for request := (Request{Limit: wholeSize}); ; {
		rows, err := read(request)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := visit(row); err != nil {
				return err
			}
		}
		if len(rows) < wholeSize {
			return nil
		}
		request.After = position(rows[len(rows)-1])
	}
}
