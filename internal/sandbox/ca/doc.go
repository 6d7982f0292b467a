// Package ca owns the sandbox's own certificate authority, so that the stand-ins are reached over real TLS. Nothing that
// calls a service beyond this machine must trust its root.
package ca
