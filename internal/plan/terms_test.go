package plan_test

import (
	"testing"
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/plan"
)

func TestTermsAfter(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, time.November, 2, 12, 0, 0, 0, time.UTC)
	current := plan.Terms{
		ID: ids.Terms{'1'}, EffectiveAt: noon, Kind: plan.Paid, Status: plan.Active, PlanID: "team", Seats: 10, RateMinor: 900,
	}
	tests := map[string]struct {
		change    func(t *plan.Terms)
		effective time.Time
		differs   bool
	}{
		"the same later": {func(t *plan.Terms) { t.EffectiveAt = noon.Add(time.Hour) }, noon.Add(time.Hour), false},
		"more seats": {
			func(t *plan.Terms) { t.Seats, t.EffectiveAt = 11, noon.Add(time.Hour) }, noon.Add(time.Hour), true,
		},
		"by a clock that is behind": {
			func(t *plan.Terms) { t.Status, t.EffectiveAt = plan.Cancelled, noon.Add(-time.Hour) }, noon, true,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			next := current
			next.ID = ids.Terms{}
			test.change(&next)
			got, differs := next.After(current)
			next.EffectiveAt = test.effective
			if got != next || differs != test.differs {
				t.Errorf("%+v, differs: %t", got, differs)
			}
		})
	}
}

func TestLive(t *testing.T) {
	t.Parallel()
	for _, kind := range []plan.Kind{plan.Trial, plan.Internal, plan.Paid} {
		for _, status := range []plan.Status{plan.Active, plan.Suspended, plan.Cancelled} {
			want := kind == plan.Paid && status != plan.Cancelled
			if got := (plan.Terms{Kind: kind, Status: status}).Live(); got != want {
				t.Errorf("%s terms that are %s: %t", kind, status, got)
			}
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	for _, want := range plan.Catalogue() {
		if got, ok := plan.Find(want.OfferID, want.ID); !ok || got != want {
			t.Errorf("%s of %s: %+v", want.ID, want.OfferID, got)
		}
	}
	if got, ok := plan.Find("timetracker", "site"); ok || got != (plan.Plan{}) {
		t.Errorf("another offer's plan: %+v", got)
	}
}
