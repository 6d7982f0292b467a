package personal

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Redact replaces every spelling of the person, also where JSON or an address in the web has escaped it. The second value says
// whether there was one.
func (r *Redactor) Redact(text string) (string, bool) {
	var kept strings.Builder
	done, before := 0, rune(0)
	for at := 0; at < len(text); {
		letter, width := decode(text[at:])
		end := r.match(text, at, before)
		if end == 0 && letter != '\\' && text[at] == '\\' && width == 2 {
			// A backslash that escapes nothing, before a name.
			if end = r.match(text, at+1, '\\'); end > 0 {
				at++
			}
		}
		if end == 0 {
			at, before = at+width, letter
			continue
		}
		kept.WriteString(text[done:at])
		kept.WriteString(r.label)
		done, at, before = end, end, 'x'
	}
	if done == 0 {
		return text, false
	}
	return kept.String() + text[done:], true
}

// Names says whether a text names the person.
func (r *Redactor) Names(text string) bool {
	_, named := r.Redact(text)
	return named
}

// match gives where a spelling ends that begins here, or 0.
func (r *Redactor) match(text string, at int, before rune) int {
	letter, _ := decode(text[at:])
	var space [4]rune
	folded := foldRune(space[:0], letter)
	if len(folded) == 0 {
		return 0
	}
	for _, i := range r.first[folded[0]] {
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
		return !isWord(before) || unspaced(p.letters[0])
	}
}

// end is where the letters of the spelling end that begin here, or 0.
func (p pattern) end(text string, at int) int {
	var space [4]rune
	rest := p.letters
	for len(rest) > 0 {
		if rest[0] == between {
			next := skipBetween(text, at)
			if next == at {
				return 0
			}
			at, rest = next, rest[1:]
			continue
		}
		if at >= len(text) {
			return 0
		}
		letter, width := decode(text[at:])
		folded := foldRune(space[:0], letter)
		if len(folded) > len(rest) {
			return 0
		}
		for i, one := range folded {
			if rest[i] != one {
				return 0
			}
		}
		at, rest = at+width, rest[len(folded):]
	}
	// Accents that follow their letter belong to it.
	for at < len(text) {
		letter, width := decode(text[at:])
		if !unicode.Is(unicode.Mn, letter) {
			break
		}
		at += width
	}
	return at
}

func skipBetween(text string, at int) int {
	for range maxBetween {
		letter, width := decode(text[at:])
		if width == 0 || !isBetween(letter) {
			break
		}
		at += width
	}
	return at
}

// ending is where a spelling ends with what belongs to it, or 0 when it is only the beginning of something else.
func (p pattern) ending(text string, end int) int {
	letter, width := decode(text[end:])
	switch {
	case p.edge == addressEdge:
		further, _ := decode(text[end+width:])
		if isWord(letter) || letter == '-' || (letter == '.' && isWord(further)) {
			return 0
		}
		return end
	case !isWord(letter) || unspaced(p.letters[len(p.letters)-1]):
		return end
	case p.edge == wordEdge:
		return 0
	}
	at := end
	for range maxEnding {
		if letter, width = decode(text[at:]); !isWord(letter) {
			break
		}
		at += width
	}
	if letter, _ = decode(text[at:]); isWord(letter) {
		return 0
	}
	return at
}

func isWord(letter rune) bool { return unicode.IsLetter(letter) || unicode.IsDigit(letter) }

// decode reads one letter of a text: as it is, as JSON escapes it, or as addresses in the web do. Its width is 0 at the end.
func decode(text string) (letter rune, width int) {
	if text == "" {
		return 0, 0
	}
	switch text[0] {
	case '\\':
		if letter, width = decodeJSON(text); width > 0 {
			return letter, width
		}
	case '%':
		if letter, width = decodePercent(text); width > 0 {
			return letter, width
		}
	}
	return utf8.DecodeRuneInString(text)
}

// decodeJSON reads an escape, with any number of backslashes: JSON may be within JSON.
func decodeJSON(text string) (letter rune, width int) {
	slashes := len(text) - len(strings.TrimLeft(text, `\`))
	if slashes >= len(text) {
		return 0, 0
	}
	switch text[slashes] {
	case 'n', 'r', 't':
		return ' ', slashes + 1
	case '"', '/':
		return rune(text[slashes]), slashes + 1
	case 'u':
		unit, ok := hexUnit(text[slashes+1:])
		if !ok {
			return 0, 0
		}
		width = slashes + 5
		if utf16.IsSurrogate(unit) {
			low := strings.TrimLeft(text[width:], `\`)
			skipped := len(text) - width - len(low)
			if skipped == 0 || low == "" || low[0] != 'u' {
				return utf8.RuneError, width
			}
			second, ok := hexUnit(low[1:])
			if !ok {
				return utf8.RuneError, width
			}
			return utf16.DecodeRune(unit, second), width + skipped + 5
		}
		return unit, width
	}
	return 0, 0
}

func hexUnit(text string) (rune, bool) {
	if len(text) < 4 {
		return 0, false
	}
	unit, err := strconv.ParseUint(text[:4], 16, 16)
	return rune(unit), err == nil
}

// decodePercent reads the bytes of one letter, each as % and two digits.
func decodePercent(text string) (letter rune, width int) {
	var encoded []byte
	for len(encoded) < utf8.UTFMax && len(text) >= width+3 && text[width] == '%' {
		value, err := strconv.ParseUint(text[width+1:width+3], 16, 8)
		if err != nil {
			break
		}
		encoded, width = append(encoded, byte(value)), width+3
		if utf8.FullRune(encoded) {
			letter, _ = utf8.DecodeRune(encoded)
			if letter == utf8.RuneError {
				return 0, 0
			}
			return letter, width
		}
	}
	return 0, 0
}
