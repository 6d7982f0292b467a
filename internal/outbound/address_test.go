package outbound_test

import (
	"testing"

	"timetracker/internal/outbound"
)

func TestWithoutAddresses(t *testing.T) {
	for text, want := range map[string]string{
		"IP 203.0.113.9 is not allowed.":        "IP (address) is not allowed.",
		"from 203.0.113.9:5123, at 9:30":        "from (address), at 9:30",
		"Your address is 203.0.113.9.":          "Your address is (address).",
		"2001:db8::9 and [2001:db8::9]:443":     "(address) and (address)",
		"::ffff:203.0.113.9 was seen":           "(address) was seen",
		"TF401320: Rule Error for field State.": "TF401320: Rule Error for field State.",
		"12:30:00, 7.5 hours, version 10.1.2":   "12:30:00, 7.5 hours, version 10.1.2",
		"300.1.1.1 is none":                     "300.1.1.1 is none",
	} {
		if got := outbound.WithoutAddresses(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
