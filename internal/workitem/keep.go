package workitem

import (
	"context"
	"slices"
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

// answer is what a tracker has said to one person.
type answer struct {
	site  SiteRef
	asked []string // numbers
	facts []Facts  // of those that the person can see
	at    time.Time
}

// Observation is what one person's read has shown of a work item.
type Observation struct {
	Item Item // with the project in which it is now
	Seen bool // the tracker has returned it; otherwise only Item.ID counts
	At   time.Time
}

// KeepRead keeps what a tracker has said to the member, who has asked for work items of a site by number. Those that are
// not stored are not kept, but for parents of those that are.
func (s *Service) KeepRead(ctx context.Context, m tenant.Member, site SiteRef, asked []string, facts []Facts) error {
	return s.keep(ctx, m, answer{site: site, asked: asked, facts: facts, at: s.now()})
}

// keep writes an answer. Items that moved follow the project's stable id. A project that is called otherwise now gets its
// new name, since the tracker itself has said it.
func (s *Service) keep(ctx context.Context, m tenant.Member, read answer) error {
	if len(read.asked) == 0 {
		return nil
	}
	return s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		projects, err := s.projectsOf(ctx, m, read)
		if err != nil {
			return err
		}
		stored, err := s.store.WorkItemsByNumber(ctx, m.Tenant.ID, m.User.ID, read.site.ID, read.asked)
		if err != nil {
			return err
		}
		if stored, err = s.addParents(ctx, m, read, stored, projects); err != nil {
			return err
		}
		var seen []Observation
		for _, item := range stored {
			o := Observation{Item: Item{ID: item.ID}, At: read.at}
			if i := slices.IndexFunc(read.facts, func(f Facts) bool { return f.Number == item.Number }); i >= 0 {
				o.Item, o.Seen = itemOf(item.ID, projects[read.facts[i].Project], read.facts[i], read.at), true
			}
			seen = append(seen, o)
		}
		return s.store.Observe(ctx, m.Tenant.ID, m.User.ID, seen)
	})
}

func itemOf(id ids.WorkItem, project ids.Project, f Facts, at time.Time) Item {
	return Item{
		ID: id, Number: f.Number, ProjectID: project, Title: cut(f.Title, titleLength), Type: cut(f.Type, typeLength),
		Reading: Reading{
			State: cut(f.State, typeLength), Assignee: cut(f.Assignee, titleLength), AssigneeAddress: f.AssigneeAddress, Parent: f.Parent, Hours: f.Hours,
			Revision: f.Revision, At: at,
		},
	}
}

// addParents stores the parents of stored items that are not stored yet, and gives all.
func (s *Service) addParents(
	ctx context.Context, m tenant.Member, read answer, stored []WorkItem, projects map[Named]ids.Project,
) ([]WorkItem, error) {
	isStored := func(number string) bool {
		return slices.ContainsFunc(stored, func(w WorkItem) bool { return w.Number == number })
	}
	byNumber := make(map[string]Facts, len(read.facts))
	for _, f := range read.facts {
		byNumber[f.Number] = f
	}
	locked := false
	for i := 0; i < len(stored); i++ { // it grows, since parents have parents
		parent, ok := byNumber[byNumber[stored[i].Number].Parent]
		if !ok || isStored(parent.Number) {
			continue
		}
		if !locked {
			if err := s.store.LockWork(ctx, m.Tenant.ID); err != nil {
				return nil, err
			}
			locked = true
			again, err := s.store.WorkItemsByNumber(ctx, m.Tenant.ID, m.User.ID, read.site.ID, read.asked)
			if err != nil {
				return nil, err
			}
			stored, i = again, -1
			continue
		}
		item := itemOf(ids.New[ids.WorkItem](), projects[parent.Project], parent, read.at)
		added := Resolved{Site: Site{ID: read.site.ID}, Item: item, New: Novelty{Item: true}}
		if err := s.store.Remember(ctx, m.Tenant.ID, added); err != nil {
			return nil, err
		}
		stored = append(stored, WorkItem{ID: item.ID, Site: read.site, Number: item.Number})
	}
	return stored, nil
}

// projectsOf finds the project of each item of an answer, and adds what is new.
func (s *Service) projectsOf(ctx context.Context, m tenant.Member, read answer) (map[Named]ids.Project, error) {
	projects := make(map[Named]ids.Project)
	for _, f := range read.facts {
		if _, done := projects[f.Project]; done {
			continue
		}
		r, err := s.projectOf(ctx, m, read.site, f.Project)
		if err == nil && (r.New.adds() || renamed(r)) {
			r, err = s.settleProject(ctx, m, read.site, f.Project)
		}
		if err != nil {
			return nil, err
		}
		projects[f.Project] = r.Project.ID
	}
	return projects, nil
}

// projectOf finds the project of a site that a tracker has named.
func (s *Service) projectOf(ctx context.Context, m tenant.Member, site SiteRef, said Named) (Resolved, error) {
	rules := trackers[site.Tracker]
	if id, ok := rules.stableID(said.StableID); ok {
		said.StableID = id
	}
	r := Resolved{
		Claim: Claim{Tracker: site.Tracker, Site: Named{Name: site.Name}, Project: said},
		Site:  Site{ID: site.ID, Tracker: site.Tracker, Name: site.Name},
	}
	candidates, err := s.store.Candidates(ctx, m.Tenant.ID, r.Claim.lookup(ids.User{}))
	if err != nil {
		return Resolved{}, err
	}
	r.chooseProject(candidates)
	r.New.MergeUse = false // nothing is recorded by reading
	return r, nil
}

// settleProject does projectOf under the lock of the tenant's work, and writes what is new.
func (s *Service) settleProject(ctx context.Context, m tenant.Member, site SiteRef, said Named) (Resolved, error) {
	if err := s.store.LockWork(ctx, m.Tenant.ID); err != nil {
		return Resolved{}, err
	}
	r, err := s.projectOf(ctx, m, site, said)
	if err != nil {
		return Resolved{}, err
	}
	if r.New.names() {
		counts, err := s.store.WorkCounts(ctx, m.Tenant.ID, site.ID, r.Project)
		if err != nil {
			return Resolved{}, err
		}
		if r, err = r.within(counts); err != nil {
			return Resolved{}, err
		}
	}
	if r.New.adds() {
		if err := s.store.Remember(ctx, m.Tenant.ID, r); err != nil {
			return Resolved{}, err
		}
	}
	if renamed(r) {
		r.Project.Name = r.Claim.Project.Name
		r.Project.Revision++
		err = s.store.UpdateProject(ctx, m.Tenant.ID, r.Project)
	}
	return r, err
}

// renamed says whether the tracker calls a project otherwise than we do. Only the stable id tells that it is the same.
func renamed(r Resolved) bool {
	said := r.Claim.Project
	return !r.New.Project && said.StableID != "" && r.Project.StableID == said.StableID && said.Name != "" &&
		r.Project.Name != said.Name
}

// siteOf is the stored site with the name; found is false when nothing was recorded there.
func (s *Service) siteOf(ctx context.Context, m tenant.Member, name string) (site SiteRef, found bool, err error) {
	candidates, err := s.store.Candidates(ctx, m.Tenant.ID, Lookup{SiteKey: NameKey(name)})
	if err != nil {
		return SiteRef{}, false, err
	}
	chosen, found := chooseSite(candidates, AzureDevOps, Named{Name: name})
	return chosen.Site.Ref(), found, nil
}
