package personal

// Records takes what is held about a person.
type Records interface {
	// Set takes one record set, which has its name once. each adds its records.
	Set(name string, columns []Column, each func(add Add) error) error
}

// Column is a field of a record set.
type Column struct {
	Name string
	// Length says that the values are lengths, which are written twice: NAME_ms in milliseconds, and NAME as h:mm:ss.
	Length bool
}

// Add adds one record: a value for each column. A value is a text, a number, a bool, an instant, a length, JSON, or has a
// String. One that is nil, or whose IsZero says so, is none.
type Add func(values ...any) error

// Field is a column of a record set with the value that a row has there.
type Field[Row any] struct {
	Column

	Value func(Row) any
}

// Of is a field.
func Of[Row any](name string, value func(Row) any) Field[Row] {
	return Field[Row]{Column: Column{Name: name}, Value: value}
}

// LengthOf is a field with a time.Duration, or nil.
func LengthOf[Row any](name string, value func(Row) any) Field[Row] {
	return Field[Row]{Column: Column{Name: name, Length: true}, Value: value}
}

// Put adds a record set. rows gives every row to visit.
func Put[Row any](records Records, name string, fields []Field[Row], rows func(visit func(Row) error) error) error {
	columns := make([]Column, len(fields))
	for i, field := range fields {
		columns[i] = field.Column
	}
	return records.Set(name, columns, func(add Add) error {
		values := make([]any, len(fields))
		return rows(func(row Row) error {
			for i, field := range fields {
				values[i] = field.Value(row)
			}
			return add(values...)
		})
	})
}

// Rows gives rows that are few.
func Rows[Row any](few []Row) func(visit func(Row) error) error {
	return func(visit func(Row) error) error {
		for _, row := range few {
			if err := visit(row); err != nil {
				return err
			}
		}
		return nil
	}
}
