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
	"timetracker/internal/ids"
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

// send sends what is due until nothing is.
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
	f.Clock.Add(marketplace.AcknowledgePause)
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

// TestTermMonths shows that the included number is that of a month of the term.
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

// TestRenewalForgetsNobody shows that people who are active only in the last minutes of a term count in it. The next
// term has begun before anybody measures.
func TestRenewalForgetsNobody(t *testing.T) {
	f := newFirm(t, "timetracker-active", "active", 0)
	f.active(t, 5)
	f.hourly(t, 1)
	f.Clock.Set(at("2026-10-14T23:59:00.000Z"))
	f.active(t, 2)
	// The renewal is late. Until it comes, people count in the term that Microsoft has announced.
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

func TestCancelledBeforeItsActivation(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	id := w.Microsoft.Buy(domaintest.Buyer(ada), "timetracker-active", "active", 0)
	take := marketplace.TakeRequest{Token: domaintest.Token(id)}
	if _, err := w.Marketplace.Take(t.Context(), domaintest.AsPerson(ada), take); err != nil {
		t.Fatal(err)
	}
	f := firm{World: w, ada: ada, id: id}
	f.receive(t, w.Microsoft.Unsubscribe(id))
	f.active(t, 4)
	f.hourly(t, 2)
	f.metered(t, "never in force", 0)
	f.told(t)
}

// TestLostAnswers shows that the same event is sent again with the same quantity, and that newer usage waits for a
// later hour.
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

// TestTakenForLess shows that a quantity that Microsoft has not taken for an hour goes to a later one.
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

// TestMeteringIsDown for longer than Microsoft takes usage. Operators are alerted, and the usage is reported for a
// later hour.
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
	f.hourly(t, 8)
	f.metered(t, "after 30 hours", 8)
	f.told(t, "usage came too late for its hour and is reported for another one")
}

// TestLostAnswerThatExpired loses an answer, and Microsoft is away until the hour is too old. What it took is not
// reported again, whatever the order of its checks.
func TestLostAnswerThatExpired(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		first  int  // Microsoft took this much of the first hour's 2
		last   bool // Microsoft looks for duplicates last
		listed bool // its list decides
	}{
		{"taken", 2, false, false},
		{"taken, and told too old", 2, true, true},
		{"taken for less", 1, false, false},
		{"taken for less, and told too old", 1, true, true},
		{"not taken", 0, false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFirm(t, "timetracker-active", "active", 0)
			f.Microsoft.DuplicatesLast = test.last
			fails := func(fails bool) {
				t.Helper()
				if _, err := f.Usages.Send(t.Context()); errs.Is(err, errs.Unavailable) != fails || (err != nil && !fails) {
					t.Fatalf("got %v", err)
				}
			}
			f.active(t, 7)
			f.measure(t)
			hour := f.Clock.Now().Truncate(time.Hour)
			f.Clock.Add(time.Hour)
			f.Microsoft.Lose = failOn("Report")
			fails(true)
			// The next hour's answer is lost too.
			f.active(t, 3)
			f.measure(t)
			f.Clock.Add(time.Hour)
			fails(true)
			f.Microsoft.EditUsage(f.id, "active_user", hour, test.first)
			f.Microsoft.Lose, f.Microsoft.Fail = nil, failOn("Report")
			f.Clock.Set(hour.Add(24*time.Hour + 20*time.Minute))
			fails(true)
			f.told(t, "usage is about to be too old to be reported")

			f.Microsoft.Fail = failOn("Reported")
			f.Clock.Add(20 * time.Minute)
			fails(false)
			f.metered(t, "before the list can be believed", test.first+3)
			f.Clock.Set(hour.Add(27*time.Hour + time.Minute))
			fails(test.listed)
			f.told(t)
			f.Clock.Set(hour.Add(36*time.Hour + time.Minute))
			fails(test.listed)
			if test.listed {
				f.metered(t, "while the list can't be had", test.first+3)
				f.told(t, "it is not known whether Microsoft has taken usage")
			}
			f.Clock.Add(time.Hour)
			fails(test.listed)
			f.told(t)

			f.Microsoft.Fail = nil
			f.hourly(t, 3)
			f.metered(t, "in the end", 5)
			if test.first == 0 {
				f.told(t, "usage came too late for its hour and is reported for another one")
			}
			if err := f.Usages.Compare(t.Context()); err != nil {
				t.Fatal(err)
			}
			f.told(t)
		})
	}
}

// answering is Microsoft with changed answers.
type answering struct {
	*domaintest.Microsoft
	before func() // nil: nothing
	answer func(results []billing.UsageResult)
}

func (a answering) Report(ctx context.Context, events []billing.Usage) ([]billing.UsageResult, error) {
	if a.before != nil {
		a.before()
	}
	results, err := a.Microsoft.Report(ctx, events)
	if err == nil && a.answer != nil {
		a.answer(results)
	}
	return results, err
}

// answer makes Microsoft give changed answers.
func (f *firm) answer(answer func(results []billing.UsageResult)) {
	f.Usages = billing.NewUsages(f.Store, answering{Microsoft: f.Microsoft, answer: answer}, f.Clock.Now, f.Alerts.Add)
}

// TestUnreadableAnswers shows that Microsoft may have taken an hour although its answer can't be understood, also at
// the first attempt.
func TestUnreadableAnswers(t *testing.T) {
	t.Parallel()
	for name, age := range map[string]time.Duration{
		"for a day": time.Hour, "at the first attempt, at the last moment": 22*time.Hour + 59*time.Minute,
	} {
		t.Run(name, func(t *testing.T) {
			f := newFirm(t, "timetracker-active", "active", 0)
			f.active(t, 7)
			f.measure(t)
			f.Clock.Add(age)
			f.answer(func(results []billing.UsageResult) {
				f.Clock.Add(2 * time.Minute)
				for i := range results {
					results[i] = billing.UsageResult{Status: "Unreadable"}
				}
			})
			f.hourly(t, 32)
			f.metered(t, "taken at once", 2)
			if open := f.Count(t, "SELECT COUNT(*) FROM usage_events WHERE state <> 'accepted'"); open != 0 {
				t.Errorf("%d hours are not accepted", open)
			}
		})
	}
}

// TestSentBesides has another replica send the hour too and lose its answer, before Microsoft says that the hour is too
// old.
func TestSentBesides(t *testing.T) {
	f := newFirm(t, "timetracker-active", "active", 0)
	f.Microsoft.DuplicatesLast = true
	f.active(t, 7)
	f.measure(t)
	known, _, err := f.Store.Subscription(t.Context(), f.id)
	if err != nil {
		t.Fatal(err)
	}
	f.Clock.Add(23*time.Hour + 50*time.Minute)
	slow := answering{Microsoft: f.Microsoft, before: func() {
		f.Microsoft.Lose = failOn("Report")
		if err := f.Usages.Flush(t.Context(), known); !errs.Is(err, errs.Unavailable) {
			t.Errorf("got %v", err)
		}
		f.Microsoft.Lose = nil
		f.Clock.Add(20 * time.Minute)
	}}
	if _, err := billing.NewUsages(f.Store, slow, f.Clock.Now, f.Alerts.Add).Send(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.Microsoft.EditUsage(f.id, "active_user", at("2026-09-15T20:00:00.000Z"), 1) // entered by hand
	f.hourly(t, 6)
	f.metered(t, "once, and the one", 3)
	f.told(t, "usage is about to be too old to be reported")
	f.settled(t)
}

// TestRejectedLater shows that usage that Microsoft has taken and rejected later is not reported again.
func TestRejectedLater(t *testing.T) {
	f := newFirm(t, "timetracker-active", "active", 0)
	f.active(t, 7)
	f.measure(t)
	f.Clock.Add(time.Hour)
	f.Microsoft.DuplicatesLast, f.Microsoft.Lose = true, failOn("Report")
	if _, err := f.Usages.Send(t.Context()); !errs.Is(err, errs.Unavailable) {
		t.Fatalf("got %v", err)
	}
	f.Microsoft.Lose = nil
	f.Usages = billing.NewUsages(f.Store, rejecting{f.Microsoft}, f.Clock.Now, f.Alerts.Add)
	f.Clock.Add(24 * time.Hour)
	f.active(t, 3)
	f.hourly(t, 6)
	f.metered(t, "two, and three of the next day", 5)
	f.told(t)
	if err := f.Usages.Compare(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.told(t, "Microsoft's usage of a day differs from ours")
}

// rejecting is Microsoft with a list that counts nothing.
type rejecting struct{ *domaintest.Microsoft }

func (r rejecting) Reported(ctx context.Context, since time.Time) ([]billing.ReportedUsage, error) {
	all, err := r.Microsoft.Reported(ctx, since)
	for i := range all {
		all[i].Quantity = 0
	}
	return all, err
}

// TestWaitsAsAsked waits as long as Microsoft says.
func TestWaitsAsAsked(t *testing.T) {
	f := newFirm(t, "timetracker-active", "active", 0)
	f.active(t, 7)
	f.measure(t)
	f.Clock.Add(time.Hour)
	f.Microsoft.Fail = func(string) error {
		return errs.New(errs.Unavailable, "marketplace_unavailable", "Wait.").WithRetryAfter(10 * time.Minute)
	}
	if _, err := f.Usages.Send(t.Context()); !errs.Is(err, errs.Unavailable) {
		t.Fatalf("got %v", err)
	}
	f.Microsoft.Fail = nil
	f.Clock.Add(10*time.Minute - time.Millisecond)
	f.send(t)
	f.metered(t, "too early", 0)
	f.Clock.Add(time.Millisecond)
	f.send(t)
	f.metered(t, "in time", 2)
}

// TestErrorsOfSingleEvents shows that one event's error does not hold up the others. It is alerted, tried again, and
// added to a later hour when the event is too old.
func TestErrorsOfSingleEvents(t *testing.T) {
	f := newFirm(t, "timetracker-active", "active", 0)
	eve := f.SignUp(t)
	other := firm{World: f.World, ada: eve, id: f.Buy(t, eve, "timetracker-active", "active", 0)}
	f.active(t, 6)
	other.active(t, 6)
	f.measure(t)
	f.Exec(t, "UPDATE usage_events SET plan_id = 'wrong' WHERE subscription_id = ?", f.id)
	f.hourly(t, 2)
	f.metered(t, "with an error", 0)
	calls := f.Microsoft.Calls("Report")
	f.Clock.Add(29 * time.Minute)
	f.send(t)
	if got := f.Microsoft.Calls("Report") - calls; got != 0 {
		t.Errorf("what is refused is sent %d times in half an hour", got)
	}
	other.metered(t, "beside it", 1)
	f.told(t, "usage was not accepted: BadArgument")
	f.Exec(t, "UPDATE usage_events SET plan_id = 'active' WHERE subscription_id = ?", f.id)
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

// TestFlushBeforeChanges shows that what people did under a plan is reported before the plan ends.
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
		f.hourly(t, 2)
		f.Clock.Add(time.Minute)
		f.active(t, 7)
		f.measure(t)
		f.receive(t, f.Microsoft.Unsubscribe(f.id))
		f.Microsoft.EditUsage(f.id, "active_user", f.Clock.Now().Truncate(time.Hour), 0)
		f.Exec(t, "UPDATE usage_events SET state = 'open', accepted_quantity = 0, attempts = 0, next_at = hour_at")
		f.Clock.Add(30 * time.Hour)
		f.send(t)
		f.metered(t, "never", 0)
		f.told(t, "usage can't be billed: the subscription has ended")
		f.settled(t)
	})
	t.Run("suspended and cancelled", func(t *testing.T) {
		f := newFirm(t, "timetracker-active", "active", 0)
		f.active(t, 7)
		f.receive(t, f.Microsoft.Suspend(f.id))
		f.told(t, "usage was not accepted: ResourceNotActive")
		f.hourly(t, 48)
		f.told(t)
		f.receive(t, f.Microsoft.Unsubscribe(f.id))
		f.hourly(t, 2)
		f.metered(t, "never", 0)
		f.told(t, "usage came too late for its hour and is reported for another one", "usage can't be billed: the subscription has ended")
		f.settled(t)
	})
	t.Run("suspended for long", func(t *testing.T) {
		f := newFirm(t, "timetracker-active", "active", 0)
		f.active(t, 7)
		f.receive(t, f.Microsoft.Suspend(f.id))
		f.told(t, "usage was not accepted: ResourceNotActive")
		f.hourly(t, 48)
		f.told(t)
		f.receive(t, f.Microsoft.Reinstate(f.id))
		f.hourly(t, 2)
		f.metered(t, "the first hour after it", 2)
		f.told(t, "usage came too late for its hour and is reported for another one")
	})
}

// settled expects that nothing is sent any more.
func (f firm) settled(t *testing.T) {
	t.Helper()
	if open := f.Count(t, "SELECT COUNT(*) FROM usage_events WHERE next_at IS NOT NULL"); open != 0 {
		t.Errorf("%d hours are still sent", open)
	}
}

// TestFlushFails shows that people who could not be counted before a change are counted after it.
func TestFlushFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		event, then func(f firm) marketplace.Notification
		pause       time.Duration // between the event and the next count
		want        int
		told        []string
	}{
		"renewed": {event: func(f firm) marketplace.Notification {
			f.Clock.Set(at("2026-10-15T00:00:30.000Z"))
			return f.Microsoft.Renew(f.id)
		}, want: 2},
		"renewed, of which the list tells": {event: func(f firm) marketplace.Notification {
			f.Clock.Set(at("2026-10-16T01:00:00.000Z"))
			n := f.Microsoft.Renew(f.id)
			f.Microsoft.Edit(f.id, func(s *marketplace.Fetched) { s.Term.Start = at("2026-10-15T00:00:00.000Z") })
			return n
		}, want: 2},
		"cancelled": {event: func(f firm) marketplace.Notification { return f.Microsoft.Unsubscribe(f.id) }, want: 2},
		"cancelled, and nobody counts for a day": {
			event: func(f firm) marketplace.Notification { return f.Microsoft.Unsubscribe(f.id) }, pause: 24 * time.Hour,
			told: []string{"usage can't be billed: the subscription has ended"},
		},
		"suspended": {
			event: func(f firm) marketplace.Notification { return f.Microsoft.Suspend(f.id) },
			then:  func(f firm) marketplace.Notification { return f.Microsoft.Reinstate(f.id) }, want: 2,
		},
		"suspended and cancelled": {
			event: func(f firm) marketplace.Notification { return f.Microsoft.Suspend(f.id) },
			then:  func(f firm) marketplace.Notification { return f.Microsoft.Unsubscribe(f.id) }, want: 2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFirm(t, "timetracker-active", "active", 0)
			f.Clock.Set(at("2026-10-14T23:59:30.000Z"))
			f.active(t, 7)
			f.Marketplace = marketplace.NewService(marketplace.Config{
				Store: f.Store, Fulfillment: f.Microsoft, Tenants: f.Tenants, Now: f.Clock.Now, Alert: f.Alerts.Add,
				Flush: func(context.Context, marketplace.Subscription) error { return errCrash },
			})
			f.receive(t, test.event(f))
			f.told(t, "usage was not reported before a change")
			f.Clock.Add(test.pause)
			f.hourly(t, 2)
			if test.then != nil {
				f.receive(t, test.then(f))
			}
			f.hourly(t, 3)
			f.metered(t, "in the end", test.want)
			f.told(t, test.told...)
			f.settled(t)
		})
	}
}

// TestRecordedAfterTheRenewal shows that time on the old term's last day counts in the old term when it is recorded
// after the renewal.
func TestRecordedAfterTheRenewal(t *testing.T) {
	f := newFirm(t, "timetracker-active", "active", 0)
	f.active(t, 5)
	f.hourly(t, 1)
	f.Clock.Set(at("2026-10-15T00:05:00.000Z"))
	f.receive(t, f.Microsoft.Renew(f.id))
	f.measure(t)
	f.work(t, f.Join(t, f.ada, "late"), "2026-10-14T22:00:00.000Z", "2026-10-14T23:00:00.000Z")
	f.hourly(t, 2)
	f.metered(t, "the sixth", 1)
	f.hourly(t, 46)
	f.work(t, f.Join(t, f.ada, "too late"), "2026-10-14T22:00:00.000Z", "2026-10-14T23:00:00.000Z")
	f.hourly(t, 2)
	f.metered(t, "two days later", 1)
	f.told(t)
}

// TestTermsOfOtherLengths shows that the previous term's last period stays the one by which it was measured.
func TestTermsOfOtherLengths(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ before, after marketplace.Term }{
		"from years to months": {
			before: marketplace.Term{Start: at("2026-09-16T00:00:00.000Z"), End: at("2027-09-15T00:00:00.000Z"), Unit: "P1Y"},
			after:  marketplace.Term{Start: at("2027-09-16T00:00:00.000Z"), End: at("2027-10-15T00:00:00.000Z"), Unit: "P1M"},
		},
		"from months to years": {
			before: marketplace.Term{Start: at("2026-09-16T00:00:00.000Z"), End: at("2026-10-15T00:00:00.000Z"), Unit: "P1M"},
			after:  marketplace.Term{Start: at("2026-10-16T00:00:00.000Z"), End: at("2027-10-15T00:00:00.000Z"), Unit: "P1Y"},
		},
		"a month of a few days more": {
			before: marketplace.Term{Start: at("2027-02-10T00:00:00.000Z"), End: at("2027-03-12T00:00:00.000Z"), Unit: "P1M"},
			after:  marketplace.Term{Start: at("2027-03-13T00:00:00.000Z"), End: at("2027-04-12T00:00:00.000Z"), Unit: "P1M"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFirm(t, "timetracker-active", "active", 0)
			enter := func(term marketplace.Term) {
				t.Helper()
				f.Microsoft.Edit(f.id, func(s *marketplace.Fetched) { s.Term = term })
				f.receive(t, f.Microsoft.Tell(f.id, marketplace.Renew))
			}
			f.Clock.Set(test.before.Start)
			enter(test.before)
			f.Clock.Set(test.after.Start.Add(-time.Hour))
			f.active(t, 7)
			f.measure(t)
			f.Clock.Set(test.after.Start)
			enter(test.after)
			f.hourly(t, 2)
			f.metered(t, "counted once", 2)
			f.told(t)
		})
	}
}

// TestRenewalTellsEarly shows that nobody counts in a term that has not begun, also with a timer that runs.
func TestRenewalTellsEarly(t *testing.T) {
	f := newFirm(t, "timetracker-active", "active", 0)
	f.Clock.Set(at("2026-10-14T20:30:00.000Z"))
	for range 6 {
		f.work(t, f.Join(t, f.ada, "at work"), "2026-10-14T20:00:00.000Z", "")
	}
	f.Microsoft.Edit(f.id, func(s *marketplace.Fetched) {
		s.Term.Start, s.Term.End = at("2026-10-15T00:00:00.000Z"), at("2026-11-14T00:00:00.000Z")
	})
	f.receive(t, f.Microsoft.Tell(f.id, marketplace.Renew))
	f.hourly(t, 2)
	f.metered(t, "the sixth in the old term", 1)
	f.hourly(t, 4)
	f.metered(t, "and in the new one", 2)
	f.told(t)
}

// TestForgottenTimersAtTheRenewal shows that nobody counts in a term for a timer that had reached its limit before it.
func TestForgottenTimersAtTheRenewal(t *testing.T) {
	f := newFirm(t, "timetracker-active", "active", 0)
	f.Clock.Set(at("2026-10-14T09:00:00.000Z"))
	for range 8 {
		f.work(t, f.Join(t, f.ada, "forgetful"), "2026-10-14T08:00:00.000Z", "")
	}
	f.hourly(t, 1)
	f.Clock.Set(at("2026-10-15T09:00:00.000Z")) // nothing has run meanwhile
	f.receive(t, f.Microsoft.Renew(f.id))
	f.hourly(t, 3)
	f.metered(t, "once each", 3)
	f.told(t)
}

// TestCancelledAfterTheHourWasReported shows that further usage goes into a free hour before the end.
func TestCancelledAfterTheHourWasReported(t *testing.T) {
	t.Parallel()
	const refused = "usage was not accepted: ResourceNotActive"
	t.Run("a change of the plan", func(t *testing.T) {
		f := newFirm(t, "timetracker-active", "active-plus", 0)
		f.hourly(t, 2)
		f.active(t, 27)
		f.Clock.Add(5 * time.Minute)
		f.receive(t, f.Microsoft.ChangePlan(f.id, "active"))
		f.metered(t, "before the change", 2)
		f.Clock.Add(15 * time.Minute)
		f.active(t, 2)
		f.measure(t)
		f.Clock.Add(15 * time.Minute)
		f.receive(t, f.Microsoft.Unsubscribe(f.id))
		f.hourly(t, 2)
		f.metered(t, "and after it", 4)
		f.told(t)
		f.settled(t)
	})
	t.Run("heard in the next hour", func(t *testing.T) {
		f := newFirm(t, "timetracker-active", "active", 0)
		f.Clock.Set(at("2026-09-16T15:57:00.000Z"))
		f.active(t, 7)
		f.Clock.Set(at("2026-09-16T15:59:50.000Z"))
		n := f.Microsoft.Unsubscribe(f.id)
		f.Clock.Set(at("2026-09-16T16:00:10.000Z"))
		f.receive(t, n)
		f.told(t, refused)
		f.hourly(t, 2)
		f.metered(t, "in the hour before", 2)
		f.told(t)
		f.settled(t)
	})
	t.Run("found hours later", func(t *testing.T) {
		f := newFirm(t, "timetracker-active", "active", 0)
		f.hourly(t, 2)
		f.Microsoft.Unsubscribe(f.id)
		f.Clock.Add(3 * time.Hour)
		f.active(t, 7)
		f.hourly(t, 3)
		f.told(t, refused)
		if err := f.Marketplace.Reconcile(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.hourly(t, 2)
		f.metered(t, "in the last hour that Microsoft takes", 2)
		f.told(t)
		f.settled(t)
	})
	t.Run("with a lost answer", func(t *testing.T) {
		f := newFirm(t, "timetracker-active", "active", 0)
		f.hourly(t, 2)
		f.Microsoft.DuplicatesLast = true
		f.active(t, 7)
		f.measure(t)
		f.Clock.Add(time.Hour)
		f.Microsoft.Lose = failOn("Report")
		if _, err := f.Usages.Send(t.Context()); !errs.Is(err, errs.Unavailable) {
			t.Fatalf("got %v", err)
		}
		f.Microsoft.Lose = nil
		// Microsoft says that the subscription had ended in the hour that it has taken.
		f.answer(func(results []billing.UsageResult) {
			for i := range results {
				results[i] = billing.UsageResult{Status: "ResourceNotActive"}
			}
		})
		f.Microsoft.Fail = failOn("Report")
		f.receive(t, f.Microsoft.Unsubscribe(f.id))
		f.Microsoft.Fail = nil
		f.told(t, "usage was not reported before a change")
		f.hourly(t, 2)
		if asked := f.Microsoft.Calls("Reported"); asked != 0 {
			t.Errorf("the list was asked %d times before it can be believed", asked)
		}
		f.hourly(t, 4)
		f.metered(t, "once", 2)
		f.told(t)
		f.settled(t)
	})
	t.Run("nothing is free", func(t *testing.T) {
		f := newFirm(t, "timetracker-active", "active", 0)
		f.active(t, 7)
		known, _, err := f.Store.Subscription(t.Context(), f.id)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Usages.Flush(t.Context(), known); err != nil {
			t.Fatal(err)
		}
		f.active(t, 2)
		f.receive(t, f.Microsoft.Unsubscribe(f.id))
		f.hourly(t, 3)
		f.metered(t, "its only hour", 2)
		f.told(t, "usage can't be billed: the subscription has ended")
		f.settled(t)
	})
}

// TestActiveAfterTheEnd shows that nobody counts who was active only after the subscription's end, such as under the
// next one.
func TestActiveAfterTheEnd(t *testing.T) {
	t.Parallel()
	for name, early := range map[string]bool{"in its term": false, "between two terms": true} {
		t.Run(name, func(t *testing.T) {
			f := newFirm(t, "timetracker-active", "active", 0)
			f.Clock.Set(at("2026-10-14T20:00:00.000Z"))
			f.active(t, 5)
			f.measure(t)
			late := f.Join(t, f.ada, "late")
			if early {
				f.Microsoft.Edit(f.id, func(s *marketplace.Fetched) {
					s.Term.Start, s.Term.End = at("2026-10-15T00:00:00.000Z"), at("2026-11-14T00:00:00.000Z")
				})
				f.receive(t, f.Microsoft.Tell(f.id, marketplace.Renew))
			}
			f.receive(t, f.Microsoft.Unsubscribe(f.id))
			f.work(t, late, "2026-10-14T21:00:00.000Z", "2026-10-14T22:00:00.000Z")
			f.Clock.Set(at("2026-10-14T22:00:00.000Z"))
			f.hourly(t, 8)
			f.metered(t, "in the end", 0)
			f.told(t)
			if counted := f.Count(t, "SELECT COUNT(*) FROM metered_users"); counted != 5 {
				t.Errorf("%d people are counted", counted)
			}
		})
	}
}

// TestRefusedForADay shows that refused usage is reported under the subscription's present plan, and is given up when
// that is refused too.
func TestRefusedForADay(t *testing.T) {
	t.Parallel()
	t.Run("the plan before", func(t *testing.T) {
		f := newFirm(t, "timetracker-active", "active", 0)
		f.active(t, 7)
		f.measure(t)
		f.Exec(t, "UPDATE usage_events SET plan_id = 'retired', dimension = 'retired'")
		f.hourly(t, 28)
		f.metered(t, "under the plan of now", 2)
		f.told(t, "usage came too late for its hour and is reported for another one", "usage was not accepted: BadArgument")
	})
	t.Run("every plan", func(t *testing.T) {
		f := newFirm(t, "timetracker-active", "active", 0)
		f.active(t, 7)
		f.Microsoft.Edit(f.id, func(s *marketplace.Fetched) { s.Status = marketplace.Suspended }) // and we don't hear of it
		f.measure(t)
		f.hourly(t, 23)
		f.told(t, "usage was not accepted: ResourceNotActive")
		for f.Count(t, "SELECT COUNT(*) FROM usage_events WHERE carries = 2") == 0 {
			f.hourly(t, 1)
		}
		f.active(t, 1) // in the hour in which the others are sent for the last time
		f.measure(t)
		f.hourly(t, 26)
		f.told(t, "usage came too late for its hour and is reported for another one",
			"usage can't be billed: Microsoft takes it for no hour", "usage was not accepted: ResourceNotActive")
		f.Microsoft.Edit(f.id, func(s *marketplace.Fetched) { s.Status = marketplace.Subscribed })
		f.hourly(t, 2)
		f.metered(t, "the one who came last", 1)
		f.settled(t)
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
	// An awaited answer is no difference.
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

// TestUsageCrashes ends measuring and sending at each call, also after Microsoft has taken the usage. In the end
// Microsoft has the right usage.
func TestUsageCrashes(t *testing.T) {
	t.Parallel()
	w := newFirm(t, "timetracker", "team", 10).World
	for crash := 1; ; crash++ {
		ada := w.SignUp(t)
		f := firm{World: w, ada: ada, id: w.Buy(t, ada, "timetracker-active", "active", 0)}
		f.active(t, 7)
		broken := &failing{Store: f.Store, at: crash}
		f.Microsoft.Fail = func(string) error { return broken.call(ids.Tenant{}) }
		f.Microsoft.Lose = func(string) error { return broken.call(ids.Tenant{}) }
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
		f.receive(t, f.Microsoft.Unsubscribe(f.id))
		f.Clock.Add(50 * time.Hour) // so that the next one is alone
	}
}

// TestUsageIsTheTruth lets people become active at random while calls fail, answers are lost, and two replicas measure
// and send. The subscription is flushed, suspended, reinstated, renewed and cancelled meanwhile. In the end Microsoft
// has taken exactly those who were active above the included number.
func TestUsageIsTheTruth(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(6, 2026))
	for life := range 4 {
		f := newFirm(t, "timetracker-active", "active", 0)
		f.Microsoft.DuplicatesLast = life%2 == 1
		other := billing.NewUsages(f.Store, f.Microsoft, f.Clock.Now, f.Alerts.Add)
		broken := func(call string) error {
			if strings.HasPrefix(call, "Report") && random.IntN(4) == 0 {
				return domaintest.Down(nil)
			}
			return nil
		}
		want, people, suspended := 0, 0, false
		turn := func() {
			if suspended {
				f.receive(t, f.Microsoft.Reinstate(f.id))
			} else {
				f.receive(t, f.Microsoft.Suspend(f.id))
			}
			suspended = !suspended
		}
		term := func() {
			f.Microsoft.Fail, f.Microsoft.Lose = broken, broken
			for range 30 {
				f.Clock.Add(time.Duration(random.IntN(50)) * time.Minute)
				if !suspended && random.IntN(3) == 0 {
					n := random.IntN(3)
					f.active(t, n)
					people += n
				}
				usages := f.Usages
				if random.IntN(2) == 0 {
					usages = other
				}
				switch random.IntN(10) {
				case 0, 1, 2:
					_ = usages.MeasureAll(t.Context())
				case 3, 4, 5:
					_, _ = usages.Send(t.Context())
				case 6, 7, 8:
					known, _, err := f.Store.Subscription(t.Context(), f.id)
					if err != nil {
						t.Fatal(err)
					}
					_ = usages.Flush(t.Context(), known)
				default:
					turn()
				}
			}
			want, people = want+max(0, people-5), 0
		}
		term()
		f.Microsoft.Fail, f.Microsoft.Lose = nil, nil
		if suspended {
			turn()
		}
		f.hourly(t, 3)
		f.Clock.Set(at("2026-10-15T00:01:00.000Z"))
		f.receive(t, f.Microsoft.Renew(f.id))
		term()
		f.Microsoft.Fail, f.Microsoft.Lose = nil, nil
		if life >= 2 {
			f.receive(t, f.Microsoft.Unsubscribe(f.id))
		} else if suspended {
			turn()
		}
		f.hourly(t, 30)
		f.metered(t, fmt.Sprintf("life %d", life), want)
		f.settled(t)
	}
}

// TestGrowsWhileItIsSent shows that people who become active between reading an hour and sending it are not forgotten.
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

// TestAnsweredTwice has two replicas send the same hour, of which Microsoft takes a part. The rest is carried once.
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
