// Package tenant owns customer organizations and their people: tenants, plans, trial, seats, users and roles. It also
// owns how a person of a directory becomes a user.
//
// It must not know HTTP, SQL or tokens. A person arrives here as claims that another package has validated.
package tenant
