// Package apptest owns how tests run the program: free addresses, processes that a test starts, watches, interrupts and
// kills, and the sandbox's services for a program that has none of its own.
//
// It must not be imported by anything but tests, and must not know what the product does.
package apptest
