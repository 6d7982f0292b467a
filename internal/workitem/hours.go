package workitem

import (
	"math"
	"math/big"
	"strconv"
	"time"
)

// Trackers keep hours as binary fractions and show them as decimal ones. We count in hundredths of an hour, and add the
// decimal ones. So taking away what was added gives the number that was there before.

// hoursOf is a number of hundredths as hours.
func hoursOf(hundredths int64) float64 { return addHours(0, hundredths) }

// addHours adds hundredths of an hour to hours, exactly as decimal fractions.
func addHours(hours float64, hundredths int64) float64 {
	sum := decimal(hours)
	nearest, _ := sum.Add(sum, big.NewRat(hundredths, 100)).Float64()
	return nearest
}

// wholeHundredths is how many hundredths there are in hours that aren't below zero.
func wholeHundredths(hours float64) int64 {
	all := decimal(max(0, hours))
	all.Mul(all, big.NewRat(100, 1))
	whole := new(big.Int).Quo(all.Num(), all.Denom())
	if !whole.IsInt64() {
		return math.MaxInt64
	}
	return whole.Int64()
}

// decimal is the number that is shown of a binary fraction. What is no number is zero; no tracker says it.
func decimal(hours float64) *big.Rat {
	shown, ok := new(big.Rat).SetString(strconv.FormatFloat(hours, 'f', -1, 64))
	if !ok {
		return new(big.Rat)
	}
	return shown
}

// msPerHundredth is how many milliseconds a hundredth of an hour has.
const msPerHundredth = int64(36 * time.Second / time.Millisecond)

// roundedHundredths is a length in hundredths of an hour, rounded to a step of so many hundredths; half a step goes up.
func roundedHundredths(length time.Duration, step int64) int64 {
	unit := step * msPerHundredth
	ms := length.Milliseconds()
	steps := (2*ms + unit) / (2 * unit)
	return steps * step
}

// missingOf is by how many hundredths of an hour Completed Work is below what is ours of it. Whatever it has above that is
// others'.
func missingOf(completed *float64, ours int64) int64 {
	return max(0, ours-hundredthsOf(completed))
}

// mostHundredths bounds what is counted, since trackers take any number for hours. Sums and differences of such are exact.
const mostHundredths = 1 << 53

// hundredthsOf are hours in hundredths of an hour, to the nearest; no value is none.
func hundredthsOf(hours *float64) int64 {
	return int64(min(max(math.Round(valueOf(hours)*100), -mostHundredths), mostHundredths))
}

// othersOf are the hours that came from elsewhere, when so many hundredths of Completed Work are ours. It is nil when
// Completed Work is unknown or has no value.
func othersOf(completed *float64, ours int64) *float64 {
	if completed == nil {
		return nil
	}
	others := max(0, addHours(*completed, -ours))
	return &others
}

// valueOf are hours as a number; no value is none.
func valueOf(hours *float64) float64 {
	if hours == nil {
		return 0
	}
	return *hours
}
