package httpapi_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/sandbox"
	"timetracker/internal/workitem"
)

// tracker is a tracker in memory. It does not answer until it has items.
type tracker struct {
	mu     sync.Mutex
	items  map[string][]workitem.Facts // by organization
	hidden map[string][]string         // the numbers that somebody can't see, by object id
	err    error                       // of every call
	reads  []string                    // the numbers that were read
	asked  workitem.Query              // of the last search
}

// answer gives an organization items, instead of those with the same number.
func (r *tracker) answer(organization string, items ...workitem.Facts) {
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

// fail makes every call fail; nil ends it.
func (r *tracker) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
}

// hide hides items from a person of the sandbox.
func (r *tracker) hide(user string, numbers ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.hidden == nil {
		r.hidden = map[string][]string{}
	}
	for _, person := range sandbox.People() {
		if person.UserPrincipalName == user {
			r.hidden[person.ObjectID] = numbers
		}
	}
}

// taken are the numbers that were read since the last time.
func (r *tracker) taken() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	reads := r.reads
	r.reads = nil
	return reads
}

func (r *tracker) seen(as workitem.Credential, organization string, wanted func(f workitem.Facts) bool) (found []workitem.Facts, err error) {
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

// Read implements workitem.Remote.
func (r *tracker) Read(_ context.Context, as workitem.Credential, organization string, numbers []string) ([]workitem.Facts, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reads = append(r.reads, numbers...)
	return r.seen(as, organization, func(f workitem.Facts) bool { return slices.Contains(numbers, f.Number) })
}

// ReadAt implements workitem.Remote.
func (r *tracker) ReadAt(context.Context, workitem.Credential, string, string, int64) (workitem.Facts, error) {
	return workitem.Facts{}, workitem.NotFound()
}

// Search implements workitem.Remote.
func (r *tracker) Search(_ context.Context, as workitem.Credential, organization string, query workitem.Query) ([]workitem.Facts, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = query
	return r.seen(as, organization, func(workitem.Facts) bool { return true })
}

// WriteHours implements workitem.Remote.
func (r *tracker) WriteHours(context.Context, workitem.Credential, string, string, int64, workitem.Hours) (workitem.Facts, error) {
	return workitem.Facts{}, errs.New(errs.Unavailable, "tracker_unavailable", "It keeps no hours.")
}
