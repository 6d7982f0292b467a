package bench

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"text/tabwriter"
	"time"
)

// BenchmarkScaling simulates replicas before Azure SQL under today's load and multiples of it, event by event, and says
// what is busiest. docs/scaling.md says where the figures come from, and which of them are assumptions.
func BenchmarkScaling(b *testing.B) {
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\nload\tcalls/s\tdeployment\tp50 ms\tp99 ms\tanswered\tprocessors\tconnections\tdatabase\tlog\tbusiest")
	for b.Loop() {
		for _, times := range []int{1, 10, 100, 1000} {
			for _, d := range azureDeployments() {
				if *small {
					d.lasts = 20 * time.Millisecond
				}
				simulate(d, float64(times)*todaysCalls).row(table, times)
			}
		}
	}
	b.ReportMetric(0, "ns/op") // how long the simulation takes means nothing
	if err := table.Flush(); err != nil {
		b.Fatal(err)
	}
}

// todaysCalls is the calls per second in the busiest hour of 2,000 people.
const todaysCalls = 17

// azureDeployment is what the product runs on.
type azureDeployment struct {
	name       string
	replicas   int
	processors int // of each replica
	pool       int // connections of each replica
	databases  int // tenants are spread over them
	vCores     int // of each database
	workers    int // of each database
	logWrite   time.Duration
	logRate    float64 // bytes per second of each database
	lasts      time.Duration
}

// Limits of Gen5 by https://learn.microsoft.com/azure/azure-sql/database/resource-limits-vcore-single-databases.
func azureDeployments() []azureDeployment {
	general := azureDeployment{logWrite: 6 * time.Millisecond, lasts: 5 * time.Second, pool: 16, databases: 1}
	small, medium := general, general
	small.name, small.replicas, small.processors = "2 × 2 processors, general purpose with 2 vCores", 2, 2
	small.vCores, small.workers, small.logRate = 2, 200, 9e6
	medium.name, medium.replicas, medium.processors = "4 × 4 processors, general purpose with 8 vCores", 4, 4
	medium.vCores, medium.workers, medium.logRate = 8, 800, 36e6
	large := azureDeployment{
		name: "8 × 8 processors, business critical with 32 vCores", replicas: 8, processors: 8, pool: 64, databases: 1,
		vCores: 32, workers: 3200, logWrite: 1500 * time.Microsecond, logRate: 96e6, lasts: 5 * time.Second,
	}
	parted := large
	parted.name, parted.replicas, parted.databases = "24 × 8 processors, 8 of these databases", 24, 8
	return []azureDeployment{small, medium, large, parted}
}

// callShape is what a kind of call costs.
type callShape struct {
	share     float64 // of all calls
	processor time.Duration
	trips     int           // round trips to the database
	database  time.Duration // of a vCore, in each round trip
	logged    float64       // bytes; zero: it writes nothing
}

func callShapes() []callShape {
	return []callShape{
		{share: .24, processor: 800 * time.Microsecond, trips: 6, database: 150 * time.Microsecond, logged: 4000}, // start, stop
		{share: .10, processor: 800 * time.Microsecond, trips: 7, database: 150 * time.Microsecond, logged: 4000}, // add, change
		{share: .38, processor: 300 * time.Microsecond, trips: 2, database: 150 * time.Microsecond},               // current timer, me
		{share: .23, processor: 1500 * time.Microsecond, trips: 3, database: 500 * time.Microsecond},              // lists, weeks
		{share: .05, processor: 6 * time.Millisecond, trips: 4, database: 5 * time.Millisecond},                   // reports, files
	}
}

// network is the time of a round trip between a replica and the database in the same region.
const network = 700 * time.Microsecond

// simulation is a calendar of what happens next.
type simulation struct {
	now    time.Duration
	events events
	random *rand.Rand
}

type event struct {
	at time.Duration
	do func()
}

type events []event

func (e events) Len() int           { return len(e) }
func (e events) Less(i, j int) bool { return e[i].at < e[j].at }
func (e events) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *events) Push(one any)      { *e = append(*e, one.(event)) }
func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

func (s *simulation) after(wait time.Duration, do func()) {
	heap.Push(&s.events, event{s.now + wait, do})
}

// varied is a time that is exponentially distributed around the mean.
func (s *simulation) varied(mean time.Duration) time.Duration {
	return time.Duration(s.random.ExpFloat64() * float64(mean))
}

// station serves so many at once; others wait in order.
type station struct {
	free    int
	places  int
	waiting []func()
	used    time.Duration // by all places together
	since   time.Duration // when used was added up last
}

func newStation(places int) *station { return &station{free: places, places: places} }

func (st *station) account(now time.Duration) {
	st.used += time.Duration(st.places-st.free) * (now - st.since)
	st.since = now
}

func (s *simulation) enter(st *station, then func()) {
	if st.free == 0 {
		st.waiting = append(st.waiting, then)
		return
	}
	st.account(s.now)
	st.free--
	then()
}

func (s *simulation) leave(st *station) {
	if len(st.waiting) > 0 {
		next := st.waiting[0]
		st.waiting = st.waiting[1:]
		next()
		return
	}
	st.account(s.now)
	st.free++
}

func (s *simulation) use(st *station, takes time.Duration, then func()) {
	s.enter(st, func() {
		s.after(takes, func() {
			s.leave(st)
			then()
		})
	})
}

// azureRun is the state of a simulated deployment.
type azureRun struct {
	simulation
	of         azureDeployment
	processors []*station // of each replica
	pools      []*station // of each replica
	vCores     []*station // of each database
	workers    []*station // of each database
	logs       []*station // of each database
	calls      float64
	arrived    int
	answered   []time.Duration
}

// simulate lets calls arrive at random for as long as the deployment's lasts. What is not answered by then is not counted.
func simulate(d azureDeployment, calls float64) *azureRun {
	run := &azureRun{of: d, calls: calls, simulation: simulation{random: rand.New(rand.NewPCG(1, 2))}}
	for range d.replicas {
		run.processors = append(run.processors, newStation(d.processors))
		run.pools = append(run.pools, newStation(d.pool*d.databases))
	}
	for range d.databases {
		run.vCores = append(run.vCores, newStation(d.vCores))
		run.workers = append(run.workers, newStation(d.workers))
		run.logs = append(run.logs, newStation(1))
	}
	run.arrive()
	for len(run.events) > 0 {
		next := heap.Pop(&run.events).(event)
		if next.at > d.lasts {
			break
		}
		run.now = next.at
		next.do()
	}
	run.now = d.lasts
	return run
}

func (r *azureRun) arrive() {
	r.after(r.varied(time.Duration(float64(time.Second)/r.calls)), func() {
		r.arrived++
		r.call()
		r.arrive()
	})
}

// call is one call from its arrival to its answer.
func (r *azureRun) call() {
	shape := r.choose()
	began, replica, database := r.now, r.random.IntN(r.of.replicas), r.random.IntN(r.of.databases)
	half := r.varied(shape.processor) / 2
	answer := func() {
		r.use(r.processors[replica], half, func() { r.answered = append(r.answered, r.now-began) })
	}
	r.use(r.processors[replica], half, func() {
		r.enter(r.pools[replica], func() {
			r.enter(r.workers[database], func() {
				r.trip(shape, shape.trips, database, func() {
					r.leave(r.workers[database])
					r.leave(r.pools[replica])
					answer()
				})
			})
		})
	})
}

func (r *azureRun) choose() callShape {
	shapes := callShapes()
	at := r.random.Float64()
	for _, shape := range shapes {
		if at -= shape.share; at < 0 {
			return shape
		}
	}
	return shapes[len(shapes)-1]
}

// trip makes the round trips that are left, and the commit with the last.
func (r *azureRun) trip(shape callShape, left, database int, then func()) {
	if left == 0 {
		if shape.logged == 0 {
			then()
			return
		}
		bytes := time.Duration(shape.logged / r.of.logRate * float64(time.Second))
		r.use(r.logs[database], bytes, func() { r.after(r.of.logWrite, then) })
		return
	}
	r.after(network, func() {
		r.use(r.vCores[database], r.varied(shape.database), func() { r.trip(shape, left-1, database, then) })
	})
}

// busy is the share of the stations' places that were in use.
func (r *azureRun) busy(stations []*station) float64 {
	var used, all time.Duration
	for _, st := range stations {
		st.account(r.now)
		used += st.used
		all += time.Duration(st.places) * r.now
	}
	return float64(used) / float64(all)
}

func (r *azureRun) row(table *tabwriter.Writer, times int) {
	o := outcome{latencies: r.answered}
	if len(r.answered) == 0 {
		o.latencies = []time.Duration{r.now}
	}
	busiest, most := "", 0.0
	shares := make([]any, 0, 4)
	for _, part := range []struct {
		name     string
		stations []*station
	}{{"processors", r.processors}, {"connections", r.pools}, {"database", r.vCores}, {"log", r.logs}} {
		share := r.busy(part.stations)
		shares = append(shares, fmt.Sprintf("%.0f %%", 100*share))
		if share > most {
			busiest, most = part.name, share
		}
	}
	fmt.Fprintf(table, "× %d\t%.0f\t%s\t%.0f\t%.0f\t%.0f %%\t%s\t%s\t%s\t%s\t%s\n", append([]any{
		times, r.calls, r.of.name, o.quantile(.5), o.quantile(.99), 100 * float64(len(r.answered)) / float64(max(1, r.arrived)),
	}, append(shares, busiest)...)...)
}
