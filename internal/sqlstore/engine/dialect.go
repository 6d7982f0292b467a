package engine

// Dialect is what differs between the engines.
type Dialect struct {
	Name string // the directory of migrations, and for the log
	// Page ends a statement with ORDER BY so that it gives at most @limit rows.
	Page string
	// Replan comes after Page and has a statement planned for the values of this call alone. Searches with many filters need
	// it: the plan that suits one person's rows does not suit a whole tenant's.
	Replan string
	// Length is the function that counts the characters of a text.
	Length string
	// Periods is a table of (period, period_start, period_end) made of the JSON text @periods: [[start, end], …] in ms,
	// numbered from 0.
	Periods string
	// Texts is a table of (value) made of a parameter, which is a JSON list of texts.
	Texts func(parameter string) string
	// IDs is a table of (value) made of a parameter, which is a JSON list of ids in their text form.
	IDs func(parameter string) string
	// Contains follows a text and finds @search in it, in any case; Pattern makes @search of what is looked for.
	Contains string
	Pattern  func(part string) string

	// lock is the statement that takes the lock named lockName for a transaction. Where there is only one writer it is empty.
	lock string
	// classify says what kind of fault an error of the driver is.
	classify func(err error) Fault
	// findVersions counts the tables of versions, and the columns in it for the hash of the first migration.
	findVersions   string
	createVersions string
}
