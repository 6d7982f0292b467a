// Package plaintext owns which characters a text of people's may have. None of them hides, turns or ends what stands around
// it, on a page, in a file or in a log.
//
// It must not know what a text is for, or how long it may be.
package plaintext
