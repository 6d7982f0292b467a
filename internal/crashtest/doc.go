// Package crashtest owns the proof that nothing is lost, and nothing done twice. People start, stop, switch and discard
// timers, and every request is sent twice in parallel. The server is killed at random moments and started again. What
// it then has must be exactly what it has acknowledged.
//
// The Marketplace sends one event hundreds of times, 50 in parallel, to a webhook that is killed as well. The event
// must take effect once. A naive server and a naive webhook get the same tests, and must fail them.
//
// An import of a file is looked at, run and undone by processes that are killed one after the other. Each row must become
// one entry.
//
// It must contain only tests. It must not look into the product, except into the database: it knows what any client
// knows.
package crashtest
