package personal

import (
	"regexp"
	"slices"
	"strings"

	"timetracker/internal/ids"
)

// Subject is the person whose data it is, with all that a text can name them by.
type Subject struct {
	Tenant    ids.Tenant `json:"tenant"`
	User      ids.User   `json:"user"`
	Object    ids.Object `json:"object"`    // zero: has never signed in
	Names     []string   `json:"names"`     // every one that is known, the present one first
	Addresses []string   `json:"addresses"` // the same of e-mail addresses
}

// Name is the present one.
func (s Subject) Name() string {
	if len(s.Names) == 0 {
		return ""
	}
	return s.Names[0]
}

// labelDigits is how many digits of the id tell erased people apart, for those who read a list of them.
const labelDigits = 4

// ErasedName is what an erased person is called. It is made of the id, so that nothing has to be kept for it.
func ErasedName(id ids.User) string {
	text := id.String()
	return "Erased person " + text[len(text)-labelDigits:]
}

var erasedName = regexp.MustCompile(`^Erased person [0-9a-f]{4}$`)

// IsErasedName says whether somebody is called so since they were erased.
func IsErasedName(name string) bool { return erasedName.MatchString(name) }

// Label is what the person is called once they are erased.
func (s Subject) Label() string { return ErasedName(s.User) }

// HasAddress says whether an address is the person's, in any case.
func (s Subject) HasAddress(address string) bool {
	return slices.ContainsFunc(s.Addresses, func(own string) bool { return strings.EqualFold(own, address) })
}

// Named adds further names and addresses, each once and without regard to case. Empty ones are left out.
func (s Subject) Named(names, addresses []string) Subject {
	s.Names = union(s.Names, names)
	s.Addresses = union(s.Addresses, addresses)
	return s
}

func union(have, more []string) []string {
	seen := map[string]bool{}
	var all []string
	for _, list := range [][]string{have, more} {
		for _, text := range list {
			key := strings.ToLower(strings.TrimSpace(text))
			if key != "" && !seen[key] {
				seen[key] = true
				all = append(all, strings.TrimSpace(text))
			}
		}
	}
	return all
}
