package sandbox

import (
	"fmt"
	"net"
	"net/netip"
)

// RequireLoopback returns an error unless addr (host:port) can only be reached from this machine: 127.0.0.0/8, ::1 or
// localhost. Other names are refused even if they resolve to loopback now.
func RequireLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("sandbox: listen address: %w", err)
	}
	if host == "localhost" {
		return nil
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || !ip.IsLoopback() {
		return fmt.Errorf("sandbox: %q is not a loopback address, and in the sandbox anybody can be anybody", addr)
	}
	return nil
}
