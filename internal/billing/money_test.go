package billing

import (
	"errors"
	"math"
	"testing"

	"timetracker/internal/ids"
	"timetracker/internal/money"
	"timetracker/internal/plan"
)

// TestAmountsThatDoNotFit shows that a total that doesn't fit is an error, and never a number that has wrapped.
func TestAmountsThatDoNotFit(t *testing.T) {
	t.Parallel()
	for _, terms := range []plan.Terms{{RateMinor: math.MaxInt64}, {RateMinor: 1, BaseMinor: math.MaxInt64}} {
		if billed, total, err := price(terms, 2); !errors.Is(err, money.ErrOverflow) {
			t.Errorf("2 people come to %d of %d: %v", total, billed, err)
		}
	}
	people := []Person{{ID: ids.User{'1'}}, {ID: ids.User{'2'}}}
	if r, _, err := adjustment([]Record{{RateMinor: math.MaxInt64}}, people); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("the adjustment comes to %d: %v", r.TotalMinor, err)
	}
}
