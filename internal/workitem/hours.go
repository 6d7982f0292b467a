package workitem

import (
	"math/big"
	"strconv"
)

// Trackers keep hours as binary fractions and show them as decimal ones. We count in hundredths of an hour, and add the
// decimal ones. So taking away what was added gives the number that was there before.

// hoursOf is a number of hundredths as hours.
func hoursOf(hundredths int64) float64 { return addHours(0, hundredths) }

// addHours adds hundredths of an hour to hours, exactly as decimal fractions.
func addHours(hours float64, hundredths int64) float64 {
	sum, ok := new(big.Rat).SetString(strconv.FormatFloat(hours, 'f', -1, 64))
	if !ok { // infinity or no number, which no tracker says
		return hours
	}
	nearest, _ := sum.Add(sum, big.NewRat(hundredths, 100)).Float64()
	return nearest
}
