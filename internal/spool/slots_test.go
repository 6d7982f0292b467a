package spool_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/spool"
)

func newSpooler(t *testing.T, capacity int64) *spool.Spooler {
	t.Helper()
	s, err := spool.New(t.TempDir(), capacity)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// someone is a user of a tenant, each with a small number.
func someone(tenant, user byte) spool.Owner {
	return spool.Owner{Tenant: ids.Tenant{tenant}, User: ids.User{user}}
}

// maker makes answers that end when the test says so.
type maker struct {
	t       *testing.T
	spooler *spool.Spooler
	end     map[string]chan struct{}

	mu    sync.Mutex // several answers may begin or end at the same time
	begun []string
	errs  map[string]error
}

func newMaker(t *testing.T) *maker {
	t.Helper()
	return &maker{t: t, spooler: newSpooler(t, spool.DefaultCapacity), end: map[string]chan struct{}{}, errs: map[string]error{}}
}

// ask asks for an answer, which has a name.
func (m *maker) ask(ctx context.Context, name string, owner spool.Owner) {
	end := make(chan struct{})
	m.end[name] = end
	go func() {
		made, err := m.spooler.Make(ctx, owner, func(io.Writer) error {
			m.mu.Lock()
			m.begun = append(m.begun, name)
			m.mu.Unlock()
			<-end
			return nil
		})
		if err == nil {
			made.Close()
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		m.errs[name] = err
	}()
	synctest.Wait()
}

// failure is the error with which an answer has ended.
func (m *maker) failure(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.errs[name]
}

// finish ends answers one after the other.
func (m *maker) finish(names ...string) {
	for _, name := range names {
		close(m.end[name])
		synctest.Wait()
	}
}

func (m *maker) want(names ...string) {
	m.t.Helper()
	if !slices.Equal(m.begun, names) {
		m.t.Errorf("begun: %v, want %v", m.begun, names)
	}
}

func TestATenantLeavesTheLastSlotToOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaker(t)
		for i := range 10 {
			m.ask(t.Context(), fmt.Sprintf("busy %d", i), someone(1, 1))
		}
		m.want("busy 0", "busy 1")
		m.ask(t.Context(), "other", someone(2, 1))
		m.want("busy 0", "busy 1", "other")
		m.finish("other", "busy 0", "busy 1", "busy 2", "busy 3", "busy 4", "busy 5", "busy 6", "busy 7", "busy 8", "busy 9")
		if len(m.begun) != 11 {
			t.Errorf("begun: %v", m.begun)
		}
	})
}

func TestSlotsAreSharedByTenantsAndUsers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaker(t)
		for _, tenant := range []byte{1, 2, 3} {
			m.ask(t.Context(), fmt.Sprintf("first of %d", tenant), someone(tenant, 1))
		}
		for i := range 3 {
			m.ask(t.Context(), fmt.Sprintf("flood %d", i), someone(1, 1))
		}
		m.ask(t.Context(), "colleague", someone(1, 2))
		m.ask(t.Context(), "second of 2", someone(2, 1))
		m.ask(t.Context(), "newcomer", someone(4, 1))
		begun := []string{"first of 1", "first of 2", "first of 3"}
		m.want(begun...)

		m.finish("first of 3") // the newcomer never had a turn
		begun = append(begun, "newcomer")
		m.want(begun...)
		m.finish("first of 1") // the colleague never had a turn, the tenant's flood had one
		begun = append(begun, "colleague")
		m.want(begun...)
		m.finish("newcomer") // both tenants hold a slot, and the last one is for others
		m.want(begun...)
		m.finish("colleague") // tenant 1 holds none, tenant 2 does
		begun = append(begun, "flood 0")
		m.want(begun...)
		m.finish("first of 2")
		begun = append(begun, "second of 2")
		m.want(begun...)
		m.finish("second of 2", "flood 0", "flood 1", "flood 2")
		m.want(append(begun, "flood 1", "flood 2")...)
	})
}

func TestWaitingEndsAfterFiveSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaker(t)
		m.ask(t.Context(), "one", someone(1, 1))
		m.ask(t.Context(), "two", someone(1, 1))
		began := time.Now()
		m.ask(t.Context(), "three", someone(1, 1))
		left, leave := context.WithCancel(t.Context())
		m.ask(left, "left", someone(1, 1))
		leave()
		synctest.Wait()
		if err := m.failure("left"); !errors.Is(err, context.Canceled) {
			t.Errorf("a client that has left gets %v", err)
		}
		for m.failure("three") == nil {
			time.Sleep(time.Second) // of the test's own clock
			synctest.Wait()
		}
		err := m.failure("three")
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("waited %s", took)
		}
		known, _ := errors.AsType[*errs.Error](err)
		if known == nil || known.Kind != errs.Unavailable || known.Code != "reports_busy" || known.RetryAfter != 5*time.Second {
			t.Errorf("the error is %v", err)
		}
		m.finish("one", "two")
		m.ask(t.Context(), "four", someone(1, 1)) // those who gave up hold nothing
		m.want("one", "two", "four")
		m.finish("four")
	})
}

func TestAFailureFreesItsSlot(t *testing.T) {
	s := newSpooler(t, spool.DefaultCapacity)
	broken := errors.New("broken")
	for range 10 {
		if _, err := s.Make(t.Context(), someone(1, 1), func(io.Writer) error { return broken }); !errors.Is(err, broken) {
			t.Fatal(err)
		}
		func() {
			defer func() { _ = recover() }()
			_, _ = s.Make(t.Context(), someone(1, 1), func(io.Writer) error { panic("broken") })
		}()
	}
}
