// Package httpapi owns the product's HTTP surface: the router, what every request passes on its way (request id, log
// line, limits, sign-in, validation against api/openapi.yaml), the handlers, and the one place where errors become
// problem documents (RFC 9457).
//
// It must not hold a rule about tenants, timers or reports, and must not know SQL or how tokens are signed: handlers
// translate between the contract and the domain. It never reads, logs or keeps a client's address or user agent.
package httpapi
