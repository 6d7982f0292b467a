package entra

import (
	"crypto/sha256"
	"maps"
	"sync"
	"time"

	"timetracker/internal/tenant"
)

const (
	// rememberFor is how long a valid signature is trusted without another check.
	rememberFor = 5 * time.Minute
	// memorySize is the greatest number of remembered tokens.
	memorySize = 10_000
)

// digest identifies a token, so that no token is kept.
type digest [sha256.Size]byte

func digestOf(rawToken string) digest {
	// A common token fits on the stack, since this is all the work that a remembered token needs on each call.
	var common [4096]byte
	return sha256.Sum256(append(common[:0], rawToken...))
}

// grant is what a valid token says: whom the directory vouches for, and when.
type grant struct {
	person   tenant.Person
	lifetime lifetime
}

type remembered struct {
	grant grant
	until time.Time
}

// memory remembers the tokens whose signature and claims were valid under one set of keys. It is never moved to another
// set.
type memory struct {
	mu     sync.RWMutex
	grants map[digest]remembered
}

func newMemory() *memory {
	return &memory{grants: make(map[digest]remembered)}
}

// recall gives what was remembered of a token. The caller still has to check the lifetime.
func (m *memory) recall(token digest, now time.Time) (grant, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	found, ok := m.grants[token]
	return found.grant, ok && now.Before(found.until)
}

// remember keeps a valid token for rememberFor, but never past its expiry.
func (m *memory) remember(token digest, g grant, now time.Time) {
	until := now.Add(rememberFor)
	if expires := time.Unix(g.lifetime.expires, 0); expires.Before(until) {
		until = expires
	}
	if !now.Before(until) {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.grants) >= memorySize {
		for victim := range m.grants { // any one will do, since its bearer only needs one more signature check
			delete(m.grants, victim)
			break
		}
	}
	m.grants[token] = remembered{grant: g, until: until}
}

// forget removes expired tokens, so that nobody's name stays in memory longer than it is used.
func (m *memory) forget(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.grants, func(_ digest, r remembered) bool { return !now.Before(r.until) })
}
