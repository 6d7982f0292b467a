package httpserver_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"timetracker/internal/httpserver"
)

// agreed is a connection of HTTP/2 to a server of ours, after both have said hello.
type agreed struct {
	*http2.Framer

	t    *testing.T
	head []byte // of a request
	// streams are how many the server lets a client have at the same time.
	streams uint32
}

func agree(t *testing.T, handler http.HandlerFunc) *agreed {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	server.Config = httpserver.New("", handler, slog.New(slog.DiscardHandler))
	server.TLS = &tls.Config{NextProtos: []string{"h2", "http/1.1"}, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	t.Cleanup(server.Close)
	config := server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	config.NextProtos = []string{"h2"}
	connection, err := tls.Dial("tcp", server.Listener.Addr().String(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	if got := connection.ConnectionState().NegotiatedProtocol; got != "h2" {
		t.Fatalf("the protocol is %q", got)
	}
	a := &agreed{Framer: http2.NewFramer(connection, bufio.NewReader(connection)), t: t}
	if _, err := io.WriteString(connection, http2.ClientPreface); err != nil {
		t.Fatal(err)
	}
	if err := a.WriteSettings(); err != nil {
		t.Fatal(err)
	}
	frame, err := a.ReadFrame()
	settings, ok := frame.(*http2.SettingsFrame)
	if err != nil || !ok {
		t.Fatalf("the server begins with %v %v", frame, err)
	}
	a.streams, _ = settings.Value(http2.SettingMaxConcurrentStreams)
	var head bytes.Buffer
	encoder := hpack.NewEncoder(&head)
	for _, field := range [][2]string{{":method", "GET"}, {":scheme", "https"}, {":authority", "x"}, {":path", "/"}} {
		if err := encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]}); err != nil {
			t.Fatal(err)
		}
	}
	a.head = head.Bytes()
	return a
}

// goAway reads until the server ends the connection, and gives the reason.
func (a *agreed) goAway() http2.ErrCode {
	a.t.Helper()
	for {
		frame, err := a.ReadFrame()
		if err != nil {
			a.t.Fatalf("the connection ends without a reason: %v", err)
		}
		if end, ok := frame.(*http2.GoAwayFrame); ok {
			return end.ErrCode
		}
	}
}

// A client that begins requests and takes them back can't have more of them worked on than it may have open
// (CVE-2023-44487).
func TestRequestsThatAreTakenBack(t *testing.T) {
	var running, most atomic.Int32
	release := make(chan struct{})
	a := agree(t, func(http.ResponseWriter, *http.Request) {
		if now := running.Add(1); now > most.Load() {
			most.Store(now)
		}
		<-release
		running.Add(-1)
	})
	defer close(release)
	if a.streams != 100 {
		t.Errorf("a client may have %d requests at once", a.streams)
	}
	go func() {
		for i := range uint32(20_000) {
			stream := 2*i + 1
			if a.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: a.head, EndHeaders: true, EndStream: true}) != nil ||
				a.WriteRSTStream(stream, http2.ErrCodeCancel) != nil {
				return // the server has ended the connection
			}
		}
	}()
	if reason := a.goAway(); reason != http2.ErrCodeEnhanceYourCalm {
		t.Errorf("the connection ends with %v", reason)
	}
	if most.Load() > 100 {
		t.Errorf("%d requests were worked on at once", most.Load())
	}
}

// A head that never ends is not read to its end (CVE-2023-45288).
func TestHeadWithoutEnd(t *testing.T) {
	a := agree(t, func(http.ResponseWriter, *http.Request) { t.Error("half a head is a request") })
	err := a.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: a.head, EndStream: true})
	field := "\x00\x04name\x64" + strings.Repeat("v", 100)
	for i := 0; i < 10_000 && err == nil; i++ {
		err = a.WriteContinuation(1, false, []byte(strings.Repeat(field, 100)))
	}
	if err == nil {
		t.Error("100 MB of a head are read")
	}
}

// Without TLS nobody has agreed on HTTP/2: behind a proxy a connection of it could hide whose requests are whose.
func TestNoHTTP2WithoutTLS(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := httpserver.New("", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto)
	}), slog.New(slog.DiscardHandler))
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	for name, sent := range map[string]string{
		"by its preface": http2.ClientPreface,
		"by an upgrade": "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n" +
			"HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
	} {
		connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(connection, sent)
		line, _ := bufio.NewReader(connection).ReadString('\n')
		if !strings.HasPrefix(line, "HTTP/1.") || strings.Contains(line, " 101 ") {
			t.Errorf("%s: %q", name, line)
		}
		_ = connection.Close()
	}
}
