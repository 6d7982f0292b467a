// Package errs owns the one error type that crosses package borders. It has a kind, a stable code, a message that is
// safe to show to the client, and a cause for the log alone.
//
// It must not know HTTP or SQL: the HTTP layer maps kinds to status codes, the store maps driver errors to kinds.
package errs
