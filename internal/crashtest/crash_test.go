package crashtest

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"timetracker/api"
	"timetracker/internal/apptest"
	"timetracker/internal/dev"
	"timetracker/internal/sandbox"
)

// server is the server under test.
type server struct {
	base  string // address of the API
	start func(t *testing.T) *apptest.Process
	token func(t *testing.T, user string) string // called while the server runs
}

// ordeal says how hard the test is.
type ordeal struct {
	users  []string // the first one is an admin
	copies int      // of each request
	steps  int      // of each person in a life
	kills  int      // at most
}

// fewestKills are made however long they take. Further ones are made only within enoughTime, since a busy machine and
// the race detector can make each ten times slower.
const (
	fewestKills = 4
	enoughTime  = 20 * time.Second
)

// run tests a server and gives what it found. It stops at the first life after which a rule is broken.
func (o ordeal) run(t *testing.T, s server) *ledger {
	t.Helper()
	const seed = 2026
	chance := rand.New(rand.NewPCG(seed, 0))
	ledger := newLedger()
	process := s.start(t)
	people := make([]*person, len(o.users))
	for i, user := range o.users {
		people[i] = &person{
			index: i, token: s.token(t, user), ledger: ledger, copies: o.copies,
			chance: rand.New(rand.NewPCG(seed, uint64(1+i))),
		}
	}
	admin := people[0].token
	began := time.Now()
	for kills := range o.kills {
		if kills >= fewestKills && time.Since(began) > enoughTime {
			break
		}
		enough := 1 + chance.Int64N(int64(len(people)*o.steps*o.copies))
		delay := time.Duration(chance.Int64N(int64(10 * time.Millisecond)))
		killed := process
		l := newLife(s.base, enough, delay, killed.Kill)
		each(people, func(p *person) { p.live(t.Context(), l, o.steps) })
		killed.Kill()
		ledger.counts.kills++
		l.client.CloseIdleConnections()
		process = s.start(t)
		// No request is in flight, so what is stored now has survived.
		ledger.audit(readHoldings(t, s.base, admin))
		if len(ledger.broken) > 0 {
			return ledger
		}
	}
	l := newLife(s.base, -1, 0, nil)
	each(people, func(p *person) { p.live(t.Context(), l, o.steps) })
	l.client.CloseIdleConnections()
	for _, r := range ledger.requests {
		if r.open() {
			t.Fatalf("nobody has answered %s %d of a server that was not killed\n%s", r.what, r.number, process.Stderr)
		}
	}
	ledger.audit(readHoldings(t, s.base, admin))
	process.Interrupt(t)
	if code := process.ExitCode(t); code != 0 {
		t.Errorf("the exit code is %d\n%s", code, process.Stderr)
	}
	return ledger
}

func each(people []*person, do func(*person)) {
	var group sync.WaitGroup
	for _, p := range people {
		group.Go(func() { do(p) })
	}
	group.Wait()
}

// readHoldings asks the server for everything that it has.
func readHoldings(t *testing.T, base, token string) holdings {
	t.Helper()
	l := newLife(base, -1, 0, nil)
	defer l.client.CloseIdleConnections()
	var h holdings
	readAll(t, l, token, "/time-entries?scope=tenant&include_voided=true&limit=500", func(page api.TimeEntryPage) *string {
		h.entries = append(h.entries, page.Data...)
		return page.Page.NextCursor
	})
	readAll(t, l, token, "/timers?limit=500", func(page api.TimeEntryPage) *string {
		h.running = append(h.running, page.Data...)
		return page.Page.NextCursor
	})
	readAll(t, l, token, "/timer-events?scope=tenant&limit=500", func(page api.TimerEventPage) *string {
		h.events = append(h.events, page.Data...)
		return page.Page.NextCursor
	})
	today := time.Now().UTC()
	from, to := today.AddDate(0, 0, -1).Format(time.DateOnly), today.AddDate(0, 0, 2).Format(time.DateOnly)
	h.report = readOne[api.TimeReport](t, l, token, "/reports/time?time_zone=UTC&group_by=user&from="+from+"&to="+to)
	return h
}

// readAll reads a list page by page; keep gives the next cursor.
func readAll[Page any](t *testing.T, l *life, token, path string, keep func(Page) *string) {
	t.Helper()
	next := keep(readOne[Page](t, l, token, path))
	for next != nil {
		next = keep(readOne[Page](t, l, token, path+"&cursor="+url.QueryEscape(*next)))
	}
}

func readOne[T any](t *testing.T, l *life, token, path string) (value T) {
	t.Helper()
	a, err := l.send(t.Context(), token, http.MethodGet, path, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if a.status != http.StatusOK {
		t.Fatalf("GET %s: %d %s", path, a.status, a.body)
	}
	if err := json.Unmarshal(a.body, &value); err != nil {
		t.Fatalf("GET %s: %v", path, err)
	}
	return value
}

// devServer is the product as `timetracker dev` runs it, without recorded history, on a data directory.
func devServer(t *testing.T) server {
	t.Helper()
	o := apptest.DevOptions(t, t.TempDir())
	o.Empty = true
	return server{
		base: "http://" + o.Listen + "/api/v1",
		start: func(t *testing.T) *apptest.Process {
			t.Helper()
			process := start(t, roleDev, o)
			process.AwaitLine(t, "ready")
			return process
		},
		token: func(t *testing.T, user string) string {
			t.Helper()
			token, err := dev.SandboxToken(t.Context(), o.Data, user)
			if err != nil {
				t.Fatal(err)
			}
			return token
		},
	}
}

// everybodyOfContoso are the admin ada, her colleagues, and two who are not users yet and join when the test begins.
func everybodyOfContoso() []string {
	var users []string
	for _, person := range sandbox.People() {
		if person.DirectoryID == sandbox.ContosoDirectoryID {
			users = append(users, person.UserPrincipalName)
		}
	}
	return users
}

func TestNothingIsLost(t *testing.T) {
	o := ordeal{users: everybodyOfContoso(), copies: 2, steps: 40, kills: 20}
	ledger := o.run(t, devServer(t))
	t.Log(ledger.counts)
	for rule, found := range ledger.broken {
		const shown = 5
		for _, detail := range found[:min(shown, len(found))] {
			t.Errorf("broken: %s: %s", rule, detail)
		}
	}
	if c := ledger.counts; c.kills < fewestKills || c.lost == 0 || c.replayed == 0 {
		t.Errorf("the test has not tested: %v", c)
	}
}

// After a killed first start the next start is a first start, so there is never a part of the history.
func TestFirstStartKilled(t *testing.T) {
	chance := rand.New(rand.NewPCG(2026, 1))
	o := apptest.DevOptions(t, t.TempDir())
	for range 2 {
		process := start(t, roleDev, o)
		select {
		case <-time.After(time.Duration(chance.Int64N(int64(500 * time.Millisecond)))):
		case <-t.Context().Done():
		}
		process.Kill()
	}
	process := start(t, roleDev, o)
	process.AwaitLine(t, "ready")
	token, err := dev.SandboxToken(t.Context(), o.Data, sandbox.DefaultUser)
	if err != nil {
		t.Fatal(err)
	}
	h := readHoldings(t, "http://"+o.Listen+"/api/v1", token)
	people := map[string]int{}
	for _, entry := range h.entries {
		people[entry.User.Name]++
	}
	for name, entries := range people {
		if entries < 100 {
			t.Errorf("%s has %d entries", name, entries)
		}
	}
	if len(people) < 4 || len(h.running) == 0 {
		t.Errorf("%d people have recorded time, and %d timers run", len(people), len(h.running))
	}
}

// This tests the test, which must catch a server that a beginner would write.
func TestNaiveServerIsCaught(t *testing.T) {
	users := []string{"ann", "bob", "cyd", "dan"}
	for name, test := range map[string]struct {
		ordeal
		rules []rule
	}{
		"killed in the midst of the work": {
			ordeal{users: users, copies: 2, steps: 40, kills: 3}, []rule{nothingDoubled, sameAnswer, noOverlap},
		},
		// Later requests could stop timers that should not run.
		"after one request of everybody": {ordeal{users: users, copies: 2, steps: 1}, []rule{oneRunning}},
	} {
		t.Run(name, func(t *testing.T) {
			ledger := test.run(t, naiveServer(t, true))
			t.Log(ledger.counts)
			for rule, found := range ledger.broken {
				t.Logf("caught %d times: %s, such as: %s", len(found), rule, found[0])
			}
			for _, rule := range test.rules {
				if len(ledger.broken[rule]) == 0 {
					t.Errorf("not caught: %s", rule)
				}
			}
			if found := ledger.broken[onlyKnown]; len(found) > 0 {
				t.Errorf("caught for a wrong reason: %s", found[0])
			}
		})
	}
}

// It must catch the server for its faults, and not for what it lacks. With one person who sends everything once and a
// server that is never killed, the naive one passes.
func TestNaiveServerPassesInFairWeather(t *testing.T) {
	o := ordeal{users: []string{"ann"}, copies: 1, steps: 60}
	ledger := o.run(t, naiveServer(t, false))
	t.Log(ledger.counts)
	for rule, found := range ledger.broken {
		t.Errorf("broken: %s: %s", rule, found[0])
	}
}

// naiveServer is the server in naive_test.go.
func naiveServer(t *testing.T, racing bool) server {
	t.Helper()
	o := naiveOptions{Listen: apptest.Addresses(t, 1)[0], File: t.TempDir() + "/naive.db", Racing: racing}
	return server{
		base: "http://" + o.Listen,
		start: func(t *testing.T) *apptest.Process {
			t.Helper()
			process := start(t, roleNaive, o)
			process.AwaitLine(t, "ready")
			return process
		},
		token: func(_ *testing.T, user string) string { return user },
	}
}
