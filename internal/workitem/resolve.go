package workitem

import (
	"cmp"
	"slices"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
)

// Lookup asks for everything stored that names and stable ids may mean. Empty fields find nothing, except for SiteKey.
// Without it and without a stable id, every site is meant.
type Lookup struct {
	SiteStableID    string
	SiteKey         string // see NameKey
	ProjectStableID string
	ProjectKey      string
	Number          string
	User            ids.User // whose view of the work item is found
}

// Candidate is a site that a Lookup finds, with one of the projects and the work item that it finds there.
type Candidate struct {
	Site         Site
	SiteNamed    bool    // the site was seen under the name
	Project      Project // zero: none
	ProjectNamed bool    // the project was seen under the name
	Item         Item    // zero: none
	View         View    // of the item
}

// Resolved is what a claim means.
type Resolved struct {
	Claim   Claim
	Site    Site
	Project Project // recorded under; shown as Project.CountsAs
	Item    Item
	User    ids.User // who claims it
	View    View     // the claimant's, of the item
	New     Novelty
}

// Novelty says what of a claim the store doesn't have yet.
type Novelty struct {
	Site            bool
	SiteStableID    bool // the site had only names so far
	SiteName        bool
	Project         bool
	ProjectStableID bool // the project had only names so far
	ProjectName     bool
	Item            bool
	ItemFacts       bool // its project, title or type
	View            bool // the claimant's client says another title or type than before
	MergeUse        bool // the project was merged, and this is the first entry on it since
}

// adds says whether more is new than the facts of a work item, which anybody may write at any time.
func (n Novelty) adds() bool {
	n.ItemFacts, n.View = false, false
	return n != Novelty{}
}

// names says whether a site, a project or a name is new: what a tenant may have only so many of.
func (n Novelty) names() bool { return n.Site || n.SiteName || n.Project || n.ProjectName }

// The bounds of what claims can make. Far more than an organization has, and few enough for a look-up of a start to stay
// short whoever claims what.
const (
	MaxSites         = 100   // of a tenant
	MaxProjects      = 5_000 // of a tenant
	MaxProjectsAlike = 20    // of a site, with one name
	MaxNames         = 50    // of a site or a project
)

// Counts are what a tenant has already.
type Counts struct {
	Sites         int
	Projects      int
	ProjectsAlike int // of the site, with the name of the project
	SiteNames     int // of the site
	ProjectNames  int // of the project
}

// within refuses what would exceed the bounds. A further name of something known is passed over, since its id tells it.
func (r Resolved) within(counts Counts) (Resolved, error) {
	if r.New.Site && counts.Sites >= MaxSites {
		return Resolved{}, errs.New(errs.RuleBroken, "too_many_organizations",
			"Your organization works in too many other ones here. Ask an administrator.").
			WithField("/work_item/organization", "too_many", "must be one that is known")
	}
	if r.New.Project && (counts.Projects >= MaxProjects || counts.ProjectsAlike >= MaxProjectsAlike) {
		return Resolved{}, errs.New(errs.RuleBroken, "too_many_projects",
			"There are too many projects, or too many of this name. Ask an administrator to merge some.").
			WithField("/work_item/project", "too_many", "must be one that is known")
	}
	r.New.SiteName = r.New.SiteName && (r.New.Site || counts.SiteNames < MaxNames)
	r.New.ProjectName = r.New.ProjectName && (r.New.Project || counts.ProjectNames < MaxNames)
	return r, nil
}

// WorkItem is the work item with the claimant's view.
func (r Resolved) WorkItem() WorkItem {
	return WorkItem{
		ID: r.Item.ID, Site: r.Site.Ref(), Project: r.Project.CountsAs,
		Number: r.Item.Number, Title: r.Item.Title, Type: r.Item.Type, Reading: r.Item.Reading, View: r.View,
	}
}

// lookup asks for everything that a user's claim may mean.
func (c Claim) lookup(user ids.User) Lookup {
	return Lookup{
		User:         user,
		SiteStableID: c.Site.StableID, SiteKey: NameKey(c.Site.Name),
		ProjectStableID: c.Project.StableID, ProjectKey: NameKey(c.Project.Name), Number: c.Number,
	}
}

// resolve finds what a user's claim means among the candidates. What is new gets its id here.
func resolve(claim Claim, user ids.User, candidates []Candidate) Resolved {
	r := Resolved{Claim: claim, User: user}
	r.chooseSite(candidates)
	r.chooseProject(candidates)
	r.chooseItem(candidates)
	return r
}

func (r *Resolved) chooseSite(candidates []Candidate) {
	claim := r.Claim.Site
	chosen, found := chooseSite(candidates, r.Claim.Tracker, claim)
	if !found {
		r.Site = Site{ID: ids.New[ids.Site](), Tracker: r.Claim.Tracker, StableID: claim.StableID, Name: claim.Name}
		r.New.Site, r.New.SiteName = true, true
		return
	}
	r.Site = chosen.Site
	r.New.SiteName = !chosen.SiteNamed
	if claim.StableID != "" && r.Site.StableID == "" {
		r.Site.StableID, r.New.SiteStableID = claim.StableID, true
	}
}

func (r *Resolved) chooseProject(candidates []Candidate) {
	claim := r.Claim.Project
	chosen, found := chooseProject(candidates, r.Site.ID, claim)
	if !found {
		p := Project{ID: ids.New[ids.Project](), SiteID: r.Site.ID, StableID: claim.StableID, Name: claim.Name, Revision: 1}
		p.CountsAs = p.Ref()
		r.Project = p
		r.New.Project, r.New.ProjectName = true, true
		return
	}
	r.Project = chosen.Project
	r.New.ProjectName = !chosen.ProjectNamed
	r.New.MergeUse = r.Project.Merged() && !r.Project.MergeUsed
	if claim.StableID != "" && r.Project.StableID == "" {
		r.Project.StableID, r.New.ProjectStableID = claim.StableID, true
	}
}

func (r *Resolved) chooseItem(candidates []Candidate) {
	said := r.Claim
	r.Item = Item{ID: ids.New[ids.WorkItem](), Number: said.Number, ProjectID: r.Project.ID, Title: said.Title, Type: said.Type}
	r.New.Item = true
	for _, c := range candidates {
		if c.Site.ID != r.Site.ID || c.Item.ID.IsZero() {
			continue
		}
		r.Item, r.View = c.Item, c.View
		r.Item.ProjectID = r.Project.ID
		// Nobody overwrites what the tracker has said. A claim without a title keeps the stored one.
		if c.Item.Reading.At.IsZero() {
			r.Item.Title, r.Item.Type = cmp.Or(said.Title, c.Item.Title), cmp.Or(said.Type, c.Item.Type)
		}
		r.New.Item, r.New.ItemFacts = false, r.Item != c.Item
		break
	}
	if r.View.ReadAt.IsZero() {
		known := r.View
		r.View.Title, r.View.Type = cmp.Or(said.Title, known.Title), cmp.Or(said.Type, known.Type)
		r.New.View = r.View != known
	}
}

// chooseSite finds the site that a claim names, first by the stable id. A site that has only names so far may get the
// id. A site with another id is another site.
func chooseSite(candidates []Candidate, tracker Tracker, claim Named) (chosen Candidate, found bool) {
	there := slices.DeleteFunc(slices.Clone(candidates), func(c Candidate) bool { return c.Site.Tracker != tracker })
	return choose(there, func(c Candidate) identity {
		return identity{
			stableID: c.Site.StableID, named: c.SiteNamed, name: c.Site.Name, id: ids.Any(c.Site.ID),
		}
	}, claim)
}

// chooseProject is chooseSite for the projects of a site. A merged project gets no id, since an admin has decided whose
// it is.
func chooseProject(candidates []Candidate, site ids.Site, claim Named) (chosen Candidate, found bool) {
	there := slices.DeleteFunc(slices.Clone(candidates), func(c Candidate) bool {
		return c.Site.ID != site || c.Project.ID.IsZero()
	})
	return choose(there, func(c Candidate) identity {
		return identity{
			stableID: c.Project.StableID, named: c.ProjectNamed, name: c.Project.Name, id: ids.Any(c.Project.ID),
			settled: c.Project.Merged(),
		}
	}, claim)
}

// identity is what distinguishes sites and projects.
type identity struct {
	stableID string
	named    bool // it was seen under the claimed name
	name     string
	id       ids.Any
	settled  bool // it gets no stable id any more
}

// choose finds the candidate that a claim names. Of several with the name it takes one whose accepted name it is, then
// the oldest. A claim with another id must not take the name from what has it.
func choose(candidates []Candidate, of func(Candidate) identity, claim Named) (chosen Candidate, found bool) {
	key := NameKey(claim.Name)
	better := func(a, b identity) bool {
		if accepted := NameKey(a.name) == key; accepted != (NameKey(b.name) == key) {
			return accepted
		}
		return a.id.Compare(b.id) < 0
	}
	for _, c := range candidates {
		one := of(c)
		if claim.StableID != "" && one.stableID == claim.StableID {
			return c, true
		}
		fits := one.named && (claim.StableID == "" || (one.stableID == "" && !one.settled))
		if fits && (!found || better(one, of(chosen))) {
			chosen, found = c, true
		}
	}
	return chosen, found
}
