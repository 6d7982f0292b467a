package spool

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
)

const (
	// slotCount is how many answers are made at the same time. It is at most half of the database's readers, so that
	// short reads never wait for long ones.
	slotCount = 3
	// patience is how long an answer waits for its slot.
	patience = 5 * time.Second
)

// Owner is the user for whom an answer is made.
type Owner struct {
	Tenant ids.Tenant
	User   ids.User
}

// slots are shared by tenants, and within a tenant by its users. Of those who wait, the tenant that holds the fewest
// slots is next, and of several the one whose last turn was the longest ago. The last free slot is only for a tenant that
// holds none, so that one tenant's long answers never stop all others.
type slots struct {
	mu      sync.Mutex
	free    int
	turns   uint64           // how many slots were given so far
	waiting []*waiter        // in the order of arrival
	shares  map[Owner]*share // of users and, without a user, of tenants; only of those who hold or wait
}

// share is what a tenant or a user has of the slots.
type share struct {
	holds, waits int
	last         uint64 // the turn in which a slot was given; zero: none
}

// waiter waits for a slot.
type waiter struct {
	owner Owner
	given chan struct{}
}

func newSlots() *slots { return &slots{free: slotCount, shares: make(map[Owner]*share)} }

// take waits for a slot, which the caller gives back by release. It waits as long as ctx and patience last.
func (s *slots) take(ctx context.Context, owner Owner) error {
	w := &waiter{owner: owner, given: make(chan struct{})}
	s.mu.Lock()
	s.waiting = append(s.waiting, w)
	s.change(owner, func(h *share) { h.waits++ })
	s.give()
	s.mu.Unlock()

	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-w.given:
		return nil
	case <-ctx.Done():
		return s.giveUp(w, ctx.Err())
	case <-timer.C:
		return s.giveUp(w, busy(nil))
	}
}

// busy is the error for an answer that can't be made now.
func busy(cause error) error {
	return errs.Wrap(cause, errs.Unavailable, "reports_busy",
		"Too many reports and files are being made at the moment. Try again in a few seconds.").WithRetryAfter(patience)
}

// giveUp ends the waiting with err, unless a slot was given meanwhile.
func (s *slots) giveUp(w *waiter, err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := slices.Index(s.waiting, w)
	if at < 0 {
		return nil
	}
	s.waiting = slices.Delete(s.waiting, at, at+1)
	s.change(w.owner, func(h *share) { h.waits-- })
	return err
}

// release gives a slot back.
func (s *slots) release(owner Owner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free++
	s.change(owner, func(h *share) { h.holds-- })
	s.give()
}

// give hands out free slots. The mutex is held.
func (s *slots) give() {
	for s.free > 0 {
		next := -1
		for i, w := range s.waiting {
			last := s.free == 1 && s.tenant(w.owner).holds > 0
			if !last && (next < 0 || s.compare(w.owner, s.waiting[next].owner) < 0) {
				next = i
			}
		}
		if next < 0 {
			return
		}
		w := s.waiting[next]
		s.waiting = slices.Delete(s.waiting, next, next+1)
		s.free--
		s.turns++
		s.change(w.owner, func(h *share) {
			h.waits--
			h.holds++
			h.last = s.turns
		})
		close(w.given)
	}
}

// compare is negative when a comes before b.
func (s *slots) compare(a, b Owner) int {
	tenantA, tenantB := s.tenant(a), s.tenant(b)
	userA, userB := s.shares[a], s.shares[b]
	return cmp.Or(
		cmp.Compare(tenantA.holds, tenantB.holds), cmp.Compare(tenantA.last, tenantB.last),
		cmp.Compare(userA.holds, userB.holds), cmp.Compare(userA.last, userB.last),
	)
}

func (s *slots) tenant(of Owner) *share { return s.shares[Owner{Tenant: of.Tenant}] }

// change applies a change to the shares of a user and of the user's tenant. Those who neither hold nor wait are
// forgotten, and are then the first to have a turn.
func (s *slots) change(owner Owner, apply func(*share)) {
	for _, key := range []Owner{owner, {Tenant: owner.Tenant}} {
		h := s.shares[key]
		if h == nil {
			h = &share{}
			s.shares[key] = h
		}
		if apply(h); h.holds == 0 && h.waits == 0 {
			delete(s.shares, key)
		}
	}
}
