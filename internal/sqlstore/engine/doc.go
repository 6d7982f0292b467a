// Package engine runs SQL on SQLite and on SQL Server. It owns sessions, transactions, the group commit of SQLite, what
// differs between the engines, and the way a schema is migrated.
//
// It must not know a table of the product, nor a rule. Statements and migrations are handed to it.
//
// A statement runs on a session. The session of a tenant binds @tenant_id itself and refuses a statement that does not
// mention it, so that a forgotten scope can't be run. What crosses tenants asks for such a session by name.
//
// Transactions travel in the context: a session that is asked for with the context of DB.Tx belongs to that transaction.
package engine
