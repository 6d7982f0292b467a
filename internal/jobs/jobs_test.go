package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/errs"
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

func (l *leases) AcquireLease(
	_ context.Context, name, holder string, now time.Time, ttl, longest time.Duration,
) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail {
		return false, errors.New("database is down")
	}
	if held, ok := l.holders[name]; ok && held.holder != holder && now.Before(held.until) {
		if !held.until.After(now.Add(longest)) {
			return false, nil
		}
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

// neverReleased are the leases of a replica that dies, since it gives none back.
type neverReleased struct{ *leases }

func (neverReleased) ReleaseLease(context.Context, string, string) error { return errors.New("dead") }

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
				panic("worse, at 203.0.113.9")
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
		if text := results[1].Error(); strings.Contains(text, "worse") || !strings.Contains(text, "jobs_test.go") {
			t.Errorf("a panic is told with its value or without its place: %s", text)
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

// runs are when a job ran, as time since the test began, and on which replica.
type runs struct {
	mu    sync.Mutex
	began time.Time
	all   []string
}

func newRuns() *runs { return &runs{began: time.Now()} }

// daily is a job that notes when it runs and gives what result does.
func (r *runs) daily(replica string, result func(run int) error) jobs.Job {
	return jobs.Job{
		Name: "daily", Every: 24 * time.Hour, Timeout: time.Hour, Retry: 5 * time.Minute,
		Run: func(context.Context) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.all = append(r.all, replica+" "+time.Since(r.began).String())
			return result(len(r.all))
		},
	}
}

func (r *runs) want(t *testing.T, want ...string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if diff := cmp.Diff(want, r.all); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	r.all = nil
}

func good(int) error { return nil }

func bad(int) error { return errors.New("no") }

func TestADailyJobRunsOnceForAllReplicas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table, runs := &leases{holders: map[string]lease{}}, newRuns()
		start := func(replica string) (stop func()) {
			ctx, cancel := context.WithCancel(t.Context())
			go newRunner(table, replica).Run(ctx, runs.daily(replica, good))
			synctest.Wait()
			return func() { cancel(); synctest.Wait() }
		}
		stopA := start("a")
		time.Sleep(time.Minute)
		stopB := start("b")
		time.Sleep(48*time.Hour + time.Minute)
		runs.want(t, "a 0s", "a 24h0m0s", "a 48h0m0s")
		stopA()
		stopC := start("c")
		time.Sleep(22 * time.Hour)
		runs.want(t) // a has stopped, and the day's run was good
		time.Sleep(2 * time.Hour)
		runs.want(t, "b 72h1m0s")
		stopB()
		stopC()
	})
}

func TestADailyJobThatFailedIsSoonRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table, runs := &leases{holders: map[string]lease{}}, newRuns()
		busy := errs.New(errs.Unavailable, "busy", "Try again later.").WithRetryAfter(7 * time.Minute)
		ctx, stop := context.WithCancel(t.Context())
		go newRunner(table, "a").Run(ctx, runs.daily("a", func(run int) error {
			switch run {
			case 1:
				return busy
			case 2, 3:
				return errors.New("no")
			case 4:
				panic("worse")
			default:
				return nil
			}
		}))
		time.Sleep(30 * time.Hour)
		// After what the error asks for, twice and four times and eight times the wait, and then a day.
		runs.want(t, "a 0s", "a 7m0s", "a 17m0s", "a 37m0s", "a 1h17m0s", "a 25h17m0s")
		stop()
	})
}

func TestADailyJobNeverWaitsLongerThanADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table, runs := &leases{holders: map[string]lease{}}, newRuns()
		ctx, stop := context.WithCancel(t.Context())
		go newRunner(table, "a").Run(ctx, runs.daily("a", func(int) error { return errors.New("never") }))
		time.Sleep(200 * 24 * time.Hour)
		stop()
		synctest.Wait()
		if n := len(runs.all); n < 200 || n > 210 {
			t.Errorf("%d runs in 200 days", n)
		}
	})
}

func TestADailyJobIsTakenOver(t *testing.T) {
	for name, test := range map[string]struct {
		left time.Duration // of the lease
		want string
	}{
		"from a replica that has died":         {time.Hour, "a 1h0m0s"},
		"from one that has died after its run": {20*time.Hour + time.Second, "a 20h5m0s"},
		"from one that has died long ago":      {-time.Second, "a 0s"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				held := lease{"dead", time.Now().Add(test.left)}
				table, runs := &leases{holders: map[string]lease{"daily": held}}, newRuns()
				ctx, stop := context.WithCancel(t.Context())
				go newRunner(table, "a").Run(ctx, runs.daily("a", good))
				time.Sleep(23 * time.Hour)
				runs.want(t, test.want)
				stop()
			})
		})
	}
	t.Run("from one that has failed and stops", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			table, runs := &leases{holders: map[string]lease{}}, newRuns()
			first, stopFirst := context.WithCancel(t.Context())
			go newRunner(table, "a").Run(first, runs.daily("a", func(int) error { return errors.New("no") }))
			synctest.Wait()
			second, stopSecond := context.WithCancel(t.Context())
			go newRunner(table, "b").Run(second, runs.daily("b", good))
			time.Sleep(time.Minute)
			stopFirst()
			time.Sleep(5 * time.Minute)
			runs.want(t, "a 0s", "b 5m0s")
			stopSecond()
		})
	})
}

// A good run that can't be noted is repeated: that does no harm, and no other replica could know of it.
func TestADailyJobThatCantBeNoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table, runs := &leases{holders: map[string]lease{}}, newRuns()
		down := func(is bool) {
			table.mu.Lock()
			defer table.mu.Unlock()
			table.fail = is
		}
		runner := newRunner(table, "a")
		var results []error
		runner.Observe = func(_ string, err error) { results = append(results, err) }
		ctx, stop := context.WithCancel(t.Context())
		go runner.Run(ctx, runs.daily("a", func(run int) error {
			down(run == 1)
			return nil
		}))
		time.Sleep(time.Minute)
		down(false)
		time.Sleep(25 * time.Hour)
		stop()
		synctest.Wait()
		runs.want(t, "a 0s", "a 5m0s", "a 24h5m0s")
		if len(results) != 3 || results[0] == nil || results[1] != nil {
			t.Errorf("results %v, want the first to have failed", results)
		}
	})
}

func TestADailyJobFailsAsOftenOnManyReplicas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table, runs := &leases{holders: map[string]lease{}}, newRuns()
		ctx, stop := context.WithCancel(t.Context())
		for _, replica := range []string{"a", "b", "c"} {
			go newRunner(table, replica).Run(ctx, runs.daily(replica, bad))
			time.Sleep(time.Minute)
		}
		time.Sleep(24*time.Hour - 4*time.Minute)
		stop()
		synctest.Wait()
		// As one replica would.
		runs.want(t, "a 0s", "a 5m0s", "a 15m0s", "a 35m0s", "a 1h15m0s", "a 2h35m0s", "a 5h15m0s", "a 10h35m0s", "a 21h15m0s")
	})
}

func TestADailyJobIsTakenOverFromOneThatDiesWhileItWaits(t *testing.T) {
	for name, test := range map[string]struct {
		dies time.Duration
		want []string
	}{
		"for less than a run may take": {10 * time.Minute, []string{"a 0s", "a 5m0s", "b 1h6m0s"}},
		"for longer": {
			80 * time.Minute, []string{"a 0s", "a 5m0s", "a 15m0s", "a 35m0s", "a 1h15m0s", "b 2h36m0s"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				table, runs := &leases{holders: map[string]lease{}}, newRuns()
				first, die := context.WithCancel(t.Context())
				dying := newRunner(table, "a")
				dying.Leases = neverReleased{table}
				go dying.Run(first, runs.daily("a", bad))
				time.Sleep(time.Minute)
				second, stop := context.WithCancel(t.Context())
				go newRunner(table, "b").Run(second, runs.daily("b", good))
				time.Sleep(test.dies - time.Minute)
				die()
				time.Sleep(5 * time.Hour)
				runs.want(t, test.want...)
				stop()
			})
		})
	}
}

// A replica that has lost the job begins with the shortest wait when it gets it again.
func TestADailyJobThatAnotherReplicaRanFailsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table, runs := &leases{holders: map[string]lease{}}, newRuns()
		ctx, stop := context.WithCancel(t.Context())
		go newRunner(table, "a").Run(ctx, runs.daily("a", bad))
		time.Sleep(16 * time.Minute)
		table.mu.Lock()
		table.holders["daily"] = lease{"b", time.Now().Add(20 * time.Minute)} // until 36m
		table.mu.Unlock()
		time.Sleep(35 * time.Minute)
		stop()
		synctest.Wait()
		runs.want(t, "a 0s", "a 5m0s", "a 15m0s", "a 40m0s", "a 45m0s")
	})
}

func TestADailyJobOutlivesAClockThatWasAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table, runs := &leases{holders: map[string]lease{}}, newRuns()
		ahead := newRunner(table, "a")
		ahead.Now = func() time.Time { return time.Now().Add(60 * 24 * time.Hour) }
		first, stopFirst := context.WithCancel(t.Context())
		go ahead.Run(first, runs.daily("a", good))
		time.Sleep(time.Minute)
		stopFirst()
		second, stopSecond := context.WithCancel(t.Context())
		go newRunner(table, "b").Run(second, runs.daily("b", good))
		time.Sleep(25 * time.Hour)
		runs.want(t, "a 0s", "b 1m0s", "b 24h1m0s")
		stopSecond()
	})
}

func TestADailyJobRunsOnceThoughClocksDiffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table, runs := &leases{holders: map[string]lease{}}, newRuns()
		ctx, stop := context.WithCancel(t.Context())
		go newRunner(table, "a").Run(ctx, runs.daily("a", good))
		time.Sleep(time.Minute)
		behind := newRunner(table, "b")
		behind.Now = func() time.Time { return time.Now().Add(-10 * time.Minute) }
		go behind.Run(ctx, runs.daily("b", good))
		time.Sleep(23 * time.Hour)
		stop()
		synctest.Wait()
		runs.want(t, "a 0s")
	})
}
