// Package importer owns time that comes from another product's export. It knows which columns mean what, and which rows
// were imported already. It tells what each row would do before anything is recorded, and undoes a whole import.
//
// It must not write entries itself: timer does, by the rules of time that is recorded by hand. It must not know HTTP or SQL.
package importer
