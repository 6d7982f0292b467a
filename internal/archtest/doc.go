// Package archtest owns the tests that hold the shape of the code and of its documentation: the directions in which
// packages may import each other, with the reason for each, and that the documents name what is there.
//
// It must not be imported, and must not know what the packages do.
package archtest
