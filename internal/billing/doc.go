// Package billing owns what a tenant is billed: the monthly snapshots of who was active, their adjustments, the invoices
// made of them alone, and the outbox of metered usage.
//
// It must not know HTTP, SQL or subscriptions' events. A record is never changed; what turns out later is a further record.
package billing
