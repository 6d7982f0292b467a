package personal

import (
	"encoding/base64"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"timetracker/internal/ids"
)

// Redactor takes one person out of texts.
type Redactor struct {
	label    string
	patterns []pattern
	first    map[rune][]int // the patterns by the letter they begin with
}

// pattern is a spelling.
type pattern struct {
	parts []part
	edge  edge
}

// part is one folded letter of a spelling, or what stands for several. Optional letters are written by those who have no key for
// the one before.
type part struct {
	rune     rune
	kind     kind
	optional bool
	capital  bool // nothing else will do
}

// kind says what a part stands for.
type kind int

const (
	one     kind = iota // a letter
	between             // what may be between two words of a name
	dot                 // the same, with a dot: what is between an initial and a word
	slash               // backslashes
)

// edge says what may stand beside a spelling, so that it isn't a part of something else.
type edge int

const (
	wordEdge    edge = iota // no letter or digit before or after
	nameEdge                // the same, but for a short ending such as that of a genitive
	addressEdge             // nothing that would be a part of the address
	accountEdge             // no letter or digit before, nothing of an address after
)

const (
	maxBetween   = 4  // runes between two words of a name
	maxEnding    = 3  // letters of an ending
	minName      = 3  // letters of a name of one word, and of a word beside initials
	minEndedName = 6  // letters of a name that may have an ending
	minCapitals  = 8  // letters of a name whose words have only capitals between them
	minUnparted  = 12 // letters of a name whose words have nothing between them
	asciiEnd     = utf8.RuneSelf

	zeroWidthSpace = '\u200b'
)

// NewRedactor prepares the spellings of a person.
func NewRedactor(s Subject) *Redactor {
	r := &Redactor{label: s.Label(), first: map[rune][]int{}}
	for _, address := range s.Addresses {
		r.add(addressEdge, fold(address))
		r.addAccounts(address)
	}
	if !s.Object.IsZero() {
		text := s.Object.String()
		r.add(wordEdge, fold(text))
		r.add(wordEdge, fold(strings.ReplaceAll(text, "-", "")))
		r.addBytes(s.Object)
	}
	for _, name := range s.Names {
		words := wordsOf(name)
		r.addOrders(words)
		r.addInitials(words)
	}
	for _, address := range s.Addresses {
		if words := localWords(address); len(words) > 1 {
			r.addName(words)
			r.addInitials(words)
		}
	}
	// Somebody called "Person" would be found in the label for ever.
	r.patterns = slices.DeleteFunc(r.patterns, func(p pattern) bool {
		alone := &Redactor{patterns: []pattern{p}, first: map[rune][]int{p.parts[0].rune: {0}}}
		return alone.Names(r.label)
	})
	// The longest first, so that nothing of it is left beside what a shorter one has found.
	slices.SortStableFunc(r.patterns, func(a, b pattern) int { return len(b.parts) - len(a.parts) })
	for i, p := range r.patterns {
		r.first[p.parts[0].rune] = append(r.first[p.parts[0].rune], i)
	}
	return r
}

func (r *Redactor) add(e edge, parts []part) {
	known := func(p pattern) bool { return p.edge == e && slices.Equal(p.parts, parts) }
	if len(parts) > 0 && !slices.ContainsFunc(r.patterns, known) {
		r.patterns = append(r.patterns, pattern{parts, e})
	}
}

// addAccounts adds how Windows names the account of an address: its domain, or a part of that, and what is before the @.
func (r *Redactor) addAccounts(address string) {
	local, domain, ok := strings.Cut(address, "@")
	if !ok || local == "" {
		return
	}
	names := strings.Split(domain, ".")
	for _, name := range append(names[:len(names)-1:len(names)-1], domain) {
		if name != "" {
			r.add(accountEdge, slices.Concat(fold(name), []part{{kind: slash}}, fold(local)))
		}
	}
}

func (r *Redactor) addName(words []string) {
	if len(words) == 1 {
		if letters := fold(words[0]); len(letters) < minName && !unspaced(letters[0].rune) {
			return // it would be found in every text
		}
	}
	if len(words) > 1 {
		r.addUnparted(words)
	}
	parts := joined(between, words)
	letters := 0
	for _, p := range parts {
		if p.kind == one && !p.optional {
			letters++
		}
	}
	if len(words) > 1 && letters >= minEndedName {
		r.add(nameEdge, parts)
		return
	}
	r.add(wordEdge, parts)
}

// addBytes adds base64 of an id's bytes, in the order in which they are read and in Microsoft's.
func (r *Redactor) addBytes(id ids.Object) {
	swapped := id
	slices.Reverse(swapped[0:4])
	slices.Reverse(swapped[4:6])
	slices.Reverse(swapped[6:8])
	for _, raw := range [][]byte{id[:], swapped[:]} {
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
			r.add(wordEdge, fold(encoding.EncodeToString(raw)))
		}
	}
}

// addUnparted adds a name of several words with nothing between them, as in tags. A short one may be a word, as Frank Reich's is,
// so it needs capitals.
func (r *Redactor) addUnparted(words []string) {
	var parts []part
	letters := 0
	for i, word := range words {
		own := fold(word)
		if len(own) > 0 && i > 0 {
			own[0].capital = true
		}
		for _, p := range own {
			if !p.optional {
				letters++
			}
		}
		parts = append(parts, own...)
	}
	if letters < minCapitals {
		return
	}
	if letters >= minUnparted {
		for i := range parts {
			parts[i].capital = false
		}
	}
	r.add(wordEdge, parts)
}

// joined are the parts of words with something between them.
func joined(by kind, words []string) (parts []part) {
	for i, word := range words {
		if i > 0 {
			parts = append(parts, part{kind: by})
		}
		parts = append(parts, fold(word)...)
	}
	return parts
}

// addOrders adds the orders in which the words of a name are written.
func (r *Redactor) addOrders(words []string) {
	n := len(words)
	if n == 0 {
		return
	}
	r.addName(words)
	if n == 1 {
		return
	}
	r.addName(slices.Concat(words[n-1:], words[:n-1]))
	r.addName(slices.Concat(words[1:], words[:1]))
	if n > 2 {
		r.addName([]string{words[0], words[n-1]})
		r.addName([]string{words[n-1], words[0]})
	}
}

// addInitials adds the first and the last word of a name, each with the initials of the others before and behind it. Initials
// have a dot, and are capital letters behind the word, or "A. King" would be found wherever there is a king.
func (r *Redactor) addInitials(words []string) {
	n := len(words)
	if n < 2 {
		return
	}
	r.addInitialled(words[n-1], words[:n-1])
	r.addInitialled(words[0], words[1:])
	if n > 2 {
		r.addInitialled(words[n-1], words[:1])
		r.addInitialled(words[0], words[n-1:])
		middle := joined(dot, initials(words[1:n-1]))
		r.add(wordEdge, slices.Concat(fold(words[0]), []part{{kind: between}}, middle, []part{{kind: dot}}, fold(words[n-1])))
	}
}

func (r *Redactor) addInitialled(word string, others []string) {
	letters, short := fold(word), joined(dot, initials(others))
	if len(letters) < minName || unspaced(letters[0].rune) || unspaced(short[0].rune) {
		return
	}
	r.add(wordEdge, slices.Concat(short, []part{{kind: dot}}, letters))
	for i := range short {
		short[i].capital = short[i].kind == one && !short[i].optional
	}
	r.add(wordEdge, slices.Concat(letters, []part{{kind: between}}, short, []part{{rune: '.'}}))
}

func initials(words []string) (all []string) {
	for _, word := range words {
		first, _ := utf8.DecodeRuneInString(norm.NFC.String(word))
		all = append(all, string(first))
	}
	return all
}

// titles stand before names, and are left out by those who write of the person.
var titles = []string{"dr", "prof", "mr", "mrs", "ms", "herr", "frau", "ing", "dipl"}

// wordsOf are the words of a name, without titles and what directories add.
func wordsOf(name string) []string {
	words := slices.DeleteFunc(nameWords(withoutBrackets(name)), func(word string) bool {
		return slices.Contains(titles, strings.ToLower(word))
	})
	if len(words) == 0 {
		return nameWords(name)
	}
	return words
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
	return unicode.IsSpace(letter) || letter == zeroWidthSpace || strings.ContainsRune("+.,_-\u2010\u2011\u2013", letter)
}

// fold gives the letters of a text without regard to case, accents and kinds of apostrophes.
func fold(text string) (parts []part) {
	for _, r := range norm.NFC.String(text) {
		parts = foldRune(parts, r)
	}
	return parts
}

// written are letters that people without a key for them write as others: as which, and with which one behind that they may add.
var written = map[rune][2]string{
	'ä': {"a", "e"}, 'ö': {"o", "e"}, 'ü': {"u", "e"}, 'ø': {"o", "e"}, 'å': {"a", "a"}, 'æ': {"a", "e"}, 'œ': {"o", "e"},
	'ß': {"ss"}, 'þ': {"th"}, 'ð': {"d", "h"}, 'đ': {"d", "j"}, 'ł': {"l"}, 'ı': {"i"},
}

func foldRune(to []part, r rune) []part {
	switch {
	case r < asciiEnd:
		return append(to, part{rune: unicode.ToLower(r)})
	case strings.ContainsRune("\u2018\u2019\u02bc\u00b4", r):
		return append(to, part{rune: '\''})
	case unicode.Is(unicode.Cf, r) && r != zeroWidthSpace:
		return to // it isn't seen, such as a soft hyphen
	}
	if ways, ok := written[unicode.ToLower(r)]; ok {
		for _, letter := range ways[0] {
			to = append(to, part{rune: letter})
		}
		for _, letter := range ways[1] {
			to = append(to, part{rune: letter, optional: true})
		}
		return to
	}
	for _, letter := range norm.NFKD.String(string(r)) {
		if !unicode.Is(unicode.Mn, letter) {
			to = append(to, part{rune: unicode.ToLower(unicode.ToUpper(letter))})
		}
	}
	return to
}

// unspaced says whether words of the letter's script stand beside each other without a blank.
func unspaced(letter rune) bool {
	return unicode.In(letter, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao,
		unicode.Khmer, unicode.Myanmar)
}
