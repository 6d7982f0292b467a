// Package report owns sums of recorded time: grouping, rounding and exports.
//
// It must not know HTTP or SQL. The store adds up, since only it can do so without moving every row; what is added up,
// where a day ends and what rounding means is decided here.
package report
