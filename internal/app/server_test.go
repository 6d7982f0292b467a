package app_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"timetracker/internal/app"
	"timetracker/internal/apptest"
)

// statusOf gives the status of an address's answer, or zero without one.
func statusOf(t *testing.T, address string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0
	}
	_ = response.Body.Close() // the body is not used
	return response.StatusCode
}

// Whoever sends requests must have time to notice, requests in flight must finish, and the platform must have its answers
// until the end.
func TestServerStopsInOrder(t *testing.T) {
	addresses := apptest.Addresses(t, 2)
	public, internal := addresses[0], addresses[1]
	entered, finish := make(chan struct{}), make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /slow", func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-finish
		_, _ = io.WriteString(w, "whole")
	})
	mux.HandleFunc("POST /{$}", func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	server, err := app.Listen(t.Context(), []app.Endpoint{
		{Address: public, Handler: mux},
		{Address: internal, Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), Internal: true},
	}, discard)
	if err != nil {
		t.Fatal(err)
	}
	told, serveOn := make(chan struct{}), make(chan struct{})
	server.OnStop(func() { close(told); <-serveOn })
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()

	slow := make(chan string, 1)
	go func() {
		_, body := apptest.Get(t, "http://"+public+"/slow")
		slow <- body
	}()
	<-entered
	half := sendHalf(t, public)
	stop()
	<-told
	if got := statusOf(t, public); got != http.StatusOK {
		t.Errorf("while others notice, a request is answered with %d", got)
	}
	close(serveOn)
	if line, err := half.ReadString('\n'); err != nil || !strings.Contains(line, "400") {
		t.Errorf("half a body is answered with %q %v", line, err)
	}
	apptest.Await(t, "the end of new requests", func() bool { return statusOf(t, public) == 0 })
	if got := statusOf(t, internal); got != http.StatusOK {
		t.Errorf("while a request finishes, the platform is answered with %d", got)
	}
	close(finish)
	if body := <-slow; body != "whole" {
		t.Errorf("a request in flight is answered with %q", body)
	}
	if err := <-ended; err != nil {
		t.Errorf("it ends with %v", err)
	}
	if got := statusOf(t, internal); got != 0 {
		t.Errorf("after the end the platform is answered with %d", got)
	}
}

// sendHalf sends a request without the rest of its body. It gives what is answered.
func sendHalf(t *testing.T, address string) *bufio.Reader {
	t.Helper()
	connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	if _, err := io.WriteString(connection, "POST / HTTP/1.1\r\nHost: time.example\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answer := bufio.NewReader(connection)
	// The handler reads the body once it asks for it.
	for line := "100"; line != "\r\n"; {
		if line, err = answer.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.WriteString(connection, "half"); err != nil {
		t.Fatal(err)
	}
	return answer
}

// TestServerStopsUnderLoad has many clients call without a pause while the server is stopped. Whatever has reached a handler
// is answered whole, then nobody is let in, and the program ends.
func TestServerStopsUnderLoad(t *testing.T) {
	address := apptest.Addresses(t, 1)[0]
	var entered, answered atomic.Int64
	server, err := app.Listen(t.Context(), []app.Endpoint{{Address: address, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		entered.Add(1)
		for range 20 {
			_, _ = io.WriteString(w, "part ")
			runtime.Gosched()
		}
	})}}, discard)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	var clients sync.WaitGroup
	whole := strings.Repeat("part ", 20)
	for range 16 {
		clients.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for {
				// A request with a body is never sent again by the client itself.
				request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address, strings.NewReader("x"))
				if err != nil {
					t.Error(err)
					return
				}
				response, err := client.Do(request)
				if err != nil {
					return // nobody is let in any more
				}
				body, err := io.ReadAll(response.Body)
				_ = response.Body.Close()
				if err != nil || string(body) != whole {
					t.Errorf("answered with %q: %v", body, err)
					return
				}
				if answered.Add(1) == 500 {
					stop()
				}
			}
		})
	}
	clients.Wait()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if entered.Load() != answered.Load() || answered.Load() < 500 {
		t.Errorf("%d requests reached a handler, and %d were answered", entered.Load(), answered.Load())
	}
}
