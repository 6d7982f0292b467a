package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"timetracker/internal/billing"
	"timetracker/internal/config"
	"timetracker/internal/errs"
	"timetracker/internal/sandbox"
	"timetracker/internal/sqlstore"
	"timetracker/internal/telemetry"
)

// unreachable is a network in which every call fails.
type unreachable struct{}

func (unreachable) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("unreachable")
}

// replica is a webhook's process that runs without its listeners.
type replica struct {
	process *Process
	stop    func() // waits until it has ended
}

// startReplica makes a webhook's process as `webhook` does.
func startReplica(t *testing.T, store *sqlstore.Store) replica {
	t.Helper()
	c := config.Config{
		EntraAuthority: "https://login.example", MarketplaceURL: "https://marketplace.example/api",
		MarketplaceTenantID: sandbox.PublisherDirectoryID, MarketplaceClientID: sandbox.MarketplaceClientID,
		MarketplaceClientSecret: sandbox.MarketplaceClientSecret,
	}
	client := &http.Client{Transport: unreachable{}}
	p, err := newConfiguredProcess(c, store, client, ProcessConfig{
		Holder: uuid.NewString(), Metrics: NewMetrics(store), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	served, err := newConfiguredWebhook(p, c, client)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); served.Run(ctx) }()
	return replica{process: p, stop: func() { cancel(); <-ended }}
}

var acknowledged = regexp.MustCompile(`timetracker_job_runs_total\{name="acknowledge_changes",result="ok"\} (\d+)`)

// runs is how often the replica has run its job.
func (r replica) runs(t *testing.T) int {
	t.Helper()
	answer := httptest.NewRecorder()
	r.process.InternalHandler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	found := acknowledged.FindStringSubmatch(answer.Body.String())
	if found == nil {
		return 0
	}
	n, err := strconv.Atoi(found[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWebhookProcessesShareTheirJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, err := sqlstore.Open(t.Context(), sqlstore.Config{Create: true, URL: "sqlite:" + filepath.Join(t.TempDir(), "timetracker.db")})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		if err := store.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		first := startReplica(t, store)
		synctest.Wait()
		second := startReplica(t, store)
		const periods = 8
		time.Sleep(periods*15*time.Second + time.Second)
		synctest.Wait()
		if a, b := first.runs(t), second.runs(t); a != 1+periods || b != 0 {
			t.Errorf("in %d periods the first has run the job %d times, the second %d times", periods, a, b)
		}

		second.stop()
		third := startReplica(t, store)
		synctest.Wait()
		if third.runs(t) != 0 {
			t.Error("the second has given the first one's lease back")
		}

		first.stop()
		time.Sleep(15 * time.Second)
		synctest.Wait()
		if got := third.runs(t); got != 1 {
			t.Errorf("the third has run the job %d times after the first has stopped", got)
		}
		third.stop()
	})
}

// The process is alive whatever the database does. It is ready only on a database that it can work with, and otherwise
// says why not.
func TestAliveIsNotReady(t *testing.T) {
	file := filepath.Join(t.TempDir(), "timetracker.db")
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{Create: true, URL: "sqlite:" + file})
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewProcess(ProcessConfig{
		Holder: "one", Store: store, Now: time.Now, Log: slog.New(slog.DiscardHandler), Metrics: telemetry.NewMetrics(),
		Microsoft: struct{ Microsoft }{},
	})
	if err != nil {
		t.Fatal(err)
	}
	probe := func(state string, ready int, reason string) {
		t.Helper()
		for path, want := range map[string]int{"/healthz": http.StatusOK, "/readyz": ready} {
			answer := httptest.NewRecorder()
			p.InternalHandler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
			if answer.Code != want {
				t.Errorf("%s: %s is answered with %d, want %d", state, path, answer.Code, want)
			}
			if path == "/readyz" && !strings.Contains(answer.Body.String(), reason) {
				t.Errorf("%s: the reason is %q, want one with %q", state, answer.Body, reason)
			}
		}
	}
	probe("not migrated", http.StatusServiceUnavailable, "run timetracker migrate")
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	probe("migrated", http.StatusOK, "ok")
	// A process that opened the database anew would not find it.
	if err := os.Rename(file, file+".moved"); err != nil {
		t.Fatal(err)
	}
	probe("moved", http.StatusOK, "ok")
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	probe("closed", http.StatusServiceUnavailable, "database is closed")
}

// A clock that is a day ahead would bill a month that has not ended, for good. Operators are told once an hour.
func TestJobsOfMoneyDoNothingByAWrongClock(t *testing.T) {
	var told bytes.Buffer
	ahead := 25 * time.Hour
	p, err := NewProcess(ProcessConfig{
		Holder: "one", Store: migratedStore(t), Now: func() time.Time { return time.Now().Add(ahead) },
		Log: slog.New(slog.NewTextHandler(&told, nil)), Metrics: telemetry.NewMetrics(), Microsoft: silent{},
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for name, job := range map[string]func(context.Context) error{"bill": p.market.bill, "measure_usage": p.market.measureUsage} {
			if err := job(t.Context()); errs.CodeOf(err) != billing.ClockWrong {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if alerts := strings.Count(told.String(), "kind=clock_wrong"); alerts != 1 || !strings.Contains(told.String(), "the database") {
		t.Errorf("operators are told %d times: %s", alerts, &told)
	}
	ahead = 0
	if err := p.market.bills.CheckClock(t.Context()); err == nil || errs.CodeOf(err) == billing.ClockWrong {
		t.Errorf("without an answer of Microsoft: %v", err)
	}
	if err := p.market.bill(t.Context()); err == nil {
		t.Error("it bills although it can't compare its clock with Microsoft's")
	}
	if err := p.market.measureUsage(t.Context()); err != nil {
		t.Errorf("usage, which can't wait: %v", err)
	}
}

// Whoever may read a statement can open it at will, and must not be able to ring operators as often.
func TestOperatorsAreToldOfCodesOnStatementsOnceAnHour(t *testing.T) {
	var told bytes.Buffer
	at := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	p, err := NewProcess(ProcessConfig{
		Holder: "one", Store: migratedStore(t), Now: func() time.Time { return at },
		Log: slog.New(slog.NewTextHandler(&told, nil)), Metrics: telemetry.NewMetrics(), Microsoft: silent{},
	})
	if err != nil {
		t.Fatal(err)
	}
	statement := billing.Statement{Customer: "株式会社"}
	for _, later := range []time.Duration{0, time.Minute, 59 * time.Minute} {
		at = at.Add(later)
		if err := p.market.bills.Print(t.Context(), io.Discard, statement); err != nil {
			t.Fatal(err)
		}
	}
	if alerts := strings.Count(told.String(), "kind=characters_not_printed"); alerts != 2 {
		t.Errorf("operators are told %d times in an hour, of which the second begins: %s", alerts, &told)
	}
}

func migratedStore(t *testing.T) *sqlstore.Store {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{Create: true, URL: "sqlite:" + filepath.Join(t.TempDir(), "timetracker.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return store
}

// silent is a Microsoft that doesn't answer.
type silent struct{ Microsoft }

// Now implements Microsoft.
func (silent) Now(context.Context) (time.Time, error) { return time.Time{}, errors.New("no answer") }

func TestAProcessNeedsAllOfItsConfiguration(t *testing.T) {
	store := new(sqlstore.Store)
	complete := func() ProcessConfig {
		return ProcessConfig{
			Holder: "one", Store: store, Now: time.Now, Log: slog.New(slog.DiscardHandler), Metrics: telemetry.NewMetrics(),
			Microsoft: struct{ Microsoft }{},
		}
	}
	if _, err := NewProcess(complete()); err != nil {
		t.Fatal(err)
	}
	for name, remove := range map[string]func(c *ProcessConfig){
		"holder":    func(c *ProcessConfig) { c.Holder = "" },
		"store":     func(c *ProcessConfig) { c.Store = nil },
		"clock":     func(c *ProcessConfig) { c.Now = nil },
		"log":       func(c *ProcessConfig) { c.Log = nil },
		"metrics":   func(c *ProcessConfig) { c.Metrics = nil },
		"Microsoft": func(c *ProcessConfig) { c.Microsoft = nil },
	} {
		c := complete()
		remove(&c)
		if _, err := NewProcess(c); err == nil {
			t.Errorf("a process was made without its %s", name)
		}
	}
}

// Profiles are for whoever asks for them by configuration, on the internal address alone.
func TestProfilesAreAskedFor(t *testing.T) {
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{Create: true, URL: "sqlite:" + filepath.Join(t.TempDir(), "timetracker.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for _, profiling := range []bool{false, true} {
		p, err := NewProcess(ProcessConfig{
			Holder: "one", Store: store, Now: time.Now, Log: slog.New(slog.DiscardHandler), Metrics: telemetry.NewMetrics(),
			Microsoft: struct{ Microsoft }{}, Profiling: profiling,
		})
		if err != nil {
			t.Fatal(err)
		}
		want := http.StatusNotFound
		if profiling {
			want = http.StatusOK
		}
		for _, path := range []string{"/debug/pprof/", "/debug/pprof/goroutine", "/debug/pprof/heap", "/debug/pprof/profile?seconds=1", "/debug/pprof/symbol"} {
			answer := httptest.NewRecorder()
			p.InternalHandler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
			if answer.Code != want {
				t.Errorf("profiling %t: %s is answered with %d, want %d", profiling, path, answer.Code, want)
			}
		}
		answer := httptest.NewRecorder()
		p.InternalHandler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/debug/pprof/cmdline", nil))
		if answer.Code != http.StatusNotFound {
			t.Errorf("profiling %t: the command line is shown: %d", profiling, answer.Code)
		}
	}
}
