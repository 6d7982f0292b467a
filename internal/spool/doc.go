// Package spool makes answers that may be long. It owns how many are made at the same time, in whose turn, and where an
// answer is kept while its client reads it.
//
// It must not know what an answer says, nor how it is sent.
//
// Whoever makes an answer holds connections to the database, and a client may read as slowly as it likes. So an answer is
// made whole before its first byte is sent.
package spool
