package calendar

import (
	"fmt"
	"regexp"
	"sort"
	"time"

	"timetracker/internal/errs"
)

// zoneName is how IANA names are written. The database also has names that are no zone of a tenant, such as
// "posixrules".
var zoneName = regexp.MustCompile(`^[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*)*$`)

// maxZoneName is longer, in bytes, than any name in the database of zones.
const maxZoneName = 64

// notZones are names that look like zones': IANA's own placeholder, which browsers refuse, and Go's for the machine's zone.
var notZones = map[string]bool{"Factory": true, "Local": true}

// LoadZone finds an IANA time zone by its name, or by an older one, such as Asia/Calcutta. Placeholders, such as Factory,
// are no zones. Then the error is errs.RuleBroken at the parameter time_zone.
func LoadZone(name string) (*time.Location, error) {
	return loadZone(name, "time_zone")
}

// CheckZone is nil for a name that LoadZone finds; its error is at the field time_zone of a body.
func CheckZone(name string) error {
	_, err := loadZone(name, "/time_zone")
	return err
}

func loadZone(name, pointer string) (*time.Location, error) {
	if len(name) <= maxZoneName && !notZones[name] && zoneName.MatchString(name) {
		zone, err := embeddedZone(name)
		if err != nil {
			return nil, err
		}
		if zone != nil {
			return zone, nil
		}
	}
	return nil, errs.New(errs.RuleBroken, "time_zone_unknown", "This is not an IANA time zone, such as Europe/Berlin.").
		WithField(pointer, "unknown", "must be an IANA time zone")
}

const secondsPerDay = 24 * 60 * 60

// Day is a day of the calendar, without a zone.
type Day struct {
	Year  int
	Month time.Month
	Date  int
}

// ParseDay reads a day as in 2026-11-21.
func ParseDay(text string) (Day, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Day{}, fmt.Errorf("not a day of the calendar: %w", err)
	}
	return dayAt(t), nil
}

// DayOf is the day that the clocks of a zone show at an instant.
func DayOf(t time.Time, zone *time.Location) Day { return dayAt(t.In(zone)) }

func dayAt(t time.Time) Day {
	year, month, date := t.Date()
	return Day{Year: year, Month: month, Date: date}
}

// utc is the day's midnight in UTC, for arithmetic of the calendar.
func (d Day) utc() time.Time { return time.Date(d.Year, d.Month, d.Date, 0, 0, 0, 0, time.UTC) }

// AddDays is the day that many days later.
func (d Day) AddDays(days int) Day { return dayAt(d.utc().AddDate(0, 0, days)) }

// DaysUntil counts the days from d to other; negative when other comes first.
func (d Day) DaysUntil(other Day) int {
	return int((other.utc().Unix() - d.utc().Unix()) / secondsPerDay)
}

// epoch is day 0 of Number.
var epoch = Day{Year: 1970, Month: time.January, Date: 1}

// Number counts the day from 1970-01-01, which is 0.
func (d Day) Number() int { return epoch.DaysUntil(d) }

// DayNumbered is the day with a Number.
func DayNumbered(n int) Day { return epoch.AddDays(n) }

// Weekday is the day's weekday.
func (d Day) Weekday() time.Weekday { return d.utc().Weekday() }

// WeekFrom is the first day of the week that the day is in, where weeks begin on a weekday.
func (d Day) WeekFrom(start time.Weekday) Day {
	return d.AddDays(-((int(d.Weekday()) - int(start) + 7) % 7))
}

// String is the day as in 2026-11-21.
func (d Day) String() string { return d.utc().Format(time.DateOnly) }

// StartOfDay is the first instant at which the clocks of the zone show the day or a later one. On most days that is
// midnight, and otherwise the first instant after a midnight that was skipped. A day that the zone skipped as a whole
// starts with the next day, so it has no length.
func StartOfDay(d Day, zone *time.Location) time.Time {
	// No zone was ever more than 16 hours from UTC, and none changed its offset twice within two days. So the start is
	// within a day of midnight UTC, and there is at most one change to consider. It is searched for, since
	// time.Time.ZoneBounds is wrong on the last day of a leap year: https://go.dev/issue/81583.
	midnight := d.utc()
	from := midnight.Add(-24 * time.Hour)
	offset := offsetAt(from, zone)
	change := from.Add(time.Duration(sort.Search(2*secondsPerDay, func(seconds int) bool {
		return offsetAt(from.Add(time.Duration(seconds)*time.Second), zone) != offset
	})) * time.Second)
	if start := midnight.Add(-offset); start.Before(change) {
		return start
	}
	return Later(change, midnight.Add(-offsetAt(change, zone)))
}

// offsetAt is how far the clocks of a zone are ahead of UTC at an instant.
func offsetAt(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}
