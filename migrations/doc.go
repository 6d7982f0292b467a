// Package migrations holds the database schema as numbered steps, one tree per engine with the same numbers and names.
// Each file runs in one transaction of its own.
//
// A file that has been released is never changed: a correction is a further file. It must hold nothing but SQL.
//
// A further file only adds: tables, indexes, columns that may be empty or have a default. So the program of the last
// release works on its schema. One that takes something away has the line `-- oldest program: N`. Programs that know no
// migration N then refuse the schema. Whoever writes it makes sure that those of N on do without what it takes away.
package migrations

import "embed"

// Files are the steps: sqlite/NNNN_name.up.sql, sqlite/NNNN_name.down.sql and the same under sqlserver.
//
//go:embed sqlite/*.sql sqlserver/*.sql
var Files embed.FS
