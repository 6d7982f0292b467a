package timer

import (
	"context"
	"fmt"
	"slices"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

// None is the value of a filter for entries that have no such thing, such as no parent.
const None = "none"

// MaxFilterValues is how many values one field of a filter can have.
const MaxFilterValues = 100

// Filter narrows recorded time in lists, reports and exports alike, so that a row of a report opens the entries that it
// counts. A field without values doesn't narrow. Of several values any counts, of several fields all do.
//
// Type, state and parent of a work item are what the member may see of it, as workitem.WorkItem.SeenBy says. So a filter
// tells nobody what the item's page doesn't.
type Filter struct {
	Users         []ids.User
	Organizations []string // ids of sites or names
	Projects      []string // ids or names, in the organizations, or in any; under which the time is shown
	WorkItems     []string // ids, or None
	Parents       []string // ids of work items, or None; the direct parent
	Types         []string // empty text: the member knows none, or there is no work item
	States        []string // as Types
	Activities    []ids.Activity
	NeedsReview   *bool
	Billable      *bool
	Approved      *bool  // all of it lies in approved time; what runs doesn't
	Note          string // a part of the note, in any case
}

// Selection is what a Filter means to the store.
type Selection struct {
	Users       []ids.User
	Sites       []ids.Site
	Projects    []ids.Project // under which the time is shown
	WorkItems   Items
	Parents     Items
	Types       []string
	States      []string
	Activities  []ids.Activity
	NeedsReview *bool
	Billable    *bool
	Approved    *bool
	Note        string
	// LeftOut are people whose time isn't shown, of those whom the selection would have.
	LeftOut []ids.User
	// Viewer is the person by whose views types, states and parents are known. Zero: an admin, who sees all that is known.
	Viewer ids.User
}

// Items are work items to which time is narrowed. The zero value doesn't narrow.
type Items struct {
	IDs  []ids.WorkItem
	None bool // also time without a work item
}

// Narrow says whether they narrow.
func (i Items) Narrow() bool { return i.None || len(i.IDs) > 0 }

// ByItem says whether the selection needs to know what is stored of work items.
func (s Selection) ByItem() bool { return s.Parents.Narrow() || len(s.Types) > 0 || len(s.States) > 0 }

// Select finds what a filter means for a member; found is false when nothing can have it. Everybody sees themselves, admins
// everybody; errs.Forbidden for another person's time.
func (f Filter) Select(
	ctx context.Context, work *workitem.Service, concealed tenant.ConcealedStore, m tenant.Member,
) (s Selection, found bool, err error) {
	if err := f.checkLengths(); err != nil {
		return Selection{}, false, err
	}
	s = Selection{
		Users: f.Users, Types: f.Types, States: f.States, Activities: f.Activities, NeedsReview: f.NeedsReview, Billable: f.Billable,
		Approved: f.Approved, Note: f.Note,
	}
	if !m.User.Role.Allows(tenant.RoleAdmin) {
		if slices.ContainsFunc(f.Users, func(id ids.User) bool { return id != m.User.ID }) {
			return Selection{}, false, m.Require(tenant.RoleAdmin)
		}
		s.Users, s.Viewer = []ids.User{m.User.ID}, m.User.ID
	} else if s.LeftOut, err = f.leftOut(ctx, concealed, m); err != nil {
		return Selection{}, false, err
	}
	if s.WorkItems, err = itemsOf(f.WorkItems, "work_item"); err != nil {
		return Selection{}, false, err
	}
	if s.Parents, err = itemsOf(f.Parents, "parent"); err != nil {
		return Selection{}, false, err
	}
	found, err = s.addPlaces(ctx, work, m, f)
	return s, found, err
}

// LeftOutTold is how many people a report tells that it leaves out. Where people are named, that would tell who restricts or
// objects, so only super_admins are told: they decide on it.
func (s Selection) LeftOutTold(m tenant.Member) int {
	if len(s.Users) > 0 && !m.User.Role.Allows(tenant.RoleSuperAdmin) {
		return 0
	}
	return len(s.LeftOut)
}

// leftOut are those of the filter's people whose time an admin isn't shown.
func (f Filter) leftOut(ctx context.Context, concealed tenant.ConcealedStore, m tenant.Member) ([]ids.User, error) {
	if slices.Equal(f.Users, []ids.User{m.User.ID}) {
		return nil, nil
	}
	people, err := tenant.LeftOut(ctx, concealed, m, tenant.TeamReports)
	if len(f.Users) > 0 {
		people = slices.DeleteFunc(people, func(id ids.User) bool { return !slices.Contains(f.Users, id) })
	}
	return people, err
}

func (f Filter) checkLengths() error {
	for name, count := range map[string]int{
		"user_id": len(f.Users), "organization": len(f.Organizations), "work_item": len(f.WorkItems), "parent": len(f.Parents),
		"type": len(f.Types), "state": len(f.States), "activity_id": len(f.Activities),
		"project": len(f.Projects) * max(1, len(f.Organizations)), // each is looked for in each organization
	} {
		if count > MaxFilterValues {
			return filterInvalid(name, "too_many", fmt.Sprintf("must have at most %d values, in all organizations together", MaxFilterValues))
		}
	}
	return nil
}

func filterInvalid(name, code, detail string) error {
	return errs.New(errs.RuleBroken, "filter_invalid", "Time can't be filtered like this.").WithField(name, code, detail)
}

func itemsOf(values []string, name string) (items Items, err error) {
	for _, value := range values {
		if value == None {
			items.None = true
			continue
		}
		id, err := ids.Parse[ids.WorkItem](value)
		if err != nil {
			return Items{}, filterInvalid(name, "format", "must be the uid of a work item, or none")
		}
		items.IDs = append(items.IDs, id)
	}
	return items, nil
}

// addPlaces finds organizations and projects. Those that nobody has worked in have no time.
func (s *Selection) addPlaces(ctx context.Context, work *workitem.Service, m tenant.Member, f Filter) (found bool, err error) {
	organizations := f.Organizations
	if len(organizations) == 0 {
		if len(f.Projects) == 0 {
			return true, nil
		}
		organizations = []string{""}
	}
	projects := f.Projects
	if len(projects) == 0 {
		projects = []string{""}
	}
	for _, organization := range organizations {
		for _, project := range projects {
			scope, ok, err := work.Narrow(ctx, m, workitem.Reference{
				Tracker: workitem.AzureDevOps, Site: organization, Project: project,
			})
			if err != nil {
				return false, err
			}
			if !ok {
				continue
			}
			found = true
			s.Projects = append(s.Projects, scope.Projects...)
			if organization != "" {
				s.Sites = append(s.Sites, scope.Site)
			}
		}
	}
	slices.SortFunc(s.Sites, func(a, b ids.Site) int { return slices.Compare(a[:], b[:]) })
	s.Sites = slices.Compact(s.Sites)
	return found, nil
}

// within narrows a selection to a scope as well; found is false when nothing is in both.
func (s Selection) within(scope workitem.Scope) (narrowed Selection, found bool) {
	if !scope.Site.IsZero() {
		if len(s.Sites) > 0 && !slices.Contains(s.Sites, scope.Site) {
			return s, false
		}
		s.Sites = []ids.Site{scope.Site}
	}
	if len(scope.Projects) > 0 {
		if len(s.Projects) > 0 {
			scope.Projects = slices.DeleteFunc(scope.Projects, func(id ids.Project) bool { return !slices.Contains(s.Projects, id) })
		}
		if s.Projects = scope.Projects; len(s.Projects) == 0 {
			return s, false
		}
	}
	if item := scope.WorkItem; !item.IsZero() {
		if s.WorkItems.Narrow() && !slices.Contains(s.WorkItems.IDs, item) {
			return s, false
		}
		s.WorkItems = Items{IDs: []ids.WorkItem{item}}
	}
	return s, true
}
