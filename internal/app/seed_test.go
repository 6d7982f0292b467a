package app

import (
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/plan"
	"timetracker/internal/sandbox"
	sandboxentra "timetracker/internal/sandbox/entra"
	sandboxmarketplace "timetracker/internal/sandbox/marketplace"
	"timetracker/internal/sqlstore"
	"timetracker/internal/timer"
)

// The history is believable on whichever day somebody starts for the first time.
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
		if entry.StoppedAt.After(now) || entry.WorkItem.Title == "" || entry.WorkItem.Type == "" {
			t.Errorf("not believable: %+v", entry)
		}
		if entry.NeedsReview {
			review++
		}
		if calendar.DayOf(entry.StartedAt, zone).String()[:7] == lastMonth {
			projects[entry.WorkItem.Project]++
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
	// The months are billed by what the subscription says.
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

func openSeeded(t *testing.T, now time.Time) *sqlstore.Store {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{
		URL: "sqlite:" + filepath.Join(t.TempDir(), "timetracker.db"), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return now }
	if err := seed(t.Context(), store, openMarketplace(t, clock), false, clock); err != nil {
		t.Fatal(err)
	}
	return store
}

func openMarketplace(t *testing.T, clock func() time.Time) *sandboxmarketplace.Server {
	t.Helper()
	entra, err := sandboxentra.New(sandboxentra.Config{
		BaseURL: "https://localhost", Directories: sandbox.Directories(), People: sandbox.People(),
		Apps: sandbox.Apps("https://localhost"), KeyDir: t.TempDir(), Now: clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	market, err := sandboxmarketplace.New(sandboxmarketplace.Config{
		BaseURL: "http://localhost", LandingURL: "http://localhost/marketplace", WebhookURL: "http://localhost/webhook",
		Entra: entra, HTTPClient: new(http.Client), Now: clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	return market
}

func objectID(userPrincipalName string) ids.Object {
	for _, person := range sandbox.People() {
		if person.UserPrincipalName == userPrincipalName {
			return ids.MustParse[ids.Object](person.ObjectID)
		}
	}
	return ids.Object{}
}
