// Package telemetry owns how the program speaks about itself: the slog handler and the Prometheus metrics.
//
// Neither may ever hold an address, a user agent, an e-mail address or a token: the labels and attributes are the fixed
// ones in this package and in the middleware that fills them.
package telemetry
