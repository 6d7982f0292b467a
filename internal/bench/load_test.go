package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkLoad holds the product under the traffic of many people for as long as -load says. One process serves a file
// first, and then two serve one. Each connection makes a call at its own even pace, whether the answer before came late or not. A
// latency counts from when the call was due. A tenth of the connections does the same before and after.
//
// An answer that was not intended fails the benchmark. So does an acknowledged entry that is not in the file, or twice.
func BenchmarkLoad(b *testing.B) {
	var s summary
	d := newDirectory(b)
	for _, replicas := range []int{1, 2} {
		b.Run(fmt.Sprintf("replicas=%d", replicas), func(b *testing.B) { mixedLoad(b, &s, d, replicas) })
	}
	b.Run("flood", func(b *testing.B) { floodOfOne(b, &s, d) })
	s.print(os.Stdout)
}

// pace is the time from one call of a connection to its next.
func pace() time.Duration { return time.Duration(sized(1000, 4)) * time.Millisecond }

// tenth is the part of the connections that the full load is compared with.
const tenth = 10

func loadConnections() int { return sized(200, 10) }

// replica is a process of the product.
type replica struct{ address, internal string }

// deployment is the product over one file.
type deployment struct {
	file     string
	replicas []replica
}

func deploy(b *testing.B, d *directory, c crowd, replicas int) deployment {
	b.Helper()
	product := buildLimited(b)
	made := deployment{file: seed(b, c)}
	for range replicas {
		address, internal := product.serveBoth(b, d, made.file)
		made.replicas = append(made.replicas, replica{address, internal})
	}
	return made
}

func mixedLoad(b *testing.B, s *summary, d *directory, replicas int) {
	crowd := spread()
	world := deploy(b, d, crowd, replicas)
	people := peopleOf(b, d, crowd)
	before := world.entries(b)
	for b.Loop() {
		few := newTraffic(b, world, people, max(1, loadConnections()/tenth))
		full := newTraffic(b, world, people, loadConnections())
		few.run(b, loadLength()/tenth)
		var seen watch
		watching, stop := context.WithCancel(b.Context())
		var watcher sync.WaitGroup
		watcher.Go(func() { seen.follow(watching, b, world) })
		full.run(b, loadLength())
		stop()
		watcher.Wait()
		few.run(b, loadLength()/tenth)

		kept := world.entries(b) - before
		acknowledged := recordedOf(people)
		if kept != acknowledged {
			b.Errorf("%d entries were acknowledged, and %d are in the file", acknowledged, kept)
		}
		what := fmt.Sprintf("%d connections on %s", loadConnections(), map[int]string{1: "one process", 2: "two processes on one file"}[replicas])
		s.add(what+": p99 / of a tenth of them", full.quantile(.99)/few.quantile(.99), "",
			fmt.Sprintf("%.0f calls/s for %s, %d of them refused as intended, none otherwise; p50 %.1f / %.1f ms, p99 %.1f / %.1f ms; %d entries acknowledged and kept",
				full.rate(), loadLength(), full.refused.Load(), full.quantile(.5), few.quantile(.5), full.quantile(.99), few.quantile(.99), kept))
		seen.report(s, what)
		s.add(what+": ms of a processor for each call", seen.processor*1000/float64(len(full.latencies)), "", "")
	}
	b.ReportMetric(0, "ns/op") // the length of the load means nothing
}

// floodOfOne compares what people of other tenants wait while one tenant asks for as much as it gets, and while it
// doesn't.
func floodOfOne(b *testing.B, s *summary, d *directory) {
	crowd := spread()
	world := deploy(b, d, crowd, 1)
	people := peopleOf(b, d, crowd)
	flooders, others := people[:crowd.users], people[crowd.users:]
	quiet := newTraffic(b, world, others, loadConnections()/2)
	disturbed := newTraffic(b, world, others, loadConnections()/2)
	var ratios []float64
	var served, refused atomic.Int64
	for b.Loop() {
		for range sized(5, 1) {
			quiet.run(b, loadLength()/tenth)
			ctx, stop := context.WithCancel(b.Context())
			var flood sync.WaitGroup
			for i := range sized(50, 2) {
				flood.Go(func() { demand(ctx, b, world.replicas[0].address, flooders[i%len(flooders)].token, &served, &refused) })
			}
			disturbed.run(b, loadLength()/tenth)
			stop()
			flood.Wait()
			ratios = append(ratios, disturbed.last(.99)/quiet.last(.99))
		}
	}
	b.ReportMetric(0, "ns/op") // the length of the load means nothing
	s.add("p99 of others: while one tenant floods / while it doesn't", median(ratios), "≤ 1.5",
		fmt.Sprintf("%d calls of the flood served, %d refused; p99 of others %.1f / %.1f ms", served.Load(), refused.Load(),
			disturbed.quantile(.99), quiet.quantile(.99)))
}

// demand makes one call after the other, however often it is refused.
func demand(ctx context.Context, b *testing.B, address, token string, served, refused *atomic.Int64) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		b.Error(err)
		return
	}
	defer conn.Close()
	c := &connection{Conn: conn, reader: bufio.NewReader(conn)}
	for ctx.Err() == nil {
		err := c.call("GET", "/api/v1/timers/current", token, "")
		switch {
		case err == nil:
			served.Add(1)
		case strings.Contains(err.Error(), ": 429 "):
			refused.Add(1)
		default:
			b.Error(err)
			return
		}
	}
}

// entries counts the entries in the file.
func (w deployment) entries(b *testing.B) (count int) {
	b.Helper()
	db := openFile(b, w.file, "query_only(1)")
	defer db.Close()
	if err := db.QueryRowContext(b.Context(), "SELECT COUNT(*) FROM time_entries").Scan(&count); err != nil {
		b.Fatal(err)
	}
	return count
}

// someone is a person who uses the product, on one connection at a time.
type someone struct {
	token    string
	admin    bool
	running  bool
	recorded int    // entries that were acknowledged
	manual   int    // how many of them were added by hand
	entry    string // the last of these
	etag     string
}

func peopleOf(b *testing.B, d *directory, c crowd) (people []*someone) {
	b.Helper()
	for tenant := range c.tenants {
		for user := range c.users {
			people = append(people, &someone{token: d.tokenOf(b, tenant, user), admin: user == 0})
		}
	}
	return people
}

func recordedOf(people []*someone) (sum int) {
	for _, person := range people {
		sum += person.recorded
	}
	return sum
}

// traffic is what a number of connections ask for.
type traffic struct {
	world       deployment
	people      []*someone
	connections int
	refused     atomic.Int64 // calls that were meant to be refused

	mu        sync.Mutex
	latencies []time.Duration // of all runs
	latest    []time.Duration // of the last one
	took      time.Duration
}

func newTraffic(b *testing.B, world deployment, people []*someone, connections int) *traffic {
	b.Helper()
	return &traffic{world: world, people: people, connections: connections}
}

func (t *traffic) rate() float64 { return float64(len(t.latencies)) / t.took.Seconds() }

func (t *traffic) quantile(q float64) float64 { return outcome{latencies: t.latencies}.quantile(q) }

// last is the quantile of the last run.
func (t *traffic) last(q float64) float64 { return outcome{latencies: t.latest}.quantile(q) }

// run lets every connection make its calls for so long.
func (t *traffic) run(b *testing.B, length time.Duration) {
	b.Helper()
	t.latest = nil
	began := time.Now()
	var group sync.WaitGroup
	for number := range t.connections {
		group.Go(func() { t.visit(b, number, began, length) })
	}
	group.Wait()
	t.took += time.Since(began)
	t.latencies = append(t.latencies, t.latest...)
	if b.Failed() {
		b.FailNow()
	}
}

// visit makes the calls of one connection. It has its own people, so that the tests know what each may do next.
func (t *traffic) visit(b *testing.B, number int, began time.Time, length time.Duration) {
	transport := &http.Transport{MaxIdleConnsPerHost: 1, DisableCompression: true}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	random := rand.New(rand.NewPCG(uint64(number), uint64(t.connections)))
	address := t.world.replicas[number%len(t.world.replicas)].address
	var own []*someone
	for at := number; at < len(t.people); at += t.connections {
		own = append(own, t.people[at])
	}
	var latencies []time.Duration
	first := began.Add(pace() * time.Duration(number) / time.Duration(t.connections))
	for turn := 0; turn < 5 || time.Since(began) < length; turn++ {
		due := first.Add(pace() * time.Duration(turn))
		time.Sleep(time.Until(due)) // the pace is what is measured
		person := own[random.IntN(len(own))]
		wish := person.next(random)
		if err := person.ask(b.Context(), client, address, wish); err != nil {
			b.Error(err)
			return
		}
		if wish.status >= http.StatusBadRequest {
			t.refused.Add(1)
		}
		latencies = append(latencies, time.Since(due))
		if b.Failed() {
			return
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.latest = append(t.latest, latencies...)
}

// wish is a call and how it must be answered.
type wish struct {
	method, path, body string
	token              string // when it isn't the person's
	etag               string
	status             int
	done               func(body []byte) error
}

// next chooses what a person does: mostly timers and their own lists, now and then a report or a file.
func (p *someone) next(random *rand.Rand) wish {
	switch chance := random.IntN(100); {
	case chance < 35:
		return p.toggle(random)
	case chance < 60:
		return wish{method: "GET", path: "/timers/current", status: http.StatusOK}
	case chance < 72:
		return wish{method: "GET", path: "/time-entries?limit=50", status: http.StatusOK}
	case chance < 78:
		return p.add()
	case chance < 84:
		return p.change(random)
	case chance < 89:
		return wish{method: "GET", path: "/me", status: http.StatusOK}
	case chance < 92:
		return wish{method: "GET", path: "/timesheets?first_day=2026-10-05", status: http.StatusOK}
	case chance < 94:
		return wish{method: "GET", path: "/time-entries/019a0000-0000-7000-8000-000000000000", status: http.StatusNotFound}
	case chance < 95:
		return wish{method: "GET", path: "/me", token: "none", status: http.StatusUnauthorized}
	case chance < 98:
		return wish{method: "GET", path: "/reports/time?from=2026-10-01&to=2026-11-01&time_zone=UTC&group_by=project,user", status: http.StatusOK}
	default:
		return wish{method: "GET", path: "/reports/entries?from=2026-10-01&to=2026-11-01&time_zone=UTC&format=csv", status: http.StatusOK}
	}
}

func (p *someone) toggle(random *rand.Rand) wish {
	if p.running {
		return wish{
			method: "POST", path: "/timers/current/stop", body: "{}", status: http.StatusOK,
			done: func([]byte) error { p.running = false; return nil },
		}
	}
	item := firstItem + random.IntN(items)
	return wish{
		method: "POST", path: "/timers", status: http.StatusCreated,
		body: fmt.Sprintf(`{"work_item":{"organization":"%s","project":"%s","id":"%d","title":"%s","type":"%s"}}`,
			organization, projectName(item-firstItem), item, itemTitle(item), itemType),
		done: func([]byte) error { p.running, p.recorded = true, p.recorded+1; return nil },
	}
}

// add adds an entry by hand, a minute long, after the one before.
func (p *someone) add() wish {
	from := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -8).Add(time.Duration(p.manual) * time.Minute)
	return wish{
		method: "POST", path: "/time-entries", status: http.StatusCreated,
		body: fmt.Sprintf(`{"work_item":{"organization":"%s","project":"%s","id":"%d"},"started_at":"%s","stopped_at":"%s"}`,
			organization, projectName(0), firstItem, from.Format(time.RFC3339), from.Add(time.Minute).Format(time.RFC3339)),
		done: func(body []byte) error {
			p.recorded, p.manual = p.recorded+1, p.manual+1
			return p.keep(body)
		},
	}
}

// change changes the entry that was added last, or tries to with an old tag.
func (p *someone) change(random *rand.Rand) wish {
	if p.entry == "" {
		return p.add()
	}
	body := fmt.Sprintf(`{"note":"note %d"}`, random.IntN(1_000_000))
	path := "/time-entries/" + p.entry
	if random.IntN(5) == 0 {
		return wish{method: "PATCH", path: path, body: body, etag: `"stale"`, status: http.StatusPreconditionFailed}
	}
	return wish{
		method: "PATCH", path: path, body: body, etag: p.etag, status: http.StatusOK,
		done: p.keep,
	}
}

// keep remembers the entry of an answer.
func (p *someone) keep(body []byte) error {
	var entry struct{ ID, Etag string }
	if err := json.Unmarshal(body, &entry); err != nil {
		return err
	}
	p.entry, p.etag = entry.ID, entry.Etag
	return nil
}

// ask makes the call and reads the whole answer.
func (p *someone) ask(ctx context.Context, client *http.Client, address string, wish wish) error {
	request, err := http.NewRequestWithContext(ctx, wish.method, "http://"+address+"/api/v1"+wish.path, strings.NewReader(wish.body))
	if err != nil {
		return err
	}
	token := p.token
	if wish.token != "" {
		token = wish.token
	}
	request.Header.Set("Authorization", "Bearer "+token)
	switch wish.method {
	case "POST":
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Idempotency-Key", fmt.Sprintf("%016x%016x", rand.Uint64(), rand.Uint64()))
	case "PATCH":
		request.Header.Set("Content-Type", "application/merge-patch+json")
		request.Header.Set("If-Match", wish.etag)
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", wish.method, wish.path, err)
	}
	if response.StatusCode != wish.status {
		return fmt.Errorf("%s %s: %s instead of %d: %s", wish.method, wish.path, response.Status, wish.status, body)
	}
	if wish.done == nil {
		return nil
	}
	return wish.done(body)
}
