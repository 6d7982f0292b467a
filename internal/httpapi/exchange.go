package httpapi

import (
	"context"
	"net/http"

	"timetracker/internal/tenant"
)

// exchange is what the layers that a request passes know of it in common. It is also the response writer, so that the
// log knows what was sent.
type exchange struct {
	http.ResponseWriter
	requestID string
	status    int           // zero until the head was sent
	token     string        // the access token, for asking Microsoft on the caller's behalf; set by authenticate, never logged
	person    tenant.Person // set by authenticate
	accept    []string      // the values of Accept
	hash      string        // of method, path and body; set by validate for requests with an Idempotency-Key
	failure   error         // what was answered with a problem; for the log
}

type exchangeKey struct{}

// exchangeOf gives the exchange that logRequests made.
func exchangeOf(ctx context.Context) *exchange {
	return ctx.Value(exchangeKey{}).(*exchange)
}

// WriteHeader remembers the final status. Informational ones (1xx) come before it.
func (e *exchange) WriteHeader(status int) {
	if e.status == 0 && status >= http.StatusOK {
		e.status = status
	}
	e.ResponseWriter.WriteHeader(status)
}

// Write sends the head first, as http.ResponseWriter says.
func (e *exchange) Write(data []byte) (int, error) {
	if e.status == 0 {
		e.status = http.StatusOK
	}
	return e.ResponseWriter.Write(data)
}

// Unwrap lets http.ResponseController reach the connection.
func (e *exchange) Unwrap() http.ResponseWriter { return e.ResponseWriter }
