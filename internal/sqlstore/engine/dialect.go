package engine

import "context"

// Dialect is what differs between the engines.
type Dialect struct {
	Name string // the directory of migrations, and for the log
	// Page ends a statement with ORDER BY so that it gives at most @limit rows.
	Page string
	// Length is the function that counts the characters of a text.
	Length string
	// Periods is a table of (period, period_start, period_end) made of the JSON text @periods: [[start, end], …] in ms,
	// numbered from 0.
	Periods string
	// Contains follows a text and finds @search in it, in any case; Pattern makes @search of what is looked for.
	Contains string
	Pattern  func(part string) string

	// lockRow makes the statement of LockRow.
	lockRow func(table, key string) string
	// save runs statements in their order. Each must change exactly the rows that it says.
	save func(ctx context.Context, tx Session, statements []Statement) error
	// classify says what kind of fault an error of the driver is.
	classify func(err error) Fault
	// findVersions counts the tables of versions, and the columns in it for the hash of the first migration.
	findVersions   string
	createVersions string
}

// LockRow comes before a statement in the same text. It makes other transactions that lock the same row wait, also while
// there is no such row. key is the condition that finds the row by its whole key.
//
// Where there is only one writer the text is empty.
func (d *Dialect) LockRow(table, key string) string { return d.lockRow(table, key) }
