// Package billing owns what a tenant is billed. It makes the monthly snapshots of who was active, their adjustments,
// statements from these alone, also as PDF, and the outbox of metered usage. It shows the records of subscriptions'
// events beside its own.
//
// It must not know HTTP or SQL, nor decide what an event of a subscription does. A record never changes; what turns out
// later becomes a further record.
package billing
