package bench

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
)

// connection is a keep-alive HTTP/1.1 connection with the headers that the extension sends. It reads of an answer what
// it must, so that the machine's time goes to the server and not to its client.
type connection struct {
	net.Conn
	token   string
	reader  *bufio.Reader
	request []byte
}

func dial(tb testing.TB, address, token string) *connection {
	tb.Helper()
	conn, err := new(net.Dialer).DialContext(tb.Context(), "tcp", address)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = conn.Close() })
	return &connection{Conn: conn, token: token, reader: bufio.NewReader(conn)}
}

func (c *connection) get(path string) error { return c.call("GET", path, "") }

// post sends a body under a new Idempotency-Key.
func (c *connection) post(path, body string) error { return c.call("POST", path, body) }

func (c *connection) call(method, path, body string) error {
	c.request = fmt.Appendf(c.request[:0], "%s %s HTTP/1.1\r\nHost: time.example\r\nAccept: application/json\r\n"+
		"Accept-Encoding: gzip, deflate, br\r\nAccept-Language: en\r\nUser-Agent: Mozilla/5.0\r\n"+
		"Origin: https://time.example\r\nAuthorization: Bearer %s\r\n", method, path, c.token)
	if method == "POST" {
		c.request = fmt.Appendf(c.request, "Content-Type: application/json\r\nContent-Length: %d\r\n"+
			"Idempotency-Key: %s\r\n", len(body), uuid.NewString())
	}
	c.request = append(append(c.request, "\r\n"...), body...)
	if _, err := c.Write(c.request); err != nil {
		return err
	}
	return c.readAnswer(method, path)
}

func (c *connection) readAnswer(method, path string) error {
	line, err := c.reader.ReadSlice('\n')
	if err != nil {
		return err
	}
	if len(line) < 12 {
		return fmt.Errorf("the status line is %q", line)
	}
	ok, status := line[9] == '2', string(line[9:12])
	length := -1
	for {
		line, err := c.reader.ReadSlice('\n')
		if err != nil {
			return err
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			break
		}
		if value, found := bytes.CutPrefix(line, []byte("Content-Length: ")); found {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return fmt.Errorf("%s %s: %s without a length", method, path, status)
	}
	if !ok {
		body := make([]byte, length)
		_, _ = io.ReadFull(c.reader, body)
		return fmt.Errorf("%s %s: %s %s", method, path, status, body)
	}
	_, err = c.reader.Discard(length)
	return err
}

// script makes a person's calls until it is told to stop. It gives their number, and how long those took whose latency
// matters.
type script func(c *connection, person int, stop *atomic.Bool) (calls int, took []time.Duration, err error)

// start starts a timer; which work item it is on goes by the person and the number of the turn.
func (c *connection) start(person, turn int) error {
	item := firstItem + (person+turn)%items
	return c.post("/api/v1/timers", fmt.Sprintf(`{"work_item":{"organization":"%s","project":"%s","id":"%d",`+
		`"title":"%s","type":"%s"},"existing_hours":3.5}`, organization, projectName(person), item, itemTitle(item), itemType))
}

// mix starts, reads and stops a timer, on one work item after another.
func mix(c *connection, person int, stop *atomic.Bool) (calls int, took []time.Duration, err error) {
	for i := 0; !stop.Load(); i++ {
		began := time.Now()
		if err := c.start(person, i); err != nil {
			return calls, took, err
		}
		took = append(took, time.Since(began))
		if err := c.get("/api/v1/timers/current"); err != nil {
			return calls, took, err
		}
		if err := c.post("/api/v1/timers/current/stop", "{}"); err != nil {
			return calls, took, err
		}
		calls += 3
	}
	return calls, took, nil
}

// current reads the running timer.
func current(c *connection, _ int, stop *atomic.Bool) (calls int, took []time.Duration, err error) {
	for ; !stop.Load(); calls++ {
		began := time.Now()
		if err := c.get("/api/v1/timers/current"); err != nil {
			return calls, took, err
		}
		took = append(took, time.Since(began))
	}
	return calls, took, nil
}

// drive lets every connection follow the script for about a second, each call after the answer to the one before.
func drive(b *testing.B, connections []*connection, follow script) sample {
	b.Helper()
	var stop atomic.Bool
	var all sample
	var calls int
	var mu sync.Mutex
	var group sync.WaitGroup
	began := time.Now()
	for person, c := range connections {
		group.Go(func() {
			done, took, err := follow(c, person, &stop)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				b.Error(err)
			}
			calls += done
			all.latencies = append(all.latencies, took...)
		})
	}
	timer := time.AfterFunc(roundLength, func() { stop.Store(true) })
	defer timer.Stop()
	group.Wait()
	if b.Failed() {
		b.FailNow()
	}
	all.rate = float64(calls) / time.Since(began).Seconds()
	return all
}
