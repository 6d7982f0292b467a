package page_test

import (
	"slices"
	"testing"

	"timetracker/internal/ids"
	"timetracker/internal/page"
)

// Reading part by part gives every row once, in order, whatever the length of the parts.
func TestPartsMakeTheWhole(t *testing.T) {
	rows := []int{10, 11, 12, 13, 14}
	read := func(request page.Request) (found []int) {
		for _, row := range rows {
			if after := int(request.After.ID[15]); row > after && len(found) < request.Limit {
				found = append(found, row)
			}
		}
		return found
	}
	for limit := 1; limit <= len(rows)+1; limit++ {
		var all []int
		request := page.Request{Limit: limit}
		for range len(rows) + 1 {
			part, next := page.Cut(read(request.WithOneMore()), limit, func(row int) page.Position {
				return page.Position{ID: ids.Any{15: byte(row)}}
			})
			all = append(all, part...)
			if next == (page.Position{}) {
				break
			}
			if len(part) != limit {
				t.Fatalf("limit %d: a part of %d rows goes on", limit, len(part))
			}
			request.After = next
		}
		if !slices.Equal(all, rows) {
			t.Errorf("limit %d: %v, want %v", limit, all, rows)
		}
	}
}
