package calendar

import (
	"fmt"
	"time"

	"timetracker/internal/errs"
)

// Month is a calendar month in UTC.
type Month struct {
	Year  int
	Month time.Month
}

// MonthOf is the month of an instant.
func MonthOf(t time.Time) Month {
	t = t.UTC()
	return Month{t.Year(), t.Month()}
}

// ParseMonth reads a month such as 2026-10.
func ParseMonth(text string) (Month, error) {
	t, err := time.Parse("2006-01", text)
	if err != nil || t.Year() < 2000 || t.Year() > 9998 {
		return Month{}, errs.New(errs.Malformed, "month_invalid", "A month is written as 2026-10.")
	}
	return MonthOf(t), nil
}

// String writes the month as 2026-10.
func (m Month) String() string { return fmt.Sprintf("%04d-%02d", m.Year, int(m.Month)) }

// From is the month's first instant.
func (m Month) From() time.Time { return time.Date(m.Year, m.Month, 1, 0, 0, 0, 0, time.UTC) }

// To is the first instant after the month.
func (m Month) To() time.Time { return m.Next().From() }

// Add is the month that is that many months later. A negative number gives an earlier month.
func (m Month) Add(months int) Month { return MonthOf(m.From().AddDate(0, months, 0)) }

// Next is the month after.
func (m Month) Next() Month { return m.Add(1) }

// Previous is the month before.
func (m Month) Previous() Month { return m.Add(-1) }
