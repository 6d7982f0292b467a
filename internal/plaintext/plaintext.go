package plaintext

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// IsLine says whether a text is one line of characters that it may have. Empty texts are.
func IsLine(text string) bool { return utf8.ValidString(text) && filter(text, false) == text }

// IsLines is IsLine for texts that may have line breaks and tabulators.
func IsLines(text string) bool {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return utf8.ValidString(text) && filter(text, true) == text
}

// CleanLine makes one line of any text: without the characters that it may not have, and with one blank between words. It
// is for what nobody has typed here, which must not fail because of a character that nobody sees.
func CleanLine(text string) string {
	words := strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
	return strings.Join(strings.Fields(filter(words, false)), " ")
}

// CleanLines is CleanLine for texts that may have line breaks and tabulators, which stay. Blanks around it are removed.
func CleanLines(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(text, ""))
	return strings.TrimSpace(filter(text, true))
}

// A flag of a part of a country, such as Wales, is a black flag with tags, which are refused anywhere else.
const (
	blackFlag = '\U0001F3F4'
	firstTag  = '\U000E0000'
	cancelTag = '\U000E007F'
	mostTags  = 7 // six of the code, and the one that ends it
)

// filter removes what a text may not have.
func filter(text string, lines bool) string {
	tags := 0 // that may follow
	return strings.Map(func(r rune) rune {
		if r >= firstTag && r <= cancelTag && tags > 0 {
			tags--
			if r == cancelTag {
				tags = 0
			}
			return r
		}
		tags = 0
		if r == blackFlag {
			tags = mostTags
		}
		if refused(r) || (ends(r) && !lines) {
			return -1
		}
		return r
	}, text)
}

// ends says whether a character ends a line or moves within it.
func ends(r rune) bool {
	return r == '\n' || r == '\t' || r == '\u2028' || r == '\u2029'
}

// refused says whether no text may have a character. What letters need to be joined, parted or ordered may stand: names in
// Persian or Hindi and many pictures are written with it.
func refused(r rune) bool {
	switch {
	case ends(r):
		return false
	case unicode.IsControl(r):
		return true
	case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u206f': // turn the direction of what follows
		return true
	case r == '\ufeff', r >= '\ufff9' && r <= '\ufffb': // a byte-order mark, and what hides notes in a text
		return true
	case r >= firstTag && r <= cancelTag: // letters that nobody sees
		return true
	default:
		return unicode.Is(unicode.Noncharacter_Code_Point, r)
	}
}
