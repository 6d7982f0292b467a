// Package httpapi owns the API: its router, what a request passes on its way, and a type of handlers for each resource. One
// place makes problem documents of errors. After an answer, Visits lets begin what waits for the caller to be there.
//
// It must not hold a rule, since handlers only translate between contract and domain. It must know neither SQL nor how
// tokens are signed. It never reads, logs or keeps a client's address or user agent.
package httpapi
