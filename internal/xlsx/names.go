package xlsx

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
)

// maxName is how long the name of a sheet can be, in UTF-16 units.
const maxName = 31

// legal makes a name that every program takes for a sheet. Some signs stand for references in formulas, and are refused; an
// apostrophe at an end quotes a name; History is Excel's own sheet.
func legal(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`[]:*?/\`, r):
			return '-'
		case unicode.IsControl(r), !legalRune(r), r == unicode.ReplacementChar:
			return ' '
		default:
			return r
		}
	}, strings.ToValidUTF8(name, " "))
	name = cutName(strings.Trim(name, "' "), maxName)
	if name = strings.Trim(name, "' "); name == "" {
		return "-"
	}
	if strings.EqualFold(name, "History") {
		return name + "-"
	}
	return name
}

// cutName cuts a name to a number of UTF-16 units, between characters.
func cutName(name string, units int) string {
	for i, r := range name {
		if units -= utf16.RuneLen(r); units < 0 {
			return name[:i]
		}
	}
	return name
}

// unique gives the name, or one with a number behind it. Names that differ in case alone are the same one to programs.
func (b *Workbook) unique(name string) string {
	found := name
	for n := 2; b.taken[fold(found)]; n++ {
		suffix := fmt.Sprintf(" (%d)", n)
		found = strings.TrimRight(cutName(name, maxName-len(suffix)), "' ") + suffix
	}
	b.taken[fold(found)] = true
	return found
}

func fold(name string) string { return strings.ToLower(strings.ToUpper(name)) }
