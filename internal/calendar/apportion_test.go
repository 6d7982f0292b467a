package calendar_test

import (
	"math/rand/v2"
	"testing"

	"timetracker/internal/calendar"
)

// TestPartsOfPartsAddUp holds that what is shown adds up at two levels, and that no part is off by a unit.
func TestPartsOfPartsAddUp(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 2_000 {
		unit := []int64{calendar.Minute, calendar.HourCent}[r.IntN(2)]
		groups, sums := make([][]int64, 1+r.IntN(6)), make([]int64, 0, 6)
		var whole int64
		for i := range groups {
			var sum int64
			for range 1 + r.IntN(8) {
				part := r.Int64N(3*unit) * r.Int64N(2)
				if r.IntN(9) == 0 {
					part = -part // an adjustment
				}
				groups[i], sum = append(groups[i], part), sum+part
			}
			sums, whole = append(sums, sum), whole+sum
		}
		shownWhole := whole - whole%unit
		shown := calendar.Apportion(shownWhole, sums, unit)
		checkParts(t, shownWhole, sums, shown, unit)
		for i, group := range groups {
			checkParts(t, shown[i], group, calendar.Apportion(shown[i], group, unit), unit)
		}
		one := calendar.NewApportionment(unit)
		for _, sum := range sums {
			one.Add(sum)
		}
		for i, sum := range sums {
			shown[i] = one.Show(sum)
		}
		checkParts(t, one.Whole(), sums, shown, unit)
	}
}

func checkParts(t *testing.T, whole int64, parts, shown []int64, unit int64) {
	t.Helper()
	var sum int64
	for i := range parts {
		sum += shown[i]
		if off := shown[i] - parts[i]; off <= -unit || off >= unit || shown[i]%unit != 0 {
			t.Fatalf("%d is shown as %d", parts[i], shown[i])
		}
	}
	if sum != whole {
		t.Fatalf("%v are shown as %v, which add up to %d and not to %d", parts, shown, sum, whole)
	}
}
