// Package idempotency owns the receipts of requests with an Idempotency-Key. They let the same request that is sent twice
// have one effect and one answer.
//
// It must not know HTTP or SQL: how a request is read and answered is the API's business, where a receipt lies is the
// store's.
package idempotency
