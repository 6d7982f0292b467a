package calendar_test

import (
	"slices"
	"testing"
	"time"

	"timetracker/internal/calendar"
)

func TestInstantsAt(t *testing.T) {
	for _, test := range []struct {
		zone, day string
		clock     time.Duration
		want      []string
	}{
		{"UTC", "2026-11-21", 9*time.Hour + 30*time.Minute, []string{"2026-11-21T09:30:00.000Z"}},
		{"Europe/Berlin", "2026-07-01", 9 * time.Hour, []string{"2026-07-01T07:00:00.000Z"}},
		{"Europe/Berlin", "2026-03-29", 90 * time.Minute, []string{"2026-03-29T00:30:00.000Z"}},
		// Skipped: the clocks show 03:30 then.
		{"Europe/Berlin", "2026-03-29", 150 * time.Minute, []string{"2026-03-29T01:30:00.000Z"}},
		{"Europe/Berlin", "2026-03-29", 3 * time.Hour, []string{"2026-03-29T01:00:00.000Z"}},
		// Twice.
		{"Europe/Berlin", "2026-10-25", 150 * time.Minute, []string{"2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z"}},
		{"Europe/Berlin", "2026-10-25", 3 * time.Hour, []string{"2026-10-25T02:00:00.000Z"}},
		{"Australia/Lord_Howe", "2026-04-05", 105 * time.Minute, []string{"2026-04-04T14:45:00.000Z", "2026-04-04T15:15:00.000Z"}},
		{"Asia/Kathmandu", "2026-11-21", 0, []string{"2026-11-20T18:15:00.000Z"}},
		{"America/Havana", "2026-11-01", 30 * time.Minute, []string{"2026-11-01T04:30:00.000Z", "2026-11-01T05:30:00.000Z"}},
	} {
		t.Run(test.zone+" "+test.day+" "+test.clock.String(), func(t *testing.T) {
			zone, err := calendar.LoadZone(test.zone)
			if err != nil {
				t.Fatal(err)
			}
			day, err := calendar.ParseDay(test.day)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, instant := range calendar.InstantsAt(day, test.clock, zone) {
				got = append(got, calendar.FormatInstant(instant))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("the instants are %v, want %v", got, test.want)
			}
		})
	}
}
