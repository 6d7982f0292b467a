package workitem

import (
	"context"
	"errors"
	"sync"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
)

// person is one person of a tenant.
type person struct {
	tenant ids.Tenant
	user   ids.User
}

// turns lets one caller at a time do something for a person. The zero value is ready.
type turns struct {
	mu    sync.Mutex
	taken map[person]chan struct{} // closed when the person's turn ends
}

// enter waits for the person's turn. Without an error, leave ends it. When the context ends first, somebody waits for a
// tracker that does not answer.
func (t *turns) enter(ctx context.Context, p person) (leave func(), err error) {
	for {
		t.mu.Lock()
		ended, busy := t.taken[p]
		if !busy {
			if t.taken == nil {
				t.taken = make(map[person]chan struct{})
			}
			mine := make(chan struct{})
			t.taken[p] = mine
			t.mu.Unlock()
			return func() {
				t.mu.Lock()
				defer t.mu.Unlock()
				delete(t.taken, p)
				close(mine)
			}, nil
		}
		t.mu.Unlock()
		select {
		case <-ended:
		case <-ctx.Done():
			return nil, RemoteUnavailable(ctx.Err(), readTimeout)
		}
	}
}

const (
	// maxPause is how long a person's items are not read at most after a tracker has not answered.
	maxPause = time.Minute
	// maxPauses bounds how many people are remembered.
	maxPauses = 10_000
)

// pauses remembers for whom a tracker does not answer, so that not each of their requests waits for it. The zero value is
// ready.
type pauses struct {
	mu    sync.Mutex
	until map[person]time.Time
}

// wait is how long the person's items are not read from now on; zero: they may be.
func (p *pauses) wait(of person, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	until, ok := p.until[of]
	if ok && !now.Before(until) {
		delete(p.until, of)
	}
	return max(0, until.Sub(now))
}

// note begins a pause when a tracker has not answered.
func (p *pauses) note(of person, problem error, now time.Time) {
	failed, ok := errors.AsType[*errs.Error](problem)
	if !ok || failed.Kind != errs.Unavailable {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.until == nil || len(p.until) >= maxPauses {
		p.until = make(map[person]time.Time)
	}
	p.until[of] = now.Add(min(failed.RetryAfter, maxPause))
}
