// Package migrations holds the database schema as numbered steps, one tree per engine with the same numbers and names.
// Each file runs in one transaction of its own.
//
// A file that has been released is never changed: a correction is a further file. It must hold nothing but SQL.
package migrations

import "embed"

// Files are the steps: sqlite/NNNN_name.up.sql, sqlite/NNNN_name.down.sql and the same under sqlserver.
//
//go:embed sqlite/*.sql sqlserver/*.sql
var Files embed.FS
