// Package plan owns what is sold: the catalogue of plans, how each is priced, and the terms that a tenant is billed by.
//
// It must not know what a subscription or a tenant is beyond its id, how terms are stored, or what a month comes to.
package plan
