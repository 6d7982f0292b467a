// Package sqlstore keeps everything that the product remembers in a relational database. It is SQLite on one machine,
// SQL Server or Azure SQL Database in production. It implements the store ports of the domain packages.
//
// It must not hold rules of the product. The domain decides what may happen. This package stores what it is told, and
// keeps the invariants that two writers could break.
//
// Both engines run the same SQL text wherever possible; engine.Dialect has the differences. Statements use named
// parameters. Every statement on a tenant's table names the tenant, which a test and the tenant's session check. The
// few that cross tenants by their nature ask for a session that does.
//
// In the tables, columns that end in _at are instants as milliseconds since 1970-01-01T00:00:00Z. Columns that end in
// _ms are lengths in milliseconds. Integers order, subtract and compare alike on every engine.
//
// Transactions travel in the context: a method called with the context that Tx gave out belongs to that transaction.
package sqlstore
