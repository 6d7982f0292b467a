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
