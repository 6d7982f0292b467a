package domaintest

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/workitem"
)

// Tracker is a tracker with one site and everybody's rights. It keeps the hours of work items with all their revisions.
// It is safe for concurrent use.
type Tracker struct {
	mu    sync.Mutex
	items map[string][]workitem.Facts // revisions by number, the first at 0
	locks map[string]string           // why an item refuses changes
	gone  map[string]bool
}

// NewTracker makes a tracker with work items that have Completed Work.
func NewTracker(completed map[int]float64) *Tracker {
	t := &Tracker{items: map[string][]workitem.Facts{}, locks: map[string]string{}, gone: map[string]bool{}}
	for number, hours := range completed {
		text := strconv.Itoa(number)
		t.items[text] = []workitem.Facts{{
			Number: text, Revision: 1, Project: workitem.Named{Name: "Payments"}, Title: "Work item " + text, Type: "Task",
			State: "Active", Hours: workitem.Hours{Completed: &hours},
		}}
	}
	return t
}

// Facts is a work item as it is now.
func (t *Tracker) Facts(number int) workitem.Facts {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.current(strconv.Itoa(number))
}

func (t *Tracker) current(number string) workitem.Facts {
	revisions := t.items[number]
	return revisions[len(revisions)-1]
}

// Edit changes hours of a work item for somebody whom the product doesn't know.
func (t *Tracker) Edit(number int, edit func(hours workitem.Hours) workitem.Hours) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.current(strconv.Itoa(number))
	t.put(now.Number, edit(now.Hours), "4f1a2d1e-0000-4000-8000-000000000001")
}

func (t *Tracker) put(number string, hours workitem.Hours, by string) workitem.Facts {
	next := t.current(number)
	next.Revision, next.Hours, next.ChangedBy = next.Revision+1, hours, by
	t.items[number] = append(t.items[number], next)
	return next
}

// Lock makes a work item refuse changes, and say why; an empty text ends it.
func (t *Tracker) Lock(number int, why string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.locks[strconv.Itoa(number)] = why
}

// Delete deletes a work item, or restores it.
func (t *Tracker) Delete(number int, gone bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.gone[strconv.Itoa(number)] = gone
}

// Read implements workitem.Remote.
func (t *Tracker) Read(_ context.Context, _ workitem.Credential, _ string, numbers []string) (found []workitem.Facts, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, number := range numbers {
		if len(t.items[number]) > 0 && !t.gone[number] {
			found = append(found, t.current(number))
		}
	}
	return found, nil
}

// ReadAt implements workitem.Remote.
func (t *Tracker) ReadAt(_ context.Context, _ workitem.Credential, _, number string, revision int64) (workitem.Facts, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.IndexFunc(t.items[number], func(f workitem.Facts) bool { return f.Revision == revision })
	if i < 0 || t.gone[number] {
		return workitem.Facts{}, workitem.RemoteHidden()
	}
	return t.items[number][i], nil
}

// LastChange implements workitem.Remote.
func (t *Tracker) LastChange(context.Context, workitem.Credential, string, string, time.Time, time.Time) (time.Time, error) {
	return time.Time{}, nil
}

// Search implements workitem.Remote.
func (t *Tracker) Search(context.Context, workitem.Credential, string, workitem.Query) ([]workitem.Facts, error) {
	return nil, nil
}

// WriteHours implements workitem.Remote.
func (t *Tracker) WriteHours(
	_ context.Context, as workitem.Credential, _, number string, revision int64, hours workitem.Hours,
) (workitem.Facts, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.items[number]) == 0 || t.gone[number] {
		return workitem.Facts{}, workitem.RemoteHidden()
	}
	now := t.current(number)
	switch {
	case now.Revision != revision:
		return workitem.Facts{}, workitem.RemoteChanged()
	case t.locks[number] != "":
		return workitem.Facts{}, workitem.RemoteRefused(nil, t.locks[number])
	case hours.Completed == nil || *hours.Completed < 0 || (hours.Remaining != nil && *hours.Remaining < 0):
		return workitem.Facts{}, errs.New(errs.Internal, "test", "hours below zero, or none")
	}
	written := now.Hours
	written.Completed = hours.Completed
	if hours.Remaining != nil {
		written.Remaining = hours.Remaining
	}
	return t.put(number, written, as.ObjectID()), nil
}
