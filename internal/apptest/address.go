package apptest

import (
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"testing"
	"time"

	"timetracker/internal/app"
)

// Addresses gives loopback addresses that nobody listens on. Their ports are below those that systems give to outgoing
// connections, so that they stay free while a program is stopped and started again.
func Addresses(t *testing.T, count int) []string {
	t.Helper()
	const lowest, highest = 12_000, 30_000
	addresses := make([]string, 0, count)
	for range 100 * count {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(lowest+rand.IntN(highest-lowest)))
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address)
		if err != nil {
			continue
		}
		defer listener.Close() // only when all are found, so that none is found twice
		if addresses = append(addresses, address); len(addresses) == count {
			return addresses
		}
	}
	t.Fatal("no free addresses")
	return nil
}

// DevOptions are the options of a `dev` on free addresses.
func DevOptions(t *testing.T, data string) app.DevOptions {
	t.Helper()
	addresses := Addresses(t, 7)
	return app.DevOptions{
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
