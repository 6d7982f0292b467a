package timesheet

import (
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

// Status says how far a week is.
type Status string

// The statuses.
const (
	Open      Status = "open"
	Submitted Status = "submitted" // handed in, and waiting for a decision
	Approved  Status = "approved"
	Returned  Status = "returned" // sent back with a comment; open again
)

// daysOfWeek is the length of a week in days.
const daysOfWeek = 7

// Record is what is kept of a week that was handed in at least once.
type Record struct {
	ID              ids.Timesheet
	User            ids.User
	FirstDay        calendar.Day // names the week
	Status          Status
	TimeZone        string    // cut the week's days when it was handed in
	From, Through   time.Time // [From, Through) is closed; equal: nothing is
	ApprovedThrough time.Time // [From, ApprovedThrough) is approved, for good; zero: nothing is
	UndoThrough     time.Time // ApprovedThrough before the last approval, or Through before it was sent back
	SubmittedAt     time.Time
	DecidedAt       time.Time // zero: nobody has decided since it was handed in
	DecidedBy       tenant.UserRef
	Comment         string // of the last decision
	Revision        int64
}

// Closes says whether the record closes anything.
func (r Record) Closes() bool { return r.From.Before(r.Through) }

// reopen gives up what isn't approved.
func (r *Record) reopen() {
	r.Through = r.From
	if !r.ApprovedThrough.IsZero() {
		r.Through = r.ApprovedThrough
	}
}

// Day is one day of a week.
type Day struct {
	Day      calendar.Day
	Target   time.Duration
	Recorded time.Duration // without time under review
	Review   time.Duration
	Adjusted time.Duration // what adjustments count on this day; may be negative
	Missing  time.Duration // of its target, once it is over
}

// worked is what counts towards the day's target.
func (d Day) worked() time.Duration { return d.Recorded + d.Adjusted }

// Sheet is a person's week with its days.
type Sheet struct {
	Record       // its zero value, but for User and FirstDay, when the week was never handed in
	Owner        tenant.User
	Days         []Day
	Missing      time.Duration // what the days miss together, up to yesterday
	ShownMissing time.Duration // the same in the minutes that are shown; a reminder says it
	Excess       time.Duration // what days up to today have beyond their target
	Reminder     Reminder      // zero: none stands
	RunningSince time.Time     // the start of a running timer that counts in the week; zero: none, or the member isn't told
	LastStop     time.Time     // of the week's time; zero: nothing is recorded, or the member sees no more than sums
	MayDecide    bool          // the member decides on it
}

// LastDay is the week's last day.
func (s Sheet) LastDay() calendar.Day { return s.FirstDay.AddDays(daysOfWeek - 1) }

// Target is what the week is to come to.
func (s Sheet) Target() time.Duration { return s.sum(func(d Day) time.Duration { return d.Target }) }

// Recorded is the week's time without time under review.
func (s Sheet) Recorded() time.Duration {
	return s.sum(func(d Day) time.Duration { return d.Recorded })
}

// Review is the week's time under review.
func (s Sheet) Review() time.Duration { return s.sum(func(d Day) time.Duration { return d.Review }) }

// Adjusted is what adjustments count in the week.
func (s Sheet) Adjusted() time.Duration {
	return s.sum(func(d Day) time.Duration { return d.Adjusted })
}

// MeetsTarget says whether the week as a whole has come to its target.
func (s Sheet) MeetsTarget() bool { return s.Recorded()+s.Adjusted() >= s.Target() }

func (s Sheet) sum(of func(Day) time.Duration) (all time.Duration) {
	for _, day := range s.Days {
		all += of(day)
	}
	return all
}

// week is a week of one person: its days in their zone.
type week struct {
	first calendar.Day
	zone  *time.Location
}

// weekOf is the person's week that a day is in. m is the person with their tenant.
func weekOf(m tenant.Member, day calendar.Day) (week, error) {
	zone, err := calendar.LoadZone(m.TimeZone())
	return week{first: day.WeekFrom(m.WeekStart().Weekday()), zone: zone}, err
}

// in is the week with the days of the zone in which it was handed in, while that closes anything.
func (w week) in(r Record) week {
	if !r.Closes() {
		return w
	}
	if zone, err := calendar.LoadZone(r.TimeZone); err == nil {
		w.zone = zone
	}
	return w
}

// start is the first instant of the week's day with a number from 0; that of 7 ends the week.
func (w week) start(day int) time.Time { return calendar.StartOfDay(w.first.AddDays(day), w.zone) }

// Interval is a stopped entry that isn't void, as far as sums need it.
type Interval struct {
	User                 ids.User
	StartedAt, StoppedAt time.Time
	NeedsReview          bool
}

// AdjustedDay is what adjustments count on a person's day.
type AdjustedDay struct {
	User ids.User
	Day  calendar.Day
	Sum  time.Duration
}

// fill sums up the week's days from the owner's entries, and what they miss and have beyond their targets. An entry across
// midnight counts in both days, to the millisecond.
func (s *Sheet) fill(w week, targets Targets, intervals []Interval, adjusted []AdjustedDay, now time.Time) {
	s.Days = make([]Day, daysOfWeek)
	for i := range s.Days {
		day := Day{Day: w.first.AddDays(i)}
		day.Target = targets.On(day.Day)
		from, to := w.start(i), w.start(i+1)
		for _, interval := range intervals {
			length := max(0, earlier(interval.StoppedAt, to).Sub(calendar.Later(interval.StartedAt, from)))
			if interval.NeedsReview {
				day.Review += length
			} else {
				day.Recorded += length
			}
		}
		for _, sum := range adjusted {
			if sum.User == s.Owner.ID && sum.Day == day.Day {
				day.Adjusted += sum.Sum
			}
		}
		s.Days[i] = day
	}
	s.compare(calendar.DayOf(now, w.zone), targets.count(s.Owner.Status))
}

// compare holds the days against their targets. A day that isn't over misses nothing; the days of somebody who has left
// don't either, for which counts is false.
func (s *Sheet) compare(today calendar.Day, counts bool) {
	worked := make([]int64, len(s.Days))
	var week int64
	for i, day := range s.Days {
		worked[i] = day.worked().Milliseconds()
		week += worked[i]
	}
	// As they are shown, what a day has and what it misses add up to its target.
	shown := calendar.Apportion(week, worked, calendar.Minute)
	for i := range s.Days {
		day := &s.Days[i]
		over := day.Day.DaysUntil(today)
		if over > 0 && counts {
			day.Missing = max(0, day.Target-day.worked())
			s.Missing += day.Missing
			s.ShownMissing += max(0, day.Target-time.Duration(shown[i])*time.Millisecond)
		}
		if over >= 0 {
			s.Excess += max(0, day.worked()-day.Target)
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// zoneSpread is more than the clocks of two zones differ by.
const zoneSpread = 27 * time.Hour
