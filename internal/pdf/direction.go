package pdf

import (
	"slices"

	"github.com/go-text/typesetting/bidi"
	classes "golang.org/x/text/unicode/bidi"
)

// runs cuts a paragraph where its direction changes, by https://www.unicode.org/reports/tr9. The first letter decides the
// paragraph's direction. The library tells directions and not levels, so that numbers which belong to text from right to
// left are found here. There are no deeper levels, since legible lets nothing through that would make them.
func (d *Document) runs(text []rune) []bidi.Run {
	if fromRightToLeft(text) {
		return runsOf(d.directions.Segment(text, bidi.RightToLeft))
	}
	var runs []bidi.Run
	numbers := numbersIn(text)
	for _, run := range runsOf(d.directions.Segment(text, bidi.LeftToRight)) {
		for from := run.Start; from < run.End; {
			to := from + 1
			for to < run.End && (numbers[to] == none) == (numbers[from] == none) {
				to++
			}
			part := bidi.Run{Start: from, End: to, Level: run.Level % 2}
			if run.IsLeftToRight() && numbers[from] != none {
				part.Level = 2
			}
			runs = append(runs, part)
			from = to
		}
	}
	return runs
}

func runsOf(found bidi.Runs) []bidi.Run {
	runs := make([]bidi.Run, found.NumRuns())
	for i := range runs {
		runs[i] = found.Run(i)
	}
	return runs
}

// fromRightToLeft says in which direction a paragraph is read, by rules P2 and P3.
func fromRightToLeft(text []rune) bool {
	for _, r := range text {
		if c := classOf(r); c == classes.L || c == classes.R || c == classes.AL {
			return c != classes.L
		}
	}
	return false
}

// number is what a character is a part of, after rules W1 to W7.
type number int

const (
	none     number = iota
	european        // after a letter from right to left; after another one it is like a letter
	arabic
)

// numbersIn marks the characters of numbers, with the signs that belong to them.
func numbersIn(text []rune) []number {
	marked := make([]number, len(text)+1) // the last one is for what looks ahead
	letter := classes.L
	for i, r := range text {
		switch c := classOf(r); c {
		case classes.L, classes.R, classes.AL:
			letter = c
		case classes.EN:
			marked[i] = map[classes.Class]number{classes.R: european, classes.AL: arabic}[letter]
		case classes.AN:
			marked[i] = arabic
		case classes.NSM, classes.BN:
			if i > 0 {
				marked[i] = marked[i-1]
			}
		default:
		}
	}
	for i := 1; i < len(text); i++ { // W4
		c, before, after := classOf(text[i]), marked[i-1], marked[i+1]
		if before != none && before == after && (c == classes.CS || (c == classes.ES && before == european)) {
			marked[i] = before
		}
	}
	for from := 0; from < len(text); from++ { // W5
		to := from
		for to < len(text) && classOf(text[to]) == classes.ET {
			to++
		}
		if to > from && (marked[to] == european || (from > 0 && marked[from-1] == european)) {
			for i := from; i < to; i++ {
				marked[i] = european
			}
		}
		from = max(from, to-1)
	}
	return marked[:len(text)]
}

func classOf(r rune) classes.Class {
	properties, _ := classes.LookupRune(r)
	return properties.Class()
}

// inVisualOrder reverses what runs from right to left: rule L2.
func inVisualOrder(pieces []piece) {
	highest := bidi.Level(0)
	for _, p := range pieces {
		highest = max(highest, p.level)
	}
	for level := highest; level > 0; level-- {
		for from := 0; from < len(pieces); from++ {
			to := from
			for to < len(pieces) && pieces[to].level >= level {
				to++
			}
			slices.Reverse(pieces[from:to])
			from = max(from, to)
		}
	}
}
