package outbound

import (
	"net/netip"
	"regexp"
	"strings"
)

// addressLike finds what may be a network address. Which it is, netip decides.
var addressLike = regexp.MustCompile(`\[?[0-9A-Fa-f:.]{3,}\]?(:[0-9]+)?`)

// WithoutAddresses is what may be kept of a text of others, which may quote the network address of whoever has called.
func WithoutAddresses(text string) string {
	return addressLike.ReplaceAllStringFunc(text, func(found string) string {
		candidate := strings.TrimRight(found, ".:")
		_, err := netip.ParseAddr(strings.Trim(candidate, "[]"))
		if err != nil {
			_, err = netip.ParseAddrPort(candidate)
		}
		if err != nil {
			return found
		}
		return "(address)" + found[len(candidate):]
	})
}
