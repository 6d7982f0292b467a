// Package timer owns recorded time: the one running timer of a user, time entries, their history and the time policy
// (docs/time-policy.md).
//
// It must not know HTTP, SQL or any tracker; package workitem says what was worked on. Every rule about recorded time
// is here, once. The store only keeps what it is told, and the invariants that two servers could break, such as one
// running timer per user.
package timer
