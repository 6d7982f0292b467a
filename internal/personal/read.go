package personal

import (
	"html"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxLayers is how many layers of escapes are taken off, such as JSON within JSON or %2540 for %40.
const maxLayers = 4

// maxEntity is the most letters of a name or number in HTML.
const maxEntity = 32

// letter is one of a text, and the bytes of the text that stand for it.
type letter struct {
	rune       rune
	start, end int
}

// readings are the ways to read a text: as it stands, and with each further layer of escapes taken off. What only looks like an
// escape, such as a backslash before a name, is read as it stands, too.
func readings(text string) [][]letter {
	letters := make([]letter, 0, len(text))
	for at := 0; at < len(text); {
		r, width := utf8.DecodeRuneInString(text[at:])
		letters = append(letters, letter{r, at, at + width})
		at += width
	}
	all := [][]letter{letters}
	for escaped := strings.ContainsAny(text, `\%&`); escaped && len(all) <= maxLayers; {
		if letters, escaped = unescape(letters); escaped {
			all = append(all, letters)
		}
	}
	return all
}

// unescape takes off one layer of escapes, and says whether there was any.
func unescape(letters []letter) (plain []letter, escaped bool) {
	plain = make([]letter, 0, len(letters))
	for at := 0; at < len(letters); {
		var r rune
		count := 0
		switch rest := letters[at:]; rest[0].rune {
		case '\\':
			slashes := countSlashes(rest)
			if r, count = readBackslash(rest, slashes); count == 0 {
				plain = append(plain, rest[:slashes]...)
				at += slashes
				continue
			}
		case '%':
			r, count = readPercent(rest)
		case '&':
			r, count = readEntity(rest)
		}
		if count == 0 {
			plain = append(plain, letters[at])
			at++
			continue
		}
		plain = append(plain, letter{r, letters[at].start, letters[at+count-1].end})
		at, escaped = at+count, true
	}
	return plain, escaped
}

func countSlashes(letters []letter) (count int) {
	for count < len(letters) && letters[count].rune == '\\' {
		count++
	}
	return count
}

// readBackslash reads an escape of JSON or C, with any number of backslashes: there may be JSON within JSON.
func readBackslash(letters []letter, slashes int) (r rune, count int) {
	if slashes == len(letters) {
		return 0, 0
	}
	switch kind := letters[slashes].rune; kind {
	case 'n', 'r', 't':
		return ' ', slashes + 1
	case '"', '/':
		return kind, slashes + 1
	case 'x':
		if value, ok := hexNumber(letters[slashes+1:], 2); ok {
			return value, slashes + 3
		}
	case 'u':
		unit, ok := hexNumber(letters[slashes+1:], 4)
		if !ok {
			return 0, 0
		}
		count = slashes + 5
		if !utf16.IsSurrogate(unit) {
			return unit, count
		}
		low := letters[count:]
		skipped := countSlashes(low)
		if skipped > 0 && skipped < len(low) && low[skipped].rune == 'u' {
			if second, ok := hexNumber(low[skipped+1:], 4); ok {
				return utf16.DecodeRune(unit, second), count + skipped + 5
			}
		}
		return utf8.RuneError, count
	}
	return 0, 0
}

// readPercent reads the bytes of one letter, each as % and two digits.
func readPercent(letters []letter) (r rune, count int) {
	var encoded []byte
	for len(encoded) < utf8.UTFMax && count < len(letters) && letters[count].rune == '%' {
		value, ok := hexNumber(letters[count+1:], 2)
		if !ok {
			break
		}
		encoded, count = append(encoded, byte(value)), count+3
		if !utf8.FullRune(encoded) {
			continue
		}
		if r, _ = utf8.DecodeRune(encoded); r == utf8.RuneError {
			break
		}
		return r, count
	}
	return 0, 0
}

// readEntity reads a name or a number as HTML has it.
func readEntity(letters []letter) (r rune, count int) {
	name := []byte{'&'}
	for _, l := range letters[1:min(len(letters), maxEntity)] {
		if l.rune != ';' && l.rune != '#' && (l.rune >= utf8.RuneSelf || !isWord(l.rune)) {
			return 0, 0
		}
		name = append(name, byte(l.rune))
		if l.rune == ';' {
			one := html.UnescapeString(string(name))
			if r, count = utf8.DecodeRuneInString(one); count < len(one) {
				return 0, 0 // there is none of this name, or it is of several letters
			}
			return r, len(name)
		}
	}
	return 0, 0
}

// hexNumber reads a number of so many digits.
func hexNumber(letters []letter, digits int) (value rune, ok bool) {
	if len(letters) < digits {
		return 0, false
	}
	for _, l := range letters[:digits] {
		if l.rune >= utf8.RuneSelf {
			return 0, false
		}
		digit, err := strconv.ParseUint(string(l.rune), 16, 8)
		if err != nil {
			return 0, false
		}
		value = value<<4 | rune(digit)
	}
	return value, true
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
