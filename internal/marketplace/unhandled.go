package marketplace

import (
	"context"
	"sync"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
)

const (
	// eventPatience is how old an event may get before operators are told that it isn't handled. Microsoft sends it again
	// every minute meanwhile, and what it needs a moment for is there by then.
	eventPatience = 10 * time.Minute
	// eventMemory is longer than the 8 hours for which Microsoft sends an event again.
	eventMemory = 9 * time.Hour
	// maxUnhandled is how many events are remembered: more than Microsoft sends in that time.
	maxUnhandled = 10_000
)

// unhandled remembers the events that could not be handled, so that operators are told once of each. Another process
// tells them too.
type unhandled struct {
	mu     sync.Mutex
	events map[ids.Operation]*unhandledEvent
}

type unhandledEvent struct {
	since time.Time // our clock
	told  map[alert.Kind]bool
}

// of gives what is remembered of an event. Only with the lock.
func (u *unhandled) of(id ids.Operation, now time.Time) *unhandledEvent {
	event := u.events[id]
	if event != nil {
		return event
	}
	for other, earlier := range u.events {
		if len(u.events) >= maxUnhandled || now.Sub(earlier.since) >= eventMemory {
			delete(u.events, other)
		}
	}
	event = &unhandledEvent{since: now, told: map[alert.Kind]bool{}}
	if u.events == nil {
		u.events = map[ids.Operation]*unhandledEvent{}
	}
	u.events[id] = event
	return event
}

// age is how long ago an event was sent, or seen here for the first time if that is longer ago.
func (u *unhandled) age(n Notification, now time.Time) time.Duration {
	u.mu.Lock()
	defer u.mu.Unlock()
	age := now.Sub(u.of(n.OperationID, now).since)
	if !n.At.IsZero() {
		age = max(age, now.Sub(n.At))
	}
	return age
}

// first says whether operators are told a kind of an event for the first time, and notes it.
func (u *unhandled) first(id ids.Operation, kind alert.Kind, now time.Time) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	told := u.of(id, now).told
	if told[kind] {
		return false
	}
	told[kind] = true
	return true
}

func (u *unhandled) forget(id ids.Operation) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.events, id)
}

// alertOfEvent tells operators of an event, once for each kind, however often Microsoft sends the event.
func (s *Service) alertOfEvent(ctx context.Context, n Notification, kind alert.Kind, err error) {
	if s.unhandled.first(n.OperationID, kind, s.now()) {
		s.alert(ctx, alert.Alert{
			Kind: kind, SubscriptionID: n.SubscriptionID.String(), OperationID: n.OperationID.String(), Err: err,
		})
	}
}

// noteOutcome tells operators of an event that can't be handled for long, since nobody else would: Microsoft gives it up
// after 8 hours. Of refused credentials they are told besides.
func (s *Service) noteOutcome(ctx context.Context, n Notification, err error) {
	switch {
	case err == nil || errs.Is(err, errs.RuleBroken):
		s.unhandled.forget(n.OperationID)
	case errs.CodeOf(err) == CredentialsRefused:
	case s.unhandled.age(n, s.now()) >= eventPatience:
		s.alertOfEvent(ctx, n, alert.EventUnhandled, err)
	}
}
