package audit

import (
	"context"

	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/personal"
)

// PersonalStore keeps what people did. Methods called with a context that Tx gave out belong to that transaction.
type PersonalStore interface {
	// EventsOf lists administrative changes that a user made or was the target of, as Store.AuditEvents does.
	EventsOf(ctx context.Context, id ids.Tenant, user ids.User, request page.Request) ([]Event, error)
	// Actions is Store's.
	Actions(ctx context.Context, id ids.Tenant, filter Filter, request page.Request) ([]Action, error)
	// DeleteActions removes all that a user did in the product. Only within Tx.
	DeleteActions(ctx context.Context, id ids.Tenant, user ids.User) error
	// AccessesAbout lists access records of a user, of everybody since the user was made, and of what the user read, as
	// AccessStore does.
	AccessesAbout(ctx context.Context, id ids.Tenant, user ids.User, request page.Request) ([]AccessRecord, error)
}

// Personal exports and erases what was recorded of a person's doings.
type Personal struct{ store PersonalStore }

// NewPersonal makes a Personal.
func NewPersonal(store PersonalStore) *Personal { return &Personal{store: store} }

var eventFields = []personal.Field[Event]{
	personal.Of("occurred_at", func(e Event) any { return e.At }),
	personal.Of("action", func(e Event) any { return e.Type }),
	personal.Of("actor_id", func(e Event) any { return e.Actor.ID }),
	personal.Of("actor_name", func(e Event) any { return e.Actor.Name }),
	personal.Of("target_kind", func(e Event) any { return e.Target.Kind }),
	personal.Of("target_id", func(e Event) any { return e.Target.ID }),
	personal.Of("target_name", func(e Event) any { return e.Target.Name }),
	personal.Of("changes", func(e Event) any { return e.Changes }),
}

var actionFields = []personal.Field[Action]{
	personal.Of("occurred_at", func(a Action) any { return a.At }),
	personal.Of("id", func(a Action) any { return a.ID }),
	personal.Of("action_type", func(a Action) any { return a.Type }),
	personal.Of("page", func(a Action) any { return a.Page }),
}

var accessFields = []personal.Field[AccessRecord]{
	personal.Of("hour_at", func(r AccessRecord) any { return r.Hour }),
	personal.Of("kind", func(r AccessRecord) any { return r.Kind }),
	personal.Of("subject_id", func(r AccessRecord) any { return r.Whose }),
	personal.Of("actor_id", func(r AccessRecord) any { return r.By.ID }),
	personal.Of("actor_name", func(r AccessRecord) any { return r.By.Name }),
	personal.Of("actor_role", func(r AccessRecord) any { return r.By.Role }),
	personal.Of("operator", func(r AccessRecord) any { return r.By.Operator }),
	personal.Of("first_at", func(r AccessRecord) any { return r.FirstAt }),
	personal.Of("last_at", func(r AccessRecord) any { return r.LastAt }),
	personal.Of("reads", func(r AccessRecord) any { return r.Reads }),
}

// ExportPerson implements privacy.Holder.
func (p *Personal) ExportPerson(ctx context.Context, id ids.Tenant, subject personal.Subject, records personal.Records) error {
	err := personal.Put(records, "audit_events", eventFields, func(visit func(Event) error) error {
		return page.Each(func(request page.Request) ([]Event, error) {
			return p.store.EventsOf(ctx, id, subject.User, request)
		}, func(e Event) page.Position { return page.Position{At: e.At, ID: ids.Any(e.ID)} }, visit)
	})
	if err != nil {
		return err
	}
	err = personal.Put(records, "access_records", accessFields, func(visit func(AccessRecord) error) error {
		return page.Each(func(request page.Request) ([]AccessRecord, error) {
			return p.store.AccessesAbout(ctx, id, subject.User, request)
		}, positionOfAccess, visit)
	})
	if err != nil {
		return err
	}
	return personal.Put(records, "actions", actionFields, func(visit func(Action) error) error {
		return page.Each(func(request page.Request) ([]Action, error) {
			return p.store.Actions(ctx, id, Filter{User: subject.User}, request)
		}, func(a Action) page.Position { return page.Position{At: a.At, ID: ids.Any(a.ID)} }, visit)
	})
}

// ErasePerson implements privacy.Holder. Administrative changes stay, and lose the person's name with all other texts.
func (p *Personal) ErasePerson(ctx context.Context, id ids.Tenant, subject personal.Subject) error {
	return p.store.DeleteActions(ctx, id, subject.User)
}
