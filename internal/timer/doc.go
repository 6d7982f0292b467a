// Package timer owns recorded time: the one running timer of a user, time entries, their history and the time policy
// (docs/time-policy.md).
//
// It must not know HTTP, SQL or any tracker: what was worked on is said by package workitem. Every rule about recorded time stands here, once; the store only keeps
// what it is told and holds the invariants that two servers could break (one running timer per user).
package timer
