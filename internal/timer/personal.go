package timer

import (
	"context"

	"timetracker/internal/audit"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/personal"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

// PersonalStore keeps recorded time. Methods called with a context that Tx gave out belong to that transaction.
type PersonalStore interface {
	// Entries, Events and Activity are Store's.
	Entries(ctx context.Context, id ids.Tenant, filter EntryFilter, request page.Request) ([]Entry, error)
	Events(ctx context.Context, id ids.Tenant, filter audit.Filter, request page.Request) ([]Event, error)
	Activity(ctx context.Context, id ids.Tenant, activity ids.Activity) (tenant.Activity, error)
	// Place and WorkItems are workitem.Store's.
	Place(ctx context.Context, id ids.Tenant, project ids.Project) (workitem.Place, error)
	WorkItems(ctx context.Context, id ids.Tenant, user ids.User, items []ids.WorkItem) ([]workitem.WorkItem, error)
	// ChangesOf lists the changes of entries, entry by entry, the oldest first.
	ChangesOf(ctx context.Context, id ids.Tenant, entries []ids.Entry) ([]Change, error)
	// ChangesElsewhere lists the changes that a user has made of others' entries, by entry, instant and id, strictly past after.
	ChangesElsewhere(ctx context.Context, id ids.Tenant, user ids.User, after personal.Key, limit int) ([]Change, error)
}

// Personal exports and erases a person's recorded time.
type Personal struct{ store PersonalStore }

// NewPersonal makes a Personal.
func NewPersonal(store PersonalStore) *Personal { return &Personal{store: store} }

var entryFields = []personal.Field[Entry]{
	personal.Of("id", func(e Entry) any { return e.ID }),
	personal.Of("organization", func(e Entry) any { return e.WorkItem.Site.Name }),
	personal.Of("project", func(e Entry) any { return e.WorkItem.Project.Name }),
	personal.Of("work_item", func(e Entry) any { return e.WorkItem.Number }),
	personal.Of("work_item_title", func(e Entry) any { return e.WorkItem.Title }),
	personal.Of("work_item_type", func(e Entry) any { return e.WorkItem.Type }),
	personal.Of("activity", func(e Entry) any { return e.Activity.Name }),
	personal.Of("billable", func(e Entry) any { return e.Billable }),
	personal.Of("started_at", func(e Entry) any { return e.StartedAt }),
	personal.Of("stopped_at", func(e Entry) any { return e.StoppedAt }),
	personal.LengthOf("elapsed", func(e Entry) any {
		if e.Running() {
			return nil
		}
		return e.StoppedAt.Sub(e.StartedAt)
	}),
	personal.Of("note", func(e Entry) any { return e.Note }),
	personal.Of("source", func(e Entry) any { return e.Source }),
	personal.Of("needs_review", func(e Entry) any { return e.NeedsReview }),
	personal.Of("existing_hours", func(e Entry) any { return e.ExistingHours }),
	personal.Of("voided_at", func(e Entry) any { return e.VoidedAt }),
	personal.Of("revision", func(e Entry) any { return e.Revision }),
	personal.Of("work_item_id", func(e Entry) any { return e.WorkItem.ID }),
	personal.Of("project_id", func(e Entry) any { return e.ProjectID }),
	personal.Of("activity_id", func(e Entry) any { return e.Activity.ID }),
}

var eventFields = []personal.Field[Event]{
	personal.Of("occurred_at", func(e Event) any { return e.At }),
	personal.Of("event_type", func(e Event) any { return e.Type }),
	personal.Of("project", func(e Event) any { return e.WorkItem.Project.Name }),
	personal.Of("work_item", func(e Event) any { return e.WorkItem.Number }),
	personal.Of("entry_id", func(e Event) any { return e.EntryID }),
	personal.Of("id", func(e Event) any { return e.ID }),
}

var changeFields = []personal.Field[Change]{
	personal.Of("entry_id", func(c Change) any { return c.EntryID }),
	personal.Of("changed_at", func(c Change) any { return c.ChangedAt }),
	personal.Of("changed_by", func(c Change) any { return c.ChangedBy.Name }),
	personal.Of("operation", func(c Change) any { return c.Operation.Kind }),
	personal.Of("field", func(c Change) any { return c.Field }),
	personal.Of("old_value", func(c Change) any { return c.Old }),
	personal.Of("new_value", func(c Change) any { return c.New }),
	personal.Of("reason", func(c Change) any { return c.Reason }),
	personal.Of("operation_id", func(c Change) any { return c.Operation.ID }),
	personal.Of("id", func(c Change) any { return c.ID }),
}

// elsewhereFields leave out the values, which are another person's.
var elsewhereFields = []personal.Field[Change]{
	personal.Of("entry_id", func(c Change) any { return c.EntryID }),
	personal.Of("changed_at", func(c Change) any { return c.ChangedAt }),
	personal.Of("operation", func(c Change) any { return c.Operation.Kind }),
	personal.Of("field", func(c Change) any { return c.Field }),
	personal.Of("reason", func(c Change) any { return c.Reason }),
}

// ExportPerson implements privacy.Holder. Of work items it tells what the person may see.
func (p *Personal) ExportPerson(ctx context.Context, id ids.Tenant, subject personal.Subject, records personal.Records) error {
	own := tenant.Member{Tenant: tenant.Tenant{ID: id}, User: tenant.User{ID: subject.User, Role: tenant.RoleUser}}
	entries := func(visit func(Entry) error) error { return p.entries(ctx, own, visit) }
	if err := personal.Put(records, "time_entries", entryFields, entries); err != nil {
		return err
	}
	err := personal.Put(records, "timer_events", eventFields, func(visit func(Event) error) error {
		return page.Each(func(request page.Request) ([]Event, error) {
			return p.store.Events(ctx, id, audit.Filter{User: subject.User}, request)
		}, eventPosition, visit)
	})
	if err != nil {
		return err
	}
	err = personal.Put(records, "time_entry_changes", changeFields, func(visit func(Change) error) error {
		return p.changes(ctx, own, visit)
	})
	if err != nil {
		return err
	}
	return personal.Put(records, "changes_of_others_entries", elsewhereFields, func(visit func(Change) error) error {
		return personal.Each(func(after personal.Key, limit int) ([]Change, error) {
			return p.store.ChangesElsewhere(ctx, id, subject.User, after, limit)
		}, func(c Change) personal.Key {
			return personal.Key{First: ids.Any(c.EntryID), Number: c.ChangedAt.UnixMilli(), Second: ids.Any(c.ID)}
		}, visit)
	})
}

func (p *Personal) entries(ctx context.Context, own tenant.Member, visit func(Entry) error) error {
	filter := EntryFilter{Selection: Selection{Users: []ids.User{own.User.ID}}, IncludeVoided: true}
	return page.Each(func(request page.Request) ([]Entry, error) {
		return p.store.Entries(ctx, own.Tenant.ID, filter, request)
	}, entryPosition, func(e Entry) error {
		e.WorkItem = e.WorkItem.SeenBy(own)
		return visit(e)
	})
}

// changes are those of the person's entries. They are read for many entries at once.
func (p *Personal) changes(ctx context.Context, own tenant.Member, visit func(Change) error) error {
	names := nameReader{store: p.store, own: own, known: map[string]string{}}
	var together []ids.Entry
	read := func() error {
		if len(together) == 0 {
			return nil
		}
		changes, err := p.store.ChangesOf(ctx, own.Tenant.ID, together)
		together = together[:0]
		for _, change := range changes {
			for _, value := range []*string{&change.Old, &change.New} {
				if err == nil {
					*value, err = names.read(ctx, change.Field, *value)
				}
			}
			if err == nil {
				err = visit(change)
			}
		}
		return err
	}
	err := p.entries(ctx, own, func(e Entry) error {
		if together = append(together, e.ID); len(together) < changesTogether {
			return nil
		}
		return read()
	})
	if err != nil {
		return err
	}
	return read()
}

// changesTogether is of how many entries the changes are read at once.
const changesTogether = 50

// nameReader makes of ids in a history what people call the thing. What is gone keeps its id.
type nameReader struct {
	store PersonalStore
	own   tenant.Member
	known map[string]string // the latest
}

const maxKnownNames = 1000

func (r nameReader) read(ctx context.Context, field, value string) (string, error) {
	if value == "" || (field != fieldWorkItem && field != fieldProject && field != fieldActivity) {
		return value, nil
	}
	if name, ok := r.known[value]; ok {
		return name, nil
	}
	name, err := r.find(ctx, field, value)
	if err != nil {
		return "", err
	}
	if len(r.known) >= maxKnownNames {
		clear(r.known)
	}
	r.known[value] = name
	return name, nil
}

func (r nameReader) find(ctx context.Context, field, value string) (string, error) {
	id, err := ids.Parse[ids.Any](value)
	if err != nil {
		return value, nil //nolint:nilerr // it is no id, so it is what it says
	}
	switch field {
	case fieldWorkItem:
		items, err := r.store.WorkItems(ctx, r.own.Tenant.ID, r.own.User.ID, []ids.WorkItem{ids.WorkItem(id)})
		if err != nil || len(items) == 0 {
			return value, err
		}
		return items[0].Number, nil
	case fieldProject:
		place, err := r.store.Place(ctx, r.own.Tenant.ID, ids.Project(id))
		return place.CountsAs.Name, err
	default:
		activity, err := r.store.Activity(ctx, r.own.Tenant.ID, ids.Activity(id))
		return activity.Name, err
	}
}

// ErasePerson implements privacy.Holder. Time stays, so that totals do; its notes are texts.
func (p *Personal) ErasePerson(context.Context, ids.Tenant, personal.Subject) error { return nil }
