// Package archtest owns the tests that hold the shape of the code and of its documentation. They check which package may
// import which, and why, how names and comments read, and that the documents name what is there.
//
// It must not be imported, and must not know what the packages do.
package archtest
