package engine

import "strings"

// Filter collects the conditions that a call asks for, each with its parameters. What isn't asked for isn't in the text,
// so that every combination has a plan of its own.
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

// Args are the parameters of the conditions, and further ones.
func (f *Filter) Args(further ...any) []any { return append(further, f.args...) }
