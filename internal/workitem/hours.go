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
