// Package page owns keyset paging: a position in an ordered list, the part that is asked for, and where the next part
// begins. A list stays in order while rows are inserted, since a position is a row's key and never a count.
//
// It must not know what is listed, nor how a position is written in a URL.
package page
