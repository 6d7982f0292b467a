package workitem

import (
	"context"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/plaintext"
	"timetracker/internal/tenant"
)

// Service applies the rules of work's identity.
type Service struct {
	store   Store
	remote  Remote
	now     func() time.Time
	reading turns
	paused  pauses

	searching turns
}

// NewService makes a Service. remote may be nil; then no tracker is asked. now is the server's clock.
func NewService(store Store, remote Remote, now func() time.Time) *Service {
	return &Service{store: store, remote: remote, now: calendar.Clock(now)}
}

// Resolve finds what a claim of work in a project means. It changes nothing: Settle and Keep write what is new.
func (s *Service) Resolve(ctx context.Context, m tenant.Member, claim Claim) (Resolved, error) {
	if err := claim.inProject(); err != nil {
		return Resolved{}, err
	}
	return s.resolve(ctx, m, claim)
}

func (s *Service) resolve(ctx context.Context, m tenant.Member, claim Claim) (Resolved, error) {
	claim, err := claim.normalize(m.Tenant.AzureDevOpsOrganization)
	if err != nil {
		return Resolved{}, err
	}
	candidates, err := s.store.Candidates(ctx, m.Tenant.ID, claim.lookup(m.User.ID))
	if err != nil {
		return Resolved{}, err
	}
	return resolve(claim, m.User.ID, candidates), nil
}

// Settle resolves a claim with something new once more, in the caller's transaction. Until its end nobody else adds to
// the tenant's work. So it finds everything that was added before.
func (s *Service) Settle(ctx context.Context, m tenant.Member, r Resolved) (Resolved, error) {
	if !r.New.adds() {
		return r, nil
	}
	if err := s.store.LockWork(ctx, m.Tenant.ID); err != nil {
		return Resolved{}, err
	}
	r, err := s.resolve(ctx, m, r.Claim)
	if err != nil || !r.New.names() {
		return r, err
	}
	counts, err := s.store.WorkCounts(ctx, m.Tenant.ID, r.Site.ID, r.Project)
	if err != nil {
		return Resolved{}, err
	}
	return r.within(counts)
}

// Keep writes what is new of a settled claim, in the caller's transaction.
func (s *Service) Keep(ctx context.Context, m tenant.Member, r Resolved) error {
	if r.New == (Novelty{}) {
		return nil
	}
	return s.store.Remember(ctx, m.Tenant.ID, r)
}

// Find is the work item that a claim means, which needs no project. An unknown item has no id.
func (s *Service) Find(ctx context.Context, m tenant.Member, claim Claim) (WorkItem, error) {
	r, err := s.resolve(ctx, m, claim)
	if err != nil {
		return WorkItem{}, err
	}
	if r.Claim.Project.Name == "" && r.New.Project && !r.New.Item {
		return s.Get(ctx, m, r.Item.ID)
	}
	found := r.WorkItem()
	if r.New.Site {
		found.Site.ID = ids.Site{}
	}
	if r.New.Project {
		found.Project.ID = ids.Project{}
	}
	if r.New.Item {
		found.ID = ids.WorkItem{}
	}
	return found, nil
}

// Get is the work item with the id, with the member's view and the project in which it was last seen.
func (s *Service) Get(ctx context.Context, m tenant.Member, id ids.WorkItem) (WorkItem, error) {
	found, err := s.store.WorkItems(ctx, m.Tenant.ID, m.User.ID, []ids.WorkItem{id})
	if err == nil && len(found) == 0 {
		err = NotFound()
	}
	if err != nil {
		return WorkItem{}, err
	}
	return found[0], nil
}

// Reference names work in an address, each part by our id or by the tracker's name. Empty parts do not narrow.
type Reference struct {
	Tracker Tracker
	Site    string // empty: the tenant's organization for a work item's number, any site for a project's name
	Project string
	Item    string // our id, or the number within the site
}

// Scope is what a Reference means. Zero fields do not narrow.
type Scope struct {
	Site     ids.Site
	Projects []ids.Project // under which time is shown
	WorkItem ids.WorkItem
}

// normalize writes names as in a claim. ok is false for blanks alone and for the zero id: nothing has them, and neither may
// become a scope that narrows nothing.
func (r Reference) normalize() (normal Reference, ok bool) {
	for _, text := range []*string{&r.Site, &r.Project, &r.Item} {
		if *text == "" {
			continue
		}
		*text = plaintext.CleanLine(*text)
		if id, err := ids.Parse[ids.Any](*text); *text == "" || (err == nil && id.IsZero()) {
			return Reference{}, false
		}
	}
	if rules, known := trackers[r.Tracker]; known {
		r.Site = rules.siteName(r.Site)
	}
	return r, true
}

// Narrow finds what a reference means; found is false when it means nothing. A work item is the same in every project,
// so a reference to one ignores the project.
func (s *Service) Narrow(ctx context.Context, m tenant.Member, ref Reference) (scope Scope, found bool, err error) {
	ref, found = ref.normalize()
	if !found {
		return Scope{}, false, nil
	}
	if ref.Item != "" {
		ref.Project = ""
	}
	if id, err := ids.Parse[ids.WorkItem](ref.Item); err == nil {
		scope.WorkItem, ref.Item = id, ""
	}
	if id, err := ids.Parse[ids.Project](ref.Project); err == nil {
		project, err := s.store.Project(ctx, m.Tenant.ID, id)
		if errs.Is(err, errs.NotFound) {
			return Scope{}, false, nil
		}
		if err != nil {
			return Scope{}, false, err
		}
		scope.Projects, ref.Project = []ids.Project{project.CountsAs.ID}, ""
	}
	if id, err := ids.Parse[ids.Site](ref.Site); err == nil {
		scope.Site, ref.Site = id, ""
	}
	if ref.Site == "" && scope.Site.IsZero() && ref.Item != "" {
		ref.Site = m.Tenant.AzureDevOpsOrganization
	}
	if ref.Site == "" && ref.Project == "" && ref.Item == "" {
		return scope, true, nil
	}
	candidates, err := s.store.Candidates(ctx, m.Tenant.ID, Lookup{
		SiteKey: NameKey(ref.Site), ProjectKey: NameKey(ref.Project), Number: ref.Item,
	})
	if err != nil {
		return Scope{}, false, err
	}
	scope, found = narrow(scope, ref, candidates)
	return scope, found, nil
}

// narrow adds to a scope what a reference names.
func narrow(scope Scope, ref Reference, candidates []Candidate) (Scope, bool) {
	if ref.Site != "" {
		chosen, found := chooseSite(candidates, ref.Tracker, Named{Name: ref.Site})
		if !found {
			return Scope{}, false
		}
		scope.Site = chosen.Site.ID
	}
	done := map[ids.Site]bool{}
	for _, c := range candidates {
		site := c.Site.ID
		if done[site] || (scope.Site != site && !scope.Site.IsZero()) {
			continue
		}
		done[site] = true
		if project, found := chooseProject(candidates, site, Named{Name: ref.Project}); found && ref.Project != "" {
			scope.Projects = append(scope.Projects, project.Project.CountsAs.ID)
		}
		if ref.Item != "" {
			scope.WorkItem = c.Item.ID
		}
	}
	return scope, (ref.Project == "" || len(scope.Projects) > 0) && (ref.Item == "" || !scope.WorkItem.IsZero())
}
