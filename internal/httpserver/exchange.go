package httpserver

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
)

// StatusClientGone is logged for a request whose client has closed the connection. Nobody receives it.
const StatusClientGone = 499

// ErrClientGone replaces every error of the client's connection, whose text names the client's address.
var ErrClientGone = errors.New("the client has gone")

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

// Status is the status that was sent; zero until then. It is StatusClientGone when the client has not taken the answer.
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

// Write sends the head first, as http.ResponseWriter says. It fails with ErrClientGone when the client takes no more.
func (e *Exchange) Write(data []byte) (int, error) {
	if e.status == 0 {
		e.status = http.StatusOK
	}
	n, err := e.ResponseWriter.Write(data)
	if err == nil || errors.Is(err, http.ErrBodyNotAllowed) || errors.Is(err, http.ErrContentLength) {
		return n, err
	}
	e.status = StatusClientGone
	return n, ErrClientGone
}

// clientBody is a request's body, whose errors name no address.
type clientBody struct{ io.ReadCloser }

// Read fails with ErrClientGone when the rest doesn't arrive.
func (b clientBody) Read(data []byte) (int, error) {
	n, err := b.ReadCloser.Read(data)
	if err != nil && !errors.Is(err, io.EOF) {
		err = ErrClientGone
	}
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (e *Exchange) Unwrap() http.ResponseWriter { return e.ResponseWriter }
