package apptest

import (
	"net/netip"
	"testing"
)

func TestAnAddressIsGivenOnce(t *testing.T) {
	for _, address := range Addresses(t, 7) {
		port := int(netip.MustParseAddrPort(address).Port())
		if again, ok := reserve(t, port); ok {
			t.Errorf("%s is given to another test", again)
		}
	}
}
