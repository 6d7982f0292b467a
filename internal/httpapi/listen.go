package httpapi

import (
	"log"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// NewServer makes an HTTP server that a slow or greedy client can't hold up. Its own complaints go to log, without the
// client's address.
func NewServer(address string, handler http.Handler, logger *slog.Logger) *http.Server {
	return &http.Server{
		Addr:              address,
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      2 * time.Minute, // a report of a year
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(anonymousLog{logger}, "", 0),
	}
}

// anonymousLog passes net/http's complaints on without addresses.
type anonymousLog struct{ log *slog.Logger }

// An address as net/http writes it: IPv4, or IPv6 in brackets, with a port or without.
var address = regexp.MustCompile(`(\[[0-9A-Fa-f:.]+(%[^\]]*)?\]|\b\d{1,3}(\.\d{1,3}){3}\b)(:\d+)?`)

// Write implements io.Writer; each call is one message.
func (l anonymousLog) Write(message []byte) (int, error) {
	text := address.ReplaceAllString(strings.TrimSpace(string(message)), "(address)")
	l.log.Warn("http server", slog.String("message", text))
	return len(message), nil
}
