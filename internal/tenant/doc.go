// Package tenant owns customer organizations and their people: tenants, plans, trial, seats, users and roles, and how a
// person of a directory becomes a user.
//
// It must not know HTTP, SQL or tokens. A person arrives here as claims that somebody else has validated.
package tenant
