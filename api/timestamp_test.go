package api_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"timetracker/api"
)

func TestTimestampKeepsMilliseconds(t *testing.T) {
	tests := []struct{ text, want string }{
		{"2026-11-21T08:30:14.250Z", "2026-11-21T08:30:14.250Z"},
		{"2026-11-21T08:30:14.001Z", "2026-11-21T08:30:14.001Z"},
		{"2026-11-21T08:30:14.25Z", "2026-11-21T08:30:14.250Z"},
		{"2026-11-21T08:30:14Z", "2026-11-21T08:30:14.000Z"},
		{"2026-11-21T08:30:14.250000000000Z", "2026-11-21T08:30:14.250Z"},
		{"2026-11-21T09:30:14.250+01:00", "2026-11-21T08:30:14.250Z"},
		{"2026-11-21T00:15:00-05:45", "2026-11-21T06:00:00.000Z"},
		{"2026-11-21T08:30:14-00:00", "2026-11-21T08:30:14.000Z"},
		{"2026-12-31T23:59:59.999-12:00", "2027-01-01T11:59:59.999Z"},
		{"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"},
		{"0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"},
		{"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			var at api.Timestamp
			if err := json.Unmarshal([]byte(`"`+test.text+`"`), &at); err != nil {
				t.Fatal(err)
			}
			got, err := json.Marshal(at)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != `"`+test.want+`"` {
				t.Errorf("written as %s, want %q", got, test.want)
			}
			text, err := at.MarshalText()
			if err != nil {
				t.Fatal(err)
			}
			if string(text) != test.want {
				t.Errorf("as text it is %s, want %s", text, test.want)
			}
		})
	}
}

func TestTimestampIsWrittenInUTC(t *testing.T) {
	east := time.FixedZone("east", 5*3600+45*60)
	got, err := json.Marshal(api.Timestamp{Time: time.Date(2026, 11, 21, 5, 45, 0, 123_999_999, east)})
	if err != nil {
		t.Fatal(err)
	}
	if want := `"2026-11-21T00:00:00.123Z"`; string(got) != want {
		t.Errorf("written as %s, want %s", got, want)
	}
}

func TestTimestampRefuses(t *testing.T) {
	finer := []string{
		`"2026-11-21T08:30:14.2501Z"`,
		`"2026-11-21T08:30:14.000000001Z"`,
		`"2026-11-21T08:30:14.2500000000001Z"`,
		`"2026-11-21T08:30:14.2509+01:00"`,
	}
	malformed := []string{
		`""`, `"now"`, `null`, `0`, `1763713814250`, `true`, `{}`, `[]`,
		`"2026-11-21"`, `"2026-11-21T08:30Z"`, `"2026-11-21T08:30:14"`, `"2026-11-21 08:30:14Z"`, `"2026-11-21t08:30:14z"`,
		`"2026-11-21T8:30:14Z"`, `"2026-11-21T08:30:14,250Z"`, `"2026-11-21T08:30:14.Z"`,
		`"2026-11-31T08:30:14Z"`, `"2026-02-29T08:30:14Z"`, `"2026-13-01T08:30:14Z"`,
		`"2026-11-21T24:00:00Z"`, `"2026-11-21T23:59:60Z"`, `"2026-11-21T08:60:00Z"`,
		`"2026-11-21T08:30:14+24:00"`, `"2026-11-21T08:30:14+01:60"`, `"2026-11-21T08:30:14+0100"`, `"2026-11-21T08:30:14+01"`,
		`"0000-01-01T00:00:00+00:01"`, `"9999-12-31T23:59:59-00:01"`, `"12026-11-21T08:30:14Z"`, `"-2026-11-21T08:30:14Z"`,
		`" 2026-11-21T08:30:14Z"`, `"2026-11-21T08:30:14Z\n"`, `"2026-11-21T08:30:14Z\u0000"`, `"٢٠٢٦-11-21T08:30:14Z"`,
	}
	for _, text := range append(finer, malformed...) {
		t.Run(text, func(t *testing.T) {
			at := api.Timestamp{Time: time.Unix(1, 0)}
			err := at.UnmarshalJSON([]byte(text))
			if err == nil {
				t.Fatalf("read as %v, want an error", at)
			}
			if !at.Equal(time.Unix(1, 0)) {
				t.Errorf("a refused text changed the instant to %v", at)
			}
		})
	}
	for _, text := range finer {
		var at api.Timestamp
		if err := json.Unmarshal([]byte(text), &at); err == nil || !strings.Contains(err.Error(), "finer than a millisecond") {
			t.Errorf("%s: the error is %v, and doesn't say that it is too fine", text, err)
		}
	}
}

func FuzzTimestamp(f *testing.F) {
	for _, seed := range []string{
		"2026-11-21T08:30:14.250Z", "2026-11-21T08:30:14+01:00", "2026-11-21T08:30:14.2501Z", "9999-12-31T23:59:59-23:59",
		"2026-11-21T8:30:14,5Z", "", "0000-00-00T00:00:00Z",
	} {
		f.Add(seed)
	}
	form := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	f.Fuzz(func(t *testing.T, text string) {
		var at api.Timestamp
		if err := at.UnmarshalText([]byte(text)); err != nil {
			return
		}
		written, err := at.MarshalText()
		if err != nil || !form.Match(written) {
			t.Fatalf("%q is written as %q (%v)", text, written, err)
		}
		var again api.Timestamp
		if err := again.UnmarshalText(written); err != nil || !again.Equal(at.Time) {
			t.Errorf("%q is written as %q and read as %v (%v)", text, written, again, err)
		}
		if lenient, err := time.Parse(time.RFC3339, text); err != nil || !lenient.Equal(at.Time) {
			t.Errorf("%q is read as %v, and by package time as %v (%v)", text, at, lenient, err)
		}
	})
}
