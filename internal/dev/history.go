package dev

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"timetracker/internal/app"
	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/page"
	"timetracker/internal/plan"
	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/devops/boards"
	sandboxmarketplace "timetracker/internal/sandbox/marketplace"
	"timetracker/internal/sqlstore"
	"timetracker/internal/telemetry"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// historyDays is how many days of recorded history the sandbox's Contoso has.
const historyDays = 62

// contosoZone is the time zone in which Contoso's days are cut.
const contosoZone = "Europe/Berlin"

// contosoSeats is how many seats Contoso has bought.
const contosoSeats = 20

// habits are how the people of Contoso work, beginning with the one who signs up. joan and the guest are not in
// TimeTracker yet and join by signing in.
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

// history makes the past of Contoso with the services that requests use. It only sets their clock.
type history struct {
	store     *sqlstore.Store
	microsoft app.Microsoft
	sold      *sandboxmarketplace.Server
	now       func() time.Time
	log       *slog.Logger

	// These are set by begin.
	at            time.Time // what the services take for the present
	tenantID      ids.Tenant
	tenants       *tenant.Service
	work          *workitem.Service
	timers        *timer.Service
	subscriptions *marketplace.Service

	contosoRemoved bool // it was signed up once, and its removal has begun
}

// begin signs Contoso up on the first start, buys its plan and, unless empty, records two months of work. A Contoso that was
// removed stays removed, since its subscription is still the old one's.
func (h *history) begin(ctx context.Context, empty bool) error {
	clock := func() time.Time { return h.at }
	process, err := app.NewProcess(app.ProcessConfig{
		Holder: "dev history", Store: h.store, Now: clock, Log: h.log, Metrics: telemetry.NewMetrics(), Microsoft: h.microsoft,
	})
	if err != nil {
		return err
	}
	h.tenants, h.subscriptions, h.timers, h.work = process.Tenants(), process.Subscriptions(), process.Timers(), process.Work()
	if _, signedUp, err := h.tenants.Known(ctx, contosoPerson(habits[0].alias, time.Time{})); err != nil || signedUp {
		return err
	}
	today := calendar.Instant(h.now())
	signedUp := today.AddDate(0, 0, -historyDays-1)
	subscription, err := h.sell(signedUp)
	if err != nil {
		return fmt.Errorf("contoso's subscription: %w", err)
	}
	if sold, _, err := h.store.Subscription(ctx, subscription); err != nil || sold.Bound() {
		h.contosoRemoved = sold.Bound()
		return err
	}
	h.tenantID = ids.New[ids.Tenant]()
	// It is one transaction, so that a first start that is interrupted can be repeated.
	err = h.store.Tx(ctx, h.tenantID, func(ctx context.Context) error {
		if err := h.signUp(ctx, signedUp, subscription); err != nil {
			return err
		}
		members, err := h.signIn(ctx, today)
		if err != nil || empty {
			return err
		}
		return h.record(ctx, members, today)
	})
	if err != nil {
		return fmt.Errorf("contoso: %w", err)
	}
	return nil
}

// sell has Ada buy the plan that Contoso has had from the beginning. The stand-in sends no event for it.
func (h *history) sell(at time.Time) (ids.Subscription, error) {
	wanted := plan.Catalogue()[0]
	id, err := h.sold.Seed(sandboxmarketplace.SeedSubscription{
		ID: "5b0a4f2e-7d19-4c36-8f5a-2e91c07d6b14", Purchaser: sandbox.DefaultUser, Beneficiary: sandbox.DefaultUser,
		OfferID: wanted.OfferID, PlanID: wanted.ID, Quantity: contosoSeats, Start: at,
	})
	if err != nil {
		return ids.Subscription{}, err
	}
	return ids.Parse[ids.Subscription](id)
}

// signUp signs Contoso up, adds its people and takes the subscription, all within the first hour.
func (h *history) signUp(ctx context.Context, signedUp time.Time, subscription ids.Subscription) error {
	h.at = signedUp
	ada, err := h.tenants.SignUp(ctx, contosoPerson(habits[0].alias, h.at), tenant.SignUpRequest{
		ID: h.tenantID, Name: "Contoso", Slug: "contoso", AzureDevOpsOrganization: "contoso", AdminEmail: sandbox.DefaultUser,
		TimeZone: contosoZone,
	})
	if err != nil {
		return fmt.Errorf("sign up: %w", err)
	}
	colleagues := habits[1:]
	h.at = h.at.Add(10 * time.Minute)
	invitations := make([]tenant.Invitation, len(colleagues))
	for i, habit := range colleagues {
		invited := contosoPerson(habit.alias, h.at)
		invitations[i] = tenant.Invitation{Email: invited.Email, Name: invited.Name}
	}
	if _, err := h.tenants.Invite(ctx, ada, invitations); err != nil {
		return fmt.Errorf("invite: %w", err)
	}
	for _, habit := range colleagues {
		h.at = h.at.Add(10 * time.Minute)
		joined, err := h.tenants.SignIn(ctx, contosoPerson(habit.alias, h.at))
		if err != nil {
			return fmt.Errorf("%s joins: %w", habit.alias, err)
		}
		if habit.role == tenant.RoleUser {
			continue
		}
		patch := tenant.UserPatch{Role: &habit.role}
		if _, err := h.tenants.ChangeUser(ctx, ada, joined.User.ID, joined.User.Revision, patch); err != nil {
			return fmt.Errorf("%s's role: %w", habit.alias, err)
		}
	}
	h.at = h.at.Add(10 * time.Minute)
	if err := h.subscriptions.Receive(ctx, marketplace.Notification{
		OperationID: ids.New[ids.Operation](), SubscriptionID: subscription, Action: marketplace.Subscribe, At: h.at,
	}); err != nil {
		return fmt.Errorf("buy: %w", err)
	}
	return nil
}

// signIn gives the members as they are at an instant, which is their latest sign-in.
func (h *history) signIn(ctx context.Context, at time.Time) ([]tenant.Member, error) {
	h.at = at
	members := make([]tenant.Member, len(habits))
	for i, habit := range habits {
		var err error
		if members[i], err = h.tenants.SignIn(ctx, contosoPerson(habit.alias, at)); err != nil {
			return nil, fmt.Errorf("%s signs in: %w", habit.alias, err)
		}
	}
	return members, nil
}

// contosoPerson is the person of a token that was issued at an instant.
func contosoPerson(alias string, issued time.Time) tenant.Person {
	people := sandbox.People()
	address := alias + "@contoso.example"
	known := people[slices.IndexFunc(people, func(p sandbox.Person) bool { return p.UserPrincipalName == address })]
	return tenant.Person{
		DirectoryID: ids.MustParse[ids.Directory](known.DirectoryID), ObjectID: ids.MustParse[ids.Object](known.ObjectID),
		Email: known.Email, EmailVerified: true, Name: known.Name, SignedInAt: issued,
	}
}

// record has the members work from then on until now. There are working days of several entries, some switches, and
// entries that somebody forgot to stop. Some colleagues' timers run at this moment, and one person is invited.
func (h *history) record(ctx context.Context, members []tenant.Member, now time.Time) error {
	zone, err := calendar.LoadZone(contosoZone)
	if err != nil {
		return err
	}
	items := boards.New(func() time.Time { return now }, sandbox.People).List("contoso")
	today := calendar.DayOf(now, zone)
	forgotten := today.AddDays(-2)
	for isWeekend(forgotten, zone) {
		forgotten = forgotten.AddDays(-1)
	}
	activities, err := h.activities(ctx, members[0])
	if err != nil {
		return err
	}
	for i, m := range members {
		// The past is the same on every machine, so that screenshots and tests agree.
		d := &diary{
			history: h, member: m, chance: rand.New(rand.NewPCG(uint64(i), 2026)), items: favourites(items, i), activities: activities,
		}
		d.chance.Shuffle(len(d.items), func(a, b int) { d.items[a], d.items[b] = d.items[b], d.items[a] })
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
			h.at = now.Add(-time.Duration(20+17*i) * time.Minute)
			if err := d.start(ctx); err != nil {
				return err
			}
		}
	}
	// One person has not signed in yet, so that the list of people and the audit have something to show.
	h.at = now.Add(-26 * time.Hour)
	noor := []tenant.Invitation{{Email: "noor@contoso.example", Name: "Noor Haddad"}}
	if _, err := h.tenants.Invite(ctx, members[0], noor); err != nil {
		return fmt.Errorf("invite: %w", err)
	}
	return h.handIn(ctx, members, now)
}

func isWeekend(day calendar.Day, zone *time.Location) bool {
	weekday := calendar.StartOfDay(day, zone).In(zone).Weekday()
	return weekday == time.Saturday || weekday == time.Sunday
}

// favourites are the work items that a person mostly works on.
func favourites(items []boards.WorkItem, person int) []boards.WorkItem {
	var own []boards.WorkItem
	for n, item := range items {
		if item.Area != "" {
			continue // not everybody may work on it
		}
		if kind := item.Fields[boards.FieldType]; kind != "Epic" && kind != "Feature" && (n+person)%3 == 0 {
			own = append(own, item)
		}
	}
	return own
}

// diary makes the entries of one person.
type diary struct {
	*history
	member tenant.Member
	items  []boards.WorkItem
	chance *rand.Rand

	activities map[string]ids.Activity // by name
	general    ids.Project             // where time needs no work item; zero: not known yet
	made       int                     // entries so far
}

// day records one working day, as far as it is well before now.
func (d *diary) day(ctx context.Context, start time.Time, work time.Duration, now time.Time, forget bool) error {
	d.at = start.Add(d.upTo(25 * time.Minute))
	for worked := time.Duration(0); worked < work; {
		length := 35*time.Minute + d.upTo(2*time.Hour)
		if d.at.Add(length).After(now.Add(-2 * time.Hour)) {
			return nil
		}
		if err := d.start(ctx); err != nil {
			return err
		}
		worked += length
		if forget && worked >= work {
			length = d.member.Tenant.Settings.AutoStopAfter
		}
		d.at = d.at.Add(length)
		if _, err := d.timers.Stop(ctx, d.member, ids.Entry{}); err != nil {
			return fmt.Errorf("stop: %w", err)
		}
		d.at = d.at.Add(3*time.Minute + d.upTo(35*time.Minute))
	}
	return nil
}

func (d *diary) start(ctx context.Context) error {
	// The product of two random numbers makes the first items the frequent ones.
	at := int(float64(len(d.items)) * d.chance.Float64() * d.chance.Float64())
	item := d.items[at]
	request := timer.StartRequest{WorkItem: workitem.Claim{
		Tracker: workitem.AzureDevOps,
		Site:    workitem.Named{Name: item.Organization}, Project: workitem.Named{Name: item.Project},
		Number: strconv.Itoa(item.ID),
		Title:  textOf(item, boards.FieldTitle), Type: textOf(item, boards.FieldType),
	}}
	if hours, ok := item.Fields[boards.FieldCompletedWork].(float64); ok {
		request.ExistingHours = &hours
	}
	if err := d.describe(ctx, item.Project, &request); err != nil {
		return err
	}
	if _, err := d.timers.Start(ctx, d.member, request); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	return nil
}

// activities are those of the tenant by name.
func (h *history) activities(ctx context.Context, m tenant.Member) (map[string]ids.Activity, error) {
	all, err := h.tenants.Activities(ctx, m)
	if err != nil {
		return nil, fmt.Errorf("activities: %w", err)
	}
	byName := make(map[string]ids.Activity, len(all))
	for _, a := range all {
		byName[a.Name] = a.ID
	}
	return byName, nil
}

// details are what people say of their entries, one after the other. Most say nothing.
var details = []struct{ activity, note string }{
	{}, {activity: "Review", note: "Reviewed the pull request"}, {}, {}, {note: "Paired on the failing build"}, {activity: "Meeting"}, {},
	{activity: "Review"}, {note: "Found the cause: a lock that nobody releases"}, {}, {}, {activity: "Planning", note: "Estimates for the next sprint"},
}

// maxProjects is more than Contoso has.
const maxProjects = 100

// generalEvery is how many entries of a person there are from one without a work item to the next.
const generalEvery = 9

// describe gives an entry an activity and a note. It takes nothing from chance, so that they change nobody's times.
func (d *diary) describe(ctx context.Context, project string, request *timer.StartRequest) error {
	d.made++
	said := details[d.made%len(details)]
	if d.made%generalEvery == 0 {
		if err := d.allowGeneral(ctx, project); err != nil {
			return err
		}
	}
	if d.made%generalEvery == 0 && !d.general.IsZero() {
		request.General, request.ExistingHours = d.general, nil
		said.activity, said.note = "Planning", "Planning and stand-up"
	}
	request.Activity = d.activities[said.activity]
	if said.note != "" {
		request.Note = &said.note
	}
	return nil
}

// allowGeneral lets time be recorded without a work item on the first project of the person's on which time was recorded
// before.
func (d *diary) allowGeneral(ctx context.Context, name string) error {
	if !d.general.IsZero() {
		return nil
	}
	projects, _, err := d.work.Projects(ctx, d.member, workitem.ProjectFilter{}, page.Request{Limit: maxProjects})
	if err != nil {
		return fmt.Errorf("projects: %w", err)
	}
	at := slices.IndexFunc(projects, func(p workitem.ProjectDetails) bool { return p.Name == name })
	if at < 0 {
		return nil
	}
	d.general = projects[at].ID
	if projects[at].Rules.GeneralAllowed {
		return nil
	}
	admin, _, err := d.tenants.Known(ctx, contosoPerson(habits[0].alias, time.Time{}))
	if err != nil {
		return err
	}
	allowed := true
	patch := workitem.ProjectPatch{GeneralAllowed: &allowed}
	if _, err := d.work.ChangeProject(ctx, admin, d.general, projects[at].Revision, patch); err != nil {
		return fmt.Errorf("general time of %s: %w", name, err)
	}
	return nil
}

func (d *diary) upTo(most time.Duration) time.Duration {
	return time.Duration(d.chance.Int64N(int64(most))).Truncate(time.Millisecond)
}

func textOf(item boards.WorkItem, field string) string {
	text, _ := item.Fields[field].(string)
	return text
}
