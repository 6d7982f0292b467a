package importer

import (
	"context"
	"strings"

	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

// directory is what the rows of a file are matched with: the tenant's people, projects and activities. It also knows the
// time that the file's own rows take.
type directory struct {
	byEmail    map[string]tenant.User             // in lower case
	byName     map[string][]tenant.User           // in lower case
	projects   map[string]workitem.ProjectDetails // by each name, see workitem.NameKey
	activities map[string]ids.Activity            // that can be chosen, by name in lower case
	items      map[string]string                  // the project of a work item by its number; empty: the item isn't known
	preset     string                             // the project of rows that name none that is known
	// inAzureDevOps says that the file's projects are those of Azure DevOps, so that one may be new here.
	inAzureDevOps bool
	taken         spans
	planned       map[ids.External]bool // rows of the file that become entries
}

// plan remembers a row that becomes an entry.
func (d *directory) plan(row CheckedRow) {
	d.taken.add(row.Owner, row.StartedAt, row.StoppedAt)
	d.planned[row.External] = true
}

// known reads what the rows of an import are matched with.
func (s *Service) known(ctx context.Context, m tenant.Member, i Import, format Format) (*directory, error) {
	d := &directory{
		byEmail: map[string]tenant.User{}, byName: map[string][]tenant.User{}, projects: map[string]workitem.ProjectDetails{},
		activities: map[string]ids.Activity{}, items: map[string]string{}, preset: i.Project,
		inAzureDevOps: format == SevenPace || format == TimeTracker, taken: spans{}, planned: map[ids.External]bool{},
	}
	people := func(request page.Request) ([]tenant.User, page.Position, error) {
		users, next, _, err := s.tenants.People(ctx, m, tenant.UserFilter{}, request)
		return users, next, err
	}
	err := each(people, func(u tenant.User) {
		if u.Email != "" {
			d.byEmail[strings.ToLower(u.Email)] = u
		}
		name := strings.ToLower(u.Name)
		d.byName[name] = append(d.byName[name], u)
	})
	if err != nil {
		return nil, err
	}
	projects := func(request page.Request) ([]workitem.ProjectDetails, page.Position, error) {
		return s.work.Projects(ctx, m, workitem.ProjectFilter{}, request)
	}
	err = each(projects, func(p workitem.ProjectDetails) {
		for _, name := range p.Names {
			d.projects[workitem.NameKey(name)] = p
		}
	})
	if err != nil {
		return nil, err
	}
	activities, err := s.tenants.Activities(ctx, m)
	if err != nil {
		return nil, err
	}
	for _, a := range activities {
		if !a.Archived() {
			d.activities[strings.ToLower(a.Name)] = a.ID
		}
	}
	return d, s.loadPlanned(ctx, m.Tenant.ID, i, d)
}

// each reads a list page by page.
func each[T any](list func(page.Request) ([]T, page.Position, error), use func(T)) error {
	const pageSize = 500
	for request := (page.Request{Limit: pageSize}); ; {
		rows, next, err := list(request)
		if err != nil {
			return err
		}
		for _, row := range rows {
			use(row)
		}
		if next == (page.Position{}) {
			return nil
		}
		request.After = next
	}
}

// loadPlanned adds the rows that an earlier call has looked at.
func (s *Service) loadPlanned(ctx context.Context, id ids.Tenant, i Import, d *directory) error {
	for after := 0; i.Rows > 0; {
		rows, err := s.store.Rows(ctx, id, i.ID, RowFilter{Outcome: New}, after, checkBatch)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			d.plan(row)
			after = row.Number
		}
	}
	return nil
}

// The problems of rows that nothing matches.
var (
	problemStranger  = Problem{"person_unknown", "Nobody here has this address or name. Invite the person first."}
	problemNamesakes = Problem{"person_ambiguous", "Several people have this name, and the file has no address."}
	problemNoItem    = Problem{"work_item_missing", "The row names no work item, and no project on which time needs none."}
	problemProject   = Problem{"project_unknown", "The work item isn't known yet, and neither is the project."}
	problemRepeated  = Problem{"row_repeated", "Another row of the file has the same id."}
	problemFull      = Problem{"day_full", "The day has no room for this time beside what is recorded already."}
	problemActivity  = Problem{"activity_unknown", "There is no activity of this name. Add it first."}
)

// person finds whose row it is: by the address, and by the name where the row has none. A row may name nobody.
func (d *directory) person(row Row) (tenant.User, *Problem) {
	if row.Email != "" {
		if u, ok := d.byEmail[strings.ToLower(row.Email)]; ok {
			return u, nil
		}
		return tenant.User{}, &problemStranger
	}
	switch found := d.byName[strings.ToLower(row.Person)]; {
	case len(found) == 0 || row.Person == "":
		return tenant.User{}, &problemStranger
	case len(found) == 1:
		return found[0], nil
	default:
		return tenant.User{}, &problemNamesakes
	}
}

// identify says whose row it is, also of one that can't be read, so that it is shown to nobody who isn't shown their time.
func (d *directory) identify(row *CheckedRow) {
	if owner, problem := d.person(row.Row); problem == nil {
		row.Owner = owner.ID
	}
}

// findWork finds what a row's time was spent on, and as what.
func (s *Service) findWork(ctx context.Context, m tenant.Member, d *directory, row *CheckedRow) (*Problem, error) {
	if problem := d.activity(row); problem != nil {
		return problem, nil
	}
	named, isNamed := d.projects[workitem.NameKey(row.Project)]
	preset, isPreset := d.projects[workitem.NameKey(d.preset)]
	if row.WorkItem == "" {
		switch {
		case isNamed:
			row.Plan.General = named.ID
		case isPreset:
			row.Plan.General = preset.ID
		default:
			return &problemNoItem, nil
		}
		return nil, nil
	}
	seenIn, err := s.projectOf(ctx, m, d, row.WorkItem)
	switch {
	case err != nil:
		return nil, err
	case isNamed:
		row.Plan.Project = named.Name
	case seenIn != "":
		row.Plan.Project = seenIn
	case row.Project != "" && d.inAzureDevOps:
		row.Plan.Project = row.Project
	case isPreset:
		row.Plan.Project = preset.Name
	default:
		return &problemProject, nil
	}
	return nil, nil
}

// projectOf is the project in which a work item was seen last; empty for an item that isn't known.
func (s *Service) projectOf(ctx context.Context, m tenant.Member, d *directory, number string) (string, error) {
	if project, asked := d.items[number]; asked {
		return project, nil
	}
	item, err := s.work.Find(ctx, m, workitem.Claim{Tracker: workitem.AzureDevOps, Number: number})
	if err != nil {
		return "", err
	}
	project := ""
	if !item.ID.IsZero() {
		project = item.Project.Name
	}
	d.items[number] = project
	return project, nil
}

// activity finds the activity that a row names, by itself or by a tag. A tag that is none means nothing.
func (d *directory) activity(row *CheckedRow) *Problem {
	if row.Activity != "" {
		id, ok := d.activities[strings.ToLower(row.Activity)]
		if !ok {
			return &problemActivity
		}
		row.Plan.Activity = id
		return nil
	}
	for _, tag := range row.Tags {
		if id, ok := d.activities[strings.ToLower(tag)]; ok {
			row.Plan.Activity = id
			return nil
		}
	}
	return nil
}
