package personal

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// span is a part of a text, in bytes.
type span struct{ start, end int }

// Redact replaces every spelling of the person, also an escaped or encoded one. The second value says whether there was one.
func (r *Redactor) Redact(text string) (string, bool) {
	found := r.find(text)
	if len(found) == 0 {
		return text, false
	}
	var kept strings.Builder
	done := 0
	for _, s := range found {
		kept.WriteString(text[done:s.start])
		kept.WriteString(r.label)
		done = s.end
	}
	return kept.String() + text[done:], true
}

// Names says whether a text names the person.
func (r *Redactor) Names(text string) bool { return len(r.find(text)) > 0 }

// find gives where the person is named, in order and without overlaps.
func (r *Redactor) find(text string) (found []span) {
	for _, letters := range readings(text) {
		found = r.search(found, letters)
		for e := range encodings(letters) {
			if len(r.findPlain(e.content)) > 0 {
				found = append(found, e.span)
			}
		}
	}
	return merged(found)
}

// findPlain is find for what was encoded, in which nothing else is.
func (r *Redactor) findPlain(text string) (found []span) {
	for _, letters := range readings(text) {
		found = r.search(found, letters)
	}
	return found
}

func merged(found []span) (all []span) {
	slices.SortFunc(found, func(a, b span) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	for _, s := range found {
		if n := len(all); n > 0 && s.start < all[n-1].end {
			all[n-1].end = max(all[n-1].end, s.end)
			continue
		}
		all = append(all, s)
	}
	return all
}

// search adds where spellings are in one reading of a text.
func (r *Redactor) search(found []span, letters []letter) []span {
	text := foldLetters(letters)
	for at := 0; at < len(text); {
		end := r.match(text, at)
		if end == 0 {
			at++
			continue
		}
		found = append(found, span{text[at].start, text[end-1].end})
		at = end
	}
	return found
}

// match gives where a spelling ends that begins here, or 0.
func (r *Redactor) match(text []folded, at int) int {
	if text[at].inner {
		return 0
	}
	before := rune(0)
	if at > 0 {
		before = text[at-1].rune
	}
	for _, i := range r.first[text[at].rune] {
		p := r.patterns[i]
		if !p.mayFollow(before) {
			continue
		}
		if end := p.end(text, at); end > 0 {
			if end = p.ending(text, end); end > 0 {
				return end
			}
		}
	}
	return 0
}

// mayFollow says whether the spelling may stand behind a letter.
func (p pattern) mayFollow(before rune) bool {
	switch {
	case before == 0:
		return true
	case p.edge == addressEdge:
		return !isWord(before) && !strings.ContainsRune("._+-", before)
	default:
		return !isWord(before) || unspaced(p.parts[0].rune)
	}
}

// end is where the letters of the spelling end that begin here, or 0.
func (p pattern) end(text []folded, at int) int {
	w := walker{text: text}
	end := w.walk(p.parts, at)
	for end > 0 && end < len(text) && text[end].inner {
		if !text[end].optional {
			return 0
		}
		end++
	}
	return end
}

// walker goes through the parts of a spelling and a text together. What is optional in one may be missing in the other.
type walker struct {
	text []folded
	// failed are the numbers of parts left and the places in the text from which an optional letter led nowhere. None is tried
	// twice, or a name of many such letters would take time without end.
	failed map[[2]int]bool
}

// walk gives where the parts end that begin here, or 0.
func (w *walker) walk(parts []part, at int) int {
	for len(parts) > 0 {
		next := parts[0]
		if next.kind != one {
			end := next.skip(w.text, at)
			if end == at {
				return 0
			}
			parts, at = parts[1:], end
			continue
		}
		here := at < len(w.text)
		if here && w.text[at].rune == next.rune && (!next.capital || w.text[at].capital) {
			if !next.optional && !w.text[at].optional {
				parts, at = parts[1:], at+1
				continue
			}
			if end := w.try(parts, at); end > 0 {
				return end
			}
		}
		switch {
		case next.optional:
			parts = parts[1:]
		case here && w.text[at].optional:
			at++
		default:
			return 0
		}
	}
	return at
}

// try takes a letter that is optional in the spelling or in the text.
func (w *walker) try(parts []part, at int) int {
	state := [2]int{len(parts), at}
	if w.failed[state] {
		return 0
	}
	end := w.walk(parts[1:], at+1)
	if end == 0 {
		if w.failed == nil {
			w.failed = map[[2]int]bool{}
		}
		w.failed[state] = true
	}
	return end
}

// skip gives where what the part stands for ends, or where it would begin if it isn't there.
func (p part) skip(text []folded, at int) (end int) {
	dotted := false
	for end = at; end < len(text) && end-at < maxBetween; end++ {
		r := text[end].rune
		if (p.kind == slash && r != '\\') || (p.kind != slash && !isBetween(r)) {
			break
		}
		dotted = dotted || r == '.'
	}
	if p.kind == dot && !dotted {
		return at
	}
	return end
}

// ending is where a spelling ends with what belongs to it, or 0 when it is only the beginning of something else.
func (p pattern) ending(text []folded, end int) int {
	after := func(at int) rune {
		if at < len(text) {
			return text[at].rune
		}
		return 0
	}
	next := after(end)
	switch {
	case p.edge == addressEdge || p.edge == accountEdge:
		if isWord(next) || next == '-' || (next == '.' && isWord(after(end+1))) {
			return 0
		}
		return end
	case !isWord(next) || unspaced(p.parts[len(p.parts)-1].rune):
		return end
	case p.edge == wordEdge:
		return 0
	}
	at := end
	for at-end < maxEnding && isWord(after(at)) {
		at++
	}
	if isWord(after(at)) {
		return 0
	}
	return at
}

// folded is a letter without regard to case and accents. Inner ones stand for the same letter of the text as the one before.
// Optional ones are written by those who have no key for it.
type folded struct {
	letter
	inner, optional, capital bool
}

func foldLetters(letters []letter) []folded {
	text := make([]folded, 0, len(letters))
	for _, l := range letters {
		if l.rune < asciiEnd {
			capital := unicode.IsUpper(l.rune)
			l.rune = unicode.ToLower(l.rune)
			text = append(text, folded{letter: l, capital: capital})
			continue
		}
		parts := foldRune(nil, l.rune)
		if len(parts) == 0 && len(text) > 0 {
			// An accent or an invisible letter belongs to the one before.
			for at := len(text) - 1; at >= 0; at-- {
				text[at].end = l.end
				if !text[at].inner {
					break
				}
			}
		}
		for i, p := range parts {
			text = append(text, folded{letter{p.rune, l.start, l.end}, i > 0, p.optional, !unicode.IsLower(l.rune)})
		}
	}
	return text
}
