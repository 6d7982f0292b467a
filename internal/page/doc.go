// Package page owns keyset paging: a place in an ordered list, the part of it that somebody asks for, and where the next
// part begins. A list stays in order while rows are inserted, since a place is a row's key and never a count.
//
// It must not know what is listed, nor how a place is written in a URL.
package page
