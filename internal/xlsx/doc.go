// Package xlsx owns how tables become a workbook (ECMA-376, Office Open XML), row by row. Nothing of a row is kept, so that
// memory does not grow with them, and there are no temporary files. Texts are never formulas.
//
// It must not know what the tables say.
package xlsx
