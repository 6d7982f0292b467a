package crashtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/plan"
	"timetracker/internal/sqlstore"
	"timetracker/internal/sqlstore/enginetest"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// storeUsers write at the same time, so that commits are groups.
const storeUsers = 48

const storeDirectory = "5d3e1c52-9a07-4b1e-8f6d-2c7b90a4e611"

// storeOptions say where the database is, and after how many transactions the process kills itself.
type storeOptions struct {
	URL          string // of the database
	Transactions int64
	Delay        time.Duration
}

// openStore opens the database. It has a tenant whose users are numbered; the first one is an admin.
func openStore(ctx context.Context, url string) (*sqlstore.Store, []tenant.Member, error) {
	store, err := sqlstore.Open(ctx, sqlstore.Config{Create: true, URL: url})
	if err != nil {
		return nil, nil, err
	}
	if err := store.Migrate(ctx); err != nil {
		return nil, nil, errors.Join(err, store.Close())
	}
	if _, _, err := store.Member(ctx, ids.MustParse[ids.Directory](storeDirectory), ids.Object{}); errs.Is(err, errs.NotFound) {
		err = fillStore(ctx, store)
		if err != nil {
			return nil, nil, errors.Join(err, store.Close())
		}
	}
	members := make([]tenant.Member, storeUsers)
	for i := range members {
		m, ok, err := store.Member(ctx, ids.MustParse[ids.Directory](storeDirectory), ids.Object{15: byte(i + 1)})
		if err != nil || !ok {
			return nil, nil, errors.Join(fmt.Errorf("user %d: found %t", i, ok), err, store.Close())
		}
		members[i] = m
	}
	return store, members, nil
}

func fillStore(ctx context.Context, store *sqlstore.Store) error {
	now := time.Now().UTC().Truncate(time.Millisecond)
	t := tenant.Tenant{
		ID: ids.New[ids.Tenant](), DirectoryID: ids.MustParse[ids.Directory](storeDirectory), Name: "Contoso", Slug: "contoso", AzureDevOpsOrganization: "contoso",
		AdminEmail: "ada@contoso.example", Currency: "EUR", Plan: plan.Internal, Status: tenant.Active,
		Settings: tenant.DefaultSettings("UTC"), CreatedAt: now, Revision: 1,
	}
	activity := tenant.Activity{ID: ids.New[ids.Activity](), Name: "Development", Revision: 1}
	t.Settings.DefaultActivity = activity.Ref()
	return store.Tx(ctx, t.ID, func(ctx context.Context) error {
		err := store.InsertTenant(ctx, t.ID, t, []tenant.Activity{activity})
		for i := range storeUsers {
			name, role := strconv.Itoa(i), tenant.RoleUser
			if i == 0 {
				role = tenant.RoleAdmin
			}
			err = errors.Join(err, store.InsertUser(ctx, t.ID, tenant.User{
				ID: ids.New[ids.User](), ObjectID: ids.Object{15: byte(i + 1)}, Email: name + "@contoso.example", Name: name,
				Role: role, Status: tenant.UserActive, AuthProvider: tenant.ProviderMicrosoft,
				FirstSignInAt: now, CreatedAt: now, Revision: 1,
			}))
		}
		return err
	})
}

var errChangedMind = errors.New("the caller has changed its mind")

// runStore starts and stops timers of all users at the same time, prints what was committed or rolled back, and kills
// itself meanwhile.
func runStore(ctx context.Context, o storeOptions) error {
	store, members, err := openStore(ctx, o.URL)
	if err != nil {
		return err
	}
	defer store.Close()
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		return err
	}
	var transactions atomic.Int64
	say := func(what string, id ids.Entry, at time.Time) {
		// One write is one line, also when several print at the same time.
		fmt.Fprintln(os.Stdout, what, id, at.UnixMilli())
		if transactions.Add(1) == o.Transactions {
			time.AfterFunc(o.Delay, func() { _ = self.Kill() })
		}
	}
	timers := timer.NewService(store, workitem.NewService(store, nil, time.Now), time.Now)
	var group sync.WaitGroup
	failed := make(chan error, len(members))
	for _, m := range members {
		group.Go(func() { failed <- work(ctx, store, timers, m, say) })
	}
	err = <-failed
	_ = self.Kill()
	group.Wait()
	return err
}

// work ends with the process, or with an error.
func work(ctx context.Context, store *sqlstore.Store, timers *timer.Service, m tenant.Member,
	say func(what string, id ids.Entry, at time.Time),
) error {
	for n := 1; ; n++ {
		request := timer.StartRequest{WorkItem: workitem.Claim{
			Tracker: workitem.AzureDevOps, Project: workitem.Named{Name: "Payments"}, Number: strconv.Itoa(n),
		}}
		if n%5 == 0 {
			var result timer.StartResult
			err := store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) (err error) {
				if result, err = timers.Start(ctx, m, request); err != nil {
					return err
				}
				return errChangedMind
			})
			if !errors.Is(err, errChangedMind) {
				return fmt.Errorf("roll back: %w", err)
			}
			say("undone", result.Timer.ID, result.Timer.StartedAt)
			continue
		}
		result, err := timers.Start(ctx, m, request)
		if err != nil {
			return fmt.Errorf("start: %w", err)
		}
		if result.Stopped != nil {
			say("stopped", result.Stopped.ID, result.Stopped.StoppedAt)
		}
		say("started", result.Timer.ID, result.Timer.StartedAt)
		if n%3 == 0 {
			stopped, err := timers.Stop(ctx, m, result.Timer.ID)
			if err != nil {
				return fmt.Errorf("stop: %w", err)
			}
			say("stopped", stopped.ID, stopped.StoppedAt)
		}
	}
}

// A kill loses nothing that was committed in a group, and keeps nothing that was rolled back within a group.
func TestStoreKilledDuringGroupCommits(t *testing.T) {
	enginetest.Each(t, killStore)
}

func killStore(t *testing.T, url string) {
	t.Helper()
	chance := rand.New(rand.NewPCG(2026, 11))
	started, stopped, undone := map[string]string{}, map[string]string{}, map[string]bool{}
	const mostKills = 8
	began := time.Now()
	kills, lines := 0, 0
	for kills < fewestKills || (kills < mostKills && time.Since(began) < enoughTime) {
		kills++
		process := start(t, roleStore, storeOptions{
			URL: url, Transactions: 100 + chance.Int64N(1500), Delay: time.Duration(chance.Int64N(int64(5 * time.Millisecond))),
		})
		if code := process.ExitCode(t); code != -1 {
			t.Fatalf("the exit code is %d, not that of a killed process\n%s", code, process.Stderr)
		}
		said := bufio.NewScanner(strings.NewReader(process.Stdout.String()))
		for said.Scan() {
			lines++
			what, rest, _ := strings.Cut(said.Text(), " ")
			id, at, complete := strings.Cut(rest, " ")
			switch {
			case !complete:
				t.Fatalf("half a line: %q", said.Text())
			case what == "started":
				started[id] = at
			case what == "stopped":
				stopped[id] = at
			default:
				undone[id] = true
			}
		}
		checkStore(t, url, started, stopped, undone, kills*storeUsers)
	}
	t.Logf("%d kills, %d transactions: %d timers started, %d stopped, %d undone", kills, lines, len(started), len(stopped), len(undone))
}

// checkStore compares the database with what was printed. At most inDoubt transactions were committed but not printed.
func checkStore(t *testing.T, url string, started, stopped map[string]string, undone map[string]bool, inDoubt int) {
	t.Helper()
	store, members, err := openStore(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	id := members[0].Tenant.ID
	everything := page.Request{Limit: 1_000_000}
	entries, err := store.Entries(t.Context(), id, timer.EntryFilter{IncludeVoided: true}, everything)
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]timer.Entry{}
	next := map[ids.User]timer.Entry{}
	for _, entry := range entries { // the latest first
		held[entry.ID.String()] = entry
		if undone[entry.ID.String()] {
			t.Errorf("the entry %s was rolled back and is there", entry.ID)
		}
		later, ok := next[entry.User.ID]
		if ok && (entry.Running() || entry.StoppedAt.After(later.StartedAt)) {
			t.Errorf("the entries %+v and %+v overlap", entry, later)
		}
		next[entry.User.ID] = entry
	}
	for id, at := range started {
		if entry, ok := held[id]; !ok || strconv.FormatInt(entry.StartedAt.UnixMilli(), 10) != at {
			t.Errorf("started at %s, is there: %t: %+v", at, ok, entry)
		}
	}
	for id, at := range stopped {
		if entry := held[id]; strconv.FormatInt(entry.StoppedAt.UnixMilli(), 10) != at {
			t.Errorf("stopped at %s: %+v", at, entry)
		}
	}
	if more := len(held) - len(started); more < 0 || more > inDoubt {
		t.Errorf("%d timers were started, and %d are there", len(started), len(held))
	}
	events, err := store.Events(t.Context(), id, audit.Filter{}, everything)
	if err != nil {
		t.Fatal(err)
	}
	ends := 0
	for _, entry := range entries {
		if !entry.Running() {
			ends++
		}
	}
	if len(events) != len(entries)+ends {
		t.Errorf("%d entries, of which %d have ended, and %d events", len(entries), ends, len(events))
	}
}
