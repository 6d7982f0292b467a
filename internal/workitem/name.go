package workitem

import (
	"strings"
	"unicode"
)

// NameKey is what two names have in common that differ in nothing but the case of letters. It is made here and kept, so
// that no database decides which names are the same. Its length in characters is that of the name.
func NameKey(name string) string {
	return strings.Map(func(r rune) rune {
		// Letters that are the same but for case form a ring, such as K, k and the Kelvin sign. The first stands for all.
		first := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			first = min(first, next)
		}
		return first
	}, name)
}
