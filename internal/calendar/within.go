package calendar

import (
	"cmp"
	"slices"
)

// ApportionWithin shows lengths, and of each a part of it, such as what is billable of hours. Both add up to their whole as
// with Apportion, and neither a part nor the rest of a length is off by a unit. So no part is more than its length.
func ApportionWithin(whole, wholePart int64, lengths, parts []int64, unit int64) (shown, shownParts []int64) {
	w := within{lengths: lengths, parts: parts, shown: Apportion(whole, lengths, unit), order: byLoss(lengths, unit), unit: unit}
	if w.corrects() {
		return w.shown, Apportion(wholePart, parts, unit)
	}
	for w.sum(w.least) > wholePart && w.move(w.least, -unit, 0) {
	}
	for w.sum(w.most) < wholePart && w.move(w.most, 0, unit) {
	}
	if shownParts = w.fill(wholePart); shownParts == nil {
		shownParts = Apportion(wholePart, parts, unit)
	}
	return w.shown, shownParts
}

// within are lengths with parts that aren't negative.
type within struct {
	lengths, parts, shown []int64
	order                 []int // of the lengths, those that have lost the most first
	unit                  int64
}

func (w within) corrects() bool {
	return slices.ContainsFunc(w.parts, func(part int64) bool { return part < 0 }) ||
		slices.ContainsFunc(w.order, func(i int) bool { return w.parts[i] > w.lengths[i] })
}

func (w within) down(ms int64) int64 { return ms / w.unit * w.unit }

func (w within) up(ms int64) int64 { return w.down(ms + w.unit - 1) }

// least and most are what a part can be shown as, where its length is shown as this.
func (w within) least(i int, shown int64) int64 {
	return max(w.down(w.parts[i]), shown-w.up(w.lengths[i]-w.parts[i]))
}

func (w within) most(i int, shown int64) int64 {
	return min(w.up(w.parts[i]), shown-w.down(w.lengths[i]-w.parts[i]))
}

func (w within) sum(bound func(i int, shown int64) int64) (all int64) {
	for i, shown := range w.shown {
		all += bound(i, shown)
	}
	return all
}

// byLoss are the lengths, those that have lost the most first.
func byLoss(lengths []int64, unit int64) []int {
	order := make([]int, len(lengths))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(lengths[b]%unit, lengths[a]%unit) })
	return order
}

// move takes a unit from the length that has lost the least and gives it to the one that has lost the most. The bound
// changes as said in both.
func (w within) move(bound func(i int, shown int64) int64, taken, given int64) bool {
	changes := func(i int, by int64) int64 { return bound(i, w.shown[i]+by) - bound(i, w.shown[i]) }
	to := slices.IndexFunc(w.order, func(i int) bool { return w.shown[i] < w.lengths[i] && changes(i, w.unit) == given })
	if to < 0 {
		return false
	}
	for _, from := range slices.Backward(w.order) {
		if w.shown[from] > w.lengths[from] && changes(from, -w.unit) == taken {
			w.shown[w.order[to]] += w.unit
			w.shown[from] -= w.unit
			return true
		}
	}
	return false
}

// fill shows the parts: each as the least it can be, and units that are lacking go to those that have lost the most. It gives
// nil where they don't add up.
func (w within) fill(whole int64) []int64 {
	shown := make([]int64, len(w.parts))
	for i := range shown {
		shown[i] = w.least(i, w.shown[i])
		whole -= shown[i]
	}
	for _, i := range byLoss(w.parts, w.unit) {
		if whole > 0 && shown[i] < w.most(i, w.shown[i]) {
			shown[i] += w.unit
			whole -= w.unit
		}
	}
	if whole != 0 {
		return nil
	}
	return shown
}
