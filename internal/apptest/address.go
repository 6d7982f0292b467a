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

// Ports for tests start at lowestPort, below those that systems give to outgoing connections. A test also listens on
// its port's guard, which is `ports` higher. So no other test takes the port while a program is stopped and started
// again. The end-to-end tests of the extension do the same.
const (
	lowestPort = 12_000
	ports      = 9_000
)

// Addresses gives loopback addresses that nobody listens on. They belong to the test until it ends.
func Addresses(tb testing.TB, count int) []string {
	tb.Helper()
	addresses := make([]string, 0, count)
	for range 100 * count {
		if address, ok := reserve(tb, lowestPort+rand.IntN(ports)); ok {
			addresses = append(addresses, address)
		}
		if len(addresses) == count {
			return addresses
		}
	}
	tb.Fatal("no free addresses")
	return nil
}

// reserve makes a port the test's, unless another one has it.
func reserve(tb testing.TB, port int) (address string, ok bool) {
	tb.Helper()
	guard, err := listen(tb, port+ports)
	if err != nil {
		return "", false
	}
	tb.Cleanup(func() { _ = guard.Close() })
	listener, err := listen(tb, port)
	if err != nil {
		return "", false
	}
	defer listener.Close()
	return listener.Addr().String(), true
}

func listen(tb testing.TB, port int) (net.Listener, error) {
	tb.Helper()
	return new(net.ListenConfig).Listen(tb.Context(), "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
}

// DevOptions are the options of a `dev` on free addresses.
func DevOptions(t *testing.T, data string) dev.Options {
	t.Helper()
	addresses := Addresses(t, 9)
	return dev.Options{
		Data: data, Listen: addresses[0], DevOpsListen: addresses[1], EntraListen: addresses[2], InternalListen: addresses[3],
		GraphListen: addresses[4], MarketplaceListen: addresses[5], WebhookListen: addresses[6], SignInListen: addresses[7],
		DevOpsAPIListen: addresses[8],
	}
}

// AwaitOK waits until a GET of the URL is answered with 200.
func AwaitOK(tb testing.TB, url string) {
	tb.Helper()
	request, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, url, nil)
	if err != nil {
		tb.Fatal(err)
	}
	Await(tb, "200 by "+url, func() bool {
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return false
		}
		_ = response.Body.Close() // the body is not used
		return response.StatusCode == http.StatusOK
	})
}

// Await waits until a condition holds, of which nothing notifies.
func Await(tb testing.TB, what string, done func() bool) {
	tb.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	deadline := time.After(patience)
	for !done() {
		select {
		case <-again.C:
		case <-deadline:
			tb.Fatalf("waited in vain for %s", what)
		}
	}
}
