// Package bench measures the product against floors that it runs in the same minute on the same machine. A floor is the
// least that a server in Go and SQLite could do for the same call. It also measures the product against an older
// revision, which it builds. Only ratios mean something; see docs/performance.md.
//
// It has benchmarks, and a test that they run. It must not be imported, and no test may depend on how long something
// takes.
package bench
