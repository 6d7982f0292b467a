package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/workitem"
)

// Candidates implements workitem.Store. It reads all sites of a tenant, which are few. The others are found by an
// index. On SQLite it remembers sites and projects: see memory.
func (s *Store) Candidates(ctx context.Context, id ids.Tenant, lookup workitem.Lookup) ([]workitem.Candidate, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	if candidates, ok, err := s.remembered(ctx, on, id, lookup); ok || err != nil {
		return candidates, err
	}
	found, err := engine.QueryAll(ctx, on, func(row *sql.Rows) (c workitem.Candidate, err error) {
		return c, row.Scan(candidateTargets(&c)...)
	}, `SELECT s.id, s.tracker, s.stable_id, s.name,
			CASE WHEN n.site_id IS NULL THEN 0 ELSE 1 END,
			`+projectColumns+`, CASE WHEN m.project_id IS NULL THEN 0 ELSE 1 END, `+itemColumns+`
		FROM sites s
		LEFT JOIN site_names n ON n.tenant_id = s.tenant_id AND n.name_key = @site_key AND n.site_id = s.id
		LEFT JOIN projects p ON p.tenant_id = s.tenant_id AND p.site_id = s.id AND p.id IN (
			SELECT a.project_id FROM project_names a WHERE a.tenant_id = @tenant_id AND a.name_key = @project_key
			UNION ALL
			SELECT b.id FROM projects b WHERE b.tenant_id = @tenant_id AND b.site_id = s.id AND b.stable_id = @project_stable_id)
		LEFT JOIN projects r ON r.tenant_id = p.tenant_id AND r.id = p.counts_as
		LEFT JOIN project_names m ON m.tenant_id = p.tenant_id AND m.name_key = @project_key AND m.project_id = p.id
		LEFT JOIN work_items w ON w.tenant_id = s.tenant_id AND w.site_id = s.id AND w.number = @number
		LEFT JOIN work_item_views v ON v.tenant_id = w.tenant_id AND v.user_id = @user_id AND v.work_item_id = w.id
		WHERE s.tenant_id = @tenant_id
			AND (n.site_id IS NOT NULL OR s.stable_id = @site_stable_id OR (@site_key = '' AND @site_stable_id = ''))`,
		sql.Named("site_key", lookup.SiteKey), sql.Named("site_stable_id", lookup.SiteStableID),
		sql.Named("project_key", lookup.ProjectKey), sql.Named("project_stable_id", lookup.ProjectStableID),
		sql.Named("number", lookup.Number), sql.Named("user_id", lookup.User))
	if err != nil {
		return nil, fmt.Errorf("look up a work item: %w", err)
	}
	return found, nil
}

// projectColumns are those of a project p that counts as r.
const projectColumns = `p.id, p.site_id, p.stable_id, p.name, p.merged_into, p.merged_at, p.merge_used,
	p.billable, p.general_allowed, r.id, r.name, r.billable, r.general_allowed, p.revision`

// projectTargets accepts null for every column, since a site may have no such project.
func projectTargets(p *workitem.Project) []any {
	return []any{
		&p.ID, &p.SiteID, nullable[string]{&p.StableID}, nullable[string]{&p.Name}, &p.MergedInto, instant{&p.MergedAt},
		nullable[bool]{&p.MergeUsed}, &p.Rules.Billable, nullable[bool]{&p.Rules.GeneralAllowed},
		&p.CountsAs.ID, nullable[string]{&p.CountsAs.Name}, &p.Holds.Billable, nullable[bool]{&p.Holds.GeneralAllowed},
		nullable[int64]{&p.Revision},
	}
}

func candidateTargets(c *workitem.Candidate) []any {
	targets := []any{&c.Site.ID, &c.Site.Tracker, nullable[string]{&c.Site.StableID}, &c.Site.Name, &c.SiteNamed}
	targets = append(append(targets, projectTargets(&c.Project)...), &c.ProjectNamed)
	return append(targets, itemTargets(&c.Item, &c.View)...)
}

// itemColumns are those of a work item w as it is stored, and of the view v of it.
const itemColumns = `w.id, w.number, w.project_id, w.title, w.type, ` + readingColumns

// itemTargets accepts null for every column, since there may be no such item.
func itemTargets(item *workitem.Item, view *workitem.View) []any {
	targets := []any{
		&item.ID, nullable[string]{&item.Number}, &item.ProjectID, nullable[string]{&item.Title}, nullable[string]{&item.Type},
	}
	return append(targets, readingTargets(&item.Reading, view)...)
}

// LockWork implements workitem.Store.
func (s *Store) LockWork(ctx context.Context, id ids.Tenant) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	return tx.LockRow(ctx, "sites", id.String())
}

// WorkCounts implements workitem.Store.
func (s *Store) WorkCounts(
	ctx context.Context, id ids.Tenant, site ids.Site, project workitem.Project,
) (workitem.Counts, error) {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return workitem.Counts{}, err
	}
	counts, _, err := engine.QueryOne(ctx, tx, func(row *sql.Rows) (c workitem.Counts, err error) {
		return c, row.Scan(&c.Sites, &c.Projects, &c.ProjectsAlike, &c.SiteNames, &c.ProjectNames)
	}, `SELECT (SELECT COUNT(*) FROM sites WHERE tenant_id = @tenant_id),
			(SELECT COUNT(*) FROM projects WHERE tenant_id = @tenant_id),
			(SELECT COUNT(*) FROM projects WHERE tenant_id = @tenant_id AND site_id = @site_id AND name_key = @name_key),
			(SELECT COUNT(*) FROM site_names WHERE tenant_id = @tenant_id AND site_id = @site_id),
			(SELECT COUNT(*) FROM project_names WHERE tenant_id = @tenant_id AND project_id = @project_id)`,
		sql.Named("site_id", site), sql.Named("project_id", project.ID), sql.Named("name_key", workitem.NameKey(project.Name)))
	if err != nil {
		return workitem.Counts{}, fmt.Errorf("count sites and projects: %w", err)
	}
	return counts, nil
}

// Remember implements workitem.Store.
func (s *Store) Remember(ctx context.Context, id ids.Tenant, r workitem.Resolved) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	var statements []engine.Statement
	add := func(isNew bool, statement func(r workitem.Resolved) engine.Statement) {
		if isNew {
			statements = append(statements, statement(r))
		}
	}
	add(r.New.Site, insertSite)
	add(r.New.SiteStableID, setSiteStableID)
	add(r.New.SiteName, func(r workitem.Resolved) engine.Statement { return insertSiteName(r.Site.ID, r.Claim.Site.Name) })
	add(r.New.Project, insertProject)
	add(r.New.ProjectStableID, setProjectStableID)
	add(r.New.ProjectName, insertProjectName)
	add(r.New.MergeUse, setMergeUsed)
	add(r.New.Item, insertWorkItem)
	add(r.New.ItemFacts, updateWorkItem)
	add(r.New.View, updateClaimedView)
	add(r.New.View, insertClaimedView)
	// Nobody adds to a tenant's work without its lock, so a duplicate means that the lock was lost.
	again := func(cause error) error { return engine.RunAgain(engine.Unavailable(cause)) }
	return tx.Save(ctx, statements, engine.On{engine.Duplicate: again, engine.Changed: again})
}

func insertSite(r workitem.Resolved) engine.Statement {
	return engine.Statement{Args: []any{
		sql.Named("id", r.Site.ID),
		sql.Named("tracker", string(r.Site.Tracker)),
		sql.Named("stable_id", orNull(r.Site.StableID)),
		sql.Named("name", r.Site.Name),
		sql.Named("name_key", workitem.NameKey(r.Site.Name)),
	}, Text: `INSERT INTO sites (tenant_id, id, tracker, stable_id, name, name_key)
		VALUES (@tenant_id, @id, @tracker, @stable_id, @name, @name_key)`}
}

func setSiteStableID(r workitem.Resolved) engine.Statement {
	return engine.Statement{One: true, Args: []any{
		sql.Named("id", r.Site.ID), sql.Named("stable_id", r.Site.StableID),
	}, Text: `UPDATE sites SET stable_id = @stable_id WHERE tenant_id = @tenant_id AND id = @id AND stable_id IS NULL`}
}

func insertSiteName(site ids.Site, name string) engine.Statement {
	return engine.Statement{Args: []any{
		sql.Named("site_id", site), sql.Named("name", name), sql.Named("name_key", workitem.NameKey(name)),
	}, Text: `INSERT INTO site_names (tenant_id, name_key, site_id, name) VALUES (@tenant_id, @name_key, @site_id, @name)`}
}

func insertProject(r workitem.Resolved) engine.Statement {
	return engine.Statement{Args: []any{
		sql.Named("id", r.Project.ID),
		sql.Named("site_id", r.Project.SiteID),
		sql.Named("stable_id", orNull(r.Project.StableID)),
		sql.Named("name", r.Project.Name),
		sql.Named("name_key", workitem.NameKey(r.Project.Name)),
		sql.Named("merge_used", false),
		sql.Named("general_allowed", false),
		sql.Named("revision", r.Project.Revision),
	}, Text: `INSERT INTO projects (tenant_id, id, site_id, stable_id, name, name_key, merge_used, counts_as,
			general_allowed, revision)
		VALUES (@tenant_id, @id, @site_id, @stable_id, @name, @name_key, @merge_used, @id, @general_allowed, @revision)`}
}

func setProjectStableID(r workitem.Resolved) engine.Statement {
	return engine.Statement{One: true, Args: []any{
		sql.Named("id", r.Project.ID), sql.Named("stable_id", r.Project.StableID),
	}, Text: `UPDATE projects SET stable_id = @stable_id WHERE tenant_id = @tenant_id AND id = @id AND stable_id IS NULL`}
}

func insertProjectName(r workitem.Resolved) engine.Statement {
	name := r.Claim.Project.Name
	return engine.Statement{Args: []any{
		sql.Named("project_id", r.Project.ID), sql.Named("name", name), sql.Named("name_key", workitem.NameKey(name)),
	}, Text: `INSERT INTO project_names (tenant_id, name_key, project_id, name)
		VALUES (@tenant_id, @name_key, @project_id, @name)`}
}

func setMergeUsed(r workitem.Resolved) engine.Statement {
	return engine.Statement{One: true, Args: []any{sql.Named("id", r.Project.ID), sql.Named("merge_used", true)},
		Text: `UPDATE projects SET merge_used = @merge_used WHERE tenant_id = @tenant_id AND id = @id`}
}

func workItemArgs(r workitem.Resolved) []any {
	return []any{
		sql.Named("id", r.Item.ID), sql.Named("project_id", r.Item.ProjectID), sql.Named("title", r.Item.Title),
		sql.Named("type", r.Item.Type),
	}
}

func insertWorkItem(r workitem.Resolved) engine.Statement {
	return engine.Statement{
		Args: append(workItemArgs(r), sql.Named("site_id", r.Site.ID), sql.Named("number", r.Item.Number)),
		Text: `INSERT INTO work_items (tenant_id, id, site_id, number, project_id, title, type)
		VALUES (@tenant_id, @id, @site_id, @number, @project_id, @title, @type)`,
	}
}

// updateWorkItem keeps the title and the type of an item that was read meanwhile.
func updateWorkItem(r workitem.Resolved) engine.Statement {
	return engine.Statement{One: true, Args: workItemArgs(r), Text: `UPDATE work_items SET project_id = @project_id,
			title = CASE WHEN read_at IS NULL THEN @title ELSE title END, type = CASE WHEN read_at IS NULL THEN @type ELSE type END
		WHERE tenant_id = @tenant_id AND id = @id`}
}

func claimedViewArgs(r workitem.Resolved) []any {
	return []any{
		sql.Named("user_id", r.User), sql.Named("work_item_id", r.Item.ID), sql.Named("title", r.View.Title),
		sql.Named("type", r.View.Type),
	}
}

func updateClaimedView(r workitem.Resolved) engine.Statement {
	return engine.Statement{Args: claimedViewArgs(r), Text: `UPDATE work_item_views SET title = @title, type = @type
		WHERE tenant_id = @tenant_id AND user_id = @user_id AND work_item_id = @work_item_id AND read_at IS NULL`}
}

func insertClaimedView(r workitem.Resolved) engine.Statement {
	return engine.Statement{Args: claimedViewArgs(r), Text: `INSERT INTO work_item_views (tenant_id, user_id, work_item_id, title, type)
		SELECT @tenant_id, @user_id, @work_item_id, @title, @type
		WHERE NOT EXISTS (SELECT 1 FROM work_item_views
			WHERE tenant_id = @tenant_id AND user_id = @user_id AND work_item_id = @work_item_id)`}
}

// workItemColumns are those of a work item w on the site s, shown in the project r, with the view v.
const workItemColumns = `w.id, s.id, s.tracker, s.name, r.id, r.name, w.number, w.title, w.type, ` + readingColumns

// readingColumns are what was read of a work item w, and the view v of it.
const readingColumns = `w.state, w.assigned_to, w.assigned_address, w.parent_number, w.completed, w.remaining, w.revision, w.read_at,
	v.title, v.type, v.read_at, v.asked_at`

// workItemTargets accepts null for every column of an outer join.
func workItemTargets(w *workitem.WorkItem) []any {
	return append([]any{
		&w.ID, &w.Site.ID, nullable[workitem.Tracker]{&w.Site.Tracker}, nullable[string]{&w.Site.Name}, &w.Project.ID,
		nullable[string]{&w.Project.Name}, nullable[string]{&w.Number}, nullable[string]{&w.Title}, nullable[string]{&w.Type},
	}, readingTargets(&w.Reading, &w.View)...)
}

func readingTargets(r *workitem.Reading, v *workitem.View) []any {
	return []any{
		nullable[string]{&r.State}, nullable[string]{&r.Assignee}, nullable[string]{&r.AssigneeAddress}, nullable[string]{&r.Parent},
		&r.Hours.Completed, &r.Hours.Remaining, nullable[int64]{&r.Revision}, instant{&r.At},
		nullable[string]{&v.Title}, nullable[string]{&v.Type}, instant{&v.ReadAt}, instant{&v.AskedAt},
	}
}

const selectProject = `SELECT ` + projectColumns + `, s.id, s.tracker, s.name
	FROM projects p
	JOIN projects r ON r.tenant_id = p.tenant_id AND r.id = p.counts_as
	JOIN sites s ON s.tenant_id = p.tenant_id AND s.id = p.site_id
	WHERE p.tenant_id = @tenant_id`

func scanPlace(row *sql.Rows) (p workitem.Place, err error) {
	return p, row.Scan(append(projectTargets(&p.Project), &p.Site.ID, &p.Site.Tracker, &p.Site.Name)...)
}

// Project implements workitem.Store.
func (s *Store) Project(ctx context.Context, id ids.Tenant, project ids.Project) (workitem.ProjectDetails, error) {
	found, err := s.projects(ctx, id, ``, selectProject+` AND p.id = @id`, sql.Named("id", project))
	if err == nil && len(found) == 0 {
		err = workitem.ProjectNotFound()
	}
	if err != nil {
		return workitem.ProjectDetails{}, err
	}
	return found[0], nil
}

// Place implements workitem.Store.
func (s *Store) Place(ctx context.Context, id ids.Tenant, project ids.Project) (workitem.Place, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return workitem.Place{}, err
	}
	found, ok, err := engine.QueryOne(ctx, on, scanPlace, selectProject+` AND p.id = @id`, sql.Named("id", project))
	if err != nil {
		return workitem.Place{}, fmt.Errorf("read a project: %w", err)
	}
	if !ok {
		return workitem.Place{}, workitem.ProjectNotFound()
	}
	return found, nil
}

// Projects implements workitem.Store.
func (s *Store) Projects(
	ctx context.Context, id ids.Tenant, filter workitem.ProjectFilter, request page.Request,
) ([]workitem.ProjectDetails, error) {
	where, of := ``, ``
	if filter.General {
		// The number stands here, since an index with a condition is used for a constant alone.
		where = ` AND p.general_allowed = 1`
		of = ` AND n.project_id IN (SELECT g.id FROM projects g WHERE g.tenant_id = @tenant_id AND g.general_allowed = 1)`
	}
	return s.projects(ctx, id, of, selectProject+where+` AND (p.name_key > @after_key OR (p.name_key = @after_key AND p.id > @after_project))
		ORDER BY p.name_key, p.id`+s.dialect.Page,
		sql.Named("after_key", request.After.Name), sql.Named("after_project", request.After.ID.Key()),
		sql.Named("limit", request.Limit))
}

// projects reads several projects with their names. of narrows the names to read.
func (s *Store) projects(ctx context.Context, id ids.Tenant, of, text string, args ...any) ([]workitem.ProjectDetails, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	found, err := engine.QueryAll(ctx, on, func(row *sql.Rows) (p workitem.ProjectDetails, err error) {
		p.Place, err = scanPlace(row)
		return p, err
	}, text, args...)
	if err != nil {
		return nil, fmt.Errorf("read projects: %w", err)
	}
	byID := make(map[ids.Project]*workitem.ProjectDetails, len(found))
	for i := range found {
		byID[found[i].ID] = &found[i]
	}
	type seen struct {
		project ids.Project
		name    string
	}
	names, err := engine.QueryAll(ctx, on, func(row *sql.Rows) (n seen, err error) {
		return n, row.Scan(&n.project, &n.name)
	}, `SELECT n.project_id, n.name FROM project_names n WHERE n.tenant_id = @tenant_id`+of+` ORDER BY n.name_key, n.project_id`)
	if err != nil {
		return nil, fmt.Errorf("read names of projects: %w", err)
	}
	for _, n := range names {
		if p, wanted := byID[n.project]; wanted {
			p.Names = append(p.Names, n.name)
		}
	}
	return found, nil
}

// MergedProjects implements workitem.Store.
func (s *Store) MergedProjects(ctx context.Context, id ids.Tenant, site ids.Site) ([]workitem.Project, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	merged, err := engine.QueryAll(ctx, on, func(row *sql.Rows) (p workitem.Project, err error) {
		return p, row.Scan(projectTargets(&p)...)
	}, `SELECT `+projectColumns+`
		FROM projects p
		JOIN projects r ON r.tenant_id = p.tenant_id AND r.id = p.counts_as
		WHERE p.tenant_id = @tenant_id AND p.site_id = @site_id AND p.merged_into IS NOT NULL`, sql.Named("site_id", site))
	if err != nil {
		return nil, fmt.Errorf("read merged projects: %w", err)
	}
	return merged, nil
}

// UpdateProject implements workitem.Store.
func (s *Store) UpdateProject(ctx context.Context, id ids.Tenant, p workitem.Project) error {
	return s.saveWork(ctx, id, engine.Statement{One: true, Args: []any{
		sql.Named("id", p.ID),
		sql.Named("name", p.Name),
		sql.Named("name_key", workitem.NameKey(p.Name)),
		sql.Named("merged_into", p.MergedInto),
		sql.Named("merged_at", milliseconds(p.MergedAt)),
		sql.Named("merge_used", p.MergeUsed),
		sql.Named("counts_as", p.CountsAs.ID),
		sql.Named("billable", p.Rules.Billable),
		sql.Named("general_allowed", p.Rules.GeneralAllowed),
		sql.Named("revision", p.Revision),
	}, Text: `UPDATE projects SET name = @name, name_key = @name_key, merged_into = @merged_into, merged_at = @merged_at,
			merge_used = @merge_used, counts_as = @counts_as, billable = @billable, general_allowed = @general_allowed,
			revision = @revision
		WHERE tenant_id = @tenant_id AND id = @id AND revision = @revision - 1`})
}

// CountAs implements workitem.Store.
func (s *Store) CountAs(ctx context.Context, id ids.Tenant, project, as ids.Project) error {
	return s.saveWork(ctx, id, engine.Statement{One: true, Args: []any{sql.Named("id", project), sql.Named("counts_as", as)},
		Text: `UPDATE projects SET counts_as = @counts_as WHERE tenant_id = @tenant_id AND id = @id`})
}

// RenameSite implements workitem.Store.
func (s *Store) RenameSite(ctx context.Context, id ids.Tenant, site workitem.Site) error {
	key := workitem.NameKey(site.Name)
	name := []any{sql.Named("id", site.ID), sql.Named("name", site.Name), sql.Named("name_key", key)}
	return s.saveWork(ctx, id,
		engine.Statement{One: true, Args: name,
			Text: `UPDATE sites SET name = @name, name_key = @name_key WHERE tenant_id = @tenant_id AND id = @id`},
		engine.Statement{
			Args: []any{sql.Named("site_id", site.ID), sql.Named("name", site.Name), sql.Named("name_key", key)},
			Text: `INSERT INTO site_names (tenant_id, name_key, site_id, name)
				SELECT @tenant_id, @name_key, @site_id, @name
				WHERE NOT EXISTS (SELECT 1 FROM site_names
					WHERE tenant_id = @tenant_id AND name_key = @name_key AND site_id = @site_id)`,
		})
}

func (s *Store) saveWork(ctx context.Context, id ids.Tenant, statements ...engine.Statement) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	return tx.Save(ctx, statements, engine.On{engine.Duplicate: func(cause error) error {
		return errs.Wrap(cause, errs.Conflict, "name_taken", "Another one has this name.")
	}})
}

// DeleteViews implements workitem.PersonalStore.
func (s *Store) DeleteViews(ctx context.Context, id ids.Tenant, user ids.User) error {
	return s.removeOf(ctx, id, sql.Named("user_id", user), `DELETE FROM work_item_views WHERE tenant_id = @tenant_id AND user_id = @user_id`)
}

// DeletePins implements workitem.PersonalStore.
func (s *Store) DeletePins(ctx context.Context, id ids.Tenant, user ids.User) error {
	return s.removeOf(ctx, id, sql.Named("user_id", user), `DELETE FROM work_item_pins WHERE tenant_id = @tenant_id AND user_id = @user_id`)
}
