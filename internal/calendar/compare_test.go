package calendar_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
)

func TestPreviousVectors(t *testing.T) {
	for _, row := range domaintest.Vectors(t, "the range before") {
		before := calendar.Previous(day(t, row[0]), day(t, row[1]))
		if got := []string{before.From.String(), before.To.String(), string(before.Basis)}; !slices.Equal(got, row[2:5]) {
			t.Errorf("%s to %s is compared with %v, want %v", row[0], row[1], got, row[2:5])
		}
	}
}

// TestComparisonsAreWhole shows that what parts are compared with has no gaps, and that no day of it is counted twice.
func TestComparisonsAreWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for range 3_000 {
		from := randomDay(r)
		if r.IntN(2) == 0 {
			from.Date = 1
		}
		to := from.AddDays(1 + r.IntN(366))
		if r.IntN(3) == 0 {
			to.Date = 1
		}
		if from.DaysUntil(to) <= 0 {
			continue
		}
		before := calendar.Previous(from, to)
		if from.DaysUntil(to) <= 7 && r.IntN(2) == 0 {
			before = calendar.WeekBefore(from, to)
		}
		if before.From.DaysUntil(before.To) <= 0 || before.To.DaysUntil(from) < 0 {
			t.Fatalf("%s to %s is compared with %s to %s", from, to, before.From, before.To)
		}
		unit := []calendar.Unit{calendar.UnitDay, calendar.UnitWeek, calendar.UnitMonth, calendar.UnitQuarter}[r.IntN(4)]
		parts := calendar.Parts(from, to, unit, calendar.WeekFromSunday)
		compared := before.Parts(parts, unit)
		if more := len(compared) - len(parts); more != 0 && more != 1 {
			t.Fatalf("%d parts are compared with %d", len(parts), len(compared))
		}
		at := before.From
		for _, part := range compared {
			if part.From != at || part.From.DaysUntil(part.To) < 0 {
				t.Fatalf("%s to %s by %s: %+v of %+v", from, to, unit, part, compared)
			}
			at = part.To
		}
		if at != before.To {
			t.Fatalf("%s to %s by %s: ends at %s, want %s", from, to, unit, at, before.To)
		}
	}
}

// TestDaysOfAWeek compares Monday to Wednesday with Monday to Wednesday, and not with the three days before.
func TestDaysOfAWeek(t *testing.T) {
	day := func(date int) calendar.Day { return calendar.Day{Year: 2026, Month: 11, Date: date} }
	before := calendar.WeekBefore(day(23), day(26))
	if before.From != day(16) || before.To != day(19) || before.Basis != calendar.BasisWeek {
		t.Errorf("compared with %s to %s by %s", before.From, before.To, before.Basis)
	}
}
