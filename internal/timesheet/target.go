package timesheet

import (
	"slices"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
)

// Hours are what each weekday is to come to, by time.Weekday.
type Hours [7]time.Duration

// MaxTarget is the most that a day can be to come to.
const MaxTarget = 24 * time.Hour

// Target is what a person's weekdays are to come to from a day on, until the next target's day.
type Target struct {
	User     ids.User // zero: the tenant's default
	From     calendar.Day
	Hours    Hours
	Inherits bool // Hours don't count: from this day on the person has the tenant's default
	Revision int64
}

// Targets are the targets of one person and those of the tenant, each in the order of their days.
type Targets struct {
	Own, Default []Target
	// Begins is the person's first day in the product. There is no target before it.
	Begins calendar.Day
}

// On is what a day is to come to. Without a target it is nothing.
func (t Targets) On(day calendar.Day) time.Duration {
	if day.DaysUntil(t.Begins) > 0 {
		return 0
	}
	hours, _ := t.Hours(day)
	return hours[day.Weekday()]
}

// Hours are those that hold on a day: the person's own, else the tenant's. ok is false when there are none.
func (t Targets) Hours(day calendar.Day) (hours Hours, ok bool) {
	if own, ok := latest(t.Own, day); ok && !own.Inherits {
		return own.Hours, true
	}
	general, ok := latest(t.Default, day)
	return general.Hours, ok
}

// latest is the target that holds on a day.
func latest(targets []Target, day calendar.Day) (Target, bool) {
	for _, target := range slices.Backward(targets) {
		if target.From.DaysUntil(day) >= 0 {
			return target, true
		}
	}
	return Target{}, false
}

// TargetsOf picks the targets of a person from those of many. all is in the order of days; begins is Targets.Begins.
func TargetsOf(all []Target, user ids.User, begins calendar.Day) Targets {
	t := Targets{Begins: begins}
	for _, target := range all {
		switch {
		case target.User.IsZero():
			t.Default = append(t.Default, target)
		case target.User == user:
			t.Own = append(t.Own, target)
		}
	}
	return t
}
