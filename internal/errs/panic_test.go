package errs_test

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"timetracker/internal/errs"
)

func TestWithoutPanic(t *testing.T) {
	cause := errors.New("x")
	if err := errs.WithoutPanic(func() error { return cause }); !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
	address := &net.OpError{Op: "read", Addr: &net.TCPAddr{IP: net.IPv4(203, 0, 113, 9)}, Err: io.ErrUnexpectedEOF}
	err := errs.WithoutPanic(func() error { panic(address) })
	if err == nil || !strings.HasPrefix(err.Error(), "panic: *net.OpError") || strings.Contains(err.Error(), "203.0") {
		t.Errorf("got %v", err)
	}
	// The runtime's own errors quote nothing that was sent.
	err = errs.WithoutPanic(func() error { none := map[int]*struct{ n int }{}; none[1].n++; return nil })
	if err == nil || !strings.HasPrefix(err.Error(), "panic: runtime error: invalid memory address") {
		t.Errorf("got %v", err)
	}
}
