package workitem

import (
	"time"

	"timetracker/internal/ids"
)

// Site is where projects and work items are: an organization of Azure DevOps.
type Site struct {
	ID       ids.Site
	Tracker  Tracker
	StableID string // the tracker's own id; empty: not known yet
	Name     string // the accepted name
}

// Project is a project of a site.
type Project struct {
	ID       ids.Project
	SiteID   ids.Site
	StableID string // the tracker's own id; empty: not known yet, or none
	Name     string // the accepted name
	// MergedInto is the project that an admin has merged this one into; zero: none.
	MergedInto ids.Project
	MergedAt   time.Time
	// MergeUsed says that something was recorded on the project after its merge, so that the merge can't be undone.
	MergeUsed bool
	// CountsAs is the project under which time recorded on this one is shown: itself, or the end of its chain of
	// merges.
	CountsAs ProjectRef
	Revision int64 // 1 for a new project; counts what admins change
}

// Merged says whether the project was merged into another one.
func (p Project) Merged() bool { return !p.MergedInto.IsZero() }

// ProjectRef is a project as shown beside a work item.
type ProjectRef struct {
	ID   ids.Project
	Name string
}

// Ref is the project as it is shown while it isn't merged.
func (p Project) Ref() ProjectRef { return ProjectRef{ID: p.ID, Name: p.Name} }

// SiteRef is a site as shown beside a work item.
type SiteRef struct {
	ID      ids.Site
	Tracker Tracker
	Name    string
}

// Ref is the site as it is shown.
func (s Site) Ref() SiteRef { return SiteRef{ID: s.ID, Tracker: s.Tracker, Name: s.Name} }

// Item is what is stored of a work item.
type Item struct {
	ID        ids.WorkItem
	Number    string      // or key: the tracker's own id within the site
	ProjectID ids.Project // in which it was last seen
	Title     string
	Type      string
}

// WorkItem is a work item as it is shown. Beside an entry, Project is the one under which the entry was recorded.
type WorkItem struct {
	ID      ids.WorkItem // zero: unknown
	Site    SiteRef
	Project ProjectRef
	Number  string
	Title   string
	Type    string
}
