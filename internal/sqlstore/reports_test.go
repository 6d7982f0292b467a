package sqlstore

import (
	"math/rand/v2"
	"testing"
	"time"

	"timetracker/internal/calendar"
)

// TestStartsWithin shows that the months that are read lie within the range. They leave out only a few days, unless the
// range begins or ends within a month.
func TestStartsWithin(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	instant := func() time.Time {
		at := time.Date(2026, time.Month(1+random.IntN(15)), 1, 0, 0, 0, 0, time.UTC)
		return at.Add(time.Duration(random.Int64N(40*24*3_600_000)-8*24*3_600_000) * time.Millisecond * time.Duration(random.IntN(2)))
	}
	for range 3_000 {
		from, to := instant(), instant()
		if !from.Before(to) {
			continue
		}
		s := startsWithin(from, to)
		if s.headTo.Before(from) || s.tailFrom.After(to) || s.tailFrom.Before(s.headTo) {
			t.Fatalf("of %s to %s, %+v is read month by month", from, to, s)
		}
		if s.headTo.Equal(s.tailFrom) {
			if to.Sub(from) > 2*fewDays {
				t.Fatalf("%s to %s is found by its starts alone", from, to)
			}
			continue
		}
		for _, rest := range []struct {
			length time.Duration
			border time.Time
		}{{s.headTo.Sub(from), s.headTo}, {to.Sub(s.tailFrom), s.tailFrom}} {
			if rest.length > fewDays || (rest.length > 0 && !rest.border.Equal(calendar.MonthOf(rest.border).From())) {
				t.Fatalf("of %s to %s, %+v is read month by month", from, to, s)
			}
		}
		if month := calendar.MonthOf(s.headTo); s.headTo.After(month.From()) && month.To().Sub(s.headTo) <= fewDays &&
			month.To().Before(s.tailFrom) {
			t.Fatalf("of %s to %s, a month is read for %s", from, to, month.To().Sub(s.headTo))
		}
	}
}
