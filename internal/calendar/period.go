package calendar

import (
	"fmt"
	"time"
)

// Unit is what a range can be cut into.
type Unit string

// The units. Months and quarters are those of the calendar.
const (
	UnitDay     Unit = "day"
	UnitWeek    Unit = "week"
	UnitMonth   Unit = "month"
	UnitQuarter Unit = "quarter"
)

// Valid says whether weeks can begin so.
func (w WeekStart) Valid() bool {
	return w == WeekFromMonday || w == WeekFromSunday || w == WeekFromSaturday
}

// FirstDay is the first day of the week of a day.
func (w WeekStart) FirstDay(d Day) Day {
	const days = 7
	return d.AddDays(-(int(d.utc().Weekday()-w.Weekday()) + days) % days)
}

// Part is a part of a range of days, [From, To), with its name: 2026-11-21, 2026-W47, 2026-11 or 2026-Q4. A week that
// doesn't begin on Monday has no number that everybody agrees on. It is named by its first day, also where the range
// begins later.
type Part struct {
	Name     string
	From, To Day
}

// Parts cuts the days [from, to) into parts, in order and without gaps. The first and the last part may be shorter than
// their unit. Weeks begin as week says.
func Parts(from, to Day, unit Unit, week WeekStart) []Part {
	var parts []Part
	for d := from; d.DaysUntil(to) > 0; {
		name, next := unit.at(d, week)
		if next.DaysUntil(to) < 0 {
			next = to
		}
		parts = append(parts, Part{Name: name, From: d, To: next})
		d = next
	}
	return parts
}

// Period is a part of a range in a time zone, [Start, End), with its name.
type Period struct {
	Name       string
	Start, End time.Time
}

// In is the part in a time zone. It has no length where the zone has skipped it.
func (p Part) In(zone *time.Location) Period {
	return Period{Name: p.Name, Start: StartOfDay(p.From, zone), End: StartOfDay(p.To, zone)}
}

// Periods are the Parts of a range in a time zone.
func Periods(from, to Day, zone *time.Location, unit Unit, week WeekStart) []Period {
	var periods []Period
	for _, part := range Parts(from, to, unit, week) {
		periods = append(periods, part.In(zone))
	}
	return periods
}

// at names the part that a day belongs to, and gives the first day after it.
func (u Unit) at(d Day, week WeekStart) (name string, next Day) {
	switch u {
	case UnitWeek:
		first := week.FirstDay(d)
		if week.Weekday() != time.Monday {
			return first.String(), first.AddDays(7)
		}
		year, number := d.utc().ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, number), first.AddDays(7)
	case UnitMonth:
		return d.utc().Format("2006-01"), d.startOfMonth(1)
	case UnitQuarter:
		in := int(d.Month-1) % monthsPerQuarter
		return fmt.Sprintf("%04d-Q%d", d.Year, int(d.Month-1)/monthsPerQuarter+1), d.startOfMonth(monthsPerQuarter - in)
	default:
		return d.String(), d.AddDays(1)
	}
}

const (
	monthsPerQuarter = 3
	monthsPerYear    = 12
)

// startOfMonth is the first day of the month that is that many months after the day's.
func (d Day) startOfMonth(later int) Day {
	return dayAt(time.Date(d.Year, d.Month+time.Month(later), 1, 0, 0, 0, 0, time.UTC))
}
