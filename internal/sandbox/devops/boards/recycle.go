package boards

import (
	"maps"
	"slices"
	"time"

	"timetracker/internal/sandbox"
)

// Deletion says who has deleted a work item, and when.
type Deletion struct {
	By string // user principal name
	At time.Time
}

// Delete puts a work item into the recycle bin, where nobody finds it by its id. The error is a *Refusal.
// https://learn.microsoft.com/azure/devops/boards/backlogs/remove-delete-work-items
func (b *Boards) Delete(by sandbox.Person, organizationID string, id int) (WorkItem, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i, err := b.writable(by, organizationID, id)
	if err != nil {
		return WorkItem{}, err
	}
	deleted := &item{id: id, revisions: i.revisions, deletion: &Deletion{
		By: by.UserPrincipalName, At: b.now().UTC().Truncate(time.Millisecond),
	}}
	b.put(deleted)
	return b.public(deleted, len(deleted.revisions)), nil
}

// Restore takes a work item out of the recycle bin, as it was, in a new revision. The error is a *Refusal.
func (b *Boards) Restore(by sandbox.Person, organizationID string, id int) (WorkItem, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i, err := b.deleted(by, organizationID, id)
	if err != nil {
		return WorkItem{}, err
	}
	before := i.current()
	after := *before
	after.comment = ""
	b.stamp(by, before, &after)
	restored := &item{id: id, revisions: append(i.revisions, &after)}
	b.put(restored)
	return b.public(restored, len(restored.revisions)), nil
}

// Destroy removes a work item from the recycle bin for ever. The error is a *Refusal.
func (b *Boards) Destroy(by sandbox.Person, organizationID string, id int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, err := b.deleted(by, organizationID, id); err != nil {
		return err
	}
	b.take(id)
	return nil
}

// Deleted returns the work items in the recycle bin that a person may see, by id.
func (b *Boards) Deleted(person sandbox.Person, organizationID string) []WorkItem {
	b.mu.RLock()
	defer b.mu.RUnlock()
	found := []WorkItem{}
	for _, id := range slices.Sorted(maps.Keys(b.items)) {
		if i := b.items[id]; i.deletion != nil && i.readableBy(person, organizationID) {
			found = append(found, b.public(i, len(i.revisions)))
		}
	}
	return found
}

// deleted needs the lock.
func (b *Boards) deleted(by sandbox.Person, organizationID string, id int) (*item, error) {
	i := b.items[id]
	switch {
	case i == nil || !i.readableBy(by, organizationID):
		return nil, &Refusal{Reason: NotFound, ID: id}
	case i.deletion == nil:
		return nil, &Refusal{Reason: NotDeleted, ID: id}
	case i.current().project.access(i.current().area, by) != Write:
		return nil, &Refusal{Reason: NoPermission, ID: id}
	}
	return i, nil
}
