// Package crashtest owns the proof that nothing is lost, and nothing done twice. People start, stop, switch and discard
// timers, every request is sent twice in parallel, the server is killed at random moments and started again, and what it
// then holds must be exactly what it has acknowledged. The Marketplace sends one event hundreds of times, 50 in parallel,
// to a webhook that is killed as well, and the event must take effect once. A naive server and a naive webhook are put to
// the same tests, and must fail them.
//
// It must not contain anything but tests. It must not look into the product, but for what the database holds: it knows
// what any client knows.
package crashtest
