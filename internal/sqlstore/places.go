package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"

	"timetracker/internal/ids"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/workitem"
)

const (
	// maxPlaces is the greatest number of names of sites and projects that are remembered of a tenant with so many.
	maxPlaces = 200
	// maxAllPlaces is the greatest number of those of all tenants.
	maxAllPlaces = 50_000
)

// memory remembers each tenant's sites and projects with their names, but no work items: places change rarely, work
// items often. What is remembered of a tenant holds at one revision, which is a random number that the database takes
// anew with each change. So what a transaction has seen that was undone is of no use, and never wrong.
type memory struct {
	mu    sync.Mutex
	size  int // names of all tenants
	known map[ids.Tenant]*places
}

// places are a tenant's, at a revision. A tenant with too many has none here.
type places struct {
	revision int64
	names    int
	sites    []knownSite
}

type knownSite struct {
	workitem.Site

	keys     []string // of its names
	projects []knownProject
}

type knownProject struct {
	workitem.Project

	keys []string // of its names
}

func newMemory() *memory { return &memory{known: map[ids.Tenant]*places{}} }

// of gives what is remembered of a tenant; nil for nothing.
func (m *memory) of(id ids.Tenant) *places {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.known[id]
}

func (m *memory) remember(id ids.Tenant, p *places) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(id)
	// Any tenant may go, since its places are only read again.
	for victim := range m.known {
		if m.size+p.names <= maxAllPlaces {
			break
		}
		m.forget(victim)
	}
	m.known[id] = p
	m.size += p.names
}

func (m *memory) forget(id ids.Tenant) {
	if p, ok := m.known[id]; ok {
		m.size -= p.names
		delete(m.known, id)
	}
}

// candidates gives what the statement of Store.Candidates finds, without work items. ok is false unless all are of one
// site.
func (p *places) candidates(lookup workitem.Lookup) (found []workitem.Candidate, ok bool) {
	all := lookup.SiteKey == "" && lookup.SiteStableID == ""
	for _, site := range p.sites {
		c := workitem.Candidate{Site: site.Site, SiteNamed: slices.Contains(site.keys, lookup.SiteKey)}
		if !all && !c.SiteNamed && !same(site.StableID, lookup.SiteStableID) {
			continue
		}
		if len(found) > 0 {
			return nil, false
		}
		for _, project := range site.projects {
			named := slices.Contains(project.keys, lookup.ProjectKey)
			if named || same(project.StableID, lookup.ProjectStableID) {
				c.Project, c.ProjectNamed = project.Project, named
				found = append(found, c)
			}
		}
		if len(found) == 0 {
			found = append(found, c)
		}
	}
	return found, len(found) > 0
}

// same compares stable ids, which may be unknown.
func same(one, other string) bool { return one == other && one != "" }

// remembered finds a look-up's candidates among the places that are remembered, and reads only the work item. ok is false
// when that is impossible.
func (s *Store) remembered(
	ctx context.Context, on engine.Session, id ids.Tenant, lookup workitem.Lookup,
) (candidates []workitem.Candidate, ok bool, err error) {
	if !s.dialect.Local {
		return nil, false, nil // the work item costs the round trip of the whole look-up
	}
	p := s.places.of(id)
	for range 2 {
		if p == nil {
			if p, err = readPlaces(ctx, on); err != nil || p == nil {
				return nil, false, err
			}
			s.places.remember(id, p)
		}
		if candidates, ok = p.candidates(lookup); !ok {
			return nil, false, nil
		}
		if ok, err = p.addItem(ctx, on, lookup, candidates); ok || err != nil {
			return candidates, ok, err
		}
		p = nil
	}
	return nil, false, nil
}

// addItem adds a look-up's work item to its candidates. ok is false when places have another revision by now.
func (p *places) addItem(
	ctx context.Context, on engine.Session, lookup workitem.Lookup, candidates []workitem.Candidate,
) (ok bool, err error) {
	var revision int64
	var item workitem.Candidate
	_, ok, err = engine.QueryOne(ctx, on, func(row *sql.Rows) (struct{}, error) {
		return struct{}{}, row.Scan(append(itemTargets(&item.Item, &item.View), &revision)...)
	}, `SELECT `+itemColumns+`, g.revision
		FROM place_revisions g
		LEFT JOIN work_items w ON w.tenant_id = g.tenant_id AND w.site_id = @site_id AND w.number = @number
		LEFT JOIN work_item_views v ON v.tenant_id = w.tenant_id AND v.user_id = @user_id AND v.work_item_id = w.id
		WHERE g.tenant_id = @tenant_id`,
		sql.Named("site_id", candidates[0].Site.ID), sql.Named("number", lookup.Number), sql.Named("user_id", lookup.User))
	if err != nil {
		return false, fmt.Errorf("look up a work item of a known project: %w", err)
	}
	for i := range candidates {
		candidates[i].Item, candidates[i].View = item.Item, item.View
	}
	return ok && revision == p.revision, nil
}

// readPlaces reads a tenant's places; nil when there are none, or they change meanwhile.
func readPlaces(ctx context.Context, on engine.Session) (*places, error) {
	type name struct {
		key      string
		revision int64
		site     workitem.Site
		project  workitem.Project
	}
	sites, err := engine.QueryAll(ctx, on, func(row *sql.Rows) (n name, err error) {
		return n, row.Scan(&n.key, nullable[int64]{&n.revision}, &n.site.ID, &n.site.Tracker, nullable[string]{&n.site.StableID}, &n.site.Name)
	}, `SELECT n.name_key, (SELECT revision FROM place_revisions WHERE tenant_id = @tenant_id), s.id, s.tracker,
			s.stable_id, s.name
		FROM site_names n JOIN sites s ON s.tenant_id = n.tenant_id AND s.id = n.site_id
		WHERE n.tenant_id = @tenant_id LIMIT +@limit`, sql.Named("limit", maxPlaces+1))
	if err != nil {
		return nil, fmt.Errorf("read the names of sites: %w", err)
	}
	projects, err := engine.QueryAll(ctx, on, func(row *sql.Rows) (n name, err error) {
		return n, row.Scan(append([]any{&n.key, nullable[int64]{&n.revision}}, projectTargets(&n.project)...)...)
	}, `SELECT m.name_key, (SELECT revision FROM place_revisions WHERE tenant_id = @tenant_id), `+projectColumns+`
		FROM project_names m
		JOIN projects p ON p.tenant_id = m.tenant_id AND p.id = m.project_id
		JOIN projects r ON r.tenant_id = p.tenant_id AND r.id = p.counts_as
		WHERE m.tenant_id = @tenant_id LIMIT +@limit`, sql.Named("limit", maxPlaces+1))
	if err != nil {
		return nil, fmt.Errorf("read the names of projects: %w", err)
	}
	if len(sites) == 0 || len(projects) == 0 || sites[0].revision == 0 || sites[0].revision != projects[0].revision {
		return nil, nil //nolint:nilnil // documented above
	}
	p := &places{revision: sites[0].revision, names: len(sites) + len(projects)}
	if len(sites) > maxPlaces || len(projects) > maxPlaces {
		p.names = 1
		return p, nil
	}
	for _, n := range sites {
		p.site(n.site).add(n.key)
	}
	for _, n := range projects {
		p.site(workitem.Site{ID: n.project.SiteID}).addProject(n.project, n.key)
	}
	return p, nil
}

// site finds a site, which is added when it is new.
func (p *places) site(site workitem.Site) *knownSite {
	at := slices.IndexFunc(p.sites, func(known knownSite) bool { return known.ID == site.ID })
	if at < 0 {
		at, p.sites = len(p.sites), append(p.sites, knownSite{Site: site})
	}
	return &p.sites[at]
}

func (s *knownSite) add(key string) { s.keys = append(s.keys, key) }

func (s *knownSite) addProject(project workitem.Project, key string) {
	at := slices.IndexFunc(s.projects, func(known knownProject) bool { return known.ID == project.ID })
	if at < 0 {
		at, s.projects = len(s.projects), append(s.projects, knownProject{Project: project})
	}
	s.projects[at].keys = append(s.projects[at].keys, key)
}
