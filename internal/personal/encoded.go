package personal

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"iter"
	"slices"
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

// decode gives what a run stands for, if that is text.
func decode(run []letter) (e encoded, ok bool) {
	e.span = span{run[0].start, run[len(run)-1].end}
	plain := decodeHex(run)
	if plain == nil {
		plain = decodeBase64(run)
	}
	e.content = string(plain)
	return e, len(plain) > 0
}

// decodeHex gives the text that a run stands for as hexadecimal digits, perhaps behind an x; nil if it stands for none.
func decodeHex(run []letter) []byte {
	if at := slices.IndexFunc(run[:2], func(l letter) bool { return l.rune == 'x' }); at >= 0 {
		run = run[at+1:]
	}
	if slices.ContainsFunc(run, func(l letter) bool { return !unicode.Is(unicode.ASCII_Hex_Digit, l.rune) }) {
		return nil
	}
	plain := make([]byte, len(run)/2)
	if _, err := hex.Decode(plain, digits(run)); err != nil || !isText(plain) {
		return nil
	}
	return plain
}

// decodeBase64 gives the text that a run stands for in base64; nil if it stands for none. Its first letters are looked at before
// the others, since most runs are words and stand for none.
func decodeBase64(run []letter) []byte {
	var first [3]byte
	if n, err := base64.RawStdEncoding.Decode(first[:], digits(run[:minEncoded])); err != nil || !isText(first[:n]) {
		return nil
	}
	whole := bytes.TrimRight(digits(run), "=")
	if len(whole)%4 == 1 {
		whole = whole[:len(whole)-1] // the end is missing
	}
	plain := make([]byte, base64.RawStdEncoding.DecodedLen(len(whole)))
	if _, err := base64.RawStdEncoding.Decode(plain, whole); err != nil || !isText(plain) {
		return nil
	}
	return plain
}

// digits are the letters of a run, with the signs of base64 that addresses have others for.
func digits(run []letter) []byte {
	all := make([]byte, 0, max(len(run), minEncoded))
	for _, l := range run {
		switch l.rune {
		case '-':
			all = append(all, '+')
		case '_':
			all = append(all, '/')
		default:
			all = append(all, byte(l.rune))
		}
	}
	return all
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
