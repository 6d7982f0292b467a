package workitem

import (
	"context"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
)

// Store keeps sites, projects and work items. Methods called with a context that Tx gave out belong to that
// transaction; the others read what is committed.
type Store interface {
	tenant.ConcealedStore

	// Tx runs fn in one transaction: everything is kept, or nothing when fn gives an error. fn may run more than once.
	Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error

	// Candidates finds everything that a lookup may mean, in any order: a row for each site, with each project found
	// there.
	Candidates(ctx context.Context, id ids.Tenant, lookup Lookup) ([]Candidate, error)
	// LockWork makes other transactions that lock the tenant's sites, projects and work items wait until this one ends. Only
	// within Tx.
	LockWork(ctx context.Context, id ids.Tenant) error
	// WorkCounts counts what the tenant has of sites and projects, and what the site and the project have of names. Only
	// within Tx and after LockWork.
	WorkCounts(ctx context.Context, id ids.Tenant, site ids.Site, project Project) (Counts, error)
	// Remember writes what is new of a claim. Only within Tx and after LockWork, unless only facts of the item and the
	// claimant's view are new.
	// The error may come out at the transaction's end.
	Remember(ctx context.Context, id ids.Tenant, r Resolved) error

	// WorkItems are those of the work items that the tenant has, in any order. Each has the project in which it was last
	// seen, and the user's view.
	WorkItems(ctx context.Context, id ids.Tenant, user ids.User, items []ids.WorkItem) ([]WorkItem, error)
	// WorkItemsByNumber is WorkItems for numbers of a site.
	WorkItemsByNumber(ctx context.Context, id ids.Tenant, user ids.User, site ids.Site, numbers []string) ([]WorkItem, error)
	// Observe writes what a user's reads have shown of stored work items, and the user's views of them. What is stored of
	// a later revision stays. Only within Tx.
	Observe(ctx context.Context, id ids.Tenant, user ids.User, seen []Observation) error
	// Recent are at most limit work items of a user. Pinned ones come first, in the order of their pins, then those of
	// the latest entries.
	Recent(ctx context.Context, id ids.Tenant, user ids.User, limit int) ([]Recent, error)
	// Unread are a user's pinned work items and those of the latest entries, limit in number. It leaves out those for
	// which a read with the user's rights was answered.
	Unread(ctx context.Context, id ids.Tenant, user ids.User, limit int) ([]ids.WorkItem, error)
	// CountPins counts what a user has pinned, without a work item.
	CountPins(ctx context.Context, id ids.Tenant, user ids.User, without ids.WorkItem) (int, error)
	// Pin pins a work item for a user, unless it is pinned. Only within Tx.
	Pin(ctx context.Context, id ids.Tenant, user ids.User, item ids.WorkItem, at time.Time) error
	// Unpin takes a pin away; found is false when there is none. Only within Tx.
	Unpin(ctx context.Context, id ids.Tenant, user ids.User, item ids.WorkItem) (found bool, err error)
	// Project is the project with the id; errs.NotFound when the tenant has none.
	Project(ctx context.Context, id ids.Tenant, project ids.Project) (ProjectDetails, error)
	// Place is the project with the id and its site, which is less to read than Project; errs.NotFound when the tenant has
	// none.
	Place(ctx context.Context, id ids.Tenant, project ids.Project) (Place, error)
	// Projects lists projects by (NameKey(Name), ID), strictly past request.After, whose Name is a NameKey.
	Projects(ctx context.Context, id ids.Tenant, filter ProjectFilter, request page.Request) ([]ProjectDetails, error)
	// MergedProjects are the merged projects of a site, in any order.
	MergedProjects(ctx context.Context, id ids.Tenant, site ids.Site) ([]Project, error)
	// UpdateProject writes the name, the rules, the merge and the new revision; errs.Stale when the stored one isn't its
	// predecessor. Only within Tx.
	UpdateProject(ctx context.Context, id ids.Tenant, p Project) error
	// CountAs writes the project under which another one's time is shown. Only within Tx.
	CountAs(ctx context.Context, id ids.Tenant, project, as ids.Project) error
	// RenameSite makes a name the accepted one of a site, and adds it to the names under which it was seen. Only within
	// Tx.
	RenameSite(ctx context.Context, id ids.Tenant, s Site) error

	// InsertAudit adds an administrative change. Only within Tx, with the change itself.
	InsertAudit(ctx context.Context, id ids.Tenant, e audit.Event) error
}

// Place is a project with its site.
type Place struct {
	Project

	Site SiteRef
}

// ProjectDetails is a project as admins see it.
type ProjectDetails struct {
	Place

	Names []string // under which it was seen, by NameKey, including the accepted one
}
