package domaintest

import (
	"context"
	"slices"
	"sync"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/workitem"
)

// Tracker is a tracker in memory. It does not answer until it has items. It is safe for concurrent use.
type Tracker struct {
	mu     sync.Mutex
	items  map[string][]workitem.Facts // by organization
	hidden map[string][]string         // the numbers that somebody can't see, by object id
	err    error                       // of every call
	reads  []string                    // the numbers that were read
	asked  workitem.Query              // of the last search

	// Before is called before each read. It is set before the first one.
	Before func()
}

// Answer gives an organization items, instead of those with the same number.
func (r *Tracker) Answer(organization string, items ...workitem.Facts) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.items == nil {
		r.items = map[string][]workitem.Facts{}
	}
	for _, item := range items {
		others := slices.DeleteFunc(r.items[organization], func(f workitem.Facts) bool { return f.Number == item.Number })
		r.items[organization] = append(others, item)
	}
}

// Fail makes every call fail; nil ends it.
func (r *Tracker) Fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
}

// Hide hides items from a person, named by the object id.
func (r *Tracker) Hide(objectID string, numbers ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.hidden == nil {
		r.hidden = map[string][]string{}
	}
	r.hidden[objectID] = numbers
}

// Delete deletes an item of an organization.
func (r *Tracker) Delete(organization, number string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.items[organization] = slices.DeleteFunc(r.items[organization], func(f workitem.Facts) bool { return f.Number == number })
}

// Taken are the numbers that were read since the last time.
func (r *Tracker) Taken() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	reads := r.reads
	r.reads = nil
	return reads
}

func (r *Tracker) seen(as workitem.Credential, organization string, wanted func(f workitem.Facts) bool) (found []workitem.Facts, err error) {
	if len(r.items) == 0 {
		return nil, workitem.RemoteUnavailable(nil, time.Minute)
	}
	for _, f := range r.items[organization] {
		if wanted(f) && !slices.Contains(r.hidden[as.ObjectID()], f.Number) {
			found = append(found, f)
		}
	}
	return found, r.err
}

// Asked is the last search.
func (r *Tracker) Asked() workitem.Query {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked
}

// Read implements workitem.Remote.
func (r *Tracker) Read(ctx context.Context, as workitem.Credential, organization string, numbers []string) ([]workitem.Facts, error) {
	if r.Before != nil {
		r.Before()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reads = append(r.reads, numbers...)
	return r.seen(as, organization, func(f workitem.Facts) bool { return slices.Contains(numbers, f.Number) })
}

// ReadAt implements workitem.Remote.
func (r *Tracker) ReadAt(context.Context, workitem.Credential, string, string, int64) (workitem.Facts, error) {
	return workitem.Facts{}, workitem.NotFound()
}

// Search implements workitem.Remote.
func (r *Tracker) Search(_ context.Context, as workitem.Credential, organization string, query workitem.Query) ([]workitem.Facts, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = query
	return r.seen(as, organization, func(workitem.Facts) bool { return true })
}

// WriteHours implements workitem.Remote.
func (r *Tracker) WriteHours(context.Context, workitem.Credential, string, string, int64, workitem.Hours) (workitem.Facts, error) {
	return workitem.Facts{}, errs.New(errs.Unavailable, "tracker_unavailable", "It keeps no hours.")
}
