package sandbox_test

import (
	"testing"

	"timetracker/internal/sandbox"
)

func TestRequireLoopback(t *testing.T) {
	tests := map[string]bool{
		"127.0.0.1:8443":          true,
		"127.200.3.4:0":           true,
		"[::1]:8443":              true,
		"localhost:8443":          true,
		":8443":                   false,
		"0.0.0.0:8443":            false,
		"[::]:8443":               false,
		"192.168.1.10:8443":       false,
		"[::ffff:10.0.0.1]:8443":  false,
		"128.0.0.1:8443":          false,
		"example.com:8443":        false,
		"localhost.example:8443":  false,
		"127.0.0.1.example:8443":  false,
		"127.1:8443":              false,
		"0177.0.0.1:8443":         false,
		"localhost":               false,
		"127.0.0.1":               false,
		"":                        false,
		"127.0.0.1:8443:8443":     false,
		"http://127.0.0.1:8443":   false,
		"127.0.0.1,0.0.0.0:8443":  false,
		" 127.0.0.1:8443":         false, //nolint:gocritic // the blank is what is tested
		"[fe80::1%lo]:8443":       false,
		"[2001:db8::7f00:1]:8443": false,
	}
	for addr, want := range tests {
		t.Run(addr, func(t *testing.T) {
			if err := sandbox.RequireLoopback(addr); (err == nil) != want {
				t.Errorf("RequireLoopback(%q) = %v", addr, err)
			}
		})
	}
}
