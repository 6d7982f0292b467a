package apptest

import (
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"testing"
	"time"

	"timetracker/internal/dev"
)

// Ports that are given away are from lowestPort on, below those that systems give to outgoing connections. Whoever has one
// listens on its guard, which is ports further on: so nobody else takes it while a program is stopped and started again.
// The end-to-end tests of the extension do the same.
const (
	lowestPort = 12_000
	ports      = 9_000
)

// Addresses gives loopback addresses that nobody listens on. They are the test's until it ends.
func Addresses(t *testing.T, count int) []string {
	t.Helper()
	addresses := make([]string, 0, count)
	for range 100 * count {
		if address, ok := reserve(t, lowestPort+rand.IntN(ports)); ok {
			addresses = append(addresses, address)
		}
		if len(addresses) == count {
			return addresses
		}
	}
	t.Fatal("no free addresses")
	return nil
}

// reserve makes a port the test's, unless somebody has it.
func reserve(t *testing.T, port int) (address string, ok bool) {
	t.Helper()
	guard, err := listen(t, port+ports)
	if err != nil {
		return "", false
	}
	t.Cleanup(func() { _ = guard.Close() })
	listener, err := listen(t, port)
	if err != nil {
		return "", false
	}
	defer listener.Close()
	return listener.Addr().String(), true
}

func listen(t *testing.T, port int) (net.Listener, error) {
	t.Helper()
	return new(net.ListenConfig).Listen(t.Context(), "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
}

// DevOptions are the options of a `dev` on free addresses.
func DevOptions(t *testing.T, data string) dev.Options {
	t.Helper()
	addresses := Addresses(t, 7)
	return dev.Options{
		Data: data, Listen: addresses[0], DevOpsListen: addresses[1], EntraListen: addresses[2], InternalListen: addresses[3],
		GraphListen: addresses[4], MarketplaceListen: addresses[5], WebhookListen: addresses[6],
	}
}

// AwaitOK waits until a GET of the URL is answered with 200.
func AwaitOK(t *testing.T, url string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	Await(t, "200 by "+url, func() bool {
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return false
		}
		_ = response.Body.Close() // nothing of it is read
		return response.StatusCode == http.StatusOK
	})
}

// Await waits until something has come about that nobody tells of.
func Await(t *testing.T, what string, done func() bool) {
	t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	deadline := time.After(patience)
	for !done() {
		select {
		case <-again.C:
		case <-deadline:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
