package calendar

import "time"

// WeekStart is the day with which somebody's weeks begin.
type WeekStart string

// The days with which weeks begin somewhere: https://cldr.unicode.org, weekData. Weeks of ISO 8601 begin on Monday.
const (
	WeekFromMonday   WeekStart = "monday"
	WeekFromSunday   WeekStart = "sunday"
	WeekFromSaturday WeekStart = "saturday"
)

// Weekday is the day itself. It is Monday for a value that is none of the constants.
func (w WeekStart) Weekday() time.Weekday {
	switch w {
	case WeekFromSunday:
		return time.Sunday
	case WeekFromSaturday:
		return time.Saturday
	default:
		return time.Monday
	}
}
