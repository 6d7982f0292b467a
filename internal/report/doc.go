// Package report owns sums of recorded time: grouping and rounding.
//
// It must not know HTTP or SQL. The store does the adding, so that rows need not be moved. What is added up, where a
// day ends and how to round is decided here.
package report
