package marketplace_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
)

// work runs the jobs every minute for a time, and then after each run.
func work(t *testing.T, w *domaintest.World, long time.Duration, then func(passed time.Duration)) {
	t.Helper()
	began := w.Clock.Now()
	for end := began.Add(long); w.Clock.Now().Before(end); {
		w.Clock.Add(45 * time.Second)
		w.Follow(t) // 15 s later
		if _, err := w.Marketplace.Acknowledge(t.Context(), 100); err != nil {
			t.Fatal(err)
		}
		if then != nil {
			then(w.Clock.Now().Sub(began))
		}
	}
}

// TestShownLate shows that what the webhook tells is looked for until Microsoft's API shows it. The intervals grow, and
// the search ends.
func TestShownLate(t *testing.T) {
	t.Parallel()
	for name, event := range map[string]func(*domaintest.Microsoft, ids.Subscription) marketplace.Notification{
		"Unsubscribe": (*domaintest.Microsoft).Unsubscribe,
		"Suspend":     (*domaintest.Microsoft).Suspend,
		"a silently accepted change": func(m *domaintest.Microsoft, id ids.Subscription) marketplace.Notification {
			n := m.ChangeQuantity(id, 12)
			m.Silence(n)
			return n
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, late := range []time.Duration{3 * time.Minute, 50 * time.Minute} {
				s := newShop(t)
				s.Clock.Add(24 * time.Hour)
				before := s.Microsoft.Truth(s.id)
				n := event(s.Microsoft, s.id)
				truth := s.Microsoft.Truth(s.id)
				s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { *f = before })
				s.receive(t, n)
				asked := s.Microsoft.Calls("Subscription")
				work(t, s.World, 2*time.Hour, func(passed time.Duration) {
					if passed >= late {
						s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { *f = truth })
					}
				})
				if got := s.kept(t); got.Status != truth.Status || got.Quantity != truth.Quantity {
					t.Errorf("after %s it is %s with %d seats", late, got.Status, got.Quantity)
				}
				if got := s.Microsoft.Calls("Subscription") - asked; got > 15 {
					t.Errorf("after %s: Microsoft was asked %d times", late, got)
				}
				if !s.kept(t).Sync.CheckAt.IsZero() {
					t.Errorf("after %s: it is looked for without end", late)
				}
			}
		})
	}
}

// TestCarriedOutSoonAfterAChange shows that a change that Microsoft has carried out is newer than the one that was
// accepted before it.
func TestCarriedOutSoonAfterAChange(t *testing.T) {
	s := newShop(t)
	s.receive(t, s.Microsoft.ChangeQuantity(s.id, 12))
	s.acknowledge(t)
	s.Clock.Add(time.Minute)
	n := s.Microsoft.ChangeQuantity(s.id, 3)
	s.Microsoft.Silence(n) // nobody refused it in time
	s.receive(t, n)
	if got := s.kept(t).Quantity; got != 3 {
		t.Errorf("%d seats are kept of 3", got)
	}
}

// TestCancelledSoonAfterAChange shows that what Microsoft shows of a cancelled subscription is final, also the plan. A
// change that it has dropped is not billed.
func TestCancelledSoonAfterAChange(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end   func(s shop, n marketplace.Notification)
		plan  string
		total int64
	}{
		"and the change was given up": {func(s shop, n marketplace.Notification) { s.Microsoft.End(n, marketplace.Conflicted) }, "team", 9000},
		"and the change has come":     {func(s shop, n marketplace.Notification) { s.Microsoft.Silence(n) }, "business", 14_000},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.Save(t, s.ada, domaintest.Entry(s.ada, domaintest.Item(1), s.Clock.Now().Add(-time.Minute), s.Clock.Now()))
			s.Clock.Add(time.Hour)
			n := s.Microsoft.ChangePlan(s.id, "business")
			s.receive(t, n)
			s.Clock.Add(time.Minute)
			test.end(s, n)
			s.receive(t, s.Microsoft.Unsubscribe(s.id))
			if got := s.kept(t); got.Status != marketplace.Cancelled || got.PlanID != test.plan {
				t.Errorf("it is %s, with plan %s", got.Status, got.PlanID)
			}
			month := calendar.MonthOf(s.Clock.Now())
			s.Clock.Set(month.To())
			var total int64
			if err := s.Billing.Bill(t.Context(), month, billing.Options{Each: func(l billing.Line) error {
				total = l.Record.TotalMinor
				return nil
			}}); err != nil || total != test.total {
				t.Errorf("the month comes to %d: %v", total, err)
			}
		})
	}
}

// TestRefusalIsNotHeeded shows that Microsoft may make a change that was refused. We notice soon, and operators are
// alerted.
func TestRefusalIsNotHeeded(t *testing.T) {
	t.Parallel()
	refused := func(t *testing.T) (shop, marketplace.Notification) {
		t.Helper()
		s := newShop(t)
		s.Clock.Add(24 * time.Hour)
		for _, name := range []string{"Grace", "Linus"} {
			s.Join(t, s.ada, name)
		}
		n := s.Microsoft.ChangeQuantity(s.id, 2)
		if err := s.Marketplace.Receive(t.Context(), n); errs.CodeOf(err) != "seats_in_use" {
			t.Fatalf("got %v", err)
		}
		return s, n
	}
	for _, late := range []time.Duration{time.Second, 20 * time.Minute} {
		t.Run("carried out after "+late.String(), func(t *testing.T) {
			t.Parallel()
			s, n := refused(t)
			done := false
			work(t, s.World, 2*time.Hour, func(passed time.Duration) {
				if !done && passed >= late {
					s.Microsoft.Silence(n)
					done = true
				}
			})
			if got := s.kept(t).Quantity; got != 2 || s.Again(t, s.ada).Tenant.PaidSeats != 2 {
				t.Errorf("%d seats", got)
			}
			if diff := cmp.Diff([]string{"a refused change was carried out all the same"}, s.Alerts.Take()); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("carried out, and nobody knows the operation any more", func(t *testing.T) {
		t.Parallel()
		s, n := refused(t)
		s.Microsoft.Silence(n)
		s.Microsoft.Hide(n, 1000)
		work(t, s.World, time.Hour, nil)
		if got := s.kept(t).Quantity; got != 2 {
			t.Errorf("%d seats", got)
		}
	})
	t.Run("heeded", func(t *testing.T) {
		t.Parallel()
		s, n := refused(t)
		s.Microsoft.End(n, marketplace.Failed)
		asked := s.Microsoft.Calls("Operation")
		work(t, s.World, 2*time.Hour, nil)
		if got := s.kept(t).Quantity; got != 10 || len(s.Alerts.Take()) != 0 || s.Microsoft.Calls("Operation")-asked != 1 {
			t.Errorf("%d seats; the operation was asked for %d times", got, s.Microsoft.Calls("Operation")-asked)
		}
	})
	t.Run("never decided", func(t *testing.T) {
		t.Parallel()
		s, _ := refused(t)
		asked := s.Microsoft.Calls("Operation")
		work(t, s.World, 3*time.Hour, nil)
		if got := s.Microsoft.Calls("Operation") - asked; got < 3 || got > 8 || len(s.Alerts.Take()) != 0 {
			t.Errorf("the operation was asked for %d times", got)
		}
	})
	t.Run("what else was fetched is kept", func(t *testing.T) {
		t.Parallel()
		s := newShop(t)
		s.Microsoft.Edit(s.id, func(f *marketplace.Fetched) { f.AutoRenew = false })
		_ = s.Marketplace.Receive(t.Context(), s.Microsoft.ChangePlan(s.id, "team-preview"))
		if s.kept(t).AutoRenew {
			t.Error("it is renewed")
		}
	})
}

// TestSupersededChange relies on Microsoft taking our 200 to an older change for consent.
func TestSupersededChange(t *testing.T) {
	t.Parallel()
	both := func(t *testing.T, older func(op *marketplace.Operation)) (s shop, n marketplace.Notification) {
		t.Helper()
		s = newShop(t)
		s.Clock.Add(24 * time.Hour)
		n = s.Microsoft.ChangeQuantity(s.id, 11)
		s.Microsoft.EditOperation(n, older)
		s.Clock.Add(time.Second)
		s.receive(t, s.Microsoft.ChangeQuantity(s.id, 20))
		s.acknowledge(t)
		return s, n
	}
	t.Run("is carried out all the same", func(t *testing.T) {
		s, n := both(t, func(*marketplace.Operation) {})
		work(t, s.World, 2*time.Hour, nil) // until nothing is checked any more
		s.receive(t, n)
		if got := s.kept(t).Quantity; got != 20 || outcome(t, s.World, n) != marketplace.Superseded {
			t.Errorf("%d seats, the event is %s", got, outcome(t, s.World, n))
		}
		s.Microsoft.Silence(n)
		work(t, s.World, time.Hour, nil)
		if got := s.kept(t).Quantity; got != 11 {
			t.Errorf("%d seats", got)
		}
	})
	t.Run("is refused where it breaks a rule", func(t *testing.T) {
		s, n := both(t, func(op *marketplace.Operation) { op.Quantity = 1 })
		s.Join(t, s.ada, "Grace")
		if err := s.Marketplace.Receive(t.Context(), n); errs.CodeOf(err) != "seats_in_use" {
			t.Errorf("got %v", err)
		}
	})
	t.Run("is none where nobody knows which is older", func(t *testing.T) {
		s, n := both(t, func(op *marketplace.Operation) { op.At = time.Time{} })
		at := s.kept(t).Sync.OperationAt
		s.receive(t, n)
		if got := s.kept(t); got.Quantity != 11 || !got.Sync.OperationAt.Equal(at) || outcome(t, s.World, n) != marketplace.Applied {
			t.Errorf("%d seats at %s, the event is %s", got.Quantity, got.Sync.OperationAt, outcome(t, s.World, n))
		}
	})
}

// TestOrderWithinAMillisecond: Microsoft writes seven decimals, and the older of two changes loses by the last of them.
func TestOrderWithinAMillisecond(t *testing.T) {
	s := newShop(t)
	second := s.Clock.Now().Truncate(time.Second)
	newer, older := s.Microsoft.ChangeQuantity(s.id, 20), s.Microsoft.ChangeQuantity(s.id, 11)
	for n, after := range map[*marketplace.Notification]time.Duration{&newer: 123_456_800, &older: 123_456_700} {
		n.At = second.Add(after)
		s.Microsoft.EditOperation(*n, func(op *marketplace.Operation) { op.At = n.At })
	}
	s.receive(t, newer)
	s.receive(t, older)
	if got := s.kept(t).Quantity; got != 20 || outcome(t, s.World, older) != marketplace.Superseded {
		t.Errorf("%d seats, the older event is %s", got, outcome(t, s.World, older))
	}
	d, _, err := s.Store.Delivery(t.Context(), newer.OperationID)
	if err != nil || !d.SentAt.Equal(newer.At) {
		t.Errorf("sent at %s, kept as %s: %v", newer.At, d.SentAt, err)
	}
}

// TestPlanAndSeatsAreTwoChanges: each is asked for by itself, and the operation of a change of plan has the seats from
// before. Whichever is newer, and whichever comes first, both hold as soon as Microsoft has done them.
func TestPlanAndSeatsAreTwoChanges(t *testing.T) {
	t.Parallel()
	for name, inOrder := range map[string]func(plan, seats marketplace.Notification) []marketplace.Notification{
		"the plan comes last": func(p, q marketplace.Notification) []marketplace.Notification {
			return []marketplace.Notification{q, p}
		},
		"the plan comes first": func(p, q marketplace.Notification) []marketplace.Notification {
			return []marketplace.Notification{p, q}
		},
	} {
		for newer, planLater := range map[string]time.Duration{"the plan is newer": time.Second, "the seats are newer": -time.Second} {
			t.Run(name+", "+newer, func(t *testing.T) {
				t.Parallel()
				s := newShop(t)
				business, seats := s.Microsoft.ChangePlan(s.id, "business"), s.Microsoft.ChangeQuantity(s.id, 20)
				business.At = seats.At.Add(planLater)
				s.Microsoft.EditOperation(business, func(op *marketplace.Operation) { op.At = business.At })
				s.Clock.Add(2 * time.Second)
				events := inOrder(business, seats)
				s.receive(t, events[0])
				s.receive(t, events[1])
				// What isn't acknowledged is accepted by silence.
				s.Microsoft.Silence(business)
				s.Microsoft.Silence(seats)
				work(t, s.World, 2*time.Minute, nil)
				got, paid := s.kept(t), s.Again(t, s.ada).Tenant
				if got.PlanID != "business" || got.Quantity != 20 || paid.PaidSeats != 20 || paid.RateMinor != 1400 {
					t.Errorf("%d seats of %s; the tenant has %d for %d", got.Quantity, got.PlanID, paid.PaidSeats, paid.RateMinor)
				}
			})
		}
	}
}

// TestOlderAcknowledgementFails shows that an older change that was dropped takes back nothing of the newer one.
func TestOlderAcknowledgementFails(t *testing.T) {
	s := newShop(t)
	older := s.Microsoft.ChangeQuantity(s.id, 12)
	s.receive(t, older)
	s.Clock.Add(time.Second)
	s.receive(t, s.Microsoft.ChangeQuantity(s.id, 15))
	s.Microsoft.End(older, marketplace.Conflicted)
	left := 1
	s.Microsoft.Fail = func(call string) error {
		if call == "Acknowledge" {
			if left--; left < 0 {
				return domaintest.Down(nil) // the newer one is not shown yet
			}
		}
		return nil
	}
	s.Clock.Add(marketplace.AcknowledgePause)
	_, _ = s.Marketplace.Acknowledge(t.Context(), 10)
	if got := s.kept(t); got.Quantity != 15 || got.Sync.CheckAt.IsZero() {
		t.Errorf("%d seats, to be checked at %s", got.Quantity, got.Sync.CheckAt)
	}
	if diff := cmp.Diff([]string{"an accepted change can't be acknowledged"}, s.Alerts.Take()); diff != "" {
		t.Error(diff)
	}
}

// TestAcknowledgementIsNotTaken shows that a change that can't be acknowledged may still be made, also after it was
// taken back.
func TestAcknowledgementIsNotTaken(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	n := s.Microsoft.ChangeQuantity(s.id, 12)
	s.receive(t, n)
	down := domaintest.Down(nil)
	s.Microsoft.Fail = func(call string) error {
		if call == "Acknowledge" {
			return down
		}
		return nil
	}
	for range 6 * 60 { // until Microsoft is asked so seldom that no check comes in between
		s.Clock.Add(time.Minute)
		_, _ = s.Marketplace.Acknowledge(t.Context(), 10)
		s.Follow(t)
	}
	if got := s.kept(t); got.Quantity != 10 || !got.Sync.CheckAt.IsZero() {
		t.Fatalf("%d seats, to be checked at %s", got.Quantity, got.Sync.CheckAt)
	}
	down = errs.New(errs.Conflict, "operation_superseded", "A newer change is in force already.")
	s.Clock.Add(8 * time.Hour)
	s.acknowledge(t)
	if diff := cmp.Diff([]string{"an accepted change can't be acknowledged"}, s.Alerts.Take()); diff != "" {
		t.Error(diff)
	}
	s.Microsoft.Silence(n)
	work(t, s.World, time.Hour, nil)
	if got := s.kept(t).Quantity; got != 12 {
		t.Errorf("%d seats", got)
	}
}

// TestReconcileIsFasterThanTheEvent shows that an event is recorded, also when everything that it tells is known
// already.
func TestReconcileIsFasterThanTheEvent(t *testing.T) {
	t.Parallel()
	for name, buysAgain := range map[string]bool{"": false, "and the tenant has bought again": true} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			n := s.Microsoft.Unsubscribe(s.id)
			s.Clock.Add(time.Hour)
			reconcile(t, s.World)
			want := []marketplace.Action{marketplace.Bind, marketplace.Activate, marketplace.Reconcile}
			if buysAgain {
				s.Buy(t, s.ada, "timetracker", "business", 5)
				want = append(want, marketplace.Bind, marketplace.Activate)
			}
			before, events := s.Again(t, s.ada).Tenant, audited(t, s.World, s.ada)
			for range 2 {
				s.receive(t, n)
			}
			if diff := cmp.Diff(append(want, marketplace.Unsubscribe), lifecycle(t, s.World, s.ada)); diff != "" {
				t.Error(diff)
			}
			if got := audited(t, s.World, s.ada); got != events+1 || outcome(t, s.World, n) != marketplace.Applied {
				t.Errorf("the audit has %d events more; the event is %s", got-events, outcome(t, s.World, n))
			}
			if diff := cmp.Diff(before, s.Again(t, s.ada).Tenant); diff != "" {
				t.Error(diff)
			}
			if want := statusOf[marketplace.Cancelled]; !buysAgain && before.Status != want {
				t.Errorf("the tenant is %s", before.Status)
			}
		})
	}
}

// TestAcknowledgedTwice has two processes acknowledge one change.
func TestAcknowledgedTwice(t *testing.T) {
	s := newShop(t)
	n := s.Microsoft.ChangeQuantity(s.id, 12)
	s.receive(t, n)
	s.Microsoft.Silence(n)
	s.Microsoft.Fail = func(call string) error {
		if call == "Acknowledge" {
			return errs.New(errs.Conflict, "operation_superseded", "A newer change is in force already.")
		}
		return nil
	}
	for range 2 {
		s.acknowledge(t)
	}
	if got := s.Microsoft.Calls("Acknowledge"); got != 1 || len(s.Alerts.Take()) != 0 || s.kept(t).Quantity != 12 {
		t.Errorf("%d acknowledgements, %d seats", got, s.kept(t).Quantity)
	}
}

// TestAcknowledgePause shows that the answer to the webhook reaches Microsoft first.
func TestAcknowledgePause(t *testing.T) {
	s := newShop(t)
	s.receive(t, s.Microsoft.ChangeQuantity(s.id, 12))
	for _, step := range []struct {
		wait time.Duration
		due  int
	}{{0, 0}, {marketplace.AcknowledgePause - time.Millisecond, 0}, {time.Millisecond, 1}} {
		s.Clock.Add(step.wait)
		if due, err := s.Marketplace.Acknowledge(t.Context(), 10); due != step.due || err != nil {
			t.Errorf("after %s more: %d, %v", step.wait, due, err)
		}
	}
}

// TestRetryAfter shows that Microsoft is not called for as long as it asks for.
func TestRetryAfter(t *testing.T) {
	s := newShop(t)
	s.receive(t, s.Microsoft.ChangeQuantity(s.id, 12))
	const asked = 5 * time.Minute
	s.Microsoft.Fail = func(string) error {
		return errs.Wrap(context.DeadlineExceeded, errs.Unavailable, "marketplace_unavailable", "Later.").WithRetryAfter(asked)
	}
	s.Clock.Add(time.Minute)
	for name, job := range map[string]func(context.Context, int) (int, error){
		"Follow": s.Marketplace.Follow, "Acknowledge": s.Marketplace.Acknowledge,
	} {
		if due, err := job(t.Context(), 10); due != 1 || !errs.Is(err, errs.Unavailable) {
			t.Errorf("%s: %d, %v", name, due, err)
		}
	}
	s.Clock.Add(asked - time.Millisecond)
	if due, err := s.Marketplace.Follow(t.Context(), 10); due != 0 || err != nil {
		t.Errorf("followed too early: %d, %v", due, err)
	}
	if due, err := s.Marketplace.Acknowledge(t.Context(), 10); due != 0 || err != nil {
		t.Errorf("acknowledged too early: %d, %v", due, err)
	}
	s.Microsoft.Fail = nil
	s.Clock.Add(time.Millisecond)
	if due, err := s.Marketplace.Follow(t.Context(), 10); due != 1 || err != nil {
		t.Errorf("followed: %d, %v", due, err)
	}
	if due, err := s.Marketplace.Acknowledge(t.Context(), 10); due != 1 || err != nil {
		t.Errorf("acknowledged: %d, %v", due, err)
	}
}

// TestActivationIsNotDone shows that an activation that Microsoft does not make is requested again, at growing
// intervals. Operators are alerted once at first, and then once a day.
func TestActivationIsNotDone(t *testing.T) {
	t.Parallel()
	const refused, slow = "Microsoft refuses to activate a subscription", "Microsoft has not activated a subscription for an hour"
	bought := func(t *testing.T) (*domaintest.World, tenant.Member, ids.Subscription) {
		t.Helper()
		w := domaintest.New(t)
		ada := w.SignUp(t)
		return w, ada, w.Microsoft.Buy(domaintest.Buyer(ada), "timetracker", "team", 10)
	}
	landed := func(t *testing.T, w *domaintest.World, ada tenant.Member, id ids.Subscription, step marketplace.Step, obstacle string) {
		t.Helper()
		l, err := resolve(t, w, domaintest.AsPerson(ada), id)
		code := ""
		if l.Obstacle != nil {
			code = l.Obstacle.Code
		}
		if err != nil || l.Step != step || code != obstacle || l.InForce {
			t.Errorf("landed as %s, %q, in force: %t, %v", l.Step, code, l.InForce, err)
		}
	}
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		w, ada, id := bought(t)
		w.Microsoft.Fail = func(call string) error {
			if call == "Activate" {
				return errs.New(errs.Conflict, "not_activatable", "The subscription is suspended or cancelled.")
			}
			return nil
		}
		if l, err := take(t, w, domaintest.AsPerson(ada), id); err != nil || l.Step != marketplace.StepNone {
			t.Errorf("taken as %s: %v", l.Step, err)
		}
		landed(t, w, ada, id, marketplace.StepNone, "activation_refused")
		work(t, w, 6*time.Hour, nil)
		if diff := cmp.Diff([]string{refused}, w.Alerts.Take()); diff != "" {
			t.Error(diff)
		}
		if got := w.Microsoft.Calls("Activate"); got < 30 || got > 60 {
			t.Errorf("activated %d times", got)
		}
		reconcile(t, w)
		if diff := cmp.Diff([]string{refused}, w.Alerts.Take()); diff != "" {
			t.Error(diff)
		}
		w.Microsoft.Fail = nil
		work(t, w, 10*time.Minute, nil)
		landed(t, w, ada, id, marketplace.StepActivating, "")
		w.Microsoft.Finish(id)
		work(t, w, 10*time.Minute, nil)
		if got := w.Again(t, ada).Tenant.Plan; got != plan.Paid || kept(t, w, id).Obstacle != "" || len(w.Alerts.Take()) != 0 {
			t.Errorf("on plan %s, with obstacle %q", got, kept(t, w, id).Obstacle)
		}
	})
	t.Run("refused since it is done", func(t *testing.T) {
		t.Parallel()
		w, ada, id := bought(t)
		w.Microsoft.Fail = func(call string) error {
			if call == "Activate" {
				w.Microsoft.Finish(id)
				return errs.New(errs.Conflict, "not_activatable", "It is activated already.")
			}
			return nil
		}
		if _, err := take(t, w, domaintest.AsPerson(ada), id); err != nil {
			t.Fatal(err)
		}
		if got := w.Again(t, ada).Tenant.Plan; got != plan.Paid || len(w.Alerts.Take()) != 0 {
			t.Errorf("on plan %s", got)
		}
	})
	t.Run("taken, and never done", func(t *testing.T) {
		t.Parallel()
		w, ada, id := bought(t)
		if _, err := take(t, w, domaintest.AsPerson(ada), id); err != nil {
			t.Fatal(err)
		}
		work(t, w, 55*time.Minute, nil)
		if told := w.Alerts.Take(); len(told) != 0 || w.Microsoft.Calls("Activate") != 1 {
			t.Errorf("operators were told %q; activated %d times", told, w.Microsoft.Calls("Activate"))
		}
		asked := w.Microsoft.Calls("Subscription")
		work(t, w, 6*time.Hour, nil)
		if diff := cmp.Diff([]string{slow}, w.Alerts.Take()); diff != "" {
			t.Error(diff)
		}
		if got := w.Microsoft.Calls("Activate"); got < 5 || got > 8 {
			t.Errorf("activated %d times", got)
		}
		if got := w.Microsoft.Calls("Subscription") - asked; got > 40 {
			t.Errorf("asked for %d times", got)
		}
		landed(t, w, ada, id, marketplace.StepActivating, "")
		reconcile(t, w)
		if diff := cmp.Diff([]string{slow}, w.Alerts.Take()); diff != "" {
			t.Error(diff)
		}
		w.Microsoft.Finish(id)
		work(t, w, 10*time.Minute, nil)
		if got := w.Again(t, ada).Tenant.Plan; got != plan.Paid || kept(t, w, id).Obstacle != "" {
			t.Errorf("on plan %s, with obstacle %q", got, kept(t, w, id).Obstacle)
		}
	})
}

// TestSecondSubscriptionIsToldOnce shows that operators are alerted of a subscription that no tenant can have, at first
// and then once a day.
func TestSecondSubscriptionIsToldOnce(t *testing.T) {
	t.Parallel()
	const told = "a subscription in force can't be given to its directory's tenant"
	for name, given := range map[string]func(t *testing.T, w *domaintest.World, ada tenant.Member){
		"another subscription": func(t *testing.T, w *domaintest.World, ada tenant.Member) {
			t.Helper()
			w.Buy(t, ada, "timetracker", "team", 10)
		},
		"our own organization": func(t *testing.T, w *domaintest.World, ada tenant.Member) {
			t.Helper()
			internal := plan.Internal
			if _, err := w.Tenants.ChangePlan(t.Context(), "Operator", ada.Tenant.Slug, tenant.PlanPatch{Plan: &internal}); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := domaintest.New(t)
			ada := w.SignUp(t)
			given(t, w, ada)
			second := w.Microsoft.Buy(domaintest.Buyer(ada), "timetracker", "business", 5)
			if err := w.Marketplace.Receive(t.Context(), w.Microsoft.Subscribe(second)); err != nil {
				t.Fatal(err)
			}
			work(t, w, 2*time.Hour, nil)
			if diff := cmp.Diff([]string{told}, w.Alerts.Take()); diff != "" {
				t.Error(diff)
			}
			for range 2 {
				reconcile(t, w)
				work(t, w, time.Hour, nil)
				if diff := cmp.Diff([]string{told}, w.Alerts.Take()); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}
