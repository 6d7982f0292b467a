package bench

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
)

// connection is a keep-alive HTTP/1.1 connection with the headers that the extension sends. It reads only the necessary
// part of an answer, so that the machine's time goes to the server and not to its client.
type connection struct {
	net.Conn
	own     []string // tokens of the people who share the connection, as they would a proxy's; or subscriptions
	reader  *bufio.Reader
	request []byte
}

func (c *connection) call(method, path, token, body string) error {
	c.request = fmt.Appendf(c.request[:0], "%s %s HTTP/1.1\r\nHost: time.example\r\nAccept: application/json\r\n"+
		"Accept-Encoding: gzip, deflate, br\r\nAccept-Language: en\r\nUser-Agent: Mozilla/5.0\r\n"+
		"Origin: https://time.example\r\nAuthorization: Bearer %s\r\n", method, path, token)
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

// notify sends an event as Microsoft does.
func (c *connection) notify(token, body string) error {
	const path = "/marketplace/webhook"
	c.request = fmt.Appendf(c.request[:0], "POST %s HTTP/1.1\r\nHost: hooks.example\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s", path, token, len(body), body)
	if _, err := c.Write(c.request); err != nil {
		return err
	}
	return c.readAnswer("POST", path)
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

// script makes the calls of a turn. It gives their number, and the latency of the one that is measured.
type script func(c *connection, turn int) (calls int, took time.Duration, err error)

// mix starts, reads and stops a person's timer.
func mix(c *connection, turn int) (calls int, took time.Duration, err error) {
	token := c.own[turn%len(c.own)]
	began := time.Now()
	if _, _, err := start(c, turn); err != nil {
		return 0, 0, err
	}
	took = time.Since(began)
	if err := c.call("GET", "/api/v1/timers/current", token, ""); err != nil {
		return 0, 0, err
	}
	return 3, took, c.call("POST", "/api/v1/timers/current/stop", token, "{}")
}

// start starts a person's timer, on another work item each time.
func start(c *connection, turn int) (calls int, took time.Duration, err error) {
	item := firstItem + turn%items
	return 1, 0, c.call("POST", "/api/v1/timers", c.own[turn%len(c.own)],
		fmt.Sprintf(`{"work_item":{"organization":"%s","project":"%s","id":"%d","title":"%s","type":"%s"},"existing_hours":3.5}`,
			organization, projectName(item-firstItem), item, itemTitle(item), itemType))
}

// current reads a person's running timer.
func current(c *connection, turn int) (calls int, took time.Duration, err error) {
	began := time.Now()
	err = c.call("GET", "/api/v1/timers/current", c.own[turn%len(c.own)], "")
	return 1, time.Since(began), err
}

// drive opens connections, each for its own people or subscriptions. Each takes turns for about a round, with every
// call after the answer to the one before.
func drive(b *testing.B, address string, connections int, all []string, take script) sample {
	b.Helper()
	var sum sample
	var calls int
	var mu sync.Mutex
	var group sync.WaitGroup
	began := time.Now()
	for own := range slices.Chunk(all, (len(all)+connections-1)/connections) {
		group.Go(func() {
			conn, err := new(net.Dialer).DialContext(b.Context(), "tcp", address)
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close()
			c := &connection{Conn: conn, own: own, reader: bufio.NewReader(conn)}
			var latencies []time.Duration
			done := 0
			// Everybody gets a turn, however slow the machine is.
			for turn := 0; turn < len(own) || time.Since(began) < roundLength(); turn++ {
				n, took, err := take(c, turn)
				if err != nil {
					b.Error(err)
					return
				}
				done += n
				latencies = append(latencies, took)
			}
			mu.Lock()
			defer mu.Unlock()
			calls += done
			sum.latencies = append(sum.latencies, latencies...)
		})
	}
	group.Wait()
	if b.Failed() {
		b.FailNow()
	}
	sum.rate = float64(calls) / time.Since(began).Seconds()
	return sum
}
