package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// hoursOnly is a tracker that keeps the Completed Work of one work item, revision by revision. Every fifth change is made,
// and nobody learns of it.
type hoursOnly struct {
	mu        sync.Mutex
	number    string
	revisions []workitem.Facts
	asked     int
}

func newHours(number string, hours float64) *hoursOnly {
	return &hoursOnly{number: number, revisions: []workitem.Facts{{Number: number, Revision: 1, Hours: workitem.Hours{Completed: &hours}}}}
}

func (h *hoursOnly) current() workitem.Facts { return h.revisions[len(h.revisions)-1] }

// Read implements workitem.Remote.
func (h *hoursOnly) Read(context.Context, workitem.Credential, string, []string) ([]workitem.Facts, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return []workitem.Facts{h.current()}, nil
}

// ReadAt implements workitem.Remote.
func (h *hoursOnly) ReadAt(_ context.Context, _ workitem.Credential, _, _ string, revision int64) (workitem.Facts, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if revision > int64(len(h.revisions)) {
		return workitem.Facts{}, workitem.NotFound()
	}
	return h.revisions[revision-1], nil
}

// LastChange implements workitem.Remote.
func (h *hoursOnly) LastChange(context.Context, workitem.Credential, string, string, time.Time, time.Time) (time.Time, error) {
	return time.Time{}, nil
}

// Search implements workitem.Remote.
func (h *hoursOnly) Search(context.Context, workitem.Credential, string, workitem.Query) ([]workitem.Facts, error) {
	return nil, nil
}

// WriteHours implements workitem.Remote.
func (h *hoursOnly) WriteHours(
	_ context.Context, as workitem.Credential, _, _ string, revision int64, hours workitem.Hours,
) (workitem.Facts, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.current()
	if now.Revision != revision {
		return workitem.Facts{}, workitem.RemoteChanged()
	}
	now.Revision, now.Hours, now.ChangedBy = revision+1, hours, as.ObjectID()
	h.revisions = append(h.revisions, now)
	if h.asked++; h.asked%5 == 0 {
		return workitem.Facts{}, workitem.AnswerLost(nil, time.Second)
	}
	return now, nil
}

// testWritingTogether has two processes write the entries of three people to one work item, all at the same time.
func testWritingTogether(t *testing.T, stores [2]Store) {
	c := newCompany(t, stores[0])
	eve := newUser("eve")
	c.tx(func(ctx context.Context) error {
		settings := c.tenant
		settings.Settings.WriteBack, settings.Revision = true, 2
		c.tenant = settings
		if err := stores[0].InsertUser(ctx, c.tenant.ID, eve); err != nil {
			return err
		}
		return stores[0].UpdateTenant(ctx, c.tenant.ID, settings)
	})
	task := item("Payments", "101")
	people := []tenant.User{c.ada, c.bob, eve}
	const entries, length = 8, 6 * time.Minute // of each
	var changes []workitem.WriteBackChange
	for _, user := range people {
		for i := range entries {
			from := at(8, 0).Add(time.Duration(i) * length)
			e := entry(user, task, from, from.Add(length))
			c.keep(e)
			changes = append(changes, workitem.WriteBackChange{
				EntryID: e.ID, UserID: user.ID, WorkItemID: task.ID, Wanted: length, At: at(10, 0), Join: true,
			})
		}
	}
	if err := c.save(timer.Changeset{WriteBacks: changes}); err != nil {
		t.Fatal(err)
	}
	tracker := newHours(task.Number, 1.5)
	var now atomic.Int64 // in seconds since 10:00
	clock := func() time.Time { return at(10, 0).Add(time.Duration(now.Load()) * time.Second) }
	services := [2]*workitem.WriteBacks{
		workitem.NewWriteBacks(stores[0], tracker, nil, clock), workitem.NewWriteBacks(stores[1], tracker, nil, clock),
	}
	open := func() (n int) {
		for _, user := range people {
			n += len(must[[]workitem.WriteBack](t)(stores[0].OpenWriteBacks(t.Context(), c.tenant.ID, user.ID, task.ID, time.Time{}, 100)))
		}
		return n
	}
	for range 100 {
		results := inParallel(2*len(people), func(i int) error {
			user := people[i/2]
			as := workitem.NewCredential(c.tenant.DirectoryID.String(), user.ObjectID.String(), "token")
			_, _, err := services[i%2].Drain(context.WithoutCancel(t.Context()), tenant.Member{Tenant: c.tenant, User: user}, as)
			return err
		})
		if i := slices.IndexFunc(results, func(err error) bool { return err != nil }); i >= 0 {
			t.Fatal(results[i])
		}
		if open() == 0 {
			break
		}
		now.Add(3600)
	}
	want := 1.5 + float64(len(people)*entries)/10
	if got := *tracker.current().Hours.Completed; fmt.Sprintf("%.6f", got) != fmt.Sprintf("%.6f", want) || open() > 0 {
		t.Errorf("Completed Work is %v, want %v; %d are open", got, want, open())
	}
}
