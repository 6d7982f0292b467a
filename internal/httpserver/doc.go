// Package httpserver owns what the API and the webhook share: time limits, the request log, recovery from panics, and
// problem documents.
//
// It must not know routes, errors of the domain or who calls. It never logs an address, a browser or a header of the client.
package httpserver
