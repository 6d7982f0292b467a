// Package ca owns the sandbox's own certificate authority: its root, kept in a directory, and the certificates by which
// the stand-ins are reached over real TLS. It must not be trusted by anything that leaves this machine.
package ca
