package boards

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"timetracker/internal/sandbox"
)

// Boards holds organizations, projects and work items in memory and returns copies. Safe for concurrent use.
type Boards struct {
	now    func() time.Time
	people func() []sandbox.Person

	mu            sync.RWMutex
	organizations []*organization
	items         map[int]*item
	below         map[int][]int // the children of each work item, in order, without deleted ones
	latest        int           // the id that was given last
}

// item is a work item with all its revisions.
type item struct {
	id        int
	revisions []*revision // oldest first, never empty; only added to, since later items share them
	deletion  *Deletion   // nil unless it is in the recycle bin
}

func (i *item) current() *revision { return i.revisions[len(i.revisions)-1] }

// revision is a state of a work item. It is never changed.
type revision struct {
	project         *project
	area, iteration string         // below the project
	fields          map[string]any // of those that people edit: string, int or float64
	parent          int            // 0 for none

	reason                         string
	created, changed, stateChanged time.Time
	createdBy, changedBy           string // user principal names
	comment                        string
	comments                       int
}

func (r *revision) text(field string) string {
	value, _ := r.fields[field].(string)
	return value
}

// New returns the work items that are there at every start. Contoso's begin with 101, Fabrikam's with 201. The clock says
// when they change, and people are those who may be assigned.
func New(now func() time.Time, people func() []sandbox.Person) *Boards {
	b := &Boards{now: now, people: people, organizations: newOrganizations(), items: make(map[int]*item), below: make(map[int][]int)}
	start := now().UTC().Truncate(time.Millisecond)
	for _, s := range seeds() {
		b.put(&item{id: s.id, revisions: []*revision{s.revision(b, start)}})
	}
	return b
}

// put stores a work item in the place of the one with its id. It needs the lock.
func (b *Boards) put(i *item) {
	b.take(i.id)
	b.items[i.id] = i
	b.latest = max(b.latest, i.id)
	if parent := i.current().parent; parent != 0 && i.deletion == nil {
		at, _ := slices.BinarySearch(b.below[parent], i.id)
		b.below[parent] = slices.Insert(b.below[parent], at, i.id)
	}
}

// take removes a work item, if it is there. It needs the lock.
func (b *Boards) take(id int) {
	i := b.items[id]
	if i == nil {
		return
	}
	delete(b.items, id)
	parent := i.current().parent
	if at, found := slices.BinarySearch(b.below[parent], id); found {
		b.below[parent] = slices.Delete(b.below[parent], at, at+1)
	}
}

// WorkItem is one revision of a work item. Ids are unique over all organizations.
type WorkItem struct {
	ID, Rev int
	// Organization and Project are called so now.
	Organization, Project     string
	OrganizationID, ProjectID string
	// Area is the path of the area below the project, empty for the project itself.
	Area string
	// Fields has every field with a value, by reference name: string, int, float64 (hours) or time.Time.
	Fields map[string]any
	// Children are those work items whose parent it is, in order.
	Children []int
	Deletion *Deletion
}

// Parent is the id of the parent, 0 for none.
func (i WorkItem) Parent() int {
	id, _ := i.Fields[FieldParent].(int)
	return id
}

// public returns a revision as it is read. It needs the lock.
func (b *Boards) public(i *item, rev int) WorkItem {
	r := i.revisions[rev-1]
	all := maps.Clone(r.fields)
	maps.Copy(all, map[string]any{
		FieldID: i.id, FieldRev: rev, FieldProject: r.project.name,
		FieldArea: r.project.fullPath(r.area), FieldIteration: r.project.fullPath(r.iteration), FieldReason: r.reason,
		FieldCreatedDate: r.created, FieldCreatedBy: r.createdBy, FieldChangedDate: r.changed, FieldChangedBy: r.changedBy,
		FieldStateChangeDate: r.stateChanged, FieldCommentCount: r.comments,
	})
	if r.parent != 0 {
		all[FieldParent] = r.parent
	}
	if r.comment != "" {
		all[FieldHistory] = r.comment
	}
	o := r.project.organization
	return WorkItem{
		ID: i.id, Rev: rev, Organization: o.name, OrganizationID: o.id, Project: r.project.name, ProjectID: r.project.id,
		Area: r.area, Fields: all, Children: slices.Clone(b.below[i.id]), Deletion: i.deletion,
	}
}

// List returns an organization's work items by id, whoever may see them. The name is compared in any case.
func (b *Boards) List(organizationName string) []WorkItem {
	b.mu.RLock()
	defer b.mu.RUnlock()
	found := []WorkItem{}
	for _, id := range slices.Sorted(maps.Keys(b.items)) {
		i := b.items[id]
		if i.deletion == nil && strings.EqualFold(i.current().project.organization.name, organizationName) {
			found = append(found, b.public(i, len(i.revisions)))
		}
	}
	return found
}

// ListFor returns the work items of an organization that a person may see, by id.
func (b *Boards) ListFor(person sandbox.Person, organizationName string) []WorkItem {
	all := b.List(organizationName)
	b.mu.RLock()
	defer b.mu.RUnlock()
	return slices.DeleteFunc(all, func(i WorkItem) bool {
		return b.projectByID(i.ProjectID).access(i.Area, person) == Hidden
	})
}

// Get returns a work item of an organization that a person may see. The error is a *Refusal.
func (b *Boards) Get(person sandbox.Person, organizationID string, id int) (WorkItem, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	i, err := b.visible(person, organizationID, id)
	if err != nil {
		return WorkItem{}, err
	}
	return b.public(i, len(i.revisions)), nil
}

// Revisions returns all revisions of a work item, oldest first. The error is a *Refusal.
func (b *Boards) Revisions(person sandbox.Person, organizationID string, id int) ([]WorkItem, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	i, err := b.visible(person, organizationID, id)
	if err != nil {
		return nil, err
	}
	all := make([]WorkItem, len(i.revisions))
	for at := range all {
		all[at] = b.public(i, at+1)
	}
	return all, nil
}

// visible needs the lock.
func (b *Boards) visible(person sandbox.Person, organizationID string, id int) (*item, error) {
	i := b.items[id]
	if i == nil || i.deletion != nil || !i.readableBy(person, organizationID) {
		return nil, &Refusal{Reason: NotFound, ID: id}
	}
	return i, nil
}

func (i *item) readableBy(person sandbox.Person, organizationID string) bool {
	r := i.current()
	return r.project.organization.id == organizationID && r.project.access(r.area, person) != Hidden
}
