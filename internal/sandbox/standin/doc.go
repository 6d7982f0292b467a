// Package standin owns what the sandbox's stand-ins are built from: JSON answers, faults, protection of control endpoints,
// files written whole, and the style of pages.
//
// It must not know any service, nor who is in the sandbox.
package standin
