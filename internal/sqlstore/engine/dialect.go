package engine

// Dialect is what differs between the engines.
type Dialect struct {
	Name string // the directory of migrations, and for the log
	// Local says that the database is in this process, so that a small statement costs little. Elsewhere each one costs
	// a round trip.
	Local bool
	// Page ends a statement with ORDER BY so that it gives at most @limit rows.
	Page string
	// Replan comes after Page and makes the server plan the statement for the values of this call. Searches with many
	// filters need it, since the best plan for one person's rows is not the best for a whole tenant's.
	Replan string
	// Length is the function that counts the characters of a text.
	Length string
	// Periods is a table of (period, period_start, period_end) from a parameter, which is the JSON text of
	// [[start, end], …], two integers each, numbered from 0.
	Periods func(parameter string) string
	// Texts is a table of (value) from a parameter, which is a JSON list of texts.
	Texts func(parameter string) string
	// IDs is a table of (value) from a parameter, which is a JSON list of ids in their text form.
	IDs func(parameter string) string
	// SumWhere adds up a value over the rows that meet a condition; 0 without any.
	SumWhere func(value, condition string) string
	// Contains follows a text and finds @search in it, in any case. Pattern makes @search from the part to find.
	Contains string
	Pattern  func(part string) string

	// lock is the statement that takes the lock named lockName for a transaction. It is empty for an engine with only
	// one writer.
	lock string
	// classify says what kind of fault an error of the driver is.
	classify func(err error) Fault
	// clock gives what the database's clock shows, in ms since 1970-01-01T00:00:00Z.
	clock string
	// findVersions counts the tables of versions, and the columns in it for the hash of the first migration.
	findVersions   string
	createVersions string
}
