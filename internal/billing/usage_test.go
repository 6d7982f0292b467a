package billing_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/billing"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/marketplace"
)

// active lets so many new people work for a minute, now.
func (f firm) active(t *testing.T, people int) {
	t.Helper()
	for range people {
		m := f.Join(t, f.ada, "somebody")
		f.Save(t, m, domaintest.Entry(m, domaintest.Item(1), f.Clock.Now().Add(-time.Minute), f.Clock.Now()))
	}
}

func (f firm) measure(t *testing.T) {
	t.Helper()
	if err := f.Usages.MeasureAll(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// send sends what is due, as often as it takes.
func (f firm) send(t *testing.T) {
	t.Helper()
	for {
		sent, err := f.Usages.Send(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if sent == 0 {
			return
		}
	}
}

// hourly lets hours go by.
func (f firm) hourly(t *testing.T, hours int) {
	t.Helper()
	for range hours {
		f.Clock.Add(time.Hour)
		f.measure(t)
		f.send(t)
	}
}

func (f firm) receive(t *testing.T, n marketplace.Notification) {
	t.Helper()
	if err := f.Marketplace.Receive(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Marketplace.Acknowledge(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
}

func (f firm) metered(t *testing.T, what string, want int) {
	t.Helper()
	if got := f.Microsoft.Metered(f.id); got != want {
		t.Errorf("%s: Microsoft has %d users, not %d", what, got, want)
	}
}

func (f firm) told(t *testing.T, want ...string) {
	t.Helper()
	got := f.Alerts.Take()
	slices.Sort(got)
	if diff := cmp.Diff(want, slices.Compact(got)); diff != "" {
		t.Errorf("operators: %s", diff)
	}
}

func failOn(call string) func(string) error {
	return func(called string) error {
		if called == call {
			return domaintest.Down(nil)
		}
		return nil
	}
}

func TestUsageAboveTheIncluded(t *testing.T) {
	f := newFirm(t, "timetracker-active", "active", 0)
	f.active(t, 4)
	f.hourly(t, 2)
	f.metered(t, "four", 0)
	f.active(t, 3)
	f.measure(t)
	f.measure(t)
	f.metered(t, "before the hour's end", 0)
	f.hourly(t, 2)
	f.metered(t, "seven", 2)
	f.active(t, 1)
	f.measure(t)
	f.Clock.Add(5 * time.Minute)
	f.active(t, 1)
	f.measure(t)
	f.hourly(t, 2)
	f.metered(t, "nine", 4)
	if hours := f.Count(t, "SELECT COUNT(*) FROM usage_events"); hours != 2 {
		t.Errorf("they were reported for %d hours", hours)
	}
	f.told(t)
}

// TestTermMonths: the included number is that of a month of the term.
func TestTermMonths(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		term     marketplace.Term
		switches []string // the first instants of its months
	}{
		"yearly": {
			term:     marketplace.Term{Start: at("2026-09-15T00:00:00.000Z"), End: at("2027-09-14T00:00:00.000Z"), Unit: "P1Y"},
			switches: []string{"2026-10-15T00:00:00.000Z", "2026-11-15T00:00:00.000Z"},
		},
		"from a 31st": {
			term:     marketplace.Term{Start: at("2026-08-31T00:00:00.000Z"), End: at("2027-08-30T00:00:00.000Z"), Unit: "P1Y"},
			switches: []string{"2026-09-30T00:00:00.000Z", "2026-10-31T00:00:00.000Z", "2026-11-30T00:00:00.000Z", "2026-12-31T00:00:00.000Z", "2027-01-31T00:00:00.000Z", "2027-02-28T00:00:00.000Z", "2027-03-31T00:00:00.000Z"},
		},
		"without an end": {
			term:     marketplace.Term{Start: at("2026-09-15T06:00:00.000Z"), Unit: "P18M"},
			switches: []string{"2026-10-15T06:00:00.000Z"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFirm(t, "timetracker-active", "active", 0)
			f.Microsoft.Edit(f.id, func(s *marketplace.Fetched) { s.Term = test.term })
			f.receive(t, f.Microsoft.Tell(f.id, marketplace.Renew))
			want := 0
			for i, text := range test.switches {
				// Six people are active at the month's end: one is above those included. The next month begins anew.
				f.Clock.Set(at(text).Add(-2 * time.Hour))
				f.active(t, 6)
				f.measure(t)
				want++
				f.Clock.Set(at(text).Add(time.Minute))
				f.send(t)
				f.metered(t, text, want)
				f.hourly(t, 1)
				f.metered(t, text+", an hour later", want)
				if i == 0 && len(test.switches) > 1 {
					f.active(t, 5)
					f.hourly(t, 2)
					f.metered(t, "five in the next month", want)
					want += 5 // those six of its end are all above those included
				}
			}
			f.told(t)
		})
	}
	t.Run("a term that is longer than its month, as in Microsoft's sample", func(t *testing.T) {
		f := newFirm(t, "timetracker-active", "active", 0)
		f.Microsoft.Edit(f.id, func(s *marketplace.Fetched) { s.Term.End = at("2026-10-17T00:00:00.000Z") })
		f.receive(t, f.Microsoft.Tell(f.id, marketplace.Renew))
		f.active(t, 5)
		f.hourly(t, 1)
		f.Clock.Set(at("2026-10-17T12:00:00.000Z"))
		f.active(t, 1)
		f.hourly(t, 2)
		f.metered(t, "the sixth of the term", 1)
	})
	t.Run("recorded late, on the next month's first day", func(t *testing.T) {
		f := newFirm(t, "timetracker-active", "active", 0)
		f.Microsoft.Edit(f.id, func(s *marketplace.Fetched) {
			s.Term = marketplace.Term{Start: at("2026-09-15T00:00:00.000Z"), End: at("2027-09-14T00:00:00.000Z"), Unit: "P1Y"}
		})
		f.receive(t, f.Microsoft.Tell(f.id, marketplace.Renew))
		f.Clock.Set(at("2026-10-14T22:00:00.000Z"))
		f.active(t, 5)
		f.measure(t)
		f.work(t, f.Join(t, f.ada, "late"), "2026-10-14T23:59:59.999Z", "2026-10-15T00:00:00.000Z")
		f.Clock.Set(at("2026-10-15T00:10:00.000Z"))
		f.hourly(t, 2)
		f.metered(t, "the sixth", 1)
	})
}

// TestRenewalForgetsNobody: who is active only in the last minutes of a term counts in it, although the next one has begun by
// the time that anybody looks.
func TestRenewalForgetsNobody(t *testing.T) {
	f := newFirm(t, "timetracker-active", "active", 0)
	f.active(t, 5)
	f.hourly(t, 1)
	f.Clock.Set(at("2026-10-14T23:59:00.000Z"))
	f.active(t, 2)
	// The renewal is late: until it comes, people count in the term that Microsoft has told of.
	f.Clock.Set(at("2026-10-15T00:20:00.000Z"))
	f.measure(t)
	f.receive(t, f.Microsoft.Renew(f.id))
	f.active(t, 5)
	f.hourly(t, 2)
	f.metered(t, "two above five in the old term, five in the new one", 2)
	f.active(t, 1)
	f.hourly(t, 2)
	f.metered(t, "a sixth in the new term", 3)
	f.told(t)
}

func TestUnknownTermIsNotMeasured(t *testing.T) {
	f := newFirm(t, "timetracker-active", "active", 0)
	f.Exec(t, "UPDATE subscriptions SET term_start_at = NULL")
	f.active(t, 7)
	if err := f.Usages.MeasureAll(t.Context()); err == nil {
		t.Error("it was measured")
	}
	f.receive(t, f.Microsoft.Tell(f.id, marketplace.Renew))
	f.hourly(t, 2)
	f.metered(t, "once it is known", 2)
}

// TestLostAnswers: the same event is sent again with the same quantity, and what comes meanwhile waits for a later hour.
func TestLostAnswers(t *testing.T) {
	f := newFirm(t, "timetracker-active", "active", 0)
	f.active(t, 7)
	f.measure(t)
	f.Microsoft.Lose = failOn("Report")
	known, _, err := f.Store.Subscription(t.Context(), f.id)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Usages.Flush(t.Context(), known); !errs.Is(err, errs.Unavailable) {
		t.Errorf("got %v", err)
	}
	f.metered(t, "taken", 2)
	f.active(t, 3)
	f.measure(t)
	f.Microsoft.Lose = nil
	f.Clock.Add(30 * time.Minute)
	f.send(t)
	f.metered(t, "sent again", 2)
	f.hourly(t, 3)
	f.metered(t, "in the end", 5)
	f.told(t)
}

// TestTakenForLess: Microsoft has less for an hour than is reported; the rest goes to a later one.
func TestTakenForLess(t *testing.T) {
	f := newFirm(t, "timetracker-active", "active", 0)
	f.active(t, 10)
	f.measure(t)
	f.Microsoft.EditUsage(f.id, "active_user", f.Clock.Now().Truncate(time.Hour), 2)
	f.hourly(t, 3)
	f.metered(t, "two and three", 5)
	f.told(t)
}

func TestTakenForMore(t *testing.T) {
	f := newFirm(t, "timetracker-active", "active", 0)
	f.active(t, 10)
	f.measure(t)
	f.Microsoft.EditUsage(f.id, "active_user", f.Clock.Now().Truncate(time.Hour), 9)
	f.hourly(t, 3)
	f.metered(t, "nothing is added", 9)
	f.told(t, "Microsoft has more usage than was reported")
}

// TestMeteringIsDown for longer than Microsoft takes usage: operators learn of it, and it is reported for a later hour.
func TestMeteringIsDown(t *testing.T) {
	t.Parallel()
	f := newFirm(t, "timetracker-active", "active", 0)
	f.Microsoft.Fail = failOn("Report")
	f.active(t, 7)
	for hour := range 30 {
		f.Clock.Add(time.Hour)
		if hour%5 == 0 {
			f.active(t, 1)
		}
		f.measure(t)
		if _, err := f.Usages.Send(t.Context()); err != nil && !errs.Is(err, errs.Unavailable) {
			t.Fatal(err)
		}
		if hour == 4 {
			f.told(t)
		}
	}
	f.told(t, "usage is about to be too old to be reported")
	f.Microsoft.Fail = nil
	f.hourly(t, 4)
	f.metered(t, "after 30 hours", 8)
	f.told(t, "usage came too late for its hour and is reported for a later one")
}

// TestErrorsOfSingleEvents: one event's error does not keep the others, is told, tried again, and added to a later hour when
// the event is too old.
func TestErrorsOfSingleEvents(t *testing.T) {
	f := newFirm(t, "timetracker-active", "active", 0)
	eve := f.SignUp(t)
	other := firm{World: f.World, ada: eve, id: f.Buy(t, eve, "timetracker-active", "active", 0)}
	f.active(t, 6)
	other.active(t, 6)
	f.measure(t)
	f.Exec(t, "UPDATE usage_events SET plan_id = 'wrong' WHERE subscription_id = ?", string(f.id))
	f.hourly(t, 2)
	f.metered(t, "with an error", 0)
	other.metered(t, "beside it", 1)
	f.told(t, "usage was not accepted: BadArgument")
	f.Exec(t, "UPDATE usage_events SET plan_id = 'active' WHERE subscription_id = ?", string(f.id))
	f.hourly(t, 2)
	f.metered(t, "once it is mended", 1)
	f.told(t)
}

func TestBatches(t *testing.T) {
	t.Parallel()
	w := newFirm(t, "timetracker", "team", 10).World
	const firms, hours = 3, 10
	w.Clock.Add(hours * time.Hour)
	for range firms {
		m := w.SignUp(t)
		id := w.Buy(t, m, "timetracker-active", "active", 0)
		err := w.Store.Tx(t.Context(), m.Tenant.ID, func(ctx context.Context) error {
			for hour := range hours {
				begin := w.Clock.Now().Truncate(time.Hour).Add(-time.Duration(hour) * time.Hour)
				if err := w.Store.InsertUsage(ctx, m.Tenant.ID, billing.Usage{
					TenantID: m.Tenant.ID, SubscriptionID: id, Dimension: "active_user", Hour: begin, EffectiveAt: begin,
					PlanID: "active", Quantity: 1, State: billing.UsageOpen, NextAt: begin,
				}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	f := firm{World: w}
	f.send(t)
	if got := w.Microsoft.Calls("Report"); got != 2 {
		t.Errorf("%d calls", got)
	}
	if got := w.Count(t, "SELECT COUNT(*) FROM usage_events WHERE state = 'accepted'"); got != firms*hours {
		t.Errorf("%d were accepted", got)
	}
}

// TestFlushBeforeChanges: what people did under a plan is reported before it ends.
func TestFlushBeforeChanges(t *testing.T) {
	t.Parallel()
	t.Run("another plan", func(t *testing.T) {
		f := newFirm(t, "timetracker-active", "active", 0)
		f.active(t, 7)
		f.receive(t, f.Microsoft.ChangePlan(f.id, "active-plus"))
		f.metered(t, "at once", 2)
		f.active(t, 20)
		f.hourly(t, 3)
		f.metered(t, "two above the new plan's 25", 4)
		f.told(t)
	})
	t.Run("suspended and reinstated", func(t *testing.T) {
		f := newFirm(t, "timetracker-active", "active", 0)
		f.active(t, 7)
		f.receive(t, f.Microsoft.Suspend(f.id))
		f.metered(t, "Microsoft takes nothing of a suspended one", 0)
		f.told(t, "usage was not accepted: ResourceNotActive")
		f.hourly(t, 3)
		f.told(t) // once is enough
		f.receive(t, f.Microsoft.Reinstate(f.id))
		f.hourly(t, 2)
		f.metered(t, "reinstated in time", 2)
	})
	t.Run("cancelled", func(t *testing.T) {
		f := newFirm(t, "timetracker-active", "active", 0)
		f.hourly(t, 2)
		f.Clock.Add(time.Minute)
		f.active(t, 7)
		f.receive(t, f.Microsoft.Unsubscribe(f.id))
		f.metered(t, "for the time before", 2)
		f.told(t)
	})
	t.Run("cancelled, and nobody has heard", func(t *testing.T) {
		f := newFirm(t, "timetracker-active", "active", 0)
		f.hourly(t, 2)
		f.Clock.Add(time.Minute)
		f.active(t, 7)
		f.measure(t)
		f.Microsoft.Unsubscribe(f.id)
		f.Clock.Add(3 * time.Hour)
		if err := f.Marketplace.Reconcile(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.metered(t, "for the time before", 2)
	})
	t.Run("cancelled while metering is down", func(t *testing.T) {
		f := newFirm(t, "timetracker-active", "active", 0)
		f.hourly(t, 2)
		f.Clock.Add(time.Minute)
		f.active(t, 7)
		f.Microsoft.Fail = failOn("Report")
		f.receive(t, f.Microsoft.Unsubscribe(f.id))
		f.told(t, "usage was not reported before a change")
		f.Microsoft.Fail = nil
		f.hourly(t, 2)
		f.metered(t, "later", 2)
	})
	t.Run("cancelled too long ago", func(t *testing.T) {
		f := newFirm(t, "timetracker-active", "active", 0)
		f.receive(t, f.Microsoft.Suspend(f.id))
		f.Clock.Add(time.Hour)
		f.receive(t, f.Microsoft.Reinstate(f.id))
		f.active(t, 7)
		f.measure(t)
		f.Microsoft.Edit(f.id, func(s *marketplace.Fetched) { s.Status = marketplace.Cancelled })
		f.hourly(t, 30)
		f.metered(t, "never", 0)
		if told := strings.Join(f.Alerts.Take(), "\n"); !strings.Contains(told, "usage can't be billed: the subscription has ended") {
			t.Errorf("operators were told %q", told)
		}
		if open := f.Count(t, "SELECT COUNT(*) FROM usage_events WHERE next_at IS NOT NULL"); open != 0 {
			t.Errorf("%d hours are still tried", open)
		}
	})
}

func TestCompare(t *testing.T) {
	f := newFirm(t, "timetracker-active", "active", 0)
	f.active(t, 9)
	f.measure(t)
	hour := f.Clock.Now().Truncate(time.Hour)
	f.hourly(t, 2)
	compare := func() {
		t.Helper()
		if err := f.Usages.Compare(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	compare()
	f.told(t)
	const differs = "Microsoft's usage of a day differs from ours"
	for _, quantity := range []int{3, 5, 0} {
		f.Microsoft.EditUsage(f.id, "active_user", hour, quantity)
		compare()
		f.told(t, differs)
	}
	f.Microsoft.EditUsage(f.id, "active_user", hour, 4)
	f.Microsoft.EditUsage(f.id, "other", hour, 1)
	compare()
	f.told(t, differs)
	f.Microsoft.EditUsage(f.id, "other", hour, 0)
	// An answer that is awaited is no difference.
	f.active(t, 2)
	f.measure(t)
	f.Clock.Add(time.Hour)
	f.Microsoft.Lose = failOn("Report")
	_, _ = f.Usages.Send(t.Context())
	f.Microsoft.Lose = nil
	compare()
	f.told(t)
	f.Microsoft.Fail = failOn("Reported")
	if err := f.Usages.Compare(t.Context()); !errs.Is(err, errs.Unavailable) {
		t.Errorf("got %v", err)
	}
}

// TestUsageCrashes ends measuring and sending at each call, also after Microsoft has taken the usage. What Microsoft has in
// the end is the truth.
func TestUsageCrashes(t *testing.T) {
	t.Parallel()
	w := newFirm(t, "timetracker", "team", 10).World
	for crash := 1; ; crash++ {
		ada := w.SignUp(t)
		f := firm{World: w, ada: ada, id: w.Buy(t, ada, "timetracker-active", "active", 0)}
		f.active(t, 7)
		broken := &failing{Store: f.Store, at: crash}
		f.Microsoft.Fail = func(string) error { return broken.call("") }
		f.Microsoft.Lose = func(string) error { return broken.call("") }
		usages := billing.NewUsages(broken, f.Microsoft, f.Clock.Now, f.Alerts.Add)
		for range 2 {
			if err := usages.MeasureAll(t.Context()); err != nil {
				break
			}
			f.Clock.Add(time.Hour)
			if _, err := usages.Send(t.Context()); err != nil {
				break
			}
		}
		f.Microsoft.Fail, f.Microsoft.Lose = nil, nil
		crashed := broken.calls >= crash
		f.active(t, 1)
		f.hourly(t, 4)
		f.metered(t, fmt.Sprintf("crash at %d", crash), 3)
		if told := f.Alerts.Take(); len(told) > 0 {
			t.Errorf("crash at %d: operators were told %q", crash, told)
		}
		if !crashed {
			if crash < 12 {
				t.Errorf("%d calls only", crash)
			}
			return
		}
		f.receive(t, f.Microsoft.Unsubscribe(f.id)) // so that the next one is alone
	}
}

// TestUsageIsTheTruth lets people become active at random while calls fail, answers are lost, two replicas measure and
// send, and the subscription is flushed. What Microsoft has taken in the end is who was active above the included number.
func TestUsageIsTheTruth(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(6, 2026))
	for life := range 2 {
		f := newFirm(t, "timetracker-active", "active", 0)
		other := billing.NewUsages(f.Store, f.Microsoft, f.Clock.Now, f.Alerts.Add)
		broken := func(string) error {
			if random.IntN(4) == 0 {
				return domaintest.Down(nil)
			}
			return nil
		}
		f.Microsoft.Fail, f.Microsoft.Lose = broken, broken
		people := 0
		for range 40 {
			f.Clock.Add(time.Duration(random.IntN(50)) * time.Minute)
			if random.IntN(3) == 0 {
				n := random.IntN(3)
				f.active(t, n)
				people += n
			}
			usages := f.Usages
			if random.IntN(2) == 0 {
				usages = other
			}
			switch random.IntN(3) {
			case 0:
				_ = usages.MeasureAll(t.Context())
			case 1:
				_, _ = usages.Send(t.Context())
			default:
				known, _, err := f.Store.Subscription(t.Context(), f.id)
				if err != nil {
					t.Fatal(err)
				}
				_ = usages.Flush(t.Context(), known)
			}
		}
		f.Microsoft.Fail, f.Microsoft.Lose = nil, nil
		f.hourly(t, 8)
		f.metered(t, fmt.Sprintf("life %d", life), max(0, people-5))
	}
}

// TestGrowsWhileItIsSent: people who become active between reading an hour and sending it are not forgotten.
func TestGrowsWhileItIsSent(t *testing.T) {
	f := newFirm(t, "timetracker-active", "active", 0)
	f.active(t, 6)
	f.measure(t)
	known, _, err := f.Store.Subscription(t.Context(), f.id)
	if err != nil {
		t.Fatal(err)
	}
	late := &lateStore{failing: failing{Store: f.Store}, meanwhile: func() { f.active(t, 2); f.measure(t) }}
	usages := billing.NewUsages(late, f.Microsoft, f.Clock.Now, f.Alerts.Add)
	if err := usages.For(known).Settle(t.Context(), known); err != nil {
		t.Fatal(err)
	}
	f.hourly(t, 3)
	f.metered(t, "all of them", 3)
}

// TestAnsweredTwice: two replicas send the same hour, of which Microsoft has a part; the rest is carried once.
func TestAnsweredTwice(t *testing.T) {
	f := newFirm(t, "timetracker-active", "active", 0)
	f.active(t, 10)
	f.measure(t)
	f.Microsoft.EditUsage(f.id, "active_user", f.Clock.Now().Truncate(time.Hour), 2)
	f.Clock.Add(time.Hour)
	late := &lateStore{failing: failing{Store: f.Store}, meanwhile: func() { f.send(t) }}
	if _, err := billing.NewUsages(late, f.Microsoft, f.Clock.Now, f.Alerts.Add).Send(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.hourly(t, 3)
	f.metered(t, "two and three", 5)
}
