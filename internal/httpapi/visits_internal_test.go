package httpapi

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

// visitorNamed is a person's visit, whose token tells which request it began after.
func visitorNamed(user byte, token string) visit { return visitorOf(1, int(user), token) }

// visitorOf is a visit of one of a tenant's people.
func visitorOf(of byte, user int, token string) visit {
	member := tenant.Member{
		Tenant: tenant.Tenant{ID: ids.Tenant{of}}, User: tenant.User{ID: ids.User{byte(user), byte(user >> 8), of}},
	}
	return visit{member, workitem.NewCredential("d", "o", token)}
}

// desk makes visits one by one, as the test lets them.
type desk struct {
	*Visits
	mu     sync.Mutex
	at     time.Time
	begun  chan string // tokens
	finish chan time.Time
}

func newDesk() *desk {
	d := &desk{at: time.Date(2026, 11, 18, 9, 30, 0, 0, time.UTC), begun: make(chan string), finish: make(chan time.Time)}
	d.Visits = NewVisits(func(_ context.Context, _ tenant.Member, as workitem.Credential) (time.Time, error) {
		d.begun <- as.AccessToken()
		return <-d.finish, nil
	}, d.clock, slog.New(slog.DiscardHandler))
	return d
}

func (d *desk) clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.at
}

func (d *desk) advance(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at = d.at.Add(by)
}

// run runs the visits until the test ends.
func (d *desk) run(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { d.Run(ctx) })
	t.Cleanup(func() {
		stop()
		running.Wait()
	})
}

// nobodyWaits says whether nothing waits for a worker, and nobody is visited.
func (d *desk) nobodyWaits() bool {
	d.Visits.mu.Lock()
	defer d.Visits.mu.Unlock()
	return d.lines.waiting == 0 && len(d.underWay) == 0
}

func TestWhenAVisitIsDue(t *testing.T) {
	d := newDesk()
	d.run(t)
	visited := func(what, token string, next time.Time) {
		t.Helper()
		if got := <-d.begun; got != token {
			t.Errorf("%s: the visit after %s, want %s", what, got, token)
		}
		d.finish <- next
		for !d.nobodyWaits() { // the worker notes the visit
			runtime.Gosched()
		}
	}
	none := func(what string) {
		t.Helper()
		d.after(visitorNamed(1, what), false)
		if !d.nobodyWaits() {
			t.Errorf("%s: a visit is due", what)
		}
	}
	d.after(visitorNamed(1, "first"), false)
	visited("the first request", "first", time.Time{})
	none("the second request")
	d.after(visitorNamed(2, "another"), false)
	visited("somebody else's first request", "another", time.Time{})
	d.after(visitorNamed(1, "start"), true)
	visited("a start", "start", d.clock().Add(30*time.Second))
	d.advance(30*time.Second - 1)
	none("before the next try")
	d.advance(1)
	d.after(visitorNamed(1, "retry"), false)
	visited("the next try", "retry", d.clock().Add(time.Hour))
	d.advance(visitEvery - 1)
	none("a moment before ten minutes")
	d.advance(1)
	d.after(visitorNamed(1, "later"), false)
	visited("ten minutes later", "later", time.Time{})
}

// TestOneVisitAtATime has several requests while a person is visited.
func TestOneVisitAtATime(t *testing.T) {
	d := newDesk()
	d.run(t)
	d.after(visitorNamed(1, "first"), false)
	<-d.begun
	d.after(visitorNamed(1, "look"), false)
	d.after(visitorNamed(1, "start"), true)
	d.after(visitorNamed(1, "stop"), true)
	d.after(visitorNamed(1, "look again"), false)
	d.after(visitorNamed(2, "another"), false)
	if got := <-d.begun; got != "another" {
		t.Errorf("beside it there is a visit after %s", got)
	}
	d.finish <- time.Time{}
	d.finish <- time.Time{}
	if got := <-d.begun; got != "stop" {
		t.Errorf("the visit that follows is after %s", got)
	}
	d.finish <- time.Time{}
}

// TestVisitsEndWithTheProcess lets those end that run, and begins none.
func TestVisitsEndWithTheProcess(t *testing.T) {
	d := newDesk()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		d.Run(ctx)
		close(ended)
	}()
	for i := range 3 * visitWorkers {
		d.after(visitorOf(byte(i%2), i, "first"), false)
	}
	for range visitWorkers {
		<-d.begun
	}
	d.after(visitorOf(0, 0, "stop"), true)
	stop()
	select {
	case <-ended:
		t.Fatal("the process has ended before the visits")
	default:
	}
	for range visitWorkers {
		d.finish <- time.Time{}
	}
	for {
		select {
		case <-ended:
			return
		case token := <-d.begun:
			t.Errorf("a visit after %q has begun", token)
			d.finish <- time.Time{}
		}
	}
}

// TestAHangingTenantDelaysNobodyElse has a tenant with a full line, whose visits don't end.
func TestAHangingTenantDelaysNobodyElse(t *testing.T) {
	d := newDesk()
	for i := range maxWaiting + 1 {
		d.after(visitorOf(1, i, "hangs"), false)
	}
	ended := make(chan struct{})
	d.do = func(_ context.Context, _ tenant.Member, as workitem.Credential) (time.Time, error) {
		select {
		case d.begun <- as.AccessToken():
		case <-ended:
		}
		if as.AccessToken() == "hangs" {
			<-ended
		}
		return time.Time{}, nil
	}
	d.run(t)
	defer close(ended)
	for range tenantWorkers {
		if got := <-d.begun; got != "hangs" {
			t.Fatalf("a visit after %q has begun", got)
		}
	}
	for i := range 3 * visitWorkers {
		d.after(visitorOf(2, i, "other"), false)
		if got := <-d.begun; got != "other" {
			t.Fatalf("a visit after %q has begun", got)
		}
	}
}

// TestTooManyVisitors drops visits and forgets people, and makes up for it at their next requests.
func TestTooManyVisitors(t *testing.T) {
	d := newDesk()
	numbered := func(i int) visit { return visitorOf(1, i, "first") }
	for i := range maxWaiting + 5 {
		d.after(numbered(i), false)
	}
	if d.lines.waiting != maxWaiting || len(d.underWay) != maxWaiting {
		t.Errorf("%d wait and %d are under way", d.lines.waiting, len(d.underWay))
	}
	first, _ := d.lines.take()
	d.do = func(context.Context, tenant.Member, workitem.Credential) (time.Time, error) {
		return time.Time{}, errors.New("a fault")
	}
	for i := range maxVisitors {
		d.next[visitor{user: ids.User{1, byte(i), byte(i >> 8), byte(i >> 16)}}] = d.at
	}
	d.visit(t.Context(), first)
	if len(d.next) != 1 {
		t.Errorf("%d people are remembered", len(d.next))
	}
	dropped := numbered(maxWaiting + 1)
	d.after(dropped, false)
	if _, waits := d.underWay[dropped.visitor()]; !waits || d.lines.waiting != maxWaiting {
		t.Error("who was dropped is not visited after the next request")
	}
}

// TestWhoLosesTheirPlaceIsDue although their last visit was a moment ago, and what has changed is still to be done.
func TestWhoLosesTheirPlaceIsDue(t *testing.T) {
	d := newDesk()
	for i := range maxWaiting {
		d.after(visitorOf(1, i, "first"), false)
	}
	newest := visitorOf(1, maxWaiting-1, "look")
	d.next[newest.visitor()] = d.at.Add(visitEvery)
	d.after(visitorOf(2, 1, "other"), false)
	if _, waits := d.underWay[newest.visitor()]; waits || d.lines.waiting != maxWaiting {
		t.Fatal("the newest of the longest line has kept their place")
	}
	d.lines.take()
	d.after(newest, false)
	if _, waits := d.underWay[newest.visitor()]; !waits {
		t.Error("their next request begins no visit")
	}
}

// TestAFailedVisitIsLogged without anything of the person.
func TestAFailedVisitIsLogged(t *testing.T) {
	var log strings.Builder
	v := NewVisits(func(context.Context, tenant.Member, workitem.Credential) (time.Time, error) {
		return time.Time{}, errors.New("a fault")
	}, time.Now, slog.New(slog.NewTextHandler(&log, nil)))
	v.visit(t.Context(), visitorNamed(1, "secret token"))
	line := log.String()
	if diff := cmp.Diff([]bool{true, true, false}, []bool{
		strings.Contains(line, "level=ERROR"), strings.Contains(line, "a fault"), strings.Contains(line, "secret"),
	}); diff != "" {
		t.Errorf("logged %s", line)
	}
}

// A visit that panics ends neither the process nor the next visits, and its value stays out of the log.
func TestAVisitThatPanics(t *testing.T) {
	var log strings.Builder
	var mu sync.Mutex
	again := make(chan struct{}, 1)
	v := NewVisits(func(_ context.Context, _ tenant.Member, as workitem.Credential) (time.Time, error) {
		if as.AccessToken() == "first" {
			panic("canary of the person")
		}
		again <- struct{}{}
		return time.Time{}, nil
	}, time.Now, slog.New(slog.NewTextHandler(lockedWriter{&mu, &log}, nil)))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { v.Run(ctx); close(ended) }()
	v.after(visitorNamed(1, "first"), true)
	v.after(visitorNamed(1, "second"), true)
	<-again
	stop()
	<-ended
	mu.Lock()
	defer mu.Unlock()
	if text := log.String(); strings.Contains(text, "canary") || !strings.Contains(text, "panic: string") {
		t.Errorf("the log is told %s", text)
	}
}

// lockedWriter is a log that several visits write to.
type lockedWriter struct {
	mu *sync.Mutex
	to io.Writer
}

// Write implements io.Writer.
func (w lockedWriter) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to.Write(line)
}
