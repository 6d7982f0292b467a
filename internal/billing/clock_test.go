package billing_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"timetracker/internal/billing"
	"timetracker/internal/errs"
)

// A month that is billed before it has ended stays billed. So nothing is billed by a clock that differs from others.
func TestNothingIsBilledByAWrongClock(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		database, microsoft time.Duration // by how much they are ahead of our clock
		right               bool
	}{
		"all agree":                 {right: true},
		"five minutes ahead":        {database: -5 * time.Minute, microsoft: -5 * time.Minute, right: true},
		"five minutes behind":       {database: 5 * time.Minute, microsoft: 5 * time.Minute, right: true},
		"ahead of the database":     {database: -5*time.Minute - time.Millisecond},
		"behind the database":       {database: 5*time.Minute + time.Millisecond},
		"a month ahead of all":      {database: -30 * 24 * time.Hour, microsoft: -30 * 24 * time.Hour},
		"with the database, ahead":  {microsoft: -30 * 24 * time.Hour},
		"with the database, behind": {microsoft: 10 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFirm(t, "timetracker", "team", 10)
			f.work(t, f.ada, "2026-10-05T09:00:00.000Z", "2026-10-05T10:00:00.000Z")
			f.Clock.Set(at("2026-11-02T09:00:00.000Z"))
			clock := func(ahead time.Duration) func(context.Context) (time.Time, error) {
				return func(context.Context) (time.Time, error) { return f.Clock.Now().Add(ahead), nil }
			}
			service := f.Billing.ComparedWith(billing.Clock{Name: "the database", Now: clock(test.database)},
				billing.Clock{Name: "Microsoft", Now: clock(test.microsoft)})
			for run, err := range map[string]error{
				"the job":     service.CatchUp(t.Context()),
				"an operator": service.Bill(t.Context(), october, billing.Options{}),
			} {
				if (err == nil) != test.right || (err != nil && errs.CodeOf(err) != billing.ClockWrong) {
					t.Errorf("by %s: %v", run, err)
				}
			}
			if err := service.Bill(t.Context(), october, billing.Options{DryRun: true}); err != nil {
				t.Errorf("a dry run, which writes nothing: %v", err)
			}
			// What is billed by the right clock now was billed before exactly where the clock was right.
			made := 1
			if test.right {
				made = 0
			}
			if records := f.bill(t, october); len(records) != made {
				t.Errorf("%d records are made later", len(records))
			}
		})
	}
}

// Billing can wait until the clock can be compared.
func TestNothingIsBilledWithoutAnotherClock(t *testing.T) {
	f := newFirm(t, "timetracker", "team", 10)
	f.Clock.Set(at("2026-11-02T09:00:00.000Z"))
	down := errors.New("down")
	service := f.Billing.ComparedWith(billing.Clock{Name: "Microsoft", Now: func(context.Context) (time.Time, error) {
		return time.Time{}, down
	}})
	if err := service.CatchUp(t.Context()); !errors.Is(err, down) || errs.CodeOf(err) != billing.ClockUnread {
		t.Errorf("got %v", err)
	}
	if records := f.bill(t, october); len(records) != 1 {
		t.Errorf("%d records are made later", len(records))
	}
}
