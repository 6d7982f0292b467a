// Package enginetest gives tests a new, empty database of each engine. It is for tests only and must not know a table.
package enginetest
