// Package storetest checks that every engine behaves in the same way: each method of each store port, run against a
// real database. It is for tests only and must not know which engine it runs on.
package storetest
