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

// instant scans what milliseconds wrote.
type instant struct{ into *time.Time }

// Scan implements sql.Scanner.
func (i instant) Scan(value any) error {
	switch value := value.(type) {
	case nil:
		*i.into = time.Time{}
	case int64:
		*i.into = time.UnixMilli(value).UTC()
	default:
		return fmt.Errorf("an instant can't be a %T", value)
	}
	return nil
}

// dayNumber scans a day that is stored as calendar.Day.Number. Null is the zero day.
type dayNumber struct{ into *calendar.Day }

// Scan implements sql.Scanner.
func (d dayNumber) Scan(value any) error {
	switch value := value.(type) {
	case nil:
		*d.into = calendar.Day{}
	case int64:
		*d.into = calendar.DayNumbered(int(value))
	default:
		return fmt.Errorf("a day can't be a %T", value)
	}
	return nil
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
func (i ticksInstant) Scan(value any) error {
	switch value := value.(type) {
	case nil:
		*i.into = time.Time{}
	case int64:
		*i.into = time.Unix(value/ticksPerSecond, value%ticksPerSecond*100).UTC()
	default:
		return fmt.Errorf("an instant can't be a %T", value)
	}
	return nil
}

// duration scans a length in milliseconds.
type duration struct{ into *time.Duration }

// Scan implements sql.Scanner.
func (d duration) Scan(value any) error {
	switch value := value.(type) {
	case nil: // the sum of no rows
		*d.into = 0
	case int64:
		*d.into = time.Duration(value) * time.Millisecond
	default:
		return fmt.Errorf("a length can't be a %T", value)
	}
	return nil
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
