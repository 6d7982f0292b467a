// Package archtest owns the test that holds the directions in which packages may import each other, with the reason for
// each.
//
// It must not be imported, and must not know what the packages do.
package archtest
