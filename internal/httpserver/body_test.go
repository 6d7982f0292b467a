package httpserver_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"timetracker/internal/httpserver"
)

// pipe is a listener of one connection.
type pipe chan net.Conn

func (p pipe) Accept() (net.Conn, error) {
	connection, open := <-p
	if !open {
		return nil, net.ErrClosed
	}
	return connection, nil
}

func (p pipe) Addr() net.Addr { return &net.UnixAddr{} }

func (p pipe) Close() error {
	close(p)
	return nil
}

// connected is a connection to a server that answers every request without reading its body.
func connected(t *testing.T) net.Conn {
	t.Helper()
	return connectedTo(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
}

func connectedTo(t *testing.T, handler http.HandlerFunc) net.Conn {
	t.Helper()
	server := httpserver.New("", handler, slog.New(slog.DiscardHandler))
	client, served := net.Pipe()
	listener := make(pipe, 1)
	listener <- served
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		_ = client.Close()
		if err := server.Shutdown(t.Context()); err != nil {
			_ = server.Close()
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return client
}

// post sends a request with a part of its body, and reads the answer.
func post(t *testing.T, connection net.Conn, answers *bufio.Reader, length int, body string) {
	t.Helper()
	sent := make(chan error, 1)
	go func() {
		_, err := fmt.Fprintf(connection, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", length, body)
		sent <- err
	}()
	response, err := http.ReadResponse(answers, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close() // it is empty
	if err := <-sent; err != nil || response.StatusCode != http.StatusUnauthorized {
		t.Fatalf("answered with %d: %v", response.StatusCode, err)
	}
}

// A client that does not send the rest of a body gets its answer, and keeps nothing of the server for long.
func TestRestOfABodyThatNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		connection := connected(t)
		answers := bufio.NewReader(connection)
		began := time.Now()
		post(t, connection, answers, 500, `{"work`)
		if rest, err := io.ReadAll(answers); err != nil || len(rest) > 0 {
			t.Errorf("more is answered: %q, %v", rest, err)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("the connection ends after %s", took)
		}
	})
}

// The time for the rest of one body is over when the next request comes.
func TestConnectionOutlivesAnUnreadBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		connection := connected(t)
		answers := bufio.NewReader(connection)
		for range 3 {
			post(t, connection, answers, 4, "body")
			time.Sleep(time.Minute)
		}
	})
}

// Nobody keeps a connection by sending or reading slowly, or not at all.
func TestSlowClientsAreCut(t *testing.T) {
	const head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
	drip := func(t *testing.T, connection net.Conn, text string, each time.Duration) {
		t.Helper()
		for i := range text {
			if _, err := connection.Write([]byte{text[i]}); err != nil {
				return
			}
			time.Sleep(each)
		}
		t.Error("all of it was read")
	}
	for _, tt := range []struct {
		name    string
		client  func(t *testing.T, connection net.Conn)
		longest time.Duration
	}{
		{"nothing is sent", func(_ *testing.T, connection net.Conn) { _, _ = io.ReadAll(connection) }, 6 * time.Second},
		{"a head in drips", func(t *testing.T, connection net.Conn) {
			go func() { _, _ = io.Copy(io.Discard, connection) }()
			drip(t, connection, head, time.Second)
		}, 7 * time.Second},
		{"a body in drips", func(t *testing.T, connection net.Conn) {
			go func() { _, _ = io.Copy(io.Discard, connection) }()
			_, _ = io.WriteString(connection, head)
			drip(t, connection, strings.Repeat("x", 100_000), time.Second)
		}, 35 * time.Second},
		{"the answer is not read", func(_ *testing.T, connection net.Conn) {
			_, _ = io.WriteString(connection, "GET /long HTTP/1.1\r\nHost: x\r\n\r\n")
			_, _ = connection.Read(make([]byte, 1))
			time.Sleep(2*time.Minute + time.Second)
			_, _ = io.Copy(io.Discard, connection)
		}, 2*time.Minute + 2*time.Second},
		{"nothing follows the answer", func(_ *testing.T, connection net.Conn) {
			_, _ = io.WriteString(connection, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
			_, _ = io.Copy(io.Discard, connection)
		}, 2*time.Minute + time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				connection := connectedTo(t, func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
					if r.URL.Path == "/long" {
						_, _ = w.Write(make([]byte, 1<<20))
					}
				})
				began := time.Now()
				tt.client(t, connection)
				if took := time.Since(began); took > tt.longest {
					t.Errorf("the connection is kept for %s", took)
				}
			})
		})
	}
}
