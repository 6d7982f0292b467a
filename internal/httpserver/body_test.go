package httpserver_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
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
	server := httpserver.New("", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
	}), slog.New(slog.DiscardHandler))
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
