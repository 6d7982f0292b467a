// Package storetest holds every engine to the same behaviour: each method of each store port, run against a real
// database. It is for tests only and must not know which engine it runs on.
package storetest
