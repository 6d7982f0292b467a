// Package crashtest owns the proof that nothing is lost: people start, stop, switch and discard timers, every request is
// sent twice in parallel, the server is killed at random moments and started again, and what it then holds must be
// exactly what it has acknowledged. A naive server is put to the same test, and must fail it.
//
// It must not contain anything but tests, and must not look into the product: it knows what any client knows.
package crashtest
