package timesheet

import (
	"slices"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
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

// closed are the targets of a person who is erased on a day. They need nothing of the person's row: there is none before the first
// day, and none from the day of the erasure on. Of somebody who had left before, the tenant's ends them.
func (t Targets) closed(on calendar.Day, status tenant.UserStatus) (kept []Target) {
	active := status == tenant.UserActive
	if (!active && status != tenant.UserDeactivated) || len(t.Own)+len(t.Default) == 0 {
		return nil
	}
	kept = append(kept, Target{From: ever[0]})
	if t.Begins.DaysUntil(on) > 0 {
		first, ok := latest(t.Own, t.Begins)
		first.From, first.Inherits = t.Begins, first.Inherits || !ok
		kept = append(kept, first)
	}
	for _, own := range t.Own {
		if t.Begins.DaysUntil(own.From) > 0 && own.From.DaysUntil(on) > 0 {
			kept = append(kept, own)
		}
	}
	return append(kept, Target{From: on, Inherits: !active})
}

// countErased says whether the targets of somebody erased are to be met: they were active until then.
func (t Targets) countErased() bool {
	if len(t.Own) == 0 {
		return false
	}
	last := t.Own[len(t.Own)-1]
	return !last.Inherits && last.Hours == Hours{}
}

// count says whether a person of a status misses what they don't come to. Somebody who has left doesn't.
func (t Targets) count(status tenant.UserStatus) bool {
	return status == tenant.UserActive || (status == tenant.UserErased && t.countErased())
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
