// Package apptest owns how tests run the program. It gives free addresses, and processes that a test starts, watches,
// interrupts and kills. It has the sandbox's services for a program without its own.
//
// Only tests may import it. It must not know what the product does.
package apptest
