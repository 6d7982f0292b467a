package workitem

import (
	"errors"
	"sync"
	"time"

	"timetracker/internal/errs"
)

const (
	// maxPause is the longest time for which a tracker that has not answered a person is not asked for them.
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

// wait is how long a tracker is not to be asked for the person from now on; zero: it may be.
func (p *pauses) wait(of person, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	until, ok := p.until[of]
	if ok && !now.Before(until) {
		delete(p.until, of)
	}
	return max(0, until.Sub(now))
}

// note begins a pause when a tracker has not answered, and ends it otherwise.
func (p *pauses) note(of person, problem error, now time.Time) {
	failed, ok := errors.AsType[*errs.Error](problem)
	p.mu.Lock()
	defer p.mu.Unlock()
	if !ok || failed.Kind != errs.Unavailable {
		delete(p.until, of)
		return
	}
	if p.until == nil || len(p.until) >= maxPauses {
		p.until = make(map[person]time.Time)
	}
	p.until[of] = now.Add(min(failed.RetryAfter, maxPause))
}
