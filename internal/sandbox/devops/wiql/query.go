package wiql

import "fmt"

// MaxLength is the length of the longest query, in bytes.
const MaxLength = 32 << 10

// maxDepth is how many parentheses may be open at once.
const maxDepth = 100

// SyntaxError says why a text is no query, or none that is understood here, and at what.
type SyntaxError struct{ Message, Cause string }

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s The error is caused by «%s».", e.Message, e.Cause)
}

// Query is a flat query of work items.
type Query struct {
	Select  []string  // fields, by reference name or name
	Where   Condition // nil for all work items
	OrderBy []Order
}

// Order is one field to sort by.
type Order struct {
	Field      string
	Descending bool
}

// Condition is And, Or or Comparison.
type Condition interface{ condition() }

// And holds when all its conditions do.
type And []Condition

// Or holds when one of its conditions does.
type Or []Condition

// Comparison compares a field with values: with several only for In.
type Comparison struct {
	Field    string
	Operator Operator
	Values   []Value
}

func (And) condition()        {}
func (Or) condition()         {}
func (Comparison) condition() {}

// Operator is how a field is compared.
type Operator string

// The operators.
const (
	Equal         Operator = "="
	NotEqual      Operator = "<>"
	In            Operator = "IN"
	Contains      Operator = "CONTAINS"
	ContainsWords Operator = "CONTAINS WORDS"
	Under         Operator = "UNDER"
)

// Value is what a field is compared with.
type Value struct {
	Macro Macro  // or else the text
	Text  string // as it was written, for numbers too
	// Number tells that the text was written without quotes.
	Number bool
}

// Macro stands for a value of the moment.
type Macro string

// The macros: who asks, and the project of the query.
const (
	Me      Macro = "@me"
	Project Macro = "@project"
)
