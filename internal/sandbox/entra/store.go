package entra

import (
	"crypto/rand"
	"sync"
	"time"
)

// store keeps values that expire, under random keys. Beyond its limit, the value that expires first makes room for the
// new one, so that a client in a loop can't fill the memory. Safe for concurrent use.
type store[T any] struct {
	limit int
	now   func() time.Time

	mu      sync.Mutex
	entries map[string]storeEntry[T]
}

type storeEntry[T any] struct {
	value   T
	expires time.Time
}

func newStore[T any](limit int, now func() time.Time) *store[T] {
	return &store[T]{limit: limit, now: now, entries: make(map[string]storeEntry[T])}
}

// add keeps value until expires and returns its key.
func (s *store[T]) add(value T, expires time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.entries) >= s.limit {
		s.makeRoom()
	}
	key := rand.Text()
	s.entries[key] = storeEntry[T]{value, expires}
	return key
}

func (s *store[T]) makeRoom() {
	var first string
	for key, entry := range s.entries {
		if first == "" || entry.expires.Before(s.entries[first].expires) {
			first = key
		}
	}
	delete(s.entries, first)
}

// get returns the value under key and the instant it expires at.
func (s *store[T]) get(key string) (value T, expires time.Time, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry, ok := s.entries[key]
	if !ok || !s.now().Before(entry.expires) {
		delete(s.entries, key)
		return value, expires, false
	}
	return entry.value, entry.expires, true
}

// take is get for a value that may be used once.
func (s *store[T]) take(key string) (value T, ok bool) {
	value, _, ok = s.get(key)
	if !ok {
		return value, false
	}
	return value, s.remove(key)
}

// remove reports whether key was there.
func (s *store[T]) remove(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.entries[key]
	delete(s.entries, key)
	return ok
}
