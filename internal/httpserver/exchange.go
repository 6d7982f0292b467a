package httpserver

import (
	"context"
	"log/slog"
	"net/http"
)

// Exchange is a request with its answer. It is the response writer of everything below the log, so that the log knows what
// was sent.
type Exchange struct {
	http.ResponseWriter
	RequestID string

	status int
	level  slog.Level
	attrs  []slog.Attr
}

type exchangeKey struct{}

// ExchangeOf gives the exchange that RequestLog has made. Without one it panics.
func ExchangeOf(ctx context.Context) *Exchange { return ctx.Value(exchangeKey{}).(*Exchange) }

// Status is the status that was sent; zero until then.
func (e *Exchange) Status() int { return e.status }

// Note adds attributes to the line in the log, and sets its level.
func (e *Exchange) Note(level slog.Level, attrs ...slog.Attr) {
	e.level = level
	e.attrs = append(e.attrs, attrs...)
}

// WriteHeader remembers the final status. Informational ones (1xx) come before it.
func (e *Exchange) WriteHeader(status int) {
	if e.status == 0 && status >= http.StatusOK {
		e.status = status
	}
	e.ResponseWriter.WriteHeader(status)
}

// Write sends the head first, as http.ResponseWriter says.
func (e *Exchange) Write(data []byte) (int, error) {
	if e.status == 0 {
		e.status = http.StatusOK
	}
	return e.ResponseWriter.Write(data)
}

// Unwrap lets http.ResponseController reach the connection.
func (e *Exchange) Unwrap() http.ResponseWriter { return e.ResponseWriter }
