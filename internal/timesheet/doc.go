// Package timesheet owns what a person's week is held against and closed by: targets, handing in, approval, reminders, and
// adjustments of what is closed.
//
// It must not know HTTP or SQL, nor change an entry: recorded time is package timer's, which refuses changes within a
// closed period by itself. This package says which periods are closed.
package timesheet
