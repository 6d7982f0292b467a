package workitem

import (
	"context"
	"slices"

	"timetracker/internal/ids"
	"timetracker/internal/personal"
	"timetracker/internal/tenant"
)

// PersonalStore keeps work items and what was written to them. Methods called with a context that Tx gave out belong to that
// transaction.
type PersonalStore interface {
	// Views lists what a user has of work items, by their ids, strictly past after.First.
	Views(ctx context.Context, id ids.Tenant, user ids.User, after personal.Key, limit int) ([]WorkItem, error)
	// Pins lists what a user has pinned, in the order of the pins.
	Pins(ctx context.Context, id ids.Tenant, user ids.User) ([]Recent, error)
	// AssignedItems lists work items that a reading has shown to be assigned to a name, by their ids, strictly past after.First,
	// with the user's views. Those of a namesake whose address is known aren't there.
	AssignedItems(ctx context.Context, id ids.Tenant, user ids.User, name string, after personal.Key, limit int) ([]WorkItem, error)
	// WriteBacksOf lists a user's, by the start of the entry, the entry and the item, strictly past after.
	WriteBacksOf(ctx context.Context, id ids.Tenant, user ids.User, after personal.Key, limit int) ([]OwnWriteBack, error)
	// ContributionsOf lists those with a user's rights, by the item and the id, strictly past after.
	ContributionsOf(ctx context.Context, id ids.Tenant, user ids.User, after personal.Key, limit int) ([]OwnContribution, error)
	// DeleteViews and DeletePins remove a user's. Only within Tx.
	DeleteViews(ctx context.Context, id ids.Tenant, user ids.User) error
	DeletePins(ctx context.Context, id ids.Tenant, user ids.User) error
	// GiveUpWriteBacks settles a user's as they are. Only within Tx.
	GiveUpWriteBacks(ctx context.Context, id ids.Tenant, user ids.User) error
}

// OwnWriteBack is a person's write-back with its place among others.
type OwnWriteBack struct {
	WriteBack

	Key personal.Key
}

// OwnContribution is a contribution with a person's rights.
type OwnContribution struct {
	Contribution

	Site, Number string
	RevAfter     *int64 // nil: it isn't known whether the change was made
}

// Personal exports and erases what is known of a person's work items.
type Personal struct{ store PersonalStore }

// NewPersonal makes a Personal.
func NewPersonal(store PersonalStore) *Personal { return &Personal{store: store} }

// itemFields say which work item it is, in every record set that has one.
var itemFields = []personal.Field[WorkItem]{
	personal.Of("organization", func(w WorkItem) any { return w.Site.Name }),
	personal.Of("project", func(w WorkItem) any { return w.Project.Name }),
	personal.Of("work_item", func(w WorkItem) any { return w.Number }),
	personal.Of("work_item_id", func(w WorkItem) any { return w.ID }),
}

var viewFields = slices.Concat(itemFields, []personal.Field[WorkItem]{
	personal.Of("title", func(w WorkItem) any { return w.Title }),
	personal.Of("type", func(w WorkItem) any { return w.Type }),
	personal.Of("read_at", func(w WorkItem) any { return w.View.ReadAt }),
	personal.Of("asked_at", func(w WorkItem) any { return w.View.AskedAt }),
})

var pinFields = []personal.Field[Recent]{
	personal.Of("organization", func(r Recent) any { return r.WorkItem.Site.Name }),
	personal.Of("work_item", func(r Recent) any { return r.WorkItem.Number }),
	personal.Of("work_item_id", func(r Recent) any { return r.WorkItem.ID }),
	personal.Of("pinned_at", func(r Recent) any { return r.PinnedAt }),
}

var assignedFields = slices.Concat(itemFields, []personal.Field[WorkItem]{
	personal.Of("assigned_to", func(w WorkItem) any { return w.Reading.Assignee }),
	personal.Of("assigned_address", func(w WorkItem) any { return w.Reading.AssigneeAddress }),
	personal.Of("read_at", func(w WorkItem) any { return w.Reading.At }),
})

var writeBackFields = []personal.Field[OwnWriteBack]{
	personal.Of("organization", func(w OwnWriteBack) any { return w.WorkItem.Site.Name }),
	personal.Of("work_item", func(w OwnWriteBack) any { return w.WorkItem.Number }),
	personal.Of("work_item_id", func(w OwnWriteBack) any { return w.WorkItem.ID }),
	personal.Of("entry_id", func(w OwnWriteBack) any { return w.EntryID }),
	personal.LengthOf("wanted", func(w OwnWriteBack) any { return w.Wanted }),
	personal.LengthOf("written", func(w OwnWriteBack) any { return w.Written }),
	personal.Of("written_hundredths", func(w OwnWriteBack) any { return w.Rounded }),
	personal.Of("taken_hundredths", func(w OwnWriteBack) any { return w.Taken }),
	personal.Of("written_at", func(w OwnWriteBack) any { return w.WrittenAt }),
	personal.Of("problem_code", func(w OwnWriteBack) any { return w.Problem.Code }),
	personal.Of("problem_message", func(w OwnWriteBack) any { return w.Problem.Message }),
}

var contributionFields = []personal.Field[OwnContribution]{
	personal.Of("organization", func(c OwnContribution) any { return c.Site }),
	personal.Of("work_item", func(c OwnContribution) any { return c.Number }),
	personal.Of("work_item_id", func(c OwnContribution) any { return c.WorkItemID }),
	personal.Of("id", func(c OwnContribution) any { return c.ID }),
	personal.Of("entry_id", func(c OwnContribution) any { return c.EntryID }),
	personal.LengthOf("written", func(c OwnContribution) any { return c.Written }),
	personal.Of("hundredths", func(c OwnContribution) any { return c.Rounded }),
	personal.Of("taken_hundredths", func(c OwnContribution) any { return c.Taken }),
	personal.Of("rev_before", func(c OwnContribution) any { return c.RevBefore }),
	personal.Of("rev_after", func(c OwnContribution) any { return c.RevAfter }),
	personal.Of("completed_before", func(c OwnContribution) any { return c.Before }),
	personal.Of("completed_after", func(c OwnContribution) any { return c.After }),
	personal.Of("remaining_after", func(c OwnContribution) any { return c.Remaining }),
	personal.Of("sent_at", func(c OwnContribution) any { return c.SentAt }),
}

// ExportPerson implements privacy.Holder. Of a work item it tells what the tracker, or the person's own client, has shown to the
// person.
func (p *Personal) ExportPerson(ctx context.Context, id ids.Tenant, subject personal.Subject, records personal.Records) error {
	own := tenant.Member{Tenant: tenant.Tenant{ID: id}, User: tenant.User{ID: subject.User, Role: tenant.RoleUser}}
	err := personal.Put(records, "seen_work_items", viewFields, func(visit func(WorkItem) error) error {
		return personal.Each(func(after personal.Key, limit int) ([]WorkItem, error) {
			return p.store.Views(ctx, id, subject.User, after, limit)
		}, itemKey, func(w WorkItem) error {
			seen := w.SeenBy(own)
			seen.View = w.View
			return visit(seen)
		})
	})
	if err != nil {
		return err
	}
	pins, err := p.store.Pins(ctx, id, subject.User)
	if err != nil {
		return err
	}
	if err := personal.Put(records, "pinned_work_items", pinFields, personal.Rows(pins)); err != nil {
		return err
	}
	err = personal.Put(records, "assigned_work_items", assignedFields, func(visit func(WorkItem) error) error {
		for _, name := range subject.Names {
			err := personal.Each(func(after personal.Key, limit int) ([]WorkItem, error) {
				return p.store.AssignedItems(ctx, id, subject.User, name, after, limit)
			}, itemKey, visit)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.exportWritten(ctx, id, subject.User, records)
}

// exportWritten adds what was written to work items of the person's time, and with their rights.
func (p *Personal) exportWritten(ctx context.Context, id ids.Tenant, user ids.User, records personal.Records) error {
	err := personal.Put(records, "write_backs", writeBackFields, func(visit func(OwnWriteBack) error) error {
		return personal.Each(func(after personal.Key, limit int) ([]OwnWriteBack, error) {
			return p.store.WriteBacksOf(ctx, id, user, after, limit)
		}, func(w OwnWriteBack) personal.Key { return w.Key }, visit)
	})
	if err != nil {
		return err
	}
	return personal.Put(records, "contributions", contributionFields, func(visit func(OwnContribution) error) error {
		return personal.Each(func(after personal.Key, limit int) ([]OwnContribution, error) {
			return p.store.ContributionsOf(ctx, id, user, after, limit)
		}, func(c OwnContribution) personal.Key {
			return personal.Key{First: ids.Any(c.WorkItemID), Second: ids.Any(c.ID)}
		}, visit)
	})
}

func itemKey(w WorkItem) personal.Key { return personal.Key{First: ids.Any(w.ID)} }

// ErasePerson implements privacy.Holder. What waits to be written needs the person's own rights, which nobody has any more.
func (p *Personal) ErasePerson(ctx context.Context, id ids.Tenant, subject personal.Subject) error {
	for _, step := range []func(context.Context, ids.Tenant, ids.User) error{
		p.store.DeleteViews, p.store.DeletePins, p.store.GiveUpWriteBacks,
	} {
		if err := step(ctx, id, subject.User); err != nil {
			return err
		}
	}
	return nil
}
