package dev

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/app"
	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/marketplaceapi"
	"timetracker/internal/page"
	"timetracker/internal/plan"
	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/entra"
	sandboxmarketplace "timetracker/internal/sandbox/marketplace"
	"timetracker/internal/sqlstore"
	"timetracker/internal/timer"
)

// The history is believable on whichever day the first start is.
func TestSeedIsBelievable(t *testing.T) {
	berlin, err := calendar.LoadZone(contosoZone)
	if err != nil {
		t.Fatal(err)
	}
	for name, now := range map[string]time.Time{
		"Monday morning":         time.Date(2026, 11, 16, 7, 5, 0, 0, berlin),
		"Tuesday noon":           time.Date(2026, 11, 17, 12, 0, 0, 0, berlin),
		"Friday":                 time.Date(2026, 11, 20, 17, 45, 0, 0, berlin),
		"Sunday after midnight":  time.Date(2026, 11, 22, 0, 10, 0, 0, berlin),
		"the day clocks go back": time.Date(2026, 10, 25, 2, 30, 0, 0, berlin),
		"the last of a month":    time.Date(2027, 3, 31, 9, 0, 0, 0, berlin),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkHistory(t, now, berlin)
		})
	}
}

func checkHistory(t *testing.T, now time.Time, zone *time.Location) {
	t.Helper()
	store := openSeeded(t, now)
	m, ok, err := store.Member(t.Context(), ids.MustParse[ids.Directory](sandbox.ContosoDirectoryID), objectID("ada@contoso.example"))
	if err != nil || !ok {
		t.Fatalf("ada: %t, %v", ok, err)
	}
	entries, err := store.Entries(t.Context(), m.Tenant.ID, timer.EntryFilter{IncludeVoided: true}, page.Request{Limit: 100_000})
	if err != nil {
		t.Fatal(err)
	}
	lastMonth := calendar.Day{Year: now.Year(), Month: now.Month() - 1, Date: 1}.AddDays(0).String()[:7]
	var running, review int
	people := map[ids.User]int{}
	projects := map[string]int{} // of last month
	later := map[ids.User]timer.Entry{}
	for _, entry := range entries { // the latest first
		start := entry.StartedAt.In(zone)
		if next, ok := later[entry.User.ID]; ok && (entry.Running() || entry.StoppedAt.After(next.StartedAt)) {
			t.Errorf("overlap: %+v and %+v", entry, next)
		}
		later[entry.User.ID] = entry
		if entry.Running() {
			running++
			if entry.User.ID == m.User.ID {
				t.Error("a timer of ada runs, so that she can't start with a click")
			}
			if length := now.Sub(entry.StartedAt); length <= 0 || length > 3*time.Hour {
				t.Errorf("%s's timer runs for %s", entry.User.Name, length)
			}
			continue
		}
		people[entry.User.ID]++
		if day := start.Weekday(); day == time.Saturday || day == time.Sunday {
			t.Errorf("%s worked on %s", entry.User.Name, start)
		}
		if hour := start.Hour(); hour < 7 || hour > 20 {
			t.Errorf("%s began at %s", entry.User.Name, start)
		}
		item := entry.WorkItem
		if entry.StoppedAt.After(now) || (!entry.General() && (item.Title == "" || item.Type == "")) || (entry.General() && entry.Note == "") {
			t.Errorf("not believable: %+v", entry)
		}
		if entry.NeedsReview {
			review++
		}
		if calendar.DayOf(entry.StartedAt, zone).String()[:7] == lastMonth {
			projects[entry.WorkItem.Project.Name]++
		}
	}
	if running == 0 {
		t.Error("no colleague's timer runs")
	}
	if review == 0 {
		t.Error("no entry waits for review")
	}
	if len(people) != len(habits) {
		t.Errorf("%d of %d people have recorded time", len(people), len(habits))
	}
	for id, count := range people {
		if count < 100 {
			t.Errorf("%s has %d entries in two months", id, count)
		}
	}
	if len(projects) < 2 {
		t.Errorf("last month's entries by project: %v", projects)
	}
	// The months are billed by the subscription's terms.
	terms, _, err := store.CurrentTerms(t.Context(), m.Tenant.ID)
	if err != nil {
		t.Fatal(err)
	}
	terms.ID, terms.EffectiveAt, terms.SubscriptionID = ids.Terms{}, time.Time{}, ids.Subscription{}
	if diff := cmp.Diff(plan.Terms{
		Kind: plan.Paid, Status: plan.Active, PlanID: "team", PlanTitle: "Team", Model: "seats", Seats: 20, Currency: "USD",
		RateMinor: 900,
	}, terms); diff != "" {
		t.Errorf("terms (-want +got):\n%s", diff)
	}
}

// The audit has what happened to Contoso, as for every customer that signs up.
func TestHistoryIsAudited(t *testing.T) {
	store := openSeeded(t, time.Date(2026, 11, 17, 12, 0, 0, 0, time.UTC))
	events, err := store.AuditEvents(t.Context(), contoso(t, store), audit.Filter{}, page.Request{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	got := map[audit.EventType]int{}
	for _, event := range events {
		got[event.Type]++
	}
	want := map[audit.EventType]int{
		audit.TenantCreated: 1, audit.InvitedUser: len(habits), audit.InvitationAccepted: len(habits) - 1,
		audit.RoleChanged: 1, audit.SubscriptionChanged: 1,
		audit.ProjectChanged: 2, // where time needs no work item
		audit.TargetChanged:  1, audit.ApproverChanged: 1,
		audit.TimesheetSubmitted: 27, audit.TimesheetApproved: 24, audit.TimesheetReturned: 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
}

// An interrupted first start leaves nothing behind, so that the next start is a first start.
func TestHistoryIsMadeWholeOrNotAtAll(t *testing.T) {
	now := func() time.Time { return time.Date(2026, 11, 17, 12, 0, 0, 0, time.UTC) }
	store := openStoreOf(t)
	past := newHistory(t, store, now)
	microsoft := past.microsoft
	past.microsoft = gone{microsoft}
	if err := past.begin(t.Context(), false); !errors.Is(err, errGone) {
		t.Fatalf("without the Marketplace the error is %v", err)
	}
	if _, _, err := store.Member(t.Context(), ids.MustParse[ids.Directory](sandbox.ContosoDirectoryID), ids.Object{}); !errs.Is(err, errs.NotFound) {
		t.Errorf("Contoso is there: %v", err)
	}
	past.microsoft = microsoft
	if err := past.begin(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	first := contoso(t, store)
	if err := past.begin(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if again := contoso(t, store); again != first {
		t.Errorf("Contoso was %s and is %s", first, again)
	}
}

// A Contoso whose removal has begun keeps its subscription, so the next start neither fails nor signs it up again.
func TestARemovedContosoStaysRemoved(t *testing.T) {
	store := openStoreOf(t)
	past := newHistory(t, store, func() time.Time { return time.Date(2026, 11, 17, 12, 0, 0, 0, time.UTC) })
	if err := past.begin(t.Context(), true); err != nil || past.contosoRemoved {
		t.Fatalf("the first start: %t, %v", past.contosoRemoved, err)
	}
	id := contoso(t, store)
	if err := store.Tx(t.Context(), id, func(ctx context.Context) error {
		return store.ReleaseTenant(ctx, id, ids.New[ids.Directory](), "removed-1")
	}); err != nil {
		t.Fatal(err)
	}
	if err := past.begin(t.Context(), true); err != nil || !past.contosoRemoved {
		t.Errorf("after the removal has begun: %t, %v", past.contosoRemoved, err)
	}
	_, _, err := store.Member(t.Context(), ids.MustParse[ids.Directory](sandbox.ContosoDirectoryID), ids.Object{})
	if !errs.Is(err, errs.NotFound) {
		t.Errorf("Contoso is there again: %v", err)
	}
}

// gone is a Marketplace that has no subscriptions.
type gone struct{ app.Microsoft }

var errGone = errors.New("gone")

func (gone) Subscription(context.Context, ids.Subscription) (marketplace.Fetched, error) {
	return marketplace.Fetched{}, errGone
}

func contoso(t *testing.T, store *sqlstore.Store) ids.Tenant {
	t.Helper()
	m, _, err := store.Member(t.Context(), ids.MustParse[ids.Directory](sandbox.ContosoDirectoryID), ids.Object{})
	if err != nil {
		t.Fatal(err)
	}
	return m.Tenant.ID
}

func openSeeded(t *testing.T, now time.Time) *sqlstore.Store {
	t.Helper()
	store := openStoreOf(t)
	past := newHistory(t, store, func() time.Time { return now })
	if err := past.begin(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	return store
}

func openStoreOf(t *testing.T) *sqlstore.Store {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{
		Create: true, URL: "sqlite:" + filepath.Join(t.TempDir(), "timetracker.db"), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return store
}

// newHistory uses stand-ins that are called without a network.
func newHistory(t *testing.T, store *sqlstore.Store, now func() time.Time) *history {
	t.Helper()
	const signInURL, soldURL = "https://entra.example", "https://marketplace.example"
	signIn, err := entra.New(entra.Config{
		BaseURL: signInURL, Directories: sandbox.Directories(), People: sandbox.People(),
		Apps: sandbox.Apps("https://localhost"), KeyDir: t.TempDir(), Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	sold, err := sandboxmarketplace.New(sandboxmarketplace.Config{
		BaseURL: soldURL, LandingURL: "http://localhost/marketplace", WebhookURL: "http://localhost/webhook",
		Entra: signIn, HTTPClient: new(http.Client), Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	microsoft, err := marketplaceapi.New(marketplaceapi.Config{
		BaseURL: soldURL + "/api", Authority: signInURL, DirectoryID: sandbox.PublisherDirectoryID,
		ClientID: sandbox.MarketplaceClientID, Secret: sandbox.MarketplaceClientSecret,
		HTTPClient: &http.Client{Transport: inMemory{"entra.example": signIn, "marketplace.example": sold}}, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &history{store: store, microsoft: microsoft, sold: sold, now: now, log: slog.New(slog.DiscardHandler)}
}

// inMemory calls the handler of a host.
type inMemory map[string]http.Handler

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	m[r.URL.Host].ServeHTTP(answer, r)
	return answer.Result(), nil
}

func objectID(userPrincipalName string) ids.Object {
	for _, person := range sandbox.People() {
		if person.UserPrincipalName == userPrincipalName {
			return ids.MustParse[ids.Object](person.ObjectID)
		}
	}
	return ids.Object{}
}
