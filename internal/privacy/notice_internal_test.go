package privacy

import (
	"testing"
	"time"
)

func day(text string) time.Time {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return at
}

// three are a first version, a change of words, and a material change.
const three = `[
	{"version":1,"announced":"2026-11-01","effective":"2026-11-01","material":true},
	{"version":2,"announced":"2027-01-10","effective":"2027-01-10","material":false},
	{"version":3,"announced":"2027-03-01","effective":"2027-03-15","material":true}]`

func TestAMaterialChangeIsAnnouncedFor14Days(t *testing.T) {
	notices, err := parseNotices([]byte(three))
	if err != nil {
		t.Fatal(err)
	}
	const second = time.Second
	long, late := day("2026-11-20"), day("2027-03-15")
	for _, test := range []struct {
		name                    string
		now, since              time.Time
		seen                    int
		inForce, coming, toTell int // 0: none
	}{
		{"at first", day("2026-11-01"), long, 0, 1, 0, 0},
		{"before there was any", day("2026-10-01"), long, 0, 1, 0, 0},
		{"other words take effect unannounced", day("2027-01-10"), long, 0, 2, 0, 0},
		{"the second before it is announced", day("2027-03-01").Add(-second), long, 0, 2, 0, 0},
		{"it is announced", day("2027-03-01"), long, 0, 2, 3, 3},
		{"the second before it takes effect", day("2027-03-15").Add(-second), long, 2, 2, 3, 3},
		{"it takes effect", day("2027-03-15"), long, 0, 3, 0, 3},
		{"who was away is told later", day("2028-03-15"), long, 0, 3, 0, 3},
		{"dismissed", day("2027-03-02"), long, 3, 2, 3, 0},
		{"who comes afterwards begins with it", day("2027-04-01"), late, 0, 3, 0, 0},
		{"who comes meanwhile is told", day("2027-03-14"), day("2027-03-13"), 0, 2, 3, 3},
	} {
		coming, _ := notices.Coming(test.now)
		toTell, _ := notices.ToTell(test.now, test.since, test.seen)
		if got := notices.InForce(test.now).Number; got != test.inForce || coming.Number != test.coming || toTell.Number != test.toTell {
			t.Errorf("%s: %d is in force, %d comes, told is %d", test.name, got, coming.Number, toTell.Number)
		}
	}
	for version, want := range map[int]int{1: 1, 2: 2, 3: 2, 99: 2} {
		if got := notices.Seen(day("2027-02-01"), version); got != want {
			t.Errorf("of %d, %d is remembered as seen", version, got)
		}
	}
}

func TestListsThatCouldSurpriseAreRefused(t *testing.T) {
	for name, list := range map[string]string{
		"nothing":                      `[]`,
		"no list":                      `{}`,
		"no day":                       `[{"version":1,"announced":"2026-11-01","effective":"soon","material":true}]`,
		"a gap":                        `[{"version":2,"announced":"2026-11-01","effective":"2026-11-01","material":true}]`,
		"effective before it is known": `[{"version":1,"announced":"2026-11-02","effective":"2026-11-01","material":false}]`,
		"13 days": `[{"version":1,"announced":"2026-11-01","effective":"2026-11-01","material":true},
			{"version":2,"announced":"2027-03-01","effective":"2027-03-14","material":true}]`,
		"two on one day": `[{"version":1,"announced":"2026-11-01","effective":"2026-11-01","material":true},
			{"version":2,"announced":"2026-10-01","effective":"2026-11-01","material":true}]`,
	} {
		if _, err := parseNotices([]byte(list)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestTheProductsNoticesAreGood(t *testing.T) {
	if _, err := ReadNotices(); err != nil {
		t.Error(err)
	}
}
