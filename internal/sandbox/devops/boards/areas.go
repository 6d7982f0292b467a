package boards

import (
	"maps"
	"slices"
	"strings"

	"timetracker/internal/sandbox"
)

// Access is what a person may do with the work items of an area.
type Access int

// The kinds of access. Without a setting, everybody of the directory may write.
const (
	Write  Access = iota
	Read          // and not write
	Hidden        // the work items are as if they were not there
)

// area is a node of a project's tree of areas, below the project itself.
// https://learn.microsoft.com/azure/devops/organizations/security/set-permissions-access-work-tracking
type area struct {
	path      string // below the project, with backslashes; empty for the project itself
	everybody Access
	inherits  bool              // everybody has the access of the area above instead
	people    map[string]Access // by user principal name
}

func paymentsAreas() []*area {
	return []*area{
		{path: "Vault", everybody: Hidden, people: map[string]Access{ada: Write, grace: Write}},
		{path: "Audit", everybody: Read, people: map[string]Access{ada: Write}},
	}
}

// area returns the node of a path, in any case, or nil.
func (p *project) area(path string) *area {
	at := slices.IndexFunc(p.areas, func(a *area) bool { return strings.EqualFold(a.path, path) })
	if at < 0 {
		return nil
	}
	return p.areas[at]
}

// access is the setting of the nearest area, from the path upwards.
func (p *project) access(path string, person sandbox.Person) Access {
	if p.organization.directoryID != person.DirectoryID {
		return Hidden
	}
	for {
		if a := p.area(path); a != nil {
			if own, ok := a.people[person.UserPrincipalName]; ok {
				return own
			}
			if !a.inherits {
				return a.everybody
			}
		}
		if path == "" {
			return Write
		}
		cut := strings.LastIndexByte(path, '\\')
		path = path[:max(cut, 0)]
	}
}

// MayWrite tells whether a person may change a work item, as it is.
func (b *Boards) MayWrite(person sandbox.Person, item WorkItem) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	p := b.projectByID(item.ProjectID)
	return p != nil && p.access(item.Area, person) == Write
}

// SetAccess says what people may do with the work items of an area, which is made if it is not there. The path is below
// the project, and empty for all of it. Without people it is everybody who has no setting of their own.
func (b *Boards) SetAccess(projectID, path string, access Access, people ...sandbox.Person) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.projectByID(projectID)
	if p == nil {
		return ErrNoSuchID
	}
	a := p.area(path)
	if a == nil {
		a = &area{path: path, inherits: true, people: map[string]Access{}}
		p.areas = append(p.areas, a)
	}
	if len(people) == 0 {
		a.everybody, a.inherits = access, false
		return nil
	}
	a.people = maps.Clone(a.people)
	for _, person := range people {
		a.people[person.UserPrincipalName] = access
	}
	return nil
}

// below takes the project's name off a path of areas or iterations. It reports whether the project has the area; an
// iteration is any name.
func (p *project) below(field, path string) (string, bool) {
	root, rest, _ := strings.Cut(strings.Trim(path, `\`), `\`)
	if !strings.EqualFold(root, p.name) {
		return "", false
	}
	if rest == "" || field == FieldIteration {
		return rest, true
	}
	a := p.area(rest)
	if a == nil {
		return "", false
	}
	return a.path, true
}

// fullPath writes a path as its field has it.
func (p *project) fullPath(path string) string {
	if path == "" {
		return p.name
	}
	return p.name + `\` + path
}
