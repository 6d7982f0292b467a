package render_test

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"math"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"timetracker/internal/calendar"
)

// printedTable is the table of a document to print, as a reader with a ruler finds it. Lengths end at the right of their
// column, and so do those of the last line.
type printedTable struct {
	levels int   // each of which adds up to the total
	unit   int64 // of what is shown of the total; zero: lengths are differences of the times beside them, and no part of it
}

// word is a text, and where it ends on its page, in points.
type word struct {
	Right float64 `xml:"xMax,attr"`
	Top   float64 `xml:"yMin,attr"`
	Text  string  `xml:",chardata"`
}

// wordsOf reads where words are with Poppler.
func wordsOf(t *testing.T, made []byte) (pages [][]word) {
	t.Helper()
	reader := exec.CommandContext(t.Context(), "pdftotext", "-bbox", "-", "-")
	reader.Stdin = bytes.NewReader(made)
	text, err := reader.Output()
	if err != nil {
		t.Fatalf("`make fonts` installs what this test needs: %v", err)
	}
	var read struct {
		Pages []struct {
			Words []word `xml:"word"`
		} `xml:"body>doc>page"`
	}
	decoder := xml.NewDecoder(bytes.NewReader(text))
	decoder.Entity, decoder.Strict = xml.HTMLEntity, false
	if err := decoder.Decode(&read); err != nil {
		t.Fatal(err)
	}
	for _, p := range read.Pages {
		pages = append(pages, p.Words)
	}
	return pages
}

// check holds that each level's lines add up to the last one in each column, and that this is the whole.
func (p printedTable) check(t *testing.T, made []byte, want sumsOf) {
	t.Helper()
	names := []string{"elapsed", "hours"}
	for _, column := range []struct {
		ms   int64
		name string
	}{{want.review, "review"}, {want.billable, "billable"}, {want.adjusted, "adjusted"}, {want.previous, "previous"}} {
		if column.ms != 0 && (p.unit > 0 || column.name == "review") {
			names = append(names, column.name)
		}
	}
	pages := wordsOf(t, made)
	total := totalOf(t, pages, names)
	sums := map[string]int64{}
	for _, words := range pages {
		lines := map[float64]map[string]int64{}
		for _, w := range words {
			ms, isLength := lengthOf(w)
			at := slices.IndexFunc(names, func(name string) bool { return math.Abs(total[name].Right-w.Right) < 0.5 })
			if !isLength || at < 0 {
				continue
			}
			if lines[w.Top] == nil {
				lines[w.Top] = map[string]int64{}
			}
			lines[w.Top][names[at]] = ms
		}
		for _, lengths := range lines {
			if _, inTable := lengths["hours"]; inTable {
				for name, ms := range lengths {
					sums[name] += ms
				}
			}
		}
	}
	wanted := map[string]int64{"elapsed": want.elapsed, "review": want.review, "billable": want.billable, "adjusted": want.adjusted, "previous": want.previous}
	for _, name := range names {
		shown, _ := lengthOf(total[name])
		if sums[name] != int64(p.levels+1)*shown { // the total's line itself
			t.Errorf("printed lines of %d levels add up to %d ms of %s, the total is %d", p.levels, sums[name]-shown, name, shown)
		}
		if exact := wanted[name]; name != "hours" && p.unit > 0 && shown != calendar.Cut(exact, p.unit) {
			t.Errorf("the printed total of %s is %d ms, want %d", name, shown, exact)
		}
	}
	if hours, _ := lengthOf(total["hours"]); hours != calendar.Cut(want.elapsed, calendar.HourCent) {
		t.Errorf("the printed total is %d ms in hours, want %d", hours, want.elapsed)
	}
}

// totalOf gives the words of the last line, by the names of their columns.
func totalOf(t *testing.T, pages [][]word, names []string) map[string]word {
	t.Helper()
	for _, words := range slices.Backward(pages) {
		for _, label := range slices.Backward(words) {
			var line []word
			for _, w := range words {
				if _, isLength := lengthOf(w); isLength && math.Abs(w.Top-label.Top) < 1 {
					line = append(line, w)
				}
			}
			if label.Text != "Total" || len(line) != len(names) {
				continue
			}
			slices.SortFunc(line, func(a, b word) int { return cmp.Compare(a.Right, b.Right) })
			total := map[string]word{}
			for i, name := range names {
				total[name] = line[i]
			}
			return total
		}
	}
	t.Fatalf("no last line has %v", names)
	return nil
}

var printedLength = regexp.MustCompile(`^(−?)([\d,]+)(?:\.(\d\d)|:(\d\d)(?::(\d\d))?)$`)

// lengthOf reads a word as a length in ms, if it is one.
func lengthOf(w word) (ms int64, ok bool) {
	found := printedLength.FindStringSubmatch(w.Text)
	if found == nil {
		return 0, false
	}
	number := func(i int) int64 {
		n, _ := strconv.ParseInt(strings.ReplaceAll(found[i], ",", ""), 10, 64)
		return n
	}
	ms = number(2)*3_600_000 + number(3)*calendar.HourCent + number(4)*60_000 + number(5)*1_000
	if found[1] != "" {
		ms = -ms
	}
	return ms, true
}
