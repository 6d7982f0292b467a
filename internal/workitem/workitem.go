package workitem

import (
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/tenant"
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
	// Rules are what admins have decided for time on the project, and Holds those of CountsAs, by which its time goes.
	Rules, Holds ProjectRules
	// CountsAs is the project under which time recorded on this one is shown: itself, or the end of its chain of
	// merges.
	CountsAs ProjectRef
	Revision int64 // 1 for a new project; counts what admins change
}

// ProjectRules are what admins decide for time on a project.
type ProjectRules struct {
	Billable       *bool // whether time on it is billable; nil: as its activity says
	GeneralAllowed bool  // time may be recorded on it without a work item
}

// BillableWith says whether time on the project is billable, unless somebody decides otherwise.
func (r ProjectRules) BillableWith(activity bool) bool {
	if r.Billable != nil {
		return *r.Billable
	}
	return activity
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
	Reading   Reading
}

// Reading is what was read of a work item from its tracker, beside title and type. It is zero for an item that was never
// read.
type Reading struct {
	State    string
	Assignee string // the name shown; empty: nobody
	// AssigneeAddress is that with which the assignee signs in, by which an erasure knows namesakes; empty: it isn't known.
	AssigneeAddress string
	Parent          string // the parent's number; empty: none
	Hours           Hours
	Revision        int64
	At              time.Time
}

// View is what one person has of a work item.
type View struct {
	Title, Type string    // that the person's own client has said
	ReadAt      time.Time // when a read with the person's rights returned the item last; zero: never, or a later one did not
	AskedAt     time.Time // when the tracker answered such a read last, with the item or without; zero: never
}

// Hidden says that the tracker has answered the person without the item.
func (v View) Hidden() bool { return !v.AskedAt.IsZero() && v.ReadAt.IsZero() }

// WorkItem is a work item as it is stored, with the view of the person beside whom it is stored. SeenBy makes of it what
// a member may see. Beside an entry, View is that of the entry's owner, and Project the one under which the entry was
// recorded.
type WorkItem struct {
	ID      ids.WorkItem // zero: unknown
	Site    SiteRef
	Project ProjectRef
	Number  string
	Title   string
	Type    string
	Reading Reading
	View    View
}

// ShownTo says whether the member may see what others have made of the work item. Admins may, and so may everybody whose own
// read returned it. For who is no admin, View must be their own.
func (w WorkItem) ShownTo(m tenant.Member) bool {
	return !w.View.ReadAt.IsZero() || m.User.Role.Allows(tenant.RoleAdmin)
}

// SeenBy is the work item as the member sees it. Admins see what is known of it. Everybody else does when the tracker has
// shown it to them, and otherwise sees what their own client has said of it. For who is no admin, View must be their own.
func (w WorkItem) SeenBy(m tenant.Member) WorkItem {
	if !w.ShownTo(m) {
		w.Title, w.Type, w.Reading = w.View.Title, w.View.Type, Reading{}
	}
	w.View = View{}
	return w
}
