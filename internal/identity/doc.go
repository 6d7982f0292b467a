// Package identity owns the signed-in principal: who calls, as read from the database on this very call, and how it
// travels in a context.
//
// It must not validate tokens (package entra does) and must not decide what a principal may do (the domain does).
package identity
