package engine

import "strings"

// Filter collects the conditions that a call asks for, each with its parameters. The text has no other conditions, so
// that every combination has a plan of its own.
type Filter struct {
	text strings.Builder
	args []any
}

// And adds a condition.
func (f *Filter) And(condition string, args ...any) {
	f.text.WriteString(" AND ")
	f.text.WriteString(condition)
	f.args = append(f.args, args...)
}

// Text is all conditions, each with AND before it.
func (f *Filter) Text() string { return f.text.String() }

// Args are further parameters and then those of the conditions.
func (f *Filter) Args(further ...any) []any { return append(further, f.args...) }
