package httpapi_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"timetracker/internal/httpapi"
	"timetracker/internal/httpserver"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
)

// panickingVerifier panics over one token with a text that names a canary.
type panickingVerifier struct{ httpapi.Verifier }

func (v panickingVerifier) Verify(ctx context.Context, token string) (tenant.Person, error) {
	if token == "panic" {
		panic("canary")
	}
	return v.Verifier.Verify(ctx, token)
}

// leave sends a request as it is written, calls meanwhile, and ends the connection without reading any more.
func (r *rig) leave(request string, meanwhile func(net.Conn)) {
	r.t.Helper()
	connection, err := new(net.Dialer).DialContext(r.t.Context(), "tcp", strings.TrimPrefix(r.url, "http://"))
	if err != nil {
		r.t.Fatal(err)
	}
	tcp := connection.(*net.TCPConn)
	_ = tcp.SetReadBuffer(4096)
	if _, err := io.WriteString(tcp, request); err != nil {
		r.t.Fatal(err)
	}
	meanwhile(tcp)
	_ = tcp.SetLinger(0) // a reset, so that the server's next write fails
	_ = tcp.Close()
}

// No path of an error may put an address, a browser, or what a person has sent into the log.
func TestErrorsOfTheConnectionNameNobody(t *testing.T) {
	answered := make(chan int, 1)
	r := newRig(t, func(c *httpapi.Config) {
		c.Reports = report.NewService(rowsStore{rows: 400_000}, nil, rowsStore{})
		c.Observe = func(_, _ string, status int, _ time.Duration) { answered <- status }
		c.Verifier = panickingVerifier{c.Verifier}
	})
	r.signUp()
	<-answered
	head := "Host: time.example\r\nUser-Agent: canary-browser\r\nAuthorization: Bearer " + r.token(ada) + "\r\n"
	const csv = "/api/v1/reports/time?from=2026-11-01&to=2026-12-01&format=csv"

	r.leave("GET "+csv+" HTTP/1.1\r\n"+head+"\r\n", func(c net.Conn) {
		line, err := bufio.NewReader(c).ReadString('\n')
		if err != nil || !strings.Contains(line, "200") {
			t.Fatalf("%q %v", line, err)
		}
	})
	if status := <-answered; status != httpserver.StatusClientGone {
		t.Errorf("an answer that nobody took is logged with %d", status)
	}
	r.leave("POST /api/v1/timers HTTP/1.1\r\n"+head+"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"canary",
		func(net.Conn) {})
	<-answered

	r.leave("GET /api/v1/me HTTP/1.1\r\nHost: canary.example\r\nAuthorization: Bearer panic\r\n\r\n", func(c net.Conn) {
		_, _ = io.Copy(io.Discard, io.LimitReader(c, 1))
	})
	if status := <-answered; status != http.StatusInternalServerError {
		t.Errorf("a panic is answered with %d", status)
	}
	r.leave("GET / HTTP/9.9 canary\r\n\r\n", func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })

	for _, line := range r.logLines() {
		if line["route"] == "/api/v1/reports/time" && (line["level"] != "INFO" || line["status"] != 499.0) {
			t.Errorf("logged %v", line)
		}
	}
	log := r.log.String()
	for _, canary := range []string{"127.0.0.1", "canary", "localhost", r.token(ada)} {
		if at := strings.Index(log, canary); at >= 0 {
			t.Errorf("the log names %s: …%s…", canary, log[max(0, at-300):min(len(log), at+100)])
		}
	}
}
