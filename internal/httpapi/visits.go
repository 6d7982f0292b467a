package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

// Visit does what waits for a member to be there: what trackers are asked and told with their own rights. It ends early
// with ctx. next is when there is something to do again; zero: when something of the member's changes.
type Visit func(ctx context.Context, m tenant.Member, as workitem.Credential) (next time.Time, err error)

const (
	maxVisitors = 20_000           // people whose next visit is remembered
	visitEvery  = 10 * time.Minute // at the latest, while a person calls
	visitTime   = 2 * time.Minute  // of one visit; what is left is done in the next
	visitGrace  = 10 * time.Second // of visits that run when the process ends
)

// Visits begin after a person's request was answered, so that no request waits for a tracker. A person has one visit at a
// time, and tenants take turns. What finds no room is dropped: the person's next request tries again. Tokens are held until
// a visit ends, and in memory alone.
type Visits struct {
	do  Visit
	now func() time.Time
	log *slog.Logger

	mu       sync.Mutex
	wake     sync.Cond // workers: a visit waits, or the process ends
	lines    lines
	next     map[visitor]time.Time // when the person's next visit is due; missing: at once
	underWay map[visitor]*visit    // of people who are visited or wait for it: the visit that follows; nil: none
}

type visitor struct {
	tenant ids.Tenant
	user   ids.User
}

// visit is what is needed for one.
type visit struct {
	member tenant.Member
	as     workitem.Credential
}

func (v visit) visitor() visitor { return visitor{v.member.Tenant.ID, v.member.User.ID} }

// NewVisits makes Visits, which Run carries out. now is the server's clock.
func NewVisits(do Visit, now func() time.Time, log *slog.Logger) *Visits {
	v := &Visits{
		do: do, now: now, log: log, lines: newLines(),
		next: make(map[visitor]time.Time), underWay: make(map[visitor]*visit),
	}
	v.wake.L = &v.mu
	return v
}

// after is called when a member's request was answered. changed says that it may have left something to do.
func (v *Visits) after(of visit, changed bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	who := of.visitor()
	if next, known := v.next[who]; known && !changed && v.now().Before(next) {
		return
	}
	if _, busy := v.underWay[who]; busy {
		if changed {
			v.underWay[who] = &of
		}
		return
	}
	v.enqueue(of)
}

// enqueue is called with the lock.
func (v *Visits) enqueue(of visit) {
	v.underWay[of.visitor()] = nil
	if dropped, full := v.lines.add(of); full {
		delete(v.next, dropped.visitor()) // so it is due
		delete(v.underWay, dropped.visitor())
	}
	v.wake.Signal()
}

// Run visits until ctx ends. Then it gives those that run a few seconds.
func (v *Visits) Run(ctx context.Context) {
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var workers sync.WaitGroup
	for range visitWorkers {
		workers.Go(func() {
			for of, found := v.take(ctx); found; of, found = v.take(ctx) {
				v.visit(working, of)
			}
		})
	}
	<-ctx.Done()
	v.mu.Lock()
	v.wake.Broadcast()
	v.mu.Unlock()
	grace := time.AfterFunc(visitGrace, stop)
	defer grace.Stop()
	workers.Wait()
}

// take waits for a visit that a worker can make. There is none when ctx has ended.
func (v *Visits) take(ctx context.Context) (next visit, found bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for ctx.Err() == nil {
		if next, found = v.lines.take(); found {
			return next, true
		}
		v.wake.Wait()
	}
	return visit{}, false
}

// visit makes a visit, and lets the one begin that follows.
func (v *Visits) visit(ctx context.Context, of visit) {
	limited, cancel := context.WithTimeout(ctx, visitTime)
	defer cancel()
	var next time.Time
	err := errs.WithoutPanic(func() (err error) {
		next, err = v.do(limited, of.member, of.as)
		return err
	})
	if err != nil && ctx.Err() == nil && !errors.Is(err, context.DeadlineExceeded) {
		level := slog.LevelError
		if errs.Is(err, errs.Unavailable) {
			level = slog.LevelWarn
		}
		v.log.Log(ctx, level, "a visit failed", "tenant", of.member.Tenant.ID, "error", err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.lines.done(of)
	who := of.visitor()
	latest := v.now().Add(visitEvery)
	if next.IsZero() || next.After(latest) {
		next = latest
	}
	if len(v.next) >= maxVisitors {
		clear(v.next)
	}
	v.next[who] = next
	following := v.underWay[who]
	delete(v.underWay, who)
	if following != nil {
		v.enqueue(*following)
	}
}

// leavingWork are the operations after which there may be something to read or to write.
var leavingWork = []string{
	"startTimer", "stopTimer", "discardCurrentTimer", "changeCurrentTimer", "resumeTimer", "addTimeEntry", "changeTimeEntry",
	"voidTimeEntry", "undoTimeEntry", "pinWorkItem",
}

// visit begins the caller's visit when their request was answered.
func (s *server) visit(next http.Handler) http.Handler {
	if s.visits == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		leaves := slices.Contains(leavingWork, s.contract.Operation(r).ID)
		answer := &answered{ResponseWriter: w}
		if leaves {
			w = answer
		}
		next.ServeHTTP(w, r)
		if c := callOf(r.Context()); c.member.User.Status == tenant.UserActive {
			s.visits.after(visit{c.member, credential(r.Context())}, leaves && answer.status < http.StatusMultipleChoices)
		}
	})
}

// answered notes the status of an answer. The log knows it only when the answer is compressed.
type answered struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (a *answered) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answered) Unwrap() http.ResponseWriter { return a.ResponseWriter }
