package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"timetracker/internal/jobs"
)

// leases is a table of leases in memory; the one in the database is tested by the store's conformance suite.
type leases struct {
	mu      sync.Mutex
	holders map[string]lease
	fail    bool
}

type lease struct {
	holder string
	until  time.Time
}

func (l *leases) AcquireLease(_ context.Context, name, holder string, now time.Time, ttl time.Duration) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail {
		return false, errors.New("database is down")
	}
	if held, ok := l.holders[name]; ok && held.holder != holder && now.Before(held.until) {
		return false, nil
	}
	l.holders[name] = lease{holder, now.Add(ttl)}
	return true, nil
}

func (l *leases) ReleaseLease(_ context.Context, name, holder string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.holders[name].holder == holder {
		delete(l.holders, name)
	}
	return nil
}

func newRunner(l *leases, holder string) *jobs.Runner {
	return &jobs.Runner{
		Leases: l, Holder: holder, Now: time.Now,
		Log: slog.New(slog.DiscardHandler), Observe: func(string, error) {},
	}
}

func TestTwoReplicasShareTheWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := &leases{holders: map[string]lease{}}
		runs := map[string]int{}
		var mu sync.Mutex
		count := func(replica string) jobs.Job {
			return jobs.Job{Name: "auto_stop", Every: time.Minute, Run: func(context.Context) error {
				mu.Lock()
				defer mu.Unlock()
				runs[replica]++
				return nil
			}}
		}
		first, stopFirst := context.WithCancel(t.Context())
		second, stopSecond := context.WithCancel(t.Context())
		go newRunner(table, "a").Run(first, count("a"))
		synctest.Wait()
		go newRunner(table, "b").Run(second, count("b"))

		time.Sleep(10*time.Minute + time.Second) // the bubble's clock: no time passes
		mu.Lock()
		if runs["a"] != 11 || runs["b"] != 0 {
			t.Errorf("while a holds the lease: runs %v, want 11 by a and none by b", runs)
		}
		mu.Unlock()

		stopFirst()
		synctest.Wait()
		time.Sleep(2 * time.Minute)
		mu.Lock()
		if runs["a"] != 11 || runs["b"] != 2 {
			t.Errorf("after a has stopped: runs %v, want b to go on at its next turn", runs)
		}
		mu.Unlock()
		stopSecond()
	})
}

func TestAFailingJobIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := &leases{holders: map[string]lease{}}
		runner := newRunner(table, "a")
		var results []error
		runner.Observe = func(_ string, err error) { results = append(results, err) }
		turn := 0
		ctx, stop := context.WithCancel(t.Context())
		go runner.Run(ctx, jobs.Job{Name: "x", Every: time.Minute, Run: func(context.Context) error {
			turn++
			switch turn {
			case 1:
				return errors.New("no")
			case 2:
				panic("worse")
			default:
				return nil
			}
		}})
		time.Sleep(2*time.Minute + time.Second)
		stop()
		synctest.Wait()
		if len(results) != 3 || results[0] == nil || results[1] == nil || results[2] != nil {
			t.Errorf("results %v, want an error, a panic as an error, and success", results)
		}
	})
}

func TestNothingRunsWithoutALease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := &leases{holders: map[string]lease{}, fail: true}
		ran := false
		ctx, stop := context.WithCancel(t.Context())
		go newRunner(table, "a").Run(ctx, jobs.Job{Name: "x", Every: time.Minute, Run: func(context.Context) error {
			ran = true
			return nil
		}})
		time.Sleep(3 * time.Minute)
		stop()
		synctest.Wait()
		if ran {
			t.Error("the job ran without a lease")
		}
	})
}

func TestARunEndsWithItsLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := &leases{holders: map[string]lease{}}
		var ended []error
		ctx, stop := context.WithCancel(t.Context())
		go newRunner(table, "a").Run(ctx, jobs.Job{Name: "x", Every: time.Hour, Run: func(ctx context.Context) error {
			<-ctx.Done()
			ended = append(ended, ctx.Err())
			return ctx.Err()
		}})
		time.Sleep(2*time.Hour + time.Second)
		stop()
		synctest.Wait()
		if len(ended) == 0 || !errors.Is(ended[0], context.DeadlineExceeded) {
			t.Errorf("the runs ended with %v, want the first to meet its deadline", ended)
		}
	})
}
