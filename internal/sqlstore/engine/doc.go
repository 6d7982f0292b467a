// Package engine runs SQL on SQLite and on SQL Server. It owns sessions, transactions, the group commit and backups of SQLite, the
// differences between the engines, and how a schema is migrated.
//
// It must not know a table of the product, nor a rule. It is given statements and migrations.
//
// A statement runs on a session. The session of a tenant binds @tenant_id itself and refuses a statement that does not
// mention it. So a statement with a forgotten scope can't run. A statement that crosses tenants needs a session of that
// name.
//
// Transactions travel in the context: a session that is made with the context of DB.Tx belongs to that transaction.
package engine
