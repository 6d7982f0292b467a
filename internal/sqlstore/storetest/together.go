package storetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/audit"
	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
)

// office is a tenant as two processes serve it.
type office struct {
	t        *testing.T
	stores   [2]Store
	services [2]*tenant.Service
	boss     tenant.Member // its super_admin
}

func newOffice(t *testing.T, stores [2]Store) *office {
	t.Helper()
	o := &office{t: t, stores: stores}
	for i, store := range stores {
		o.services[i] = tenant.NewService(store, func() time.Time { return day }, calendar.CheckZone)
	}
	o.boss = must[tenant.Member](t)(o.services[0].SignUp(t.Context(), stranger(ids.New[ids.Directory](), "boss"), tenant.SignUpRequest{
		Name: "Contoso", Slug: ids.New[ids.Any]().String(), AzureDevOpsOrganization: "contoso", AdminEmail: "boss@contoso.example",
	}))
	return o
}

// stranger is a person of a directory who is no user yet.
func stranger(directory ids.Directory, alias string) tenant.Person {
	return tenant.Person{
		DirectoryID: directory, ObjectID: ids.New[ids.Object](), Email: alias + "@contoso.example", EmailVerified: true, Name: alias,
	}
}

// join makes a person a user by the join policy.
func (o *office) join(i int, p tenant.Person) (tenant.Member, error) {
	return o.services[i%2].SignIn(o.t.Context(), p)
}

func (o *office) seats() int {
	o.t.Helper()
	return must[int](o.t)(o.stores[0].CountSeats(o.t.Context(), o.boss.Tenant.ID))
}

func testLastSeat(t *testing.T, stores [2]Store) {
	invite := func(o *office, i int, _ ids.User) error {
		_, err := o.services[i%2].Invite(t.Context(), o.boss, []tenant.Invitation{{Email: fmt.Sprintf("p%d@contoso.example", i)}})
		return err
	}
	join := func(o *office, i int, _ ids.User) error {
		_, err := o.join(i, stranger(o.boss.Tenant.DirectoryID, fmt.Sprint("p", i)))
		return err
	}
	reactivate := func(o *office, i int, deactivated ids.User) error {
		active := tenant.UserActive
		_, err := o.services[i%2].ChangeUser(t.Context(), o.boss, deactivated, 1, tenant.UserPatch{Status: &active})
		return err
	}
	for name, ways := range map[string][]func(o *office, i int, deactivated ids.User) error{
		"by invitations":   {invite},
		"by joining":       {join},
		"by reactivations": {reactivate},
		"by all of them":   {invite, join, reactivate},
	} {
		t.Run(name, func(t *testing.T) {
			const attempts = 50
			o := newOffice(t, stores)
			id := o.boss.Tenant.ID
			for i := range tenant.TrialSeats - 2 {
				if _, err := o.join(i, stranger(o.boss.Tenant.DirectoryID, fmt.Sprint("early", i))); err != nil {
					t.Fatal(err)
				}
			}
			var deactivated [attempts]tenant.User
			for i := range deactivated {
				deactivated[i] = newUser(fmt.Sprint("Former ", i))
				deactivated[i].Status = tenant.UserDeactivated
			}
			err := stores[0].Tx(t.Context(), id, func(ctx context.Context) error {
				for _, u := range deactivated {
					if err := stores[0].InsertUser(ctx, id, u); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			log := func() int {
				return len(must[[]audit.Event](t)(stores[1].AuditEvents(t.Context(), id, audit.Filter{}, page.Request{Limit: 100})))
			}
			before := log()
			results := inParallel(attempts, func(i int) error {
				for {
					// A call that waits for the tenant for too long is told to come again.
					if err := ways[i%len(ways)](o, i, deactivated[i].ID); !errs.Is(err, errs.Unavailable) {
						return err
					}
				}
			})
			equal(t, "got the last seat", 1, succeeded(t, results, errs.PaymentRequired, "seat_limit"))
			equal(t, "seats", tenant.TrialSeats, o.seats())
			equal(t, "audited", before+1, log())
		})
	}
}

// testLastSuperAdmin lets two super_admins remove each other.
func testLastSuperAdmin(t *testing.T, stores [2]Store) {
	superAdmin, user, deactivated := tenant.RoleSuperAdmin, tenant.RoleUser, tenant.UserDeactivated
	for range 5 {
		o := newOffice(t, stores)
		other := must[tenant.Member](t)(o.join(1, stranger(o.boss.Tenant.DirectoryID, "other")))
		changed, err := o.services[0].ChangeUser(t.Context(), o.boss, other.User.ID, 1, tenant.UserPatch{Role: &superAdmin})
		if err != nil {
			t.Fatal(err)
		}
		other.User = changed
		results := inParallel(2, func(i int) error {
			if i == 0 {
				_, err := o.services[0].ChangeUser(t.Context(), o.boss, other.User.ID, 2, tenant.UserPatch{Status: &deactivated})
				return err
			}
			_, err := o.services[1].ChangeUser(t.Context(), other, o.boss.User.ID, 1, tenant.UserPatch{Role: &user})
			return err
		})
		equal(t, "removed", 1, succeeded(t, results, errs.Conflict, "last_super_admin"))
		equal(t, "super_admins", 1, must[int](t)(stores[0].CountActive(t.Context(), o.boss.Tenant.ID, superAdmin)))
	}
}

func testManyTabs(t *testing.T, stores [2]Store) {
	o := newOffice(t, stores)
	p := stranger(o.boss.Tenant.DirectoryID, "zoe")
	var members [20]tenant.Member
	results := inParallel(len(members), func(i int) (err error) {
		members[i], err = o.join(i, p)
		return err
	})
	if err := errors.Join(results...); err != nil {
		t.Error(err)
	}
	for _, m := range members {
		equal(t, "user", members[0].User, m.User)
	}
	equal(t, "seats", 2, o.seats())
}

// testAcceptedAndWithdrawn lets a person sign in while the invitation is withdrawn. One of the two happens completely.
func testAcceptedAndWithdrawn(t *testing.T, stores [2]Store) {
	o := newOffice(t, stores)
	inviteOnly := tenant.JoinInviteOnly
	changed, err := o.services[0].ChangeTenant(t.Context(), o.boss, 1, tenant.SettingsPatch{JoinPolicy: &inviteOnly}, nil)
	if err != nil {
		t.Fatal(err)
	}
	o.boss.Tenant = changed
	for n := range 10 {
		p := stranger(o.boss.Tenant.DirectoryID, fmt.Sprint("zoe", n))
		invited, err := o.services[0].Invite(t.Context(), o.boss, []tenant.Invitation{{Email: p.Email}})
		if err != nil {
			t.Fatal(err)
		}
		id := invited[0].ID
		results := inParallel(2, func(i int) error {
			if i == 0 {
				_, err := o.join(0, p)
				return err
			}
			return o.services[1].Withdraw(t.Context(), o.boss, id, 1)
		})
		user, err := stores[0].User(t.Context(), o.boss.Tenant.ID, id)
		switch accepted, withdrawn := results[0], results[1]; {
		case accepted == nil && withdrawn != nil:
			if err != nil || user.Status != tenant.UserActive || user.ObjectID != p.ObjectID {
				t.Errorf("accepted: %v, %v", user, err)
			}
			// The next round needs the seat.
			gone := tenant.UserDeactivated
			if _, err := o.services[0].ChangeUser(t.Context(), o.boss, id, 2, tenant.UserPatch{Status: &gone}); err != nil {
				t.Fatal(err)
			}
		case accepted != nil && withdrawn == nil:
			fails(t, err, errs.NotFound, "user_not_found")
		default:
			t.Errorf("accepted: %v; withdrawn: %v", accepted, withdrawn)
		}
		equal(t, "seats", 1, o.seats())
	}
}

// testBillingTogether bills one month many times at the same time. Each tenant gets one record, and the statements have
// no gap.
func testBillingTogether(t *testing.T, stores [2]Store) {
	month := calendar.Month{Year: 2026, Month: time.March}
	var companies []*company
	for range 12 {
		c := newCompany(t, stores[0])
		c.setTerms(newTerms(c.subscribe(), month.From()))
		c.keep(entry(c.ada, item("Payments", "101"), month.From(), month.From().Add(time.Hour)))
		companies = append(companies, c)
	}
	bill := func(i int) error {
		for {
			// A run that waits for a tenant for too long leaves it to the next run.
			err := billing.NewService(stores[i%2], month.To, billing.Seller{}).Bill(t.Context(), month, billing.Options{})
			if !errs.Is(err, errs.Unavailable) {
				return err
			}
		}
	}
	if err := errors.Join(inParallel(6, bill)...); err != nil {
		t.Error(err)
	}
	records := func() (all []billing.Record) {
		t.Helper()
		for _, c := range companies {
			of := must[[]billing.Record](t)(stores[0].MonthRecords(t.Context(), c.tenant.ID, month))
			if len(of) != 1 {
				t.Fatalf("%d records of a month", len(of))
			}
			equal(t, "active", []billing.Person{{ID: c.ada.ID, Email: c.ada.Email}}, of[0].Active)
			all = append(all, of[0])
		}
		return all
	}
	first := records()
	var seqs, want []int
	for i, r := range first {
		seqs, want = append(seqs, r.Statement.Seq), append(want, i+1)
	}
	slices.Sort(seqs)
	equal(t, "statements", want, seqs)
	if err := bill(1); err != nil {
		t.Error(err)
	}
	equal(t, "records after a further run", first, records())

	// A late correction is one adjustment, whichever run notices it.
	c := companies[0]
	c.keep(entry(c.bob, item("Payments", "101"), month.From(), month.From().Add(time.Hour)))
	if err := errors.Join(inParallel(6, bill)...); err != nil {
		t.Error(err)
	}
	made := must[[]billing.Record](t)(stores[1].MonthRecords(t.Context(), c.tenant.ID, month))
	if len(made) != 2 || made[1].Kind != billing.Adjustment || made[1].Statement.Seq != len(companies)+1 {
		t.Errorf("want one adjustment with the next number, got %+v", made)
	}
}

// microsoft is a Marketplace that always gives the same answer.
type microsoft struct {
	subscription marketplace.Fetched
	operation    marketplace.Operation
}

func (m microsoft) Resolve(context.Context, string) (marketplace.Fetched, error) {
	return m.subscription, nil
}

func (m microsoft) Activate(context.Context, ids.Subscription, string) error { return nil }

func (m microsoft) Subscription(context.Context, ids.Subscription) (marketplace.Fetched, error) {
	return m.subscription, nil
}

func (m microsoft) Subscriptions(context.Context) iter.Seq2[marketplace.Fetched, error] {
	return func(yield func(marketplace.Fetched, error) bool) { yield(m.subscription, nil) }
}

func (m microsoft) Operation(context.Context, ids.Subscription, ids.Operation) (marketplace.Operation, error) {
	return m.operation, nil
}

func (m microsoft) Acknowledge(context.Context, ids.Subscription, ids.Operation) error { return nil }

// testReceivingTogether sends one event many times at the same time, which takes effect once. The first event of an
// unknown subscription binds it; a later one changes it.
func testReceivingTogether(t *testing.T, stores [2]Store) {
	for range 3 {
		c := newCompany(t, stores[0])
		id := c.tenant.ID
		api := microsoft{subscription: marketplace.Fetched{
			ID: ids.New[ids.Subscription](), OfferID: "timetracker", PlanID: "team", Quantity: 10,
			Status:      marketplace.Subscribed,
			Beneficiary: marketplace.Party{DirectoryID: c.tenant.DirectoryID},
			Purchaser:   marketplace.Party{DirectoryID: c.tenant.DirectoryID},
		}}
		receive := func(action marketplace.Action) {
			t.Helper()
			api.operation = marketplace.Operation{
				ID: ids.New[ids.Operation](), SubscriptionID: api.subscription.ID, Action: action, Quantity: 30,
				Status: marketplace.InProgress, At: at(9, 0),
			}
			event := marketplace.Notification{
				OperationID: api.operation.ID, SubscriptionID: api.subscription.ID, Action: action, At: at(9, 0),
			}
			results := inParallel(20, func(i int) error {
				store := stores[i%2]
				// Each has its own service, as another process does. One service would join the calls.
				service := marketplace.NewService(marketplace.Config{
					Store: store, Fulfillment: api, Now: func() time.Time { return at(9, 0) },
					Tenants: tenant.NewService(store, func() time.Time { return at(9, 0) }, calendar.CheckZone),
					Flush:   func(context.Context, marketplace.Subscription) error { return nil },
					Alert:   func(context.Context, alert.Alert) {},
				})
				for {
					if err := service.Receive(t.Context(), event); !errs.Is(err, errs.Unavailable) {
						return err
					}
				}
			})
			if err := errors.Join(results...); err != nil {
				t.Error(err)
			}
			d, ok, err := stores[0].Delivery(t.Context(), event.OperationID)
			if err != nil || !ok || d.Outcome != marketplace.Applied {
				t.Errorf("delivery: %+v, %v, %v", d, ok, err)
			}
		}
		recorded := func() (actions []marketplace.Action) {
			t.Helper()
			request := page.Request{Limit: 100}
			for _, r := range must[[]billing.Record](t)(stores[1].Records(t.Context(), id, billing.RecordFilter{}, request)) {
				actions = append(actions, r.Action)
			}
			return actions
		}
		receive(marketplace.Subscribe)
		equal(t, "recorded", []marketplace.Action{marketplace.Subscribe}, recorded())
		equal(t, "tenant", id, readSubscription(t, stores[1], api.subscription.ID).TenantID)
		receive(marketplace.ChangeQuantity)
		equal(t, "recorded", []marketplace.Action{marketplace.ChangeQuantity, marketplace.Subscribe}, recorded())
		m := readSubscription(t, stores[1], api.subscription.ID)
		equal(t, "quantity", 30, m.Quantity)
		terms, _, err := stores[0].CurrentTerms(t.Context(), id)
		equal(t, "seats", 30, terms.Seats)
		if err != nil {
			t.Error(err)
		}
		equal(t, "events", 2, len(must[[]audit.Event](t)(
			stores[0].AuditEvents(t.Context(), id, audit.Filter{}, page.Request{Limit: 100}))))
	}
}
