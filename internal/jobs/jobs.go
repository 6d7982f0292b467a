package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Leases gives out the right to run a job for a while.
type Leases interface {
	// AcquireLease gives or prolongs the lease until now+ttl. False: somebody else holds it.
	AcquireLease(ctx context.Context, name, holder string, now time.Time, ttl time.Duration) (bool, error)
	// ReleaseLease ends the holder's lease, so that another replica need not wait.
	ReleaseLease(ctx context.Context, name, holder string) error
}

// Job is one background loop.
type Job struct {
	Name  string
	Every time.Duration
	// Timeout is how long a run may take, and how long another replica waits after this one has died. Zero: twice Every,
	// and at least a minute.
	Timeout time.Duration
	Run     func(ctx context.Context) error
}

// ttl is how long the job's lease holds.
func (j Job) ttl() time.Duration {
	if j.Timeout > 0 {
		return j.Timeout
	}
	return max(2*j.Every, time.Minute)
}

// Runner runs jobs on one replica.
type Runner struct {
	Leases  Leases
	Holder  string // names this replica; a random id
	Now     func() time.Time
	Log     *slog.Logger
	Observe func(job string, err error) // counts runs
}

// Run runs the jobs until ctx ends, each first at once and then every Job.Every. A failing run is logged and tried again
// at its next time.
func (r *Runner) Run(ctx context.Context, jobs ...Job) {
	var running sync.WaitGroup
	for _, job := range jobs {
		running.Go(func() { r.loop(ctx, job) })
	}
	running.Wait()
}

func (r *Runner) loop(ctx context.Context, job Job) {
	ticker := time.NewTicker(job.Every)
	defer ticker.Stop()
	defer func() {
		// The loop's context has ended; the lease is given back all the same.
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := r.Leases.ReleaseLease(ending, job.Name, r.Holder); err != nil {
			r.Log.Warn("lease not released", "job", job.Name, "error", err)
		}
	}()
	for {
		if err := r.once(ctx, job); err != nil && ctx.Err() == nil {
			r.Log.Error("job failed", "job", job.Name, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// once runs the job if this replica gets the lease, for at most as long as the lease holds.
func (r *Runner) once(ctx context.Context, job Job) (err error) {
	ttl := job.ttl()
	mine, err := r.Leases.AcquireLease(ctx, job.Name, r.Holder, r.Now(), ttl)
	if err != nil {
		return fmt.Errorf("acquire lease: %w", err)
	}
	if !mine {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, ttl)
	defer cancel()
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
		}
		r.Observe(job.Name, err)
	}()
	return job.Run(ctx)
}
