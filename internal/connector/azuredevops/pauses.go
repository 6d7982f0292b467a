package azuredevops

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"timetracker/internal/outbound"
)

const (
	// maxPauses is the greatest number of people whose pauses are kept.
	maxPauses = 10_000
	// maxPause is the longest pause.
	maxPause = 10 * time.Minute
)

// pauses are until when Azure DevOps wants no calls of a person. Its limits are those of each person:
// https://learn.microsoft.com/azure/devops/integrate/concepts/rate-limits
//
// Safe for concurrent use.
type pauses struct {
	mu    sync.Mutex
	until map[person]time.Time
}

// left is how long a person's pause goes on.
func (p *pauses) left(who person, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := p.until[who].Sub(now)
	if left <= 0 {
		delete(p.until, who)
	}
	return max(left, 0)
}

// extend makes a person's pause last until then at least.
func (p *pauses) extend(who person, until, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.until[who].Before(until) {
		return
	}
	if p.until == nil {
		p.until = make(map[person]time.Time)
	}
	if len(p.until) >= maxPauses {
		p.makeRoom(now)
	}
	p.until[who] = until
}

// makeRoom drops the pauses that are over, or else any one. Azure DevOps would ask that person to wait once more.
func (p *pauses) makeRoom(now time.Time) {
	for who, until := range p.until {
		if !now.Before(until) {
			delete(p.until, who)
		}
	}
	for who := range p.until {
		if len(p.until) < maxPauses {
			break
		}
		delete(p.until, who)
	}
}

// heed takes note of how long an answer asks to wait, or that it was the last one within a limit.
func (c *Client) heed(who person, header http.Header) {
	now := c.now()
	wait := outbound.RetryAfter(header, now)
	if remaining, err := strconv.ParseFloat(header.Get("X-Ratelimit-Remaining"), 64); wait == 0 && err == nil && remaining < 1 {
		if seconds, err := strconv.ParseInt(header.Get("X-Ratelimit-Reset"), 10, 64); err == nil {
			wait = min(time.Unix(seconds, 0).Sub(now), maxPause)
		}
	}
	if wait > 0 {
		c.pauses.extend(who, now.Add(wait), now)
	}
}
