package calendar_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
)

// displayVectors are the time policy's vectors of what is shown. The extension's tests read the same file.
type displayVectors struct {
	Wholes []struct {
		Remark string  `json:"remark"`
		Unit   int64   `json:"unit_ms"`
		Parts  []int64 `json:"parts_ms"`
		Shown  []int64 `json:"shown_ms"`
		Whole  int64   `json:"whole_ms"`
	} `json:"wholes"`
	Within []struct {
		Remark     string  `json:"remark"`
		Unit       int64   `json:"unit_ms"`
		Whole      int64   `json:"whole_ms"`
		WholePart  int64   `json:"whole_part_ms"`
		Lengths    []int64 `json:"lengths_ms"`
		Parts      []int64 `json:"parts_ms"`
		Shown      []int64 `json:"shown_ms"`
		ShownParts []int64 `json:"shown_parts_ms"`
	} `json:"within"`
	DecimalHours []struct {
		MS    int64  `json:"ms"`
		Point string `json:"point"`
		Comma string `json:"comma"`
	} `json:"decimal_hours"`
}

func readDisplayVectors(t *testing.T) (v displayVectors) {
	t.Helper()
	if err := json.Unmarshal(domaintest.Document(t, "time-display.json"), &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Wholes) == 0 || len(v.Within) == 0 || len(v.DecimalHours) == 0 {
		t.Fatal("there are no vectors")
	}
	return v
}

// shownParts gives the parts of a whole as they are shown, in ms.
func shownParts(parts []int64, unit int64) []int64 {
	a := calendar.NewApportionment(unit)
	for _, ms := range parts {
		a.Add(ms)
	}
	shown := make([]int64, len(parts))
	for i, ms := range parts {
		shown[i] = a.Show(ms)
	}
	return shown
}

func TestShownVectors(t *testing.T) {
	for _, vector := range readDisplayVectors(t).Wholes {
		t.Run(vector.Remark, func(t *testing.T) {
			if got := shownParts(vector.Parts, vector.Unit); !slices.Equal(got, vector.Shown) {
				t.Errorf("%v ms are shown as %v, want %v", vector.Parts, got, vector.Shown)
			}
			if got := calendar.Apportion(vector.Whole, vector.Parts, vector.Unit); !slices.Equal(got, vector.Shown) {
				t.Errorf("%v ms of a whole that is shown as %d are shown as %v, want %v", vector.Parts, vector.Whole, got, vector.Shown)
			}
			a := calendar.NewApportionment(vector.Unit)
			var sum int64
			for i, ms := range vector.Parts {
				a.Add(ms)
				sum += vector.Shown[i]
			}
			if got := a.Whole(); got != vector.Whole || sum != vector.Whole {
				t.Errorf("the whole is shown as %d and the parts add up to %d, want %d", got, sum, vector.Whole)
			}
		})
	}
}

func TestWithinVectors(t *testing.T) {
	for _, vector := range readDisplayVectors(t).Within {
		t.Run(vector.Remark, func(t *testing.T) {
			shown, parts := calendar.ApportionWithin(vector.Whole, vector.WholePart, vector.Lengths, vector.Parts, vector.Unit)
			if !slices.Equal(shown, vector.Shown) || !slices.Equal(parts, vector.ShownParts) {
				t.Errorf("%v of %v ms are shown as %v of %v, want %v of %v", vector.Parts, vector.Lengths, parts, shown, vector.ShownParts, vector.Shown)
			}
		})
	}
}

func TestDecimalHoursVectors(t *testing.T) {
	for _, vector := range readDisplayVectors(t).DecimalHours {
		if got := calendar.DecimalHours(vector.MS, "."); got != vector.Point {
			t.Errorf("%d ms are %s hours, want %s", vector.MS, got, vector.Point)
		}
		if got := calendar.DecimalHours(vector.MS, ","); got != vector.Comma {
			t.Errorf("%d ms are %s hours, want %s", vector.MS, got, vector.Comma)
		}
	}
}

// TestShownPartsAddUp shows many wholes. No part is off by a unit or more, and no remainder is cut off while a smaller
// one is shown as a unit.
func TestShownPartsAddUp(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2_000 {
		unit := []int64{calendar.Minute, calendar.HourCent}[random.IntN(2)]
		parts := make([]int64, random.IntN(40))
		var whole int64
		for i := range parts {
			parts[i] = random.Int64N(1 << random.IntN(40))
			whole += parts[i]
		}
		var sum, smallestUp, largestDown int64 = 0, unit, 0
		for i, shown := range shownParts(parts, unit) {
			sum += shown
			remainder := parts[i] % unit
			switch shown {
			case parts[i] - remainder:
				largestDown = max(largestDown, remainder)
			case parts[i] - remainder + unit:
				smallestUp = min(smallestUp, remainder)
			default:
				t.Fatalf("%d ms are shown as %d in units of %d", parts[i], shown, unit)
			}
		}
		if want := whole - whole%unit; sum != want {
			t.Fatalf("%v ms are shown as %d in all, want %d", parts, sum, want)
		}
		if largestDown > smallestUp {
			t.Fatalf("%v: a remainder of %d is cut off, one of %d is shown as a unit", parts, largestDown, smallestUp)
		}
	}
}
