package bench

import (
	"database/sql"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"timetracker/internal/connector/connectortest"
	"timetracker/internal/ids"
	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/devops/rest"
	"timetracker/internal/sandbox/sandboxtest"
	"timetracker/internal/sqlstore"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

const (
	// pacedAnswer is how long each answer of Azure DevOps takes by the clock.
	pacedAnswer = 100 * time.Millisecond
	// limitWindow is the window of the limit: https://learn.microsoft.com/azure/devops/integrate/concepts/rate-limits
	limitWindow = 5 * time.Minute
)

// waitingOf are the people whose write-backs wait.
var waitingOf = []string{"ada@contoso.example", "grace@contoso.example", "linus@contoso.example", "margaret@contoso.example"}

// paced counts what Azure DevOps answers, and lets the clock go on with each answer. So a benchmark of minutes takes as
// long as the work alone.
type paced struct {
	http.RoundTripper

	clock        *sandboxtest.Clock
	who          int                 // whose turn it is
	calls        map[int][]time.Time // of each person within the window
	most         int                 // calls of one person within a window
	total        int
	late, beyond int // calls over the limit, whose answers came late; calls that were refused for it
}

func (p *paced) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := p.RoundTripper.RoundTrip(r)
	if err != nil || !rest.Serves(r.URL.Path) {
		return answer, err
	}
	p.clock.Advance(pacedAnswer)
	p.total++
	now := p.clock.Now()
	p.calls[p.who] = append(slices.DeleteFunc(p.calls[p.who], func(at time.Time) bool {
		return !at.After(now.Add(-limitWindow))
	}), now)
	p.most = max(p.most, len(p.calls[p.who]))
	switch {
	case answer.StatusCode == http.StatusTooManyRequests:
		p.beyond++
	case answer.Header.Get("Retry-After") != "":
		p.late++
	}
	return answer, nil
}

// drainWriteBacks writes what waits of four people to the sandbox's Azure DevOps, which limits each of them. The people
// are there whenever something is due.
func drainWriteBacks(b *testing.B, s *summary) {
	limit := rest.Limit{Requests: sized(200, 5), Window: limitWindow}
	waiting := sized(10_000, 40)
	for b.Loop() {
		clock := sandboxtest.NewClock(time.Now())
		world := connectortest.Start(b, clock.Now)
		counted := &paced{RoundTripper: world.Client.Transport, clock: clock, calls: map[int][]time.Time{}}
		path := seedWriteBacks(b, world, waiting)
		store := openStore(b, path)
		members := membersOf(b, store, world)
		remote := world.Connect(b, &http.Client{Transport: counted})
		work := workitem.NewService(store, remote, clock.Now)
		writeBacks := workitem.NewWriteBacks(store, remote, work.KeepRead, clock.Now)
		world.REST.SetLimit(limit)

		began, clockBegan := time.Now(), clock.Now()
		due := make([]time.Time, len(waitingOf))
		for who, found := nextDue(due); found; who, found = nextDue(due) {
			counted.who = who
			clock.Advance(max(0, due[who].Sub(clock.Now())))
			next, problem, err := writeBacks.Drain(b.Context(), members[who], world.Credential(b, waitingOf[who]))
			if err != nil {
				b.Fatal(err)
			}
			if next.IsZero() && problem != nil {
				b.Fatalf("%s ends with a problem: %v", waitingOf[who], problem)
			}
			due[who] = next
			if next.IsZero() {
				due[who] = never
			}
		}
		took, clockTook := time.Since(began), clock.Now().Sub(clockBegan)
		checkHours(b, path, world)
		// Nobody could have been faster: the first window's calls need no window to pass.
		windows := math.Ceil(float64(counted.total)/float64(limit.Requests*len(waitingOf))) - 1
		fastest := max(windows*limit.Window.Seconds(), pacedAnswer.Seconds()*float64(counted.total))
		what := fmt.Sprintf("%d write-backs of %d people", waiting, len(waitingOf))
		s.add(what+": most calls within a window / the limit", float64(counted.most)/float64(limit.Requests), "≤ 1",
			fmt.Sprintf("%d calls, %d of them over the limit and %d refused", counted.total, counted.late, counted.beyond))
		s.add(what+": time by the clock / the least that the limit allows", clockTook.Seconds()/fastest, "",
			fmt.Sprintf("%s; %.0f write-backs per second of work", clockTook.Round(time.Second), float64(waiting)/took.Seconds()))
	}
	b.ReportMetric(0, "ns/op") // it depends on the clock's steps
}

// never is later than anything that is due.
var never = time.Unix(math.MaxInt32, 0)

// nextDue finds who is due first; found is false when nobody is due any more.
func nextDue(due []time.Time) (who int, found bool) {
	for i, at := range due {
		if at.Before(due[who]) {
			who = i
		}
	}
	return who, due[who].Before(never)
}

// seedWriteBacks makes a database file with so many write-backs of Contoso's people, each of an entry of its own. The
// sandbox has their work items.
func seedWriteBacks(b *testing.B, world *connectortest.World, count int) (path string) {
	b.Helper()
	path = seed(b, crowd{tenants: 1, users: len(waitingOf), entries: count, silent: true})
	db := openFile(b, path)
	defer db.Close()
	exec := func(text string, args ...any) {
		b.Helper()
		if _, err := db.ExecContext(b.Context(), text, args...); err != nil {
			b.Fatalf("%s: %v", text, err)
		}
	}
	directory := ids.MustParse[ids.Directory](sandbox.ContosoDirectoryID)
	exec("UPDATE tenants SET directory_id = ?, write_back = 1", directory)
	for i, name := range waitingOf {
		exec("UPDATE users SET object_id = ? WHERE id = ?", person(b, world, name), id(ofUser, ownTenant, i))
	}
	exec("UPDATE work_items SET number = 'not there ' || number")
	for _, item := range column(b, db, "SELECT DISTINCT HEX(work_item_id) FROM time_entries") {
		exec("UPDATE work_items SET number = ? WHERE id = UNHEX(?)", strconv.Itoa(newTask(b, world)), item)
	}
	exec("UPDATE time_entries SET needs_review = 0")
	exec(`INSERT INTO write_backs (id, tenant_id, work_item_id, entry_id, user_id, wanted_ms, written_ms, written_hundredths,
			taken_hundredths, attempts, next_at, problem_code, problem_message)
		SELECT id, tenant_id, work_item_id, id, user_id, stopped_at - started_at, 0, 0, 0, 0, stopped_at, '', '' FROM time_entries`)
	return path
}

func membersOf(b *testing.B, store *sqlstore.Store, world *connectortest.World) []tenant.Member {
	b.Helper()
	members := make([]tenant.Member, len(waitingOf))
	for i, name := range waitingOf {
		directory := ids.MustParse[ids.Directory](sandbox.ContosoDirectoryID)
		member, found, err := store.Member(b.Context(), directory, person(b, world, name))
		if err != nil || !found {
			b.Fatal(found, err)
		}
		members[i] = member
	}
	return members
}

func person(b *testing.B, world *connectortest.World, name string) ids.Object {
	b.Helper()
	found, ok := world.Entra.Person(name)
	if !ok {
		b.Fatalf("nobody is called %s", name)
	}
	return ids.MustParse[ids.Object](found.ObjectID)
}

// newTask makes a work item in the sandbox, without hours.
func newTask(b *testing.B, world *connectortest.World) int {
	b.Helper()
	ada, _ := world.Entra.Person(waitingOf[0])
	task, err := world.Boards.Create(ada, world.Boards.Organizations()[0].Projects[0].ID, "Task", boards.Edit{
		Fields: map[string]any{"System.Title": "Bring recorded time to the board"},
	})
	if err != nil {
		b.Fatal(err)
	}
	return task.ID
}

func column(b *testing.B, db *sql.DB, text string) (values []string) {
	b.Helper()
	rows, err := db.QueryContext(b.Context(), text)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var value string
		if err := rows.Scan(&value); err != nil {
			b.Fatal(err)
		}
		values = append(values, value)
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return values
}

// checkHours fails when a work item has other hours than were recorded on it, or something still waits.
func checkHours(b *testing.B, path string, world *connectortest.World) {
	b.Helper()
	db := openFile(b, path)
	defer db.Close()
	rows, err := db.QueryContext(b.Context(), `SELECT w.number, SUM(e.stopped_at - e.started_at), COUNT(b.next_at), COUNT(b.id)
		FROM time_entries e
		JOIN work_items w ON w.id = e.work_item_id
		JOIN write_backs b ON b.entry_id = e.id AND b.work_item_id = w.id
		GROUP BY w.id`)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	ada, _ := world.Entra.Person(waitingOf[0])
	contoso := world.Boards.Organizations()[0].ID
	items := 0
	for rows.Next() {
		var number, open, all int
		var recorded int64
		if err := rows.Scan(&number, &recorded, &open, &all); err != nil {
			b.Fatal(err)
		}
		item, err := world.Boards.Get(ada, contoso, number)
		if err != nil {
			b.Fatal(err)
		}
		hours, _ := item.Fields[boards.FieldCompletedWork].(float64)
		if want := float64(recorded) / float64(time.Hour/time.Millisecond); math.Abs(hours-want) > .005+1e-6 || open > 0 {
			b.Errorf("work item %d has %.4f hours of %.4f, and %d of %d write-backs wait", number, hours, want, open, all)
		}
		items++
	}
	if err := rows.Err(); err != nil || items == 0 {
		b.Fatal(items, err)
	}
}
