package httpserver

import (
	"sync"
	"time"
)

// sampleEvery is how often a line of one kind is written.
const sampleEvery = time.Minute

// Sampler keeps lines that anybody on the internet can cause from filling the log. Of each kind it lets one line a minute
// through, which can say how many were left out before it. It is safe for concurrent use.
type Sampler struct {
	now   func() time.Time
	mu    sync.Mutex
	kinds map[string]*sampled
}

type sampled struct {
	written time.Time
	leftOut int
}

// NewSampler makes a Sampler.
func NewSampler(now func() time.Time) *Sampler {
	return &Sampler{now: now, kinds: map[string]*sampled{}}
}

// Take says whether to write a line of a kind, and how many of its kind were left out since the last one. There must be
// few kinds, and none may come from outside.
func (s *Sampler) Take(kind string) (leftOut int, write bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, last := s.now(), s.kinds[kind]
	if last != nil {
		if past := now.Sub(last.written); past >= 0 && past < sampleEvery {
			last.leftOut++
			return 0, false
		}
		leftOut = last.leftOut
	}
	s.kinds[kind] = &sampled{written: now}
	return leftOut, true
}
