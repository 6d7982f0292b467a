package personal

import (
	"encoding/base64"
	"encoding/hex"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// minEncoded is the least letters of something encoded: three bytes in base64.
const minEncoded = 4

// encoded is text in base64 or hexadecimal digits within another one.
type encoded struct {
	span
	content string
}

// encodings are what of a text decodes to text. Each run of letters of base64 is tried as a whole, and so are its parts between
// signs. A slash may also be that of an address in the web.
func encodings(letters []letter) iter.Seq[encoded] {
	return func(yield func(encoded) bool) {
		for run := range runs(letters, isBase64) {
			parts := 0
			for part := range runs(run, func(r rune) bool { return !isSign(r) }) {
				parts++
				if e, ok := decode(part); ok && !yield(e) {
					return
				}
			}
			if e, ok := decode(run); ok && parts > 1 && !yield(e) {
				return
			}
		}
	}
}

// runs are the longest runs of letters that belong together, each with the equals signs that end base64.
func runs(letters []letter, belongs func(r rune) bool) iter.Seq[[]letter] {
	return func(yield func([]letter) bool) {
		for at := 0; at < len(letters); {
			end := at
			for end < len(letters) && belongs(letters[end].rune) {
				end++
			}
			long := end-at >= minEncoded
			for end > at && end < len(letters) && letters[end].rune == '=' {
				end++
			}
			if long && !yield(letters[at:end]) {
				return
			}
			at = max(end, at+1)
		}
	}
}

func isBase64(r rune) bool { return r < asciiEnd && (isWord(r) || isSign(r)) }

// isSign says whether a letter of base64 is a sign. Words and parts of addresses in the web are between such.
func isSign(r rune) bool { return strings.ContainsRune("+/-_", r) }

var ofAddresses = strings.NewReplacer("-", "+", "_", "/")

// decode gives what a run stands for, if that is text.
func decode(run []letter) (e encoded, ok bool) {
	var written strings.Builder
	for _, l := range run {
		written.WriteRune(l.rune)
	}
	e.span = span{run[0].start, run[len(run)-1].end}
	digits := written.String()
	plain, err := hex.DecodeString(digits[strings.IndexByte(digits, 'x')+1:])
	if err != nil || !isText(plain) {
		digits = strings.TrimRight(ofAddresses.Replace(digits), "=")
		if len(digits)%4 == 1 {
			digits = digits[:len(digits)-1] // the end is missing
		}
		if plain, err = base64.RawStdEncoding.DecodeString(digits); err != nil || !isText(plain) {
			return e, false
		}
	}
	e.content = string(plain)
	return e, true
}

// isText says whether bytes are what a person can read. The last letter may be cut off.
func isText(plain []byte) bool {
	for len(plain) > 0 {
		if !utf8.FullRune(plain) {
			return true
		}
		r, width := utf8.DecodeRune(plain)
		if r == utf8.RuneError || (!unicode.IsPrint(r) && !unicode.IsSpace(r)) {
			return false
		}
		plain = plain[width:]
	}
	return true
}
