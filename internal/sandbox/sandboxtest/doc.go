// Package sandboxtest owns what the tests of the stand-ins share: an Entra stand-in that is reached over TLS, a clock
// that a test moves, and requests with their answers. It must not serve anything but those tests.
package sandboxtest
