// Package idempotency owns the receipts of requests with an Idempotency-Key. They let a request that is sent twice have
// one effect and one answer.
//
// It must not know HTTP or SQL. The API decides how a request is read and answered, the store where a receipt is kept.
package idempotency
