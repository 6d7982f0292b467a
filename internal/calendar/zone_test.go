package calendar_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/timer"
)

// zones are those of the property tests. Every kind of offset and of change is among them.
var zones = []string{
	"UTC", "Etc/GMT+12", "Europe/Berlin", "Europe/London", "Europe/Dublin", "Europe/Lisbon", "Europe/Moscow",
	"Europe/Istanbul", "Europe/Chisinau", "Atlantic/Azores", "Atlantic/Reykjavik", "Africa/Cairo", "Africa/Casablanca",
	"Africa/Monrovia", "Africa/Johannesburg", "America/New_York", "America/Los_Angeles", "America/St_Johns",
	"America/Sao_Paulo", "America/Santiago", "America/Havana", "America/Caracas", "America/Nuuk", "America/Juneau",
	"America/Argentina/San_Luis", "Antarctica/Troll", "Antarctica/Casey", "Asia/Amman", "Asia/Gaza", "Asia/Kolkata",
	"Asia/Kathmandu", "Asia/Manila", "Asia/Pyongyang", "Asia/Singapore", "Asia/Tehran", "Asia/Tokyo",
	"Australia/Lord_Howe", "Australia/Eucla", "Pacific/Apia", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Honolulu",
	"Pacific/Kiritimati", "Pacific/Kwajalein", "Pacific/Norfolk",
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := calendar.LoadZone(name)
	if err != nil {
		t.Fatalf("LoadZone(%q): %v", name, err)
	}
	return z
}

func day(t *testing.T, text string) calendar.Day {
	t.Helper()
	d, err := calendar.ParseDay(text)
	if err != nil {
		t.Fatalf("ParseDay(%q): %v", text, err)
	}
	return d
}

// randomDay is a day of the years 1880 to 2080. The earliest precede all time zones, and the latest follow the last
// rule in the database.
func randomDay(r *rand.Rand) calendar.Day {
	return calendar.Day{Year: 1880, Month: time.January, Date: 1}.AddDays(r.IntN(200 * 365))
}

func TestStartOfDayVectors(t *testing.T) {
	for _, row := range domaintest.Vectors(t, "start and length of a day") {
		name, date, start, length := row[0], row[1], row[2], row[3]
		t.Run(name+" "+date, func(t *testing.T) {
			z, d := zone(t, name), day(t, date)
			got := calendar.StartOfDay(d, z)
			if want := domaintest.Instant(t, start); !got.Equal(want) {
				t.Errorf("the day starts at %v, want %v", got, want)
			}
			if got.Location() != time.UTC {
				t.Errorf("the start is in %v, want UTC", got.Location())
			}
			if ms := calendar.StartOfDay(d.AddDays(1), z).Sub(got).Milliseconds(); strconv.FormatInt(ms, 10) != length {
				t.Errorf("the day is %d ms long, want %s", ms, length)
			}
		})
	}
}

func TestPeriodsVectors(t *testing.T) {
	for _, row := range domaintest.Vectors(t, "cutting a range") {
		name, unit, from, to, parts := row[0], row[1], row[2], row[3], row[4]
		t.Run(strings.Join(row[:4], " "), func(t *testing.T) {
			z := zone(t, name)
			var want []calendar.Period
			for part := range strings.SplitSeq(parts, ", ") {
				name, start, _ := strings.Cut(part, " from ")
				want = append(want, calendar.Period{Name: name, Start: domaintest.Instant(t, start)})
			}
			for i := range want[1:] {
				want[i].End = want[i+1].Start
			}
			want[len(want)-1].End = calendar.StartOfDay(day(t, to), z)
			cut, week := domaintest.UnitOf(t, unit)
			got := calendar.Periods(day(t, from), day(t, to), z, cut, week)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCutVectors(t *testing.T) {
	for _, row := range domaintest.Vectors(t, "cutting an entry") {
		name, unit, started, stopped, elapsed, want := row[0], row[1], row[2], row[3], row[4], row[5]
		t.Run(name+" "+started, func(t *testing.T) {
			z := zone(t, name)
			start, stop := domaintest.Instant(t, started), domaintest.Instant(t, stopped)
			var parts []string
			var sum time.Duration
			cut, week := domaintest.UnitOf(t, unit)
			for _, p := range calendar.Periods(calendar.DayOf(start, z).AddDays(-1), calendar.DayOf(stop, z).AddDays(2), z, cut, week) {
				if part := shared(start, stop, p); part > 0 {
					parts = append(parts, p.Name+": "+strconv.FormatInt(part.Milliseconds(), 10))
					sum += part
				}
			}
			if got := strings.Join(parts, ", "); got != want {
				t.Errorf("the parts are %s, want %s", got, want)
			}
			if sum != stop.Sub(start) || strconv.FormatInt(sum.Milliseconds(), 10) != elapsed {
				t.Errorf("the parts add up to %v, want %s ms", sum, elapsed)
			}
		})
	}
}

// shared is how much of [start, stop) is in the period.
func shared(start, stop time.Time, p calendar.Period) time.Duration {
	if p.Start.After(start) {
		start = p.Start
	}
	if p.End.Before(stop) {
		stop = p.End
	}
	return max(0, stop.Sub(start))
}

// The oracle doesn't use offsets: it reads the clock of the zone again and again.
func TestStartOfDayIsTheEarliestInstantOfTheDate(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, name := range zones {
		z := zone(t, name)
		for range 40 {
			d := randomDay(r)
			start := calendar.StartOfDay(d, z)
			if shown := calendar.DayOf(start, z); shown.DaysUntil(d) > 0 {
				t.Fatalf("%s: at the start of %v the clocks still show %v", name, d, shown)
			}
			for before := start.Add(-time.Second); start.Sub(before) < 30*time.Hour; before = before.Add(-97 * time.Second) {
				if shown := calendar.DayOf(before, z); shown.DaysUntil(d) <= 0 {
					t.Fatalf("%s: %v starts at %v, but the clocks show %v already at %v", name, d, start, shown, before)
				}
			}
		}
	}
}

func TestPeriodsHaveNoGapsAndKeepEveryMillisecond(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, name := range zones {
		z := zone(t, name)
		for _, unit := range []calendar.Unit{calendar.UnitDay, calendar.UnitWeek, calendar.UnitMonth, calendar.UnitQuarter} {
			for range 6 {
				week := []calendar.WeekStart{"", calendar.WeekFromMonday, calendar.WeekFromSunday, calendar.WeekFromSaturday}[r.IntN(4)]
				from := randomDay(r)
				to := from.AddDays(1 + r.IntN(366))
				periods := calendar.Periods(from, to, z, unit, week)
				start, end := calendar.StartOfDay(from, z), calendar.StartOfDay(to, z)

				names := map[string]bool{}
				at := start
				for _, p := range periods {
					if !p.Start.Equal(at) || p.End.Before(p.Start) {
						t.Fatalf("%s, %s of [%v, %v): %s is [%v, %v) after %v", name, unit, from, to, p.Name, p.Start, p.End, at)
					}
					if names[p.Name] {
						t.Fatalf("%s, %s of [%v, %v): %s comes twice", name, unit, from, to, p.Name)
					}
					names[p.Name] = true
					at = p.End
				}
				if !at.Equal(end) {
					t.Fatalf("%s, %s of [%v, %v): the parts end at %v, want %v", name, unit, from, to, at, end)
				}

				length := end.Sub(start)
				if length == 0 {
					continue
				}
				started := start.Add(time.Duration(r.Int64N(int64(length)))).Truncate(time.Millisecond)
				stopped := started.Add(time.Duration(r.Int64N(int64(timer.MaxLength)))).Truncate(time.Millisecond)
				whole := calendar.Period{Start: start, End: end}
				var sum time.Duration
				for _, p := range periods {
					sum += shared(started, stopped, p)
				}
				if want := shared(started, stopped, whole); sum != want {
					t.Fatalf("%s, %s: the parts of [%v, %v) add up to %v, want %v", name, unit, started, stopped, sum, want)
				}
			}
		}
	}
}

func TestEmptyRangeHasNoPeriods(t *testing.T) {
	d := day(t, "2026-11-21")
	for _, to := range []calendar.Day{d, d.AddDays(-1)} {
		if periods := calendar.Periods(d, to, time.UTC, calendar.UnitWeek, calendar.WeekFromMonday); len(periods) != 0 {
			t.Errorf("[%v, %v) has the periods %v, want none", d, to, periods)
		}
	}
}

func TestDayArithmetic(t *testing.T) {
	tests := []struct {
		from string
		days int
		to   string
	}{
		{"2026-11-21", 0, "2026-11-21"},
		{"2026-11-30", 1, "2026-12-01"},
		{"2026-12-31", 1, "2027-01-01"},
		{"2024-02-28", 1, "2024-02-29"},
		{"2026-02-28", 1, "2026-03-01"},
		{"2100-02-28", 1, "2100-03-01"},
		{"2027-01-01", -1, "2026-12-31"},
		{"2026-01-01", 365, "2027-01-01"},
		{"0001-01-01", 3652058, "9999-12-31"}, // more than a time.Duration can hold
	}
	for _, test := range tests {
		from, to := day(t, test.from), day(t, test.to)
		if got := from.AddDays(test.days); got != to {
			t.Errorf("%v and %d days is %v, want %v", from, test.days, got, to)
		}
		if got := from.DaysUntil(to); got != test.days {
			t.Errorf("from %v to %v it is %d days, want %d", from, to, got, test.days)
		}
		if got := to.DaysUntil(from); got != -test.days {
			t.Errorf("from %v to %v it is %d days, want %d", to, from, got, -test.days)
		}
	}
}

func TestParseDayRefuses(t *testing.T) {
	for _, text := range []string{
		"", "2026", "2026-11", "2026-11-31", "2026-02-29", "2026-13-01", "2026-00-01", "2026-01-00", "26-11-21", "2026-1-1",
		"2026-11-21T00:00:00Z", " 2026-11-21", "2026-11-21 ", "2026/11/21", "-2026-11-21", "+2026-11-21", "12026-11-21",
		"2026-W47", "21.11.2026", "٢٠٢٦-11-21",
	} {
		if d, err := calendar.ParseDay(text); err == nil {
			t.Errorf("ParseDay(%q) is %v, want an error", text, d)
		}
	}
}

func FuzzParseDay(f *testing.F) {
	for _, seed := range []string{"2026-11-21", "2024-02-29", "0000-01-01", "9999-12-31", "2026-02-30", "", "2026-11-2१"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := calendar.ParseDay(text)
		if err != nil {
			return
		}
		if d.String() != text {
			t.Errorf("ParseDay(%q) is %v", text, d)
		}
		if d.AddDays(1).AddDays(-1) != d {
			t.Errorf("%v is another day after a day there and back", d)
		}
	})
}

func TestLoadZoneRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":                      "",
		"the server's own":             "Local",
		"IANA's placeholder":           "Factory",
		"CLDR's placeholder":           "Etc/Unknown",
		"the server's own, as a file":  "localtime",
		"the server's own POSIX rules": "posixrules",
		"leap seconds counted":         "right/Europe/Berlin",
		"a second copy":                "posix/Europe/Berlin",
		"a file that is no zone":       "tzdata.zi",
		"a list":                       "zone.tab",
		"a directory":                  "Europe",
		"a way out":                    "../../etc/passwd",
		"a way out and back":           "Europe/../Europe/Berlin",
		"an absolute path":             "/etc/localtime",
		"the other separator":          `Europe\Berlin`,
		"an empty part":                "Europe//Berlin",
		"a dot":                        "./UTC",
		"an end too many":              "Europe/Berlin/",
		"an offset":                    "+02:00",
		"a POSIX rule":                 "CET-1CEST,M3.5.0,M10.5.0/3",
		"a NUL":                        "UTC\x00",
		"blanks":                       " UTC ",
		"invalid UTF-8":                "\xff",
		"too long":                     strings.Repeat("Europe/", 10_000) + "Berlin",
		"not there":                    "Europe/Atlantis",
		"lower case":                   "europe/berlin",
	} {
		t.Run(name, func(t *testing.T) {
			z, err := calendar.LoadZone(text)
			if err == nil {
				t.Fatalf("LoadZone gives %v, want an error", z)
			}
			if !errs.Is(err, errs.RuleBroken) || errs.CodeOf(err) != "time_zone_unknown" {
				t.Errorf("the error is %v", err)
			}
			if strings.Contains(err.Error(), "/etc") || strings.Contains(err.Error(), "zoneinfo") {
				t.Errorf("the error tells about the server's files: %v", err)
			}
		})
	}
}

func FuzzLoadZone(f *testing.F) {
	for _, seed := range []string{
		"", "Local", "UTC", "Europe/Berlin", "Etc/GMT+1", "../../etc/passwd", "right/UTC", "America/Argentina/San_Luis",
		"America/Port-au-Prince", strings.Repeat("A", 100_000),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		z, err := calendar.LoadZone(name)
		if err != nil {
			if errs.CodeOf(err) != "time_zone_unknown" {
				t.Errorf("LoadZone(%q): %v", name, err)
			}
			return
		}
		if z.String() != name || z == time.Local || len(name) > 64 || strings.Contains(name, "..") {
			t.Errorf("LoadZone(%q) gives %v", name, z)
		}
	})
}
