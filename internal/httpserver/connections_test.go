package httpserver_test

import (
	"log/slog"
	"net"
	"strings"
	"testing"

	"timetracker/internal/httpserver"
	"timetracker/internal/telemetry"
)

// from is a connection of an address.
type from struct {
	net.Conn
	address string
}

func (f from) RemoteAddr() net.Addr {
	address, err := net.ResolveTCPAddr("tcp", f.address)
	if err != nil {
		panic(err)
	}
	return address
}

// arrivals are a guarded listener, and how to come to it.
type arrivals struct {
	t        *testing.T
	arriving pipe
	guarded  net.Listener
	log      *syncBuffer
}

func newArrivals(t *testing.T, limits httpserver.Connections) *arrivals {
	a := &arrivals{t: t, arriving: make(pipe, 1), log: &syncBuffer{}}
	a.guarded = httpserver.Guard(a.arriving, limits, telemetry.NewLogger(a.log, "json", slog.LevelInfo))
	t.Cleanup(func() { _ = a.guarded.Close() })
	return a
}

// come comes from an address. The channel is closed when the connection is.
func (a *arrivals) come(address string) (closed chan struct{}) {
	a.t.Helper()
	client, server := net.Pipe()
	a.t.Cleanup(func() { _ = client.Close() })
	a.arriving <- from{server, address}
	closed = make(chan struct{})
	go func() {
		_, _ = client.Read(make([]byte, 1)) // nothing is sent
		close(closed)
	}()
	return closed
}

// accepted comes from an address, and gives the connection of the server. It is nil when it was refused.
func (a *arrivals) accepted(address string) net.Conn {
	a.t.Helper()
	accepted := a.accept()
	closed := a.come(address)
	select {
	case connection := <-accepted:
		return connection
	case <-closed:
	}
	// The listener waits for the next one, which comes from where nobody else does.
	a.come("[2001:db8:ffff::1]:1")
	_ = (<-accepted).Close()
	return nil
}

func (a *arrivals) accept() chan net.Conn {
	accepted := make(chan net.Conn, 1)
	go func() {
		connection, _ := a.guarded.Accept() // nil at the end
		accepted <- connection
	}()
	return accepted
}

func TestConnectionsOfAnAddressAreLimited(t *testing.T) {
	a := newArrivals(t, httpserver.Connections{PerAddress: 2, Altogether: 100})
	for _, tt := range []struct{ name, one, two, three, other string }{
		{"IPv4", "203.0.113.9:1", "203.0.113.9:2", "[::ffff:203.0.113.9]:3", "203.0.113.10:1"},
		{"a network of IPv6", "[2001:db8::1]:1", "[2001:db8::2]:1", "[2001:db8:0:0:ffff::3]:9", "[2001:db8:0:1::1]:1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			first, second := a.accepted(tt.one), a.accepted(tt.two)
			if first == nil || second == nil {
				t.Fatal("what is allowed was refused")
			}
			if a.accepted(tt.three) != nil {
				t.Error("a third connection was accepted")
			}
			if a.accepted(tt.other) == nil {
				t.Error("another address was refused")
			}
			_ = first.Close()
			_ = first.Close() // counts once
			if a.accepted(tt.three) == nil {
				t.Error("nothing was forgotten when a connection ended")
			}
			if a.accepted(tt.three) != nil {
				t.Error("one end of a connection makes room for two")
			}
		})
	}
	if text := a.log.String(); !strings.Contains(text, "connections are refused") || strings.Contains(text, "203.0") || strings.Contains(text, "2001") {
		t.Errorf("the log says %s", text)
	}
	if lines := strings.Count(a.log.String(), "\n"); lines != 1 {
		t.Errorf("four refusals of a minute are %d lines", lines)
	}
}

func TestConnectionsAltogetherAreLimited(t *testing.T) {
	a := newArrivals(t, httpserver.Connections{PerAddress: 2, Altogether: 3})
	first := a.accepted("203.0.113.1:1")
	for _, address := range []string{"203.0.113.2:1", "[2001:db8:ffff::1]:1"} {
		if a.accepted(address) == nil {
			t.Fatalf("%s was refused", address)
		}
	}
	accepted := a.accept()
	<-a.come("203.0.113.4:1")
	_ = first.Close()
	a.come("203.0.113.5:1")
	if got := (<-accepted).RemoteAddr().String(); got != "203.0.113.5:1" {
		t.Errorf("beyond the limit %s was accepted", got)
	}
}
