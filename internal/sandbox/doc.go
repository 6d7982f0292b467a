// Package sandbox owns the made-up world that all stand-ins for others' services share: its directories, people and
// app registrations. With them TimeTracker and its tests run on one machine, with no account anywhere.
//
// Each service has a package of its own below this one. In the sandbox everybody can sign in as anybody, and the client
// secrets are in this source, so whoever listens calls RequireLoopback first. It must not serve anything itself. It and
// the stand-ins import the standard library only: shared code would hide a fault of the product's own validation.
package sandbox
