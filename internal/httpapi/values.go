package httpapi

import (
	"time"

	"timetracker/api"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

func userRef(u tenant.UserRef) api.UserRef { return api.UserRef{Id: u.ID.String(), Name: u.Name} }

// timestamp is nil for the zero time.
func timestamp(t time.Time) *api.Timestamp {
	if t.IsZero() {
		return nil
	}
	return &api.Timestamp{Time: t}
}

// mapSlice converts each item; an empty slice gives an empty array, not null.
func mapSlice[From, To any](items []From, convert func(From) To) []To {
	converted := make([]To, len(items))
	for i, item := range items {
		converted[i] = convert(item)
	}
	return converted
}

// greatestID is an id that nothing has.
const greatestID = "ffffffff-ffff-ffff-ffff-ffffffffffff"

// idOf is the id that the contract has found to be one; the empty string is none. Nothing has the zero id either, which to
// the services means that none was given: a filter would show everything. So it is read as another id that nothing has.
func idOf[I ~[16]byte, T ~string](value T) (id I) {
	if value == "" {
		return id
	}
	if id = ids.MustParse[I](string(value)); id == (I{}) {
		return ids.MustParse[I](greatestID)
	}
	return id
}

// nilIfEmpty leaves a field out that has no value.
func nilIfEmpty[T ~string](value T) *T {
	if value == "" {
		return nil
	}
	return &value
}

// nilIfZero leaves out a number that is zero, and what is false.
func nilIfZero[T int | int64 | bool](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

// emptyIfNil reads a field that may be left out.
func emptyIfNil[T ~string](value *T) T {
	if value == nil {
		return ""
	}
	return *value
}

// retype gives a field that may be left out another type.
func retype[To, From ~string](value *From) *To {
	if value == nil {
		return nil
	}
	same := To(*value)
	return &same
}
