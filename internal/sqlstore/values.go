package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/sqlstore/engine"
)

// milliseconds is an instant as it is stored: ms since 1970-01-01T00:00:00Z, null for the zero time.
func milliseconds(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// monthNumber is the month of an instant in UTC, counted from 1970-01.
func monthNumber(t time.Time) int64 {
	month := calendar.MonthOf(t)
	return int64(month.Year-1970)*12 + int64(month.Month) - 1
}

// scanNumber makes a value of the number that is stored. Null, which the sum of no rows is, too, makes the zero value.
func scanNumber[T any](stored any, into *T, of func(number int64) T) error {
	switch stored := stored.(type) {
	case nil:
		*into = *new(T)
	case int64:
		*into = of(stored)
	default:
		return fmt.Errorf("a %T can't be made of a %T", *into, stored)
	}
	return nil
}

// instant scans what milliseconds wrote.
type instant struct{ into *time.Time }

// Scan implements sql.Scanner.
func (i instant) Scan(stored any) error {
	return scanNumber(stored, i.into, func(ms int64) time.Time { return time.UnixMilli(ms).UTC() })
}

// dayNumber scans a day that is stored as calendar.Day.Number.
type dayNumber struct{ into *calendar.Day }

// Scan implements sql.Scanner.
func (d dayNumber) Scan(stored any) error {
	return scanNumber(stored, d.into, func(number int64) calendar.Day { return calendar.DayNumbered(int(number)) })
}

const ticksPerSecond = 10_000_000

// ticks is an instant of Microsoft's clock as it is stored: units of 100 ns since 1970-01-01T00:00:00Z, which is the
// precision that Microsoft writes. It is null for the zero time.
func ticks(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Unix()*ticksPerSecond + int64(t.Nanosecond())/100
}

// ticksInstant scans what ticks wrote.
type ticksInstant struct{ into *time.Time }

// Scan implements sql.Scanner.
func (i ticksInstant) Scan(stored any) error {
	return scanNumber(stored, i.into, func(ticks int64) time.Time {
		return time.Unix(ticks/ticksPerSecond, ticks%ticksPerSecond*100).UTC()
	})
}

// duration scans a length in milliseconds.
type duration struct{ into *time.Duration }

// Scan implements sql.Scanner.
func (d duration) Scan(stored any) error {
	return scanNumber(stored, d.into, func(ms int64) time.Duration { return time.Duration(ms) * time.Millisecond })
}

// nullable scans a value that may be null, which becomes the zero value.
type nullable[T any] struct{ into *T }

// Scan implements sql.Scanner.
func (o nullable[T]) Scan(value any) error {
	var found sql.Null[T]
	err := found.Scan(value)
	*o.into = found.V
	return err
}

// removeOf runs a statement about a user's rows. It is not told how many there were.
func (s *Store) removeOf(ctx context.Context, id ids.Tenant, user sql.NamedArg, text string) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	return tx.Save(ctx, []engine.Statement{{Args: []any{user}, Text: text}}, nil)
}

// idList writes ids as dialect.IDs reads them.
func idList[Noun any](list []ids.ID[Noun]) string {
	text := []byte{'['}
	for i, id := range list {
		if i > 0 {
			text = append(text, ',')
		}
		text = fmt.Appendf(text, "%q", id.String())
	}
	return string(append(text, ']'))
}

// orNoNumber is null for 0.
func orNoNumber(number int) any {
	if number == 0 {
		return nil
	}
	return number
}

// orNull is null for the empty text.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}
