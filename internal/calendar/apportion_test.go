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

// TestPartsWithinLengthsAddUp holds that lengths, their parts and what is left of them add up at two levels.
func TestPartsWithinLengthsAddUp(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 5_000 {
		unit := []int64{calendar.Minute, calendar.HourCent}[r.IntN(2)]
		groups := make([][2][]int64, 1+r.IntN(5))
		var sums, sumsOfParts []int64
		var whole, wholePart int64
		for i := range groups {
			var sum, sumOfParts int64
			for range 1 + r.IntN(8) {
				length := r.Int64N(3 * unit)
				part := []int64{0, length, r.Int64N(length + 1)}[r.IntN(3)]
				groups[i][0], groups[i][1] = append(groups[i][0], length), append(groups[i][1], part)
				sum, sumOfParts = sum+length, sumOfParts+part
			}
			sums, sumsOfParts = append(sums, sum), append(sumsOfParts, sumOfParts)
			whole, wholePart = whole+sum, wholePart+sumOfParts
		}
		shown, shownParts := checkWithin(t, calendar.Cut(whole, unit), calendar.Cut(wholePart, unit), sums, sumsOfParts, unit)
		for i, group := range groups {
			checkWithin(t, shown[i], shownParts[i], group[0], group[1], unit)
		}
	}
}

func checkWithin(t *testing.T, whole, wholePart int64, lengths, parts []int64, unit int64) (shown, shownParts []int64) {
	t.Helper()
	shown, shownParts = calendar.ApportionWithin(whole, wholePart, lengths, parts, unit)
	checkParts(t, whole, lengths, shown, unit)
	checkParts(t, wholePart, parts, shownParts, unit)
	rests, shownRests := make([]int64, len(parts)), make([]int64, len(parts))
	for i := range parts {
		rests[i], shownRests[i] = lengths[i]-parts[i], shown[i]-shownParts[i]
		if shownRests[i] < 0 {
			t.Fatalf("%d of %d is shown as %d of %d", parts[i], lengths[i], shownParts[i], shown[i])
		}
	}
	checkParts(t, whole-wholePart, rests, shownRests, unit)
	return shown, shownParts
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
