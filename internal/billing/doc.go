// Package billing owns what a tenant is billed: the monthly snapshots of who was active, their adjustments, the invoices
// made of them alone, also as PDF, and the outbox of metered usage. It shows the records of subscriptions' events beside
// its own.
//
// It must not know HTTP or SQL, nor decide what an event of a subscription does. A record is never changed; what turns out
// later is a further record.
package billing
