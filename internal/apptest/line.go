package apptest

import (
	"io"
	"net"
	"sync"
	"testing"
)

// Trouble is what a Line does to its connections.
type Trouble string

// The troubles.
const (
	NoTrouble Trouble = ""
	Gone      Trouble = "gone"      // connections end at once
	Silent    Trouble = "silent"    // what is sent arrives nowhere, and nothing comes back; open connections fall silent, too
	Resetting Trouble = "resetting" // connections are reset when something is sent
	Garbage   Trouble = "garbage"   // something else answers, and not in the protocol
)

// Line is a connection to another program of the test, on loopback, which a test can disturb.
type Line struct {
	to       string
	listener net.Listener
	wait     sync.WaitGroup

	mu      sync.Mutex
	trouble Trouble
	changed chan struct{} // closed when the trouble changes
	open    map[net.Conn]bool
	stalled chan struct{} // has one when something was sent into silence
}

// NewLine makes a line to an address, which ends with the test.
func NewLine(tb testing.TB, to string) *Line {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it is on this machine
	if err != nil {
		tb.Fatal(err)
	}
	l := &Line{to: to, listener: listener, changed: make(chan struct{}), open: map[net.Conn]bool{}, stalled: make(chan struct{}, 1)}
	l.wait.Go(l.accept)
	tb.Cleanup(func() {
		_ = listener.Close()
		l.Play(Gone)
		l.wait.Wait()
	})
	return l
}

// Address is where the line begins.
func (l *Line) Address() string { return l.listener.Addr().String() }

// Stalled has something when a caller waits in silence.
func (l *Line) Stalled() <-chan struct{} { return l.stalled }

// Play begins a trouble, or ends it. Connections of before end, but those that fall silent.
func (l *Line) Play(trouble Trouble) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.trouble = trouble
	close(l.changed)
	l.changed = make(chan struct{})
	if trouble == Silent {
		return
	}
	for conn := range l.open {
		_ = conn.Close()
	}
	clear(l.open)
}

func (l *Line) now() (Trouble, chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.trouble, l.changed
}

func (l *Line) accept() {
	for {
		conn, err := l.listener.Accept()
		if err != nil {
			return
		}
		l.mu.Lock()
		l.open[conn] = true
		l.mu.Unlock()
		l.wait.Go(func() {
			defer func() { _ = conn.Close() }()
			l.carry(conn)
		})
	}
}

func (l *Line) carry(conn net.Conn) {
	switch trouble, _ := l.now(); trouble {
	case Gone:
		return
	case Garbage:
		_, _ = io.WriteString(conn, "SSH-2.0-something-else\r\n")
		return
	case NoTrouble, Silent, Resetting:
	}
	there, err := net.Dial("tcp", l.to) //nolint:noctx // it is on this machine
	if err != nil {
		return
	}
	defer func() { _ = there.Close() }()
	l.wait.Go(func() {
		l.pump(conn, there)
		_ = conn.Close()
	})
	l.pump(there, conn)
}

// pump carries what comes from one end to the other, until the line is disturbed or ends.
func (l *Line) pump(to, from net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		trouble, changed := l.now()
		switch {
		case trouble == Resetting && n > 0:
			if tcp, ok := from.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
			return
		case trouble == Silent && n > 0:
			select {
			case l.stalled <- struct{}{}:
			default:
			}
			<-changed
			return
		}
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
