package boards

import "timetracker/internal/sandbox"

// checkLinks refuses a second parent, a circle, and work items that the person may not change.
func (b *Boards) checkLinks(by sandbox.Person, id int, before, after *revision, edit Edit) error {
	organizationID := after.project.organization.id
	if after.parent != 0 && after.parent != before.parent {
		if before.parent != 0 {
			return &Refusal{Reason: SecondParent, ID: id, Field: FieldParent}
		}
		if _, err := b.visible(by, organizationID, after.parent); err != nil {
			return err
		}
		if b.isBelow(after.parent, id) {
			return &Refusal{Reason: Circle, ID: id, Field: FieldParent}
		}
	}
	for _, child := range edit.AddChildren {
		linked, err := b.writable(by, organizationID, child)
		if err != nil {
			return err
		}
		switch {
		case linked.current().parent != 0:
			return &Refusal{Reason: SecondParent, ID: child, Field: FieldParent}
		case b.isBelow(id, child) || b.isBelow(after.parent, child):
			return &Refusal{Reason: Circle, ID: child, Field: FieldParent}
		}
	}
	for _, child := range edit.RemoveChildren {
		linked, err := b.writable(by, organizationID, child)
		if err != nil {
			return err
		}
		if linked.current().parent != id {
			return &Refusal{Reason: BadLink, ID: child, Field: FieldParent}
		}
	}
	return nil
}

// writable needs the lock.
func (b *Boards) writable(by sandbox.Person, organizationID string, id int) (*item, error) {
	i, err := b.visible(by, organizationID, id)
	if err != nil {
		return nil, err
	}
	if r := i.current(); r.project.access(r.area, by) != Write {
		return nil, &Refusal{Reason: NoPermission, ID: id}
	}
	return i, nil
}

// isBelow tells whether a work item is another one, or has it as an ancestor.
func (b *Boards) isBelow(id, ancestor int) bool {
	for id != 0 && id != ancestor {
		i := b.items[id]
		if i == nil {
			return false
		}
		id = i.current().parent
	}
	return id == ancestor
}
