// Package apptest owns how tests run the program: free addresses, and processes that a test starts, watches, interrupts
// and kills.
//
// It must not be imported by anything but tests, and must not know what the product does.
package apptest
