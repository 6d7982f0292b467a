// Package domaintest owns what the tests of the domain packages share: the test vectors of docs/time-policy.md, a clock
// that stands still, and a tenant with people on a real store.
//
// It must not be imported by anything but tests, and must not hold rules: a test that computes an expectation does so
// itself.
package domaintest
