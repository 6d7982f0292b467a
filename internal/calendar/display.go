package calendar

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// The units in which lengths are shown, in ms.
const (
	Minute   int64 = 60_000 // as h:mm
	HourCent int64 = 36_000 // as decimal hours with two places
)

// Apportionment shows the parts of a whole so that they add up to the whole as it is shown. The time policy has the
// rule. Every part is added before the first one is shown, and they are shown in the same order. No part is kept, so
// that many of them need no more memory.
type Apportionment struct {
	unit   int64
	whole  int64
	counts map[int64]int64 // of parts, by what they leave when they are cut to the unit
	// The last remainder that is shown as a whole unit, and how many more parts with it are. Larger ones always are.
	// Both are known when the first part is shown.
	known bool
	last  int64
	more  int64
}

// NewApportionment begins with a whole that has no parts. The unit is Minute or HourCent.
func NewApportionment(unit int64) *Apportionment {
	return &Apportionment{unit: unit, counts: map[int64]int64{}}
}

// Add adds a part of some ms. An adjustment may be negative.
func (a *Apportionment) Add(ms int64) {
	a.whole += ms
	a.counts[remainder(ms, a.unit)]++
}

// remainder is what is left of ms when it is cut to the unit, downwards.
func remainder(ms, unit int64) int64 { return (ms%unit + unit) % unit }

// Whole is the whole as it is shown, in ms: cut to the unit.
func (a *Apportionment) Whole() int64 { return a.whole - remainder(a.whole, a.unit) }

// Show is the next part as it is shown, in ms: cut to the unit, or a unit more.
func (a *Apportionment) Show(ms int64) int64 {
	if !a.known {
		a.findLast()
	}
	left := remainder(ms, a.unit)
	shown := ms - left
	switch {
	case left > a.last:
		shown += a.unit
	case left == a.last && a.more > 0:
		a.more--
		shown += a.unit
	}
	return shown
}

// findLast gives the units that cut parts lack to the parts with the largest remainders.
func (a *Apportionment) findLast() {
	a.known = true
	var lacking int64
	for left, count := range a.counts {
		lacking += left * count
	}
	lacking /= a.unit
	for _, left := range slices.Backward(slices.Sorted(maps.Keys(a.counts))) {
		a.last, a.more = left, min(lacking, a.counts[left])
		if lacking -= a.more; lacking == 0 {
			return
		}
	}
}

// DecimalHours writes ms as hours with two places behind the decimal sign. What is less than that is cut off.
func DecimalHours(ms int64, sign string) string {
	const perHour = 100
	minus := ""
	if ms < 0 {
		minus, ms = "-", remainder(ms, HourCent)-ms
	}
	return fmt.Sprintf("%s%d%s%02d", minus, ms/HourCent/perHour, sign, ms/HourCent%perHour)
}

// Apportion shows the parts of a whole that is itself a part, shown as a number of units: cut, or one unit more. What is
// shown of the parts adds up to it. All lengths are in ms; parts may be negative.
func Apportion(whole int64, parts []int64, unit int64) []int64 {
	shown, order := make([]int64, len(parts)), make([]int, len(parts))
	lacking := whole / unit
	for i, part := range parts {
		shown[i], order[i] = part-remainder(part, unit), i
		lacking -= shown[i] / unit
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(parts[b]-shown[b], parts[a]-shown[a]) })
	for _, i := range order[:min(max(0, lacking), int64(len(order)))] {
		shown[i] += unit
	}
	return shown
}
