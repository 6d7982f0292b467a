// Package domaintest owns what the tests of the domain packages share. It has the test vectors of docs/time-policy.md,
// a clock that moves only when told, and a tenant with people on a real store.
//
// Only tests may import it. It must not hold rules: a test computes its expectations itself.
package domaintest
