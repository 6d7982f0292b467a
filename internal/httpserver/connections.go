package httpserver

import (
	"context"
	"hash/maphash"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Connections are how many connections a listener has at the same time.
type Connections struct {
	PerAddress int // of one address, or one network of IPv6
	Altogether int
}

// DefaultConnections are far more than a proxy or an office needs, and few enough that their memory is known.
func DefaultConnections() Connections { return Connections{PerAddress: 1000, Altogether: 5000} }

// ipv6Network is what a provider gives to one customer, in bits.
const ipv6Network = 64

// guarded is a listener that closes connections beyond its limits at once. It waits for nobody, so that whoever holds all that
// one address may have keeps nobody else out.
type guarded struct {
	net.Listener
	limits  Connections
	log     *slog.Logger
	refused *Sampler

	// seed makes a number of an address that means nothing outside of this process, and after it.
	seed maphash.Seed
	mu   sync.Mutex
	// open counts by that number. Its rows go with the last connection, so that there are never more than connections.
	open  map[uint64]int
	count int
}

// Guard limits a listener's connections. No address is kept: it is hashed with a seed of the process's own, and that only
// while a connection is open.
func Guard(listener net.Listener, limits Connections, log *slog.Logger) net.Listener {
	return &guarded{
		Listener: listener, limits: limits, log: log, refused: NewSampler(time.Now), //nolint:forbidigo // a network's noise is by the machine's clock
		seed: maphash.MakeSeed(), open: map[uint64]int{},
	}
}

// Accept implements net.Listener.
func (g *guarded) Accept() (net.Conn, error) {
	for {
		connection, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from := g.from(connection.RemoteAddr())
		full := g.enter(from)
		if full == "" {
			return &counted{Conn: connection, leave: func() { g.leave(from) }}, nil
		}
		_ = connection.Close() // nothing was read
		if leftOut, write := g.refused.Take(full); write {
			g.log.LogAttrs(context.Background(), slog.LevelWarn, "connections are refused",
				slog.String("limit", full), slog.Int("left_out", leftOut))
		}
	}
}

// from is the number of an address.
func (g *guarded) from(address net.Addr) uint64 {
	var network []byte
	if remote, err := netip.ParseAddrPort(address.String()); err == nil {
		host := remote.Addr().Unmap().WithZone("")
		bits := host.BitLen()
		if host.Is6() {
			bits = ipv6Network
		}
		if masked, err := host.Prefix(bits); err == nil {
			network = masked.Addr().AsSlice()
		}
	}
	return maphash.Bytes(g.seed, network)
}

// enter counts a connection, or names the limit that it would break.
func (g *guarded) enter(from uint64) (full string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.count >= g.limits.Altogether:
		return "altogether"
	case g.open[from] >= g.limits.PerAddress:
		return "per address"
	}
	g.count++
	g.open[from]++
	return ""
}

func (g *guarded) leave(from uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.count--
	if g.open[from]--; g.open[from] == 0 {
		delete(g.open, from)
	}
}

// counted is a connection that counts until it is closed.
type counted struct {
	net.Conn
	once  sync.Once
	leave func()
}

// Close implements net.Conn.
func (c *counted) Close() error {
	c.once.Do(c.leave)
	return c.Conn.Close()
}

// CloseWrite ends the answer while the client still sends, so that a refusal arrives before the connection's end.
func (c *counted) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
