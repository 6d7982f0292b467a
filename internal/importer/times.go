package importer

import (
	"time"

	"timetracker/internal/calendar"
)

// interval is when a row's entry was in a zone. placed is false for a row that only names its day. Its stop is then as
// long after the day's start as the row says, and somebody has to find room for it.
func (r Row) interval(zone *time.Location) (start, stop time.Time, placed bool) {
	if r.Start.Instant.IsZero() && !r.Start.HasTime {
		start = calendar.StartOfDay(r.Start.Day, zone)
		return start, start.Add(r.Length), false
	}
	starts := r.Start.instants(zone)
	if r.Stop.Instant.IsZero() && !r.Stop.HasTime {
		return starts[0], starts[0].Add(r.Length), true
	}
	stops := r.Stop.instants(zone)
	if end := stops[len(stops)-1]; end.Before(starts[0]) && r.Stop.Day == r.Start.Day && r.Stop.HasTime {
		// The file names one day and two times: the entry went on over midnight.
		next := r.Stop
		next.Day = next.Day.AddDays(1)
		stops = next.instants(zone)
	}
	// The clocks may have shown a time twice. The length tells which one is meant.
	for _, start := range starts {
		for _, stop := range stops {
			if stop.Sub(start) == r.Length {
				return start, stop, true
			}
		}
	}
	start, stop = starts[0], stops[0]
	if stop.Before(start) {
		stop = stops[len(stops)-1]
	}
	return start, stop, true
}

// instants are when the clocks of a zone showed what a row says, the earliest first.
func (w Wall) instants(zone *time.Location) []time.Time {
	if !w.Instant.IsZero() {
		return []time.Time{w.Instant}
	}
	return calendar.InstantsAt(w.Day, w.Clock, zone)
}
