package storetest

import (
	"context"
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/audit"
	"timetracker/internal/billing"
	"timetracker/internal/errs"
	"timetracker/internal/idempotency"
	"timetracker/internal/ids"
	"timetracker/internal/importer"
	"timetracker/internal/marketplace"
	"timetracker/internal/plan"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
	"timetracker/internal/workitem"
)

// Store is every port that a store has to implement.
type Store interface {
	tenant.Store
	workitem.Store
	workitem.WriteBackStore
	timer.Store
	timesheet.Store
	importer.Store
	report.Store
	report.SavedStore
	privacy.RequestStore
	idempotency.Store
	marketplace.Store
	billing.Store
	privacy.ErasureStore
	privacy.RetentionStore
	privacy.RemovalStore
	privacy.TableStore
	proof.Store
	audit.AccessStore
	AcquireLease(
		ctx context.Context, name, holder string, now time.Time, ttl, longest time.Duration,
	) (bool, error)
	ReleaseLease(ctx context.Context, name, holder string) error
	Ping(ctx context.Context) error
	Now(ctx context.Context) (time.Time, error)
	CheckVersion(ctx context.Context) error
	OldestWaiting(ctx context.Context) (usage, acknowledgement, writeBack time.Time, err error)
}

// Run runs the suite on a store whose schema is up to date. Tests share the store; each has tenants of its own.
func Run(t *testing.T, store Store) {
	t.Helper()
	tests := []struct {
		name string
		run  func(t *testing.T, store Store)
	}{
		{"connection", testConnection},
		{"transactions", testTransactions},
		{"tenants", testTenants},
		{"activities", testActivities},
		{"general time", testGeneralTime},
		{"users", testUsers},
		{"changing users", testChangingUsers},
		{"invitations", testInvitations},
		{"lists of users", testUserLists},
		{"many users", testManyUsers},
		{"timer log", testTimerLog},
		{"audit", testAudit},
		{"actions", testActions},
		{"access records", testAccessRecords},
		{"timelines", testTimelines},
		{"saving", testSaving},
		{"work items", testWorkItems},
		{"facts of work items", testFacts},
		{"recent and pinned work items", testRecent},
		{"projects", testProjects},
		{"general projects", testGeneralProjects},
		{"write-backs", testWriteBacks},
		{"contributions", testContributions},
		{"what was written in all", testWrittenTotals},
		{"work new to many", testNewToMany},
		{"imports", testImports},
		{"entries", testEntries},
		{"lists", testLists},
		{"forgotten timers", testOverdue},
		{"parallel starts", testParallelStarts},
		{"timesheets", testTimesheets},
		{"closed periods", testClosedPeriods},
		{"pending timesheets", testPendingTimesheets},
		{"intervals of people", testIntervals},
		{"targets", testTargets},
		{"reminders", testReminders},
		{"adjustments", testAdjustments},
		{"settled entries", testSettlements},
		{"entries as others see them", testEntriesSeenBy},
		{"privacy requests", testPrivacyRequests},
		{"privacy choices", testPrivacyChoices},
		{"reports", testReports},
		{"entries of reports", testEntriesOfReports},
		{"filters of reports", testReportFilters},
		{"saved reports", testSavedReports},
		{"reports against brute force", testReportsBruteForce},
		{"reports of months against brute force", testReportsOfMonths},
		{"idempotency keys", testIdempotency},
		{"leases", testLeases},
		{"chains", testChain},
		{"subscriptions", testSubscriptions},
		{"deliveries", testDeliveries},
		{"transactions of no tenant", testNobodysTransactions},
		{"terms", testTerms},
		{"billing records", testBillingRecords},
		{"statement numbers", testStatementNumbers},
		{"active people", testActivePeople},
		{"names without an address", testNamesWithoutAddress},
		{"active people against brute force", testActivePeopleBruteForce},
		{"usage", testUsage},
		{"metered users", testMetered},
		{"subscriptions of plans", testSubscriptionsOf},
		{"personal data", testPersonalData},
		{"erasures", testErasures},
		{"removals", testRemovals},
		{"billing records after their time", testNamesAfterTheirTime},
		{"what ends", testRetention},
		{"clearing people", testClearing},
		{"texts", testTexts},
		{"isolation", testIsolation},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, store) })
	}
}

// RunTogether runs what two processes do to one database at the same time. Both stores are open on it.
func RunTogether(t *testing.T, one, other Store) {
	t.Helper()
	stores := [2]Store{one, other}
	t.Run("the last seat", func(t *testing.T) { testLastSeat(t, stores) })
	t.Run("the last super_admin", func(t *testing.T) { testLastSuperAdmin(t, stores) })
	t.Run("one person in many tabs", func(t *testing.T) { testManyTabs(t, stores) })
	t.Run("an invitation accepted and withdrawn", func(t *testing.T) { testAcceptedAndWithdrawn(t, stores) })
	t.Run("one version of an entry", func(t *testing.T) { testOneVersion(t, stores) })
	t.Run("one place for entries", func(t *testing.T) { testOnePlace(t, stores) })
	t.Run("all that is done to entries", func(t *testing.T) { testStorm(t, stores) })
	t.Run("a week closed meanwhile", func(t *testing.T) { testClosedMeanwhile(t, stores) })
	t.Run("a month is billed", func(t *testing.T) { testBillingTogether(t, stores) })
	t.Run("a work item is written", func(t *testing.T) { testWritingTogether(t, stores) })
	t.Run("a chain is sealed", func(t *testing.T) { testSealingTogether(t, stores) })
	t.Run("an event of the Marketplace", func(t *testing.T) { testReceivingTogether(t, stores) })
}

// day is where the tests' time begins.
var day = time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)

// at is an instant of the tests' first day.
func at(hour, minute int) time.Time {
	return day.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

// company is a tenant with two users.
type company struct {
	t        *testing.T
	store    Store
	tenant   tenant.Tenant
	ada, bob tenant.User
}

// development is the activity of all entries that say nothing else. It has the same id in every tenant.
var development = tenant.Activity{
	ID: ids.MustParse[ids.Activity]("0193a5b0-0000-7000-8000-00000000de70"), Name: "Development", Billable: true, Revision: 1,
}

func newTenant() tenant.Tenant {
	id := ids.New[ids.Any]()
	made := tenant.Tenant{
		ID: ids.Tenant(id), DirectoryID: ids.New[ids.Directory](), Name: "Contoso Ä", Slug: id.String(), AzureDevOpsOrganization: "contoso",
		AdminEmail: "Ada@Contoso.Example", Currency: "EUR", Plan: plan.Trial, Status: tenant.Active, TrialEndsAt: at(0, 0).AddDate(0, 0, 30),
		Settings: tenant.DefaultSettings("Europe/Berlin"), CreatedAt: at(8, 0).Add(123 * time.Millisecond), Revision: 1,
	}
	made.Settings.DefaultActivity, made.Settings.DefaultBillable = development.Ref(), development.Billable
	return made
}

func newUser(name string) tenant.User {
	return tenant.User{
		ID: ids.New[ids.User](), ObjectID: ids.New[ids.Object](), Email: name + "@contoso.example", Name: name,
		Role: tenant.RoleUser, Status: tenant.UserActive, AuthProvider: tenant.ProviderMicrosoft,
		FirstSignInAt: at(8, 1), LastSignInAt: at(8, 1), CreatedAt: at(8, 1), Revision: 1,
	}
}

func newCompany(t *testing.T, store Store) *company {
	t.Helper()
	c := &company{t: t, store: store, tenant: newTenant(), ada: newUser("Ada"), bob: newUser("bob")}
	c.tx(func(ctx context.Context) error {
		if err := store.InsertTenant(ctx, c.tenant.ID, c.tenant, []tenant.Activity{development}); err != nil {
			return err
		}
		if err := store.InsertUser(ctx, c.tenant.ID, c.ada); err != nil {
			return err
		}
		return store.InsertUser(ctx, c.tenant.ID, c.bob)
	})
	return c
}

// tx runs fn in a transaction that must succeed.
func (c *company) tx(fn func(ctx context.Context) error) {
	c.t.Helper()
	if err := c.store.Tx(c.t.Context(), c.tenant.ID, fn); err != nil {
		c.t.Fatal(err)
	}
}

// save writes changes in a transaction of their own.
func (c *company) save(changes timer.Changeset) error {
	return c.store.Tx(c.t.Context(), c.tenant.ID, func(ctx context.Context) error {
		return c.store.Save(ctx, c.tenant.ID, changes)
	})
}

// keep inserts entries with their work items.
func (c *company) keep(entries ...timer.Entry) {
	c.t.Helper()
	for _, e := range entries {
		c.know(e.WorkItem)
		if err := c.save(timer.Changeset{Insert: []timer.Entry{e}}); err != nil {
			c.t.Fatal(err)
		}
	}
}

// know stores work items as they are, with their ids.
func (c *company) know(items ...workitem.WorkItem) {
	c.t.Helper()
	for _, w := range items {
		c.tx(func(ctx context.Context) error {
			if err := c.store.LockWork(ctx, c.tenant.ID); err != nil {
				return err
			}
			r := resolved(w)
			found, err := c.store.Candidates(ctx, c.tenant.ID, workitem.Lookup{
				SiteKey: workitem.NameKey(w.Site.Name), ProjectKey: workitem.NameKey(w.Project.Name), Number: w.Number,
			})
			if err != nil {
				return err
			}
			r.New = workitem.Novelty{Site: true, SiteName: true, Project: true, ProjectName: true, Item: true}
			for _, f := range found {
				r.New.Site, r.New.SiteName = false, false
				if !f.Project.ID.IsZero() {
					r.New.Project, r.New.ProjectName = false, false
				}
				if !f.Item.ID.IsZero() {
					r.New.Item, r.New.ItemFacts = false, f.Item != r.Item
				}
			}
			return c.store.Remember(ctx, c.tenant.ID, r)
		})
	}
}

// resolved is a work item as its claim would be resolved.
func resolved(w workitem.WorkItem) workitem.Resolved {
	return workitem.Resolved{
		Claim:   claim(w),
		Site:    workitem.Site{ID: w.Site.ID, Tracker: w.Site.Tracker, Name: w.Site.Name},
		Project: workitem.Project{ID: w.Project.ID, SiteID: w.Site.ID, Name: w.Project.Name, CountsAs: w.Project, Revision: 1},
		Item:    workitem.Item{ID: w.ID, Number: w.Number, ProjectID: w.Project.ID, Title: w.Title, Type: w.Type},
	}
}

// claim is a client's claim of a work item.
func claim(w workitem.WorkItem) workitem.Claim {
	return workitem.Claim{
		Tracker: w.Site.Tracker, Site: workitem.Named{Name: w.Site.Name}, Project: workitem.Named{Name: w.Project.Name},
		Number: w.Number, Title: w.Title, Type: w.Type,
	}
}

// item is a work item with a title. The same names have the same ids, also in several tenants.
func item(project, number string) workitem.WorkItem { return itemOf("contoso", project, number) }

func itemOf(site, project, number string) workitem.WorkItem {
	id := func(names ...string) (id [16]byte) {
		sum := sha256.Sum256([]byte(strings.Join(names, "/")))
		copy(id[:], sum[:])
		return id
	}
	return workitem.WorkItem{
		ID:      id("work item", site, number),
		Site:    workitem.SiteRef{ID: id("site", site), Tracker: workitem.AzureDevOps, Name: site},
		Project: workitem.ProjectRef{ID: id("project", site, project), Name: project},
		Number:  number, Title: "Title of " + number, Type: "Task",
	}
}

// entry makes a stopped entry. Without a stop it runs.
func entry(user tenant.User, item workitem.WorkItem, started, stopped time.Time) timer.Entry {
	return timer.Entry{
		ID: ids.New[ids.Entry](), User: timer.UserRef{ID: user.ID, Name: user.Name}, WorkItem: item, ProjectID: item.Project.ID,
		Activity: development.Ref(), Billable: development.Billable,
		StartedAt: started, StoppedAt: stopped, Source: timer.FromTimer, Revision: 1,
	}
}

func event(what timer.EventType, e timer.Entry, when time.Time) timer.Event {
	return timer.Event{ID: ids.New[ids.Event](), Type: what, At: when, User: e.User, EntryID: e.ID, WorkItem: e.WorkItem}
}

func newOperation(kind timer.OperationKind) timer.Operation {
	return timer.Operation{ID: ids.New[ids.EntryOperation](), Kind: kind}
}

// equal fails the test when two values differ.
func equal[T any](t *testing.T, what string, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// must gives the value of a call that must succeed.
func must[T any](t *testing.T) func(value T, err error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// fails ends the test when the error does not have the kind and the code.
func fails(t *testing.T, err error, kind errs.Kind, code string) {
	t.Helper()
	if err == nil || errs.KindOf(err) != kind || errs.CodeOf(err) != code {
		t.Errorf("want an error of kind %d with code %q, got %v", kind, code, err)
	}
}

// entryIDs are the ids of entries, for short comparisons.
func entryIDs(entries []timer.Entry) []ids.Entry {
	list := []ids.Entry{}
	for _, e := range entries {
		list = append(list, e.ID)
	}
	return list
}
