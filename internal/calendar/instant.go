package calendar

import "time"

// InstantLayout is how instants are written: RFC 3339 in UTC with milliseconds.
const InstantLayout = "2006-01-02T15:04:05.000Z"

// Instant is t in UTC, cut to the millisecond. Every instant is stored in this precision.
func Instant(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// FormatInstant writes t as InstantLayout says.
func FormatInstant(t time.Time) string { return t.UTC().Format(InstantLayout) }

// Clock makes a clock that gives what Instant makes of now.
func Clock(now func() time.Time) func() time.Time {
	return func() time.Time { return Instant(now()) }
}

// Later is the later of two instants.
func Later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
