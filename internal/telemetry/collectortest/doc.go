// Package collectortest has a collector of OpenTelemetry's for tests, which keeps what is sent to it.
package collectortest
