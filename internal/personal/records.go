package personal

// Kind says how the values of a column are written.
type Kind int

// The kinds. A value that is nil, or whose IsZero says so, is written as none.
const (
	Text    Kind = iota // a string, or what has a String
	Number              // any integer or float
	Yes                 // a bool
	Instant             // a time.Time
	Length              // a time.Duration, written twice: NAME_ms, and NAME as h:mm:ss
	JSON                // a json.RawMessage
)

// Column is a field of a record set.
type Column struct {
	Name string
	Kind Kind
}

// Texts are columns of that kind.
func Texts(names ...string) []Column {
	columns := make([]Column, len(names))
	for i, name := range names {
		columns[i].Name = name
	}
	return columns
}

// Add adds one record: a value for each column.
type Add func(values ...any) error

// Records takes what is held about a person.
type Records interface {
	// Set takes one record set, which has its name once. each adds its records.
	Set(name string, columns []Column, each func(add Add) error) error
}
