// Package sandboxtest owns what the tests of the stand-ins share: an Entra stand-in over TLS, a clock that a test moves,
// and requests. It must not serve anything but those tests.
package sandboxtest
