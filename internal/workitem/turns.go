package workitem

import (
	"context"
	"sync"

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
