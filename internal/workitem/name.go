package workitem

import (
	"strings"
	"unicode"
)

// NameKey is the same for two names that differ only in the case of letters. It is made here and stored, so that no
// database decides which names are equal. Its length in characters is that of the name.
func NameKey(name string) string {
	return strings.Map(func(r rune) rune {
		// Letters that differ only in case form a ring, such as K, k and the Kelvin sign. The first stands for all.
		first := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			first = min(first, next)
		}
		return first
	}, name)
}
