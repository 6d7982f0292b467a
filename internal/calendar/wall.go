package calendar

import "time"

// InstantsAt are the instants at which the clocks of a zone show a time of a day. Mostly that is one. Where the clocks go
// back over it there are two, in order. Where they go forward over it, it is the instant at which they would have shown
// it without the change. clock is the time since the clocks showed midnight.
func InstantsAt(d Day, clock time.Duration, zone *time.Location) []time.Time {
	// As in StartOfDay, there is at most one change to consider. The offset before it is the larger one where clocks go
	// back, so that the earlier instant comes first.
	shown := d.utc().Add(clock)
	before, after := offsetAt(shown.Add(-24*time.Hour), zone), offsetAt(shown.Add(24*time.Hour), zone)
	var found []time.Time
	for _, offset := range []time.Duration{before, after} {
		t := shown.Add(-offset)
		if offsetAt(t, zone) == offset && (len(found) == 0 || !found[0].Equal(t)) {
			found = append(found, t)
		}
	}
	if len(found) == 0 {
		return []time.Time{shown.Add(-before)}
	}
	return found
}
