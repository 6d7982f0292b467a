// Package idempotency owns what is remembered of a request that carried an Idempotency-Key, so that the same request sent
// twice has one effect and one answer.
//
// It must not know HTTP or SQL: how a request is read and answered is the API's business, where a receipt lies is the
// store's.
package idempotency
