package importer

import (
	"math/rand/v2"
	"testing"
	"time"

	"timetracker/internal/ids"
)

// Spans say the same as a look at every minute, in whatever order they are added, across days and before 1970.
func TestSpans(t *testing.T) {
	const minutes = 5 * 24 * 60
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 1))
		begin := time.Date(1969, 12, 29, 0, 0, 0, 0, time.UTC)
		at := func(minute int) time.Time { return begin.Add(time.Duration(minute) * time.Minute) }
		people := []ids.User{{1}, {2}}
		taken := map[ids.User]*[minutes]bool{people[0]: {}, people[1]: {}}
		s := spans{}
		for range 60 {
			owner := people[random.IntN(2)]
			from := random.IntN(minutes - 1)
			to := from + 1 + random.IntN(min(24*60, minutes-from-1)+1)
			to = min(to, minutes)
			first := -1 // the first minute that is free again
			for minute := from; minute < to; minute++ {
				if taken[owner][minute] {
					first = minute
					break
				}
			}
			end := s.endOf(owner, at(from), at(to))
			if end.IsZero() != (first < 0) {
				t.Fatalf("seed %d: minutes %d to %d are taken from %d, and the end is %s", seed, from, to, first, end)
			}
			if !end.IsZero() && (!end.After(at(first)) || !taken[owner][int(end.Sub(begin)/time.Minute)-1]) {
				t.Fatalf("seed %d: what begins at %d ends at %s", seed, first, end)
			}
			if end.IsZero() || random.IntN(4) == 0 {
				s.add(owner, at(from), at(to))
				for minute := from; minute < to; minute++ {
					taken[owner][minute] = true
				}
			}
		}
	}
}

// Rows that come from the latest to the earliest, as in some exports, take no more room than others.
func TestSpansThatTouchAreOne(t *testing.T) {
	s := spans{}
	noon := time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)
	for n := range 600 {
		s.add(ids.User{1}, noon.Add(-time.Duration(n+1)*time.Minute), noon.Add(-time.Duration(n)*time.Minute))
	}
	if len(s) != 1 || len(s[personDay{ids.User{1}, noon.UnixMilli() / dayMS}]) != 1 {
		t.Errorf("they are %v", s)
	}
	if end := s.endOf(ids.User{1}, noon.Add(-time.Hour), noon.Add(time.Hour)); !end.Equal(noon) {
		t.Errorf("they end at %s", end)
	}
}
