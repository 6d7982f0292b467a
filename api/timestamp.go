package api

import (
	"fmt"
	"time"
)

// Timestamp is a point in time as the API writes it: RFC 3339, UTC, always three decimals.
type Timestamp struct{ time.Time }

const timestampLayout = "2006-01-02T15:04:05.000Z"

// MarshalText writes the instant in UTC with milliseconds.
func (t Timestamp) MarshalText() ([]byte, error) {
	return t.UTC().AppendFormat(make([]byte, 0, len(timestampLayout)), timestampLayout), nil
}

// MarshalJSON writes the instant as a JSON string.
func (t Timestamp) MarshalJSON() ([]byte, error) {
	return t.UTC().AppendFormat(make([]byte, 0, len(timestampLayout)+2), `"`+timestampLayout+`"`), nil
}

// UnmarshalText reads any RFC 3339 instant. Finer parts than a millisecond are refused, since they could not be kept.
func (t *Timestamp) UnmarshalText(text []byte) error {
	parsed, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return fmt.Errorf("not an RFC 3339 instant: %w", err)
	}
	if parsed.Nanosecond()%int(time.Millisecond) != 0 {
		return fmt.Errorf("finer than a millisecond")
	}
	t.Time = parsed.UTC()
	return nil
}

// UnmarshalJSON reads a JSON string as UnmarshalText does.
func (t *Timestamp) UnmarshalJSON(data []byte) error {
	if len(data) < 2 || data[0] != '"' || data[len(data)-1] != '"' {
		return fmt.Errorf("an instant is a JSON string")
	}
	return t.UnmarshalText(data[1 : len(data)-1])
}
