package boards

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"timetracker/internal/sandbox"
)

// Organization is one Azure DevOps organization, tied to one directory.
type Organization struct {
	ID          string    `json:"id"` // GUID of the host
	Name        string    `json:"name"`
	DirectoryID string    `json:"directory_id"`
	Projects    []Project `json:"projects"`
}

// Project is one project of an organization.
type Project struct {
	ID   string `json:"id"` // GUID
	Name string `json:"name"`
}

type organization struct {
	id, name, directoryID string
	projects              []*project
	// outsiders are people of the directory who are not members, by user principal name. Everybody else is.
	outsiders []string
}

type project struct {
	id, name string
	// former are the names that the project had. They still lead to it, unless another project has taken one.
	former       []string
	organization *organization
	areas        []*area
	rules        []Rule
}

func (o *organization) public() Organization {
	list := make([]Project, len(o.projects))
	for i, p := range o.projects {
		list[i] = p.public()
	}
	return Organization{ID: o.id, Name: o.name, DirectoryID: o.directoryID, Projects: list}
}

func (p *project) public() Project { return Project{ID: p.id, Name: p.name} }

// project finds a project by its id, its name or a former name, in any case.
func (o *organization) project(nameOrID string) *project {
	for _, p := range o.projects {
		if strings.EqualFold(p.id, nameOrID) || strings.EqualFold(p.name, nameOrID) {
			return p
		}
	}
	for _, p := range o.projects {
		if slices.ContainsFunc(p.former, func(name string) bool { return strings.EqualFold(name, nameOrID) }) {
			return p
		}
	}
	return nil
}

// Organizations returns the organizations as they are called now.
func (b *Boards) Organizations() []Organization {
	b.mu.RLock()
	defer b.mu.RUnlock()
	list := make([]Organization, len(b.organizations))
	for i, o := range b.organizations {
		list[i] = o.public()
	}
	return list
}

// Organization finds an organization by its name, in any case.
func (b *Boards) Organization(name string) (Organization, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, o := range b.organizations {
		if strings.EqualFold(o.name, name) {
			return o.public(), true
		}
	}
	return Organization{}, false
}

// Project finds a project of an organization by its id, its name or a former name, in any case.
func (b *Boards) Project(organizationID, nameOrID string) (Project, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, o := range b.organizations {
		if o.id != organizationID {
			continue
		}
		if p := o.project(nameOrID); p != nil {
			return p.public(), true
		}
	}
	return Project{}, false
}

// SetMember lets a person of an organization's directory in, or keeps them out. All are in at first.
func (b *Boards) SetMember(organizationID string, person sandbox.Person, member bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, o := range b.organizations {
		if o.id != organizationID {
			continue
		}
		o.outsiders = slices.DeleteFunc(o.outsiders, func(name string) bool { return name == person.UserPrincipalName })
		if !member {
			o.outsiders = append(o.outsiders, person.UserPrincipalName)
		}
		return nil
	}
	return ErrNoSuchID
}

// IsMember tells whether a person may use an organization.
func (b *Boards) IsMember(organizationID string, person sandbox.Person) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return slices.ContainsFunc(b.organizations, func(o *organization) bool {
		return o.id == organizationID && o.directoryID == person.DirectoryID && !slices.Contains(o.outsiders, person.UserPrincipalName)
	})
}

// ErrNoSuchID says that neither an organization nor a project has an id.
var ErrNoSuchID = errors.New("nothing has this id")

// RenameOrganization gives an organization another name. Its id and its work items stay, and the old name leads nowhere.
func (b *Boards) RenameOrganization(id, name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	var renamed *organization
	taken := false
	for _, o := range b.organizations {
		if o.id == id {
			renamed = o
		} else if strings.EqualFold(o.name, name) {
			taken = true
		}
	}
	if renamed == nil {
		return ErrNoSuchID
	}
	if err := checkName(name, taken); err != nil {
		return err
	}
	renamed.name = name
	return nil
}

// RenameProject gives a project another name. Its id and its work items stay, and the old name still leads to it.
// https://learn.microsoft.com/azure/devops/organizations/projects/rename-project
func (b *Boards) RenameProject(id, name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	renamed := b.projectByID(id)
	if renamed == nil {
		return ErrNoSuchID
	}
	taken := slices.ContainsFunc(renamed.organization.projects, func(p *project) bool {
		return p != renamed && strings.EqualFold(p.name, name)
	})
	if err := checkName(name, taken); err != nil {
		return err
	}
	if !strings.EqualFold(renamed.name, name) {
		renamed.former = append(renamed.former, renamed.name)
	}
	renamed.name = name
	return nil
}

// checkName refuses what can't be a part of the page's addresses.
func checkName(name string, taken bool) error {
	switch {
	case strings.TrimSpace(name) == "" || strings.ContainsAny(name, `/\`):
		return errors.New("a name must not be blank or have a slash")
	case taken:
		return fmt.Errorf("the name %s is taken", name)
	}
	return nil
}

// projectByID needs the lock. It returns nil if there is none.
func (b *Boards) projectByID(id string) *project {
	for _, o := range b.organizations {
		for _, p := range o.projects {
			if p.id == id {
				return p
			}
		}
	}
	return nil
}

// newOrganizations returns the organizations that are there at every start.
func newOrganizations() []*organization {
	contoso := &organization{
		id: "70b3d5e1-8a2f-4c69-b0d7-1e94c8f3a601", name: "contoso", directoryID: sandbox.ContosoDirectoryID,
	}
	contoso.projects = []*project{
		{id: "2f6c91d8-4e07-4ab5-93d2-b85a0f7e1c01", name: "Payments", organization: contoso, areas: paymentsAreas()},
		{
			id: "2f6c91d8-4e07-4ab5-93d2-b85a0f7e1c02", name: "Storefront", organization: contoso,
			rules: []Rule{{Types: typesWithHours, State: stateClosed, Field: FieldCompletedWork, Effect: ReadOnly}},
		},
	}
	fabrikam := &organization{
		id: "70b3d5e1-8a2f-4c69-b0d7-1e94c8f3a602", name: "fabrikam", directoryID: sandbox.FabrikamDirectoryID,
	}
	fabrikam.projects = []*project{{
		id: "2f6c91d8-4e07-4ab5-93d2-b85a0f7e1c03", name: "Robotics", organization: fabrikam,
		rules: []Rule{{Types: []string{typeBug}, State: stateClosed, Field: FieldRootCause, Effect: Required}},
	}}
	return []*organization{contoso, fabrikam}
}
