// Package plan owns what is sold: the catalogue of plans, how each is priced, and the terms that a tenant is billed by.
//
// It must not know subscriptions, tenants or storage, nor what a month comes to.
package plan
