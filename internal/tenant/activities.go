package tenant

import (
	"context"
	"slices"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
)

// Activity is a kind of work that a tenant tells apart, such as Development. Each entry has one.
type Activity struct {
	ID         ids.Activity
	Name       string
	Billable   bool      // unless the project says otherwise
	Position   int       // in the list, from 0; not part of the revision
	ArchivedAt time.Time // UTC; zero: it can be chosen
	Revision   int64     // 1 for a new one; counts changes
}

// ActivityRef is an activity as shown beside something.
type ActivityRef struct {
	ID   ids.Activity
	Name string
}

// Ref is the activity as shown beside something.
func (a Activity) Ref() ActivityRef { return ActivityRef{ID: a.ID, Name: a.Name} }

// Archived says whether the activity can't be chosen any more.
func (a Activity) Archived() bool { return !a.ArchivedAt.IsZero() }

// The bounds of activities.
const (
	MaxActivityName = 60  // characters
	MaxActivities   = 200 // of a tenant, archived ones included: few enough for a list in one piece
)

// firstActivities are those of a tenant that has just signed up. The first is the default.
func firstActivities() []Activity {
	all := []Activity{
		{Name: "Development", Billable: true}, {Name: "Review", Billable: true}, {Name: "Meeting"}, {Name: "Planning"},
	}
	for i := range all {
		all[i].ID, all[i].Position, all[i].Revision = ids.New[ids.Activity](), i, 1
	}
	return all
}

// Activities are all of the tenant's activities in the tenant's order. Archived ones come last.
func (s *Service) Activities(ctx context.Context, m Member) ([]Activity, error) {
	all, err := s.store.Activities(ctx, m.Tenant.ID)
	slices.SortStableFunc(all, func(a, b Activity) int {
		switch {
		case a.Archived() == b.Archived():
			return 0
		case a.Archived():
			return 1
		default:
			return -1
		}
	})
	return all, err
}

// Activity is the activity with the id; errs.NotFound when the tenant has none.
func (s *Service) Activity(ctx context.Context, m Member, id ids.Activity) (Activity, error) {
	return s.store.Activity(ctx, m.Tenant.ID, id)
}

// NewActivity is a wanted activity.
type NewActivity struct {
	Name     string
	Billable bool
}

// AddActivity adds an activity at the end of the list. Admins only. A name that another activity has is errs.Conflict,
// activity_name_taken.
func (s *Service) AddActivity(ctx context.Context, m Member, wanted NewActivity) (Activity, error) {
	name, err := activityName(wanted.Name)
	if err != nil {
		return Activity{}, err
	}
	var added Activity
	err = s.changeActivities(ctx, m, func(ctx context.Context, _ Tenant, all []Activity) error {
		if len(all) >= MaxActivities {
			return errs.Newf(errs.RuleBroken, "too_many_activities", "There are %d activities already, archived ones included.", len(all))
		}
		added = Activity{ID: ids.New[ids.Activity](), Name: name, Billable: wanted.Billable, Revision: 1}
		for _, other := range all {
			added.Position = max(added.Position, other.Position+1)
		}
		if err := s.store.InsertActivity(ctx, m.Tenant.ID, added); err != nil {
			return err
		}
		var changes []audit.FieldChange
		setField(&changes, "name", new(string), &name)
		setField(&changes, "billable", new(bool), &added.Billable)
		return s.auditActivity(ctx, m, audit.ActivityAdded, added, changes...)
	})
	return added, err
}

// ActivityPatch is a wanted change of an activity. Nil fields stay.
type ActivityPatch struct {
	Name     *string
	Billable *bool
	Position *int // the place in the list of those that aren't archived, from 0; beyond its end: the last
	Archived *bool
}

// ChangeActivity changes an activity. Admins only; revision is the one the member has seen. What is recorded already
// keeps whether it is billable. The default activity can't be archived: errs.Conflict, activity_is_default. One that is
// brought back takes its former place; errs.Conflict, activity_name_taken, when another one has its name by now.
func (s *Service) ChangeActivity(ctx context.Context, m Member, id ids.Activity, revision int64, patch ActivityPatch) (Activity, error) {
	if patch.Name != nil {
		name, err := activityName(*patch.Name)
		if err != nil {
			return Activity{}, err
		}
		patch.Name = &name
	}
	var changed Activity
	err := s.changeActivities(ctx, m, func(ctx context.Context, t Tenant, all []Activity) error {
		at := slices.IndexFunc(all, func(a Activity) bool { return a.ID == id })
		switch {
		case at < 0:
			return ActivityNotFound()
		case all[at].Revision != revision:
			return errs.ChangedFirst(nil)
		}
		changed = all[at]
		what, changes, err := s.applyActivity(t, &changed, patch)
		if err != nil {
			return err
		}
		all[at] = changed
		if patch.Position != nil && !changed.Archived() {
			if changed.Position, err = s.placeActivity(ctx, m, all, at, *patch.Position); err != nil {
				return err
			}
		}
		if what == "" {
			return nil
		}
		changed.Revision++
		if err := s.store.UpdateActivity(ctx, m.Tenant.ID, changed); err != nil {
			return err
		}
		return s.auditActivity(ctx, m, what, changed, changes...)
	})
	return changed, err
}

// applyActivity sets the wanted fields and says what has changed. Without a change, what is empty.
func (s *Service) applyActivity(t Tenant, a *Activity, patch ActivityPatch) (
	what audit.EventType, changes []audit.FieldChange, err error,
) {
	setField(&changes, "name", &a.Name, patch.Name)
	setField(&changes, "billable", &a.Billable, patch.Billable)
	if len(changes) > 0 {
		what = audit.ActivityChanged
	}
	switch wanted := patch.Archived; {
	case wanted == nil || *wanted == a.Archived():
	case *wanted:
		if t.Settings.DefaultActivity.ID == a.ID {
			return "", nil, errs.New(errs.Conflict, "activity_is_default", "This is the default activity; choose another one first.")
		}
		a.ArchivedAt, what = s.now(), audit.ActivityArchived
	default:
		a.ArchivedAt, what = time.Time{}, audit.ActivityRestored
	}
	return what, changes, nil
}

// placeActivity moves all[at] to a place among those that aren't archived, and numbers them anew. It gives the place.
func (s *Service) placeActivity(ctx context.Context, m Member, all []Activity, at, place int) (int, error) {
	moved := all[at]
	live := slices.DeleteFunc(slices.Clone(all), func(a Activity) bool { return a.Archived() || a.ID == moved.ID })
	place = min(max(place, 0), len(live))
	live = slices.Insert(live, place, moved)
	for i, a := range live {
		if a.Position == i {
			continue
		}
		if err := s.store.PlaceActivity(ctx, m.Tenant.ID, a.ID, i); err != nil {
			return 0, err
		}
	}
	return place, nil
}

// changeActivities does what all changes of activities have in common. The tenant's lock makes them wait for each other,
// and for a change of the default.
func (s *Service) changeActivities(ctx context.Context, m Member, apply func(ctx context.Context, t Tenant, all []Activity) error) error {
	if err := m.Require(RoleAdmin); err != nil {
		return err
	}
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return err
	}
	return s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		t, err := s.store.LockTenant(ctx, m.Tenant.ID)
		if err != nil {
			return err
		}
		all, err := s.store.Activities(ctx, m.Tenant.ID)
		if err != nil {
			return err
		}
		return apply(ctx, t, all)
	})
}

// chooseDefault makes an activity the default of a locked tenant. One that doesn't exist or is archived is
// errs.RuleBroken, activity_unknown.
func (s *Service) chooseDefault(ctx context.Context, t *Tenant, wanted *ids.Activity) ([]audit.FieldChange, error) {
	if wanted == nil || *wanted == t.Settings.DefaultActivity.ID {
		return nil, nil
	}
	a, err := s.store.Activity(ctx, t.ID, *wanted)
	if errs.Is(err, errs.NotFound) || (err == nil && a.Archived()) {
		return nil, ActivityUnknown("/default_activity_id")
	}
	if err != nil {
		return nil, err
	}
	var changes []audit.FieldChange
	setField(&changes, "default_activity", &t.Settings.DefaultActivity.Name, &a.Name)
	t.Settings.DefaultActivity, t.Settings.DefaultBillable = a.Ref(), a.Billable
	return changes, nil
}

// activityName removes the blanks around a name, and repeated ones in it.
func activityName(text string) (string, error) {
	name := OneLine(text)
	if name == "" {
		return "", errs.New(errs.RuleBroken, "name_missing", "An activity needs a name.").
			WithField("/name", "blank", "must not be blank")
	}
	return name, checkLength("/name", name, MaxActivityName)
}

// ActivityNotFound is the error for an activity that the tenant doesn't have.
func ActivityNotFound() error {
	return errs.New(errs.NotFound, "activity_not_found", "There is no such activity.")
}

// ActivityUnknown is the error for a chosen activity that doesn't exist or is archived. pointer is the field that names
// it.
func ActivityUnknown(pointer string) error {
	return errs.New(errs.RuleBroken, "activity_unknown", "This activity can't be chosen.").
		WithField(pointer, "unknown", "must be an activity that isn't archived")
}

func (s *Service) auditActivity(ctx context.Context, m Member, what audit.EventType, a Activity, changes ...audit.FieldChange) error {
	target := audit.Target{Kind: audit.TargetActivity, ID: ids.Any(a.ID), Name: a.Name}
	return s.store.InsertAudit(ctx, m.Tenant.ID, audit.NewEvent(m.User.Actor(), what, target, s.now(), changes...))
}
