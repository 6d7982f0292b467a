package graph

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"timetracker/internal/sandbox"
)

// searchTerm is one quoted part of a search: a property and the beginning of its value.
type searchTerm struct{ property, value string }

// matches ignores case. It compares names word by word, and addresses from their beginning.
func (t searchTerm) matches(person sandbox.Person) bool {
	value := strings.ToLower(t.value)
	if t.property == "mail" {
		return strings.HasPrefix(strings.ToLower(cmp.Or(person.Mail, person.Email)), value)
	}
	words := strings.Fields(strings.ToLower(person.Name))
	for _, part := range strings.Fields(value) {
		if !slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, part) }) {
			return false
		}
	}
	return value != ""
}

var errBadSearch = errors.New("not a search")

// parseSearch reads quoted terms joined by OR. A backslash escapes the character that follows.
// https://learn.microsoft.com/graph/search-query-parameter
func parseSearch(search string) ([]searchTerm, error) {
	var terms []searchTerm
	for {
		rest, ok := strings.CutPrefix(search, `"`)
		if !ok {
			return nil, errBadSearch
		}
		var term strings.Builder
		end := -1
		for i := 0; i < len(rest) && end < 0; i++ {
			switch rest[i] {
			case '"':
				end = i
			case '\\':
				if i++; i == len(rest) {
					return nil, errBadSearch
				}
				term.WriteByte(rest[i])
			default:
				term.WriteByte(rest[i])
			}
		}
		property, value, ok := strings.Cut(term.String(), ":")
		if end < 0 || !ok || (property != "displayName" && property != "mail") {
			return nil, errBadSearch
		}
		terms = append(terms, searchTerm{property, value})
		if rest = rest[end+1:]; rest == "" {
			return terms, nil
		}
		if search, ok = strings.CutPrefix(rest, " OR "); !ok {
			return nil, errBadSearch
		}
	}
}
