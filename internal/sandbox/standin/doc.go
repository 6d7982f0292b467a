// Package standin owns what every stand-in of the sandbox is built from: JSON answers, faults that can be switched on,
// the protection of the sandbox's own endpoints, files that are written whole, and the style of its pages.
//
// It must not know any service, nor who is in the sandbox.
package standin
