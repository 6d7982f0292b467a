// Package telemetry owns the program's log and metrics: the slog handler and the Prometheus metrics.
//
// Neither may ever hold an address, a user agent, an e-mail address or a token. So the labels and attributes are fixed,
// in this package and in the middleware that fills them.
package telemetry
