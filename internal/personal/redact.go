package personal

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Redactor takes one person out of texts.
type Redactor struct {
	label    string
	patterns []pattern
	first    map[rune][]int // the patterns by the letter they begin with
}

// pattern is a spelling: folded letters. between stands for what may be between two words of a name.
type pattern struct {
	letters []rune
	edge    edge
}

// edge says what may stand beside a spelling, so that it isn't a part of something else.
type edge int

const (
	wordEdge    edge = iota // no letter or digit before or after
	nameEdge                // the same, but for a short ending such as that of a genitive
	addressEdge             // nothing that would be a part of the address
)

const between rune = -1

const (
	maxBetween   = 4 // runes between two words of a name
	maxEnding    = 3 // letters of an ending
	minName      = 3 // letters of a name of one word
	minEndedName = 6 // letters of a name that may have an ending
)

// NewRedactor prepares the spellings of a person.
func NewRedactor(s Subject) *Redactor {
	r := &Redactor{label: s.Label(), first: map[rune][]int{}}
	for _, address := range s.Addresses {
		r.add(addressEdge, fold(address))
	}
	if !s.Object.IsZero() {
		text := s.Object.String()
		r.add(wordEdge, []rune(text))
		r.add(wordEdge, []rune(strings.ReplaceAll(text, "-", "")))
	}
	for _, name := range s.Names {
		for _, words := range spellings(name) {
			r.addName(words)
		}
	}
	for _, address := range s.Addresses {
		if words := localWords(address); len(words) > 1 {
			r.addName(words)
		}
	}
	// Somebody called "Person" would be found in the label for ever.
	r.patterns = slices.DeleteFunc(r.patterns, func(p pattern) bool {
		alone := &Redactor{patterns: []pattern{p}, first: map[rune][]int{p.letters[0]: {0}}}
		return alone.Names(r.label)
	})
	// The longest first, so that nothing of it is left beside what a shorter one has found.
	slices.SortStableFunc(r.patterns, func(a, b pattern) int { return len(b.letters) - len(a.letters) })
	for i, p := range r.patterns {
		r.first[p.letters[0]] = append(r.first[p.letters[0]], i)
	}
	return r
}

func (r *Redactor) add(e edge, letters []rune) {
	known := func(p pattern) bool { return p.edge == e && slices.Equal(p.letters, letters) }
	if len(letters) > 0 && !slices.ContainsFunc(r.patterns, known) {
		r.patterns = append(r.patterns, pattern{letters, e})
	}
}

func (r *Redactor) addName(words []string) {
	var letters []rune
	count := 0
	for i, word := range words {
		if i > 0 {
			letters = append(letters, between)
		}
		folded := fold(word)
		letters = append(letters, folded...)
		count += len(folded)
	}
	switch {
	case len(words) == 1 && count < minName && !unspaced(letters[0]):
		return // it would be found in every text
	case len(words) > 1 && count >= minEndedName:
		r.add(nameEdge, letters)
	default:
		r.add(wordEdge, letters)
	}
}

// titles stand before names, and are left out by those who write of the person.
var titles = []string{"dr", "prof", "mr", "mrs", "ms", "herr", "frau", "ing", "dipl"}

// spellings are the orders in which the words of a name are written.
func spellings(name string) (all [][]string) {
	words := slices.DeleteFunc(nameWords(withoutBrackets(name)), func(word string) bool {
		return slices.Contains(titles, strings.ToLower(word))
	})
	if len(words) == 0 {
		words = nameWords(name)
	}
	switch n := len(words); n {
	case 0:
		return nil
	case 1:
		return [][]string{words}
	default:
		last := append([]string{words[n-1]}, words[:n-1]...)
		first := append(slices.Clone(words[1:]), words[0])
		all = [][]string{words, last, first}
		if n > 2 {
			all = append(all, []string{words[0], words[n-1]}, []string{words[n-1], words[0]})
		}
		return all
	}
}

// withoutBrackets leaves out what directories add to a name, such as a company.
func withoutBrackets(name string) string {
	var kept strings.Builder
	depth := 0
	for _, letter := range name {
		switch letter {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		default:
			if depth <= 0 {
				kept.WriteRune(letter)
			}
		}
	}
	return kept.String()
}

func nameWords(name string) []string {
	return strings.FieldsFunc(name, isBetween)
}

// localWords are the words of an address before the @, if it is made of words: ada.lovelace.
func localWords(address string) []string {
	local, _, ok := strings.Cut(address, "@")
	words := nameWords(local)
	short := func(word string) bool {
		return utf8.RuneCountInString(word) < 2 ||
			strings.ContainsFunc(word, func(letter rune) bool { return !unicode.IsLetter(letter) && !unicode.IsDigit(letter) })
	}
	if !ok || slices.ContainsFunc(words, short) {
		return nil
	}
	return words
}

func isBetween(letter rune) bool {
	return unicode.IsSpace(letter) || strings.ContainsRune("+.,_-\u2010\u2011\u2013\u200b", letter)
}

// fold gives the letters of a text without regard to case, accents and kinds of apostrophes.
func fold(text string) []rune {
	var folded []rune
	for _, letter := range text {
		folded = foldRune(folded, letter)
	}
	return folded
}

func foldRune(to []rune, letter rune) []rune {
	switch {
	case letter < utf8.RuneSelf:
		return append(to, unicode.ToLower(letter))
	case strings.ContainsRune("\u2018\u2019\u02bc\u00b4", letter):
		return append(to, '\'')
	}
	for _, part := range norm.NFKD.String(string(letter)) {
		if !unicode.Is(unicode.Mn, part) {
			to = append(to, unicode.ToLower(unicode.ToUpper(part)))
		}
	}
	return to
}

// unspaced says whether words of the letter's script stand beside each other without a blank.
func unspaced(letter rune) bool {
	return unicode.In(letter, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao,
		unicode.Khmer, unicode.Myanmar)
}
