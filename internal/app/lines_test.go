package app_test

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"timetracker/internal/apptest"
)

// ways are those to other services. Each address is reached over a line of its own.
type ways struct {
	t  *testing.T
	mu sync.Mutex
	to map[string]*apptest.Line
}

func (l *ways) dial(ctx context.Context, network, address string) (net.Conn, error) {
	l.mu.Lock()
	line := l.to[address]
	if line == nil {
		line = apptest.NewLine(l.t, address)
		l.to[address] = line
	}
	l.mu.Unlock()
	return new(net.Dialer).DialContext(ctx, network, line.Address())
}

func (l *ways) all() (all []*apptest.Line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.to {
		all = append(all, line)
	}
	return all
}

// TestTimeIsRecordedThroughFaultsOfTheNetwork disturbs the lines to Entra, its keys among it, and to Azure DevOps. Whoever is
// known records and reads time as if nothing were, also while others wait in silence, and all goes on when it is over.
func TestTimeIsRecordedThroughFaultsOfTheNetwork(t *testing.T) {
	over := &ways{t: t, to: map[string]*apptest.Line{}}
	c := startConnectedOver(t, over.dial)
	c.record(t)
	c.asked(t, "/work-items/search?q=payment", "")
	if len(over.all()) != 2 {
		t.Fatalf("%d services were asked", len(over.all()))
	}
	for _, trouble := range []apptest.Trouble{apptest.Gone, apptest.Silent, apptest.Resetting, apptest.Garbage} {
		t.Run(string(trouble), func(t *testing.T) {
			c.clock.Advance(16 * time.Minute) // no pause lasts longer, and no answer is remembered
			for _, line := range over.all() {
				line.Play(trouble)
			}
			waiting := make(chan int, 1)
			bearer := "Bearer " + c.Credential(t, ada).AccessToken()
			go func() { waiting <- searchAs(t.Context(), c.url, bearer) }()
			if trouble == apptest.Silent {
				awaitStalled(t, over)
			}
			began := time.Now()
			c.record(t)
			c.call(t, http.MethodGet, "/reports/time?from=2026-11-21&to=2026-11-30&group_by=work_item", "", http.StatusOK, nil)
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("recording took %s", took)
			}
			if trouble == apptest.Silent {
				for _, line := range over.all() {
					line.Play(apptest.Gone)
				}
			}
			if status := <-waiting; status != http.StatusServiceUnavailable {
				t.Errorf("a search is answered %d", status)
			}
			for _, line := range over.all() {
				line.Play(apptest.NoTrouble)
			}
			c.clock.Advance(16 * time.Minute)
			c.asked(t, "/work-items/search?q=payment", "")
		})
	}
}

// awaitStalled waits until somebody waits in silence.
func awaitStalled(t *testing.T, over *ways) {
	t.Helper()
	all := over.all()
	select {
	case <-all[0].Stalled():
	case <-all[1].Stalled():
	case <-t.Context().Done():
	}
}

// searchAs gives the status of a search; 0 without an answer.
func searchAs(ctx context.Context, url, bearer string) int {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/work-items/search?q=payment", nil)
	if err != nil {
		return 0
	}
	request.Header.Set("Authorization", bearer)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0
	}
	_ = response.Body.Close()
	return response.StatusCode
}
