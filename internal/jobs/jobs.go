package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/span"
)

// Leases gives out the right to run a job for a while.
type Leases interface {
	// AcquireLease gives or prolongs the lease until now+ttl. It gives false while another holder has it. A lease that
	// ends later than now+longest counts as ended.
	AcquireLease(ctx context.Context, name, holder string, now time.Time, ttl, longest time.Duration) (bool, error)
	// ReleaseLease ends the holder's lease, so that another replica need not wait.
	ReleaseLease(ctx context.Context, name, holder string) error
}

// Job is one background loop.
type Job struct {
	Name  string
	Every time.Duration
	// Timeout is how long a run may take, and how long another replica waits after this one has died. Zero: twice
	// Every, and at least a minute.
	Timeout time.Duration
	// Retry makes a job that runs seldom run once for all replicas, without waiting a whole Every after a failure.
	// Zero: every wait is Every, and a replica that stops gives the lease back.
	//
	// With Retry, a replica that has run the job well keeps the lease until the next turn, also when it stops. The
	// other replicas try to get the lease every Retry.
	//
	// A failed run is repeated after Retry, which doubles with each further failure, or after what the error asks for.
	// The others wait as long, unless the replica stops.
	Retry time.Duration
	Run   func(ctx context.Context) error
}

// ttl is how long the job's lease holds.
func (j Job) ttl() time.Duration {
	if j.Timeout > 0 {
		return j.Timeout
	}
	return max(2*j.Every, time.Minute)
}

// longest is twice as long as any lease of the job, since clocks differ a little. A lease that ends later comes from a
// replica whose clock was far ahead, and would keep the job from running until then.
func (j Job) longest() time.Duration { return 2 * max(j.Every, j.ttl()) }

// pause is the wait after a number of failed runs in a row, the latest with err.
func (j Job) pause(err error, failures int) time.Duration {
	if j.Retry == 0 {
		return j.Every
	}
	const mostDoublings = 10
	wait := j.Retry << min(failures-1, mostDoublings)
	if asked, ok := errors.AsType[*errs.Error](err); ok {
		wait = max(wait, asked.RetryAfter)
	}
	return min(wait, j.Every)
}

// Runner runs jobs on one replica.
type Runner struct {
	Leases  Leases
	Holder  string // names this replica; a random id
	Now     func() time.Time
	Log     *slog.Logger
	Tracer  span.Tracer                 // begins a trace for each run; the zero Tracer records nothing
	Observe func(job string, err error) // counts runs
}

// Run runs the jobs until ctx ends, each at once and then Job.Every after the end of a run. A failed run is logged and
// repeated at the job's next time, or after Job.Retry.
func (r *Runner) Run(ctx context.Context, jobs ...Job) {
	var running sync.WaitGroup
	for _, job := range jobs {
		running.Go(func() { r.loop(ctx, job) })
	}
	running.Wait()
}

func (r *Runner) loop(ctx context.Context, job Job) {
	done := false // true until the job's next turn, on every replica
	defer func() {
		if done {
			return
		}
		// The loop's context has ended, but the lease must still be given back.
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := r.Leases.ReleaseLease(ending, job.Name, r.Holder); err != nil {
			r.Log.WarnContext(ctx, "lease not released", "job", job.Name, "error", err)
		}
	}()
	for failures := 0; ; {
		ran, err := r.runWithLease(ctx, job)
		wait := job.Every
		switch {
		case !ran: // only the replica that runs the job counts its failures
			failures = 0
			wait = job.pause(err, 1)
		case err != nil:
			failures++
			wait = job.pause(err, failures)
			r.holdBack(ctx, job, wait)
		default:
			failures = 0
		}
		done = ran && err == nil && job.Retry > 0
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// holdBack keeps the lease of a job with Retry for the wait after a failed run. Another replica does not know how often
// the job has failed, so it would begin with the shortest wait. The lease is not shortened, so it lasts over short
// waits.
func (r *Runner) holdBack(ctx context.Context, job Job, wait time.Duration) {
	if job.Retry == 0 || ctx.Err() != nil {
		return
	}
	if _, err := r.acquire(ctx, job, max(wait, job.ttl())); err != nil {
		r.Log.WarnContext(ctx, "lease not kept", "job", job.Name, "error", err)
	}
}

func (r *Runner) acquire(ctx context.Context, job Job, ttl time.Duration) (bool, error) {
	return r.Leases.AcquireLease(ctx, job.Name, r.Holder, r.Now(), ttl, job.longest())
}

// tell logs why a run has failed, unless the program stops.
func (r *Runner) tell(ctx context.Context, job Job, err error) {
	if err != nil && ctx.Err() == nil {
		r.Log.ErrorContext(ctx, "job failed", "job", job.Name, "error", err)
	}
}

// runWithLease runs the job if this replica gets the lease, for at most as long as the lease holds.
func (r *Runner) runWithLease(ctx context.Context, job Job) (ran bool, err error) {
	ttl := job.ttl()
	mine, err := r.acquire(ctx, job, ttl)
	if err != nil {
		err = fmt.Errorf("acquire lease: %w", err)
		r.tell(ctx, job, err)
		return false, err
	}
	if !mine {
		return false, nil
	}
	ctx, traced := r.Tracer.Begin(ctx, span.Internal, "job "+job.Name)
	defer func() {
		if cause := recover(); cause != nil {
			ran, err = true, errs.OfPanic(cause)
		}
		traced.End(err)
		r.Observe(job.Name, err)
		r.tell(ctx, job, err)
	}()
	running, cancel := context.WithTimeout(ctx, ttl)
	defer cancel()
	if err := job.Run(running); err != nil || job.Retry == 0 {
		return true, err
	}
	if _, err := r.acquire(ctx, job, job.Every); err != nil {
		return true, fmt.Errorf("keep lease until the next turn: %w", err)
	}
	return true, nil
}
