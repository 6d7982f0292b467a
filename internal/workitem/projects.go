package workitem

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
)

// ProjectFilter narrows lists of projects.
type ProjectFilter struct {
	General bool // only those on which time needs no work item
}

// Projects lists the tenant's projects by name, with those that were merged into others.
func (s *Service) Projects(
	ctx context.Context, m tenant.Member, filter ProjectFilter, request page.Request,
) ([]ProjectDetails, page.Position, error) {
	projects, err := s.store.Projects(ctx, m.Tenant.ID, filter, request.WithOneMore())
	if err != nil {
		return nil, page.Position{}, err
	}
	projects, next := page.Cut(projects, request.Limit, func(p ProjectDetails) page.Position {
		return page.Position{Name: NameKey(p.Name), ID: ids.Any(p.ID)}
	})
	return projects, next, nil
}

// Project is one project as admins see it; errs.NotFound when the tenant has none.
func (s *Service) Project(ctx context.Context, m tenant.Member, id ids.Project) (ProjectDetails, error) {
	return s.store.Project(ctx, m.Tenant.ID, id)
}

// General is the project on which time without a work item is recorded: the one with the id, or what it was merged into.
// A project that doesn't exist or doesn't allow such time is errs.RuleBroken, general_not_allowed.
func (s *Service) General(ctx context.Context, m tenant.Member, id ids.Project) (Place, error) {
	p, err := s.store.Place(ctx, m.Tenant.ID, id)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return Place{}, err
	}
	if err != nil || !p.Holds.GeneralAllowed {
		return Place{}, errs.New(errs.RuleBroken, "general_not_allowed",
			"Time on this project needs a work item. An administrator can allow time without one.").
			WithField("/general/project_id", "not_allowed", "must be a project that allows time without a work item")
	}
	p.ID, p.Name, p.Rules = p.CountsAs.ID, p.CountsAs.Name, p.Holds
	return p, nil
}

// Rules are those by which time on a project goes.
func (s *Service) Rules(ctx context.Context, m tenant.Member, id ids.Project) (ProjectRules, error) {
	p, err := s.store.Place(ctx, m.Tenant.ID, id)
	return p.Holds, err
}

// ProjectPatch is a wanted change of a project. Nil fields stay.
type ProjectPatch struct {
	Name           *string // one that it was seen under, or another case of it
	Billable       **bool  // nil inside: as the activity says
	GeneralAllowed *bool
}

// ChangeProject changes a project's name and rules. Admins only; revision is the one that the member has seen. What is
// recorded already stays as it is.
func (s *Service) ChangeProject(
	ctx context.Context, m tenant.Member, id ids.Project, revision int64, patch ProjectPatch,
) (ProjectDetails, error) {
	return s.change(ctx, m, id, revision, func(_ context.Context, p *ProjectDetails) (done, error) {
		var made done
		if patch.Name != nil {
			var err error
			if made, err = rename(p, *patch.Name); err != nil {
				return done{}, err
			}
		}
		rules := p.Rules
		if patch.Billable != nil {
			rules.Billable = *patch.Billable
		}
		if patch.GeneralAllowed != nil {
			rules.GeneralAllowed = *patch.GeneralAllowed
		}
		if changes := p.Rules.changes(rules); len(changes) > 0 {
			made.what, made.changes = audit.ProjectChanged, append(made.changes, changes...)
		}
		p.Rules = rules
		if !p.Merged() {
			p.Holds = rules
		}
		return made, nil
	})
}

// changes are the fields in which other rules differ.
func (r ProjectRules) changes(other ProjectRules) (changes []audit.FieldChange) {
	if old, changed := billableText(r.Billable), billableText(other.Billable); old != changed {
		changes = append(changes, audit.FieldChange{Field: "billable", Old: old, New: changed})
	}
	if r.GeneralAllowed != other.GeneralAllowed {
		changes = append(changes, audit.FieldChange{
			Field: "general_allowed", Old: strconv.FormatBool(r.GeneralAllowed), New: strconv.FormatBool(other.GeneralAllowed),
		})
	}
	return changes
}

func billableText(billable *bool) string {
	if billable == nil {
		return ""
	}
	return strconv.FormatBool(*billable)
}

// rename accepts one of the names that a project was seen under, or another case of it.
func rename(p *ProjectDetails, name string) (done, error) {
	name = strings.TrimSpace(name)
	if !slices.ContainsFunc(p.Names, func(seen string) bool { return NameKey(seen) == NameKey(name) }) {
		return done{}, errs.New(errs.RuleBroken, "name_unknown", "The project was never seen under this name.").
			WithField("/name", "unknown", "must be one of the project's names")
	}
	if p.Name == name {
		return done{}, nil
	}
	renamed := done{audit.ProjectRenamed, []audit.FieldChange{{Field: "name", Old: p.Name, New: name}}}
	if p.CountsAs.ID == p.ID {
		p.CountsAs.Name = name
	}
	p.Name = name
	return renamed, nil
}

// Merge makes time on a project count as time on another one of the same site. Entries stay unchanged, so that it can
// be undone. Admins only.
func (s *Service) Merge(ctx context.Context, m tenant.Member, id, into ids.Project) (ProjectDetails, error) {
	return s.change(ctx, m, id, anyRevision, func(ctx context.Context, p *ProjectDetails) (done, error) {
		target, err := s.store.Project(ctx, m.Tenant.ID, into)
		switch {
		case errs.Is(err, errs.NotFound):
			return done{}, mergeInvalid("There is no such project to merge into.", "unknown", "must be a project")
		case err != nil:
			return done{}, err
		case target.ID == p.ID:
			return done{}, mergeInvalid("A project can't be merged into itself.", "itself", "must be another project")
		case target.SiteID != p.SiteID:
			return done{}, mergeInvalid("Both projects must be of the same organization.", "other_site", "must be of the same organization")
		case p.Merged(), target.Merged():
			return done{}, errs.New(errs.Conflict, "project_merged", "One of the projects was merged already; undo that first.")
		}
		p.MergedInto, p.MergedAt, p.MergeUsed, p.CountsAs, p.Holds = target.ID, s.now(), false, target.Ref(), target.Rules
		if err := s.moveMerged(ctx, m, p.Project); err != nil {
			return done{}, err
		}
		return done{audit.ProjectMerged, []audit.FieldChange{{Field: "merged_into", New: target.Name}}}, nil
	})
}

// Unmerge undoes Merge, as long as nothing else was recorded on the project. Admins only; revision is the one that the
// member has seen.
func (s *Service) Unmerge(ctx context.Context, m tenant.Member, id ids.Project, revision int64) (ProjectDetails, error) {
	return s.change(ctx, m, id, revision, func(ctx context.Context, p *ProjectDetails) (done, error) {
		switch {
		case !p.Merged():
			return done{}, errs.New(errs.Conflict, "project_not_merged", "This project is not merged; nothing was changed.")
		case p.MergeUsed:
			return done{}, errs.New(errs.Conflict, "project_used",
				"Time was recorded on this project since it was merged, so that the merge stays.")
		}
		target, err := s.store.Project(ctx, m.Tenant.ID, p.MergedInto)
		if err != nil {
			return done{}, err
		}
		p.MergedInto, p.MergedAt, p.CountsAs, p.Holds = ids.Project{}, time.Time{}, p.Ref(), p.Rules
		if err := s.moveMerged(ctx, m, p.Project); err != nil {
			return done{}, err
		}
		return done{audit.ProjectUnmerged, []audit.FieldChange{{Field: "merged_into", Old: target.Name}}}, nil
	})
}

// done is a change for the audit. Without a type nothing has changed.
type done struct {
	what    audit.EventType
	changes []audit.FieldChange
}

// anyRevision is for changes that do not depend on what the member has seen.
const anyRevision = -1

// change does what all changes of a project have in common.
func (s *Service) change(
	ctx context.Context, m tenant.Member, id ids.Project, revision int64,
	apply func(ctx context.Context, p *ProjectDetails) (done, error),
) (ProjectDetails, error) {
	if err := m.Require(tenant.RoleAdmin); err != nil {
		return ProjectDetails{}, err
	}
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return ProjectDetails{}, err
	}
	var changed ProjectDetails
	err := s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		if err := s.store.LockWork(ctx, m.Tenant.ID); err != nil {
			return err
		}
		p, err := s.store.Project(ctx, m.Tenant.ID, id)
		if err != nil {
			return err
		}
		if revision != anyRevision && p.Revision != revision {
			return errs.ChangedFirst(nil)
		}
		target := audit.Target{Kind: audit.TargetProject, ID: ids.Any(p.ID), Name: p.Name}
		made, err := apply(ctx, &p)
		changed = p
		if err != nil || made.what == "" {
			return err
		}
		p.Revision++
		changed = p
		if err := s.store.UpdateProject(ctx, m.Tenant.ID, p.Project); err != nil {
			return err
		}
		return s.store.InsertAudit(ctx, m.Tenant.ID, audit.NewEvent(m.User.Actor(), made.what, target, s.now(), made.changes...))
	})
	return changed, err
}

// moveMerged shows the projects that were merged into a project, also indirectly, where the project itself is shown.
func (s *Service) moveMerged(ctx context.Context, m tenant.Member, p Project) error {
	merged, err := s.store.MergedProjects(ctx, m.Tenant.ID, p.SiteID)
	if err != nil {
		return err
	}
	into := make(map[ids.Project]ids.Project, len(merged))
	for _, q := range merged {
		into[q.ID] = q.MergedInto
	}
	for _, q := range merged {
		next := q.MergedInto
		for next != p.ID && !next.IsZero() {
			next = into[next]
		}
		if next != p.ID {
			continue
		}
		if err := s.store.CountAs(ctx, m.Tenant.ID, q.ID, p.CountsAs.ID); err != nil {
			return err
		}
	}
	return nil
}

func mergeInvalid(message, code, detail string) error {
	return errs.New(errs.RuleBroken, "merge_invalid", message).WithField("/into", code, detail)
}
