package domaintest

import (
	"context"
	"slices"
	"sync"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/workitem"
)

// Boards is a tracker that is read, in memory. It does not answer until it has items. It is safe for concurrent use.
type Boards struct {
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
func (b *Boards) Answer(organization string, items ...workitem.Facts) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.items == nil {
		b.items = map[string][]workitem.Facts{}
	}
	for _, item := range items {
		others := slices.DeleteFunc(b.items[organization], func(f workitem.Facts) bool { return f.Number == item.Number })
		b.items[organization] = append(others, item)
	}
}

// Fail makes every call fail; nil ends it.
func (b *Boards) Fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err = err
}

// Hide hides items from a person, named by the object id.
func (b *Boards) Hide(objectID string, numbers ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.hidden == nil {
		b.hidden = map[string][]string{}
	}
	b.hidden[objectID] = numbers
}

// Delete deletes an item of an organization.
func (b *Boards) Delete(organization, number string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items[organization] = slices.DeleteFunc(b.items[organization], func(f workitem.Facts) bool { return f.Number == number })
}

// Taken are the numbers that were read since the last time.
func (b *Boards) Taken() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	reads := b.reads
	b.reads = nil
	return reads
}

func (b *Boards) seen(as workitem.Credential, organization string, wanted func(f workitem.Facts) bool) (found []workitem.Facts, err error) {
	if len(b.items) == 0 {
		return nil, workitem.RemoteUnavailable(nil, time.Minute)
	}
	for _, f := range b.items[organization] {
		if wanted(f) && !slices.Contains(b.hidden[as.ObjectID()], f.Number) {
			found = append(found, f)
		}
	}
	return found, b.err
}

// Asked is the last search.
func (b *Boards) Asked() workitem.Query {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.asked
}

// Read implements workitem.Remote.
func (b *Boards) Read(ctx context.Context, as workitem.Credential, organization string, numbers []string) ([]workitem.Facts, error) {
	if b.Before != nil {
		b.Before()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reads = append(b.reads, numbers...)
	return b.seen(as, organization, func(f workitem.Facts) bool { return slices.Contains(numbers, f.Number) })
}

// ReadAt implements workitem.Remote.
func (b *Boards) ReadAt(context.Context, workitem.Credential, string, string, int64) (workitem.Facts, error) {
	return workitem.Facts{}, workitem.RemoteHidden()
}

// LastChange implements workitem.Remote.
func (b *Boards) LastChange(context.Context, workitem.Credential, string, string, time.Time, time.Time) (time.Time, error) {
	return time.Time{}, nil
}

// Search implements workitem.Remote.
func (b *Boards) Search(_ context.Context, as workitem.Credential, organization string, query workitem.Query) ([]workitem.Facts, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = query
	return b.seen(as, organization, func(workitem.Facts) bool { return true })
}

// WriteHours implements workitem.Remote.
func (b *Boards) WriteHours(context.Context, workitem.Credential, string, string, int64, workitem.Hours) (workitem.Facts, error) {
	return workitem.Facts{}, errs.New(errs.Unavailable, "tracker_unavailable", "It keeps no hours.")
}
