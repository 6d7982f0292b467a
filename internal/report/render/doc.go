// Package render owns how reports are written as files: CSV, spreadsheets and pages to print.
//
// It must not know HTTP or SQL, nor decide what is added up. Whatever it writes is written while rows are read, so that
// memory does not grow with them.
package render
