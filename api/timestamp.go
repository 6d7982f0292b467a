package api

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
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

// rfc3339 is date-time of RFC 3339, section 5.6, in upper case. The group is the fraction. time.Parse alone is lenient:
// it takes a comma, an hour of one digit and an offset of a day. It also drops what is finer than a nanosecond.
var rfc3339 = regexp.MustCompile(
	`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.(\d+))?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$`)

// UnmarshalText reads any RFC 3339 instant. Finer parts than a millisecond are refused, since they could not be kept.
func (t *Timestamp) UnmarshalText(text []byte) error {
	match := rfc3339.FindSubmatch(text)
	if match == nil {
		return errors.New("not an RFC 3339 instant")
	}
	const decimals = 3
	if fraction := string(match[1]); len(fraction) > decimals && strings.Trim(fraction[decimals:], "0") != "" {
		return errors.New("finer than a millisecond")
	}
	parsed, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return fmt.Errorf("not an RFC 3339 instant: %w", err)
	}
	parsed = parsed.UTC()
	if parsed.Year() < 0 || parsed.Year() > 9999 {
		return errors.New("not an RFC 3339 instant in UTC")
	}
	t.Time = parsed
	return nil
}

// Bind reads a query parameter as UnmarshalText does. Without it, the generated code takes the struct for an object
// whose fields are parameters (runtime.Binder).
func (t *Timestamp) Bind(text string) error { return t.UnmarshalText([]byte(text)) }

// UnmarshalJSON reads a JSON string as UnmarshalText does.
func (t *Timestamp) UnmarshalJSON(data []byte) error {
	if len(data) < 2 || data[0] != '"' || data[len(data)-1] != '"' {
		return fmt.Errorf("an instant is a JSON string")
	}
	return t.UnmarshalText(data[1 : len(data)-1])
}
