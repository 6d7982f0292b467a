package httpserver

import (
	"log"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// New makes an HTTP server that a slow or greedy client can't hold up. net/http's own messages go to logger, without
// the client's address.
func New(address string, handler http.Handler, logger *slog.Logger) *http.Server {
	bodies := &openBodies{}
	server := &http.Server{
		Addr:              address,
		Handler:           bodies.watch(handler),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      2 * time.Minute, // a report of a year
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(anonymousLog{logger}, "", 0),
	}
	server.RegisterOnShutdown(bodies.hurry)
	return server
}

// panicMessage begins net/http's message of a handler that has panicked. The client's address and the value follow.
const panicMessage = "http: panic serving"

// anonymousLog passes net/http's messages on without addresses.
type anonymousLog struct{ log *slog.Logger }

// addresses matches an address as net/http writes it: IPv4, or IPv6 in brackets, with a port or without.
var addresses = regexp.MustCompile(`(\[[0-9A-Fa-f:.]+(%[^\]]*)?\]|\b\d{1,3}(\.\d{1,3}){3}\b)(:\d+)?`)

// Write implements io.Writer; each call is one message. Of a panic it passes on only the stack, since the value may hold
// anything.
func (l anonymousLog) Write(message []byte) (int, error) {
	text := strings.TrimSpace(string(message))
	if strings.HasPrefix(text, panicMessage) {
		_, stack, _ := strings.Cut(text, "\ngoroutine ")
		text = panicMessage + ": goroutine " + stack
	}
	safe := addresses.ReplaceAllString(text, "(address)")
	l.log.Warn("http server", slog.String("message", safe))
	return len(message), nil
}
