package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/page"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

// newTerms are terms under a subscription.
func newTerms(m marketplace.Subscription, from time.Time) plan.Terms {
	return plan.Terms{
		ID: ids.New[ids.Terms](), EffectiveAt: from, Kind: plan.Paid, Status: plan.Active, SubscriptionID: m.ID,
		PlanID: m.PlanID, PlanTitle: "Team Ä", Model: "metered", Seats: 20, Currency: "USD", RateMinor: 900, BaseMinor: 1 << 40,
		Included: 3,
	}
}

func (c *company) setTerms(terms plan.Terms) {
	c.t.Helper()
	c.tx(func(ctx context.Context) error { return c.store.InsertTerms(ctx, c.tenant.ID, terms) })
}

func testTerms(t *testing.T, store Store) {
	c := newCompany(t, store)
	m := c.subscribe()
	id := c.tenant.ID
	start := time.Date(2010, time.March, 10, 0, 0, 0, 0, time.UTC) // before everybody else's terms
	last := func(from, to time.Time) (plan.Terms, bool) {
		t.Helper()
		terms, ok, err := store.LastTerms(t.Context(), id, from, to)
		if err != nil {
			t.Fatal(err)
		}
		return terms, ok
	}
	paying := func(from, to time.Time) bool {
		t.Helper()
		all := must[[]ids.Tenant](t)(store.PayingTenants(t.Context(), from, to, false, ids.Tenant{}, 100))
		return slices.Contains(all, id)
	}

	if _, ok, err := store.CurrentTerms(t.Context(), id); ok || err != nil {
		t.Errorf("terms of a tenant that has never paid: %v, %v", ok, err)
	}
	first := newTerms(m, start)
	second := newTerms(m, start.AddDate(0, 1, 0)) // 2010-04-10
	second.Status, second.RateMinor, second.Agreed, second.PlanTitle, second.Model = plan.Suspended, 0, true, "", ""
	never := newTerms(m, start.AddDate(0, 2, 0)) // 2010-05-10, replaced at once
	never.RateMinor = 1
	third := newTerms(m, never.EffectiveAt)
	third.Seats, third.FreeTrial, third.PlanID = 0, true, "business"
	// Cancelled with the last millisecond of June.
	cancelled := newTerms(m, time.Date(2010, time.July, 1, 0, 0, 0, 0, time.UTC).Add(-time.Millisecond))
	cancelled.Status = plan.Cancelled
	internal := newTerms(m, start.AddDate(0, 5, 0))
	internal.Kind = plan.Internal
	under := func(planID string) plan.Terms {
		t.Helper()
		terms, ok, err := store.PlanTerms(t.Context(), id, m.ID, planID)
		if err != nil || ok != (!terms.ID.IsZero()) {
			t.Error(ok, err)
		}
		return terms
	}
	for _, terms := range []plan.Terms{first, second, never, third, cancelled, internal} {
		c.setTerms(terms)
		current, ok, err := store.CurrentTerms(t.Context(), id)
		equal(t, "current", terms, current)
		if !ok || err != nil {
			t.Error(ok, err)
		}
	}
	equal(t, "the latest under a plan that there is", internal, under(m.PlanID))
	equal(t, "the latest under a plan that there was", third, under("business"))
	equal(t, "under a plan that there never was", plan.Terms{}, under("site"))
	move := func(to time.Time) bool {
		t.Helper()
		var moved bool
		c.tx(func(ctx context.Context) (err error) {
			moved, err = store.MoveTerms(ctx, id, to)
			return err
		})
		return moved
	}
	equal(t, "moved before those before them", false, move(cancelled.EffectiveAt.Add(-time.Millisecond)))
	equal(t, "moved", true, move(internal.EffectiveAt.Add(-time.Hour)))
	internal.EffectiveAt = internal.EffectiveAt.Add(-time.Hour)
	equal(t, "the latest after they were moved", internal, under(m.PlanID))
	equal(t, "of another tenant", false, func() bool {
		_, ok, _ := store.PlanTerms(t.Context(), newCompany(t, store).tenant.ID, m.ID, m.PlanID)
		return ok
	}())

	for _, test := range []struct {
		name     string
		from, to time.Time
		want     plan.Terms
	}{
		{"before the first", start.AddDate(0, 0, -1), start, plan.Terms{}},
		{"to the first millisecond", start.AddDate(0, 0, -1), start.Add(time.Millisecond), first},
		{"the first alone", start, second.EffectiveAt, first},
		{"with the next one's first millisecond", start, second.EffectiveAt.Add(time.Millisecond), second},
		{"from the first's last millisecond", second.EffectiveAt.Add(-time.Millisecond), second.EffectiveAt, first},
		{"terms that never held", second.EffectiveAt, never.EffectiveAt.Add(time.Millisecond), third},
		{"up to those that never held", second.EffectiveAt, never.EffectiveAt, second},
		{"a month of the last live terms", cancelled.EffectiveAt.AddDate(0, 0, -29), cancelled.EffectiveAt.Add(time.Millisecond), third},
		{"after the end", cancelled.EffectiveAt, cancelled.EffectiveAt.AddDate(0, 1, 0), plan.Terms{}},
		{"one of our own", internal.EffectiveAt, internal.EffectiveAt.AddDate(1, 0, 0), plan.Terms{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			terms, ok := last(test.from, test.to)
			equal(t, "terms", test.want, terms)
			equal(t, "there are some", !test.want.ID.IsZero(), ok)
			equal(t, "pays", ok, paying(test.from, test.to))
		})
	}

	t.Run("live terms that never held", func(t *testing.T) {
		c := newCompany(t, store)
		m, from := c.subscribe(), start.AddDate(-1, 0, 0)
		for _, status := range []plan.Status{plan.Active, plan.Cancelled} {
			terms := newTerms(m, from)
			terms.Status = status
			c.setTerms(terms)
		}
		if terms, ok, err := store.LastTerms(t.Context(), c.tenant.ID, from.Add(-time.Hour), from.Add(time.Hour)); ok || err != nil {
			t.Errorf("%v, %v", terms, err)
		}
		equal(t, "pay", nil, must[[]ids.Tenant](t)(
			store.PayingTenants(t.Context(), from.Add(-time.Hour), from.Add(time.Hour), false, ids.Tenant{}, 100)))
	})

	t.Run("who pays page by page", func(t *testing.T) {
		january := calendar.Month{Year: 2010, Month: time.January}
		var want []ids.Tenant
		records := map[*company]billing.Record{}
		for range 5 {
			c := newCompany(t, store)
			m := c.subscribe()
			for i, status := range []plan.Status{plan.Active, plan.Suspended, plan.Cancelled} {
				terms := newTerms(m, january.From().Add(time.Duration(i)*time.Hour))
				terms.Status = status
				c.setTerms(terms)
			}
			want = append(want, c.tenant.ID)
			records[c] = newRecord(m, january)
		}
		slices.SortFunc(want, ids.Tenant.Compare)
		paying := func(unbilled bool) (got []ids.Tenant) {
			t.Helper()
			for after := (ids.Tenant{}); ; {
				some := must[[]ids.Tenant](t)(store.PayingTenants(t.Context(), january.From(), january.To(), unbilled, after, 2))
				got = append(got, some...)
				if len(some) < 2 {
					return got
				}
				after = some[1]
			}
		}
		equal(t, "tenants", want, paying(false))
		for c, r := range records {
			equal(t, "unbilled", want, paying(true))
			c.tx(func(ctx context.Context) error { return insertRecord(ctx, c, r) })
			want = slices.DeleteFunc(want, func(id ids.Tenant) bool { return id == c.tenant.ID })
		}
		equal(t, "unbilled in the end", 0, len(paying(true)))
		equal(t, "have paid", 5, len(paying(false)))
	})

	t.Run("refer to the tenant's own subscription", func(t *testing.T) {
		other := newCompany(t, store)
		unbound := newSubscription(ids.Tenant{})
		if err := insertSubscription(t, store, unbound); err != nil {
			t.Fatal(err)
		}
		for _, m := range []marketplace.Subscription{m, unbound} {
			if store.Tx(t.Context(), other.tenant.ID, func(ctx context.Context) error {
				return store.InsertTerms(ctx, other.tenant.ID, newTerms(m, start))
			}) == nil {
				t.Error("a tenant is billed by a subscription that isn't its own")
			}
		}
	})

	t.Run("only within a transaction", func(t *testing.T) {
		if store.InsertTerms(t.Context(), id, newTerms(m, start)) == nil {
			t.Error("inserted outside of a transaction")
		}
	})
}

// newRecord is a monthly record whose statement has no number yet.
func newRecord(m marketplace.Subscription, month calendar.Month) billing.Record {
	return billing.Record{
		ID: ids.New[ids.BillingRecord](), Kind: billing.Monthly, At: month.To().Add(time.Hour), SubscriptionID: m.ID,
		PlanID: m.PlanID, PlanTitle: "Team Ä", Quantity: 20, Month: month, Customer: "Contoso Ä",
		Model: plan.Seats, FreeTrial: true,
		Active: []billing.Person{{ID: ids.User(ids.New[ids.Any]()), Email: "Ada@Contoso.Example"}, {ID: ids.User{'b'}, Email: ""}},
		People: 2, Billed: 1, Included: 1, RateMinor: 900, BaseMinor: 1 << 40, TotalMinor: 1<<40 + 900, Currency: "USD",
	}
}

// insertRecord stores a record with the next statement number, if it has none.
func insertRecord(ctx context.Context, c *company, r billing.Record) (err error) {
	if r.Statement == (billing.StatementNumber{}) {
		if r.Statement, err = c.store.NextStatement(ctx, c.tenant.ID, r.At.Year()); err != nil {
			return err
		}
	}
	return c.store.InsertRecord(ctx, c.tenant.ID, r)
}

func testBillingRecords(t *testing.T, store Store) {
	october := calendar.Month{Year: 2025, Month: time.October}

	// keep inserts a record and gives it with its number.
	keep := func(t *testing.T, c *company, r billing.Record) billing.Record {
		t.Helper()
		c.tx(func(ctx context.Context) (err error) {
			if r.Statement, err = store.NextStatement(ctx, c.tenant.ID, r.At.Year()); err != nil {
				return err
			}
			return store.InsertRecord(ctx, c.tenant.ID, r)
		})
		return r
	}
	adjustment := func(m marketplace.Subscription) billing.Record {
		r := newRecord(m, october)
		r.Kind, r.Active, r.Inactive, r.People, r.Billed = billing.Adjustment, nil, r.Active, -2, -1
		r.BaseMinor, r.TotalMinor = 0, -900
		return r
	}

	t.Run("is read as it was written", func(t *testing.T) {
		c := newCompany(t, store)
		m := c.subscribe()
		empty := newRecord(m, october.Next())
		empty.Quantity, empty.Active, empty.People, empty.Billed, empty.Included = 0, nil, 0, 0, 0
		empty.RateMinor, empty.BaseMinor, empty.TotalMinor = 0, 0, 0
		for _, r := range []billing.Record{newRecord(m, october), empty, adjustment(m)} {
			want := keep(t, c, r)
			equal(t, "record", want, must[billing.Record](t)(store.Record(t.Context(), c.tenant.ID, r.ID)))
			equal(t, "statement", want, must[billing.Record](t)(store.StatementRecord(t.Context(), c.tenant.ID, want.Statement)))
		}
		for _, l := range []marketplace.LifecycleRecord{newLifecycle(m), {
			ID: ids.New[ids.BillingRecord](), At: at(9, 0), SubscriptionID: m.ID, Action: marketplace.Bind, Status: marketplace.Pending,
		}} {
			c.tx(func(ctx context.Context) error { return store.InsertLifecycle(ctx, c.tenant.ID, l) })
			equal(t, "lifecycle", billing.Record{
				ID: l.ID, Kind: billing.Lifecycle, At: l.At, SubscriptionID: l.SubscriptionID, PlanID: l.PlanID, PlanTitle: l.PlanTitle,
				OperationID: l.OperationID, Action: l.Action, Quantity: l.Quantity, Status: l.Status, People: l.People,
			}, must[billing.Record](t)(store.Record(t.Context(), c.tenant.ID, l.ID)))
		}
	})

	t.Run("unknown", func(t *testing.T) {
		c := newCompany(t, store)
		_, err := store.Record(t.Context(), c.tenant.ID, ids.New[ids.BillingRecord]())
		fails(t, err, errs.NotFound, "billing_record_not_found")
		_, err = store.StatementRecord(t.Context(), c.tenant.ID, billing.StatementNumber{Year: 2025, Seq: 1 << 30})
		fails(t, err, errs.NotFound, "statement_not_found")
		equal(t, "month", nil, must[[]billing.Record](t)(store.MonthRecords(t.Context(), c.tenant.ID, october)))
	})

	t.Run("a month is billed once", func(t *testing.T) {
		c := newCompany(t, store)
		m := c.subscribe()
		keep(t, c, newRecord(m, october))
		fails(t, store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
			return insertRecord(ctx, c, newRecord(m, october))
		}), errs.Conflict, "month_billed")
		keep(t, c, newRecord(m, october.Next()))
		keep(t, c, adjustment(m))
		keep(t, c, adjustment(m))
		other := newCompany(t, store)
		keep(t, other, newRecord(other.subscribe(), october))
	})

	t.Run("a month's records in their order", func(t *testing.T) {
		c := newCompany(t, store)
		m := c.subscribe()
		early := adjustment(m)
		early.At = early.At.Add(-time.Minute) // made by a replica with a slow clock
		want := []billing.Record{keep(t, c, newRecord(m, october)), keep(t, c, adjustment(m)), keep(t, c, early)}
		keep(t, c, newRecord(m, october.Next()))
		c.tx(func(ctx context.Context) error { return store.InsertLifecycle(ctx, c.tenant.ID, newLifecycle(m)) })
		equal(t, "records", want, must[[]billing.Record](t)(store.MonthRecords(t.Context(), c.tenant.ID, october)))
	})

	t.Run("lists", func(t *testing.T) {
		c := newCompany(t, store)
		m := c.subscribe()
		var all []billing.Record // the latest first
		for month := october; len(all) < 4; month = month.Next() {
			all = append([]billing.Record{keep(t, c, newRecord(m, month))}, all...)
		}
		same := newLifecycle(m)
		same.At = all[0].At // and a later id
		c.tx(func(ctx context.Context) error { return store.InsertLifecycle(ctx, c.tenant.ID, same) })
		all = append([]billing.Record{must[billing.Record](t)(store.Record(t.Context(), c.tenant.ID, same.ID))}, all...)
		list := func(filter billing.RecordFilter, limit int) (got []billing.Record) {
			t.Helper()
			for after := (page.Position{}); ; {
				request := page.Request{After: after, Limit: limit}
				some := must[[]billing.Record](t)(store.Records(t.Context(), c.tenant.ID, filter, request))
				got = append(got, some...)
				if len(some) < limit {
					return got
				}
				after = page.Position{At: some[limit-1].At, ID: ids.Any(some[limit-1].ID)}
			}
		}
		equal(t, "all", all, list(billing.RecordFilter{}, 100))
		equal(t, "page by page", all, list(billing.RecordFilter{}, 2))
		equal(t, "of a kind", all[1:], list(billing.RecordFilter{Kind: billing.Monthly}, 3))
		equal(t, "of the other", all[:1], list(billing.RecordFilter{Kind: billing.Lifecycle}, 3))
		equal(t, "from an instant on", all[:3], list(billing.RecordFilter{From: all[2].At}, 100))
		equal(t, "before an instant", all[3:], list(billing.RecordFilter{To: all[2].At}, 100))
	})

	t.Run("refers to the tenant's own subscription", func(t *testing.T) {
		theirs, ours := newCompany(t, store), newCompany(t, store)
		m := theirs.subscribe()
		for name, write := range map[string]func(ctx context.Context) error{
			"monthly":   func(ctx context.Context) error { return insertRecord(ctx, ours, newRecord(m, october)) },
			"lifecycle": func(ctx context.Context) error { return store.InsertLifecycle(ctx, ours.tenant.ID, newLifecycle(m)) },
		} {
			if store.Tx(t.Context(), ours.tenant.ID, write) == nil {
				t.Errorf("a %s record of another tenant's subscription", name)
			}
		}
	})

	t.Run("only within a transaction", func(t *testing.T) {
		c := newCompany(t, store)
		r := newRecord(c.subscribe(), october)
		r.Statement = billing.StatementNumber{Year: 1999, Seq: 1}
		if store.InsertRecord(t.Context(), c.tenant.ID, r) == nil {
			t.Error("inserted outside of a transaction")
		}
		if _, err := store.NextStatement(t.Context(), c.tenant.ID, 1999); err == nil {
			t.Error("took a number outside of a transaction")
		}
	})
}

// testStatementNumbers takes numbers in many transactions at the same time, some of which are rolled back.
func testStatementNumbers(t *testing.T, store Store) {
	const year = 2009
	refusal := errors.New("rolled back")
	take := func(c *company, keep bool) (number billing.StatementNumber, err error) {
		err = store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
			number, err = store.NextStatement(ctx, c.tenant.ID, year)
			if err == nil && !keep {
				err = refusal
			}
			return err
		})
		return number, err
	}
	companies := [3]*company{newCompany(t, store), newCompany(t, store), newCompany(t, store)}
	if _, err := take(companies[0], false); !errors.Is(err, refusal) {
		t.Fatal(err)
	}
	taken := make([]billing.StatementNumber, 40)
	for i, err := range inParallel(len(taken), func(i int) (err error) {
		taken[i], err = take(companies[i%len(companies)], i%4 != 0)
		return err
	}) {
		switch {
		case i%4 == 0 && errors.Is(err, refusal):
			taken[i] = billing.StatementNumber{}
		case err != nil || i%4 == 0:
			t.Errorf("%d: %v", i, err)
		}
	}
	var seqs []int
	for _, number := range taken {
		if number != (billing.StatementNumber{}) {
			equal(t, "year", year, number.Year)
			seqs = append(seqs, number.Seq)
		}
	}
	slices.Sort(seqs)
	var want []int
	for i := range len(taken) * 3 / 4 {
		want = append(want, i+1)
	}
	equal(t, "numbers", want, seqs)
}

// testActivePeople checks who was active at the borders of a month, to the millisecond.
func testActivePeople(t *testing.T, store Store) {
	c := newCompany(t, store)
	from, to := day.AddDate(0, 1, -1), day.AddDate(0, 2, -1) // April 2026
	const ms = time.Millisecond
	task := item("Payments", "101")
	period := billing.Period{SubscriptionID: c.subscribe().ID, From: from}
	limit := c.tenant.Settings.AutoStopAfter
	var want []string
	for _, test := range []struct {
		name          string
		start, length time.Duration // since from; a negative length: it runs
		voided        bool
		active        bool
	}{
		{name: "ends where it begins", start: -time.Hour, length: time.Hour},
		{name: "ends a millisecond later", start: -time.Hour, length: time.Hour + ms, active: true},
		{name: "begins with it", length: ms, active: true},
		{name: "a day before", start: -24 * time.Hour, length: 24 * time.Hour},
		{name: "a day before but for a millisecond", start: ms - 24*time.Hour, length: 24 * time.Hour, active: true},
		{name: "has no length", start: time.Hour, length: 0},
		{name: "has no length where it begins", length: 0},
		{name: "is voided", start: time.Hour, length: time.Hour, voided: true},
		{name: "begins where it ends", start: to.Sub(from), length: time.Hour},
		{name: "begins a millisecond before", start: to.Sub(from) - ms, length: time.Hour, active: true},
		{name: "runs since long ago, and was forgotten", start: -70 * 24 * time.Hour, length: -1},
		{name: "runs up to its limit where it begins", start: -limit, length: -1},
		{name: "runs up to its limit a millisecond later", start: ms - limit, length: -1, active: true},
		{name: "runs since its last millisecond", start: to.Sub(from) - ms, length: -1, active: true},
		{name: "runs since its end", start: to.Sub(from), length: -1},
	} {
		u := newUser(test.name)
		if test.active {
			want = append(want, test.name)
			u.Status = tenant.UserDeactivated // in mid-month
		}
		c.keepUsers(u)
		e := entry(u, task, from.Add(test.start), time.Time{})
		if test.length >= 0 {
			e.StoppedAt = e.StartedAt.Add(test.length)
		}
		if test.voided {
			e.VoidedAt = e.StoppedAt
		}
		c.keep(e)
	}
	slices.Sort(want)
	people := must[[]billing.Person](t)(store.ActivePeople(t.Context(), c.tenant.ID, from, to))
	var got []string
	for _, p := range people {
		u := must[tenant.User](t)(store.User(t.Context(), c.tenant.ID, p.ID))
		equal(t, "person", billing.Person{ID: u.ID, Email: u.Email}, p)
		got = append(got, u.Name)
	}
	slices.Sort(got)
	equal(t, "active", want, got)
	equal(t, "to be counted", activeIDs(people), must[[]ids.User](t)(store.UncountedPeople(t.Context(), c.tenant.ID, period, to)))
	equal(t, "in no time", nil, must[[]billing.Person](t)(store.ActivePeople(t.Context(), c.tenant.ID, from.AddDate(-1, 0, 0), from.AddDate(-1, 1, 0))))
}

func testNamesWithoutAddress(t *testing.T, store Store) {
	c, other := newCompany(t, store), newCompany(t, store)
	equal(t, "nobody", nil, must[map[ids.User]string](t)(store.NamesWithoutAddress(t.Context(), c.tenant.ID)))
	grace, theirs := newUser("Grace"), newUser("Frances")
	grace.Email, theirs.Email = "", ""
	c.keepUsers(grace)
	other.keepUsers(theirs)
	equal(t, "names", map[ids.User]string{grace.ID: "Grace"}, must[map[ids.User]string](t)(store.NamesWithoutAddress(t.Context(), c.tenant.ID)))
}

// activeIDs are the ids of people in their order.
func activeIDs(people []billing.Person) []ids.User {
	var found []ids.User
	for _, p := range people {
		found = append(found, p.ID)
	}
	slices.SortFunc(found, ids.User.Compare)
	return found
}

// testActivePeopleBruteForce compares who was active with a check of every entry.
func testActivePeopleBruteForce(t *testing.T, store Store) {
	c := newCompany(t, store)
	random := rand.New(rand.NewPCG(3, 4))
	task := item("Payments", "101")
	c.know(task)
	users := make([]tenant.User, 30)
	for i := range users {
		users[i] = newUser(fmt.Sprint("User ", i))
	}
	c.keepUsers(users...)
	var entries []timer.Entry
	for i, u := range users {
		for range random.IntN(5) {
			started := day.Add(time.Duration(random.Int64N(20*24)) * time.Hour)
			length := time.Duration(random.Int64N(25)) * time.Hour
			e := entry(u, task, started, started.Add(length))
			if random.IntN(4) == 0 {
				e.VoidedAt = e.StoppedAt
			}
			entries = append(entries, e)
		}
		if i%5 == 0 {
			entries = append(entries, entry(u, task, day.Add(time.Duration(random.Int64N(20*24))*time.Hour), time.Time{}))
		}
	}
	if err := c.save(timer.Changeset{Insert: entries}); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		from := day.Add(time.Duration(random.Int64N(20*24)) * time.Hour)
		to := from.Add(time.Duration(1+random.Int64N(48)) * time.Hour)
		var want []ids.User
		for _, e := range entries {
			ends := e.EndsBy(c.tenant.Settings.AutoStopAfter)
			intersects := e.StartedAt.Before(to) && ends.After(from) && ends.After(e.StartedAt)
			if intersects && !e.Voided() && !slices.Contains(want, e.User.ID) {
				want = append(want, e.User.ID)
			}
		}
		slices.SortFunc(want, ids.User.Compare)
		got := activeIDs(must[[]billing.Person](t)(store.ActivePeople(t.Context(), c.tenant.ID, from, to)))
		equal(t, fmt.Sprint(from, " to ", to), want, got)
	}
}
