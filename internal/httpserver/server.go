package httpserver

import (
	"context"
	"log"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// maxStreams is how many requests one connection of HTTP/2 has at the same time. A page asks for some ten.
const maxStreams = 100

// New makes an HTTP server that a slow or greedy client can't hold up. net/http's own messages go to logger, without
// the client's address. Of those that strangers cause, such as a broken handshake, it writes one a minute. It speaks HTTP/2
// only where its listener has agreed on it by TLS.
func New(address string, handler http.Handler, logger *slog.Logger) *http.Server {
	bodies := &openBodies{}
	server := &http.Server{
		Addr:              address,
		Handler:           endAfterChunks(bodies.watch(handler)),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      2 * time.Minute, // a report of a year
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		Protocols:         new(http.Protocols),
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: maxStreams, MaxReceiveBufferPerConnection: 1 << 20},
		ErrorLog:          log.New(anonymousLog{logger, NewSampler(time.Now)}, "", 0), //nolint:forbidigo // a network's noise is by the machine's clock
	}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetHTTP2(true)
	server.RegisterOnShutdown(bodies.hurry)
	return server
}

// endAfterChunks ends the connection after a body in chunks. Beside them the head may have named a length, which net/http
// ignores and hides. A proxy that goes by the length would take the rest for somebody's next request (RFC 9112 section 6.1).
func endAfterChunks(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor == 1 && len(r.TransferEncoding) > 0 {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// panicMessages begin net/http's message of a handler that has panicked. The client's address and the value follow.
var panicMessages = []string{"http: panic serving", "http2: panic serving"}

// noises are how the messages begin that anybody can cause as often as they like, and the level that they have here.
var noises = map[string]slog.Level{
	"http: TLS handshake error": slog.LevelInfo,
	"http2: ":                   slog.LevelInfo,
	"http: Accept error":        slog.LevelWarn, // with many connections at once
}

// anonymousLog passes net/http's messages on without addresses.
type anonymousLog struct {
	log     *slog.Logger
	sampler *Sampler
}

// addresses matches an address as net/http writes it: IPv4, or IPv6 in brackets, with a port or without.
var addresses = regexp.MustCompile(`(\[[0-9A-Fa-f:.]+(%[^\]]*)?\]|\b\d{1,3}(\.\d{1,3}){3}\b)(:\d+)?`)

// Write implements io.Writer; each call is one message. Of a panic it passes on only the stack, since the value may hold
// anything.
func (l anonymousLog) Write(message []byte) (int, error) {
	text := strings.TrimSpace(string(message))
	for _, beginning := range panicMessages {
		if strings.HasPrefix(text, beginning) {
			_, stack, _ := strings.Cut(text, "\ngoroutine ")
			l.log.Warn("http server", slog.String("message", beginning+": goroutine "+addresses.ReplaceAllString(stack, "(address)")))
			return len(message), nil
		}
	}
	attrs := []slog.Attr{slog.String("message", addresses.ReplaceAllString(text, "(address)"))}
	level := slog.LevelWarn
	for beginning, noise := range noises {
		if !strings.HasPrefix(text, beginning) {
			continue
		}
		leftOut, write := l.sampler.Take(beginning)
		if !write {
			return len(message), nil
		}
		level, attrs = noise, append(attrs, slog.Int("left_out", leftOut))
	}
	l.log.LogAttrs(context.Background(), level, "http server", attrs...)
	return len(message), nil
}
