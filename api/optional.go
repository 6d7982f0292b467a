package api

import "encoding/json"

// Optional is a field of a JSON Merge Patch (RFC 7396) that may be null, which is something else than its absence.
type Optional[T any] struct {
	Given bool
	Value *T // nil: null
}

// UnmarshalJSON reads the value or null. It is only called for a field that is there.
func (o *Optional[T]) UnmarshalJSON(data []byte) error {
	o.Given = true
	return json.Unmarshal(data, &o.Value)
}

// MarshalJSON writes the value or null.
func (o Optional[T]) MarshalJSON() ([]byte, error) { return json.Marshal(o.Value) }
