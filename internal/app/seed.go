package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/plan"
	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/devops"
	sandboxmarketplace "timetracker/internal/sandbox/marketplace"
	"timetracker/internal/sqlstore"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

// historyDays is how far back the recorded history of the sandbox's Contoso reaches.
const historyDays = 62

// contosoZone is where Contoso's days are cut.
const contosoZone = "Europe/Berlin"

// habits are how a person of Contoso works; joan and the guest are not in TimeTracker yet and join by signing in.
var habits = []struct {
	alias string
	role  tenant.Role
	start time.Duration // after midnight
	work  time.Duration // a day
}{
	{"ada", tenant.RoleSuperAdmin, 8*time.Hour + 40*time.Minute, 6*time.Hour + 30*time.Minute},
	{"grace", tenant.RoleAdmin, 9 * time.Hour, 7 * time.Hour},
	{"linus", tenant.RoleUser, 10*time.Hour + 15*time.Minute, 7*time.Hour + 30*time.Minute},
	{"margaret", tenant.RoleUser, 7*time.Hour + 50*time.Minute, 6 * time.Hour},
}

// seed signs Contoso up on first start and records two months of work, unless empty. It goes through the very services
// that requests go through, with a clock in the past.
func seed(ctx context.Context, store *sqlstore.Store, market *sandboxmarketplace.Server, empty bool, now func() time.Time) error {
	if _, _, err := store.Member(ctx, ids.MustParse[ids.Directory](sandbox.ContosoDirectoryID), ids.Object{}); !errs.Is(err, errs.NotFound) {
		return err
	}
	today := calendar.Instant(now())
	signedUp := today.AddDate(0, 0, -historyDays-1)
	bought, sold, err := buyForContoso(market, signedUp)
	if err != nil {
		return fmt.Errorf("contoso's subscription: %w", err)
	}
	contoso := tenant.Tenant{
		ID:                      ids.New[ids.Tenant](),
		DirectoryID:             ids.MustParse[ids.Directory](sandbox.ContosoDirectoryID),
		Name:                    "Contoso",
		Slug:                    "contoso",
		AzureDevOpsOrganization: "contoso",
		AdminEmail:              sandbox.DefaultUser,
		Currency:                sold.Currency,
		Plan:                    plan.Paid,
		PaidSeats:               bought.Quantity,
		RateMinor:               sold.RateMinor,
		Status:                  tenant.Active,
		Settings:                tenant.DefaultSettings(contosoZone),
		TrialEndsAt:             signedUp.Add(tenant.TrialLength),
		CreatedAt:               signedUp,
		Revision:                1,
	}
	members := make([]tenant.Member, len(habits))
	for i, habit := range habits {
		members[i] = tenant.Member{Tenant: contoso, User: contosoUser(habit.alias, habit.role, contoso.CreatedAt, today)}
	}
	history := func(context.Context) error { return nil }
	if !empty {
		history = func(ctx context.Context) error { return record(ctx, store, members, today) }
	}
	// One transaction: a first start that is interrupted is a first start again.
	err = store.Tx(ctx, contoso.ID, func(ctx context.Context) error {
		if err := store.InsertTenant(ctx, contoso.ID, contoso); err != nil {
			return err
		}
		for _, m := range members {
			if err := store.InsertUser(ctx, contoso.ID, m.User); err != nil {
				return err
			}
		}
		if err := keepBought(ctx, store, contoso, bought, sold); err != nil {
			return err
		}
		return history(ctx)
	})
	if err != nil {
		return fmt.Errorf("contoso: %w", err)
	}
	return nil
}

// contosoSeats is how many seats Contoso has bought.
const contosoSeats = 20

// buyForContoso has Ada buy the plan that Contoso has had from the beginning.
func buyForContoso(market *sandboxmarketplace.Server, at time.Time) (marketplace.Subscription, plan.Plan, error) {
	sold := plan.Catalogue()[0]
	id, err := market.Seed(sandboxmarketplace.SeedSubscription{
		ID: "5b0a4f2e-7d19-4c36-8f5a-2e91c07d6b14", Purchaser: sandbox.DefaultUser, Beneficiary: sandbox.DefaultUser,
		OfferID: sold.OfferID, PlanID: sold.ID, Quantity: contosoSeats, Start: at,
	})
	if err != nil {
		return marketplace.Subscription{}, sold, err
	}
	bought, err := market.Subscription(id)
	if err != nil {
		return marketplace.Subscription{}, sold, err
	}
	first, last := bought.Term()
	return marketplace.Subscription{
		ID: ids.MustParse[ids.Subscription](id), OfferID: sold.OfferID, PlanID: sold.ID, Quantity: bought.Quantity,
		Status: marketplace.Subscribed, BeneficiaryDirectory: ids.MustParse[ids.Directory](bought.Beneficiary.DirectoryID),
		PurchaserDirectory: ids.MustParse[ids.Directory](bought.Purchaser.DirectoryID), Term: marketplace.Term{Start: first, End: last, Unit: "P1M"},
		AutoRenew: true, UsersAtPurchase: len(habits), Sync: marketplace.Sync{ActivatedAt: at}, CreatedAt: at, Revision: 1,
	}, sold, nil
}

// keepBought keeps a subscription that has been in force since the tenant signed up.
func keepBought(ctx context.Context, store *sqlstore.Store, t tenant.Tenant, bought marketplace.Subscription, sold plan.Plan) error {
	bought.TenantID = t.ID
	if err := store.InsertSubscription(ctx, t.ID, bought); err != nil {
		return err
	}
	if err := store.InsertLifecycle(ctx, t.ID, marketplace.LifecycleRecord{
		ID: ids.New[ids.BillingRecord](), At: t.CreatedAt, SubscriptionID: bought.ID, Action: marketplace.Activate, PlanID: sold.ID,
		PlanTitle: sold.Name, Quantity: bought.Quantity, Status: bought.Status, People: bought.UsersAtPurchase,
	}); err != nil {
		return err
	}
	return tenant.NoteTerms(ctx, store, t.ID, plan.Terms{
		EffectiveAt: t.CreatedAt, Kind: t.Plan, Status: plan.Status(t.Status), SubscriptionID: bought.ID, PlanID: sold.ID,
		PlanTitle: sold.Name, Model: sold.Model, Seats: t.PaidSeats, Currency: t.Currency, RateMinor: t.RateMinor,
	})
}

// diary is one person's recorded past: a service whose clock is moved by hand.
type diary struct {
	timers *timer.Service
	member tenant.Member
	items  []devops.WorkItem
	chance *rand.Rand
	clock  time.Time
}

// record writes the members' past until now: working days of several entries, now and then a switch, some entries that
// somebody forgot to stop, timers of colleagues that run at this moment, and an invitation.
func record(ctx context.Context, store *sqlstore.Store, members []tenant.Member, now time.Time) error {
	zone, err := calendar.LoadZone(contosoZone)
	if err != nil {
		return err
	}
	items := devops.NewWorkItems().List("contoso")
	for i, m := range members {
		// The same past on every machine, so that screenshots and tests look alike.
		d := &diary{member: m, chance: rand.New(rand.NewPCG(uint64(i), 2026))}
		d.timers = timer.NewService(store, func() time.Time { return d.clock })
		d.items = favourites(items, i)
		d.chance.Shuffle(len(d.items), func(a, b int) { d.items[a], d.items[b] = d.items[b], d.items[a] })
		today := calendar.DayOf(now, zone)
		forgotten := today.AddDays(-2)
		for isWeekend(forgotten, zone) {
			forgotten = forgotten.AddDays(-1)
		}
		for back := historyDays; back >= 0; back-- {
			day := today.AddDays(-back)
			if isWeekend(day, zone) {
				continue
			}
			start := calendar.StartOfDay(day, zone).Add(habits[i].start)
			if err := d.day(ctx, start, habits[i].work, now, day == forgotten && i < 2); err != nil {
				return err
			}
		}
		if habits[i].role == tenant.RoleUser {
			d.clock = now.Add(-time.Duration(20+17*i) * time.Minute)
			if err := d.start(ctx); err != nil {
				return err
			}
		}
	}
	// Somebody who has not signed in yet, so that the people and what was changed of them are there to look at.
	people := tenant.NewService(store, func() time.Time { return now.Add(-26 * time.Hour) }, calendar.CheckZone)
	if _, err := people.Invite(ctx, members[0], []tenant.Invitation{{Email: "noor@contoso.example", Name: "Noor Haddad"}}); err != nil {
		return fmt.Errorf("invite: %w", err)
	}
	return nil
}

func isWeekend(day calendar.Day, zone *time.Location) bool {
	weekday := calendar.StartOfDay(day, zone).In(zone).Weekday()
	return weekday == time.Saturday || weekday == time.Sunday
}

// favourites are the work items that one of the people mostly works on.
func favourites(items []devops.WorkItem, person int) []devops.WorkItem {
	var own []devops.WorkItem
	for n, item := range items {
		if kind := item.Fields[devops.FieldType]; kind != "Epic" && kind != "Feature" && (n+person)%3 == 0 {
			own = append(own, item)
		}
	}
	return own
}

// day records one working day, as far as it lies well before now.
func (d *diary) day(ctx context.Context, start time.Time, work time.Duration, now time.Time, forget bool) error {
	d.clock = start.Add(d.upTo(25 * time.Minute))
	for worked := time.Duration(0); worked < work; {
		length := 35*time.Minute + d.upTo(2*time.Hour)
		if d.clock.Add(length).After(now.Add(-2 * time.Hour)) {
			return nil
		}
		if err := d.start(ctx); err != nil {
			return err
		}
		worked += length
		if forget && worked >= work {
			length = d.member.Tenant.Settings.AutoStopAfter
		}
		d.clock = d.clock.Add(length)
		if _, err := d.timers.Stop(ctx, d.member, ids.Entry{}); err != nil {
			return fmt.Errorf("stop: %w", err)
		}
		d.clock = d.clock.Add(3*time.Minute + d.upTo(35*time.Minute))
	}
	return nil
}

func (d *diary) start(ctx context.Context) error {
	// The product of two chances makes the first items the frequent ones.
	at := int(float64(len(d.items)) * d.chance.Float64() * d.chance.Float64())
	item := d.items[at]
	request := timer.StartRequest{WorkItem: timer.WorkItem{
		WorkItemRef: timer.WorkItemRef{Organization: item.Organization, Project: item.Project, ID: strconv.Itoa(item.ID)},
		Title:       text(item.Fields[devops.FieldTitle]),
		Type:        text(item.Fields[devops.FieldType]),
	}}
	if hours, ok := item.Fields[devops.FieldCompletedWork].(float64); ok {
		request.ExistingHours = &hours
	}
	if _, err := d.timers.Start(ctx, d.member, request); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	return nil
}

func (d *diary) upTo(most time.Duration) time.Duration {
	return time.Duration(d.chance.Int64N(int64(most))).Truncate(time.Millisecond)
}

func text(field any) string {
	s, _ := field.(string)
	return s
}

func contosoUser(alias string, role tenant.Role, joined, lastSignIn time.Time) tenant.User {
	address := alias + "@contoso.example"
	user := tenant.User{
		ID: ids.New[ids.User](), Email: address, Role: role, Status: tenant.UserActive,
		AuthProvider: tenant.ProviderMicrosoft, FirstSignInAt: joined, LastSignInAt: lastSignIn, CreatedAt: joined,
		Revision: 1,
	}
	for _, person := range sandbox.People() {
		if person.UserPrincipalName == address {
			user.ObjectID, user.Name = ids.MustParse[ids.Object](person.ObjectID), person.Name
		}
	}
	return user
}
