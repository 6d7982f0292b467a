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
	counts map[int64]int64 // of parts, by what is cut off them
	// Where cut parts lack units, step is a unit, and its negative where they have too many. Parts of which more is cut off
	// than last are shown a step further, and so are some more of those of which last is. All are known when the first part
	// is shown.
	known      bool
	step, last int64
	more       int64
}

// NewApportionment begins with a whole that has no parts. The unit is Minute or HourCent.
func NewApportionment(unit int64) *Apportionment {
	return &Apportionment{unit: unit, counts: map[int64]int64{}}
}

// Add adds a part of some ms. An adjustment may be negative.
func (a *Apportionment) Add(ms int64) {
	a.whole += ms
	a.counts[ms%a.unit]++
}

// Cut cuts ms to a unit, towards nothing: an adjustment and its opposite are opposites as they are shown, too.
func Cut(ms, unit int64) int64 { return ms / unit * unit }

// Whole is the whole as it is shown, in ms: cut to the unit.
func (a *Apportionment) Whole() int64 { return Cut(a.whole, a.unit) }

// Show is the next part as it is shown, in ms: cut to the unit, or a unit further from it.
func (a *Apportionment) Show(ms int64) int64 {
	if !a.known {
		a.findLast()
	}
	off, shown := cmp.Compare(ms%a.unit, a.last), Cut(ms, a.unit)
	switch {
	case off == cmp.Compare(a.step, 0):
		shown += a.step
	case off == 0 && a.more > 0:
		a.more--
		shown += a.step
	}
	return shown
}

// findLast gives the units that cut parts lack to the parts of which most was cut off.
func (a *Apportionment) findLast() {
	a.known = true
	lacking := a.Whole() - a.whole
	for off, count := range a.counts {
		lacking += off * count
	}
	lacking /= a.unit
	offs := slices.Sorted(maps.Keys(a.counts))
	if a.step = a.unit; lacking < 0 {
		a.step, lacking = -a.unit, -lacking
	} else {
		slices.Reverse(offs)
	}
	for _, off := range offs {
		a.last, a.more = off, min(lacking, a.counts[off])
		if lacking -= a.more; lacking == 0 {
			return
		}
	}
}

// DecimalHours writes ms as hours with two places behind the decimal sign. What is less than that is cut off.
func DecimalHours(ms int64, sign string) string {
	const perHour = 100
	hundredths, minus := ms/HourCent, ""
	if hundredths < 0 {
		minus, hundredths = "-", -hundredths
	}
	return fmt.Sprintf("%s%d%s%02d", minus, hundredths/perHour, sign, hundredths%perHour)
}

// Apportion shows the parts of a whole that is itself a part, shown as a number of units: cut, or one unit further. What is
// shown of the parts adds up to it. All lengths are in ms; parts may be negative.
func Apportion(whole int64, parts []int64, unit int64) []int64 {
	shown, order := make([]int64, len(parts)), make([]int, len(parts))
	lacking, step := whole/unit, unit
	for i, part := range parts {
		shown[i], order[i] = Cut(part, unit), i
		lacking -= part / unit
	}
	if lacking < 0 {
		lacking, step = -lacking, -unit
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(0, step) * cmp.Compare(parts[a]-shown[a], parts[b]-shown[b])
	})
	for _, i := range order[:min(lacking, int64(len(order)))] {
		shown[i] += step
	}
	return shown
}
