package workitem

import (
	"math"
	"testing"
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

func float(f float64) *float64 { return &f }

func TestContributionOf(t *testing.T) {
	const hour = time.Hour
	for name, test := range map[string]struct {
		wanted, written, all   time.Duration // of the entry, and of the item
		rounded, taken         int64         // of the item, of the entry
		step                   int
		completed, remaining   *float64
		reduces                bool
		wantRounded, wantTaken int64
		wantAfter              float64
		wantRemaining          *float64
	}{
		"an hour":               {wanted: hour, step: 1, wantRounded: 100, wantAfter: 1},
		"beside others'":        {wanted: hour, step: 1, completed: float(0.1), wantRounded: 100, wantAfter: 1.1},
		"as decimal fractions":  {wanted: 12 * time.Minute, step: 1, completed: float(0.1), wantRounded: 20, wantAfter: 0.3},
		"nothing of a step":     {wanted: 10 * time.Minute, step: 100, completed: float(2), wantAfter: 2},
		"half a step":           {wanted: 30 * time.Minute, step: 100, completed: float(2), wantRounded: 100, wantAfter: 3},
		"what others left over": {wanted: 20 * time.Minute, all: 20 * time.Minute, step: 100, wantRounded: 100, wantAfter: 1},
		"shorter":               {wanted: hour, written: 2 * hour, all: 2 * hour, rounded: 200, step: 1, completed: float(5), wantRounded: -100, wantAfter: 4},
		"never below zero":      {written: 2 * hour, all: 2 * hour, rounded: 200, step: 1, completed: float(1), wantRounded: -200, wantAfter: 0},
		"another step":          {wanted: hour, written: hour - time.Minute, all: 90*time.Minute - time.Minute, rounded: 148, step: 25, completed: float(1.48), wantRounded: 2, wantAfter: 1.5},
		"Remaining Work":        {wanted: hour, step: 1, remaining: float(3), reduces: true, wantRounded: 100, wantTaken: 100, wantAfter: 1, wantRemaining: float(2)},
		"Remaining Work stays":  {wanted: hour, step: 1, remaining: float(3), wantRounded: 100, wantAfter: 1},
		"no Remaining Work":     {wanted: hour, step: 1, reduces: true, wantRounded: 100, wantAfter: 1},
		"more than remains":     {wanted: hour, step: 1, remaining: float(0.255), reduces: true, wantRounded: 100, wantTaken: 25, wantAfter: 1, wantRemaining: float(0)},
		"nothing remains":       {wanted: hour, step: 1, remaining: float(0), reduces: true, wantRounded: 100, wantAfter: 1},
		"given back":            {written: hour, all: hour, rounded: 100, taken: 25, step: 1, completed: float(1), remaining: float(1), reduces: true, wantRounded: -100, wantTaken: -25, wantRemaining: float(1.25)},
		"nothing was taken":     {written: hour, all: hour, rounded: 100, step: 1, completed: float(1), remaining: float(1), reduces: true, wantRounded: -100},
		"given back as it was":  {written: 17 * time.Minute, all: 17 * time.Minute, rounded: 28, taken: 28, step: 1, completed: float(0.58), remaining: float(0.02), reduces: true, wantRounded: -28, wantTaken: -28, wantAfter: 0.3, wantRemaining: float(0.3)},
	} {
		t.Run(name, func(t *testing.T) {
			c := contributionOf(
				WriteBack{Wanted: test.wanted, Written: test.written, Taken: test.taken},
				OwnHours{Written: test.all, Rounded: test.rounded},
				Facts{Revision: 7, Hours: Hours{Completed: test.completed, Remaining: test.remaining}},
				tenant.Settings{WriteBackStep: test.step, WriteBackRemaining: test.reduces},
			)
			if c.Written != test.wanted-test.written || c.Rounded != test.wantRounded || c.Taken != test.wantTaken ||
				c.After != test.wantAfter || c.RevBefore != 7 {
				t.Errorf("%+v", c)
			}
			if (c.Remaining == nil) != (test.wantRemaining == nil) || (c.Remaining != nil && *c.Remaining != *test.wantRemaining) {
				t.Errorf("Remaining Work becomes %v, want %v", c.Remaining, test.wantRemaining)
			}
		})
	}
}

// TestMissing: Completed Work may be any number that somebody has typed.
func TestMissing(t *testing.T) {
	for name, test := range map[string]struct {
		completed *float64
		want      int64
	}{
		"no value":   {nil, 150},
		"below ours": {float(0.255), 124},
		"ours":       {float(1.5), 0},
		"with more":  {float(20), 0},
		"below zero": {float(-1), 250},
		"absurd":     {float(math.MaxFloat64), 0},
		"absurd too": {float(-math.MaxFloat64), 150 + mostHundredths},
	} {
		if got := missingOf(test.completed, 150); got != test.want {
			t.Errorf("%s: %d are missing, want %d", name, got, test.want)
		}
	}
}

func TestStandingOf(t *testing.T) {
	author := ids.New[ids.Object]()
	other, c := ids.New[ids.Object]().String(), Contribution{ObjectID: author, RevBefore: 4, After: 2.5}
	next := func(hours *float64, by string) *Facts {
		return &Facts{Revision: 5, Hours: Hours{Completed: hours}, ChangedBy: by}
	}
	for name, test := range map[string]struct {
		now  int64
		next *Facts
		as   string
		want standing
	}{
		"unchanged":                      {now: 4, as: other, want: notYet},
		"made":                           {now: 5, next: next(float(2.5), author.String()), as: other, want: made},
		"made, and changed since":        {now: 9, next: next(float(2.5), author.String()), as: author.String(), want: made},
		"other hours":                    {now: 5, next: next(float(2.4), author.String()), as: author.String(), want: neverMade},
		"no hours":                       {now: 5, next: next(nil, author.String()), as: other, want: neverMade},
		"somebody else's":                {now: 5, next: next(float(2.5), other), as: other, want: neverMade},
		"nobody's that the author knows": {now: 5, next: next(float(2.5), ""), as: author.String(), want: neverMade},
		"nobody's that somebody knows":   {now: 5, next: next(float(2.5), ""), as: other, want: made},
	} {
		t.Run(name, func(t *testing.T) {
			if got := standingOf(c, Facts{Revision: test.now}, test.next, test.as); got != test.want {
				t.Errorf("it stands at %d, want %d", got, test.want)
			}
		})
	}
}

func TestWaitOf(t *testing.T) {
	for _, test := range []struct {
		attempts int
		wish     time.Duration
		refused  bool
		jitter   float64
		want     time.Duration
	}{
		{attempts: 1, want: 30 * time.Second},
		{attempts: 2, want: time.Minute},
		{attempts: 7, want: 32 * time.Minute},
		{attempts: 8, want: time.Hour},
		{attempts: 1000, want: time.Hour},
		{attempts: 1, wish: 10 * time.Minute, want: 10 * time.Minute},
		{attempts: 2, jitter: 0.5, want: 67500 * time.Millisecond},
		{attempts: 1, refused: true, want: 24 * time.Hour},
	} {
		if got := waitOf(test.attempts, test.wish, test.refused, test.jitter); got != test.want {
			t.Errorf("%+v: %v", test, got)
		}
	}
}
