package timer

import (
	"context"
	"strconv"
	"unicode/utf8"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/plaintext"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

// MaxNote is the most characters of a note.
const MaxNote = 1000

// Details are what somebody says of an entry beside when it was and what it is on. What isn't named has a default.
type Details struct {
	Activity ids.Activity // zero: the tenant's default, or in a change: as it is
	Billable *bool        // nil: as the project says, else the activity
	Note     *string      // at most MaxNote characters
}

// details are Details that were checked.
type details struct {
	Details

	activity *tenant.Activity // the named one; nil: none is named
}

// check refuses details that an entry can't have. an archived activity is refused where it is chosen anew, since an entry may keep it.
func (s *Service) check(ctx context.Context, m tenant.Member, named Details) (checked details, err error) {
	checked.Details = named
	if named.Note != nil {
		note, err := noteText(*named.Note)
		if err != nil {
			return details{}, err
		}
		checked.Note = &note
	}
	settings := m.Tenant.Settings
	switch {
	case named.Activity.IsZero():
	case named.Activity == settings.DefaultActivity.ID: // which is known
		checked.activity = &tenant.Activity{ID: named.Activity, Name: settings.DefaultActivity.Name, Billable: settings.DefaultBillable}
	default:
		activity, err := s.store.Activity(ctx, m.Tenant.ID, named.Activity)
		if errs.Is(err, errs.NotFound) {
			return details{}, tenant.ActivityUnknown("/activity_id")
		}
		if err != nil {
			return details{}, err
		}
		checked.activity = &activity
	}
	return checked, nil
}

// noteText removes blanks around a note, and characters that no text has. Line breaks stay.
func noteText(note string) (string, error) {
	note = plaintext.CleanLines(note)
	if utf8.RuneCountInString(note) > MaxNote {
		return "", errs.New(errs.RuleBroken, "text_too_long", "A text is too long.").
			WithField("/note", "too_long", "must have at most "+strconv.Itoa(MaxNote)+" characters")
	}
	return note, nil
}

// fit says whether an entry has all details that are named.
func (d details) fit(e Entry) bool {
	return (d.activity == nil || d.activity.ID == e.Activity.ID) && (d.Billable == nil || *d.Billable == e.Billable) &&
		(d.Note == nil || *d.Note == e.Note)
}

// describe gives a new entry its work and its details.
func (d details) describe(m tenant.Member, e *Entry, on work) error {
	e.WorkItem, e.ProjectID = on.item, on.project
	e.Activity, e.Billable = m.Tenant.Settings.DefaultActivity, m.Tenant.Settings.DefaultBillable
	if d.activity != nil {
		if d.activity.Archived() {
			return tenant.ActivityUnknown("/activity_id")
		}
		e.Activity, e.Billable = d.activity.Ref(), d.activity.Billable
	}
	e.Billable = on.rules.BillableWith(e.Billable)
	if d.Billable != nil {
		e.Billable = *d.Billable
	}
	if d.Note != nil {
		e.Note = *d.Note
	}
	return nil
}

// work is what time is recorded on.
type work struct {
	item    workitem.WorkItem // of general time: without an id
	project ids.Project
	rules   workitem.ProjectRules

	claimed *workitem.Resolved // nil: general time, of which nothing is to be stored
}

// find finds what a claim means, or the project of general time, whose id isn't zero. It is for outside of the
// transaction, for which others may wait.
func (s *Service) find(ctx context.Context, m tenant.Member, claim workitem.Claim, general ids.Project) (work, error) {
	if !general.IsZero() {
		place, err := s.work.General(ctx, m, general)
		if err != nil {
			return work{}, err
		}
		return work{
			item:    workitem.WorkItem{Site: place.Site, Project: place.Ref()},
			project: place.ID, rules: place.Rules,
		}, nil
	}
	resolved, err := s.work.Resolve(ctx, m, claim)
	return workOf(resolved), err
}

func workOf(resolved workitem.Resolved) work {
	return work{
		item: resolved.WorkItem(), project: resolved.Project.ID, rules: resolved.Project.Holds, claimed: &resolved,
	}
}

// settle finds what is new of the work once more, in the caller's transaction.
func (s *Service) settle(ctx context.Context, m tenant.Member, on work) (work, error) {
	if on.claimed == nil {
		return on, nil
	}
	settled, err := s.work.Settle(ctx, m, *on.claimed)
	return workOf(settled), err
}

// keep writes what is new of the settled work, in the caller's transaction.
func (s *Service) keep(ctx context.Context, m tenant.Member, on work) error {
	if on.claimed == nil {
		return nil
	}
	return s.work.Keep(ctx, m, *on.claimed)
}

// sameAs says whether an entry is on this work. A work item is the same in every project.
func (w work) sameAs(e Entry) bool {
	return w.item.ID == e.WorkItem.ID && (!w.item.ID.IsZero() || w.project == e.ProjectID)
}

// prepareNew looks up what a new entry is on, and checks its details.
func (s *Service) prepareNew(
	ctx context.Context, m tenant.Member, claim workitem.Claim, general ids.Project, named Details,
) (work, details, error) {
	on, err := s.find(ctx, m, claim, general)
	if err != nil {
		return work{}, details{}, err
	}
	checked, err := s.check(ctx, m, named)
	return on, checked, err
}

// changeTo is what a patch makes of an entry beside its instants.
type changeTo struct {
	details

	on *work // nil: it stays where it is
}

// prepare looks up what a patch names.
func (s *Service) prepare(ctx context.Context, m tenant.Member, patch Patch) (wanted changeTo, err error) {
	if wanted.details, err = s.check(ctx, m, patch.Details); err != nil {
		return changeTo{}, err
	}
	var claim workitem.Claim
	switch {
	case patch.WorkItem != nil:
		claim = *patch.WorkItem
	case patch.General.IsZero():
		return wanted, nil
	}
	on, err := s.find(ctx, m, claim, patch.General)
	wanted.on = &on
	return wanted, err
}

// redescribe changes an entry's work and details, in the caller's transaction. Another activity or project decides anew
// whether the entry is billable, unless that is named.
func (s *Service) redescribe(ctx context.Context, m tenant.Member, e *Entry, wanted changeTo) error {
	old := *e
	if wanted.on != nil {
		on, err := s.settle(ctx, m, *wanted.on)
		if err != nil {
			return err
		}
		if err := s.keep(ctx, m, on); err != nil {
			return err
		}
		if !on.sameAs(*e) {
			e.ExistingHours = nil // those of another work item
		}
		e.WorkItem, e.ProjectID = on.item, on.project
	}
	if wanted.activity != nil && wanted.activity.ID != e.Activity.ID {
		if wanted.activity.Archived() {
			return tenant.ActivityUnknown("/activity_id")
		}
		e.Activity = wanted.activity.Ref()
	}
	if wanted.Note != nil {
		e.Note = *wanted.Note
	}
	switch {
	case wanted.Billable != nil:
		e.Billable = *wanted.Billable
		return nil
	case e.Activity.ID == old.Activity.ID && e.ProjectID == old.ProjectID:
		return nil
	}
	rules, err := s.work.Rules(ctx, m, e.ProjectID)
	if err != nil {
		return err
	}
	activity, err := s.store.Activity(ctx, m.Tenant.ID, e.Activity.ID)
	e.Billable = rules.BillableWith(activity.Billable)
	return err
}
